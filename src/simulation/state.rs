//! What a window shows of a run at one moment: services, channels and messages on their way, as plain data.

use super::Simulation;
use super::metrics::{ChannelMetrics, EntryMetrics, MessageMetrics, ServiceMetrics};
use super::model::{HopIx, MessageIx};
use crate::board::LinkId;
use crate::topology::MessageKind;

/// A service at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceView<'a> {
    /// Its name.
    pub name: &'a str,
    /// It is up.
    pub up: bool,
    /// Workers at work.
    pub busy: u64,
    /// Workers it has; none when it has as many as it takes.
    pub workers: Option<u32>,
    /// Reactions waiting for a worker.
    pub waiting: u64,
    /// How many times as long as usual it takes.
    pub slow: f64,
}

/// A channel at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelView<'a> {
    /// Its name.
    pub name: &'a str,
    /// It is up.
    pub up: bool,
    /// Messages waiting in it, or pushed by it and not yet accepted.
    pub depth: u64,
    /// Messages it has given up.
    pub dead_letters: u64,
}

/// A message on its way along links of the board.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flight<'a> {
    /// The message's name.
    pub message: &'a str,
    /// Its number in the model.
    pub index: MessageIx,
    /// Its id in the run.
    pub id: u64,
    /// The process it belongs to.
    pub correlation: u64,
    /// The links it travels along, in order.
    pub links: &'a [LinkId],
    /// When it set out, in nanoseconds.
    pub departed: u64,
    /// When it arrives.
    pub arrives: u64,
    /// How often it was tried before.
    pub attempts: u32,
    /// It is a second copy.
    pub copy: bool,
}

impl Simulation {
    /// Every service of the board, in order of the model.
    pub fn services(&self) -> impl Iterator<Item = ServiceView<'_>> {
        let all = self.model.services.iter().zip(&self.engine.services);
        all.filter(|(service, _)| !service.outside).map(|(service, state)| ServiceView {
            name: &service.name,
            up: state.down == 0,
            busy: state.metrics.busy.value,
            workers: Some(service.workers).filter(|workers| *workers != u32::MAX),
            waiting: state.metrics.waiting.value,
            slow: state.slow,
        })
    }

    /// Every channel, in order of the model.
    pub fn channels(&self) -> impl Iterator<Item = ChannelView<'_>> {
        (0u32..).zip(&self.model.channels).map(|(at, channel)| {
            let state = &self.engine.channels[at as usize];
            ChannelView {
                name: &channel.name,
                up: state.down == 0,
                depth: self.engine.backlog(&self.model, super::model::ChannelIx(at)),
                dead_letters: state.metrics.dead_letters,
            }
        })
    }

    /// How many processes have begun; their correlations count from 1.
    #[must_use]
    pub fn processes_begun(&self) -> u64 {
        self.engine.processes_begun()
    }

    /// Every message on its way now.
    pub fn flights(&self) -> impl Iterator<Item = Flight<'_>> {
        self.engine.transits.iter().filter(|(_, transit)| transit.moving).map(|(_, transit)| {
            let instance = &self.engine.messages[transit.message];
            Flight {
                message: &self.model.messages[instance.name.at()].name,
                index: instance.name,
                id: instance.id,
                correlation: self.engine.correlation(transit.message),
                links: self.links(transit.hop),
                departed: transit.departed,
                arrives: transit.arrives,
                attempts: transit.attempts,
                copy: transit.copy,
            }
        })
    }

    /// The links of the board along which a step of a message's way leads.
    #[must_use]
    pub fn links(&self, hop: HopIx) -> &[LinkId] {
        &self.model.hops[hop.at()].links
    }

    /// What the services did, by the model's order; with the world outside among them.
    pub fn service_metrics(&self) -> impl Iterator<Item = (&str, &ServiceMetrics)> {
        let all = self.model.services.iter().zip(&self.engine.services);
        all.filter(|(service, _)| !service.outside)
            .map(|(service, state)| (service.name.as_str(), &state.metrics))
    }

    /// What the channels did.
    pub fn channel_metrics(&self) -> impl Iterator<Item = (&str, &ChannelMetrics)> {
        let all = self.model.channels.iter().zip(&self.engine.channels);
        all.map(|(channel, state)| (channel.name.as_str(), &state.metrics))
    }

    /// How many receives of a channel have brought nothing, where it is polled.
    pub fn empty_receives(&self) -> impl Iterator<Item = (&str, u64)> {
        (0u32..).zip(&self.model.channels).map(|(at, channel)| {
            (channel.name.as_str(), self.engine.empty_receives(&self.model, super::model::ChannelIx(at)))
        })
    }

    /// What became of the messages.
    pub fn message_metrics(&self) -> impl Iterator<Item = (&str, &MessageMetrics)> {
        self.model.messages.iter().map(|message| message.name.as_str()).zip(&self.engine.message_metrics)
    }

    /// What clients saw at the entries.
    pub fn entry_metrics(&self) -> impl Iterator<Item = (&str, &EntryMetrics)> {
        let names =
            self.model.entries.iter().map(|entry| self.model.messages[entry.message.at()].name.as_str());
        names.zip(&self.engine.entry_metrics)
    }

    /// Whether somebody waits for an answer, entry by entry in the order of [`Self::entry_metrics`]: nobody does who
    /// tells of an event.
    pub fn entries_asked(&self) -> impl Iterator<Item = bool> + '_ {
        let message = |entry: &super::model::Entry| &self.model.messages[entry.message.at()];
        self.model.entries.iter().map(move |entry| message(entry).kind != MessageKind::Event)
    }

    /// Messages that exist at this moment, wherever they are.
    #[must_use]
    pub fn messages_in_flight(&self) -> usize {
        self.engine.messages.len()
    }
}
