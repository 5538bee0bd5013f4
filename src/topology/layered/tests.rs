//! What a layout promises: no overlaps, frames apart, few crossings, the same picture every time.

use proptest::prelude::*;

use super::refine::Stream;
use super::*;

fn node(width: f32, height: f32) -> Node {
    Node { width, height, ..Node::default() }
}

fn graph(n: usize, edges: &[(usize, usize)]) -> Graph {
    Graph { nodes: vec![node(120.0, 48.0); n], edges: edges.to_vec() }
}

fn sizes(graph: &Graph) -> Vec<(f32, f32)> {
    graph.nodes.iter().map(|n| (n.width, n.height)).collect()
}

/// Publishers and subscribers in the manner of a growing system: mostly to the next few services, some anywhere.
fn pub_sub(n: usize, seed: u64) -> Graph {
    let mut stream = Stream(seed);
    let services = n * 44 / 100;
    let mut edges = Vec::new();
    for event in services..n {
        let p = (event - services) * services / (n - services);
        edges.push((p, event));
        for _ in 0..1 + stream.below(3) {
            let c = if stream.below(20) == 0 {
                stream.below(services)
            } else {
                (p + 1 + stream.below(16)).min(services - 1)
            };
            if c != p {
                edges.push((event, c));
            }
        }
    }
    graph(n, &edges)
}

fn rects_overlap(a: &Rect, b: &Rect) -> bool {
    a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y
}

fn box_of(graph: &Graph, layout: &Layout, v: usize) -> Rect {
    let (p, n) = (layout.positions[v], &graph.nodes[v]);
    Rect {
        min: Point { x: p.x - n.width / 2.0, y: p.y - n.height / 2.0 },
        max: Point { x: p.x + n.width / 2.0, y: p.y + n.height / 2.0 },
    }
}

/// Everything that must hold for every drawing.
fn check(graph: &Graph, layout: &Layout) {
    assert_eq!(layout.positions.len(), graph.nodes.len());
    assert_eq!(layout.routes.len(), graph.edges.len());
    assert!(layout.positions.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
    assert_eq!(overlaps(&layout.positions, &sizes(graph), 0.5), 0, "nodes overlap");
    for (i, (cluster, rect)) in layout.clusters.iter().enumerate() {
        for (other, second) in &layout.clusters[i + 1..] {
            assert!(!rects_overlap(rect, second), "clusters {cluster} and {other} overlap");
        }
        for (v, n) in graph.nodes.iter().enumerate() {
            let b = box_of(graph, layout, v);
            if n.cluster == Some(*cluster) {
                let inside = rect.min.x <= b.min.x
                    && rect.min.y <= b.min.y
                    && b.max.x <= rect.max.x
                    && b.max.y <= rect.max.y;
                assert!(inside, "node {v} leaves its cluster");
            } else {
                assert!(!rects_overlap(rect, &b), "node {v} stands in the foreign cluster {cluster}");
            }
        }
    }
}

/// Whether a line passes through the inside of a box.
fn passes_through(line: &[Point], b: &Rect) -> bool {
    line.windows(2).any(|w| {
        // Clip the segment to the box, shrunk a little.
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        let axes = [(w[0].x, w[1].x, b.min.x, b.max.x), (w[0].y, w[1].y, b.min.y, b.max.y)];
        for (p, q, low, high) in
            axes.map(|a| (f64::from(a.0), f64::from(a.1), f64::from(a.2), f64::from(a.3)))
        {
            let (low, high, d) = (low + 0.1, high - 0.1, q - p);
            if d == 0.0 {
                if p <= low || p >= high {
                    return false;
                }
                continue;
            }
            let (s, t) = ((low - p) / d, (high - p) / d);
            from = from.max(s.min(t));
            to = to.min(s.max(t));
        }
        from < to
    })
}

fn routes_through_nodes(graph: &Graph, layout: &Layout) -> usize {
    let mut count = 0;
    for (&(a, b), line) in graph.edges.iter().zip(&layout.routes) {
        for v in (0..graph.nodes.len()).filter(|&v| v != a && v != b) {
            count += usize::from(passes_through(line, &box_of(graph, layout, v)));
        }
    }
    count
}

#[test]
fn nothing_gives_nothing() {
    let layout = layout(&Graph::default(), &Options::default());
    assert_eq!(layout, Layout::default());
}

#[test]
fn one_node_stands_at_the_origin() {
    let layout = layout(&graph(1, &[]), &Options::default());
    assert_eq!(layout.positions, [Point { x: 60.0, y: 24.0 }]);
}

#[test]
fn a_chain_flows_left_to_right_on_one_row() {
    let g = graph(5, &[(3, 1), (1, 4), (4, 0), (0, 2)]);
    let layout = layout(&g, &Options::default());
    check(&g, &layout);
    for &(a, b) in &g.edges {
        assert!(layout.positions[a].x + 120.0 < layout.positions[b].x);
        assert!((layout.positions[a].y - layout.positions[b].y).abs() < 1.0);
    }
}

#[test]
fn self_loops_parallel_edges_and_two_cycles_are_drawn() {
    let g = graph(3, &[(0, 0), (0, 1), (0, 1), (1, 0), (1, 2), (2, 1), (7, 1)]);
    let layout = layout(&g, &Options::default());
    check(&g, &layout);
    assert!(layout.routes[..6].iter().all(|route| route.len() >= 2));
    assert!(layout.routes[6].is_empty(), "an edge to nowhere has no line");
}

#[test]
fn only_the_edge_that_closes_a_cycle_runs_backwards() {
    let g = graph(6, &[(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)]);
    let layout = layout(&g, &Options::default());
    let backwards = g.edges.iter().filter(|e| layout.positions[e.1].x <= layout.positions[e.0].x).count();
    assert_eq!(backwards, 1);
}

#[test]
fn parts_without_connection_do_not_mix() {
    let g = graph(9, &[(0, 1), (1, 2), (3, 4), (4, 5), (6, 7)]);
    let layout = layout(&g, &Options::default());
    check(&g, &layout);
    assert_eq!(straight_crossings(&layout.positions, &g.edges), 0);
}

#[test]
fn planar_trees_and_grids_have_no_crossings() {
    let tree: Vec<_> = (1..31).map(|v| ((v - 1) / 2, v)).collect();
    let g = graph(31, &tree);
    let drawn = layout(&g, &Options::default());
    check(&g, &drawn);
    assert_eq!(straight_crossings(&drawn.positions, &g.edges), 0);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let g = pub_sub(120, 5);
    assert_eq!(layout(&g, &Options::default()), layout(&g, &Options::default()));
}

#[test]
fn sizes_that_make_no_sense_are_survived() {
    let mut g = graph(4, &[(0, 1), (1, 2), (2, 3)]);
    g.nodes[0].width = f32::NAN;
    g.nodes[1].height = -5.0;
    g.nodes[2].width = f32::INFINITY;
    let layout = layout(&g, &Options::default());
    assert!(layout.positions.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
}

#[test]
fn clusters_hold_their_members_and_no_others() {
    let mut g = pub_sub(90, 3);
    for (v, n) in g.nodes.iter_mut().enumerate() {
        n.cluster = (v % 4 != 0).then_some(v % 44 / 9);
    }
    let layout = layout(&g, &Options::default());
    assert_eq!(layout.clusters.len(), 5);
    check(&g, &layout);
}

#[test]
fn lines_go_around_nodes() {
    for seed in 0..3 {
        let g = pub_sub(80, seed);
        let layout = layout(&g, &Options::default());
        assert_eq!(routes_through_nodes(&g, &layout), 0);
    }
}

#[test]
fn crossing_counts_agree_with_counting_by_hand() {
    let p = |x: f32, y: f32| Point { x, y };
    let corners = [p(0.0, 0.0), p(10.0, 10.0), p(0.0, 10.0), p(10.0, 0.0)];
    assert_eq!(straight_crossings(&corners, &[(0, 1), (2, 3)]), 1);
    assert_eq!(straight_crossings(&corners, &[(0, 3), (2, 1)]), 0);
    assert_eq!(straight_crossings(&corners, &[(0, 1), (1, 2), (0, 3)]), 0, "a common end is no crossing");
}

#[test]
fn a_new_node_leaves_the_others_in_place() {
    let g = pub_sub(100, 9);
    let options = Options::default();
    let before = layout(&g, &options);
    let mut grown = g.clone();
    grown.nodes.push(node(120.0, 48.0));
    grown.edges.push((50, 100));
    grown.edges.push((100, 40));
    let previous: Vec<_> = before.positions.iter().copied().map(Some).collect();
    let after = layout_stable(&grown, &options, &previous);
    check(&grown, &after);
    let moved = mean_displacement(&before.positions, &after.positions);
    assert!(moved < 5.0, "moved by {moved}");
}

#[test]
fn nothing_new_moves_nothing() {
    let g = pub_sub(60, 2);
    let options = Options::default();
    let before = layout(&g, &options);
    let previous: Vec<_> = before.positions.iter().copied().map(Some).collect();
    assert_eq!(layout_stable(&g, &options, &previous).positions, before.positions);
}

#[test]
fn hints_are_kept_while_they_show_the_flow() {
    let mut g = pub_sub(60, 2);
    let first = layout(&g, &Options::default());
    for (node, p) in g.nodes.iter_mut().zip(&first.positions) {
        node.hint = Some((p.x, p.y));
    }
    assert_eq!(layout(&g, &Options::default()).positions, first.positions);
    for node in &mut g.nodes {
        node.hint = node.hint.map(|h| (-h.0, h.1));
    }
    let turned = layout(&g, &Options::default());
    check(&g, &turned);
    let forwards =
        |drawn: &Layout| g.edges.iter().filter(|e| drawn.positions[e.0].x < drawn.positions[e.1].x).count();
    assert_eq!(forwards(&turned), forwards(&first), "a mirrored drawing is set right");
}

fn any_graph() -> impl Strategy<Value = Graph> {
    (1_usize..28).prop_flat_map(|n| {
        let nodes = prop::collection::vec(
            (20.0_f32..300.0, 10.0_f32..200.0, prop::option::of(0_usize..4))
                .prop_map(|(width, height, cluster)| Node { width, height, cluster, hint: None }),
            n,
        );
        let edges = prop::collection::vec((0..n, 0..n), 0..n * 2);
        (nodes, edges).prop_map(|(nodes, edges)| Graph { nodes, edges })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_drawing_keeps_the_rules(g in any_graph()) {
        let options = Options { effort: 20, ..Options::default() };
        let drawn = layout(&g, &options);
        check(&g, &drawn);
        prop_assert_eq!(layout(&g, &options), drawn);
    }

    #[test]
    fn every_grown_drawing_keeps_the_rules(g in any_graph(), dropped in prop::collection::vec(any::<bool>(), 28)) {
        let options = Options { effort: 20, ..Options::default() };
        let drawn = layout(&g, &options);
        let previous: Vec<_> =
            drawn.positions.iter().zip(&dropped).map(|(p, gone)| (!gone).then_some(*p)).collect();
        let grown = layout_stable(&g, &options, &previous);
        check(&g, &grown);
    }

    #[test]
    fn without_clusters_lines_go_around_nodes(g in any_graph()) {
        let mut g = g;
        for n in &mut g.nodes {
            n.cluster = None;
        }
        let drawn = layout(&g, &Options { effort: 20, ..Options::default() });
        prop_assert_eq!(routes_through_nodes(&g, &drawn), 0);
    }
}
