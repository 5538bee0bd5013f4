//! A plain layout for boards too large to be arranged with care: columns by the steps of causality, a block for each
//! frame, blocks below each other. Its cost grows with the board and no faster.

use std::collections::{BTreeMap, VecDeque};

use crate::topology::layered::{Graph, Layout, Options, Point, Rect};

/// The widest a block grows in rows before its column breaks into several.
const ROWS_MAX: usize = 60;

/// Places every node; clusters get a rectangle each.
pub(super) fn layout(graph: &Graph, options: &Options) -> Layout {
    let steps = steps(graph);
    let mut blocks: BTreeMap<(bool, Option<usize>), BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let block = blocks.entry((node.cluster.is_none(), node.cluster)).or_default();
        block.entry(steps[at]).or_default().push(at);
    }
    let mut out = Layout { positions: vec![Point::default(); graph.nodes.len()], ..Layout::default() };
    let mut top = 0.0_f32;
    for ((_, cluster), columns) in blocks {
        let framed = if cluster.is_some() { 1.0 } else { 0.0 };
        let (inset, title) = (options.padding * framed, options.title_height * framed);
        let (mut x, mut bottom) = (inset, top);
        for nodes in columns.values().flat_map(|column| column.chunks(ROWS_MAX)) {
            let width = nodes.iter().map(|at| graph.nodes[*at].width).fold(0.0, f32::max);
            let mut y = top + inset + title;
            for at in nodes {
                let height = graph.nodes[*at].height;
                out.positions[*at] = Point { x: x + width / 2.0, y: y + height / 2.0 };
                y += height + options.node_gap;
            }
            bottom = bottom.max(y - options.node_gap + inset);
            x += width + options.layer_gap;
        }
        if let Some(cluster) = cluster {
            let max = Point { x: x - options.layer_gap + inset, y: bottom };
            out.clusters.push((cluster, Rect { min: Point { x: 0.0, y: top }, max }));
        }
        top = bottom + options.layer_gap;
    }
    out
}

/// The earliest step of each node: behind all its causes, as far as they are in no circle.
fn steps(graph: &Graph) -> Vec<usize> {
    let n = graph.nodes.len();
    let (mut out, mut causes, mut step) = (vec![Vec::new(); n], vec![0_usize; n], vec![0_usize; n]);
    for &(from, to) in graph.edges.iter().filter(|(from, to)| from != to) {
        out[from].push(to);
        causes[to] += 1;
    }
    let mut ready: VecDeque<usize> = (0..n).filter(|at| causes[*at] == 0).collect();
    let mut seen = vec![false; n];
    // What is left when nothing is ready is a circle, which is broken where it was met first.
    for start in 0..=n {
        while let Some(at) = ready.pop_front() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            for &to in out[at].iter().filter(|to| !seen[**to]) {
                step[to] = step[to].max(step[at] + 1);
                causes[to] = causes[to].saturating_sub(1);
                if causes[to] == 0 {
                    ready.push_back(to);
                }
            }
        }
        ready.extend((start < n && !seen[start]).then_some(start));
    }
    step
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::topology::layered::Node;

    proptest! {
        #[test]
        fn nothing_lies_on_anything_and_frames_hold_their_own(
            clusters in prop::collection::vec(prop::option::of(0..3_usize), 1..40),
            edges in prop::collection::vec((0..40_usize, 0..40_usize), 0..80),
        ) {
            let n = clusters.len();
            let nodes = clusters.iter().map(|cluster| Node { width: 120.0, height: 80.0, cluster: *cluster, hint: None });
            let graph = Graph { nodes: nodes.collect(), edges: edges.into_iter().filter(|(a, b)| *a < n && *b < n).collect() };
            let layout = layout(&graph, &Options::default());
            for (at, p) in layout.positions.iter().enumerate() {
                for q in &layout.positions[..at] {
                    prop_assert!((p.x - q.x).abs() >= 120.0 || (p.y - q.y).abs() >= 80.0);
                }
                for (cluster, rect) in &layout.clusters {
                    let inside = p.x > rect.min.x && p.x < rect.max.x && p.y > rect.min.y && p.y < rect.max.y;
                    prop_assert_eq!(inside, clusters[at] == Some(*cluster));
                }
            }
        }
    }
}
