//! Consumers that ask their queues again and again instead of being handed what comes.

use super::{Engine, Event, LaneIx, Pending, ServiceIx};
use crate::simulation::broker::polling::{Poller, Polling};
use crate::simulation::model::{ChannelIx, Model};

impl Engine {
    /// How a lane is polled, and the consumer's place in it; none when messages are handed out as they come.
    fn polled(model: &Model, service: ServiceIx, lane: LaneIx) -> Option<(Polling, usize)> {
        let definition = &model.lanes[lane.at()];
        let polling = model.channels[definition.channel.at()].queue.polling?;
        Some((polling, definition.consumers.iter().position(|consumer| *consumer == service)?))
    }

    /// Whether a consumer takes a message that is there now; otherwise it comes with its next receive.
    pub(super) fn asks(&mut self, model: &Model, service: ServiceIx, lane: LaneIx) -> bool {
        let Some((polling, at)) = Self::polled(model, service, lane) else { return true };
        match self.pollers[lane.at()][at].call(self.clock, polling) {
            Some(time) if time <= self.clock => true,
            Some(time) => {
                self.queue.push(time, Event::Receive(service, lane));
                false
            }
            None => false,
        }
    }

    /// Whether a free worker may look into a queue now: not during the pause after a look in vain.
    pub(super) fn may_receive(&self, model: &Model, service: ServiceIx, lane: LaneIx) -> bool {
        let Some((polling, at)) = Self::polled(model, service, lane) else { return true };
        self.pollers[lane.at()][at].is_asking(self.clock, polling)
    }

    /// A receive ended: with a message, or the consumer goes on asking.
    pub(super) fn received(&mut self, model: &Model, service: ServiceIx, lane: LaneIx, something: bool) {
        let Some((polling, at)) = Self::polled(model, service, lane) else { return };
        let poller = &mut self.pollers[lane.at()][at];
        if something {
            let empty = poller.end(self.clock, polling);
            self.channels[model.lanes[lane.at()].channel.at()].metrics.empty_receives += empty;
        } else {
            poller.begin(self.clock);
        }
    }

    /// A consumer comes with its next receive.
    pub(super) fn receive(&mut self, model: &Model, service: ServiceIx, lane: LaneIx) {
        if let Some((_, at)) = Self::polled(model, service, lane) {
            self.pollers[lane.at()][at].come();
        }
        self.poll(model, service);
    }

    /// A service has no free worker, or is down: it does not ask.
    pub(super) fn stop_asking(&mut self, model: &Model, service: ServiceIx) {
        for lane in &model.lanes_of[service.at()] {
            self.received(model, service, *lane, true);
        }
    }

    /// The rest of a batch waits with its consumer.
    pub(super) fn wait_inside(&mut self, service: ServiceIx, pending: Pending) {
        let state = &mut self.services[service.at()];
        state.inbox.push_back(pending);
        state.metrics.waiting.up(self.clock);
    }

    /// Receives of a queue that have brought nothing and are not counted yet.
    pub(in crate::simulation) fn empty_receives(&self, model: &Model, channel: ChannelIx) -> u64 {
        let Some(polling) = model.channels[channel.at()].queue.polling else { return 0 };
        let own = model.lanes.iter().zip(&self.pollers).filter(|(lane, _)| lane.channel == channel);
        let asking = |poller: &Poller| poller.empty(self.clock, polling);
        self.channels[channel.at()].metrics.empty_receives
            + own.flat_map(|(_, pollers)| pollers).map(asking).sum::<u64>()
    }
}
