//! What a force-directed drawing promises.

use proptest::prelude::*;

use super::*;
use crate::topology::layered::{Node, mean_displacement, overlaps};

fn graph(n: usize, edges: &[(usize, usize)]) -> Graph {
    let node = Node { width: 120.0, height: 48.0, ..Node::default() };
    Graph { nodes: vec![node; n], edges: edges.to_vec() }
}

fn check(graph: &Graph, drawn: &Layout) {
    let sizes: Vec<(f32, f32)> = graph.nodes.iter().map(|n| (n.width, n.height)).collect();
    assert!(drawn.positions.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
    assert_eq!(overlaps(&drawn.positions, &sizes, 0.5), 0);
    for (i, (_, a)) in drawn.clusters.iter().enumerate() {
        for (_, b) in &drawn.clusters[i + 1..] {
            let meet = a.min.x + 0.5 < b.max.x
                && b.min.x + 0.5 < a.max.x
                && a.min.y + 0.5 < b.max.y
                && b.min.y + 0.5 < a.max.y;
            assert!(!meet, "clusters overlap");
        }
    }
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(layout(&Graph::default(), &Options::default()), Layout::default());
}

#[test]
fn neighbours_stand_nearer_than_strangers() {
    let ring: Vec<_> = (0..40).map(|v| (v, (v + 1) % 40)).collect();
    let g = graph(40, &ring);
    let drawn = layout(&g, &Options::default());
    check(&g, &drawn);
    let far = |a: usize, b: usize| {
        let (p, q) = (drawn.positions[a], drawn.positions[b]);
        ((p.x - q.x).powi(2) + (p.y - q.y).powi(2)).sqrt()
    };
    let near: f32 = (0..40).map(|v| far(v, (v + 1) % 40)).sum();
    let across: f32 = (0..40).map(|v| far(v, (v + 20) % 40)).sum();
    assert!(near * 4.0 < across, "{near} {across}");
}

#[test]
fn a_new_node_moves_the_others_little() {
    let edges: Vec<_> = (1..60).map(|v| ((v * 7) % v, v)).collect();
    let g = graph(60, &edges);
    let before = layout(&g, &Options::default());
    let mut grown = g.clone();
    for (node, p) in grown.nodes.iter_mut().zip(&before.positions) {
        node.hint = Some((p.x, p.y));
    }
    grown.nodes.push(Node { width: 120.0, height: 48.0, ..Node::default() });
    grown.edges.push((30, 60));
    let after = layout(&grown, &Options::default());
    check(&grown, &after);
    let moved = mean_displacement(&before.positions, &after.positions);
    assert!(moved < 10.0, "{moved}");
}

fn any_graph() -> impl Strategy<Value = Graph> {
    (1_usize..40).prop_flat_map(|n| {
        let nodes = prop::collection::vec(
            (20.0_f32..200.0, 10.0_f32..100.0, prop::option::of(0_usize..4))
                .prop_map(|(width, height, cluster)| Node { width, height, cluster, hint: None }),
            n,
        );
        (nodes, prop::collection::vec((0..n, 0..n), 0..n * 2))
            .prop_map(|(nodes, edges)| Graph { nodes, edges })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_drawing_keeps_the_rules(g in any_graph()) {
        let drawn = layout(&g, &Options::default());
        check(&g, &drawn);
        prop_assert_eq!(layout(&g, &Options::default()), drawn);
    }
}
