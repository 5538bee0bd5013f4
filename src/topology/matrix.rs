//! The dependency structure matrix of a graph: a row and a column for each node, a mark where the row reaches the column.
//!
//! Systems that share nothing come one after another; within a system the rows go along the flow, so that every mark
//! under the diagonal goes back and is part of a cycle. Nodes of one cycle stand together in a block.
//!
//! Source: D. V. Steward, "The design structure system: a method for managing the design of complex systems", IEEE
//! Transactions on Engineering Management 28 (1981); the share reached is the propagation cost of A. MacCormack,
//! J. Rusnak, C. Y. Baldwin, "Exploring the structure of complex software designs", Management Science 52 (2006).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use serde_json::{Value, json};

use super::graph::Graph;
use super::layered::{Arc, parts, sequence};

/// What goes from a row to a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The messages, by name.
    pub messages: Vec<String>,
    /// The row waits for the column.
    pub synchronous: bool,
    /// Row and column are in one cycle.
    pub in_cycle: bool,
}

/// Nodes that stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The rows.
    pub rows: Range<usize>,
    /// How many steps it stands from where its system begins.
    pub level: usize,
    /// The system it belongs to: blocks of two systems share nothing.
    pub system: usize,
}

impl Block {
    /// Each of its nodes reaches all others.
    #[must_use]
    pub fn is_cycle(&self) -> bool {
        self.rows.len() > 1
    }
}

/// A dependency structure matrix.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// The node of each row, and of the column of the same number.
    pub order: Vec<NodeIndex>,
    /// The names of the rows.
    pub names: Vec<String>,
    /// What is not empty, by row and column.
    pub cells: BTreeMap<(usize, usize), Cell>,
    /// Cycles, and single nodes as blocks of one.
    pub blocks: Vec<Block>,
    /// The share of all pairs where a change of the one can reach the other, each node reaching itself, 0 to 1.
    pub reached: f64,
}

impl Matrix {
    /// The matrix of a graph of services or teams.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let mut components = kosaraju_scc(graph);
        components.reverse();
        let mut home = vec![0; graph.node_count()];
        for (at, members) in components.iter().enumerate() {
            members.iter().for_each(|node| home[node.index()] = at);
        }
        let arcs: Vec<Arc> = graph
            .edge_references()
            .map(|edge| (home[edge.source().index()], home[edge.target().index()]))
            .filter(|(from, to)| from != to)
            .map(|(from, to)| Arc { from, to, weight: 1.0 })
            .collect();
        let level = levels(components.len(), &arcs);
        let first_name = |at: usize| components[at].iter().map(|node| &graph[*node].name).min();
        let mut systems = parts(components.len(), &arcs);
        systems.sort_by_key(|system| {
            let size: usize = system.iter().map(|at| components[*at].len()).sum();
            (std::cmp::Reverse(size), system.iter().filter_map(|at| first_name(*at)).min())
        });
        let mut matrix = Self::default();
        let mut row_of = vec![0; graph.node_count()];
        for (number, mut system) in systems.into_iter().enumerate() {
            // Level by level; within one, below what it gets most from.
            let mut before: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            arcs.iter().for_each(|arc| before.entry(arc.to).or_default().push(arc.from));
            let mut middle: BTreeMap<usize, f64> = BTreeMap::new();
            system.sort_by_key(|at| level[*at]);
            for same in system.chunk_by_mut(|a, b| level[*a] == level[*b]) {
                let wish = |at: &usize| {
                    let from = before.get(at).map_or(&[][..], Vec::as_slice);
                    from.iter().map(|b| middle.get(b).copied().unwrap_or(0.0)).sum::<f64>()
                        / from.len().max(1) as f64
                };
                same.sort_by(|a, b| {
                    wish(a).total_cmp(&wish(b)).then_with(|| first_name(*a).cmp(&first_name(*b)))
                });
                for at in same {
                    let start = matrix.order.len();
                    middle.insert(*at, start as f64);
                    for node in in_sequence(graph, &components[*at]) {
                        row_of[node.index()] = matrix.order.len();
                        matrix.order.push(node);
                        matrix.names.push(graph[node].name.clone());
                    }
                    let rows = start..matrix.order.len();
                    matrix.blocks.push(Block { rows, level: level[*at], system: number });
                }
            }
        }
        for edge in graph.edge_references() {
            let (from, to) = (edge.source().index(), edge.target().index());
            let cell = matrix.cells.entry((row_of[from], row_of[to])).or_default();
            cell.synchronous |= edge.weight().synchronous;
            cell.in_cycle = home[from] == home[to];
            for message in &edge.weight().messages {
                if !cell.messages.contains(message) {
                    cell.messages.push(message.clone());
                }
            }
        }
        matrix.reached = reached(&components, &arcs, graph.node_count());
        matrix
    }

    /// How many cycles there are.
    #[must_use]
    pub fn cycles(&self) -> usize {
        self.blocks.iter().filter(|block| block.is_cycle()).count()
    }

    /// The matrix as text: a number a column, the count of messages in each cell, waiting calls with `!`, marks in a
    /// cycle in brackets.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut out = String::new();
        if self.order.is_empty() {
            out.push_str("Nothing to show: no service exchanges anything yet.\n");
            return out;
        }
        let digits = self.order.len().to_string().len();
        let wide = self.names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let cells: BTreeMap<(usize, usize), String> =
            self.cells.iter().map(|(at, cell)| (*at, cell.in_words())).collect();
        let width = cells.values().map(String::len).max().unwrap_or(1).max(digits) + 1;
        let _ = write!(out, "{:digits$}  {:wide$}", "", "");
        for column in 1..=self.order.len() {
            let _ = write!(out, "{column:>width$}");
        }
        out.push('\n');
        for (row, name) in self.names.iter().enumerate() {
            let _ = write!(out, "{:>digits$}  {name:wide$}", row + 1);
            for column in 0..self.order.len() {
                let own = if row == column { "·" } else { "" };
                let text = cells.get(&(row, column)).map_or(own, String::as_str);
                let _ = write!(out, "{text:>width$}");
            }
            while out.ends_with(' ') {
                out.pop();
            }
            out.push('\n');
        }
        out.push_str(
            "\nA row reaches a column through so many messages; ! waits for it, ( ) is part of a cycle.\n",
        );
        for block in self.blocks.iter().filter(|block| block.is_cycle()) {
            let _ = writeln!(out, "cycle: {}", self.names[block.rows.clone()].join(", "));
        }
        let _ = writeln!(out, "A change reaches {:.0} % of all pairs.", self.reached * 100.0);
        out
    }

    /// The matrix as JSON: rows in order with level, system and cycle; cells by row and column, from 0.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut rows = Vec::new();
        for block in &self.blocks {
            rows.extend(self.names[block.rows.clone()].iter().map(|name| {
                json!({"name": name, "level": block.level, "system": block.system, "cycle": block.is_cycle()})
            }));
        }
        let cells: Vec<Value> = self
            .cells
            .iter()
            .map(|((row, column), cell)| {
                json!({
                    "row": row, "column": column, "messages": cell.messages,
                    "synchronous": cell.synchronous, "cycle": cell.in_cycle,
                })
            })
            .collect();
        json!({"rows": rows, "cells": cells, "reached": self.reached})
    }
}

impl Cell {
    /// The count, `!` for waiting, brackets for a cycle.
    fn in_words(&self) -> String {
        let mark = if self.synchronous { "!" } else { "" };
        let text = format!("{}{mark}", self.messages.len());
        if self.in_cycle { format!("({text})") } else { text }
    }
}

/// The longest way to each component; arcs go from a smaller number to a larger one.
fn levels(n: usize, arcs: &[Arc]) -> Vec<usize> {
    let mut by_start: Vec<&Arc> = arcs.iter().collect();
    by_start.sort_by_key(|arc| (arc.from, arc.to));
    let mut level = vec![0; n];
    for arc in by_start {
        level[arc.to] = level[arc.to].max(level[arc.from] + 1);
    }
    level
}

/// The members of a cycle, with few edges going back.
fn in_sequence(graph: &Graph, members: &[NodeIndex]) -> Vec<NodeIndex> {
    let mut members = members.to_vec();
    members.sort_by(|a, b| graph[*a].cmp(&graph[*b]));
    let place: BTreeMap<NodeIndex, usize> =
        members.iter().enumerate().map(|(at, node)| (*node, at)).collect();
    let arcs: Vec<Arc> = members
        .iter()
        .flat_map(|node| graph.edges(*node))
        .filter_map(|edge| {
            let (from, to) = (place[&edge.source()], *place.get(&edge.target())?);
            (from != to).then_some(Arc { from, to, weight: 1.0 })
        })
        .collect();
    let order = sequence(members.len(), &arcs, None);
    let mut sorted: Vec<usize> = (0..members.len()).collect();
    sorted.sort_by_key(|at| order[*at]);
    sorted.into_iter().map(|at| members[at]).collect()
}

/// The share of pairs reached, component by component from the end of the flow.
fn reached(components: &[Vec<NodeIndex>], arcs: &[Arc], nodes: usize) -> f64 {
    let words = components.len().div_ceil(64);
    let mut reach = vec![vec![0_u64; words]; components.len()];
    let mut from: Vec<Vec<usize>> = vec![Vec::new(); components.len()];
    arcs.iter().for_each(|arc| from[arc.from].push(arc.to));
    let mut pairs = 0;
    for at in (0..components.len()).rev() {
        let mut own = std::mem::take(&mut reach[at]);
        own[at / 64] |= 1 << (at % 64);
        for next in &from[at] {
            for (word, more) in own.iter_mut().zip(&reach[*next]) {
                *word |= more;
            }
        }
        let others = (0..components.len()).filter(|other| own[other / 64] >> (other % 64) & 1 == 1);
        let size: usize = others.map(|other| components[other].len()).sum();
        pairs += size * components[at].len();
        reach[at] = own;
    }
    if nodes == 0 { 0.0 } else { pairs as f64 / (nodes * nodes) as f64 }
}

#[cfg(test)]
mod tests;
