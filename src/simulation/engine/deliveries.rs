//! Messages on their way: sending, dropping, duplicating, delaying, pushing and giving up.

use super::{Engine, Event, HopIx, NONE, Origin, Transit, reaction_of};
use crate::board::ChannelKind;
use crate::simulation::faults::Modifiers;
use crate::simulation::model::{ChannelIx, MessageIx, Model, Target};
use crate::simulation::trace::TraceKind;

impl Engine {
    /// Sends a message along all its ways. The use of the message is the caller's.
    #[inline]
    pub(super) fn send_all(&mut self, model: &Model, message: u32, to: &[HopIx]) {
        for hop in to {
            self.send(model, message, *hop, Origin::Straight);
        }
    }

    /// Sends a message along one way.
    #[inline]
    pub(super) fn send(&mut self, model: &Model, message: u32, hop: HopIx, origin: Origin) {
        if !self.passes(model, hop, message) {
            return;
        }
        self.send_on(model, message, hop, origin, true);
    }

    /// Sends a message along one way whose filters it passes. Faults of the message itself apply on its first step.
    #[inline(always)]
    fn send_on(&mut self, model: &Model, message: u32, hop: HopIx, origin: Origin, first: bool) {
        let delay = if self.modified { self.meddle(model, message, hop, origin, first) } else { Some(0) };
        if let Some(delay) = delay {
            self.set_out(model, message, hop, origin, delay, false);
        }
    }

    /// What faults do to a message that sets out: by how much they delay it; none when it is lost.
    #[cold]
    fn meddle(
        &mut self,
        model: &Model,
        message: u32,
        hop: HopIx,
        origin: Origin,
        first: bool,
    ) -> Option<u64> {
        let name = first.then(|| self.messages[message].name);
        let channel = match model.hops[hop.at()].to {
            Target::Channel { channel, .. } => Some(channel),
            Target::Reaction { .. } => None,
        };
        // What a call loses was looked at by the caller, who notices.
        if !matches!(origin, Origin::Call(..)) && self.is_dropped(name, channel) {
            self.note(TraceKind::Dropped, message, (channel, hop, self.clock));
            self.lost(message);
            return None;
        }
        let delay = self.added_delay(name, channel);
        if self.is_doubled(name, channel) {
            self.note(TraceKind::Duplicated, message, channel);
            self.set_out(model, message, hop, Origin::Straight, delay, true);
        }
        Some(delay)
    }

    /// Puts a message on a step of its way.
    #[inline(always)]
    fn set_out(&mut self, model: &Model, message: u32, hop: HopIx, origin: Origin, delay: u64, copy: bool) {
        match &model.hops[hop.at()].to {
            Target::Reaction { reaction, idempotent } => {
                if delay == 0 {
                    self.note_arrival(model, message, hop, self.clock);
                    return self.deliver(model, (*reaction, *idempotent), message, origin);
                }
                self.set_out_late(message, hop, delay, origin, copy);
            }
            Target::Channel { channel, next, .. } => {
                self.enter(model, *channel, next, message, hop, delay, copy);
            }
        }
    }

    /// A fault delays a message on its way straight to a reaction.
    #[cold]
    fn set_out_late(&mut self, message: u32, hop: HopIx, delay: u64, origin: Origin, copy: bool) {
        let transit = self.transit(message, hop, NONE, delay, origin, copy);
        self.queue.push(self.clock.saturating_add(delay), Event::Land(transit));
    }

    #[expect(clippy::too_many_arguments, reason = "one step of the way with all that is known of it")]
    #[inline(never)]
    pub(super) fn enter(
        &mut self,
        model: &Model,
        channel: ChannelIx,
        next: &[HopIx],
        message: u32,
        hop: HopIx,
        delay: u64,
        copy: bool,
    ) {
        let definition = &model.channels[channel.at()];
        if model.messages[self.messages[message].name.at()].size > definition.size_limit {
            self.channels[channel.at()].metrics.dropped += 1;
            self.note(TraceKind::Refused, message, channel);
            return self.lost(message);
        }
        if self.channels[channel.at()].archive.is_some() {
            self.archive(model, channel, message, hop);
        }
        let state = &mut self.channels[channel.at()];
        state.metrics.entered += 1;
        let twice = state.chance.chance(definition.duplicates);
        if twice {
            state.metrics.duplicated += 1;
            self.note(TraceKind::Duplicated, message, channel);
        }
        for number in 0..1 + u8::from(twice) {
            let copy = copy || number > 0;
            match definition.kind {
                ChannelKind::Bus | ChannelKind::Topic => {
                    for to in next {
                        if self.passes(model, *to, message) && self.is_chosen(model, *to, message) {
                            self.set_out_from(model, channel, message, *to, delay, copy);
                        }
                    }
                }
                ChannelKind::Queue | ChannelKind::Stream => {
                    let latency = definition.latency.sample(&mut self.channels[channel.at()].chance);
                    let on_the_way = delay.saturating_add(latency);
                    let transit = self.transit(message, hop, NONE, on_the_way, Origin::Straight, copy);
                    if on_the_way == 0 {
                        self.land(model, transit);
                    } else {
                        self.queue.push(self.clock.saturating_add(on_the_way), Event::Land(transit));
                    }
                }
            }
        }
    }

    /// A bus or topic pushes a message towards one target.
    fn set_out_from(
        &mut self,
        model: &Model,
        channel: ChannelIx,
        message: u32,
        to: HopIx,
        delay: u64,
        copy: bool,
    ) {
        let latency = model.channels[channel.at()].latency.sample(&mut self.channels[channel.at()].chance);
        let on_the_way = delay.saturating_add(latency);
        let transit = self.transit(message, to, channel.0, on_the_way, Origin::Straight, copy);
        self.channels[channel.at()].metrics.depth.up(self.clock);
        self.queue.push(self.clock.saturating_add(on_the_way), Event::Land(transit));
    }

    fn transit(&mut self, message: u32, hop: HopIx, via: u32, delay: u64, origin: Origin, copy: bool) -> u32 {
        self.keep(message);
        self.transits.insert(Transit {
            message,
            hop,
            via,
            departed: self.clock,
            arrives: self.clock.saturating_add(delay),
            first: self.clock,
            attempts: 0,
            moving: true,
            copy,
            origin,
        })
    }

    pub(super) fn end_transit(&mut self, transit: u32) {
        let Transit { message, via, .. } = self.transits[transit];
        if via != NONE {
            self.channels[via as usize].metrics.depth.down(self.clock);
        }
        self.transits.remove(transit);
        self.release(message);
    }

    /// A message reaches the end of a step: a reaction, or the next channel.
    pub(super) fn land(&mut self, model: &Model, transit: u32) {
        let Transit { message, hop, via, departed, origin, .. } = self.transits[transit];
        self.transits[transit].moving = false;
        match &model.hops[hop.at()].to {
            Target::Reaction { reaction, idempotent } => {
                if via == NONE {
                    self.note_arrival(model, message, hop, departed);
                    self.deliver(model, (*reaction, *idempotent), message, origin);
                    return self.end_transit(transit);
                }
                self.channels[via as usize].metrics.delivered += 1;
                if self.channels[via as usize].down > 0 {
                    return self.push_done(model, transit, false);
                }
                self.note_arrival(model, message, hop, departed);
                self.deliver(model, (*reaction, *idempotent), message, Origin::Push(transit));
            }
            Target::Channel { channel, .. } if via != NONE => {
                if self.channels[channel.at()].down > 0 {
                    return self.push_done(model, transit, false);
                }
                self.channels[via as usize].metrics.delivered += 1;
                self.send_on(model, message, hop, Origin::Straight, false);
                self.end_transit(transit);
            }
            Target::Channel { channel, .. } => self.store(model, *channel, transit),
        }
    }

    fn note_arrival(&mut self, model: &Model, message: u32, hop: HopIx, departed: u64) {
        if self.trace.is_some()
            && let Some((reaction, _)) = reaction_of(model, hop)
        {
            let service = model.reactions[reaction.at()].service;
            self.note(TraceKind::Delivered, message, (service, hop, departed));
        }
    }

    /// A pushed delivery ended: well, or it is tried again, or given up.
    pub(super) fn push_done(&mut self, model: &Model, transit: u32, good: bool) {
        if good {
            return self.end_transit(transit);
        }
        let Transit { message, via, first, attempts, hop, .. } = self.transits[transit];
        let channel = ChannelIx(via);
        let state = &mut self.channels[channel.at()];
        let age = (self.clock - first).saturating_add(self.messages[message].skew);
        let pause = model.channels[channel.at()].retry.pause(attempts + 1, age, &mut state.chance);
        if let Some(pause) = pause {
            state.metrics.retried += 1;
            let record = &mut self.transits[transit];
            record.attempts += 1;
            record.departed = self.clock;
            record.arrives = self.clock.saturating_add(pause);
            record.moving = true;
            self.note(TraceKind::Retried, message, (channel, hop, self.clock));
            return self.queue.push(self.clock.saturating_add(pause), Event::Land(transit));
        }
        self.dead_letter(model, channel, message);
        self.end_transit(transit);
    }

    /// A channel gives a message up. The use of the message is the caller's.
    pub(super) fn dead_letter(&mut self, model: &Model, channel: ChannelIx, message: u32) {
        let instance = self.messages[message];
        let state = &mut self.channels[channel.at()];
        state.metrics.dead_letters += 1;
        self.message_metrics[instance.name.at()].dead_letters += 1;
        self.note(TraceKind::DeadLettered, message, channel);
        if self.checker.counts_dead_letters() {
            let correlation = self.processes[instance.process].correlation;
            self.checker.see_dead_letter(self.clock, correlation);
        }
        match model.channels[channel.at()].dead_letter {
            Some(letters) => self.keep_dead_letter(letters),
            None => self.lost(message),
        }
        self.compensate(model, message);
    }

    pub(super) fn is_dropped(&mut self, name: Option<MessageIx>, channel: Option<ChannelIx>) -> bool {
        let by_message = name.map_or(0.0, |name| self.message_modifiers[name.at()].drop);
        let by_channel = channel.map_or(0.0, |channel| self.channels[channel.at()].modifiers.drop);
        let dropped = self.fault_chance.chance(by_message) || self.fault_chance.chance(by_channel);
        if let (true, Some(channel)) = (dropped, channel) {
            self.channels[channel.at()].metrics.dropped += 1;
        }
        dropped
    }

    fn is_doubled(&mut self, name: Option<MessageIx>, channel: Option<ChannelIx>) -> bool {
        let by_message = name.map_or(0.0, |name| self.message_modifiers[name.at()].duplicate);
        let by_channel = channel.map_or(0.0, |channel| self.channels[channel.at()].modifiers.duplicate);
        let doubled = self.fault_chance.chance(by_message) || self.fault_chance.chance(by_channel);
        if let (true, Some(channel)) = (doubled, channel) {
            self.channels[channel.at()].metrics.duplicated += 1;
        }
        doubled
    }

    fn added_delay(&mut self, name: Option<MessageIx>, channel: Option<ChannelIx>) -> u64 {
        let by_message = name.map_or(Modifiers::default(), |name| self.message_modifiers[name.at()]);
        let by_channel =
            channel.map_or(Modifiers::default(), |channel| self.channels[channel.at()].modifiers);
        let mut delay = 0u64;
        for modifiers in [by_message, by_channel] {
            let fault = modifiers.delay.and_then(|fault| self.faults.get(fault as usize));
            if let Some(sampler) = fault.and_then(|fault| fault.sampler.as_ref()) {
                delay = delay.saturating_add(sampler.sample(&mut self.fault_chance));
            }
            if modifiers.reorder > 0 {
                delay = delay.saturating_add(self.fault_chance.below(modifiers.reorder));
            }
        }
        delay
    }
}
