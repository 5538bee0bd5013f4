//! What strangers stumbled over: keys, focus, and what is in view after each step.

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use isobar::app::App;
use isobar::view::Item;

use super::kit::{board, open, press, sample, settle, write};
use super::workspaces::wait_for;

fn empty_board() -> Harness<'static, App> {
    let mut harness = open(None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness
}

fn paste(harness: &mut Harness<'static, App>, text: &str) {
    harness.event(Event::Paste(text.to_owned()));
    settle(harness);
}

#[test]
fn the_walk_goes_on_from_what_was_named() {
    let mut harness = empty_board();
    write(&mut harness, "c");
    write(&mut harness, "Order");
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    write(&mut harness, "Shop");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let shop = harness.state().selection().only_sticky().unwrap();
    assert_eq!(board(&harness).stickies[&shop].name, "Shop");
    press(&mut harness, Modifiers::SHIFT, Key::Tab);
    let at = harness.state().selection().only();
    assert!(matches!(at, Some(Item::Link(_))), "the link between the two: {at:?}");
    press(&mut harness, Modifiers::SHIFT, Key::Tab);
    let order = harness.state().selection().only_sticky().unwrap();
    assert_eq!(board(&harness).stickies[&order].name, "Order");
}

#[test]
fn what_is_pasted_is_in_view_whole_and_lies_on_nothing() {
    let mut harness = empty_board();
    paste(&mut harness, "Order -> Shop -> Ordered");
    let rows: Vec<String> = (0..9).map(|n| format!("Order {n} -> Shop -> Ordered {n}")).collect();
    paste(&mut harness, &rows.join("\n"));
    let first = harness.get_by_label("Command Order 0").rect();
    let last = harness.get_by_label("Domain event Ordered 8").rect();
    assert!(first.height() > 20.0 && last.height() > 20.0, "{first:?} {last:?}");
    let rects: Vec<_> = board(&harness).stickies.values().map(isobar::board::Sticky::rect).collect();
    for (at, rect) in rects.iter().enumerate() {
        assert!(rects[at + 1..].iter().all(|other| !other.intersects(*rect)));
    }
}

#[test]
fn a_question_is_answered_before_anything_else_happens() {
    let mut harness = empty_board();
    paste(&mut harness, "Order -> Shop -> Ordered");
    press(&mut harness, Modifiers::COMMAND, Key::N);
    assert!(harness.get_by_label("Save").accesskit_node().is_focused(), "Enter saves");
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Do not save").is_none());
    assert_eq!(board(&harness).stickies.len(), 3, "nothing was taken back behind the question");
    harness.get_by_label("Press a letter for a sticky · drag from an edge to link · ? for all keys");
}

#[test]
fn shift_and_the_key_of_the_one_fit_the_board() {
    let mut harness = empty_board();
    paste(&mut harness, "Order -> Shop -> Ordered");
    for _ in 0..3 {
        press(&mut harness, Modifiers::COMMAND, Key::Equals);
    }
    let near = harness.get_by_label("Service Shop").rect().width();
    harness.event(Event::Key {
        key: Key::Exclamationmark,
        physical_key: Some(Key::Num1),
        pressed: true,
        repeat: false,
        modifiers: Modifiers::SHIFT,
    });
    settle(&mut harness);
    assert!(harness.get_by_label("Service Shop").rect().width() < 0.9 * near);
}

#[test]
fn what_is_looked_at_below_a_run_keeps_its_height() {
    let mut harness = open(Some(&sample("avatar-store/synchronous")));
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    wait_for(&mut harness, "whole run: ");
    harness.get_by_label("Compare").click();
    settle(&mut harness);
    harness.get_by_label("Keep this run").click();
    wait_for(&mut harness, "Promises broken");
    let before = harness.get_by_label("Let go").rect();
    for _ in 0..60 {
        harness.step();
    }
    assert_eq!(harness.get_by_label("Let go").rect(), before);
}

#[test]
fn putting_down_and_naming_are_one_step() {
    let mut harness = empty_board();
    paste(&mut harness, "Order -> Shop -> Ordered");
    press(&mut harness, Modifiers::COMMAND, Key::G);
    write(&mut harness, "Sales");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(board(&harness).frames.values().next().unwrap().name, "Sales");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(board(&harness).frames.is_empty());
    press(&mut harness, Modifiers::NONE, Key::M);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(board(&harness).lines.values().next().unwrap().name, "", "it stays where it was put");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(board(&harness).lines.is_empty());
    assert_eq!(board(&harness).stickies.len(), 3);
}

#[test]
fn letters_do_nothing_to_a_board_that_is_not_in_view() {
    let mut harness = open(None);
    press(&mut harness, Modifiers::NONE, Key::M);
    assert!(board(&harness).lines.is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::N);
    press(&mut harness, Modifiers::COMMAND, Key::Num4);
    press(&mut harness, Modifiers::NONE, Key::M);
    assert!(board(&harness).lines.is_empty());
    harness.get_by_label("Formats");
    press(&mut harness, Modifiers::COMMAND, Key::Num1);
    press(&mut harness, Modifiers::NONE, Key::M);
    assert_eq!(board(&harness).lines.len(), 1);
}

#[test]
fn a_copy_of_a_sample_is_not_called_saved() {
    let mut harness = open(None);
    harness.get_by_label("Open Avatar store Orchestration").click();
    settle(&mut harness);
    assert!(!board(&harness).stickies.is_empty());
    harness.get_by_label("This board has no file yet");
    assert!(harness.query_by_label("Saved").is_none());
}
