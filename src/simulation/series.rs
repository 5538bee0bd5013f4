//! A run over time: what was measured in each stretch between two moments of it.

use super::Simulation;
use super::metrics::EntryMetrics;

/// What was measured in one stretch of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stretch {
    /// Its end in nanoseconds.
    pub time: u64,
    /// What clients saw at each entry.
    pub entries: Vec<EntryStretch>,
    /// How many messages each channel held at its end.
    pub depths: Vec<u64>,
}

/// What clients saw at one entry in one stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryStretch {
    /// Answers that said yes or a foreseen no.
    pub answered: u64,
    /// Errors and time-outs.
    pub failed: u64,
    /// The median, 95th and 99th percentile of the time to an answer in nanoseconds; none without answers.
    pub latency: Option<[u64; 3]>,
}

impl EntryStretch {
    fn between(before: &EntryMetrics, after: &EntryMetrics) -> Self {
        let latency = after.latency.since(&before.latency);
        let answered = |metrics: &EntryMetrics| metrics.answered + metrics.declined;
        Self {
            answered: answered(after) - answered(before),
            failed: after.failed - before.failed,
            latency: (latency.count > 0).then(|| [50.0, 95.0, 99.0].map(|p| latency.percentile(p))),
        }
    }
}

impl Stretch {
    /// What was measured between two moments of one run.
    #[must_use]
    pub fn between(before: &Simulation, after: &Simulation) -> Self {
        let entries = before.entry_metrics().zip(after.entry_metrics());
        Self {
            time: after.now(),
            entries: entries.map(|((_, before), (_, after))| EntryStretch::between(before, after)).collect(),
            depths: after.channels().map(|channel| channel.depth).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Board, format};

    #[test]
    fn the_stretches_of_a_run_add_up_to_the_whole() {
        let path = format!("{}/sample-boards/avatar-store/synchronous.ron", env!("CARGO_MANIFEST_DIR"));
        let board: Board =
            format::read(&std::fs::read_to_string(path).unwrap(), format::Syntax::Ron).unwrap();
        let mut simulation = Simulation::new(&board, None, 7).unwrap();
        let (mut sums, mut before) = ((0, 0), simulation.snapshot());
        let mut medians = Vec::new();
        while simulation.run_until(before.now() + 60_000_000_000) || simulation.now() > before.now() {
            let stretch = Stretch::between(&before, &simulation);
            sums.0 += stretch.entries[0].answered;
            sums.1 += stretch.entries[0].failed;
            medians.extend(stretch.entries[0].latency.map(|[p50, p95, p99]| {
                assert!(p50 <= p95 && p95 <= p99);
                p50
            }));
            before = simulation.snapshot();
        }
        let (_, whole) = simulation.entry_metrics().next().unwrap();
        assert_eq!(sums, (whole.answered + whole.declined, whole.failed));
        let median = whole.latency.percentile(50.0);
        assert!(medians.iter().any(|m| *m <= median) && medians.iter().any(|m| *m >= median));
    }
}
