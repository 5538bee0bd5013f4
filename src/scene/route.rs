//! Routing: which edges a link joins, where along them, and how it bends.

use super::Curve;
use crate::board::{Point, Rect};

/// Links that share an edge of a sticky stand this far apart where there is room, in world units.
const APART: f32 = 18.0;
/// Links end this far from the sticky they point at.
const CLEAR: f32 = 2.0;

/// An edge of a sticky.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

impl Side {
    const fn is_upright(self) -> bool {
        matches!(self, Self::Left | Self::Right)
    }

    const fn outward(self) -> (f32, f32) {
        match self {
            Self::Left => (-1.0, 0.0),
            Self::Right => (1.0, 0.0),
            Self::Top => (0.0, -1.0),
            Self::Bottom => (0.0, 1.0),
        }
    }

    fn point(self, rect: Rect, along: f32) -> Point {
        match self {
            Self::Left => Point::new(rect.min.x, along),
            Self::Right => Point::new(rect.max.x, along),
            Self::Top => Point::new(along, rect.min.y),
            Self::Bottom => Point::new(along, rect.max.y),
        }
    }

    /// The range of this edge along which links may end.
    fn range(self, rect: Rect) -> (f32, f32) {
        let (low, high) = if self.is_upright() { (rect.min.y, rect.max.y) } else { (rect.min.x, rect.max.x) };
        let inset = ((high - low) * 0.2).min(12.0);
        (low + inset, high - inset)
    }
}

/// One end of a link on an edge.
struct End {
    sticky: u32,
    side: Side,
    /// The middle of the other sticky along this edge: links are sorted by it so that they do not cross.
    towards: f32,
    link: usize,
    is_end: bool,
    along: f32,
    alone: bool,
}

/// The courses of links, each given by the positions of its two ends. Links that share an edge keep apart, so all the
/// links at a sticky have to be given together.
pub(super) fn curves(links: &[(u32, u32)], rect: impl Fn(u32) -> Rect) -> Vec<Curve> {
    let mut ends = Vec::with_capacity(links.len() * 2);
    for (link, (from, to)) in links.iter().enumerate() {
        let (out, into) = sides(rect(*from), rect(*to));
        for (sticky, side, other, is_end) in [(*from, out, *to, false), (*to, into, *from, true)] {
            let middle = rect(other).center();
            let towards = if side.is_upright() { middle.y } else { middle.x };
            ends.push(End { sticky, side, towards, link, is_end, along: 0.0, alone: true });
        }
    }
    spread(&mut ends, &rect);
    let mut placed: Vec<[(Side, f32, bool); 2]> = vec![[(Side::Right, 0.0, true); 2]; links.len()];
    for end in &ends {
        placed[end.link][usize::from(end.is_end)] = (end.side, end.along, end.alone);
    }
    let placed = links.iter().zip(placed);
    placed.map(|((from, to), [start, end])| course(rect(*from), start, rect(*to), end)).collect()
}

/// The edges that face each other: the pair with the wider gap between the two stickies.
fn sides(from: Rect, to: Rect) -> (Side, Side) {
    let across = (to.min.x - from.max.x).max(from.min.x - to.max.x);
    let down = (to.min.y - from.max.y).max(from.min.y - to.max.y);
    let (a, b) = (from.center(), to.center());
    if across >= down {
        if b.x >= a.x { (Side::Right, Side::Left) } else { (Side::Left, Side::Right) }
    } else if b.y >= a.y {
        (Side::Bottom, Side::Top)
    } else {
        (Side::Top, Side::Bottom)
    }
}

/// Gives links that share an edge places of their own along it.
fn spread(ends: &mut [End], rect: &impl Fn(u32) -> Rect) {
    ends.sort_by(|a, b| {
        (a.sticky, a.side)
            .cmp(&(b.sticky, b.side))
            .then(a.towards.total_cmp(&b.towards))
            .then(a.link.cmp(&b.link))
    });
    for group in ends.chunk_by_mut(|a, b| a.sticky == b.sticky && a.side == b.side) {
        let (low, high) = group[0].side.range(rect(group[0].sticky));
        let middle = f32::midpoint(low, high);
        let gaps = u16::try_from(group.len() - 1).unwrap_or(u16::MAX);
        let step = if gaps == 0 { 0.0 } else { APART.min((high - low) / f32::from(gaps)) };
        let alone = gaps == 0;
        for (end, i) in group.iter_mut().zip(0u16..) {
            end.along = middle + (f32::from(i) - f32::from(gaps) / 2.0) * step;
            end.alone = alone;
        }
    }
}

/// The curve from one edge to another.
fn course(from: Rect, start: (Side, f32, bool), to: Rect, end: (Side, f32, bool)) -> Curve {
    let (out, mut start_along, start_alone) = start;
    let (into, mut end_along, end_alone) = end;
    // A link that can run straight does: the end with an edge to itself follows the other.
    let ((from_low, from_high), (to_low, to_high)) = (out.range(from), into.range(to));
    if end_alone && (to_low..=to_high).contains(&start_along) {
        end_along = start_along;
    } else if start_alone && (from_low..=from_high).contains(&end_along) {
        start_along = end_along;
    }
    let a = out.point(from, start_along);
    let (nx, ny) = into.outward();
    let b = into.point(to, end_along).moved(nx * CLEAR, ny * CLEAR);
    if (start_along - end_along).abs() < 0.5 {
        return Curve::straight(a, b);
    }
    let gap = if out.is_upright() { (b.x - a.x).abs() } else { (b.y - a.y).abs() };
    let reach = (gap * 0.5).max((a.distance(b) * 0.25).min(60.0));
    let (ox, oy) = out.outward();
    Curve { points: [a, a.moved(ox * reach, oy * reach), b.moved(nx * reach, ny * reach), b] }
}
