//! One correlation told step by step: what a sequence diagram and a waterfall are drawn from.

use crate::replay::again::Again;
use crate::replay::event::Kind;
use crate::replay::index::Log;
use crate::replay::repeats::Met;
use crate::replay::tracks::Tracks;
use crate::topology::Topology;

/// One message of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The event's number in the log.
    pub row: usize,
    /// When, in nanoseconds since 1970.
    pub time: i64,
    /// The message type as logged.
    pub name: String,
    /// What sort of message, where the log says so.
    pub kind: Option<Kind>,
    /// In what way it is not the first of its kind.
    pub again: Option<Again>,
    /// Who sent it: the party on the board, else the source as logged.
    pub from: String,
    /// Who gets it, by the board; empty when the board does not know it.
    pub to: Vec<String>,
    /// The step of this story that caused it.
    pub cause: Option<usize>,
    /// How many causes it has behind it.
    pub depth: usize,
    /// When the last of what it set off ended, in nanoseconds since 1970: the end of its bar in a waterfall.
    pub end: i64,
}

/// The story of the correlation that an event belongs to, at most so many steps of it.
pub fn story(log: &Log, topology: &Topology, tracks: &Tracks, row: usize, at_most: usize) -> Vec<Step> {
    let mut rows = log.correlation_chain(row);
    rows.truncate(at_most);
    story_of(log, topology, tracks, &rows)
}

/// The story of these events, by time.
pub fn story_of(log: &Log, topology: &Topology, tracks: &Tracks, rows: &[usize]) -> Vec<Step> {
    let mut met = Met::default();
    let details: Vec<(String, String, Option<Again>)> = rows
        .iter()
        .map(|row| {
            let event = log.event(*row)?;
            let detail = event.detail()?;
            let (id, causation) = (detail.id.clone(), detail.causation.clone());
            let same = met.again(&event, detail);
            Some((id, causation, event.again().or(same)))
        })
        .map(Option::unwrap_or_default)
        .collect();
    let mut steps: Vec<Step> = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let Some(event) = log.event(*row) else { continue };
        let caused_by = &details[at].1;
        // Ids may be reused: the last one before counts.
        let cause =
            (!caused_by.is_empty()).then(|| details[..at].iter().rposition(|d| d.0 == *caused_by)).flatten();
        let cause_event = cause.and_then(|c| log.event(rows[c]));
        let (ways, reply) = tracks.of(&event, cause_event.as_ref());
        let host =
            |r: crate::topology::ReactionIx| topology[r].host.map(|party| topology[party].name.clone());
        let receivers: Vec<String> = ways.iter().filter_map(|w| w.to.and_then(host)).collect();
        let sender = tracks.sender(&event, cause_event.as_ref()).and_then(host);
        let logged = tracks.matched().party(event.source_number()).map(|party| topology[party].name.clone());
        let from = logged.unwrap_or_else(|| event.source_text().into_owned());
        steps.push(Step {
            row: *row,
            time: event.time(),
            name: event.name().to_owned(),
            kind: event.kind(),
            again: details[at].2,
            from: if from.is_empty() && !reply { sender.clone().unwrap_or_default() } else { from },
            to: if reply { sender.into_iter().collect() } else { receivers },
            cause,
            depth: cause.map_or(0, |c| steps[c].depth + 1),
            end: event.time(),
        });
    }
    for at in (0..steps.len()).rev() {
        if let Some(cause) = steps[at].cause {
            steps[cause].end = steps[cause].end.max(steps[at].end);
        }
    }
    steps
}

/// The steps in the order of a waterfall: every step behind its cause, with all that it set off before whatever comes
/// later.
pub fn waterfall(steps: &[Step]) -> Vec<usize> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, step) in steps.iter().enumerate().rev() {
        match step.cause {
            Some(cause) => below[cause].push(at),
            None => open.push(at),
        }
    }
    let mut order = Vec::with_capacity(steps.len());
    while let Some(at) = open.pop() {
        order.push(at);
        open.extend(&below[at]);
    }
    order
}
