//! One moment of a log: found again by its line, id or time, and told so that it can be attached to a bug report.

mod markdown;

use std::collections::BTreeSet;
use std::str::FromStr;

use super::compare::{Field, compare};
use super::conformance::Finding;
use super::event::Detail;
use super::index::Log;
use super::player::{Step, story_of};
use super::time::{self, TimeUnit};
use super::tracks::Tracks;
use crate::topology::Topology;

/// Steps of the process told, and how many of them may stand before the moment.
const STEPS: usize = 40;
const STEPS_BEFORE: usize = 25;

/// Causes behind each other, and effects beside each other, told when they lie outside that part of the process.
const KIN: usize = 10;

/// More fields than these say that the payload is another one altogether.
const DIFFERENCES: usize = 20;

/// How a moment of a log is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// By the line of the file, counted from one.
    Line(u64),
    /// By the event's own id.
    Id(String),
    /// By the time, in nanoseconds since 1970: the first event then or later.
    Time(i64),
}

impl Place {
    /// The event it names.
    pub fn row(&self, log: &Log) -> Option<usize> {
        match self {
            Self::Line(line) => log.row_on_line(*line),
            Self::Id(id) => log.rows_of_id(id).first().copied(),
            Self::Time(time) => Some(log.row_at(*time)).filter(|row| *row < log.len()),
        }
    }

    /// The shortest name that leads back to an event.
    pub fn of(log: &Log, row: usize) -> Option<Self> {
        let event = log.event(row)?;
        let names = [Self::Line(log.line_at(event.offset())), Self::Id(event.id()), Self::Time(event.time())];
        names.into_iter().find(|name| name.row(log) == Some(row))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line:{line}"),
            Self::Id(id) => write!(f, "id:{id}"),
            Self::Time(nanos) => f.write_str(&time::format(*nanos)),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(id) = text.strip_prefix("id:").filter(|id| !id.is_empty()) {
            return Ok(Self::Id(id.to_owned()));
        }
        let place = match text.strip_prefix("line:") {
            Some(line) => line.parse().ok().filter(|line| *line > 0).map(Self::Line),
            None => time::parse(text.as_bytes(), TimeUnit::Auto).map(Self::Time),
        };
        place.ok_or_else(|| {
            format!("{text} is no moment of a log: write line:120, id:ID or 2026-01-01T09:30:00Z")
        })
    }
}

/// What a moment is told from.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    /// The board's graph.
    pub topology: &'a Topology,
    /// The board's file name; empty for a board that has none.
    pub board: &'a str,
    /// The log.
    pub log: &'a Log,
    /// The log's file name.
    pub file: &'a str,
    /// Where the log runs on the board.
    pub tracks: &'a Tracks,
    /// Where the log departs from the board; none when nobody has looked.
    pub findings: Option<&'a [Finding]>,
    /// Whether payloads may be told: they may hold what is nobody else's business.
    pub payloads: bool,
}

/// A moment with all that belongs to it.
struct Told<'a> {
    row: usize,
    detail: Detail,
    /// What led up to it and what came of it, by time.
    steps: Vec<Step>,
    /// How many messages the process has in all.
    n_process: usize,
    /// Findings with their first or worst moment among the steps.
    here: Vec<&'a Finding>,
    /// The event of its type before, and in what the payload differs from that one's.
    previous: Option<(usize, Vec<Field>)>,
}

impl<'a> Teller<'a> {
    /// An event and its process as Markdown; nothing when there is no such event.
    pub fn markdown(&self, row: usize) -> Option<String> {
        Some(markdown::write(self, &self.tell(row)?))
    }

    fn tell(&self, row: usize) -> Option<Told<'a>> {
        let log = self.log;
        let event = log.event(row)?;
        let detail = event.detail().unwrap_or_default();
        let process = log.correlation_chain(row);
        let steps = story_of(log, self.topology, self.tracks, &around(log, &process, row));
        let of_steps = |finding: &&Finding| {
            steps.iter().any(|step| step.row == finding.first.row || step.row == finding.worst.row)
        };
        let here = self.findings.unwrap_or_default().iter().filter(of_steps).collect();
        let previous = log.previous_of_type(row, event.type_number()).filter(|_| self.payloads);
        let previous = previous.and_then(|before| {
            let then = log.event(before)?.detail()?.payload_json()?;
            let mut fields = compare(&then, &detail.payload_json()?);
            fields.retain(|field| !field.is_same());
            (fields.len() <= DIFFERENCES).then_some((before, fields))
        });
        Some(Told { row, detail, steps, n_process: process.len(), here, previous })
    }
}

/// The events worth telling with one: the part of its process around it, its causes, and what it caused itself.
fn around(log: &Log, process: &[usize], row: usize) -> Vec<usize> {
    let at = process.partition_point(|other| *other < row);
    // Where little comes after it, more from before is told.
    let from = at.saturating_sub(STEPS_BEFORE).min(process.len().saturating_sub(STEPS));
    let mut rows: BTreeSet<usize> = process.iter().skip(from).take(STEPS).copied().collect();
    let causes = std::iter::successors(log.cause_of(row), |cause| log.cause_of(*cause));
    rows.extend(causes.take(KIN));
    rows.extend(log.effects_of(row).into_iter().take(KIN));
    rows.into_iter().collect()
}

#[cfg(test)]
mod tests;
