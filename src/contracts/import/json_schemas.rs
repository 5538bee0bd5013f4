//! JSON Schemas: each becomes a version of an event, or of the command or query its folder or title says.

use serde_json::Value;

use super::gathered::{Gathered, MessageSaid, Sort};
use super::{Documents, Reader};
use crate::board::Version;
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const READER: Reader =
    Reader { name: "json-schema", label: "JSON Schema", sniff, inside: super::nothing_inside, read };

fn sniff(_path: &str, document: &Value) -> bool {
    let schema =
        document.get("$schema").and_then(Value::as_str).is_some_and(|s| s.contains("json-schema.org"));
    schema
        || document.get("type") == Some(&Value::String("object".into()))
            && document.get("properties").is_some()
}

fn read(paths: &[&str], documents: &Documents, into: &mut Gathered) {
    for path in paths {
        read_one(path, documents, into);
    }
}

fn read_one(path: &str, documents: &Documents, into: &mut Gathered) {
    let Some(document) = documents.document(path) else { return };
    if documents.is_referred_to(path) || into.taken.contains(path) {
        return;
    }
    let mut steps = path.rsplit('/');
    let file = steps.next().unwrap_or(path);
    let folder = steps.next().unwrap_or_default();
    let stem = file.trim_end_matches(".json").trim_end_matches(".yaml").trim_end_matches(".yml");
    let stem = stem.trim_end_matches(".schema");
    let (stem, answer) = match (stem.strip_suffix(".request"), stem.strip_suffix(".response")) {
        (Some(stem), _) => (stem, false),
        (_, Some(stem)) => (stem, true),
        _ => (stem, false),
    };
    let (name, version) = match stem.rsplit_once("-v") {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => (name, version),
        _ => (stem, "1"),
    };
    let kind = match folder {
        "commands" => MessageKind::Command,
        "queries" => MessageKind::Query,
        _ => MessageKind::Event,
    };
    let mut problems = Vec::new();
    let mut schema = documents.schema(path, document, &mut |message| problems.push(message));
    for message in problems {
        into.remark(path, message);
    }
    for known in ["$id", "title", "examples", "deprecated", "x-deprecated-after"] {
        schema.extra.remove(known);
    }
    let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    schema.extra.remove("description");
    schema.extra.remove("$comment");
    let key = (kind, into.spelt(Sort::Message(kind), name));
    let said: &mut MessageSaid = into.messages.entry(key.clone()).or_default();
    if said.description.is_empty() {
        said.description = text("description");
    }
    if answer {
        said.response = Some(schema);
        return;
    }
    let examples = document.get("examples").and_then(Value::as_array).cloned().unwrap_or_default();
    let version = Version {
        version: version.to_owned(),
        schema,
        examples,
        deprecated: text("x-deprecated-after"),
        notes: text("$comment"),
    };
    into.add_version(path, &key, version);
}
