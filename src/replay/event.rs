//! One logged message: as a reader sees it in the file, and as a caller gets it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::again::Again;
use super::scan::{self, ValueKind};

/// What sort of message an event of a log is, where the log says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A fact that happened.
    Event,
    /// An order to do something.
    Command,
    /// A question.
    Query,
    /// The answer to a command or query.
    Reply,
}

impl Kind {
    /// Reads the word that logs use for it.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        match word {
            b"event" => Some(Self::Event),
            b"command" => Some(Self::Command),
            b"query" => Some(Self::Query),
            b"reply" => Some(Self::Reply),
            _ => None,
        }
    }

    /// The word that logs use for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Command => "command",
            Self::Query => "query",
            Self::Reply => "reply",
        }
    }
}

/// Characters in the file: borrowed as they stand, escapes and all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a [u8],
    escaped: bool,
}

impl<'a> Text<'a> {
    /// Characters that mean themselves.
    pub fn plain(raw: &'a [u8]) -> Self {
        Self { raw, escaped: false }
    }

    /// A JSON value as text: a string's characters, a number's digits; `null` and containers are nothing.
    #[inline]
    pub fn json(raw: &'a [u8], kind: ValueKind) -> Self {
        match kind {
            ValueKind::Text => Self::plain(raw),
            ValueKind::EscapedText => Self { raw, escaped: true },
            ValueKind::Scalar if raw != b"null" => Self::plain(raw),
            _ => Self::default(),
        }
    }

    /// True when there is nothing.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// This text, or the other one where this is empty.
    #[inline]
    pub fn or(self, other: Self) -> Self {
        if self.is_empty() { other } else { self }
    }

    /// The characters with escapes undone.
    #[inline]
    pub fn bytes(&self) -> Cow<'a, [u8]> {
        if self.escaped { Cow::Owned(scan::unescape(self.raw).into_bytes()) } else { Cow::Borrowed(self.raw) }
    }

    /// The characters with escapes undone and anything that is not UTF-8 replaced.
    pub fn to_text(&self) -> Cow<'a, str> {
        match self.bytes() {
            Cow::Borrowed(b) => String::from_utf8_lossy(b),
            Cow::Owned(b) => Cow::Owned(String::from_utf8_lossy(&b).into_owned()),
        }
    }
}

/// What a message carries.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Payload<'a> {
    /// Nothing, or nothing that was asked for.
    #[default]
    None,
    /// Bytes as they stand in the file; JSON as a rule.
    Raw(&'a [u8]),
    /// A JSON string whose characters are the payload.
    Quoted(Text<'a>),
    /// Base64 text of the payload.
    Base64(&'a [u8]),
    /// Put together from attributes, for formats that have no payload of their own.
    Built(Value),
}

impl Payload<'_> {
    /// The payload's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::None => Vec::new(),
            Self::Raw(raw) => raw.to_vec(),
            Self::Quoted(text) => text.bytes().into_owned(),
            Self::Base64(text) => base64(text).unwrap_or_else(|| text.to_vec()),
            Self::Built(value) => value.to_string().into_bytes(),
        }
    }
}

/// Decodes base64 (standard or URL alphabet, padding optional).
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut n_bits) = (0_u32, 0);
    for b in text.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'=') {
        let six = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push((bits >> n_bits) as u8);
        }
    }
    Some(out)
}

/// One message as its reader found it, borrowing from the file.
#[derive(Clone, Debug, Default)]
pub struct Seen<'a> {
    /// Offset and length of its record in the file.
    pub place: (usize, usize),
    /// What sort of message, if said.
    pub kind: Option<Kind>,
    /// The message type.
    pub name: Text<'a>,
    /// Who published it.
    pub source: Text<'a>,
    /// Its own id.
    pub id: Text<'a>,
    /// What ties the messages of one case together.
    pub correlation: Text<'a>,
    /// The id of the message that caused this one.
    pub causation: Text<'a>,
    /// Nanoseconds since 1970, if the record has a time.
    pub time: Option<i64>,
    /// What the record says of having been there before.
    pub again: Option<Again>,
    /// What it carries; only filled in when the context asks for it.
    pub payload: Payload<'a>,
}

/// Everything a record says, owned: what a detail panel shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// Its own id; empty if it has none.
    pub id: String,
    /// What ties the messages of one case together; empty if nothing does.
    pub correlation: String,
    /// The id of the message that caused this one; empty if none is named.
    pub causation: String,
    /// The payload's bytes.
    pub payload: Vec<u8>,
    /// The record as it stands in the file.
    pub record: Vec<u8>,
}

impl Detail {
    pub(crate) fn of(seen: &Seen<'_>, record: &[u8]) -> Self {
        Self {
            id: seen.id.to_text().into_owned(),
            correlation: seen.correlation.to_text().into_owned(),
            causation: seen.causation.to_text().into_owned(),
            payload: seen.payload.to_bytes(),
            record: record.to_vec(),
        }
    }

    /// The payload as JSON, if it is JSON (of at most 128 levels).
    pub fn payload_json(&self) -> Option<Value> {
        serde_json::from_slice(&self.payload).ok()
    }

    /// A further field of a JSON record as text, by dotted path: `dataschema`, `metadata.version`.
    pub fn attribute(&self, path: &str) -> Option<String> {
        let (span, kind) = scan::at_path(&self.record, 0, path)?;
        let text = Text::json(&self.record[span], kind);
        (!text.is_empty()).then(|| text.to_text().into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_payloads_are_decoded() {
        assert_eq!(Payload::Base64(b"aGVsbG8=").to_bytes(), b"hello");
        assert_eq!(Payload::Base64(b"-_8").to_bytes(), [0xfb, 0xff]);
        assert_eq!(Payload::Base64(b"not base64!").to_bytes(), b"not base64!");
    }

    #[test]
    fn texts_undo_escapes() {
        assert_eq!(Text::json(br#"a\"b\u00e9"#, ValueKind::EscapedText).to_text(), "a\"bé");
        assert!(Text::json(b"null", ValueKind::Scalar).is_empty());
        assert_eq!(Text::json(b"17", ValueKind::Scalar).to_text(), "17");
    }
}
