//! Who caused whom, for a whole log at once.

use std::sync::Arc;

use rayon::prelude::*;

use super::{Chunk, Log};

/// Stands for "names no cause".
const NONE: u32 = u32::MAX;

/// Stands for "names a cause that is not in the log".
const MISSING: u32 = u32::MAX - 1;

/// The cause of every event of a log, where the log names it.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    /// By row; empty when no event names a cause.
    rows: Vec<u32>,
    /// Events that name a cause.
    pub n_named: u64,
    /// Those whose cause is not in the log.
    pub n_missing: u64,
}

impl Causes {
    /// The event that caused this one.
    pub fn of(&self, row: usize) -> Option<usize> {
        self.rows.get(row).copied().filter(|cause| *cause < MISSING).map(|cause| cause as usize)
    }

    /// True when no event names a cause.
    pub fn is_empty(&self) -> bool {
        self.n_named == 0
    }

    pub(super) fn is_named(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|cause| *cause != NONE)
    }

    pub(super) fn effects_of(&self, row: usize) -> Vec<usize> {
        let rows = self.rows.par_iter().enumerate();
        rows.filter(|(_, cause)| **cause < MISSING && **cause as usize == row)
            .map(|(effect, _)| effect)
            .collect()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.rows.capacity() * 4
    }
}

impl Log {
    /// The cause of every event: looked up in time n log n, unless the log knows them already. An id that several
    /// events have is settled as [`Log::cause_of`] settles it; an id key that one event alone has is taken at its word
    /// (two different ids share a key once in four thousand million pairs).
    pub fn causes(&self) -> Arc<Causes> {
        if let Some(causes) = &self.causes {
            return Arc::clone(causes);
        }
        let named = |chunk: &Chunk| chunk.cause_keys.iter().filter(|key| **key != 0).count() as u64;
        let n_named: u64 = self.chunks.par_iter().map(named).sum();
        if n_named == 0 || self.n_events >= MISSING as usize {
            return Arc::default();
        }
        let mut ids: Vec<(u32, u32)> = self
            .chunks
            .par_iter()
            .zip(self.starts.par_iter())
            .flat_map_iter(|(chunk, start)| {
                let keyed = chunk.ids.iter().enumerate().filter(|(_, key)| **key != 0);
                keyed.map(move |(at, key)| (*key, (start + at) as u32))
            })
            .collect();
        ids.par_sort_unstable();
        let mut rows: Vec<u32> = self
            .chunks
            .par_iter()
            .zip(self.starts.par_iter())
            .flat_map_iter(|(chunk, start)| {
                let ids = &ids;
                chunk.cause_keys.iter().enumerate().map(move |(at, key)| {
                    if *key == 0 {
                        return NONE;
                    }
                    let from = ids.partition_point(|(k, _)| k < key);
                    let to = from + ids[from..].iter().take_while(|(k, _)| k == key).count();
                    match &ids[from..to] {
                        [] => MISSING,
                        [(_, row)] => *row,
                        _ => self.cause_of(start + at).map_or(MISSING, |row| row as u32),
                    }
                })
            })
            .collect();
        rows.shrink_to_fit();
        let n_missing = rows.par_iter().filter(|cause| **cause == MISSING).count() as u64;
        Arc::new(Causes { rows, n_named, n_missing })
    }

    /// The same log, knowing its causes: they take the place of the keys they were looked up by, so that the index
    /// stays as small as it was.
    pub fn knowing(&self, causes: &Arc<Causes>) -> Self {
        let looked_up = causes.rows.len() == self.n_events;
        let none_named = || self.chunks.par_iter().all(|chunk| chunk.cause_keys.iter().all(|key| *key == 0));
        if self.causes.is_some() || !(looked_up || causes.is_empty() && none_named()) {
            return self.clone();
        }
        let chunks = self.chunks.iter().map(Chunk::without_cause_keys).collect();
        Self { chunks, causes: Some(Arc::clone(causes)), ..self.clone() }
    }
}
