//! Numbers that can be worked out by hand.

use std::fmt::Write as _;

use super::*;
use crate::replay::load::open;
use crate::replay::mapping::Mapping;

fn log(rows: &[(&str, &str, &str, i64, &str)]) -> Log {
    let mut text = String::new();
    for (id, name, cause, millis, case) in rows {
        let _ = writeln!(
            text,
            r#"{{"specversion":"1.0","id":"{id}","source":"/{case}","type":"{name}","time":{millis},"correlationid":"{case}","causationid":"{cause}"}}"#
        );
    }
    let mapping = Mapping { time_unit: crate::replay::time::TimeUnit::Millis, ..Mapping::default() };
    open(text.into_bytes(), &mapping).expect("a log")
}

#[test]
fn latencies_gaps_and_counts_are_exact() {
    let mut rows = Vec::new();
    let ids: Vec<(String, String)> = (1..=100).map(|i| (format!("a{i}"), format!("b{i}"))).collect();
    for (i, (a, b)) in ids.iter().enumerate() {
        let at = i as i64 * 1000;
        rows.push((&**a, "A", "", at, "x"));
        rows.push((&**b, "B", &**a, at + i as i64 + 1, "y"));
    }
    rows.push(("c", "C", "nowhere", 200_000, "x"));
    let s = stats(&log(&rows));
    assert_eq!((s.n_events, s.n_missing_causes, s.n_late), (201, 1, 0));
    let latency = &s.latencies[0];
    assert_eq!((&*latency.cause, &*latency.effect, latency.count), ("A", "B", 100));
    let ms = 1_000_000;
    assert_eq!(
        [latency.p50_nanos, latency.p90_nanos, latency.p99_nanos, latency.max_nanos],
        [50 * ms, 90 * ms, 99 * ms, 100 * ms]
    );
    assert_eq!(s.gaps[0], Gap { from_nanos: 99_100 * ms, length_nanos: 100_900 * ms });
    assert_eq!(s.gaps.len(), 10);
    assert!((s.types[0].per_second - 0.5).abs() < 1e-12 && s.types[0].longest_gap_nanos == 1000 * ms);
    assert_eq!(
        s.correlations,
        [NameCount { name: "x".into(), n_events: 101 }, NameCount { name: "y".into(), n_events: 100 }]
    );
    assert!(in_words(&s).contains("A -> B"));
}

#[test]
fn a_burst_and_a_hole_are_odd_and_a_steady_rate_is_not() {
    let ids: Vec<String> = (0..24_000).map(|i| i.to_string()).collect();
    let steady: Vec<_> = ids.iter().enumerate().map(|(i, id)| (&**id, "T", "", i as i64 * 10, "x")).collect();
    assert!(stats(&log(&steady)).anomalies.is_empty());
    // Part 60 of 120 is two seconds long: empty it, and put ten times as many into part 90.
    let mut odd: Vec<_> = steady.iter().filter(|r| !(120_000..122_000).contains(&r.3)).copied().collect();
    odd.extend(steady.iter().take(1800).enumerate().map(|(i, r)| (r.0, "T", "", 180_000 + i as i64, "x")));
    let found = stats(&log(&odd)).anomalies;
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].count, found[0].score > 0.0, found[1].count, found[1].score < 0.0),
        (2000, true, 0, true)
    );
    assert_eq!(found[1].from_nanos / 1_000_000_000, 119);
}

#[test]
fn an_empty_log_has_numbers_too() {
    let s = stats(&log(&[]));
    assert_eq!((s.n_events, s.types.len(), s.anomalies.len()), (0, 0, 0));
    assert_eq!(in_words(&s).lines().next(), Some("no events"));
    assert!(serde_json::to_string(&s).is_ok());
}
