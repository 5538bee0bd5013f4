//! From a trace to a log: one CloudEvents 1.0 object a line. The same run always gives the same bytes.

use std::fmt::Write as _;
use std::io;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};

use super::Simulation;
use super::model::ReactionIx;
use super::trace::{TraceEvent, TraceKind};
use crate::board::LinkId;
use crate::topology::MessageKind;

/// The day virtual time begins: 2026-01-01, in days since 1970-01-01.
const EPOCH_DAYS: u64 = 20_454;
const NANOS_A_DAY: u64 = 86_400_000_000_000;

/// Writes every message of a traced run, in order of time; nothing for a run without a trace.
///
/// # Errors
/// What the writer reports.
pub fn write(simulation: &Simulation, out: &mut dyn io::Write) -> io::Result<()> {
    let mut again = Again::default();
    for event in simulation.trace().into_iter().flat_map(super::trace::Trace::iter) {
        let told = again.of(event);
        if let Some(mut line) = line(simulation, event) {
            if let (Some((name, nth)), Some(object)) = (told, line.as_object_mut()) {
                object.insert(name.to_owned(), nth.into());
            }
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// Which messages are sent once more: by a reaction that has the same message to work on for the second time.
#[derive(Default)]
struct Again {
    /// How often a place among the outputs of a reaction has sent something because of a message.
    sent: FxHashMap<(u64, ReactionIx, u16), u32>,
    /// The messages that were delivered again because the delivery before had failed.
    retried: FxHashSet<u64>,
}

impl Again {
    /// The attribute that says so, and the so-many-th time.
    fn of(&mut self, event: &TraceEvent) -> Option<(&'static str, u32)> {
        if event.kind == TraceKind::Retried {
            self.retried.insert(event.id);
        }
        let is_sent = matches!(event.kind, TraceKind::Called | TraceKind::Published | TraceKind::Sent);
        let (reaction, output) = event.sender.filter(|_| is_sent && event.causation != 0)?;
        let nth = self.sent.entry((event.causation, reaction, output)).or_default();
        *nth += 1;
        let why = if self.retried.contains(&event.causation) { "isobarattempt" } else { "isobarduplicate" };
        (*nth > 1).then_some((why, *nth))
    }
}

/// The line of a step, if the step is a message setting out.
#[must_use]
pub fn line(simulation: &Simulation, event: &TraceEvent) -> Option<Value> {
    use TraceKind::{Called, Issued, Published, Replayed, Replied, Sent};
    if !matches!(event.kind, Called | Issued | Published | Replayed | Replied | Sent) {
        return None;
    }
    let index = event.message?;
    let model = simulation.model();
    let message = &model.messages[index.at()];
    // What comes from an archive still has its first sender.
    let sender = event.sender.map(|(reaction, _)| model.reactions[reaction.at()].service);
    let service = &model.services[event.service.or(sender)?.at()];
    let kind = match message.kind {
        _ if message.reply => "reply",
        MessageKind::Event => "event",
        MessageKind::Command => "command",
        MessageKind::Query => "query",
    };
    let mut line = json!({
        "specversion": "1.0",
        "id": format!("m-{:08}", event.id),
        "source": if service.outside { "/outside".to_owned() } else { source(&service.name) },
        "type": message.name,
        "time": time(event.time.saturating_sub(event.skew)),
        "subject": correlation(event.correlation),
        "datacontenttype": "application/json",
        "correlationid": correlation(event.correlation),
    });
    let object = line.as_object_mut()?;
    if event.causation != 0 {
        object.insert("causationid".to_owned(), format!("m-{:08}", event.causation).into());
    }
    object.insert("isobarkind".to_owned(), kind.into());
    if event.kind == Replayed {
        object.insert("replayname".to_owned(), "replay".into());
    }
    if let Some(link) = link(simulation, event) {
        object.insert("isobarlink".to_owned(), link.to_string().into());
    }
    object.insert("data".to_owned(), simulation.payload(index, event.correlation));
    Some(line)
}

/// The link of the board on which the sent message sets out.
fn link(simulation: &Simulation, event: &TraceEvent) -> Option<LinkId> {
    let (reaction, output) = event.sender?;
    let output = simulation.model().reactions[reaction.at()].outputs.get(output as usize)?;
    let first = || output.to.first().and_then(|hop| simulation.links(*hop).first().copied());
    output.link.or_else(first)
}

/// How logs write a correlation.
#[must_use]
pub fn correlation(number: u64) -> String {
    format!("c-{number:06}")
}

/// A URI reference that holds a service's name.
fn source(name: &str) -> String {
    let mut text = String::from("/");
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

/// A moment of virtual time as RFC 3339 text with nanoseconds; virtual time begins on 2026-01-01.
#[must_use]
pub fn time(nanos: u64) -> String {
    let (year, month, day) = date(EPOCH_DAYS + nanos / NANOS_A_DAY);
    let (seconds, rest) = (nanos % NANOS_A_DAY / 1_000_000_000, nanos % 1_000_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{rest:09}Z")
}

/// The civil date of a day counted from 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
const fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + (month <= 2) as u64, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_is_written_as_rfc_3339() {
        assert_eq!(time(0), "2026-01-01T00:00:00.000000000Z");
        assert_eq!(time(58 * NANOS_A_DAY + 3_661_000_000_007), "2026-02-28T01:01:01.000000007Z");
        for days in [0u64, 59, 365, 800, 150_000] {
            let text = time(days * NANOS_A_DAY);
            let parsed: jiff::Timestamp = text.parse().unwrap();
            assert_eq!(parsed.as_second() as u64, (EPOCH_DAYS + days) * 86_400, "{text}");
        }
    }

    #[test]
    fn sources_are_uri_references() {
        assert_eq!(source("Checkout Process Manager"), "/Checkout%20Process%20Manager");
    }
}
