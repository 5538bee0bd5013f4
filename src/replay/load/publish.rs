//! Puts parsed pieces in the order of the file, gives them common numbers, and keeps the whole sorted by time.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::parse::{Parsed, Window, parse};
use crate::replay::index::{BAD_LINES_KEPT, BadLine, Chunk, Columns, Facts, Log, Source, UNTIMED};
use crate::replay::mapping::Mapping;
use crate::replay::readers::Document;
use crate::replay::symbols::Symbols;

/// Pieces that may be merged with a late one at once; a log more jumbled than that is sorted at the end.
const MERGE_AT_MOST: usize = 4;

/// Events of a chunk after sorting the whole.
const CHUNK: usize = 65_536;

/// Nanoseconds between events of a log without any clock.
const TICK: i64 = 1_000_000;

#[derive(Default)]
pub(super) struct Publisher {
    pub(super) document: Option<&'static dyn Document>,
    /// Pieces that came before their turn.
    waiting: BTreeMap<usize, (Window, Parsed)>,
    next: usize,
    /// Where the last published piece ends.
    frontier: usize,
    chunks: Vec<Chunk>,
    /// Pieces too jumbled to merge one by one: sorted in when all are there.
    unsorted: Vec<Columns>,
    types: Symbols,
    sources: Symbols,
    facts: Facts,
    n_lines: u64,
    latest: Option<i64>,
    clock: i64,
    n_events: usize,
    complete: bool,
}

impl Publisher {
    pub(super) fn n_events(&self) -> usize {
        self.n_events
    }

    /// Takes piece number `number`; publishes it and those that waited for it.
    pub(super) fn take(
        &mut self,
        number: usize,
        window: Window,
        parsed: Parsed,
        data: &[u8],
        mapping: &Mapping,
    ) {
        self.waiting.insert(number, (window, parsed));
        while let Some((window, mut parsed)) = self.waiting.remove(&self.next) {
            self.next += 1;
            if parsed.start < self.frontier && parsed.start < window.to && parsed.end > parsed.start {
                // A record of the piece before reached into this one: read what is left of it.
                if self.frontier >= window.to {
                    continue;
                }
                parsed = parse(data, Window { from: self.frontier, streaming: true, ..window }, mapping);
            }
            self.publish(parsed);
        }
    }

    pub(super) fn publish(&mut self, mut parsed: Parsed) {
        if parsed.end <= parsed.start && parsed.columns.len() == 0 && parsed.n_bad == 0 {
            return;
        }
        self.frontier = self.frontier.max(parsed.end);
        self.facts.lines.push((parsed.start, self.n_lines + 1));
        for (line, flaw) in parsed.bad.drain(..) {
            if self.facts.bad.len() < BAD_LINES_KEPT {
                let line = self.n_lines + line + 1;
                self.facts.bad.push(BadLine { line, offset: flaw.at, reason: flaw.why.to_string() });
            }
        }
        self.n_lines += parsed.n_lines;
        self.facts.n_bad += parsed.n_bad;
        self.facts.n_untimed += parsed.n_untimed;
        for (sum, n) in self.facts.by_reader.iter_mut().zip(parsed.by_reader) {
            *sum += n;
        }
        if parsed.columns.len() > 0 {
            self.add(parsed);
        }
    }

    fn add(&mut self, mut parsed: Parsed) {
        let mut columns = std::mem::take(&mut parsed.columns);
        let by_arrival = self.document.is_none_or(|document| document.is_by_arrival());
        if parsed.n_untimed > 0 || self.document.is_some() {
            self.fill_times(&mut columns.times);
            if by_arrival {
                parsed.n_late = columns.sort();
            } else {
                columns.sort_again();
            }
        }
        self.facts.n_late += parsed.n_late;
        if let Some(latest) = self.latest.filter(|_| by_arrival) {
            let behind = columns.times.partition_point(|t| *t < latest);
            self.facts.n_late += (0..behind).map(|at| u64::from(columns.mark_late(at))).sum::<u64>();
        }
        renumber(&mut columns, &parsed, &mut self.types, &mut self.sources);
        let (Some(first), Some(last)) = (columns.times.first().copied(), columns.times.last().copied())
        else {
            return;
        };
        let before = self.latest.unwrap_or(i64::MIN);
        self.latest = Some(before.max(last));
        if !self.unsorted.is_empty() {
            self.unsorted.push(columns);
            return;
        }
        let overlapping =
            self.chunks.iter().rev().take_while(|c| c.times.last().is_some_and(|t| *t > first)).count();
        if overlapping > MERGE_AT_MOST {
            self.unsorted.push(columns);
            return;
        }
        self.n_events += columns.len();
        if overlapping == 0 {
            columns.shrink();
            self.chunks.push(Chunk::new(columns));
            return;
        }
        let mut merged = Columns::default();
        for chunk in self.chunks.drain(self.chunks.len() - overlapping..) {
            merged.append(&chunk.into_columns());
        }
        merged.append(&columns);
        merged.sort_again();
        self.chunks.extend(split(&merged));
    }

    /// Gives events without a time that of the event before them; a log without any clock ticks by itself.
    fn fill_times(&mut self, times: &mut [i64]) {
        let first = times.iter().copied().find(|t| *t != UNTIMED);
        let mut last = match (self.clock, self.latest, first) {
            (0, Some(latest), _) => Some(latest),
            (0, None, Some(first)) => Some(first),
            _ => None,
        };
        for time in times {
            if *time != UNTIMED {
                last = Some(*time);
            } else if let Some(last) = last {
                *time = last;
            } else {
                *time = self.clock;
                self.clock += TICK;
            }
        }
    }

    /// Sorts in what was too jumbled and closes the log.
    pub(super) fn finish(&mut self) {
        self.waiting.clear();
        self.complete = true;
        if self.unsorted.is_empty() {
            return;
        }
        let pieces: Vec<Columns> = std::mem::take(&mut self.chunks)
            .into_iter()
            .map(Chunk::into_columns)
            .chain(std::mem::take(&mut self.unsorted))
            .collect();
        let mut order: Vec<(i64, u32, u32)> = pieces
            .iter()
            .enumerate()
            .flat_map(|(p, piece)| {
                piece.times.iter().enumerate().map(move |(at, t)| (*t, p as u32, at as u32))
            })
            .collect();
        // Pieces are in the order of the file and sorted inside: (time, piece, place) is the stable order.
        order.par_sort_unstable();
        self.n_events = order.len();
        self.chunks = order
            .par_chunks(CHUNK)
            .map(|rows| {
                let mut columns = Columns::with_capacity(rows.len());
                for (_, piece, at) in rows {
                    columns.push_from(&pieces[*piece as usize], *at as usize);
                }
                Chunk::new(columns)
            })
            .collect();
    }

    pub(super) fn snapshot(&self, source: &Arc<dyn Source>, mapping: &Arc<Mapping>) -> Log {
        let mut starts = Vec::with_capacity(self.chunks.len());
        let mut n_events = 0;
        for chunk in &self.chunks {
            starts.push(n_events);
            n_events += chunk.len();
        }
        Log {
            source: source.clone(),
            mapping: mapping.clone(),
            document: self.document,
            chunks: self.chunks.clone().into(),
            starts: starts.into(),
            n_events,
            types: Arc::new(self.types.clone()),
            sources: Arc::new(self.sources.clone()),
            facts: Arc::new(self.facts.clone()),
            causes: None,
            complete: self.complete,
        }
    }
}

/// Gives a piece's names their numbers in the whole log.
fn renumber(columns: &mut Columns, parsed: &Parsed, types: &mut Symbols, sources: &mut Symbols) {
    let translate = |from: &Symbols, to: &mut Symbols| -> Vec<u16> {
        from.iter().map(|s| to.intern(s.text.as_bytes(), s.kind)).collect()
    };
    let type_numbers = translate(&parsed.types, types);
    let source_numbers = translate(&parsed.sources, sources);
    columns.renumber(&type_numbers, &source_numbers);
    for number in &columns.types {
        types.count(*number, 1);
    }
    for number in &columns.sources {
        sources.count(*number, 1);
    }
}

fn split(columns: &Columns) -> Vec<Chunk> {
    (0..columns.len())
        .step_by(CHUNK)
        .map(|from| {
            let to = (from + CHUNK).min(columns.len());
            let mut part = Columns::with_capacity(to - from);
            for at in from..to {
                part.push_from(columns, at);
            }
            Chunk::new(part)
        })
        .collect()
}
