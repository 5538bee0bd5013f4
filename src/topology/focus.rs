//! What is near: the nodes of a graph within so many steps of others.
//!
//! One step leads from a service to a message it exchanges, or on to whom it reaches. A channel is no step and no
//! shortcut: what travels through a shared bus reaches those who get *that* message, not everyone on the bus.

use std::collections::BTreeSet;

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use super::{EdgeKind, NodeKind, graph::Graph};

/// Who is next to whom, in either direction.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    next: Vec<Vec<NodeIndex>>,
    /// The channels between two neighbours, by the smaller index first.
    between: FxHashMap<(NodeIndex, NodeIndex), Vec<NodeIndex>>,
}

fn pair(a: NodeIndex, b: NodeIndex) -> (NodeIndex, NodeIndex) {
    if a < b { (a, b) } else { (b, a) }
}

impl Neighbours {
    /// The neighbours in a graph of any view.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let mut all = Self { next: vec![Vec::new(); graph.node_count()], between: FxHashMap::default() };
        let mut leaving: FxHashMap<(NodeIndex, &str), Vec<NodeIndex>> = FxHashMap::default();
        for edge in graph.edge_references().filter(|edge| graph[edge.source()].kind == NodeKind::Channel) {
            for message in &edge.weight().messages {
                leaving.entry((edge.source(), message)).or_default().push(edge.target());
            }
        }
        for edge in graph.edge_references() {
            let (from, to) = (edge.source(), edge.target());
            match edge.weight().kind {
                EdgeKind::Enters if graph[from].kind != NodeKind::Channel => {
                    let name = graph[from].name.as_str();
                    let mut todo = vec![vec![to]];
                    while let Some(passed) = todo.pop() {
                        let Some(last) = passed.last() else { continue };
                        for next in leaving.get(&(*last, name)).into_iter().flatten() {
                            if graph[*next].kind != NodeKind::Channel {
                                all.join(from, *next, &passed);
                            } else if !passed.contains(next) {
                                todo.push(passed.iter().copied().chain([*next]).collect());
                            }
                        }
                    }
                }
                EdgeKind::Enters | EdgeKind::Leaves => {}
                _ => all.join(from, to, &[]),
            }
        }
        // A channel's own neighbours: all who exchange something through it.
        for at in graph.node_indices().filter(|at| graph[*at].kind == NodeKind::Channel) {
            let ends = graph.neighbors_directed(at, Incoming).chain(graph.neighbors_directed(at, Outgoing));
            all.next[at.index()].extend(ends);
        }
        for next in &mut all.next {
            next.sort_unstable();
            next.dedup();
        }
        all
    }

    fn join(&mut self, a: NodeIndex, b: NodeIndex, channels: &[NodeIndex]) {
        if a == b {
            return;
        }
        self.next[a.index()].push(b);
        self.next[b.index()].push(a);
        if !channels.is_empty() {
            let known = self.between.entry(pair(a, b)).or_default();
            known.extend(channels.iter().filter(|c| !known.contains(c)).copied().collect::<Vec<_>>());
        }
    }

    /// The nodes next to a node, channels left out (but for a channel's own).
    #[must_use]
    pub fn next(&self, at: NodeIndex) -> &[NodeIndex] {
        self.next.get(at.index()).map_or(&[], Vec::as_slice)
    }

    /// The channels through which the one reaches the other; none where they are joined directly.
    #[must_use]
    pub fn channels_between(&self, one: NodeIndex, other: NodeIndex) -> &[NodeIndex] {
        self.between.get(&pair(one, other)).map_or(&[], Vec::as_slice)
    }

    /// The nodes within so many steps of any of `from`, themselves included, and the channels on the way.
    #[must_use]
    pub fn within(&self, from: &BTreeSet<NodeIndex>, steps: usize) -> BTreeSet<NodeIndex> {
        let mut reached: BTreeSet<NodeIndex> =
            from.iter().copied().filter(|at| at.index() < self.next.len()).collect();
        let mut border = reached.clone();
        let mut passed: BTreeSet<NodeIndex> = BTreeSet::new();
        for _ in 0..steps {
            let mut beyond = BTreeSet::new();
            for at in &border {
                for next in self.next(*at) {
                    passed.extend(self.between.get(&pair(*at, *next)).into_iter().flatten());
                    if !reached.contains(next) {
                        beyond.insert(*next);
                    }
                }
            }
            if beyond.is_empty() {
                break;
            }
            reached.extend(&beyond);
            border = beyond;
        }
        reached.extend(passed);
        reached
    }
}

/// The part of a graph that is made of these nodes and the edges between them.
#[must_use]
pub fn part(graph: &Graph, nodes: &BTreeSet<NodeIndex>) -> Graph {
    graph.filter_map(|at, node| nodes.contains(&at).then(|| node.clone()), |_, edge| Some(edge.clone()))
}

#[cfg(test)]
mod tests;
