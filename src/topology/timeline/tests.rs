//! What an arranged board promises: time runs to the right, chains are level, nothing overlaps, little moves.

use proptest::prelude::*;

use super::*;
use crate::topology::layered::{Node, Point, Rect, mean_displacement, overlaps};

fn sticky() -> Node {
    Node { width: 120.0, height: 80.0, ..Node::default() }
}

fn board(n: usize, edges: &[(usize, usize)]) -> Graph {
    Graph { nodes: vec![sticky(); n], edges: edges.to_vec() }
}

/// The same board where everything stands where the layout put it.
fn with_hints(graph: &Graph, layout: &Layout) -> Graph {
    let mut graph = graph.clone();
    for (node, p) in graph.nodes.iter_mut().zip(&layout.positions) {
        node.hint = Some((p.x, p.y));
    }
    graph
}

fn check(graph: &Graph, layout: &Layout) {
    let sizes: Vec<(f32, f32)> = graph.nodes.iter().map(|n| (n.width, n.height)).collect();
    assert_eq!(overlaps(&layout.positions, &sizes, 0.5), 0, "stickies overlap");
    let apart = |a: &Rect, b: &Rect| {
        a.max.x <= b.min.x + 0.5
            || b.max.x <= a.min.x + 0.5
            || a.max.y <= b.min.y + 0.5
            || b.max.y <= a.min.y + 0.5
    };
    for (i, (frame, rect)) in layout.clusters.iter().enumerate() {
        for (other, second) in &layout.clusters[i + 1..] {
            assert!(apart(rect, second), "frames {frame} and {other} overlap");
        }
        for (v, (node, p)) in graph.nodes.iter().zip(&layout.positions).enumerate() {
            let half = (node.width / 2.0, node.height / 2.0);
            let own = Rect {
                min: Point { x: p.x - half.0, y: p.y - half.1 },
                max: Point { x: p.x + half.0, y: p.y + half.1 },
            };
            if node.cluster != Some(*frame) {
                assert!(apart(rect, &own), "sticky {v} stands in the foreign frame {frame}");
            }
        }
    }
}

#[test]
fn an_empty_board_stays_empty() {
    assert_eq!(layout(&Graph::default(), &board_options()), Layout::default());
}

#[test]
fn effects_stand_right_of_causes() {
    let g = board(7, &[(0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (5, 3), (6, 3)]);
    let drawn = layout(&g, &board_options());
    check(&g, &drawn);
    for &(a, b) in &g.edges {
        assert!(drawn.positions[a].x + 120.0 <= drawn.positions[b].x, "{a} → {b}");
    }
}

#[test]
fn a_chain_stays_on_one_row_whatever_branches_off() {
    let g = board(8, &[(0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (2, 6), (6, 7)]);
    let drawn = layout(&g, &board_options());
    check(&g, &drawn);
    for v in 1..5 {
        assert_eq!(drawn.positions[v].y, drawn.positions[0].y);
    }
    assert_eq!(drawn.positions[6].y, drawn.positions[7].y);
}

#[test]
fn a_loop_closes_backwards_once() {
    let g = board(4, &[(0, 1), (1, 2), (2, 3), (3, 0), (2, 2)]);
    let drawn = layout(&g, &board_options());
    let backwards = g.edges.iter().filter(|e| drawn.positions[e.1].x < drawn.positions[e.0].x).count();
    assert_eq!(backwards, 1);
}

#[test]
fn a_loop_is_read_from_where_it_started_before() {
    let mut g = board(4, &[(0, 1), (1, 2), (2, 3), (3, 0)]);
    for (v, node) in g.nodes.iter_mut().enumerate() {
        node.hint = Some((((v + 2) % 4) as f32 * 200.0, 0.0));
    }
    let drawn = layout(&g, &board_options());
    assert!((0..4).all(|v| drawn.positions[2].x <= drawn.positions[v].x), "sticky 2 stood first");
}

#[test]
fn frames_are_kept_apart() {
    let mut g = board(12, &[(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (1, 6), (6, 7), (7, 5), (8, 9), (9, 10)]);
    for (v, node) in g.nodes.iter_mut().enumerate() {
        node.cluster = [Some(0), Some(0), None, Some(1), Some(1), Some(2)][v % 6];
    }
    let drawn = layout(&g, &board_options());
    assert_eq!(drawn.clusters.len(), 3);
    check(&g, &drawn);
}

#[test]
fn arranging_twice_changes_nothing() {
    let mut g =
        board(14, &[(0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (6, 7), (7, 8), (8, 3), (9, 10), (10, 11)]);
    for v in 6..9 {
        g.nodes[v].cluster = Some(3);
    }
    let first = layout(&g, &board_options());
    let again = layout(&with_hints(&g, &first), &board_options());
    assert!(mean_displacement(&first.positions, &again.positions) < 0.1);
}

#[test]
fn a_sticky_at_the_end_of_a_chain_moves_nobody() {
    let g = board(10, &[(0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (6, 7), (7, 8), (8, 9)]);
    let first = layout(&g, &board_options());
    let mut grown = with_hints(&g, &first);
    grown.nodes.push(sticky());
    grown.edges.push((5, 10));
    let then = layout(&grown, &board_options());
    check(&grown, &then);
    assert!(mean_displacement(&first.positions, &then.positions) < 0.1);
    assert_eq!(then.positions[10].y, then.positions[5].y);
}

#[test]
fn the_board_keeps_its_place() {
    let mut g = board(3, &[(0, 1), (1, 2)]);
    for (v, node) in g.nodes.iter_mut().enumerate() {
        node.hint = Some((1000.0 + v as f32 * 300.0, -500.0 + v as f32));
    }
    let drawn = layout(&g, &board_options());
    assert_eq!(drawn.positions[0].x, 1000.0);
    assert!((drawn.positions[0].y + 500.0).abs() < 5.0);
}

fn any_board() -> impl Strategy<Value = Graph> {
    (1_usize..24).prop_flat_map(|n| {
        let hint = prop::option::of((-1000.0_f32..1000.0, -1000.0_f32..1000.0));
        let nodes = prop::collection::vec(
            (20.0_f32..200.0, 20.0_f32..200.0, prop::option::of(0_usize..4), hint)
                .prop_map(|(width, height, cluster, hint)| Node { width, height, cluster, hint }),
            n,
        );
        (nodes, prop::collection::vec((0..n, 0..n), 0..n * 2))
            .prop_map(|(nodes, edges)| Graph { nodes, edges })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_arranged_board_keeps_the_rules(g in any_board()) {
        let drawn = layout(&g, &board_options());
        check(&g, &drawn);
        prop_assert_eq!(&layout(&g, &board_options()), &drawn);
    }
}
