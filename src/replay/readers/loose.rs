//! Any other JSON object that names its type, under one of the names people use for it.

use super::{Context, Emit, Reader, Record, Shape, trace_id};
use crate::replay::again::Again;
use crate::replay::event::{Kind, Payload, Seen, Text};
use crate::replay::scan::{self, Flaw, Members, ValueKind};

/// The reader.
pub static READER: Reader = Reader {
    name: "json",
    label: "JSON records",
    about: "Objects with a type under a usual name (`type`, `eventType`, `event`, `name`, …), and every object \
            when the mapping says where the type is. Time, source, ids likewise.",
    shape: Shape::Objects { claims: |_| true, read },
};

const NAME: [&str; 12] = [
    "type",
    "eventType",
    "event_type",
    "eventName",
    "event_name",
    "messageType",
    "message_type",
    "event",
    "activity",
    "action",
    "name",
    "@type",
];
const TIME: [&str; 14] = [
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "occurredAt",
    "occurred_at",
    "createdAt",
    "created_at",
    "eventTime",
    "event_time",
    "eventDate",
    "datetime",
    "date",
    "recordedtime",
];
const SOURCE: [&str; 9] = [
    "source",
    "service",
    "service_name",
    "serviceName",
    "producer",
    "publisher",
    "app",
    "logger",
    "component",
];
const ID: [&str; 6] = ["id", "eventId", "event_id", "messageId", "message_id", "uuid"];
const CORRELATION: [&str; 10] = [
    "correlationid",
    "correlationId",
    "correlation_id",
    "traceId",
    "trace_id",
    "caseId",
    "case_id",
    "subject",
    "sagaId",
    "key",
];
const CAUSATION: [&str; 5] = ["causationid", "causationId", "causation_id", "parentId", "parent_id"];
const PAYLOAD: [&str; 6] = ["data", "payload", "body", "detail", "value", "message"];

fn read(record: &Record<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let name = record.first_text(&NAME);
    if name.is_empty() && cx.mapping.name.is_none() {
        return Err(Flaw::broken(record.place.0, "a JSON object without anything that names an event"));
    }
    let payload = match PAYLOAD.iter().find_map(|n| record.member(n)) {
        _ if !cx.with_payload => Payload::None,
        Some(member) => record.payload(Some(member)),
        None => Payload::Raw(&record.data[record.place.0..record.place.0 + record.place.1]),
    };
    // A time the mapping replaces need not be readable.
    let stamp = if cx.mapping.time.is_some() { Ok(None) } else { record.time(record.first_text(&TIME), cx) };
    emit(&Seen {
        place: record.place,
        kind: Kind::from_word(&record.first_text(&["isobarkind", "kind"]).bytes()),
        name,
        source: record.first_text(&SOURCE),
        id: record.first_text(&ID),
        correlation: record.first_text(&CORRELATION).or(trace_id(record.text("traceparent"))),
        causation: record.first_text(&CAUSATION),
        time: stamp?,
        again: record.again().or_else(|| attributes(record)),
        payload,
    });
    Ok(())
}

/// What a queue says beside the message: SQS's `Attributes`, the `properties` and `headers` of AMQP.
fn attributes(record: &Record<'_>) -> Option<Again> {
    let mut inner = Members::default();
    ["Attributes", "attributes", "properties", "headers"].iter().find_map(|name| {
        let member = record.member(name).filter(|m| m.kind == ValueKind::Object)?;
        scan::object(record.data, member.value().start, &mut inner).ok()?;
        inner
            .iter()
            .find_map(|m| Again::of_field(&record.data[m.key()], Text::json(&record.data[m.value()], m.kind)))
    })
}
