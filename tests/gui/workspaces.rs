//! Each workspace end to end: the real app on a real sample board, driven through accessible names.

use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use isobar::app::{App, Start};

use super::kit::{Folder, press, sample, settle};

pub(crate) fn open_with(board: &str, replay: Option<PathBuf>) -> Harness<'static, App> {
    let board = PathBuf::from(board);
    let board = if board.is_absolute() { board } else { sample(&board.to_string_lossy()) };
    let start = Start { board: Some(board), replay, at: None };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1440.0, 900.0))
        .with_max_steps(2_000)
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| App::new(&cc.egui_ctx, start));
    settle(&mut harness);
    harness
}

/// What a label says.
pub(crate) fn spoken(node: &egui_kittest::Node<'_>) -> String {
    let node = node.accesskit_node();
    node.label().or_else(|| node.value()).unwrap_or_default()
}

/// Lets other threads work until a label shows.
pub(crate) fn wait_for(harness: &mut Harness<'static, App>, label: &str) {
    for _ in 0..2_000 {
        harness.step();
        if harness.query_all_by_label_contains(label).next().is_some() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("nothing called {label} appeared");
}

#[test]
fn topology_lists_every_node_and_a_click_selects_on_the_board() {
    let mut harness = open_with("avatar-store/orchestration.ron", None);
    press(&mut harness, Modifiers::COMMAND, Key::Num2);
    harness.get_by_label("Checkout Process Manager, 1 in, 7 out");
    harness.get_by_label("BalanceDeducted, 1 in, 1 out").click();
    settle(&mut harness);
    let board = harness.state().document().board();
    let names: Vec<&str> =
        harness.state().selection().stickies().map(|id| board.stickies[&id].name.as_str()).collect();
    assert_eq!(names, ["BalanceDeducted"]);
}

#[test]
fn topology_is_at_rest_when_nothing_moves() {
    let mut harness = open_with("avatar-store/orchestration.ron", None);
    press(&mut harness, Modifiers::COMMAND, Key::Num2);
    settle(&mut harness);
    harness.step();
    let asked = harness.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min();
    assert!(asked.is_none_or(|delay| delay.as_secs() > 3_600), "{asked:?}");
}

#[test]
fn simulate_shows_who_paid_and_got_nothing() {
    for (board, everyone_is_served) in
        [("avatar-store/synchronous.ron", false), ("avatar-store/orchestration.ron", true)]
    {
        let mut harness = open_with(board, None);
        press(&mut harness, Modifiers::COMMAND, Key::Num3);
        let promise = "no customer pays without avatar or refund, whole run: ";
        wait_for(&mut harness, promise);
        let figure = spoken(&harness.get_by_label_contains(promise));
        assert_eq!(figure.ends_with(" kept, 0 broken"), everyone_is_served, "{board}: {figure}");
    }
}

#[test]
fn simulate_plays_steps_and_pauses() {
    let mut harness = open_with("avatar-store/synchronous.ron", None);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    wait_for(&mut harness, "whole run");
    harness.get_by_label("Play").click();
    for _ in 0..120 {
        harness.step();
    }
    harness.get_by_label("Pause").click();
    settle(&mut harness);
    let clock = harness.query_all_by_label_contains(" of 00:").next().expect("the clock");
    assert!(!spoken(&clock).starts_with("00:00:00"));
    harness.get_by_label("Step to the next event").click();
    settle(&mut harness);
    harness.get_by_label("Back to the start").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains("00:00:00 of 00:").next().is_some());
}

#[test]
fn simulate_goes_from_a_flag_to_the_message_that_broke_the_promise_and_its_causes() {
    let mut harness = open_with("avatar-store/synchronous.ron", None);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    wait_for(&mut harness, "whole run");
    let flag = "First broken here: no customer pays without avatar or refund";
    wait_for(&mut harness, flag);
    harness.get_by_label(flag).click();
    settle(&mut harness);
    harness.get_by_label("broke: no customer pays without avatar or refund");
    harness.get_by_label("Causes");
    // The diagram tells who was asked by whom, and what went wrong.
    let told = |harness: &Harness<'static, App>, words: &str| {
        harness.query_all_by_label_contains(words).next().is_some()
    };
    assert!(told(&harness, "Deduct balance from Store to Balance"));
    assert!(!told(&harness, "Process manager"));
    let before = spoken(&harness.query_all_by_label_contains(" of 00:").next().expect("the clock"));
    // Two checkouts begin in a second: ten further on, the clock shows another one.
    for _ in 0..10 {
        harness.get_by_label("The process after").click();
        settle(&mut harness);
    }
    assert!(harness.query_all_by_label("Causes").next().is_none(), "another process, nothing chosen in it");
    harness.query_all_by_label_contains("from Outside to Store").next().expect("how it began").click();
    settle(&mut harness);
    let after = spoken(&harness.query_all_by_label_contains(" of 00:").next().expect("the clock"));
    assert_ne!(before, after, "a step leads to its moment");
}

#[test]
fn simulate_opens_a_counterexample_on_the_moment_it_breaks() {
    use isobar::simulation::search::{Options, search};
    let promise = "no customer pays without avatar or refund";
    let mut board = isobar::io::load(&sample("avatar-store/synchronous.ron")).unwrap().board;
    let model = isobar::simulation::compile::compile(&board, Some("checkout day")).unwrap();
    let options = Options { runs: 1, seed: 7, drawn: false };
    let findings = search(&std::sync::Arc::new(model), options, || {});
    let finding = findings.promises.iter().find(|finding| finding.name == promise).unwrap();
    let example = finding.counterexample.as_ref().expect("this day breaks it");
    let scenario = example.scenario(&board.scenarios["checkout day"], promise);
    board.scenarios.insert("the smallest".to_owned(), scenario);
    let folder = Folder::new();
    let path = folder.path("broken.ron");
    isobar::io::save(&path, &board).unwrap();
    let mut harness = open_with(&path.to_string_lossy(), None);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    wait_for(&mut harness, &format!("broke: {promise}"));
    harness.get_by_label("Causes");
    let clock = spoken(&harness.query_all_by_label_contains(" of 00:").next().expect("the clock"));
    assert!(!clock.starts_with("00:00:00"), "{clock}");
}

#[test]
fn simulate_plots_a_run_and_puts_another_beside_it() {
    let mut harness = open_with("avatar-store/synchronous.ron", None);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    wait_for(&mut harness, "whole run");
    harness.get_by_label("Plots").click();
    settle(&mut harness);
    let named = |harness: &Harness<'static, App>, words: &str| {
        harness.query_all_by_label_contains(words).next().is_some()
    };
    for what in ["Create checkout p99", "Create checkout, measured", "Create checkout, predicted"] {
        assert!(named(&harness, what), "{what}");
    }
    assert!(!named(&harness, "Messages in channels"), "this board has none");
    harness.get_by_label("Compare").click();
    settle(&mut harness);
    harness.get_by_label("With the same without faults").click();
    wait_for(&mut harness, "no customer pays without avatar or refund: 0");
    let figures = harness.query_all_by_label_contains("no customer pays without avatar or refund: ");
    let figures: Vec<String> =
        figures.map(|node| spoken(&node)).filter(|text| !text.contains("whole")).collect();
    assert_eq!(figures.len(), 2, "{figures:?}");
    assert!(figures.iter().any(|figure| !figure.ends_with(": 0")), "{figures:?}");
    // What arrives is drawn from the seed and no fault keeps it away.
    assert!(named(&harness, "arrived"));
    harness.get_by_label_contains("that differ").click();
    settle(&mut harness);
    assert!(!named(&harness, "arrived"));
    assert!(named(&harness, "no customer pays without avatar or refund: 0"));
    harness.get_by_label("Keep this run").click();
    wait_for(&mut harness, "Every figure is the same");
    assert!(named(&harness, "arrived"), "with nothing to leave out, all stands there");
    harness.get_by_label("Let go").click();
    settle(&mut harness);
    assert!(!named(&harness, "As kept"));
}

#[test]
fn long_names_leave_the_figures_of_a_comparison_in_sight() {
    let folder = Folder::new();
    let board = folder.path("long.ron");
    let text = std::fs::read_to_string(sample("avatar-store/synchronous.ron")).unwrap();
    let long =
        "never charged twice, however many of its customers press the button once more because ".repeat(3);
    let text =
        text.replace("never charged twice", &long).replace("\"quiet evening\"", &format!("\"{long}\""));
    std::fs::write(&board, text).unwrap();
    let mut harness = open_with(&board.to_string_lossy(), None);
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    wait_for(&mut harness, "whole run");
    harness.get_by_label("Compare").click();
    settle(&mut harness);
    harness.get_by_label("With the same without faults").click();
    wait_for(&mut harness, "because : 0");
    let side = harness.query_all_by_label("Seed").next().unwrap().rect().left();
    let figures: Vec<egui::Rect> =
        harness.query_all_by_label_contains("because : ").map(|node| node.rect()).collect();
    assert!(figures.len() >= 2 && figures.iter().all(|figure| figure.right() < side), "{figures:?}, {side}");
}

#[test]
fn replay_opens_the_log_of_a_run_and_scrubs() {
    let folder = Folder::new();
    let log = folder.path("run.jsonl");
    let board = isobar::io::load(&sample("avatar-store/orchestration.ron")).unwrap().board;
    let mut simulation = isobar::simulation::Simulation::new(&board, None, 7).unwrap();
    simulation.run_until(20_000_000_000);
    let mut bytes = Vec::new();
    isobar::simulation::log::write(&simulation, &mut bytes).unwrap();
    std::fs::write(&log, bytes).unwrap();
    let mut harness = open_with("avatar-store/orchestration.ron", Some(log));
    wait_for(&mut harness, "events · ");
    settle(&mut harness);
    harness.get_by_label("run.jsonl");
    harness.get_by_label("Event");
    harness.get_by_label("Step to the next event").click();
    settle(&mut harness);
    harness.get_by_label("Payload");
    harness.get_by_label("Next of process").click();
    settle(&mut harness);
    harness.get_by_label("Timeline");
}

#[test]
fn contracts_preview_every_file() {
    let mut harness = open_with("pizza/event-driven.ron", None);
    press(&mut harness, Modifiers::COMMAND, Key::Num5);
    assert!(harness.query_all_by_label("board.asyncapi.yaml").next().is_some());
    harness.get_by_label("JSON Schema 2020-12").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains("OrderConfirmed").next().is_some());
}

#[test]
fn a_workspace_that_panics_says_so_and_comes_back_with_the_board_whole() {
    let mut harness = open_with("avatar-store/orchestration.ron", None);
    let before = harness.state().document().board().clone();
    press(&mut harness, Modifiers::NONE, Key::F12);
    harness.get_by_label("Break this workspace").click();
    settle(&mut harness);
    harness.get_by_label("The Board workspace stopped working");
    press(&mut harness, Modifiers::NONE, Key::F12);
    press(&mut harness, Modifiers::COMMAND, Key::Num2);
    harness.get_by_label("Checkout Process Manager, 1 in, 7 out");
    press(&mut harness, Modifiers::COMMAND, Key::Num1);
    harness.get_by_label("Try again").click();
    settle(&mut harness);
    harness.get_by_label("Domain event Checkout refunded");
    assert_eq!(*harness.state().document().board(), before);
}
