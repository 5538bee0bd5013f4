//! A byte scanner for JSON: finds the members of one object without building any of it.
//!
//! Many bytes are looked at in one step, nesting is counted and not recursed into, so hostile input costs
//! time in proportion to its length and no stack. Values inside the members are checked for brackets and
//! quotes only; whoever needs the payload parses it with `serde_json`.

mod blocks;

use std::ops::Range;

use super::event::Text;

/// Why a piece of the file is not what it should be, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Byte offset in the file.
    pub at: usize,
    /// The reason, in words for the user.
    pub why: Why,
}

/// The reasons a record can be refused for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The bytes end inside the value.
    CutOff,
    /// The bytes break the rules of the format.
    Broken(&'static str),
    /// A time stamp that cannot be read.
    Time(String),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CutOff => f.write_str("the record ends in the middle"),
            Self::Broken(what) => f.write_str(what),
            Self::Time(text) => write!(f, "`{text}` is not a time between the years 1678 and 2261"),
        }
    }
}

impl Flaw {
    pub(crate) fn broken(at: usize, what: &'static str) -> Self {
        Self { at, why: Why::Broken(what) }
    }

    fn cut_off(at: usize) -> Self {
        Self { at, why: Why::CutOff }
    }
}

/// What kind of JSON value a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A string without escapes; the span lies between the quotes.
    Text,
    /// A string with at least one backslash; the span lies between the quotes.
    EscapedText,
    /// A number, `true`, `false` or `null`.
    Scalar,
    /// An object, brackets included.
    Object,
    /// An array, brackets included.
    Array,
}

/// One member of a scanned object: byte ranges in the file.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    key: (usize, usize),
    value: (usize, usize),
    /// What the value is.
    pub kind: ValueKind,
}

impl Member {
    /// Where the key's characters are, quotes excluded.
    pub fn key(&self) -> Range<usize> {
        self.key.0..self.key.1
    }

    /// Where the value is; for strings the quotes are excluded.
    pub fn value(&self) -> Range<usize> {
        self.value.0..self.value.1
    }
}

/// Member names that most records have: found without a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Slot {
    Specversion,
    Id,
    Source,
    Type,
    Time,
    Subject,
    Data,
    DataBase64,
    Correlation,
    Causation,
    Traceparent,
    Kind,
    DetailType,
    Detail,
    Metadata,
    /// Of several attempts or copies: which one.
    Attempt,
    /// Of several deliveries: which one.
    Delivery,
    Replay,
    Other,
}

const SLOTS: usize = Slot::Other as usize + 1;
const EMPTY: u16 = u16::MAX;

#[inline(always)]
fn slot_of(key: &[u8]) -> Slot {
    match key.len() {
        2 if key == b"id" => Slot::Id,
        4 => match key {
            b"type" => Slot::Type,
            b"time" => Slot::Time,
            b"data" => Slot::Data,
            _ => Slot::Other,
        },
        6 if key == b"source" => Slot::Source,
        6 if key == b"detail" => Slot::Detail,
        7 => match key {
            b"subject" => Slot::Subject,
            b"attempt" => Slot::Attempt,
            _ => Slot::Other,
        },
        8 if key == b"metadata" => Slot::Metadata,
        10 if key == b"isobarkind" => Slot::Kind,
        10 if key.eq_ignore_ascii_case(b"retrycount") => Slot::Attempt,
        11 => match key {
            b"specversion" => Slot::Specversion,
            b"causationid" => Slot::Causation,
            b"traceparent" => Slot::Traceparent,
            b"data_base64" => Slot::DataBase64,
            b"detail-type" => Slot::DetailType,
            b"redelivered" => Slot::Delivery,
            b"replay-name" => Slot::Replay,
            b"retry_count" => Slot::Attempt,
            _ => Slot::Other,
        },
        13 => match key {
            b"correlationid" => Slot::Correlation,
            b"isobarattempt" => Slot::Attempt,
            _ if key.eq_ignore_ascii_case(b"deliverycount") => Slot::Delivery,
            _ => Slot::Other,
        },
        14 if key == b"delivery_count" => Slot::Delivery,
        15 if key == b"isobarduplicate" => Slot::Attempt,
        15 if key.eq_ignore_ascii_case(b"deliveryattempt") => Slot::Delivery,
        16 if key == b"delivery_attempt" => Slot::Delivery,
        _ => Slot::Other,
    }
}

/// The members of the object scanned last; kept and reused from record to record.
#[derive(Clone, Debug)]
pub struct Members {
    list: Vec<Member>,
    slots: [u16; SLOTS],
}

impl Default for Members {
    fn default() -> Self {
        Self { list: Vec::with_capacity(32), slots: [EMPTY; SLOTS] }
    }
}

impl Members {
    fn clear(&mut self) {
        self.list.clear();
        self.slots = [EMPTY; SLOTS];
    }

    #[inline]
    fn push(&mut self, member: Member, slot: Slot) {
        if self.list.len() < EMPTY as usize {
            self.slots[slot as usize] = self.list.len() as u16;
        }
        self.list.push(member);
    }

    /// The members in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.list.iter()
    }

    #[inline]
    pub(crate) fn slot(&self, slot: Slot) -> Option<&Member> {
        self.list.get(self.slots[slot as usize] as usize)
    }

    /// The last member of that name, as JSON parsers take it.
    pub fn named(&self, data: &[u8], name: &[u8]) -> Option<&Member> {
        let slot = slot_of(name);
        // Several names share these.
        if !matches!(slot, Slot::Other | Slot::Attempt | Slot::Delivery) {
            return self.slot(slot);
        }
        self.list.iter().rev().find(|m| m.key.1 - m.key.0 == name.len() && &data[m.key()] == name)
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

#[inline]
fn word(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..)?.first_chunk::<8>().map(|b| u64::from_le_bytes(*b))
}

/// Marks the zero bytes of a word; only the lowest mark is certain.
#[inline]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// The place of the closing quote of a string whose characters start at `from`, and whether it has escapes.
#[inline(always)]
pub(crate) fn string_end(data: &[u8], from: usize) -> Result<(usize, bool), Flaw> {
    let mut at = blocks::skip_text(data, from);
    let mut escaped = false;
    loop {
        match data.get(at) {
            None => return Err(Flaw::cut_off(data.len())),
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => {
                escaped = true;
                at = blocks::skip_text(data, at + 2);
            }
            Some(b'\n' | b'\r') => return Err(Flaw::cut_off(at)),
            Some(0..0x20) => return Err(Flaw::broken(at, "a control character inside a string")),
            Some(_) => at += 1,
        }
    }
}

/// The place after the bracket that closes the object or array that opens at `from`.
#[inline(always)]
fn nested_end(data: &[u8], from: usize) -> Result<usize, Flaw> {
    match blocks::nested_end(data, from) {
        Some(end) => Ok(end),
        None => nested_end_by_words(data, from),
    }
}

/// As [`nested_end`], from mark to mark, for strings with escapes and the last bytes of a file.
fn nested_end_by_words(data: &[u8], from: usize) -> Result<usize, Flaw> {
    let mut at = from + 1;
    let mut depth = 1_usize;
    loop {
        if let Some(w) = word(data, at) {
            // Setting bit 5 makes `[` look like `{` and `]` like `}`; a quote has it already.
            let folded = w | (ONES * 0x20);
            let hits =
                zeros(folded ^ (ONES * 0x7b)) | zeros(folded ^ (ONES * 0x7d)) | zeros(folded ^ (ONES * 0x22));
            if hits == 0 {
                at += 8;
                continue;
            }
            at += (hits.trailing_zeros() >> 3) as usize;
        }
        match data.get(at) {
            None => return Err(Flaw::cut_off(data.len())),
            Some(b'"') => at = string_end(data, at + 1)?.0 + 1,
            Some(b'{' | b'[') => {
                depth += 1;
                at += 1;
            }
            Some(b'}' | b']') => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Ok(at);
                }
            }
            Some(_) => at += 1,
        }
    }
}

fn scalar_end(data: &[u8], from: usize) -> Result<usize, Flaw> {
    let length = data[from..]
        .iter()
        .position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'))
        .ok_or_else(|| Flaw::cut_off(data.len()))?;
    let text = &data[from..from + length];
    let number = text.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-')
        && text.iter().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    if number || matches!(text, b"true" | b"false" | b"null") {
        Ok(from + length)
    } else {
        Err(Flaw::broken(from, "a value that is not JSON"))
    }
}

#[inline(always)]
pub(crate) fn skip_space(data: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = data.get(at) {
        at += 1;
    }
    at
}

/// The value that starts at `at`: its span, its kind and the place after it.
#[inline(always)]
pub(crate) fn value(data: &[u8], at: usize) -> Result<(Range<usize>, ValueKind, usize), Flaw> {
    match data.get(at) {
        None => Err(Flaw::cut_off(data.len())),
        Some(b'"') => {
            let (end, escaped) = string_end(data, at + 1)?;
            let kind = if escaped { ValueKind::EscapedText } else { ValueKind::Text };
            Ok((at + 1..end, kind, end + 1))
        }
        Some(b'{') => nested_end(data, at).map(|end| (at..end, ValueKind::Object, end)),
        Some(b'[') => nested_end(data, at).map(|end| (at..end, ValueKind::Array, end)),
        Some(_) => scalar_end(data, at).map(|end| (at..end, ValueKind::Scalar, end)),
    }
}

/// Scans the object that opens at `start` (a `{`) and returns the place after its closing bracket.
///
/// # Errors
/// When the bytes end first, or are not an object.
#[inline(always)]
pub fn object(data: &[u8], start: usize, members: &mut Members) -> Result<usize, Flaw> {
    members.clear();
    if data.get(start) != Some(&b'{') {
        return Err(Flaw::broken(start, "not a JSON object"));
    }
    let mut at = skip_space(data, start + 1);
    if data.get(at) == Some(&b'}') {
        return Ok(at + 1);
    }
    loop {
        match data.get(at) {
            Some(b'"') => {}
            None => return Err(Flaw::cut_off(data.len())),
            Some(_) => return Err(Flaw::broken(at, "a member name was expected")),
        }
        let (key_end, _) = string_end(data, at + 1)?;
        let key = (at + 1, key_end);
        at = skip_space(data, key_end + 1);
        match data.get(at) {
            Some(b':') => {}
            None => return Err(Flaw::cut_off(data.len())),
            Some(_) => return Err(Flaw::broken(at, "a colon was expected")),
        }
        at = skip_space(data, at + 1);
        let (span, kind, after) = value(data, at)?;
        members.push(Member { key, value: (span.start, span.end), kind }, slot_of(&data[key.0..key.1]));
        at = skip_space(data, after);
        match data.get(at) {
            Some(b',') => at = skip_space(data, at + 1),
            Some(b'}') => return Ok(at + 1),
            None => return Err(Flaw::cut_off(data.len())),
            Some(_) => return Err(Flaw::broken(at, "a comma or a closing brace was expected")),
        }
    }
}

/// Calls `each` with the span and kind of every element of the array that opens at `start`.
///
/// # Errors
/// When the bytes end first, are not an array, or `each` refuses an element.
pub fn array(
    data: &[u8],
    start: usize,
    mut each: impl FnMut(Range<usize>, ValueKind) -> Result<(), Flaw>,
) -> Result<usize, Flaw> {
    if data.get(start) != Some(&b'[') {
        return Err(Flaw::broken(start, "not a JSON array"));
    }
    let mut at = skip_space(data, start + 1);
    if data.get(at) == Some(&b']') {
        return Ok(at + 1);
    }
    loop {
        let (span, kind, after) = value(data, at)?;
        each(span, kind)?;
        at = skip_space(data, after);
        match data.get(at) {
            Some(b',') => at = skip_space(data, at + 1),
            Some(b']') => return Ok(at + 1),
            None => return Err(Flaw::cut_off(data.len())),
            Some(_) => return Err(Flaw::broken(at, "a comma or a closing bracket was expected")),
        }
    }
}

/// The value at a dotted path below an object: `data.orderId`. A member whose name has the dots in it wins.
pub fn at_path(data: &[u8], object_at: usize, path: &str) -> Option<(Range<usize>, ValueKind)> {
    let mut members = Members::default();
    object(data, object_at, &mut members).ok()?;
    if let Some(m) = members.named(data, path.as_bytes()) {
        return Some((m.value(), m.kind));
    }
    let (head, rest) = path.split_once('.')?;
    let inner = members.named(data, head.as_bytes())?;
    (inner.kind == ValueKind::Object).then(|| at_path(data, inner.value.0, rest))?
}

/// The text at a dotted path below an object; also below strings that hold JSON, as the payloads of brokers do.
pub fn text_at(data: &[u8], object_at: usize, path: &str) -> Option<Vec<u8>> {
    if let Some((span, kind)) = at_path(data, object_at, path) {
        let text = Text::json(&data[span], kind);
        return (!text.is_empty()).then(|| text.bytes().into_owned());
    }
    let (at, _) = path.match_indices('.').find(|(at, _)| {
        matches!(at_path(data, object_at, &path[..*at]), Some((_, ValueKind::Text | ValueKind::EscapedText)))
    })?;
    let (span, kind) = at_path(data, object_at, &path[..at])?;
    let inner = Text::json(&data[span], kind).bytes().into_owned();
    // Shorter each time: a string in a string in a string comes to an end.
    text_at(&inner, 0, &path[at + 1..])
}

/// The characters of a JSON string with its escapes undone; what cannot be undone stays as it is.
pub fn unescape(raw: &[u8]) -> String {
    let mut quoted = Vec::with_capacity(raw.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(raw);
    quoted.push(b'"');
    serde_json::from_slice(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(raw).into_owned())
}

#[cfg(test)]
mod tests;
