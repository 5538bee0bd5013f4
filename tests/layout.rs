//! The layered layout against published figures: Graphviz' dot needs 82 and 508 crossings on these graphs.

#[path = "../benches/layout/generator.rs"]
mod generator;

use isobar::topology::layered::{Graph, Node, Options, layout, overlaps, straight_crossings};

fn graph(n: usize, seed: u32) -> Graph {
    let sample = generator::generate(n, seed);
    let node = |&(width, height): &(f32, f32)| Node { width, height, ..Node::default() };
    Graph { nodes: sample.sizes.iter().map(node).collect(), edges: sample.edges }
}

#[test]
fn the_graphs_are_those_of_the_python_generator() {
    for (n, edges) in [(100, 136), (300, 436), (1000, 1537), (3000, 4628)] {
        assert_eq!(graph(n, 1).edges.len(), edges);
        assert_eq!(generator::names(n).len(), n);
    }
}

#[test]
fn fewer_crossings_than_dot() {
    for (n, dot) in [(100, 82), (300, 508)] {
        let graph = graph(n, 1);
        let drawn = layout(&graph, &Options::default());
        let crossings = straight_crossings(&drawn.positions, &graph.edges);
        assert!(crossings < dot, "{crossings} crossings at {n} nodes, dot has {dot}");
        let sizes: Vec<(f32, f32)> = graph.nodes.iter().map(|node| (node.width, node.height)).collect();
        assert_eq!(overlaps(&drawn.positions, &sizes, 0.5), 0);
    }
}
