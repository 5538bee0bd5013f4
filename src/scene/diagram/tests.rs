//! Pictures of graphs.

use super::*;
use crate::board::{Board, Id, Link, LinkId, Sticky, StickyId, StickyKind};
use crate::scene::palette::Palette;
use crate::topology::derive;
use crate::topology::projection::{View, project};

/// A calls B, which publishes what C hears.
fn graph() -> Graph {
    let kinds = [
        StickyKind::Service,
        StickyKind::Command,
        StickyKind::Service,
        StickyKind::Event,
        StickyKind::Service,
    ];
    let mut board = Board::default();
    for (at, (kind, name)) in kinds.into_iter().zip(["A", "Do <it>", "B", "ThingDone", "C"]).enumerate() {
        let id = |at: usize| StickyId(Id::new(0, at as u32));
        board.stickies.insert(id(at), Sticky { kind, name: name.into(), ..Sticky::default() });
        if at > 0 {
            let link = Link { from: id(at - 1), to: id(at), ..Link::default() };
            board.links.insert(LinkId(Id::new(1, at as u32)), link);
        }
    }
    project(&board, &derive(&board), View::Events)
}

#[test]
fn every_node_and_edge_is_drawn_and_lines_end_at_their_cards() {
    let graph = graph();
    for arrangement in [Arrangement::Flow, Arrangement::Forces] {
        let diagram = Diagram::of(&graph, &Groups::none(&graph), arrangement, None);
        assert_eq!((diagram.cards.len(), diagram.ways.len()), (graph.node_count(), graph.edge_count()));
        for way in &diagram.ways {
            let (start, end) = (way.points[0], *way.points.last().unwrap());
            assert!(diagram.cards[way.from].rect.expanded(3.0).contains(start));
            assert!(diagram.cards[way.to].rect.expanded(3.0).contains(end));
        }
    }
}

#[test]
fn a_group_has_a_titled_area_around_its_cards() {
    let graph = graph();
    let groups = Groups {
        kind: Some(NodeKind::Frame),
        names: vec!["Shop".into()],
        of: graph.node_weights().map(|node| (node.name != "C").then_some(0)).collect(),
    };
    let diagram = Diagram::of(&graph, &groups, Arrangement::Flow, None);
    let [area] = &diagram.areas[..] else { panic!("one area") };
    assert_eq!(area.title, "Shop");
    for (card, group) in diagram.cards.iter().zip(&groups.of) {
        let inside = area.rect.contains(card.rect.min) && area.rect.contains(card.rect.max);
        assert_eq!(inside, group.is_some(), "{}", card.text);
    }
}

#[test]
fn the_same_graph_stays_where_it_was() {
    let graph = graph();
    let first = Diagram::of(&graph, &Groups::none(&graph), Arrangement::Flow, None);
    let again = Diagram::of(&graph, &Groups::none(&graph), Arrangement::Flow, Some(&first.placed(&graph)));
    for (a, b) in first.cards.iter().zip(&again.cards) {
        assert!(a.rect.center().distance(b.rect.center()) < 1.0);
    }
}

#[test]
fn the_picture_is_xml_with_every_name() {
    let graph = graph();
    let diagram = Diagram::of(&graph, &Groups::none(&graph), Arrangement::Flow, None);
    let svg = svg::write(&diagram, "A & B", &Palette::new(true));
    assert!(
        svg.contains("Do &lt;it&gt;")
            && svg.contains("<title>A &amp; B</title>")
            && svg.contains("Thing Done")
            || svg.contains("Thing done")
    );
    assert_eq!(
        svg.matches("stroke-width=\"2.4\"").count(),
        2,
        "the call is drawn with two lines on both sides"
    );
}
