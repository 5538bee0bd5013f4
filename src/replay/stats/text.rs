//! The numbers of a log as text.

use std::fmt::Write as _;

use super::Stats;
use crate::replay::time::{duration_text, format as moment};

/// Rows shown of lists that may be long.
const ROWS: usize = 40;

/// The numbers of a log, laid out for a terminal.
pub fn in_words(stats: &Stats) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(stats, &mut out);
    out
}

fn write(s: &Stats, out: &mut String) -> std::fmt::Result {
    if s.n_events == 0 {
        writeln!(out, "no events")?;
    } else {
        let length = duration_text(s.last_nanos.saturating_sub(s.first_nanos));
        writeln!(
            out,
            "{} from {} to {} ({length})",
            counted(s.n_events as u64, "event", "events"),
            moment(s.first_nanos),
            moment(s.last_nanos)
        )?;
    }
    for (label, n) in &s.formats {
        writeln!(out, "  read as {label}: {n}")?;
    }
    for (n, what) in [
        (s.n_bad_lines, ["place that could not be read", "places that could not be read"]),
        (s.n_late, ["event that stands behind a later one", "events that stand behind a later one"]),
        (s.n_untimed, ["event without a time", "events without a time, given that of the event before"]),
        (s.n_missing_causes, ["event whose cause is not in the log", "events whose cause is not in the log"]),
    ] {
        if n > 0 {
            writeln!(out, "  {}", counted(n, what[0], what[1]))?;
        }
    }
    let busiest = s.types.iter().map(|t| t.per_second).fold(0.0, f64::max);
    let (seconds, unit) = rate_unit(busiest);
    writeln!(out, "\n{:>12} {unit:>10} {:>11}  type", "events", "longest gap")?;
    for t in s.types.iter().take(ROWS) {
        let kind = t.kind.map_or(String::new(), |k| format!(" ({})", k.word()));
        let gap = if t.n_events > 1 { duration_text(t.longest_gap_nanos) } else { "–".to_owned() };
        writeln!(out, "{:>12} {:>10.3} {gap:>11}  {}{kind}", t.n_events, t.per_second * seconds, t.name)?;
    }
    more(out, s.types.len())?;
    if !s.sources.is_empty() {
        writeln!(out, "\n{:>12}  source", "events")?;
        for source in s.sources.iter().take(ROWS) {
            writeln!(out, "{:>12}  {}", source.n_events, source.name)?;
        }
        more(out, s.sources.len())?;
    }
    if !s.latencies.is_empty() {
        writeln!(
            out,
            "\n{:>12} {:>9} {:>9} {:>9} {:>9}  cause -> effect",
            "pairs", "p50", "p90", "p99", "max"
        )?;
        for l in s.latencies.iter().take(ROWS) {
            let [p50, p90, p99, max] =
                [l.p50_nanos, l.p90_nanos, l.p99_nanos, l.max_nanos].map(duration_text);
            writeln!(
                out,
                "{:>12} {p50:>9} {p90:>9} {p99:>9} {max:>9}  {} -> {}",
                l.count, l.cause, l.effect
            )?;
        }
        more(out, s.latencies.len())?;
    }
    if !s.gaps.is_empty() {
        writeln!(out, "\nlongest silences")?;
        for gap in &s.gaps {
            writeln!(out, "{:>12}  after {}", duration_text(gap.length_nanos), moment(gap.from_nanos))?;
        }
    }
    if !s.correlations.is_empty() {
        writeln!(out, "\n{:>12}  correlation", "events")?;
        for c in &s.correlations {
            writeln!(out, "{:>12}  {}", c.n_events, c.name)?;
        }
    }
    if !s.anomalies.is_empty() {
        writeln!(out, "\nodd rates: {}", s.anomaly_method)?;
        for a in &s.anomalies {
            let (from, to) = (moment(a.from_nanos), moment(a.to_nanos));
            writeln!(out, "{:>12} instead of {} {} from {from} to {to}", a.count, a.usual, a.name)?;
        }
    }
    Ok(())
}

/// The shortest stretch of time in which the busiest type comes once, with its length in seconds.
fn rate_unit(busiest_per_second: f64) -> (f64, &'static str) {
    const UNITS: [(f64, &str); 5] = [
        (1.0, "a second"),
        (60.0, "a minute"),
        (3_600.0, "an hour"),
        (86_400.0, "a day"),
        (31_557_600.0, "a year"),
    ];
    let fits = |(seconds, _): &&(f64, &str)| busiest_per_second * seconds >= 0.5;
    *UNITS.iter().find(fits).unwrap_or(&UNITS[0])
}

fn counted(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

fn more(out: &mut String, n: usize) -> std::fmt::Result {
    if n > ROWS { writeln!(out, "{:>12}  and {} more", "", n - ROWS) } else { Ok(()) }
}
