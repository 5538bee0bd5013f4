//! The same as Terraform JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Ids, Queues, Rule, Target, archived, aws_name, is_fifo, most_receives, pattern, queue_name, queues,
    registered, seconds,
};
use crate::board::{Channel, ChannelKind};
use crate::contracts::model::Model;

/// The configuration that sets up everything the rules need.
pub(super) fn configuration(model: &Model, rules: &[Rule], ids: &mut Ids) -> Value {
    let mut making = Making { model, ids, kinds: BTreeMap::new(), variables: Map::new() };
    let queues = queues(model, rules);
    for (name, channel) in &queues {
        let body = making.queue(name, *channel, &queues);
        making.add("aws_sqs_queue", "Queue", name, body);
    }
    for rule in rules {
        making.bus(rule);
        making.rule(rule);
    }
    making.schemas(rules);
    let Making { kinds, variables, .. } = making;
    let mut out = Map::new();
    out.insert("terraform".into(), json!({ "required_providers": { "aws": { "source": "hashicorp/aws" } } }));
    if !variables.is_empty() {
        out.insert("variable".into(), Value::Object(variables));
    }
    out.insert("resource".into(), json!(kinds));
    Value::Object(out)
}

/// Text that Terraform takes as it stands: it reads `${` as its own.
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// A configuration in the making: resources by their type.
struct Making<'a, 'm> {
    model: &'a Model<'m>,
    ids: &'a mut Ids,
    kinds: BTreeMap<&'static str, Map<String, Value>>,
    variables: Map<String, Value>,
}

impl Making<'_, '_> {
    fn put(&mut self, of_type: &'static str, id: String, body: Value) {
        self.kinds.entry(of_type).or_default().insert(id, body);
    }

    /// Adds a resource under an identifier made of `kind` and `name`.
    fn add(&mut self, of_type: &'static str, kind: &str, name: &str, body: Value) {
        let id = self.ids.of(kind, name);
        self.put(of_type, id, body);
    }

    /// What one resource says of another: `${type.id.what}`.
    fn of(&mut self, of_type: &str, kind: &str, name: &str, what: &str) -> String {
        format!("${{{of_type}.{}.{what}}}", self.ids.of(kind, name))
    }

    fn queue(&mut self, name: &str, channel: Option<&Channel>, all: &Queues<'_>) -> Value {
        let fifo = is_fifo(name, channel, all);
        let mut queue = json!({ "name": queue_name(name, fifo), "fifo_queue": fifo });
        let Some(channel) = channel else { return queue };
        let numbers = [
            ("visibility_timeout_seconds", seconds(channel.visibility_timeout, 0, 43_200)),
            ("message_retention_seconds", seconds(channel.retention, 60, 1_209_600)),
            ("delay_seconds", seconds(channel.delay, 0, 900)),
            ("receive_wait_time_seconds", seconds(channel.wait, 0, 20)),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                queue[name] = number.into();
            }
        }
        if !channel.dead_letter.is_empty() {
            let arn = self.of("aws_sqs_queue", "Queue", &channel.dead_letter, "arn");
            let redrive = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": most_receives(channel) });
            queue["redrive_policy"] = redrive.to_string().into();
        }
        queue
    }

    /// The bus of a rule, with its archive.
    fn bus(&mut self, rule: &Rule) {
        let bus = self.model.channel(rule.bus);
        self.add("aws_cloudwatch_event_bus", "Bus", bus.name, json!({ "name": aws_name(bus.name, 200) }));
        let Some((days, pattern)) = archived(&bus.channel) else { return };
        let arn = self.of("aws_cloudwatch_event_bus", "Bus", bus.name, "arn");
        let mut archive = json!({ "name": aws_name(bus.name, 48), "event_source_arn": arn });
        if let Some(days) = days {
            archive["retention_days"] = days.into();
        }
        if let Some(pattern) = pattern {
            archive["event_pattern"] = literal(&pattern.to_string()).into();
        }
        self.add("aws_cloudwatch_event_archive", "Archive", bus.name, archive);
    }

    fn rule(&mut self, rule: &Rule) {
        let bus = self.model.channel(rule.bus);
        let bus_name = self.of("aws_cloudwatch_event_bus", "Bus", bus.name, "name");
        let body = json!({
            "name": aws_name(&rule.id, 64), "event_bus_name": bus_name,
            "event_pattern": literal(&pattern(rule).to_string()),
        });
        self.put("aws_cloudwatch_event_rule", rule.id.clone(), body);
        let mut target = json!({
            "rule": format!("${{aws_cloudwatch_event_rule.{}.name}}", rule.id),
            "event_bus_name": bus_name, "arn": self.target(rule),
        });
        let channel = bus.channel.as_ref();
        if !channel.dead_letter.is_empty() {
            let arn = self.of("aws_sqs_queue", "Queue", &channel.dead_letter, "arn");
            target["dead_letter_config"] = json!({ "arn": arn });
        }
        if channel.retry_attempts.is_some() || channel.retry_age.is_some() {
            target["retry_policy"] = json!({
                "maximum_retry_attempts": channel.retry_attempts.unwrap_or(185).min(185),
                "maximum_event_age_in_seconds": seconds(channel.retry_age, 60, 86_400).unwrap_or(86_400),
            });
        }
        self.put("aws_cloudwatch_event_target", rule.id.clone(), target);
    }

    /// Where a rule sends what it matches: a queue of ours, or an address that whoever applies it knows.
    fn target(&mut self, rule: &Rule) -> String {
        let name = match &rule.target {
            Target::Service(name) => name,
            Target::Channel(ix) => {
                let view = self.model.channel(*ix);
                if view.channel.kind == ChannelKind::Queue {
                    return self.of("aws_sqs_queue", "Queue", view.name, "arn");
                }
                view.name
            }
        };
        let id = self.ids.of("Arn", name);
        self.variables.insert(id.clone(), json!({ "type": "string" }));
        format!("${{var.{id}}}")
    }

    fn schemas(&mut self, rules: &[Rule]) {
        let registry = json!({ "name": aws_name(&self.model.slug(), 64) });
        self.put("aws_schemas_registry", "Registry".to_owned(), registry);
        for (name, content) in registered(self.model, rules) {
            let body = json!({
                "name": aws_name(&name, 128), "registry_name": "${aws_schemas_registry.Registry.name}",
                "type": "JSONSchemaDraft4", "content": literal(&content),
            });
            self.add("aws_schemas_schema", "Schema", &name, body);
        }
    }
}
