//! Views of a topology: the whole graph, services by dependency, what waits at run time, teams.

use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;

use super::graph::{self, Builder, EdgeKind, Graph, GraphNode, NodeKind};
use super::{Party, PartyIx, Topology};
use crate::board::{Board, Mode};

/// A way to look at a topology.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// Services, messages and channels.
    #[default]
    Events,
    /// Which service's messages reach which service.
    Services,
    /// Which service waits for which: synchronous commands and queries only.
    Runtime,
    /// Which team's messages reach which team.
    Teams,
}

impl View {
    /// Every view, in the order of the menu.
    pub const ALL: [Self; 4] = [Self::Events, Self::Services, Self::Runtime, Self::Teams];

    /// Its name on the command line and in the menu.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Services => "services",
            Self::Runtime => "runtime",
            Self::Teams => "teams",
        }
    }
}

/// What of a topology a view is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which messages show, with everybody who exchanges them.
    pub messages: Vec<bool>,
    /// Which reactions show for themselves, whatever they exchange.
    pub reactions: Vec<bool>,
    /// Something is left out.
    pub partial: bool,
}

impl Kept {
    /// Everything.
    #[must_use]
    pub fn all(topology: &Topology) -> Self {
        let (messages, reactions) =
            (vec![true; topology.messages.len()], vec![true; topology.reactions.len()]);
        Self { messages, reactions, partial: false }
    }

    /// The reactions that show: those kept, and those at either end of a kept message.
    pub(super) fn ends(&self, topology: &Topology) -> Vec<bool> {
        let mut shown = self.reactions.clone();
        for (message, _) in topology.messages.iter().zip(&self.messages).filter(|(_, kept)| **kept) {
            for (reaction, _) in &message.producers {
                shown[reaction.0] = true;
            }
            for route in &message.routes {
                shown[topology[*route].reaction.0] = true;
            }
        }
        shown
    }
}

/// The graph of a view. Nodes come in order of kind and name, so the same board gives the same graph.
#[must_use]
pub fn project(board: &Board, topology: &Topology, view: View) -> Graph {
    project_kept(board, topology, view, &Kept::all(topology))
}

/// The graph of a view of part of a topology.
#[must_use]
pub fn project_kept(board: &Board, topology: &Topology, view: View, kept: &Kept) -> Graph {
    let party = |party| Some(topology.party_node(party));
    match view {
        View::Events => graph::build(board, topology, kept),
        View::Services => between(topology, kept, party, |_| true),
        View::Runtime => between(topology, kept, party, |mode| mode == Mode::Synchronous),
        View::Teams => between(topology, kept, |party| team_node(board, topology, party), |_| true),
    }
}

fn team_node(board: &Board, topology: &Topology, party: PartyIx) -> Option<GraphNode> {
    let team = &board.services.get(&topology[party].name)?.team;
    (!team.is_empty()).then(|| GraphNode {
        kind: NodeKind::Team,
        name: team.clone(),
        sticky: None,
        subject: None,
    })
}

/// Joins producers to consumers, grouped as `node` says, over messages whose mode `keep` accepts.
fn between(
    topology: &Topology,
    kept: &Kept,
    node: impl Fn(PartyIx) -> Option<GraphNode>,
    keep: impl Fn(Mode) -> bool,
) -> Graph {
    let mut builder = Builder::new();
    let shown = kept.ends(topology);
    let shows = |party: &Party| party.reactions.iter().any(|reaction| shown[reaction.0]);
    let groups: Vec<Option<GraphNode>> = topology
        .parties
        .iter()
        .enumerate()
        .map(|(at, party)| shows(party).then(|| node(PartyIx(at))).flatten())
        .collect();
    let mut nodes: Vec<&GraphNode> = groups.iter().flatten().collect();
    nodes.sort();
    nodes.dedup_by(|a, b| (a.kind, &a.name) == (b.kind, &b.name));
    let indices: FxHashMap<(NodeKind, &str), NodeIndex> = nodes
        .into_iter()
        .map(|node| ((node.kind, node.name.as_str()), builder.graph.add_node(node.clone())))
        .collect();
    let index: Vec<Option<NodeIndex>> = groups
        .iter()
        .map(|group| group.as_ref().map(|node| indices[&(node.kind, node.name.as_str())]))
        .collect();
    for reaction in &topology.reactions {
        let Some(from) = reaction.host.and_then(|host| index[host.0]) else { continue };
        for output in reaction.outputs.iter().filter(|output| kept.messages[output.message.0]) {
            for route in &output.routes {
                let route = &topology[*route];
                let waits = output.mode == Mode::Synchronous && route.mode == Mode::Synchronous;
                let mode = if waits { Mode::Synchronous } else { Mode::Asynchronous };
                let Some(to) = topology[route.reaction].host.and_then(|host| index[host.0]) else { continue };
                if from != to && keep(mode) {
                    let name = topology[output.message].name.as_str();
                    builder.edge((from, to), EdgeKind::DependsOn, waits, Some(name), &[output.link]);
                }
            }
        }
    }
    builder.graph
}
