//! What a question about a topology can be about: a service, a policy, a message, a channel or an actor.

use super::{ChannelIx, MessageIx, NodeKind, PartyIx, ReactionIx, RouteIx, Topology};
use crate::board::{Board, StickyId, StickyKind, notation};

/// Something of a topology that a node of a graph stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A service or its like.
    Party(PartyIx),
    /// A policy that no service hosts.
    Policy(ReactionIx),
    /// An event, command or query.
    Message(MessageIx),
    /// A channel.
    Channel(ChannelIx),
    /// A person or screen, by the first sticky of its name that issues something.
    Actor(StickyId),
}

impl Topology {
    /// Who a reaction belongs to: its host, or the policy itself; none for one that has no name yet.
    #[must_use]
    pub fn reacting(&self, reaction: ReactionIx) -> Option<Subject> {
        match self[reaction].host {
            Some(host) => Some(Subject::Party(host)),
            None => (self[reaction].kind == StickyKind::Policy).then_some(Subject::Policy(reaction)),
        }
    }

    /// The reactions of a party or policy; none for anything else.
    pub(super) fn reactions_of(&self, subject: Subject) -> Vec<ReactionIx> {
        match subject {
            Subject::Party(party) => self[party].reactions.clone(),
            Subject::Policy(reaction) => vec![reaction],
            _ => Vec::new(),
        }
    }

    /// The routes that carry a message or pass through a channel; none for anything else.
    pub(super) fn routes_of(&self, subject: Subject) -> &[RouteIx] {
        match subject {
            Subject::Message(message) => &self[message].routes,
            Subject::Channel(channel) => &self[channel].routes,
            _ => &[],
        }
    }

    /// The actor that a sticky of its name stands for.
    #[must_use]
    pub fn actor(&self, board: &Board, sticky: StickyId) -> Option<Subject> {
        let name = &board.stickies.get(&sticky)?.name;
        let mut issuers = self.messages.iter().flat_map(|message| &message.issuers);
        issuers.find(|other| board.stickies[*other].name == *name).map(|first| Subject::Actor(*first))
    }

    /// What a subject is called.
    #[must_use]
    pub fn name_of<'a>(&'a self, board: &'a Board, subject: Subject) -> &'a str {
        let of_sticky = |sticky| board.stickies.get(&sticky).map_or("", |sticky| sticky.name.as_str());
        match subject {
            Subject::Party(party) => &self[party].name,
            Subject::Message(message) => &self[message].name,
            Subject::Channel(channel) => &self[channel].name,
            Subject::Policy(reaction) => of_sticky(self[reaction].sticky),
            Subject::Actor(sticky) => of_sticky(sticky),
        }
    }

    /// What a subject is.
    #[must_use]
    pub fn kind_of(&self, subject: Subject) -> NodeKind {
        match subject {
            Subject::Party(party) if self[party].external => NodeKind::External,
            Subject::Party(_) => NodeKind::Service,
            Subject::Policy(_) => NodeKind::Policy,
            Subject::Message(message) => self[message].kind.into(),
            Subject::Channel(_) => NodeKind::Channel,
            Subject::Actor(_) => NodeKind::Actor,
        }
    }

    /// Everything there is to ask about, services first.
    pub fn subjects<'a>(&'a self, board: &'a Board) -> impl Iterator<Item = Subject> + 'a {
        let parties = (0..self.parties.len()).map(|at| Subject::Party(PartyIx(at)));
        let policies = (0..self.reactions.len())
            .map(ReactionIx)
            .filter_map(|reaction| self[reaction].host.is_none().then(|| self.reacting(reaction)).flatten());
        let messages = (0..self.messages.len()).map(|at| Subject::Message(MessageIx(at)));
        let channels = (0..self.channels.len()).map(|at| Subject::Channel(ChannelIx(at)));
        let mut actors: Vec<(&str, StickyId)> = Vec::new();
        for issuer in self.messages.iter().flat_map(|message| &message.issuers) {
            let name = board.stickies.get(issuer).map_or("", |sticky| sticky.name.as_str());
            if !actors.iter().any(|(known, _)| *known == name) {
                actors.push((name, *issuer));
            }
        }
        let actors = actors.into_iter().map(|(_, sticky)| Subject::Actor(sticky));
        parties.chain(policies).chain(messages).chain(channels).chain(actors)
    }

    /// Everything of this name; when nothing has it exactly, everything that has it but for capitals and spaces.
    #[must_use]
    pub fn named(&self, board: &Board, name: &str) -> Vec<Subject> {
        let exact: Vec<Subject> = self.subjects(board).filter(|s| self.name_of(board, *s) == name).collect();
        if !exact.is_empty() {
            return exact;
        }
        let plain = |name: &str| notation::words(name).to_lowercase().replace(' ', "");
        let wanted = plain(name);
        self.subjects(board).filter(|subject| plain(self.name_of(board, *subject)) == wanted).collect()
    }
}
