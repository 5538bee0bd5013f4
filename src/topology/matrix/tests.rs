//! The matrix: order along the flow, cycles in blocks, the share reached.

use proptest::prelude::*;

use super::*;
use crate::topology::derive;
use crate::topology::projection::{View, project};
use crate::topology::tests::{any_board, board};

fn matrix(lines: &str) -> Matrix {
    let board = board(lines);
    Matrix::of(&project(&board, &derive(&board), View::Services))
}

#[test]
fn rows_go_along_the_flow_and_a_cycle_stands_together() {
    let matrix = matrix(
        "Service:Z -> Event:1 -> Service:M
         Service:M -> Event:2 -> Service:N
         Service:N -> Event:3 -> Service:M
         Service:N -> Command:Do -> Service:A
         Service:P -> Event:9 -> Service:Q",
    );
    assert_eq!(matrix.names, ["Z", "M", "N", "A", "P", "Q"]);
    assert_eq!(matrix.cycles(), 1);
    let cycle = matrix.blocks.iter().find(|block| block.is_cycle()).unwrap();
    assert_eq!((cycle.rows.clone(), cycle.level, cycle.system), (1..3, 1, 0));
    let cell = |row, column| matrix.cells.get(&(row, column));
    assert!(cell(2, 1).unwrap().in_cycle && cell(1, 2).unwrap().in_cycle && !cell(0, 1).unwrap().in_cycle);
    assert!(cell(2, 3).unwrap().synchronous);
    assert_eq!(cell(0, 1).unwrap().messages, ["1"]);
    // Z reaches 4, M and N 3 each, A 1, P 2, Q 1: 14 of 36.
    assert!((matrix.reached - 14.0 / 36.0).abs() < 1e-12);
    insta::assert_snapshot!(matrix.in_words(), @r"
           1   2   3   4   5   6
    1  Z   ·   1
    2  M       · (1)
    3  N     (1)   ·  1!
    4  A               ·
    5  P                   ·   1
    6  Q                       ·

    A row reaches a column through so many messages; ! waits for it, ( ) is part of a cycle.
    cycle: M, N
    A change reaches 39 % of all pairs.
    ");
}

#[test]
fn nothing_gives_an_empty_matrix_that_says_so() {
    let empty = matrix("");
    assert!(empty.order.is_empty() && empty.in_words().starts_with("Nothing to show"));
}

proptest! {
    #[test]
    fn every_dependency_has_its_cell_and_only_cycles_go_back(board in any_board()) {
        let graph = project(&board, &derive(&board), View::Services);
        let matrix = Matrix::of(&graph);
        prop_assert_eq!(matrix.order.len(), graph.node_count());
        prop_assert_eq!(matrix.cells.len(), graph.edge_count());
        for ((row, column), cell) in &matrix.cells {
            let edge = graph.find_edge(matrix.order[*row], matrix.order[*column]).unwrap();
            prop_assert_eq!(&graph[edge].messages, &cell.messages);
            prop_assert!(row < column || cell.in_cycle);
            let together = matrix.blocks.iter().any(|b| b.rows.contains(row) && b.rows.contains(column));
            prop_assert_eq!(cell.in_cycle, together);
        }
        // The share reached, counted by walking from each node.
        let mut pairs = 0;
        for start in graph.node_indices() {
            let mut walk = petgraph::visit::Dfs::new(&graph, start);
            while walk.next(&graph).is_some() {
                pairs += 1;
            }
        }
        let n = graph.node_count();
        let share = if n == 0 { 0.0 } else { f64::from(pairs) / (n * n) as f64 };
        prop_assert!((matrix.reached - share).abs() < 1e-12);
        prop_assert_eq!(matrix.in_words(), Matrix::of(&graph).in_words());
    }
}
