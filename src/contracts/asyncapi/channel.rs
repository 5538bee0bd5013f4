//! Channels, servers and bindings: what the products behind a channel let one say.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::eventbridge::queue_name;
use super::super::model::{Action, ChannelView, MessageView, Model, Operation, PartyView, VersionView};
use super::super::names::safe;
use crate::board::schema::json_schema::pointer_token;
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
            out.insert("x-eventbridge".into(), eventbridge(view));
        }
        "kinesis" => {
            out.insert("x-kinesis".into(), kinesis(view));
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

fn whole_seconds(span: Span) -> u64 {
    span.as_nanos() / 1_000_000_000
}

fn seconds(span: Option<Span>, most: u64) -> Option<u64> {
    span.map(whole_seconds).filter(|seconds| *seconds <= most)
}

/// What EventBridge has of a bus: there is no official binding.
fn eventbridge(view: &ChannelView) -> Value {
    let channel = view.channel.as_ref();
    let mut out = Map::new();
    out.insert("eventBus".into(), view.name.into());
    let mut retry = Map::new();
    if let Some(attempts) = channel.retry_attempts {
        retry.insert("maximumRetryAttempts".into(), attempts.min(185).into());
    }
    if let Some(age) = channel.retry_age {
        retry.insert("maximumEventAgeInSeconds".into(), whole_seconds(age).clamp(60, 86_400).into());
    }
    if !retry.is_empty() {
        out.insert("retryPolicy".into(), Value::Object(retry));
    }
    if !channel.dead_letter.is_empty() {
        out.insert("deadLetterQueue".into(), queue_name(&channel.dead_letter, false).into());
    }
    Value::Object(out)
}

/// What Kinesis has of a stream and of how it is read: there is no official binding.
fn kinesis(view: &ChannelView) -> Value {
    let channel = view.channel.as_ref();
    let mut out = Map::new();
    out.insert("stream".into(), view.name.into());
    if let Some(shards) = channel.partitions {
        out.insert("shards".into(), shards.into());
    }
    if !channel.key.is_empty() {
        out.insert("partitionKey".into(), channel.key.clone().into());
    }
    if let Some(kept) = channel.retention {
        out.insert("retentionHours".into(), (whole_seconds(kept) / 3_600).clamp(24, 8_760).into());
    }
    if let Some(batch) = channel.batch {
        out.insert("batchSize".into(), batch.into());
    }
    if channel.bisect {
        out.insert("bisectBatchOnFunctionError".into(), true.into());
    }
    if !channel.dead_letter.is_empty() {
        out.insert("onFailure".into(), queue_name(&channel.dead_letter, false).into());
    }
    Value::Object(out)
}

/// The longest name that stays below 255 bytes in any script.
const SHORT_NAME: usize = 60;

fn short(name: &str) -> String {
    name.chars().take(SHORT_NAME).collect()
}

/// The official bindings of a channel; none where the product has none.
fn bindings(view: &ChannelView) -> Option<Value> {
    let channel = view.channel.as_ref();
    Some(match channel.preset.as_str() {
        "kafka" => json!({ "kafka": kafka(view) }),
        "sqs" => json!({ "sqs": sqs(view) }),
        "sns" => {
            let ordering = if channel.fifo { "FIFO" } else { "standard" };
            let name = queue_name(view.name, channel.fifo);
            json!({ "sns": { "name": name, "ordering": { "type": ordering }, "bindingVersion": "0.1.0" } })
        }
        "rabbitmq" => match channel.kind {
            ChannelKind::Queue | ChannelKind::Stream => json!({ "amqp": {
                "is": "queue", "queue": { "name": short(view.name), "durable": true, "autoDelete": false },
                "bindingVersion": "0.3.0" } }),
            ChannelKind::Bus | ChannelKind::Topic => json!({ "amqp": {
                "is": "routingKey",
                "exchange": { "name": short(view.name), "type": "topic", "durable": true, "autoDelete": false },
                "bindingVersion": "0.3.0" } }),
        },
        _ => return None,
    })
}

fn kafka(view: &ChannelView) -> Value {
    let channel = view.channel.as_ref();
    let mut kafka = Map::new();
    kafka.insert("topic".into(), safe(view.name).into());
    if let Some(partitions) = channel.partitions.filter(|partitions| *partitions > 0) {
        kafka.insert("partitions".into(), partitions.into());
    }
    let mut configuration = Map::new();
    if let Some(retention) = channel.retention {
        configuration.insert("retention.ms".into(), (retention.as_nanos() / 1_000_000).into());
    }
    if let Some(limit) = channel.size_limit {
        configuration.insert("max.message.bytes".into(), limit.into());
    }
    if !configuration.is_empty() {
        kafka.insert("topicConfiguration".into(), Value::Object(configuration));
    }
    kafka.insert("bindingVersion".into(), "0.5.0".into());
    Value::Object(kafka)
}

fn sqs(view: &ChannelView) -> Value {
    let channel = view.channel.as_ref();
    let mut queue = Map::new();
    queue.insert("name".into(), queue_name(view.name, channel.fifo).into());
    queue.insert("fifoQueue".into(), channel.fifo.into());
    if let Some(delay) = seconds(channel.delay, 900) {
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
        // A queue that keeps the order hands its dead letters to one that does.
        let name = queue_name(&channel.dead_letter, channel.fifo);
        let mut redrive = Map::new();
        redrive.insert("deadLetterQueue".into(), json!({ "name": name }));
        if let Some(count) = channel.max_receive_count {
            redrive.insert("maxReceiveCount".into(), count.into());
        }
        queue.insert("redrivePolicy".into(), Value::Object(redrive));
        sqs.insert("deadLetterQueue".into(), json!({ "name": name, "fifoQueue": channel.fifo }));
    }
    sqs.insert("queue".into(), Value::Object(queue));
    sqs.insert("bindingVersion".into(), "0.2.0".into());
    Value::Object(sqs)
}

/// The official bindings of an operation; none where there is nothing to say.
pub(super) fn operation_bindings(
    model: &Model,
    party: &PartyView,
    operation: &Operation,
    message: &MessageView,
) -> Option<Value> {
    let Some(view) = operation.channel.map(|ix| model.channel(ix)) else {
        let waits = operation.mode == Mode::Synchronous;
        let method = super::super::openapi::method_of(message).to_ascii_uppercase();
        return waits.then(|| json!({ "http": { "method": method, "bindingVersion": "0.3.0" } }));
    };
    Some(match (view.channel.preset.as_str(), operation.action) {
        // Every service reads a topic as a group of its own.
        ("kafka", Action::Receive) => json!({ "kafka": {
            "groupId": { "type": "string", "enum": [party.slug] }, "bindingVersion": "0.5.0" } }),
        ("rabbitmq", Action::Receive) => json!({ "amqp": { "ack": true, "bindingVersion": "0.3.0" } }),
        ("rabbitmq", Action::Send) => json!({ "amqp": { "deliveryMode": 2, "bindingVersion": "0.3.0" } }),
        ("nats", Action::Receive) if view.channel.kind == ChannelKind::Queue => {
            json!({ "nats": { "queue": short(view.name), "bindingVersion": "0.1.0" } })
        }
        ("sns", Action::Send) => sns_consumers(model, operation)?,
        _ => return None,
    })
}

/// The queues a topic hands a message on to. The documents describe the message itself, so it is delivered raw.
fn sns_consumers(model: &Model, operation: &Operation) -> Option<Value> {
    let next = operation.routes.iter().filter_map(|route| model.topology[*route].channels.get(1));
    let queues: BTreeSet<String> = next
        .map(|ix| model.channel(*ix))
        .filter(|view| view.channel.preset == "sqs")
        .map(|view| queue_name(view.name, view.channel.fifo))
        .collect();
    let consumer = |name: &String| json!({ "protocol": "sqs", "endpoint": { "name": name }, "rawMessageDelivery": true });
    let consumers: Vec<Value> = queues.iter().map(consumer).collect();
    (!consumers.is_empty()).then(|| json!({ "sns": { "consumers": consumers, "bindingVersion": "0.1.0" } }))
}

/// The official bindings of a message: where its partition key stands in its payload, by the schema's key. None where
/// no channel of Kafka states one, or several state different ones.
pub(super) fn message_bindings(model: &Model, at: usize, payload: &str) -> Option<Value> {
    let message = &model.messages[at];
    let routes = &model.topology[message.ix?].routes;
    let channels = routes.iter().flat_map(|route| &model.topology[*route].channels);
    let keys: BTreeSet<&str> = channels
        .map(|ix| model.channel(*ix).channel.as_ref())
        .filter(|channel| channel.preset == "kafka" && !channel.key.is_empty())
        .map(|channel| channel.key.as_str())
        .collect();
    let key = keys.first().filter(|_| keys.len() == 1)?;
    let stated = |version: &VersionView| version.schema.fields.iter().any(|field| field.name == *key);
    let schema = if message.versions.iter().all(stated) {
        json!({ "$ref": format!("#/components/schemas/{payload}/properties/{}", pointer_token(key)) })
    } else {
        json!({ "type": "string", "description": format!("The value of {key}.") })
    };
    Some(json!({ "kafka": { "key": schema, "bindingVersion": "0.5.0" } }))
}
