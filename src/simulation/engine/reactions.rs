//! Reactions at work: they decide, take effect, do their outputs in order, and end.

use super::{Answer, Engine, Event, Instance, Job, JobRef, NO_OUTPUT, NONE, Origin, Outcome};
use crate::board::Publishing;
use crate::simulation::distribution::Sampler;
use crate::simulation::expectations::Sight;
use crate::simulation::model::{Model, Output, When};
use crate::simulation::trace::TraceKind;
use crate::topology::MessageKind;

/// How long a service that a message brought down takes to come up again, in nanoseconds.
const RESTART: u64 = 10_000_000_000;

/// How long after its last reaction a service still starts warm, in nanoseconds.
const WARM_FOR: u64 = 300_000_000_000;

impl Engine {
    /// The latency of a reaction is over: it decides, then does its outputs.
    pub(super) fn finish(&mut self, model: &Model, job: JobRef) {
        let Some(&Job { service, reaction, message, process, idempotent, origin, .. }) =
            self.jobs.live(job.index, job.generation)
        else {
            return;
        };
        let Instance { key, corrupt, poison, cause, name, .. } = self.messages[message];
        let awaited = !self.awaited.is_empty() && self.step_done(cause, service, model);
        if poison {
            return self.bring_down(model, job);
        }
        let unread =
            self.services[service.at()].cannot_read && model.messages[name.at()].kind == MessageKind::Event;
        let failure = model.services[service.at()].failure;
        let state = &mut self.services[service.at()];
        if state.choices.chance(failure) || corrupt || unread {
            self.note(TraceKind::Failed, message, service);
            return self.complete(model, job.index, Outcome::Failed);
        }
        if idempotent && let Some(known) = self.recall(process, reaction, key) {
            self.services[service.at()].metrics.deduplicated += 1;
            self.note(TraceKind::Deduplicated, message, service);
            let outcome = if known.declined { Outcome::Declined } else { Outcome::Done };
            return self.complete(model, job.index, outcome);
        }
        let definition = &model.reactions[reaction.at()];
        if definition.takes_reply {
            self.take_reply(model, message, awaited);
        }
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

    /// A message brings down the service that works on it.
    #[cold]
    fn bring_down(&mut self, model: &Model, job: JobRef) {
        let Job { service, message, .. } = self.jobs[job.index];
        self.note(TraceKind::Crashed, message, service);
        self.end_job(model, job.index, Outcome::Crashed);
        self.take_down(model, service);
        self.queue.push(self.clock.saturating_add(RESTART), Event::Restart(service));
    }

    /// Does the outputs of a reaction until it has to wait or is done.
    pub(super) fn proceed(&mut self, model: &Model, job: JobRef) {
        let Job { reaction, mut step, .. } = self.jobs[job.index];
        let outputs = &model.reactions[reaction.at()].outputs;
        loop {
            let output = outputs.get(step as usize);
            let state = &self.jobs[job.index];
            if let Some(output) = output {
                if !applies(state, step, output) {
                    step += 1;
                    continue;
                }
                if output.call.is_some() {
                    if state.crashed {
                        break;
                    }
                    self.jobs[job.index].step = step;
                    return self.start_call(model, job, output);
                }
            }
            // The work takes effect before the first thing it publishes, or at the end.
            if !state.written && !self.write(model, job) {
                return self.complete(model, job.index, Outcome::Crashed);
            }
            let Some(output) = output else { break };
            if !self.publish(model, job, output, step) {
                return;
            }
            step += 1;
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
    #[inline(never)]
    fn write(&mut self, model: &Model, job: JobRef) -> bool {
        let state = &mut self.jobs[job.index];
        state.written = true;
        let Job { service, reaction, message, process, idempotent, choice, handling, votes, .. } = *state;
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
        self.note(TraceKind::Handled, message, service);
        if model.messages[name.at()].kind != MessageKind::Event {
            self.happened(name, process);
        }
        if let Some(lag) = &model.services[service.at()].lag {
            self.project(model, job, lag);
        }
        let crash = self.services[service.at()].crash_before_publish;
        let publishes = || definition.outputs.iter().any(|output| output.call.is_none());
        if !(crash > 0.0 && publishes() && self.fault_chance.chance(crash)) {
            if votes != NONE {
                self.commit(model, job);
            }
            return true;
        }
        self.note(TraceKind::Crashed, message, service);
        // An outbox, a change stream and an event store publish what was written; a second write is simply lost.
        let survives =
            !matches!(model.services[service.at()].publishing, Publishing::Direct | Publishing::Stateless);
        self.jobs[job.index].crashed = survives;
        survives
    }

    /// A read model takes its time to show what it has handled, and answers queries from what it shows.
    #[inline(never)]
    fn project(&mut self, model: &Model, job: JobRef, lag: &Sampler) {
        let Job { service, message, arrived, .. } = self.jobs[job.index];
        let state = &mut self.services[service.at()];
        if model.messages[self.messages[message].name.at()].kind == MessageKind::Event {
            // Views are written in order: nothing shows before what came earlier.
            let shows = self.clock.saturating_add(lag.sample(&mut state.lag)).max(state.shows_at);
            state.shows_at = shows;
            state.metrics.lag.record(shows - arrived);
        } else if self.clock < state.shows_at {
            state.metrics.stale += 1;
            self.note(TraceKind::Stale, message, service);
        }
    }

    /// A reaction ends, its worker is free again, and who waits for it is told.
    pub(super) fn complete(&mut self, model: &Model, index: u32, outcome: Outcome) {
        let service = self.jobs[index].service;
        let crash = self.services[service.at()].crash_before_ack;
        let lost_before_ack = outcome == Outcome::Done && crash > 0.0 && self.fault_chance.chance(crash);
        let outcome = if lost_before_ack { Outcome::Crashed } else { outcome };
        if lost_before_ack {
            self.note(TraceKind::Crashed, self.jobs[index].message, service);
        }
        self.end_job(model, index, outcome);
        self.poll(model, service);
    }

    #[inline(always)]
    pub(super) fn end_job(&mut self, model: &Model, index: u32, outcome: Outcome) {
        let Job {
            service, message, process, origin, calling, arrived, reaction, step, votes, written, ..
        } = self.jobs[index];
        if votes != NONE {
            self.end_transaction(model, index, outcome, written);
        }
        self.jobs.remove(index);
        let state = &mut self.services[service.at()];
        state.metrics.busy.down(self.clock);
        state.warm_until = self.clock.saturating_add(WARM_FOR);
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
        if model.has_replies && !matches!(outcome, Outcome::Failed | Outcome::Crashed) {
            self.reply(model, message, service, outcome == Outcome::Done);
        }
        self.conclude(model, message, origin, outcome);
        self.release(message);
    }

    #[inline(never)]
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
    #[inline]
    pub(super) fn conclude(&mut self, model: &Model, message: u32, origin: Origin, outcome: Outcome) {
        let good = matches!(outcome, Outcome::Done | Outcome::Declined);
        // Nobody waits for what came straight from its sender.
        if !(good && matches!(origin, Origin::Straight)) {
            self.tell(model, message, origin, outcome, good);
        }
    }

    #[inline(never)]
    fn tell(&mut self, model: &Model, message: u32, origin: Origin, outcome: Outcome, good: bool) {
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
