//! What strangers stumbled over: keys, focus, and what is in view after each step.

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use isobar::app::App;
use isobar::view::Item;

use super::kit::{Folder, board, centre, click, open, press, sample, settle, write};
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

#[test]
fn a_letter_drops_its_sticky_where_there_is_room() {
    let mut harness = empty_board();
    paste(&mut harness, "Order -> Shop -> Ordered");
    let (shop, ordered) = (centre(&harness, "Service Shop"), centre(&harness, "Domain event Ordered"));
    // The pointer rests on a sticky that is not the one selected.
    click(&mut harness, ordered);
    harness.hover_at(shop);
    settle(&mut harness);
    write(&mut harness, "e");
    write(&mut harness, "Refused");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    nothing_overlaps(&harness);
    // The pointer has not moved since: what follows goes beside what was written, not under the pointer.
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.get_by_label("Domain event Ordered");
    let at = centre(&harness, "Domain event Ordered") + egui::vec2(0.0, 200.0);
    harness.hover_at(at);
    settle(&mut harness);
    for name in ["Packed", "Sent"] {
        write(&mut harness, "e");
        write(&mut harness, name);
        press(&mut harness, Modifiers::NONE, Key::Enter);
    }
    let place = |name: &str| board(&harness).stickies.values().find(|s| s.name == name).unwrap().rect();
    let (packed, sent) = (place("Packed"), place("Sent"));
    assert!(sent.min.x > packed.max.x && (sent.min.y - packed.min.y).abs() < 1.0, "{packed:?} {sent:?}");
    nothing_overlaps(&harness);
}

#[track_caller]
fn nothing_overlaps(harness: &Harness<'static, App>) {
    let rects: Vec<_> = board(harness).stickies.values().map(isobar::board::Sticky::rect).collect();
    for (at, rect) in rects.iter().enumerate() {
        assert!(rects[at + 1..].iter().all(|other| !other.intersects(*rect)), "{rects:?}");
    }
}

#[test]
fn a_fitted_board_keeps_clear_of_the_level_switch() {
    let folder = Folder::new();
    let mut near = false;
    for (at, high) in [900, 700, 560, 440, 360, 280].into_iter().enumerate() {
        let path = folder.path(&format!("wide{at}.ron"));
        let text = format!(
            r#"(format: 1, frames: {{"1": (name: "Sales", at: (0, 0), size: (1000, {high}))}},
            stickies: {{"2": (kind: service, name: "Shop", at: (40, 60))}})"#
        );
        std::fs::write(&path, text).unwrap();
        let harness = open(Some(&path));
        let title = harness.get_by_label("Bounded context Sales").rect();
        let bottom = title.top() + high as f32 * title.width() / 1000.0;
        let switch = harness.get_by_label("Big picture").rect();
        assert!(title.left() > switch.right() || bottom < switch.top(), "{title:?} {bottom} {switch:?}");
        near |= title.left() < switch.right() && bottom > switch.top() - 40.0;
    }
    assert!(near, "none of these comes near the switch");
}

#[test]
fn the_timer_shows_while_the_board_is_presented() {
    let mut harness = empty_board();
    paste(&mut harness, "Order -> Shop -> Ordered");
    press(&mut harness, Modifiers::NONE, Key::F5);
    let timers = |harness: &Harness<'static, App>| harness.query_all_by_label_contains("Timer, ").count();
    assert_eq!(timers(&harness), 0, "it does not run");
    harness.state_mut().send(isobar::app::context::Command::Run(isobar::view::Action::Timer));
    harness.run_steps(3);
    assert_eq!(timers(&harness), 1);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(timers(&harness), 1, "in the bar again");
}

#[test]
fn who_writes_faster_than_frames_are_drawn_loses_no_letter() {
    let mut harness = empty_board();
    let key = |key| Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let text = |text: &str| text.chars().map(|c| Event::Text(c.to_string())).collect::<Vec<_>>();
    // All of it within one frame, and then a frame a letter.
    harness.input_mut().events.extend(text("ePaid"));
    harness.step();
    harness.input_mut().events.extend(text(" in full"));
    harness.input_mut().events.push(key(Key::Tab));
    harness.input_mut().events.extend(text("Sent"));
    harness.step();
    harness.event(key(Key::Tab));
    text("Received").into_iter().for_each(|event| harness.event(event));
    harness.step();
    settle(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let names: Vec<&str> = board(&harness).stickies.values().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["Paid in full", "Sent", "Received"]);
}
