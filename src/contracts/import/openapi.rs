//! OpenAPI 3: the synchronous edge of a service. What is asked by GET is a query, all else a command; webhooks and
//! callbacks are events it publishes.

use serde_json::{Map, Value, json};

use super::gathered::{Gathered, MessageKey, Sort, Use};
use super::{Documents, Reader};
use crate::board::{Mode, Schema, Version};
use crate::contracts::model::{Action, capitalised};
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const READER: Reader = Reader {
    name: "openapi",
    label: "OpenAPI 3",
    sniff: |_path, document| {
        ["openapi", "swagger"].iter().any(|key| document.get(key).is_some_and(Value::is_string))
    },
    inside: super::nothing_inside,
    read,
};

/// The verbs of HTTP that a document may describe.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn read(paths: &[&str], documents: &Documents, into: &mut Gathered) {
    for path in paths {
        let Some(document) = documents.document(path) else { continue };
        let version = document.get("openapi").and_then(Value::as_str).unwrap_or("2");
        if !version.starts_with("3.") {
            into.remark(*path, format!("OpenAPI {version} is not read; 3.0 and later are"));
            continue;
        }
        let title = text(document, "/info/title").unwrap_or(path);
        let service = into.service_of(path, title);
        into.reading_document(path);
        let definition = into.services.entry(service.clone()).or_default();
        if definition.description.is_empty() {
            definition.description = text(document, "/info/description").map(one_line).unwrap_or_default();
        }
        Edge { path, documents, document, service, into }.read();
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name of what is asked at an address: `GET /orders/{id}` is `GetOrdersById`.
#[must_use]
pub fn name_of(method: &str, address: &str) -> String {
    let mut out = capitalised(&method.to_ascii_lowercase());
    for step in address.split('/') {
        let inner = step.strip_prefix(['{', ':']).map(|step| step.trim_end_matches('}'));
        if inner.is_some() {
            out.push_str("By");
        }
        out.push_str(&pascal(inner.unwrap_or(step)));
    }
    out
}

/// Words run together, each with a capital.
fn pascal(text: &str) -> String {
    text.split(|c: char| !c.is_alphanumeric()).map(capitalised).collect()
}

struct Edge<'d, 'g> {
    path: &'d str,
    documents: &'d Documents,
    document: &'d Value,
    service: String,
    into: &'g mut Gathered,
}

impl<'d> Edge<'d, '_> {
    fn remark(&mut self, about: &str, message: impl Into<String>) {
        let about = format!("{} {about}", self.path);
        self.into.remark(about, message);
    }

    fn map(value: &'d Value, key: &str) -> impl Iterator<Item = (&'d str, &'d Value)> + use<'d> {
        let map = value.get(key).and_then(Value::as_object);
        map.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    fn read(&mut self) {
        for (address, item) in Self::map(self.document, "paths") {
            let Some(item) = self.follow(address, item) else { continue };
            let shared = item.get("parameters");
            for (method, operation) in METHODS.iter().filter_map(|method| Some((*method, item.get(*method)?)))
            {
                self.operation(address, method, operation, shared);
            }
        }
        for (name, item) in Self::map(self.document, "webhooks") {
            self.published(name, item);
        }
        for part in ["securitySchemes", "headers", "links"] {
            if self.document.pointer(&format!("/components/{part}")).is_some() {
                self.remark(&format!("components/{part}"), "not kept: a board has no place for it");
            }
        }
    }

    fn follow(&mut self, about: &str, value: &'d Value) -> Option<&'d Value> {
        match self.documents.follow(self.path, value) {
            Ok(found) => Some(found.value),
            Err(message) => {
                self.remark(about, message);
                None
            }
        }
    }

    fn operation(&mut self, address: &str, method: &str, operation: &'d Value, shared: Option<&'d Value>) {
        let about = format!("{} {address}", method.to_ascii_uppercase());
        let name = match (text(operation, "/x-message/name"), text(operation, "/operationId")) {
            (Some(name), _) => name.to_owned(),
            (None, Some(id)) => pascal(id),
            (None, None) => name_of(method, address),
        };
        let kind = match text(operation, "/x-message/kind") {
            Some("query") => MessageKind::Query,
            Some(_) => MessageKind::Command,
            None => self.into.known_kind(&name).filter(|kind| *kind != MessageKind::Event).unwrap_or({
                if matches!(method, "get" | "head") { MessageKind::Query } else { MessageKind::Command }
            }),
        };
        let key: MessageKey = (kind, self.into.spelt(Sort::Message(kind), &name));
        let (mut schema, examples) = self.body(&about, operation);
        self.parameters(&about, [shared, operation.get("parameters")], &mut schema);
        let response = self.response(&about, operation);
        let description =
            text(operation, "/description").or_else(|| text(operation, "/summary")).map(one_line);
        let said = self.into.messages.entry(key.clone()).or_default();
        if said.description.is_empty() {
            said.description = description.unwrap_or_default();
        }
        match (kind, response) {
            (MessageKind::Query, Some((response, answers)))
                if said.response.as_ref().is_none_or(Schema::is_empty) =>
            {
                said.response = Some(response);
                if said.query.response_examples.is_empty() {
                    said.query.response_examples = answers;
                }
            }
            (MessageKind::Command, Some((response, _))) if !response.is_empty() => {
                self.remark(&about, "what it answers has no place on a board: a command is done or refused");
            }
            _ => {}
        }
        let deprecated = text(operation, "/x-deprecated-after").unwrap_or_default().to_owned();
        if operation.get("deprecated") == Some(&Value::Bool(true)) && deprecated.is_empty() {
            self.remark(
                &about,
                "it is deprecated, but no date is given; a board states deprecation by its date",
            );
        }
        let version = text(operation, "/x-message/version").unwrap_or("1").to_owned();
        let version = Version { version, schema, examples, deprecated, ..Version::default() };
        self.into.add_version(self.path, &key, version);
        let used = Use::straight(&self.service, Action::Receive, key, Mode::Synchronous);
        self.into.add_use(used);
        for (name, callback) in Self::map(operation, "callbacks") {
            let Some(callback) = self.follow(&about, callback) else { continue };
            for item in callback.as_object().into_iter().flatten().map(|(_, item)| item) {
                self.published(name, item);
            }
        }
    }

    /// A webhook or callback: an event the service publishes.
    fn published(&mut self, name: &str, item: &'d Value) {
        let Some(item) = self.follow(name, item) else { return };
        for operation in METHODS.iter().filter_map(|method| item.get(*method)) {
            let kind = MessageKind::Event;
            let key: MessageKey = (kind, self.into.spelt(Sort::Message(kind), &pascal(name)));
            let (schema, examples) = self.body(name, operation);
            let said = self.into.messages.entry(key.clone()).or_default();
            if said.description.is_empty() {
                said.description = text(operation, "/summary").map(one_line).unwrap_or_default();
            }
            let version = Version { version: "1".into(), schema, examples, ..Version::default() };
            self.into.add_version(self.path, &key, version);
            self.into.add_use(Use::straight(&self.service, Action::Send, key, Mode::Asynchronous));
        }
    }

    /// The JSON content of a body or response: its schema and examples.
    fn content(&mut self, about: &str, holder: &'d Value) -> Option<(Schema, Vec<Value>)> {
        let content = holder.get("content")?.as_object()?;
        let json = content.iter().find(|(media, _)| media.contains("json"));
        let (_, media) = json.or_else(|| content.iter().next())?;
        if json.is_none() {
            self.remark(about, "its content is no JSON, so its shape is left open");
            return Some((Schema::default(), Vec::new()));
        }
        let schema = media.get("schema").map(|schema| self.schema(about, schema)).unwrap_or_default();
        let mut examples: Vec<Value> = media.get("example").cloned().into_iter().collect();
        for (_, example) in Self::map(media, "examples") {
            examples.extend(self.follow(about, example).and_then(|example| example.get("value").cloned()));
        }
        Some((schema, examples))
    }

    fn schema(&mut self, about: &str, schema: &Value) -> Schema {
        let mut problems = Vec::new();
        let schema = self.documents.schema(self.path, schema, &mut |message| problems.push(message));
        for message in problems {
            self.remark(about, message);
        }
        schema
    }

    fn body(&mut self, about: &str, operation: &'d Value) -> (Schema, Vec<Value>) {
        let body = operation.get("requestBody").and_then(|body| self.follow(about, body));
        body.and_then(|body| self.content(about, body)).unwrap_or_default()
    }

    /// Parameters of the address as fields beside those of the body.
    fn parameters(&mut self, about: &str, lists: [Option<&'d Value>; 2], schema: &mut Schema) {
        let mut properties = Map::new();
        let mut required: Vec<Value> = Vec::new();
        for parameter in lists.into_iter().flatten().filter_map(Value::as_array).flatten() {
            let Some(parameter) = self.follow(about, parameter) else { continue };
            let Some(name) = text(parameter, "/name") else { continue };
            let place = text(parameter, "/in").unwrap_or_default();
            if !matches!(place, "path" | "query") {
                self.remark(about, format!("its {place} `{name}` has no place on a board"));
                continue;
            }
            if schema.fields.iter().any(|field| field.name == name) {
                continue;
            }
            let mut value = parameter.get("schema").cloned().unwrap_or_else(|| json!({}));
            if let (Value::Object(value), Some(meaning)) = (&mut value, parameter.get("description"))
                && !value.contains_key("$ref")
            {
                value.entry("description").or_insert_with(|| meaning.clone());
            }
            if place == "path" || parameter.get("required") == Some(&Value::Bool(true)) {
                required.push(name.into());
            }
            // What an operation says of a parameter stands above what its path says.
            properties.insert(name.to_owned(), value);
        }
        if properties.is_empty() {
            return;
        }
        let stated = json!({ "type": "object", "properties": properties, "required": required });
        let fields = self.schema(about, &stated);
        schema.fields.splice(0..0, fields.fields);
        schema.definitions.extend(fields.definitions);
    }

    /// The shape of the answer when all goes well.
    fn response(&mut self, about: &str, operation: &'d Value) -> Option<(Schema, Vec<Value>)> {
        let responses = operation.get("responses")?.as_object()?;
        let fine = responses
            .iter()
            .find(|(code, _)| code.starts_with('2'))
            .or_else(|| responses.get_key_value("default"));
        let response = self.follow(about, fine?.1)?;
        self.content(about, response)
    }
}
