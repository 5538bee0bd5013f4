//! Opening a log: recognise it, parse it in parallel, publish what is read in the order of the file.

mod parse;
mod publish;
mod sniff;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::parse::{Parsed, Window, parse};
use self::publish::Publisher;
use self::sniff::Layout;
use super::index::{Log, Source, SourceState};
use super::mapping::Mapping;
use super::readers::{self, Context, Document, Sink};
use super::scan::Flaw;

/// Bytes that one thread parses at a time: small enough to show something soon, large enough to be worth it.
const PIECE: usize = 8 << 20;

/// Why a log cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// No reader knows the content.
    #[error("this is not a log Isobar can read: {0}")]
    Unknown(String),
    /// The file shrank while it was being read.
    #[error("the file was cut short by another program while it was being read: open it again")]
    Cut,
    /// The file is larger than the index can address.
    #[error("the file is larger than 256 GiB: split it")]
    TooLarge,
    /// The user stopped it.
    #[error("reading the log was cancelled")]
    Cancelled,
}

/// How far the reading has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
    /// Events ready to be looked at.
    pub n_events: u64,
    /// True when nothing more will come.
    pub finished: bool,
}

/// A log being opened. One thread calls [`Loading::run`]; others look at [`Loading::snapshot`] meanwhile.
pub struct Loading {
    source: Arc<dyn Source>,
    mapping: Arc<Mapping>,
    cancelled: AtomicBool,
    finished: AtomicBool,
    bytes: AtomicU64,
    publisher: Mutex<Publisher>,
    /// How long the reading waits for its first events to be shown, while they are not.
    first_look: Mutex<Option<Duration>>,
    looked_at: Condvar,
}

impl Loading {
    /// Prepares to read `source`; nothing is read yet.
    pub fn new(source: Arc<dyn Source>, mapping: Mapping) -> Self {
        Self {
            source,
            mapping: Arc::new(mapping),
            cancelled: AtomicBool::new(false),
            finished: AtomicBool::new(false),
            bytes: AtomicU64::new(0),
            publisher: Mutex::new(Publisher::default()),
            first_look: Mutex::new(None),
            looked_at: Condvar::new(),
        }
    }

    /// Has the reading wait once it has its first events, but no longer than `most`, until [`Loading::first_look_over`]
    /// is called: it keeps all processors busy, and would have whoever paints those events wait for its end.
    #[must_use]
    pub fn shown_first(mut self, most: Duration) -> Self {
        self.first_look = Mutex::new(Some(most));
        self
    }

    /// The first events are on the screen: the reading goes on. True the first time.
    pub fn first_look_over(&self) -> bool {
        let waited_for = self.first_look.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.looked_at.notify_all();
        waited_for.is_some()
    }

    fn wait_for_first_look(&self) {
        let first_look = self.first_look.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(most) = first_look.filter(|_| self.publisher().n_events() > 0) else { return };
        let waited = self.looked_at.wait_timeout_while(first_look, most, |look| look.is_some());
        waited.unwrap_or_else(PoisonError::into_inner).0.take();
    }

    /// Asks the reading to stop; what is read so far stays.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        self.first_look_over();
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        Progress {
            bytes: self.bytes.load(Ordering::Relaxed),
            total_bytes: self.source.bytes().len() as u64,
            n_events: self.publisher().n_events() as u64,
            finished: self.finished.load(Ordering::Relaxed),
        }
    }

    /// The log as far as it is read: everything up to some place in the file, sorted by time.
    pub fn snapshot(&self) -> Log {
        self.publisher().snapshot(&self.source, &self.mapping)
    }

    /// A panic of another thread leaves the publisher between two pieces at worst: still a sound prefix.
    fn publisher(&self) -> MutexGuard<'_, Publisher> {
        self.publisher.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Reads the whole log, in parallel on as many threads as rayon has, and returns it.
    ///
    /// # Errors
    /// When the content is of no known format, the file is cut meanwhile, or the reading is cancelled.
    pub fn run(&self) -> Result<Log, OpenError> {
        let done = self.read();
        self.publisher().finish();
        self.finished.store(true, Ordering::Relaxed);
        done?;
        Ok(self.snapshot())
    }

    fn read(&self) -> Result<(), OpenError> {
        let data = self.source.bytes();
        if data.len() > super::index::MAX_OFFSET {
            return Err(OpenError::TooLarge);
        }
        let layout = sniff::layout(data);
        // Whatever it looked like: what is missing was taken for zeroes.
        if self.source.state() == SourceState::Cut {
            return Err(OpenError::Cut);
        }
        match layout? {
            Layout::Lines => self.read_lines(data)?,
            Layout::Stream => self.read_stream(data)?,
            Layout::Document(reader, document) => self.read_document(data, reader, document)?,
        }
        match (self.stopped(), self.source.state()) {
            (true, _) => Err(OpenError::Cancelled),
            (_, SourceState::Cut) => Err(OpenError::Cut),
            _ => Ok(()),
        }
    }

    /// Records that end with their lines: pieces of the file are parsed side by side.
    fn read_lines(&self, data: &[u8]) -> Result<(), OpenError> {
        let n_pieces = data.len().div_ceil(PIECE);
        let next = AtomicUsize::new(0);
        let cut = AtomicBool::new(false);
        let read = || {
            loop {
                let piece = next.fetch_add(1, Ordering::Relaxed);
                if piece >= n_pieces {
                    return;
                }
                self.wait_for_first_look();
                if self.stopped() || cut.load(Ordering::Relaxed) {
                    return;
                }
                if self.source.state() == SourceState::Cut {
                    cut.store(true, Ordering::Relaxed);
                    return;
                }
                let window = Window {
                    from: piece * PIECE,
                    to: ((piece + 1) * PIECE).min(data.len()),
                    streaming: false,
                };
                let parsed = parse(data, window, &self.mapping);
                self.bytes.fetch_add((window.to - window.from) as u64, Ordering::Relaxed);
                self.publisher().take(piece, window, parsed, data, &self.mapping);
            }
        };
        // Threads of its own: they wait for the first look, and nobody else shall wait for them.
        let n_threads = rayon::current_num_threads().min(n_pieces);
        let builder = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
        match (n_threads > 1).then(|| builder.build()) {
            Some(Ok(pool)) => {
                pool.broadcast(|_| read());
            }
            // A short log, or no threads to be had.
            _ => read(),
        }
        if cut.load(Ordering::Relaxed) { Err(OpenError::Cut) } else { Ok(()) }
    }

    /// Records that run over several lines: one after the other.
    fn read_stream(&self, data: &[u8]) -> Result<(), OpenError> {
        let (mut at, mut piece) = (0, 0);
        while at < data.len() && !self.stopped() {
            self.wait_for_first_look();
            if self.source.state() == SourceState::Cut {
                return Err(OpenError::Cut);
            }
            let window = Window { from: at, to: (at + PIECE).min(data.len()), streaming: true };
            let parsed = parse(data, window, &self.mapping);
            at = parsed.end.max(window.to);
            self.bytes.store(at as u64, Ordering::Relaxed);
            self.publisher().take(piece, window, parsed, data, &self.mapping);
            piece += 1;
        }
        Ok(())
    }

    fn read_document(
        &self,
        data: &[u8],
        reader: &'static readers::Reader,
        document: &'static dyn Document,
    ) -> Result<(), OpenError> {
        self.publisher().document = Some(document);
        let cx = Context { mapping: &self.mapping, with_payload: false };
        let number = readers::ALL.iter().position(|r| std::ptr::eq(*r, reader)).unwrap_or_default();
        let mut sink = DocumentSink {
            loading: self,
            data,
            number,
            parsed: Parsed::new(0, 0),
            at: 0,
            line_at: 0,
            cut: false,
        };
        document.read(data, &cx, &mut sink);
        sink.at = data.len();
        sink.flush();
        if sink.cut { Err(OpenError::Cut) } else { Ok(()) }
    }
}

/// Opens a log that is at hand and waits until it is read.
///
/// # Errors
/// When the content is of no known format.
pub fn open(source: impl Source + 'static, mapping: &Mapping) -> Result<Log, OpenError> {
    Loading::new(Arc::new(source), mapping.clone()).run()
}

/// Events of a whole-file reader between two publications.
const FLUSH_AT: usize = 65_536;

struct DocumentSink<'a> {
    loading: &'a Loading,
    data: &'a [u8],
    number: usize,
    parsed: Parsed,
    at: usize,
    /// Up to where the lines are counted.
    line_at: usize,
    cut: bool,
}

impl DocumentSink<'_> {
    fn flush(&mut self) {
        self.count_lines(self.at);
        let mut parsed = std::mem::replace(&mut self.parsed, Parsed::new(self.at, 0));
        parsed.end = self.at;
        self.loading.bytes.store(self.at as u64, Ordering::Relaxed);
        self.loading.publisher().publish(parsed);
    }

    fn count_lines(&mut self, to: usize) {
        let passed = self.data.get(self.line_at..to).unwrap_or_default();
        self.parsed.n_lines += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.line_at = self.line_at.max(to);
    }
}

impl Sink for DocumentSink<'_> {
    fn take(&mut self, seen: &super::event::Seen<'_>) -> bool {
        self.parsed.take(seen);
        self.parsed.by_reader[self.number] += 1;
        if self.parsed.columns.len() >= FLUSH_AT {
            self.flush();
            self.loading.wait_for_first_look();
            self.cut |= self.loading.source.state() == SourceState::Cut;
        }
        !self.cut && !self.loading.stopped()
    }

    fn bad(&mut self, flaw: &Flaw) {
        self.count_lines(flaw.at);
        self.parsed.bad(flaw);
    }

    fn reached(&mut self, at: usize) {
        self.at = at;
    }
}

#[cfg(test)]
mod tests;
