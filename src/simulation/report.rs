//! The result of a run, in words and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::compile::Problem;
use super::expectations::{Standing, Verdict};
use super::metrics::ServiceMetrics;
use super::search::{Finding, Options, Search};
use super::{Simulation, Stop, log};
use crate::board::Span;
use crate::board::format::place::Lines;

/// A length of time to read: three figures and a unit.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "three figures are shown")]
pub fn duration(nanos: u64) -> String {
    let value = nanos as f64;
    let (size, unit) = match nanos {
        0 => return "0".to_owned(),
        1..1_000 => (1.0, "ns"),
        1_000..1_000_000 => (1e3, "µs"),
        1_000_000..1_000_000_000 => (1e6, "ms"),
        1_000_000_000..120_000_000_000 => (1e9, "s"),
        120_000_000_000..7_200_000_000_000 => (6e10, "min"),
        _ => (3.6e12, "h"),
    };
    let value = value / size;
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}

fn stop_in_words(stop: Option<&Stop>) -> &'static str {
    match stop {
        Some(Stop::Drained) => "everything was dealt with",
        Some(Stop::TimeOver) => "time was over with work still open",
        Some(Stop::OutOfRoom) => {
            "stopped: more messages in flight, or a longer trace, than the limit allows; the figures are partial"
        }
        None => "still running",
    }
}

/// What makes no sense about a board and its scenarios, each with its line of the file.
#[must_use]
pub fn problems(file: &str, text: &str, problems: &[Problem]) -> Vec<String> {
    let lines = Lines::of(text);
    problems.iter().map(|problem| format!("{file}:{}: {}", problem.line(&lines), problem.error)).collect()
}

/// The result in words.
#[must_use]
pub fn text(simulation: &Simulation) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "Seed {}, {} events in {} of virtual time; {}",
        simulation.seed(),
        simulation.steps(),
        duration(simulation.now()),
        stop_in_words(simulation.stopped())
    );
    if let Some(name) = simulation.runaway() {
        let _ = writeln!(out, "One process ran away: `{name}` goes round in a circle without end");
    }
    entries(simulation, &mut out);
    services(simulation, &mut out);
    channels(simulation, &mut out);
    promises(simulation, &mut out);
    out
}

fn entries(simulation: &Simulation, out: &mut String) {
    let _ = writeln!(
        out,
        "\n{:<32} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "Entry", "arrived", "answered", "declined", "failed", "p50", "p99"
    );
    for ((name, metrics), asked) in simulation.entry_metrics().zip(simulation.entries_asked()) {
        let percentile = |p| duration(metrics.latency.percentile(p));
        if !asked {
            let _ = writeln!(out, "{name:<32} {:>9} {:>9}", metrics.arrived, "–");
            continue;
        }
        let _ = writeln!(
            out,
            "{name:<32} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
            metrics.arrived,
            metrics.answered,
            metrics.declined,
            metrics.failed,
            percentile(50.0),
            percentile(99.0)
        );
    }
}

fn services(simulation: &Simulation, out: &mut String) {
    let now = simulation.now();
    let _ = writeln!(
        out,
        "\n{:<32} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "Service", "done", "failed", "refused", "repeated", "busy", "up"
    );
    for (name, metrics) in simulation.service_metrics() {
        let _ = writeln!(
            out,
            "{name:<32} {:>9} {:>9} {:>9} {:>9} {:>9.3} {:>8.2}%",
            metrics.done,
            metrics.failed + metrics.crashed,
            metrics.refused,
            metrics.deduplicated,
            metrics.busy.average(now),
            metrics.up.average(now) * 100.0
        );
    }
    for (name, metrics) in simulation.service_metrics() {
        guards(name, metrics, now, out);
    }
}

/// What only services with a breaker, a fallback, a projection or a transaction have to tell.
fn guards(name: &str, metrics: &ServiceMetrics, now: u64, out: &mut String) {
    if metrics.short_circuited > 0 {
        let _ = writeln!(out, "  {name} cut {} calls short", metrics.short_circuited);
    }
    if metrics.fell_back > 0 {
        let _ = writeln!(out, "  {name} went on without an answer {} times", metrics.fell_back);
    }
    if metrics.lag.count > 0 {
        let lag = duration(metrics.lag.percentile(99.0));
        let stale = metrics.stale;
        let _ = writeln!(out, "  {name} shows events after {lag} (p99); {stale} queries saw an old view");
    }
    if metrics.locked.peak > 0 {
        let (average, peak) = (metrics.locked.average(now), metrics.locked.peak);
        let _ = writeln!(out, "  {name} held {average:.2} locks on average, {peak} at most");
    }
}

fn channels(simulation: &Simulation, out: &mut String) {
    let _ = writeln!(
        out,
        "\n{:<32} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "Channel", "entered", "retried", "doubled", "dropped", "deepest", "dead"
    );
    for (name, metrics) in simulation.channel_metrics() {
        let _ = writeln!(
            out,
            "{name:<32} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
            metrics.entered,
            metrics.retried,
            metrics.duplicated,
            metrics.dropped + metrics.expired,
            metrics.depth.peak,
            metrics.dead_letters
        );
    }
    for ((name, metrics), (_, empty)) in simulation.channel_metrics().zip(simulation.empty_receives()) {
        if metrics.replayed > 0 {
            let _ =
                writeln!(out, "  {name} delivered {} messages again from what it keeps", metrics.replayed);
        }
        if empty > 0 {
            let _ = writeln!(out, "  {name} was asked in vain {empty} times");
        }
    }
}

fn promises(simulation: &Simulation, out: &mut String) {
    let verdicts = simulation.verdicts();
    if verdicts.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nPromises");
    for verdict in &verdicts {
        let _ = writeln!(out, "  {}", promise(verdict));
    }
}

/// One verdict in a line.
#[must_use]
pub fn promise(verdict: &Verdict) -> String {
    let Verdict { name, kept, broken, open, measured, .. } = verdict;
    let standing = match verdict.standing {
        Standing::Kept => "kept    ",
        Standing::Broken => "BROKEN  ",
        Standing::Untested => "untested",
    };
    let mut line = format!("{standing} {name}");
    if let Some(measured) = measured {
        let _ = write!(line, ": {}", (measured * 1e4).round() / 1e4);
    } else {
        let _ = write!(line, ": {kept} kept, {broken} broken");
        if *open > 0 {
            let _ = write!(line, ", {open} still open");
        }
    }
    if let Some(first) = verdict.first {
        let _ = write!(line, "; first at {}", duration(first.since));
        if first.correlation != 0 {
            let _ = write!(line, " in {}", log::correlation(first.correlation));
        }
    }
    line
}

/// The result of a search in words.
#[must_use]
pub fn findings(search: &Search, options: Options) -> String {
    let mut out = String::new();
    let faults = if options.drawn { "faults drawn at random" } else { "the scenario's faults" };
    let last = options.seed.saturating_add(options.runs).saturating_sub(1);
    let _ = writeln!(out, "{} runs, seeds {} to {last}, {faults}", options.runs, options.seed);
    if search.stopped > 0 {
        let _ = writeln!(
            out,
            "  {} of them were stopped, with more messages in flight than the limit allows; they say nothing of what \
             would have come after",
            search.stopped
        );
    }
    for finding in &search.promises {
        let Finding { name, broken, share, low, high, .. } = finding;
        if *broken == 0 {
            let _ = writeln!(out, "  never    {name} (below {:.3} % of runs)", high * 100.0);
            continue;
        }
        let (share, low, high) = (share * 100.0, low * 100.0, high * 100.0);
        let _ = writeln!(
            out,
            "  BROKEN   {name}: in {broken} runs, {share:.2} % (between {low:.2} and {high:.2} %)"
        );
        if let Some(example) = &finding.counterexample {
            let _ = writeln!(
                out,
                "           smallest: seed {}, arrivals for {}, goes wrong at {}",
                example.seed,
                duration(example.arrivals_end),
                duration(example.breach.since)
            );
            for fault in &example.faults {
                let at = fault.at.map_or(0, |span| span.0);
                let lasts = fault
                    .lasts
                    .map_or_else(|| "to the end".to_owned(), |span| format!("for {}", duration(span.0)));
                let _ = writeln!(
                    out,
                    "             {} {}, at {} {lasts}",
                    fault.target,
                    super::faults::in_words(&fault.kind),
                    duration(at)
                );
            }
        }
    }
    out
}

/// The result as JSON. Lengths of time are in seconds.
#[must_use]
pub fn json(simulation: &Simulation) -> Value {
    let now = simulation.now();
    let seconds = |nanos: u64| Span(nanos).as_secs_f64();
    let entries = simulation.entry_metrics().map(|(name, m)| {
        json!({
            "entry": name, "arrived": m.arrived, "answered": m.answered, "declined": m.declined, "failed": m.failed,
            "latency": {
                "mean": m.latency.mean() / 1e9, "p50": seconds(m.latency.percentile(50.0)),
                "p99": seconds(m.latency.percentile(99.0)), "max": seconds(m.latency.max),
            },
        })
    });
    let services = simulation.service_metrics().map(|(name, m)| {
        json!({
            "service": name, "started": m.started, "done": m.done, "failed": m.failed, "crashed": m.crashed,
            "refused": m.refused, "deduplicated": m.deduplicated, "short_circuited": m.short_circuited,
            "fell_back": m.fell_back, "locked": m.locked.average(now), "stale": m.stale,
            "lag_p99": seconds(m.lag.percentile(99.0)), "busy": m.busy.average(now),
            "waiting": m.waiting.average(now), "up": m.up.average(now),
        })
    });
    let polled = simulation.channel_metrics().zip(simulation.empty_receives());
    let channels = polled.map(|((name, m), (_, empty))| {
        json!({
            "channel": name, "entered": m.entered, "delivered": m.delivered, "retried": m.retried,
            "duplicated": m.duplicated, "dropped": m.dropped, "expired": m.expired,
            "dead_letters": m.dead_letters, "replayed": m.replayed, "empty_receives": empty, "depth": m.depth.average(now), "deepest": m.depth.peak,
        })
    });
    let messages = simulation.message_metrics().map(|(name, m)| {
        json!({ "message": name, "sent": m.sent, "handled": m.handled, "dead_letters": m.dead_letters, "lost": m.lost })
    });
    json!({
        "seed": simulation.seed(),
        "events": simulation.steps(),
        "time": seconds(now),
        "stopped": simulation.stopped(),
        "runaway": simulation.runaway(),
        "entries": entries.collect::<Vec<_>>(),
        "services": services.collect::<Vec<_>>(),
        "channels": channels.collect::<Vec<_>>(),
        "messages": messages.collect::<Vec<_>>(),
        "promises": simulation.verdicts(),
    })
}
