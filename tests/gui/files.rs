//! Files through the window, on a desktop without file dialogs: paths are typed.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::{App, pick};

use super::kit::{Folder, board, open, press, settle};

/// Steps until a label shows: files are read and written on other threads.
fn wait_for(harness: &mut Harness<'static, App>, label: &str) {
    for _ in 0..500 {
        harness.step();
        if harness.query_all_by_label_contains(label).next().is_some() {
            return settle(harness);
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("nothing called {label} appeared");
}

/// Replaces what stands in the field for a path and accepts it.
fn type_path(harness: &mut Harness<'static, App>, path: &str) {
    harness.get_by_label("Path").click();
    settle(harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    settle(harness);
    harness.event(egui::Event::Text(path.to_owned()));
    settle(harness);
    press(harness, Modifiers::NONE, Key::Enter);
}

#[test]
fn a_board_is_saved_and_opened_by_typed_paths() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    pick::type_paths(&harness.ctx);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    let copy = folder.path("copy.json");
    type_path(&mut harness, &folder.path("nowhere/copy.json").display().to_string());
    assert!(harness.query_all_by_label_contains("There is no folder").next().is_some());
    type_path(&mut harness, &copy.display().to_string());
    wait_for(&mut harness, "Saved ");
    assert_eq!(isobar::io::load(&copy).unwrap().board, *board(&harness));

    press(&mut harness, Modifiers::COMMAND, Key::N);
    assert!(board(&harness).stickies.is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::O);
    type_path(&mut harness, &folder.path("missing.ron").display().to_string());
    harness.get_by_label("There is no such file.");
    type_path(&mut harness, &copy.display().to_string());
    wait_for(&mut harness, "OrderPlaced");
    assert_eq!(board(&harness).stickies.len(), 4);
}

#[test]
fn a_path_is_not_asked_for_again_once_the_mind_is_changed() {
    let mut harness = open(None);
    pick::type_paths(&harness.ctx);
    press(&mut harness, Modifiers::COMMAND, Key::O);
    harness.get_by_label("Path");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Path").is_none());
}

#[test]
fn a_sample_opens_as_a_board_of_its_own() {
    let mut harness = open(None);
    harness.get_by_label("Open Avatar store Orchestration").click();
    settle(&mut harness);
    assert_eq!(board(&harness).settings.title, "Avatar store: orchestration");
    assert!(harness.state().document().path().is_none());
}
