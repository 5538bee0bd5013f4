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
            "{} events from {} to {} ({length})",
            s.n_events,
            moment(s.first_nanos),
            moment(s.last_nanos)
        )?;
    }
    for (label, n) in &s.formats {
        writeln!(out, "  read as {label}: {n}")?;
    }
    for (n, what) in [
        (s.n_bad_lines, "places that could not be read"),
        (s.n_late, "events that stand behind a later one"),
        (s.n_untimed, "events without a time, given that of the event before"),
        (s.n_missing_causes, "events whose cause is not in the log"),
    ] {
        if n > 0 {
            writeln!(out, "  {n} {what}")?;
        }
    }
    writeln!(out, "\n{:>12} {:>10} {:>11}  type", "events", "a second", "longest gap")?;
    for t in s.types.iter().take(ROWS) {
        let kind = t.kind.map_or(String::new(), |k| format!(" ({})", k.word()));
        let gap = duration_text(t.longest_gap_nanos);
        writeln!(out, "{:>12} {:>10.3} {gap:>11}  {}{kind}", t.n_events, t.per_second, t.name)?;
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

fn more(out: &mut String, n: usize) -> std::fmt::Result {
    if n > ROWS { writeln!(out, "{:>12}  and {} more", "", n - ROWS) } else { Ok(()) }
}
