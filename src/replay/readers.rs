//! The log formats Isobar reads: one file each, recognised by content.
//!
//! Adding a format is one file with a `pub static READER` and one line in `ALL`.

pub mod cloudevents;
pub mod csv;
pub mod envelope;
pub mod eventbridge;
pub mod kafka;
pub mod kafka_console;
pub mod loose;
pub mod nats;
pub mod ocel;
pub mod otlp;
pub mod xes;

use super::again::Again;
use super::event::{Payload, Seen, Text};
use super::mapping::Mapping;
use super::scan::{self, Flaw, Member, Members, Slot, Why};
use super::time;

/// All readers; the first that claims a record or a file reads it.
pub static ALL: &[&Reader] = &[
    &cloudevents::READER,
    &eventbridge::READER,
    &otlp::READER,
    &kafka::READER,
    &ocel::READER,
    &envelope::READER,
    &loose::READER,
    &kafka_console::READER,
    &xes::READER,
    &nats::READER,
    &csv::READER,
];

/// One log format.
#[derive(Debug)]
pub struct Reader {
    /// Its name in commands and settings.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// How it is recognised and what is taken for type, time, source, correlation and causation.
    pub about: &'static str,
    /// How its records are laid out.
    pub shape: Shape,
}

/// Where messages go as they are found.
pub type Emit<'e> = &'e mut dyn FnMut(&Seen<'_>);

/// Reads one record of a stream.
pub type ReadRecord = fn(&Record<'_>, &Context<'_>, Emit<'_>) -> Result<(), Flaw>;

/// Reads one line, given as a span (offset, length) of the file.
pub type ReadLine = fn(&[u8], (usize, usize), &Context<'_>, Emit<'_>) -> Result<(), Flaw>;

/// How the records of a format are laid out in a file.
#[derive(Debug)]
pub enum Shape {
    /// A stream of JSON objects: one a line, in an array, or one right after the other.
    Objects {
        /// Whether this object is one of the format's.
        claims: fn(&Record<'_>) -> bool,
        /// Reads it.
        read: ReadRecord,
    },
    /// Lines that are not JSON objects, in a stream.
    Lines {
        /// Whether this line is one of the format's.
        claims: fn(&[u8]) -> bool,
        /// Reads the line, given as a span of the file.
        read: ReadLine,
    },
    /// The file as a whole.
    Document(&'static dyn Document),
}

/// A format that takes the whole file.
pub trait Document: Sync + std::fmt::Debug {
    /// Whether a file that begins with these bytes is one of the format's.
    fn claims(&self, head: &[u8]) -> bool;

    /// Reads the file from `from`, handing each message to `sink`; the sink says when to stop.
    fn read(&self, data: &[u8], cx: &Context<'_>, sink: &mut dyn Sink);

    /// True when messages stand in the file as they arrived, so that one behind a later one is late.
    fn is_by_arrival(&self) -> bool {
        true
    }

    /// Reads one message again that starts where `place` does; its length is not known any more.
    fn reread(&self, data: &[u8], place: (usize, usize), cx: &Context<'_>, emit: Emit<'_>);
}

/// Where a whole-file reader puts what it finds.
pub trait Sink {
    /// Takes a message. `false` asks the reader to stop.
    fn take(&mut self, seen: &Seen<'_>) -> bool;
    /// Notes a place that could not be read.
    fn bad(&mut self, flaw: &Flaw);
    /// Says how far the reader has come.
    fn reached(&mut self, at: usize);
}

/// What readers need to know beside the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The user's choice of fields.
    pub mapping: &'a Mapping,
    /// Whether payloads are wanted, or the index only.
    pub with_payload: bool,
}

/// One JSON object of a stream, scanned.
#[derive(Debug)]
pub struct Record<'a> {
    /// The file.
    pub data: &'a [u8],
    /// Where the object is.
    pub place: (usize, usize),
    /// Its members.
    pub members: &'a Members,
}

impl<'a> Record<'a> {
    #[inline]
    fn text_of(&self, member: Option<&Member>) -> Text<'a> {
        member.map_or(Text::default(), |m| Text::json(&self.data[m.value()], m.kind))
    }

    #[inline]
    pub(crate) fn slot(&self, slot: Slot) -> Text<'a> {
        self.text_of(self.members.slot(slot))
    }

    /// The member of this name.
    pub fn member(&self, name: &str) -> Option<&'a Member> {
        self.members.named(self.data, name.as_bytes())
    }

    /// The text of the member of this name; empty when there is none.
    pub fn text(&self, name: &str) -> Text<'a> {
        self.text_of(self.member(name))
    }

    /// The first text that one of these names has.
    pub(crate) fn first_text(&self, names: &[&str]) -> Text<'a> {
        names.iter().map(|n| self.text(n)).find(|t| !t.is_empty()).unwrap_or_default()
    }

    /// The value of a member as a payload: an object or scalar as it stands, a string that holds JSON opened.
    pub(crate) fn payload(&self, member: Option<&Member>) -> Payload<'a> {
        match member {
            None => Payload::None,
            Some(m) => match m.kind {
                scan::ValueKind::Text | scan::ValueKind::EscapedText => {
                    Payload::Quoted(Text::json(&self.data[m.value()], m.kind))
                }
                _ => Payload::Raw(&self.data[m.value()]),
            },
        }
    }

    /// What its members say of its having been there before.
    #[inline]
    pub(crate) fn again(&self) -> Option<Again> {
        let said = |slot| {
            let member = self.members.slot(slot)?;
            Again::of_field(&self.data[member.key()], self.text_of(Some(member)))
        };
        said(Slot::Attempt).or_else(|| said(Slot::Delivery)).or_else(|| said(Slot::Replay))
    }

    /// A time field; nothing when there is none.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    #[inline]
    pub(crate) fn time(&self, text: Text<'_>, cx: &Context<'_>) -> Result<Option<i64>, Flaw> {
        read_time(text, self.place.0, cx)
    }
}

/// Reads a time field that stands in the record at `at`.
#[inline]
pub(crate) fn read_time(text: Text<'_>, at: usize, cx: &Context<'_>) -> Result<Option<i64>, Flaw> {
    if text.is_empty() {
        return Ok(None);
    }
    match time::parse(&text.bytes(), cx.mapping.time_unit) {
        Some(nanos) => Ok(Some(nanos)),
        None => {
            let shown: String = text.to_text().chars().take(60).collect();
            Err(Flaw { at, why: Why::Time(shown) })
        }
    }
}

/// The trace id inside a W3C `traceparent`.
pub(crate) fn trace_id(traceparent: Text<'_>) -> Text<'_> {
    match traceparent.bytes() {
        std::borrow::Cow::Borrowed(b) if b.len() >= 35 && b[2] == b'-' => Text::plain(&b[3..35]),
        _ => Text::default(),
    }
}

/// Reads one scanned object with whichever reader claims it, then lets the user's mapping have its say.
///
/// # Errors
/// When no reader knows it, or the one that does finds a flaw.
#[inline]
pub(crate) fn read_object(
    record: &Record<'_>,
    cx: &Context<'_>,
    emit: Emit<'_>,
) -> Result<&'static Reader, Flaw> {
    for reader in ALL {
        if let Shape::Objects { claims, read } = &reader.shape
            && claims(record)
        {
            if cx.mapping.names_fields() {
                read_mapped(record, *read, cx, emit)?;
            } else {
                read(record, cx, emit)?;
            }
            return Ok(reader);
        }
    }
    Err(Flaw::broken(record.place.0, "a JSON object without anything that names an event"))
}

fn read_mapped(record: &Record<'_>, read: ReadRecord, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let mut refused = None;
    read(record, cx, &mut |seen| {
        let mut seen = seen.clone();
        let at = seen.place.0;
        let field = |path: &Option<String>, own: Text<'_>| -> Option<Vec<u8>> {
            scan::text_at(record.data, at, path.as_deref()?).or_else(|| Some(own.bytes().into_owned()))
        };
        let m = cx.mapping;
        let name = field(&m.name, seen.name);
        let source = field(&m.source, seen.source);
        let id = field(&m.id, seen.id);
        let correlation = field(&m.correlation, seen.correlation);
        let causation = field(&m.causation, seen.causation);
        let pick = |own, found: &Option<Vec<u8>>| -> Vec<u8> {
            found.clone().unwrap_or_else(|| Text::bytes(&own).into_owned())
        };
        let texts = [
            pick(seen.name, &name),
            pick(seen.source, &source),
            pick(seen.id, &id),
            pick(seen.correlation, &correlation),
            pick(seen.causation, &causation),
        ];
        if let Some(stamp) = field(&m.time, Text::default()) {
            match read_time(Text::plain(&stamp), at, cx) {
                Ok(time) => seen.time = time,
                Err(flaw) => refused = Some(flaw),
            }
        }
        let mut seen = Seen {
            place: seen.place,
            kind: seen.kind,
            time: seen.time,
            again: seen.again,
            payload: seen.payload,
            ..Seen::default()
        };
        [seen.name, seen.source, seen.id, seen.correlation, seen.causation] =
            texts.each_ref().map(|t| Text::plain(t));
        if refused.is_none() {
            emit(&seen);
        }
    })?;
    refused.map_or(Ok(()), Err)
}

/// Reads a line that is not a JSON object with whichever reader claims it.
///
/// # Errors
/// When none does, or the one that does finds a flaw.
pub(crate) fn read_line(
    data: &[u8],
    place: (usize, usize),
    cx: &Context<'_>,
    emit: Emit<'_>,
) -> Result<&'static Reader, Flaw> {
    let line = &data[place.0..place.0 + place.1];
    for reader in ALL {
        if let Shape::Lines { claims, read } = &reader.shape
            && claims(line)
        {
            read(data, place, cx, emit)?;
            return Ok(reader);
        }
    }
    Err(Flaw::broken(place.0, "not a JSON object"))
}

/// The whole-file reader that claims a file beginning with these bytes.
pub(crate) fn document_of(head: &[u8]) -> Option<(&'static Reader, &'static dyn Document)> {
    ALL.iter().find_map(|reader| match &reader.shape {
        Shape::Document(document) if document.claims(head) => Some((*reader, *document)),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
