//! Every check on a log that breaks it, and none on a log that keeps the board's word.

use super::*;
use crate::board::{Field, FieldType, Promise, Scenario, Schema, Span, Version};
use crate::replay::mapping::Mapping;
use crate::replay::testing::{board, log};
use crate::topology::derive;

const SHOP: &str = "Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Service:Stock -> Event:Reserved -> Service:Mail";

const GOOD: &str = "0 c command outside Buy @1
    5 e event Store Bought <c @1
    9 r event Stock Reserved <e @1";

fn run(board: &Board, log: &Log) -> Vec<Finding> {
    check(board, &derive(board), log)
}

/// The findings on the shop, as `check: subject xcount`.
fn told(board: &Board, lines: &str) -> Vec<String> {
    run(board, &log(lines)).iter().map(|f| format!("{}: {} x{}", f.check.name, f.subject, f.count)).collect()
}

fn shop() -> Board {
    let mut board = board(SHOP);
    let version = |name: &str, deprecated: &str, kind| Version {
        version: name.to_owned(),
        deprecated: deprecated.to_owned(),
        schema: Schema { fields: vec![Field::new("coins", kind)], ..Schema::default() },
        ..Version::default()
    };
    let bought = board.events.entry("Bought".to_owned()).or_default();
    bought.versions =
        vec![version("1", "2025-12-31", FieldType::String), version("2", "", FieldType::Integer)];
    board
}

#[test]
fn a_log_that_keeps_the_boards_word_has_no_finding() {
    assert_eq!(told(&board(SHOP), GOOD), [""; 0]);
    assert_eq!(told(&shop(), &GOOD.replace("Bought <c @1", "Bought <c @1 {\"coins\":5}")), [""; 0]);
}

#[test]
fn unknown_types_and_publishers_are_told_with_their_number() {
    let lines =
        format!("{GOOD}\n20 x event Store Sold @1\n21 y event Store Sold @1\n22 z event Mail Reserved <e @1");
    assert_eq!(
        told(&board(SHOP), &lines),
        ["unknown-type: Sold x2", "undeclared-publisher: Reserved from /Mail x1"]
    );
    let strange = format!("{GOOD}\n20 z event Elsewhere Reserved <e @1");
    assert_eq!(told(&board(SHOP), &strange), ["undeclared-publisher: Reserved from /Elsewhere x1"]);
}

#[test]
fn payloads_are_judged_by_the_version_they_fit_or_name() {
    let with = |data: &str| GOOD.replace("Bought <c @1", &format!("Bought <c @1 {data}"));
    assert_eq!(told(&shop(), &with(r#"{"coins":true}"#)), ["schema-violation: Bought any version x1"]);
    // Valid under version 1 only, which went out the day before.
    assert_eq!(told(&shop(), &with(r#"{"coins":"5"}"#)), ["deprecated-version: Bought 1 x1"]);
    let named = with(r#"{"coins":5}"#).replace(" Bought ", " Bought.v1 ");
    assert_eq!(told(&shop(), &named), ["schema-violation: Bought.v1 version 1 x1"]);
    assert_eq!(told(&shop(), GOOD), ["schema-violation: Bought any version x1"]);
}

#[test]
fn a_version_is_in_force_until_the_end_of_its_last_day() {
    let mut board = shop();
    let day = |board: &mut Board, text: &str| {
        if let Some(event) = board.events.get_mut("Bought") {
            event.versions[0].deprecated = text.to_owned();
        }
    };
    let lines = GOOD.replace("Bought <c @1", r#"Bought <c @1 {"coins":"5"}"#);
    day(&mut board, "2026-01-01");
    assert_eq!(told(&board, &lines), [""; 0]);
    day(&mut board, "2025-12-31");
    assert_eq!(told(&board, &lines).len(), 1);
}

#[test]
fn silence_is_told_of_reactions_that_send_something() {
    let lines = "0 c command outside Buy @1\n5 e event Store Bought <c @1\n6 f event Store Bought <c @1";
    // Mail sends nothing: its silence says nothing.
    assert_eq!(told(&board(SHOP), lines), ["silent-subscriber: Stock on Bought x2"]);
}

#[test]
fn causes_that_miss_or_do_not_fit_are_told() {
    let lines = "0 c command outside Buy @1
        5 e event Store Bought <c @1
        7 r event Stock Reserved <e @1
        8 s event Stock Reserved @1
        9 t event Stock Reserved <gone @1
        10 u event Stock Reserved <c @1";
    assert_eq!(
        told(&board(SHOP), lines),
        ["reaction-without-cause: Reserved x2", "unexpected-cause: Reserved after Buy x1"]
    );
    // Without any causation ids, what came before in the process decides.
    let plain = "0 c command outside Buy @1\n5 e event Store Bought @1\n7 r event Stock Reserved @1\n8 s event Stock Reserved @2";
    assert_eq!(told(&board(SHOP), plain), ["reaction-without-cause: Reserved x1"]);
}

#[test]
fn effects_before_causes_and_overtaking_are_told() {
    let early = "0 c command outside Buy @1\n5 e event Store Bought <c @1\n3 r event Stock Reserved <e @1";
    assert_eq!(told(&board(SHOP), early), ["order-broken: Reserved after Bought x1"]);
    let mut ordered = board(SHOP);
    let link = ordered.links.values_mut().nth(3).expect("from Bought to Stock");
    link.ordered = true;
    let late = "0 c command outside Buy @1\n9 e event Store Bought <c @1\n7 f event Store Bought <c @1\n12 r event Stock Reserved <e @1";
    assert_eq!(told(&ordered, late), ["order-broken: Bought overtaken x1"]);
    assert_eq!(told(&board(SHOP), late), [""; 0]);
}

#[test]
fn ids_that_come_twice_are_the_same_or_another_message() {
    let with = |second: &str| {
        format!(
            "0 c command outside Buy @1 {{\"n\":1}}\n1 c command outside Buy @1 {second}\n5 e event Store Bought <c @1\n9 r event Stock Reserved <e @1"
        )
    };
    assert_eq!(told(&board(SHOP), &with("{\"n\":1}")), ["duplicate-id: Buy x1"]);
    assert_eq!(told(&board(SHOP), &with("{\"n\":2}")), ["reused-id: Buy x1"]);
}

#[test]
fn retries_and_redeliveries_are_told_with_the_worst_of_them() {
    let lines = "0 c command outside Buy @1
        1 d command outside Buy @1 !attempt=2
        2 f command outside Buy @1 !attempt=3
        5 e event Store Bought <c @1 !deliverycount=4
        9 r event Stock Reserved <e @1";
    assert_eq!(told(&board(SHOP), lines), ["retried: Buy x2", "redelivered: Bought x1"]);
    let found = run(&board(SHOP), &log(lines));
    assert_eq!((found[0].first.row, found[0].worst.row), (1, 2));
    assert!(found[1].message.ends_with("once; delivery 4 at most"), "{}", found[1].message);
}

#[test]
fn messages_without_correlation_are_told() {
    assert_eq!(told(&board(SHOP), &GOOD.replace("Buy @1", "Buy")), ["missing-correlation: Buy x1"]);
}

#[test]
fn time_outs_and_percentiles_are_promises() {
    let mut board = board(SHOP);
    board.commands.entry("Buy".to_owned()).or_default().timeout = Some(Span::from_millis(4));
    assert_eq!(told(&board, GOOD), ["slow-reaction: Buy time-out x1"]);
    board.commands.clear();
    board.services.entry("Stock".to_owned()).or_default().latency =
        Some(Distribution::Constant(Span::from_millis(10)));
    let pairs = |slow: usize| -> String {
        let mut lines = String::from("0 c command outside Buy @0\n");
        for i in 0..200 {
            use std::fmt::Write as _;
            let at = i * 100;
            let took = if i < slow { 11 + i } else { 9 };
            let _ = writeln!(
                lines,
                "{at} e{i} event Store Bought <c @{i}\n{} r{i} event Stock Reserved <e{i} @{i}",
                at + took
            );
        }
        lines
    };
    assert_eq!(told(&board, &pairs(2)), [""; 0]);
    let found = run(&board, &log(&pairs(5)));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].check.name, found[0].count, found[0].worst.row > found[0].first.row),
        ("slow-reaction", 5, true)
    );
}

#[test]
fn promises_of_scenarios_hold_for_real_runs_too() {
    let mut board = board(SHOP);
    let promise = Promise::LeadsTo {
        when: "Bought".into(),
        then: vec!["Reserved".into()],
        within: Span::from_millis(10),
    };
    let expectation = crate::board::Expectation { name: "stock follows".into(), promise };
    board.scenarios.insert("day".into(), Scenario { expectations: vec![expectation], ..Scenario::default() });
    assert_eq!(told(&board, GOOD), [""; 0]);
    let late = "0 c command outside Buy @1\n5 e event Store Bought <c @1\n16 r event Stock Reserved <e @1";
    assert_eq!(told(&board, late), ["expectation-broken: day: stock follows x1"]);
    // The log ends before the time is up.
    let open = format!("{GOOD}\n20 c2 command outside Buy @2\n25 e2 event Store Bought <c2 @2");
    assert_eq!(told(&board, &open), [""; 0]);
}

#[test]
fn reports_name_line_time_and_place() {
    let board = board(SHOP);
    let findings = run(&board, &log(&format!("{GOOD}\n20 x event Store Sold @1")));
    let text = report::text("run.jsonl", &findings);
    assert!(
        text.contains("run.jsonl:4: error [unknown-type] `Sold`")
            && text.contains("first 2026-01-01T00:00:00.02Z"),
        "{text}"
    );
    let json = report::json(&board, "run.jsonl", &findings);
    assert_eq!(json["findings"][0]["first"]["line"], 4);
    let sarif = report::sarif(&board, "a b.jsonl", &findings);
    let result = &sarif["runs"][0]["results"][0];
    let rule = &sarif["runs"][0]["tool"]["driver"]["rules"]
        [result["ruleIndex"].as_u64().expect("a number") as usize];
    assert_eq!(rule["id"], result["ruleId"]);
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        (&place["artifactLocation"]["uri"], &place["region"]["startLine"]),
        (&"a%20b.jsonl".into(), &4.into())
    );
    assert!(report::text("run.jsonl", &[]).contains("conforms"));
}

#[test]
fn what_the_simulator_does_conforms_to_the_board() {
    let text = include_str!("../../../sample-boards/avatar-store/choreography.ron");
    let board = crate::board::format::read(text, crate::board::format::Syntax::Ron).expect("the sample");
    let mut quiet = board.clone();
    for scenario in quiet.scenarios.values_mut() {
        scenario.faults.clear();
    }
    let name = quiet.scenarios.keys().next().cloned();
    let mut run = crate::simulation::Simulation::new(&quiet, name.as_deref(), 7).expect("a run");
    run.run_until(120 * 1_000_000_000);
    let mut bytes = Vec::new();
    crate::simulation::log::write(&run, &mut bytes).expect("memory");
    let log = crate::replay::load::open(bytes, &Mapping::default()).expect("a log");
    assert!(log.len() > 300 && log.n_bad_lines() == 0);
    // What generated payloads look like is not the matter here.
    let wrong = |f: &&Finding| {
        let matters = f.check.severity == Severity::Error || f.check.name.contains("cause");
        matters && f.check.name != "schema-violation"
    };
    let found = check(&board, &derive(&board), &log);
    let wrong: Vec<&str> = found.iter().filter(wrong).map(|f| &*f.message).collect();
    assert_eq!(wrong, [""; 0]);
}
