//! Services at work: admission, latency, effects, outputs in order, and how a reaction ends.

use super::{
    Answer, At, Engine, Event, Instance, Job, JobRef, NO_OUTPUT, NONE, Origin, Outcome, Pending,
    ServiceState, sending,
};
use crate::board::Publishing;
use crate::simulation::expectations::Sight;
use crate::simulation::metrics::ServiceMetrics;
use crate::simulation::model::{Model, Output, ReactionIx, Service, ServiceIx, When};
use crate::simulation::random::{Stream, mix};
use crate::simulation::trace::TraceKind;
use crate::topology::MessageKind;

/// How long a service must have been idle to start cold, in nanoseconds.
const COLD_AFTER: u64 = 300_000_000_000;
/// How long a service that a message brought down takes to come up again, in nanoseconds.
const RESTART: u64 = 10_000_000_000;
/// The pause of a relay whose channel is closed, in nanoseconds.
const RELAY_PAUSE: u64 = 1_000_000_000;

impl ServiceState {
    pub(super) fn new(service: &Service, seed: u64) -> Self {
        let stream = |what: &str| Stream::new(seed, &format!("{}/{what}", service.name));
        let mut metrics = ServiceMetrics::default();
        metrics.up.set(0, 1);
        Self {
            down: 0,
            island: 0,
            slow: 1.0,
            crash_before_publish: 0.0,
            crash_before_ack: 0.0,
            rate_limit: service.rate_limit,
            cannot_read: false,
            skew: 0,
            shows_at: 0,
            busy: 0,
            inbox: std::collections::VecDeque::new(),
            next_lane: 0,
            replicas_up: service.replicas.0,
            tokens: 1.0,
            tokens_at: 0,
            polling: false,
            idle_since: None,
            latency: stream("latency"),
            choices: stream("choices"),
            outages: stream("outages"),
            lag: stream("lag"),
            metrics,
        }
    }

    /// Takes one token of the rate limit; answers how long to wait when there is none.
    fn take_token(&mut self, now: u64) -> Result<(), u64> {
        let Some(rate) = self.rate_limit else { return Ok(()) };
        let burst = rate.max(1.0);
        self.tokens = (self.tokens + (now - self.tokens_at) as f64 * rate / 1e9).min(burst);
        self.tokens_at = now;
        if self.tokens < 1.0 {
            return Err((((1.0 - self.tokens) / rate * 1e9) as u64).saturating_add(1));
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

impl Engine {
    /// An arrival: the world outside reacts at once.
    pub(super) fn begin_outside(&mut self, model: &Model, reaction: ReactionIx, process: u32, entry: u32) {
        let service = model.reactions[reaction.at()].service;
        let index = self.jobs.insert(Job {
            written: true,
            ..new_job(service, reaction, NONE, process, Origin::Entry(entry), false, self.clock)
        });
        self.services[service.at()].busy += 1;
        self.proceed(model, JobRef { index, generation: self.jobs.generation(index) });
    }

    /// A message reaches a reaction. The caller's use of the message stays the caller's.
    pub(super) fn deliver(&mut self, model: &Model, to: (ReactionIx, bool), message: u32, origin: Origin) {
        let (reaction, idempotent) = to;
        let service = model.reactions[reaction.at()].service;
        let state = &mut self.services[service.at()];
        let reachable =
            state.down == 0 && (state.island == 0 || !matches!(origin, Origin::Push(_) | Origin::Stream(..)));
        if !reachable || state.rate_limit.is_some() && state.take_token(self.clock).is_err() {
            return self.refuse(model, service, message, origin);
        }
        let definition = &model.services[service.at()];
        if state.busy < definition.workers {
            self.keep(message);
            return self.begin(model, reaction, idempotent, message, origin);
        }
        if state.inbox.len() >= definition.waiting as usize {
            return self.refuse(model, service, message, origin);
        }
        state.inbox.push_back(Pending { reaction, message, origin, idempotent, since: self.clock });
        state.metrics.waiting.up(self.clock);
        self.keep(message);
    }

    fn refuse(&mut self, model: &Model, service: ServiceIx, message: u32, origin: Origin) {
        self.services[service.at()].metrics.refused += 1;
        self.note(TraceKind::Refused, message, At::service(service));
        self.conclude(model, message, origin, Outcome::Failed);
    }

    /// A worker takes up a message; the job takes over one use of it.
    pub(super) fn begin(
        &mut self,
        model: &Model,
        reaction: ReactionIx,
        idempotent: bool,
        message: u32,
        origin: Origin,
    ) {
        let service = model.reactions[reaction.at()].service;
        let definition = &model.services[service.at()];
        let state = &mut self.services[service.at()];
        let mut latency = definition.latency.sample(&mut state.latency);
        if state.slow != 1.0 {
            latency = (latency as f64 * state.slow) as u64;
        }
        if definition.cold_start > 0 && state.busy == 0 {
            let warm = state.idle_since.is_some_and(|since| self.clock - since < COLD_AFTER);
            latency = latency.saturating_add(if warm { 0 } else { definition.cold_start });
        }
        state.busy += 1;
        state.metrics.busy.set(self.clock, u64::from(state.busy));
        state.metrics.started += 1;
        let process = self.messages[message].process;
        let index =
            self.jobs.insert(new_job(service, reaction, message, process, origin, idempotent, self.clock));
        let job = JobRef { index, generation: self.jobs.generation(index) };
        self.queue.push(self.clock.saturating_add(latency), Event::Finish(job));
    }

    /// The latency of a reaction is over: it decides, then does its outputs.
    pub(super) fn finish(&mut self, model: &Model, job: JobRef) {
        let Some(&mut Job { service, reaction, message, process, idempotent, origin, .. }) =
            self.jobs.live(job.index, job.generation)
        else {
            return;
        };
        let Instance { key, corrupt, poison, cause, name, .. } = self.messages[message];
        self.step_done(cause, service, model);
        if poison {
            self.note(TraceKind::Crashed, message, At::service(service));
            self.end_job(model, job.index, Outcome::Crashed);
            self.take_down(model, service);
            return self.queue.push(self.clock.saturating_add(RESTART), Event::Restart(service));
        }
        let unread =
            self.services[service.at()].cannot_read && model.messages[name.at()].kind == MessageKind::Event;
        let failure = model.services[service.at()].failure;
        let state = &mut self.services[service.at()];
        if state.choices.chance(failure) || corrupt || unread {
            self.note(TraceKind::Failed, message, At::service(service));
            return self.complete(model, job.index, Outcome::Failed);
        }
        if idempotent && let Some(known) = self.recall(process, reaction, key) {
            self.services[service.at()].metrics.deduplicated += 1;
            self.note(TraceKind::Deduplicated, message, At::service(service));
            let outcome = if known.declined { Outcome::Declined } else { Outcome::Done };
            return self.complete(model, job.index, outcome);
        }
        let definition = &model.reactions[reaction.at()];
        if definition.weights > 0.0 {
            let draw = self.services[service.at()].choices.unit() * definition.weights;
            self.jobs[job.index].choice = choose(&definition.outputs, draw);
        }
        if let Origin::Call(caller, attempt) = origin
            && self.takes_part(model, job)
        {
            return self.vote(model, job, caller, attempt);
        }
        self.proceed(model, job);
    }

    /// Does the outputs of a reaction until it has to wait or is done.
    pub(super) fn proceed(&mut self, model: &Model, job: JobRef) {
        let outputs = &model.reactions[self.jobs[job.index].reaction.at()].outputs;
        loop {
            let state = &self.jobs[job.index];
            let step = state.step;
            let Some(output) = outputs.get(step as usize) else { break };
            if !applies(state, step, output) {
                self.jobs[job.index].step += 1;
                continue;
            }
            if output.call.is_some() {
                if self.jobs[job.index].crashed {
                    break;
                }
                return self.start_call(model, job, output);
            }
            if !self.jobs[job.index].written && !self.write(model, job) {
                return self.complete(model, job.index, Outcome::Crashed);
            }
            if !self.publish(model, job, output, step) {
                return;
            }
            self.jobs[job.index].step += 1;
        }
        if !self.jobs[job.index].written && !self.write(model, job) {
            return self.complete(model, job.index, Outcome::Crashed);
        }
        let state = &self.jobs[job.index];
        let outcome = match (state.crashed, state.declined || state.handling != NO_OUTPUT) {
            (true, _) => Outcome::Crashed,
            (_, true) => Outcome::Declined,
            _ => Outcome::Done,
        };
        self.complete(model, job.index, outcome);
    }

    /// The work takes effect. False when the service crashes right after its write and nothing else survives.
    fn write(&mut self, model: &Model, job: JobRef) -> bool {
        let Job { service, reaction, message, process, idempotent, choice, handling, .. } =
            self.jobs[job.index];
        self.jobs[job.index].written = true;
        let name = self.messages[message].name;
        let definition = &model.reactions[reaction.at()];
        if idempotent {
            let chosen = definition.outputs.get(choice as usize);
            let declined = handling != NO_OUTPUT
                || chosen.is_some_and(|output| model.messages[output.message.at()].failure);
            let key = self.messages[message].key;
            self.remember(process, reaction, key, declined);
        }
        self.message_metrics[name.at()].handled += 1;
        self.note(TraceKind::Handled, message, At::service(service));
        if model.messages[name.at()].kind != MessageKind::Event {
            self.happened(name, process);
        }
        self.project(model, job);
        let crash = self.services[service.at()].crash_before_publish;
        let publishes = definition.outputs.iter().any(|output| output.call.is_none());
        if !(publishes && crash > 0.0 && self.fault_chance.chance(crash)) {
            if self.jobs[job.index].votes != NONE {
                self.commit(model, job);
            }
            return true;
        }
        self.note(TraceKind::Crashed, message, At::service(service));
        // An outbox, a change stream and an event store publish what was written; a second write is simply lost.
        let survives =
            !matches!(model.services[service.at()].publishing, Publishing::Direct | Publishing::Stateless);
        self.jobs[job.index].crashed = survives;
        survives
    }

    /// Publishes an event or sends a command. False when that failed and the job is dealt with.
    fn publish(&mut self, model: &Model, job: JobRef, output: &Output, step: u16) -> bool {
        let Job { service, reaction, process, .. } = self.jobs[job.index];
        if !self.has_room(model, process, output.message) {
            self.complete(model, job.index, Outcome::Done);
            return false;
        }
        let closed = !output.to.is_empty() && self.is_closed(model, service, output);
        let direct =
            matches!(model.services[service.at()].publishing, Publishing::Direct | Publishing::Stateless);
        if closed && direct {
            self.output_failed(model, job, false);
            return false;
        }
        let message = self.make_output(job, output, step);
        let kind = model.messages[output.message.at()].kind;
        let outside = self.jobs[job.index].message == NONE;
        if self.is_refused_at_source(model, message, service) {
            self.release(message);
            self.output_failed(model, job, false);
            return false;
        }
        self.note(if outside { TraceKind::Issued } else { sending(kind) }, message, At::service(service));
        if kind == MessageKind::Event {
            self.happened(output.message, process);
            self.jobs[job.index].declined |= model.messages[output.message.at()].failure;
        }
        if output.deadline != u64::MAX {
            self.await_step(message, output.deadline);
        }
        if closed {
            self.queue.push(self.clock.saturating_add(RELAY_PAUSE), Event::Relay(message, reaction, step));
        } else {
            self.send_all(model, message, &output.to);
            self.release(message);
        }
        true
    }

    /// A process manager waits for what a message brings about.
    fn await_step(&mut self, message: u32, deadline: u64) {
        self.keep(message);
        let id = self.messages[message].id;
        self.awaited.insert(id, message);
        self.queue.push(self.clock.saturating_add(deadline), Event::StepDue(id));
    }

    /// What a process manager waits for has come, if it was waiting for it.
    fn step_done(&mut self, cause: u64, service: ServiceIx, model: &Model) {
        if self.awaited.is_empty() {
            return;
        }
        let waits = |message: &u32| {
            let sender = self.messages[*message].sender;
            model.reactions[sender.at()].service == service
        };
        if self.awaited.get(&cause).is_some_and(waits)
            && let Some(message) = self.awaited.remove(&cause)
        {
            self.release(message);
        }
    }

    /// Nothing came of a message in time.
    pub(super) fn step_due(&mut self, model: &Model, id: u64) {
        let Some(message) = self.awaited.remove(&id) else { return };
        let sender = model.reactions[self.messages[message].sender.at()].service;
        self.note(TraceKind::TimedOut, message, At::service(sender));
        self.compensate(model, message);
        self.release(message);
    }

    /// A read model takes its time to show what it has handled, and answers queries from what it shows.
    fn project(&mut self, model: &Model, job: JobRef) {
        let Job { service, message, arrived, .. } = self.jobs[job.index];
        let Some(lag) = &model.services[service.at()].lag else { return };
        let state = &mut self.services[service.at()];
        if model.messages[self.messages[message].name.at()].kind == MessageKind::Event {
            // Views are written in order: nothing shows before what came earlier.
            let shows = self.clock.saturating_add(lag.sample(&mut state.lag)).max(state.shows_at);
            state.shows_at = shows;
            state.metrics.lag.record(shows - arrived);
        } else if self.clock < state.shows_at {
            state.metrics.stale += 1;
            self.note(TraceKind::Stale, message, At::service(service));
        }
    }

    /// A relay tries again to publish what its service has written.
    pub(super) fn relay(&mut self, model: &Model, message: u32, reaction: ReactionIx, step: u16) {
        let definition = &model.reactions[reaction.at()];
        let output = &definition.outputs[step as usize];
        if self.is_closed(model, definition.service, output) {
            self.queue.push(self.clock.saturating_add(RELAY_PAUSE), Event::Relay(message, reaction, step));
        } else {
            self.send_all(model, message, &output.to);
            self.release(message);
        }
    }

    /// The message of an output, caused by the job's trigger.
    pub(super) fn make_output(&mut self, job: JobRef, output: &Output, step: u16) -> u32 {
        let Job { reaction, message, process, .. } = self.jobs[job.index];
        let (cause, key) = if message == NONE {
            (0, self.processes[process].correlation)
        } else {
            (self.messages[message].id, self.messages[message].key)
        };
        let place = (u64::from(reaction.0) << 16) | u64::from(step);
        let skew = self.services[self.jobs[job.index].service.at()].skew;
        self.instance(output.message, process, cause, mix(key ^ mix(place)), (reaction, step), skew)
    }

    /// An output failed: what the board foresees for that happens, or the reaction fails.
    pub(super) fn output_failed(&mut self, model: &Model, job: JobRef, refused: bool) {
        let Job { reaction, step, .. } = self.jobs[job.index];
        let outputs = &model.reactions[reaction.at()].outputs;
        if outputs.iter().any(|output| output.when == When::OnFailureOf(step)) {
            let state = &mut self.jobs[job.index];
            state.handling = step;
            state.step = 0;
            return self.proceed(model, job);
        }
        let outcome = if refused { Outcome::Rejected } else { Outcome::Failed };
        self.complete(model, job.index, outcome);
    }

    /// An asynchronous output was given up by its channel: what the board foresees for that happens.
    pub(super) fn compensate(&mut self, model: &Model, message: u32) {
        let Instance { sender, output, process, .. } = self.messages[message];
        if output == NO_OUTPUT {
            return;
        }
        let id = self.messages[message].id;
        if !self.awaited.is_empty() && self.awaited.remove(&id).is_some() {
            self.release(message);
        }
        let reaction = &model.reactions[sender.at()];
        if !reaction.outputs.iter().any(|other| other.when == When::OnFailureOf(output)) {
            return;
        }
        self.keep(message);
        self.services[reaction.service.at()].busy += 1;
        let fresh = new_job(reaction.service, sender, message, process, Origin::Straight, false, self.clock);
        let index = self.jobs.insert(Job { written: true, handling: output, ..fresh });
        self.proceed(model, JobRef { index, generation: self.jobs.generation(index) });
    }

    /// A reaction ends, its worker is free again, and who waits for it is told.
    fn complete(&mut self, model: &Model, index: u32, outcome: Outcome) {
        let Job { service, message, .. } = self.jobs[index];
        let state = &mut self.services[service.at()];
        let lost_before_ack = outcome == Outcome::Done
            && state.crash_before_ack > 0.0
            && self.fault_chance.chance(state.crash_before_ack);
        let outcome = if lost_before_ack { Outcome::Crashed } else { outcome };
        if lost_before_ack {
            self.note(TraceKind::Crashed, message, At::service(service));
        }
        self.end_job(model, index, outcome);
        self.poll(model, service);
    }

    pub(super) fn end_job(&mut self, model: &Model, index: u32, outcome: Outcome) {
        let Job {
            service, message, process, origin, calling, arrived, reaction, step, votes, written, ..
        } = self.jobs[index];
        if votes != NONE {
            self.end_transaction(model, index, outcome, written);
        }
        self.jobs.remove(index);
        let state = &mut self.services[service.at()];
        state.busy -= 1;
        state.metrics.busy.set(self.clock, u64::from(state.busy));
        state.idle_since = Some(self.clock);
        match outcome {
            Outcome::Done | Outcome::Declined => state.metrics.done += 1,
            Outcome::Crashed => state.metrics.crashed += 1,
            Outcome::Failed | Outcome::Rejected => state.metrics.failed += 1,
        }
        if calling != NONE {
            self.abandon_call(model, reaction, step);
            self.release(calling);
        }
        if let Origin::Entry(entry) = origin {
            self.client_done(model, entry, process, arrived, outcome);
            return self.release_process(process);
        }
        self.conclude(model, message, origin, outcome);
        self.release(message);
    }

    fn client_done(&mut self, model: &Model, entry: u32, process: u32, arrived: u64, outcome: Outcome) {
        let metrics = &mut self.entry_metrics[entry as usize];
        let latency = self.clock - arrived;
        metrics.latency.record(latency);
        match outcome {
            Outcome::Done => metrics.answered += 1,
            Outcome::Declined | Outcome::Rejected => metrics.declined += 1,
            Outcome::Failed | Outcome::Crashed => metrics.failed += 1,
        }
        let subject = self.subjects[model.entries[entry as usize].message.at()];
        if subject != NONE {
            let ok = !matches!(outcome, Outcome::Failed | Outcome::Crashed);
            let correlation = self.processes[process].correlation;
            self.checker.see(self.clock, subject, correlation, Sight::Answered { ok, latency });
        }
    }

    /// Tells whoever waits how a reaction ended. The use of the message is the caller's.
    fn conclude(&mut self, model: &Model, message: u32, origin: Origin, outcome: Outcome) {
        let good = matches!(outcome, Outcome::Done | Outcome::Declined);
        match origin {
            Origin::Vote => {}
            Origin::Straight | Origin::Entry(_) => {
                if !good {
                    self.lost(message);
                }
            }
            Origin::Call(caller, attempt) => {
                let answer = match outcome {
                    Outcome::Done => Answer::Yes,
                    Outcome::Declined | Outcome::Rejected => Answer::No,
                    Outcome::Failed | Outcome::Crashed => Answer::Error,
                };
                self.queue.push(self.clock, Event::Answer(caller, attempt, answer));
            }
            Origin::Queue(lane, receipt) => self.queue_done(model, lane, receipt, good),
            Origin::Push(transit) => self.push_done(model, transit, good),
            Origin::Stream(group, partition) => self.read_done(model, group, partition, good),
        }
    }

    /// Gives free workers of a service what waits for them: its inbox first, then its queues in turn.
    pub(super) fn poll(&mut self, model: &Model, service: ServiceIx) {
        let workers = model.services[service.at()].workers;
        loop {
            let state = &mut self.services[service.at()];
            if state.down > 0 || state.busy >= workers {
                return;
            }
            if let Some(Pending { reaction, message, origin, idempotent, since }) = state.inbox.pop_front() {
                state.metrics.waiting.down(self.clock);
                state.metrics.wait.record(self.clock - since);
                self.begin(model, reaction, idempotent, message, origin);
            } else {
                let has_lanes = !model.lanes_of[service.at()].is_empty() && state.island == 0;
                if !has_lanes || !self.may_pull(service) || !self.pull(model, service) {
                    return;
                }
            }
        }
    }

    /// A rate limit makes a service that pulls wait instead of refusing.
    fn may_pull(&mut self, service: ServiceIx) -> bool {
        let state = &mut self.services[service.at()];
        match state.take_token(self.clock) {
            Ok(()) => true,
            Err(pause) => {
                if !state.polling {
                    state.polling = true;
                    self.queue.push(self.clock.saturating_add(pause), Event::Poll(service));
                }
                false
            }
        }
    }

    /// A pull found nothing: its token goes back.
    pub(super) fn give_token_back(&mut self, service: ServiceIx) {
        self.services[service.at()].tokens += 1.0;
    }

    /// One more reason for a service to be down. The first one ends everything it was doing.
    pub(in crate::simulation) fn take_down(&mut self, model: &Model, service: ServiceIx) {
        self.services[service.at()].down += 1;
        if self.services[service.at()].down > 1 {
            return;
        }
        self.services[service.at()].metrics.up.set(self.clock, 0);
        self.note(TraceKind::WentDown, NONE, At::service(service));
        let at_work: Vec<u32> =
            self.jobs.iter().filter(|(_, job)| job.service == service).map(|(index, _)| index).collect();
        for index in at_work {
            // A vote is on disk: its locks outlive the crash.
            if self.jobs[index].prepared {
                continue;
            }
            self.note(TraceKind::Crashed, self.jobs[index].message, At::service(service));
            self.end_job(model, index, Outcome::Crashed);
        }
        while let Some(Pending { message, origin, .. }) = self.services[service.at()].inbox.pop_front() {
            self.services[service.at()].metrics.waiting.down(self.clock);
            self.refuse(model, service, message, origin);
            self.release(message);
        }
    }

    /// One reason fewer for a service to be down.
    pub(in crate::simulation) fn bring_up(&mut self, model: &Model, service: ServiceIx) {
        let state = &mut self.services[service.at()];
        state.down = state.down.saturating_sub(1);
        if state.down > 0 {
            return;
        }
        state.metrics.up.set(self.clock, 1);
        self.note(TraceKind::CameUp, NONE, At::service(service));
        self.recover(model, service);
        self.poll(model, service);
    }
}

fn new_job(
    service: ServiceIx,
    reaction: ReactionIx,
    message: u32,
    process: u32,
    origin: Origin,
    idempotent: bool,
    arrived: u64,
) -> Job {
    Job {
        service,
        reaction,
        message,
        process,
        origin,
        idempotent,
        step: 0,
        choice: NO_OUTPUT,
        handling: NO_OUTPUT,
        attempt: 0,
        tries: 0,
        calling: NONE,
        votes: NONE,
        prepared: false,
        waits: false,
        written: false,
        crashed: false,
        declined: false,
        arrived,
    }
}

#[inline]
fn applies(job: &Job, step: u16, output: &Output) -> bool {
    match output.when {
        When::Always => job.handling == NO_OUTPUT,
        When::OneOf(_) => job.handling == NO_OUTPUT && job.choice == step,
        When::OnFailureOf(failed) => job.handling == failed,
    }
}

/// The exclusive output that a number between 0 and the sum of the weights falls on.
fn choose(outputs: &[Output], mut draw: f64) -> u16 {
    let mut last = NO_OUTPUT;
    for (step, output) in (0u16..).zip(outputs) {
        if let When::OneOf(weight) = output.when {
            last = step;
            draw -= weight;
            if draw < 0.0 {
                break;
            }
        }
    }
    last
}
