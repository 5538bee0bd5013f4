//! The names a board offers to a scenario.

use crate::board::{Board, Scenario};
use crate::simulation::faults::{FaultType, Place};
use crate::topology::{Message, MessageKind, Topology};

/// What a scenario can speak of, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Commands, queries and events, what begins something first.
    pub arriving: Vec<String>,
    /// How many of those begin something: they come from outside or, where nothing does, follow from no other message.
    pub beginning: usize,
    /// Services.
    pub services: Vec<String>,
    /// Channels.
    pub channels: Vec<String>,
    /// What the scenario lets arrive.
    pub entries: Vec<String>,
    /// What of that somebody waits for an answer to: commands and queries.
    pub asked: Vec<String>,
    /// Frames.
    pub frames: Vec<String>,
}

impl Names {
    /// The names of a board under one of its scenarios.
    #[must_use]
    pub fn of(board: &Board, topology: &Topology, scenario: Option<&Scenario>) -> Self {
        let mut arriving = sorted(topology.entries().map(|entry| topology[entry].name.as_str()));
        if arriving.is_empty() {
            let follows = |message: &Message| {
                message.producers.iter().any(|(reaction, _)| !topology[*reaction].triggers.is_empty())
            };
            let first = topology.messages.iter().filter(|message| !follows(message));
            arriving = sorted(first.map(|message| message.name.as_str()));
        }
        let beginning = arriving.len();
        let others = sorted(topology.messages.iter().map(|message| message.name.as_str()));
        let others: Vec<String> = others.into_iter().filter(|name| !arriving.contains(name)).collect();
        arriving.extend(others);
        let drawn = topology.channels.iter().map(|channel| channel.name.as_str());
        let letters = board.channels.values().map(|channel| channel.dead_letter.as_str());
        let stimuli = scenario.into_iter().flat_map(|scenario| &scenario.stimuli);
        let entries = sorted(stimuli.map(|stimulus| stimulus.entry.as_str()));
        let is_asked = |name: &&String| {
            [MessageKind::Command, MessageKind::Query]
                .iter()
                .any(|kind| topology.message(*kind, name).is_some())
        };
        Self {
            asked: entries.iter().filter(is_asked).cloned().collect(),
            arriving,
            beginning,
            services: sorted(topology.parties.iter().map(|party| party.name.as_str())),
            channels: sorted(drawn.chain(board.channels.keys().map(String::as_str)).chain(letters)),
            entries,
            frames: sorted(board.frames.values().map(|frame| frame.name.as_str())),
        }
    }

    /// What a kind of fault can strike.
    pub(super) fn struck_by(&self, row: &FaultType) -> Vec<String> {
        let places = [
            (Place::Service, &self.services),
            (Place::Channel, &self.channels),
            (Place::Message, &self.arriving),
            (Place::Entry, &self.entries),
            (Place::Frame, &self.frames),
        ];
        let mut names: Vec<String> = Vec::new();
        for (_, some) in places.into_iter().filter(|(place, _)| row.can_strike(*place)) {
            let fresh = some.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>();
            names.extend(fresh);
        }
        names
    }
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}
