//! Entry at the speed of talk: stories typed by keyboard alone, pasted lines.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use isobar::board::StickyKind;

use super::kit::{Folder, board, open, press, settle, write};

#[test]
fn a_story_of_thirty_stickies_is_typed_by_keyboard_alone() {
    let mut harness = open(None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    let steps = ["Order", "Pay", "Cook", "Pack", "Deliver", "Rate", "Refund", "Complain"];
    write(&mut harness, "u");
    write(&mut harness, "Guest");
    for step in steps {
        press(&mut harness, Modifiers::COMMAND, Key::Enter);
        write(&mut harness, &format!("{step} it"));
        press(&mut harness, Modifiers::COMMAND, Key::Enter);
        write(&mut harness, "Kitchen");
        press(&mut harness, Modifiers::COMMAND, Key::Enter);
        write(&mut harness, &format!("{step} done"));
        press(&mut harness, Modifiers::COMMAND, Key::Enter);
        write(&mut harness, &format!("After {step}"));
    }
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let board = board(&harness);
    assert_eq!(board.stickies.len(), 33);
    assert_eq!(board.links.len(), 32);
    assert!(board.links.values().all(|link| board.link_meaning(link).is_some()));
    assert_eq!(board.services.len(), 1, "one service, however often it reacts");
    assert_eq!((board.events.len(), board.commands.len()), (8, 8));
    let rects: Vec<_> = board.stickies.values().map(isobar::board::Sticky::rect).collect();
    for (i, a) in rects.iter().enumerate() {
        assert!(rects[..i].iter().all(|b| !a.intersects(*b)), "stickies overlap");
    }
}

#[test]
fn tab_goes_right_and_shift_tab_below_with_the_same_kind() {
    let mut harness = open(None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    write(&mut harness, "e");
    write(&mut harness, "Paid");
    press(&mut harness, Modifiers::NONE, Key::Tab);
    write(&mut harness, "Packed");
    press(&mut harness, Modifiers::SHIFT, Key::Tab);
    write(&mut harness, "Shipped");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let board = board(&harness);
    let at = |name: &str| board.stickies.values().find(|sticky| sticky.name == name).unwrap().at;
    assert!(at("Packed").x > at("Paid").x && at("Shipped").y > at("Packed").y);
    assert!(board.stickies.values().all(|sticky| sticky.kind == StickyKind::Event));
}

#[test]
fn escape_leaves_no_trace_of_a_sticky() {
    let mut harness = open(None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    write(&mut harness, "e");
    write(&mut harness, "Oops");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(board(&harness).stickies.is_empty() && board(&harness).events.is_empty());
    assert!(harness.state().document().history().log().is_empty());
}

#[test]
fn typing_offers_names_and_picking_one_makes_the_same_definition() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    write(&mut harness, "e");
    write(&mut harness, "plac");
    harness.get_by_label("Order placed");
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(board(&harness).stickies.values().filter(|sticky| sticky.name == "OrderPlaced").count(), 2);
}

#[test]
fn pasted_lines_become_stickies() {
    let mut harness = open(None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.event(egui::Event::Paste("Place order -> Shop -> Order placed".to_owned()));
    settle(&mut harness);
    assert_eq!((board(&harness).stickies.len(), board(&harness).links.len()), (3, 2));
    harness.event(egui::Event::Paste("One\nTwo\nThree".to_owned()));
    settle(&mut harness);
    assert_eq!(board(&harness).stickies.len(), 6);
}

#[test]
fn a_row_without_arrows_gets_its_links_proposed_and_accepted() {
    let mut harness = open(None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.event(egui::Event::Paste("command: Order\nservice: Shop\nevent: Ordered".to_owned()));
    settle(&mut harness);
    assert_eq!(board(&harness).links.len(), 0);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
    assert_eq!(board(&harness).links.len(), 2);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(board(&harness).links.len(), 0);
}

#[test]
fn arranging_is_one_step() {
    let mut harness = open(None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.event(egui::Event::Paste("Order -> Shop -> Ordered\nPay -> Bank -> Paid".to_owned()));
    settle(&mut harness);
    // A sticky out of place: the last one, far to the left.
    press(&mut harness, Modifiers::NONE, Key::Escape);
    let before = board(&harness).clone();
    let steps = harness.state().document().history().log().len();
    let paid = super::kit::centre(&harness, "Domain event Paid");
    super::kit::drag(&mut harness, paid, paid - egui::vec2(300.0, 120.0));
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    for _ in 0..400 {
        harness.step();
        if harness.state().document().history().log().len() == steps + 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    settle(&mut harness);
    assert_eq!(harness.state().document().history().log().len(), steps + 2, "the drag, and the arrangement");
    for link in board(&harness).links.values() {
        assert!(board(&harness).stickies[&link.from].at.x < board(&harness).stickies[&link.to].at.x);
    }
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*board(&harness), before);
}
