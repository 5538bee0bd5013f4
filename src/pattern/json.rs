//! JSON read token by token: for patterns (where order, duplicates and positions matter) and to check events.

use super::error::EventError;
use super::steps;

/// How deep objects and lists may nest in patterns and in checked events.
pub const MAX_DEPTH: usize = 512;

/// A fault in the text: where and what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) expected: &'static str,
}

impl From<Fault> for EventError {
    fn from(fault: Fault) -> EventError {
        EventError::Json { offset: fault.offset, expected: fault.expected }
    }
}

/// A reader over JSON text.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Reader<'a> {
        Reader { text, at: 0 }
    }

    pub(crate) fn fault<T>(&self, expected: &'static str) -> Result<T, Fault> {
        Err(Fault { offset: self.at, expected })
    }

    /// The next byte after white space, not consumed.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// Consumes the next byte after white space if it is `wanted`.
    pub(crate) fn accept(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, wanted: u8, expected: &'static str) -> Result<(), Fault> {
        if self.accept(wanted) { Ok(()) } else { self.fault(expected) }
    }

    /// The text of a string between its quotes, escapes and all; checked.
    pub(crate) fn raw_string(&mut self) -> Result<&'a [u8], Fault> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        loop {
            match self.text.get(self.at) {
                None => return self.fault("the string's closing quote"),
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0..0x20) => return self.fault("an escape instead of a control character"),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        steps::count(self.at - start);
        let raw = &self.text[start..self.at - 1];
        if raw.is_ascii() || std::str::from_utf8(raw).is_ok() {
            Ok(raw)
        } else {
            Err(Fault { offset: start, expected: "UTF-8" })
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = self.text.get(self.at + 2..self.at + 6);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return self.fault("four hexadecimal digits after \\u");
                }
                self.at += 6;
            }
            _ => return self.fault("a known escape after the backslash"),
        }
        Ok(())
    }

    /// A string without its quotes and escapes.
    pub(crate) fn string(&mut self) -> Result<String, Fault> {
        let raw = self.raw_string()?;
        let mut plain = Vec::with_capacity(raw.len());
        unescape(raw, &mut plain);
        Ok(String::from_utf8_lossy(&plain).into_owned())
    }

    /// The text of a number; checked.
    pub(crate) fn number(&mut self) -> Result<&'a [u8], Fault> {
        self.peek();
        let start = self.at;
        self.at += usize::from(self.text.get(self.at) == Some(&b'-'));
        match self.text.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return self.fault("a digit"),
        }
        if matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            return self.fault("no digit after a leading zero");
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), Fault> {
        let before = self.at;
        self.digits();
        if self.at == before { self.fault("a digit") } else { Ok(()) }
    }

    /// `true`, `false` or `null`.
    pub(crate) fn word(&mut self, word: &'static str) -> Result<(), Fault> {
        if self.text[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            self.fault("true, false or null")
        }
    }

    /// Passes over a scalar of any kind.
    pub(crate) fn scalar(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(b'"') => self.raw_string().map(drop),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            _ => self.fault("a value"),
        }
    }
}

/// Checks that an event is one well-formed JSON object, nested no deeper than [`MAX_DEPTH`].
///
/// # Errors
/// [`EventError`] names the first fault and its byte.
pub fn check_event(event: &[u8]) -> Result<(), EventError> {
    let mut reader = Reader::new(event);
    match reader.peek() {
        Some(b'{') => {}
        None => return Err(EventError::NotAnObject),
        Some(_) => {
            check_value(&mut reader)?;
            return Err(EventError::NotAnObject);
        }
    }
    check_value(&mut reader)?;
    match reader.peek() {
        None => Ok(()),
        Some(_) => Ok(reader.fault("the end of the text")?),
    }
}

/// Passes over one value without recursion: the open brackets are kept in a list.
fn check_value(reader: &mut Reader<'_>) -> Result<(), EventError> {
    let mut open: Vec<u8> = Vec::new();
    loop {
        // A value is due.
        steps::count(1);
        match reader.peek() {
            Some(bracket @ (b'{' | b'[')) => {
                reader.at += 1;
                if open.len() >= MAX_DEPTH {
                    return Err(EventError::TooDeep(MAX_DEPTH));
                }
                if reader.accept(if bracket == b'{' { b'}' } else { b']' }) {
                    // Empty: the value is complete.
                } else {
                    open.push(bracket);
                    if bracket == b'{' {
                        key(reader)?;
                    }
                    continue;
                }
            }
            _ => reader.scalar()?,
        }
        // A value is complete: what may follow?
        loop {
            let Some(&bracket) = open.last() else { return Ok(()) };
            match (bracket, reader.peek()) {
                (_, Some(b',')) => {
                    reader.at += 1;
                    if bracket == b'{' {
                        key(reader)?;
                    }
                    break;
                }
                (b'{', Some(b'}')) | (b'[', Some(b']')) => {
                    reader.at += 1;
                    open.pop();
                }
                (b'{', _) => return Ok(reader.fault("',' or '}'")?),
                _ => return Ok(reader.fault("',' or ']'")?),
            }
        }
    }
}

fn key(reader: &mut Reader<'_>) -> Result<(), Fault> {
    if reader.peek() != Some(b'"') {
        return reader.fault("a field name in quotes");
    }
    reader.raw_string()?;
    reader.expect(b':', "':'")
}

/// Appends a string's text with its escapes resolved. Half a surrogate pair becomes U+FFFD; an escape that
/// is none stays as it is.
pub(crate) fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let used = match rest.get(1) {
            Some(b'u') => unescape_unicode(rest, out),
            Some(&letter) => {
                out.push(match letter {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    other => other,
                });
                2
            }
            None => {
                out.push(b'\\');
                1
            }
        };
        rest = &rest[used..];
    }
    out.extend_from_slice(rest);
}

/// Resolves `\uXXXX` or a pair of them at the start of `rest`; returns how many bytes were read.
fn unescape_unicode(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(high) = hex4(rest) else {
        out.push(b'\\');
        return 1;
    };
    let mut used = 6;
    let mut code = u32::from(high);
    if (0xd800..0xdc00).contains(&high)
        && let Some(low @ 0xdc00..0xe000) = hex4(&rest[6..])
    {
        code = 0x1_0000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
        used = 12;
    }
    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    used
}

fn hex4(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let mut code = 0;
    for &digit in digits {
        code = code * 16 + u16::try_from(char::from(digit).to_digit(16)?).ok()?;
    }
    Some(code)
}
