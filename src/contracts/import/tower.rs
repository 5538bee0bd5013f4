//! A tall layout broken into columns that stand beside each other, so that a board of many frames fills a screen
//! instead of running down in a strip.

use crate::topology::layered::{Graph, Layout};

/// How much wider than tall a board should be.
const SHAPE: f32 = 1.6;

/// Breaks a layout where nothing is cut: between frames, and between stickies that stand outside of them.
pub(super) fn fold(graph: &Graph, layout: &mut Layout, gap: f32) {
    let bands = bands(graph, layout);
    let width = layout
        .clusters
        .iter()
        .map(|(_, rect)| rect.max.x)
        .chain(graph.nodes.iter().zip(&layout.positions).map(|(node, at)| at.x + node.width / 2.0))
        .fold(1.0_f32, f32::max);
    let (Some(first), Some(last)) = (bands.first(), bands.last()) else { return };
    let height = last.1 - first.0;
    let n_columns = ((SHAPE * height / (width + gap)).sqrt().round() as usize).clamp(1, bands.len());
    if n_columns == 1 {
        return;
    }
    let target = height / n_columns as f32;
    // For each band, where it ends and how far it moves.
    let mut moves: Vec<(f32, f32, f32)> = Vec::with_capacity(bands.len());
    let (mut column, mut top) = (0, first.0);
    for (from, to) in &bands {
        // A column is full when it would be longer with the band by more than it is shorter without.
        let full = (to - top) - target > target - (from - top);
        if full && *from > top && column + 1 < n_columns {
            (column, top) = (column + 1, *from);
        }
        moves.push((*to, column as f32 * (width + gap), first.0 - top));
    }
    let moved = |y: f32| {
        let at = moves.partition_point(|(end, ..)| *end < y).min(moves.len() - 1);
        (moves[at].1, moves[at].2)
    };
    for at in &mut layout.positions {
        let (x, y) = moved(at.y);
        (at.x, at.y) = (at.x + x, at.y + y);
    }
    for (_, rect) in &mut layout.clusters {
        let (x, y) = moved(rect.min.y.midpoint(rect.max.y));
        for corner in [&mut rect.min, &mut rect.max] {
            (corner.x, corner.y) = (corner.x + x, corner.y + y);
        }
    }
}

/// The stretches of height, from above, that something stands in without a gap.
fn bands(graph: &Graph, layout: &Layout) -> Vec<(f32, f32)> {
    let nodes = graph.nodes.iter().zip(&layout.positions);
    let mut all: Vec<(f32, f32)> =
        nodes.map(|(node, at)| (at.y - node.height / 2.0, at.y + node.height / 2.0)).collect();
    all.extend(layout.clusters.iter().map(|(_, rect)| (rect.min.y, rect.max.y)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut bands: Vec<(f32, f32)> = Vec::new();
    for (from, to) in all {
        match bands.last_mut() {
            Some(band) if from <= band.1 => band.1 = band.1.max(to),
            _ => bands.push((from, to)),
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::topology::layered::{Node, Options};

    proptest! {
        #[test]
        fn nothing_comes_to_lie_on_anything_and_frames_keep_their_own(
            clusters in prop::collection::vec(prop::option::of(0..9_usize), 1..80),
        ) {
            let nodes: Vec<Node> = clusters
                .iter()
                .map(|cluster| Node { width: 120.0, height: 80.0, cluster: *cluster, hint: None })
                .collect();
            let graph = Graph { nodes, edges: Vec::new() };
            let mut layout = super::super::columns::layout(&graph, &Options::default());
            fold(&graph, &mut layout, 60.0);
            for (at, p) in layout.positions.iter().enumerate() {
                for q in &layout.positions[..at] {
                    prop_assert!((p.x - q.x).abs() >= 119.9 || (p.y - q.y).abs() >= 79.9);
                }
                for (cluster, rect) in &layout.clusters {
                    let inside = p.x > rect.min.x && p.x < rect.max.x && p.y > rect.min.y && p.y < rect.max.y;
                    prop_assert_eq!(inside, clusters[at] == Some(*cluster));
                }
            }
        }
    }

    #[test]
    fn a_strip_of_frames_becomes_a_page() {
        let nodes = (0..72).map(|at| Node { width: 120.0, height: 80.0, cluster: Some(at / 8), hint: None });
        let graph = Graph { nodes: nodes.collect(), edges: Vec::new() };
        let mut layout = super::super::columns::layout(&graph, &Options::default());
        let size = |layout: &Layout| {
            let far = layout.clusters.iter().map(|(_, rect)| rect.max);
            far.fold((0.0_f32, 0.0_f32), |(x, y), corner| (x.max(corner.x), y.max(corner.y)))
        };
        let (width, height) = size(&layout);
        assert!(height > 10.0 * width);
        fold(&graph, &mut layout, 60.0);
        let (width, height) = size(&layout);
        assert!(width / height > 0.8 && width / height < 3.2, "{width} by {height}");
    }
}
