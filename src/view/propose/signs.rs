//! The signs that two stickies belong together: what can be seen of a pair without knowing any link.

use crate::board::notation::{meaning, words};
use crate::board::{Board, Point, Rect, Sticky, StickyId, StickyKind};
use crate::scene::index::Index;

/// Nobody looks further than this, in world units.
const NEAR: f32 = 340.0;
/// Stickies overlap by no more than this and still count as beside each other.
const OVERLAP: f32 = 8.0;
/// Out of line by less than this is in line.
const IN_LINE: f32 = 10.0;

/// Every sign, in a few words. The last of them tell the kinds apart: some may follow each other and seldom do.
pub const SIGNS: [&str; 40] = [
    "always",
    "gap, in hundreds",
    "out of line, in hundreds up to 150",
    "to the left",
    "below",
    "above",
    "stickies in between, up to 3",
    "one above the other, and either way round",
    "the start's nearest of its kind",
    "the end's nearest of its kind",
    "the start's second nearest of its kind",
    "the end's second nearest of its kind",
    "the start's nearest",
    "the end's nearest",
    "the start's second nearest",
    "the end's second nearest",
    "beside and in line",
    "one above the other and in line",
    "nearer to the start than the next of its kind, in hundreds",
    "nearer to the end than the next of its kind, in hundreds",
    "person and command",
    "person and query",
    "command and reaction",
    "command and channel",
    "query and reaction",
    "query and read model",
    "reaction and event",
    "reaction and command",
    "reaction and query",
    "policy and command",
    "policy and query",
    "read model and event",
    "read model and query",
    "event and reaction",
    "event and policy",
    "event and read model",
    "event and channel",
    "channel and reaction, policy or read model",
    "channel and channel",
    "another pair",
];
/// The place of the first sign that tells kinds apart.
const KINDS: usize = 20;

/// A sticky that takes part in the flow.
pub(super) struct Part<'a> {
    pub(super) id: StickyId,
    pub(super) sticky: &'a Sticky,
    pub(super) rect: Rect,
    stems: Vec<String>,
}

/// Where the end stands, seen from the start.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Right,
    Left,
    Below,
    Above,
}

impl Stands {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Right => "stands right of",
            Self::Left => "stands left of",
            Self::Below => "stands below",
            Self::Above => "stands above",
        }
    }
}

/// Two stickies that may be joined.
pub(super) struct Pair {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) stands: Stands,
    pub(super) alike: bool,
    pub(super) signs: [f32; SIGNS.len()],
    /// How far apart they look: what the nearest is told by.
    apart: f32,
    kinds: (Group, Group),
}

/// Kinds that behave alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Person,
    Command,
    Query,
    Reaction,
    Policy,
    ReadModel,
    Event,
    Channel,
}

fn group(kind: StickyKind) -> Option<Group> {
    Some(match kind {
        StickyKind::Actor | StickyKind::Ui => Group::Person,
        StickyKind::Command => Group::Command,
        StickyKind::Query => Group::Query,
        StickyKind::Service | StickyKind::Aggregate | StickyKind::External => Group::Reaction,
        StickyKind::Policy => Group::Policy,
        StickyKind::ReadModel => Group::ReadModel,
        StickyKind::Event => Group::Event,
        StickyKind::Channel => Group::Channel,
        _ => return None,
    })
}

/// The place of the sign of two kinds.
const fn sign_of(from: Group, to: Group) -> usize {
    use Group::{Channel, Command, Event, Person, Policy, Query, Reaction, ReadModel};
    KINDS
        + match (from, to) {
            (Person, Command) => 0,
            (Person, Query) => 1,
            (Command, Reaction) => 2,
            (Command, Channel) => 3,
            (Query, Reaction) => 4,
            (Query, ReadModel) => 5,
            (Reaction, Event) => 6,
            (Reaction, Command) => 7,
            (Reaction, Query) => 8,
            (Policy, Command) => 9,
            (Policy, Query) => 10,
            (ReadModel, Event) => 11,
            (ReadModel, Query) => 12,
            (Event, Reaction) => 13,
            (Event, Policy) => 14,
            (Event, ReadModel) => 15,
            (Event, Channel) => 16,
            (Channel, Reaction | Policy | ReadModel) => 17,
            (Channel, Channel) => 18,
            _ => 19,
        }
}

/// The signs of every pair near enough whose kinds may follow each other, by the two ends.
#[must_use]
pub fn of(board: &Board) -> Vec<(StickyId, StickyId, [f32; SIGNS.len()])> {
    let parts = parts(board);
    pairs(&parts).into_iter().map(|pair| (parts[pair.from].id, parts[pair.to].id, pair.signs)).collect()
}

pub(super) fn parts(board: &Board) -> Vec<Part<'_>> {
    let parts = board.stickies.iter().filter(|(_, sticky)| group(sticky.kind).is_some());
    parts
        .map(|(id, sticky)| Part { id: *id, sticky, rect: sticky.rect(), stems: stems(&sticky.name) })
        .collect()
}

/// The beginnings of the longer words of a name: `BalanceDeducted` and `balance-commands` share one.
fn stems(name: &str) -> Vec<String> {
    let words = words(name).to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    words.map(|word| word.chars().take(5).collect()).collect()
}

/// Every pair near enough whose kinds may follow each other.
pub(super) fn pairs(parts: &[Part<'_>]) -> Vec<Pair> {
    let index = Index::of(parts.iter().map(|part| part.rect));
    let mut pairs = Vec::new();
    for (from, start) in parts.iter().enumerate() {
        for to in index.query(start.rect.expanded(NEAR)) {
            let to = to as usize;
            if to != from && meaning(start.sticky.kind, parts[to].sticky.kind).is_some() {
                pairs.extend(pair(parts, &index, from, to));
            }
        }
    }
    rank(&mut pairs);
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
    let askew = if beside { dy } else { dx }.abs();
    let (stands, elsewhere) = match (beside, dx > 0.0, dy > 0.0) {
        (true, true, _) => (Stands::Right, 0.0),
        (true, false, _) => (Stands::Left, 150.0),
        (false, _, true) => (Stands::Below, 30.0),
        (false, _, false) => (Stands::Above, 60.0),
    };
    let between = between(parts, index, from, to);
    let alike = start.stems.iter().any(|stem| end.stems.contains(stem));
    let either_way = !beside && meaning(end.sticky.kind, start.sticky.kind).is_some();
    let kinds = (group(start.sticky.kind)?, group(end.sticky.kind)?);
    let yes = |sign: bool| f32::from(u8::from(sign));
    let mut signs = [0.0; SIGNS.len()];
    signs[..8].copy_from_slice(&[
        1.0,
        gap / 100.0,
        askew.min(150.0) / 100.0,
        yes(stands == Stands::Left),
        yes(stands == Stands::Below),
        yes(stands == Stands::Above),
        f32::from(between.min(3)),
        yes(either_way),
    ]);
    signs[16] = yes(beside && askew < IN_LINE);
    signs[17] = yes(!beside && askew < IN_LINE);
    signs[sign_of(kinds.0, kinds.1)] = 1.0;
    let apart = gap + 0.6 * askew.min(120.0) + elsewhere + 40.0 * yes(between > 0) - 30.0 * yes(alike);
    Some(Pair { from, to, stands, alike, signs, apart, kinds })
}

/// Adds the signs that tell how many others are nearer, seen from either end.
fn rank(pairs: &mut [Pair]) {
    // The sign for the nearest and the second nearest of its kind, how much nearer, the nearest and second of all.
    for (at_start, [first, second, margin, any_first, any_second]) in
        [(true, [8, 10, 18, 12, 14]), (false, [9, 11, 19, 13, 15])]
    {
        let end = |pair: &Pair| if at_start { pair.from } else { pair.to };
        let kind = |pair: &Pair| if at_start { pair.kinds.1 } else { pair.kinds.0 };
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        let nearer =
            |pairs: &[Pair], a: usize, b: usize| pairs[a].apart.total_cmp(&pairs[b].apart).then(a.cmp(&b));
        order.sort_by(|a, b| {
            (end(&pairs[*a]), kind(&pairs[*a]))
                .cmp(&(end(&pairs[*b]), kind(&pairs[*b])))
                .then(nearer(pairs, *a, *b))
        });
        let same =
            |a: &usize, b: &usize| end(&pairs[*a]) == end(&pairs[*b]) && kind(&pairs[*a]) == kind(&pairs[*b]);
        let groups: Vec<Vec<usize>> = order.chunk_by(same).map(<[usize]>::to_vec).collect();
        for group in groups {
            let nearest = pairs[group[0]].apart;
            let lead = group.get(1).map_or(200.0, |next| pairs[*next].apart - nearest);
            for (rank, at) in group.iter().enumerate() {
                let pair = &mut pairs[*at];
                let behind = pair.apart - nearest;
                pair.signs[margin] = if rank == 0 { lead.min(150.0) } else { -behind.min(150.0) } / 100.0;
                match rank {
                    0 => pair.signs[first] = 1.0,
                    1 => pair.signs[second] = 1.0,
                    _ => {}
                }
            }
        }
        order.sort_by(|a, b| end(&pairs[*a]).cmp(&end(&pairs[*b])).then(nearer(pairs, *a, *b)));
        let groups: Vec<Vec<usize>> =
            order.chunk_by(|a, b| end(&pairs[*a]) == end(&pairs[*b])).map(<[usize]>::to_vec).collect();
        for group in groups {
            for (at, sign) in group.iter().zip([any_first, any_second]) {
                pairs[*at].signs[sign] = 1.0;
            }
        }
    }
}

/// How many other stickies lie on the straight line between two.
fn between(parts: &[Part<'_>], index: &Index, from: usize, to: usize) -> u8 {
    let (a, b) = (parts[from].rect.center(), parts[to].rect.center());
    let others = index.query(Rect::spanned(a, b)).into_iter().map(|i| i as usize);
    let hide = others.filter(|i| *i != from && *i != to);
    let n = hide.filter(|i| crosses(parts[*i].rect.expanded(-OVERLAP), a, b)).count();
    u8::try_from(n).unwrap_or(u8::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_a_sticky_is_seen() {
        let rect = Rect { min: Point::new(10.0, 10.0), max: Point::new(20.0, 20.0) };
        assert!(crosses(rect, Point::new(0.0, 15.0), Point::new(30.0, 15.0)));
        assert!(crosses(rect, Point::new(0.0, 0.0), Point::new(30.0, 30.0)));
        assert!(!crosses(rect, Point::new(0.0, 25.0), Point::new(30.0, 25.0)));
        assert!(!crosses(rect, Point::new(0.0, 15.0), Point::new(5.0, 15.0)));
    }
}
