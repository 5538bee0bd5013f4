//! Queues and streams at work, dead letters, and outages.

use super::{ChannelIx, Engine, Event, LaneIx, NONE, Origin, Pending, ServiceIx, Transit, reaction_of};
use crate::board::ChannelKind;
use crate::simulation::broker::queue::{Receipt, Received, Sent};
use crate::simulation::broker::stream::{AfterFailure, Trimmed};
use crate::simulation::expectations::Sight;
use crate::simulation::model::{HopIx, Model, ReactionIx, Target};
use crate::simulation::trace::TraceKind;

/// The pause before a partition is read again when the stream states none, in nanoseconds.
const READ_PAUSE: u64 = 60_000_000_000;

impl Engine {
    /// A message arrives in a queue or stream, which keeps its transit.
    pub(super) fn store(&mut self, model: &Model, channel: ChannelIx, transit: u32) {
        let Transit { message, hop, departed, .. } = self.transits[transit];
        let Target::Channel { next, lane, .. } = &model.hops[hop.at()].to else { return };
        self.note(TraceKind::Delivered, message, (channel, hop, departed));
        self.pass_on(model, next, message);
        if model.channels[channel.at()].kind == ChannelKind::Stream {
            return self.append(model, channel, transit);
        }
        if !next.is_empty() && next.iter().all(|to| reaction_of(model, *to).is_none()) {
            return self.end_transit(transit);
        }
        self.enqueue(model, channel, *lane, transit);
    }

    /// A queue or stream that leads into another channel hands its messages on at once.
    fn pass_on(&mut self, model: &Model, next: &[HopIx], message: u32) {
        for to in next {
            if reaction_of(model, *to).is_none() {
                self.send(model, message, *to, Origin::Straight);
            }
        }
    }

    fn enqueue(&mut self, model: &Model, channel: ChannelIx, lane: LaneIx, transit: u32) {
        let message = self.transits[transit].message;
        let (mut group, mut key) = (0, 0);
        if model.channels[channel.at()].queue.fifo {
            group = self.group_of(model, channel, message);
            key = self.messages[message].key;
        }
        let sent = self.lanes[lane.at()].send(self.clock, transit, group, key);
        if sent == Sent::Duplicate {
            self.note(TraceKind::Deduplicated, message, channel);
            return self.end_transit(transit);
        }
        self.settle(model, lane);
        if sent == Sent::Ready {
            self.offer(model, lane);
        }
    }

    /// Brings the depth of a channel and the timer of a queue up to date.
    fn settle(&mut self, model: &Model, lane: LaneIx) {
        let channel = model.lanes[lane.at()].channel;
        let depth = self.lanes[lane.at()].depth();
        let before = std::mem::replace(&mut self.lane_depths[lane.at()], depth);
        if depth != before {
            let state = &mut self.channels[channel.at()];
            let total = state.metrics.depth.value - before + depth;
            state.metrics.depth.set(self.clock, total);
            if state.subject != NONE {
                self.checker.see(self.clock, state.subject, 0, Sight::Depth(total));
            }
        }
        if let Some(time) = self.lanes[lane.at()].arm() {
            self.queue.push(time, Event::QueueTimer(lane));
        }
    }

    /// Offers a visible message to the services that compete for it, in turn.
    pub(super) fn offer(&mut self, model: &Model, lane: LaneIx) {
        let consumers = &model.lanes[lane.at()].consumers;
        for _ in 0..consumers.len() {
            let turn = self.lane_turns[lane.at()];
            self.lane_turns[lane.at()] = (turn + 1) % consumers.len();
            let service = consumers[turn];
            let state = &self.services[service.at()];
            if state.is_free(&model.services[service.at()])
                && state.down == 0
                && self.asks(model, service, lane)
            {
                self.poll(model, service);
                if self.lanes[lane.at()].visible() == 0 {
                    return;
                }
            }
        }
    }

    /// A free worker takes a message from one of its service's queues. False when there is none.
    pub(super) fn pull(&mut self, model: &Model, service: ServiceIx) -> bool {
        let lanes = &model.lanes_of[service.at()];
        for _ in 0..lanes.len() {
            let turn = self.services[service.at()].next_lane % lanes.len();
            let lane = lanes[turn];
            self.services[service.at()].next_lane = turn + 1;
            if self.channels[model.lanes[lane.at()].channel.at()].down == 0
                && self.may_receive(model, service, lane)
                && self.pull_from(model, service, lane)
            {
                return true;
            }
        }
        if self.services[service.at()].rate_limit.is_some() {
            self.give_token_back(service);
        }
        false
    }

    fn pull_from(&mut self, model: &Model, service: ServiceIx, lane: LaneIx) -> bool {
        let channel = model.lanes[lane.at()].channel;
        let batch = model.channels[channel.at()].queue.batch;
        let mut taken = 0;
        while taken < batch {
            match self.lanes[lane.at()].receive(self.clock) {
                Received::Empty => break,
                Received::Redrive(transit) => {
                    self.dead_letter(model, channel, self.transits[transit].message);
                    self.end_transit(transit);
                    self.settle(model, lane);
                }
                Received::Message { item, receipt, receives } => {
                    let Transit { message, hop, .. } = self.transits[item];
                    self.channels[channel.at()].metrics.delivered += 1;
                    self.channels[channel.at()].metrics.retried += u64::from(receives > 1);
                    self.settle(model, lane);
                    if receives > 1 {
                        self.note(TraceKind::Retried, message, channel);
                    }
                    let Some((to, reaction, idempotent)) = self.consumer(model, hop, service, message, 0)
                    else {
                        // The consumer's filter leaves it out: it counts as done.
                        self.queue_done(model, lane, receipt, true);
                        continue;
                    };
                    self.note(TraceKind::Delivered, message, (service, to, self.clock));
                    self.keep(message);
                    let origin = Origin::Queue(lane, receipt);
                    taken += 1;
                    if taken == 1 {
                        self.begin(model, (service, reaction), idempotent, message, origin);
                    } else {
                        // The rest of a batch waits with its consumer while its time-out runs.
                        self.wait_inside(
                            service,
                            Pending { reaction, message, origin, idempotent, since: self.clock },
                        );
                    }
                }
            }
        }
        self.received(model, service, lane, taken > 0);
        taken > 0
    }

    /// The `nth` reaction of a service behind a channel hop whose filters a message passes.
    fn consumer(
        &self,
        model: &Model,
        hop: HopIx,
        service: ServiceIx,
        message: u32,
        nth: u32,
    ) -> Option<(HopIx, ReactionIx, bool)> {
        let Target::Channel { next, .. } = &model.hops[hop.at()].to else { return None };
        let own = next.iter().filter_map(|to| {
            let (reaction, idempotent) = reaction_of(model, *to)?;
            (model.reactions[reaction.at()].service == service).then_some((*to, reaction, idempotent))
        });
        own.filter(|(to, ..)| self.passes(model, *to, message)).nth(nth as usize)
    }

    /// A consumer is done with a message of a queue, well or not.
    pub(super) fn queue_done(&mut self, model: &Model, lane: LaneIx, receipt: Receipt, good: bool) {
        if good {
            if let Some(transit) = self.lanes[lane.at()].acknowledge(receipt) {
                self.end_transit(transit);
                self.settle(model, lane);
                if self.lanes[lane.at()].visible() > 0
                    && model.channels[model.lanes[lane.at()].channel.at()].queue.fifo
                {
                    self.offer(model, lane);
                }
            }
        } else if self.lanes[lane.at()].reject(receipt) {
            self.settle(model, lane);
            // Whoever rejected it is about to look for work itself; others may be idle.
            self.queue.push(self.clock, Event::QueueTimer(lane));
        }
    }

    /// Something in a queue may be due: delay, visibility or retention.
    pub(super) fn queue_timer(&mut self, model: &Model, lane: LaneIx) {
        let mut expired = Vec::new();
        self.lanes[lane.at()].advance(self.clock, |transit| expired.push(transit));
        let channel = model.lanes[lane.at()].channel;
        for transit in expired {
            self.expire(channel, transit);
        }
        self.settle(model, lane);
        if self.lanes[lane.at()].visible() > 0 {
            self.offer(model, lane);
        }
    }

    fn expire(&mut self, channel: ChannelIx, transit: u32) {
        let message = self.transits[transit].message;
        self.channels[channel.at()].metrics.expired += 1;
        self.note(TraceKind::Expired, message, channel);
        self.lost(message);
        self.end_transit(transit);
    }

    /// A dead letter comes to rest in the queue for dead letters.
    pub(super) fn keep_dead_letter(&mut self, letters: ChannelIx) {
        self.channels[letters.at()].metrics.entered += 1;
        // It rests outside the process: nothing on the board waits for it.
        let depth = self.channels[letters.at()].metrics.depth.value + 1;
        self.channels[letters.at()].metrics.depth.set(self.clock, depth);
        let subject = self.channels[letters.at()].subject;
        if subject != NONE {
            self.checker.see(self.clock, subject, 0, Sight::Depth(depth));
        }
    }

    fn append(&mut self, model: &Model, channel: ChannelIx, transit: u32) {
        let group = self.group_of(model, channel, self.transits[transit].message);
        let written = self.clock.saturating_sub(self.messages[self.transits[transit].message].skew);
        let state = &mut self.channels[channel.at()];
        state.metrics.depth.up(self.clock);
        let Some(log) = &mut state.log else { return };
        let partition = log.append(written, transit, group);
        for group in &model.channels[channel.at()].groups {
            self.read(model, group.0, partition);
        }
        self.trim(channel, partition);
    }

    /// A group reads the next record of a partition that concerns it.
    pub(super) fn read(&mut self, model: &Model, group: u32, partition: u32) {
        let definition = &model.groups[group as usize];
        let channel = definition.channel;
        if self.channels[channel.at()].down > 0 {
            return self
                .queue
                .push(self.clock.saturating_add(READ_PAUSE), Event::ReadAgain(group, partition));
        }
        loop {
            let mut expired = 0;
            let Some(log) = &mut self.channels[channel.at()].log else { return };
            let next = log.fetch(self.clock, definition.number, partition, |_| expired += 1);
            self.channels[channel.at()].metrics.expired += expired;
            let Some(transit) = next else { break };
            let Transit { message, hop, .. } = self.transits[transit];
            match self.consumer(model, hop, definition.service, message, definition.nth) {
                Some((to, reaction, idempotent)) => {
                    self.channels[channel.at()].metrics.delivered += 1;
                    self.note(TraceKind::Delivered, message, (definition.service, to, self.clock));
                    return self.deliver(
                        model,
                        (reaction, idempotent),
                        message,
                        Origin::Stream(group, partition),
                    );
                }
                None => {
                    if let Some(log) = &mut self.channels[channel.at()].log {
                        log.succeed(definition.number, partition);
                    }
                }
            }
        }
        self.trim(channel, partition);
    }

    /// A record was worked on, well or not.
    pub(super) fn read_done(&mut self, model: &Model, group: u32, partition: u32, good: bool) {
        let definition = &model.groups[group as usize];
        let channel = definition.channel;
        let Some(log) = &mut self.channels[channel.at()].log else { return };
        let mut pause = 0;
        if good {
            log.succeed(definition.number, partition);
            self.trim(channel, partition);
        } else {
            match log.fail(definition.number, partition) {
                AfterFailure::Retry(retry) => {
                    self.channels[channel.at()].metrics.retried += 1;
                    if retry > 0 {
                        pause = model.channels[channel.at()].retry.plain_pause(retry).unwrap_or(READ_PAUSE);
                    }
                }
                AfterFailure::Skip(given_up) => {
                    for transit in given_up {
                        self.dead_letter(model, channel, self.transits[transit].message);
                    }
                    self.trim(channel, partition);
                }
            }
        }
        self.queue.push(self.clock.saturating_add(pause), Event::ReadAgain(group, partition));
    }

    fn trim(&mut self, channel: ChannelIx, partition: u32) {
        let mut trimmed = Vec::new();
        if let Some(log) = &mut self.channels[channel.at()].log {
            log.trim(self.clock, partition, |record| trimmed.push(record));
        }
        for record in trimmed {
            match record {
                Trimmed::Rests(transit) => self.rest(channel, transit),
                Trimmed::Gone(transit, true) => self.forget_record(transit),
                Trimmed::Gone(transit, false) => {
                    self.channels[channel.at()].metrics.depth.down(self.clock);
                    self.end_transit(transit);
                }
            }
        }
    }

    /// How many messages a channel holds that no worker has: waiting, delayed, or unread by the slowest group.
    pub(in crate::simulation) fn backlog(&self, model: &Model, channel: ChannelIx) -> u64 {
        match &self.channels[channel.at()].log {
            Some(log) => {
                let groups = model.channels[channel.at()].groups.len() as u32;
                (0..groups).map(|group| log.lag(group)).max().unwrap_or(0)
            }
            None => self.channels[channel.at()].metrics.depth.value,
        }
    }
}
