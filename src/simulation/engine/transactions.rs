//! Two-phase commit: participants vote and hold their locks until the coordinator commits, and hold them on while it
//! is lost.

use super::{Answer, Engine, Event, Job, JobRef, NO_OUTPUT, NONE, Origin, Outcome};
use crate::simulation::model::{Model, ServiceIx};
use crate::simulation::trace::TraceKind;

/// How long a coordinator that crashed in the middle of a transaction takes to look after it, in nanoseconds.
const RECOVERY: u64 = 10_000_000_000;

/// The vote of a participant, in the list of its coordinator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vote {
    participant: JobRef,
    next: u32,
}

/// A participant that waits for an outcome until a service recovers.
#[derive(Clone, Copy, Debug)]
pub(super) struct InDoubt {
    participant: JobRef,
    /// Whose recovery ends the doubt: the coordinator's, or the participant's own.
    waits_for: ServiceIx,
    commit: bool,
}

impl Engine {
    /// True when a job is to vote: its caller coordinates a transaction, and it has nothing against it.
    #[inline(never)]
    pub(super) fn takes_part(&self, model: &Model, job: JobRef) -> bool {
        let Job { reaction, choice, message, .. } = self.jobs[job.index];
        let sender = model.reactions[self.messages[message].sender.at()].service;
        let chosen = (choice != NO_OUTPUT).then(|| &model.reactions[reaction.at()].outputs[choice as usize]);
        model.services[sender.at()].coordinates
            && !chosen.is_some_and(|output| model.messages[output.message.at()].failure)
    }

    /// A participant votes yes. Its worker and its locks stay taken. One whose coordinator no longer asks takes its
    /// work back: what is not decided is decided against.
    #[cold]
    pub(super) fn vote(&mut self, model: &Model, job: JobRef, caller: JobRef, attempt: u16) {
        if super::calls::is_void(&self.jobs, caller, attempt) {
            let Job { service, message, .. } = self.jobs[job.index];
            self.note(TraceKind::Aborted, message, service);
            self.jobs[job.index].origin = Origin::Vote;
            self.end_job(model, job.index, Outcome::Rejected);
            return self.poll(model, service);
        }
        let next = self.jobs[caller.index].votes;
        self.jobs[caller.index].votes = self.votes.insert(Vote { participant: job, next });
        let state = &mut self.jobs[job.index];
        (state.prepared, state.origin) = (true, Origin::Vote);
        let (service, message) = (state.service, state.message);
        self.services[service.at()].metrics.locked.up(self.clock);
        self.note(TraceKind::Prepared, message, service);
        self.queue.push(self.clock, Event::Answer(caller, attempt, Answer::Yes));
    }

    /// The coordinator has written its decision: every participant takes effect.
    #[cold]
    pub(super) fn commit(&mut self, model: &Model, job: JobRef) {
        let handling = self.jobs[job.index].handling;
        let first = std::mem::replace(&mut self.jobs[job.index].votes, NONE);
        self.each_vote(first, |engine, participant| {
            // A coordinator that deals with a failure has decided against it.
            engine.decide(model, participant, handling == NO_OUTPUT);
        });
    }

    /// A coordinator ends with votes it has told nothing: without a decision they are taken back, and after a crash
    /// they stay in doubt until it recovers.
    #[cold]
    pub(super) fn end_transaction(&mut self, model: &Model, index: u32, outcome: Outcome, written: bool) {
        let service = self.jobs[index].service;
        let first = std::mem::replace(&mut self.jobs[index].votes, NONE);
        if outcome != Outcome::Crashed {
            return self.each_vote(first, |engine, participant| engine.decide(model, participant, false));
        }
        self.each_vote(first, |engine, participant| {
            engine.in_doubt.push(InDoubt { participant, waits_for: service, commit: written });
        });
        if self.services[service.at()].down == 0 {
            self.queue.push(self.clock.saturating_add(RECOVERY), Event::Recover(service));
        }
    }

    fn each_vote(&mut self, first: u32, mut tell: impl FnMut(&mut Self, JobRef)) {
        let mut participants = Vec::new();
        let mut next = first;
        while next != NONE {
            let vote = self.votes[next];
            self.votes.remove(next);
            participants.push(vote.participant);
            next = vote.next;
        }
        // The list begins with the last vote; they are told in the order in which they were asked.
        participants.into_iter().rev().for_each(|participant| tell(self, participant));
    }

    /// A participant learns the outcome; one that is down learns it when it comes up.
    fn decide(&mut self, model: &Model, participant: JobRef, commit: bool) {
        let Some(job) = self.jobs.live(participant.index, participant.generation) else { return };
        let (service, message, process, reaction, idempotent) =
            (job.service, job.message, job.process, job.reaction, job.idempotent);
        if self.services[service.at()].down > 0 {
            return self.in_doubt.push(InDoubt { participant, waits_for: service, commit });
        }
        self.jobs[participant.index].prepared = false;
        self.services[service.at()].metrics.locked.down(self.clock);
        if !commit {
            self.note(TraceKind::Aborted, message, service);
            self.end_job(model, participant.index, Outcome::Rejected);
            return self.poll(model, service);
        }
        // The same call made twice may have voted twice.
        let key = self.messages[message].key;
        if idempotent && self.recall(process, reaction, key).is_some() {
            self.services[service.at()].metrics.deduplicated += 1;
            self.note(TraceKind::Deduplicated, message, service);
            self.end_job(model, participant.index, Outcome::Done);
            return self.poll(model, service);
        }
        self.proceed(model, participant);
    }

    /// A service looks after the transactions that wait for it.
    pub(super) fn recover(&mut self, model: &Model, service: ServiceIx) {
        if self.in_doubt.is_empty() || self.services[service.at()].down > 0 {
            return;
        }
        let all = std::mem::take(&mut self.in_doubt);
        let (mine, others) = all.into_iter().partition(|doubt| doubt.waits_for == service);
        self.in_doubt = others;
        let mine: Vec<InDoubt> = mine;
        for InDoubt { participant, commit, .. } in mine {
            self.decide(model, participant, commit);
        }
    }
}
