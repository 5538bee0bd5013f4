//! EventBridge: buses, rules, targets, dead-letter queues and schema-registry entries, as CloudFormation and
//! Terraform JSON.
//!
//! What a bus hands straight to a service goes to a target whose address is a parameter: the board does not say what
//! the service runs on.

mod cloudformation;
mod terraform;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::model::{Model, event_type};
use super::names::Names;
use super::{Bundle, Format, Options};
use crate::board::schema::json_schema::{Draft, Spelling, spell, spell_definitions};
use crate::board::{Channel, ChannelKind, Span};
use crate::topology::{ChannelIx, MessageKind};

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "eventbridge",
    label: "EventBridge",
    help: "Buses, rules, targets, dead-letter queues and schemas as CloudFormation and Terraform JSON.",
    write,
};

/// Where a rule sends what it matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Channel(ChannelIx),
    Service(String),
}

/// One rule: a bus, a target, a filter, and the messages it lets through.
struct Rule {
    id: String,
    bus: ChannelIx,
    target: Target,
    filter: Option<Value>,
    types: Vec<String>,
}

/// What makes two rules one: bus, target, and the filter as text.
type RuleKey = (ChannelIx, Target, String);

fn is_bus(channel: &Channel) -> bool {
    channel.kind == ChannelKind::Bus && matches!(channel.preset.as_str(), "" | "eventbridge")
}

fn write(model: &Model, _options: &Options, bundle: &mut Bundle) {
    let mut ids = Ids(Names::default());
    let rules = rules(model, &mut ids, bundle);
    if rules.is_empty() {
        bundle.remark(
            model.board.title(),
            "no message travels through an EventBridge bus, so there is nothing to set up",
        );
        return;
    }
    bundle.json("cloudformation.template.json", &cloudformation::template(model, &rules, &mut ids));
    bundle.json("terraform.tf.json", &terraform::configuration(model, &rules, &mut ids));
}

/// Identifiers of letters and digits only, as CloudFormation wants them.
struct Ids(Names);

impl Ids {
    fn of(&mut self, kind: &str, name: &str) -> String {
        let safe = super::names::safe(name);
        let words = safe
            .split(|c: char| !c.is_ascii_alphanumeric())
            .map(super::model::capitalised)
            .collect::<String>();
        let claimed = self.0.claim(&format!("{kind} {name}"), &format!("{words}{kind}"));
        claimed.chars().filter(char::is_ascii_alphanumeric).collect()
    }
}

fn rules(model: &Model, ids: &mut Ids, bundle: &mut Bundle) -> Vec<Rule> {
    let mut found: BTreeMap<RuleKey, (Option<Value>, Vec<String>)> = BTreeMap::new();
    let default = model.topology.channel(&model.board.settings.default_channel);
    let default = default.filter(|ix| is_bus(&model.channel(*ix).channel));
    for (at, route) in model.topology.routes.iter().enumerate() {
        let Some(first) = route.channels.first().copied() else { continue };
        let message = &model.topology[route.message];
        let (bus, next) = if is_bus(&model.channel(first).channel) {
            (first, route.channels.get(1))
        } else if let Some(bus) = default.filter(|_| message.kind == MessageKind::Event) {
            // Several consumers' queues cannot be fed by the publisher alone: the board's bus stands before them.
            (bus, Some(&route.channels[0]))
        } else {
            continue;
        };
        let target = match (next, model.topology[route.reaction].host) {
            (Some(next), _) => Target::Channel(*next),
            (None, Some(party)) => Target::Service(model.topology[party].name.clone()),
            (None, None) => {
                bundle.remark(&message.name, "a policy that no service hosts cannot be the target of a rule");
                continue;
            }
        };
        let links = model.topology.links_of(model.board, crate::topology::RouteIx(at));
        let filter = links.filter_map(|link| link.filter.clone()).next();
        let key = (bus, target, filter.as_ref().map(Value::to_string).unwrap_or_default());
        let (_, types) = found.entry(key).or_insert_with(|| (filter, Vec::new()));
        let name = message.name.clone();
        if !types.contains(&name) {
            types.push(name);
        }
    }
    found
        .into_iter()
        .map(|((bus, target, key), (filter, mut types))| {
            types.sort();
            let to = match &target {
                Target::Channel(ix) => model.channel(*ix).name.to_owned(),
                Target::Service(name) => name.clone(),
            };
            let suffix = if key.is_empty() {
                String::new()
            } else {
                format!(" {:08x}", super::names::fingerprint(&key))
            };
            let id = ids.of("Rule", &format!("{} to {to}{suffix}", model.channel(bus).name));
            Rule { id, bus, target, filter, types }
        })
        .collect()
}

fn pattern(rule: &Rule) -> Value {
    let mut out = json!({ "detail-type": rule.types });
    if let (Some(Value::Object(filter)), Value::Object(out)) = (&rule.filter, &mut out) {
        out.extend(in_envelope(filter));
    }
    out
}

/// A board's filter, which may be about the payload alone, as one about the whole event.
fn in_envelope(filter: &Map<String, Value>) -> Map<String, Value> {
    let envelope = ["detail", "detail-type", "source", "account", "region", "resources"];
    if filter.keys().any(|key| envelope.contains(&key.as_str())) {
        filter.clone()
    } else {
        Map::from_iter([("detail".to_owned(), Value::Object(filter.clone()))])
    }
}

/// What a bus archives: for how many whole days, if not for ever, and which events, if not all.
fn archived(bus: &Channel) -> Option<(Option<u64>, Option<Value>)> {
    let archive = bus.archive.as_ref()?;
    let days = archive.retention.map(|span| span.as_nanos().div_ceil(86_400_000_000_000).max(1));
    let pattern = archive.pattern.as_ref().and_then(Value::as_object).map(in_envelope);
    Some((days, pattern.map(Value::Object)))
}

fn seconds(span: Option<Span>, low: u64, high: u64) -> Option<u64> {
    span.map(|span| (span.as_nanos() / 1_000_000_000).clamp(low, high))
}

/// A name AWS takes: letters, digits, `-`, `_` and `.`, 64 characters at most.
fn aws_name(name: &str, most: usize) -> String {
    let safe = super::names::safe(name);
    if safe.len() <= most {
        safe
    } else {
        format!("{}-{:08x}", &safe[..most - 9], super::names::fingerprint(name))
    }
}

/// A name SQS takes for a queue, and SNS for a topic.
pub(super) fn queue_name(name: &str, fifo: bool) -> String {
    let plain = aws_name(&name.replace('.', "-"), 75);
    if fifo { format!("{plain}.fifo") } else { plain }
}

type Queues<'m> = BTreeMap<String, Option<&'m Channel>>;

/// Whether a queue keeps its order: as the board says, or as the queue does whose dead letters it takes.
fn is_fifo(name: &str, channel: Option<&Channel>, all: &Queues<'_>) -> bool {
    match channel {
        Some(channel) => channel.fifo,
        None => all.values().flatten().any(|of| of.fifo && of.dead_letter == name),
    }
}

/// How often a message is received before a queue gives it up.
fn most_receives(channel: &Channel) -> u32 {
    channel.max_receive_count.unwrap_or(5).clamp(1, 1_000)
}

/// Every queue that is needed: those channels name, and dead-letter queues. By name, with the channel it belongs to.
fn queues<'m>(model: &'m Model, rules: &[Rule]) -> Queues<'m> {
    let mut out = Queues::new();
    for rule in rules {
        let bus = model.channel(rule.bus).channel.as_ref();
        if !bus.dead_letter.is_empty() {
            out.entry(bus.dead_letter.clone()).or_insert(None);
        }
        if let Target::Channel(ix) = rule.target {
            let view = model.channel(ix);
            if view.channel.kind == ChannelKind::Queue {
                let channel: &Channel = &model.channels[ix.0].channel;
                out.insert(view.name.to_owned(), Some(channel));
                if !channel.dead_letter.is_empty() {
                    out.entry(channel.dead_letter.clone()).or_insert(None);
                }
            }
        }
    }
    out
}

/// The messages that rules let through, newest version, each as a schema of the registry's dialect.
fn registered(model: &Model, rules: &[Rule]) -> Vec<(String, String)> {
    let mut names: Vec<&str> = rules.iter().flat_map(|rule| rule.types.iter().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    let definition =
        |name: &str| format!("#/definitions/{}", crate::board::schema::json_schema::pointer_token(name));
    let spelling = Spelling { draft: Draft::Draft07, root: "#", definition: &definition };
    let find =
        |name: &str| model.find(MessageKind::Event, name).or_else(|| model.find(MessageKind::Command, name));
    names
        .into_iter()
        .filter_map(|name| {
            let schema = &model.messages[find(name)?].versions.last()?.schema;
            let mut value = spell(schema, &spelling);
            value["$schema"] = "http://json-schema.org/draft-04/schema#".into();
            value["title"] = name.into();
            if !schema.definitions.is_empty() {
                value["definitions"] = Value::Object(spell_definitions(schema, &spelling));
            }
            Some((event_type(model.board, name), value.to_string()))
        })
        .collect()
}
