//! A grid over the world that answers which rectangles touch an area, at a cost that follows the answer.

use rustc_hash::FxHashMap;

use crate::board::Rect;

/// The side of a grid cell in world units: a few stickies.
const CELL: f32 = 320.0;
/// Rectangles over more cells than this are kept apart and tested each time.
const CELLS_MAX: i64 = 256;

/// Rectangles by place. Answers are positions in the order they were given.
#[derive(Clone, Debug, Default)]
pub struct Index {
    cells: FxHashMap<(i32, i32), Vec<u32>>,
    large: Vec<u32>,
    rects: Vec<Rect>,
}

#[expect(clippy::cast_possible_truncation, reason = "a cast of floats saturates")]
fn cell(x: f32) -> i32 {
    (x / CELL).floor() as i32
}

fn span(rect: Rect) -> (i32, i32, i32, i32) {
    (cell(rect.min.x), cell(rect.min.y), cell(rect.max.x), cell(rect.max.y))
}

fn count((x0, y0, x1, y1): (i32, i32, i32, i32)) -> i64 {
    (i64::from(x1) - i64::from(x0) + 1).saturating_mul(i64::from(y1) - i64::from(y0) + 1)
}

impl Index {
    /// An index of these rectangles.
    #[must_use]
    pub fn of(rects: impl Iterator<Item = Rect>) -> Self {
        let mut index = Self { rects: rects.collect(), ..Self::default() };
        for (rect, i) in index.rects.iter().zip(0..) {
            let span = span(*rect);
            if count(span) > CELLS_MAX {
                index.large.push(i);
                continue;
            }
            for y in span.1..=span.3 {
                for x in span.0..=span.2 {
                    index.cells.entry((x, y)).or_default().push(i);
                }
            }
        }
        index
    }

    /// The rectangles that touch `area`, in the order they were given.
    #[must_use]
    pub fn query(&self, area: Rect) -> Vec<u32> {
        let touches = |i: &u32| self.rects.get(*i as usize).is_some_and(|rect| rect.intersects(area));
        let span = span(area);
        let cells = i64::try_from(self.cells.len()).unwrap_or(i64::MAX);
        let mut found: Vec<u32> = if count(span) > cells.saturating_mul(2) {
            // More cells in view than there are: asking each rectangle is cheaper.
            return (0..).take(self.rects.len()).filter(|i| touches(i)).collect();
        } else {
            let columns = |y| (span.0..=span.2).map(move |x| (x, y));
            (span.1..=span.3)
                .flat_map(columns)
                .filter_map(|place| self.cells.get(&place))
                .flatten()
                .chain(&self.large)
                .copied()
                .filter(|i| touches(i))
                .collect()
        };
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::board::{Point, Size};

    fn any_rect() -> impl Strategy<Value = Rect> {
        (-5e3..5e3f32, -5e3..5e3f32, 0.0..2e3f32, 0.0..9e3f32)
            .prop_map(|(x, y, w, h)| Rect::at(Point::new(x, y), Size::new(w, h)))
    }

    proptest! {
        #[test]
        fn the_index_finds_what_a_walk_finds(rects in prop::collection::vec(any_rect(), 0..60), area in any_rect()) {
            let index = Index::of(rects.iter().copied());
            let expected: Vec<u32> =
                rects.iter().zip(0..).filter(|(rect, _)| rect.intersects(area)).map(|(_, i)| i).collect();
            prop_assert_eq!(index.query(area), expected);
        }
    }
}
