//! The filter of a subscription: written, refused with its place, completed from the schema, tried on events.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use isobar::app::{App, Start};
use isobar::board::{LinkId, Meaning};
use isobar::view::Item;
use serde_json::json;

use super::kit::{press, sample, settle, write};

/// The app on a sample with one link selected: that from an event to a consumer.
fn on_link(filtered: bool) -> (Harness<'static, App>, LinkId) {
    let start = Start { board: Some(sample("pizza/event-driven")), replay: None, at: None };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1440.0, 1600.0))
        .with_max_steps(2_000)
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| App::new(&cc.egui_ctx, start));
    settle(&mut harness);
    let board = harness.state().document().board();
    let link = board.links.iter().find(|(_, link)| match filtered {
        true => link.filter.is_some(),
        false => link.filter.is_none() && board.link_meaning(link) == Some(Meaning::Leaves),
    });
    let id = *link.unwrap().0;
    harness.state_mut().send(isobar::app::context::Command::Show(vec![Item::Link(id)]));
    settle(&mut harness);
    (harness, id)
}

fn says(harness: &Harness<'static, App>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

fn rewrite(harness: &mut Harness<'static, App>, text: &str) {
    harness.get_by_label("Content filter").click();
    settle(harness);
    press(harness, Modifiers::COMMAND, Key::A);
    write(harness, text);
}

#[test]
fn a_fault_is_told_with_its_place_and_never_put_on_the_board() {
    let (mut harness, id) = on_link(true);
    let before = harness.state().document().board().links[&id].filter.clone();
    rewrite(&mut harness, "{\"data\": {\"fulfilment\": [{\"like\": \"d\"}]}}");
    assert!(says(&harness, "Unrecognized match type like in data.fulfilment, line 1, column 27"));
    harness.get_by_label("Event to try");
    assert_eq!(harness.state().document().board().links[&id].filter, before);
}

#[test]
fn what_is_suggested_comes_from_the_schema() {
    let (mut harness, id) = on_link(false);
    harness.get_by_label("Content filter").click();
    settle(&mut harness);
    write(&mut harness, "{\"da");
    harness.get_by_label("Suggest data");
    press(&mut harness, Modifiers::NONE, Key::Tab);
    write(&mut harness, "{\"");
    harness.get_by_label("Suggest orderId");
    // Closed, the list leaves the keys to the field.
    press(&mut harness, Modifiers::NONE, Key::Escape);
    write(&mut harness, "orderId\": [{\"prefix\": \"o-\"}]}}");
    assert!(says(&harness, "Valid: asks for data.orderId"));
    // Leaving the field puts the filter on the link.
    harness.get_by_label("Event to try").click();
    settle(&mut harness);
    let filter = harness.state().document().board().links[&id].filter.clone();
    assert_eq!(filter, Some(json!({"data": {"orderId": [{"prefix": "o-"}]}})));
}

#[test]
fn an_event_tried_lights_every_condition_with_its_reason() {
    let (mut harness, _) = on_link(true);
    harness.get_by_label("One that matches").click();
    settle(&mut harness);
    assert!(says(&harness, "The event passes"));
    assert!(says(&harness, "Met: data.fulfilment"));
    harness.get_by_label("Event to try").click();
    settle(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::A);
    write(&mut harness, "{\"fulfilment\": \"by balloon\"}");
    assert!(says(&harness, "The event does not pass"));
    assert!(says(&harness, "not met by \"by balloon\""));
    press(&mut harness, Modifiers::COMMAND, Key::A);
    write(&mut harness, "{\"fulfilment\"");
    assert!(says(&harness, "The event is not valid JSON"));
}

#[test]
fn events_of_the_open_log_are_tried_one_after_the_other() {
    let (mut harness, id) = on_link(true);
    assert!(harness.query_by_label("From the log").is_none(), "no log is open");
    let board = harness.state().document().board();
    let event = board.stickies[&board.links[&id].from].name.clone();
    let line = |number: u32, name: &str, way: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{number}","source":"/orders","type":"{name}","time":"2026-01-01T00:00:0{number}Z","data":{{"fulfilment":"{way}"}}}}"#
        )
    };
    let lines = [line(1, &event, "delivery"), line(2, "SomethingElse", "?"), line(3, &event, "by balloon")];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    harness.state_mut().send(isobar::app::context::Command::Replay(path, None));
    for _ in 0..20 {
        settle(&mut harness);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    harness.state_mut().send(isobar::app::context::Command::Show(vec![Item::Link(id)]));
    settle(&mut harness);
    harness.get_by_label("From the log").click();
    settle(&mut harness);
    assert!(says(&harness, "Event 1 of 3 in the log"));
    harness.get_by_label("Later in the log").click();
    settle(&mut harness);
    assert!(says(&harness, "Event 3 of 3 in the log"), "what this link does not hear is passed over");
    assert!(says(&harness, "The event does not pass"));
    harness.get_by_label("Earlier in the log").click();
    settle(&mut harness);
    assert!(says(&harness, "Event 1 of 3 in the log"));
}
