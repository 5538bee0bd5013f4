//! CloudEvents 1.0 in JSON: one a line, batches, arrays. Also Isobar's own logs, which are CloudEvents.

use super::{Context, Emit, Reader, Record, Shape, trace_id};
use crate::replay::event::{Kind, Payload, Seen};
use crate::replay::scan::{Flaw, Slot};

/// The reader.
pub static READER: Reader = Reader {
    name: "cloudevents",
    label: "CloudEvents",
    about: "Objects with `specversion` and `type`. Correlation is `correlationid`, else `subject`, else the \
            trace id of `traceparent`; causation is `causationid`. `isobarkind` tells events from commands, \
            queries and replies.",
    shape: Shape::Objects { claims, read },
};

fn claims(record: &Record<'_>) -> bool {
    record.members.slot(Slot::Specversion).is_some() && record.members.slot(Slot::Type).is_some()
}

fn read(record: &Record<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let name = record.slot(Slot::Type);
    if name.is_empty() {
        return Err(Flaw::broken(record.place.0, "a CloudEvent whose `type` is empty"));
    }
    let mut correlation = record.slot(Slot::Correlation).or(record.slot(Slot::Subject));
    if correlation.is_empty() {
        correlation = trace_id(record.slot(Slot::Traceparent));
    }
    let payload = if cx.with_payload { payload(record) } else { Payload::None };
    emit(&Seen {
        place: record.place,
        kind: record.members.slot(Slot::Kind).and_then(|m| Kind::from_word(&record.data[m.value()])),
        name,
        source: record.slot(Slot::Source),
        id: record.slot(Slot::Id),
        correlation,
        causation: record.slot(Slot::Causation),
        time: record.time(record.slot(Slot::Time), cx)?,
        again: record.again(),
        payload,
    });
    Ok(())
}

fn payload<'a>(record: &Record<'a>) -> Payload<'a> {
    match record.members.slot(Slot::DataBase64) {
        Some(m) => Payload::Base64(&record.data[m.value()]),
        None => record.payload(record.members.slot(Slot::Data)),
    }
}
