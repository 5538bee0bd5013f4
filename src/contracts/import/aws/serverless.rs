//! Serverless Framework files: one service, whose functions are its reactions.

use serde_json::Value;

use super::template::{self, Place, Template, foreign_channel};
use super::{Flows, Gathered, Listener, Pattern, Rule, Sort, over_http, place_of_arn};

/// True for a file of the Serverless Framework.
pub(super) fn is_serverless(document: &Value) -> bool {
    let has = |key: &str| document.get(key).is_some();
    has("service") && has("provider") && (has("functions") || has("resources"))
}

pub(super) fn read(path: &str, document: &Value, into: &mut Gathered, flows: &mut Flows) {
    let service = document.get("service");
    let name = service
        .and_then(|service| service.as_str().or_else(|| service.get("name")?.as_str()))
        .unwrap_or(path);
    let name = into.spelt(Sort::Service, name);
    into.services.entry(name.clone()).or_default();
    let none = Value::Null;
    let resources = document.get("resources").unwrap_or(&none);
    // Resources are one template or a list of them.
    let parts = resources.as_array().map_or_else(|| std::slice::from_ref(resources), Vec::as_slice);
    let templates: Vec<Template> = parts.iter().map(Template::new).collect();
    for template in &templates {
        template::read(path, template, Some(&name), into, flows);
    }
    let empty = Template::new(&none);
    let template = templates.first().unwrap_or(&empty);
    let reader = Reader { path, name: &name, template };
    for (function, stated) in document.get("functions").and_then(Value::as_object).into_iter().flatten() {
        for event in stated.get("events").and_then(Value::as_array).into_iter().flatten() {
            for (kind, value) in event.as_object().into_iter().flatten() {
                reader.event(function, kind, value, into, flows);
            }
        }
    }
}

struct Reader<'r, 'd> {
    path: &'r str,
    name: &'r str,
    template: &'r Template<'d>,
}

impl Reader<'_, '_> {
    fn event(&self, function: &str, kind: &str, value: &Value, into: &mut Gathered, flows: &mut Flows) {
        let about = format!("{} {function}", self.path);
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let listener = Listener::Service(self.name.to_owned());
        match kind {
            "eventBridge" => {
                let Some(pattern) = value.get("pattern") else {
                    into.remark(about, "it goes by a schedule, which has no place on a board");
                    return;
                };
                let bus = self.template.bus(value.get("eventBus"), into);
                flows.rules.push(Rule { about, bus, pattern: Pattern::new(pattern), to: vec![listener] });
            }
            "sqs" | "sns" | "stream" | "msk" | "kafka" | "activemq" | "rabbitmq" => {
                let named = ["arn", "topicName", "topic", "queue"].iter().find_map(|key| value.get(*key));
                let Some(channel) = self.channel(named.unwrap_or(value)) else {
                    into.remark(about, format!("its {kind} source cannot be told"));
                    return;
                };
                let channel = into.spelt(Sort::Channel, &channel);
                let product = if kind == "stream" { text("type").unwrap_or("kinesis") } else { kind };
                into.channels.entry(channel.clone()).or_insert_with(|| foreign_channel(product));
                flows.listen(channel, listener, value.get("filterPolicy").cloned());
            }
            "http" | "httpApi" => {
                let short = value.as_str().and_then(|text| text.split_once(' '));
                match short.or_else(|| Some((text("method")?, text("path")?))) {
                    Some((method, address)) if method != "*" => {
                        over_http(self.name, method, address.trim(), into);
                    }
                    _ => into.remark(about, "it takes any call over HTTP, so none can be named"),
                }
            }
            "schedule" => into.remark(about, "it goes by a schedule, which has no place on a board"),
            other => into.remark(about, format!("events of type {other} are not read")),
        }
    }

    /// The channel a value names: a resource, an address, or its plain name.
    fn channel(&self, value: &Value) -> Option<String> {
        match self.template.resolve(value, None) {
            Some(Place::Channel(name)) => return Some(name),
            Some(Place::Service(_)) => return None,
            None => {}
        }
        match value {
            Value::String(text) => match place_of_arn(text) {
                Some(Place::Channel(name)) => Some(name),
                _ => Some(text.rsplit(':').next().unwrap_or(text).to_owned()),
            },
            _ => None,
        }
    }
}
