//! A content filter being written: what is wrong with it and where, what it means for the messages it hears, and
//! what it makes of an event.

use std::ops::Range;

use serde_json::Value;

use crate::board::{Board, LinkId, Schema, Version, filters};
use crate::pattern::{Explanation, Pattern, PatternError, Reason, Shape, check_event, tokens};
use crate::replay::index::Log;
use crate::topology::{MessageKind, RouteIx, Topology};

/// A message that a link carries, in the version its consumers read.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its name.
    pub name: String,
    /// Its contract; empty when nobody has described it.
    pub version: Version,
}

/// The messages a link carries, each once, in order of name.
#[must_use]
pub fn heard(board: &Board, topology: &Topology, link: LinkId) -> Vec<Heard> {
    let mut all: Vec<Heard> = Vec::new();
    for (at, route) in topology.routes.iter().enumerate().filter(|(_, route)| route.links.contains(&link)) {
        let message = &topology[route.message];
        if all.iter().any(|heard| heard.name == message.name) {
            continue;
        }
        let version = match message.kind {
            MessageKind::Event => board.events.get(&message.name).map(|event| event.versions.as_slice()),
            MessageKind::Command => {
                board.commands.get(&message.name).map(|command| command.versions.as_slice())
            }
            MessageKind::Query => None,
        };
        let read = topology.version_read(board, RouteIx(at));
        let version =
            version.unwrap_or_default().iter().find(|version| Some(version.version.as_str()) == read);
        all.push(Heard { name: message.name.clone(), version: version.cloned().unwrap_or_default() });
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The fields that some message of these may have.
#[must_use]
pub fn shape(heard: &[Heard]) -> Shape {
    filters::union(heard.iter().map(|heard| filters::shape(&heard.name, &heard.version.schema)))
}

/// Something to know about a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// It hears everything that comes.
    Empty,
    /// It is refused: why, and the part of its text at fault.
    Refused {
        /// The words of AWS, and where.
        message: String,
        /// The part at fault, in bytes.
        span: Range<usize>,
    },
    /// It can be met, and does not have to be.
    Fine(String),
    /// It lets everything pass.
    Everything(String),
    /// Nothing can pass.
    Nothing(String),
}

/// What there is to know about a filter's text.
#[must_use]
pub fn remark(text: &str, heard: &[Heard]) -> Remark {
    if text.trim().is_empty() {
        return Remark::Empty;
    }
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => {
            let span = fault(text, &error);
            return Remark::Refused { message: spelled(text, &error, span.start), span };
        }
    };
    let names: Vec<&str> = heard.iter().map(|heard| heard.name.as_str()).collect();
    let whom = match names.as_slice() {
        [] => "messages".to_owned(),
        [one] => (*one).to_owned(),
        many => format!("any of {} messages", many.len()),
    };
    let shapes: Vec<Shape> =
        heard.iter().map(|heard| filters::shape(&heard.name, &heard.version.schema)).collect();
    let never: Vec<_> = shapes.iter().map_while(|shape| pattern.impossible(shape)).collect();
    if !heard.is_empty() && never.len() == heard.len() {
        let first = never.iter().flatten().next();
        let why = first.map(|field| format!(": {}: {}", field.path, field.reason)).unwrap_or_default();
        return Remark::Nothing(format!("Never matches {whom}{why}{}", beside_envelope(&pattern, heard)));
    }
    if !heard.is_empty() && shapes.iter().all(|shape| pattern.matches_everything(shape)) {
        return Remark::Everything(format!("Matches every {}", whom.trim_start_matches("any of ")));
    }
    Remark::Fine(format!("Valid: asks for {}{}", listed(&pattern.paths()), beside_envelope(&pattern, heard)))
}

/// Where the payload has a field of the envelope's name, which of the two a filter asks for.
fn beside_envelope(pattern: &Pattern, heard: &[Heard]) -> String {
    let paths = pattern.paths();
    // What is within the body and a field of the payload is found there.
    let meant = |name: &str, schema: &Schema| {
        let is_field = |step: &str| schema.fields.iter().any(|field| field.name == step);
        paths.iter().any(|path| {
            let mut steps = path.split('.');
            steps.next() == Some(name) && !steps.next().is_some_and(is_field)
        })
    };
    let asked = heard.iter().find_map(|heard| {
        let schema = &heard.version.schema;
        filters::hidden(schema).find(|name| meant(name, schema))
    });
    asked.map_or_else(String::new, |name| {
        format!("; `{name}` is the envelope's: the payload's own `{name}` is data.{name}")
    })
}

fn listed(paths: &[&str]) -> String {
    const NAMED: usize = 3;
    match paths {
        few if few.len() <= NAMED => few.join(", "),
        many => format!("{} and {} more", many[..NAMED].join(", "), many.len() - NAMED),
    }
}

/// A refusal with its place, as a person looks for it.
fn spelled(text: &str, error: &PatternError, at: usize) -> String {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    let field = if error.path.is_empty() { String::new() } else { format!(" in {}", error.path) };
    let reason = error.reason.to_string();
    // A line and a column are found more easily than a byte.
    let reason = match &error.reason {
        Reason::Json(_) => reason.rsplit_once(" at byte ").map_or(reason.as_str(), |(words, _)| words),
        _ => &reason,
    };
    format!("{reason}{field}, line {line}, column {column}")
}

/// A word as JSON writes it.
fn quoted(word: &str) -> String {
    Value::from(word).to_string()
}

/// The part of a text that a fault is about: the word it names, or the piece where reading stopped.
fn fault(text: &str, error: &PatternError) -> Range<usize> {
    let pieces = tokens(text);
    let named = match &error.reason {
        Reason::UnknownOperator(word) | Reason::AnythingButOperator(word) | Reason::OrReserved(word) => {
            Some(word)
        }
        Reason::UnsupportedNested { found, .. } => Some(found),
        _ => None,
    };
    let is_named = |span: &Range<usize>| named.is_some_and(|word| text[span.clone()] == quoted(word));
    let word = pieces.iter().rev().find(|(span, _)| span.end <= error.offset && is_named(span));
    let here = || pieces.iter().find(|(span, _)| span.end > error.offset);
    let (span, _) = match word.or_else(here).or(pieces.last()) {
        Some(found) => found.clone(),
        None => return 0..text.len(),
    };
    span
}

/// What a filter makes of an event that is tried on it.
#[derive(Clone, Debug, PartialEq)]
pub enum Trial {
    /// There is no event to try.
    Nothing,
    /// The event cannot be read: why.
    Unreadable(String),
    /// A verdict on every condition.
    Judged(Explanation),
}

/// Tries an event. One that is no envelope is put into one, as the broker does with a payload; of several messages
/// it is the first.
#[must_use]
pub fn try_event(pattern: &str, event: &str, heard: &[Heard]) -> Trial {
    let Ok(pattern) = Pattern::parse(pattern) else { return Trial::Nothing };
    if event.trim().is_empty() {
        return Trial::Nothing;
    }
    if let Err(error) = check_event(event.as_bytes()) {
        return Trial::Unreadable(format!("The {error}"));
    }
    let Ok(value) = serde_json::from_str::<Value>(event) else {
        return Trial::Unreadable("The event is not JSON".to_owned());
    };
    // Numbers keep their spelling where the text can be judged as it is.
    let judged = match heard.first().filter(|_| !is_enveloped(&value, heard)) {
        Some(first) => pattern.explain(filters::filtered_event(&first.name, &value).to_string().as_bytes()),
        None => pattern.explain(event.as_bytes()),
    };
    match judged {
        Ok(explanation) => Trial::Judged(explanation),
        Err(error) => Trial::Unreadable(error.to_string()),
    }
}

/// Whether an event is in an envelope: one that names a message heard here, or that no payload heard here looks like.
/// A payload of a vendor may have a `type` and a `data` of its own.
fn is_enveloped(event: &Value, heard: &[Heard]) -> bool {
    let looks = !std::ptr::eq(filters::payload_of(event), event);
    let named = || filters::NAMES.iter().filter_map(|key| event.get(key)?.as_str());
    let own = || heard.iter().any(|heard| filters::hidden(&heard.version.schema).count() > 1);
    looks && (named().any(|name| heard.iter().any(|heard| heard.name == name)) || !own())
}

/// Events to try a filter on: the stated examples of every message, one made from each schema, and one that the
/// filter matches, each with a name.
#[must_use]
pub fn samples(heard: &[Heard], pattern: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let pattern = Pattern::parse(pattern);
    for message in heard {
        for (title, payload) in filters::samples(&message.version) {
            let title = if heard.len() == 1 { title } else { format!("{}: {title}", message.name) };
            all.push((title, pretty(&as_asked(&message.name, payload, pattern.as_ref().ok()))));
        }
    }
    if let Ok(pattern) = pattern {
        let matching = heard.iter().find_map(|message| {
            let payload = filters::matching_payload(&message.name, &message.version, &[&pattern])?;
            Some(as_asked(&message.name, payload, Some(&pattern)))
        });
        let matching = matching.or_else(|| serde_json::from_str(&pattern.example()?).ok());
        all.extend(matching.map(|event| ("One that matches".to_owned(), pretty(&event))));
    }
    all
}

/// An event of a captured log, to try a filter on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromLog {
    /// Its number in the log.
    pub row: usize,
    /// The event as text.
    pub text: String,
}

/// The event of a log that is nearest to a place, going on or back from it, among those of the messages heard; with
/// `onward` the place itself counts. `None` when there is none that way.
#[must_use]
pub fn from_log(log: &Log, heard: &[Heard], from: usize, onward: bool) -> Option<FromLog> {
    let wanted: Vec<bool> =
        log.types().iter().map(|known| heard.iter().any(|heard| *heard.name == *known.text)).collect();
    let is_heard = |row: &usize| {
        log.event(*row).is_some_and(|e| wanted.get(usize::from(e.type_number())) == Some(&true))
    };
    let row =
        if onward { (from..log.len()).find(is_heard) } else { (0..from.min(log.len())).rev().find(is_heard) };
    let event = log.event(row?)?;
    let record = event.record().and_then(|record| serde_json::from_slice::<Value>(record).ok());
    let whole = record.filter(|value| !std::ptr::eq(filters::payload_of(value), value));
    let whole = whole.unwrap_or_else(|| {
        envelope(event.name(), serde_json::from_slice(&event.payload()).unwrap_or_default())
    });
    Some(FromLog { row: event.row(), text: pretty(&whole) })
}

/// A payload in the envelope that a filter asks for: as a CloudEvent, as EventBridge has it, or on its own where the
/// filter is about its fields alone.
fn as_asked(name: &str, payload: Value, pattern: Option<&Pattern>) -> Value {
    let paths = pattern.map(Pattern::paths).unwrap_or_default();
    let asks_only =
        |keys: [&str; 2]| paths.iter().all(|path| keys.contains(&path.split('.').next().unwrap_or_default()));
    if asks_only(["type", "data"]) {
        envelope(name, payload)
    } else if asks_only(["detail-type", "detail"]) {
        serde_json::json!({"detail-type": name, "detail": payload})
    } else {
        payload
    }
}

/// A payload in an envelope, without saying it twice.
fn envelope(name: &str, payload: Value) -> Value {
    serde_json::json!({"type": name, "data": payload})
}

fn pretty(event: &Value) -> String {
    serde_json::to_string_pretty(event).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::board::schema::json_schema::from_json_schema;

    fn order() -> Vec<Heard> {
        let schema = from_json_schema(&json!({
            "type": "object", "required": ["state", "amount"],
            "properties": {
                "state": {"type": "string", "enum": ["new", "paid"]},
                "amount": {"type": "number", "minimum": 0}
            }
        }));
        let examples = vec![json!({"state": "paid", "amount": 12})];
        vec![Heard {
            name: "OrderPlaced".into(),
            version: Version { schema, examples, ..Version::default() },
        }]
    }

    fn refused(text: &str) -> (String, String) {
        match remark(text, &order()) {
            Remark::Refused { message, span } => (message, text[span].to_owned()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_refusal_names_its_place() {
        let (message, at) = refused("{\n  \"data\": {\n    \"state\": [{\"like\": \"x\"}]\n  }\n}");
        assert_eq!(message, "Unrecognized match type like in data.state, line 3, column 16");
        assert_eq!(at, "\"like\"");
        assert_eq!(
            refused(r#"{"a": "x"}"#),
            ("\"a\" must be an object or an array in a, line 1, column 7".into(), "\"x\"".into())
        );
        assert_eq!(refused(r#"{"a": [{"numeric": [">", "5"]}]}"#).1, "\"5\"");
        assert_eq!(refused(r#"{"a": ["x"}"#).1, "}");
        assert_eq!(refused("{").1, "{");
        assert!(!refused("{\"a\"").0.contains("byte"));
        assert!(refused("[1]").0.contains("Filter is not an object"));
    }

    #[test]
    fn what_a_filter_means_for_its_messages_is_told() {
        let of = |text: &str| remark(text, &order());
        assert_eq!(of(" "), Remark::Empty);
        assert_eq!(of(r#"{"data":{"state":["paid"]}}"#), Remark::Fine("Valid: asks for data.state".into()));
        assert_eq!(
            of(r#"{"data":{"state":["new","paid"]}}"#),
            Remark::Everything("Matches every OrderPlaced".into())
        );
        let Remark::Nothing(why) = of(r#"{"data":{"state":["shipped"]}}"#) else {
            panic!("it can never match")
        };
        assert_eq!(why, "Never matches OrderPlaced: data.state: it is only ever \"new\" or \"paid\"");
        assert_eq!(remark(r#"{"x":[1]}"#, &[]), Remark::Fine("Valid: asks for x".into()));
    }

    #[test]
    fn a_payload_is_tried_within_its_envelope() {
        let pattern = r#"{"data":{"state":["paid"]}}"#;
        let judged = |event: &str| match try_event(pattern, event, &order()) {
            Trial::Judged(explanation) => explanation.matched,
            other => panic!("{other:?}"),
        };
        assert!(judged(r#"{"state":"paid"}"#));
        assert!(judged(r#"{"type":"OrderPlaced","data":{"state":"paid"}}"#));
        assert!(!judged(r#"{"detail-type":"OrderPlaced","detail":{"state":"paid"}}"#));
        assert!(matches!(try_event(pattern, "{\"a\":", &[]), Trial::Unreadable(_)));
        assert_eq!(try_event(pattern, "", &[]), Trial::Nothing);
        assert_eq!(try_event("{", "{}", &[]), Trial::Nothing);
    }

    #[test]
    fn the_event_that_matches_does_so_in_whatever_envelope_the_filter_asks_for() {
        for pattern in [
            r#"{"data":{"state":["paid"]}}"#,
            r#"{"type":["OrderPlaced"],"data":{"state":["paid"]}}"#,
            r#"{"detail-type":["OrderPlaced"],"detail":{"state":["paid"]}}"#,
            r#"{"state":["paid"]}"#,
            r#"{"state":["paid"],"detail-type":["OrderPlaced"]}"#,
        ] {
            let samples = samples(&order(), pattern);
            let (_, event) = samples.iter().find(|(title, _)| title == "One that matches").unwrap();
            let Trial::Judged(explanation) = try_event(pattern, event, &order()) else { panic!("{pattern}") };
            assert!(explanation.matched, "{pattern} on {event}");
        }
    }

    #[test]
    fn samples_come_from_examples_schema_and_filter() {
        let pattern = r#"{"data":{"state":["new"],"amount":[{"numeric":[">",500]}]}}"#;
        let samples = samples(&order(), pattern);
        let titles: Vec<&str> = samples.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, ["Example", "From schema", "One that matches"]);
        let Trial::Judged(explanation) = try_event(pattern, &samples[2].1, &order()) else { panic!() };
        assert!(explanation.matched, "{}", samples[2].1);
    }

    /// A vendor's webhook: its payload has a type and data of its own.
    fn charge() -> Vec<Heard> {
        let schema = from_json_schema(&json!({
            "type": "object", "required": ["type", "data"],
            "properties": {"type": {"type": "string"}, "data": {"type": "object", "properties": {
                "amount": {"type": "number"}
            }}}
        }));
        vec![Heard { name: "ChargeReported".into(), version: Version { schema, ..Version::default() } }]
    }

    #[test]
    fn a_payload_with_fields_of_the_envelopes_names_is_told_apart_from_an_envelope() {
        let payload = r#"{"type": "charge.succeeded", "data": {"amount": 5}}"#;
        let judged = |pattern: &str, event: &str| match try_event(pattern, event, &charge()) {
            Trial::Judged(explanation) => explanation.matched,
            other => panic!("{other:?}"),
        };
        let own = r#"{"data": {"type": ["charge.succeeded"]}}"#;
        assert!(judged(own, payload), "a payload is tried within its envelope");
        assert!(judged(own, &format!(r#"{{"type": "ChargeReported", "data": {payload}}}"#)));
        assert!(judged(r#"{"type": ["ChargeReported"]}"#, payload));
        // Asking for the envelope's where the payload's was meant is told, with the cure.
        let Remark::Nothing(why) = remark(r#"{"type": ["charge.succeeded"]}"#, &charge()) else {
            panic!("it can never match")
        };
        assert!(why.ends_with("the payload's own `type` is data.type"), "{why}");
        let Remark::Fine(text) = remark(r#"{"data": {"type": ["charge.succeeded"]}}"#, &charge()) else {
            panic!("it is fine")
        };
        assert!(!text.contains("envelope"), "{text}");
    }

    #[test]
    fn events_of_a_log_are_found_on_both_sides_of_a_place() {
        let lines = [
            r#"{"specversion":"1.0","id":"1","source":"/a","type":"OrderPlaced","time":"2026-01-01T00:00:00Z","data":{"amount":1}}"#,
            r#"{"specversion":"1.0","id":"2","source":"/a","type":"OrderPaid","time":"2026-01-01T00:00:01Z","data":{}}"#,
            r#"{"specversion":"1.0","id":"3","source":"/a","type":"OrderPlaced","time":"2026-01-01T00:00:02Z","data":{"amount":3}}"#,
        ];
        let mapping = crate::replay::mapping::Mapping::default();
        let log = crate::replay::load::open(lines.join("\n").into_bytes(), &mapping).unwrap();
        let row = |from, onward| from_log(&log, &order(), from, onward).map(|event| event.row);
        assert_eq!((row(0, true), row(1, true), row(3, true)), (Some(0), Some(2), None));
        assert_eq!((row(2, false), row(1, false), row(0, false)), (Some(0), Some(0), None));
        let event = from_log(&log, &order(), 1, true).unwrap();
        let Trial::Judged(found) = try_event(r#"{"data":{"amount":[3]}}"#, &event.text, &order()) else {
            panic!()
        };
        assert!(found.matched);
        assert_eq!(from_log(&log, &charge(), 0, true), None);
    }
}
