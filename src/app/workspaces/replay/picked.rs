//! What is shown of single events, read from the file once and kept for as long as it is looked at.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::replay::compare::{Field, compare};
use crate::replay::index::Log;
use crate::replay::player::{Step, story, waterfall};
use crate::replay::tracks::Tracks;
use crate::topology::Topology;
use crate::view::logged::of_log;
use crate::view::sequence;

/// Steps of a story shown.
pub(super) const STORY_MAX: usize = 400;

/// Rows of the table kept.
const CELLS_MAX: usize = 2_000;

/// Payloads are shown up to so many letters.
const PAYLOAD_MAX: usize = 60_000;

/// A record longer than this is not read for a row of the table.
const RECORD_MAX: usize = 1 << 20;

/// What the table reads from the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub correlation: String,
    pub subject: String,
}

/// An event looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    pub row: usize,
    pub id: String,
    pub correlation: String,
    pub causation: String,
    pub line: u64,
    /// The payload as people read it, cut where it is very long.
    pub payload: String,
    pub json: Option<Value>,
    /// The last event of its type before.
    pub previous: Option<usize>,
}

/// A process looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Process {
    of: Option<(usize, u64)>,
    pub steps: Vec<Step>,
    /// Places in `steps` in the order of a waterfall.
    pub waterfall: Vec<usize>,
    /// Who told whom.
    pub sequence: sequence::Process,
}

impl Process {
    /// The event of the process that the playhead is at: the one chosen, or the last that has happened.
    pub(super) fn step_at(&self, chosen: usize, now: i64) -> Option<usize> {
        let of_it = self.steps.iter().find(|step| step.row == chosen);
        let last = || self.steps.iter().rfind(|step| step.time <= now);
        of_it.or_else(last).map(|step| step.row)
    }
}

/// What was read.
#[derive(Default)]
pub(super) struct Picked {
    cells: BTreeMap<usize, Cells>,
    look: Option<Look>,
    other: Option<Look>,
    compared: Option<((usize, usize), Vec<Field>)>,
    process: Process,
    length: usize,
}

impl Picked {
    /// Forgets what may have changed: processes, and, since numbers move while a log is read, everything else.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    fn follow(&mut self, log: &Log) {
        if self.length != log.len() {
            self.forget();
            self.length = log.len();
        }
    }

    /// What the table shows of an event beside what the index knows.
    pub(super) fn cells(&mut self, log: &Log, row: usize) -> Cells {
        self.follow(log);
        if let Some(cells) = self.cells.get(&row) {
            return cells.clone();
        }
        if self.cells.len() >= CELLS_MAX {
            self.cells.clear();
        }
        let cells = log.event(row).filter(|e| e.record_length().is_some_and(|n| n <= RECORD_MAX));
        let cells = cells.and_then(|event| event.detail()).map_or_else(Cells::default, |detail| {
            let subject = ["subject", "key", "partitionkey"].iter().find_map(|name| detail.attribute(name));
            Cells { subject: subject.unwrap_or_default(), correlation: detail.correlation }
        });
        self.cells.insert(row, cells.clone());
        cells
    }

    /// An event with its payload.
    pub(super) fn look(&mut self, log: &Log, row: usize) -> &Look {
        self.follow(log);
        if self.look.as_ref().is_none_or(|look| look.row != row) {
            self.look = Some(look(log, row));
        }
        self.look.get_or_insert_default()
    }

    /// Two payloads, field by field.
    pub(super) fn compare(&mut self, log: &Log, before: usize, after: usize) -> &[Field] {
        self.look(log, after);
        if self.other.as_ref().is_none_or(|look| look.row != before) {
            self.other = Some(look(log, before));
        }
        if self.compared.as_ref().is_none_or(|(pair, _)| *pair != (before, after)) {
            let value = |look: &Option<Look>| {
                let look = look.as_ref();
                look.map_or(Value::Null, |l| l.json.clone().unwrap_or_else(|| Value::from(l.payload.clone())))
            };
            let fields = compare(&value(&self.other), &value(&self.look));
            self.compared = Some(((before, after), fields));
        }
        self.compared.as_ref().map_or(&[], |(_, fields)| fields)
    }

    /// The process that an event belongs to. While time goes on (it is `playing` at some moment), the process shown is
    /// followed to its end: every event belongs to another one.
    pub(super) fn process(
        &mut self,
        log: &Log,
        topology: &Topology,
        tracks: &Tracks,
        row: usize,
        revision: u64,
        playing: Option<i64>,
    ) -> &Process {
        self.follow(log);
        if self.process.of != Some((row, revision)) {
            // Another step of the same process is the same story.
            let steps = &self.process.steps;
            let lasts = |now: i64| {
                let begun = steps.first().is_some_and(|step| step.time <= now);
                begun && steps.last().is_some_and(|step| step.time > now)
            };
            let same = self.process.of.is_some_and(|(_, at)| at == revision)
                && (steps.iter().any(|step| step.row == row) || playing.is_some_and(lasts));
            if !same {
                let steps = story(log, topology, tracks, row, STORY_MAX);
                let sequence = of_log(&steps, topology);
                self.process = Process { of: None, waterfall: waterfall(&steps), steps, sequence };
            }
            self.process.of = Some((row, revision));
        }
        &self.process
    }
}

fn look(log: &Log, row: usize) -> Look {
    let Some(event) = log.event(row) else { return Look { row, ..Look::default() } };
    let line = log.line_at(event.offset());
    let previous = log.previous_of_type(row, event.type_number());
    let Some(detail) = event.detail() else {
        let payload = "The file has been cut since: its payload is gone".to_owned();
        return Look { row, line, payload, previous, ..Look::default() };
    };
    let json = if detail.payload.len() <= PAYLOAD_MAX * 4 { detail.payload_json() } else { None };
    let text = match &json {
        Some(value) => format!("{value:#}"),
        None => {
            let part = &detail.payload[..detail.payload.len().min(PAYLOAD_MAX)];
            String::from_utf8_lossy(part).into_owned()
        }
    };
    let payload = match text.char_indices().nth(PAYLOAD_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    };
    Look {
        row,
        line,
        payload,
        json,
        previous,
        id: detail.id,
        correlation: detail.correlation,
        causation: detail.causation,
    }
}
