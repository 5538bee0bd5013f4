//! A topology as one directed graph: services, policies, actors, messages and channels, in the direction messages flow.

use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{ChannelIx, MessageIx, MessageKind, PartyIx, Topology};
use crate::board::{Board, LinkId, Mode, StickyId};

/// The graph.
pub type Graph = DiGraph<GraphNode, GraphEdge>;

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A service, aggregate or read model on its own.
    Service,
    /// An external system.
    External,
    /// A policy that no service hosts.
    Policy,
    /// A person or screen.
    Actor,
    /// An event.
    Event,
    /// A command.
    Command,
    /// A query.
    Query,
    /// A channel.
    Channel,
    /// A team, in the view of teams.
    Team,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GraphNode {
    /// What it stands for.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// A sticky that shows it, to go to; none for a default channel or a team.
    #[serde(skip)]
    pub sticky: Option<StickyId>,
}

/// What an edge means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// An actor issues a command or query.
    Issues,
    /// A service publishes an event.
    Publishes,
    /// A service or policy sends a command.
    Sends,
    /// A service asks a query.
    Asks,
    /// A service subscribes to an event.
    Subscribes,
    /// A service handles a command.
    Handles,
    /// A service answers a query.
    Answers,
    /// A message enters a channel.
    Enters,
    /// A message leaves a channel towards its consumer.
    Leaves,
    /// One service or team depends on another through the messages named.
    DependsOn,
}

/// An edge; several links that say the same are one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GraphEdge {
    /// What it means.
    pub kind: EdgeKind,
    /// The sender waits for the answer.
    pub synchronous: bool,
    /// The messages it carries, by name, each once; empty where the ends say it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
    /// The links it stands for.
    #[serde(skip)]
    pub links: Vec<LinkId>,
}

/// Puts edges in, one for each (from, to, kind).
pub(super) struct Builder {
    pub graph: Graph,
    edges: FxHashMap<(NodeIndex, NodeIndex, EdgeKind), petgraph::graph::EdgeIndex>,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self { graph: Graph::new(), edges: FxHashMap::default() }
    }

    pub(super) fn edge(
        &mut self,
        (from, to): (NodeIndex, NodeIndex),
        kind: EdgeKind,
        synchronous: bool,
        message: Option<&str>,
        links: &[LinkId],
    ) {
        let graph = &mut self.graph;
        let at = *self.edges.entry((from, to, kind)).or_insert_with(|| {
            graph.add_edge(
                from,
                to,
                GraphEdge { kind, synchronous: false, messages: Vec::new(), links: Vec::new() },
            )
        });
        let edge = &mut graph[at];
        edge.synchronous |= synchronous;
        edge.links.extend(links);
        if let Some(message) = message
            && !edge.messages.iter().any(|known| known == message)
        {
            edge.messages.push(message.to_owned());
        }
    }
}

pub(super) fn build(board: &Board, topology: &Topology) -> Graph {
    let mut builder = Builder::new();
    let nodes = Nodes::add(board, topology, &mut builder.graph);
    for (at, reaction) in topology.reactions.iter().enumerate() {
        let Some(from) = nodes.reactions[at] else { continue };
        for output in &reaction.outputs {
            let (to, kind) = (nodes.messages[output.message.0], topology[output.message].kind);
            let meaning = match kind {
                MessageKind::Event => EdgeKind::Publishes,
                MessageKind::Command => EdgeKind::Sends,
                MessageKind::Query => EdgeKind::Asks,
            };
            builder.edge((from, to), meaning, output.mode == Mode::Synchronous, None, &[output.link]);
        }
    }
    for route in &topology.routes {
        let (Some(to), message) = (nodes.reactions[route.reaction.0], route.message) else { continue };
        let mut from = nodes.messages[message.0];
        let mut links = route.links.iter();
        for channel in &route.channels {
            let station = nodes.channels[channel.0];
            if station != from {
                let link: Vec<LinkId> = links.next().copied().into_iter().collect();
                builder.edge((from, station), EdgeKind::Enters, false, None, &link);
            }
            from = station;
        }
        let kind = match (route.channels.is_empty(), topology[message].kind) {
            (false, _) => EdgeKind::Leaves,
            (true, MessageKind::Event) => EdgeKind::Subscribes,
            (true, MessageKind::Command) => EdgeKind::Handles,
            (true, MessageKind::Query) => EdgeKind::Answers,
        };
        let name = (kind == EdgeKind::Leaves).then_some(topology[message].name.as_str());
        let link: Vec<LinkId> = links.copied().collect();
        builder.edge((from, to), kind, route.mode == Mode::Synchronous, name, &link);
    }
    for (at, message) in topology.messages.iter().enumerate() {
        for issuer in &message.issuers {
            if let Some(from) = nodes.actors.get(board.stickies[issuer].name.as_str()) {
                builder.edge((*from, nodes.messages[at]), EdgeKind::Issues, false, None, &[]);
            }
        }
    }
    builder.graph
}

/// Where everything of a topology stands in the graph.
struct Nodes<'a> {
    messages: Vec<NodeIndex>,
    channels: Vec<NodeIndex>,
    /// The host of each reaction, or the policy itself.
    reactions: Vec<Option<NodeIndex>>,
    actors: FxHashMap<&'a str, NodeIndex>,
}

impl<'a> Nodes<'a> {
    fn add(board: &'a Board, topology: &Topology, graph: &mut Graph) -> Self {
        let sticky_of = |party: &super::Party| party.reactions.first().map(|r| topology[*r].sticky);
        let parties: Vec<NodeIndex> = topology
            .parties
            .iter()
            .map(|party| {
                let kind = if party.external { NodeKind::External } else { NodeKind::Service };
                graph.add_node(GraphNode { kind, name: party.name.clone(), sticky: sticky_of(party) })
            })
            .collect();
        let reactions = topology.reactions.iter().map(|reaction| match reaction.host {
            Some(PartyIx(host)) => Some(parties[host]),
            None if reaction.kind == crate::board::StickyKind::Policy => {
                let name = board.stickies[&reaction.sticky].name.clone();
                Some(graph.add_node(GraphNode {
                    kind: NodeKind::Policy,
                    name,
                    sticky: Some(reaction.sticky),
                }))
            }
            None => None,
        });
        let reactions = reactions.collect();
        let messages = topology.messages.iter().map(|message| {
            let kind = match message.kind {
                MessageKind::Event => NodeKind::Event,
                MessageKind::Command => NodeKind::Command,
                MessageKind::Query => NodeKind::Query,
            };
            graph.add_node(GraphNode {
                kind,
                name: message.name.clone(),
                sticky: message.stickies.first().copied(),
            })
        });
        let messages = messages.collect();
        let channels = topology.channels.iter().map(|channel| {
            let (name, sticky) = (channel.name.clone(), channel.stickies.first().copied());
            graph.add_node(GraphNode { kind: NodeKind::Channel, name, sticky })
        });
        let channels = channels.collect();
        let mut actors = FxHashMap::default();
        for issuer in topology.messages.iter().flat_map(|message| &message.issuers) {
            let name = board.stickies[issuer].name.as_str();
            actors.entry(name).or_insert_with(|| {
                graph.add_node(GraphNode {
                    kind: NodeKind::Actor,
                    name: name.to_owned(),
                    sticky: Some(*issuer),
                })
            });
        }
        Self { messages, channels, reactions, actors }
    }
}

impl Topology {
    /// The graph's node of a message.
    #[must_use]
    pub fn message_node(&self, message: MessageIx) -> Option<NodeIndex> {
        let name = self[message].name.as_str();
        let kind = match self[message].kind {
            MessageKind::Event => NodeKind::Event,
            MessageKind::Command => NodeKind::Command,
            MessageKind::Query => NodeKind::Query,
        };
        self.graph.node_indices().find(|at| self.graph[*at].kind == kind && self.graph[*at].name == name)
    }

    /// The graph's node of a channel.
    #[must_use]
    pub fn channel_node(&self, channel: ChannelIx) -> Option<NodeIndex> {
        let name = self[channel].name.as_str();
        self.graph
            .node_indices()
            .find(|at| self.graph[*at].kind == NodeKind::Channel && self.graph[*at].name == name)
    }
}
