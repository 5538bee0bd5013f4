//! The engine: one event after the other, in order of (time, sequence), over plain tables.
//!
//! Everything that lives briefly lies in arenas and is named by its slot; nothing is allocated per message once the
//! arenas have grown to the peak. The engine never reads a clock and never iterates a hash map.

mod books;
mod calls;
mod channels;
mod deliveries;
mod reactions;
mod transactions;

use std::sync::Arc;

use super::arena::Arena;
use super::broker::queue::{Queue, Receipt};
use super::broker::stream::Log;
use super::expectations::{Checker, Sight};
use super::faults::{self, Modifiers};
use super::metrics::{ChannelMetrics, EntryMetrics, MessageMetrics, ServiceMetrics};
use super::model::{
    Arrivals, ChannelIx, Fault, HopIx, LaneIx, MessageIx, Model, ReactionIx, ServiceIx, Target,
};
use super::queue::{Deadlines, EventQueue};
use super::random::Stream;
use super::trace::{Trace, TraceEvent, TraceKind};
use crate::board::ChannelKind;
use crate::topology::MessageKind;

/// No index.
pub(super) const NONE: u32 = u32::MAX;
/// No output.
const NO_OUTPUT: u16 = u16::MAX;

/// A handle to a job that notices when the job is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JobRef {
    index: u32,
    generation: u32,
}

/// What is going to happen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
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
    /// A fault begins, ends, or changes over.
    Fault(u32, FaultPhase),
}

/// The phases of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultPhase {
    Begin,
    Change(bool),
    End,
}

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    Error,
}

/// Who waits for the end of a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
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
enum Outcome {
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
pub(super) struct Instance {
    pub(super) name: MessageIx,
    process: u32,
    pub(super) id: u64,
    cause: u64,
    /// Equal for all attempts at the same thing: what idempotent consumers recognise.
    key: u64,
    /// How many places still need it.
    uses: u32,
    sender: ReactionIx,
    output: u16,
    corrupt: bool,
    poison: bool,
    /// How far behind the clock of its sender was.
    pub(super) skew: u64,
}

/// Everything that one arrival causes.
#[derive(Clone, Copy, Debug)]
struct Process {
    correlation: u64,
    uses: u32,
    caused: u32,
    /// The first of the keys idempotent reactions remember.
    keys: u32,
    entry: u32,
}

/// An idempotent reaction remembers that it has done this.
#[derive(Clone, Copy, Debug)]
struct Known {
    reaction: ReactionIx,
    key: u64,
    declined: bool,
    next: u32,
}

/// A message on one step of its way, or waiting at the end of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transit {
    pub(super) message: u32,
    pub(super) hop: HopIx,
    /// The bus or topic that pushes it, or `NONE`.
    via: u32,
    pub(super) departed: u64,
    pub(super) arrives: u64,
    first: u64,
    pub(super) attempts: u32,
    pub(super) moving: bool,
    pub(super) copy: bool,
    origin: Origin,
}

/// A reaction at work.
#[derive(Clone, Copy, Debug)]
struct Job {
    service: ServiceIx,
    reaction: ReactionIx,
    /// The message that triggered it, or `NONE` for an arrival.
    message: u32,
    process: u32,
    origin: Origin,
    idempotent: bool,
    step: u16,
    choice: u16,
    /// The output whose failure is being dealt with.
    handling: u16,
    attempt: u16,
    tries: u32,
    /// The message of the call in progress.
    calling: u32,
    /// The first of the votes of a transaction it coordinates.
    votes: u32,
    /// It has voted and waits for the outcome of the transaction.
    prepared: bool,
    waits: bool,
    written: bool,
    /// It crashed after its write; an outbox still publishes what it had written.
    crashed: bool,
    declined: bool,
    arrived: u64,
}

/// A reaction waiting for a worker.
#[derive(Clone, Copy, Debug)]
struct Pending {
    reaction: ReactionIx,
    message: u32,
    origin: Origin,
    idempotent: bool,
    since: u64,
}

#[derive(Clone, Debug)]
pub(super) struct ServiceState {
    /// How many reasons it has to be down.
    pub(super) down: u32,
    pub(super) island: u32,
    pub(super) slow: f64,
    pub(super) crash_before_publish: f64,
    pub(super) crash_before_ack: f64,
    pub(super) rate_limit: Option<f64>,
    /// It was deployed with a schema that no event fits.
    pub(super) cannot_read: bool,
    /// How far its clock is behind, in nanoseconds.
    pub(super) skew: u64,
    /// Until when something it has handled does not show.
    shows_at: u64,
    busy: u32,
    inbox: std::collections::VecDeque<Pending>,
    next_lane: usize,
    replicas_up: u32,
    tokens: f64,
    tokens_at: u64,
    polling: bool,
    idle_since: Option<u64>,
    latency: Stream,
    choices: Stream,
    outages: Stream,
    lag: Stream,
    pub(super) metrics: ServiceMetrics,
}

#[derive(Clone, Debug)]
pub(super) struct ChannelState {
    pub(super) down: u32,
    pub(super) modifiers: Modifiers,
    log: Option<Log>,
    chance: Stream,
    outages: Stream,
    subject: u32,
    pub(super) metrics: ChannelMetrics,
}

#[derive(Clone, Debug)]
struct EntryState {
    chance: Stream,
    arrived: u64,
    pub(super) burst: f64,
    next: usize,
}

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
        let channels = model.channels.iter().map(|channel| ChannelState {
            down: 0,
            modifiers: Modifiers::default(),
            log: (channel.kind == ChannelKind::Stream)
                .then(|| Log::new(channel.stream.clone(), channel.groups.len())),
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
        self.sources == 0 && self.processes.len() == 0
    }

    fn schedule_arrival(&mut self, model: &Model, entry: u32) {
        let (definition, state) = (&model.entries[entry as usize], &mut self.entries[entry as usize]);
        let time = match &definition.arrivals {
            _ if state.arrived >= definition.limit => None,
            Arrivals::Renewal(pause) => {
                let pause = pause.sample(&mut state.chance);
                let pause = if state.burst == 1.0 { pause } else { (pause as f64 / state.burst) as u64 };
                Some(self.clock.saturating_add(pause)).filter(|time| *time < self.arrivals_end)
            }
            Arrivals::Burst(count, at) => Some(*at).filter(|_| state.arrived < *count),
            Arrivals::At(moments) => moments.get(state.next).copied(),
        };
        state.next += 1;
        match time {
            Some(time) => self.queue.push(time, Event::Arrive(entry)),
            None => self.sources -= 1,
        }
    }

    fn arrive(&mut self, model: &Model, entry: u32) {
        self.entries[entry as usize].arrived += 1;
        self.entry_metrics[entry as usize].arrived += 1;
        self.start_process(model, entry);
        self.schedule_arrival(model, entry);
    }

    /// One arrival at an entry.
    fn start_process(&mut self, model: &Model, entry: u32) {
        self.next_correlation += 1;
        let correlation = self.next_correlation;
        if self.trace.is_some() {
            self.entries_of.push(entry);
        }
        let process = self.processes.insert(Process { correlation, uses: 1, caused: 0, keys: NONE, entry });
        let reaction = model.entries[entry as usize].reaction;
        self.begin_outside(model, reaction, process, entry);
    }

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

    /// A step of the trace about a message, if there is a trace.
    #[inline]
    fn note(&mut self, kind: TraceKind, message: u32, at: At) {
        if self.trace.is_some() {
            self.note_traced(kind, message, at);
        }
    }

    #[cold]
    fn note_traced(&mut self, kind: TraceKind, message: u32, at: At) {
        let instance = (message != NONE).then(|| self.messages[message]);
        let event = TraceEvent {
            time: self.clock,
            kind,
            message: instance.map(|instance| instance.name),
            id: instance.map_or(0, |instance| instance.id),
            correlation: instance.map_or(0, |instance| self.processes[instance.process].correlation),
            causation: instance.map_or(0, |instance| instance.cause),
            service: at.service,
            channel: at.channel,
            hop: at.hop,
            since: at.since.unwrap_or(self.clock),
            sender: instance.map(|instance| (instance.sender, instance.output)),
            skew: instance.map_or(0, |instance| instance.skew),
            fault: at.fault,
        };
        if let Some(trace) = &mut self.trace {
            trace.push(event);
            self.out_of_room |= trace.len() > self.trace_most;
        }
    }

    /// Strikes a fault by hand, from now until it is lifted; answers its number.
    pub(super) fn strike_now(&mut self, fault: Fault) -> u32 {
        let number = self.faults.len() as u32;
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

    /// Arrivals at an entry come so many times as often from the next one on.
    pub(super) fn set_burst(&mut self, entry: u32, factor: f64) {
        self.entries[entry as usize].burst = factor;
    }

    pub(super) fn note_fault(&mut self, kind: TraceKind, fault: u32) {
        self.note(kind, NONE, At { fault: Some(fault), ..At::default() });
    }
}

/// Where a step of the trace happened.
#[derive(Clone, Copy, Debug, Default)]
struct At {
    service: Option<ServiceIx>,
    channel: Option<ChannelIx>,
    hop: Option<HopIx>,
    since: Option<u64>,
    fault: Option<u32>,
}

impl At {
    fn service(service: ServiceIx) -> Self {
        Self { service: Some(service), ..Self::default() }
    }

    fn channel(channel: ChannelIx) -> Self {
        Self { channel: Some(channel), ..Self::default() }
    }

    fn hop(self, hop: HopIx, since: u64) -> Self {
        Self { hop: Some(hop), since: Some(since), ..self }
    }
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

/// The kind of step with which a message sets out.
fn sending(kind: MessageKind) -> TraceKind {
    if kind == MessageKind::Event { TraceKind::Published } else { TraceKind::Sent }
}
