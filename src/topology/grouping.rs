//! Nodes of a graph by the frame or team they belong to: as clusters, or each group as one node.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::visit::EdgeRef;

use super::graph::{Builder, Graph, GraphNode};
use super::{EdgeKind, MessageIx, NodeKind, PartyIx, ReactionIx, Subject, Topology};
use crate::board::{Board, FrameId};

/// By what nodes belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// They do not.
    #[default]
    None,
    /// By the innermost frame most of their stickies stand in.
    Frames,
    /// By the team that owns them.
    Teams,
}

impl Grouping {
    /// Every grouping, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::None, Self::Frames, Self::Teams];
}

/// The nodes of a graph in groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// What the groups stand for: frames or teams.
    pub kind: Option<NodeKind>,
    /// Their names.
    pub names: Vec<String>,
    /// The group of each node; none for one that belongs to none, or to several.
    pub of: Vec<Option<usize>>,
}

impl Groups {
    /// The nodes of a graph, each on its own.
    #[must_use]
    pub fn none(graph: &Graph) -> Self {
        Self { kind: None, names: Vec::new(), of: vec![None; graph.node_count()] }
    }

    /// Puts the nodes of a graph in groups. A service belongs to its frame or team; a message to that of who publishes
    /// or sends it or, when nobody does, of who gets it, if they agree; a channel to that of its messages, if they
    /// agree. A group of one node is none.
    #[must_use]
    pub fn of(board: &Board, topology: &Topology, graph: &Graph, grouping: Grouping) -> Self {
        let kind = match grouping {
            Grouping::None => return Self::none(graph),
            Grouping::Frames => NodeKind::Frame,
            Grouping::Teams => NodeKind::Team,
        };
        let homes = Homes::of(board, topology, grouping);
        let keys: Vec<Option<Home<'_>>> = graph.node_weights().map(|node| homes.of_node(node)).collect();
        let mut sizes: BTreeMap<&Home<'_>, usize> = BTreeMap::new();
        for key in keys.iter().flatten() {
            *sizes.entry(key).or_default() += 1;
        }
        let several: BTreeMap<&Home<'_>, usize> = sizes
            .into_iter()
            .filter(|(_, size)| *size > 1)
            .enumerate()
            .map(|(at, (key, _))| (key, at))
            .collect();
        let names = several.keys().map(|key| key.name.to_owned()).collect();
        let of = keys.iter().map(|key| several.get(key.as_ref()?).copied()).collect();
        Self { kind: Some(kind), names, of }
    }

    /// The graph with every group but those in `open` drawn as one node, and the groups of what is left. Edges between
    /// closed groups carry the names of the messages that go from one to the other.
    #[must_use]
    pub fn closed(&self, graph: &Graph, open: &BTreeSet<String>) -> (Graph, Self) {
        let Some(kind) = self.kind else { return (graph.clone(), self.clone()) };
        let mut builder = Builder::new();
        let mut of = Vec::new();
        let is_open = |group: usize| open.contains(&self.names[group]);
        let mut closed: Vec<Option<petgraph::graph::NodeIndex>> = vec![None; self.names.len()];
        let places: Vec<_> = graph
            .node_indices()
            .map(|at| match self.of[at.index()].filter(|group| !is_open(*group)) {
                None => {
                    of.push(self.of[at.index()]);
                    builder.graph.add_node(graph[at].clone())
                }
                Some(group) => *closed[group].get_or_insert_with(|| {
                    of.push(None);
                    let name = self.names[group].clone();
                    builder.graph.add_node(GraphNode { kind, name, sticky: None, subject: None })
                }),
            })
            .collect();
        let is_closed =
            |at: petgraph::graph::NodeIndex| self.of[at.index()].is_some_and(|group| !is_open(group));
        for edge in graph.edge_references() {
            let (from, to, said) = (edge.source(), edge.target(), edge.weight());
            let ends = (places[from.index()], places[to.index()]);
            if ends.0 == ends.1 && is_closed(from) {
                continue;
            }
            if !is_closed(from) && !is_closed(to) {
                builder.graph.add_edge(ends.0, ends.1, said.clone());
                continue;
            }
            builder.edge(ends, EdgeKind::DependsOn, said.synchronous, None, &said.links);
            let message = [from, to].into_iter().find(|at| graph[*at].kind.is_message());
            let names = said.messages.iter().chain(message.map(|at| &graph[at].name));
            for name in names {
                builder.edge(ends, EdgeKind::DependsOn, said.synchronous, Some(name), &[]);
            }
        }
        (builder.graph, Self { kind: self.kind, names: self.names.clone(), of })
    }
}

/// A frame or team; frames of one name are still two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Home<'a> {
    name: &'a str,
    frame: Option<FrameId>,
}

/// Where everything of a topology is at home.
struct Homes<'a> {
    reactions: Vec<Option<Home<'a>>>,
    parties: Vec<Option<Home<'a>>>,
    messages: Vec<Option<Home<'a>>>,
    channels: Vec<Option<Home<'a>>>,
}

impl<'a> Homes<'a> {
    fn of(board: &'a Board, topology: &Topology, grouping: Grouping) -> Self {
        let frame = |reaction: ReactionIx| {
            let id = topology[reaction].frame?;
            let name = board.frames.get(&id)?.name.as_str();
            (!name.is_empty()).then_some(Home { name, frame: Some(id) })
        };
        let team = |party: PartyIx| {
            let name = board.services.get(&topology[party].name)?.team.as_str();
            (!name.is_empty()).then_some(Home { name, frame: None })
        };
        let parties: Vec<Option<Home<'a>>> = (0..topology.parties.len())
            .map(|at| match grouping {
                Grouping::Teams => team(PartyIx(at)),
                _ => most(topology.parties[at].reactions.iter().filter_map(|reaction| frame(*reaction))),
            })
            .collect();
        let reactions: Vec<Option<Home<'a>>> = (0..topology.reactions.len())
            .map(|at| match topology.reactions[at].host {
                Some(host) => parties[host.0],
                None if grouping == Grouping::Frames => frame(ReactionIx(at)),
                None => None,
            })
            .collect();
        let messages: Vec<Option<Home<'a>>> = topology
            .messages
            .iter()
            .map(|message| {
                if message.producers.is_empty() {
                    agreed(message.routes.iter().map(|route| reactions[topology[*route].reaction.0]))
                } else {
                    agreed(message.producers.iter().map(|(reaction, _)| reactions[reaction.0]))
                }
            })
            .collect();
        let channels = topology
            .channels
            .iter()
            .map(|channel| {
                let ends = channel.routes.iter().flat_map(|route| {
                    let route = &topology[*route];
                    let MessageIx(message) = route.message;
                    [messages[message], reactions[route.reaction.0]]
                });
                agreed(ends)
            })
            .collect();
        Self { reactions, parties, messages, channels }
    }

    fn of_node(&self, node: &GraphNode) -> Option<Home<'a>> {
        match node.subject? {
            Subject::Party(at) => self.parties[at.0],
            Subject::Policy(at) => self.reactions[at.0],
            Subject::Message(at) => self.messages[at.0],
            Subject::Channel(at) => self.channels[at.0],
            Subject::Actor(_) => None,
        }
    }
}

/// The commonest, the first by name of several.
fn most<'a>(homes: impl Iterator<Item = Home<'a>>) -> Option<Home<'a>> {
    let mut counts: BTreeMap<Home<'a>, usize> = BTreeMap::new();
    for home in homes {
        *counts.entry(home).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(home, _)| home)
}

/// The one home all of them have.
fn agreed<'a>(mut homes: impl Iterator<Item = Option<Home<'a>>>) -> Option<Home<'a>> {
    let first = homes.next()??;
    homes.all(|home| home == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests;
