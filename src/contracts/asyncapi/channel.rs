//! Channels, servers and bindings: what the products behind a channel let one say.

use serde_json::{Map, Value, json};

use super::super::model::{Action, ChannelView, MessageView, Model, Operation};
use crate::board::{ChannelKind, Mode, Span};

/// A channel of the board.
pub(super) fn of_board(view: &ChannelView, messages: Map<String, Value>) -> Value {
    let channel = view.channel.as_ref();
    let mut out = Map::new();
    out.insert("address".into(), view.name.into());
    out.insert("title".into(), crate::board::notation::words(view.name).into());
    if !channel.description.is_empty() {
        out.insert("description".into(), channel.description.clone().into());
    }
    if let Some(server) = server_name(&channel.preset) {
        out.insert("servers".into(), json!([{ "$ref": format!("#/servers/{server}") }]));
    }
    out.insert("messages".into(), Value::Object(messages));
    if let Some(bindings) = bindings(view) {
        out.insert("bindings".into(), bindings);
    }
    match channel.preset.as_str() {
        "eventbridge" => {
            out.insert("x-eventbridge".into(), json!({ "eventBus": view.name }));
        }
        "kinesis" => {
            let mut kinesis = Map::new();
            kinesis.insert("stream".into(), view.name.into());
            if let Some(shards) = channel.partitions {
                kinesis.insert("shards".into(), shards.into());
            }
            if !channel.key.is_empty() {
                kinesis.insert("partitionKey".into(), channel.key.clone().into());
            }
            out.insert("x-kinesis".into(), Value::Object(kinesis));
        }
        _ => {}
    }
    out.insert("x-channel".into(), stated(channel));
    Value::Object(out)
}

/// What the board states about a channel beyond its description.
fn stated(channel: &crate::board::Channel) -> Value {
    let mut value = serde_json::to_value(channel).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.shift_remove("description");
        fields.insert("kind".into(), json!(channel.kind));
    }
    value
}

/// The channel of a message that goes straight to whoever handles it: a call where the sender waits.
pub(super) fn straight(message: &MessageView, waits: bool, messages: Map<String, Value>) -> Value {
    let mut out = Map::new();
    if waits {
        out.insert("address".into(), super::super::openapi::path_of(message).into());
        out.insert("servers".into(), json!([{ "$ref": "#/servers/http" }]));
    } else {
        out.insert("address".into(), Value::Null);
        out.insert("description".into(), "The board names no channel for it.".into());
    }
    out.insert("title".into(), crate::board::notation::words(message.name).into());
    out.insert("messages".into(), Value::Object(messages));
    out.insert("x-straight".into(), Value::Bool(true));
    Value::Object(out)
}

fn server_name(preset: &str) -> Option<&'static str> {
    Some(match preset {
        "eventbridge" => "eventbridge",
        "sns" => "sns",
        "sqs" => "sqs",
        "kinesis" => "kinesis",
        "kafka" => "kafka",
        "rabbitmq" => "rabbitmq",
        "nats" => "nats",
        _ => return None,
    })
}

/// One server for each product, its host left to whoever deploys.
pub(super) fn servers(used: &[&ChannelView], http: bool) -> Map<String, Value> {
    let mut names: Vec<&str> = used.iter().filter_map(|view| server_name(&view.channel.preset)).collect();
    names.extend(http.then_some("http"));
    names.sort_unstable();
    names.dedup();
    let server = |name: &str| {
        let (protocol, host) = match name {
            "kafka" => ("kafka", "localhost:9092"),
            "rabbitmq" => ("amqp", "localhost:5672"),
            "nats" => ("nats", "localhost:4222"),
            "http" => ("http", "localhost"),
            aws => (aws, "amazonaws.com"),
        };
        json!({ "host": "{host}", "protocol": protocol, "variables": { "host": { "default": host } } })
    };
    names.into_iter().map(|name| (name.to_owned(), server(name))).collect()
}

fn seconds(span: Option<Span>, most: u64) -> Option<u64> {
    span.map(|span| span.as_nanos() / 1_000_000_000).filter(|seconds| *seconds <= most)
}

/// The official bindings of a channel; none where the product has none.
fn bindings(view: &ChannelView) -> Option<Value> {
    let channel = view.channel.as_ref();
    Some(match channel.preset.as_str() {
        "kafka" => {
            let mut kafka = Map::new();
            kafka.insert("topic".into(), view.name.into());
            if let Some(partitions) = channel.partitions.filter(|partitions| *partitions > 0) {
                kafka.insert("partitions".into(), partitions.into());
            }
            if let Some(retention) = channel.retention {
                let milliseconds = retention.as_nanos() / 1_000_000;
                kafka.insert("topicConfiguration".into(), json!({ "retention.ms": milliseconds }));
            }
            kafka.insert("bindingVersion".into(), "0.5.0".into());
            json!({ "kafka": kafka })
        }
        "sqs" => {
            let mut queue = Map::new();
            queue.insert("name".into(), view.name.into());
            queue.insert("fifoQueue".into(), channel.fifo.into());
            if let Some(delay) = seconds(channel.delay, 15) {
                queue.insert("deliveryDelay".into(), delay.into());
            }
            if let Some(hidden) = seconds(channel.visibility_timeout, 43_200) {
                queue.insert("visibilityTimeout".into(), hidden.into());
            }
            if let Some(kept) = seconds(channel.retention, 1_209_600).filter(|kept| *kept >= 60) {
                queue.insert("messageRetentionPeriod".into(), kept.into());
            }
            let mut sqs = Map::new();
            if !channel.dead_letter.is_empty() {
                let mut redrive = Map::new();
                redrive.insert("deadLetterQueue".into(), json!({ "name": channel.dead_letter }));
                if let Some(count) = channel.max_receive_count {
                    redrive.insert("maxReceiveCount".into(), count.into());
                }
                queue.insert("redrivePolicy".into(), Value::Object(redrive));
                let dead = json!({ "name": channel.dead_letter, "fifoQueue": channel.fifo });
                sqs.insert("deadLetterQueue".into(), dead);
            }
            sqs.insert("queue".into(), Value::Object(queue));
            sqs.insert("bindingVersion".into(), "0.2.0".into());
            json!({ "sqs": sqs })
        }
        "sns" => {
            let ordering = if channel.fifo { "FIFO" } else { "standard" };
            json!({ "sns": { "name": view.name, "ordering": { "type": ordering }, "bindingVersion": "0.1.0" } })
        }
        "rabbitmq" => {
            let name: String = view.name.chars().take(60).collect();
            match channel.kind {
                ChannelKind::Queue | ChannelKind::Stream => json!({ "amqp": {
                    "is": "queue", "queue": { "name": name, "durable": true }, "bindingVersion": "0.3.0" } }),
                ChannelKind::Bus | ChannelKind::Topic => json!({ "amqp": {
                    "is": "routingKey", "exchange": { "name": name, "type": "topic", "durable": true },
                    "bindingVersion": "0.3.0" } }),
            }
        }
        _ => return None,
    })
}

/// The official bindings of an operation; none where there is nothing to say.
pub(super) fn operation_bindings(
    model: &Model,
    operation: &Operation,
    message: &MessageView,
) -> Option<Value> {
    match operation.channel.map(|ix| model.channel(ix)) {
        None if operation.mode == Mode::Synchronous => {
            let method = super::super::openapi::method_of(message).to_ascii_uppercase();
            Some(json!({ "http": { "method": method, "bindingVersion": "0.3.0" } }))
        }
        Some(view)
            if view.channel.preset == "nats"
                && view.channel.kind == ChannelKind::Queue
                && operation.action == Action::Receive =>
        {
            let queue: String = view.name.chars().take(60).collect();
            Some(json!({ "nats": { "queue": queue, "bindingVersion": "0.1.0" } }))
        }
        _ => None,
    }
}
