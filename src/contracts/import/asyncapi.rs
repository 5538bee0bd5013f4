//! AsyncAPI 2.x and 3.x: several documents together, each from the point of view of the service it describes.
//!
//! In 3.x `send` and `receive` say what the service does. In 2.x `publish` says what others publish *to* the service,
//! so the service receives it, and `subscribe` what it sends.

mod message;
mod version2;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::gathered::{Does, Entry, Gathered, MessageKey, Sort, Use};
use super::{Documents, Reader, products};
use crate::board::{Channel, ChannelKind, Mode, Service, Settings, StickyKind};
use crate::contracts::model::Action;
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const READER: Reader =
    Reader { name: "asyncapi", label: "AsyncAPI 2 and 3", sniff, inside: super::nothing_inside, read };

fn sniff(_path: &str, document: &Value) -> bool {
    document.get("asyncapi").is_some_and(Value::is_string)
}

fn read(paths: &[&str], documents: &Documents, into: &mut Gathered) {
    for path in paths {
        read_one(path, documents, into);
    }
}

fn read_one(path: &str, documents: &Documents, into: &mut Gathered) {
    let Some(document) = documents.document(path) else { return };
    let version = document.get("asyncapi").and_then(Value::as_str).unwrap_or_default();
    let title = text(document, "/info/title").unwrap_or_else(|| path.to_owned());
    let service = into.service_of(path, &title);
    into.reading_document(path);
    let mut reader = Document { path, documents, document, service, into };
    if version.starts_with("3.") {
        reader.read_version_3();
    } else if version.starts_with("2.") {
        reader.read_version_2();
    } else {
        reader.into.remark(path, format!("AsyncAPI {version} is not read; 2.x and 3.x are"));
    }
}

pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

struct Document<'d> {
    path: &'d str,
    documents: &'d Documents,
    document: &'d Value,
    service: String,
    into: &'d mut Gathered,
}

/// A channel as a document has it.
struct ChannelRead<'d> {
    /// Its name on the board; none for a message that goes straight.
    name: Option<String>,
    /// Whether the sender waits there.
    mode: Mode,
    /// The document it stands in.
    path: String,
    value: &'d Value,
}

impl<'d> Document<'d> {
    fn remark(&mut self, about: &str, message: impl Into<String>) {
        let about = format!("{} {about}", self.path);
        self.into.remark(about, message);
    }

    fn read_version_3(&mut self) {
        self.read_shared();
        let whole = self
            .document
            .get("operations")
            .and_then(Value::as_object)
            .is_some_and(|all| all.values().any(|operation| operation.get("x-service").is_some()));
        if !whole {
            self.describe_service();
        }
        for (key, channel) in self.map("/channels") {
            if let Some(read) = self.channel(key, channel) {
                self.keep_channel(&read);
            }
        }
        let mut ids: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (id, operation) in self.map("/operations") {
            let uses = self.operation(id, operation);
            ids.insert(id, uses);
        }
        for (id, operation) in self.map("/operations") {
            self.reactions(id, operation, &ids);
        }
        if ids.is_empty() {
            self.messages_without_operations();
        }
        self.read_entries();
        for section in ["securitySchemes", "operationTraits"] {
            if self.document.pointer(&format!("/components/{section}")).is_some() {
                self.remark(&format!("components/{section}"), "not kept: a board has no place for it");
            }
        }
    }

    fn map(&self, pointer: &str) -> Vec<(&'d str, &'d Value)> {
        let map = self.document.pointer(pointer).and_then(Value::as_object);
        map.into_iter().flatten().map(|(key, value)| (key.as_str(), value)).collect()
    }

    /// What our own documents keep of the board and its services.
    fn read_shared(&mut self) {
        if let Some(settings) = self.document.get("x-board") {
            match serde_json::from_value::<Settings>(settings.clone()) {
                Ok(mut settings) => {
                    let own = &self.into.settings.description;
                    settings.description = if self.into.settings.title.is_empty() {
                        text(self.document, "/info/description")
                            .filter(|_| settings.title == self.service)
                            .unwrap_or_default()
                    } else {
                        own.clone()
                    };
                    self.into.settings = settings;
                }
                Err(error) => self.remark("x-board", format!("it is not understood: {error}")),
            }
        }
        for (name, value) in self.map("/x-services") {
            let mut value = value.clone();
            let name = self.into.spelt(Sort::Service, name);
            if let Value::Object(fields) = &mut value {
                if fields.shift_remove("external") == Some(Value::Bool(true)) {
                    self.into.external.insert(name.clone());
                }
                if let Some(Value::String(context)) = fields.shift_remove("context") {
                    self.into.contexts.insert(name.clone(), context);
                }
            }
            match serde_json::from_value::<Service>(value) {
                Ok(service) => {
                    self.into.services.insert(name, service);
                }
                Err(error) => self.remark("x-services", format!("`{name}` is not understood: {error}")),
            }
        }
    }

    /// Who issues commands and queries from outside, as our own documents keep it.
    fn read_entries(&mut self) {
        let all = self.document.get("x-entries").and_then(Value::as_array);
        for stated in all.into_iter().flatten() {
            let part = |key: &str| stated.get(key).cloned().unwrap_or_default();
            let read = (|| -> Result<Entry, serde_json::Error> {
                let kind = match part("message").as_str() {
                    Some("query") => MessageKind::Query,
                    _ => MessageKind::Command,
                };
                let name: String = serde_json::from_value(part("issues"))?;
                let channel: Option<String> = serde_json::from_value(part("channel"))?;
                Ok(Entry {
                    kind: serde_json::from_value(part("kind"))?,
                    name: serde_json::from_value(part("name"))?,
                    message: (kind, self.into.spelt(Sort::Message(kind), &name)),
                    channel: channel.map(|name| self.into.spelt(Sort::Channel, &name)),
                    mode: serde_json::from_value(part("mode"))?,
                })
            })();
            match read {
                Ok(entry) => {
                    self.into.entries.insert(entry);
                }
                Err(error) => self.remark("x-entries", format!("it is not understood: {error}")),
            }
        }
    }

    fn describe_service(&mut self) {
        let description = text(self.document, "/info/description");
        let service = self.into.services.entry(self.service.clone()).or_default();
        if let Some(description) = description.filter(|_| service.description.is_empty()) {
            service.description = description;
        }
    }

    fn channel(&mut self, key: &str, value: &'d Value) -> Option<ChannelRead<'d>> {
        let found = match self.documents.follow(self.path, value) {
            Ok(found) => found,
            Err(message) => {
                self.remark(&format!("channel {key}"), message);
                return None;
            }
        };
        let channel = found.value;
        let address = channel.get("address").and_then(Value::as_str);
        let straight = channel.get("x-straight") == Some(&Value::Bool(true));
        let http = address.is_some_and(|address| address.starts_with('/')) && straight;
        let name = (!straight).then(|| self.into.spelt(Sort::Channel, address.unwrap_or(key)));
        let mode = if http { Mode::Synchronous } else { Mode::Asynchronous };
        Some(ChannelRead { name, mode, path: found.path, value: channel })
    }

    fn keep_channel(&mut self, read: &ChannelRead) {
        let Some(name) = &read.name else { return };
        let mut channel = match read.value.get("x-channel") {
            Some(stated) => match serde_json::from_value::<Channel>(stated.clone()) {
                Ok(channel) => channel,
                Err(error) => {
                    self.remark(&format!("channel {name}"), format!("x-channel is not understood: {error}"));
                    Channel::default()
                }
            },
            None => foreign_channel(read.value, &self.protocols(read.value)),
        };
        if let Some(description) = text(read.value, "/description").or_else(|| text(read.value, "/summary")) {
            channel.description = description;
        }
        if read.value.get("parameters").and_then(Value::as_object).is_some_and(|p| !p.is_empty()) {
            self.remark(
                &format!("channel {name}"),
                "its parameters stay in its address; a board has one channel for all of them",
            );
        }
        let known = self.into.channels.entry(name.clone()).or_insert_with(|| channel.clone());
        if *known == Channel::default() {
            *known = channel;
        }
    }

    /// The protocols of the servers a channel is on: its own, or all of the document.
    fn protocols(&self, channel: &Value) -> BTreeSet<String> {
        let servers = self.map("/servers");
        let own: Option<BTreeSet<String>> = channel.get("servers").and_then(Value::as_array).map(|list| {
            let name = |server: &Value| {
                let name = server.as_str().or_else(|| server.get("$ref")?.as_str()?.rsplit('/').next())?;
                Some(name.to_owned())
            };
            list.iter().filter_map(name).collect()
        });
        let asked = |name: &str| own.as_ref().is_none_or(|own| own.is_empty() || own.contains(name));
        servers
            .into_iter()
            .filter(|(name, _)| asked(name))
            .filter_map(|(_, server)| text(server, "/protocol"))
            .map(|protocol| protocol.to_ascii_lowercase())
            .collect()
    }

    fn operation(&mut self, id: &str, value: &'d Value) -> Vec<usize> {
        let operation = match self.documents.follow(self.path, value) {
            Ok(found) => found.value,
            Err(message) => {
                self.remark(&format!("operation {id}"), message);
                return Vec::new();
            }
        };
        let action = match operation.get("action").and_then(Value::as_str) {
            Some("send") => Action::Send,
            Some("receive") => Action::Receive,
            other => {
                self.remark(
                    &format!("operation {id}"),
                    format!("its action {other:?} is neither send nor receive"),
                );
                return Vec::new();
            }
        };
        let Some(stated) = operation.get("channel") else {
            self.remark(&format!("operation {id}"), "it names no channel");
            return Vec::new();
        };
        let key = stated.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()).unwrap_or(id);
        let key = crate::board::schema::json_schema::unescape_token(key);
        let Some(channel) = self.channel(&key, stated) else { return Vec::new() };
        let service = self.party(operation);
        self.into.services.entry(service.clone()).or_default();
        if service == crate::contracts::model::POLICIES {
            self.into.services.remove(&service);
        }
        let messages = self.messages_of(id, operation, &channel);
        let ways = self.ways(operation, &channel);
        let fields: BTreeSet<String> = operation
            .get("x-fields-used")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|field| field.as_str().map(str::to_owned))
            .collect();
        if let Some(reply) = operation.get("reply") {
            self.reply(id, reply, &messages);
        }
        let mut names: Vec<(MessageKey, String)> = Vec::new();
        for (key, version) in messages {
            match names.iter_mut().find(|(known, _)| *known == key) {
                // Several versions are one use; which of them is read is then open.
                Some((_, stated)) => stated.clear(),
                None => names.push((key, version)),
            }
        }
        names
            .into_iter()
            .map(|(message, version)| {
                let (ways, fields) = (ways.clone(), fields.clone());
                let version = if action == Action::Receive { version } else { String::new() };
                let (service, mode) = (service.clone(), channel.mode);
                let filter = operation.get("x-filter").cloned();
                self.into.add_use(Use { service, action, message, ways, mode, fields, version, filter })
            })
            .collect()
    }

    /// The service an operation belongs to.
    fn party(&mut self, operation: &Value) -> String {
        match text(operation, "/x-service") {
            Some(name) => self.into.spelt(Sort::Service, &name),
            None => self.service.clone(),
        }
    }

    /// The ways through channels that end (or begin) at an operation's channel.
    fn ways(&mut self, operation: &Value, channel: &ChannelRead) -> BTreeSet<Vec<String>> {
        let Some(own) = &channel.name else { return BTreeSet::new() };
        let stated = operation.get("x-upstream-channels").and_then(Value::as_array);
        let mut out = BTreeSet::new();
        for way in stated.into_iter().flatten() {
            let keys = way.as_array().into_iter().flatten().filter_map(Value::as_str);
            let mut names: Vec<String> = keys
                .map(|key| {
                    let channel = self.document.get("channels").and_then(|all| all.get(key));
                    let name = channel.and_then(|c| text(c, "/address"));
                    self.into.spelt(Sort::Channel, name.as_deref().unwrap_or(key))
                })
                .collect();
            names.push(own.clone());
            out.insert(names);
        }
        if out.is_empty() {
            out.insert(vec![own.clone()]);
        }
        out
    }

    fn reply(&mut self, id: &str, reply: &'d Value, asked: &[(MessageKey, String)]) {
        let Ok(found) = self.documents.follow(self.path, reply) else {
            self.remark(&format!("operation {id}"), "its reply cannot be found");
            return;
        };
        let reply = found.value;
        let answers = reply.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        let query = asked.iter().any(|((kind, _), _)| *kind == MessageKind::Query);
        if query {
            for answer in &answers {
                let reference = answer.get("$ref").and_then(Value::as_str).unwrap_or_default().to_owned();
                match self.documents.find(self.path, &reference) {
                    Ok(_) => self.answer(&reference, asked),
                    Err(message) => self.remark(&format!("operation {id}"), message),
                }
            }
            return;
        }
        let channel = reply.get("channel");
        let key =
            channel.and_then(|c| c.get("$ref")).and_then(Value::as_str).and_then(|r| r.rsplit('/').next());
        let address = channel.and_then(|channel| {
            let found = self.documents.follow(self.path, channel).ok()?;
            text(found.value, "/address").or(key.map(str::to_owned))
        });
        for ((kind, name), _) in asked {
            if let (MessageKind::Command, Some(address)) = (kind, &address) {
                let said = self.into.messages.entry((*kind, name.clone())).or_default();
                if said.command.response_channel.is_empty() {
                    said.command.response_channel.clone_from(address);
                }
            }
        }
        if !answers.is_empty() {
            self.remark(
                &format!("operation {id}"),
                "which messages may come as its reply is not kept; its reply channel is",
            );
        }
    }

    /// The reactions our own documents state.
    fn reactions(&mut self, id: &str, operation: &Value, ids: &BTreeMap<&str, Vec<usize>>) {
        let service = self.party(operation);
        let uses_of = |id: &str| ids.get(id).map_or(&[][..], Vec::as_slice);
        for stated in operation.get("x-reactions").and_then(Value::as_array).into_iter().flatten() {
            let number = stated.get("reaction").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            let Some(number) = number else { continue };
            let kind =
                stated.get("kind").and_then(|kind| serde_json::from_value::<StickyKind>(kind.clone()).ok());
            let entry = self.into.state_reaction(&service, number, kind.unwrap_or(StickyKind::Service));
            if let Some(name) = text(stated, "/name") {
                entry.name = name;
            }
            for used in uses_of(id) {
                if !entry.on.contains(used) {
                    entry.on.push(*used);
                }
            }
            if !entry.does.is_empty() {
                continue;
            }
            for output in stated.get("does").and_then(Value::as_array).into_iter().flatten() {
                let operations = output.get("operations").and_then(Value::as_array).into_iter().flatten();
                let uses: Vec<usize> =
                    operations.filter_map(Value::as_str).flat_map(uses_of).copied().collect();
                let weight = output.get("weight").and_then(Value::as_f64).filter(|weight| weight.is_finite());
                let failed = output.get("onFailureOf").and_then(Value::as_u64);
                let on_failure_of = failed.and_then(|n| usize::try_from(n).ok());
                entry.does.push(Does { uses, weight, on_failure_of, note: String::new() });
            }
        }
    }
}

/// A channel of a document that others wrote: what its bindings and protocols say.
fn foreign_channel(value: &Value, protocols: &BTreeSet<String>) -> Channel {
    let named = |product: &str| {
        value.pointer(&format!("/bindings/{product}")).is_some()
            || value.get(format!("x-{product}")).is_some()
            || protocols.contains(product)
    };
    let mut channel = products::channel(&named);
    if channel.preset == "rabbitmq" && text(value, "/bindings/amqp/is").as_deref() == Some("queue") {
        channel.kind = ChannelKind::Queue;
    }
    let partitions = value.pointer("/bindings/kafka/partitions").and_then(Value::as_u64);
    Channel {
        fifo: value.pointer("/bindings/sqs/queue/fifoQueue") == Some(&Value::Bool(true)),
        partitions: partitions.and_then(|n| u32::try_from(n).ok()),
        ..channel
    }
}
