//! giraflow event models: a timeline of events, state views, actors and commands, named by what they rest on.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Arrow, Drawing, Note, Parsed, Reader, counted, number, string};
use crate::board::{Point, StickyKind};

/// The reader.
pub(super) const READER: Reader = Reader { name: "giraflow", sniff, read };

/// From one tick to the next, and from one lane to the next.
const STEP: (f32, f32) = (152.0, 140.0);

fn sniff(file: &Parsed<'_>) -> bool {
    let Some(json) = &file.json else { return false };
    let timeline = json.get("timeline").and_then(Value::as_array);
    string(json, "/$schema").contains("giraflow")
        || timeline.is_some_and(|steps| steps.iter().any(|step| step.get("tick").is_some()))
}

fn read(file: &Parsed<'_>) -> Drawing {
    let mut drawing = Drawing::default();
    let Some(json) = &file.json else { return drawing };
    drawing.title = string(json, "/name").to_owned();
    let steps = json.get("timeline").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let service = if drawing.title.is_empty() { "System".to_owned() } else { drawing.title.clone() };
    let mut newest: BTreeMap<&str, String> = BTreeMap::new();
    let mut waiting: Vec<(String, String, String)> = Vec::new();
    let mut examples = 0;
    for (place, step) in steps.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a timeline has no millions of steps")]
        let tick = number(step, "/tick").unwrap_or(place as f32);
        let name = string(step, "/name");
        let id = format!("{name}-{tick}");
        examples += usize::from(step.get("example").is_some());
        let mut note = |key: &str, text: &str, kind: StickyKind, tick: f32, lane: f32| {
            let at = Point::new(tick * STEP.0, lane * STEP.1);
            drawing.notes.push(Note {
                key: key.to_owned(),
                text: text.to_owned(),
                kind: Some(kind),
                at,
                ..Note::default()
            });
        };
        let mut join = |from: &str, to: &str| waiting.push((from.to_owned(), to.to_owned(), id.clone()));
        match string(step, "/type") {
            "event" => {
                note(&id, name, StickyKind::Event, tick, 2.0);
                let producer = string(step, "/producedBy");
                let system = string(step, "/system");
                if !producer.is_empty() {
                    join(&format!("{producer} handler"), &id);
                } else if !system.is_empty() {
                    let from = format!("{id} system");
                    note(&from, system, StickyKind::External, tick, 3.0);
                    join(&from, &id);
                }
            }
            "state" => {
                note(&id, name, StickyKind::ReadModel, tick, 1.0);
                let sources = step.get("sourcedFrom").and_then(Value::as_array).into_iter().flatten();
                sources.filter_map(Value::as_str).for_each(|source| join(source, &id));
            }
            "actor" => {
                let role = string(step, "/role");
                note(&id, if role.is_empty() { name } else { role }, StickyKind::Actor, tick, 0.0);
                {
                    let view = "/readsView";
                    join(string(step, view), &id);
                }
                let sends = string(step, "/sendsCommand");
                if !sends.is_empty() {
                    join(&id, sends);
                }
            }
            "command" => {
                // What decides has no sticky of its own there; here a command needs somebody to handle it.
                let handler = format!("{id} handler");
                note(&id, name, StickyKind::Command, tick, 1.0);
                note(&handler, &service, StickyKind::Service, tick + 0.5, 2.0);
                join(&id, &handler);
            }
            other => {
                note(&id, name, StickyKind::Text, tick, -1.0);
                drawing.remarks.push(format!("{name}: a `{other}` is not known here and became free text"));
            }
        }
        newest.insert(name, id);
    }
    let keys: BTreeMap<String, String> =
        drawing.notes.iter().map(|note| (note.key.clone(), note.key.clone())).collect();
    let resolve = |name: &str| {
        let handler =
            name.strip_suffix(" handler").and_then(|name| newest.get(name)).map(|id| format!("{id} handler"));
        keys.get(name).cloned().or(handler).or_else(|| newest.get(name).cloned())
    };
    for (from, to, step) in waiting.into_iter().filter(|(from, ..)| !from.is_empty()) {
        match (resolve(&from), resolve(&to)) {
            (Some(from), Some(to)) => drawing.arrows.push(Arrow { from, to, label: String::new() }),
            _ => drawing.remarks.push(format!("{step} names `{from}` or `{to}`, which is not there")),
        }
    }
    if examples > 0 {
        drawing.remarks.push(format!("{} left out", counted(examples, "example")));
    }
    drawing
}
