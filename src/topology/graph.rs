//! A topology as one directed graph: services, policies, actors, messages and channels, in the direction messages flow.

use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::projection::Kept;
use super::{ChannelIx, MessageIx, MessageKind, Party, PartyIx, ReactionIx, Subject, Topology};
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
    /// A team, in the view of teams, or drawn as one node.
    Team,
    /// A frame drawn as one node.
    Frame,
}

impl NodeKind {
    /// True for what travels: an event, command or query.
    #[must_use]
    pub const fn is_message(self) -> bool {
        matches!(self, Self::Event | Self::Command | Self::Query)
    }

    /// What people call it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::External => "external system",
            Self::Policy => "policy",
            Self::Actor => "actor",
            Self::Event => "event",
            Self::Command => "command",
            Self::Query => "query",
            Self::Channel => "channel",
            Self::Team => "team",
            Self::Frame => "frame",
        }
    }
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GraphNode {
    /// What it stands for.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// A sticky that shows it, to go to; none for a default channel, a team or a frame.
    #[serde(skip)]
    pub sticky: Option<StickyId>,
    /// What of the topology it is; none for a team or a frame.
    #[serde(skip)]
    pub subject: Option<Subject>,
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
pub(super) struct Builder<'a> {
    pub graph: Graph,
    edges: FxHashMap<(NodeIndex, NodeIndex, EdgeKind), EdgeIndex>,
    carried: FxHashSet<(EdgeIndex, &'a str)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new() -> Self {
        Self { graph: Graph::new(), edges: FxHashMap::default(), carried: FxHashSet::default() }
    }

    pub(super) fn edge(
        &mut self,
        (from, to): (NodeIndex, NodeIndex),
        kind: EdgeKind,
        synchronous: bool,
        message: Option<&'a str>,
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
            && self.carried.insert((at, message))
        {
            edge.messages.push(message.to_owned());
        }
    }
}

/// The graph of services, messages and channels, as far as `kept` goes: every edge of a kept message, and every
/// reaction and message that is kept for itself.
pub(super) fn build(board: &Board, topology: &Topology, kept: &Kept) -> Graph {
    let mut builder = Builder::new();
    let nodes = Nodes::add(board, topology, kept, &mut builder.graph);
    for (at, reaction) in topology.reactions.iter().enumerate() {
        let Some(from) = nodes.reactions[at] else { continue };
        for output in &reaction.outputs {
            let Some(to) = nodes.messages[output.message.0] else { continue };
            let meaning = match topology[output.message].kind {
                MessageKind::Event => EdgeKind::Publishes,
                MessageKind::Command => EdgeKind::Sends,
                MessageKind::Query => EdgeKind::Asks,
            };
            builder.edge((from, to), meaning, output.mode == Mode::Synchronous, None, &[output.link]);
        }
    }
    for route in &topology.routes {
        let Some(mut from) = nodes.messages[route.message.0] else { continue };
        let Some(to) = nodes.reactions[route.reaction.0] else { continue };
        let message = &topology[route.message];
        let mut links = route.links.iter();
        for (place, channel) in route.channels.iter().enumerate() {
            let Some(station) = nodes.channels[channel.0] else { continue };
            if station != from {
                let link: Vec<LinkId> = links.next().copied().into_iter().collect();
                // From one channel to the next the ends do not say what travels.
                let name = (place > 0).then_some(message.name.as_str());
                builder.edge((from, station), EdgeKind::Enters, false, name, &link);
            }
            from = station;
        }
        let kind = match (route.channels.is_empty(), message.kind) {
            (false, _) => EdgeKind::Leaves,
            (true, MessageKind::Event) => EdgeKind::Subscribes,
            (true, MessageKind::Command) => EdgeKind::Handles,
            (true, MessageKind::Query) => EdgeKind::Answers,
        };
        let name = (kind == EdgeKind::Leaves).then_some(message.name.as_str());
        let link: Vec<LinkId> = links.copied().collect();
        builder.edge((from, to), kind, route.mode == Mode::Synchronous, name, &link);
    }
    for (at, message) in topology.messages.iter().enumerate() {
        let Some(to) = nodes.messages[at] else { continue };
        for issuer in &message.issuers {
            if let Some(from) = nodes.actors.get(board.stickies[issuer].name.as_str()) {
                builder.edge((*from, to), EdgeKind::Issues, false, None, &[]);
            }
        }
    }
    builder.graph
}

/// Where everything of a topology stands in the graph.
struct Nodes<'a> {
    messages: Vec<Option<NodeIndex>>,
    channels: Vec<Option<NodeIndex>>,
    /// The host of each reaction, or the policy itself.
    reactions: Vec<Option<NodeIndex>>,
    actors: FxHashMap<&'a str, NodeIndex>,
}

impl<'a> Nodes<'a> {
    fn add(board: &'a Board, topology: &Topology, kept: &Kept, graph: &mut Graph) -> Self {
        let shown = kept.ends(topology);
        let parties: Vec<Option<NodeIndex>> = (0..topology.parties.len())
            .map(|at| {
                let shows = topology.parties[at].reactions.iter().any(|reaction| shown[reaction.0]);
                shows.then(|| graph.add_node(topology.party_node(PartyIx(at))))
            })
            .collect();
        let reactions = topology.reactions.iter().enumerate().map(|(at, reaction)| match reaction.host {
            Some(PartyIx(host)) => parties[host],
            None if reaction.kind == crate::board::StickyKind::Policy && shown[at] => {
                Some(graph.add_node(GraphNode {
                    kind: NodeKind::Policy,
                    name: board.stickies[&reaction.sticky].name.clone(),
                    sticky: Some(reaction.sticky),
                    subject: Some(Subject::Policy(ReactionIx(at))),
                }))
            }
            None => None,
        });
        let reactions = reactions.collect();
        let messages = topology.messages.iter().enumerate().map(|(at, message)| {
            kept.messages[at].then(|| {
                graph.add_node(GraphNode {
                    kind: message.kind.into(),
                    name: message.name.clone(),
                    sticky: message.stickies.first().copied(),
                    subject: Some(Subject::Message(MessageIx(at))),
                })
            })
        });
        let messages = messages.collect();
        let channels = topology.channels.iter().enumerate().map(|(at, channel)| {
            let carries = channel.routes.iter().any(|route| kept.messages[topology[*route].message.0]);
            (carries || !kept.partial).then(|| {
                graph.add_node(GraphNode {
                    kind: NodeKind::Channel,
                    name: channel.name.clone(),
                    sticky: channel.stickies.first().copied(),
                    subject: Some(Subject::Channel(ChannelIx(at))),
                })
            })
        });
        let channels = channels.collect();
        let mut actors = FxHashMap::default();
        for (at, message) in topology.messages.iter().enumerate() {
            for issuer in message.issuers.iter().filter(|_| kept.messages[at]) {
                let name = board.stickies[issuer].name.as_str();
                actors.entry(name).or_insert_with(|| {
                    graph.add_node(GraphNode {
                        kind: NodeKind::Actor,
                        name: name.to_owned(),
                        sticky: Some(*issuer),
                        subject: Some(Subject::Actor(*issuer)),
                    })
                });
            }
        }
        Self { messages, channels, reactions, actors }
    }
}

impl From<MessageKind> for NodeKind {
    fn from(kind: MessageKind) -> Self {
        match kind {
            MessageKind::Event => Self::Event,
            MessageKind::Command => Self::Command,
            MessageKind::Query => Self::Query,
        }
    }
}

impl Topology {
    /// The node that stands for a party.
    pub(super) fn party_node(&self, party: PartyIx) -> GraphNode {
        let Party { name, external, reactions } = &self[party];
        GraphNode {
            kind: if *external { NodeKind::External } else { NodeKind::Service },
            name: name.clone(),
            sticky: reactions.first().map(|reaction| self[*reaction].sticky),
            subject: Some(Subject::Party(party)),
        }
    }
}
