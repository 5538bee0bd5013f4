//! Vertices in columns: the arrangement every later phase improves, and the exact least-squares spacing of one
//! column.

use super::problem::Problem;

/// A vertex's column and height, for all vertices, and where the columns stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrangement {
    /// Column of each vertex.
    pub(super) column: Vec<usize>,
    /// Vertical centre of each vertex.
    pub(super) y: Vec<f64>,
    /// Horizontal centre of each column.
    pub(super) x: Vec<f64>,
}

impl Arrangement {
    /// The vertices of each column from top to bottom (ties by number).
    pub(super) fn columns(&self) -> Vec<Vec<usize>> {
        let mut columns = vec![Vec::new(); self.x.len()];
        for (v, &c) in self.column.iter().enumerate() {
            columns[c].push(v);
        }
        for column in &mut columns {
            column.sort_by(|&a: &usize, &b: &usize| self.y[a].total_cmp(&self.y[b]).then(a.cmp(&b)));
        }
        columns
    }

    /// Drops empty columns and puts the rest side by side, each as wide as its widest vertex.
    pub(super) fn set_columns_apart(&mut self, widths: &[f64], gap: f64) {
        let mut used = vec![false; self.column.iter().max().map_or(0, |m| m + 1)];
        for &c in &self.column {
            used[c] = true;
        }
        let mut renamed = vec![0; used.len()];
        let mut count = 0;
        for (c, &in_use) in used.iter().enumerate() {
            renamed[c] = count;
            count += usize::from(in_use);
        }
        let mut column_width = vec![0.0_f64; count];
        for (v, c) in self.column.iter_mut().enumerate() {
            *c = renamed[*c];
            column_width[*c] = column_width[*c].max(widths[v]);
        }
        self.x.clear();
        let mut left = 0.0;
        for width in column_width {
            self.x.push(left + width / 2.0);
            left += width + gap;
        }
    }
}

/// The distance two vertices of one column must keep between their centres.
pub(super) fn separation(problem: &Problem, a: usize, b: usize, gap: f64) -> f64 {
    f64::midpoint(problem.height[a], problem.height[b]) + gap
}

/// Places the vertices of one column, in the given order, as near to their targets as their separation allows:
/// the least weighted sum of squares, by pooling adjacent violators (isotonic regression).
pub(super) fn space_out(
    problem: &Problem,
    order: &[usize],
    target: impl Fn(usize) -> (f64, f64),
    gap: f64,
    y: &mut [f64],
) {
    // Blocks of vertices that touch: (weighted sum of offset-free targets, weight, first place).
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(order.len());
    let mut offsets = Vec::with_capacity(order.len());
    let mut offset = 0.0;
    for (place, &v) in order.iter().enumerate() {
        if place > 0 {
            offset += separation(problem, order[place - 1], v, gap);
        }
        offsets.push(offset);
        let (wish, weight) = target(v);
        let mut block = ((wish - offset) * weight, weight, place);
        while let Some(&(sum, above, first)) = blocks.last() {
            if sum / above <= block.0 / block.1 {
                break;
            }
            block = (block.0 + sum, block.1 + above, first);
            blocks.pop();
        }
        blocks.push(block);
    }
    for (i, &(sum, weight, first)) in blocks.iter().enumerate() {
        let end = blocks.get(i + 1).map_or(order.len(), |b| b.2);
        for place in first..end {
            y[order[place]] = sum / weight + offsets[place];
        }
    }
}

/// Neighbours of each vertex with the weight and the number of the arc.
pub(super) fn neighbours(problem: &Problem) -> Vec<Vec<(usize, f64)>> {
    let mut adjacent = vec![Vec::new(); problem.len()];
    for arc in &problem.arcs {
        adjacent[arc.from].push((arc.to, arc.weight));
        adjacent[arc.to].push((arc.from, arc.weight));
    }
    adjacent
}

/// A first arrangement: vertical places by repeated averaging over neighbours, column by column, forwards and
/// backwards. Long arcs pull less than short ones.
pub(super) fn first_places(
    problem: &Problem,
    arrangement: &mut Arrangement,
    gap: f64,
    rounds: usize,
    start: impl Fn(usize) -> f64,
) {
    let adjacent = neighbours(problem);
    for v in 0..problem.len() {
        arrangement.y[v] = start(v);
    }
    let mut columns = arrangement.columns();
    for column in &columns {
        let y = arrangement.y.clone();
        space_out(problem, column, |v| (y[v], 1.0), gap, &mut arrangement.y);
    }
    let mut wish = vec![(0.0, 1.0); problem.len()];
    for round in 0..rounds {
        for step in 0..columns.len() {
            let c = if round % 2 == 0 { step } else { columns.len() - 1 - step };
            for &v in &columns[c] {
                let (mut sum, mut total) = (0.0, 0.0);
                for &(w, weight) in &adjacent[v] {
                    let span = arrangement.column[w].abs_diff(c).max(1) as f64;
                    let pull = weight / span;
                    sum += pull * arrangement.y[w];
                    total += pull;
                }
                wish[v] = if total > 0.0 { (sum / total, total) } else { (arrangement.y[v], 0.1) };
            }
            columns[c].sort_by(|&a, &b| wish[a].0.total_cmp(&wish[b].0).then(a.cmp(&b)));
            space_out(problem, &columns[c], |v| wish[v], gap, &mut arrangement.y);
        }
    }
}
