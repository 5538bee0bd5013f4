//! Where a log departs from its board: each departure with its first and worst place and how often.

mod expectations;
mod payloads;
mod reactions;
mod repeats;
pub mod report;
mod types;

use std::collections::BTreeMap;

pub(crate) use expectations::can_be_judged;

use super::index::{Causes, Log};
use super::tracks::Tracks;
use crate::advice::Severity;
use crate::board::{Board, Distribution, Key};
use crate::topology::Topology;

/// One way to depart from the board.
#[derive(Debug)]
pub struct Check {
    /// Its name in reports and settings.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it means and why it matters.
    pub why: &'static str,
}

/// All checks, in the order of reports.
pub static CHECKS: &[Check] = &[
    Check {
        name: "unknown-type",
        title: "Type the board does not know",
        severity: Severity::Error,
        why: "The log has a message that stands nowhere on the board: the board is out of date, or somebody publishes \
              what was never agreed.",
    },
    Check {
        name: "undeclared-publisher",
        title: "Undeclared publisher",
        severity: Severity::Error,
        why: "A message comes from a service that the board does not show sending it: two publishers of one event \
              leave its contract without an owner.",
    },
    Check {
        name: "schema-violation",
        title: "Payload breaks its schema",
        severity: Severity::Error,
        why: "The payload is not valid under the version it names, or under any version when it names none: consumers \
              that trust the contract will fail.",
    },
    Check {
        name: "deprecated-version",
        title: "Version used after its deprecation date",
        severity: Severity::Warning,
        why: "The version may disappear any day; whoever still publishes it holds up everyone.",
    },
    Check {
        name: "silent-subscriber",
        title: "Subscriber that never reacted",
        severity: Severity::Warning,
        why: "The board shows a reaction to a message that the log has, but nothing the reaction sends is in the log.",
    },
    Check {
        name: "reaction-without-cause",
        title: "Reaction without a cause",
        severity: Severity::Warning,
        why: "The board shows the message only as a reaction to another one, which is not there.",
    },
    Check {
        name: "unexpected-cause",
        title: "Caused by what the board does not show",
        severity: Severity::Warning,
        why: "The message names a cause that triggers none of the reactions that may send it.",
    },
    Check {
        name: "order-broken",
        title: "Order broken",
        severity: Severity::Warning,
        why: "An effect stands before its cause, or messages overtook each other where a consumer relies on their order.",
    },
    Check {
        name: "duplicate-id",
        title: "Same message twice",
        severity: Severity::Note,
        why: "At-least-once delivery does this; consumers must be idempotent.",
    },
    Check {
        name: "reused-id",
        title: "Id reused for another message",
        severity: Severity::Error,
        why: "Consumers that drop duplicates by id lose one of the two.",
    },
    Check {
        name: "retried",
        title: "Sent in another attempt",
        severity: Severity::Note,
        why: "The record says that its sender had tried before. What got through the first time is done twice, unless \
              its consumer is idempotent.",
    },
    Check {
        name: "redelivered",
        title: "Delivered once more",
        severity: Severity::Note,
        why: "The record says that the broker had delivered it before: a consumer failed, or was slower to acknowledge \
              than the broker waits.",
    },
    Check {
        name: "replayed",
        title: "Sent out of an archive",
        severity: Severity::Note,
        why: "Its consumers have seen it before, and its time is that of the replay.",
    },
    Check {
        name: "missing-correlation",
        title: "No correlation",
        severity: Severity::Note,
        why: "Cause and effect cannot be followed.",
    },
    Check {
        name: "slow-reaction",
        title: "Slower than the board promises",
        severity: Severity::Warning,
        why: "The time from a message to what it caused is longer than the sender waits, or its 99th percentile is \
              above the one the board states for the service.",
    },
    Check {
        name: "expectation-broken",
        title: "Promise of a scenario broken",
        severity: Severity::Error,
        why: "What must hold in every simulated run did not hold in the real one.",
    },
];

/// A moment of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The event's number.
    pub row: usize,
    /// When, in nanoseconds since 1970.
    pub time: i64,
    /// Its line in the file, from 1.
    pub line: u64,
}

/// A departure from the board.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which check found it.
    pub check: &'static Check,
    /// What it is about: message, service, version.
    pub subject: String,
    /// What is wrong, with numbers, in a sentence without a full stop.
    pub message: String,
    /// How often.
    pub count: u64,
    /// Where it happened first.
    pub first: Moment,
    /// Where it is worst, by the measure of the check.
    pub worst: Moment,
    /// What it touches on the board.
    pub places: Vec<Key>,
}

/// Everything checks look at.
struct Scene<'a> {
    board: &'a Board,
    topology: &'a Topology,
    log: &'a Log,
    tracks: &'a Tracks,
    causes: &'a Causes,
}

impl Scene<'_> {
    fn moment(&self, row: usize) -> Moment {
        let event = self.log.event(row);
        Moment {
            row,
            time: event.map_or(0, |e| e.time()),
            line: event.map_or(0, |e| self.log.line_at(e.offset())),
        }
    }

    fn key_of(&self, message: crate::topology::MessageIx) -> Key {
        use crate::topology::MessageKind;
        let message = &self.topology[message];
        match message.kind {
            MessageKind::Event => Key::Event(message.name.clone()),
            MessageKind::Command => Key::Command(message.name.clone()),
            MessageKind::Query => Key::Query(message.name.clone()),
        }
    }

    fn finding(
        &self,
        check: &str,
        subject: String,
        message: String,
        tally: &Tally,
        places: Vec<Key>,
    ) -> Finding {
        let check = CHECKS.iter().find(|c| c.name == check).unwrap_or(&CHECKS[0]);
        let (first, worst) = (self.moment(tally.first), self.moment(tally.worst));
        Finding { check, subject, message, count: tally.count, first, worst, places }
    }
}

/// How often, where first, where worst.
#[derive(Clone, Copy, Debug)]
struct Tally {
    count: u64,
    first: usize,
    worst: usize,
    badness: i64,
}

impl Tally {
    fn add<K: Ord>(tallies: &mut BTreeMap<K, Self>, key: K, row: usize, badness: i64) {
        let tally = tallies.entry(key).or_insert(Self { count: 0, first: row, worst: row, badness });
        tally.count += 1;
        tally.first = tally.first.min(row);
        if badness > tally.badness {
            (tally.worst, tally.badness) = (row, badness);
        }
    }
}

/// Checks a log against a board. Findings come in the order of [`CHECKS`], then by subject.
pub fn check(board: &Board, topology: &Topology, log: &Log) -> Vec<Finding> {
    let tracks = Tracks::new(board, topology, log);
    let causes = log.causes();
    let scene = Scene { board, topology, log, tracks: &tracks, causes: &causes };
    let mut found = types::check(&scene);
    found.extend(payloads::check(&scene));
    found.extend(reactions::check(&scene));
    found.extend(repeats::check(&scene));
    found.extend(expectations::check(&scene));
    let place = |f: &Finding| CHECKS.iter().position(|c| c.name == f.check.name);
    found.sort_by(|a, b| (place(a), &a.subject).cmp(&(place(b), &b.subject)));
    found
}

/// The 99th percentile of a distribution, in nanoseconds.
fn p99_nanos(distribution: &Distribution) -> i64 {
    let tail = 100_f64.ln();
    match distribution {
        Distribution::Constant(span) | Distribution::LogNormal { p99: span, .. } => span.as_nanos() as i64,
        Distribution::Uniform(low, high) => {
            (low.as_nanos() as f64 * 0.01 + high.as_nanos() as f64 * 0.99) as i64
        }
        Distribution::Exponential(mean) => (mean.as_nanos() as f64 * tail) as i64,
        Distribution::Weibull { scale, shape } => {
            (scale.as_nanos() as f64 * libm::pow(tail, 1.0 / shape.max(1e-3))) as i64
        }
        Distribution::Empirical(values) => {
            let mut values: Vec<i64> = values.iter().map(|v| v.as_nanos() as i64).collect();
            values.sort_unstable();
            super::stats::percentile(&values, 0.99)
        }
    }
}

#[cfg(test)]
mod tests;
