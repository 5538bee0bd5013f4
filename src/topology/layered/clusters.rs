//! Clusters as rectangles: each is laid out by itself, then takes part in the outer drawing as one box, so that
//! rectangles never overlap and hold exactly their members.

use std::collections::BTreeMap;

use super::place::{Level, place};
use super::problem::{Arc, merge};
use super::{Graph, Layout, Options, Point, Rect, routing, walls};

/// Lays out clusters inside, then everything outside.
pub(super) fn layout(graph: &Graph, options: &Options) -> Layout {
    let groups = Groups::new(graph);
    let arcs = graph.arcs();
    let padding = f64::from(options.padding);
    let title = f64::from(options.title_height);
    // Outer items: clusters first, by number, then the nodes without one.
    let mut level = Level::default();
    let mut inner = Vec::with_capacity(groups.members.len());
    let mut item = vec![0; graph.nodes.len()];
    let mut local = vec![0; graph.nodes.len()];
    for (k, (_, members)) in groups.members.iter().enumerate() {
        for (i, &v) in members.iter().enumerate() {
            item[v] = k;
            local[v] = i;
        }
    }
    for (k, &v) in groups.free.iter().enumerate() {
        item[v] = groups.members.len() + k;
    }
    let mut own: Vec<Vec<Arc>> = vec![Vec::new(); groups.members.len()];
    for arc in &arcs {
        let (a, b) = (item[arc.from], item[arc.to]);
        if a == b {
            own[a].push(Arc { from: local[arc.from], to: local[arc.to], weight: arc.weight });
        } else {
            level.arcs.push(Arc { from: a, to: b, weight: arc.weight });
        }
    }
    level.arcs = merge(level.arcs);
    for ((_, members), arcs) in groups.members.iter().zip(own) {
        let sizes = members.iter().map(|&v| graph.size(v)).collect();
        let placed = place(&Level { sizes, arcs, prefer: None }, options);
        level.sizes.push((placed.size.0 + 2.0 * padding, placed.size.1 + 2.0 * padding + title));
        inner.push(placed);
    }
    level.sizes.extend(groups.free.iter().map(|&v| graph.size(v)));
    let outer = place(&level, options);
    let mut centres = vec![(0.0, 0.0); graph.nodes.len()];
    let mut bounds = vec![(0.0, 0.0); graph.nodes.len()];
    for (k, (_, members)) in groups.members.iter().enumerate() {
        let (width, height) = level.sizes[k];
        let at = outer.centres[k];
        let corner = (at.0 - width / 2.0 + padding, at.1 - height / 2.0 + padding + title);
        for ((&v, centre), within) in members.iter().zip(&inner[k].centres).zip(&inner[k].bounds) {
            centres[v] = (corner.0 + centre.0, corner.1 + centre.1);
            bounds[v] = (corner.1 + within.0, corner.1 + within.1);
        }
    }
    for (k, &v) in groups.free.iter().enumerate() {
        centres[v] = outer.centres[groups.members.len() + k];
        bounds[v] = outer.bounds[groups.members.len() + k];
    }
    let folded = outer.folded || inner.iter().any(|placed| placed.folded);
    if !groups.members.is_empty() || folded {
        let lines = folded.then_some(&bounds[..]);
        walls::untangle(graph, options, &groups, &arcs, lines, &mut centres);
    }
    finish(graph, options, &centres)
}

/// Nodes by cluster.
pub(super) struct Groups {
    /// Cluster numbers, ascending, with their members, ascending.
    pub(super) members: Vec<(usize, Vec<usize>)>,
    /// Nodes without a cluster.
    pub(super) free: Vec<usize>,
}

impl Groups {
    /// Reads the clusters off the nodes.
    pub(super) fn new(graph: &Graph) -> Self {
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut free = Vec::new();
        for (v, node) in graph.nodes.iter().enumerate() {
            match node.cluster {
                Some(cluster) => members.entry(cluster).or_default().push(v),
                None => free.push(v),
            }
        }
        Self { members: members.into_iter().collect(), free }
    }
}

/// Rounds centres to single precision, moves the drawing to the origin, and adds rectangles and routes.
pub(crate) fn finish(graph: &Graph, options: &Options, centres: &[(f64, f64)]) -> Layout {
    let (mut left, mut top) = (f64::INFINITY, f64::INFINITY);
    let padding = (f64::from(options.padding), f64::from(options.title_height));
    for (v, &(x, y)) in centres.iter().enumerate() {
        let (width, height) = graph.size(v);
        let (aside, above) =
            if graph.nodes[v].cluster.is_some() { (padding.0, padding.0 + padding.1) } else { (0.0, 0.0) };
        left = left.min(x - width / 2.0 - aside);
        top = top.min(y - height / 2.0 - above);
    }
    let moved: Vec<(f64, f64)> = centres.iter().map(|c| (c.0 - left, c.1 - top)).collect();
    finish_in_place(graph, options, &moved)
}

/// Like [`finish`], but the drawing stays where it is.
pub(crate) fn finish_in_place(graph: &Graph, options: &Options, centres: &[(f64, f64)]) -> Layout {
    let positions: Vec<Point> = centres.iter().map(|c| Point { x: c.0 as f32, y: c.1 as f32 }).collect();
    let boxes: Vec<Rect> = (0..positions.len()).map(|v| around(positions[v], graph.size(v))).collect();
    let clusters: Vec<(usize, Rect)> = Groups::new(graph)
        .members
        .iter()
        .map(|(cluster, members)| (*cluster, frame(members.iter().map(|&v| boxes[v]), options)))
        .collect();
    let routes = routing::routes(graph, options, &boxes, &clusters);
    let mut bounds = boxes.first().copied().unwrap_or_default();
    for rect in boxes.iter().chain(clusters.iter().map(|c| &c.1)) {
        bounds.min = Point { x: bounds.min.x.min(rect.min.x), y: bounds.min.y.min(rect.min.y) };
        bounds.max = Point { x: bounds.max.x.max(rect.max.x), y: bounds.max.y.max(rect.max.y) };
    }
    Layout { positions, routes, clusters, bounds }
}

/// The rectangle around boxes with a cluster's padding and title.
pub(super) fn frame(boxes: impl Iterator<Item = Rect>, options: &Options) -> Rect {
    let mut rect = Rect {
        min: Point { x: f32::INFINITY, y: f32::INFINITY },
        max: Point { x: f32::NEG_INFINITY, y: f32::NEG_INFINITY },
    };
    for b in boxes {
        rect.min = Point { x: rect.min.x.min(b.min.x), y: rect.min.y.min(b.min.y) };
        rect.max = Point { x: rect.max.x.max(b.max.x), y: rect.max.y.max(b.max.y) };
    }
    rect.min.x -= options.padding;
    rect.min.y -= options.padding + options.title_height;
    rect.max.x += options.padding;
    rect.max.y += options.padding;
    rect
}

fn around(centre: Point, size: (f64, f64)) -> Rect {
    let (half_width, half_height) = ((size.0 / 2.0) as f32, (size.1 / 2.0) as f32);
    Rect {
        min: Point { x: centre.x - half_width, y: centre.y - half_height },
        max: Point { x: centre.x + half_width, y: centre.y + half_height },
    }
}
