//! The drawer of advice: a finding in full, its cure, and what a team decides about it.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::kit::{Folder, board, open, press, sample, settle, write};

#[test]
fn a_god_event_is_explained_taken_apart_and_put_back() {
    let mut harness = open(Some(&sample("car-marketplace/god-event.ron")));
    let before = board(&harness).clone();
    harness.get_by_label_contains("God event: Vehicle").click();
    settle(&mut harness);
    harness.get_by_label("price: used by Finance, Order, Search and Vehicle Detail");
    harness.get_by_label("Name of the event with price, published").focus();
    settle(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::A);
    write(&mut harness, "listingUpdated");
    harness.get_by_label_contains("Split VehicleUpdated into").click();
    settle(&mut harness);
    let listing = &board(&harness).events["listingUpdated"].versions[0].schema;
    let fields: Vec<&str> = listing.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["vehicleId", "price", "published"]);
    assert!(!board(&harness).events["VehicleUpdated"].versions[0].deprecated.is_empty());
    assert!(harness.query_by_label_contains("God event: Vehicle").is_none());
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*board(&harness), before);
}

#[test]
fn advice_can_be_ignored_on_a_sticky_with_a_reason() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    harness.get_by_label_contains("Nobody consumes: ").click();
    settle(&mut harness);
    harness.get_by_label("Ignore here…").click();
    settle(&mut harness);
    harness.get_by_label("Why it does not apply here").click();
    settle(&mut harness);
    write(&mut harness, "the warehouse listens");
    harness.get_by_label("Ignore").click();
    settle(&mut harness);
    let allowed: Vec<_> = board(&harness).stickies.values().flat_map(|sticky| &sticky.allow).collect();
    assert_eq!(
        (allowed[0].rule.as_str(), allowed[0].reason.as_str()),
        ("unconsumed-event", "the warehouse listens")
    );
    assert!(harness.query_by_label_contains("Nobody consumes: ").is_none());
}

#[test]
fn what_would_help_is_ranked_and_built_with_one_click() {
    let mut harness = open(Some(&sample("avatar-store/synchronous.ron")));
    harness.get_by_label_contains("Availability chain: ").click();
    settle(&mut harness);
    let stickies = board(&harness).stickies.len();
    harness.get_by_label("Build queue:DeductBalance").click();
    settle(&mut harness);
    assert!(
        board(&harness).channels.contains_key("balance-commands"),
        "{:?}",
        board(&harness).channels.keys()
    );
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(board(&harness).stickies.len(), stickies);
}

#[test]
fn the_window_follows_isobar_toml() {
    let folder = Folder::new();
    std::fs::write(folder.path("isobar.toml"), "[rules]\nunconsumed-event = \"allow\"\n").unwrap();
    let harness = open(Some(&folder.board()));
    assert!(harness.query_by_label_contains("Nobody consumes: ").is_none());
}
