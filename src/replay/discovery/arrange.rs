//! Puts the stickies of a discovered board where they read well.

use std::collections::BTreeMap;

use crate::board::{Board, Point, StickyId};
use crate::topology::layered::{Graph, Node};
use crate::topology::timeline;

/// Lays the stickies out as a timeline: causes left of effects.
pub(super) fn arrange(board: &mut Board) {
    let places: BTreeMap<StickyId, usize> =
        board.stickies.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let nodes = board.stickies.values().map(|sticky| {
        let size = sticky.size();
        Node { width: size.w, height: size.h, ..Node::default() }
    });
    let edges = board.links.values().filter_map(|l| Some((*places.get(&l.from)?, *places.get(&l.to)?)));
    let graph = Graph { nodes: nodes.collect(), edges: edges.collect() };
    let layout = timeline::layout(&graph, &timeline::board_options());
    for (sticky, centre) in board.stickies.values_mut().zip(&layout.positions) {
        let size = sticky.size();
        // Whole units: the file stays short and the same on every machine.
        sticky.at = Point::new((centre.x - size.w / 2.0).round(), (centre.y - size.h / 2.0).round());
    }
}
