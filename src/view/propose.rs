//! Links proposed from the layout: what people mean when they place stickies next to each other without arrows.
//!
//! In EventStorming a story reads from left to right: actor, command, service, event, policy, command. Whatever needs
//! a cause (a command its sender, an event its publisher, a service its trigger) looks for the likeliest one around it,
//! and whatever needs an effect looks for that: near before far, to the right before below, below before above, in
//! plain sight before behind another sticky, of a like name before a strange one. The pair that helps both sides most
//! is joined first, and what is joined needs no more.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::board::notation::{meaning, words};
use crate::board::{Board, FrameId, Point, Rect, Sticky, StickyId, StickyKind};
use crate::scene::index::Index;

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

/// Nobody looks further than this, in world units.
const NEAR: f32 = 340.0;
/// What a unit of the gap costs.
const GAP: f32 = 0.55;
/// What standing elsewhere than to the right costs.
const BELOW: f32 = 20.0;
const ABOVE: f32 = 70.0;
const LEFT: f32 = 175.0;
/// Above one another, kinds that may be meant either way round are less telling.
const EITHER_WAY: f32 = 35.0;
/// What being out of line costs: this much a unit, up to so many units.
const ASKEW: f32 = 0.5;
const ASKEW_MAX: f32 = 100.0;
/// What a sticky in between costs.
const HIDDEN: f32 = 40.0;
/// What standing in different frames costs.
const APART: f32 = 15.0;
/// A word in common is worth this much.
const ALIKE: f32 = 30.0;
/// Read models seldom publish and ask; channels seldom feed channels.
const SELDOM: f32 = 65.0;
const CHAIN: f32 = 190.0;
/// What a second cause costs anything but a channel.
const ANOTHER: f32 = 55.0;
/// Stickies overlap by no more than this and still count as beside each other.
const OVERLAP: f32 = 8.0;

/// What a cause is worth to a sticky that has none.
const fn wants_cause(kind: StickyKind) -> f32 {
    match kind {
        StickyKind::Query => 180.0,
        StickyKind::Event => 190.0,
        StickyKind::Channel => 110.0,
        _ => 220.0,
    }
}

/// What an effect is worth to a sticky that has none.
const fn wants_effect(kind: StickyKind) -> f32 {
    match kind {
        StickyKind::Command | StickyKind::Query => 160.0,
        StickyKind::Channel => 275.0,
        StickyKind::Actor | StickyKind::Ui => 105.0,
        StickyKind::Event => 55.0,
        _ => 20.0,
    }
}

/// A sticky that takes part in the flow.
struct Part<'a> {
    id: StickyId,
    sticky: &'a Sticky,
    rect: Rect,
    frame: Option<FrameId>,
    stems: Vec<String>,
}

/// Two stickies that may be joined.
struct Pair {
    from: usize,
    to: usize,
    cost: f32,
    how: &'static str,
    alike: Option<usize>,
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
    fn worth(&self, from: &Part<'_>, to: &Part<'_>, cost: f32) -> f32 {
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
            kind if !causes => wants_cause(kind),
            StickyKind::Channel => 0.0,
            _ => -ANOTHER,
        };
        cause + if effects { 0.0 } else { wants_effect(from.sticky.kind) } - cost
    }
}

/// The links the layout proposes and the board does not have, from left to right.
#[must_use]
pub fn proposals(board: &Board) -> Vec<Proposal> {
    let parts = parts(board);
    let index = Index::of(parts.iter().map(|part| part.rect));
    let pairs = pairs(&parts, &index);
    let mut joined = Joined::default();
    for link in board.links.values().filter(|link| board.link_meaning(link).is_some()) {
        joined.join(link.from, link.to);
    }
    let worth = |joined: &Joined, pair: &Pair| joined.worth(&parts[pair.from], &parts[pair.to], pair.cost);
    let mut queue: BinaryHeap<Waiting> =
        pairs.iter().enumerate().map(|(i, pair)| Waiting { worth: worth(&joined, pair), pair: i }).collect();
    let mut found = Vec::new();
    while let Some(Waiting { worth: before, pair: i }) = queue.pop() {
        let pair = &pairs[i];
        let now = worth(&joined, pair);
        if now <= 0.0 {
            continue;
        }
        // What was joined meanwhile may have made it worth less; then it waits for its turn.
        if now < before {
            queue.push(Waiting { worth: now, pair: i });
            continue;
        }
        let (from, to) = (&parts[pair.from], &parts[pair.to]);
        joined.join(from.id, to.id);
        found.push((from.rect.min, Proposal { from: from.id, to: to.id, reason: reason(from, to, pair) }));
    }
    found.sort_by(|(a, _), (b, _)| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    found.into_iter().map(|(_, proposal)| proposal).collect()
}

fn parts(board: &Board) -> Vec<Part<'_>> {
    let takes_part = |kind: StickyKind| {
        kind.is_message()
            || kind.is_reaction()
            || matches!(kind, StickyKind::Actor | StickyKind::Ui | StickyKind::Channel)
    };
    let parts = board.stickies.iter().filter(|(_, sticky)| takes_part(sticky.kind));
    parts
        .map(|(id, sticky)| Part {
            id: *id,
            sticky,
            rect: sticky.rect(),
            frame: board.frame_of(sticky).map(|(id, _)| id),
            stems: stems(&sticky.name),
        })
        .collect()
}

/// The beginnings of the longer words of a name: `BalanceDeducted` and `balance-commands` share one.
fn stems(name: &str) -> Vec<String> {
    let words = words(name).to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    words.map(|word| word.chars().take(5).collect()).collect()
}

/// Every pair near enough whose kinds may follow each other.
fn pairs(parts: &[Part<'_>], index: &Index) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (from, start) in parts.iter().enumerate() {
        for to in index.query(start.rect.expanded(NEAR)) {
            let to = to as usize;
            let end = &parts[to];
            if to != from && meaning(start.sticky.kind, end.sticky.kind).is_some() {
                pairs.extend(pair(parts, index, from, to));
            }
        }
    }
    pairs
}

fn pair(parts: &[Part<'_>], index: &Index, from: usize, to: usize) -> Option<Pair> {
    let (start, end) = (&parts[from], &parts[to]);
    let (a, b) = (start.rect, end.rect);
    let across = (b.min.x - a.max.x).max(a.min.x - b.max.x);
    let down = (b.min.y - a.max.y).max(a.min.y - b.max.y);
    let gap = across.max(0.0).hypot(down.max(0.0));
    if across.max(down) < -OVERLAP || gap > NEAR {
        return None;
    }
    let (here, there) = (a.center(), b.center());
    let (dx, dy) = (there.x - here.x, there.y - here.y);
    let beside = across >= down;
    let (how, elsewhere) = match (beside, dx > 0.0, dy > 0.0) {
        (true, true, _) => ("stands right of", 0.0),
        (true, false, _) => ("stands left of", LEFT),
        (false, _, true) => ("stands below", BELOW),
        (false, _, false) => ("stands above", ABOVE),
    };
    let mut cost = gap * GAP + elsewhere + ASKEW * if beside { dy } else { dx }.abs().min(ASKEW_MAX);
    if !beside && meaning(end.sticky.kind, start.sticky.kind).is_some() {
        cost += EITHER_WAY;
    }
    if start.sticky.kind == StickyKind::ReadModel {
        cost += SELDOM;
    }
    if start.sticky.kind == StickyKind::Channel && end.sticky.kind == StickyKind::Channel {
        cost += CHAIN;
    }
    if start.frame != end.frame {
        cost += APART;
    }
    let alike = start.stems.iter().position(|stem| end.stems.contains(stem));
    if alike.is_some() {
        cost -= ALIKE;
    }
    if is_hidden(parts, index, from, to) {
        cost += HIDDEN;
    }
    Some(Pair { from, to, cost, how, alike })
}

/// True when another sticky lies on the straight line between two.
fn is_hidden(parts: &[Part<'_>], index: &Index, from: usize, to: usize) -> bool {
    let (a, b) = (parts[from].rect.center(), parts[to].rect.center());
    let between = index.query(Rect::spanned(a, b)).into_iter().map(|i| i as usize);
    between.filter(|i| *i != from && *i != to).any(|i| crosses(parts[i].rect.expanded(-OVERLAP), a, b))
}

/// True when a line between two points passes through a rectangle.
fn crosses(rect: Rect, a: Point, b: Point) -> bool {
    let (mut enters, mut leaves) = (0.0f32, 1.0f32);
    for (from, way, low, high) in
        [(a.x, b.x - a.x, rect.min.x, rect.max.x), (a.y, b.y - a.y, rect.min.y, rect.max.y)]
    {
        if way.abs() < 1e-6 {
            if from <= low || from >= high {
                return false;
            }
        } else {
            let (first, last) = ((low - from) / way, (high - from) / way);
            enters = enters.max(first.min(last));
            leaves = leaves.min(first.max(last));
        }
    }
    enters < leaves
}

fn reason(from: &Part<'_>, to: &Part<'_>, pair: &Pair) -> String {
    let label = |part: &Part<'_>| {
        format!("{} {}", part.sticky.kind.row().label.to_lowercase(), words(&part.sticky.name))
    };
    let mut reason = format!("The {} {} the {}", label(to).trim_end(), pair.how, label(from).trim_end());
    if pair.alike.is_some() {
        reason.push_str(", and their names share a word");
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::IdGen;
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

    #[test]
    fn a_line_through_a_sticky_is_seen() {
        let rect = Rect { min: Point::new(10.0, 10.0), max: Point::new(20.0, 20.0) };
        assert!(crosses(rect, Point::new(0.0, 15.0), Point::new(30.0, 15.0)));
        assert!(crosses(rect, Point::new(0.0, 0.0), Point::new(30.0, 30.0)));
        assert!(!crosses(rect, Point::new(0.0, 25.0), Point::new(30.0, 25.0)));
        assert!(!crosses(rect, Point::new(0.0, 15.0), Point::new(5.0, 15.0)));
    }
}
