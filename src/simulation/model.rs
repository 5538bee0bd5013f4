//! What the engine runs: services, channels, messages and reactions as numbered tables, compiled from a board or put
//! together by hand (for the formulas of queueing theory).

use std::sync::Arc;

use super::broker::archive::ArchiveSettings;
use super::broker::queue::QueueSettings;
use super::broker::retry::RetryPolicy;
use super::broker::stream::StreamSettings;
use super::distribution::Sampler;
use crate::board::{ChannelKind, Expectation, FaultKind, LinkId, Publishing, Span, StickyId};
use crate::topology::MessageKind;

macro_rules! index {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The place in its table.
            #[inline]
            #[must_use]
            pub const fn at(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
index!(
    /// A service of a model.
    ServiceIx,
    /// A channel of a model.
    ChannelIx,
    /// A message of a model.
    MessageIx,
    /// A reaction of a model.
    ReactionIx,
    /// A hop of a model.
    HopIx,
    /// A queue of a model: one per channel and set of competing consumers.
    LaneIx,
    /// A consumer group of a stream.
    GroupIx,
);

/// A service with its workers.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name, which also names its random streams.
    pub name: String,
    /// How long one reaction takes once a worker has it.
    pub latency: Sampler,
    /// How many reactions run at once.
    pub workers: u32,
    /// How many may wait for a worker before calls are refused.
    pub waiting: u32,
    /// The probability that one reaction fails.
    pub failure: f64,
    /// How its writes become events.
    pub publishing: Publishing,
    /// Mean nanoseconds up and down, when it fails by itself.
    pub outages: Option<(u64, u64)>,
    /// Copies, and how many of them must be up.
    pub replicas: (u32, u32),
    /// The most reactions it accepts a second.
    pub rate_limit: Option<f64>,
    /// Extra nanoseconds before the first reaction of an idle service.
    pub cold_start: u64,
    /// It polls some of its queues.
    pub polls: bool,
    /// How long a read model takes to show what it has handled.
    pub lag: Option<Sampler>,
    /// It keeps its callees' effects back until it commits.
    pub coordinates: bool,
    /// Stands for the world outside: actors, screens, sources of events; or for a policy nobody hosts.
    pub outside: bool,
}

impl Service {
    /// A service that is always up, with as many workers as it takes.
    #[must_use]
    pub fn new(name: impl Into<String>, latency: Sampler) -> Self {
        Self {
            name: name.into(),
            latency,
            workers: u32::MAX,
            waiting: u32::MAX,
            failure: 0.0,
            publishing: Publishing::Outbox,
            outages: None,
            replicas: (1, 1),
            rate_limit: None,
            cold_start: 0,
            polls: false,
            lag: None,
            coordinates: false,
            outside: false,
        }
    }
}

/// What groups and partitions the messages of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// The process they belong to.
    #[default]
    Correlation,
    /// A payload field that holds an identity in these messages: it need not be made to tell which are equal. The
    /// others have no such field and go by their process.
    Identity {
        /// What tells this field's identities from those of other fields.
        salt: u64,
        /// Which messages have the field.
        messages: Box<[bool]>,
    },
    /// Any payload field, at this path; where there is none, the process.
    Field {
        /// The dotted path.
        path: String,
        /// Its first step, alone in a list.
        name: [String; 1],
    },
}

/// A channel.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ChannelKind,
    /// How long a message is on its way.
    pub latency: Sampler,
    /// The probability that a message is delivered twice.
    pub duplicates: f64,
    /// Where undeliverable messages go.
    pub dead_letter: Option<ChannelIx>,
    /// Retries of pushed deliveries and of failing batches.
    pub retry: RetryPolicy,
    /// What its queues promise.
    pub queue: QueueSettings,
    /// What it promises as a stream.
    pub stream: StreamSettings,
    /// The largest message in bytes; larger ones are refused.
    pub size_limit: u64,
    /// What groups and partitions its messages.
    pub key: Key,
    /// Mean nanoseconds up and down, when it fails by itself.
    pub outages: Option<(u64, u64)>,
    /// The queue that takes what nobody on the board consumes, such as dead letters.
    pub sink: LaneIx,
    /// The consumer groups of a stream.
    pub groups: Vec<GroupIx>,
    /// What it archives, as a bus or topic.
    pub archive: Option<ArchiveSettings>,
}

/// A queue of a channel, with the services that compete for its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The channel.
    pub channel: ChannelIx,
    /// The services.
    pub consumers: Vec<ServiceIx>,
}

/// A consumer group of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The stream.
    pub channel: ChannelIx,
    /// Its number within the stream.
    pub number: u32,
    /// The service that reads.
    pub service: ServiceIx,
    /// The how-many-th group of that service: one service may react twice to one message.
    pub nth: u32,
}

/// An event, command or query.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: MessageKind,
    /// It announces a failure: a reaction that publishes it tells its waiting caller no.
    pub failure: bool,
    /// The size of a typical payload in bytes.
    pub size: u64,
    /// It answers an asynchronous command.
    pub reply: bool,
}

/// One step of a message towards its consumers.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The links of the board that the message travels along on this step.
    pub links: Box<[LinkId]>,
    /// The content filters on those links, by their place in the model's table.
    pub filters: Box<[u32]>,
    /// Where the step leads.
    pub to: Target,
}

/// Where a hop leads.
#[derive(Clone, Debug)]
pub enum Target {
    /// To a reaction.
    Reaction {
        /// The reaction.
        reaction: ReactionIx,
        /// Handling the message twice is the same as once.
        idempotent: bool,
    },
    /// Into a channel.
    Channel {
        /// The channel.
        channel: ChannelIx,
        /// The hops that follow.
        next: Box<[HopIx]>,
        /// The queue it waits in, when the channel is a queue.
        lane: LaneIx,
    },
}

/// One reaction of a service.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// The service that hosts it.
    pub service: ServiceIx,
    /// Its sticky.
    pub sticky: Option<StickyId>,
    /// What it does, in order.
    pub outputs: Vec<Output>,
    /// The sum of the weights of its exclusive outputs.
    pub weights: f64,
    /// How the asynchronous commands among its outputs are answered.
    pub replies: Vec<Reply>,
    /// It takes the answer to an asynchronous command.
    pub takes_reply: bool,
}

/// The answer to an asynchronous command, through its response channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The output that sends the command.
    pub output: u16,
    /// The answer.
    pub message: MessageIx,
    /// Its way.
    pub to: HopIx,
}

impl Reaction {
    /// A reaction with these outputs.
    #[must_use]
    pub fn new(service: ServiceIx, sticky: Option<StickyId>, outputs: Vec<Output>) -> Self {
        let weights = outputs
            .iter()
            .map(|output| if let When::OneOf(weight) = output.when { weight } else { 0.0 })
            .sum();
        Self { service, sticky, outputs, weights, replies: Vec::new(), takes_reply: false }
    }
}

/// When an output happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// Each time.
    Always,
    /// Instead of the other exclusive outputs, by weight.
    OneOf(f64),
    /// When that output of the reaction failed.
    OnFailureOf(u16),
}

/// One output of a reaction.
#[derive(Clone, Debug)]
pub struct Output {
    /// What is sent.
    pub message: MessageIx,
    /// When.
    pub when: When,
    /// The link from the reaction to the message.
    pub link: Option<LinkId>,
    /// Where it goes.
    pub to: Vec<HopIx>,
    /// How the reaction waits for it, if it does.
    pub call: Option<Call>,
    /// How long a process manager waits for what it brings about, in nanoseconds; `u64::MAX` for ever.
    pub deadline: u64,
}

/// How a caller waits. Times in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// How long for one answer; `u64::MAX` for ever.
    pub timeout: u64,
    /// How often it tries again.
    pub retries: u32,
    /// The pause before the first retry; it doubles each time.
    pub backoff: u64,
    /// Failures in a row that open its circuit breaker, and for how long; never without one.
    pub breaker: Option<(u32, u64)>,
    /// The most calls in progress from this place.
    pub bulkhead: u32,
    /// The caller goes on when it gets no answer.
    pub fallback: bool,
    /// The number of the call among all calls of the model, where its time-outs are kept.
    pub number: u32,
}

/// When things arrive. Times in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// One after the other, with these pauses.
    Renewal(Sampler),
    /// So many at one moment.
    Burst(u64, u64),
    /// At these moments.
    At(Arc<[u64]>),
}

/// A source of commands, queries or events.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What arrives.
    pub message: MessageIx,
    /// The reaction of the world outside that sends it.
    pub reaction: ReactionIx,
    /// When.
    pub arrivals: Arrivals,
    /// Stops after so many.
    pub limit: u64,
    /// Payloads to use in turn.
    pub payloads: Vec<serde_json::Value>,
}

/// What a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Struck {
    /// A service.
    Service(ServiceIx),
    /// A channel.
    Channel(ChannelIx),
    /// A message wherever it travels.
    Message(MessageIx),
    /// The arrivals at an entry.
    Entries(Vec<u32>),
    /// The services of a frame.
    Island(Vec<ServiceIx>),
}

/// A fault of the scenario. Times in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Where.
    pub struck: Struck,
    /// The name boards give the place.
    pub target: String,
    /// From when.
    pub from: u64,
    /// Until when; `u64::MAX` to the end.
    pub until: u64,
    /// The kind's distribution, if it has one.
    pub sampler: Option<Sampler>,
}

/// Bounds that turn runaway boards into a message instead of a full memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages one process may cause.
    pub per_process: u32,
    /// Messages in flight at once.
    pub in_flight: usize,
    /// Steps of a trace: a hundred bytes each.
    pub trace: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_process: 10_000, in_flight: 5_000_000, trace: 20_000_000 }
    }
}

/// Everything a run needs to know that does not change while it runs.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Services.
    pub services: Vec<Service>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// Queues.
    pub lanes: Vec<Lane>,
    /// Consumer groups.
    pub groups: Vec<Group>,
    /// Messages.
    pub messages: Vec<Message>,
    /// Hops.
    pub hops: Vec<Hop>,
    /// Reactions.
    pub reactions: Vec<Reaction>,
    /// Sources.
    pub entries: Vec<Entry>,
    /// Faults.
    pub faults: Vec<Fault>,
    /// Promises.
    pub expectations: Vec<Expectation>,
    /// Content filters of links.
    pub filters: Vec<super::payload::Filter>,
    /// How payloads are made, by message.
    pub payloads: Vec<super::payload::Template>,
    /// The number of calls.
    pub calls: u32,
    /// Some asynchronous command is answered.
    pub has_replies: bool,
    /// A registry refuses what breaks its schema, and consumers that would break.
    pub registry: bool,
    /// How long arrivals go on, in nanoseconds.
    pub duration: u64,
    /// How long after that the run ends at the latest.
    pub drain: u64,
    /// The services inside each frame of the board.
    pub islands: Vec<(String, Vec<ServiceIx>)>,
    /// Services and channels fail by themselves.
    pub outages: bool,
    /// Bounds.
    pub limits: Limits,
    /// The lanes each service consumes from.
    pub lanes_of: Vec<Vec<LaneIx>>,
}

impl Model {
    /// A model with a duration and nothing in it.
    #[must_use]
    pub fn lasting(duration: Span) -> Self {
        Self { duration: duration.0, drain: 86_400_000_000_000, ..Self::default() }
    }

    /// Adds a service.
    pub fn service(&mut self, service: Service) -> ServiceIx {
        self.services.push(service);
        self.lanes_of.push(Vec::new());
        ServiceIx(self.services.len() as u32 - 1)
    }

    /// Adds a message without a payload.
    pub fn message(&mut self, name: impl Into<String>, kind: MessageKind) -> MessageIx {
        self.messages.push(Message { name: name.into(), kind, failure: false, size: 0, reply: false });
        self.payloads.push(super::payload::Template::default());
        MessageIx(self.messages.len() as u32 - 1)
    }

    /// Adds a reaction.
    pub fn reaction(&mut self, reaction: Reaction) -> ReactionIx {
        self.reactions.push(reaction);
        ReactionIx(self.reactions.len() as u32 - 1)
    }

    /// Adds a hop.
    pub fn hop(&mut self, hop: Hop) -> HopIx {
        self.hops.push(hop);
        HopIx(self.hops.len() as u32 - 1)
    }

    /// Adds a hop straight to a reaction.
    pub fn straight_to(&mut self, reaction: ReactionIx) -> HopIx {
        let to = Target::Reaction { reaction, idempotent: false };
        self.hop(Hop { links: Box::default(), filters: Box::default(), to })
    }

    /// Adds a channel with the defaults of a preset, without latency.
    pub fn channel(&mut self, name: impl Into<String>, preset: &super::broker::presets::Preset) -> ChannelIx {
        let index = ChannelIx(self.channels.len() as u32);
        let sink = self.lane(index, Vec::new());
        self.channels.push(Channel {
            name: name.into(),
            kind: preset.kind,
            latency: Sampler::Constant(0),
            duplicates: 0.0,
            dead_letter: None,
            retry: preset.retry.clone(),
            queue: preset.queue.clone(),
            stream: preset.stream.clone(),
            size_limit: preset.size_limit,
            key: Key::Correlation,
            outages: None,
            sink,
            groups: Vec::new(),
            archive: None,
        });
        index
    }

    /// The queue of a channel that these services compete for.
    pub fn lane(&mut self, channel: ChannelIx, mut consumers: Vec<ServiceIx>) -> LaneIx {
        consumers.sort_unstable();
        consumers.dedup();
        let lane = Lane { channel, consumers };
        if let Some(at) = self.lanes.iter().position(|other| *other == lane) {
            return LaneIx(at as u32);
        }
        let index = LaneIx(self.lanes.len() as u32);
        for service in &lane.consumers {
            self.lanes_of[service.at()].push(index);
            self.services[service.at()].polls |= self.channels[channel.at()].queue.polling.is_some();
        }
        self.lanes.push(lane);
        index
    }

    /// Adds a hop into a channel that leads on to `next`.
    pub fn into_channel(&mut self, channel: ChannelIx, next: Vec<HopIx>, links: Box<[LinkId]>) -> HopIx {
        let services: Vec<ServiceIx> = next
            .iter()
            .filter_map(|hop| match &self.hops[hop.at()].to {
                Target::Reaction { reaction, .. } => Some(self.reactions[reaction.at()].service),
                Target::Channel { .. } => None,
            })
            .collect();
        let lane = match self.channels[channel.at()].kind {
            ChannelKind::Queue => self.lane(channel, services),
            ChannelKind::Stream => {
                self.join_groups(channel, &services);
                self.channels[channel.at()].sink
            }
            ChannelKind::Bus | ChannelKind::Topic => self.channels[channel.at()].sink,
        };
        let to = Target::Channel { channel, next: next.into(), lane };
        self.hop(Hop { links, filters: Box::default(), to })
    }

    /// Makes sure that every service has as many groups on a stream as it has reactions to one message.
    fn join_groups(&mut self, channel: ChannelIx, services: &[ServiceIx]) {
        for (at, service) in services.iter().enumerate() {
            let nth = services[..at].iter().filter(|other| *other == service).count() as u32;
            let known = self.channels[channel.at()].groups.iter().any(|group| {
                let group = &self.groups[group.at()];
                group.service == *service && group.nth == nth
            });
            if !known {
                let number = self.channels[channel.at()].groups.len() as u32;
                self.channels[channel.at()].groups.push(GroupIx(self.groups.len() as u32));
                self.groups.push(Group { channel, number, service: *service, nth });
            }
        }
    }

    /// Adds a source: the world outside sends `message` along `to`, waiting for the answer or not.
    pub fn entry(
        &mut self,
        message: MessageIx,
        to: Vec<HopIx>,
        call: Option<Call>,
        arrivals: Arrivals,
    ) -> u32 {
        let name = format!("entry {}", self.messages[message.at()].name);
        let world = Service {
            outside: true,
            publishing: Publishing::Stateless,
            ..Service::new(name, Sampler::Constant(0))
        };
        let service = self.service(world);
        let output = Output { message, when: When::Always, link: None, to, call, deadline: u64::MAX };
        let reaction = self.reaction(Reaction::new(service, None, vec![output]));
        self.entries.push(Entry { message, reaction, arrivals, limit: u64::MAX, payloads: Vec::new() });
        self.entries.len() as u32 - 1
    }

    /// A call with its own book of time-outs.
    pub fn call(&mut self, timeout: Option<Span>, retries: u32, backoff: Option<Span>) -> Call {
        self.calls += 1;
        let timeout = timeout.map_or(u64::MAX, |span| span.0);
        let backoff = backoff.unwrap_or_default().0;
        let number = self.calls - 1;
        Call { timeout, retries, backoff, breaker: None, bulkhead: u32::MAX, fallback: false, number }
    }
}
