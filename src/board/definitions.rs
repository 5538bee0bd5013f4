//! Definitions: what a name on the board stands for. Stated once, however many stickies show it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::record::record;
use super::schema::{Schema, Version};
use super::span::Span;

/// How much say the team has over a service: the right amount of coupling depends on it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Ours.
    #[default]
    Own,
    /// Another team's in the same organisation.
    Organisation,
    /// A third party's.
    ThirdParty,
}

/// How a service's writes become events: it decides what a crash in between loses.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Publishing {
    /// Writes its store, then publishes: two writes, and a crash between them loses the event.
    #[default]
    Direct,
    /// Writes the event beside the state in one transaction; a relay publishes it.
    Outbox,
    /// The store's change stream publishes.
    ChangeDataCapture,
    /// The events are the state.
    EventSourced,
    /// Keeps no state of its own, so there is nothing to write twice.
    Stateless,
}

impl Publishing {
    /// True when a crash between the write and the publication loses the event.
    #[must_use]
    pub const fn is_dual_write(self) -> bool {
        matches!(self, Self::Direct)
    }
}

/// A distribution of lengths of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Always the same.
    Constant(Span),
    /// Evenly between two lengths.
    Uniform(Span, Span),
    /// Exponential with this mean.
    Exponential(Span),
    /// Log-normal with this median and this 99th percentile.
    LogNormal {
        /// The 50th percentile.
        median: Span,
        /// The 99th percentile; not below the median.
        p99: Span,
    },
    /// Weibull.
    Weibull {
        /// The scale λ.
        scale: Span,
        /// The shape k, above zero.
        shape: f64,
    },
    /// Drawn evenly from measured values.
    Empirical(Vec<Span>),
}

record! {
    /// Replicas of a service behind one name.
    pub struct Replicas {
        /// How many there are; 0 reads as 1.
        pub count: u32,
        /// How many must be up; 0 reads as 1.
        pub needed: u32,
    }
}

record! {
    /// A circuit breaker: after several failures in a row calls fail at once, for a while.
    pub struct Breaker {
        /// Failures in a row that open it; 0 reads as 5.
        pub failures: u32,
        /// How long it stays open before one call is let through to try; 30 s when not given.
        pub open: Option<Span>,
    }
}

record! {
    /// A service: an opaque, autonomous unit behind a published contract, with data and a team of its own.
    pub struct Service {
        /// What it is for.
        pub description: String,
        /// The team that owns it.
        pub team: String,
        /// How much say we have over it.
        pub control: Control,
        /// The probability that it is up at a random moment, 0 to 1. `mttf` and `mttr` take precedence.
        pub availability: Option<f64>,
        /// Mean time to failure.
        pub mttf: Option<Span>,
        /// Mean time to repair.
        pub mttr: Option<Span>,
        /// Several copies, of which some must be up.
        pub replicas: Option<Replicas>,
        /// How long one reaction takes, once a worker has it.
        pub latency: Option<Distribution>,
        /// How many reactions run at once; unlimited when not given.
        pub concurrency: Option<u32>,
        /// The probability that one reaction fails although the service is up.
        pub failure: f64,
        /// How its writes become events.
        pub publishing: Publishing,
        /// Handling the same message twice is the same as once.
        pub idempotent: bool,
        /// The name of the store it keeps its data in; two services naming one store share it.
        pub store: String,
        /// A process manager: it remembers where each process stands, and compensates.
        pub process_manager: bool,
        /// How many requests may wait for one of its workers before it refuses more; unlimited when not given.
        pub waiting: Option<u32>,
        /// Highest rate of messages it accepts a second; unlimited when not given.
        pub rate_limit: Option<f64>,
        /// Extra time before the first reaction of an idle service.
        pub cold_start: Option<Span>,
        /// How long a read model takes to show an event it has handled.
        pub projection_lag: Option<Distribution>,
        /// Whom it calls takes part in one distributed transaction: callees vote, hold their workers and locks, and
        /// take effect only when this service commits.
        pub two_phase_commit: bool,
    }
}

/// The four classes of event (domain and customer-interaction events may be public).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EventClass {
    /// A fact of the business.
    #[default]
    Domain,
    /// A fact private to one team's components.
    Component,
    /// Something a customer did.
    CustomerInteraction,
    /// Comes from a client, for analysis.
    Analytics,
}

/// Who may subscribe.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Anyone on the shared bus.
    #[default]
    Public,
    /// Only the team that owns it.
    Private,
}

record! {
    /// An event: an immutable fact, in the past tense.
    pub struct Event {
        /// What happened, in a sentence.
        pub description: String,
        /// Its class.
        pub class: EventClass,
        /// Who may subscribe.
        pub visibility: Visibility,
        /// The service that owns the contract; empty means its only publisher.
        pub owner: String,
        /// It has consumers that this board does not show.
        pub outgoing: bool,
        /// It comes from outside this board.
        pub incoming: bool,
        /// It announces a failure: whoever waits for the reaction that publishes it is told no.
        pub failure: bool,
        /// Versions of the contract, oldest first.
        pub versions: Vec<Version>,
    }
}

/// Whether the sender waits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The sender waits for the reaction to finish.
    #[default]
    Synchronous,
    /// The sender goes on; a reply, if any, comes through the response channel.
    Asynchronous,
}

record! {
    /// A command: a statement of intent with one handler.
    pub struct Command {
        /// What is asked for, in a sentence.
        pub description: String,
        /// Whether the sender waits.
        pub mode: Mode,
        /// How long a waiting sender waits; for ever when not given.
        pub timeout: Option<Span>,
        /// How often a waiting sender tries again after a failure or time-out.
        pub retries: u32,
        /// The pause before the first retry; it doubles each time.
        pub backoff: Option<Span>,
        /// Calls fail at once for a while after several failures in a row.
        pub breaker: Option<Breaker>,
        /// The most calls in progress from one place; further ones fail at once. Unlimited when not given.
        pub bulkhead: Option<u32>,
        /// A sender that cannot get it goes on without it.
        pub fallback: bool,
        /// How long a process manager waits for what an asynchronous command brings about before it does what the
        /// board foresees for its failure; for ever when not given.
        pub deadline: Option<Span>,
        /// The channel on which an asynchronous command is answered; empty for none.
        pub response_channel: String,
        /// Versions of the contract, oldest first.
        pub versions: Vec<Version>,
    }
}

record! {
    /// A query: a request for a view of the world that changes nothing.
    pub struct Query {
        /// What is asked, in a sentence.
        pub description: String,
        /// How long the asker waits; for ever when not given.
        pub timeout: Option<Span>,
        /// How often the asker tries again.
        pub retries: u32,
        /// The pause before the first retry; it doubles each time.
        pub backoff: Option<Span>,
        /// Calls fail at once for a while after several failures in a row.
        pub breaker: Option<Breaker>,
        /// The most calls in progress from one place; further ones fail at once. Unlimited when not given.
        pub bulkhead: Option<u32>,
        /// An asker that gets no answer goes on without one.
        pub fallback: bool,
        /// The shape of the question.
        pub request: Schema,
        /// Real questions, each valid under its shape.
        pub request_examples: Vec<Value>,
        /// The shape of the answer.
        pub response: Schema,
        /// Real answers, each valid under their shape.
        pub response_examples: Vec<Value>,
    }
}

/// What a channel is, and so what it promises.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Content-based rules pick targets; at least once; no order.
    #[default]
    Bus,
    /// Every subscription gets each message; at least once.
    Topic,
    /// Competing consumers; at least once; visibility time-out; redrive to a dead-letter queue.
    Queue,
    /// A partitioned log; every consumer group keeps its own offset.
    Stream,
}

record! {
    /// What a bus or topic keeps of what passes, to be delivered again.
    pub struct Archive {
        /// How long it is kept; for ever when not given.
        pub retention: Option<Span>,
        /// The content filter that says what is kept; everything when not given.
        pub pattern: Option<Value>,
    }
}

record! {
    /// A channel: where messages travel.
    pub struct Channel {
        /// What travels there.
        pub description: String,
        /// What it is.
        pub kind: ChannelKind,
        /// The product whose documented defaults fill what is not given: `eventbridge`, `sns`, `sqs`, `kinesis`,
        /// `kafka`, `rabbitmq`, `nats`; empty for none.
        pub preset: String,
        /// Keeps the order within a group or key.
        pub fifo: bool,
        /// The payload field whose value is the partition or message-group key; empty for the correlation id.
        pub key: String,
        /// Partitions of a stream.
        pub partitions: Option<u32>,
        /// The queue where undeliverable messages go; empty loses them.
        pub dead_letter: String,
        /// Deliveries before a message counts as undeliverable.
        pub max_receive_count: Option<u32>,
        /// How long a queue hides a message that a consumer holds.
        pub visibility_timeout: Option<Span>,
        /// How long messages are kept.
        pub retention: Option<Span>,
        /// How long a message waits before its first delivery.
        pub delay: Option<Span>,
        /// How long a message is on its way.
        pub latency: Option<Distribution>,
        /// Delivery attempts by a bus or topic before it gives up.
        pub retry_attempts: Option<u32>,
        /// Age at which a bus or topic gives up.
        pub retry_age: Option<Span>,
        /// The largest message, in bytes.
        pub size_limit: Option<u64>,
        /// The most messages a consumer takes at once.
        pub batch: Option<u32>,
        /// How long one receive of a queue waits for a message (long polling); 0 looks and comes back. Messages are
        /// handed out as they come when neither this nor `pause` is given.
        pub wait: Option<Span>,
        /// How long a consumer pauses after a receive that brought nothing.
        pub pause: Option<Span>,
        /// What a bus or topic keeps to be delivered again.
        pub archive: Option<Archive>,
        /// A failing batch of a stream is halved until the record that fails stands alone.
        pub bisect: bool,
        /// The probability that it is up, 0 to 1.
        pub availability: Option<f64>,
        /// The probability that a message is delivered twice.
        pub duplicates: f64,
        /// How much say we have over it.
        pub control: Control,
    }
}
