//! What the engine keeps of messages, work, services and channels: plain records, most of them in arenas.

use crate::simulation::broker::archive::Archive;
use crate::simulation::broker::queue::Receipt;
use crate::simulation::broker::stream::Log;
use crate::simulation::faults::Modifiers;
use crate::simulation::metrics::{ChannelMetrics, ServiceMetrics};
use crate::simulation::model::{ChannelIx, HopIx, LaneIx, MessageIx, ReactionIx, ServiceIx};
use crate::simulation::random::Stream;

/// A handle to a job that notices when the job is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulation) struct JobRef {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// What is going to happen.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulation) enum Event {
    /// Something arrives at an entry.
    Arrive(u32),
    /// A reaction's latency is over.
    Finish(JobRef),
    /// A caller gets an answer to its so-many-th attempt.
    Answer(JobRef, u16, Answer),
    /// A caller's pause before its next attempt is over.
    CallAgain(JobRef, u16),
    /// A time-out of a call may be due.
    CallTimer(u32),
    /// A message reaches the end of a step.
    Land(u32),
    /// Something in a queue may be due.
    QueueTimer(LaneIx),
    /// A group reads its partition again.
    ReadAgain(u32, u32),
    /// A relay tries to publish again.
    Relay(u32, ReactionIx, u16),
    /// A service with a rate limit may take work again.
    Poll(ServiceIx),
    /// A process manager has waited long enough for what this message, by its id, brings about.
    StepDue(u64),
    /// A service that a message brought down is up again.
    Restart(ServiceIx),
    /// A coordinator looks after the transactions it left in doubt.
    Recover(ServiceIx),
    /// A replica fails or is repaired.
    Replica(ServiceIx, bool),
    /// A channel fails or is repaired.
    ChannelOutage(ChannelIx, bool),
    /// A consumer that polls a queue comes with its next receive.
    Receive(ServiceIx, LaneIx),
    /// The next interval of a replay, by the fault that asked for it.
    Replay(u32, u64),
    /// A fault begins, ends, or changes over.
    Fault(u32, FaultPhase),
}

/// The phases of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulation) enum FaultPhase {
    Begin,
    Change(bool),
    End,
}

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulation) enum Answer {
    Yes,
    No,
    Error,
}

/// Who waits for the end of a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulation) enum Origin {
    /// Nobody: the message came straight from its sender.
    Straight,
    /// Arrivals at this entry.
    Entry(u32),
    /// A caller, in its so-many-th attempt.
    Call(JobRef, u16),
    /// A queue, which keeps the message until it is acknowledged.
    Queue(LaneIx, Receipt),
    /// A bus or topic, which tries again.
    Push(u32),
    /// A group that reads a partition.
    Stream(u32, u32),
    /// A caller that has its answer: the vote of a participant, who waits for the outcome.
    Vote,
}

/// How a reaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// It ended in the failure branch the board foresees.
    Declined,
    /// A party it called said no, and the board foresees nothing.
    Rejected,
    Failed,
    Crashed,
}

/// One instance of a message.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulation) struct Instance {
    pub(in crate::simulation) name: MessageIx,
    pub(super) process: u32,
    pub(in crate::simulation) id: u64,
    pub(super) cause: u64,
    /// Equal for all attempts at the same thing: what idempotent consumers recognise.
    pub(super) key: u64,
    /// How many places still need it.
    pub(super) uses: u32,
    pub(super) sender: ReactionIx,
    pub(super) output: u16,
    pub(super) corrupt: bool,
    pub(super) poison: bool,
    /// The answer to a command that was declined.
    pub(super) declined: bool,
    /// The fault that had it delivered again from an archive, or `NONE`.
    pub(super) replay: u32,
    /// How far behind the clock of its sender was.
    pub(in crate::simulation) skew: u64,
}

/// Everything that one arrival causes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Process {
    pub(super) correlation: u64,
    pub(super) uses: u32,
    pub(super) caused: u32,
    /// Messages of it that archives and streams keep, beside its uses.
    pub(super) archived: u32,
    /// The first of the keys idempotent reactions remember.
    pub(super) keys: u32,
    pub(super) entry: u32,
}

/// An idempotent reaction remembers that it has done this.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) reaction: ReactionIx,
    pub(super) key: u64,
    pub(super) declined: bool,
    pub(super) next: u32,
}

/// A message on one step of its way, or waiting at the end of it.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulation) struct Transit {
    pub(in crate::simulation) message: u32,
    pub(in crate::simulation) hop: HopIx,
    /// The bus or topic that pushes it, or `NONE`.
    pub(super) via: u32,
    pub(in crate::simulation) departed: u64,
    pub(in crate::simulation) arrives: u64,
    pub(super) first: u64,
    pub(in crate::simulation) attempts: u32,
    pub(in crate::simulation) moving: bool,
    pub(in crate::simulation) copy: bool,
    pub(super) origin: Origin,
}

/// A message in an archive: all it takes to send it again along a hop.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulation) struct Kept {
    pub(super) hop: HopIx,
    pub(super) name: MessageIx,
    pub(super) process: u32,
    pub(super) cause: u64,
    pub(super) key: u64,
    pub(super) sender: (ReactionIx, u16),
    pub(super) corrupt: bool,
}

/// A reaction at work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) service: ServiceIx,
    pub(super) reaction: ReactionIx,
    /// The message that triggered it, or `NONE` for an arrival.
    pub(super) message: u32,
    pub(super) process: u32,
    pub(super) origin: Origin,
    pub(super) idempotent: bool,
    pub(super) step: u16,
    pub(super) choice: u16,
    /// The output whose failure is being dealt with.
    pub(super) handling: u16,
    pub(super) attempt: u16,
    pub(super) tries: u32,
    /// The message of the call in progress.
    pub(super) calling: u32,
    /// The first of the votes of a transaction it coordinates.
    pub(super) votes: u32,
    /// It has voted and waits for the outcome of the transaction.
    pub(super) prepared: bool,
    pub(super) waits: bool,
    pub(super) written: bool,
    /// It crashed after its write; an outbox still publishes what it had written.
    pub(super) crashed: bool,
    pub(super) declined: bool,
    pub(super) arrived: u64,
}

/// A reaction waiting for a worker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) reaction: ReactionIx,
    pub(super) message: u32,
    pub(super) origin: Origin,
    pub(super) idempotent: bool,
    pub(super) since: u64,
}

#[derive(Clone, Debug)]
pub(in crate::simulation) struct ServiceState {
    /// How many reasons it has to be down.
    pub(in crate::simulation) down: u32,
    pub(in crate::simulation) island: u32,
    pub(in crate::simulation) slow: f64,
    pub(in crate::simulation) crash_before_publish: f64,
    pub(in crate::simulation) crash_before_ack: f64,
    pub(in crate::simulation) rate_limit: Option<f64>,
    /// It was deployed with a schema that no event fits.
    pub(in crate::simulation) cannot_read: bool,
    /// How far its clock is behind, in nanoseconds.
    pub(in crate::simulation) skew: u64,
    /// Until when something it has handled does not show.
    pub(super) shows_at: u64,
    pub(super) inbox: std::collections::VecDeque<Pending>,
    pub(super) next_lane: usize,
    pub(super) replicas_up: u32,
    pub(super) tokens: f64,
    pub(super) tokens_at: u64,
    pub(super) polling: bool,
    /// Until when an idle service starts warm.
    pub(super) warm_until: u64,
    pub(super) latency: Stream,
    pub(super) choices: Stream,
    pub(super) outages: Stream,
    pub(super) lag: Stream,
    pub(in crate::simulation) metrics: ServiceMetrics,
}

#[derive(Clone, Debug)]
pub(in crate::simulation) struct ChannelState {
    pub(in crate::simulation) down: u32,
    pub(in crate::simulation) modifiers: Modifiers,
    pub(super) log: Option<Log>,
    pub(super) archive: Option<Archive<Kept>>,
    pub(super) chance: Stream,
    pub(super) outages: Stream,
    pub(super) subject: u32,
    pub(in crate::simulation) metrics: ChannelMetrics,
}

#[derive(Clone, Debug)]
pub(super) struct EntryState {
    pub(super) chance: Stream,
    pub(super) arrived: u64,
    pub(in crate::simulation) burst: f64,
    pub(super) next: usize,
}
