//! Links proposed from the layout: what people mean when they place stickies next to each other without arrows.
//!
//! In EventStorming a story reads from left to right: actor, command, service, event, policy, command. Two stickies
//! side by side whose kinds may follow each other are proposed as a link, and so are stickies above one another when
//! their kinds can only be meant one way round.

use std::collections::BTreeSet;

use crate::board::notation::{meaning, words};
use crate::board::{Board, Rect, Sticky, StickyId, StickyKind};

/// A link proposed from the layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Where it would start.
    pub from: StickyId,
    /// Where it would end.
    pub to: StickyId,
    /// Why it is proposed.
    pub reason: String,
}

/// Neighbours stand at most this far apart, in world units.
const NEAR: f32 = 110.0;
/// Neighbours share at least this much of the smaller one's edge.
const SHARED: f32 = 0.4;

/// The links the layout proposes and the board does not have, from left to right.
#[must_use]
pub fn proposals(board: &Board) -> Vec<Proposal> {
    let mut stickies: Vec<(StickyId, &Sticky, Rect)> =
        board.stickies.iter().map(|(id, sticky)| (*id, sticky, sticky.rect())).collect();
    stickies.retain(|(_, sticky, _)| {
        sticky.kind.is_message() || sticky.kind.is_reaction() || is_end(sticky.kind)
    });
    stickies.sort_by(|a, b| a.2.min.x.total_cmp(&b.2.min.x).then(a.0.cmp(&b.0)));
    let linked: BTreeSet<(StickyId, StickyId)> =
        board.links.values().map(|link| (link.from, link.to)).collect();
    let mut found = Vec::new();
    for (i, (id, sticky, rect)) in stickies.iter().enumerate() {
        // To the right: reading order says which way round.
        let right = nearest(&stickies, i, |other| {
            (other.min.x - rect.max.x, shared(rect.min.y, rect.max.y, other.min.y, other.max.y))
        });
        if let Some((other, neighbour)) = right
            && meaning(sticky.kind, neighbour.kind).is_some()
        {
            found.push(proposal(*id, sticky, other, neighbour, "stands right of"));
        }
        // Below: only where the kinds can be meant one way round.
        let below = nearest(&stickies, i, |other| {
            (other.min.y - rect.max.y, shared(rect.min.x, rect.max.x, other.min.x, other.max.x))
        });
        if let Some((other, neighbour)) = below {
            match (meaning(sticky.kind, neighbour.kind), meaning(neighbour.kind, sticky.kind)) {
                (Some(_), None) => found.push(proposal(*id, sticky, other, neighbour, "stands below")),
                (None, Some(_)) => found.push(proposal(other, neighbour, *id, sticky, "stands above")),
                _ => {}
            }
        }
    }
    found.retain(|each| !linked.contains(&(each.from, each.to)) && !linked.contains(&(each.to, each.from)));
    found
}

const fn is_end(kind: StickyKind) -> bool {
    matches!(kind, StickyKind::Actor | StickyKind::Ui | StickyKind::Channel)
}

/// The share of the smaller of two ranges that lies in both.
fn shared(low: f32, high: f32, other_low: f32, other_high: f32) -> f32 {
    let both = high.min(other_high) - low.max(other_low);
    both / (high - low).min(other_high - other_low).max(1.0)
}

/// The nearest neighbour on a side: `measure` answers the gap to another sticky and the share of the edge they share.
fn nearest<'a>(
    stickies: &[(StickyId, &'a Sticky, Rect)],
    own: usize,
    measure: impl Fn(Rect) -> (f32, f32),
) -> Option<(StickyId, &'a Sticky)> {
    let others = stickies.iter().enumerate().filter(|(i, _)| *i != own);
    let near = others.filter_map(|(_, (id, sticky, rect))| {
        let (gap, shared) = measure(*rect);
        ((-8.0..=NEAR).contains(&gap) && shared >= SHARED).then_some((gap, *id, *sticky))
    });
    near.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, id, sticky)| (id, sticky))
}

fn proposal(from: StickyId, start: &Sticky, to: StickyId, end: &Sticky, how: &str) -> Proposal {
    let label =
        |sticky: &Sticky| format!("{} {}", sticky.kind.row().label.to_lowercase(), words(&sticky.name));
    Proposal { from, to, reason: format!("The {} {how} the {}", label(end), label(start)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{IdGen, Point};
    use crate::view::outline;

    #[test]
    fn a_row_without_arrows_gets_them_proposed() {
        let mut board = Board::default();
        let text = "actor: Guest -> Order -> Shop -> Ordered -> policy: Cook it -> Cook -> Kitchen -> Cooked";
        let edit = outline::plan(&board, &mut IdGen::new(0, 0), text, Point::default(), StickyKind::Event);
        crate::edit::apply(&mut board, &edit.ops).unwrap();
        let drawn: BTreeSet<_> = board.links.values().map(|link| (link.from, link.to)).collect();
        assert!(proposals(&board).is_empty(), "what is drawn is not proposed");
        board.links.clear();
        let proposed: BTreeSet<_> = proposals(&board).iter().map(|each| (each.from, each.to)).collect();
        assert_eq!(proposed, drawn);
    }

    #[test]
    fn what_stands_apart_is_left_alone() {
        let mut board = Board::default();
        let edit = outline::plan(
            &board,
            &mut IdGen::new(0, 0),
            "Ordered\nCooked\nDelivered",
            Point::default(),
            StickyKind::Event,
        );
        crate::edit::apply(&mut board, &edit.ops).unwrap();
        assert!(proposals(&board).is_empty(), "events in a row are a timeline, not a chain");
    }
}
