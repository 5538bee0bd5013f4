//! The documented defaults of real services, each with its source. What a board states always takes precedence.
//!
//! `[bc:x]` is the machine-readable model of the service `x` in botocore 1.44.5.

use super::queue::QueueSettings;
use super::retry::{Jitter, Pause, Phase, RetryPolicy};
use super::stream::StreamSettings;
use crate::board::ChannelKind;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const MIB: u64 = 1 << 20;

/// What a channel does unless the board says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The name boards use.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The kind of channel it is.
    pub kind: ChannelKind,
    /// Retries of pushed deliveries (bus and topic), or of a failing batch (stream).
    pub retry: RetryPolicy,
    /// What a queue of it promises.
    pub queue: QueueSettings,
    /// What a stream of it promises.
    pub stream: StreamSettings,
    /// The largest message in bytes.
    pub size_limit: u64,
    /// Where the figures come from.
    pub source: &'static str,
}

/// Bus retries: exponential back-off with jitter up to 24 h and 185 attempts
/// (docs.aws eb-rule-retry-policy). AWS publishes neither base nor cap; these two let 185 retries fit into 24 h.
fn bus_retry(most: u32, age: u64) -> RetryPolicy {
    let pause = Pause::Doubling { from: SECOND, cap: 10 * MINUTE };
    RetryPolicy { phases: vec![Phase { count: u32::MAX, pause }], most, age, jitter: Jitter::Equal }
}

/// Topic retries to queues and functions: 3 at once, 2 after 1 s each, 10 growing from 1 s to 20 s, 100,000 every
/// 20 s: 100,015 over 23 days, jittered (docs.aws sns-message-delivery-retries).
fn topic_retry() -> RetryPolicy {
    let phases = vec![
        Phase { count: 3, pause: Pause::Constant(0) },
        Phase { count: 2, pause: Pause::Constant(SECOND) },
        Phase { count: 10, pause: Pause::Geometric { from: SECOND, to: 20 * SECOND } },
        Phase { count: 100_000, pause: Pause::Constant(20 * SECOND) },
    ];
    RetryPolicy { phases, most: 100_015, age: 23 * DAY, jitter: Jitter::Equal }
}

/// Stream consumers wait a second, then longer, up to a minute, before a failing batch is read again.
fn stream_retry() -> RetryPolicy {
    RetryPolicy::doubling(SECOND, MINUTE)
}

/// The defaults of a kind of channel without a product behind it.
#[must_use]
pub fn generic(kind: ChannelKind) -> Preset {
    let retry = match kind {
        ChannelKind::Bus => bus_retry(185, DAY),
        ChannelKind::Topic => topic_retry(),
        ChannelKind::Queue => RetryPolicy::never(),
        ChannelKind::Stream => stream_retry(),
    };
    Preset {
        name: "",
        title: "No product",
        kind,
        retry,
        queue: QueueSettings { receives: 10, ..QueueSettings::default() },
        stream: StreamSettings::default(),
        size_limit: MIB,
        source: "the field guide's table of channels",
    }
}

/// Every preset, by name.
#[must_use]
pub fn all() -> Vec<Preset> {
    let bus = generic(ChannelKind::Bus);
    let queue = generic(ChannelKind::Queue);
    let stream = generic(ChannelKind::Stream);
    let rabbit = QueueSettings {
        visibility: 1_800 * SECOND,
        requeue_at_once: true,
        receives: 20,
        retention: u64::MAX,
        ..QueueSettings::default()
    };
    vec![
        Preset {
            name: "eventbridge",
            title: "Amazon EventBridge (classic bus)",
            source: "docs.aws eb-rule-retry-policy: 24 h and up to 185 attempts, back-off and jitter; [bc:events] PutEvents: entry under 1 MB",
            ..bus.clone()
        },
        Preset {
            name: "eventbridge-v2",
            title: "Amazon EventBridge (custom event bus)",
            retry: bus_retry(5, 300 * SECOND),
            source: "docs.aws eb-custom-bus-retry, [bc:eventbridgev2]: 5 attempts or 300 s",
            ..bus
        },
        Preset {
            name: "kafka",
            title: "Apache Kafka",
            stream: StreamSettings {
                partitions: 1,
                retention: 168 * HOUR,
                batch: 500,
                ..StreamSettings::default()
            },
            source: "retention 168 h, max.poll.records 500 (secondary sources); order per partition (Red Hat Streams 2.7)",
            ..stream.clone()
        },
        Preset {
            name: "kinesis",
            title: "Amazon Kinesis with a Lambda consumer",
            stream: StreamSettings { partitions: 1, retention: DAY, batch: 100, ..StreamSettings::default() },
            source: "[bc:kinesis] record 1 MiB; [bc:lambda] event source: batch 100, retries -1 until expiry, bisect off",
            ..stream
        },
        Preset {
            name: "nats",
            title: "NATS JetStream",
            queue: QueueSettings {
                visibility: 30 * SECOND,
                receives: u32::MAX,
                retention: u64::MAX,
                ..QueueSettings::default()
            },
            source: "nats.docs consumers: at least once, redelivery after AckWait up to MaxDeliver, late acknowledgements honoured",
            ..queue.clone()
        },
        Preset {
            name: "rabbitmq",
            title: "RabbitMQ quorum queue",
            queue: rabbit,
            source: "rabbitmq.com quorum-queues: delivery limit 20 since 4.0, requeued near the head; consumer time-out 30 min",
            ..queue.clone()
        },
        Preset {
            name: "sns",
            title: "Amazon SNS",
            size_limit: 256 << 10,
            source: "docs.aws sns-message-delivery-retries: 3 + 2 + 10 + 100,000 over 23 days, jittered; default size 256 KiB",
            ..generic(ChannelKind::Topic)
        },
        Preset {
            name: "sqs",
            title: "Amazon SQS",
            source: "[bc:sqs]: visibility 30 s, maxReceiveCount 10, retention 345,600 s, 1 MiB, FIFO deduplication 5 min",
            ..queue
        },
    ]
}

/// The preset of this name; the kind's own defaults when there is none.
#[must_use]
pub fn find(name: &str, kind: ChannelKind) -> Option<Preset> {
    if name.is_empty() {
        return Some(generic(kind));
    }
    let found = all().into_iter().find(|preset| preset.name.eq_ignore_ascii_case(name))?;
    // A product used as another kind of channel keeps what its own kind says and takes the rest from that kind.
    Some(if found.kind == kind {
        found
    } else {
        Preset { name: found.name, title: found.title, ..generic(kind) }
    })
}
