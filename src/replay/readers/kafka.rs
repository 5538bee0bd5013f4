//! Kafka records as JSON lines: kcat's `-J` output, and the like from other consumers.

use super::{Context, Emit, Reader, Record, Shape, read_object};
use crate::replay::again::Again;
use crate::replay::event::{Payload, Seen, Text};
use crate::replay::scan::{self, Flaw, Members, ValueKind};

/// The reader.
pub static READER: Reader = Reader {
    name: "kafka",
    label: "Kafka records (kcat -J)",
    about: "Objects with `topic`, and `partition` or `offset`. A payload that is itself an event (CloudEvents, \
            envelope, …) speaks for itself; else headers `ce_type`, `ce_source`, … (CloudEvents' binary mode), \
            else topic as type, key as correlation and `ts` as time.",
    shape: Shape::Objects { claims, read },
};

fn claims(record: &Record<'_>) -> bool {
    record.member("topic").is_some()
        && (record.member("partition").is_some() || record.member("offset").is_some())
}

fn read(record: &Record<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let body = record.member("payload").or_else(|| record.member("value"));
    let opened;
    let nested: &[u8] = match body {
        Some(m) if m.kind == ValueKind::EscapedText => {
            opened = scan::unescape(&record.data[m.value()]).into_bytes();
            &opened
        }
        Some(m) => &record.data[m.value()],
        None => &[],
    };
    let own_time = record.time(record.first_text(&["ts", "timestamp", "time"]), cx)?;
    let headers = Headers::of(record);
    if headers.get("ce_type").is_empty() && read_nested(nested, record, own_time, headers.again(), cx, emit) {
        return Ok(());
    }
    let stamp = record.time(headers.get("ce_time"), cx)?.or(own_time);
    emit(&Seen {
        place: record.place,
        kind: None,
        name: headers.get("ce_type").or(record.text("topic")),
        source: headers.get("ce_source"),
        id: headers.get("ce_id"),
        correlation: headers
            .get("ce_correlationid")
            .or(headers.get("correlationId"))
            .or(headers.get("ce_subject"))
            .or(record.text("key")),
        causation: headers.get("ce_causationid").or(headers.get("causationId")),
        time: stamp,
        again: headers.again(),
        payload: if cx.with_payload { record.payload(body) } else { Payload::None },
    });
    Ok(())
}

/// Reads the payload as an event of its own, if it is one that says its type in a format of events.
fn read_nested(
    nested: &[u8],
    record: &Record<'_>,
    own_time: Option<i64>,
    again: Option<Again>,
    cx: &Context<'_>,
    emit: Emit<'_>,
) -> bool {
    let mut members = Members::default();
    if scan::object(nested, 0, &mut members).is_err() {
        return false;
    }
    let named = ["specversion", "detail-type", "metadata"]
        .iter()
        .any(|n| members.named(nested, n.as_bytes()).is_some());
    // A Kafka record inside a Kafka record could go on for ever.
    if !named || members.named(nested, b"topic").is_some() {
        return false;
    }
    let inner = Record { data: nested, place: (0, nested.len()), members: &members };
    read_object(&inner, cx, &mut |seen| {
        emit(&Seen {
            place: record.place,
            time: seen.time.or(own_time),
            again: seen.again.or(again),
            ..seen.clone()
        });
    })
    .is_ok()
}

/// The headers of a record: an object, or kcat's flat list of name, value, name, value.
struct Headers<'a> {
    pairs: Vec<(&'a [u8], Text<'a>)>,
}

impl<'a> Headers<'a> {
    fn of(record: &Record<'a>) -> Self {
        let mut pairs = Vec::new();
        let Some(m) = record.member("headers") else { return Self { pairs } };
        let start = m.value().start;
        let data = record.data;
        if m.kind == ValueKind::Object {
            let mut members = Members::default();
            if scan::object(data, start, &mut members).is_ok() {
                pairs =
                    members.iter().map(|h| (&data[h.key()], Text::json(&data[h.value()], h.kind))).collect();
            }
        } else if m.kind == ValueKind::Array {
            let mut flat = Vec::new();
            let _ = scan::array(data, start, |span, kind| {
                flat.push((span, kind));
                Ok(())
            });
            let (twos, _) = flat.as_chunks::<2>();
            pairs = twos
                .iter()
                .map(|[name, value]| (&data[name.0.clone()], Text::json(&data[value.0.clone()], value.1)))
                .collect();
        }
        Self { pairs }
    }

    fn again(&self) -> Option<Again> {
        self.pairs
            .iter()
            .find_map(|(name, value)| Again::of_field(name.strip_prefix(b"ce_").unwrap_or(name), *value))
    }

    fn get(&self, name: &str) -> Text<'a> {
        self.pairs.iter().find(|(n, _)| *n == name.as_bytes()).map_or(Text::default(), |(_, value)| *value)
    }
}
