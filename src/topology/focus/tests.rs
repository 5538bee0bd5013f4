//! What is near.

use super::*;
use crate::topology::derive;
use crate::topology::projection::{View, project};
use crate::topology::tests::board;

fn near(board: &crate::board::Board, view: View, name: &str, steps: usize) -> Vec<String> {
    let graph = project(board, &derive(board), view);
    let centre = graph.node_indices().filter(|at| graph[*at].name == name).collect();
    let near = Neighbours::of(&graph).within(&centre, steps);
    part(&graph, &near).node_weights().map(|node| node.name.clone()).collect()
}

#[test]
fn steps_go_both_ways() {
    let board = board("Service:A -> Event:X -> Service:B -> Event:Y -> Service:C");
    assert_eq!(near(&board, View::Events, "B", 0), ["B"]);
    assert_eq!(near(&board, View::Events, "B", 1), ["B", "X", "Y"]);
    assert_eq!(near(&board, View::Events, "B", 2), ["A", "B", "C", "X", "Y"]);
    assert_eq!(near(&board, View::Services, "A", 1), ["A", "B"]);
}

#[test]
fn a_shared_bus_brings_only_what_travels_to_the_centre() {
    let mut board = board("Service:A -> Event:X -> Service:B\nService:C -> Event:Y -> Service:D");
    board.settings.default_channel = "Bus".into();
    assert_eq!(near(&board, View::Events, "A", 2), ["A", "B", "X", "Bus"]);
    assert_eq!(near(&board, View::Events, "A", 9), ["A", "B", "X", "Bus"]);
    assert_eq!(near(&board, View::Events, "Bus", 1), ["B", "D", "X", "Y", "Bus"]);
}

#[test]
fn channels_in_a_row_are_passed_in_one_step() {
    let board = board("Service:A -> Event:X -> Channel:Bus -> Channel:Queue -> Service:B");
    assert_eq!(near(&board, View::Events, "X", 1), ["A", "B", "X", "Bus", "Queue"]);
}

#[test]
fn what_lies_between_two_is_told_from_either_end() {
    let board = board("Service:A -> Event:X -> Channel:Bus -> Channel:Queue -> Service:B");
    let graph = project(&board, &derive(&board), View::Events);
    let at = |name: &str| graph.node_indices().find(|at| graph[*at].name == name).unwrap();
    let near = Neighbours::of(&graph);
    let names = |one, other| {
        let between = near.channels_between(at(one), at(other)).iter();
        between.map(|at| graph[*at].name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(names("X", "B"), ["Bus", "Queue"]);
    assert_eq!(names("B", "X"), ["Bus", "Queue"]);
    assert!(names("A", "X").is_empty());
}
