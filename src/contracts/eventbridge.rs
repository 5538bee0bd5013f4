//! EventBridge: buses, rules, targets, dead-letter queues and schema-registry entries, as CloudFormation and
//! Terraform JSON.
//!
//! What a bus hands straight to a service goes to a target whose address is a parameter: the board does not say what
//! the service runs on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::model::{ChannelView, Model, event_type};
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
    bundle.json("cloudformation.template.json", &cloudformation(model, &rules, &mut ids));
    bundle.json("terraform.tf.json", &terraform(model, &rules, &mut ids));
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

/// Every queue that is needed: those channels name, and dead-letter queues. By name, with the channel it belongs to.
fn queues<'m>(model: &'m Model, rules: &[Rule]) -> BTreeMap<String, Option<&'m Channel>> {
    let mut out: BTreeMap<String, Option<&Channel>> = BTreeMap::new();
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

fn cloudformation(model: &Model, rules: &[Rule], ids: &mut Ids) -> Value {
    let mut parameters = Map::new();
    let mut resources = Map::new();
    let queues = queues(model, rules);
    for (name, channel) in &queues {
        resources.insert(ids.of("Queue", name), cfn_queue(name, *channel, &queues, ids));
    }
    for rule in rules {
        let bus = model.channel(rule.bus);
        let bus_id = ids.of("Bus", bus.name);
        resources.entry(bus_id.clone()).or_insert_with(
            || json!({ "Type": "AWS::Events::EventBus", "Properties": { "Name": aws_name(bus.name, 200) } }),
        );
        if let Some((days, pattern)) = archived(&bus.channel) {
            let mut properties = json!({
                "ArchiveName": aws_name(bus.name, 48), "SourceArn": { "Fn::GetAtt": [bus_id, "Arn"] },
            });
            if let Some(days) = days {
                properties["RetentionDays"] = days.into();
            }
            if let Some(pattern) = pattern {
                properties["EventPattern"] = pattern;
            }
            let archive = json!({ "Type": "AWS::Events::Archive", "Properties": properties });
            resources.insert(ids.of("Archive", bus.name), archive);
        }
        let mut target = Map::new();
        target.insert("Id".into(), "target".into());
        target.insert("Arn".into(), cfn_target(model, rule, &mut parameters, &mut resources, ids));
        let channel = bus.channel.as_ref();
        if !channel.dead_letter.is_empty() {
            let id = ids.of("Queue", &channel.dead_letter);
            target.insert("DeadLetterConfig".into(), json!({ "Arn": { "Fn::GetAtt": [id, "Arn"] } }));
        }
        let mut retry = Map::new();
        if let Some(attempts) = channel.retry_attempts {
            retry.insert("MaximumRetryAttempts".into(), attempts.min(185).into());
        }
        if let Some(age) = seconds(channel.retry_age, 60, 86_400) {
            retry.insert("MaximumEventAgeInSeconds".into(), age.into());
        }
        if !retry.is_empty() {
            target.insert("RetryPolicy".into(), Value::Object(retry));
        }
        if let Target::Channel(ix) = rule.target {
            let to = model.channel(ix).channel.as_ref();
            if to.kind == ChannelKind::Queue && to.fifo {
                target.insert("SqsParameters".into(), json!({ "MessageGroupId": "default" }));
            }
        }
        resources.insert(
            rule.id.clone(),
            json!({ "Type": "AWS::Events::Rule", "Properties": {
                "EventBusName": { "Ref": bus_id },
                "EventPattern": pattern(rule),
                "State": "ENABLED",
                "Targets": [target],
            } }),
        );
    }
    if !queues.is_empty() {
        let arns: Vec<Value> =
            queues.keys().map(|name| json!({ "Fn::GetAtt": [ids.of("Queue", name), "Arn"] })).collect();
        let urls: Vec<Value> = queues.keys().map(|name| json!({ "Ref": ids.of("Queue", name) })).collect();
        resources.insert(
            "AllowEventBridge".into(),
            json!({ "Type": "AWS::SQS::QueuePolicy", "Properties": {
                "Queues": urls,
                "PolicyDocument": { "Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" },
                    "Action": "sqs:SendMessage", "Resource": arns }] },
            } }),
        );
    }
    cfn_schemas(model, rules, &mut resources, ids);
    let mut out = Map::new();
    out.insert("AWSTemplateFormatVersion".into(), "2010-09-09".into());
    let description: String = model.board.title().chars().take(250).collect();
    out.insert("Description".into(), description.into());
    out.insert("Metadata".into(), json!({ "Isobar": metadata(model, rules, ids) }));
    if !parameters.is_empty() {
        out.insert("Parameters".into(), Value::Object(parameters));
    }
    out.insert("Resources".into(), Value::Object(resources));
    Value::Object(out)
}

/// What CloudFormation has no words for and an import of our own templates needs: names as the board has them, the
/// services behind parameters, and who reads what the rules feed.
fn metadata(model: &Model, rules: &[Rule], ids: &mut Ids) -> Value {
    let mut names = BTreeMap::new();
    let mut targets = BTreeMap::new();
    let mut consumers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let name_of = |ids: &mut Ids, view: &ChannelView| {
        let kind = match view.channel.kind {
            ChannelKind::Bus => "Bus",
            ChannelKind::Topic => "Topic",
            ChannelKind::Queue => "Queue",
            ChannelKind::Stream => "Stream",
        };
        ids.of(kind, view.name)
    };
    for rule in rules {
        let bus = model.channel(rule.bus);
        names.insert(name_of(ids, bus), bus.name);
        match &rule.target {
            Target::Service(name) => {
                targets.insert(ids.of("Arn", name), name.as_str());
            }
            Target::Channel(ix) => {
                names.insert(name_of(ids, model.channel(*ix)), model.channel(*ix).name);
            }
        }
    }
    for route in &model.topology.routes {
        if let (Some(last), Some(host)) = (route.channels.last(), model.topology[route.reaction].host) {
            let fed = rules.iter().any(|rule| rule.target == Target::Channel(*last));
            if fed {
                consumers.entry(model.channel(*last).name).or_default().insert(&model.topology[host].name);
            }
        }
    }
    json!({ "names": names, "targets": targets, "consumers": consumers })
}

fn cfn_queue(
    name: &str,
    channel: Option<&Channel>,
    all: &BTreeMap<String, Option<&Channel>>,
    ids: &mut Ids,
) -> Value {
    let mut properties = Map::new();
    let fifo = channel.is_some_and(|channel| channel.fifo)
        || channel.is_none() && all.values().flatten().any(|of| of.fifo && of.dead_letter == name);
    properties.insert("QueueName".into(), queue_name(name, fifo).into());
    if fifo {
        properties.insert("FifoQueue".into(), Value::Bool(true));
    }
    if let Some(channel) = channel {
        if let Some(hidden) = seconds(channel.visibility_timeout, 0, 43_200) {
            properties.insert("VisibilityTimeout".into(), hidden.into());
        }
        if let Some(kept) = seconds(channel.retention, 60, 1_209_600) {
            properties.insert("MessageRetentionPeriod".into(), kept.into());
        }
        if let Some(delay) = seconds(channel.delay, 0, 900) {
            properties.insert("DelaySeconds".into(), delay.into());
        }
        if let Some(wait) = seconds(channel.wait, 0, 20) {
            properties.insert("ReceiveMessageWaitTimeSeconds".into(), wait.into());
        }
        if !channel.dead_letter.is_empty() {
            let dead = ids.of("Queue", &channel.dead_letter);
            let count = channel.max_receive_count.unwrap_or(5).clamp(1, 1_000);
            let redrive =
                json!({ "deadLetterTargetArn": { "Fn::GetAtt": [dead, "Arn"] }, "maxReceiveCount": count });
            properties.insert("RedrivePolicy".into(), redrive);
        }
    }
    json!({ "Type": "AWS::SQS::Queue", "Properties": properties })
}

fn cfn_target(
    model: &Model,
    rule: &Rule,
    parameters: &mut Map<String, Value>,
    resources: &mut Map<String, Value>,
    ids: &mut Ids,
) -> Value {
    let by_parameter = |name: &str, parameters: &mut Map<String, Value>, ids: &mut Ids| {
        let id = ids.of("Arn", name);
        let description: String = format!("Where {name} receives events").chars().take(300).collect();
        parameters.insert(id.clone(), json!({ "Type": "String", "Description": description }));
        json!({ "Ref": id })
    };
    match &rule.target {
        Target::Service(name) => by_parameter(name, parameters, ids),
        Target::Channel(ix) => {
            let view = model.channel(*ix);
            match view.channel.kind {
                ChannelKind::Queue => json!({ "Fn::GetAtt": [ids.of("Queue", view.name), "Arn"] }),
                ChannelKind::Topic => {
                    let id = ids.of("Topic", view.name);
                    let properties = json!({ "TopicName": aws_name(&view.name.replace('.', "-"), 200) });
                    resources
                        .insert(id.clone(), json!({ "Type": "AWS::SNS::Topic", "Properties": properties }));
                    json!({ "Ref": id })
                }
                ChannelKind::Stream if matches!(view.channel.preset.as_str(), "" | "kinesis") => {
                    let id = ids.of("Stream", view.name);
                    let shards = view.channel.partitions.unwrap_or(1).max(1);
                    let properties = json!({ "Name": aws_name(view.name, 120), "ShardCount": shards });
                    resources.insert(
                        id.clone(),
                        json!({ "Type": "AWS::Kinesis::Stream", "Properties": properties }),
                    );
                    json!({ "Fn::GetAtt": [id, "Arn"] })
                }
                ChannelKind::Bus if is_bus(&view.channel) => {
                    let id = ids.of("Bus", view.name);
                    let properties = json!({ "Name": aws_name(view.name, 200) });
                    resources.insert(
                        id.clone(),
                        json!({ "Type": "AWS::Events::EventBus", "Properties": properties }),
                    );
                    json!({ "Fn::GetAtt": [id, "Arn"] })
                }
                _ => by_parameter(view.name, parameters, ids),
            }
        }
    }
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

fn cfn_schemas(model: &Model, rules: &[Rule], resources: &mut Map<String, Value>, ids: &mut Ids) {
    let registry = json!({ "RegistryName": aws_name(&model.slug(), 64) });
    resources
        .insert("Registry".into(), json!({ "Type": "AWS::EventSchemas::Registry", "Properties": registry }));
    for (name, content) in registered(model, rules) {
        let properties = json!({
            "RegistryName": { "Fn::GetAtt": ["Registry", "RegistryName"] },
            "SchemaName": aws_name(&name, 128), "Type": "JSONSchemaDraft4", "Content": content,
        });
        let id = ids.of("Schema", &name);
        resources.insert(id, json!({ "Type": "AWS::EventSchemas::Schema", "Properties": properties }));
    }
}

/// Text that Terraform takes as it stands: it reads `${` as its own.
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

fn terraform(model: &Model, rules: &[Rule], ids: &mut Ids) -> Value {
    let mut kinds: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut variables = Map::new();
    let queues = queues(model, rules);
    for (name, channel) in &queues {
        let fifo = channel.is_some_and(|channel| channel.fifo)
            || channel.is_none() && queues.values().flatten().any(|of| of.fifo && of.dead_letter == *name);
        let mut queue = json!({ "name": queue_name(name, fifo), "fifo_queue": fifo });
        if let Some(channel) = channel {
            if let Some(hidden) = seconds(channel.visibility_timeout, 0, 43_200) {
                queue["visibility_timeout_seconds"] = hidden.into();
            }
            if let Some(kept) = seconds(channel.retention, 60, 1_209_600) {
                queue["message_retention_seconds"] = kept.into();
            }
            if let Some(delay) = seconds(channel.delay, 0, 900) {
                queue["delay_seconds"] = delay.into();
            }
            if let Some(wait) = seconds(channel.wait, 0, 20) {
                queue["receive_wait_time_seconds"] = wait.into();
            }
            if !channel.dead_letter.is_empty() {
                let dead = ids.of("Queue", &channel.dead_letter);
                let count = channel.max_receive_count.unwrap_or(5).clamp(1, 1_000);
                let arn = format!("${{aws_sqs_queue.{dead}.arn}}");
                queue["redrive_policy"] =
                    json!({ "deadLetterTargetArn": arn, "maxReceiveCount": count }).to_string().into();
            }
        }
        kinds.entry("aws_sqs_queue").or_default().insert(ids.of("Queue", name), queue);
    }
    for rule in rules {
        let bus = model.channel(rule.bus);
        let bus_id = ids.of("Bus", bus.name);
        let of_bus = json!({ "name": aws_name(bus.name, 200) });
        kinds.entry("aws_cloudwatch_event_bus").or_default().insert(bus_id.clone(), of_bus);
        if let Some((days, pattern)) = archived(&bus.channel) {
            let mut archive = json!({
                "name": aws_name(bus.name, 48),
                "event_source_arn": format!("${{aws_cloudwatch_event_bus.{bus_id}.arn}}"),
            });
            if let Some(days) = days {
                archive["retention_days"] = days.into();
            }
            if let Some(pattern) = pattern {
                archive["event_pattern"] = literal(&pattern.to_string()).into();
            }
            let of_archive = kinds.entry("aws_cloudwatch_event_archive").or_default();
            of_archive.insert(ids.of("Archive", bus.name), archive);
        }
        let bus_name = format!("${{aws_cloudwatch_event_bus.{bus_id}.name}}");
        let body = json!({
            "name": aws_name(&rule.id, 64), "event_bus_name": bus_name,
            "event_pattern": literal(&pattern(rule).to_string()),
        });
        kinds.entry("aws_cloudwatch_event_rule").or_default().insert(rule.id.clone(), body);
        let arn = match &rule.target {
            Target::Channel(ix) if model.channel(*ix).channel.kind == ChannelKind::Queue => {
                format!("${{aws_sqs_queue.{}.arn}}", ids.of("Queue", model.channel(*ix).name))
            }
            other => {
                let name = match other {
                    Target::Channel(ix) => model.channel(*ix).name,
                    Target::Service(name) => name,
                };
                let id = ids.of("Arn", name);
                variables.insert(id.clone(), json!({ "type": "string" }));
                format!("${{var.{id}}}")
            }
        };
        let mut target = json!({
            "rule": format!("${{aws_cloudwatch_event_rule.{}.name}}", rule.id),
            "event_bus_name": bus_name, "arn": arn,
        });
        let channel = bus.channel.as_ref();
        if !channel.dead_letter.is_empty() {
            let dead = ids.of("Queue", &channel.dead_letter);
            target["dead_letter_config"] = json!({ "arn": format!("${{aws_sqs_queue.{dead}.arn}}") });
        }
        if channel.retry_attempts.is_some() || channel.retry_age.is_some() {
            target["retry_policy"] = json!({
                "maximum_retry_attempts": channel.retry_attempts.unwrap_or(185).min(185),
                "maximum_event_age_in_seconds": seconds(channel.retry_age, 60, 86_400).unwrap_or(86_400),
            });
        }
        kinds.entry("aws_cloudwatch_event_target").or_default().insert(rule.id.clone(), target);
    }
    let registry = json!({ "Registry": { "name": aws_name(&model.slug(), 64) } });
    if let Value::Object(registry) = registry {
        kinds.insert("aws_schemas_registry", registry);
    }
    for (name, content) in registered(model, rules) {
        let body = json!({
            "name": aws_name(&name, 128), "registry_name": "${aws_schemas_registry.Registry.name}",
            "type": "JSONSchemaDraft4", "content": literal(&content),
        });
        kinds.entry("aws_schemas_schema").or_default().insert(ids.of("Schema", &name), body);
    }
    let mut out = Map::new();
    out.insert("terraform".into(), json!({ "required_providers": { "aws": { "source": "hashicorp/aws" } } }));
    if !variables.is_empty() {
        out.insert("variable".into(), Value::Object(variables));
    }
    out.insert("resource".into(), json!(kinds));
    Value::Object(out)
}
