//! Views of a topology: the whole graph, services by dependency, what waits at run time, teams.

use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;

use super::graph::{Builder, EdgeKind, Graph, GraphNode, NodeKind};
use super::{PartyIx, Topology};
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

/// The graph of a view. Nodes come in order of kind and name, so the same board gives the same graph.
#[must_use]
pub fn project(board: &Board, topology: &Topology, view: View) -> Graph {
    match view {
        View::Events => topology.graph.clone(),
        View::Services => between(topology, |party| Some(party_node(topology, party)), |_| true),
        View::Runtime => {
            between(topology, |party| Some(party_node(topology, party)), |mode| mode == Mode::Synchronous)
        }
        View::Teams => between(topology, |party| team_node(board, topology, party), |_| true),
    }
}

fn party_node(topology: &Topology, party: PartyIx) -> GraphNode {
    let kind = if topology[party].external { NodeKind::External } else { NodeKind::Service };
    let sticky = topology[party].reactions.first().map(|reaction| topology[*reaction].sticky);
    GraphNode { kind, name: topology[party].name.clone(), sticky }
}

fn team_node(board: &Board, topology: &Topology, party: PartyIx) -> Option<GraphNode> {
    let team = &board.services.get(&topology[party].name)?.team;
    (!team.is_empty()).then(|| GraphNode { kind: NodeKind::Team, name: team.clone(), sticky: None })
}

/// Joins producers to consumers, grouped as `node` says, over messages whose mode `keep` accepts.
fn between(
    topology: &Topology,
    node: impl Fn(PartyIx) -> Option<GraphNode>,
    keep: impl Fn(Mode) -> bool,
) -> Graph {
    let mut builder = Builder::new();
    let mut indices: FxHashMap<(NodeKind, String), NodeIndex> = FxHashMap::default();
    let mut groups: Vec<GraphNode> =
        (0..topology.parties.len()).filter_map(|party| node(PartyIx(party))).collect();
    groups.sort();
    groups.dedup_by(|a, b| (a.kind, &a.name) == (b.kind, &b.name));
    for group in groups {
        let key = (group.kind, group.name.clone());
        indices.insert(key, builder.graph.add_node(group));
    }
    let index = |party: PartyIx| node(party).and_then(|node| indices.get(&(node.kind, node.name)).copied());
    for reaction in &topology.reactions {
        let Some(from) = reaction.host.and_then(&index) else { continue };
        for output in &reaction.outputs {
            for route in &output.routes {
                let route = &topology[*route];
                let waits = output.mode == Mode::Synchronous && route.mode == Mode::Synchronous;
                let mode = if waits { Mode::Synchronous } else { Mode::Asynchronous };
                let Some(to) = topology[route.reaction].host.and_then(&index) else { continue };
                if from != to && keep(mode) {
                    let name = topology[output.message].name.as_str();
                    builder.edge((from, to), EdgeKind::DependsOn, waits, Some(name), &[output.link]);
                }
            }
        }
    }
    builder.graph
}
