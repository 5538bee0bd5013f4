//! JSON Schema 2020-12: one file for each version of an event, command or query.

use serde_json::{Map, Value, json};

use super::model::{MessageView, Model, VersionView};
use super::names::{Names, safe};
use super::{Bundle, Format, Options};
use crate::board::Schema;
use crate::board::notation::words;
use crate::board::schema::json_schema::{DRAFT_2020_12, to_json_schema};
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "json-schema",
    label: "JSON Schema 2020-12",
    help: "One schema file for each version of an event, command and query, with $id and examples.",
    write,
};

fn write(model: &Model, _options: &Options, bundle: &mut Bundle) {
    for (path, document) in documents(model) {
        bundle.json(path, &document);
    }
}

/// The folder of a kind of message.
#[must_use]
pub const fn folder(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Event => "events",
        MessageKind::Command => "commands",
        MessageKind::Query => "queries",
    }
}

/// Every schema document of a board, by path.
#[must_use]
pub fn documents(model: &Model) -> Vec<(String, Value)> {
    let mut names = Names::default();
    let mut out = Vec::new();
    for message in &model.messages {
        for version in &message.versions {
            let wish = format!("{}-v{}", message.slug, safe(version.version));
            let identity = format!("{:?} {} {}", message.kind, message.name, version.version);
            let stem = format!("{}/{}", folder(message.kind), names.claim(&identity, &wish));
            let parts: &[(&str, &str, &Schema)] = match version.response {
                None => &[("", "", &version.schema)],
                Some(response) => {
                    &[(".request", " (request)", &version.schema), (".response", " (response)", response)]
                }
            };
            for (ending, title, schema) in parts {
                let path = format!("{stem}{ending}.schema.json");
                let document = document(model, message, version, schema, (&path, title));
                out.push((path, document));
            }
        }
    }
    out
}

fn document(
    model: &Model,
    message: &MessageView,
    version: &VersionView,
    schema: &Schema,
    (path, part): (&str, &str),
) -> Value {
    let mut out = Map::new();
    out.insert("$schema".into(), DRAFT_2020_12.into());
    out.insert("$id".into(), id(model, path).into());
    out.insert("title".into(), format!("{}{part}", words(message.name)).into());
    if !message.description.is_empty() {
        out.insert("description".into(), message.description.into());
    }
    if !version.notes.is_empty() {
        out.insert("$comment".into(), version.notes.into());
    }
    if !version.deprecated.is_empty() {
        out.insert("deprecated".into(), Value::Bool(true));
        out.insert("x-deprecated-after".into(), version.deprecated.into());
    }
    if let Value::Object(mut body) = to_json_schema(schema) {
        // Shared definitions come last; what a schema states about itself wins over what the message says.
        let definitions = body.shift_remove("$defs");
        out.extend(body.into_iter().filter(|(key, _)| key != "$schema"));
        let asked = std::ptr::eq(schema, version.schema.as_ref());
        let examples = if asked { &version.examples } else { &version.answers };
        if !examples.is_empty() && !out.contains_key("examples") {
            out.insert("examples".into(), json!(examples));
        }
        if let Some(definitions) = definitions {
            out.insert("$defs".into(), definitions);
        }
    }
    Value::Object(out)
}

/// The identity of a schema: below the namespace's domain, or a name that belongs to no web site.
#[must_use]
pub fn id(model: &Model, path: &str) -> String {
    let namespace = model.board.settings.namespace.as_str();
    let fits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !namespace.is_empty() && namespace.split('.').all(fits) {
        let mut parts: Vec<&str> = namespace.split('.').collect();
        parts.reverse();
        format!("https://{}/schemas/{path}", parts.join(".").to_ascii_lowercase())
    } else {
        format!("tag:isobar,2026:{}/{path}", model.slug())
    }
}
