//! Synchronous calls: the caller's worker waits, for a limited time, and tries again.

use super::{Answer, ChannelIx, Engine, Event, Job, JobRef, NONE, Origin, reaction_of};
use crate::board::Publishing;
use crate::simulation::model::{Call, Model, Output, ServiceIx, Target};
use crate::simulation::trace::TraceKind;
use crate::topology::MessageKind;

/// What the circuit breaker and the bulkhead of one place that calls remember.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guard {
    in_progress: u32,
    /// Failures in a row.
    failures: u32,
    /// The breaker is open until then.
    open_until: u64,
    /// A call is trying whether the other side has recovered.
    trying: bool,
}

impl Guard {
    /// True when the breaker lets a call through.
    fn admits(&mut self, breaker: Option<(u32, u64)>, now: u64) -> bool {
        let Some((most, _)) = breaker else { return true };
        if self.failures < most {
            return true;
        }
        let free = now >= self.open_until && !self.trying;
        self.trying |= free;
        free
    }

    /// A call came back: with an answer, or with none.
    fn learn(&mut self, breaker: Option<(u32, u64)>, now: u64, answered: bool) {
        let Some((most, open)) = breaker else { return };
        self.trying = false;
        if answered {
            self.failures = 0;
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= most {
            self.open_until = now.saturating_add(open);
        }
    }
}

impl Engine {
    /// A reaction calls: it makes the message and sends it for the first time.
    #[inline(never)]
    pub(super) fn start_call(&mut self, model: &Model, job: JobRef, output: &Output) {
        let state = self.jobs[job.index];
        let Job { step, process, message, .. } = state;
        if !self.has_room(model, process, output.message) {
            return self.output_failed(model, job, true);
        }
        let outside = message == NONE;
        let calling = self.make_output(&state, output, step);
        let state = &mut self.jobs[job.index];
        state.calling = calling;
        state.tries = 0;
        let service = state.service;
        self.note(if outside { TraceKind::Issued } else { TraceKind::Called }, calling, service);
        if let Some(call) = output.call {
            let guard = &mut self.guards[call.number as usize];
            guard.in_progress += 1;
            let full = guard.in_progress > call.bulkhead;
            if full {
                self.services[service.at()].metrics.short_circuited += 1;
                self.note(TraceKind::Refused, calling, service);
            } else if self.is_refused_at_source(model, calling, service) {
                // What breaks its schema would break it at every attempt.
            } else {
                return self.attempt_call(model, job, output);
            }
            return self.call_given_up(model, job, Answer::Error);
        }
        self.attempt_call(model, job, output);
    }

    fn attempt_call(&mut self, model: &Model, job: JobRef, output: &Output) {
        let state = &mut self.jobs[job.index];
        state.waits = true;
        state.attempt = state.attempt.wrapping_add(1);
        state.tries += 1;
        let (service, calling, attempt) = (state.service, state.calling, state.attempt);
        if let Some(call) = output.call
            && !self.guards[call.number as usize].admits(call.breaker, self.clock)
        {
            self.services[service.at()].metrics.short_circuited += 1;
            self.note(TraceKind::Refused, calling, service);
            return self.try_again_or_give_up(model, job, Answer::Error);
        }
        if let Some(Call { timeout, number, .. }) = output.call
            && timeout != u64::MAX
        {
            self.set_timeout(number, job, attempt, timeout);
        }
        let Some(hop) = output.to.first().copied() else {
            // Nobody on the board handles it: the world beyond the board does.
            return self.queue.push(self.clock, Event::Answer(job, attempt, Answer::Yes));
        };
        let origin = Origin::Call(job, attempt);
        let lost = self.modified && self.is_dropped(Some(output.message), None);
        let handler = reaction_of(model, hop);
        let cut =
            handler.is_some_and(|(reaction, _)| self.is_cut(service, model.reactions[reaction.at()].service));
        if lost || cut {
            self.note(TraceKind::Dropped, calling, service);
            self.lost(calling);
            if output.call.is_none_or(|call| call.timeout == u64::MAX) {
                self.queue.push(self.clock, Event::Answer(job, attempt, Answer::Error));
            }
            return;
        }
        self.send(model, calling, hop, origin);
    }

    fn set_timeout(&mut self, number: u32, job: JobRef, attempt: u16, timeout: u64) {
        let jobs = &mut self.jobs;
        let lane = &mut self.timeouts[number as usize];
        let void = |(job, attempt): (JobRef, u16)| is_void(jobs, job, attempt);
        lane.discard(void);
        if lane.len() > 64 + 2 * jobs.len() {
            lane.retain(|item| !void(item));
        }
        lane.push(self.clock.saturating_add(timeout), (job, attempt));
        if let Some(time) = lane.arm() {
            self.queue.push(time, Event::CallTimer(number));
        }
    }

    /// A time-out may be due.
    pub(super) fn call_timer(&mut self, model: &Model, number: u32) {
        self.timeouts[number as usize].disarm();
        while let Some((job, attempt)) = self.timeouts[number as usize].pop_due(self.clock) {
            if !is_void(&self.jobs, job, attempt) {
                let Job { service, calling, .. } = self.jobs[job.index];
                self.note(TraceKind::TimedOut, calling, service);
                self.call_failed(model, job, Answer::Error);
            }
        }
        let jobs = &self.jobs;
        let lane = &mut self.timeouts[number as usize];
        lane.discard(|(job, attempt)| is_void(jobs, job, attempt));
        if let Some(time) = lane.arm() {
            self.queue.push(time, Event::CallTimer(number));
        }
    }

    /// An answer arrives, perhaps too late.
    pub(super) fn answered(&mut self, model: &Model, job: JobRef, attempt: u16, answer: Answer) {
        if is_void(&self.jobs, job, attempt) {
            return;
        }
        let Job { service, reaction, step, calling, process, .. } = self.jobs[job.index];
        let kind = match answer {
            Answer::Yes => TraceKind::Answered,
            Answer::No => TraceKind::Declined,
            Answer::Error => TraceKind::Errored,
        };
        self.note(kind, calling, service);
        if answer != Answer::Yes {
            return self.call_failed(model, job, answer);
        }
        let output = &model.reactions[reaction.at()].outputs[step as usize];
        if let Some(call) = output.call {
            let guard = &mut self.guards[call.number as usize];
            guard.learn(call.breaker, self.clock, true);
            guard.in_progress -= 1;
        }
        if output.to.is_empty() && model.messages[output.message.at()].kind != MessageKind::Event {
            self.happened(output.message, process);
        }
        let state = &mut self.jobs[job.index];
        state.waits = false;
        state.calling = NONE;
        state.step += 1;
        self.release(calling);
        self.proceed(model, job);
    }

    /// A call failed: the breaker takes note of it.
    fn call_failed(&mut self, model: &Model, job: JobRef, answer: Answer) {
        let Job { reaction, step, .. } = self.jobs[job.index];
        if let Some(call) = model.reactions[reaction.at()].outputs[step as usize].call {
            self.guards[call.number as usize].learn(call.breaker, self.clock, answer == Answer::No);
        }
        self.try_again_or_give_up(model, job, answer);
    }

    /// A call failed, or was never made: try again after a pause, or give up.
    fn try_again_or_give_up(&mut self, model: &Model, job: JobRef, answer: Answer) {
        let Job { reaction, step, tries, calling, attempt, service, .. } = self.jobs[job.index];
        let call = model.reactions[reaction.at()].outputs[step as usize].call;
        self.jobs[job.index].waits = false;
        if let Some(Call { retries, backoff, .. }) = call
            && answer == Answer::Error
            && tries <= retries
        {
            let pause = backoff.saturating_mul(1u64.checked_shl(tries - 1).unwrap_or(u64::MAX));
            self.note(TraceKind::Retried, calling, service);
            return self.queue.push(self.clock.saturating_add(pause), Event::CallAgain(job, attempt));
        }
        self.call_given_up(model, job, answer);
    }

    /// A call will not be made again: the caller goes on without it where the board says so.
    fn call_given_up(&mut self, model: &Model, job: JobRef, answer: Answer) {
        let Job { reaction, step, calling, service, .. } = self.jobs[job.index];
        let call = model.reactions[reaction.at()].outputs[step as usize].call;
        if let Some(call) = call {
            self.guards[call.number as usize].in_progress -= 1;
        }
        self.jobs[job.index].calling = NONE;
        if call.is_some_and(|call| call.fallback) && answer == Answer::Error {
            self.note(TraceKind::FellBack, calling, service);
            self.services[service.at()].metrics.fell_back += 1;
            self.release(calling);
            self.jobs[job.index].step += 1;
            return self.proceed(model, job);
        }
        self.release(calling);
        self.output_failed(model, job, answer == Answer::No);
    }

    /// A call in progress ends with its caller, who crashes.
    #[cold]
    pub(super) fn abandon_call(&mut self, model: &Model, reaction: super::ReactionIx, step: u16) {
        let output = model.reactions[reaction.at()].outputs.get(step as usize);
        if let Some(call) = output.and_then(|output| output.call) {
            let guard = &mut self.guards[call.number as usize];
            guard.in_progress -= 1;
            guard.trying = false;
        }
    }

    /// True when the registry refuses a message that breaks its schema.
    #[inline]
    pub(super) fn is_refused_at_source(&mut self, model: &Model, message: u32, service: ServiceIx) -> bool {
        let refused = model.registry && self.messages[message].corrupt;
        if refused {
            self.note(TraceKind::Corrupted, message, service);
            self.lost(message);
        }
        refused
    }

    /// The pause before the next attempt is over.
    pub(super) fn call_again(&mut self, model: &Model, job: JobRef, attempt: u16) {
        let Some(state) = self.jobs.live(job.index, job.generation) else { return };
        if state.attempt != attempt || state.waits {
            return;
        }
        let output = &model.reactions[state.reaction.at()].outputs[state.step as usize];
        self.attempt_call(model, job, output);
    }

    /// True when a partition lies between two services.
    fn is_cut(&self, a: ServiceIx, b: ServiceIx) -> bool {
        self.services[a.at()].island != self.services[b.at()].island
    }

    /// True when a service cannot hand an output to one of its channels.
    #[inline]
    pub(super) fn is_closed(&self, model: &Model, service: ServiceIx, output: &Output) -> bool {
        output.to.iter().any(|hop| match model.hops[hop.at()].to {
            Target::Channel { channel, .. } => self.is_shut(model, service, output, channel),
            Target::Reaction { .. } => false,
        })
    }

    #[inline(never)]
    fn is_shut(&self, model: &Model, service: ServiceIx, output: &Output, channel: ChannelIx) -> bool {
        self.channels[channel.at()].down > 0
            || self.services[service.at()].island != 0
            || model.messages[output.message.at()].size > model.channels[channel.at()].size_limit
                && model.services[service.at()].publishing == Publishing::Direct
    }
}

/// True when nobody waits for the answer to this attempt any more.
pub(super) fn is_void(jobs: &crate::simulation::arena::Arena<Job>, job: JobRef, attempt: u16) -> bool {
    jobs.generation(job.index) != job.generation || {
        let state = &jobs[job.index];
        !state.waits || state.attempt != attempt
    }
}
