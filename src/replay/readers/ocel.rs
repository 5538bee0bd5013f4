//! OCEL 2.0 in JSON: object-centric event logs of process mining.

use super::{Context, Emit, Reader, Record, Shape};
use crate::replay::event::{Payload, Seen, Text};
use crate::replay::scan::{self, Flaw, Members, ValueKind};

/// The reader.
pub static READER: Reader = Reader {
    name: "ocel",
    label: "OCEL 2.0",
    about: "One object with `eventTypes`, `objectTypes`, `events` and `objects`. Correlation is the first object \
            an event is related to; there is no source and no causation.",
    shape: Shape::Objects { claims, read },
};

fn claims(record: &Record<'_>) -> bool {
    let document = record.member("objectTypes").is_some() && record.member("events").is_some();
    document || is_event(record)
}

/// An event of the document on its own, as it is read again.
fn is_event(record: &Record<'_>) -> bool {
    record.member("relationships").is_some() && record.member("type").is_some()
}

fn read(record: &Record<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    if is_event(record) {
        return event(record, cx, emit);
    }
    let Some(events) = record.member("events").filter(|m| m.kind == ValueKind::Array) else {
        return Err(Flaw::broken(record.place.0, "an OCEL document whose `events` are not a list"));
    };
    let data = record.data;
    let mut members = Members::default();
    scan::array(data, events.value().start, |place, _| {
        scan::object(data, place.start, &mut members)?;
        event(&Record { data, place: (place.start, place.len()), members: &members }, cx, emit)
    })
    .map(|_| ())
}

fn event(record: &Record<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let data = record.data;
    let mut related = Text::default();
    let mut members = Members::default();
    if let Some(list) = record.member("relationships").filter(|m| m.kind == ValueKind::Array) {
        scan::array(data, list.value().start, |place, _| {
            if related.is_empty() && scan::object(data, place.start, &mut members).is_ok() {
                let id = members.named(data, b"objectId");
                related = id.map_or(Text::default(), |m| Text::json(&data[m.value()], m.kind));
            }
            Ok(())
        })?;
    }
    let payload = match record.member("attributes") {
        Some(list) if cx.with_payload => Payload::Built(attributes(&data[list.value()])),
        _ => Payload::None,
    };
    emit(&Seen {
        place: record.place,
        kind: None,
        name: record.text("type"),
        source: Text::default(),
        id: record.text("id"),
        correlation: related,
        causation: Text::default(),
        time: record.time(record.text("time"), cx)?,
        payload,
        again: None,
    });
    Ok(())
}

/// `[{"name":…,"value":…}]` as one object.
fn attributes(list: &[u8]) -> serde_json::Value {
    let pairs: Vec<serde_json::Value> = serde_json::from_slice(list).unwrap_or_default();
    let object = pairs.into_iter().filter_map(|pair| {
        let name = pair.get("name")?.as_str()?.to_owned();
        Some((name, pair.get("value").cloned().unwrap_or_default()))
    });
    serde_json::Value::Object(object.collect())
}
