//! Which part of a topology to look at: by team, frame, class of event and visibility.

use std::collections::BTreeSet;

use super::projection::Kept;
use super::{Message, MessageKind, Reaction, Topology};
use crate::board::{Board, EventClass, FrameId, StickyId, Visibility};

/// What to look at. What is empty leaves nothing out.
///
/// Teams and frames choose services: what they exchange shows, with whoever is at the other end, so that their borders
/// can be seen. Classes and visibilities choose events: commands and queries have none, and are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Teams, by name.
    pub teams: BTreeSet<String>,
    /// Frames.
    pub frames: BTreeSet<FrameId>,
    /// Classes of event.
    pub classes: BTreeSet<EventClass>,
    /// Visibilities of events.
    pub visibilities: BTreeSet<Visibility>,
}

impl Filter {
    /// True when it leaves nothing out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.chooses_services() && !self.chooses_events()
    }

    fn chooses_services(&self) -> bool {
        !self.teams.is_empty() || !self.frames.is_empty()
    }

    fn chooses_events(&self) -> bool {
        !self.classes.is_empty() || !self.visibilities.is_empty()
    }

    /// What it keeps of a topology.
    #[must_use]
    pub fn keep(&self, board: &Board, topology: &Topology) -> Kept {
        if self.is_empty() {
            return Kept::all(topology);
        }
        let reactions: Vec<bool> = topology
            .reactions
            .iter()
            .map(|reaction| self.chooses_services() && self.chooses(board, topology, reaction))
            .collect();
        let exchanged = |message: &Message| {
            let sent = message.producers.iter().any(|(reaction, _)| reactions[reaction.0]);
            sent || message.routes.iter().any(|route| reactions[topology[*route].reaction.0])
        };
        let lies_inside = |message: &Message| {
            self.teams.is_empty() && message.stickies.iter().any(|sticky| self.is_inside(board, *sticky))
        };
        let messages = topology
            .messages
            .iter()
            .map(|message| {
                self.chooses_message(board, message)
                    && (!self.chooses_services() || exchanged(message) || lies_inside(message))
            })
            .collect();
        Kept { messages, reactions, partial: true }
    }

    fn chooses(&self, board: &Board, topology: &Topology, reaction: &Reaction) -> bool {
        let team = reaction.host.and_then(|host| board.services.get(&topology[host].name)).map(|s| &s.team);
        let of_team = self.teams.is_empty() || team.is_some_and(|team| self.teams.contains(team));
        of_team && (self.frames.is_empty() || self.is_inside(board, reaction.sticky))
    }

    /// Whether a sticky lies in one of the chosen frames, whichever frames lie between.
    fn is_inside(&self, board: &Board, sticky: StickyId) -> bool {
        let Some(middle) = board.stickies.get(&sticky).map(|sticky| sticky.rect().center()) else {
            return false;
        };
        self.frames.iter().filter_map(|id| board.frames.get(id)).any(|frame| frame.rect().contains(middle))
    }

    fn chooses_message(&self, board: &Board, message: &Message) -> bool {
        if !self.chooses_events() {
            return true;
        }
        let (class, visibility) = board
            .events
            .get(&message.name)
            .map_or_else(Default::default, |event| (event.class, event.visibility));
        message.kind == MessageKind::Event
            && (self.classes.is_empty() || self.classes.contains(&class))
            && (self.visibilities.is_empty() || self.visibilities.contains(&visibility))
    }
}

/// The teams of the services a topology has, each once, by name.
#[must_use]
pub fn teams<'a>(board: &'a Board, topology: &Topology) -> BTreeSet<&'a str> {
    let services = topology.parties.iter().filter_map(|party| board.services.get(&party.name));
    services.map(|service| service.team.as_str()).filter(|team| !team.is_empty()).collect()
}

#[cfg(test)]
mod tests;
