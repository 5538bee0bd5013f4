//! Numbering the narrative: events in the order the story tells them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::board::{Board, StickyId, StickyKind};

/// A number for each event sticky: causes before effects, and among equals what stands further left, then higher, first.
/// So a board without links is told from left to right. Loops are entered at their leftmost sticky.
#[must_use]
pub fn numbers(board: &Board) -> Vec<(StickyId, usize)> {
    let events = board.stickies.iter().filter(|(_, sticky)| sticky.kind == StickyKind::Event);
    let mut causes: BTreeMap<StickyId, usize> = events.map(|(id, _)| (*id, 0)).collect();
    let mut effects: BTreeMap<StickyId, Vec<StickyId>> = BTreeMap::new();
    for link in board.links.values().filter(|link| board.link_meaning(link).is_some()) {
        *causes.entry(link.to).or_default() += 1;
        causes.entry(link.from).or_default();
        effects.entry(link.from).or_default().push(link.to);
    }
    let place =
        |id: &StickyId| board.stickies.get(id).map_or((0.0, 0.0), |sticky| (sticky.at.x, sticky.at.y));
    let by_place = |a: &StickyId, b: &StickyId| {
        let ((ax, ay), (bx, by)) = (place(a), place(b));
        ax.total_cmp(&bx).then(ay.total_cmp(&by)).then(a.cmp(b))
    };
    let mut waiting: Vec<StickyId> = causes.keys().copied().collect();
    waiting.sort_by(by_place);
    let mut told = BTreeSet::new();
    let mut order = Vec::new();
    let starts: Vec<StickyId> = waiting.iter().filter(|id| causes[id] == 0).copied().collect();
    // The leftmost sticky not told yet starts the next thread of the story, those without a cause first.
    for start in starts.into_iter().chain(waiting) {
        let mut queue = VecDeque::from([start]);
        while let Some(id) = queue.pop_front() {
            if !told.insert(id) {
                continue;
            }
            order.push(id);
            let mut next = effects.get(&id).cloned().unwrap_or_default();
            next.sort_by(by_place);
            queue.extend(next);
        }
    }
    let events =
        order.into_iter().filter(|id| board.stickies.get(id).is_some_and(|s| s.kind == StickyKind::Event));
    events.zip(1..).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{IdGen, Point};
    use crate::view::outline;

    #[test]
    fn the_story_is_numbered_along_its_links() {
        let mut board = Board::default();
        let text = "Order -> Shop -> Ordered -> Kitchen -> Cooked -> Rider -> Delivered";
        let edit = outline::plan(&board, &mut IdGen::new(0, 0), text, Point::default(), StickyKind::Event);
        crate::edit::apply(&mut board, &edit.ops).unwrap();
        let told: Vec<(&str, usize)> =
            numbers(&board).into_iter().map(|(id, n)| (board.stickies[&id].name.as_str(), n)).collect();
        assert_eq!(told, [("Ordered", 1), ("Cooked", 2), ("Delivered", 3)]);
    }

    #[test]
    fn a_board_without_links_is_told_from_left_to_right() {
        let mut board = Board::default();
        let mut ids = IdGen::new(0, 0);
        for (name, x, y) in [("Cooked", 300.0, 0.0), ("Ordered", 0.0, 40.0), ("Paid", 150.0, -20.0)] {
            let edit = outline::plan(&board, &mut ids, name, Point::new(x, y), StickyKind::Event);
            crate::edit::apply(&mut board, &edit.ops).unwrap();
        }
        let told: Vec<&str> =
            numbers(&board).iter().map(|(id, _)| board.stickies[id].name.as_str()).collect();
        assert_eq!(told, ["Ordered", "Paid", "Cooked"]);
    }
}
