//! From a board to a structure: what must be up for one entry to be answered, and for its work to be finished.
//!
//! The *accept path* is what the sender of the entry waits for: the reaction's host, and every output the reaction
//! itself waits for, and so on. What goes through a queue, topic, bus or stream needs the channel at most, and not
//! even that where an outbox, change data capture or event sourcing stands between. An output *on failure of*
//! another takes its place when it is a query or a command: the caller is answered otherwise. It does not when it is an
//! event (that only tells of the failure), nor when it is a command to a service that the reaction has called already
//! (that undoes an earlier step: the customer gets the money back, but not the goods).
//!
//! The *completion path* is everything the entry sets in motion. An outage there delays; it does not fail.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{DiGraph, NodeIndex};

use super::structure::{NodeId, Structure};
use super::{Limits, exact};
use crate::board::{Board, LinkId, Meaning, Mode, Outcome, Service, Span, StickyId};
use crate::topology::{ChannelIx, MessageIx, MessageKind, Output, PartyIx, ReactionIx, RouteIx, Topology};

/// A board looked at as if parts of it were built otherwise; see [`super::WhatIf`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Overlay {
    /// Last links of synchronous routes that go through a queue instead.
    pub(super) queued: BTreeSet<LinkId>,
    /// Last links of routes of queries that are answered from a view hosted by this party instead.
    pub(super) projected: BTreeMap<LinkId, PartyIx>,
    /// Further replicas of parties, any one of which is enough.
    pub(super) replicas: BTreeMap<PartyIx, u32>,
}

/// Something that can be up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum PartIx {
    Party(PartyIx),
    Channel(ChannelIx),
}

/// Availability and unavailability of a part, as stated on the board.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stated {
    pub(super) up: f64,
    pub(super) down: f64,
    /// Mean time to repair, when stated.
    pub(super) repair: Option<Span>,
    /// Nothing is stated: taken as always up.
    pub(super) assumed: bool,
}

/// How available a service is: by its mean times to failure and repair, else as stated; replicas included.
pub(super) fn service_stated(service: Option<&Service>, extra_replicas: u32) -> Stated {
    let mut one = Structure::new();
    let node = service.and_then(|s| match (s.mttf, s.mttr, s.availability) {
        (Some(mttf), Some(mttr), _) if mttf.as_nanos() > 0 || mttr.as_nanos() > 0 => {
            Some(one.repairable("", mttf.as_secs_f64(), mttr.as_secs_f64()))
        }
        (_, _, Some(availability)) => Some(one.component("", availability)),
        _ => None,
    });
    let repair = service.and_then(|s| s.mttr);
    let Some(node) = node else { return Stated { up: 1.0, down: 0.0, repair, assumed: true } };
    let (up, down) = one.component_of(node).map_or((1.0, 0.0), |c| {
        let c = &one.components()[c.index()];
        (c.availability, c.unavailability)
    });
    let stated = service.and_then(|s| s.replicas.as_ref());
    let count = stated.map_or(1, |r| r.count.max(1)).saturating_add(extra_replicas).min(MOST_REPLICAS);
    let needed = stated.map_or(1, |r| r.needed.max(1));
    if (count, needed) == (1, 1) {
        return Stated { up, down, repair, assumed: false };
    }
    let mut all = Structure::new();
    let replicas: Vec<NodeId> = (0..count).map(|_| all.push_component(String::new(), up, down)).collect();
    let root = all.at_least(needed, replicas);
    // A quorum of independent replicas is one narrow module: it always fits.
    let quorum = exact(&all, root, &Limits::default());
    let (up, down) = quorum.map_or((up, down), |e| (e.availability, e.unavailability));
    Stated { up, down, repair, assumed: false }
}

/// More replicas than this change nothing that a float can show.
const MOST_REPLICAS: u32 = 1_000;

/// Which of a reaction's exclusive outputs happens.
pub(super) type Choices = BTreeMap<ReactionIx, usize>;

/// One board with its topology, and how it is looked at.
pub(super) struct Setting<'a> {
    pub(super) board: &'a Board,
    pub(super) topology: &'a Topology,
    pub(super) overlay: &'a Overlay,
}

/// What the accept path of an entry looks like, before figures.
pub(super) struct AcceptPath {
    pub(super) structure: Structure,
    pub(super) root: NodeId,
    /// Part by component of the structure.
    pub(super) parts: Vec<PartIx>,
}

impl<'a> Setting<'a> {
    /// How available a part is.
    pub(super) fn stated(&self, part: PartIx) -> Stated {
        match part {
            PartIx::Party(party) => {
                let extra = self.overlay.replicas.get(&party).copied().unwrap_or(0);
                service_stated(self.board.services.get(&self.topology[party].name), extra)
            }
            PartIx::Channel(channel) => {
                let availability =
                    self.board.channels.get(&self.topology[channel].name).and_then(|c| c.availability);
                let up = availability.filter(|a| !a.is_nan()).map_or(1.0, |a| a.clamp(0.0, 1.0));
                Stated { up, down: 1.0 - up, repair: None, assumed: availability.is_none() }
            }
        }
    }

    /// The routes by which an entry comes in: those of the stickies that an actor or screen issues, else all.
    pub(super) fn entry_routes(&self, entry: MessageIx) -> Vec<RouteIx> {
        let message = &self.topology[entry];
        let mut from = message.routes.iter().map(|route| self.topology[*route].from);
        let first = from.next();
        if from.all(|sticky| Some(sticky) == first) {
            // The common case, without a look at every link: there is one way in.
            return message.routes.clone();
        }
        let issued: BTreeSet<StickyId> = self
            .board
            .links
            .values()
            .filter(|link| self.board.link_meaning(link) == Some(Meaning::Entry))
            .map(|link| link.to)
            .filter(|sticky| message.stickies.binary_search(sticky).is_ok())
            .collect();
        let issued: Vec<RouteIx> =
            message.routes.iter().copied().filter(|r| issued.contains(&self.topology[*r].from)).collect();
        if issued.is_empty() { message.routes.clone() } else { issued }
    }

    /// Whether the sender of `route` waits for its reaction, as the board is looked at.
    fn waits(&self, route: RouteIx) -> bool {
        let route = &self.topology[route];
        route.mode == Mode::Synchronous
            && !route
                .links
                .last()
                .is_some_and(|l| self.overlay.queued.contains(l) || self.overlay.projected.contains_key(l))
    }

    /// The routes of an output that the reaction waits for.
    pub(super) fn waited<'s>(&'s self, output: &'s Output) -> impl Iterator<Item = RouteIx> + 's {
        let synchronous = output.mode == Mode::Synchronous;
        output.routes.iter().copied().filter(move |r| synchronous && self.waits(*r))
    }

    /// Every reaction that `routes` wait for, directly or further on.
    pub(super) fn waited_reactions(&self, routes: &[RouteIx]) -> Vec<ReactionIx> {
        let mut found: BTreeSet<ReactionIx> = BTreeSet::new();
        let mut todo: Vec<RouteIx> = routes.iter().copied().filter(|r| self.waits(*r)).collect();
        let mut order = Vec::new();
        while let Some(route) = todo.pop() {
            let reaction = self.topology[route].reaction;
            if found.insert(reaction) {
                order.push(reaction);
                for output in &self.topology[reaction].outputs {
                    todo.extend(self.waited(output));
                }
            }
        }
        order
    }

    /// The reactions on the accept path that choose among exclusive outputs, with the outputs and their weights.
    pub(super) fn choosers(&self, routes: &[RouteIx]) -> Vec<(ReactionIx, Vec<(usize, f64)>)> {
        let mut choosers: Vec<_> = self
            .waited_reactions(routes)
            .into_iter()
            .filter_map(|reaction| {
                let outputs = self.topology[reaction].outputs.iter().enumerate();
                let mut branches: Vec<(usize, f64)> = outputs
                    .filter_map(|(at, output)| match output.outcome {
                        Outcome::OneOf(weight) => {
                            Some((at, if weight.is_finite() { weight.max(0.0) } else { 0.0 }))
                        }
                        _ => None,
                    })
                    .collect();
                let total: f64 = branches.iter().map(|(_, weight)| weight).sum();
                let even = 1.0 / branches.len() as f64;
                for (_, weight) in &mut branches {
                    *weight = if total > 0.0 { *weight / total } else { even };
                }
                branches.retain(|(_, weight)| *weight > 0.0);
                (branches.len() > 1).then_some((reaction, branches))
            })
            .collect();
        choosers.sort_by_key(|(reaction, _)| *reaction);
        choosers
    }

    /// The structure of the accept path when each chooser takes the branch given; a chooser without one needs all.
    pub(super) fn accept(&self, routes: &[RouteIx], choices: &Choices) -> AcceptPath {
        let mut build = Build {
            setting: self,
            choices,
            structure: Structure::new(),
            parts: Vec::new(),
            part_nodes: BTreeMap::new(),
            reactions: BTreeMap::new(),
        };
        build.reactions_from(routes);
        let needs: Vec<NodeId> = routes.iter().map(|route| build.route(*route)).collect();
        let root = build.structure.all(needs);
        AcceptPath { structure: build.structure, root, parts: build.parts }
    }

    /// Does an output stand in for the failed one, so that the caller is answered otherwise?
    pub(super) fn stands_in(&self, reaction: ReactionIx, output: &Output) -> bool {
        match self.topology[output.message].kind {
            MessageKind::Event => false,
            MessageKind::Query => true,
            MessageKind::Command => {
                let hosts = |o: &Output| -> BTreeSet<PartyIx> {
                    o.routes.iter().filter_map(|r| self.topology[self.topology[*r].reaction].host).collect()
                };
                let undone = hosts(output);
                let main = self.topology[reaction].outputs.iter();
                !main
                    .filter(|o| !matches!(o.outcome, Outcome::OnFailureOf(_)))
                    .any(|o| hosts(o).intersection(&undone).next().is_some())
            }
        }
    }

    /// Does publishing in this reaction need the channel up, there and then?
    fn publishes_at_once(&self, reaction: ReactionIx) -> bool {
        use crate::board::Publishing::{Direct, Stateless};
        let host = self.topology[reaction].host.and_then(|h| self.board.services.get(&self.topology[h].name));
        host.is_none_or(|s| matches!(s.publishing, Direct | Stateless))
    }
}

/// A structure in the making.
struct Build<'s, 'a> {
    setting: &'s Setting<'a>,
    choices: &'s Choices,
    structure: Structure,
    parts: Vec<PartIx>,
    part_nodes: BTreeMap<PartIx, NodeId>,
    reactions: BTreeMap<ReactionIx, NodeId>,
}

impl Build<'_, '_> {
    /// Builds every reaction that is waited for, callees before callers.
    ///
    /// Calls in a circle need each other: their states are the greatest solution of the circle's equations, found by
    /// starting from "all answered" as many times as the circle has members.
    fn reactions_from(&mut self, routes: &[RouteIx]) {
        let found = self.setting.waited_reactions(routes);
        let mut graph: DiGraph<ReactionIx, ()> = DiGraph::new();
        let index: BTreeMap<ReactionIx, NodeIndex> = found.iter().map(|r| (*r, graph.add_node(*r))).collect();
        for reaction in &found {
            for output in &self.setting.topology[*reaction].outputs {
                for route in self.setting.waited(output) {
                    let callee = self.setting.topology[route].reaction;
                    graph.add_edge(index[reaction], index[&callee], ());
                }
            }
        }
        // Strongly connected components come callees first.
        for circle in petgraph::algo::kosaraju_scc(&graph) {
            let alone = circle.len() == 1 && !graph.contains_edge(circle[0], circle[0]);
            let mut members: Vec<ReactionIx> = circle.into_iter().map(|at| graph[at]).collect();
            members.sort_unstable();
            if !alone {
                for member in &members {
                    let answered = self.structure.always();
                    self.reactions.insert(*member, answered);
                }
            }
            let rounds = if alone { 1 } else { members.len().min(MOST_ROUNDS) };
            for _ in 0..rounds {
                let next: Vec<NodeId> = members.iter().map(|member| self.reaction(*member)).collect();
                self.reactions.extend(members.iter().copied().zip(next));
            }
        }
    }

    fn part(&mut self, part: PartIx) -> NodeId {
        if let Some(node) = self.part_nodes.get(&part) {
            return *node;
        }
        let stated = self.setting.stated(part);
        let node = self.structure.push_component(self.setting.name(part), stated.up, stated.down);
        self.parts.push(part);
        self.part_nodes.insert(part, node);
        node
    }

    /// What must be up for a reaction to finish well.
    fn reaction(&mut self, at: ReactionIx) -> NodeId {
        let reaction = &self.setting.topology[at];
        let mut needs = Vec::new();
        if let Some(host) = reaction.host {
            needs.push(self.part(PartIx::Party(host)));
        }
        for (place, output) in reaction.outputs.iter().enumerate() {
            let happens = match output.outcome {
                Outcome::Always => true,
                Outcome::OneOf(_) => self.choices.get(&at).is_none_or(|chosen| *chosen == place),
                Outcome::OnFailureOf(_) => false,
            };
            if happens {
                needs.push(self.output_or_stand_in(at, place));
            }
        }
        self.structure.all(needs)
    }

    /// An output, or what happens instead when it fails, and so on.
    fn output_or_stand_in(&mut self, at: ReactionIx, place: usize) -> NodeId {
        let outputs = &self.setting.topology[at].outputs;
        let mut ways = vec![self.output(at, &outputs[place])];
        let mut tried = vec![outputs[place].link];
        let mut next = 0;
        while let Some(failed) = tried.get(next).copied() {
            next += 1;
            for output in outputs {
                if output.outcome == Outcome::OnFailureOf(failed)
                    && !tried.contains(&output.link)
                    && self.setting.stands_in(at, output)
                {
                    tried.push(output.link);
                    ways.push(self.output(at, output));
                }
            }
        }
        self.structure.any(ways)
    }

    fn output(&mut self, at: ReactionIx, output: &Output) -> NodeId {
        let waits = output.mode == Mode::Synchronous;
        let mut needs = Vec::new();
        for route in &output.routes {
            if waits && self.setting.topology[*route].mode == Mode::Synchronous {
                needs.push(self.route(*route));
            } else if self.setting.publishes_at_once(at) {
                needs.extend(self.first_channel(*route));
            }
        }
        self.structure.all(needs)
    }

    /// What a sender needs for one route: the reaction when it waits, the first channel when it does not.
    fn route(&mut self, route: RouteIx) -> NodeId {
        let setting = self.setting;
        let last = setting.topology[route].links.last();
        if let Some(asker) = last.and_then(|l| setting.overlay.projected.get(l)) {
            return self.part(PartIx::Party(*asker));
        }
        if setting.waits(route) {
            return match self.reactions.get(&setting.topology[route].reaction) {
                Some(node) => *node,
                None => self.structure.always(),
            };
        }
        let channel = self.first_channel(route);
        self.structure.all(channel)
    }

    fn first_channel(&mut self, route: RouteIx) -> Option<NodeId> {
        let channel = PartIx::Channel(*self.setting.topology[route].channels.first()?);
        // A channel without a stated availability is part of the ground everything stands on.
        (!self.setting.stated(channel).assumed).then(|| self.part(channel))
    }
}

/// Longer circles of synchronous calls than this are followed so many times round and no further.
const MOST_ROUNDS: usize = 64;

impl Setting<'_> {
    /// A part's name on the board.
    pub(super) fn name(&self, part: PartIx) -> String {
        match part {
            PartIx::Party(party) => self.topology[party].name.clone(),
            PartIx::Channel(channel) => self.topology[channel].name.clone(),
        }
    }
}
