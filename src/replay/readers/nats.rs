//! What the `nats` command prints while it listens (`nats sub`, `nats stream view`).

use super::{Context, Document, Emit, Reader, Record, Shape, Sink, read_object, read_time};
use crate::replay::again::Again;
use crate::replay::event::{Payload, Seen, Text};
use crate::replay::scan::{self, Flaw, Members};

/// The reader.
pub static READER: Reader = Reader {
    name: "nats",
    label: "NATS command line",
    about: "Blocks that begin `[#1] Received on \"subject\"` or `[#1] Received JetStream message: … / subject: … \
            / time: …`, then headers, an empty line and the body. A body that is itself an event (CloudEvents, \
            envelope, …) speaks for itself; else the type is the subject, the id `Nats-Msg-Id`.",
    shape: Shape::Document(&Nats),
};

#[derive(Debug)]
struct Nats;

impl Document for Nats {
    fn claims(&self, head: &[u8]) -> bool {
        next_block(head, 0).is_some_and(|at| at < 4096)
    }

    fn read(&self, data: &[u8], cx: &Context<'_>, sink: &mut dyn Sink) {
        let mut at = next_block(data, 0);
        while let Some(start) = at {
            let end = next_block(data, start + 1).unwrap_or(data.len());
            let mut go_on = true;
            if let Err(flaw) = block(data, (start, end - start), cx, &mut |seen| go_on = sink.take(seen)) {
                sink.bad(&flaw);
            }
            sink.reached(end);
            at = (go_on && end < data.len()).then_some(end);
        }
    }

    fn reread(&self, data: &[u8], place: (usize, usize), cx: &Context<'_>, emit: Emit<'_>) {
        let end = next_block(data, place.0 + 1).unwrap_or(data.len());
        // It was read before; if the file changed meanwhile there is nothing to show.
        let _ = block(data, (place.0, end - place.0), cx, emit);
    }
}

/// Where the next message begins: a line with `[#`, a number, `] Received` or `] Matched reply`.
fn next_block(data: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let hit = at + memchr::memmem::find(data.get(at..)?, b"[#")?;
        let line_start = hit == 0 || data[hit - 1] == b'\n';
        let digits = data[hit + 2..].iter().take_while(|b| b.is_ascii_digit()).count();
        let rest = &data[hit + 2 + digits..];
        if line_start && digits > 0 && rest.first() == Some(&b']') {
            let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            if [&b"Received"[..], b"Matched reply"].iter().any(|w| memchr::memmem::find(line, w).is_some()) {
                return Some(hit);
            }
        }
        at = hit + 2;
    }
}

/// A `label: value` of the JetStream line, which separates them by ` / `.
fn part<'a>(line: &'a str, label: &str) -> &'a str {
    line.split(" / ").find_map(|p| p.trim().strip_prefix(label)).unwrap_or_default().trim()
}

fn block(data: &[u8], place: (usize, usize), cx: &Context<'_>, emit: Emit<'_>) -> Result<(), Flaw> {
    let text = &data[place.0..place.0 + place.1];
    let line_end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let first = String::from_utf8_lossy(&text[..line_end]);
    let subject = match first.split_once('"').and_then(|(_, rest)| rest.split_once('"')) {
        Some((subject, _)) => subject,
        None => match part(&first, "subject:") {
            // Newer versions leave the subject out when one stream is read: its name is what there is.
            "" => first
                .split_once("stream:")
                .map_or("", |(_, s)| s.split_whitespace().next().unwrap_or_default()),
            subject => subject,
        },
    };
    let (headers, body) = split(&text[line_end..]);
    let header = |names: &[&str]| -> Text<'_> {
        let find = |name: &&str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()));
        names.iter().find_map(find).map_or(Text::default(), |(_, value)| Text::plain(value))
    };
    let stamp =
        Text::plain(part(&first, "time:").as_bytes()).or(header(&["Nats-Time-Stamp", "ce-time", "time"]));
    let time = read_time(stamp, place.0, cx)?;
    let counted = Again::of_field(b"delivered", Text::plain(part(&first, "delivered:").as_bytes()));
    let again = counted.or_else(|| {
        headers
            .iter()
            .find_map(|(n, value)| Again::of_field(n.strip_prefix(b"ce-").unwrap_or(n), Text::plain(value)))
    });
    let name = header(&["ce-type"]);
    let mut members = Members::default();
    if name.is_empty()
        && let Ok(end) = scan::object(body, 0, &mut members)
        && ["specversion", "detail-type", "metadata"]
            .iter()
            .any(|n| members.named(body, n.as_bytes()).is_some())
    {
        let record = Record { data: body, place: (0, end), members: &members };
        let read = read_object(&record, cx, &mut |seen| {
            emit(&Seen { place, time: seen.time.or(time), again: seen.again.or(again), ..seen.clone() });
        });
        if read.is_ok() {
            return Ok(());
        }
    }
    emit(&Seen {
        place,
        kind: None,
        name: name.or(Text::plain(subject.as_bytes())),
        source: header(&["ce-source"]),
        id: header(&["ce-id", "Nats-Msg-Id"]),
        correlation: header(&["ce-correlationid", "correlation-id", "correlationId", "ce-subject"]),
        causation: header(&["ce-causationid", "causation-id", "causationId"]),
        time,
        again,
        payload: if cx.with_payload { Payload::Raw(body) } else { Payload::None },
    });
    Ok(())
}

type Headers<'a> = Vec<(&'a [u8], &'a [u8])>;

/// The headers and the body of a block, of which `text` is all but the first line.
fn split(text: &[u8]) -> (Headers<'_>, &[u8]) {
    let mut rest = text.strip_prefix(b"\n").unwrap_or(text);
    let mut headers = Vec::new();
    loop {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..end].trim_ascii();
        let token = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        match memchr::memmem::find(line, b": ") {
            Some(colon) if colon > 0 && line[..colon].iter().all(token) => {
                headers.push((&line[..colon], line[colon + 2..].trim_ascii()));
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            _ => return (headers, rest.trim_ascii()),
        }
    }
}
