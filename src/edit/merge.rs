//! Three-way merge: two boards that grew out of one come together, by record and by field.
//!
//! What only one side changed is taken from that side. Where both changed the same field differently, or one removed
//! what the other changed, a conflict is told by name, and a side is taken that loses nothing that was written: ours
//! for a field, the changed record over its removal. Whoever asks may choose otherwise.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::board::{Board, Id, Key, LinkId, Outcome, Record, StickyId};

/// One of the two boards that come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The board that is open.
    Ours,
    /// The board that comes in.
    Theirs,
}

/// What a conflict is about: a record, and the field of it, or none for the record as a whole.
pub type Place = (Key, Option<String>);

/// Both sides changed the same thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// What it is about.
    pub place: Place,
    /// What it is about, in words: "event OrderPlaced: description".
    pub what: String,
    /// How it is in ours, in words.
    pub ours: String,
    /// How it is in theirs, in words.
    pub theirs: String,
    /// The side that was taken.
    pub taken: Side,
}

/// Two boards brought together.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The board of both.
    pub board: Board,
    /// What both sides changed, in the order of the records.
    pub conflicts: Vec<Conflict>,
    /// What was done beyond taking sides, in sentences.
    pub notes: Vec<String>,
}

/// Brings `ours` and `theirs` together, which both grew out of `base`. `choices` says which side to take where both
/// changed the same; what is not named there is settled so that nothing written is lost.
#[must_use]
pub fn merge(base: &Board, ours: &Board, theirs: &Board, choices: &BTreeMap<Place, Side>) -> Merge {
    let mut notes = Vec::new();
    let theirs = &with_own_ids(base, ours, theirs, &mut notes);
    let mut merge = Merging { base, ours, theirs, choices, board: ours.clone(), conflicts: Vec::new() };
    let keys: BTreeSet<Key> =
        [base, ours, theirs].into_iter().flat_map(Board::records).map(|record| record.key()).collect();
    keys.iter().for_each(|key| merge.settle(key));
    let (mut board, conflicts) = (merge.board, merge.conflicts);
    complete(&mut board, [ours, theirs, base], &mut notes);
    Merge { board, conflicts, notes }
}

struct Merging<'a> {
    base: &'a Board,
    ours: &'a Board,
    theirs: &'a Board,
    choices: &'a BTreeMap<Place, Side>,
    board: Board,
    conflicts: Vec<Conflict>,
}

impl Merging<'_> {
    fn settle(&mut self, key: &Key) {
        let (base, ours, theirs) = (self.base.record(key), self.ours.record(key), self.theirs.record(key));
        if ours == theirs || theirs == base {
            return;
        }
        match (ours, theirs) {
            (ours, theirs) if ours == base => match theirs {
                Some(record) => self.board.put(record),
                None => self.board.take(key),
            },
            (Some(ours), Some(theirs)) => self.settle_fields(key, base.as_ref(), &ours, &theirs),
            // One side removed what the other changed: what was changed stays, unless asked otherwise.
            (Some(_), None) => {
                if self.conflict(key, None, "changed", "removed", Side::Ours) == Side::Theirs {
                    self.board.take(key);
                }
            }
            (None, Some(record)) => {
                if self.conflict(key, None, "removed", "changed", Side::Theirs) == Side::Theirs {
                    self.board.put(record);
                }
            }
            (None, None) => {}
        }
    }

    fn settle_fields(&mut self, key: &Key, base: Option<&Record>, ours: &Record, theirs: &Record) {
        let blank = blank(ours);
        let base = base.unwrap_or(&blank);
        for field in ours.field_names() {
            let (Some(b), Some(o), Some(t)) = (base.get(field), ours.get(field), theirs.get(field)) else {
                continue;
            };
            if o == t || t == b {
                continue;
            }
            let takes_theirs = o == b
                || self.conflict(key, Some(field), &spoken(&o), &spoken(&t), Side::Ours) == Side::Theirs;
            if takes_theirs {
                self.board.set(key, field, &t).expect("a field of a record of the same kind fits");
            }
        }
    }

    /// Notes a conflict and answers which side to take.
    fn conflict(&mut self, key: &Key, field: Option<&str>, ours: &str, theirs: &str, usual: Side) -> Side {
        let place = (key.clone(), field.map(str::to_owned));
        let taken = self.choices.get(&place).copied().unwrap_or(usual);
        let name = name([self.ours, self.theirs, self.base], key);
        let what = match field {
            Some(field) => format!("{name}: {}", field.replace('_', " ")),
            None => name,
        };
        self.conflicts.push(Conflict {
            place,
            what,
            ours: ours.to_owned(),
            theirs: theirs.to_owned(),
            taken,
        });
        taken
    }
}

/// The record of this key that says nothing.
fn blank(record: &Record) -> Record {
    match record.clone() {
        Record::Settings(_) => Record::Settings(Box::default()),
        Record::Service(key, _) => Record::Service(key, Box::default()),
        Record::Event(key, _) => Record::Event(key, Box::default()),
        Record::Command(key, _) => Record::Command(key, Box::default()),
        Record::Query(key, _) => Record::Query(key, Box::default()),
        Record::Channel(key, _) => Record::Channel(key, Box::default()),
        Record::Frame(key, _) => Record::Frame(key, Box::default()),
        Record::Line(key, _) => Record::Line(key, Box::default()),
        Record::Sticky(key, _) => Record::Sticky(key, Box::default()),
        Record::Link(key, _) => Record::Link(key, Box::default()),
        Record::Scenario(key, _) => Record::Scenario(key, Box::default()),
    }
}

/// A value in a few words.
fn spoken(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        // A place or a size.
        Value::Array(numbers) if numbers.iter().all(Value::is_number) => {
            numbers.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A record in words, from the first of the boards that has it.
fn name(boards: [&Board; 3], key: &Key) -> String {
    let sticky = |id: &StickyId| {
        let found = boards.iter().find_map(|board| board.stickies.get(id));
        found.map_or_else(|| id.to_string(), |sticky| format!("“{}”", sticky.name))
    };
    match key {
        Key::Settings => "the board".to_owned(),
        Key::Service(_)
        | Key::Event(_)
        | Key::Command(_)
        | Key::Query(_)
        | Key::Channel(_)
        | Key::Scenario(_) => key.definition_name().unwrap_or_default(),
        Key::Sticky(id) => format!("sticky {}", sticky(id)),
        Key::Frame(id) => {
            let frame = boards.iter().find_map(|board| board.frames.get(id));
            frame.map_or_else(|| format!("frame {id}"), |frame| format!("frame “{}”", frame.name))
        }
        Key::Line(id) => {
            let line = boards.iter().find_map(|board| board.lines.get(id));
            line.map_or_else(|| format!("line {id}"), |line| format!("line “{}”", line.name))
        }
        Key::Link(id) => match boards.iter().find_map(|board| board.links.get(id)) {
            Some(link) => format!("link from {} to {}", sticky(&link.from), sticky(&link.to)),
            None => format!("link {id}"),
        },
    }
}

/// Ids written by hand (peer 0) may have been given on both sides to different things: theirs get ids of their own,
/// so that both stay. Ids minted by the app never meet.
fn with_own_ids(base: &Board, ours: &Board, theirs: &Board, notes: &mut Vec<String>) -> Board {
    let mut highest =
        [base, ours, theirs].into_iter().map(|board| board.id_gen(0).mint().counter).max().unwrap_or(1);
    let mut fresh = || {
        let id = Id::new(0, highest);
        highest = highest.saturating_add(1);
        id
    };
    let mut out = theirs.clone();
    macro_rules! clashing {
        ($table:ident) => {
            theirs
                .$table
                .iter()
                .filter(|(id, record)| {
                    id.0.peer == 0
                        && !base.$table.contains_key(id)
                        && ours.$table.get(id).is_some_and(|own| own != *record)
                })
                .map(|(id, _)| *id)
                .collect::<Vec<_>>()
        };
    }
    let mut stickies = BTreeMap::new();
    for id in clashing!(stickies) {
        let own = StickyId(fresh());
        if let Some(sticky) = out.stickies.remove(&id) {
            notes.push(format!("sticky {id} was added on both sides: “{}” is kept as {own}", sticky.name));
            out.stickies.insert(own, sticky);
        }
        stickies.insert(id, own);
    }
    let mut links = BTreeMap::new();
    for id in clashing!(links) {
        let own = LinkId(fresh());
        if let Some(link) = out.links.remove(&id) {
            out.links.insert(own, link);
        }
        links.insert(id, own);
    }
    for id in clashing!(frames) {
        if let Some(frame) = out.frames.remove(&id) {
            out.frames.insert(crate::board::FrameId(fresh()), frame);
        }
    }
    for id in clashing!(lines) {
        if let Some(line) = out.lines.remove(&id) {
            out.lines.insert(crate::board::LineId(fresh()), line);
        }
    }
    for link in out.links.values_mut() {
        link.from = stickies.get(&link.from).copied().unwrap_or(link.from);
        link.to = stickies.get(&link.to).copied().unwrap_or(link.to);
        if let Outcome::OnFailureOf(other) = &mut link.outcome {
            *other = links.get(other).copied().unwrap_or(*other);
        }
    }
    out
}

/// Brings back what a kept link cannot stand without: one side linked, or rested on, what the other removed.
fn complete(board: &mut Board, from: [&Board; 3], notes: &mut Vec<String>) {
    loop {
        let mut missing = BTreeSet::new();
        for link in board.links.values() {
            let ends = [link.from, link.to].into_iter().map(Key::Sticky);
            let rests_on = match link.outcome {
                Outcome::OnFailureOf(other) => Some(Key::Link(other)),
                Outcome::Always | Outcome::OneOf(_) => None,
            };
            missing.extend(ends.chain(rests_on).filter(|key| !board.has(key)));
        }
        let found: Vec<Record> =
            missing.iter().filter_map(|key| from.iter().find_map(|board| board.record(key))).collect();
        if found.is_empty() {
            return;
        }
        for record in found {
            notes.push(format!(
                "{} was removed on one side and is still linked on the other: it stays",
                name(from, &record.key())
            ));
            board.put(record);
        }
    }
}

#[cfg(test)]
mod tests;
