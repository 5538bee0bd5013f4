//! EventBridge envelopes: archive exports, and Firehose's objects one after the other without newlines.

use super::{Context, Emit, Reader, Record, Shape};
use crate::replay::event::{Payload, Seen, Text};
use crate::replay::scan::{self, Flaw, Slot, ValueKind};

/// The reader.
pub static READER: Reader = Reader {
    name: "eventbridge",
    label: "EventBridge",
    about: "Objects with `detail-type`, or with the `DetailType` of a PutEvents entry; `detail` as an object or \
            as a string of JSON. Correlation and causation are looked for in `detail.metadata` and `detail`.",
    shape: Shape::Objects { claims, read },
};

/// Where teams put them; the first found counts.
const CORRELATION: [&str; 8] = [
    "metadata.correlationId",
    "metadata.correlation_id",
    "metadata.correlationid",
    "correlationId",
    "correlation_id",
    "correlationid",
    "metadata.traceParent",
    "metadata.traceparent",
];
const CAUSATION: [&str; 6] = [
    "metadata.causationId",
    "metadata.causation_id",
    "metadata.causationid",
    "causationId",
    "causation_id",
    "causationid",
];

fn claims(record: &Record<'_>) -> bool {
    record.members.slot(Slot::DetailType).is_some() || record.member("DetailType").is_some()
}

fn read(record: &Record<'_>, cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let detail = record.members.slot(Slot::Detail).or_else(|| record.member("Detail"));
    let (mut correlation, mut causation) = (Text::default(), Text::default());
    let opened;
    if let Some(m) = detail {
        let span = m.value();
        match m.kind {
            ValueKind::Object => {
                correlation = first_at(record.data, span.start, &CORRELATION);
                causation = first_at(record.data, span.start, &CAUSATION);
            }
            ValueKind::Text | ValueKind::EscapedText => {
                opened = scan::unescape(&record.data[span]).into_bytes();
                correlation = first_at(&opened, 0, &CORRELATION);
                causation = first_at(&opened, 0, &CAUSATION);
            }
            _ => {}
        }
    }
    let payload = if cx.with_payload { record.payload(detail) } else { Payload::None };
    emit(&Seen {
        place: record.place,
        kind: None,
        name: record.slot(Slot::DetailType).or(record.text("DetailType")),
        source: record.slot(Slot::Source).or(record.text("Source")),
        id: record.slot(Slot::Id),
        correlation,
        causation,
        time: record.time(record.slot(Slot::Time).or(record.text("Time")), cx)?,
        again: record.again(),
        payload,
    });
    Ok(())
}

fn first_at<'a>(data: &'a [u8], object_at: usize, paths: &[&str]) -> Text<'a> {
    paths
        .iter()
        .filter_map(|path| scan::at_path(data, object_at, path))
        .map(|(span, kind)| Text::json(&data[span], kind))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}
