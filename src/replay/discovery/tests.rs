//! What a discovered board holds beside its edges, which `tests/discovery.rs` measures on all samples.

use super::*;
use crate::board::FieldType;
use crate::board::format::{Syntax, read, write};
use crate::replay::load::open;
use crate::replay::mapping::Mapping;
use crate::replay::testing::log;
use crate::simulation::Simulation;

/// A run of the choreographed store without faults, as a log.
fn captured() -> Log {
    let text = include_str!("../../../sample-boards/avatar-store/choreography.ron");
    let mut board = read(text, Syntax::Ron).expect("the sample");
    for scenario in board.scenarios.values_mut() {
        scenario.faults.clear();
    }
    let name = board.scenarios.keys().next().cloned();
    let mut run = Simulation::new(&board, name.as_deref(), 7).expect("a run");
    run.run_until(900 * 1_000_000_000);
    let mut bytes = Vec::new();
    crate::simulation::log::write(&run, &mut bytes).expect("memory");
    open(bytes, &Mapping::default()).expect("a log")
}

#[test]
fn a_discovered_board_is_sound_and_can_be_simulated() {
    let found = discover(&captured()).board;
    assert_eq!(read(&write(&found, Syntax::Ron), Syntax::Ron).expect("readable"), found);
    let mut run = Simulation::new(&found, Some("as captured"), 1).expect("a run");
    run.run_until(60 * 1_000_000_000);
    assert!(run.trace().is_some_and(|t| t.len() > 50));
    let rects: Vec<_> = found.stickies.values().map(Sticky::rect).collect();
    for (at, a) in rects.iter().enumerate() {
        assert!(rects[at + 1..].iter().all(|b| !overlap(a, b)), "stickies lie over one another");
    }
}

fn overlap(a: &crate::board::Rect, b: &crate::board::Rect) -> bool {
    let apart = |a0: f32, a1: f32, b0: f32, b1: f32| a1 <= b0 || b1 <= a0;
    !apart(a.min.x, a.max.x, b.min.x, b.max.x) && !apart(a.min.y, a.max.y, b.min.y, b.max.y)
}

#[test]
fn outcomes_rates_and_latencies_are_measured() {
    let mut lines = String::new();
    for i in 0..200 {
        use std::fmt::Write as _;
        let at = i * 1000;
        let (name, took) = if i % 4 == 0 { ("Failed", 30) } else { ("Assigned", 20) };
        let _ = writeln!(
            lines,
            "{at} c{i} command outside shop.Buy @{i}
             {} e{i} event Store shop.Bought <c{i} @{i}
             {} r{i} event Stock shop.{name} <e{i} @{i}",
            at + 10,
            at + 10 + took
        );
    }
    let found = discover(&log(&lines)).board;
    assert_eq!(found.settings.namespace, "shop");
    assert_eq!(found.services.keys().map(String::as_str).collect::<Vec<_>>(), ["Stock", "Store"]);
    let outcome = |name: &str| {
        let sticky = found.stickies.iter().find(|(_, s)| s.name == name).expect("on the board").0;
        found.links.values().find(|l| l.to == *sticky).expect("sent").outcome.clone()
    };
    use crate::board::Outcome::{Always, OneOf};
    assert_eq!(
        (outcome("Failed"), outcome("Assigned"), outcome("Bought")),
        (OneOf(25.0), OneOf(75.0), Always)
    );
    let store = found.services["Store"].latency.clone();
    let ten = Span::from_millis(10);
    assert_eq!(store, Some(Distribution::LogNormal { median: ten, p99: ten }));
    let scenario = &found.scenarios["as captured"];
    let Arrivals::Poisson(rate) = scenario.stimuli[0].arrivals else { panic!("a rate") };
    assert_eq!((&*scenario.stimuli[0].entry, (rate * 100.0).round() / 100.0), ("Buy", 1.0));
}

#[test]
fn schemas_know_required_optional_ranges_formats_and_values() {
    let mut lines = String::new();
    for i in 0..100 {
        use std::fmt::Write as _;
        let extra = if i % 2 == 0 { r#","note":null"# } else { "" };
        let _ = writeln!(
            lines,
            r#"{i} e{i} event Store Bought @1 {{"id":"c0a1e5d2-3b7f-4a86-8f19-2e6b4d9c0a{:02}","price":{}.5,"count":{i},"currency":"{}","lines":[{{"sku":"s{i}"}}],"at":"2026-01-01T00:00:00Z"{extra}}}"#,
            i % 100,
            i,
            ["EUR", "GBP"][i % 2]
        );
    }
    let found = discover(&log(&lines)).board;
    let version = &found.events["Bought"].versions[0];
    let field = |path: &str| version.schema.field(path).unwrap_or_else(|| panic!("{path}"));
    assert_eq!((field("id").format.as_str(), field("at").format.as_str()), ("uuid", "date-time"));
    assert_eq!(
        (field("price").r#type, field("price").min, field("price").max),
        (FieldType::Number, Some(0.5), Some(99.5))
    );
    assert_eq!((field("count").r#type, field("count").max), (FieldType::Integer, Some(99.0)));
    assert_eq!(field("currency").allowed, ["EUR", "GBP"]);
    assert_eq!((field("lines").r#type, field("lines.sku").r#type), (FieldType::Array, FieldType::String));
    assert!(field("note").optional && !field("id").optional);
    let validator = crate::board::schema::validate::Validator::new(&version.schema).expect("a schema");
    assert!(version.examples.iter().all(|e| validator.is_valid(e)) && version.examples.len() == 2);
}

#[test]
fn a_log_of_process_mining_makes_one_system_and_no_service_of_a_person() {
    let event = |name: &str, second: u32, who: &str| {
        format!(
            "<event><string key=\"concept:name\" value=\"{name}\"/><string key=\"org:resource\" value=\"{who}\"/>\
             <date key=\"time:timestamp\" value=\"2026-01-01T00:00:{second:02}Z\"/></event>"
        )
    };
    let trace = |number: u32| {
        let who = if number.is_multiple_of(2) { ["Pete", "Sue"] } else { ["Mike", "Pete"] };
        let (asked, decided) = (event("asked", number, who[0]), event("decided", number + 20, who[1]));
        let name = format!("<string key=\"concept:name\" value=\"case {number}\"/>");
        format!("<trace>{name}{asked}{decided}</trace>")
    };
    let text = format!("<log>{}</log>", (0..20).map(trace).collect::<String>());
    let found = discover(&open(text.into_bytes(), &Mapping::default()).expect("a log"));
    let services: Vec<&String> = found.board.services.keys().collect();
    assert_eq!(services, ["System"]);
    let topology = crate::topology::derive(&found.board);
    let reacts = topology.reactions.iter().find(|r| !r.triggers.is_empty()).expect("a reaction");
    let message = |at: crate::topology::MessageIx| topology[at].name.clone();
    assert_eq!(message(topology[reacts.triggers[0]].message), "asked");
    assert_eq!(message(reacts.outputs[0].message), "decided");
    assert!(found.notes.iter().any(|note| note.contains("names no publishers")), "{:?}", found.notes);
    assert!(found.board.events["decided"].versions[0].schema.fields.iter().any(|f| f.name == "org:resource"));
}

/// Events as a bus keeps them often name nothing but their type and who sent them. That much is drawn.
#[test]
fn who_sends_what_is_drawn_of_a_log_that_names_neither_causes_nor_processes() {
    let lines = [
        r#"{"detail-type":"OrderPlaced","source":"shop","time":"2026-01-01T10:00:00Z","detail":{"orderId":"o-1"}}"#,
        r#"{"detail-type":"OrderPaid","source":"till","time":"2026-01-01T10:00:01Z","detail":{"orderId":"o-1"}}"#,
        r#"{"detail-type":"OrderPlaced","source":"shop","time":"2026-01-01T10:00:02Z","detail":{"orderId":"o-2"}}"#,
    ];
    let found = discover(&open(lines.join("\n").into_bytes(), &Mapping::default()).expect("a log"));
    let name = |id: StickyId| found.board.stickies[&id].name.as_str();
    let mut links: Vec<(&str, &str)> =
        found.board.links.values().map(|link| (name(link.from), name(link.to))).collect();
    links.sort_unstable();
    assert_eq!(links, [("shop", "OrderPlaced"), ("till", "OrderPaid")]);
    assert!(found.notes[0].contains("neither causes nor processes"), "{:?}", found.notes);
    assert_eq!(found.board.scenarios["as captured"].stimuli.len(), 2);
}
