//! Crossing numbers at all heights of a column: shadows, free heights, and the best of them.

use super::super::columns::separation;
use super::{Place, Search};

/// Stands for the infinite magnification of what is in the eye's own column.
const FAR: f64 = 1e12;
/// Narrower intervals between shadows are not used: they come from shadows that meet in one point.
const LEAST_ROOM: f64 = 0.5;

/// What is looked for: a place in a column for a vertex, near a height.
#[derive(Debug, Clone, Copy)]
struct Wish {
    v: usize,
    column: usize,
    target: f64,
    /// Cost of one unit of distance from the target.
    price: f64,
    noise: f64,
}

impl Search<'_> {
    /// The best free place for `v` in a column, and the crossings at its present height when that is given.
    pub(super) fn best_in_column(
        &mut self,
        v: usize,
        column: usize,
        noise: f64,
        present: Option<f64>,
    ) -> (Place, f64) {
        let weight: f64 = self.adjacent[v].iter().map(|a| a.1).sum();
        let target = self.median_height(v);
        let wish = Wish { v, column, target, price: self.plan.length_cost * weight, noise };
        match self.plan.grid {
            Some(steps) => self.best_on_grid(&wish, steps, present),
            None => self.best_anywhere(&wish, present),
        }
    }

    /// The height of the neighbour in the middle: level with one neighbour reads better than between two.
    fn median_height(&mut self, v: usize) -> f64 {
        let heights = &mut self.heights;
        heights.clear();
        heights.extend(self.adjacent[v].iter().map(|&(w, _)| self.now.y[w]));
        heights.sort_unstable_by(f64::total_cmp);
        heights.get(heights.len().saturating_sub(1) / 2).copied().unwrap_or(self.now.y[v])
    }

    /// Where the borders of `v` may lie.
    fn bounds_of(&self, v: usize) -> (f64, f64) {
        self.walls.map_or(self.plan.bounds, |walls| walls.bounds[v])
    }

    /// The ranges of heights that are free in a column when `v` is taken out of it, from top to bottom.
    fn free_ranges(&self, v: usize, column: usize, into: &mut Vec<(f64, f64)>) {
        into.clear();
        let half = self.problem.height[v] / 2.0;
        let bounds = self.bounds_of(v);
        let mut top = bounds.0 + half;
        let mut block = |from: f64, to: f64| {
            if top <= from {
                into.push((top, from));
            }
            top = top.max(to);
        };
        let end = bounds.1 - half;
        if let Some(walls) = self.walls {
            let mut blocks: Vec<(f64, f64)> =
                walls.taken[v].iter().map(|t| (t.0 - half, t.1 + half)).collect();
            blocks.extend(walls.others[v].iter().map(|&w| self.around(v, w)));
            blocks.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            for (from, to) in blocks {
                block(from.min(end), to);
            }
        } else {
            for &w in self.columns[column].iter().filter(|&&w| w != v) {
                let (from, to) = self.around(v, w);
                block(from, to);
            }
        }
        block(end, end);
    }

    /// The heights that `v` cannot have because of `w`.
    fn around(&self, v: usize, w: usize) -> (f64, f64) {
        let apart = separation(self.problem, v, w, self.plan.gap);
        (self.now.y[w] - apart, self.now.y[w] + apart)
    }

    /// Tries evenly spaced heights: exact crossing numbers at each of them, by counting how many shadows begin
    /// and end between one and the next.
    fn best_on_grid(&mut self, wish: &Wish, count: usize, present: Option<f64>) -> (Place, f64) {
        let Wish { v, column, target, price, noise } = *wish;
        let bounds = self.bounds_of(v);
        let pitch = ((bounds.1 - bounds.0) / count as f64).max(1e-6);
        // A different origin each time keeps centres out of line: touching edges are hard to count.
        let origin = bounds.0 + pitch * self.stream.unit();
        let mut steps = std::mem::take(&mut self.steps);
        steps.clear();
        steps.resize(count + 2, 0.0);
        let mut before = 0.0;
        let scale = 1.0 / pitch;
        // The first grid height at or below y; a cast saturates, so shadows without end are welcome.
        let index = |y: f64| {
            let place = (y - origin) * scale;
            if place <= 0.0 { 0 } else { (place as usize).saturating_add(1).min(count + 1) }
        };
        self.each_shadow(v, column, |top, bottom, weight| {
            steps[index(top)] += weight;
            steps[index(bottom)] -= weight;
            if present.is_some_and(|y| top <= y && y <= bottom) {
                before += weight;
            }
        });
        let mut best = Place { cost: f64::INFINITY, crossings: 0.0, y: target, column };
        let (mut at, mut level) = (0, steps[0]);
        let mut stream = self.stream.clone();
        let mut free = std::mem::take(&mut self.free);
        self.free_ranges(v, column, &mut free);
        for &(top, bottom) in &free {
            let first = index(top);
            while at < first {
                at += 1;
                level += steps[at];
            }
            let mut y = origin + pitch * at as f64;
            while y <= bottom && at < count {
                let jitter = if noise > 0.0 { noise * stream.unit() } else { 0.0 };
                let cost = level + price * (y - target).abs() + jitter;
                if cost < best.cost {
                    best = Place { cost, crossings: level, y, column };
                }
                at += 1;
                level += steps[at];
                y = origin + pitch * at as f64;
            }
        }
        self.free = free;
        self.stream = stream;
        self.steps = steps;
        (best, before)
    }

    /// Tries every interval between the ends of two shadows.
    fn best_anywhere(&mut self, wish: &Wish, present: Option<f64>) -> (Place, f64) {
        let Wish { v, column, target, price, noise } = *wish;
        // Exact alignments of three centres make touching edges, which cross from one side's view only.
        let nudge = 0.25 * ((v.wrapping_mul(0x9e37) & 0xff) as f64 / 256.0 - 0.5);
        let mut ends = std::mem::take(&mut self.ends);
        ends.clear();
        self.each_shadow(v, column, |top, bottom, weight| {
            ends.push((top, weight));
            ends.push((bottom, -weight));
        });
        ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let before = present.map_or(0.0, |y| ends.iter().take_while(|end| end.0 <= y).map(|end| end.1).sum());
        let mut best = Place { cost: f64::INFINITY, crossings: 0.0, y: target, column };
        let (mut at, mut level) = (0, 0.0);
        let mut stream = self.stream.clone();
        let mut free = std::mem::take(&mut self.free);
        self.free_ranges(v, column, &mut free);
        for &(top, bottom) in &free {
            while at < ends.len() && ends[at].0 <= top {
                level += ends[at].1;
                at += 1;
            }
            let mut from = top;
            loop {
                let to = ends.get(at).map_or(bottom, |end| end.0.min(bottom));
                if to - from >= LEAST_ROOM {
                    let y = settle(target + nudge, from, to);
                    let jitter = if noise > 0.0 { noise * stream.unit() } else { 0.0 };
                    let cost = level + price * (y - target).abs() + jitter;
                    if cost < best.cost {
                        best = Place { cost, crossings: level, y, column };
                    }
                }
                if to >= bottom {
                    break;
                }
                while at < ends.len() && ends[at].0 <= to {
                    level += ends[at].1;
                    at += 1;
                }
                from = to;
            }
        }
        self.free = free;
        self.stream = stream;
        self.ends = ends;
        (best, before)
    }

    /// Calls back with every shadow that other arcs cast on `column`, seen from the neighbours of `v`: its top,
    /// its bottom and the crossings it costs.
    pub(super) fn each_shadow(&self, v: usize, column: usize, mut report: impl FnMut(f64, f64, f64)) {
        let x = &self.now.x[..];
        let screen = x[column];
        let bounds = self.bounds_of(v);
        // How much a height in each column is magnified on its way from the eye to the screen, and that times the place
        // of the column.
        let mut stretch: Vec<(f64, f64)> = Vec::new();
        for &(u, weight) in &self.adjacent[v] {
            let c = self.now.column[u];
            let (left, right) = (c.min(column), c.max(column));
            let (eye_x, eye_y) = (x[c], self.now.y[u]);
            stretch.clear();
            stretch.extend(x[left..=right].iter().map(|x| {
                let stretch = if *x == eye_x { FAR } else { (screen - eye_x) / (x - eye_x) };
                (stretch, x * stretch)
            }));
            let lists = std::iter::once(&self.passing[left]).chain(&self.starting[left..right]);
            for list in lists {
                for &e in list {
                    let line = &self.lines[e as usize];
                    let project = |column: usize| {
                        let (stretch, place) = stretch[column - left];
                        eye_y + (line.start - eye_y) * stretch + line.slope * place
                    };
                    let first = project(left.max(line.columns.0 as usize));
                    let second = project(right.min(line.columns.1 as usize));
                    let (top, bottom) = if first < second { (first, second) } else { (second, first) };
                    if bottom > bounds.0 && top < bounds.1 {
                        let (a, b) = (line.from as usize, line.to as usize);
                        if a != u && b != u && a != v && b != v {
                            report(top, bottom, weight * line.weight);
                        }
                    }
                }
            }
        }
    }
}

/// The height in a free interval nearest to the target, a little inside where there is room.
fn settle(target: f64, from: f64, to: f64) -> f64 {
    let margin = ((to - from) / 2.0).min(2.0);
    target.min(to - margin).max(from + margin)
}
