//! Sizing by a corner: one thing, or several together.

use super::tool::Corner;
use crate::board::{Point, Rect};

/// The rectangles with a corner of the box around all of them dragged to `to`, and the opposite corner where it was:
/// places and sizes grow alike, and no side becomes shorter than `least`.
#[must_use]
pub fn scaled(rects: &[Rect], corner: Corner, to: Point, least: f32) -> Vec<Rect> {
    let Some(around) = rects.iter().copied().reduce(Rect::union) else { return Vec::new() };
    let after = corner.dragged(around, to, 0.0);
    let factor = |side: fn(Rect) -> f32| {
        let shortest = rects.iter().map(|rect| side(*rect)).fold(f32::INFINITY, f32::min);
        // What is shorter than the least already does not grow for that.
        let limit = (least / shortest.max(1e-3)).min(1.0);
        (side(after) / side(around).max(1e-3)).max(limit)
    };
    let (across, down) = (factor(Rect::width), factor(Rect::height));
    let anchor = corner.opposite().of(around);
    let place =
        |at: Point| Point::new(anchor.x + (at.x - anchor.x) * across, anchor.y + (at.y - anchor.y) * down);
    rects.iter().map(|rect| Rect { min: place(rect.min), max: place(rect.max) }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::board::Size;

    fn any_rect() -> impl Strategy<Value = Rect> {
        (-500.0..500.0f32, -500.0..500.0f32, 40.0..300.0f32, 40.0..300.0f32)
            .prop_map(|(x, y, w, h)| Rect::at(Point::new(x, y), Size::new(w, h)))
    }

    proptest! {
        #[test]
        fn what_is_sized_together_keeps_its_shape_and_its_far_corner(
            rects in prop::collection::vec(any_rect(), 1..6),
            corner in prop::sample::select(Corner::ALL.to_vec()),
            to in (-900.0..900.0f32, -900.0..900.0f32),
        ) {
            let to = Point::new(to.0, to.1);
            let after = scaled(&rects, corner, to, 30.0);
            let (before, now) = (
                rects.iter().copied().reduce(Rect::union).unwrap(),
                after.iter().copied().reduce(Rect::union).unwrap(),
            );
            let far = corner.opposite();
            prop_assert!(far.of(before).distance(far.of(now)) < 0.1);
            prop_assert!(after.iter().all(|rect| rect.width() > 29.9 && rect.height() > 29.9));
            for (rect, sized) in rects.iter().zip(&after) {
                let share = rect.width() / before.width();
                prop_assert!((sized.width() / now.width() - share).abs() < 0.01);
            }
            if rects.len() == 1 {
                prop_assert!(corner.of(now).distance(corner.of(corner.dragged(rects[0], to, 30.0))) < 0.1);
            }
        }
    }

    #[test]
    fn two_in_a_row_grow_together() {
        let row = [0.0, 100.0].map(|x| Rect::at(Point::new(x, 0.0), Size::new(60.0, 40.0)));
        let after = scaled(&row, Corner::BottomRight, Point::new(320.0, 60.0), 40.0);
        assert_eq!(after[0], Rect::at(Point::default(), Size::new(120.0, 60.0)));
        assert_eq!(after[1], Rect::at(Point::new(200.0, 0.0), Size::new(120.0, 60.0)));
        let least = scaled(&row, Corner::BottomRight, Point::new(0.0, 0.0), 40.0);
        assert!((least[0].width() - 40.0).abs() < 0.01 && (least[0].height() - 40.0).abs() < 0.01);
    }
}
