//! A grid over the world that answers which rectangles touch an area, at a cost that follows the answer.

use rustc_hash::FxHashMap;

use crate::board::Rect;

/// The side of a grid cell in world units: a few stickies.
const CELL: f32 = 320.0;
/// Rectangles over more cells than this are kept apart and tested each time.
const CELLS_MAX: i64 = 256;

/// Looking into a cell costs as much as asking this many rectangles.
const CELL_COST: i64 = 16;

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
        for i in (0..).take(index.rects.len()) {
            index.enter(i);
        }
        index
    }

    fn enter(&mut self, i: u32) {
        let span = span(self.rects[i as usize]);
        if count(span) > CELLS_MAX {
            self.large.push(i);
            return;
        }
        for y in span.1..=span.3 {
            for x in span.0..=span.2 {
                self.cells.entry((x, y)).or_default().push(i);
            }
        }
    }

    /// Adds a rectangle at the end.
    pub fn push(&mut self, rect: Rect) {
        let i = u32::try_from(self.rects.len()).expect("there are far fewer rectangles");
        self.rects.push(rect);
        self.enter(i);
    }

    /// Takes the last rectangle out.
    pub fn pop(&mut self) {
        let Some(i) = self.rects.len().checked_sub(1).and_then(|i| u32::try_from(i).ok()) else { return };
        self.leave(i);
        self.rects.pop();
    }

    /// Puts the `i`-th rectangle somewhere else.
    pub fn put(&mut self, i: u32, rect: Rect) {
        let Some(before) = self.rects.get(i as usize) else { return };
        if span(*before) == span(rect) {
            self.rects[i as usize] = rect;
            return;
        }
        self.leave(i);
        self.rects[i as usize] = rect;
        self.enter(i);
    }

    fn leave(&mut self, i: u32) {
        let span = span(self.rects[i as usize]);
        if count(span) > CELLS_MAX {
            self.large.retain(|other| *other != i);
            return;
        }
        for y in span.1..=span.3 {
            for x in span.0..=span.2 {
                if let Some(cell) = self.cells.get_mut(&(x, y)) {
                    cell.retain(|other| *other != i);
                    if cell.is_empty() {
                        self.cells.remove(&(x, y));
                    }
                }
            }
        }
    }

    /// The rectangles that touch `area`, in the order they were given.
    #[must_use]
    pub fn query(&self, area: Rect) -> Vec<u32> {
        let mut found = Vec::new();
        let in_order = self.visit(area, |i| {
            found.push(i);
            true
        });
        if !in_order {
            found.sort_unstable();
        }
        found
    }

    /// True when more than so many rectangles touch `area`.
    #[must_use]
    pub fn exceeds(&self, area: Rect, max: usize) -> bool {
        let mut n = 0;
        self.visit(area, |_| {
            n += 1;
            n <= max
        });
        n > max
    }

    /// Visits each rectangle that touches `area` once, until `visit` answers `false`. Answers whether that was in the
    /// order they were given.
    fn visit(&self, area: Rect, mut visit: impl FnMut(u32) -> bool) -> bool {
        let touches = |i: &u32| self.rects.get(*i as usize).is_some_and(|rect| rect.intersects(area));
        let (x0, y0, x1, y1) = span(area);
        let rects = i64::try_from(self.rects.len()).unwrap_or(i64::MAX);
        if count((x0, y0, x1, y1)).saturating_mul(CELL_COST) > rects {
            // So many cells are in view that asking each rectangle is cheaper.
            let mut all = (0..).take(self.rects.len()).filter(touches);
            let _ = all.all(visit);
            return true;
        }
        for place in (y0..=y1).flat_map(|y| (x0..=x1).map(move |x| (x, y))) {
            for i in self.cells.get(&place).into_iter().flatten().filter(|i| touches(i)) {
                // It is met in each cell it touches, and counts in the first of those in view.
                let own = span(self.rects[*i as usize]);
                if (own.0.max(x0), own.1.max(y0)) == place && !visit(*i) {
                    return false;
                }
            }
        }
        let _ = self.large.iter().filter(|i| touches(i)).all(|i| visit(*i));
        false
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
        fn the_index_finds_what_a_walk_finds(rects in prop::collection::vec(any_rect(), 0..400), area in any_rect()) {
            let index = Index::of(rects.iter().copied());
            let expected: Vec<u32> =
                rects.iter().zip(0..).filter(|(rect, _)| rect.intersects(area)).map(|(_, i)| i).collect();
            for max in [0, 1, 7, 60] {
                prop_assert_eq!(index.exceeds(area, max), expected.len() > max);
            }
            prop_assert_eq!(index.query(area), expected);
        }

        #[test]
        fn the_index_follows_what_moves(
            mut rects in prop::collection::vec(any_rect(), 1..40),
            moves in prop::collection::vec((0usize..40, any_rect()), 0..20),
            area in any_rect(),
        ) {
            let mut index = Index::of(rects.iter().copied());
            for (i, rect) in moves {
                let i = i % rects.len();
                rects[i] = rect;
                index.put(u32::try_from(i).unwrap(), rect);
            }
            prop_assert_eq!(index.query(area), Index::of(rects.iter().copied()).query(area));
        }
    }
}
