//! What a log looks like in numbers: counts, rates, gaps, latencies, busiest correlations, odd rates.

mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use super::event::Kind;
use super::index::Log;
use super::time::SECOND;

pub use text::in_words;

/// How many entries the lists of extremes have.
const TOP: usize = 10;

/// Parts a log is cut into to look for odd rates.
const RATE_BUCKETS: usize = 120;

/// Robust standard deviations that make a rate odd.
const ODD_SCORE: f64 = 8.0;

/// How odd rates are found.
pub const ANOMALY_METHOD: &str = "the log is cut into 120 equal parts; a part is odd for a type when its count is \
    more than 8 robust standard deviations from the type's median count, where the deviation is 1.4826 times the \
    median absolute deviation, but at least the square root of the median (Poisson) and at least 1";

/// The numbers of a log.
#[derive(Clone, Debug, Serialize)]
pub struct Stats {
    /// Events in all.
    pub n_events: usize,
    /// The first moment, in nanoseconds since 1970.
    pub first_nanos: i64,
    /// The last moment, in nanoseconds since 1970.
    pub last_nanos: i64,
    /// Places of the file that could not be read.
    pub n_bad_lines: u64,
    /// Events that stand in the file behind a later one.
    pub n_late: u64,
    /// Events without a time of their own.
    pub n_untimed: u64,
    /// Formats met, with their numbers of events.
    pub formats: Vec<(&'static str, u64)>,
    /// By message type, commonest first.
    pub types: Vec<TypeStats>,
    /// By publisher, busiest first.
    pub sources: Vec<NameCount>,
    /// The longest silences, longest first.
    pub gaps: Vec<Gap>,
    /// From cause to effect, commonest first.
    pub latencies: Vec<Latency>,
    /// Events that name a cause which the log does not have.
    pub n_missing_causes: u64,
    /// The correlations with most events, largest first.
    pub correlations: Vec<NameCount>,
    /// Odd rates, oddest first.
    pub anomalies: Vec<Anomaly>,
    /// How odd rates are found.
    pub anomaly_method: &'static str,
}

/// One message type.
#[derive(Clone, Debug, Serialize)]
pub struct TypeStats {
    /// Its name.
    pub name: String,
    /// What sort of message it is, where the log says so.
    pub kind: Option<Kind>,
    /// How many there are.
    pub n_events: u64,
    /// How many a second, over the whole log.
    pub per_second: f64,
    /// The longest time between two of them, in nanoseconds.
    pub longest_gap_nanos: i64,
}

/// A name and a number of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameCount {
    /// The name.
    pub name: String,
    /// How many events.
    pub n_events: u64,
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The last event before it, in nanoseconds since 1970.
    pub from_nanos: i64,
    /// How long it lasts, in nanoseconds.
    pub length_nanos: i64,
}

/// How long effects take after their causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// The type of the cause.
    pub cause: String,
    /// The type of the effect.
    pub effect: String,
    /// How many pairs.
    pub count: u64,
    /// Half of them take at most this long, in nanoseconds.
    pub p50_nanos: i64,
    /// Nine in ten.
    pub p90_nanos: i64,
    /// Ninety-nine in a hundred.
    pub p99_nanos: i64,
    /// The longest.
    pub max_nanos: i64,
}

/// A part of the log in which a type comes oddly often or oddly seldom.
#[derive(Clone, Debug, Serialize)]
pub struct Anomaly {
    /// The type.
    pub name: String,
    /// Where the part starts, in nanoseconds since 1970.
    pub from_nanos: i64,
    /// Where it ends.
    pub to_nanos: i64,
    /// How many there are.
    pub count: u64,
    /// The type's median in such a part.
    pub usual: f64,
    /// Robust standard deviations between the two; negative for too few.
    pub score: f64,
}

/// The value that a share `p` (0 to 1) of sorted values does not exceed (nearest rank).
pub fn percentile(sorted: &[i64], p: f64) -> i64 {
    let rank = (p * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(0)
}

/// Measures a log.
pub fn stats(log: &Log) -> Stats {
    let (first, last) = log.span().unwrap_or((0, 0));
    let seconds = (last - first) as f64 / SECOND as f64;
    let (gaps, longest) = gaps(log);
    let mut types: Vec<TypeStats> = log
        .types()
        .iter()
        .zip(longest)
        .map(|(symbol, longest_gap_nanos)| TypeStats {
            name: symbol.text.to_string(),
            kind: symbol.kind,
            n_events: symbol.n_events,
            per_second: if seconds > 0.0 { symbol.n_events as f64 / seconds } else { 0.0 },
            longest_gap_nanos,
        })
        .collect();
    types.sort_by(|a, b| b.n_events.cmp(&a.n_events).then_with(|| a.name.cmp(&b.name)));
    let named = log.sources().iter().filter(|s| !s.text.is_empty());
    let mut sources: Vec<NameCount> =
        named.map(|s| NameCount { name: s.text.to_string(), n_events: s.n_events }).collect();
    sources.sort_by(|a, b| b.n_events.cmp(&a.n_events).then_with(|| a.name.cmp(&b.name)));
    let (latencies, n_missing_causes) = latencies(log);
    Stats {
        n_events: log.len(),
        first_nanos: first,
        last_nanos: last,
        n_bad_lines: log.n_bad_lines(),
        n_late: log.n_late(),
        n_untimed: log.n_untimed(),
        formats: log.formats().into_iter().map(|(reader, n)| (reader.label, n)).collect(),
        types,
        sources,
        gaps,
        latencies,
        n_missing_causes,
        correlations: correlations(log),
        anomalies: anomalies(log),
        anomaly_method: ANOMALY_METHOD,
    }
}

/// The longest silences of the log, and the longest of each type.
fn gaps(log: &Log) -> (Vec<Gap>, Vec<i64>) {
    let mut longest = vec![0; log.types().len()];
    let mut seen: Vec<Option<i64>> = vec![None; log.types().len()];
    let mut top: Vec<Gap> = Vec::new();
    let mut before: Option<i64> = None;
    for event in log.events(0..log.len()) {
        let (time, number) = (event.time(), event.type_number() as usize);
        if let Some(last) = seen[number].replace(time) {
            longest[number] = longest[number].max(time.saturating_sub(last));
        }
        if let Some(from) = before.replace(time) {
            let length = time.saturating_sub(from);
            if length > 0 && (top.len() < TOP || top.last().is_some_and(|g| g.length_nanos < length)) {
                let at = top.partition_point(|g| g.length_nanos >= length);
                top.insert(at, Gap { from_nanos: from, length_nanos: length });
                top.truncate(TOP);
            }
        }
    }
    (top, longest)
}

fn latencies(log: &Log) -> (Vec<Latency>, u64) {
    let causes = log.causes();
    let mut pairs: BTreeMap<(u16, u16), Vec<i64>> = BTreeMap::new();
    if !causes.is_empty() {
        for event in log.events(0..log.len()) {
            let first = Some(&event).filter(|event| !event.says_again());
            let cause = first.and_then(|event| causes.of(event.row())).and_then(|row| log.event(row));
            if let Some(cause) = cause {
                let pair = (cause.type_number(), event.type_number());
                pairs.entry(pair).or_default().push(event.time().saturating_sub(cause.time()));
            }
        }
    }
    let name = |number: u16| log.types().get(number).map_or(String::new(), |s| s.text.to_string());
    let mut latencies: Vec<Latency> = pairs
        .into_iter()
        .map(|((cause, effect), mut times)| {
            times.sort_unstable();
            Latency {
                cause: name(cause),
                effect: name(effect),
                count: times.len() as u64,
                p50_nanos: percentile(&times, 0.5),
                p90_nanos: percentile(&times, 0.9),
                p99_nanos: percentile(&times, 0.99),
                max_nanos: times.last().copied().unwrap_or(0),
            }
        })
        .collect();
    latencies.sort_by_key(|l| std::cmp::Reverse(l.count));
    (latencies, causes.n_missing)
}

/// The correlations with most events. Counted by key, then by text: keys that two correlations share fall apart.
fn correlations(log: &Log) -> Vec<NameCount> {
    let mut keys: Vec<u32> =
        log.events(0..log.len()).map(|e| e.correlation_key()).filter(|k| *k != 0).collect();
    keys.sort_unstable();
    let mut runs: Vec<(usize, u32)> = keys.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0])).collect();
    runs.sort_unstable_by_key(|(n, key)| (std::cmp::Reverse(*n), *key));
    runs.truncate(TOP * 2);
    let wanted: Vec<u32> = runs.iter().map(|(_, key)| *key).collect();
    let mut texts: BTreeMap<String, u64> = BTreeMap::new();
    // A correlation of very many events is told from others by a sample of them.
    let mut looked_at = vec![0_u64; wanted.len()];
    for event in log.events(0..log.len()) {
        let Some(at) = wanted.iter().position(|k| *k == event.correlation_key()) else { continue };
        if looked_at[at] < 1_000 {
            looked_at[at] += 1;
            *texts.entry(event.correlation()).or_default() += 1;
        }
    }
    let mut counts: Vec<NameCount> = texts
        .into_iter()
        .map(|(name, n)| {
            let key = super::symbols::key32(name.as_bytes());
            let run = runs.iter().find(|(_, k)| *k == key).map_or(0, |(n, _)| *n as u64);
            NameCount { name, n_events: if n >= 1_000 { run } else { n } }
        })
        .collect();
    counts.sort_by(|a, b| b.n_events.cmp(&a.n_events).then_with(|| a.name.cmp(&b.name)));
    counts.truncate(TOP);
    counts
}

fn anomalies(log: &Log) -> Vec<Anomaly> {
    let Some((first, last)) = log.span().filter(|(first, last)| last > first) else { return Vec::new() };
    let histogram = log.histogram(first..last.saturating_add(1), RATE_BUCKETS);
    let mut found = Vec::new();
    for (number, symbol) in log.types().iter().enumerate() {
        let counts: Vec<f64> = (0..RATE_BUCKETS).map(|b| f64::from(histogram.bucket(b)[number])).collect();
        let usual = median(counts.clone());
        let deviation = 1.4826 * median(counts.iter().map(|c| (c - usual).abs()).collect());
        let scale = deviation.max(usual.sqrt()).max(1.0);
        for (bucket, count) in counts.iter().enumerate() {
            let score = (count - usual) / scale;
            if score.abs() > ODD_SCORE {
                found.push(Anomaly {
                    name: symbol.text.to_string(),
                    from_nanos: histogram.start_of(bucket),
                    to_nanos: histogram.start_of(bucket + 1),
                    count: *count as u64,
                    usual,
                    score,
                });
            }
        }
    }
    found.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
    found.truncate(TOP);
    found
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
