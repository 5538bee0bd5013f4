//! What lies above what: bringing stickies to the front and sending them to the back.

use std::collections::BTreeSet;

use crate::board::{Board, Record, Sticky, StickyId, order};

/// The stickies with new layers so that the chosen ones lie above, or below, all others. Among themselves they stay as
/// they are, and so do the others.
#[must_use]
pub fn restacked(board: &Board, chosen: &BTreeSet<StickyId>, front: bool) -> Vec<Record> {
    let (mut moving, mut others): (Vec<_>, Vec<_>) = board
        .stickies
        .iter()
        .map(|(id, sticky)| (sticky.layer.as_str(), *id))
        .partition(|(_, id)| chosen.contains(id));
    if moving.is_empty() || others.is_empty() {
        return Vec::new();
    }
    moving.sort_unstable();
    others.sort_unstable();
    let (mut low, high) = if front {
        (others.last().map_or("", |(layer, _)| layer).to_owned(), "")
    } else {
        // Nothing sorts below an empty layer: what is at the very back already moves up.
        moving.extend(others.iter().filter(|(layer, _)| layer.is_empty()));
        let next = others.iter().map(|(layer, _)| *layer).find(|layer| !layer.is_empty());
        (String::new(), next.unwrap_or(""))
    };
    moving
        .into_iter()
        .map(|(_, id)| {
            low = order::between(&low, high);
            Record::Sticky(id, Box::new(Sticky { layer: low.clone(), ..board.stickies[&id].clone() }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::board::Id;
    use crate::edit::Intent;

    /// Ids from back to front.
    fn stack(board: &Board) -> Vec<u32> {
        let mut stack: Vec<_> = board.stickies.iter().map(|(id, sticky)| (&sticky.layer, *id)).collect();
        stack.sort();
        stack.into_iter().map(|(_, id)| id.0.counter).collect()
    }

    proptest! {
        #[test]
        fn what_is_brought_forward_lies_on_top_and_the_rest_stays_in_order(
            layers in prop::collection::vec("[1-9a-z]{0,2}", 1..9),
            turns in prop::collection::vec((prop::collection::btree_set(0u32..9, 0..5), any::<bool>()), 1..5),
        ) {
            let mut board = Board::default();
            for (layer, n) in layers.into_iter().zip(0..) {
                board.stickies.insert(StickyId(Id::new(0, n)), Sticky { layer, ..Sticky::default() });
            }
            for (chosen, front) in turns {
                let before = stack(&board);
                let ids = chosen.iter().map(|n| StickyId(Id::new(0, *n))).collect();
                let records = restacked(&board, &ids, front);
                let change = Intent::Change { label: String::new(), records };
                let edit = change.plan(&board, &mut board.id_gen(1)).unwrap();
                crate::edit::apply(&mut board, &edit.ops).unwrap();
                let (moved, rest): (Vec<u32>, Vec<u32>) = before.iter().partition(|n| chosen.contains(n));
                let expected = if front { [rest, moved].concat() } else { [moved, rest].concat() };
                prop_assert_eq!(stack(&board), expected);
            }
        }
    }
}
