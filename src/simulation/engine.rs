//! The engine: one event after the other, in order of (time, sequence), over plain tables.
//!
//! Everything that lives briefly lies in arenas and is named by its slot; nothing is allocated per message once the
//! arenas have grown to the peak. The engine never reads a clock and never iterates a hash map.
//!
//! What most messages never meet (faults, calls, transactions, replies) is kept out of line, by `#[cold]` or
//! `#[inline(never)]`: a function on the way of every message keeps few registers busy then, and little is put aside
//! and fetched back.

mod archives;
mod arrivals;
mod books;
mod calls;
mod channels;
mod deliveries;
mod notes;
mod outages;
mod outputs;
mod polling;
mod reactions;
mod records;
mod transactions;
mod workers;

use std::sync::Arc;

use super::arena::Arena;
use super::broker::archive::Archive;
use super::broker::polling::Poller;
use super::broker::queue::Queue;
use super::broker::stream::{Log, StreamSettings};
use super::expectations::{Checker, Sight};
use super::faults::{self, Modifiers};
use super::metrics::{ChannelMetrics, EntryMetrics, MessageMetrics};
use super::model::{ChannelIx, Fault, HopIx, Lane, LaneIx, MessageIx, Model, ReactionIx, ServiceIx, Target};
use super::queue::{Deadlines, EventQueue};
use super::random::Stream;
use super::trace::Trace;
use crate::board::{ChannelKind, FaultKind};
use notes::sending;
use records::{
    Answer, ChannelState, EntryState, Instance, Job, JobRef, Kept, Known, Origin, Outcome, Pending, Process,
    ServiceState,
};
pub(super) use records::{Event, FaultPhase, Transit};

/// No index.
pub(super) const NONE: u32 = u32::MAX;
/// No output.
const NO_OUTPUT: u16 = u16::MAX;

/// The state of a run.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    pub(super) clock: u64,
    seed: u64,
    pub(super) queue: EventQueue<Event>,
    pub(super) messages: Arena<Instance>,
    processes: Arena<Process>,
    known: Arena<Known>,
    pub(super) transits: Arena<Transit>,
    jobs: Arena<Job>,
    pub(super) services: Vec<ServiceState>,
    pub(super) channels: Vec<ChannelState>,
    lanes: Vec<Queue>,
    lane_depths: Vec<u64>,
    lane_turns: Vec<usize>,
    /// One a consumer, where a queue is polled.
    pollers: Vec<Vec<Poller>>,
    /// Processes of which nothing is left but what archives and streams keep.
    resting: usize,
    entries: Vec<EntryState>,
    timeouts: Vec<Deadlines<(JobRef, u16)>>,
    guards: Vec<calls::Guard>,
    /// The messages by whose id a process manager waits for what they bring about.
    awaited: rustc_hash::FxHashMap<u64, u32>,
    votes: Arena<transactions::Vote>,
    /// Votes whose outcome could not be told, by the service that has to recover first.
    in_doubt: Vec<transactions::InDoubt>,
    pub(super) message_modifiers: Vec<Modifiers>,
    /// Some message or channel is modified by a fault.
    pub(super) modified: bool,
    /// The faults of the scenario, then those struck by hand.
    pub(super) faults: Arc<Vec<Fault>>,
    pub(super) active_faults: Vec<bool>,
    pub(super) flapping_down: Vec<bool>,
    /// Nothing arrives from this moment on.
    pub(super) arrivals_end: u64,
    fault_chance: Stream,
    next_id: u64,
    next_correlation: u64,
    /// The entry of each process, kept with a trace so that payloads can be made later.
    entries_of: Vec<u32>,
    /// Sources that will still send.
    pub(super) sources: u32,
    pub(super) steps: u64,
    pub(super) trace: Option<Trace>,
    trace_most: usize,
    pub(super) checker: Checker,
    subjects: Vec<u32>,
    pub(super) message_metrics: Vec<MessageMetrics>,
    pub(super) entry_metrics: Vec<EntryMetrics>,
    /// The message whose process ran away, if one did.
    pub(super) runaway: Option<MessageIx>,
    pub(super) out_of_room: bool,
}

impl Engine {
    pub(super) fn new(model: &Model, faults: Vec<Fault>, seed: u64, traced: bool) -> Self {
        let checker = Checker::new(&model.expectations);
        let subject = |name: &str| checker.subject(name).unwrap_or(NONE);
        let stream = |name: &str, what: &str| Stream::new(seed, &format!("{name}/{what}"));
        let services = model.services.iter().map(|service| ServiceState::new(service, seed)).collect();
        // Nothing is kept that nobody can ask for.
        let keeps = traced || faults.iter().any(|fault| matches!(fault.kind, FaultKind::Replay { .. }));
        let channels = model.channels.iter().map(|channel| ChannelState {
            down: 0,
            modifiers: Modifiers::default(),
            log: (channel.kind == ChannelKind::Stream).then(|| {
                let settings =
                    StreamSettings { keep: keeps || channel.stream.keep, ..channel.stream.clone() };
                Log::new(settings, channel.groups.len())
            }),
            archive: channel.archive.filter(|_| keeps).map(Archive::new),
            chance: stream(&channel.name, "channel"),
            outages: stream(&channel.name, "channel outages"),
            subject: subject(&channel.name),
            metrics: ChannelMetrics::default(),
        });
        let entries = model.entries.iter().enumerate().map(|(at, entry)| EntryState {
            chance: stream(&model.messages[entry.message.at()].name, &format!("arrivals {at}")),
            arrived: 0,
            burst: 1.0,
            next: 0,
        });
        let mut engine = Self {
            clock: 0,
            seed,
            queue: EventQueue::default(),
            messages: Arena::default(),
            processes: Arena::default(),
            known: Arena::default(),
            transits: Arena::default(),
            jobs: Arena::default(),
            services,
            channels: channels.collect(),
            lanes: model
                .lanes
                .iter()
                .map(|lane| Queue::new(model.channels[lane.channel.at()].queue.clone()))
                .collect(),
            lane_depths: vec![0; model.lanes.len()],
            lane_turns: vec![0; model.lanes.len()],
            pollers: model.lanes.iter().map(|lane| pollers(model, lane)).collect(),
            resting: 0,
            entries: entries.collect(),
            timeouts: vec![Deadlines::default(); model.calls as usize],
            guards: vec![calls::Guard::default(); model.calls as usize],
            awaited: rustc_hash::FxHashMap::default(),
            votes: Arena::default(),
            in_doubt: Vec::new(),
            message_modifiers: vec![Modifiers::default(); model.messages.len()],
            modified: false,
            active_faults: vec![false; faults.len()],
            flapping_down: vec![false; faults.len()],
            faults: Arc::new(faults),
            arrivals_end: model.duration,
            fault_chance: Stream::new(seed, "faults"),
            next_id: 0,
            next_correlation: 0,
            entries_of: Vec::new(),
            sources: 0,
            steps: 0,
            trace: traced.then(Trace::default),
            trace_most: model.limits.trace,
            subjects: model.messages.iter().map(|message| subject(&message.name)).collect(),
            checker,
            message_metrics: vec![MessageMetrics::default(); model.messages.len()],
            entry_metrics: vec![EntryMetrics::default(); model.entries.len()],
            runaway: None,
            out_of_room: false,
        };
        engine.prepare(model);
        engine
    }

    fn prepare(&mut self, model: &Model) {
        for (number, fault) in (0u32..).zip(self.faults.iter()) {
            self.sources += u32::from(matches!(fault.kind, FaultKind::Replay { .. }));
            self.queue.push(fault.from, Event::Fault(number, FaultPhase::Begin));
            if fault.until != u64::MAX {
                self.queue.push(fault.until, Event::Fault(number, FaultPhase::End));
            }
        }
        if model.outages {
            self.prepare_outages(model);
        }
        for entry in 0..model.entries.len() as u32 {
            self.sources += 1;
            self.schedule_arrival(model, entry);
        }
    }

    /// Handles the next event if it is due at `limit` or before. False when none is.
    #[inline]
    pub(super) fn step(&mut self, model: &Model, limit: u64) -> bool {
        let Some((time, event)) = self.queue.pop_until(limit) else { return false };
        self.clock = time;
        self.steps += 1;
        self.handle(model, event);
        true
    }

    fn handle(&mut self, model: &Model, event: Event) {
        match event {
            Event::Arrive(entry) => self.arrive(model, entry),
            Event::Finish(job) => self.finish(model, job),
            Event::Answer(job, attempt, answer) => self.answered(model, job, attempt, answer),
            Event::CallAgain(job, attempt) => self.call_again(model, job, attempt),
            Event::CallTimer(call) => self.call_timer(model, call),
            Event::Land(transit) => self.land(model, transit),
            Event::QueueTimer(lane) => self.queue_timer(model, lane),
            Event::ReadAgain(group, partition) => self.read(model, group, partition),
            Event::Relay(message, reaction, output) => self.relay(model, message, reaction, output),
            Event::Poll(service) => {
                self.services[service.at()].polling = false;
                self.poll(model, service);
            }
            Event::Receive(service, lane) => self.receive(model, service, lane),
            Event::Replay(fault, interval) => self.replay_interval(model, fault, interval),
            Event::StepDue(id) => self.step_due(model, id),
            Event::Restart(service) => self.bring_up(model, service),
            Event::Recover(service) => self.recover(model, service),
            Event::Replica(service, up) => self.replica(model, service, up),
            Event::ChannelOutage(channel, up) => self.channel_outage(model, channel, up),
            Event::Fault(number, phase) => faults::strike(self, model, number, phase),
        }
    }

    /// Nothing is left to happen but outages and faults that strike nobody.
    pub(super) fn is_drained(&self) -> bool {
        self.sources == 0 && self.processes.len() == self.resting
    }

    #[inline]
    fn happened(&mut self, name: MessageIx, process: u32) {
        let subject = self.subjects[name.at()];
        if subject != NONE {
            let correlation = self.processes[process].correlation;
            self.checker.see(self.clock, subject, correlation, Sight::Happened);
        }
    }

    fn lost(&mut self, message: u32) {
        self.message_metrics[self.messages[message].name.at()].lost += 1;
    }

    /// Strikes a fault by hand, from now until it is lifted; answers its number.
    pub(super) fn strike_now(&mut self, fault: Fault) -> u32 {
        let number = self.faults.len() as u32;
        self.sources += u32::from(matches!(fault.kind, FaultKind::Replay { .. }));
        self.queue.push(self.clock, Event::Fault(number, FaultPhase::Begin));
        if fault.until != u64::MAX {
            self.queue.push(fault.until, Event::Fault(number, FaultPhase::End));
        }
        Arc::make_mut(&mut self.faults).push(fault);
        self.active_faults.push(false);
        self.flapping_down.push(false);
        number
    }

    /// Lifts a fault now.
    pub(super) fn lift_now(&mut self, number: u32) {
        self.queue.push(self.clock, Event::Fault(number, FaultPhase::End));
    }
}

/// The consumers of a lane that ask it from the start, if it is polled.
fn pollers(model: &Model, lane: &Lane) -> Vec<Poller> {
    let asking = |_: &ServiceIx| {
        let mut poller = Poller::default();
        poller.begin(0);
        poller
    };
    let polled = model.channels[lane.channel.at()].queue.polling.is_some();
    lane.consumers.iter().filter(|_| polled).map(asking).collect()
}

/// The payload of a message in a process that began at an entry, or only the fields asked for.
pub(super) fn payload(
    model: &Model,
    seed: u64,
    name: MessageIx,
    correlation: u64,
    entry: u32,
    wanted: Option<&[String]>,
) -> serde_json::Value {
    use super::payload::{Origin, Start};
    let origin = Origin { seed, correlation, start: None, wanted };
    let own = &model.payloads[name.at()];
    let Some(start) = model.entries.get(entry as usize) else { return own.payload(origin) };
    let template = &model.payloads[start.message.at()];
    let count = start.payloads.len() as u64;
    let made;
    let payload = if count > 0 {
        &start.payloads[((correlation - 1) % count) as usize]
    } else if start.message == name {
        return own.payload(origin);
    } else {
        made = template.payload(origin);
        &made
    };
    if start.message == name {
        return payload.clone();
    }
    own.payload(Origin { start: Some(Start { payload, template }), ..origin })
}

/// The reaction a hop leads to, if it leads to one.
fn reaction_of(model: &Model, hop: HopIx) -> Option<(ReactionIx, bool)> {
    match model.hops[hop.at()].to {
        Target::Reaction { reaction, idempotent } => Some((reaction, idempotent)),
        Target::Channel { .. } => None,
    }
}
