//! The metadata/data envelope: `metadata` is the same for every event of an organisation, `data` its own.

use super::{Context, Emit, Reader, Record, Shape, trace_id};
use crate::replay::event::{Kind, Payload, Seen, Text};
use crate::replay::scan::{self, Flaw, Members, Slot, ValueKind};

/// The reader.
pub static READER: Reader = Reader {
    name: "envelope",
    label: "metadata/data envelope",
    about: "Objects with an object `metadata` that names the event (`eventType`, `type`, `name`). Correlation is \
            `correlationId`, else the trace id of `traceParent`; a command's `responseChannel` marks it as one.",
    shape: Shape::Objects { claims, read },
};

const NAME: [&str; 6] = ["eventType", "event_type", "type", "commandType", "name", "eventName"];

fn claims(record: &Record<'_>) -> bool {
    record.members.slot(Slot::Metadata).is_some_and(|m| m.kind == ValueKind::Object)
}

fn read(record: &Record<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let Some(envelope) = record.members.slot(Slot::Metadata) else { return Ok(()) };
    let mut members = Members::default();
    scan::object(record.data, envelope.value().start, &mut members)?;
    let inner = Record { data: record.data, place: record.place, members: &members };
    // The names borrow from the file, not from the local list of members.
    let text = |names: &[&str]| -> Text<'_> {
        names
            .iter()
            .filter_map(|n| inner.members.named(record.data, n.as_bytes()))
            .map(|m| Text::json(&record.data[m.value()], m.kind))
            .find(|t| !t.is_empty())
            .unwrap_or_default()
    };
    let name = text(&NAME).or(record.first_text(&NAME));
    if name.is_empty() {
        return Err(Flaw::broken(record.place.0, "an envelope whose `metadata` names no event"));
    }
    let kind = Kind::from_word(&text(&["kind", "messageKind"]).bytes())
        .or_else(|| (!text(&["responseChannel", "commandType"]).is_empty()).then_some(Kind::Command));
    let data = record.members.slot(Slot::Data).or_else(|| record.member("payload"));
    let payload = if cx.with_payload { record.payload(data) } else { Payload::None };
    let traceparent = text(&["traceParent", "traceparent"]);
    let stamp = text(&["eventDate", "time", "timestamp", "occurredAt", "createdAt", "eventTime", "date"]);
    emit(&Seen {
        place: record.place,
        kind,
        name,
        source: text(&["source", "producer", "publisher", "service", "domain"]).or(record.slot(Slot::Source)),
        id: text(&["eventId", "id", "messageId", "event_id"]).or(record.slot(Slot::Id)),
        correlation: text(&["correlationId", "correlation_id", "correlationid"]).or(trace_id(traceparent)),
        causation: text(&["causationId", "causation_id", "causationid"]),
        time: record.time(stamp.or(record.slot(Slot::Time)), cx)?,
        again: inner.again().or_else(|| record.again()),
        payload,
    });
    Ok(())
}
