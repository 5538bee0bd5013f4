//! One piece of the index: eight columns, 32 bytes an event.

use std::ops::Deref;
use std::sync::Arc;

use crate::replay::event::Seen;
use crate::replay::symbols::{Symbols, key32};

/// Time of an event whose record has none, until the loader gives it one.
pub(crate) const UNTIMED: i64 = i64::MIN;

const LATE: u64 = 1 << 63;
const AGAIN: u64 = 1 << 62;
const MARKS: u64 = LATE | AGAIN;
const LENGTH_BITS: u32 = 24;
const LENGTH_MASK: u64 = (1 << LENGTH_BITS) - 1;

/// The furthest offset an event can have: 256 GiB.
pub(crate) const MAX_OFFSET: usize = (1 << (62 - LENGTH_BITS)) - 1;

/// Columns of equal length. `places` packs two marks (late, and "says that it was there before"), the offset (38 bits)
/// and the record's length (24 bits, all ones for "longer").
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) times: Vec<i64>,
    places: Vec<u64>,
    pub(crate) types: Vec<u16>,
    pub(crate) sources: Vec<u16>,
    pub(crate) correlations: Vec<u32>,
    pub(crate) causes: Vec<u32>,
    pub(crate) ids: Vec<u32>,
}

impl Columns {
    pub(crate) fn with_capacity(n: usize) -> Self {
        Self {
            times: Vec::with_capacity(n),
            places: Vec::with_capacity(n),
            types: Vec::with_capacity(n),
            sources: Vec::with_capacity(n),
            correlations: Vec::with_capacity(n),
            causes: Vec::with_capacity(n),
            ids: Vec::with_capacity(n),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, seen: &Seen<'_>, types: &mut Symbols, sources: &mut Symbols) {
        let length = (seen.place.1 as u64).min(LENGTH_MASK);
        self.times.push(seen.time.unwrap_or(UNTIMED));
        let again = if seen.again.is_some() { AGAIN } else { 0 };
        self.places.push(again | (seen.place.0 as u64) << LENGTH_BITS | length);
        self.types.push(types.intern(&seen.name.bytes(), seen.kind));
        self.sources.push(sources.intern(&seen.source.bytes(), None));
        self.correlations.push(key32(&seen.correlation.bytes()));
        self.causes.push(key32(&seen.causation.bytes()));
        self.ids.push(key32(&seen.id.bytes()));
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.times.len()
    }

    pub(crate) fn is_late(&self, at: usize) -> bool {
        self.places[at] & LATE != 0
    }

    pub(crate) fn says_again(&self, at: usize) -> bool {
        self.places[at] & AGAIN != 0
    }

    pub(crate) fn mark_late(&mut self, at: usize) -> bool {
        let fresh = !self.is_late(at);
        self.places[at] |= LATE;
        fresh
    }

    pub(crate) fn offset(&self, at: usize) -> usize {
        ((self.places[at] & !MARKS) >> LENGTH_BITS) as usize
    }

    /// The record's length in bytes; nothing when it is 16 MiB or more.
    pub(crate) fn record_length(&self, at: usize) -> Option<usize> {
        let length = self.places[at] & LENGTH_MASK;
        (length < LENGTH_MASK).then_some(length as usize)
    }

    fn heap_bytes(&self) -> usize {
        self.times.capacity() * 8
            + self.places.capacity() * 8
            + (self.types.capacity() + self.sources.capacity()) * 2
            + (self.correlations.capacity() + self.causes.capacity() + self.ids.capacity()) * 4
    }

    pub(crate) fn shrink(&mut self) {
        self.times.shrink_to_fit();
        self.places.shrink_to_fit();
        self.types.shrink_to_fit();
        self.sources.shrink_to_fit();
        self.correlations.shrink_to_fit();
        self.causes.shrink_to_fit();
        self.ids.shrink_to_fit();
    }

    pub(crate) fn renumber(&mut self, types: &[u16], sources: &[u16]) {
        for t in &mut self.types {
            *t = types[*t as usize];
        }
        for s in &mut self.sources {
            *s = sources[*s as usize];
        }
    }

    /// Marks the events that stand behind a later one, then sorts by time with stable ties. The number marked.
    pub(crate) fn sort(&mut self) -> u64 {
        if self.times.is_sorted() {
            return 0;
        }
        let (mut n_late, mut latest) = (0, i64::MIN);
        for at in 0..self.len() {
            if self.times[at] < latest {
                n_late += u64::from(self.mark_late(at));
            }
            latest = latest.max(self.times[at]);
        }
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by_key(|at| self.times[*at as usize]);
        *self = self.picked(&order);
        n_late
    }

    fn picked(&self, order: &[u32]) -> Self {
        fn pick<T: Copy>(from: &[T], order: &[u32]) -> Vec<T> {
            order.iter().map(|at| from[*at as usize]).collect()
        }
        Self {
            times: pick(&self.times, order),
            places: pick(&self.places, order),
            types: pick(&self.types, order),
            sources: pick(&self.sources, order),
            correlations: pick(&self.correlations, order),
            causes: pick(&self.causes, order),
            ids: pick(&self.ids, order),
        }
    }

    /// Appends one event of another piece.
    pub(crate) fn push_from(&mut self, other: &Self, at: usize) {
        self.times.push(other.times[at]);
        self.places.push(other.places[at]);
        self.types.push(other.types[at]);
        self.sources.push(other.sources[at]);
        self.correlations.push(other.correlations[at]);
        self.causes.push(other.causes[at]);
        self.ids.push(other.ids[at]);
    }

    pub(crate) fn append(&mut self, other: &Self) {
        self.times.extend_from_slice(&other.times);
        self.places.extend_from_slice(&other.places);
        self.types.extend_from_slice(&other.types);
        self.sources.extend_from_slice(&other.sources);
        self.correlations.extend_from_slice(&other.correlations);
        self.causes.extend_from_slice(&other.causes);
        self.ids.extend_from_slice(&other.ids);
    }

    /// A stable sort of what is already marked: used when pieces that overlap are laid together.
    pub(crate) fn sort_again(&mut self) {
        if !self.times.is_sorted() {
            let mut order: Vec<u32> = (0..self.len() as u32).collect();
            order.sort_by_key(|at| self.times[*at as usize]);
            *self = self.picked(&order);
        }
    }
}

/// Columns that are published and change no more. The keys of causes stand apart: they go once the causes are looked up.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    columns: Arc<Columns>,
    pub(crate) cause_keys: Arc<Vec<u32>>,
}

impl Chunk {
    pub(crate) fn new(mut columns: Columns) -> Self {
        let cause_keys = Arc::new(std::mem::take(&mut columns.causes));
        Self { columns: Arc::new(columns), cause_keys }
    }

    /// The same without the keys of causes.
    pub(crate) fn without_cause_keys(&self) -> Self {
        Self { columns: Arc::clone(&self.columns), cause_keys: Arc::default() }
    }

    /// True when it is the other one, or a copy of it.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.columns, &other.columns)
    }

    /// Columns to work on again.
    pub(crate) fn into_columns(self) -> Columns {
        let mut columns = Arc::unwrap_or_clone(self.columns);
        columns.causes = Arc::unwrap_or_clone(self.cause_keys);
        columns
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.columns.heap_bytes() + self.cause_keys.capacity() * 4
    }
}

impl Deref for Chunk {
    type Target = Columns;

    fn deref(&self) -> &Columns {
        &self.columns
    }
}
