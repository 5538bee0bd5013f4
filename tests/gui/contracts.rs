//! Contracts in and out through the window: import, versions, changes; and what a text field keeps to itself.

use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::context::Command;
use isobar::app::{App, pick};
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

/// A folder for a board and its contracts, and the app with both at hand: paths are typed.
fn contracts_of_shop(folder: &Folder) -> Harness<'static, App> {
    let mut harness = open(Some(&folder.board()));
    pick::type_paths(&harness.ctx);
    press(&mut harness, Modifiers::COMMAND, Key::Num5);
    harness
}

/// Answers a question for a path.
fn answer(harness: &mut Harness<'static, App>, path: &Path) {
    settle(harness);
    harness.get_by_label("Path").click();
    settle(harness);
    press(harness, Modifiers::COMMAND, Key::A);
    harness.event(egui::Event::Text(path.display().to_string()));
    settle(harness);
    press(harness, Modifiers::NONE, Key::Enter);
}

/// Clicks a button and says what was copied.
fn copied(harness: &mut Harness<'static, App>, button: &str) -> Option<String> {
    harness.get_by_label(button).click();
    (0..4).find_map(|_| {
        harness.step();
        harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    })
}

#[test]
fn files_are_written_compared_and_tidied_away() {
    let folder = Folder::new();
    let out = folder.path("contracts");
    let mut harness = contracts_of_shop(&folder);
    harness.get_by_label("JSON Schema 2020-12").click();
    settle(&mut harness);
    harness.get_by_label("Choose folder…").click();
    answer(&mut harness, &out);
    wait_for(&mut harness, "Write 2 files");
    assert!(!out.exists(), "nothing is written before it is asked for");
    harness.get_by_label("Write 2 files").click();
    wait_for(&mut harness, "Wrote 2 files to");
    let event = out.join("events/OrderPlaced-v1.schema.json");
    let written = std::fs::read_to_string(&event).unwrap();
    assert!(harness.query_by_label("Write files").is_some(), "there is nothing more to write");

    // Somebody changes one of the files, and puts one of their own beside it.
    std::fs::write(&event, written.replace("Order placed", "Order of theirs")).unwrap();
    std::fs::write(out.join("notes.txt"), "theirs").unwrap();
    harness.get_by_label("Choose folder…").click();
    answer(&mut harness, &out);
    wait_for(&mut harness, "Write 1 file");
    harness.get_by_role_and_label(Role::Button, "events/OrderPlaced-v1.schema.json").click();
    settle(&mut harness);
    let theirs = |harness: &Harness<'static, App>| harness.query_by_label_contains("of theirs").is_some();
    assert!(theirs(&harness), "what differs is shown at once");
    harness.get_by_label("Difference").click();
    settle(&mut harness);
    assert!(!theirs(&harness), "or the whole file");
    harness.get_by_label("Write 1 file").click();
    wait_for(&mut harness, "Wrote 1 file to");
    assert_eq!(std::fs::read_to_string(&event).unwrap(), written);

    // The event goes from the board: its file is no longer made, and goes when asked.
    press(&mut harness, Modifiers::COMMAND, Key::Num1);
    let at = centre(&harness, "Domain event Order placed");
    click(&mut harness, at);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    press(&mut harness, Modifiers::COMMAND, Key::Num5);
    wait_for(&mut harness, "Remove 1 no longer made");
    harness.get_by_role_and_label(Role::Button, "events/OrderPlaced-v1.schema.json").click();
    settle(&mut harness);
    harness.get_by_label_contains("This is what is on disk");
    assert!(event.exists());
    harness.get_by_label("Remove 1 no longer made").click();
    settle(&mut harness);
    harness.get_by_label("Remove 1 file").click();
    wait_for(&mut harness, "removed 1 file");
    assert!(!event.exists() && !event.parent().unwrap().exists());
    assert_eq!(std::fs::read_to_string(out.join("notes.txt")).unwrap(), "theirs");
}

#[test]
fn the_request_for_comments_is_copied_and_saved() {
    let folder = Folder::new();
    let before = contracts_of(&folder);
    let mut harness = contracts_of_shop(&folder);
    // An event that was promised goes.
    press(&mut harness, Modifiers::COMMAND, Key::Num1);
    let at = centre(&harness, "Domain event Order placed");
    click(&mut harness, at);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    press(&mut harness, Modifiers::COMMAND, Key::Num5);
    harness.get_by_label("Changes").click();
    settle(&mut harness);
    harness.get_by_label("Compare with a folder…").click();
    answer(&mut harness, &before);
    wait_for(&mut harness, "1 contract differs");
    let text = copied(&mut harness, "Copy RFC").expect("it is copied");
    assert!(text.contains("OrderPlaced") && text.starts_with("# "), "{text}");
    settle(&mut harness);
    let path = folder.path("rfc.md");
    harness.get_by_label("Save RFC…").click();
    answer(&mut harness, &path);
    wait_for(&mut harness, "Wrote ");
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
}

#[test]
fn examples_of_a_query_are_checked_against_request_and_response_while_they_are_typed() {
    let folder = Folder::new();
    let path = folder.path("stock.ron");
    let text = r#"(
        format: 1,
        queries: {"StockLevel": (
            request: (fields: [(name: "sku", type: string)]), request_examples: [{"sku": "a"}],
            response: (fields: [(name: "left", type: integer)]), response_examples: [{"left": 1}],
        )},
        stickies: {"1": (kind: query, name: "StockLevel", at: (0, 0))},
    )"#;
    std::fs::write(&path, text).unwrap();
    let mut harness = open(Some(&path));
    let at = centre(&harness, "Query Stock level");
    click(&mut harness, at);
    for (example, wrong) in
        [("Request example 1", r#"{"sku": 7}"#), ("Response example 1", r#"{"left": 1.5}"#)]
    {
        harness.get_by_role_and_label(Role::MultilineTextInput, example).scroll_to_me();
        settle(&mut harness);
        harness.get_by_role_and_label(Role::MultilineTextInput, example).click();
        settle(&mut harness);
        press(&mut harness, Modifiers::COMMAND, Key::A);
        harness.event(egui::Event::Paste(wrong.to_owned()));
        settle(&mut harness);
        assert!(harness.query_by_label_contains("is not of type").is_some(), "{example}: told while typed");
        let query = &board(&harness).queries["StockLevel"];
        assert_eq!(query.request_examples, [serde_json::json!({"sku": "a"})]);
        assert_eq!(query.response_examples, [serde_json::json!({"left": 1})]);
        press(&mut harness, Modifiers::NONE, Key::Escape);
        settle(&mut harness);
        assert!(harness.query_by_label_contains("is not of type").is_none(), "Escape puts the old text back");
    }
    harness.get_by_label("Add response example").click();
    settle(&mut harness);
    assert_eq!(board(&harness).queries["StockLevel"].response_examples.len(), 2);
}

#[test]
fn the_import_window_tells_what_has_no_place_and_a_change_of_mind_leaves_the_board() {
    let folder = Folder::new();
    let path = folder.path("api.yaml");
    let text = "asyncapi: 3.0.0\ninfo: {title: Lights, version: '1'}\nchannels:\n  lit:\n    messages:\n      \
                LightTurnedOn:\n        payload: {$ref: 'https://example.com/far.json'}\noperations:\n  on: \
                {action: send, channel: {$ref: '#/channels/lit'}}\n";
    std::fs::write(&path, text).unwrap();
    let mut harness = open(Some(&folder.board()));
    let before = board(&harness).clone();
    harness.state_mut().send(Command::Import(vec![path.clone()]));
    wait_for(&mut harness, "1 file of AsyncAPI 2 and 3");
    harness.get_by_label("Import api.yaml");
    harness.get_by_label_contains("1 service, 1 event");
    harness.get_by_label_contains("no place on a board");
    harness.get_by_label_contains("not fetched");
    // What lies behind it is out of reach until it is answered.
    let behind = centre(&harness, "Service Shop");
    kit::drag(&mut harness, behind, behind + egui::vec2(0.0, 90.0));
    harness.get_by_label("Import api.yaml");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Import api.yaml").is_none());
    assert_eq!(*board(&harness), before);
    std::fs::write(&path, "just: text\n").unwrap();
    harness.state_mut().send(Command::Import(vec![path]));
    wait_for(&mut harness, "Nothing to import");
    assert_eq!(*board(&harness), before);
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
    harness.get_by_role_and_label(Role::TextInput, "Name").focus();
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
    harness.get_by_label_contains("No contracts yet");
    harness.get_by_label("Changes").click();
    settle(&mut harness);
    harness.get_by_label("Compare with a folder…");
    harness.get_by_label_contains("who has to be asked");
}

#[test]
fn what_has_no_place_is_said_once_with_all_the_places_where_it_is() {
    let folder = Folder::new();
    let channel = |n: u32| {
        format!(
            "  c{n}:\n    address: 'orders.{{id{n}}}.placed'\n    parameters: {{id{n}: {{}}}}\n    messages: {{Placed{n}: {{payload: {{type: object}}}}}}\n"
        )
    };
    let operation = |n: u32| format!("  o{n}: {{action: send, channel: {{$ref: '#/channels/c{n}'}}}}\n");
    let text = format!(
        "asyncapi: 3.0.0\ninfo: {{title: Orders, version: '1'}}\nchannels:\n{}{}operations:\n{}{}",
        channel(1),
        channel(2),
        operation(1),
        operation(2)
    );
    let path = folder.path("api.yaml");
    std::fs::write(&path, text).unwrap();
    let mut harness = open(None);
    harness.state_mut().send(Command::Import(vec![path]));
    wait_for(&mut harness, "no place on a board");
    let said = |words: &str| harness.query_all_by_label_contains(words).count();
    assert_eq!(said("parameters stay in"), 1);
    assert_eq!(said("api.yaml channel orders."), 2);
    assert_eq!(said(&folder.path("").display().to_string()), 0, "the title says where they come from");
}
