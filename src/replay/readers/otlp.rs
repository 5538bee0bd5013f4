//! OpenTelemetry traces in OTLP's JSON: spans become messages.

use super::{Context, Emit, Reader, Record, Shape};
use crate::replay::again::Again;
use crate::replay::event::{Kind, Payload, Seen, Text};
use crate::replay::scan::{self, Flaw, Member, Members, ValueKind, Why};

/// The reader.
pub static READER: Reader = Reader {
    name: "otlp",
    label: "OpenTelemetry traces (OTLP JSON)",
    about: "Objects with `resourceSpans`, one a line or one a file. Every span is a message: the type is the \
            span's name, the source the resource's `service.name`, the id the span id, correlation the trace \
            id, causation the first link's span, else the parent. A producer span is an event, a client span a \
            command, a server or consumer span the handling of one (no kind).",
    shape: Shape::Objects { claims, read },
};

fn claims(record: &Record<'_>) -> bool {
    record.member("resourceSpans").is_some() || is_span(record.data, record.members)
}

fn is_span(data: &[u8], members: &Members) -> bool {
    members.named(data, b"spanId").is_some() && members.named(data, b"traceId").is_some()
}

fn read(record: &Record<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    // A span on its own is how one message of a trace file is read again.
    if is_span(record.data, record.members) {
        return span(record, Text::default(), cx, emit);
    }
    let data = record.data;
    let Some(resources) = array_of(record.member("resourceSpans")) else { return Ok(()) };
    each_object(data, resources, |resource| {
        let service = service_name(data, resource);
        for name in ["scopeSpans", "instrumentationLibrarySpans"] {
            let Some(scopes) = array_of(resource.named(data, name.as_bytes())) else { continue };
            each_object(data, scopes, |scope| {
                let Some(spans) = array_of(scope.named(data, b"spans")) else { return Ok(()) };
                let mut members = Members::default();
                scan::array(data, spans, |place, _| {
                    scan::object(data, place.start, &mut members)?;
                    let record = Record { data, place: (place.start, place.len()), members: &members };
                    span(&record, service, cx, emit)
                })
                .map(|_| ())
            })?;
        }
        Ok(())
    })
}

fn array_of(member: Option<&Member>) -> Option<usize> {
    member.filter(|m| m.kind == ValueKind::Array).map(|m| m.value().start)
}

fn each_object(
    data: &[u8],
    array_at: usize,
    mut each: impl FnMut(&Members) -> Result<(), Flaw>,
) -> Result<(), Flaw> {
    let mut members = Members::default();
    scan::array(data, array_at, |place, _| {
        scan::object(data, place.start, &mut members)?;
        each(&members)
    })
    .map(|_| ())
}

fn service_name<'a>(data: &'a [u8], resource: &Members) -> Text<'a> {
    let Some(m) = resource.named(data, b"resource") else { return Text::default() };
    let mut inner = Members::default();
    if scan::object(data, m.value().start, &mut inner).is_err() {
        return Text::default();
    }
    inner.named(data, b"attributes").map_or(Text::default(), |list| attribute(data, list, b"service.name"))
}

/// The string value of one attribute in a list of `{"key":…,"value":{"stringValue":…}}`.
fn attribute<'a>(data: &'a [u8], list: &Member, key: &[u8]) -> Text<'a> {
    let mut found = Text::default();
    if list.kind == ValueKind::Array {
        let _ = each_object(data, list.value().start, |pair| {
            if pair.named(data, b"key").is_some_and(|k| &data[k.value()] == key)
                && let Some(value) = pair.named(data, b"value")
                && let Some((span, kind)) = scan::at_path(data, value.value().start, "stringValue")
            {
                found = Text::json(&data[span], kind);
            }
            Ok(())
        });
    }
    found
}

fn span(record: &Record<'_>, service: Text<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let data = record.data;
    let mut link = Text::default();
    if let Some(links) = array_of(record.member("links")) {
        each_object(data, links, |members| {
            if let Some(id) = members.named(data, b"spanId") {
                link = link.or(Text::json(&data[id.value()], id.kind));
            }
            Ok(())
        })?;
    }
    let start = record.text("startTimeUnixNano");
    let time = match std::str::from_utf8(&start.bytes()).ok().and_then(|t| t.parse::<i64>().ok()) {
        Some(nanos) => Some(nanos),
        None if start.is_empty() => None,
        None => return Err(Flaw { at: record.place.0, why: Why::Time(start.to_text().into_owned()) }),
    };
    let kind = match &*record.text("kind").bytes() {
        b"3" | b"SPAN_KIND_CLIENT" => Some(Kind::Command),
        b"4" | b"SPAN_KIND_PRODUCER" => Some(Kind::Event),
        _ => None,
    };
    let whole = &data[record.place.0..record.place.0 + record.place.1];
    emit(&Seen {
        place: record.place,
        kind,
        name: record.text("name").or(Text::plain(b"(span without a name)")),
        source: service,
        id: record.text("spanId"),
        correlation: record.text("traceId"),
        causation: link.or(record.text("parentSpanId")),
        time,
        again: again(data, record.member("attributes")),
        payload: if cx.with_payload { Payload::Raw(whole) } else { Payload::None },
    });
    Ok(())
}

/// What a span's attributes say of the message's having been there before.
fn again(data: &[u8], list: Option<&Member>) -> Option<Again> {
    let mut found = None;
    let _ = each_object(data, array_of(list)?, |pair| {
        if let Some(key) = pair.named(data, b"key").filter(|_| found.is_none())
            && let Some(value) = pair.named(data, b"value")
            && let Some((span, kind)) = ["intValue", "stringValue", "boolValue"]
                .iter()
                .find_map(|t| scan::at_path(data, value.value().start, t))
        {
            found = Again::of_field(&data[key.value()], Text::json(&data[span], kind));
        }
        Ok(())
    });
    found
}
