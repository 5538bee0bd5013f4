//! Documents of the EventBridge schema registry: an event for each, published by its source.
//!
//! The registry gives OpenAPI 3 or JSON Schema draft 4, plain or inside the answer of `describe-schema`.

use serde_json::Value;

use super::gathered::{Gathered, MessageKey, Sort, Use};
use super::{Documents, Reader};
use crate::board::{Mode, Version};
use crate::contracts::model::Action;
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const READER: Reader =
    Reader { name: "schema-registry", label: "EventBridge schema registry", sniff, inside, read };

const DETAIL_TYPE: &str = "x-amazon-events-detail-type";
const SOURCE: &str = "x-amazon-events-source";

fn sniff(_path: &str, document: &Value) -> bool {
    is_answer(document) || event_of(document).is_some()
}

/// The answer of `describe-schema` or `get-discovered-schema`, which holds the schema as text.
fn is_answer(document: &Value) -> bool {
    document.get("Content").is_some_and(Value::is_string)
        && document.get("Type").is_some_and(Value::is_string)
}

fn inside(document: &Value) -> Vec<(String, &str)> {
    let content = document.get("Content").and_then(Value::as_str).filter(|_| is_answer(document));
    let name = document.get("SchemaName").and_then(Value::as_str).unwrap_or("schema");
    content.map(|content| (name.to_owned(), content)).into_iter().collect()
}

/// The schema of the whole event: the root of a JSON Schema, or the one component that names its detail type.
fn event_of(document: &Value) -> Option<&Value> {
    let names = |value: &&Value| value.get(DETAIL_TYPE).is_some();
    Some(document).filter(names).or_else(|| {
        document.pointer("/components/schemas")?.as_object()?.iter().map(|(_, schema)| schema).find(names)
    })
}

fn read(paths: &[&str], documents: &Documents, into: &mut Gathered) {
    for path in paths {
        let Some(document) = documents.document(path) else { continue };
        let Some(event) = event_of(document) else {
            if inside(document).is_empty() {
                into.remark(*path, "it names no detail type, so it describes no event");
            }
            continue;
        };
        let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
        let key: MessageKey =
            (MessageKind::Event, into.spelt(Sort::Message(MessageKind::Event), text(DETAIL_TYPE)));
        let detail = event.pointer("/properties/detail");
        let mut problems = Vec::new();
        let schema =
            detail.map(|detail| documents.schema(path, detail, &mut |message| problems.push(message)));
        for message in problems {
            into.remark(*path, message);
        }
        let version = Version {
            version: document.pointer("/info/version").and_then(Value::as_str).map_or("1", major).to_owned(),
            schema: schema.unwrap_or_default(),
            ..Version::default()
        };
        into.messages.entry(key.clone()).or_default();
        into.add_version(path, &key, version);
        if !text(SOURCE).is_empty() {
            publisher(text(SOURCE), key, into, &[]);
        }
    }
}

/// `1.0.0`, which the registry gives every schema, is the first version.
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// A source as the service that publishes an event, to a bus where one is known. What comes from AWS is not ours.
pub(super) fn publisher(source: &str, event: MessageKey, into: &mut Gathered, bus: &[String]) {
    let service = into.spelt(Sort::Service, source);
    into.services.entry(service.clone()).or_default();
    if source.starts_with("aws.") {
        into.external.insert(service.clone());
    }
    let ways = if bus.is_empty() { Default::default() } else { [bus.to_vec()].into() };
    into.add_use(Use { ways, ..Use::straight(&service, Action::Send, event, Mode::Asynchronous) });
}
