//! What a reaction sends: publishing, relays, the steps a process manager waits for, and what the board foresees for
//! their failure.

use super::workers::new_job;
use super::{Engine, Event, Instance, Job, JobRef, NO_OUTPUT, NONE, Origin, Outcome, sending};
use crate::board::Publishing;
use crate::simulation::model::{Message, Model, Output, ReactionIx, ServiceIx, When};
use crate::simulation::random::mix;
use crate::simulation::trace::TraceKind;
use crate::topology::MessageKind;

/// The pause of a relay whose channel is closed, in nanoseconds.
const RELAY_PAUSE: u64 = 1_000_000_000;

impl Engine {
    /// Publishes an event or sends a command. False when that failed and the job is dealt with.
    #[inline(never)]
    pub(super) fn publish(&mut self, model: &Model, job: JobRef, output: &Output, step: u16) -> bool {
        let state = self.jobs[job.index];
        let Job { service, reaction, process, message: trigger, .. } = state;
        if !self.has_room(model, process, output.message) {
            self.complete(model, job.index, Outcome::Done);
            return false;
        }
        let closed = !output.to.is_empty() && self.is_closed(model, service, output);
        let direct =
            matches!(model.services[service.at()].publishing, Publishing::Direct | Publishing::Stateless);
        if closed && direct {
            self.jobs[job.index].step = step;
            self.output_failed(model, job, false);
            return false;
        }
        let message = self.make_output(&state, output, step);
        let Message { kind, failure, .. } = model.messages[output.message.at()];
        if self.is_refused_at_source(model, message, service) {
            self.release(message);
            self.jobs[job.index].step = step;
            self.output_failed(model, job, false);
            return false;
        }
        self.note(if trigger == NONE { TraceKind::Issued } else { sending(kind) }, message, service);
        if kind == MessageKind::Event {
            self.happened(output.message, process);
            if failure {
                self.jobs[job.index].declined = true;
            }
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
    #[inline(never)]
    pub(super) fn await_step(&mut self, message: u32, deadline: u64) {
        self.keep(message);
        let id = self.messages[message].id;
        self.awaited.insert(id, message);
        self.queue.push(self.clock.saturating_add(deadline), Event::StepDue(id));
    }

    /// What a process manager waits for has come, if it was waiting for it.
    /// Answers whether it was.
    #[inline(never)]
    pub(super) fn step_done(&mut self, cause: u64, service: ServiceIx, model: &Model) -> bool {
        let waits = |message: &u32| {
            let sender = self.messages[*message].sender;
            model.reactions[sender.at()].service == service
        };
        if self.awaited.get(&cause).is_some_and(waits)
            && let Some(message) = self.awaited.remove(&cause)
        {
            self.release(message);
            return true;
        }
        false
    }

    /// Nothing came of a message in time.
    pub(super) fn step_due(&mut self, model: &Model, id: u64) {
        let Some(message) = self.awaited.remove(&id) else { return };
        let sender = model.reactions[self.messages[message].sender.at()].service;
        self.note(TraceKind::TimedOut, message, sender);
        self.compensate(model, message);
        self.release(message);
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
    #[inline(always)]
    pub(super) fn make_output(&mut self, job: &Job, output: &Output, step: u16) -> u32 {
        let Job { service, reaction, message, process, .. } = *job;
        let (cause, key) = if message == NONE {
            (0, self.processes[process].correlation)
        } else {
            let Instance { id, key, .. } = self.messages[message];
            (id, key)
        };
        let place = (u64::from(reaction.0) << 16) | u64::from(step);
        let skew = self.services[service.at()].skew;
        self.instance(output.message, process, cause, mix(key ^ mix(place)), (reaction, step), skew)
    }

    /// An output failed: what the board foresees for that happens, or the reaction fails.
    #[cold]
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

    /// An asynchronous command was handled, well or not: its sender is told through the response channel.
    #[inline(never)]
    pub(super) fn reply(&mut self, model: &Model, message: u32, service: ServiceIx, well: bool) {
        let Instance { name, sender, output, process, id, key, .. } = self.messages[message];
        if model.messages[name.at()].reply {
            return;
        }
        let reply = model.reactions[sender.at()].replies.iter().find(|reply| reply.output == output);
        let Some(reply) = reply.filter(|reply| self.has_room(model, process, reply.message)) else { return };
        let skew = self.services[service.at()].skew;
        let answer = self.instance(reply.message, process, id, mix(!key), (sender, output), skew);
        self.messages[answer].declined = !well;
        self.note(TraceKind::Replied, answer, service);
        self.send(model, answer, reply.to, Origin::Straight);
        self.release(answer);
    }

    /// The sender of an asynchronous command takes the answer: to a no it does what the board foresees. One that comes
    /// after the deadline changes nothing any more.
    #[inline(never)]
    pub(super) fn take_reply(&mut self, model: &Model, message: u32, awaited: bool) {
        let Instance { sender, output, declined, .. } = self.messages[message];
        let sent = model.reactions[sender.at()].outputs.get(output as usize);
        if declined && (awaited || sent.is_some_and(|output| output.deadline == u64::MAX)) {
            self.deal_with_failure(model, message);
        }
    }

    /// An asynchronous output was given up by its channel: what the board foresees for that happens. A lost answer says
    /// nothing about what it answers.
    pub(super) fn compensate(&mut self, model: &Model, message: u32) {
        if !model.messages[self.messages[message].name.at()].reply {
            self.deal_with_failure(model, message);
        }
    }

    #[cold]
    fn deal_with_failure(&mut self, model: &Model, message: u32) {
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
        self.services[reaction.service.at()].metrics.busy.up(self.clock);
        let fresh = new_job(reaction.service, sender, message, process, Origin::Straight, false, self.clock);
        let job = self.put_to_work(Job { written: true, handling: output, ..fresh });
        self.proceed(model, job);
    }
}
