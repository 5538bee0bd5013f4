//! Who caused whom, for a whole log at once.

use rayon::prelude::*;

use super::Log;

/// Stands for "caused by nothing known".
pub const NO_CAUSE: u32 = u32::MAX;

/// The cause of every event of a log, where the log names it.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    rows: Vec<u32>,
    /// Events that name a cause.
    pub n_named: u64,
    /// Those whose cause is not in the log.
    pub n_missing: u64,
}

impl Causes {
    /// The event that caused this one.
    pub fn of(&self, row: usize) -> Option<usize> {
        self.rows.get(row).copied().filter(|cause| *cause != NO_CAUSE).map(|cause| cause as usize)
    }

    /// True when no event names a cause.
    pub fn is_empty(&self) -> bool {
        self.n_named == 0
    }

    /// The effects of every event: for each row the rows it caused, by time.
    pub fn effects(&self) -> Effects {
        let mut starts = vec![0_u32; self.rows.len() + 1];
        for cause in self.rows.iter().filter(|c| **c != NO_CAUSE) {
            starts[*cause as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; starts.last().copied().unwrap_or(0) as usize];
        for (effect, cause) in self.rows.iter().enumerate().filter(|(_, c)| **c != NO_CAUSE) {
            let at = &mut next[*cause as usize];
            rows[*at as usize] = effect as u32;
            *at += 1;
        }
        Effects { starts, rows }
    }
}

/// The events each event caused.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Effects {
    /// The events this one caused, by time.
    pub fn of(&self, row: usize) -> &[u32] {
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(from), Some(to)) => &self.rows[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

impl Log {
    /// Finds the cause of every event, in time n log n. An id that several events have is settled as
    /// [`Log::cause_of`] settles it; an id key that one event alone has is taken at its word (two different
    /// ids share a key once in four thousand million pairs).
    pub fn causes(&self) -> Causes {
        let n_named: u64 =
            self.chunks.par_iter().map(|c| c.causes.iter().filter(|k| **k != 0).count() as u64).sum();
        if n_named == 0 || self.n_events >= NO_CAUSE as usize {
            return Causes::default();
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
        let rows: Vec<u32> = self
            .chunks
            .par_iter()
            .zip(self.starts.par_iter())
            .flat_map_iter(|(chunk, start)| {
                let ids = &ids;
                chunk.causes.iter().enumerate().map(move |(at, key)| {
                    if *key == 0 {
                        return NO_CAUSE;
                    }
                    let from = ids.partition_point(|(k, _)| k < key);
                    let to = from + ids[from..].iter().take_while(|(k, _)| k == key).count();
                    match &ids[from..to] {
                        [] => NO_CAUSE,
                        [(_, row)] => *row,
                        _ => self.cause_of(start + at).map_or(NO_CAUSE, |row| row as u32),
                    }
                })
            })
            .collect();
        let n_found = rows.par_iter().filter(|r| **r != NO_CAUSE).count() as u64;
        Causes { rows, n_named, n_missing: n_named - n_found }
    }
}
