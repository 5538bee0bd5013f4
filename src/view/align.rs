//! Aligning, distributing and snapping rectangles.

use crate::board::{Point, Rect};

/// Which edges or middles come into line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Left edges.
    Left,
    /// Middles, on a vertical line.
    Center,
    /// Right edges.
    Right,
    /// Top edges.
    Top,
    /// Middles, on a level.
    Middle,
    /// Bottom edges.
    Bottom,
}

/// The new top left corners of rectangles brought into line within their common bounds.
#[must_use]
pub fn align(rects: &[Rect], how: Align) -> Vec<Point> {
    let Some(bounds) = rects.iter().copied().reduce(Rect::union) else { return Vec::new() };
    rects
        .iter()
        .map(|rect| {
            let (x, y) = (rect.min.x, rect.min.y);
            match how {
                Align::Left => Point::new(bounds.min.x, y),
                Align::Center => Point::new(bounds.center().x - rect.width() * 0.5, y),
                Align::Right => Point::new(bounds.max.x - rect.width(), y),
                Align::Top => Point::new(x, bounds.min.y),
                Align::Middle => Point::new(x, bounds.center().y - rect.height() * 0.5),
                Align::Bottom => Point::new(x, bounds.max.y - rect.height()),
            }
        })
        .collect()
}

/// The new top left corners of rectangles with equal gaps; the outermost stay.
#[must_use]
pub fn distribute(rects: &[Rect], across: bool) -> Vec<Point> {
    let low = |rect: &Rect| if across { rect.min.x } else { rect.min.y };
    let length = |rect: &Rect| if across { rect.width() } else { rect.height() };
    let mut order: Vec<usize> = (0..rects.len()).collect();
    order.sort_by(|a, b| low(&rects[*a]).total_cmp(&low(&rects[*b])));
    let mut places: Vec<Point> = rects.iter().map(|rect| rect.min).collect();
    let (Some(first), Some(last)) = (order.first(), order.last()) else { return places };
    let room = low(&rects[*last]) + length(&rects[*last]) - low(&rects[*first]);
    let taken: f32 = rects.iter().map(length).sum();
    let gaps = u16::try_from(rects.len().saturating_sub(1)).unwrap_or(u16::MAX).max(1);
    let gap = (room - taken) / f32::from(gaps);
    let mut at = low(&rects[*first]);
    for i in order {
        if across {
            places[i].x = at;
        } else {
            places[i].y = at;
        }
        at += length(&rects[i]) + gap;
    }
    places
}

/// How far to move a rectangle so that it lines up with others nearby, and the lines it then lies on (`true` is a
/// vertical line at x, `false` a level at y).
#[must_use]
pub fn snap(moving: Rect, others: impl Iterator<Item = Rect>, reach: f32) -> (f32, f32, Vec<(bool, f32)>) {
    let lines = |rect: Rect, upright: bool| {
        let middle = rect.center();
        if upright { [rect.min.x, middle.x, rect.max.x] } else { [rect.min.y, middle.y, rect.max.y] }
    };
    let mut best: [Option<(f32, f32)>; 2] = [None, None];
    for other in others {
        for (axis, upright) in [(0, true), (1, false)] {
            let (own, theirs) = (lines(moving, upright), lines(other, upright));
            // Edges line up with edges, middles with middles.
            for (i, j) in [(1, 1), (0, 0), (2, 2), (0, 2), (2, 0)] {
                let offset = theirs[j] - own[i];
                if offset.abs() <= reach
                    && best[axis].is_none_or(|(least, _)| offset.abs() < f32::abs(least) - 0.01)
                {
                    best[axis] = Some((offset, theirs[j]));
                }
            }
        }
    }
    let guides = [(true, best[0]), (false, best[1])];
    let guides = guides.into_iter().filter_map(|(upright, best)| best.map(|(_, at)| (upright, at))).collect();
    (best[0].map_or(0.0, |(offset, _)| offset), best[1].map_or(0.0, |(offset, _)| offset), guides)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::board::Size;

    fn rect(x: f32, y: f32) -> Rect {
        Rect::at(Point::new(x, y), Size::new(100.0, 60.0))
    }

    #[test]
    fn aligning_brings_edges_into_line() {
        let places = align(&[rect(0.0, 0.0), rect(30.0, 200.0)], Align::Right);
        assert_eq!(places, [Point::new(30.0, 0.0), Point::new(30.0, 200.0)]);
        assert!(align(&[], Align::Left).is_empty());
    }

    #[test]
    fn snapping_lines_up_with_a_neighbour() {
        let (dx, dy, guides) = snap(rect(3.0, 304.0), [rect(0.0, 0.0), rect(500.0, 300.0)].into_iter(), 6.0);
        assert_eq!((dx, dy), (-3.0, -4.0));
        assert_eq!(guides.len(), 2);
        assert_eq!(snap(rect(3.0, 4.0), [rect(900.0, 900.0)].into_iter(), 6.0).2, []);
    }

    proptest! {
        #[test]
        fn distributed_gaps_are_equal(xs in prop::collection::vec(-1e3..1e3f32, 3..9)) {
            let rects: Vec<Rect> = xs.iter().map(|x| rect(*x, 0.0)).collect();
            let mut places: Vec<f32> = distribute(&rects, true).iter().map(|p| p.x).collect();
            places.sort_by(f32::total_cmp);
            let gaps: Vec<f32> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
            prop_assert!(gaps.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.5), "{gaps:?}");
        }
    }
}
