//! A moment is found again by any of its names, and told without letting a log break out of its quotes.

use proptest::prelude::*;

use super::*;
use crate::replay::conformance::check;
use crate::replay::load::open;
use crate::replay::mapping::Mapping;
use crate::replay::testing::{board, log};
use crate::topology::derive;

const SHOP: &str =
    "Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Service:Stock -> Event:Reserved";

const RUN: &str = r#"0 c1 command client Buy @1 {"item":"fedora"}
    5 e1 event Store Bought <c1 @1 {"coins":5,"item":"fedora"}
    9 r1 event Stock Reserved <e1 @1
    40 c2 command client Buy @2 {"item":"fedora"}
    45 e2 event Mail Bought <c2 @2 {"coins":7,"item":"fedora"}
    49 r2 event Stock Reserved <e2 @2"#;

/// The report on an event of a log on the shop.
fn told(log: &Log, row: usize, payloads: bool) -> String {
    let board = board(SHOP);
    let topology = derive(&board);
    let findings = check(&board, &topology, log);
    let tracks = Tracks::new(&board, &topology, log);
    let findings = Some(&findings[..]);
    let (board, file) = ("shop.ron", "the run.jsonl");
    let teller = Teller { topology: &topology, board, log, file, tracks: &tracks, findings, payloads };
    teller.markdown(row).expect("the event is there")
}

#[test]
fn a_moment_is_told_with_its_process_its_payload_and_its_departures() {
    let report = told(&log(RUN), 4, true);
    for part in [
        "### `Bought` from `/Mail` at 2026-01-01T00:00:00.045Z",
        "| Id | `e2` |",
        "| Correlation | `2` |",
        "| Cause | `c2` |",
        "| Log | `the run.jsonl, line 5` |",
        "isobar shop.ron --replay 'the run.jsonl' --at line:5",
        "- **Error, Undeclared publisher:** ",
        "3 messages in 9.00 ms. The one reported is marked.",
        "```mermaid\nsequenceDiagram\n",
        "  rect rgba(255, 190, 60, 0.35)\n  p2-)p3: Bought\n  end\n",
        "| 5.00 ms | **`Bought`** | `/Mail` | `Stock` | 5 |",
        "```json\n{\n  \"coins\": 7,\n  \"item\": \"fedora\"\n}\n```",
        "Beside the `Bought` before it (line 2):",
        "| `coins` | `5` | `7` |",
        "<details><summary>Payloads of the other messages</summary>\n\n`Buy`, line 4\n",
    ] {
        assert!(report.contains(part), "no {part:?} in\n{report}");
    }
    assert!(!report.contains("| `item` |"), "what is the same is no difference\n{report}");
    assert!(!told(&log(RUN), 1, true).contains("Where it departs"), "nothing is wrong with that process");
}

#[test]
fn payloads_stay_at_home_when_they_are_asked_to() {
    let report = told(&log(RUN), 4, false);
    assert!(report.contains("| Id | `e2` |"));
    assert!(!report.contains("fedora") && !report.contains("coins"), "{report}");
}

#[test]
fn a_log_without_correlations_is_told_by_causes() {
    let report = told(
        &log("0 c command client Buy\n 5 e event Store Bought <c\n 9 r event Stock Reserved <e"),
        1,
        true,
    );
    assert!(
        report.contains("3 messages in 9.00 ms, of 1 in the process")
            || report.contains("3 messages in 9.00 ms.")
    );
    assert!(report.contains("| 9.00 ms | `Reserved` | `Stock` |"), "{report}");
}

#[test]
fn long_processes_are_told_around_the_moment() {
    let lines: Vec<String> = (0..400).map(|n| format!("{n} i{n} event Store Bought @1")).collect();
    let report = told(&log(&lines.join("\n")), 300, true);
    assert!(report.contains("40 messages in 39.0 ms, of 400 in the process"), "{report}");
    assert!(
        report.contains("| `Store` | `Stock` | 276 |") && report.contains("| **`Bought`** |"),
        "{report}"
    );
}

#[test]
fn a_moment_has_three_names() {
    let log = log(RUN);
    for (name, row) in [("line:5", 4), ("id:e2", 4), ("2026-01-01T00:00:00.041Z", 4), ("line:1", 0)] {
        let place: Place = name.parse().expect(name);
        assert_eq!(place.row(&log), Some(row), "{name}");
        assert_eq!(place.to_string(), name);
    }
    for name in ["line:7", "id:nobody", "2027-01-01T00:00:00Z"] {
        assert_eq!(name.parse::<Place>().expect(name).row(&log), None, "{name}");
    }
    for name in ["line:0", "line:x", "id:", "yesterday", ""] {
        let error = name.parse::<Place>().expect_err(name);
        assert!(error.contains("line:120"), "{error}");
    }
}

#[test]
fn a_record_over_several_lines_is_found_on_each_of_them() {
    let one = |id: u8| {
        format!(
            "{{\"specversion\":\"1.0\",\n\"id\":\"{id}\",\"source\":\"/s\",\n\"type\":\"T\",\"time\":\"2026-01-01T00:00:0{id}Z\"}}"
        )
    };
    let text = format!("[{},\n{}]", one(1), one(2));
    let log = open(text.into_bytes(), &Mapping::default()).expect("a log");
    let rows: Vec<Option<usize>> = (1..=7).map(|line| log.row_on_line(line)).collect();
    assert_eq!(rows, [Some(0), Some(0), Some(0), Some(1), Some(1), Some(1), None]);
}

/// What is left of Markdown without its blocks and spans of code, by the rules of CommonMark.
fn outside_of_code(markdown: &str) -> String {
    let (mut out, mut fence) = (String::new(), 0);
    for line in markdown.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        if fence > 0 {
            fence = if ticks >= fence && line.trim_end_matches('`').is_empty() { 0 } else { fence };
        } else if ticks >= 3 && !line[ticks..].contains('`') {
            fence = ticks;
        } else {
            out.push_str(&without_spans(line));
            out.push('\n');
        }
    }
    assert_eq!(fence, 0, "a block without an end in\n{markdown}");
    out
}

fn without_spans(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        let ticks = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let behind = &rest[at + ticks..];
        let mut from = 0;
        // The span ends at the next run of just as many.
        let end = loop {
            let Some(next) = behind[from..].find('`').map(|next| from + next) else { break None };
            let run = behind[next..].len() - behind[next..].trim_start_matches('`').len();
            if run == ticks {
                break Some(next + run);
            }
            from = next + run;
        };
        rest = end.map_or("", |end| &behind[end..]);
        assert!(end.is_some(), "a span without an end in {line}");
    }
    out + rest
}

proptest! {
    /// Whatever a log says, it stays in its quotes, tables keep their columns, and a tracker takes the text.
    #[test]
    fn no_log_breaks_out_of_its_quotes(
        words in prop::collection::vec("[`|@#;<>:\\\\ \na-c\"é]{1,9}", 6),
        row in 0..3_usize,
    ) {
        let mut text = String::new();
        for at in 0..3_u8 {
            let event = serde_json::json!({
                "specversion": "1.0",
                "id": format!("{at}EVIL{}", words[0]),
                "source": format!("/EVIL{}", words[1]),
                "type": format!("EVIL{}", words[2]),
                "time": format!("2026-01-01T00:00:0{at}Z"),
                "correlationid": format!("EVIL{}", words[3]),
                "causationid": if at > 0 { format!("{}EVIL{}", at - 1, words[0]) } else { String::new() },
                "data": {format!("EVIL{}", words[4]): format!("EVIL{}{at}", words[5])},
            });
            text.push_str(&event.to_string());
            text.push('\n');
        }
        let log = open(text.into_bytes(), &Mapping::default()).expect("a log");
        let report = told(&log, row, true);
        let outside = outside_of_code(&report);
        prop_assert!(!outside.contains("EVIL"), "{}", outside);
        for line in outside.lines().filter(|line| line.starts_with('|')) {
            let bars = line.replace("\\|", "").matches('|').count();
            prop_assert!([3, 4, 6].contains(&bars), "{}", line);
        }
        prop_assert!(report.len() < 65_000);
        prop_assert_eq!(Place::of(&log, row).and_then(|place| place.row(&log)), Some(row));
    }
}
