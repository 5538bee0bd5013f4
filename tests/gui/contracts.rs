//! Contracts in and out through the window: import, versions, changes; and what a text field keeps to itself.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use isobar::app::context::Command;
use isobar::contracts::{Format, Options};
use isobar::io::bundle::{Manner, write};
use isobar::topology::derive;

use super::keeping::wait_for;
use super::kit;
use super::kit::{Folder, board, centre, click, open, press, settle};

/// Writes a board's AsyncAPI documents into a folder beside it.
fn contracts_of(folder: &Folder) -> std::path::PathBuf {
    let board = isobar::io::load(&folder.board()).unwrap().board;
    let format = Format::named("asyncapi").unwrap();
    let bundle = format.export(&board, &derive(&board), &Options::default());
    let out = folder.path("contracts");
    write(&out, format.name, &bundle, Manner::default(), &mut |_| {}).unwrap();
    out
}

#[test]
fn a_folder_of_contracts_becomes_a_board_and_brings_one_up_to_date() {
    let folder = Folder::new();
    let contracts = contracts_of(&folder);
    let mut harness = open(None);
    harness.state_mut().send(Command::Import(vec![contracts.clone()]));
    wait_for(&mut harness, "of AsyncAPI 2 and 3");
    harness.get_by_label("Open as a new board").click();
    settle(&mut harness);
    harness.get_by_label("Service Shop");
    let before = board(&harness).clone();
    harness.state_mut().send(Command::Import(vec![contracts]));
    wait_for(&mut harness, "of AsyncAPI 2 and 3");
    harness.get_by_label("Update this board").click();
    wait_for(&mut harness, "The board says all of this already");
    assert_eq!(*board(&harness), before);
    // What has gone from the board comes back with the contracts, as one step.
    let at = centre(&harness, "Service Shop");
    click(&mut harness, at);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    let without = board(&harness).clone();
    harness.state_mut().send(Command::Import(vec![folder.path("contracts")]));
    wait_for(&mut harness, "of AsyncAPI 2 and 3");
    harness.get_by_label("Update this board").click();
    wait_for(&mut harness, "Brought up to date");
    harness.get_by_label("Service Shop");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*board(&harness), without);
}

#[test]
fn escape_in_a_field_of_the_inspector_leaves_the_field_and_nothing_else() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    let at = centre(&harness, "Service Shop");
    click(&mut harness, at);
    let selected = harness.state().selection().len();
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Name").focus();
    settle(&mut harness);
    kit::write(&mut harness, "x");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().selection().len(), selected, "it is selected as before");
    harness.get_by_label("Service Shop");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.state().selection().is_empty(), "the next one is for the board");
}

#[test]
fn the_contracts_workspace_shows_files_versions_and_changes() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    press(&mut harness, Modifiers::COMMAND, Key::Num5);
    assert!(harness.query_all_by_label("board.asyncapi.yaml").next().is_some());
    harness.get_by_label("Import folder…");
    harness.get_by_label("Versions").click();
    settle(&mut harness);
    harness.get_by_label_contains("contracts have several versions");
    harness.get_by_label("Changes").click();
    settle(&mut harness);
    harness.get_by_label("Compare with a folder…");
    harness.get_by_label_contains("who has to be asked");
}
