//! The Replay workspace end to end: a real log on a real board, driven through accessible names.

use std::fmt::Write as _;
use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use isobar::app::App;
use isobar::app::context::Command;
use isobar::replay::moment::Place;

use super::kit::sample;
use super::kit::{Folder, centre, click, press, settle, write};
use super::workspaces::{open_with, spoken, wait_for};

const BOARD: &str = "avatar-store/orchestration.ron";

/// Twenty seconds of the store, as the simulator logs them.
fn run_of_the_store(folder: &Folder) -> PathBuf {
    let board = isobar::io::load(&sample(BOARD)).unwrap().board;
    let mut simulation = isobar::simulation::Simulation::new(&board, None, 7).unwrap();
    simulation.run_until(20_000_000_000);
    let mut bytes = Vec::new();
    isobar::simulation::log::write(&simulation, &mut bytes).unwrap();
    let log = folder.path("run.jsonl");
    std::fs::write(&log, bytes).unwrap();
    log
}

/// A copy of the store's board with a log: what a test changes is nobody else's.
fn opened(folder: &Folder, log: PathBuf) -> Harness<'static, App> {
    let board = folder.path("store.ron");
    std::fs::copy(sample(BOARD), &board).unwrap();
    let mut harness = open_with(board.to_str().unwrap(), Some(log));
    wait_for(&mut harness, "events · ");
    settle(&mut harness);
    harness
}

/// The texts of all rows of the table in sight.
fn rows(harness: &Harness<'static, App>) -> Vec<String> {
    let nodes = harness.query_all_by_label_contains(" at 2026-");
    nodes.map(|node| spoken(&node)).filter(|text| text.contains(" from ")).collect()
}

#[test]
fn the_table_filters_by_text_and_by_pattern() {
    let folder = Folder::new();
    let mut harness = opened(&folder, run_of_the_store(&folder));
    let all = rows(&harness);
    assert!(all.len() > 5, "{all:?}");
    harness.get_by_label("Filter events").focus();
    settle(&mut harness);
    write(&mut harness, "balancededucted");
    wait_for(&mut harness, " of ");
    settle(&mut harness);
    wait_until(&mut harness, |harness| !rows(harness).is_empty() && rows(harness) != all);
    harness.get_by_label("Show all").click();
    settle(&mut harness);
    assert_eq!(rows(&harness).len(), all.len());
    harness.get_by_label("Filter events").focus();
    settle(&mut harness);
    write(&mut harness, r#"{"type": ["BalanceDeducted"]}"#);
    wait_until(&mut harness, |harness| {
        let shown = rows(harness);
        !shown.is_empty() && shown.iter().all(|row| row.starts_with("BalanceDeducted from "))
    });
    harness.get_by_label("Show all").click();
    settle(&mut harness);
    harness.get_by_label("Filter events").focus();
    settle(&mut harness);
    write(&mut harness, r#"{"type": 7}"#);
    settle(&mut harness);
    assert_eq!(rows(&harness).len(), all.len(), "a broken pattern hides nothing");
}

#[test]
fn events_are_chosen_stepped_and_compared() {
    let folder = Folder::new();
    let mut harness = opened(&folder, run_of_the_store(&folder));
    let third = rows(&harness).into_iter().nth(3).unwrap();
    harness.get_by_label(&third).click();
    settle(&mut harness);
    let name = third.split(" from ").next().unwrap().to_owned();
    harness.get_by_label("Correlation");
    press(&mut harness, Modifiers::NONE, Key::T);
    let current = harness
        .query_all_by_label_contains(" at 2026-")
        .find(|node| node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True));
    let current = spoken(&current.expect("the event at the playhead"));
    assert!(current.starts_with(&format!("{name} from ")) && current != third, "{current}");
    harness.get_by_label("Against previous").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains(" different, ").next().is_some());
    harness.get_by_label("Mark").click();
    settle(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::T);
    harness.get_by_label("Against marked").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains(" the same").next().is_some());
}

#[test]
fn a_process_falls_as_a_waterfall_and_a_click_goes_there() {
    let folder = Folder::new();
    let mut harness = opened(&folder, run_of_the_store(&folder));
    press(&mut harness, Modifiers::NONE, Key::Period);
    harness.get_by_label("Waterfall").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains(" messages in ").next().is_some());
    let last = harness.query_all_by_label_contains("Step ").last().expect("steps");
    let name = spoken(&last).trim_start_matches("Step ").split(" from ").next().unwrap().to_owned();
    last.click();
    settle(&mut harness);
    assert!(harness.query_all_by_label(&name).next().is_some());
}

#[test]
fn messages_that_come_again_are_told_apart() {
    let folder = Folder::new();
    let path = folder.path("again.jsonl");
    let event = |id: &str, second: usize, more: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/Balance","type":"BalanceDeducted","time":"2026-03-01T10:00:{second:02}Z"{more}}}"#
        )
    };
    let lines = [
        event("a", 1, ""),
        event("a", 2, ""),
        event("b", 3, r#","attempt":2"#),
        event("c", 4, r#","deliverycount":3"#),
    ];
    std::fs::write(&path, lines.join("\n")).unwrap();
    let mut harness = opened(&folder, path);
    wait_until(&mut harness, |harness| rows(harness).iter().any(|row| row.contains(", duplicate")));
    let shown = rows(&harness);
    let words = ["", ", duplicate", ", retry 2", ", redelivered, 3rd time"];
    assert_eq!(shown.len(), words.len());
    for (row, word) in shown.iter().zip(words) {
        assert!(row.ends_with(&format!(".000{word}")), "{shown:?}");
    }
    harness.get_by_label(&shown[2]).click();
    settle(&mut harness);
    harness.get_by_label("retry 2");
    harness.get_by_label("Its sender says that this is not the first attempt");
    harness.get_by_label("Findings").click();
    wait_for(&mut harness, "Sent in another attempt");
    assert!(harness.query_all_by_label_contains("Delivered once more").next().is_some());
}

#[test]
fn the_step_at_the_playhead_stays_in_sight() {
    let folder = Folder::new();
    let path = folder.path("long.jsonl");
    let mut text = String::new();
    for i in 0..60_usize {
        let _ = writeln!(
            text,
            r#"{{"specversion":"1.0","id":"e{i}","source":"/s{}","type":"T{i}","time":"2026-03-01T10:00:{i:02}Z","correlationid":"c","causationid":"e{}"}}"#,
            i % 3,
            i as i64 - 1
        );
    }
    std::fs::write(&path, text).unwrap();
    let mut harness = opened(&folder, path);
    press(&mut harness, Modifiers::NONE, Key::Period);
    harness.get_by_label("Waterfall").click();
    settle(&mut harness);
    let last = "Step T59 from /s2, 1.00 s after its cause";
    assert!(harness.query_by_label("Step T0 from /s0").is_some() && harness.query_by_label(last).is_none());
    for _ in 0..59 {
        harness.key_press(Key::P);
        harness.step();
    }
    settle(&mut harness);
    assert!(harness.query_by_label(last).is_some() && harness.query_by_label("Step T0 from /s0").is_none());
    harness.get_by_label("Sequence").click();
    settle(&mut harness);
    let step = harness.query_all_by_label_contains("T59").rfind(|node| spoken(node).contains(" at "));
    let place = step.expect("the last step").rect();
    let play = harness.get_by_label("Play").rect();
    assert!(place.top() > 300.0 && place.bottom() < play.top(), "{place:?} {play:?}");
    for _ in 0..59 {
        harness.key_press_modifiers(Modifiers::SHIFT, Key::P);
        harness.step();
    }
    settle(&mut harness);
    let gone = harness.query_all_by_label_contains("T59").rfind(|node| spoken(node).contains(" at "));
    assert!(gone.is_none_or(|node| node.rect().bottom() > 720.0));
}

/// A log that departs from the store in three ways, and has a bad line.
fn foreign(folder: &Folder) -> PathBuf {
    let mut text = String::new();
    for i in 0..30 {
        let name = ["BalanceDeducted", "com.elsewhere.Surprise"][i % 2];
        let _ = writeln!(
            text,
            r#"{{"specversion":"1.0","id":"e{i}","source":"/nobody","type":"{name}","time":"2026-03-01T10:00:{i:02}Z","data":{{"n":{i}}}}}"#
        );
    }
    text.push_str("not an event\n");
    let path = folder.path("foreign.jsonl");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn what_is_not_on_the_board_is_said_and_findings_lead_to_their_moment() {
    let folder = Folder::new();
    let mut harness = opened(&folder, foreign(&folder));
    harness.get_by_label("1 of the 2 types of this log are not on the board");
    harness.get_by_label("Findings").click();
    wait_for(&mut harness, "Type the board does not know");
    settle(&mut harness);
    harness.query_all_by_label_contains("Type the board does not know: ").next().unwrap().click();
    settle(&mut harness);
    harness.get_by_label("com.elsewhere.Surprise");
    harness.get_by_label("Not on the board: nothing is drawn for it");
    harness.get_by_label("Under way, but not on the board: com.elsewhere.Surprise");
    harness.get_by_label("Types").click();
    settle(&mut harness);
    harness.get_by_label("1 of 2 types are not on the board");
    harness.get_by_label("Log").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains("Line 31: ").next().is_some());
}

#[test]
fn fields_are_mapped_by_hand_and_moments_marked() {
    let folder = Folder::new();
    let mut harness = opened(&folder, foreign(&folder));
    harness.get_by_label("Bookmark").click();
    settle(&mut harness);
    harness.get_by_label("Log").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains("Go to 2026-03-01 10:00:").next().is_some());
    click_into(&mut harness, "Field of the source");
    write(&mut harness, "data.n");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    wait_until(&mut harness, |harness| rows(harness).iter().any(|row| row.contains(" from 7 at ")));
    // The marked moments are still there when the log is read again.
    assert!(harness.query_all_by_label_contains("Go to 2026-03-01 10:00:").next().is_some());
}

#[test]
fn the_same_log_runs_over_the_topology_with_heat() {
    let folder = Folder::new();
    let mut harness = opened(&folder, run_of_the_store(&folder));
    let stickies = |harness: &Harness<'static, App>| {
        harness.query_all_by_label_contains("vent Balance deducted").count()
    };
    let on_board = stickies(&harness);
    harness.get_by_label("Heat").click();
    harness.get_by_label("On the topology").click();
    settle(&mut harness);
    assert_eq!((stickies(&harness), on_board >= 1), (1, true));
    harness.get_by_label("Play").click();
    for _ in 0..30 {
        harness.step();
    }
    harness.get_by_label("Pause").click();
    settle(&mut harness);
}

#[test]
fn the_board_is_fitted_and_both_distributions_shown() {
    let folder = Folder::new();
    let mut harness = opened(&folder, run_of_the_store(&folder));
    harness.get_by_label("Fit").click();
    settle(&mut harness);
    harness.get_by_label("Fit the board to this log").click();
    wait_for(&mut harness, ": captured ");
    harness.get_by_label("Take over into the board").click();
    settle(&mut harness);
    let board = harness.state().document().board();
    assert!(board.scenarios.contains_key("as captured"));
}

#[test]
fn a_moment_is_gone_to_and_copied_as_a_bug_report() {
    let folder = Folder::new();
    let mut harness = opened(&folder, run_of_the_store(&folder));
    let log = foreign(&folder);
    harness.state_mut().send(Command::Replay(log, Some("line:6".parse().unwrap())));
    harness.get_by_label("Findings").click();
    wait_for(&mut harness, "Type the board does not know: ");
    settle(&mut harness);
    assert!(harness.query_all_by_label("2026-03-01 10:00:05.000").next().is_some());
    harness.get_by_label("Copy as bug report").click();
    let report = copied(&mut harness);
    assert!(
        report.contains("### `com.elsewhere.Surprise` from `/nobody` at 2026-03-01T10:00:05Z"),
        "{report}"
    );
    assert!(report.contains("isobar store.ron --replay foreign.jsonl --at line:6"), "{report}");
    assert!(report.contains("\"n\": 5"), "{report}");
    settle(&mut harness);
    harness.get_by_label("Copy as bug report without payloads").click();
    assert!(!copied(&mut harness).contains("\"n\": 5"));
    settle(&mut harness);
    // The key is not let go: the frame after it would have nothing on the clipboard.
    harness.event(egui::Event::Key {
        key: Key::R,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    });
    assert_eq!(copied(&mut harness), report);
    harness.state_mut().send(Command::Replay(folder.path("foreign.jsonl"), Some(Place::Line(700))));
    wait_for(&mut harness, "The log has no event at line:700");
}

#[test]
fn who_has_no_log_replays_a_run_of_the_board() {
    let mut harness = open_with(BOARD, None);
    press(&mut harness, Modifiers::COMMAND, Key::Num4);
    harness.get_by_label("Replay a run of this board").click();
    wait_for(&mut harness, "events · CloudEvents");
    settle(&mut harness);
    assert!(!rows(&harness).is_empty());
    harness.get_by_label("Findings").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains("Type the board does not know").next().is_none());
}

/// What the next frames put on the clipboard.
fn copied(harness: &mut Harness<'static, App>) -> String {
    for _ in 0..20 {
        harness.step();
        for command in &harness.output().platform_output.commands {
            if let egui::OutputCommand::CopyText(text) = command {
                return text.clone();
            }
        }
    }
    panic!("nothing was copied");
}

#[test]
fn a_service_that_had_been_down_is_simulated_at_once() {
    let folder = Folder::new();
    let mut harness = opened(&folder, run_of_the_store(&folder));
    harness.get_by_label("Fit").click();
    settle(&mut harness);
    harness.get_by_label("Fit the board to this log").click();
    wait_for(&mut harness, ": captured ");
    settle(&mut harness);
    harness.get_by_label("Service that is down").click();
    settle(&mut harness);
    harness.get_by_role_and_label(egui::accesskit::Role::Button, "Inventory").click();
    settle(&mut harness);
    harness.get_by_label("Simulate it").click();
    settle(&mut harness);
    let name = "what if Inventory had been down";
    assert!(harness.state().document().board().scenarios.contains_key(name));
    // Its faults are those of the run that is shown, not those of the captured scenario.
    wait_for(&mut harness, "whole run: ");
    assert!(
        harness.query_all_by_value(name).next().is_some()
            || harness.query_all_by_label(name).next().is_some()
    );
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(!harness.state().document().board().scenarios.contains_key(name), "one step takes it back");
}

#[test]
fn a_board_opened_after_its_log_shows_it() {
    let folder = Folder::new();
    let log = run_of_the_store(&folder);
    let mut harness = super::kit::open(None);
    harness.state_mut().send(Command::Replay(log, Some(Place::Line(2))));
    wait_for(&mut harness, "Not on the board: nothing is drawn for it");
    harness.state_mut().send(Command::Open(sample(BOARD)));
    wait_until(&mut harness, |harness| !harness.state().document().board().stickies.is_empty());
    settle(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::Num4);
    assert!(harness.query_by_label("Not on the board: nothing is drawn for it").is_none());
    wait_until(&mut harness, |harness| {
        harness.query_all_by_label_contains("Type the board does not know").next().is_none()
    });
}

fn click_into(harness: &mut Harness<'static, App>, label: &str) {
    let at = centre(harness, label);
    click(harness, at);
}

/// Lets other threads work until something is so.
#[track_caller]
fn wait_until(harness: &mut Harness<'static, App>, so: impl Fn(&Harness<'static, App>) -> bool) {
    for _ in 0..1_000 {
        harness.step();
        if so(harness) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it never became so: {:?}", rows(harness));
}

#[test]
fn a_log_without_a_board_offers_to_make_one() {
    let folder = Folder::new();
    let mut harness = super::kit::open(None);
    harness.state_mut().send(Command::Replay(run_of_the_store(&folder), None));
    wait_for(&mut harness, "Make a board of this log");
    wait_for(&mut harness, "events · ");
    settle(&mut harness);
    harness.get_by_label("Make a board of this log").click();
    wait_until(&mut harness, |harness| !harness.state().document().board().stickies.is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::Num4);
    assert!(harness.query_by_label("Make a board of this log").is_none());
}
