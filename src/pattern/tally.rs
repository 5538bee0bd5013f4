//! What one event has said so far: which fields it has, which conditions they meet, and within which elements
//! of which arrays.

use super::field::{Buffers, Entry};
use super::paths::FieldId;
use super::steps;

/// A condition's number within a set.
pub(crate) type ConditionId = u32;
/// An element of an array of the event, or 0: outside all arrays.
pub(crate) type ScopeId = u32;
/// Outside all arrays.
pub(crate) const ROOT: ScopeId = 0;

/// An element of an array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope {
    /// The element that holds the array.
    pub(crate) parent: ScopeId,
    /// The array: elements of one array exclude each other.
    pub(crate) array: u32,
}

/// The `anything-but`s that one condition can tell apart: one a bit.
pub(crate) const MAX_EXCLUSIONS: usize = 64;

/// How far a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// By nothing.
    Unmet,
    /// Perhaps: `exists: false` on a field that only elements of arrays have.
    Open,
    /// By values within elements of arrays only.
    InArrays,
    /// By a value outside arrays, which goes with any other.
    Met,
}

/// Counts of one event for one field; stale unless the epoch is the current one.
#[derive(Debug, Clone, Copy, Default)]
struct FieldTally {
    epoch: u32,
    outside: u32,
    in_arrays: u32,
}

/// Counts of one event for one condition with an `anything-but`.
#[derive(Debug, Clone, Copy, Default)]
struct ExclusionTally {
    epoch: u32,
    outside: u32,
    in_arrays: u32,
    /// The value being looked at and the `anything-but`s that exclude it.
    serial: u32,
    places: u64,
}

/// The working memory of matching; reused from event to event, so that matching does not allocate.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    epoch: u32,
    /// Per condition: the epoch times four plus a level of being met by a value it names.
    met: Vec<u32>,
    exclusions: Vec<ExclusionTally>,
    fields: Vec<FieldTally>,
    /// Conditions met, each once.
    pub(crate) matched: Vec<ConditionId>,
    /// Fields present, each once.
    pub(crate) present: Vec<FieldId>,
    /// Elements of arrays; the first stands for no array.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) arrays: u32,
    /// Conditions met within arrays.
    pub(crate) hits: Vec<(ConditionId, ScopeId)>,
    /// Values within arrays.
    pub(crate) occurrences: Vec<(FieldId, ScopeId)>,
    /// Values within arrays that a condition excludes, by their place among the occurrences.
    pub(crate) excluded: Vec<(ConditionId, u32)>,
    serial: u32,
    pub(crate) buffers: Buffers,
    pub(crate) text: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) open: Vec<(u32, u32, bool)>,
}

impl Scratch {
    /// Working memory for any set; it grows as needed.
    #[must_use]
    pub fn new() -> Scratch {
        Scratch::default()
    }

    /// Starts on a new event.
    pub(crate) fn begin(&mut self, conditions: usize, fields: usize) {
        if self.epoch >= u32::MAX / 4 - 1 {
            self.epoch = 0;
            self.met.fill(0);
            self.exclusions.fill(ExclusionTally::default());
            self.fields.fill(FieldTally::default());
        }
        self.epoch += 1;
        if self.met.len() < conditions {
            self.met.resize(conditions, 0);
            self.exclusions.resize(conditions, ExclusionTally::default());
        }
        if self.fields.len() < fields {
            self.fields.resize(fields, FieldTally::default());
        }
        self.matched.clear();
        self.present.clear();
        self.scopes.clear();
        self.scopes.push(Scope { parent: ROOT, array: u32::MAX });
        self.arrays = 0;
        self.hits.clear();
        self.occurrences.clear();
        self.excluded.clear();
        self.serial = 0;
    }

    /// A value of a field is about to be looked at.
    #[inline]
    pub(crate) fn value(&mut self, field: FieldId, scope: ScopeId) {
        steps::count(1);
        let tally = &mut self.fields[field as usize];
        if tally.epoch != self.epoch {
            *tally = FieldTally { epoch: self.epoch, outside: 0, in_arrays: 0 };
            self.present.push(field);
        }
        self.serial += 1;
        if scope == ROOT {
            tally.outside += 1;
        } else {
            tally.in_arrays += 1;
            self.occurrences.push((field, scope));
        }
    }

    /// The value being looked at meets a condition, or is excluded by one of its `count` `anything-but`s.
    #[inline]
    pub(crate) fn note(&mut self, entry: Entry, scope: ScopeId, count: impl FnOnce(ConditionId) -> u8) {
        steps::count(1);
        match entry.exclusion() {
            None => self.note_met(entry.condition(), scope),
            Some(place) => self.note_excluded(entry.condition(), place, scope, count(entry.condition())),
        }
    }

    #[inline]
    fn note_met(&mut self, condition: ConditionId, scope: ScopeId) {
        let met = &mut self.met[condition as usize];
        if *met >> 2 != self.epoch {
            *met = self.epoch << 2;
            self.matched.push(condition);
        }
        if scope == ROOT {
            *met |= 2;
        } else {
            *met |= 1;
            self.hits.push((condition, scope));
        }
    }

    fn note_excluded(&mut self, condition: ConditionId, place: u8, scope: ScopeId, count: u8) {
        let tally = &mut self.exclusions[condition as usize];
        if tally.epoch != self.epoch {
            *tally = ExclusionTally { epoch: self.epoch, ..ExclusionTally::default() };
        }
        if tally.serial != self.serial {
            tally.serial = self.serial;
            tally.places = 0;
        }
        let before = tally.places;
        tally.places |= 1 << place;
        // Excluded for good once every anything-but of the condition says so.
        if before == tally.places || tally.places.count_ones() != u32::from(count) {
            return;
        }
        if scope == ROOT {
            tally.outside += 1;
        } else {
            tally.in_arrays += 1;
            let occurrence = u32::try_from(self.occurrences.len() - 1).unwrap_or(u32::MAX);
            self.excluded.push((condition, occurrence));
        }
    }

    /// How far a condition without `anything-but` and `exists: false` is met.
    #[inline]
    pub(crate) fn met(&self, condition: ConditionId) -> Level {
        let met = self.met[condition as usize];
        if met >> 2 != self.epoch {
            Level::Unmet
        } else if met & 2 != 0 {
            Level::Met
        } else {
            Level::InArrays
        }
    }

    /// How many values of a field there are outside and within arrays.
    #[inline]
    pub(crate) fn values(&self, field: FieldId) -> (u32, u32) {
        let tally = self.fields[field as usize];
        if tally.epoch == self.epoch { (tally.outside, tally.in_arrays) } else { (0, 0) }
    }

    /// How far a condition with an `anything-but` is met.
    #[inline]
    pub(crate) fn met_unless_excluded(&self, condition: ConditionId, field: FieldId) -> Level {
        let (outside, in_arrays) = self.values(field);
        let tally = self.exclusions[condition as usize];
        let (excluded, excluded_in_arrays) =
            if tally.epoch == self.epoch { (tally.outside, tally.in_arrays) } else { (0, 0) };
        let by_default = if outside > excluded {
            Level::Met
        } else if in_arrays > excluded_in_arrays {
            Level::InArrays
        } else {
            Level::Unmet
        };
        by_default.max(self.met(condition))
    }
}
