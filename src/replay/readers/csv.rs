//! CSV with a header line: columns are found by their usual names or named by the mapping.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Context, Document, Emit, Reader, Shape, Sink, read_time};
use crate::replay::again::Again;
use crate::replay::event::{Kind, Payload, Seen, Text};
use crate::replay::scan::Flaw;

/// The reader.
pub static READER: Reader = Reader {
    name: "csv",
    label: "CSV",
    about: "A header line, then records (RFC 4180; comma, semicolon, tab or bar). Type is the column \
            `concept:name`, `type`, `event`, `activity`, …; time, source, id, correlation (`case:concept:name`, \
            `case`, …) and causation likewise, or as the mapping says. The payload is the row as an object.",
    shape: Shape::Document(&Csv),
};

#[derive(Debug)]
struct Csv;

const NAME: &[&str] = &[
    "concept:name",
    "type",
    "eventtype",
    "event_type",
    "event type",
    "event",
    "activity",
    "event_name",
    "name",
    "action",
];
const TIME: &[&str] = &[
    "time:timestamp",
    "timestamp",
    "time",
    "time_stamp",
    "event_time",
    "eventtime",
    "datetime",
    "date",
    "created_at",
    "start_timestamp",
    "complete timestamp",
    "start timestamp",
];
/// Not `resource` or `org:resource`: those are who did the work, as in XES.
const SOURCE: &[&str] = &["source", "service", "producer", "publisher"];
const ID: &[&str] = &["id", "event_id", "eventid", "message_id", "identity:id"];
const CORRELATION: &[&str] = &[
    "correlationid",
    "correlation_id",
    "case:concept:name",
    "case id",
    "case_id",
    "caseid",
    "case",
    "trace_id",
    "traceid",
    "subject",
];
const CAUSATION: &[&str] = &["causationid", "causation_id", "parent_id", "parentid"];

impl Document for Csv {
    fn claims(&self, head: &[u8]) -> bool {
        let Some(separator) = separator(head) else { return false };
        let mut fields = Vec::new();
        let end = row(head, 0, separator, &mut fields);
        let sound =
            fields.iter().all(|(s, e)| e - s <= 100 && head[*s..*e].iter().all(|b| *b >= 0x20 && *b != b'{'));
        let columns = fields.len();
        if !sound || columns < 2 || head[..end].iter().all(|b| !b.is_ascii_alphabetic()) {
            return false;
        }
        // One line alone may as well be prose.
        if head[end..].trim_ascii().is_empty() {
            return false;
        }
        row(head, end, separator, &mut fields);
        fields.len() == columns
    }

    fn read(&self, data: &[u8], cx: &Context<'_>, sink: &mut dyn Sink) {
        let Some((columns, mut at)) = Columns::of(data, cx) else { return };
        if columns.name.is_none() {
            return sink
                .bad(&Flaw::broken(0, "no column of this table is known to hold the event type: name it"));
        }
        let mut fields = Vec::new();
        while at < data.len() {
            let start = at;
            at = row(data, at, columns.separator, &mut fields);
            if fields.len() == 1 && fields[0].0 == fields[0].1 {
                continue;
            }
            let mut go_on = true;
            if let Err(flaw) =
                columns.read(data, (start, at - start), &fields, cx, &mut |seen| go_on = sink.take(seen))
            {
                sink.bad(&flaw);
            }
            sink.reached(at);
            if !go_on {
                return;
            }
        }
    }

    fn reread(&self, data: &[u8], place: (usize, usize), cx: &Context<'_>, emit: Emit<'_>) {
        if let Some((columns, _)) = Columns::of(data, cx) {
            let mut fields = Vec::new();
            let end = row(data, place.0, columns.separator, &mut fields);
            let place = (place.0, end - place.0);
            // It was read before; if the file changed meanwhile there is nothing to show.
            let _ = columns.read(data, place, &fields, cx, emit);
        }
    }
}

/// The commonest separator of the first line, outside quotes.
fn separator(head: &[u8]) -> Option<u8> {
    let line = &head[..memchr::memchr(b'\n', head).unwrap_or(head.len())];
    let count = |sep: u8| {
        let mut quoted = false;
        line.iter()
            .filter(|b| {
                quoted ^= **b == b'"';
                **b == sep && !quoted
            })
            .count()
    };
    let best = [b',', b';', b'\t', b'|'].into_iter().max_by_key(|sep| count(*sep))?;
    (count(best) > 0).then_some(best)
}

/// Splits the row that starts at `at` into spans (quotes excluded); the place of the next row.
fn row(data: &[u8], mut at: usize, separator: u8, fields: &mut Vec<(usize, usize)>) -> usize {
    fields.clear();
    loop {
        if data.get(at) == Some(&b'"') {
            let start = at + 1;
            at = start;
            loop {
                match memchr::memchr(b'"', &data[at..]) {
                    None => at = data.len(),
                    Some(hit) if data.get(at + hit + 1) == Some(&b'"') => {
                        at += hit + 2;
                        continue;
                    }
                    Some(hit) => at += hit,
                }
                break;
            }
            fields.push((start, at));
            at = (at + 1).min(data.len());
            // Characters between the closing quote and the separator are nobody's.
            at += memchr::memchr3(separator, b'\n', b'\r', &data[at..]).unwrap_or(data.len() - at);
        } else {
            let end = at + memchr::memchr2(separator, b'\n', &data[at..]).unwrap_or(data.len() - at);
            let cr = data.get(end) == Some(&b'\n') && end > at && data[end - 1] == b'\r';
            fields.push((at, end - usize::from(cr)));
            at = end;
        }
        match data.get(at) {
            Some(b) if *b == separator => at += 1,
            Some(b'\r') if data.get(at + 1) == Some(&b'\n') => return at + 2,
            Some(_) => return at + 1,
            None => return data.len(),
        }
    }
}

fn text_of(data: &[u8], (start, end): (usize, usize)) -> Cow<'_, [u8]> {
    let raw = &data[start..end];
    if memchr::memmem::find(raw, b"\"\"").is_some() && start > 0 && data[start - 1] == b'"' {
        let text = String::from_utf8_lossy(raw).replace("\"\"", "\"");
        Cow::Owned(text.into_bytes())
    } else {
        Cow::Borrowed(raw)
    }
}

/// Which column is what.
struct Columns {
    separator: u8,
    titles: Vec<String>,
    name: Option<usize>,
    time: Option<usize>,
    source: Option<usize>,
    id: Option<usize>,
    correlation: Option<usize>,
    causation: Option<usize>,
    kind: Option<usize>,
    /// Those that may say that a message was there before.
    again: Vec<usize>,
}

impl Columns {
    fn of(data: &[u8], cx: &Context<'_>) -> Option<(Self, usize)> {
        let separator = separator(data)?;
        let mut fields = Vec::new();
        let start = if data.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let after = row(data, start, separator, &mut fields);
        let titles: Vec<String> =
            fields.iter().map(|f| String::from_utf8_lossy(&text_of(data, *f)).trim().to_owned()).collect();
        let find = |named: &Option<String>, usual: &[&str]| match named {
            Some(title) => titles.iter().position(|t| t == title),
            None => usual.iter().find_map(|u| titles.iter().position(|t| t.eq_ignore_ascii_case(u))),
        };
        let m = cx.mapping;
        let columns = Self {
            separator,
            name: find(&m.name, NAME),
            time: find(&m.time, TIME),
            source: find(&m.source, SOURCE),
            id: find(&m.id, ID),
            correlation: find(&m.correlation, CORRELATION),
            causation: find(&m.causation, CAUSATION),
            kind: find(&None, &["isobarkind", "kind"]),
            again: (0..titles.len())
                .filter(|c| Again::of_field(titles[*c].as_bytes(), Text::plain(b"2")).is_some())
                .collect(),
            titles,
        };
        Some((columns, after))
    }

    fn read(
        &self,
        data: &[u8],
        place: (usize, usize),
        fields: &[(usize, usize)],
        cx: &Context<'_>,
        emit: Emit<'_>,
    ) -> Result<(), Flaw> {
        if fields.len() != self.titles.len() {
            return Err(Flaw::broken(place.0, "a row with another number of columns than the header"));
        }
        let cell =
            |column: Option<usize>| column.map_or(Cow::Borrowed(&[][..]), |c| text_of(data, fields[c]));
        let (name, source, id) = (cell(self.name), cell(self.source), cell(self.id));
        let (correlation, causation) = (cell(self.correlation), cell(self.causation));
        if name.is_empty() {
            return Err(Flaw::broken(place.0, "a row whose event type is empty"));
        }
        let payload = if cx.with_payload {
            let pairs = self.titles.iter().zip(fields).map(|(title, field)| {
                (title.clone(), Value::from(String::from_utf8_lossy(&text_of(data, *field)).into_owned()))
            });
            Payload::Built(Value::Object(pairs.collect::<Map<_, _>>()))
        } else {
            Payload::None
        };
        emit(&Seen {
            place,
            kind: Kind::from_word(&cell(self.kind)),
            name: Text::plain(&name),
            source: Text::plain(&source),
            id: Text::plain(&id),
            correlation: Text::plain(&correlation),
            causation: Text::plain(&causation),
            time: read_time(Text::plain(&cell(self.time)), place.0, cx)?,
            again: self.again.iter().find_map(|c| {
                Again::of_field(self.titles[*c].as_bytes(), Text::plain(&text_of(data, fields[*c])))
            }),
            payload,
        });
        Ok(())
    }
}
