//! A CloudFormation template.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Ids, Queues, Rule, Target, archived, aws_name, is_bus, is_fifo, most_receives, pattern, queue_name,
    queues, registered, seconds,
};
use crate::board::{Channel, ChannelKind};
use crate::contracts::model::{ChannelView, Model};

/// The template that sets up everything the rules need.
pub(super) fn template(model: &Model, rules: &[Rule], ids: &mut Ids) -> Value {
    let mut template = Template { model, ids, parameters: Map::new(), resources: Map::new() };
    let queues = queues(model, rules);
    for (name, channel) in &queues {
        let body = queue(name, *channel, &queues, template.ids);
        template.add("Queue", name, "AWS::SQS::Queue", body);
    }
    for rule in rules {
        template.bus(rule);
        template.rule(rule);
    }
    if !queues.is_empty() {
        template.allow(&queues);
    }
    template.schemas(rules);
    let Template { parameters, resources, .. } = template;
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

/// A template in the making.
struct Template<'a, 'm> {
    model: &'a Model<'m>,
    ids: &'a mut Ids,
    parameters: Map<String, Value>,
    resources: Map<String, Value>,
}

impl Template<'_, '_> {
    /// Adds a resource under an identifier made of `kind` and `name`, which it returns.
    fn add(&mut self, kind: &str, name: &str, of_type: &str, properties: Value) -> String {
        let id = self.ids.of(kind, name);
        self.resources.insert(id.clone(), json!({ "Type": of_type, "Properties": properties }));
        id
    }

    fn arn(&mut self, kind: &str, name: &str) -> Value {
        json!({ "Fn::GetAtt": [self.ids.of(kind, name), "Arn"] })
    }

    /// The bus of a rule, with its archive.
    fn bus(&mut self, rule: &Rule) {
        let bus = self.model.channel(rule.bus);
        self.add("Bus", bus.name, "AWS::Events::EventBus", json!({ "Name": aws_name(bus.name, 200) }));
        let Some((days, pattern)) = archived(&bus.channel) else { return };
        let mut properties =
            json!({ "ArchiveName": aws_name(bus.name, 48), "SourceArn": self.arn("Bus", bus.name) });
        if let Some(days) = days {
            properties["RetentionDays"] = days.into();
        }
        if let Some(pattern) = pattern {
            properties["EventPattern"] = pattern;
        }
        self.add("Archive", bus.name, "AWS::Events::Archive", properties);
    }

    fn rule(&mut self, rule: &Rule) {
        let bus = self.model.channel(rule.bus);
        let channel = bus.channel.as_ref();
        let mut target = Map::new();
        target.insert("Id".into(), "target".into());
        target.insert("Arn".into(), self.target(rule));
        if !channel.dead_letter.is_empty() {
            target
                .insert("DeadLetterConfig".into(), json!({ "Arn": self.arn("Queue", &channel.dead_letter) }));
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
            let to = self.model.channel(ix).channel.as_ref();
            if to.kind == ChannelKind::Queue && to.fifo {
                target.insert("SqsParameters".into(), json!({ "MessageGroupId": "default" }));
            }
        }
        let properties = json!({
            "EventBusName": { "Ref": self.ids.of("Bus", bus.name) },
            "EventPattern": pattern(rule),
            "State": "ENABLED",
            "Targets": [target],
        });
        let body = json!({ "Type": "AWS::Events::Rule", "Properties": properties });
        self.resources.insert(rule.id.clone(), body);
    }

    /// Where a rule sends what it matches, set up if the template can.
    fn target(&mut self, rule: &Rule) -> Value {
        let view = match &rule.target {
            Target::Service(name) => return self.parameter(name),
            Target::Channel(ix) => self.model.channel(*ix),
        };
        match view.channel.kind {
            ChannelKind::Queue => self.arn("Queue", view.name),
            ChannelKind::Topic => {
                let properties = json!({ "TopicName": aws_name(&view.name.replace('.', "-"), 200) });
                json!({ "Ref": self.add("Topic", view.name, "AWS::SNS::Topic", properties) })
            }
            ChannelKind::Stream if matches!(view.channel.preset.as_str(), "" | "kinesis") => {
                let shards = view.channel.partitions.unwrap_or(1).max(1);
                let properties = json!({ "Name": aws_name(view.name, 120), "ShardCount": shards });
                self.add("Stream", view.name, "AWS::Kinesis::Stream", properties);
                self.arn("Stream", view.name)
            }
            ChannelKind::Bus if is_bus(&view.channel) => {
                let properties = json!({ "Name": aws_name(view.name, 200) });
                self.add("Bus", view.name, "AWS::Events::EventBus", properties);
                self.arn("Bus", view.name)
            }
            _ => self.parameter(view.name),
        }
    }

    /// An address that whoever deploys the template knows.
    fn parameter(&mut self, name: &str) -> Value {
        let id = self.ids.of("Arn", name);
        let description: String = format!("Where {name} receives events").chars().take(300).collect();
        self.parameters.insert(id.clone(), json!({ "Type": "String", "Description": description }));
        json!({ "Ref": id })
    }

    /// Lets the buses send to the queues.
    fn allow(&mut self, queues: &Queues<'_>) {
        let arns: Vec<Value> = queues.keys().map(|name| self.arn("Queue", name)).collect();
        let urls: Vec<Value> =
            queues.keys().map(|name| json!({ "Ref": self.ids.of("Queue", name) })).collect();
        let body = json!({ "Type": "AWS::SQS::QueuePolicy", "Properties": {
            "Queues": urls,
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" },
                "Action": "sqs:SendMessage", "Resource": arns }] },
        } });
        self.resources.insert("AllowEventBridge".into(), body);
    }

    fn schemas(&mut self, rules: &[Rule]) {
        let registry = json!({ "RegistryName": aws_name(&self.model.slug(), 64) });
        let body = json!({ "Type": "AWS::EventSchemas::Registry", "Properties": registry });
        self.resources.insert("Registry".into(), body);
        for (name, content) in registered(self.model, rules) {
            let properties = json!({
                "RegistryName": { "Fn::GetAtt": ["Registry", "RegistryName"] },
                "SchemaName": aws_name(&name, 128), "Type": "JSONSchemaDraft4", "Content": content,
            });
            self.add("Schema", &name, "AWS::EventSchemas::Schema", properties);
        }
    }
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

/// The properties of a queue.
fn queue(name: &str, channel: Option<&Channel>, all: &Queues<'_>, ids: &mut Ids) -> Value {
    let mut properties = Map::new();
    let fifo = is_fifo(name, channel, all);
    properties.insert("QueueName".into(), queue_name(name, fifo).into());
    if fifo {
        properties.insert("FifoQueue".into(), Value::Bool(true));
    }
    if let Some(channel) = channel {
        let numbers = [
            ("VisibilityTimeout", seconds(channel.visibility_timeout, 0, 43_200)),
            ("MessageRetentionPeriod", seconds(channel.retention, 60, 1_209_600)),
            ("DelaySeconds", seconds(channel.delay, 0, 900)),
            ("ReceiveMessageWaitTimeSeconds", seconds(channel.wait, 0, 20)),
        ];
        let stated = numbers.into_iter().filter_map(|(name, number)| Some((name.into(), number?.into())));
        properties.extend(stated);
        if !channel.dead_letter.is_empty() {
            let dead = ids.of("Queue", &channel.dead_letter);
            let redrive = json!({
                "deadLetterTargetArn": { "Fn::GetAtt": [dead, "Arn"] }, "maxReceiveCount": most_receives(channel),
            });
            properties.insert("RedrivePolicy".into(), redrive);
        }
    }
    Value::Object(properties)
}
