//! What rules look at, and the questions many of them ask.

use crate::board::{Board, Channel, ChannelKind, Event, Key, Service, StickyKind};
use crate::topology::{MessageIx, MessageKind, Party, PartyIx, ReactionIx, RouteIx, Topology};

/// A board with its topology.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The board.
    pub board: &'a Board,
    /// Its topology.
    pub topology: &'a Topology,
}

impl<'a> Context<'a> {
    /// A context over a board and its topology.
    #[must_use]
    pub const fn new(board: &'a Board, topology: &'a Topology) -> Self {
        Self { board, topology }
    }

    /// The service a party is, when somebody has described it: a definition that says nothing yet does not count.
    #[must_use]
    pub fn described(&self, party: PartyIx) -> Option<&'a Service> {
        let service = self.board.services.get(&self.topology[party].name)?;
        (*service != Service::default()).then_some(service)
    }

    /// The host of a reaction.
    #[must_use]
    pub fn host(&self, reaction: ReactionIx) -> Option<(PartyIx, &'a Party)> {
        let party = self.topology[reaction].host?;
        Some((party, &self.topology[party]))
    }

    /// The name of a reaction's host, or of the policy itself.
    #[must_use]
    pub fn host_name(&self, reaction: ReactionIx) -> &'a str {
        self.host(reaction).map_or_else(
            || self.board.stickies[&self.topology[reaction].sticky].name.as_str(),
            |(_, party)| party.name.as_str(),
        )
    }

    /// The events with their definitions, if stated.
    pub fn events(&self) -> impl Iterator<Item = (MessageIx, &'a str, Option<&'a Event>)> {
        let (board, topology) = (self.board, self.topology);
        topology.of_kind(MessageKind::Event).map(|(at, m)| (at, m.name.as_str(), board.events.get(&m.name)))
    }

    /// The key of a message's definition, then its stickies.
    #[must_use]
    pub fn message_places(&self, message: MessageIx) -> Vec<Key> {
        let message = &self.topology[message];
        message.stickies.iter().map(|sticky| Key::Sticky(*sticky)).collect()
    }

    /// The stickies of a party's reactions.
    #[must_use]
    pub fn party_places(&self, party: PartyIx) -> Vec<Key> {
        self.topology[party].reactions.iter().map(|r| Key::Sticky(self.topology[*r].sticky)).collect()
    }

    /// The sticky of a reaction.
    #[must_use]
    pub fn reaction_place(&self, reaction: ReactionIx) -> Key {
        Key::Sticky(self.topology[reaction].sticky)
    }

    /// The channels a route passes, with their definitions where stated.
    pub fn channels_of(&self, route: RouteIx) -> impl Iterator<Item = (&'a str, Option<&'a Channel>)> {
        let (board, topology) = (self.board, self.topology);
        topology[route].channels.iter().map(move |channel| {
            let name = topology[*channel].name.as_str();
            (name, board.channels.get(name))
        })
    }

    /// True when a queue or stream lets the consumer of a route take messages at its own pace.
    #[must_use]
    pub fn is_buffered(&self, route: RouteIx) -> bool {
        self.channels_of(route).any(|(_, channel)| {
            channel.is_some_and(|channel| matches!(channel.kind, ChannelKind::Queue | ChannelKind::Stream))
        })
    }

    /// The team a party belongs to; none when nobody said.
    #[must_use]
    pub fn team(&self, party: PartyIx) -> Option<&'a str> {
        let team = self.board.services.get(&self.topology[party].name)?.team.as_str();
        (!team.is_empty()).then_some(team)
    }

    /// The sticky kind of a reaction.
    #[must_use]
    pub fn kind(&self, reaction: ReactionIx) -> StickyKind {
        self.topology[reaction].kind
    }

    /// The schema of the newest version of an event that says anything.
    #[must_use]
    pub fn newest_schema(&self, event: &'a Event) -> Option<&'a crate::board::Schema> {
        event.versions.iter().rev().map(|version| &version.schema).find(|schema| !schema.fields.is_empty())
    }
}

/// Names as people list them: "A", "A and B", "A, B and C".
#[must_use]
pub fn listed<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// A count with its noun: "1 field", "3 fields".
#[must_use]
pub fn counted(n: usize, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        Some(stem) if !noun.ends_with("ay") && !noun.ends_with("ey") => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    if n == 1 { format!("1 {noun}") } else { format!("{n} {plural}") }
}
