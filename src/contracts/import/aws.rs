//! CloudFormation, SAM and Serverless Framework: rules on buses with their targets, subscriptions, and HTTP events.
//!
//! A rule names the events by their detail type and whoever publishes them by source; its targets, and what reads the
//! queues, topics and streams behind them, are who subscribes.

mod pattern;
mod serverless;
mod template;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::gathered::{Gathered, MessageKey, Sort, Use};
use super::openapi::name_of;
use super::{Documents, Reader, schema_registry};
use crate::board::Mode;
use crate::contracts::model::Action;
use crate::topology::MessageKind;
use pattern::Pattern;
use template::{Place, Template};

/// The format's row in the registry.
pub const READER: Reader = Reader {
    name: "aws",
    label: "CloudFormation, SAM and Serverless",
    sniff: |_path, document| is_template(document) || serverless::is_serverless(document),
    inside,
    read,
};

/// The most channels followed from a bus to whoever reads.
const HOPS_MAX: usize = 6;

fn is_template(document: &Value) -> bool {
    let resources = document.get("Resources").and_then(Value::as_object);
    let typed = |resource: &Value| {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        kind.starts_with("AWS::") || kind.starts_with("Custom::")
    };
    document.get("AWSTemplateFormatVersion").is_some() || resources.is_some_and(|all| all.values().any(typed))
}

/// Schemas that a template puts into the registry.
fn inside(document: &Value) -> Vec<(String, &str)> {
    let resources = document.get("Resources").and_then(Value::as_object).into_iter().flatten();
    let schemas =
        resources.filter(|(_, resource)| resource.get("Type") == Some(&"AWS::EventSchemas::Schema".into()));
    let stated = schemas.filter_map(|(id, resource)| {
        let name = resource.pointer("/Properties/SchemaName").and_then(Value::as_str).unwrap_or(id);
        Some((name.to_owned(), resource.pointer("/Properties/Content")?.as_str()?))
    });
    stated.collect()
}

fn read(paths: &[&str], documents: &Documents, into: &mut Gathered) {
    // Templates read together may name each other's buses and queues, so flows come after all resources.
    let mut flows = Flows::default();
    for path in paths {
        let Some(document) = documents.document(path) else { continue };
        into.reading_document(path);
        if serverless::is_serverless(document) {
            serverless::read(path, document, into, &mut flows);
        } else {
            template::read(path, &Template::new(document), None, into, &mut flows);
        }
    }
    flows.tell(into);
}

/// Who listens to a place.
#[derive(Clone, Debug)]
enum Listener {
    Service(String),
    Channel(String),
}

/// A rule on a bus.
#[derive(Clone, Debug)]
struct Rule {
    about: String,
    bus: String,
    pattern: Pattern,
    to: Vec<Listener>,
}

/// What templates say of the ways of messages, before they are followed.
#[derive(Debug, Default)]
struct Flows {
    rules: Vec<Rule>,
    /// Who reads a queue, topic or stream, with the filter it sets.
    listeners: BTreeMap<String, Vec<(Listener, Option<Value>)>>,
}

impl Flows {
    fn listen(&mut self, channel: String, listener: Listener, filter: Option<Value>) {
        self.listeners.entry(channel).or_default().push((listener, filter));
    }

    /// Turns rules and subscriptions into uses.
    fn tell(&self, into: &mut Gathered) {
        let mut reached: BTreeSet<String> = BTreeSet::new();
        for rule in &self.rules {
            for name in rule.pattern.names(&rule.about, into) {
                let kind = MessageKind::Event;
                let key: MessageKey = (kind, into.spelt(Sort::Message(kind), &name));
                into.messages.entry(key.clone()).or_default();
                for source in &rule.pattern.sources {
                    schema_registry::publisher(source, key.clone(), into, std::slice::from_ref(&rule.bus));
                }
                for listener in &rule.to {
                    let way = vec![rule.bus.clone()];
                    self.follow(listener, &key, way, rule.pattern.filter.clone(), into, &mut reached);
                }
                if rule.to.is_empty() {
                    into.remark(&rule.about, "it has no target that can be read");
                }
            }
        }
        for (channel, listeners) in &self.listeners {
            if reached.contains(channel) {
                continue;
            }
            let kind = MessageKind::Event;
            let key: MessageKey = (kind, into.spelt(Sort::Message(kind), channel));
            into.messages.entry(key.clone()).or_default().event.incoming = true;
            into.remark(
                channel,
                "what travels there is not said, so one event stands for it under the channel's name",
            );
            for (listener, filter) in listeners {
                self.follow(
                    listener,
                    &key,
                    vec![channel.clone()],
                    filter.clone(),
                    into,
                    &mut reached.clone(),
                );
            }
        }
    }

    fn follow(
        &self,
        listener: &Listener,
        message: &MessageKey,
        mut way: Vec<String>,
        filter: Option<Value>,
        into: &mut Gathered,
        reached: &mut BTreeSet<String>,
    ) {
        match listener {
            Listener::Service(service) => {
                let ways = BTreeSet::from([way]);
                let used = Use::straight(service, Action::Receive, message.clone(), Mode::Asynchronous);
                into.add_use(Use { ways, filter, ..used });
            }
            Listener::Channel(channel) => {
                if way.contains(channel) || way.len() >= HOPS_MAX {
                    return;
                }
                way.push(channel.clone());
                reached.insert(channel.clone());
                let next = self.listeners.get(channel).cloned().unwrap_or_default();
                // A bus behind a bus hands on what its own rules match.
                let rules =
                    self.rules.iter().filter(|rule| rule.bus == *channel && rule.pattern.takes(&message.1));
                let rules: Vec<_> = rules
                    .flat_map(|rule| rule.to.iter().map(|to| (to.clone(), rule.pattern.filter.clone())))
                    .collect();
                if next.is_empty() && rules.is_empty() {
                    into.remark(
                        channel,
                        format!(
                            "nobody who reads `{channel}` is named, so what goes there has no subscriber"
                        ),
                    );
                }
                for (listener, own) in next.into_iter().chain(rules) {
                    let filter = own.or_else(|| filter.clone());
                    self.follow(&listener, message, way.clone(), filter, into, reached);
                }
            }
        }
    }
}

/// A function called over HTTP: a query for GET, else a command, which it handles while the caller waits.
fn over_http(service: &str, method: &str, address: &str, into: &mut Gathered) {
    let kind = if method.eq_ignore_ascii_case("get") { MessageKind::Query } else { MessageKind::Command };
    let name = name_of(method, address);
    let key: MessageKey = (kind, into.spelt(Sort::Message(kind), &name));
    into.messages.entry(key.clone()).or_default();
    into.add_use(Use::straight(service, Action::Receive, key, Mode::Synchronous));
}

/// An address of AWS (`arn:aws:sqs:region:account:name`) as the place it names.
fn place_of_arn(arn: &str) -> Option<Place> {
    let mut parts = arn.strip_prefix("arn:")?.splitn(5, ':').skip(1);
    let (product, rest) = (parts.next()?, parts.nth(2)?);
    // What is left is the account and the resource; the account may be empty, as may be a type before the name.
    let resource = rest.split_once(':').map_or(rest, |(_, resource)| resource);
    let name = resource.rsplit(['/', ':']).next().filter(|name| !name.is_empty())?.to_owned();
    Some(match product {
        "sqs" | "sns" | "kinesis" | "events" => Place::Channel(name),
        "lambda" | "states" | "execute-api" | "ecs" | "batch" => Place::Service(name),
        "dynamodb" => Place::Channel(resource.split('/').nth(1).unwrap_or(resource).to_owned()),
        _ => return None,
    })
}
