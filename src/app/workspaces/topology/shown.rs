//! What the workspace shows: a view of one revision of the board, laid out off the frame when it is large.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use petgraph::graph::NodeIndex;

use crate::app::graph::GraphPanel;
use crate::app::theme::Theme;
use crate::board::{Board, StickyId};
use crate::scene::diagram::{Arrangement, Diagram, Placed};
use crate::topology::filter::Filter;
use crate::topology::focus::{Neighbours, part};
use crate::topology::graph::Graph;
use crate::topology::grouping::{Grouping, Groups};
use crate::topology::matrix::Matrix;
use crate::topology::projection::{View, project_kept};
use crate::topology::{NodeKind, Subject, Topology};

/// Beyond so many nodes or edges a graph is drawn group by group, or near the chosen node only.
const NODES_MAX: usize = 1_200;
const EDGES_MAX: usize = 4_000;
/// Graphs up to this size are laid out within the frame.
const AT_ONCE: usize = 250;

/// A way to look at the board: everything the picture depends on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) revision: u64,
    pub(super) view: View,
    pub(super) matrix: bool,
    pub(super) filter: Filter,
    pub(super) grouping: Grouping,
    /// Groups are drawn as one node each, but for these.
    pub(super) closed: bool,
    pub(super) open: BTreeSet<String>,
    pub(super) arrangement: Arrangement,
    /// Only what is within so many steps of a node, in a graph that is too large.
    pub(super) near: Option<(NodeKind, String, usize)>,
}

/// A picture in the making.
pub(super) struct Laying {
    pub(super) look: Look,
    pub(super) nodes: usize,
    ready: Receiver<Box<Drawn>>,
}

/// A graph with its picture.
pub(super) struct Drawn {
    pub(super) look: Look,
    pub(super) topology: Arc<Topology>,
    /// The view before groups were closed: what the list shows.
    pub(super) whole: Graph,
    pub(super) neighbours: Neighbours,
    /// What is drawn.
    pub(super) graph: Graph,
    pub(super) picture: Diagram,
    /// Where each node of the whole is drawn: itself, or its closed group.
    pub(super) at: Vec<Option<usize>>,
    pub(super) matrix: Option<Matrix>,
    /// The stickies behind each node of the whole.
    pub(super) stickies: Vec<Vec<StickyId>>,
    /// The graph is too large to be drawn, and nothing made it smaller.
    pub(super) too_large: bool,
    /// Groups are closed because of its size, or because they were asked to be.
    pub(super) closed: bool,
}

fn is_large(graph: &Graph) -> bool {
    graph.node_count() > NODES_MAX || graph.edge_count() > EDGES_MAX
}

impl Drawn {
    /// Derives what a look shows, and lays it out near where things were.
    pub(super) fn new(look: Look, board: &Board, topology: Arc<Topology>, placed: Option<&Placed>) -> Self {
        let mut drawn = Self::unplaced(look, board, topology);
        drawn.place(board, placed);
        drawn
    }

    fn unplaced(look: Look, board: &Board, topology: Arc<Topology>) -> Self {
        let whole = project_kept(board, &topology, look.view, &look.filter.keep(board, &topology));
        let stickies = stickies_of(&whole, board, &topology);
        let neighbours = Neighbours::of(&whole);
        let matrix = look.matrix.then(|| Matrix::of(&whole));
        Self {
            look,
            topology,
            neighbours,
            graph: Graph::new(),
            picture: Diagram::default(),
            at: Vec::new(),
            matrix,
            stickies,
            too_large: false,
            closed: false,
            whole,
        }
    }

    fn place(&mut self, board: &Board, placed: Option<&Placed>) {
        if self.matrix.is_some() {
            return;
        }
        let mut graph = self.whole.clone();
        let centre = self.look.near.as_ref().and_then(|(kind, name, steps)| {
            let at = graph.node_indices().find(|at| graph[*at].kind == *kind && graph[*at].name == *name)?;
            Some((at, *steps))
        });
        if let Some((at, steps)) = centre.filter(|_| is_large(&graph)) {
            graph = part(&graph, &self.neighbours.within(&BTreeSet::from([at]), steps));
        }
        let mut groups = Groups::of(board, &self.topology, &graph, self.look.grouping);
        self.closed = !groups.names.is_empty() && (self.look.closed || is_large(&graph));
        let mut home: Vec<Option<String>> = vec![None; graph.node_count()];
        if self.closed {
            for (at, group) in groups.of.iter().enumerate() {
                home[at] = group
                    .map(|group| groups.names[group].clone())
                    .filter(|name| !self.look.open.contains(name));
            }
        }
        let whole = graph.clone();
        if self.closed {
            (graph, groups) = groups.closed(&graph, &self.look.open);
        }
        let key = |graph: &Graph, at: NodeIndex| (graph[at].kind, graph[at].name.clone(), graph[at].subject);
        let place: BTreeMap<(NodeKind, String, Option<Subject>), usize> =
            graph.node_indices().map(|at| (key(&graph, at), at.index())).collect();
        let group_kind = groups.kind.unwrap_or(NodeKind::Frame);
        let shown_at: BTreeMap<_, Option<usize>> = whole
            .node_indices()
            .map(|at| {
                let drawn = match &home[at.index()] {
                    Some(group) => place.get(&(group_kind, group.clone(), None)),
                    None => place.get(&key(&whole, at)),
                };
                (key(&whole, at), drawn.copied())
            })
            .collect();
        self.at = self
            .whole
            .node_indices()
            .map(|at| shown_at.get(&key(&self.whole, at)).copied().flatten())
            .collect();
        self.too_large = is_large(&graph);
        if !self.too_large {
            self.picture = Diagram::of(&graph, &groups, self.look.arrangement, placed);
        }
        self.graph = graph;
    }

    /// A panel that draws the picture.
    pub(super) fn panel(&self, theme: &Theme) -> GraphPanel {
        let neighbours = Neighbours::of(&self.graph);
        let around = |at: NodeIndex| {
            let mut near: BTreeSet<usize> =
                neighbours.within(&BTreeSet::from([at]), 1).into_iter().map(NodeIndex::index).collect();
            // A channel's edges belong to it; what it hands on is one step further.
            near.extend(self.graph.neighbors_undirected(at).map(NodeIndex::index));
            near
        };
        GraphPanel::new(&self.picture, self.graph.node_indices().map(around).collect(), theme)
    }

    /// The node of the whole that stands for a subject.
    pub(super) fn node_of(&self, subject: Subject) -> Option<NodeIndex> {
        self.whole.node_indices().find(|at| self.whole[*at].subject == Some(subject))
    }
}

impl Laying {
    /// Starts on another thread; small graphs are done at once.
    pub(super) fn start(
        look: Look,
        board: Arc<Board>,
        topology: Arc<Topology>,
        placed: Option<Placed>,
        ctx: &egui::Context,
    ) -> Result<Box<Drawn>, Box<Self>> {
        let size = topology.parties.len() + topology.messages.len();
        if size <= AT_ONCE {
            return Ok(Box::new(Drawn::new(look, &board, topology, placed.as_ref())));
        }
        let (sender, ready) = std::sync::mpsc::channel();
        let (own, ctx) = (look.clone(), ctx.clone());
        std::thread::spawn(move || {
            // Nobody waits any more when something else is looked at by now.
            let _ = sender.send(Box::new(Drawn::new(own, &board, topology, placed.as_ref())));
            ctx.request_repaint();
        });
        Err(Box::new(Self { look, nodes: size, ready }))
    }

    /// The picture, once it is there.
    pub(super) fn finished(&self) -> Option<Box<Drawn>> {
        self.ready.try_recv().ok()
    }
}

/// The stickies behind each node.
fn stickies_of(graph: &Graph, board: &Board, topology: &Topology) -> Vec<Vec<StickyId>> {
    let of = |subject: Subject| match subject {
        Subject::Party(party) => topology[party].reactions.iter().map(|r| topology[*r].sticky).collect(),
        Subject::Policy(reaction) => vec![topology[reaction].sticky],
        Subject::Message(message) => topology[message].stickies.clone(),
        Subject::Channel(channel) => topology[channel].stickies.clone(),
        Subject::Actor(sticky) => board
            .stickies
            .get(&sticky)
            .map(|actor| {
                let same =
                    |other: &crate::board::Sticky| other.kind == actor.kind && other.name == actor.name;
                board.stickies.iter().filter(|(_, other)| same(other)).map(|(id, _)| *id).collect()
            })
            .unwrap_or_default(),
    };
    graph.node_weights().map(|node| node.subject.map(of).unwrap_or_default()).collect()
}

impl Look {
    /// True when another look would show the same: what is near matters only in a graph too large to be drawn whole.
    pub(super) fn is_like(&self, other: &Self, drawn: &Drawn) -> bool {
        let near = if is_large(&drawn.whole) { other.near.clone() } else { self.near.clone() };
        *self == Self { near, ..other.clone() }
    }
}
