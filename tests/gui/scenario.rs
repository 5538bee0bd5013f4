//! Scenarios written in the window: what arrives, what goes wrong, what must hold.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::App;
use isobar::board::{Arrivals, FaultKind, Promise, Scenario, Span};

use super::kit::{Folder, board, press, settle, write};
use super::workspaces::{open_with, wait_for};

fn only(harness: &Harness<'static, App>) -> Scenario {
    let scenarios = &board(harness).scenarios;
    assert_eq!(scenarios.len(), 1, "{:?}", scenarios.keys());
    scenarios.values().next().unwrap().clone()
}

fn says(harness: &Harness<'static, App>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).scroll_to_me();
    settle(harness);
    harness.get_by_label(label).click();
    settle(harness);
}

fn fill(harness: &mut Harness<'static, App>, field: &str, text: &str) {
    click(harness, field);
    press(harness, Modifiers::COMMAND, Key::A);
    write(harness, text);
    press(harness, Modifiers::NONE, Key::Enter);
}

fn choose(harness: &mut Harness<'static, App>, field: &str, choice: &str) {
    click(harness, field);
    click(harness, choice);
}

/// The shop, in the Simulate workspace.
fn shop(folder: &Folder) -> Harness<'static, App> {
    let mut harness = open_with(&folder.board().to_string_lossy(), None);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    harness
}

#[test]
fn a_board_without_a_scenario_gets_one_that_runs() {
    let folder = Folder::new();
    let mut harness = shop(&folder);
    assert!(says(&harness, "This board has no scenario yet"));
    click(&mut harness, "Write a scenario");
    let scenario = only(&harness);
    assert_eq!(scenario.stimuli[0].entry, "PlaceOrder");
    click(&mut harness, "Run");
    wait_for(&mut harness, "This scenario promises nothing yet.");
    harness.get_by_label("Play");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(board(&harness).scenarios.is_empty());
    assert!(says(&harness, "This board has no scenario yet"));
}

#[test]
fn a_long_run_plays_at_a_pace_to_watch() {
    let folder = Folder::new();
    let path = folder.board();
    let text = std::fs::read_to_string(&path).unwrap();
    let scenarios = r#"scenarios: {
        "a minute": (duration: "1min", stimuli: [(entry: "PlaceOrder", arrivals: poisson(1.0))]),
        "a year": (duration: "365d", stimuli: [(entry: "PlaceOrder", arrivals: poisson(0.00001))]),
    },"#;
    std::fs::write(&path, text.replacen("format: 1,", &format!("format: 1, {scenarios}"), 1)).unwrap();
    let mut harness = open_with(&path.to_string_lossy(), None);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    wait_for(&mut harness, "of 00:0");
    assert!(says(&harness, "×10") && !says(&harness, "×100"));
    harness.get_by_role_and_label(Role::ComboBox, "Scenario").click();
    settle(&mut harness);
    click(&mut harness, "a year");
    wait_for(&mut harness, "×1000000");
    assert!(says(&harness, "of 36"), "told in days");
    // A speed that was chosen stays.
    click(&mut harness, "Slower");
    assert!(!says(&harness, "×1000000"));
    press(&mut harness, Modifiers::NONE, Key::Space);
    settle(&mut harness);
    assert!(!says(&harness, "×1000000"));
}

#[test]
fn arrivals_faults_and_promises_are_written_and_undone() {
    let folder = Folder::new();
    let mut harness = shop(&folder);
    click(&mut harness, "Write a scenario");
    fill(&mut harness, "Arrival 1: A second", "2.5");
    assert_eq!(only(&harness).stimuli[0].arrivals, Arrivals::Poisson(2.5));
    fill(&mut harness, "Scenario: Arrivals last", "5min");
    assert_eq!(only(&harness).duration, Some(Span::from_secs(300)));

    click(&mut harness, "Add fault");
    choose(&mut harness, "Fault 1: What", "Duplicate");
    choose(&mut harness, "Fault 1: Strikes", "Order placed");
    fill(&mut harness, "Fault 1: Share", "25 %");
    fill(&mut harness, "Fault 1: From", "1min");
    let fault = only(&harness).faults[0].clone();
    assert_eq!((fault.kind, fault.target.as_str()), (FaultKind::Duplicate(0.25), "OrderPlaced"));
    assert_eq!(fault.at, Some(Span::from_secs(60)));

    click(&mut harness, "Add promise");
    choose(&mut harness, "Promise 1: Promise", "leads to");
    fill(&mut harness, "Promise 1: Within", "10s");
    let promise = only(&harness).expectations[0].clone();
    assert_eq!(promise.name, "every place order leads to order placed within 10s");
    assert_eq!(
        promise.promise,
        Promise::LeadsTo {
            when: "PlaceOrder".to_owned(),
            then: vec!["OrderPlaced".to_owned()],
            within: Span::from_secs(10)
        }
    );
    click(&mut harness, "Run");
    wait_for(&mut harness, "every place order leads to order placed within 10s, whole run");

    // Each of it was one step.
    let steps = ["Add promise", "Leads to", "Within", "What", "Strikes", "Share", "From"];
    for _ in steps.iter().skip(1) {
        press(&mut harness, Modifiers::COMMAND, Key::Z);
    }
    let scenario = only(&harness);
    assert!(scenario.expectations.is_empty());
    assert_eq!(scenario.faults.len(), 1);
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let folder = Folder::new();
    let mut harness = shop(&folder);
    click(&mut harness, "Write a scenario");
    let before = only(&harness);
    fill(&mut harness, "Arrival 1: A second", "often");
    assert!(says(&harness, "`often` is not a number; nothing was changed"));
    fill(&mut harness, "Scenario: Arrivals last", "soon");
    assert!(says(&harness, "`soon` is not a length of time"));
    assert_eq!(only(&harness), before);
    click(&mut harness, "Remove arrival 1");
    assert!(says(&harness, "Nothing arrives yet."));
    assert!(says(&harness, "Nothing arrives at this board: draw an actor"));
}

#[test]
fn a_part_that_names_what_is_not_there_is_mended_where_it_stands() {
    let folder = Folder::new();
    let path = folder.board();
    let text = std::fs::read_to_string(&path).unwrap();
    let scenario = r#"scenarios: { "a day": (stimuli: [(entry: "PlaceOrder")], expectations: [(name: "at all", promise: at_most_once("OrderLost"))]) },"#;
    std::fs::write(&path, text.replacen("format: 1,", &format!("format: 1, {scenario}"), 1)).unwrap();
    let mut harness = open_with(&path.to_string_lossy(), None);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    let wrong = "names `OrderLost`, which is not on the board";
    assert!(says(&harness, wrong));
    click(&mut harness, "Change the scenario");
    assert!(says(&harness, wrong));
    choose(&mut harness, "Promise 1: Message", "Order placed");
    assert!(!says(&harness, wrong));
    click(&mut harness, "Run");
    wait_for(&mut harness, "at all, whole run: ");
}

#[test]
fn scenarios_are_copied_renamed_and_deleted() {
    let folder = Folder::new();
    let mut harness = shop(&folder);
    click(&mut harness, "Write a scenario");
    click(&mut harness, "Copy scenario");
    fill(&mut harness, "Scenario: Name", "a bad day");
    let names: Vec<String> = board(&harness).scenarios.keys().cloned().collect();
    assert_eq!(names, ["a bad day", "a day like any other"]);
    fill(&mut harness, "Scenario: Name", "a day like any other");
    assert!(says(&harness, "There is a scenario `a day like any other` already"));
    click(&mut harness, "Delete scenario");
    assert_eq!(board(&harness).scenarios.keys().collect::<Vec<_>>(), ["a day like any other"]);
}
