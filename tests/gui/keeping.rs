//! Nothing is lost: crashes, other windows, and what other people save meanwhile.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::{App, Start};

use super::kit::{Folder, board, centre, click, open, press, settle, write};

/// The app with a data folder of its own, on a board or on the start screen.
fn keeping(data: &Path, board: Option<&Path>) -> Harness<'static, App> {
    let start = Start { board: board.map(Path::to_owned), replay: None, at: None };
    let data: PathBuf = data.to_owned();
    let mut harness = Harness::builder()
        .with_size(vec2(1280.0, 720.0))
        .with_max_steps(240)
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| App::keeping(&cc.egui_ctx, start, Some(data)));
    settle(&mut harness);
    harness
}

/// Steps until a label that contains these words shows.
pub(crate) fn wait_for(harness: &mut Harness<'static, App>, words: &str) {
    for _ in 0..2_000 {
        harness.step();
        if harness.query_by_label_contains(words).is_some() {
            settle(harness);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("nothing says `{words}`");
}

fn rename(harness: &mut Harness<'static, App>, label: &str, name: &str) {
    let at = centre(harness, label);
    click(harness, at);
    press(harness, Modifiers::NONE, Key::F2);
    write(harness, name);
    press(harness, Modifiers::NONE, Key::Enter);
}

/// Somebody else's change to the file.
fn pull(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn an_untitled_board_comes_back_after_a_crash() {
    let folder = Folder::new();
    let data = folder.path("data");
    let mut harness = keeping(&data, None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.get_by_label("Add hotspot").click();
    settle(&mut harness);
    click(&mut harness, egui::pos2(600.0, 360.0));
    write(&mut harness, "Who pays?");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    drop(harness);
    let mut harness = keeping(&data, None);
    harness.get_by_label("Hotspot Who pays?");
    harness.get_by_label_contains("1 change brought back");
    harness.get_by_label("Not saved yet");
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.get_by_label("Do not save").click();
    settle(&mut harness);
    drop(harness);
    let harness = keeping(&data, None);
    assert!(harness.query_by_label_contains("brought back").is_none(), "what was given up stays given up");
}

#[test]
fn a_change_on_disk_is_merged_and_conflicts_are_settled_by_name() {
    let folder = Folder::new();
    let path = folder.board();
    let mut harness = open(Some(&path));
    rename(&mut harness, "Service Shop", "Store");
    pull(&path, "\"OrderPlaced\"", "\"OrderTaken\"");
    wait_for(&mut harness, "none of them changed here as well");
    harness.get_by_label("Merge").click();
    settle(&mut harness);
    harness.get_by_label("Service Store");
    harness.get_by_label("Domain event Order taken");
    harness.get_by_label("Not saved yet");
    pull(&path, "\"Shop\", at", "\"Kiosk\", at");
    wait_for(&mut harness, "One was changed here as well");
    harness.get_by_label_contains("sticky “Store”: name");
    harness.get_by_label("on disk: Kiosk").click();
    settle(&mut harness);
    harness.get_by_label("Merge").click();
    settle(&mut harness);
    harness.get_by_label("Service Kiosk");
    assert!(harness.query_by_label("Merge").is_none());
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    harness.get_by_label("Service Store");
}

#[test]
fn a_clean_board_is_reloaded_and_a_board_that_was_kept_is_saved_over_the_file() {
    let folder = Folder::new();
    let path = folder.board();
    let mut harness = open(Some(&path));
    pull(&path, "\"OrderPlaced\"", "\"OrderTaken\"");
    wait_for(&mut harness, "was changed on disk");
    assert!(harness.query_by_label("Merge").is_none(), "there is nothing to merge");
    harness.get_by_label("Reload").click();
    settle(&mut harness);
    harness.get_by_label("Domain event Order taken");
    harness.get_by_label("Saved");
    pull(&path, "\"OrderTaken\"", "\"OrderLost\"");
    wait_for(&mut harness, "was changed on disk");
    harness.get_by_label("Keep this board").click();
    settle(&mut harness);
    harness.get_by_label("Not saved yet");
    press(&mut harness, Modifiers::COMMAND, Key::S);
    wait_for(&mut harness, "Saved ");
    assert_eq!(isobar::io::load(&path).unwrap().board, *board(&harness));
    assert!(std::fs::read_to_string(&path).unwrap().contains("OrderTaken"));
}

#[test]
fn two_windows_on_one_file_notice_each_other() {
    let folder = Folder::new();
    let path = folder.board();
    let mut first = open(Some(&path));
    let mut second = open(Some(&path));
    second.get_by_label_contains("open in another window");
    wait_for(&mut first, "Another window has opened this board");
    rename(&mut second, "Service Shop", "Store");
    press(&mut second, Modifiers::COMMAND, Key::S);
    wait_for(&mut second, "Saved ");
    rename(&mut first, "Actor Client", "Customer");
    // Saving at once, before the first window has noticed the change, must not write over it.
    press(&mut first, Modifiers::COMMAND, Key::S);
    wait_for(&mut first, "was changed on disk");
    assert!(std::fs::read_to_string(&path).unwrap().contains("Store"));
    first.get_by_label("Merge").click();
    settle(&mut first);
    press(&mut first, Modifiers::COMMAND, Key::S);
    wait_for(&mut first, "Saved ");
    let saved = std::fs::read_to_string(&path).unwrap();
    assert!(saved.contains("Store") && saved.contains("Customer"), "{saved}");
}

/// An unsaved board with one hotspot of this name, left by a crash.
fn leave_unsaved(data: &Path, name: &str) {
    let mut harness = keeping(data, None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.get_by_label("Add hotspot").click();
    settle(&mut harness);
    click(&mut harness, egui::pos2(600.0, 360.0));
    write(&mut harness, name);
    press(&mut harness, Modifiers::NONE, Key::Enter);
}

#[test]
fn several_unsaved_boards_have_cards_on_the_start_screen() {
    let folder = Folder::new();
    let data = folder.path("data");
    leave_unsaved(&data, "Who pays?");
    // The first one is brought back by the next window; a second is made beside it, and both crash.
    let mut first = keeping(&data, None);
    first.get_by_label("Hotspot Who pays?");
    leave_unsaved(&data, "Who cooks?");
    drop(first);
    let mut harness = keeping(&data, None);
    harness.get_by_label_contains("1 more unsaved board is kept on the start screen");
    let here = |harness: &Harness<'static, App>| {
        ["Who pays?", "Who cooks?"].map(|name| harness.query_by_label(&format!("Hotspot {name}")).is_some())
    };
    let newest = here(&harness);
    assert_ne!(newest[0], newest[1]);
    harness.state_mut().send(isobar::app::context::Command::Run(isobar::view::Action::Start));
    wait_for(&mut harness, "?, 1 sticky, left just now");
    harness.get_by_label_contains("Bring back Who").click();
    settle(&mut harness);
    // The board that is open is not saved either: it is asked about.
    harness.get_by_label("Do not save").click();
    settle(&mut harness);
    assert_eq!(here(&harness), [newest[1], newest[0]]);
    drop(harness);
    let mut harness = keeping(&data, None);
    assert_eq!(here(&harness), [newest[1], newest[0]]);
    first = keeping(&data, None);
    assert!(first.query_by_label_contains("brought back").is_none(), "what is open elsewhere is left alone");
    press(&mut harness, Modifiers::COMMAND, Key::N);
}

#[test]
fn an_unsaved_board_is_thrown_away_only_when_that_is_confirmed() {
    let folder = Folder::new();
    let data = folder.path("data");
    leave_unsaved(&data, "Who pays?");
    let first = keeping(&data, None);
    leave_unsaved(&data, "Who cooks?");
    drop(first);
    let mut harness = keeping(&data, None);
    harness.state_mut().send(isobar::app::context::Command::Run(isobar::view::Action::Start));
    wait_for(&mut harness, "Bring back Who");
    harness.get_by_label_contains("Throw Who").click();
    settle(&mut harness);
    harness.get_by_label("Keep").click();
    settle(&mut harness);
    harness.get_by_label_contains("Throw Who").click();
    settle(&mut harness);
    harness.get_by_label("Throw away").click();
    settle(&mut harness);
    assert!(harness.query_by_label_contains("Bring back").is_none());
    assert_eq!(isobar::io::keeper::Keeper::left_untitled(&data), [], "only the open board has a journal");
}
