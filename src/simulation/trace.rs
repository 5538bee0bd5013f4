//! The trace: what happened in a run, step by step, as plain numbers that point into the model.

use std::sync::Arc;

use super::model::{ChannelIx, HopIx, MessageIx, ReactionIx, ServiceIx};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceKind {
    /// A message was sent again from the archive of its channel.
    Replayed,
    /// The answer to an asynchronous command was sent to its response channel.
    Replied,
    /// Someone outside issued a command or query, or an event came from outside.
    Issued,
    /// An event was published.
    Published,
    /// A command was sent; nobody waits for it.
    Sent,
    /// A command or query was sent and the sender waits for the answer.
    Called,
    /// A message reached a reaction.
    Delivered,
    /// The work for a message took effect.
    Handled,
    /// A duplicate was recognised and left without effect.
    Deduplicated,
    /// The caller was told yes.
    Answered,
    /// The caller was told no, as the board foresees.
    Declined,
    /// The caller was told of an error.
    Errored,
    /// The caller waited too long.
    TimedOut,
    /// A call or delivery is tried again.
    Retried,
    /// A message was delivered a second time.
    Duplicated,
    /// A reaction failed.
    Failed,
    /// A reaction was lost in a crash.
    Crashed,
    /// A request was refused: down, full or above the rate.
    Refused,
    /// A message was given up after all retries.
    DeadLettered,
    /// A message was lost on its way.
    Dropped,
    /// A message outlived its retention.
    Expired,
    /// A message broke its schema, and the registry refused it.
    Corrupted,
    /// A caller went on without an answer.
    FellBack,
    /// A participant of a distributed transaction voted yes and holds its locks.
    Prepared,
    /// A participant was told to forget what it had prepared.
    Aborted,
    /// A query was answered from a view that did not show everything yet.
    Stale,
    /// A service or channel went down.
    WentDown,
    /// A service or channel came back.
    CameUp,
    /// A fault began.
    FaultBegan,
    /// A fault ended.
    FaultEnded,
}

/// One step of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceEvent {
    /// When, in nanoseconds of virtual time.
    pub time: u64,
    /// What happened.
    pub kind: TraceKind,
    /// The message it happened to.
    pub message: Option<MessageIx>,
    /// The message's id, unique in the run; 0 for none.
    pub id: u64,
    /// The process it belongs to; 0 for none.
    pub correlation: u64,
    /// The id of the message that caused it; 0 for none.
    pub causation: u64,
    /// The service where it happened: the sender of what is sent, the consumer of what is delivered.
    pub service: Option<ServiceIx>,
    /// The channel where it happened.
    pub channel: Option<ChannelIx>,
    /// The step of the message's way that ends or begins here.
    pub hop: Option<HopIx>,
    /// When the message set out on that step.
    pub since: u64,
    /// The reaction that sent the message, and the place among its outputs.
    pub sender: Option<(ReactionIx, u16)>,
    /// How far behind the clock of its sender was, in nanoseconds.
    pub skew: u64,
    /// The number of the fault that began or ended.
    pub fault: Option<u32>,
}

const CHUNK: usize = 4_096;

/// A growing list of steps whose copies share what is already written, so that a snapshot stays cheap.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    full: Vec<Arc<[TraceEvent]>>,
    open: Vec<TraceEvent>,
}

impl Trace {
    pub(super) fn push(&mut self, event: TraceEvent) {
        self.open.push(event);
        if self.open.len() == CHUNK {
            self.full.push(std::mem::take(&mut self.open).into());
        }
    }

    /// The number of steps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.open.len()
    }

    /// True when nothing has happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The step at this place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&TraceEvent> {
        self.full.get(at / CHUNK).map_or_else(
            || self.open.get(at.checked_sub(self.full.len() * CHUNK)?),
            |chunk| chunk.get(at % CHUNK),
        )
    }

    /// Every step, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &TraceEvent> + Clone {
        self.full.iter().flat_map(|chunk| chunk.iter()).chain(&self.open)
    }

    /// The steps from the place `from` on.
    pub fn since(&self, from: usize) -> impl Iterator<Item = &TraceEvent> {
        (from..self.len()).filter_map(|at| self.get(at))
    }
}
