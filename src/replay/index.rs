//! The columnar index of a log, and the questions it answers.

mod causes;
mod columns;
mod queries;

use std::ops::Range;
use std::sync::Arc;

pub use causes::Causes;
pub(crate) use columns::{Chunk, Columns, MAX_OFFSET, UNTIMED};
pub use queries::Histogram;
pub(crate) use queries::edge;

use super::again::Again;
use super::event::{Detail, Kind, Seen};
use super::mapping::Mapping;
use super::readers::{self, Context, Document, Reader, Record};
use super::scan::{self, Members};
use super::symbols::{Symbol, Symbols};

/// What has become of the bytes of a log since it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// They are all there.
    Whole,
    /// More have been written behind them: opening the log again shows them.
    Grown,
    /// Some are gone: they must not be touched any more.
    Cut,
}

/// The bytes of a log. A memory map as a rule; a plain `Vec<u8>` will do.
pub trait Source: Send + Sync {
    /// All bytes, as they were when the log was opened.
    fn bytes(&self) -> &[u8];

    /// Whether they may still be read.
    fn state(&self) -> SourceState {
        SourceState::Whole
    }
}

impl Source for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// A place of the file that could not be read, and was skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its line, counted from one.
    pub line: u64,
    /// Its byte offset.
    pub offset: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// How many bad lines are kept word for word; all are counted.
pub const BAD_LINES_KEPT: usize = 1_000;

/// What the loader learnt beside the events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) bad: Vec<BadLine>,
    pub(crate) n_bad: u64,
    pub(crate) n_late: u64,
    pub(crate) n_untimed: u64,
    /// Events by the reader's place in `readers::ALL`.
    pub(crate) by_reader: [u64; 16],
    /// (byte offset, number of the line that starts there), at the start of every parsed piece.
    pub(crate) lines: Vec<(usize, u64)>,
}

/// An opened log: a snapshot that never changes, cheap to clone and to send to another thread.
/// Events are numbered by time; ties keep the order of the file.
#[derive(Clone)]
pub struct Log {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) mapping: Arc<Mapping>,
    pub(crate) document: Option<&'static dyn Document>,
    pub(crate) chunks: Arc<[Chunk]>,
    /// Number of the first event of each chunk.
    pub(crate) starts: Arc<[usize]>,
    pub(crate) n_events: usize,
    pub(crate) types: Arc<Symbols>,
    pub(crate) sources: Arc<Symbols>,
    pub(crate) facts: Arc<Facts>,
    /// The causes, once they are looked up: they take the place of the keys of the ids that name them.
    pub(crate) causes: Option<Arc<Causes>>,
    pub(crate) complete: bool,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("n_events", &self.n_events).field("complete", &self.complete).finish()
    }
}

/// One event of a log. What the index holds is at hand; the rest is read from the file when asked for.
#[derive(Clone, Copy, Debug)]
pub struct EventRef<'a> {
    log: &'a Log,
    chunk: &'a Chunk,
    at: usize,
    row: usize,
}

impl<'a> EventRef<'a> {
    /// Its number in the log, by time.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Nanoseconds since 1970 (UTC).
    pub fn time(&self) -> i64 {
        self.chunk.times[self.at]
    }

    /// The message type.
    pub fn name(&self) -> &'a str {
        self.symbol().map_or("", |s| &s.text)
    }

    /// What sort of message it is, where the log says so.
    pub fn kind(&self) -> Option<Kind> {
        self.symbol().and_then(|s| s.kind)
    }

    fn symbol(&self) -> Option<&'a Symbol> {
        self.log.types.get(self.type_number())
    }

    /// The number of its type in [`Log::types`].
    pub fn type_number(&self) -> u16 {
        self.chunk.types[self.at]
    }

    /// Who published it; empty if the log does not say.
    pub fn source(&self) -> &'a str {
        self.log.sources.get(self.source_number()).map_or("", |s| &s.text)
    }

    /// The number of its source in [`Log::sources`].
    pub fn source_number(&self) -> u16 {
        self.chunk.sources[self.at]
    }

    /// Who published it, as people read it: a URI reference with its escapes undone.
    pub fn source_text(&self) -> std::borrow::Cow<'a, str> {
        super::matching::unescaped(self.source())
    }

    /// True when it stands in the file behind a later event.
    pub fn is_late(&self) -> bool {
        self.chunk.is_late(self.at)
    }

    /// True when its record says that it is not the first of its kind: a retry, a redelivery, a replay.
    pub fn says_again(&self) -> bool {
        self.chunk.says_again(self.at)
    }

    /// What its record says of its having been there before, read from the file.
    pub fn again(&self) -> Option<Again> {
        if self.says_again() { self.seen(false, |s| s.again).flatten() } else { None }
    }

    /// Where its record starts in the file, in bytes.
    pub fn offset(&self) -> usize {
        self.chunk.offset(self.at)
    }

    /// How long its record is, in bytes; nothing when it is 16 MiB or more.
    pub fn record_length(&self) -> Option<usize> {
        self.chunk.record_length(self.at)
    }

    /// 32 bits that are equal for equal correlations; zero when there is none.
    pub fn correlation_key(&self) -> u32 {
        self.chunk.correlations[self.at]
    }

    /// 32 bits that are equal for equal ids; zero when there is none.
    pub fn id_key(&self) -> u32 {
        self.chunk.ids[self.at]
    }

    /// True when the record names the event that caused this one, in the log or not.
    pub fn names_cause(&self) -> bool {
        match &self.log.causes {
            Some(causes) => causes.is_named(self.row),
            None => self.chunk.cause_keys[self.at] != 0,
        }
    }

    /// Its own id, read from the file.
    pub fn id(&self) -> String {
        self.seen(false, |s| s.id.to_text().into_owned()).unwrap_or_default()
    }

    /// Its correlation, read from the file.
    pub fn correlation(&self) -> String {
        if self.correlation_key() == 0 {
            return String::new();
        }
        self.seen(false, |s| s.correlation.to_text().into_owned()).unwrap_or_default()
    }

    /// The id of its cause, read from the file.
    pub fn causation(&self) -> String {
        if !self.names_cause() {
            return String::new();
        }
        self.seen(false, |s| s.causation.to_text().into_owned()).unwrap_or_default()
    }

    /// Everything its record says. Nothing if the file has been cut since.
    pub fn detail(&self) -> Option<Detail> {
        let data = self.log.source.bytes();
        self.seen(true, |s| {
            let record = data.get(s.place.0..s.place.0 + s.place.1).unwrap_or_default();
            Detail::of(s, record)
        })
    }

    /// Its record as it stands in the file. Nothing if the file has been cut since.
    pub fn record(&self) -> Option<&'a [u8]> {
        self.record_in(self.log.readable()?)
    }

    /// Its record, out of the bytes of its log: for whoever looks at many in a row, and asks for them once.
    pub(crate) fn record_in(&self, data: &'a [u8]) -> Option<&'a [u8]> {
        let place = match self.record_length() {
            Some(length) => (self.offset(), length),
            None => self.seen(false, |s| s.place)?,
        };
        data.get(place.0..place.0 + place.1)
    }

    /// Its payload's bytes, read from the file.
    pub fn payload(&self) -> Vec<u8> {
        self.seen(true, |s| s.payload.to_bytes()).unwrap_or_default()
    }

    fn seen<T>(&self, with_payload: bool, take: impl FnOnce(&Seen<'_>) -> T) -> Option<T> {
        self.log.reread(self.offset(), with_payload, take)
    }
}

impl Log {
    /// The bytes of the file, unless some have been cut off since: asking the system costs more than reading a record.
    pub(crate) fn readable(&self) -> Option<&[u8]> {
        (self.source.state() != SourceState::Cut).then(|| self.source.bytes())
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.n_events
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.n_events == 0
    }

    /// False while the rest of the file is still being read.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// What has become of the file since it was opened.
    pub fn source_state(&self) -> SourceState {
        self.source.state()
    }

    /// The event with this number.
    pub fn event(&self, row: usize) -> Option<EventRef<'_>> {
        if row >= self.n_events {
            return None;
        }
        let chunk = self.starts.partition_point(|s| *s <= row) - 1;
        Some(EventRef { log: self, chunk: &self.chunks[chunk], at: row - self.starts[chunk], row })
    }

    /// The events with these numbers, in order.
    pub fn events(&self, rows: Range<usize>) -> impl Iterator<Item = EventRef<'_>> {
        let rows = rows.start.min(self.n_events)..rows.end.min(self.n_events);
        let first = self.starts.partition_point(|s| *s <= rows.start).saturating_sub(1);
        self.chunks[first.min(self.chunks.len())..]
            .iter()
            .zip(&self.starts[first.min(self.starts.len())..])
            .flat_map(move |(chunk, start)| {
                let from = rows.start.saturating_sub(*start).min(chunk.len());
                let to = rows.end.saturating_sub(*start).min(chunk.len());
                (from..to.max(from)).map(move |at| EventRef { log: self, chunk, at, row: start + at })
            })
    }

    /// The rows of every chunk: pieces of the log for threads to work on side by side.
    pub(crate) fn chunk_rows(&self) -> Vec<Range<usize>> {
        self.chunks.iter().zip(self.starts.iter()).map(|(chunk, start)| *start..start + chunk.len()).collect()
    }

    /// Message types, by number, with how many events bear each.
    pub fn types(&self) -> &Symbols {
        &self.types
    }

    /// Publishers, by number.
    pub fn sources(&self) -> &Symbols {
        &self.sources
    }

    /// The formats met, each with its number of events.
    pub fn formats(&self) -> Vec<(&'static Reader, u64)> {
        let counts = readers::ALL.iter().zip(self.facts.by_reader);
        counts.filter(|(_, n)| *n > 0).map(|(reader, n)| (*reader, n)).collect()
    }

    /// The first bad places, at most [`BAD_LINES_KEPT`].
    pub fn bad_lines(&self) -> &[BadLine] {
        &self.facts.bad
    }

    /// How many places could not be read.
    pub fn n_bad_lines(&self) -> u64 {
        self.facts.n_bad
    }

    /// How many events stand in the file behind a later one.
    pub fn n_late(&self) -> u64 {
        self.facts.n_late
    }

    /// How many events had no time of their own and took that of the event before them.
    pub fn n_untimed(&self) -> u64 {
        self.facts.n_untimed
    }

    /// The line of the file, counted from one, that holds this byte.
    pub fn line_at(&self, offset: usize) -> u64 {
        let data = self.source.bytes();
        if self.source.state() == SourceState::Cut {
            return 0;
        }
        let piece = self.facts.lines.partition_point(|(start, _)| *start <= offset);
        let (start, line) = piece.checked_sub(1).map_or((0, 1), |p| self.facts.lines[p]);
        line + memchr::memchr_iter(b'\n', &data[start..offset.min(data.len())]).count() as u64
    }

    /// Bytes that the index takes in memory, names included.
    pub fn index_bytes(&self) -> usize {
        let names = |s: &Symbols| s.iter().map(|s| s.text.len() + 48).sum::<usize>();
        let causes = self.causes.as_ref().map_or(0, |causes| causes.heap_bytes());
        let columns = self.chunks.iter().map(Chunk::heap_bytes).sum::<usize>();
        columns + causes + names(&self.types) + names(&self.sources)
    }

    pub(crate) fn reread<T>(
        &self,
        offset: usize,
        with_payload: bool,
        take: impl FnOnce(&Seen<'_>) -> T,
    ) -> Option<T> {
        if self.source.state() == SourceState::Cut {
            return None;
        }
        let data = self.source.bytes();
        let cx = Context { mapping: &self.mapping, with_payload };
        let mut take = Some(take);
        let mut taken = None;
        let mut emit = |seen: &Seen<'_>| {
            if let Some(take) = take.take() {
                taken = Some(take(seen));
            }
        };
        if let Some(document) = self.document {
            document.reread(data, (offset, data.len() - offset), &cx, &mut emit);
        } else if data.get(offset) == Some(&b'{') {
            let mut members = Members::default();
            let end = scan::object(data, offset, &mut members).ok()?;
            let record = Record { data, place: (offset, end - offset), members: &members };
            readers::read_object(&record, &cx, &mut emit).ok()?;
        } else {
            let length = memchr::memchr(b'\n', data.get(offset..)?).unwrap_or(data.len() - offset);
            readers::read_line(data, (offset, length), &cx, &mut emit).ok()?;
        }
        taken
    }
}
