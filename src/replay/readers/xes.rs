//! XES (IEEE 1849): XML event logs of process mining.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Context, Document, Emit, Reader, Shape, Sink, read_time};
use crate::replay::event::{Payload, Seen, Text};
use crate::replay::scan::Flaw;

/// The reader.
pub static READER: Reader = Reader {
    name: "xes",
    label: "XES",
    about: "XML with a `log` of `trace`s of `event`s. Type is `concept:name`, time `time:timestamp`, id \
            `identity:id`, correlation the trace's `concept:name`. There is no source: `org:resource` is who did the \
            work, not what published the event, and stays in the payload with all other attributes. Nested attributes \
            and lists are left to the payload's text.",
    shape: Shape::Document(&Xes),
};

#[derive(Debug)]
struct Xes;

impl Document for Xes {
    fn claims(&self, head: &[u8]) -> bool {
        head.trim_ascii_start().starts_with(b"<") && memchr::memmem::find(head, b"<log").is_some()
    }

    fn read(&self, data: &[u8], cx: &Context<'_>, sink: &mut dyn Sink) {
        let mut tags = Tags { data, at: 0 };
        let mut trace = None;
        loop {
            let tag = match tags.next() {
                Ok(Some(tag)) => tag,
                Ok(None) => return,
                Err(flaw) => return sink.bad(&flaw),
            };
            match (tag.name, tag.closing) {
                (b"trace", closing) => trace = if closing { None } else { trace_name(data, tag.end) },
                (b"event", false) => {
                    let found = event(data, tag.start, trace.as_deref(), cx, &mut |seen| {
                        if !sink.take(seen) {
                            tags.at = data.len();
                        }
                    });
                    match found {
                        Ok(end) => tags.at = tags.at.max(end),
                        Err(flaw) => sink.bad(&flaw),
                    }
                    sink.reached(tags.at);
                }
                _ => {}
            }
        }
    }

    fn is_by_arrival(&self) -> bool {
        // One case stands behind the other, whatever happened in between.
        false
    }

    fn reread(&self, data: &[u8], place: (usize, usize), cx: &Context<'_>, emit: Emit<'_>) {
        let before = &data[..place.0];
        let opened = memchr::memmem::rfind(before, b"<trace");
        let closed = memchr::memmem::rfind(before, b"</trace");
        let trace = opened
            .filter(|o| closed.is_none_or(|c| c < *o))
            .and_then(|o| memchr::memchr(b'>', &data[o..]).and_then(|end| trace_name(data, o + end + 1)));
        // The event was read from here before: it cannot fail now, and if the file changed there is nothing to say.
        let _ = event(data, place.0, trace.as_deref(), cx, emit);
    }
}

/// The trace's `concept:name`: among its attributes, wherever they stand before its first event.
fn trace_name(data: &[u8], from: usize) -> Option<String> {
    let mut tags = Tags { data, at: from };
    let mut depth = 0_usize;
    while let Ok(Some(tag)) = tags.next() {
        if tag.name == b"event" || tag.name == b"trace" {
            return None;
        }
        if depth == 0 && !tag.closing && attribute(tag.text, b"key").as_deref() == Some("concept:name") {
            return attribute(tag.text, b"value").map(Cow::into_owned);
        }
        depth = tag.depth_after(depth);
    }
    None
}

/// Reads the event element that opens at `start`; the place after it.
fn event(
    data: &[u8],
    start: usize,
    trace: Option<&str>,
    cx: &Context<'_>,
    emit: Emit<'_>,
) -> Result<usize, Flaw> {
    let mut tags = Tags { data, at: start };
    let Some(open) = tags.next()? else { return Ok(data.len()) };
    let mut attributes: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
    let mut depth = 0_usize;
    loop {
        if open.empty {
            break;
        }
        let Some(tag) = tags.next()? else {
            return Err(Flaw::broken(start, "an event element that is never closed"));
        };
        if tag.closing && tag.name == b"event" {
            break;
        }
        if depth == 0
            && !tag.closing
            && let (Some(key), Some(value)) = (attribute(tag.text, b"key"), attribute(tag.text, b"value"))
        {
            attributes.push((key, value));
        }
        depth = tag.depth_after(depth);
    }
    let field = |named: &Option<String>, own: &str| -> Text<'_> {
        let wanted = named.as_deref().unwrap_or(own);
        let found = attributes.iter().find(|(key, _)| key == wanted);
        found.map_or(Text::default(), |(_, value)| Text::plain(value.as_bytes()))
    };
    let m = cx.mapping;
    let correlation = match &m.correlation {
        None => Text::plain(trace.unwrap_or_default().as_bytes()),
        named => field(named, ""),
    };
    let payload = if cx.with_payload {
        let pairs = attributes.iter().map(|(k, v)| (k.to_string(), Value::from(v.as_ref())));
        Payload::Built(Value::Object(pairs.collect::<Map<_, _>>()))
    } else {
        Payload::None
    };
    emit(&Seen {
        place: (start, tags.at - start),
        kind: None,
        name: field(&m.name, "concept:name").or(Text::plain(b"(event without a name)")),
        // People do the work; the system they work with, which publishes, has no name in the format.
        source: field(&m.source, ""),
        id: field(&m.id, "identity:id"),
        correlation,
        causation: field(&m.causation, ""),
        time: read_time(field(&m.time, "time:timestamp"), start, cx)?,
        payload,
        again: None,
    });
    Ok(tags.at)
}

/// One tag of the XML.
struct Tag<'a> {
    start: usize,
    end: usize,
    name: &'a [u8],
    text: &'a [u8],
    closing: bool,
    empty: bool,
}

impl Tag<'_> {
    fn depth_after(&self, depth: usize) -> usize {
        match (self.closing, self.empty) {
            (true, _) => depth.saturating_sub(1),
            (false, true) => depth,
            (false, false) => depth + 1,
        }
    }
}

/// Walks the tags of an XML text; comments, declarations and character data are passed over.
struct Tags<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Tags<'a> {
    fn next(&mut self) -> Result<Option<Tag<'a>>, Flaw> {
        loop {
            let Some(found) = self.data.get(self.at..).and_then(|rest| memchr::memchr(b'<', rest)) else {
                self.at = self.data.len();
                return Ok(None);
            };
            let start = self.at + found;
            let rest = &self.data[start..];
            if let Some(closer) = [(&b"<!--"[..], &b"-->"[..]), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")]
                .iter()
                .find_map(|(open, close)| rest.starts_with(open).then_some(*close))
            {
                let Some(end) = memchr::memmem::find(rest, closer) else {
                    return Err(Flaw::broken(start, "a comment or declaration that is never closed"));
                };
                self.at = start + end + closer.len();
                continue;
            }
            let mut end = start + 1;
            loop {
                let Some(hit) = memchr::memchr3(b'"', b'\'', b'>', &self.data[end..]) else {
                    return Err(Flaw::broken(start, "the file ends inside a tag"));
                };
                end += hit + 1;
                let quote = self.data[end - 1];
                if quote == b'>' {
                    break;
                }
                let Some(closing) = memchr::memchr(quote, &self.data[end..]) else {
                    return Err(Flaw::broken(start, "the file ends inside a tag"));
                };
                end += closing + 1;
            }
            self.at = end;
            let inner = &self.data[start + 1..end - 1];
            let closing = inner.first() == Some(&b'/');
            let empty = inner.last() == Some(&b'/');
            let text = &inner[usize::from(closing)..];
            let length =
                text.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(text.len());
            return Ok(Some(Tag { start, end, name: &text[..length], text, closing, empty }));
        }
    }
}

/// The value of an attribute inside a tag's text, entities resolved.
fn attribute<'a>(text: &'a [u8], name: &[u8]) -> Option<Cow<'a, str>> {
    let mut at = 0;
    while let Some(equals) = memchr::memchr(b'=', &text[at..]) {
        let key = text[at..at + equals].trim_ascii_end();
        let opened =
            at + equals + 1 + text[at + equals + 1..].iter().position(|b| !b.is_ascii_whitespace())?;
        let quote = *text.get(opened).filter(|b| matches!(b, b'"' | b'\''))?;
        let length = memchr::memchr(quote, &text[opened + 1..])?;
        let value = &text[opened + 1..opened + 1 + length];
        let bare = key.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
        if bare == name {
            return Some(unescape(value));
        }
        at = opened + 1 + length + 1;
    }
    None
}

/// Resolves the five named entities and character references.
fn unescape(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    if !text.contains('&') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find(';').filter(|end| *end <= 10) else {
            out.push('&');
            rest = &rest[1..];
            continue;
        };
        let resolved = match &rest[1..end] {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            entity => entity.strip_prefix('#').and_then(|number| {
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                code.ok().and_then(char::from_u32)
            }),
        };
        match resolved {
            Some(c) => out.push(c),
            None => out.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}
