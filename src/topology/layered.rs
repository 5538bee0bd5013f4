//! Layered graph layout, left to right by flow: few crossings, frames kept together, the same picture every time.
//!
//! The phases are those of K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical
//! system structures", IEEE Transactions on Systems, Man, and Cybernetics 11 (1981): break cycles, assign layers,
//! order, place, route. They differ in what the ordering minimises: the crossings of the straight edges as drawn
//! (see `refine`), not those of a chain of dummy vertices.
//!
//! The arithmetic uses only the four operations and comparisons, and random choices come from a fixed stream, so
//! the same input gives the same bytes on every machine.

mod clusters;
mod columns;
mod cycles;
mod fold;
mod place;
mod problem;
mod quality;
mod ranking;
mod refine;
mod routing;
mod separate;
mod stable;
#[cfg(test)]
mod tests;
mod walls;

pub use quality::{mean_displacement, overlaps, straight_crossings};
pub use stable::layout_stable;

pub(crate) use clusters::{finish, finish_in_place};
pub(crate) use cycles::sequence;
pub(crate) use place::{pack, parts};
pub(crate) use problem::{Arc, orient};
pub(crate) use stable::part;

/// A place in the drawing; x grows to the right, y downwards.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// Horizontal place.
    pub x: f32,
    /// Vertical place.
    pub y: f32,
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// The top left corner.
    pub min: Point,
    /// The bottom right corner.
    pub max: Point,
}

/// A box to place.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Node {
    /// Width of the box.
    pub width: f32,
    /// Height of the box.
    pub height: f32,
    /// The cluster it belongs to, if any: any number, equal for the members of one cluster.
    pub cluster: Option<usize>,
    /// Where the centre was before, if it was placed before.
    pub hint: Option<(f32, f32)>,
}

/// What to lay out. Edges are pairs of positions in `nodes`; self loops, parallel edges and cycles are welcome.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// The boxes.
    pub nodes: Vec<Node>,
    /// Where the arrows start and end.
    pub edges: Vec<(usize, usize)>,
}

/// Distances and effort.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Least horizontal distance between the boxes of neighbouring columns.
    pub layer_gap: f32,
    /// Least vertical distance between boxes.
    pub node_gap: f32,
    /// Space inside a cluster's rectangle around its members.
    pub padding: f32,
    /// Extra space at the top of a cluster's rectangle, for its title.
    pub title_height: f32,
    /// How hard to work on crossings, in per cent of the usual.
    pub effort: u32,
    /// Width to height of the page the drawing is for: one that is much wider is folded. None never folds.
    pub page: Option<f32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { layer_gap: 58.0, node_gap: 22.0, padding: 24.0, title_height: 28.0, effort: 100, page: None }
    }
}

/// A finished drawing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// The centre of each node, in the order of the input.
    pub positions: Vec<Point>,
    /// The line of each edge, in the order of the input, from the border of its first node to the border of its
    /// second, around all other nodes; empty for an edge that names a node which does not exist.
    pub routes: Vec<Vec<Point>>,
    /// The rectangle around the members of each cluster, by the cluster's number, ascending.
    pub clusters: Vec<(usize, Rect)>,
    /// The whole drawing; a fresh layout starts at the origin, one that grew from an earlier drawing stays there.
    pub bounds: Rect,
}

impl Graph {
    /// The box of a node, with sizes that make no sense (negative, not a number) read as zero.
    pub(crate) fn size(&self, v: usize) -> (f64, f64) {
        let sane = |length: f32| if length.is_finite() && length > 0.0 { f64::from(length) } else { 0.0 };
        (sane(self.nodes[v].width), sane(self.nodes[v].height))
    }

    /// The edges between nodes that exist.
    pub(crate) fn arcs(&self) -> Vec<Arc> {
        let n = self.nodes.len();
        let sound = self.edges.iter().filter(|e| e.0 < n && e.1 < n);
        problem::merge(sound.map(|&(from, to)| Arc { from, to, weight: 1.0 }).collect())
    }
}

/// Lays a graph out: columns by flow, few crossings, clusters as rectangles of their own.
///
/// Nodes with a hint keep their place where that still makes sense, as in [`layout_stable`]; without hints the
/// drawing starts from scratch, at the origin.
pub fn layout(graph: &Graph, options: &Options) -> Layout {
    if graph.nodes.iter().any(|node| node.hint.is_some()) {
        return layout_stable(graph, options, &[]);
    }
    clusters::layout(graph, options)
}
