//! Messages and payload schemas as components: each worked out once, however many documents hold it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::bundle::pretty;
use super::super::model::{MessageView, Model, VersionView};
use super::super::names::{Names, safe};
use super::super::{Syntax, yaml};
use crate::board::schema::json_schema::{Draft, Spelling, spell, spell_definitions};
use crate::board::{Envelope, Schema};
use crate::topology::MessageKind;

/// One message component with the schemas it needs, as text: a thousand documents hold the same ones.
struct Made {
    key: String,
    version: String,
    answer: bool,
    message: String,
    schemas: Vec<(String, String)>,
}

/// The components of every message, spelt once for all documents.
pub(super) struct Shared<'m, 'a> {
    model: &'m Model<'a>,
    syntax: Syntax,
    /// By message.
    made: Vec<Vec<Made>>,
    /// Keys of messages.
    keys: Names,
    /// Keys of schemas.
    schemas: Names,
}

impl<'m, 'a> Shared<'m, 'a> {
    pub(super) fn new(model: &'m Model<'a>, syntax: Syntax) -> Self {
        let (made, keys, schemas) = Default::default();
        let mut shared = Self { model, syntax, made, keys, schemas };
        // Keys are claimed in the board's order, so that every document calls a message the same.
        for at in 0..model.messages.len() {
            let made = shared.make(at);
            shared.made.push(made);
        }
        shared
    }

    /// How its components are spelt.
    pub(super) const fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Puts a message's components into a document and returns their keys.
    pub(super) fn message<'s>(
        &'s self,
        at: usize,
        into: &mut Components<'s>,
    ) -> impl Iterator<Item = &'s str> {
        for one in &self.made[at] {
            into.add(at, one);
        }
        self.made[at].iter().map(|one| one.key.as_str())
    }

    fn make(&mut self, at: usize) -> Vec<Made> {
        let message = &self.model.messages[at];
        let several = message.versions.len() > 1;
        let mut out = Vec::new();
        for version in &message.versions {
            let wish = if several {
                format!("{}.v{}", message.slug, safe(version.version))
            } else {
                message.slug.clone()
            };
            out.push(self.make_one(at, version, &version.schema, &wish, false));
            if let Some(response) = version.response {
                out.push(self.make_one(at, version, response, &format!("{wish}.response"), true));
            }
        }
        out
    }

    fn make_one(
        &mut self,
        at: usize,
        version: &VersionView,
        schema: &Schema,
        wish: &str,
        answer: bool,
    ) -> Made {
        let message = &self.model.messages[at];
        let key = self.keys.claim(&format!("{at} {} {answer}", version.version), wish);
        let payload = self.schemas.claim(&format!("payload {key}"), &key);
        let mut definitions: BTreeMap<String, String> = BTreeMap::new();
        for name in schema.definitions.keys() {
            let claimed = self.schemas.claim(&format!("{key} {name}"), &format!("{key}.{}", safe(name)));
            definitions.insert(name.clone(), claimed);
        }
        let definition = |name: &str| {
            let known = definitions.get(name).map_or_else(|| safe(name), Clone::clone);
            format!("#/components/schemas/{known}")
        };
        let root = format!("#/components/schemas/{payload}");
        let spelling = Spelling { draft: Draft::Draft07, root: &root, definition: &definition };
        let mut schemas = vec![(payload.clone(), spell(schema, &spelling))];
        for (name, value) in spell_definitions(schema, &spelling) {
            schemas.push((definitions[&name].clone(), value));
        }
        let spelt = |(key, value): (String, Value)| {
            let text = entry(&key, &value, self.syntax);
            (key, text)
        };
        let schemas = schemas.into_iter().map(spelt).collect();
        let message = entry(&key, &self.component((at, message), version, &payload, answer), self.syntax);
        Made { key, version: version.version.to_owned(), answer, message, schemas }
    }

    fn component(
        &self,
        (at, message): (usize, &MessageView),
        version: &VersionView,
        payload: &str,
        answer: bool,
    ) -> Value {
        let reference = json!({ "$ref": format!("#/components/schemas/{payload}") });
        let mut out = Map::new();
        out.insert("name".into(), message.name.into());
        let title = crate::board::notation::words(message.name);
        out.insert("title".into(), if answer { format!("{title} (answer)") } else { title }.into());
        if !message.description.is_empty() {
            out.insert("summary".into(), message.description.into());
        }
        if !version.notes.is_empty() {
            out.insert("description".into(), version.notes.into());
        }
        let tags: Vec<Value> = message.frames.iter().map(|name| json!({ "name": name })).collect();
        if !tags.is_empty() {
            out.insert("tags".into(), Value::Array(tags));
        }
        let envelope = self.model.board.settings.envelope;
        // A call carries its payload bare; envelopes are for what travels through channels.
        let envelope = if message.kind == MessageKind::Query { Envelope::None } else { envelope };
        let (content, correlation) = match envelope {
            Envelope::None => ("application/json", None),
            Envelope::CloudEvents => {
                ("application/cloudevents+json", Some("$message.payload#/correlationid"))
            }
            Envelope::MetadataData => ("application/json", Some("$message.payload#/metadata/traceParent")),
        };
        out.insert("contentType".into(), content.into());
        if let Some(location) = correlation {
            out.insert("correlationId".into(), json!({ "location": location }));
        }
        out.insert("payload".into(), envelope_schema(envelope, &reference));
        if let Some(bindings) = super::channel::message_bindings(self.model, at, payload) {
            out.insert("bindings".into(), bindings);
        }
        let examples: Vec<Value> = if answer { &version.answers } else { &version.examples }
            .iter()
            .enumerate()
            .map(|(n, example)| {
                let part = if answer { "Answer" } else { "" };
                let name = format!("{}{part}Example{}", safe(message.name), n + 1);
                json!({ "name": name, "payload": self.enveloped(envelope, message, version, (example, n + 1)) })
            })
            .collect();
        if !examples.is_empty() {
            out.insert("examples".into(), Value::Array(examples));
        }
        out.insert("x-kind".into(), json!(message.kind));
        out.insert("x-version".into(), version.version.into());
        if !version.deprecated.is_empty() {
            out.insert("x-deprecated-after".into(), version.deprecated.into());
        }
        if answer {
            out.insert("x-answer".into(), Value::Bool(true));
        }
        if let Some(stated) = self.stated(message) {
            out.insert("x-definition".into(), stated);
        }
        Value::Object(out)
    }

    /// What the board states about a message beyond description and versions.
    fn stated(&self, message: &MessageView) -> Option<Value> {
        let board = self.model.board;
        let mut value = match message.kind {
            MessageKind::Event => json!(board.events.get(message.name)?),
            MessageKind::Command => json!(board.commands.get(message.name)?),
            MessageKind::Query => json!(board.queries.get(message.name)?),
        };
        let fields = value.as_object_mut()?;
        for known in ["description", "versions", "request", "response"] {
            fields.shift_remove(known);
        }
        (!fields.is_empty()).then_some(value)
    }

    fn enveloped(
        &self,
        envelope: Envelope,
        message: &MessageView,
        version: &VersionView,
        (example, number): (&Value, usize),
    ) -> Value {
        match envelope {
            Envelope::None => example.clone(),
            Envelope::CloudEvents => {
                super::super::model::cloud_event(self.model, message, version, example, number)
            }
            Envelope::MetadataData => json!({
                "metadata": {
                    "eventType": message.name, "eventId": format!("{}-{number}", message.slug),
                    "eventDate": "2026-01-01T09:00:00Z", "version": version.version,
                    "traceParent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                },
                "data": example,
            }),
        }
    }
}

/// The schema of a message in its envelope.
fn envelope_schema(envelope: Envelope, data: &Value) -> Value {
    match envelope {
        Envelope::None => data.clone(),
        // The attributes of CloudEvents 1.0.2 in JSON, stated here because nothing remote may be referred to.
        Envelope::CloudEvents => json!({
            "type": "object",
            "required": ["id", "source", "specversion", "type"],
            "properties": {
                "id": { "type": "string", "minLength": 1 },
                "source": { "type": "string", "minLength": 1, "format": "uri-reference" },
                "specversion": { "const": "1.0" },
                "type": { "type": "string", "minLength": 1 },
                "time": { "type": "string", "format": "date-time" },
                "subject": { "type": "string", "minLength": 1 },
                "datacontenttype": { "type": "string" },
                "dataschema": { "type": "string", "format": "uri" },
                "correlationid": { "type": "string" },
                "causationid": { "type": "string" },
                "data": data,
            },
        }),
        Envelope::MetadataData => json!({
            "type": "object",
            "required": ["metadata", "data"],
            "properties": {
                "metadata": {
                    "type": "object",
                    "required": ["eventType", "eventId", "eventDate", "version"],
                    "properties": {
                        "eventType": { "type": "string" },
                        "eventId": { "type": "string" },
                        "eventDate": { "type": "string", "format": "date-time" },
                        "version": { "type": "string" },
                        "traceParent": { "type": "string" },
                        "parentSpan": { "type": "string" },
                        "responseChannel": { "type": "string" },
                    },
                },
                "data": data,
            },
        }),
    }
}

/// A component as it stands in a document: its key and its value, indented, with no comma behind it.
fn entry(key: &str, value: &Value, syntax: Syntax) -> String {
    match syntax {
        Syntax::Yaml => yaml::entry(key, value, 2),
        Syntax::Json => {
            let text = pretty(value);
            format!("      {}: {}", Value::from(key), text.trim_end().replace('\n', "\n      "))
        }
    }
}

/// The components of one document.
#[derive(Default)]
pub(super) struct Components<'s> {
    messages: BTreeMap<&'s str, &'s str>,
    schemas: BTreeMap<&'s str, &'s str>,
    /// Each message's components.
    made: BTreeMap<usize, Vec<&'s Made>>,
}

impl<'s> Components<'s> {
    fn add(&mut self, at: usize, made: &'s Made) {
        if self.messages.insert(&made.key, &made.message).is_none() {
            self.schemas.extend(made.schemas.iter().map(|(key, text)| (key.as_str(), text.as_str())));
            self.made.entry(at).or_default().push(made);
        }
    }

    /// The keys of a message: of this version where it has one, else of all.
    pub(super) fn keys(&self, at: usize, version: Option<&str>) -> Vec<&'s str> {
        let all = self.made.get(&at).map_or([].as_slice(), Vec::as_slice);
        let asked = |exact: bool| -> Vec<&'s str> {
            let fits = |made: &&&'s Made| !made.answer && (!exact || version == Some(&made.version));
            all.iter().filter(fits).map(|made| made.key.as_str()).collect()
        };
        let exact = asked(true);
        if exact.is_empty() { asked(false) } else { exact }
    }

    /// The keys of a query's answers.
    pub(super) fn answers(&self, at: usize) -> Vec<&'s str> {
        let all = self.made.get(&at).map_or([].as_slice(), Vec::as_slice);
        all.iter().filter(|made| made.answer).map(|made| made.key.as_str()).collect()
    }

    /// A document with these components as its last part.
    pub(super) fn close(&self, document: &Value, syntax: Syntax) -> String {
        let sections = [("messages", &self.messages), ("schemas", &self.schemas)];
        let length =
            sections.iter().flat_map(|(_, all)| all.values()).map(|text| text.len() + 2).sum::<usize>();
        match syntax {
            Syntax::Yaml => {
                let mut out = yaml::write(document);
                out.reserve(length + 64);
                out.push_str("components:\n");
                for (name, all) in sections {
                    out.push_str(&format!("  {name}:{}\n", if all.is_empty() { " {}" } else { "" }));
                    out.extend(all.values().copied());
                }
                out
            }
            Syntax::Json => {
                let mut out = pretty(document);
                out.truncate(out.len() - "\n}\n".len());
                out.reserve(length + 64);
                out.push_str(",\n  \"components\": {");
                for (n, (name, all)) in sections.into_iter().enumerate() {
                    out.push_str(&format!("{}\n    \"{name}\": {{", if n > 0 { "," } else { "" }));
                    for (n, text) in all.values().enumerate() {
                        out.push_str(if n > 0 { ",\n" } else { "\n" });
                        out.push_str(text);
                    }
                    out.push_str(if all.is_empty() { "}" } else { "\n    }" });
                }
                out.push_str("\n  }\n}\n");
                out
            }
        }
    }
}
