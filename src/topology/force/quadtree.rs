//! A quadtree of charges: the field of many points at once.
//!
//! Source: J. Barnes, P. Hut, "A hierarchical O(N log N) force-calculation algorithm", Nature 324 (1986).

/// A cell counts as one point when it looks smaller than this (side over distance).
const OPENING: f64 = 0.8;
/// Cells are not divided below this depth: the points in them are as good as in one place.
const DEEPEST: usize = 32;
const EMPTY: u32 = u32::MAX;

#[derive(Debug, Clone)]
struct Cell {
    /// Centre of charge times charge, and the charge.
    x: f64,
    y: f64,
    mass: f64,
    side: f64,
    children: [u32; 4],
    /// A cell with one point remembers it, to hand it down when it is divided.
    alone: Option<(f64, f64, f64)>,
}

impl Cell {
    fn new(side: f64) -> Self {
        Self { x: 0.0, y: 0.0, mass: 0.0, side, children: [EMPTY; 4], alone: None }
    }
}

/// Charges in space.
pub(super) struct Tree {
    cells: Vec<Cell>,
    corner: (f64, f64),
}

impl Tree {
    /// Puts all points into cells.
    pub(super) fn new(places: &[(f64, f64)], mass: &[f64]) -> Self {
        let low = places.iter().fold((f64::INFINITY, f64::INFINITY), |m, p| (m.0.min(p.0), m.1.min(p.1)));
        let high =
            places.iter().fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |m, p| (m.0.max(p.0), m.1.max(p.1)));
        let side = (high.0 - low.0).max(high.1 - low.1).max(1.0);
        let mut tree = Self { cells: Vec::with_capacity(places.len() * 2), corner: low };
        tree.cells.push(Cell::new(side));
        for (&(x, y), &mass) in places.iter().zip(mass) {
            tree.insert(x, y, mass);
        }
        tree
    }

    fn insert(&mut self, x: f64, y: f64, mass: f64) {
        let mut at = 0;
        let (mut left, mut top) = self.corner;
        for depth in 0..DEEPEST {
            let cell = &mut self.cells[at];
            let first = cell.mass == 0.0;
            cell.x += x * mass;
            cell.y += y * mass;
            cell.mass += mass;
            if first {
                cell.alone = Some((x, y, mass));
                return;
            }
            let half = cell.side / 2.0;
            if depth + 1 == DEEPEST {
                return;
            }
            if let Some((px, py, pm)) = cell.alone.take() {
                let child = self.child(at, left, top, half, px, py);
                let cell = &mut self.cells[child.0];
                (cell.x, cell.y, cell.mass) = (px * pm, py * pm, pm);
                cell.alone = Some((px, py, pm));
            }
            let (child, l, t) = self.child(at, left, top, half, x, y);
            (at, left, top) = (child, l, t);
        }
    }

    fn child(&mut self, at: usize, left: f64, top: f64, half: f64, x: f64, y: f64) -> (usize, f64, f64) {
        let (right, low) = (x >= left + half, y >= top + half);
        let which = usize::from(right) + 2 * usize::from(low);
        if self.cells[at].children[which] == EMPTY {
            self.cells[at].children[which] = self.cells.len() as u32;
            self.cells.push(Cell::new(half));
        }
        let child = self.cells[at].children[which] as usize;
        (child, if right { left + half } else { left }, if low { top + half } else { top })
    }

    /// The sum over all charges of mass / distance, as a vector away from them.
    pub(super) fn field(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let mut sum = (0.0, 0.0);
        let mut stack = [0_u32; DEEPEST * 4];
        let mut height = 1;
        while height > 0 {
            height -= 1;
            let cell = &self.cells[stack[height] as usize];
            if cell.mass == 0.0 {
                continue;
            }
            let (dx, dy) = (x - cell.x / cell.mass, y - cell.y / cell.mass);
            let square = dx * dx + dy * dy;
            let leaf = cell.children == [EMPTY; 4];
            if leaf || cell.side * cell.side < OPENING * OPENING * square {
                if square > 1e-12 {
                    sum.0 += dx * cell.mass / square;
                    sum.1 += dy * cell.mass / square;
                }
                continue;
            }
            for child in cell.children.into_iter().filter(|&c| c != EMPTY) {
                stack[height] = child;
                height += 1;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_near_the_sum_over_all_points() {
        let places: Vec<(f64, f64)> =
            (0..300_u32).map(|k| (f64::from(k * 7919 % 1009), f64::from(k * 104_729 % 997))).collect();
        let mass = vec![1.0; places.len()];
        let tree = Tree::new(&places, &mass);
        for &(x, y) in &places {
            let exact = places.iter().fold((0.0, 0.0), |sum: (f64, f64), p| {
                let (dx, dy) = (x - p.0, y - p.1);
                let square = dx * dx + dy * dy;
                if square == 0.0 { sum } else { (sum.0 + dx / square, sum.1 + dy / square) }
            });
            let found = tree.field((x, y));
            let error = ((exact.0 - found.0).powi(2) + (exact.1 - found.1).powi(2)).sqrt();
            assert!(error < 0.05, "{error}");
        }
    }

    #[test]
    fn points_in_one_place_do_no_harm() {
        let tree = Tree::new(&[(1.0, 1.0); 5], &[1.0; 5]);
        let field = tree.field((2.0, 1.0));
        assert!((field.0 - 5.0).abs() < 1e-9 && field.1.abs() < 1e-9);
    }
}
