//! Messages of AsyncAPI documents: kind, name, version, payload without its envelope, examples.

use serde_json::Value;

use super::super::documents::Found;
use super::super::gathered::{MessageKey, Sort};
use super::{ChannelRead, Document, text};
use crate::board::{Envelope, Schema, Version};
use crate::topology::MessageKind;

/// A message that was read.
pub(super) type Read = (MessageKey, String);

impl<'d> Document<'d> {
    /// The messages an operation names, or all of its channel.
    pub(super) fn messages_of(
        &mut self,
        id: &str,
        operation: &'d Value,
        channel: &ChannelRead<'d>,
    ) -> Vec<Read> {
        let mut out = Vec::new();
        let named = operation.get("messages").and_then(Value::as_array);
        match named {
            Some(named) => {
                for message in named {
                    let key = message.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next());
                    let key = key.map(crate::board::schema::json_schema::unescape_token).unwrap_or_default();
                    out.extend(self.message(self.path, &key, message, operation));
                }
            }
            None => {
                let all = channel.value.get("messages").and_then(Value::as_object);
                for (key, message) in all.into_iter().flatten() {
                    out.extend(self.message(&channel.path, key, message, operation));
                }
            }
        }
        if out.is_empty() {
            self.remark(&format!("operation {id}"), "it names no message that can be found");
        }
        out
    }

    /// Documents of nothing but channels and messages still say which messages there are.
    pub(super) fn messages_without_operations(&mut self) {
        let none = &Value::Null;
        for (key, channel) in self.map("/channels") {
            let Some(read) = self.channel(key, channel) else { continue };
            for (key, message) in read.value.get("messages").and_then(Value::as_object).into_iter().flatten()
            {
                self.message(&read.path, key, message, none);
            }
        }
        for (key, message) in self.map("/components/messages") {
            self.message(self.path, key, message, none);
        }
    }

    /// Reads one message, keeps its version, and says how the board calls it.
    pub(super) fn message(
        &mut self,
        path: &str,
        key: &str,
        value: &'d Value,
        operation: &Value,
    ) -> Option<Read> {
        let found = match self.documents.follow(path, value) {
            Ok(found) => found,
            Err(error) => {
                self.remark(&format!("message {key}"), error);
                return None;
            }
        };
        let message = found.value;
        if message.get("x-answer") == Some(&Value::Bool(true)) {
            return None;
        }
        let component = if found.pointer.is_empty() { key.to_owned() } else { found.name() };
        let anonymous = component.is_empty() || component == "message";
        let name = text(message, "/name")
            .or_else(|| (!anonymous).then_some(component))
            .or_else(|| text(message, "/title"))
            .or_else(|| text(operation, "/operationId"))
            .unwrap_or_else(|| "Message".to_owned());
        let kind = kind_of(message, operation, || self.into.known_kind(&name));
        let key: MessageKey = (kind, self.into.spelt(Sort::Message(kind), &name));
        self.keep_message(&found, &key);
        let version = text(message, "/x-version").unwrap_or_else(|| "1".to_owned());
        Some((key, version))
    }

    fn keep_message(&mut self, found: &Found<'d>, key: &MessageKey) {
        let message = found.value;
        let description = text(message, "/summary")
            .or_else(|| text(message, "/description"))
            .or_else(|| text(message, "/title"));
        let own = message.get("x-kind").is_some();
        let said = self.into.messages.entry(key.clone()).or_default();
        if let Some(description) =
            description.filter(|_| said.description.is_empty() && (!own || message.get("summary").is_some()))
        {
            said.description = description;
        }
        if let Some(stated) = message.get("x-definition") {
            let error = match key.0 {
                MessageKind::Event => serde_json::from_value(stated.clone()).map(|e| said.event = e).err(),
                MessageKind::Command => {
                    serde_json::from_value(stated.clone()).map(|c| said.command = c).err()
                }
                MessageKind::Query => serde_json::from_value(stated.clone()).map(|q| said.query = q).err(),
            };
            if let Some(error) = error {
                self.remark(
                    &format!("message {}", key.1),
                    format!("x-definition is not understood: {error}"),
                );
            }
        }
        let (schema, envelope) = self.payload(found, &key.1);
        if envelope != Envelope::None && self.into.settings.envelope == Envelope::None {
            self.into.settings.envelope = envelope;
        }
        let examples = message.get("examples").and_then(Value::as_array).into_iter().flatten();
        let examples: Vec<Value> = examples
            .filter_map(|example| example.get("payload"))
            .map(|payload| match envelope {
                Envelope::None => payload.clone(),
                _ => payload.get("data").cloned().unwrap_or_default(),
            })
            .collect();
        for (part, what) in [("headers", "headers"), ("traits", "traits")] {
            let present =
                message.get(part).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()));
            if present {
                self.remark(&format!("message {}", key.1), format!("its {what} have no place on a board"));
            }
        }
        if key.0 == MessageKind::Query && message.get("x-definition").is_none() {
            let said = self.into.messages.entry(key.clone()).or_default();
            said.query.request_examples.clone_from(&examples);
        }
        let version = Version {
            version: text(message, "/x-version").unwrap_or_else(|| "1".to_owned()),
            schema,
            examples,
            deprecated: text(message, "/x-deprecated-after").unwrap_or_default(),
            notes: text(message, "/description").filter(|_| own).unwrap_or_default(),
        };
        let path = self.path.to_owned();
        self.into.add_version(&path, key, version);
    }

    /// The payload's schema without the envelope it travels in.
    fn payload(&mut self, found: &Found<'d>, name: &str) -> (Schema, Envelope) {
        let Some(payload) = found.value.get("payload") else { return (Schema::default(), Envelope::None) };
        let (mut path, mut payload) = (found.path.clone(), payload);
        let format =
            found.value.get("schemaFormat").or_else(|| payload.get("schemaFormat")).and_then(Value::as_str);
        if let Some(format) = format.map(str::to_owned) {
            let inner = payload.get("schema").filter(|_| payload.get("schemaFormat").is_some());
            payload = inner.unwrap_or(payload);
            if !is_json_schema(&format) {
                self.remark(
                    &format!("message {name}"),
                    format!("its schema is kept as it is: `{format}` is not read"),
                );
                let kept = [
                    ("type".to_owned(), Value::Null),
                    ("x-schema-format".to_owned(), Value::from(format)),
                    ("x-schema".to_owned(), payload.clone()),
                ];
                return (Schema { extra: kept.into(), ..Schema::default() }, Envelope::None);
            }
        }
        let mut envelope = Envelope::None;
        if let Ok(at) = self.documents.follow(&path, payload) {
            let has = |field: &str| at.value.pointer(&format!("/properties/{field}")).is_some();
            let count = at.value.get("properties").and_then(Value::as_object).map_or(0, serde_json::Map::len);
            envelope = if has("specversion") && has("source") && has("data") {
                Envelope::CloudEvents
            } else if has("metadata") && has("data") && count == 2 {
                Envelope::MetadataData
            } else {
                Envelope::None
            };
            if envelope != Envelope::None {
                payload = at.value.pointer("/properties/data").unwrap_or(payload);
                path = at.path;
            }
        }
        let mut problems: Vec<String> = Vec::new();
        let schema = self.documents.schema(&path, payload, &mut |message| problems.push(message));
        for problem in problems {
            self.remark(&format!("message {name}"), problem);
        }
        (schema, envelope)
    }

    /// The answer to a query.
    pub(super) fn answer(&mut self, reference: &str, asked: &[Read]) {
        let documents = self.documents;
        let Ok(first) = documents.find(self.path, reference) else { return };
        let Ok(mut found) = documents.follow(&first.path, first.value) else { return };
        if found.pointer.is_empty() {
            found.pointer = first.pointer;
        }
        let name = asked.first().map(|((_, name), _)| name.clone()).unwrap_or_default();
        let (schema, _) = self.payload(&found, &name);
        for (key, _) in asked {
            self.into.messages.entry(key.clone()).or_default().response = Some(schema.clone());
        }
    }
}

/// True for the formats that are JSON Schema or a superset of it, in JSON or YAML. Avro's says `+json` too, and is not.
fn is_json_schema(format: &str) -> bool {
    let format = format.trim().to_ascii_lowercase();
    let known = ["application/schema+", "application/vnd.aai.asyncapi", "application/vnd.oai.openapi"];
    format == "application/json" || known.iter().any(|known| format.starts_with(known))
}

/// What a message is: stated by our own documents; else what a catalogue says of its name; else one that is answered is
/// a command, or a query when it is asked by GET; all else are events.
fn kind_of(message: &Value, operation: &Value, known: impl FnOnce() -> Option<MessageKind>) -> MessageKind {
    match message.get("x-kind").and_then(Value::as_str) {
        Some("event") => return MessageKind::Event,
        Some("command") => return MessageKind::Command,
        Some("query") => return MessageKind::Query,
        _ => {}
    }
    if let Some(kind) = known() {
        return kind;
    }
    if text(operation, "/bindings/http/method").as_deref() == Some("GET") {
        MessageKind::Query
    } else if operation.get("reply").is_some() {
        MessageKind::Command
    } else {
        MessageKind::Event
    }
}
