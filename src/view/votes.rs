//! The results of dot voting.

use crate::board::{Board, StickyId};

/// The stickies that have votes, most first; of equals, the one further left, then higher, first.
#[must_use]
pub fn results(board: &Board) -> Vec<(StickyId, u32)> {
    let mut voted: Vec<_> = board.stickies.iter().filter(|(_, sticky)| sticky.votes > 0).collect();
    voted.sort_by(|(a_id, a), (b_id, b)| {
        b.votes
            .cmp(&a.votes)
            .then(a.at.x.total_cmp(&b.at.x))
            .then(a.at.y.total_cmp(&b.at.y))
            .then(a_id.cmp(b_id))
    });
    voted.into_iter().map(|(id, sticky)| (*id, sticky.votes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Id, Point, Sticky};

    #[test]
    fn the_most_voted_comes_first() {
        let mut board = Board::default();
        for (n, votes, x) in [(1, 2, 50.0), (2, 0, 0.0), (3, 5, 90.0), (4, 2, 10.0)] {
            let sticky = Sticky { votes, at: Point::new(x, 0.0), ..Sticky::default() };
            board.stickies.insert(StickyId(Id::new(0, n)), sticky);
        }
        let order: Vec<(u32, u32)> = results(&board).iter().map(|(id, n)| (id.0.counter, *n)).collect();
        assert_eq!(order, [(3, 5), (4, 2), (1, 2)]);
    }
}
