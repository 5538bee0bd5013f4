//! What no longer happens on a board, and what follows from it.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Affected, Effect, Found};
use crate::board::{Board, Outcome};
use crate::topology::{MessageIx, ReactionIx, RouteIx, Subject, Topology};

/// How a reaction takes it that a call is not answered.
pub(super) enum Answer {
    /// It fails at this output: the board says nothing else it could do.
    Fails(usize),
    /// The board says what it does then.
    FallsBack,
}

/// What no longer happens.
pub(super) struct Loss<'a> {
    board: &'a Board,
    topology: &'a Topology,
    asked: Subject,
    /// The outputs of a reaction from this place on do not happen.
    cut: Vec<usize>,
    /// Outputs that are waited for and not answered.
    broken: FxHashSet<(ReactionIx, usize)>,
    /// These routes deliver nothing.
    lost: Vec<bool>,
    /// These messages are issued less; true when nobody outside is left to issue them.
    issued: FxHashMap<MessageIx, bool>,
    /// What has been found about reactions: the worst first.
    effects: FxHashMap<ReactionIx, (Effect, Vec<Subject>)>,
    found: Found,
}

impl<'a> Loss<'a> {
    pub(super) fn new(board: &'a Board, topology: &'a Topology, asked: Subject) -> Self {
        Self {
            board,
            topology,
            asked,
            cut: vec![usize::MAX; topology.reactions.len()],
            broken: FxHashSet::default(),
            lost: vec![false; topology.routes.len()],
            issued: FxHashMap::default(),
            effects: FxHashMap::default(),
            found: Found::default(),
        }
    }

    /// A reaction does nothing from this output on.
    pub(super) fn cut(&mut self, reaction: ReactionIx, place: usize) {
        let known = &mut self.cut[reaction.0];
        *known = place.min(*known);
    }

    /// An output that is waited for is not answered. False when that was known.
    pub(super) fn break_off(&mut self, reaction: ReactionIx, place: usize) -> bool {
        self.broken.insert((reaction, place))
    }

    /// How a reaction takes the outputs that are not answered; `None` when those are only for a failure that has not
    /// come.
    pub(super) fn answer(&self, reaction: ReactionIx) -> Option<Answer> {
        let outputs = &self.topology[reaction].outputs;
        let broken = |place: usize| self.broken.contains(&(reaction, place));
        let mut answer = None;
        for (place, output) in outputs.iter().enumerate().filter(|(place, _)| broken(*place)) {
            if matches!(output.outcome, Outcome::OnFailureOf(_)) {
                continue;
            }
            let (mut tried, mut next) = (vec![output.link], 0);
            let mut helps = false;
            while let Some(failed) = tried.get(next).copied() {
                next += 1;
                for (at, other) in outputs.iter().enumerate() {
                    if other.outcome == Outcome::OnFailureOf(failed) && !tried.contains(&other.link) {
                        helps |= !broken(at);
                        tried.push(other.link);
                    }
                }
            }
            if !helps {
                return Some(Answer::Fails(place));
            }
            answer = Some(Answer::FallsBack);
        }
        answer
    }

    /// A route delivers nothing.
    pub(super) fn lose(&mut self, route: RouteIx) {
        self.lost[route.0] = true;
    }

    /// A message is issued less, or not at all.
    pub(super) fn not_issued(&mut self, message: MessageIx, at_all: bool) {
        self.issued.insert(message, at_all);
    }

    /// The actors that issue what triggers a reaction and wait for it.
    pub(super) fn callers_outside(&self, reaction: ReactionIx) -> Vec<(MessageIx, Subject)> {
        let mut callers = Vec::new();
        for route in &self.topology[reaction].triggers {
            let route = &self.topology[*route];
            if route.mode == crate::board::Mode::Synchronous {
                let issuers = self.topology[route.message].issuers.iter();
                let actors = issuers.filter_map(|issuer| self.topology.actor(self.board, *issuer));
                callers.extend(actors.map(|actor| (route.message, actor)));
            }
        }
        callers
    }

    /// How a reaction came to fail; just the subject of the question for one of its own.
    fn chain_of(&self, reaction: ReactionIx) -> Vec<Subject> {
        self.effects.get(&reaction).map_or_else(|| vec![self.asked], |(_, chain)| chain.clone())
    }

    pub(super) fn fails(&mut self, reaction: ReactionIx, by: Subject, because_of: Option<ReactionIx>) {
        let chain = because_of.map_or_else(|| vec![self.asked], |down| self.chain_of(down));
        self.effect(reaction, Effect::Fails, chain, by);
    }

    pub(super) fn falls_back(&mut self, reaction: ReactionIx, by: Subject, because_of: ReactionIx) {
        let chain = self.chain_of(because_of);
        self.effect(reaction, Effect::FallsBack, chain, by);
    }

    pub(super) fn actor_fails(&mut self, actor: Subject, message: MessageIx, because_of: ReactionIx) {
        let mut chain = self.chain_of(because_of);
        chain.extend([Subject::Message(message), actor]);
        self.found.add(actor, Effect::Fails, chain, Vec::new());
    }

    fn effect(&mut self, reaction: ReactionIx, effect: Effect, mut chain: Vec<Subject>, by: Subject) {
        chain.push(by);
        let who = self.topology.reacting(reaction);
        chain.extend(who);
        if let Some(who) = who {
            self.found.add(who, effect, chain.clone(), Vec::new());
        }
        let known = self.effects.entry(reaction).or_insert_with(|| (effect, chain.clone()));
        if effect < known.0 {
            *known = (effect, chain);
        }
    }

    /// Everything downstream of what is lost.
    pub(super) fn consequences(mut self) -> Vec<Affected> {
        let live = self.live();
        let topology = self.topology;
        let mut todo: VecDeque<ReactionIx> = VecDeque::new();
        let mut messages: Vec<bool> = vec![false; topology.messages.len()];
        for (at, cut) in self.cut.clone().into_iter().enumerate().filter(|(_, cut)| *cut != usize::MAX) {
            let chain = self.chain_of(ReactionIx(at));
            self.less(ReactionIx(at), cut, &chain, &live, &mut messages, &mut todo);
        }
        for at in 0..topology.routes.len() {
            if self.lost[at] {
                let message = Subject::Message(topology.routes[at].message);
                let chain = if message == self.asked { vec![message] } else { vec![self.asked, message] };
                self.less_on(RouteIx(at), &chain, &live, &mut todo);
            }
        }
        let mut issued: Vec<MessageIx> = self.issued.keys().copied().collect();
        issued.sort_unstable();
        for message in issued {
            let chain = vec![self.asked, Subject::Message(message)];
            self.message(message, chain.clone(), &live, &mut messages);
            for route in &topology[message].routes {
                self.less_on(*route, &chain, &live, &mut todo);
            }
        }
        while let Some(reaction) = todo.pop_front() {
            let chain = self.chain_of(reaction);
            self.less(reaction, 0, &chain, &live, &mut messages, &mut todo);
        }
        // A service that has something left to do does not starve.
        for (subject, affected) in &mut self.found.0 {
            if affected.effect == Effect::Starves
                && topology.reactions_of(*subject).iter().any(|reaction| live.reactions[reaction.0])
            {
                affected.effect = Effect::Misses;
            }
        }
        let Self { board, topology, asked, found, .. } = self;
        found.sorted(board, topology, asked)
    }

    /// The outputs of a reaction from a place on happen less, or not at all.
    fn less(
        &mut self,
        reaction: ReactionIx,
        from: usize,
        chain: &[Subject],
        live: &Live,
        messages: &mut [bool],
        todo: &mut VecDeque<ReactionIx>,
    ) {
        let topology = self.topology;
        for output in topology[reaction].outputs.iter().skip(from) {
            let mut on = chain.to_vec();
            on.push(Subject::Message(output.message));
            self.message(output.message, on.clone(), live, messages);
            for route in &output.routes {
                self.less_on(*route, &on, live, todo);
            }
        }
    }

    fn message(&mut self, message: MessageIx, chain: Vec<Subject>, live: &Live, messages: &mut [bool]) {
        if !std::mem::replace(&mut messages[message.0], true) {
            let effect = if live.messages[message.0] { Effect::Misses } else { Effect::Starves };
            self.found.add(Subject::Message(message), effect, chain, Vec::new());
        }
    }

    /// A route delivers less, or nothing.
    fn less_on(&mut self, route: RouteIx, chain: &[Subject], live: &Live, todo: &mut VecDeque<ReactionIx>) {
        let reaction = self.topology[route].reaction;
        let own = self.topology.reacting(reaction) == Some(self.asked);
        let seen = self.effects.contains_key(&reaction);
        let effect = if live.reactions[reaction.0] { Effect::Misses } else { Effect::Starves };
        let mut chain = chain.to_vec();
        let Some(by) = chain.pop() else { return };
        if !seen {
            self.effect(reaction, effect, chain, by);
            // A reaction of its own that is cut already does nothing.
            if !(own && self.cut[reaction.0] == 0) {
                todo.push_back(reaction);
            }
        } else if let Some(known) = self.effects.get(&reaction)
            && matches!(known.0, Effect::FallsBack | Effect::Fails)
            && effect == Effect::Starves
        {
            // It fails when it runs; now it does not even run.
            if let Some(who) = self.topology.reacting(reaction) {
                chain.extend([by, who]);
                self.found.add(who, effect, chain, Vec::new());
            }
        }
    }

    /// What can still happen: everything that a chain from outside the board leads to.
    fn live(&self) -> Live {
        let topology = self.topology;
        let mut live = Live {
            reactions: vec![false; topology.reactions.len()],
            messages: vec![false; topology.messages.len()],
        };
        let mut todo: Vec<ReactionIx> = Vec::new();
        for (at, message) in topology.messages.iter().enumerate() {
            let silent = self.issued.get(&MessageIx(at)).is_some_and(|at_all| *at_all);
            let incoming = self.board.events.get(&message.name).is_some_and(|event| event.incoming);
            let outside = !silent && (message.producers.is_empty() || !message.issuers.is_empty());
            if outside || incoming {
                live.messages[at] = true;
                self.deliver(&message.routes, &mut live, &mut todo);
            }
        }
        for (at, reaction) in topology.reactions.iter().enumerate() {
            if reaction.triggers.is_empty() && !std::mem::replace(&mut live.reactions[at], true) {
                todo.push(ReactionIx(at));
            }
        }
        while let Some(reaction) = todo.pop() {
            for output in topology[reaction].outputs.iter().take(self.cut[reaction.0]) {
                live.messages[output.message.0] = true;
                self.deliver(&output.routes, &mut live, &mut todo);
            }
        }
        live
    }

    fn deliver(&self, routes: &[RouteIx], live: &mut Live, todo: &mut Vec<ReactionIx>) {
        for route in routes.iter().filter(|route| !self.lost[route.0]) {
            let reaction = self.topology[*route].reaction;
            if !std::mem::replace(&mut live.reactions[reaction.0], true) {
                todo.push(reaction);
            }
        }
    }
}

/// What can still happen.
struct Live {
    reactions: Vec<bool>,
    messages: Vec<bool>,
}
