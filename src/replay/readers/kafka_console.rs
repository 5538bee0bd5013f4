//! Lines of Kafka's console consumer, with `print.timestamp`, `print.key`, `print.headers` and the like.

use super::{Context, Emit, Reader, Record, Shape, read_object, read_time};
use crate::replay::again::Again;
use crate::replay::event::{Payload, Seen, Text};
use crate::replay::scan::{self, Flaw, Members};

/// The reader.
pub static READER: Reader = Reader {
    name: "kafka-console",
    label: "Kafka console consumer",
    about: "Lines of tab-separated parts before a JSON value, such as `CreateTime:1700000000000`, \
            `Partition:0`, `Offset:7`, headers (`name:value,…`) and the key. The value speaks for itself; the \
            line's time and key fill in what it does not say. Lines without such parts are read by the \
            formats of JSON objects.",
    shape: Shape::Lines { claims, read },
};

fn claims(line: &[u8]) -> bool {
    let prefixed = [&b"CreateTime:"[..], b"LogAppendTime:", b"NO_TIMESTAMP", b"Partition:", b"Offset:"]
        .iter()
        .any(|p| line.starts_with(p));
    prefixed || memchr::memmem::find(line, b"\t{").is_some()
}

fn read(data: &[u8], place: (usize, usize), cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let line = &data[place.0..place.0 + place.1];
    let value_at = match memchr::memmem::find(line, b"\t{") {
        Some(at) => at + 1,
        None => memchr::memrchr(b'\t', line).map_or(line.len(), |at| at + 1),
    };
    let (mut time, mut key, mut headers) = (None, Text::default(), &[][..]);
    for part in line[..value_at.saturating_sub(1)].split(|b| *b == b'\t') {
        if let Some(stamp) =
            part.strip_prefix(b"CreateTime:").or_else(|| part.strip_prefix(b"LogAppendTime:"))
        {
            time = read_time(Text::plain(stamp), place.0, cx)?;
        } else if part.starts_with(b"Partition:") || part.starts_with(b"Offset:") || part == b"NO_TIMESTAMP" {
            // Where it lay says nothing about what it means.
        } else if part.contains(&b':') && headers.is_empty() && part != b"null" {
            headers = part;
        } else if part != b"null" && part != b"NO_HEADERS" {
            key = Text::plain(part);
        }
    }
    let header = |name: &str| -> Text<'_> {
        headers
            .split(|b| *b == b',')
            .filter_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b":"))
            .map(Text::plain)
            .next()
            .unwrap_or_default()
    };
    let value = &line[value_at..];
    let named = header("ce_type");
    if !named.is_empty() {
        let stamp = read_time(header("ce_time"), place.0, cx)?.or(time);
        let payload = if cx.with_payload { Payload::Raw(value) } else { Payload::None };
        emit(&Seen {
            place,
            kind: None,
            name: named,
            source: header("ce_source"),
            id: header("ce_id"),
            correlation: header("ce_correlationid").or(header("ce_subject")).or(key),
            causation: header("ce_causationid"),
            time: stamp,
            again: again(headers),
            payload,
        });
        return Ok(());
    }
    let mut members = Members::default();
    let end =
        scan::object(value, 0, &mut members).map_err(|f| Flaw { at: f.at + place.0 + value_at, ..f })?;
    let record = Record { data: value, place: (0, end), members: &members };
    read_object(&record, cx, &mut |seen| {
        emit(&Seen {
            place,
            time: seen.time.or(time),
            correlation: seen.correlation.or(key),
            again: seen.again.or_else(|| again(headers)),
            ..seen.clone()
        });
    })
    .map_err(|f| Flaw { at: f.at + place.0 + value_at, ..f })?;
    Ok(())
}

/// What the headers, `name:value,…`, say of its having been there before.
fn again(headers: &[u8]) -> Option<Again> {
    headers.split(|b| *b == b',').find_map(|pair| {
        let colon = memchr::memchr(b':', pair)?;
        Again::of_field(&pair[..colon], Text::plain(&pair[colon + 1..]))
    })
}
