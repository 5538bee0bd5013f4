//! Services and channels that go down and come up, by themselves or by a fault.

use super::{ChannelIx, Engine, Event, LaneIx, NONE, ServiceIx};
use crate::simulation::model::Model;
use crate::simulation::trace::TraceKind;

impl Engine {
    /// Draws for every service and channel that fails by itself whether it is up at the start, and when that ends.
    pub(super) fn prepare_outages(&mut self, model: &Model) {
        for (at, service) in model.services.iter().enumerate() {
            let Some((up, down)) = service.outages else { continue };
            for _ in 0..service.replicas.0 {
                let starts_up = self.services[at].outages.unit() < up as f64 / (up as f64 + down as f64);
                if !starts_up {
                    self.lose_replica(model, ServiceIx(at as u32));
                }
                self.next_change(model, ServiceIx(at as u32), starts_up);
            }
        }
        for (at, channel) in model.channels.iter().enumerate() {
            let Some((up, down)) = channel.outages else { continue };
            let starts_up = self.channels[at].outages.unit() < up as f64 / (up as f64 + down as f64);
            self.channels[at].down += u32::from(!starts_up);
            self.next_channel_change(model, ChannelIx(at as u32), starts_up);
        }
    }

    fn next_change(&mut self, model: &Model, service: ServiceIx, is_up: bool) {
        let Some((up, down)) = model.services[service.at()].outages else { return };
        let mean = if is_up { up } else { down };
        let lasts = (self.services[service.at()].outages.exponential() * mean as f64) as u64;
        self.queue.push(self.clock.saturating_add(lasts), Event::Replica(service, !is_up));
    }

    fn lose_replica(&mut self, model: &Model, service: ServiceIx) {
        let needed = model.services[service.at()].replicas.1;
        let state = &mut self.services[service.at()];
        state.replicas_up -= 1;
        if state.replicas_up + 1 == needed {
            self.take_down(model, service);
        }
    }

    pub(super) fn replica(&mut self, model: &Model, service: ServiceIx, up: bool) {
        if up {
            let needed = model.services[service.at()].replicas.1;
            self.services[service.at()].replicas_up += 1;
            if self.services[service.at()].replicas_up == needed {
                self.bring_up(model, service);
            }
        } else {
            self.lose_replica(model, service);
        }
        self.next_change(model, service, up);
    }

    fn next_channel_change(&mut self, model: &Model, channel: ChannelIx, is_up: bool) {
        let Some((up, down)) = model.channels[channel.at()].outages else { return };
        let mean = if is_up { up } else { down };
        let lasts = (self.channels[channel.at()].outages.exponential() * mean as f64) as u64;
        self.queue.push(self.clock.saturating_add(lasts), Event::ChannelOutage(channel, !is_up));
    }

    pub(super) fn channel_outage(&mut self, model: &Model, channel: ChannelIx, up: bool) {
        if up {
            self.open(model, channel);
        } else {
            self.close(channel);
        }
        self.next_channel_change(model, channel, up);
    }

    /// One more reason for a channel to be down.
    pub(in crate::simulation) fn close(&mut self, channel: ChannelIx) {
        self.channels[channel.at()].down += 1;
        if self.channels[channel.at()].down == 1 {
            self.note(TraceKind::WentDown, NONE, channel);
        }
    }

    /// One reason fewer; consumers of its queues look for work again.
    pub(in crate::simulation) fn open(&mut self, model: &Model, channel: ChannelIx) {
        let state = &mut self.channels[channel.at()];
        state.down = state.down.saturating_sub(1);
        if state.down > 0 {
            return;
        }
        self.note(TraceKind::CameUp, NONE, channel);
        for lane in 0..model.lanes.len() as u32 {
            if model.lanes[lane as usize].channel == channel && self.lanes[lane as usize].visible() > 0 {
                self.offer(model, LaneIx(lane));
            }
        }
    }

    /// Something about who can reach whom has changed: everybody with free workers looks for work.
    pub(in crate::simulation) fn poll_everyone(&mut self, model: &Model) {
        for service in 0..model.services.len() as u32 {
            self.poll(model, ServiceIx(service));
        }
    }
}
