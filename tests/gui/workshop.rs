//! Workshop aids and names: levels, pivotal lines, voting, presenting, the timer, merging and renaming.

use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use isobar::app::context::Command;
use isobar::view::{Action, Item};

use super::kit::{Folder, board, centre, click, drag, open, press, settle, write};

#[test]
fn a_level_shows_and_offers_only_what_belongs_to_it() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    press(&mut harness, Modifiers::ALT, Key::Num1);
    assert!(
        harness.query_by_label("Command Place order").is_none(),
        "a command is not part of the big picture"
    );
    harness.get_by_label("Domain event Order placed");
    harness.get_by_label("1 hidden");
    assert!(harness.query_by_label("Add policy").is_none());
    write(&mut harness, "p");
    harness.get_by_label("Policy belongs to the process level; Alt+2 shows it");
    assert_eq!(board(&harness).stickies.len(), 4);
    harness.get_by_label("Process").click();
    settle(&mut harness);
    harness.get_by_label("Command Place order");
    harness.get_by_label("Add policy");
    assert!(harness.query_by_label("Add channel").is_none());
    // Going to something the level leaves out shows it.
    press(&mut harness, Modifiers::ALT, Key::Num1);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    write(&mut harness, "place order");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_by_label("Command Place order");
}

#[test]
fn a_story_at_the_big_picture_level_stays_at_that_level() {
    let mut harness = open(None);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    press(&mut harness, Modifiers::ALT, Key::Num1);
    write(&mut harness, "e");
    write(&mut harness, "Paid");
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    write(&mut harness, "Kitchen");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let board = board(&harness);
    assert!(board.services.contains_key("Kitchen"), "an event is followed by who hears it, not by a policy");
    assert_eq!(board.links.len(), 1);
}

#[test]
fn a_pivotal_line_is_put_down_named_moved_and_locked() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    harness.get_by_label("Pivotal line").click();
    settle(&mut harness);
    let shop = harness.get_by_label("Service Shop").rect();
    let at = shop.right_center() + vec2(20.0, 120.0);
    click(&mut harness, at);
    write(&mut harness, "Paid");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_by_label("Pivotal line Paid");
    let x = board(&harness).lines.values().next().unwrap().x;
    let grip = at - vec2(0.0, 60.0);
    drag(&mut harness, grip, grip + vec2(60.0, 0.0));
    let moved = board(&harness).lines.values().next().unwrap().x;
    assert!(moved > x, "{x} {moved}");
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    drag(&mut harness, grip + vec2(60.0, 60.0), at);
    assert_eq!(board(&harness).lines.values().next().unwrap().x, moved, "it is locked");
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert!(board(&harness).lines.is_empty());
}

#[test]
fn votes_are_cast_by_click_and_ranked() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    harness.state_mut().send(Command::Run(Action::Voting));
    settle(&mut harness);
    let (shop, event) = (centre(&harness, "Service Shop"), centre(&harness, "Domain event Order placed"));
    for at in [event, event, shop] {
        click(&mut harness, at);
    }
    let votes = |name: &str| board(&harness).stickies.values().find(|s| s.name == name).unwrap().votes;
    assert_eq!((votes("OrderPlaced"), votes("Shop")), (2, 1));
    harness.get_by_label("Order placed, votes: 2");
    harness.get_by_label("Shop, votes: 1");
    harness.get_by_label("3 dots on 2 stickies");
    let canvas = harness.get_by_label("Board canvas").rect();
    assert!(
        harness.get_by_label("Dot voting").rect().left() > canvas.right(),
        "no sticky lies under the results"
    );
    harness.get_by_label("Clear").click();
    settle(&mut harness);
    harness.get_by_label("No dots yet.");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Dot voting").is_none());
}

#[test]
fn presenting_walks_the_frames_with_nothing_around_them() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    press(&mut harness, Modifiers::COMMAND, Key::A);
    press(&mut harness, Modifiers::COMMAND, Key::G);
    write(&mut harness, "Ordering");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(board(&harness).frames.values().next().unwrap().name, "Ordering");
    press(&mut harness, Modifiers::NONE, Key::F5);
    harness.get_by_label("1 of 2");
    assert!(harness.query_by_label("Main menu").is_none() && harness.query_by_label("Select").is_none());
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    harness.get_by_label("2 of 2");
    harness.get_by_label("Ordering");
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    harness.get_by_label("1 of 2");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.get_by_label("Main menu");
    press(&mut harness, Modifiers::NONE, Key::F5);
    for _ in 0..2 {
        press(&mut harness, Modifiers::NONE, Key::Space);
    }
    harness.get_by_label("Main menu");
}

#[test]
fn the_timer_alerts_without_a_sound() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    harness.state_mut().send(Command::Run(Action::Timer));
    harness.run_steps(3);
    harness.get_by_label_contains("Timer, ").click();
    harness.run_steps(3);
    harness.get_by_label("1 minute").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Timer, ");
    // A minute later.
    harness.input_mut().time = Some(harness.ctx.input(|input| input.time) + 61.0);
    harness.step();
    harness.step();
    harness.get_by_label("Time is up");
    harness.get_by_label("Done").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Time is up").is_none());
}

#[test]
fn a_definition_is_renamed_on_one_sticky_or_everywhere() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    // A second sticky of the same service.
    let shop = centre(&harness, "Service Shop");
    click(&mut harness, shop);
    press(&mut harness, Modifiers::COMMAND, Key::D);
    press(&mut harness, Modifiers::NONE, Key::F2);
    write(&mut harness, "Store");
    harness.get_by_label("Enter renames this sticky, Alt+Enter all 2");
    press(&mut harness, Modifiers::ALT, Key::Enter);
    let named = |name: &str| board(&harness).stickies.values().filter(|sticky| sticky.name == name).count();
    assert_eq!((named("Store"), named("Shop")), (2, 0));
    assert!(board(&harness).services.contains_key("Store") && !board(&harness).services.contains_key("Shop"));
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    click(&mut harness, shop - vec2(50.0, 40.0));
    press(&mut harness, Modifiers::NONE, Key::F2);
    write(&mut harness, "Kiosk");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(board(&harness).services.len(), 2, "now there are two");
}

#[test]
fn two_names_are_merged_into_one() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    write(&mut harness, "s");
    write(&mut harness, "Store");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let board_now = board(&harness);
    let both: Vec<Item> = board_now
        .stickies
        .iter()
        .filter(|(_, sticky)| sticky.kind == isobar::board::StickyKind::Service)
        .map(|(id, _)| Item::Sticky(*id))
        .collect();
    harness.state_mut().send(Command::Show(both));
    settle(&mut harness);
    harness.state_mut().send(Command::Run(Action::MergeNames));
    settle(&mut harness);
    harness.get_by_label("Which name stays?");
    harness.get_by_label("Store").click();
    settle(&mut harness);
    assert_eq!(board(&harness).services.keys().collect::<Vec<_>>(), ["Store"]);
    assert_eq!(board(&harness).stickies.values().filter(|sticky| sticky.name == "Store").count(), 2);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    let names = |name: &str| board(&harness).stickies.values().filter(|sticky| sticky.name == name).count();
    assert_eq!((names("Shop"), names("Store")), (1, 1), "one step");
}

#[test]
fn a_word_is_replaced_on_the_whole_board() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    press(&mut harness, Modifiers::COMMAND, Key::F);
    write(&mut harness, "order");
    harness.get_by_label("Replace with").click();
    settle(&mut harness);
    write(&mut harness, "purchase");
    harness.get_by_label("Replace all").click();
    settle(&mut harness);
    assert!(board(&harness).stickies.values().any(|sticky| sticky.name == "PurchasePlaced"));
    assert!(board(&harness).stickies.values().any(|sticky| sticky.name == "PlacePurchase"));
    assert_eq!(harness.state().document().history().log().len(), 1);
}

#[test]
fn links_and_frames_are_reached_by_keyboard_and_named() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    for label in [
        "Link: Client issues Place order",
        "Link: Place order is handled by Shop",
        "Link: Shop publishes Order placed",
    ] {
        harness.get_by_label(label);
    }
    harness.get_by_label("Link: Shop publishes Order placed").focus();
    settle(&mut harness);
    assert!(matches!(harness.state().selection().only(), Some(Item::Link(_))));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    write(&mut harness, "at once");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_by_label("Link: Shop publishes Order placed, at once");
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert_eq!(board(&harness).links.len(), 2);
}

#[test]
fn a_template_starts_a_board() {
    let mut harness = open(None);
    harness.get_by_label("Start from Publish and subscribe").click();
    settle(&mut harness);
    assert_eq!(board(&harness).title(), "Publish and subscribe");
    harness.get_by_label("Channel Kitchen queue");
}
