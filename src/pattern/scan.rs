//! Walking an event's bytes once, into the fields that rules name and past all others.

use memchr::memmem;

use super::condition::Scalar;
use super::error::EventError;
use super::field::FieldIndex;
use super::json::{MAX_DEPTH, unescape};
use super::number::{Nearest, read_number};
use super::paths::{FieldId, PathId, Paths};
use super::skip::{past_container, past_number_or_word, past_string};
use super::steps;
use super::tally::{ConditionId, ROOT, Scope, ScopeId, Scratch};

/// What the walk needs to know of a set of rules.
pub(crate) trait Rules {
    fn paths(&self) -> &Paths;
    fn field(&self, id: FieldId) -> &FieldIndex;
    /// How many `anything-but`s a condition has.
    fn exclusions(&self, condition: ConditionId) -> u8;
    /// How many fields rules name.
    fn field_count(&self) -> usize;
    /// Finders of what the keys of these fields end in, quotation mark included; none when there are many.
    fn key_ends(&self) -> &[memmem::Finder<'static>];
}

/// Reads an event and notes what its fields say.
///
/// What is passed over is only followed as far as its brackets and quotes; the rest is checked. Once every
/// field has been met and no further key can be one of theirs, the rest of the event is left unread.
pub(crate) fn scan<R: Rules>(event: &[u8], rules: &R, scratch: &mut Scratch) -> Result<(), EventError> {
    call_up(event);
    let mut walk = Walk { text: event, at: 0, rules, scratch, in_array: false, tail: Tail::Unknown };
    walk.space();
    if walk.peek() != Some(b'{') {
        return Err(EventError::NotAnObject);
    }
    walk.at += 1;
    walk.object(0, ROOT, 1)?;
    if walk.tail == Tail::Unneeded {
        return Ok(());
    }
    walk.space();
    if walk.at == event.len() { Ok(()) } else { walk.fault("the end of the text") }
}

/// The bytes that a processor brings up at once, and how many times so many of an event are asked for.
const LINE: usize = 64;
const LINES: usize = 24;

/// Asks for an event's bytes all at once. One that has just arrived lies in memory, where waiting for a line takes
/// longer than all the work on it; asked for in turn, each line would be waited for.
#[inline]
fn call_up(event: &[u8]) {
    let lines = event.iter().step_by(LINE).take(LINES);
    std::hint::black_box(lines.fold(0, |all, byte| all | byte));
}

/// What is known of the part of the event that has not been read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Unknown,
    Needed,
    Unneeded,
}

struct Walk<'a, R> {
    text: &'a [u8],
    at: usize,
    rules: &'a R,
    scratch: &'a mut Scratch,
    in_array: bool,
    tail: Tail,
}

type Step<T> = Result<T, EventError>;

impl<R: Rules> Walk<'_, R> {
    #[cold]
    fn fault<T>(&self, expected: &'static str) -> Step<T> {
        Err(EventError::Json { offset: self.at, expected })
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// The members of an object whose brace has been read.
    fn object(&mut self, path: PathId, scope: ScopeId, depth: usize) -> Step<()> {
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.fault("a field name in quotes");
            }
            let start = self.at + 1;
            let Some((end, escaped)) = past_string(self.text, start) else {
                return self.fault("the string's closing quote");
            };
            self.at = end;
            self.space();
            if self.peek() != Some(b':') {
                return self.fault("':'");
            }
            self.at += 1;
            self.space();
            steps::count(self.at + 1 - start);
            let key = &self.text[start..end - 1];
            let member = if escaped {
                let mut plain = std::mem::take(&mut self.scratch.key);
                plain.clear();
                unescape(key, &mut plain);
                let member = self.rules.paths().step(path, &plain);
                self.scratch.key = plain;
                member
            } else {
                self.rules.paths().step(path, key)
            };
            match member {
                Some(member) => {
                    self.value(member, scope, depth)?;
                    if self.is_done() {
                        return Ok(());
                    }
                }
                None => self.pass()?,
            }
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.fault("',' or '}'"),
            }
            self.space();
        }
    }

    /// Whether nothing that follows can matter. A key that comes twice counts twice, so that the rest is
    /// searched, once, for anything that ends like a wanted key or may be one in disguise.
    #[inline]
    fn is_done(&mut self) -> bool {
        if self.tail == Tail::Unknown
            && !self.in_array
            && self.scratch.present.len() == self.rules.field_count()
        {
            self.tail = self.judge_tail();
        }
        self.tail == Tail::Unneeded
    }

    fn judge_tail(&self) -> Tail {
        let (tail, ends) = (&self.text[self.at..], self.rules.key_ends());
        steps::count(tail.len() * (ends.len() + 1));
        let needed = ends.is_empty()
            || tail.trim_ascii_end().last() != Some(&b'}')
            || ends.iter().any(|end| end.find(tail).is_some())
            || memchr::memchr(b'\\', tail).is_some();
        if needed { Tail::Needed } else { Tail::Unneeded }
    }

    /// The value of a member that some rule's path leads to.
    fn value(&mut self, path: PathId, scope: ScopeId, depth: usize) -> Step<()> {
        match self.peek() {
            Some(b'{') if self.rules.paths().node(path).has_children() => {
                if depth >= MAX_DEPTH {
                    return Err(EventError::TooDeep(MAX_DEPTH));
                }
                self.at += 1;
                self.object(path, scope, depth + 1)
            }
            Some(b'{') => self.pass(),
            Some(b'[') => {
                let outer = std::mem::replace(&mut self.in_array, true);
                let read = self.array(path, scope, depth + 1);
                self.in_array = outer;
                read
            }
            _ => match self.rules.paths().node(path).field {
                Some(field) => self.leaf(field, scope),
                None => self.pass(),
            },
        }
    }

    /// An array whose elements the same path leads to.
    fn array(&mut self, path: PathId, scope: ScopeId, depth: usize) -> Step<()> {
        if depth > MAX_DEPTH {
            return Err(EventError::TooDeep(MAX_DEPTH));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        let array = self.scratch.arrays;
        self.scratch.arrays += 1;
        loop {
            steps::count(1);
            // Only objects and arrays make an element that conditions must share.
            let within = match self.peek() {
                Some(b'{' | b'[') => {
                    self.scratch.scopes.push(Scope { parent: scope, array });
                    ScopeId::try_from(self.scratch.scopes.len() - 1).unwrap_or(ScopeId::MAX)
                }
                _ => scope,
            };
            self.value(path, within, depth)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.fault("',' or ']'"),
            }
            self.space();
        }
    }

    /// A scalar that conditions are about.
    fn leaf(&mut self, id: FieldId, scope: ScopeId) -> Step<()> {
        let field = self.rules.field(id);
        let start = self.at;
        if self.peek() == Some(b'"') {
            let Some((end, escaped)) = past_string(self.text, start + 1) else {
                return self.fault("the string's closing quote");
            };
            self.at = end;
            steps::count(end - start);
            let raw = &self.text[start + 1..end - 1];
            if escaped && field.reads_text() {
                let mut plain = std::mem::take(&mut self.scratch.text);
                plain.clear();
                unescape(raw, &mut plain);
                self.look_up(id, field, Scalar::String(&plain), None, scope);
                self.scratch.text = plain;
            } else {
                self.look_up(id, field, Scalar::String(raw), None, scope);
            }
            return Ok(());
        }
        if let Some(b'-' | b'0'..=b'9') = self.peek()
            && field.reads_numbers()
        {
            let (nearest, length) = read_number(&self.text[start..]);
            steps::count(length);
            self.at += length;
            let text = &self.text[start..self.at];
            self.look_up(id, field, Scalar::Number(text), nearest, scope);
            return Ok(());
        }
        self.pass()?;
        let token = &self.text[start..self.at];
        let scalar = match token {
            b"true" => Scalar::True,
            b"false" => Scalar::False,
            b"null" => Scalar::Null,
            [b'-' | b'0'..=b'9', ..] => Scalar::Number(token),
            _ => {
                self.at = start;
                return self.fault("a value");
            }
        };
        self.look_up(id, field, scalar, None, scope);
        Ok(())
    }

    #[inline]
    fn look_up(
        &mut self,
        id: FieldId,
        field: &FieldIndex,
        scalar: Scalar<'_>,
        nearest: Option<Nearest>,
        scope: ScopeId,
    ) {
        self.scratch.value(id, scope);
        let mut buffers = std::mem::take(&mut self.scratch.buffers);
        let rules = self.rules;
        let scratch = &mut *self.scratch;
        field.look_up(scalar, nearest, &mut buffers, |entry| {
            scratch.note(entry, scope, |condition| rules.exclusions(condition));
        });
        self.scratch.buffers = buffers;
    }

    /// Passes over a value of any kind.
    #[inline]
    fn pass(&mut self) -> Step<()> {
        let end = match self.peek() {
            Some(b'"') => past_string(self.text, self.at + 1).map(|(end, _)| end),
            Some(b'{' | b'[') => past_container(self.text, self.at),
            _ => past_number_or_word(self.text, self.at),
        };
        steps::count(end.unwrap_or(self.text.len()) - self.at);
        match end {
            Some(end) => {
                self.at = end;
                Ok(())
            }
            None => self.fault("a complete value"),
        }
    }
}
