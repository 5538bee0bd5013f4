//! Links proposed from the layout: what people mean when they place stickies next to each other without arrows.
//!
//! In EventStorming a story reads from left to right: actor, command, service, event, policy, command. Each pair of
//! stickies that the grammar lets follow each other is weighed by the signs in [`signs`]: near or far, in line, to the
//! right or below, in plain sight, and how many others are nearer. Whatever still needs a cause (a
//! command its sender, an event its publisher, a service its trigger) or an effect speaks for a pair as well. The
//! likeliest pair is joined first, and what is joined needs no more.

pub mod signs;
mod weights;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use signs::{Pair, Part, SIGNS};
pub use weights::WEIGHTS;

use crate::board::notation::words;
use crate::board::{Board, StickyId, StickyKind};

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

/// What each sign is worth, in the order of [`signs::SIGNS`].
pub type Weights = [f32; SIGNS.len()];

/// What a sticky without a cause speaks for one.
const NO_CAUSE: f32 = 3.0;
/// What a second cause speaks against itself.
const ANOTHER: f32 = 2.0;

/// What a sticky without an effect speaks for one.
const fn no_effect(kind: StickyKind) -> f32 {
    match kind {
        StickyKind::Command
        | StickyKind::Query
        | StickyKind::Channel
        | StickyKind::Actor
        | StickyKind::Ui => 1.3,
        StickyKind::Event => 0.8,
        _ => 0.0,
    }
}

/// A pair in the queue, by what it was worth when it was put there.
struct Waiting {
    worth: f32,
    pair: usize,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.worth.total_cmp(&other.worth).then(other.pair.cmp(&self.pair))
    }
}

/// What is joined so far.
#[derive(Default)]
struct Joined {
    causes: BTreeMap<StickyId, usize>,
    effects: BTreeMap<StickyId, usize>,
    pairs: BTreeSet<(StickyId, StickyId)>,
}

impl Joined {
    fn join(&mut self, from: StickyId, to: StickyId) {
        *self.effects.entry(from).or_default() += 1;
        *self.causes.entry(to).or_default() += 1;
        self.pairs.insert((from, to));
    }

    /// What joining two stickies is worth now; nothing when the grammar or what is joined forbids it.
    fn worth(&self, from: &Part<'_>, to: &Part<'_>, signs: f32) -> f32 {
        if self.pairs.contains(&(from.id, to.id)) || self.pairs.contains(&(to.id, from.id)) {
            return 0.0;
        }
        let (effects, causes) = (self.effects.contains_key(&from.id), self.causes.contains_key(&to.id));
        let once = |kind| matches!(kind, StickyKind::Command | StickyKind::Query);
        // A command has one sender and one handler, and so has a query.
        if once(from.sticky.kind) && effects || once(to.sticky.kind) && causes {
            return 0.0;
        }
        let cause = match to.sticky.kind {
            _ if !causes => NO_CAUSE,
            StickyKind::Channel => 0.0,
            _ => -ANOTHER,
        };
        signs + cause + if effects { 0.0 } else { no_effect(from.sticky.kind) }
    }
}

/// The links the layout proposes and the board does not have, from left to right.
#[must_use]
pub fn proposals(board: &Board) -> Vec<Proposal> {
    weighed(board, &WEIGHTS)
}

/// The same, with the signs weighed in another way.
#[must_use]
pub fn weighed(board: &Board, weights: &Weights) -> Vec<Proposal> {
    let parts = signs::parts(board);
    let pairs = signs::pairs(&parts);
    let sums: Vec<f32> = pairs
        .iter()
        .map(|pair| pair.signs.iter().zip(weights).map(|(sign, weight)| sign * weight).sum())
        .collect();
    let mut joined = Joined::default();
    for link in board.links.values().filter(|link| board.link_meaning(link).is_some()) {
        joined.join(link.from, link.to);
    }
    let worth = |joined: &Joined, i: usize| {
        let pair: &Pair = &pairs[i];
        joined.worth(&parts[pair.from], &parts[pair.to], sums[i])
    };
    let mut queue: BinaryHeap<Waiting> =
        (0..pairs.len()).map(|pair| Waiting { worth: worth(&joined, pair), pair }).collect();
    let mut found = Vec::new();
    while let Some(Waiting { worth: before, pair: i }) = queue.pop() {
        let now = worth(&joined, i);
        if now <= 0.0 {
            continue;
        }
        // What was joined meanwhile may have made it worth less; then it waits for its turn.
        if now < before {
            queue.push(Waiting { worth: now, pair: i });
            continue;
        }
        let (from, to) = (&parts[pairs[i].from], &parts[pairs[i].to]);
        joined.join(from.id, to.id);
        let reason = reason(from, to, &pairs[i]);
        found.push((from.rect.min, Proposal { from: from.id, to: to.id, reason }));
    }
    found.sort_by(|(a, _), (b, _)| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    found.into_iter().map(|(_, proposal)| proposal).collect()
}

fn reason(from: &Part<'_>, to: &Part<'_>, pair: &Pair) -> String {
    let label = |part: &Part<'_>| {
        format!("{} {}", part.sticky.kind.row().label.to_lowercase(), words(&part.sticky.name))
    };
    let how = pair.stands.words();
    let mut reason = format!("The {} {how} the {}", label(to).trim_end(), label(from).trim_end());
    if pair.alike {
        reason.push_str(", and their names share a word");
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{IdGen, Point, Sticky};
    use crate::view::outline;

    fn board_of(text: &str) -> Board {
        let mut board = Board::default();
        let edit = outline::plan(&board, &mut IdGen::new(0, 0), text, Point::default(), StickyKind::Event);
        crate::edit::apply(&mut board, &edit.ops).unwrap();
        board
    }

    fn proposed(board: &Board) -> BTreeSet<(StickyId, StickyId)> {
        proposals(board).iter().map(|each| (each.from, each.to)).collect()
    }

    #[test]
    fn a_row_without_arrows_gets_them_proposed() {
        let text = "actor: Guest -> Order -> Shop -> Ordered -> policy: Cook it -> Cook -> Kitchen -> Cooked";
        let mut board = board_of(text);
        let drawn: BTreeSet<_> = board.links.values().map(|link| (link.from, link.to)).collect();
        assert!(proposals(&board).is_empty(), "what is drawn is not proposed");
        board.links.clear();
        assert_eq!(proposed(&board), drawn);
        let first = &proposals(&board)[0];
        assert_eq!(first.reason, "The command Order stands right of the actor Guest");
    }

    #[test]
    fn several_consumers_of_one_event_are_proposed() {
        let mut board = board_of("event: Ordered");
        for (n, y) in [(10, -120.0), (11, 0.0), (12, 120.0)] {
            let sticky = Sticky {
                kind: StickyKind::Policy,
                name: format!("Do {n}"),
                at: Point::new(152.0, y),
                ..Sticky::default()
            };
            board.stickies.insert(StickyId(crate::board::Id::new(0, n)), sticky);
        }
        assert_eq!(proposed(&board).len(), 3);
    }

    #[test]
    fn what_is_linked_needs_nothing_more() {
        let board = board_of("actor: Guest -> Order -> Shop -> Ordered\nservice: Other");
        assert!(proposals(&board).is_empty(), "{:?}", proposals(&board));
    }

    #[test]
    fn what_stands_apart_is_left_alone() {
        let board = board_of("Ordered\nCooked\nDelivered");
        assert!(proposals(&board).is_empty(), "events in a row are a timeline, not a chain");
    }
}
