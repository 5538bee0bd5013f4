//! Ranges, histograms, neighbours by type, correlation and cause.

use std::ops::Range;

use rayon::prelude::*;

use super::{Chunk, Log};

/// Events by time and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// The moments covered, in nanoseconds since 1970.
    pub range: Range<i64>,
    /// How many types there are: the length of a bucket's row.
    pub n_types: usize,
    counts: Vec<u32>,
}

impl Histogram {
    /// How many buckets there are.
    pub fn n_buckets(&self) -> usize {
        self.counts.len() / self.n_types.max(1)
    }

    /// The events of one bucket, by type number.
    pub fn bucket(&self, bucket: usize) -> &[u32] {
        &self.counts[bucket * self.n_types..(bucket + 1) * self.n_types]
    }

    /// The events of one bucket in all.
    pub fn total(&self, bucket: usize) -> u64 {
        self.bucket(bucket).iter().map(|n| u64::from(*n)).sum()
    }

    /// Where a bucket starts, in nanoseconds since 1970.
    pub fn start_of(&self, bucket: usize) -> i64 {
        edge(&self.range, bucket, self.n_buckets())
    }
}

/// Where bucket number `bucket` of a range of time begins.
pub(crate) fn edge(range: &Range<i64>, bucket: usize, n_buckets: usize) -> i64 {
    let width = i128::from(range.end) - i128::from(range.start);
    let at = i128::from(range.start) + width * bucket as i128 / n_buckets.max(1) as i128;
    at.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

impl Log {
    /// The first and the last moment of the log.
    pub fn span(&self) -> Option<(i64, i64)> {
        let first = self.chunks.first()?.times.first()?;
        let last = self.chunks.last()?.times.last()?;
        Some((*first, *last))
    }

    /// The number of the first event at or after a moment; the number of events when there is none.
    pub fn row_at(&self, time: i64) -> usize {
        let chunk = self.chunks.partition_point(|c| c.times.last().is_some_and(|t| *t < time));
        match self.chunks.get(chunk) {
            None => self.n_events,
            Some(c) => self.starts[chunk] + c.times.partition_point(|t| *t < time),
        }
    }

    /// The numbers of the events with `start <= time < end`.
    pub fn range(&self, times: Range<i64>) -> Range<usize> {
        let start = self.row_at(times.start);
        start..self.row_at(times.end).max(start)
    }

    /// How many events of each type fall in each of `n_buckets` equal parts of a range of time.
    pub fn histogram(&self, range: Range<i64>, n_buckets: usize) -> Histogram {
        let n_types = self.types.len();
        let counts = (0..n_buckets).into_par_iter().flat_map_iter(|bucket| {
            let rows = self.range(edge(&range, bucket, n_buckets)..edge(&range, bucket + 1, n_buckets));
            let mut counts = vec![0_u32; n_types];
            self.each_slice(rows, |chunk, from, to| {
                for number in &self.chunks[chunk].types[from..to] {
                    counts[*number as usize] += 1;
                }
            });
            counts
        });
        let counts = counts.collect();
        Histogram { range, n_types, counts }
    }

    /// How many events of each type there are among these, by type number.
    pub fn counts_by_type(&self, rows: Range<usize>) -> Vec<u64> {
        let mut counts = vec![0; self.types.len()];
        self.each_slice(rows, |chunk, from, to| {
            for number in &self.chunks[chunk].types[from..to] {
                counts[*number as usize] += 1;
            }
        });
        counts
    }

    /// Calls `each` with (chunk, from, to) for the parts of a range of rows.
    fn each_slice(&self, rows: Range<usize>, mut each: impl FnMut(usize, usize, usize)) {
        let first = self.starts.partition_point(|s| *s <= rows.start).saturating_sub(1);
        for chunk in first..self.chunks.len() {
            let start = self.starts[chunk];
            if start >= rows.end {
                return;
            }
            let from = rows.start.saturating_sub(start);
            let to = (rows.end - start).min(self.chunks[chunk].len());
            if from < to {
                each(chunk, from, to);
            }
        }
    }

    /// The first row at or after `from` that `hit` accepts; `hit` gets a chunk and a place in it.
    fn forward(&self, from: usize, hit: impl Fn(&Chunk, usize) -> bool) -> Option<usize> {
        if from >= self.n_events {
            return None;
        }
        let first = self.starts.partition_point(|s| *s <= from) - 1;
        (first..self.chunks.len()).find_map(|c| {
            let chunk = &self.chunks[c];
            let start = from.saturating_sub(self.starts[c]);
            (start..chunk.len()).find(|at| hit(chunk, *at)).map(|at| self.starts[c] + at)
        })
    }

    /// The last row before `before` that `hit` accepts.
    fn backward(&self, before: usize, hit: impl Fn(&Chunk, usize) -> bool) -> Option<usize> {
        let before = before.min(self.n_events);
        let n_chunks = self.starts.partition_point(|s| *s < before);
        (0..n_chunks).rev().find_map(|c| {
            let chunk = &self.chunks[c];
            let end = (before - self.starts[c]).min(chunk.len());
            (0..end).rev().find(|at| hit(chunk, *at)).map(|at| self.starts[c] + at)
        })
    }

    /// The next event of a type after `row`.
    pub fn next_of_type(&self, row: usize, type_number: u16) -> Option<usize> {
        self.forward(row + 1, |chunk, at| chunk.types[at] == type_number)
    }

    /// The last event of a type before `row`.
    pub fn previous_of_type(&self, row: usize, type_number: u16) -> Option<usize> {
        self.backward(row, |chunk, at| chunk.types[at] == type_number)
    }

    /// The event that a line of the file holds, counted from one: the first that begins there, or else the one whose
    /// record runs over it.
    pub fn row_on_line(&self, line: u64) -> Option<usize> {
        let data = self.readable()?;
        let piece = self.facts.lines.partition_point(|(_, number)| *number <= line);
        let (start, number) = piece.checked_sub(1).map_or((0, 1), |p| self.facts.lines[p]);
        let rest = data.get(start..)?;
        let before = line.checked_sub(number)? as usize;
        let mut breaks = memchr::memchr_iter(b'\n', rest);
        let begin = if before == 0 { start } else { start + breaks.nth(before - 1)? + 1 };
        if begin >= data.len() {
            return None;
        }
        let end = breaks.next().map_or(data.len(), |at| start + at);
        let offsets = || self.events(0..self.n_events).map(|event| (event.offset(), event.row()));
        let begins_there = offsets().filter(|(at, _)| (begin..=end).contains(at)).min();
        begins_there.or_else(|| offsets().filter(|(at, _)| *at < begin).max()).map(|(_, row)| row)
    }

    fn correlation_at(&self, row: usize) -> Option<(u32, String)> {
        let event = self.event(row)?;
        let key = event.correlation_key();
        (key != 0).then(|| (key, event.correlation()))
    }

    fn is_correlated(&self, row: usize, text: &str) -> bool {
        self.event(row).is_some_and(|e| e.correlation() == text)
    }

    /// The next event of the same correlation after `row`.
    pub fn next_of_correlation(&self, row: usize) -> Option<usize> {
        let (key, text) = self.correlation_at(row)?;
        let mut from = row + 1;
        loop {
            let found = self.forward(from, |chunk, at| chunk.correlations[at] == key)?;
            // Two correlations may share a key: the file has the last word.
            if self.is_correlated(found, &text) {
                return Some(found);
            }
            from = found + 1;
        }
    }

    /// The last event of the same correlation before `row`.
    pub fn previous_of_correlation(&self, row: usize) -> Option<usize> {
        let (key, text) = self.correlation_at(row)?;
        let mut before = row;
        loop {
            let found = self.backward(before, |chunk, at| chunk.correlations[at] == key)?;
            if self.is_correlated(found, &text) {
                return Some(found);
            }
            before = found;
        }
    }

    /// All events of one correlation, by time; `row` alone when it has none.
    pub fn correlation_chain(&self, row: usize) -> Vec<usize> {
        match self.correlation_at(row) {
            Some((_, text)) => self.rows_of_correlation(&text),
            None if row < self.n_events => vec![row],
            None => Vec::new(),
        }
    }

    /// All events of the correlation with this text, by time.
    pub fn rows_of_correlation(&self, text: &str) -> Vec<usize> {
        let key = crate::replay::symbols::key32(text.as_bytes());
        self.rows_with(key, |chunk| &chunk.correlations, |row| self.is_correlated(row, text))
    }

    /// All events with this id, by time: more than one when ids are reused.
    pub fn rows_of_id(&self, id: &str) -> Vec<usize> {
        let key = crate::replay::symbols::key32(id.as_bytes());
        self.rows_with(key, |chunk| &chunk.ids, |row| self.event(row).is_some_and(|e| e.id() == id))
    }

    fn rows_with(
        &self,
        key: u32,
        column: impl Fn(&Chunk) -> &[u32] + Sync,
        check: impl Fn(usize) -> bool + Sync,
    ) -> Vec<usize> {
        if key == 0 {
            return Vec::new();
        }
        let chunks = self.chunks.par_iter().zip(self.starts.par_iter());
        let rows = chunks.flat_map_iter(|(chunk, start)| {
            let hits = column(chunk).iter().enumerate().filter(move |(_, k)| **k == key);
            let rows: Vec<usize> = hits.map(|(at, _)| start + at).filter(|row| check(*row)).collect();
            rows
        });
        rows.collect()
    }

    /// The event that caused this one: the last one before it, or else the first after it, that has the id its
    /// causation names.
    pub fn cause_of(&self, row: usize) -> Option<usize> {
        if let Some(causes) = &self.causes {
            return causes.of(row);
        }
        let event = self.event(row)?;
        let key = event.chunk.cause_keys[event.at];
        if key == 0 {
            return None;
        }
        let id = event.causation();
        let is_it = |found: usize| self.event(found).is_some_and(|e| e.id() == id);
        let mut before = row;
        while let Some(found) = self.backward(before, |chunk, at| chunk.ids[at] == key) {
            if is_it(found) {
                return Some(found);
            }
            before = found;
        }
        let mut from = row + 1;
        while let Some(found) = self.forward(from, |chunk, at| chunk.ids[at] == key) {
            if is_it(found) {
                return Some(found);
            }
            from = found + 1;
        }
        None
    }

    /// The events that name this one as their cause, by time.
    pub fn effects_of(&self, row: usize) -> Vec<usize> {
        if let Some(causes) = &self.causes {
            return causes.effects_of(row);
        }
        let Some(event) = self.event(row).filter(|e| e.id_key() != 0) else { return Vec::new() };
        let id = event.id();
        let names_it = |row: usize| self.event(row).is_some_and(|e| e.causation() == id);
        self.rows_with(event.id_key(), |chunk| &chunk.cause_keys, names_it)
    }
}
