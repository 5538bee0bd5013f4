//! The publisher/subscriber graph a board implies, derived by the grammar of the notation.
//!
//! One service sticky is one reaction: what points at it triggers it, what it points at it then does, in order.
//! Names are identity: two stickies `OrderConfirmed` are one event, two stickies `Store` are one service. Two
//! finer points the grammar leaves open are settled here:
//!
//! * A channel sticky hands what enters *it* to what leaves *it*. Its name says which channel that is, so the same bus
//!   may stand in many places of the board without mixing their messages.
//! * An event reaches every subscriber of its name. A command or query goes where its own sticky leads; a sticky
//!   that leads nowhere stands for the message wherever it is handled.

pub mod affected;
pub mod derive;
pub mod filter;
pub mod focus;
mod follow;
pub mod force;
pub mod graph;
pub mod grouping;
mod known;
pub mod layered;
pub mod matrix;
pub mod path;
pub mod projection;
mod subject;
pub mod text;
mod through;
pub mod timeline;
mod ways;

use std::ops::Index;

use crate::board::{Board, FrameId, LinkId, Mode, Outcome, Span, StickyId, StickyKind};

pub use derive::derive;
pub use graph::{EdgeKind, GraphEdge, GraphNode, NodeKind};
pub use subject::Subject;
pub use through::Through;

/// Declares an index into one of the tables of a [`Topology`].
macro_rules! index {
    ($(#[$meta:meta])* $name:ident, $field:ident, $row:ty) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);

        impl Index<$name> for Topology {
            type Output = $row;
            fn index(&self, at: $name) -> &$row {
                &self.$field[at.0]
            }
        }
    };
}
index!(
    /// A message of a topology.
    MessageIx, messages, Message
);
index!(
    /// A party of a topology.
    PartyIx, parties, Party
);
index!(
    /// A channel of a topology.
    ChannelIx, channels, ChannelUse
);
index!(
    /// A reaction of a topology.
    ReactionIx, reactions, Reaction
);
index!(
    /// A route of a topology.
    RouteIx, routes, Route
);

/// What travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A fact.
    Event,
    /// An intent.
    Command,
    /// A question.
    Query,
}

/// One event, command or query.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What it is.
    pub kind: MessageKind,
    /// Its name.
    pub name: String,
    /// The stickies that show it.
    pub stickies: Vec<StickyId>,
    /// Who gets it, and how.
    pub routes: Vec<RouteIx>,
    /// The reactions that publish, send or ask it, with the place among their outputs.
    pub producers: Vec<(ReactionIx, usize)>,
    /// The stickies of actors and screens that issue it.
    pub issuers: Vec<StickyId>,
}

/// Something that hosts reactions: a service, an external system, or an aggregate or read model on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// It stands as an external system somewhere on the board.
    pub external: bool,
    /// Its reactions.
    pub reactions: Vec<ReactionIx>,
}

/// One channel, wherever it stands on the board.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelUse {
    /// Its name.
    pub name: String,
    /// The stickies that show it; none for a default channel.
    pub stickies: Vec<StickyId>,
    /// The routes that pass through it.
    pub routes: Vec<RouteIx>,
}

/// One reaction: a sticky of a service, aggregate, policy, read model or external system.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// Its sticky.
    pub sticky: StickyId,
    /// The sticky's kind.
    pub kind: StickyKind,
    /// Who hosts it; none for a policy on its own, which is instant and always up.
    pub host: Option<PartyIx>,
    /// The innermost frame it stands in.
    pub frame: Option<FrameId>,
    /// What triggers it.
    pub triggers: Vec<RouteIx>,
    /// What it then does, in order.
    pub outputs: Vec<Output>,
}

/// One thing a reaction does.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The link from the reaction to the message.
    pub link: LinkId,
    /// The message's sticky.
    pub sticky: StickyId,
    /// The message.
    pub message: MessageIx,
    /// When it happens.
    pub outcome: Outcome,
    /// Whether the reaction waits for it.
    pub mode: Mode,
    /// How long it waits.
    pub timeout: Option<Span>,
    /// How often it tries again.
    pub retries: u32,
    /// The pause before the first retry.
    pub backoff: Option<Span>,
    /// Where it goes: all of an event's routes, or those of a command or query from this sticky.
    pub routes: Vec<RouteIx>,
}

/// One way of a message to one reaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The message.
    pub message: MessageIx,
    /// The message's sticky where the way begins.
    pub from: StickyId,
    /// The links it follows, in order; the last one ends at the reaction.
    pub links: Vec<LinkId>,
    /// The channel stickies between, one fewer than the links.
    pub stations: Vec<StickyId>,
    /// The channels it passes, in order: those of the stations, or the board's default channel.
    pub channels: Vec<ChannelIx>,
    /// The reaction it triggers.
    pub reaction: ReactionIx,
    /// Whether the sender waits for the reaction.
    pub mode: Mode,
}

/// Something drawn that means nothing yet, or not all that it could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// What, in a sentence.
    pub message: String,
}

/// A place on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A sticky.
    Sticky(StickyId),
    /// A link.
    Link(LinkId),
}

/// The publisher/subscriber graph a board implies.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    /// Events, commands and queries, by kind and name.
    pub messages: Vec<Message>,
    /// Services and their like, by name.
    pub parties: Vec<Party>,
    /// Channels, by name.
    pub channels: Vec<ChannelUse>,
    /// Reactions, by sticky.
    pub reactions: Vec<Reaction>,
    /// Routes, by sticky of origin.
    pub routes: Vec<Route>,
    /// What means nothing.
    pub notes: Vec<Note>,
    /// What edits are followed by.
    known: known::Known,
}

impl Topology {
    /// The message of this kind and name.
    #[must_use]
    pub fn message(&self, kind: MessageKind, name: &str) -> Option<MessageIx> {
        let found = self.messages.binary_search_by(|m| (m.kind, m.name.as_str()).cmp(&(kind, name)));
        found.ok().map(MessageIx)
    }

    /// The messages of this name, of any kind.
    pub fn messages_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = MessageIx> + 'a {
        [MessageKind::Event, MessageKind::Command, MessageKind::Query]
            .into_iter()
            .filter_map(move |kind| self.message(kind, name))
    }

    /// The party of this name.
    #[must_use]
    pub fn party(&self, name: &str) -> Option<PartyIx> {
        self.parties.binary_search_by(|party| party.name.as_str().cmp(name)).ok().map(PartyIx)
    }

    /// The channel of this name.
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<ChannelIx> {
        self.channels.binary_search_by(|channel| channel.name.as_str().cmp(name)).ok().map(ChannelIx)
    }

    /// The reaction of this sticky.
    #[must_use]
    pub fn reaction(&self, sticky: StickyId) -> Option<ReactionIx> {
        self.reactions.binary_search_by_key(&sticky, |reaction| reaction.sticky).ok().map(ReactionIx)
    }

    /// Every message of a kind.
    pub fn of_kind(&self, kind: MessageKind) -> impl Iterator<Item = (MessageIx, &Message)> {
        self.messages.iter().enumerate().filter(move |(_, m)| m.kind == kind).map(|(i, m)| (MessageIx(i), m))
    }

    /// The parties that publish, send or ask a message, each once, in order of name.
    #[must_use]
    pub fn producers(&self, message: MessageIx) -> Vec<PartyIx> {
        let hosts = self[message].producers.iter().filter_map(|(reaction, _)| self[*reaction].host);
        sorted_once(hosts)
    }

    /// The parties that subscribe to, handle or answer a message, each once, in order of name.
    #[must_use]
    pub fn consumers(&self, message: MessageIx) -> Vec<PartyIx> {
        let hosts = self[message].routes.iter().filter_map(|route| self[self[*route].reaction].host);
        sorted_once(hosts)
    }

    /// The commands and queries that come from outside: an actor or screen issues them, or nothing on the board
    /// sends them.
    pub fn entries(&self) -> impl Iterator<Item = MessageIx> + '_ {
        let outside = |m: &Message| {
            m.kind != MessageKind::Event
                && (!m.issuers.is_empty() || m.producers.is_empty())
                && !m.routes.is_empty()
        };
        self.messages.iter().enumerate().filter(move |(_, m)| outside(m)).map(|(i, _)| MessageIx(i))
    }

    /// The fields a route's consumer says it uses, each once, in the order stated.
    #[must_use]
    pub fn fields_used<'a>(&self, board: &'a Board, route: RouteIx) -> Vec<&'a str> {
        let mut fields: Vec<&str> = Vec::new();
        for link in self.links_of(board, route) {
            for field in &link.fields {
                if !fields.contains(&field.as_str()) {
                    fields.push(field);
                }
            }
        }
        fields
    }

    /// The version a route's consumer reads: the one stated nearest to it, else the newest.
    #[must_use]
    pub fn version_read<'a>(&self, board: &'a Board, route: RouteIx) -> Option<&'a str> {
        let stated =
            self.links_of(board, route).map(|link| link.version.as_str()).filter(|v| !v.is_empty()).last();
        stated.or_else(|| {
            let message = &self[self[route].message];
            let versions = match message.kind {
                MessageKind::Event => &board.events.get(&message.name)?.versions,
                MessageKind::Command => &board.commands.get(&message.name)?.versions,
                MessageKind::Query => return None,
            };
            versions.last().map(|version| version.version.as_str())
        })
    }

    /// The links of a route that are still on the board.
    pub fn links_of<'a>(
        &self,
        board: &'a Board,
        route: RouteIx,
    ) -> impl Iterator<Item = &'a crate::board::Link> {
        let links: Vec<_> = self[route].links.iter().filter_map(|link| board.links.get(link)).collect();
        links.into_iter()
    }
}

fn sorted_once(hosts: impl Iterator<Item = PartyIx>) -> Vec<PartyIx> {
    let mut hosts: Vec<_> = hosts.collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

#[cfg(test)]
mod tests;
