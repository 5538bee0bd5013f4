//! One piece of a stream of records into columns.

use crate::replay::event::Seen;
use crate::replay::index::Columns;
use crate::replay::mapping::Mapping;
use crate::replay::readers::{self, Context, Reader, Record};
use crate::replay::scan::{self, Flaw, Members, Why};
use crate::replay::symbols::Symbols;

/// The part of the file whose lines a piece owns: those that start in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) from: usize,
    pub(super) to: usize,
    /// True when `from` is known to be the start of a record and records may run over lines.
    pub(super) streaming: bool,
}

/// What came of a piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    /// Where the first of its lines starts.
    pub(super) start: usize,
    /// Where the last of its records ends.
    pub(super) end: usize,
    pub(super) columns: Columns,
    pub(super) types: Symbols,
    pub(super) sources: Symbols,
    /// Bad places with the number of line feeds before them in this piece.
    pub(super) bad: Vec<(u64, Flaw)>,
    pub(super) n_bad: u64,
    pub(super) n_lines: u64,
    pub(super) n_untimed: u64,
    pub(super) n_late: u64,
    pub(super) by_reader: [u64; 16],
}

impl Parsed {
    pub(super) fn new(start: usize, room: usize) -> Self {
        Self { start, end: start, columns: Columns::with_capacity(room), ..Self::default() }
    }

    #[inline]
    pub(super) fn take(&mut self, seen: &Seen<'_>) {
        self.n_untimed += u64::from(seen.time.is_none());
        self.columns.push(seen, &mut self.types, &mut self.sources);
    }

    pub(super) fn bad(&mut self, flaw: &Flaw) {
        self.n_bad += 1;
        if self.bad.len() < crate::replay::index::BAD_LINES_KEPT {
            self.bad.push((self.n_lines, flaw.clone()));
        }
    }

    fn count(&mut self, reader: &'static Reader, n: u64) {
        if let Some(number) = readers::ALL.iter().position(|r| std::ptr::eq(*r, reader)) {
            self.by_reader[number] += n;
        }
    }
}

/// Records that run over lines are tried this often in vain before a piece gives up on them: a file of cut
/// lines must not cost a look at everything behind each.
const VAIN_TRIES: u32 = 16;

/// How far such a record may reach in a file whose records end with their lines as a rule.
const REACH: usize = 1 << 20;

/// Parses the records that start in the window.
pub(super) fn parse(data: &[u8], window: Window, mapping: &Mapping) -> Parsed {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("popcnt")
    {
        #[expect(
            unsafe_code,
            reason = "what every processor of the last ten years has is worth a tenth of the time"
        )]
        // SAFETY: the processor has just been asked for each of them.
        return unsafe { parse_on_a_recent_processor(data, window, mapping) };
    }
    parse_anywhere(data, window, mapping)
}

/// As [`parse`], for processors since 2013, which count and find bits in one step.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn parse_on_a_recent_processor(data: &[u8], window: Window, mapping: &Mapping) -> Parsed {
    parse_anywhere(data, window, mapping)
}

#[inline(always)]
fn parse_anywhere(data: &[u8], window: Window, mapping: &Mapping) -> Parsed {
    let start = if window.from == 0 || window.streaming {
        window.from
    } else {
        // A line belongs to the window it starts in; without a line feed in it the window has none.
        match memchr::memchr(b'\n', &data[window.from - 1..window.to - 1]) {
            Some(found) => window.from + found,
            None => return Parsed::new(window.to, 0),
        }
    };
    let mut piece = Piece {
        data,
        cx: Context { mapping, with_payload: false },
        parsed: Parsed::new(start, (window.to - start) / 128),
        members: Members::default(),
        vain: 0,
        reach: if window.streaming { data.len() } else { REACH },
    };
    let mut at = start;
    if at == 0 && data.starts_with(b"\xef\xbb\xbf") {
        at = 3;
    }
    while at < window.to {
        at = piece.line(at, window);
    }
    let mut parsed = piece.parsed;
    parsed.end = at;
    if parsed.n_untimed == 0 {
        parsed.n_late = parsed.columns.sort();
    }
    parsed.columns.shrink();
    parsed
}

struct Piece<'a> {
    data: &'a [u8],
    cx: Context<'a>,
    parsed: Parsed,
    members: Members,
    vain: u32,
    reach: usize,
}

impl Piece<'_> {
    /// Reads the records of the line at `at`; the start of the next line.
    #[inline(always)]
    fn line(&mut self, at: usize, window: Window) -> usize {
        let data = self.data;
        let mut line_end = memchr::memchr(b'\n', &data[at..]).map_or(data.len(), |n| at + n);
        let mut at = at;
        loop {
            match data.get(at) {
                None => return data.len(),
                Some(b'\n') => {
                    self.parsed.n_lines += 1;
                    return at + 1;
                }
                // Brackets and commas between objects: arrays and batches are streams with punctuation.
                Some(b' ' | b'\t' | b'\r' | b',' | b'[' | b']') => at += 1,
                Some(b'{') => {
                    let (end, whole) = self.object(at, line_end);
                    at = end;
                    if at > line_end {
                        line_end = memchr::memchr(b'\n', &data[at..]).map_or(data.len(), |n| at + n);
                    }
                    // Where records stand one behind the other in an endless line, pieces end between them.
                    if whole && window.streaming && at >= window.to {
                        return at;
                    }
                }
                Some(_) => {
                    self.text_line(at, line_end);
                    at = line_end;
                }
            }
        }
    }

    /// Reads the object at `at`; the place after it, or the line's end when it is broken.
    #[inline(always)]
    fn object(&mut self, at: usize, line_end: usize) -> (usize, bool) {
        let data = self.data;
        let end = match scan::object(&data[..line_end], at, &mut self.members) {
            Ok(end) => end,
            Err(flaw) => match self.over_lines(at, line_end, &flaw) {
                Some(end) => end,
                None => {
                    self.parsed.bad(&flaw);
                    return (line_end, false);
                }
            },
        };
        let record = Record { data, place: (at, end - at), members: &self.members };
        let before = self.parsed.columns.len();
        let parsed = &mut self.parsed;
        match readers::read_object(&record, &self.cx, &mut |seen| parsed.take(seen)) {
            Ok(reader) => {
                let n = (self.parsed.columns.len() - before) as u64;
                self.parsed.count(reader, n);
            }
            Err(flaw) => self.parsed.bad(&flaw),
        }
        if end > line_end {
            self.parsed.n_lines += memchr::memchr_iter(b'\n', &data[at..end]).count() as u64;
        }
        (end, true)
    }

    /// The end of an object that goes on over the next lines, if that is what it does.
    #[cold]
    fn over_lines(&mut self, at: usize, line_end: usize, flaw: &Flaw) -> Option<usize> {
        let far = at.saturating_add(self.reach).min(self.data.len());
        if flaw.why != Why::CutOff || line_end >= far || self.vain >= VAIN_TRIES {
            return None;
        }
        let end = scan::object(&self.data[..far], at, &mut self.members).ok();
        self.vain += u32::from(end.is_none());
        end
    }

    #[cold]
    fn text_line(&mut self, at: usize, line_end: usize) {
        let cr = line_end > at && self.data[line_end - 1] == b'\r';
        let place = (at, line_end - usize::from(cr) - at);
        let parsed = &mut self.parsed;
        match readers::read_line(self.data, place, &self.cx, &mut |seen| parsed.take(seen)) {
            Ok(reader) => self.parsed.count(reader, 1),
            Err(flaw) => self.parsed.bad(&flaw),
        }
    }
}
