//! A board with each definition once: the picture of its topology, made of the board's own stickies and links, so that
//! what moves on the one moves on the other.

use std::collections::BTreeMap;

use crate::board::{Board, Key, Link, LinkId, Point, Sticky, StickyId, StickyKind};
use crate::topology::layered::{Graph, Node, Options, layout};

/// The picture, and where each link of the board is on it.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// One sticky for each definition, under the id of the first sticky that shows it, laid out by cause and effect.
    pub board: Board,
    /// The link that stands for each link of the board.
    pub links: BTreeMap<LinkId, LinkId>,
    /// The sticky that stands for each sticky of the board.
    pub stickies: BTreeMap<StickyId, StickyId>,
}

/// What two stickies share when they are one in the picture.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Same {
    Definition(Key),
    /// Policies, actors and the like have no definition: their kind and name must do.
    Named(StickyKind, String),
    Itself(StickyId),
}

fn same(id: StickyId, sticky: &Sticky) -> Same {
    match Board::definition_key(sticky) {
        Some(key) => Same::Definition(key),
        None if sticky.name.is_empty() => Same::Itself(id),
        None => Same::Named(sticky.kind, sticky.name.clone()),
    }
}

/// Merges the stickies of each definition. What is in no link is left out.
pub fn merge(board: &Board) -> Merged {
    let mut merged = Merged::default();
    let linked = |id: &StickyId| board.links.values().any(|link| link.from == *id || link.to == *id);
    let mut first: BTreeMap<Same, StickyId> = BTreeMap::new();
    for (id, sticky) in board.stickies.iter().filter(|(id, _)| linked(id)) {
        let stands_for = *first.entry(same(*id, sticky)).or_insert(*id);
        merged.stickies.insert(*id, stands_for);
        if stands_for == *id {
            // Every sticky has the size of its kind: a picture of who is connected, not of what was drawn.
            let plain = Sticky { kind: sticky.kind, name: sticky.name.clone(), ..Sticky::default() };
            merged.board.stickies.insert(*id, plain);
        }
    }
    let mut between: BTreeMap<(StickyId, StickyId), LinkId> = BTreeMap::new();
    for (id, link) in &board.links {
        let (Some(from), Some(to)) = (merged.stickies.get(&link.from), merged.stickies.get(&link.to)) else {
            continue;
        };
        let stands_for = *between.entry((*from, *to)).or_insert(*id);
        merged.links.insert(*id, stands_for);
        if stands_for == *id {
            merged.board.links.insert(*id, Link { from: *from, to: *to, mode: link.mode, ..Link::default() });
        }
    }
    // How a call looks is told by its definition.
    (merged.board.commands, merged.board.queries) = (board.commands.clone(), board.queries.clone());
    place(&mut merged.board);
    merged
}

/// Columns by cause and effect, with few crossings.
fn place(board: &mut Board) {
    let places: BTreeMap<StickyId, usize> =
        board.stickies.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let nodes = board.stickies.values().map(|sticky| {
        let size = sticky.size();
        Node { width: size.w, height: size.h, ..Node::default() }
    });
    let edges =
        board.links.values().filter_map(|link| Some((*places.get(&link.from)?, *places.get(&link.to)?)));
    let graph = Graph { nodes: nodes.collect(), edges: edges.collect() };
    let drawing = layout(&graph, &Options { layer_gap: 90.0, node_gap: 36.0, ..Options::default() });
    for (sticky, centre) in board.stickies.values_mut().zip(&drawing.positions) {
        let size = sticky.size();
        sticky.at = Point::new(centre.x - size.w / 2.0, centre.y - size.h / 2.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::testing::board;

    #[test]
    fn each_definition_is_there_once_and_every_link_has_its_place() {
        let board = board(
            "Actor:Client -> Command:Buy -> Service:Store -> Event:Bought
             Event:Bought -> Service:Stock -> Event:Reserved
             Event:Reserved -> Service:Store -> Event:Shipped
             Hotspot:Why",
        );
        let merged = merge(&board);
        let mut names: Vec<&str> = merged.board.stickies.values().map(|s| &*s.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["Bought", "Buy", "Client", "Reserved", "Shipped", "Stock", "Store"]);
        assert_eq!((merged.links.len(), merged.board.links.len()), (board.links.len(), board.links.len()));
        for (id, link) in &board.links {
            let shown = &merged.board.links[&merged.links[id]];
            assert_eq!(shown.from, merged.stickies[&link.from]);
            assert_eq!(shown.to, merged.stickies[&link.to]);
        }
        let places: std::collections::BTreeSet<String> =
            merged.board.stickies.values().map(|s| format!("{:?}", s.at)).collect();
        assert_eq!(places.len(), 7);
    }

    #[test]
    fn links_between_the_same_two_are_one() {
        let board = board("Event:A -> Service:S -> Event:B\nEvent:A -> Service:S -> Event:C");
        let merged = merge(&board);
        assert_eq!((merged.board.stickies.len(), merged.board.links.len(), merged.links.len()), (4, 3, 4));
    }
}
