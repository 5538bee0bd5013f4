//! AsyncAPI 3.1.0: one document for each service, from its own point of view, and one for the whole board.
//!
//! Payloads keep to the draft-07 subset. What AsyncAPI has no words for stands in `x-` extensions: EventBridge and
//! Kinesis (which have no official binding), where an operation's messages come from, fields used, and reactions.

mod channel;
mod message;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::model::{Action, Model, Operation, PartyView, capitalised};
use super::names::Names;
use super::{Bundle, Format, Options, Syntax};
use crate::board::{Mode, StickyKind};
use crate::topology::{ChannelIx, MessageKind};

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "asyncapi",
    label: "AsyncAPI 3.1.0",
    help: "One document for each service, from its own point of view, and one for the whole board.",
    write,
};

fn write(model: &Model, options: &Options, bundle: &mut Bundle) {
    for party in model.parties.iter().filter(|party| party.ix.is_none()) {
        let message = "policies that no service hosts stand in the board's document only; put them in a frame that is \
                       bound to a service";
        bundle.remark(party.name.as_ref(), message);
    }
    let shared = message::Shared::new(model, options.syntax);
    for (slug, document) in documents(model, &shared) {
        bundle.text(format!("services/{slug}.asyncapi.{}", options.syntax.ending()), document);
    }
    let all: Vec<&PartyView> = model.parties.iter().collect();
    let document = Document::new(model, &shared, &all, true).finish(None);
    bundle.text(format!("board.asyncapi.{}", options.syntax.ending()), document);
}

/// The document of each service, by the service's safe name.
#[must_use]
pub fn service_documents<'m>(model: &'m Model, syntax: Syntax) -> Vec<(&'m str, String)> {
    documents(model, &message::Shared::new(model, syntax)).collect()
}

fn documents<'m, 'a>(
    model: &'m Model<'a>,
    shared: &message::Shared<'m, 'a>,
) -> impl Iterator<Item = (&'m str, String)> {
    model.parties.iter().filter(|party| party.ix.is_some()).map(move |party| {
        let document = Document::new(model, shared, &[party], false).finish(Some(party));
        (party.slug.as_str(), document)
    })
}

/// Where a message travels: a channel of the board, or straight to whoever handles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Through(ChannelIx),
    Straight { message: usize, waits: bool },
}

struct Document<'d, 'm, 'a> {
    model: &'m Model<'a>,
    syntax: Syntax,
    /// It is the whole board's document, in which operations say whose they are.
    whole: bool,
    parties: &'d [&'m PartyView<'a>],
    ways: BTreeMap<Way, String>,
    carried: BTreeMap<Way, BTreeSet<usize>>,
    channels: Map<String, Value>,
    operations: Map<String, Value>,
    components: message::Components<'d>,
    names: Names,
}

impl<'d, 'm, 'a> Document<'d, 'm, 'a> {
    fn new(
        model: &'m Model<'a>,
        shared: &'d message::Shared<'m, 'a>,
        parties: &'d [&'m PartyView<'a>],
        whole: bool,
    ) -> Self {
        let mut document = Self {
            model,
            syntax: shared.syntax(),
            whole,
            parties,
            ways: BTreeMap::new(),
            carried: BTreeMap::new(),
            channels: Map::new(),
            operations: Map::new(),
            components: message::Components::default(),
            names: Names::default(),
        };
        document.collect_ways();
        document.write_channels(shared);
        for party in parties {
            document.write_operations(party);
        }
        document
    }

    fn way(operation: &Operation) -> Way {
        operation.channel.map_or(
            Way::Straight { message: operation.message, waits: operation.mode == Mode::Synchronous },
            Way::Through,
        )
    }

    fn collect_ways(&mut self) {
        for party in self.parties {
            for operation in &party.operations {
                self.carried.entry(Self::way(operation)).or_default().insert(operation.message);
                if let Some(reply) = self.response_channel(operation) {
                    self.carried.entry(Way::Through(reply)).or_default();
                }
                for channel in operation.upstream.iter().flatten() {
                    self.carried.entry(Way::Through(*channel)).or_default().insert(operation.message);
                }
            }
        }
        for way in self.carried.keys() {
            let name = match way {
                Way::Through(channel) => {
                    let channel = self.model.channel(*channel);
                    self.names.claim(&format!("channel {}", channel.name), &channel.slug)
                }
                Way::Straight { message, waits } => {
                    let slug = &self.model.messages[*message].slug;
                    self.names.claim(&format!("straight {message} {waits}"), slug)
                }
            };
            self.ways.insert(*way, name);
        }
    }

    fn response_channel(&self, operation: &Operation) -> Option<ChannelIx> {
        let message = &self.model.messages[operation.message];
        let command =
            self.model.board.commands.get(message.name).filter(|_| message.kind == MessageKind::Command)?;
        let asked = operation.mode == Mode::Asynchronous && !command.response_channel.is_empty();
        asked.then(|| self.model.topology.channel(&command.response_channel)).flatten()
    }

    fn write_channels(&mut self, shared: &'d message::Shared<'m, 'a>) {
        for (way, carried) in &self.carried {
            let mut messages = Map::new();
            for at in carried {
                for key in shared.message(*at, &mut self.components) {
                    messages
                        .insert(key.to_owned(), json!({ "$ref": format!("#/components/messages/{key}") }));
                }
            }
            let value = match way {
                Way::Through(ix) => channel::of_board(self.model.channel(*ix), messages),
                Way::Straight { message, waits } => {
                    channel::straight(&self.model.messages[*message], *waits, messages)
                }
            };
            self.channels.insert(self.ways[way].clone(), value);
        }
    }

    fn write_operations(&mut self, party: &PartyView) {
        let mut ids: Vec<String> = Vec::new();
        for operation in &party.operations {
            let wish =
                if self.whole { format!("{}.{}", party.slug, operation.id) } else { operation.id.clone() };
            let id = self.names.claim(&format!("operation {} {}", party.slug, operation.id), &wish);
            let value = self.operation(party, operation);
            self.operations.insert(id.clone(), value);
            ids.push(id);
        }
        for (operation, id) in party.operations.iter().zip(&ids) {
            if operation.action == Action::Receive
                && let Some(value) = self.operations.get_mut(id)
                && let Some(reactions) = reactions(party, operation, &ids)
            {
                value["x-reactions"] = reactions;
            }
        }
    }

    fn operation(&self, party: &PartyView, operation: &Operation) -> Value {
        let message = &self.model.messages[operation.message];
        let key = &self.ways[&Self::way(operation)];
        let version = operation.version.as_deref().filter(|_| operation.action == Action::Receive);
        let keys = self.components.keys(operation.message, version);
        let messages: Vec<Value> = keys
            .iter()
            .map(|message| json!({ "$ref": format!("#/channels/{key}/messages/{message}") }))
            .collect();
        let action = match operation.action {
            Action::Send => "send",
            Action::Receive => "receive",
        };
        let mut out = Map::new();
        out.insert("action".into(), action.into());
        out.insert("channel".into(), json!({ "$ref": format!("#/channels/{key}") }));
        let title = format!(
            "{} {}",
            capitalised(super::model::verb(operation.action, message.kind)),
            crate::board::notation::words(message.name)
        );
        out.insert("title".into(), title.into());
        if !message.description.is_empty() {
            out.insert("summary".into(), message.description.into());
        }
        if self.whole {
            out.insert("tags".into(), json!([{ "name": party.name }]));
        }
        out.insert("messages".into(), Value::Array(messages));
        if let Some(bindings) = channel::operation_bindings(self.model, party, operation, message) {
            out.insert("bindings".into(), bindings);
        }
        if let Some(reply) = self.reply(operation) {
            out.insert("reply".into(), reply);
        }
        self.extensions(party, operation, &mut out);
        Value::Object(out)
    }

    fn reply(&self, operation: &Operation) -> Option<Value> {
        if let Some(reply) = self.response_channel(operation) {
            let key = &self.ways[&Way::Through(reply)];
            return Some(json!({ "channel": { "$ref": format!("#/channels/{key}") } }));
        }
        let answers = self.components.answers(operation.message);
        if answers.is_empty() || self.model.messages[operation.message].kind != MessageKind::Query {
            return None;
        }
        let key = &self.ways[&Self::way(operation)];
        let messages: Vec<Value> = answers
            .iter()
            .map(|message| json!({ "$ref": format!("#/channels/{key}/messages/{message}") }))
            .collect();
        Some(json!({ "channel": { "$ref": format!("#/channels/{key}") }, "messages": messages }))
    }

    /// What AsyncAPI has no words for and an import of our own documents needs.
    fn extensions(&self, party: &PartyView, operation: &Operation, out: &mut Map<String, Value>) {
        if self.whole {
            out.insert("x-service".into(), party.name.as_ref().into());
        }
        if !operation.fields.is_empty() {
            out.insert("x-fields-used".into(), json!(operation.fields));
        }
        if let Some(filter) = &operation.filter {
            out.insert("x-filter".into(), filter.clone());
        }
        if operation.upstream.iter().any(|way| !way.is_empty()) {
            let ways: Vec<Vec<&str>> = operation
                .upstream
                .iter()
                .map(|way| way.iter().map(|ix| self.ways[&Way::Through(*ix)].as_str()).collect())
                .collect();
            out.insert("x-upstream-channels".into(), json!(ways));
        }
    }

    fn finish(self, only: Option<&PartyView>) -> String {
        let board = self.model.board;
        let mut info = Map::new();
        let title = only.map_or_else(|| board.title().to_owned(), |party| party.name.to_string());
        info.insert("title".into(), title.into());
        info.insert("version".into(), "1.0.0".into());
        let description = match only {
            Some(party) => party.service.map_or("", |service| service.description.as_str()),
            None => board.settings.description.as_str(),
        };
        if !description.is_empty() {
            info.insert("description".into(), description.into());
        }
        let tags = self.tags(only);
        if !tags.is_empty() {
            info.insert("tags".into(), Value::Array(tags));
        }
        if let Some(service) = only.and_then(|party| party.service).filter(|service| !service.team.is_empty())
        {
            info.insert("x-team".into(), service.team.clone().into());
        }
        if only.is_some_and(|party| party.external) {
            info.insert("x-external".into(), Value::Bool(true));
        }
        let used = self.carried.keys().filter_map(|way| match way {
            Way::Through(ix) => Some(self.model.channel(*ix)),
            Way::Straight { .. } => None,
        });
        let used: Vec<_> = used.collect();
        let straight = self.carried.keys().any(|way| matches!(way, Way::Straight { waits: true, .. }));
        let servers = channel::servers(&used, straight);
        let mut out = Map::new();
        out.insert("asyncapi".into(), "3.1.0".into());
        out.insert("info".into(), Value::Object(info));
        out.insert("defaultContentType".into(), "application/json".into());
        if !servers.is_empty() {
            out.insert("servers".into(), Value::Object(servers));
        }
        out.insert("x-services".into(), services(self.model, self.parties));
        let entries = if only.is_none() { self.entries() } else { Vec::new() };
        if !entries.is_empty() {
            out.insert("x-entries".into(), Value::Array(entries));
        }
        out.insert("x-board".into(), self.settings());
        out.insert("channels".into(), Value::Object(self.channels));
        out.insert("operations".into(), Value::Object(self.operations));
        self.components.close(&Value::Object(out), self.syntax)
    }

    /// Who issues commands and queries from outside.
    fn entries(&self) -> Vec<Value> {
        let (board, topology) = (self.model.board, self.model.topology);
        let mut out: Vec<Value> = Vec::new();
        for message in topology.messages.iter().filter(|message| !message.issuers.is_empty()) {
            for link in board.links.values() {
                let issuer = board.stickies.get(&link.from).filter(|_| message.issuers.contains(&link.from));
                let Some(issuer) = issuer.filter(|_| message.stickies.contains(&link.to)) else { continue };
                let route =
                    message.routes.iter().map(|route| &topology[*route]).find(|route| route.from == link.to);
                let Some(route) = route else { continue };
                let mut entry = Map::new();
                entry.insert("kind".into(), json!(issuer.kind));
                entry.insert("name".into(), issuer.name.clone().into());
                entry.insert("message".into(), json!(message.kind));
                entry.insert("issues".into(), message.name.clone().into());
                if let Some(channel) = route.channels.first() {
                    entry.insert("channel".into(), self.model.channel(*channel).name.into());
                }
                entry.insert("mode".into(), json!(route.mode));
                let entry = Value::Object(entry);
                if !out.contains(&entry) {
                    out.push(entry);
                }
            }
        }
        out
    }

    /// What holds for the whole board.
    fn settings(&self) -> Value {
        let mut settings = serde_json::to_value(&self.model.board.settings).unwrap_or_default();
        if let Value::Object(settings) = &mut settings {
            settings.shift_remove("description");
            settings.insert("title".into(), self.model.board.title().into());
        }
        settings
    }

    /// The frames in which a service's reactions stand, or every frame of the board.
    fn tags(&self, only: Option<&PartyView>) -> Vec<Value> {
        let board = self.model.board;
        let mut names: BTreeSet<&str> = BTreeSet::new();
        match only {
            None => names.extend(board.frames.values().map(|frame| frame.name.as_str())),
            Some(party) => {
                for reaction in &party.reactions {
                    let frame = self.model.topology[reaction.ix].frame.and_then(|id| board.frames.get(&id));
                    names.extend(frame.map(|frame| frame.name.as_str()));
                }
            }
        }
        names.into_iter().filter(|name| !name.is_empty()).map(|name| json!({ "name": name })).collect()
    }
}

/// What the board states about services beyond their descriptions.
fn services(model: &Model, parties: &[&PartyView]) -> Value {
    let all = parties.iter().filter_map(|party| {
        let context = model.context_of(party);
        if party.service.is_none() && !party.external && context.is_none() {
            return None;
        }
        let mut value = party.service.map_or_else(|| json!({}), |service| json!(service));
        if party.external {
            value["external"] = Value::Bool(true);
        }
        if let Some(context) = context {
            value["context"] = context.into();
        }
        Some((party.name.to_string(), value))
    });
    Value::Object(all.collect())
}

/// The reactions an operation triggers, as operations of the same party that follow.
fn reactions(party: &PartyView, operation: &Operation, ids: &[String]) -> Option<Value> {
    let at = party.operations.iter().position(|other| std::ptr::eq(other, operation))?;
    let all: Vec<Value> = party
        .reactions
        .iter()
        .enumerate()
        .filter(|(_, reaction)| reaction.on.contains(&at))
        .map(|(number, reaction)| {
            let mut out = Map::new();
            out.insert("reaction".into(), number.into());
            if reaction.kind != StickyKind::Service {
                out.insert("kind".into(), json!(reaction.kind));
                out.insert("name".into(), reaction.name.clone().into());
            }
            let does: Vec<Value> = reaction
                .does
                .iter()
                .map(|output| {
                    let mut out = Map::new();
                    let operations: Vec<&str> =
                        output.operations.iter().map(|at| ids[*at].as_str()).collect();
                    out.insert("operations".into(), json!(operations));
                    if let Some(weight) = output.weight {
                        out.insert("weight".into(), json!(weight));
                    }
                    if let Some(failed) = output.on_failure_of {
                        out.insert("onFailureOf".into(), failed.into());
                    }
                    Value::Object(out)
                })
                .collect();
            out.insert("does".into(), Value::Array(does));
            Value::Object(out)
        })
        .collect();
    (!all.is_empty()).then_some(Value::Array(all))
}
