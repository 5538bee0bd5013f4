//! The shortest chain of cause from one place to another: which message makes whom do what.
//!
//! A service that hears one event and publishes another is passed through only where the one makes it publish the
//! other, and a channel hands a message on to those who get that message, so every step of a chain can happen.

use std::collections::VecDeque;

use super::{MessageIx, ReactionIx, RouteIx, Subject, Topology};
use crate::board::Board;

/// How a reaction was first reached.
#[derive(Clone, Copy)]
struct Step {
    /// The reaction before; none at the start.
    before: Option<ReactionIx>,
    route: RouteIx,
}

/// The subjects on the shortest chain from one to another, both included; `None` when nothing that happens at `from`
/// ever reaches `to`. Of several shortest chains it is the first in the order of the board.
#[must_use]
pub fn between(board: &Board, topology: &Topology, from: Subject, to: Subject) -> Option<Vec<Subject>> {
    if from == to {
        return Some(vec![from]);
    }
    Search { board, topology, from, to, reached: vec![None; topology.reactions.len()] }.run()
}

struct Search<'a> {
    board: &'a Board,
    topology: &'a Topology,
    from: Subject,
    to: Subject,
    reached: Vec<Option<Step>>,
}

impl Search<'_> {
    fn run(mut self) -> Option<Vec<Subject>> {
        let topology = self.topology;
        let mut todo: VecDeque<ReactionIx> = VecDeque::new();
        let mut first: Vec<RouteIx> = topology.routes_of(self.from).to_vec();
        if let Subject::Actor(_) = self.from {
            for (at, message) in topology.messages.iter().enumerate() {
                let issued =
                    message.issuers.iter().any(|s| topology.actor(self.board, *s) == Some(self.from));
                if issued {
                    if self.to == Subject::Message(MessageIx(at)) {
                        return Some(vec![self.from, self.to]);
                    }
                    first.extend(&message.routes);
                }
            }
        }
        for route in first {
            if let Some(chain) = self.follow(None, route, &mut todo) {
                return Some(chain);
            }
        }
        for reaction in topology.reactions_of(self.from) {
            if let Some(chain) = self.outputs(reaction, None, &mut todo) {
                return Some(chain);
            }
        }
        while let Some(reaction) = todo.pop_front() {
            if let Some(chain) = self.outputs(reaction, Some(reaction), &mut todo) {
                return Some(chain);
            }
        }
        None
    }

    /// Goes on from a reaction by what it does.
    fn outputs(
        &mut self,
        reaction: ReactionIx,
        before: Option<ReactionIx>,
        todo: &mut VecDeque<ReactionIx>,
    ) -> Option<Vec<Subject>> {
        let topology = self.topology;
        for output in &topology[reaction].outputs {
            if self.to == Subject::Message(output.message) {
                let mut chain = self.chain_to(before);
                chain.push(self.to);
                return Some(chain);
            }
            for route in &output.routes {
                if let Some(chain) = self.follow(before, *route, todo) {
                    return Some(chain);
                }
            }
        }
        None
    }

    /// Follows a route; the chain when it leads there.
    fn follow(
        &mut self,
        before: Option<ReactionIx>,
        route: RouteIx,
        todo: &mut VecDeque<ReactionIx>,
    ) -> Option<Vec<Subject>> {
        let Self { topology, to, .. } = *self;
        let reaction = topology[route].reaction;
        let step = Step { before, route };
        if let Subject::Channel(channel) = to
            && let Some(place) = topology[route].channels.iter().position(|passed| *passed == channel)
        {
            let mut chain = self.chain_to(before);
            self.travel(&mut chain, route, place + 1);
            return Some(chain);
        }
        if topology.reacting(reaction) == Some(to) {
            let mut chain = self.chain_to(before);
            self.travel(&mut chain, route, usize::MAX);
            chain.push(to);
            return Some(chain);
        }
        if self.reached[reaction.0].is_none() {
            self.reached[reaction.0] = Some(step);
            todo.push_back(reaction);
        }
        None
    }

    /// The chain from the start to a reaction.
    fn chain_to(&self, reaction: Option<ReactionIx>) -> Vec<Subject> {
        let mut steps = Vec::new();
        let mut at = reaction;
        while let Some(reaction) = at {
            let Some(step) = self.reached[reaction.0] else { break };
            steps.push((reaction, step));
            at = step.before;
        }
        let mut chain = vec![self.from];
        for (reaction, step) in steps.into_iter().rev() {
            self.travel(&mut chain, step.route, usize::MAX);
            chain.extend(self.topology.reacting(reaction));
        }
        chain
    }

    /// Adds a route's message and the first so many of its channels, from where the chain stands on it.
    fn travel(&self, chain: &mut Vec<Subject>, route: RouteIx, channels: usize) {
        let route = &self.topology[route];
        let mut way: Vec<Subject> = vec![Subject::Message(route.message)];
        way.extend(route.channels.iter().take(channels).map(|channel| Subject::Channel(*channel)));
        // A chain that starts at a message or channel is already some way along.
        let along = way.iter().rposition(|subject| chain.len() == 1 && *subject == self.from);
        chain.extend(way.into_iter().skip(along.map_or(0, |at| at + 1)));
    }
}

#[cfg(test)]
mod tests;
