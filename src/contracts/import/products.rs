//! Brokers by the names that documents give them.

use crate::board::{Channel, ChannelKind};

/// The channel of a product, by whether documents name it; a topic of no product where they name none.
#[must_use]
pub fn channel(names: &dyn Fn(&str) -> bool) -> Channel {
    let over = |all: &[&str]| all.iter().any(|name| names(name));
    let (kind, preset) = if over(&["kafka", "kafka-secure"]) {
        (ChannelKind::Stream, "kafka")
    } else if over(&["kinesis"]) {
        (ChannelKind::Stream, "kinesis")
    } else if over(&["eventbridge"]) {
        (ChannelKind::Bus, "eventbridge")
    } else if over(&["sqs"]) {
        (ChannelKind::Queue, "sqs")
    } else if over(&["sns"]) {
        (ChannelKind::Topic, "sns")
    } else if over(&["amqp", "amqps", "amqp1", "rabbitmq"]) {
        (ChannelKind::Topic, "rabbitmq")
    } else if over(&["nats"]) {
        (ChannelKind::Topic, "nats")
    } else {
        (ChannelKind::Topic, "")
    };
    Channel { kind, preset: preset.to_owned(), ..Channel::default() }
}
