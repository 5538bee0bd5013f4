//! What buses and topics archive and streams keep, and delivering it again.

use super::{ChannelIx, Engine, Event, HopIx, Instance, Kept, Model, NONE, Transit};
use crate::board::{ChannelKind, FaultKind};
use crate::simulation::broker::archive::INTERVAL;
use crate::simulation::model::Target;
use crate::simulation::trace::TraceKind;

/// The pace of a replay, an interval of its window so often; no broker publishes one.
const PACE: u64 = 1_000_000_000;

impl Engine {
    /// The archive of a channel keeps a message that enters. What is replayed is not archived again.
    pub(super) fn archive(&mut self, model: &Model, channel: ChannelIx, message: u32, hop: HopIx) {
        let instance = self.messages[message];
        let Some(archive) = &self.channels[channel.at()].archive else { return };
        let left_out = archive.filter().is_some_and(|filter| !self.passes_filters(model, &[filter], message));
        if instance.replay != NONE || left_out {
            return;
        }
        let Instance { name, process, cause, key, sender, output, corrupt, .. } = instance;
        let kept = Kept { hop, name, process, cause, key, sender: (sender, output), corrupt };
        let mut gone = Vec::new();
        if let Some(archive) = &mut self.channels[channel.at()].archive {
            archive.push(self.clock, kept);
            archive.expire(self.clock, |kept| gone.push(kept.process));
        }
        self.processes[process].archived += 1;
        gone.into_iter().for_each(|process| self.forget_archived(process));
    }

    /// A replay begins: of an archive interval by interval, of a stream by sending its groups back.
    pub(in crate::simulation) fn begin_replay(&mut self, model: &Model, number: u32, channel: ChannelIx) {
        self.sources -= 1;
        let Some((from, to)) = self.window(number) else { return };
        if model.channels[channel.at()].kind == ChannelKind::Stream {
            return self.send_groups_back(model, number, channel, from);
        }
        let Some(archive) = &self.channels[channel.at()].archive else { return };
        let mut intervals: Vec<u64> =
            archive.window(from, to).map(|(time, _)| (time - from) / INTERVAL).collect();
        intervals.dedup();
        for (at, interval) in (0u64..).zip(intervals) {
            self.sources += 1;
            self.queue.push(self.clock.saturating_add(at * PACE), Event::Replay(number, interval));
        }
    }

    fn window(&self, number: u32) -> Option<(u64, u64)> {
        match &self.faults[number as usize].kind {
            FaultKind::Replay { from, to, .. } => Some((from.0, to.0)),
            _ => None,
        }
    }

    /// The messages of one interval enter their channel again, in no order.
    pub(super) fn replay_interval(&mut self, model: &Model, number: u32, interval: u64) {
        use crate::simulation::model::Struck;
        self.sources -= 1;
        let Some((from, to)) = self.window(number).filter(|_| self.active_faults[number as usize]) else {
            return;
        };
        let Struck::Channel(channel) = self.faults[number as usize].struck else { return };
        let Some(archive) = &self.channels[channel.at()].archive else { return };
        let begins = from.saturating_add(interval * INTERVAL);
        let kept: Vec<Kept> =
            archive.window(begins, begins.saturating_add(INTERVAL).min(to)).map(|(_, kept)| kept).collect();
        for Kept { hop, name, process, cause, key, sender, corrupt } in kept {
            if !self.has_room(model, process, name) {
                return;
            }
            let Target::Channel { next, .. } = &model.hops[hop.at()].to else { continue };
            let message = self.instance(name, process, cause, key, sender, 0);
            self.messages[message].replay = number;
            self.messages[message].corrupt |= corrupt;
            let state = &mut self.channels[channel.at()];
            state.metrics.replayed += 1;
            let delay = state.chance.below(PACE);
            self.note(TraceKind::Replayed, message, channel);
            self.enter(model, channel, next, message, hop, delay, false);
            self.release(message);
        }
    }

    fn send_groups_back(&mut self, model: &Model, number: u32, channel: ChannelIx, from: u64) {
        let mut woken = Vec::new();
        let groups = &model.channels[channel.at()].groups;
        for group in groups {
            let definition = &model.groups[group.at()];
            let chosen = self.is_named(number, &model.services[definition.service.at()].name);
            if let Some(log) = self.channels[channel.at()].log.as_mut().filter(|_| chosen) {
                log.replay(definition.number, from, |transit| woken.push(transit));
            }
        }
        for transit in woken {
            self.channels[channel.at()].metrics.replayed += 1;
            self.wake(channel, transit);
        }
        let partitions = self.channels[channel.at()].log.as_ref().map_or(0, |log| log.partitions());
        for group in groups {
            for partition in 0..partitions {
                self.read(model, group.0, partition);
            }
        }
    }

    /// Every group of a stream has read a record that is kept: it rests, and so may its process.
    pub(super) fn rest(&mut self, channel: ChannelIx, transit: u32) {
        let Transit { message, .. } = self.transits[transit];
        let resting = Instance { uses: 1, ..self.messages[message] };
        self.processes[resting.process].archived += 1;
        self.transits[transit].message = self.messages.insert(resting);
        self.channels[channel.at()].metrics.depth.down(self.clock);
        self.release(message);
    }

    /// A record at rest is going to be read again.
    fn wake(&mut self, channel: ChannelIx, transit: u32) {
        let process = self.messages[self.transits[transit].message].process;
        let record = &mut self.processes[process];
        record.archived -= 1;
        record.uses += 1;
        if record.uses == 1 {
            self.resting -= 1;
        }
        self.channels[channel.at()].metrics.depth.up(self.clock);
    }

    /// A record at rest has outlived its retention.
    pub(super) fn forget_record(&mut self, transit: u32) {
        let message = self.transits[transit].message;
        let process = self.messages[message].process;
        self.transits.remove(transit);
        self.messages.remove(message);
        self.forget_archived(process);
    }

    /// Whether a hop of a channel is meant: a replay may be for some consumers only.
    #[inline]
    pub(super) fn is_chosen(&self, model: &Model, hop: HopIx, message: u32) -> bool {
        let replay = self.messages[message].replay;
        replay == NONE || self.leads_to_chosen(model, hop, replay)
    }

    fn leads_to_chosen(&self, model: &Model, hop: HopIx, replay: u32) -> bool {
        match &model.hops[hop.at()].to {
            Target::Reaction { reaction, .. } => {
                let service = model.reactions[reaction.at()].service;
                self.is_named(replay, &model.services[service.at()].name)
            }
            Target::Channel { next, .. } => next.iter().any(|hop| self.leads_to_chosen(model, *hop, replay)),
        }
    }

    /// Whether a replay is for a service.
    fn is_named(&self, replay: u32, service: &str) -> bool {
        match &self.faults[replay as usize].kind {
            FaultKind::Replay { only, .. } => only.is_empty() || only.iter().any(|name| name == service),
            _ => true,
        }
    }
}
