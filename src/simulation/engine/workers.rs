//! Services and their workers: admission, waiting, rate limits, going down and coming up.

use super::{Engine, Event, Job, JobRef, NO_OUTPUT, NONE, Origin, Outcome, Pending, ServiceState};
use crate::simulation::metrics::ServiceMetrics;
use crate::simulation::model::{Model, ReactionIx, Service, ServiceIx};
use crate::simulation::random::Stream;
use crate::simulation::trace::TraceKind;

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
            inbox: std::collections::VecDeque::new(),
            next_lane: 0,
            replicas_up: service.replicas.0,
            tokens: 1.0,
            tokens_at: 0,
            polling: false,
            warm_until: 0,
            latency: stream("latency"),
            choices: stream("choices"),
            outages: stream("outages"),
            lag: stream("lag"),
            metrics,
        }
    }

    /// A worker of its service is free.
    #[inline]
    pub(super) fn is_free(&self, service: &Service) -> bool {
        self.metrics.busy.value < u64::from(service.workers)
    }

    /// Takes one token of the rate limit; answers how long to wait when there is none.
    #[inline]
    fn take_token(&mut self, now: u64) -> Result<(), u64> {
        self.rate_limit.map_or(Ok(()), |rate| self.take_limited(now, rate))
    }

    #[cold]
    fn take_limited(&mut self, now: u64, rate: f64) -> Result<(), u64> {
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
        self.services[service.at()].metrics.busy.up(self.clock);
        let job = new_job(service, reaction, NONE, process, Origin::Entry(entry), false, self.clock);
        let job = self.put_to_work(Job { written: true, ..job });
        self.proceed(model, job);
    }

    #[inline]
    pub(super) fn put_to_work(&mut self, job: Job) -> JobRef {
        let (index, generation) = self.jobs.insert_named(job);
        JobRef { index, generation }
    }

    /// A message reaches a reaction. The caller's use of the message stays the caller's.
    #[inline]
    pub(super) fn deliver(&mut self, model: &Model, to: (ReactionIx, bool), message: u32, origin: Origin) {
        let (reaction, idempotent) = to;
        let service = model.reactions[reaction.at()].service;
        let state = &mut self.services[service.at()];
        let reachable =
            state.down == 0 && (state.island == 0 || !matches!(origin, Origin::Push(_) | Origin::Stream(..)));
        if !reachable || state.take_token(self.clock).is_err() {
            return self.refuse(model, service, message, origin);
        }
        let definition = &model.services[service.at()];
        if state.is_free(definition) {
            self.keep(message);
            return self.begin(model, (service, reaction), idempotent, message, origin);
        }
        if state.inbox.len() >= definition.waiting as usize {
            return self.refuse(model, service, message, origin);
        }
        state.inbox.push_back(Pending { reaction, message, origin, idempotent, since: self.clock });
        state.metrics.waiting.up(self.clock);
        self.keep(message);
    }

    #[cold]
    pub(super) fn refuse(&mut self, model: &Model, service: ServiceIx, message: u32, origin: Origin) {
        self.services[service.at()].metrics.refused += 1;
        self.note(TraceKind::Refused, message, service);
        self.conclude(model, message, origin, Outcome::Failed);
    }

    /// A worker takes up a message; the job takes over one use of it.
    pub(super) fn begin(
        &mut self,
        model: &Model,
        (service, reaction): (ServiceIx, ReactionIx),
        idempotent: bool,
        message: u32,
        origin: Origin,
    ) {
        let definition = &model.services[service.at()];
        let state = &mut self.services[service.at()];
        let mut latency = definition.latency.sample(&mut state.latency);
        if state.slow != 1.0 {
            latency = times(latency, state.slow);
        }
        if definition.cold_start > 0 && state.metrics.busy.value == 0 && self.clock >= state.warm_until {
            latency = latency.saturating_add(definition.cold_start);
        }
        state.metrics.busy.up(self.clock);
        state.metrics.started += 1;
        if definition.polls && !state.is_free(definition) {
            self.stop_asking(model, service);
        }
        let process = self.messages[message].process;
        let job =
            self.put_to_work(new_job(service, reaction, message, process, origin, idempotent, self.clock));
        self.queue.push(self.clock.saturating_add(latency), Event::Finish(job));
    }

    /// Gives free workers of a service what waits for them: its inbox first, then its queues in turn.
    pub(super) fn poll(&mut self, model: &Model, service: ServiceIx) {
        while self.take_up_waiting(model, service) {}
        if !model.lanes_of[service.at()].is_empty() {
            self.poll_queues(model, service);
        }
    }

    #[inline(never)]
    fn poll_queues(&mut self, model: &Model, service: ServiceIx) {
        loop {
            let state = &self.services[service.at()];
            let idle = state.down == 0 && state.island == 0 && state.is_free(&model.services[service.at()]);
            if !idle || !self.may_pull(service) || !self.pull(model, service) {
                return;
            }
            // The rest of a batch waits inside.
            while self.take_up_waiting(model, service) {}
        }
    }

    /// A free worker takes up what waits longest in the inbox of its service. False when there is none, or nothing.
    #[inline]
    fn take_up_waiting(&mut self, model: &Model, service: ServiceIx) -> bool {
        let state = &mut self.services[service.at()];
        if state.down > 0 || !state.is_free(&model.services[service.at()]) {
            return false;
        }
        let Some(Pending { reaction, message, origin, idempotent, since }) = state.inbox.pop_front() else {
            return false;
        };
        state.metrics.waiting.down(self.clock);
        state.metrics.wait.record(self.clock - since);
        self.begin(model, (service, reaction), idempotent, message, origin);
        true
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
    #[cold]
    pub(in crate::simulation) fn take_down(&mut self, model: &Model, service: ServiceIx) {
        self.services[service.at()].down += 1;
        if self.services[service.at()].down > 1 {
            return;
        }
        self.services[service.at()].metrics.up.set(self.clock, 0);
        self.stop_asking(model, service);
        self.note(TraceKind::WentDown, NONE, service);
        let at_work: Vec<u32> =
            self.jobs.iter().filter(|(_, job)| job.service == service).map(|(index, _)| index).collect();
        for index in at_work {
            // A vote is on disk: its locks outlive the crash.
            if self.jobs[index].prepared {
                continue;
            }
            self.note(TraceKind::Crashed, self.jobs[index].message, service);
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
        self.note(TraceKind::CameUp, NONE, service);
        self.recover(model, service);
        self.poll(model, service);
    }
}

/// A length of time so many times as long. Kept out of line: floats are slow on the way that most work takes.
#[cold]
pub(super) fn times(nanos: u64, factor: f64) -> u64 {
    (nanos as f64 * factor) as u64
}

#[inline]
pub(super) fn new_job(
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
