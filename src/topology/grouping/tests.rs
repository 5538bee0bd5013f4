//! Groups, and graphs in which groups are closed.

use super::*;
use crate::board::Service;
use crate::topology::derive;
use crate::topology::projection::{View, project};
use crate::topology::tests::board;

fn by_team() -> (Board, Topology, Graph) {
    let mut board =
        board("Service:A -> Event:X -> Service:B -> Event:Y -> Service:C\nService:C -> Event:Z -> Service:D");
    for (service, team) in [("A", "Red"), ("B", "Red"), ("C", "Blue"), ("D", "Green")] {
        board.services.insert(service.into(), Service { team: team.into(), ..Service::default() });
    }
    let topology = derive(&board);
    let graph = project(&board, &topology, View::Events);
    (board, topology, graph)
}

#[test]
fn messages_stand_with_who_publishes_them() {
    let (board, topology, graph) = by_team();
    let groups = Groups::of(&board, &topology, &graph, Grouping::Teams);
    assert_eq!(groups.names, ["Blue", "Red"]);
    let of = |name: &str| {
        let at = graph.node_indices().find(|at| graph[*at].name == name).unwrap();
        groups.of[at.index()].map(|group| groups.names[group].as_str())
    };
    assert_eq!(["A", "X", "B", "Y"].map(of), [Some("Red"); 4]);
    assert_eq!(["C", "Z", "D"].map(of), [Some("Blue"), Some("Blue"), None]);
}

#[test]
fn a_closed_group_is_one_node_and_its_edges_name_the_messages() {
    let (board, topology, graph) = by_team();
    let groups = Groups::of(&board, &topology, &graph, Grouping::Teams);
    let (closed, rest) = groups.closed(&graph, &BTreeSet::from(["Blue".to_owned()]));
    let names: Vec<&str> = closed.node_weights().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["Red", "C", "D", "Z"]);
    assert_eq!(rest.of.iter().flatten().count(), 2);
    let edges: Vec<String> = closed
        .edge_references()
        .map(|e| format!("{} {} {:?}", closed[e.source()].name, closed[e.target()].name, e.weight().messages))
        .collect();
    assert_eq!(edges.len(), 3);
    assert!(edges.contains(&"Red C [\"Y\"]".to_owned()), "{edges:?}");
    let (whole, _) = groups.closed(&graph, &BTreeSet::from(["Blue".to_owned(), "Red".to_owned()]));
    assert_eq!((whole.node_count(), whole.edge_count()), (graph.node_count(), graph.edge_count()));
}

#[test]
fn frames_group_what_stands_in_them() {
    let (mut board, ..) = by_team();
    let frame = crate::board::Frame {
        name: "Orders".into(),
        at: crate::board::Point::new(-20.0, -20.0),
        size: crate::board::Size::new(420.0, 150.0),
        ..Default::default()
    };
    board.frames.insert(FrameId(crate::board::Id::new(9, 1)), frame);
    let topology = derive(&board);
    let graph = project(&board, &topology, View::Services);
    let groups = Groups::of(&board, &topology, &graph, Grouping::Frames);
    assert_eq!(groups.names, ["Orders"]);
    assert_eq!(groups.of, [Some(0), Some(0), None, None]);
}
