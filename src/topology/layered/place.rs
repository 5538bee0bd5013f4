//! One level of the drawing: boxes and the arcs between them, without clusters. Connected parts are laid out one
//! by one and packed.

use super::Options;
use super::columns::{Arrangement, first_places};
use super::cycles;
use super::fold::{fold, widen};
use super::problem::{Arc, Problem, merge, orient};
use super::ranking;
use super::refine::{Plan, refine};

/// Bounds the pivots of the layer assignment; more than any real board needs.
const MAX_PIVOTS: usize = 20_000;

/// Boxes and arcs of one level.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    /// Width and height of each box.
    pub(super) sizes: Vec<(f64, f64)>,
    /// Arcs, parallel ones merged.
    pub(super) arcs: Vec<Arc>,
    /// Horizontal places to break cycles by, where there is an earlier drawing.
    pub(super) prefer: Option<Vec<f64>>,
}

/// A level laid out, from the origin.
#[derive(Debug, Clone, Default)]
pub(super) struct Placed {
    /// Centres of the boxes.
    pub(super) centres: Vec<(f64, f64)>,
    /// The heights between which each box may stand without leaving its line of a folded drawing.
    pub(super) bounds: Vec<(f64, f64)>,
    /// Width and height of the whole.
    pub(super) size: (f64, f64),
    /// Some part of it is folded.
    pub(super) folded: bool,
}

/// Lays a level out.
pub(super) fn place(level: &Level, options: &Options) -> Placed {
    let parts = parts(level.sizes.len(), &level.arcs);
    let n = level.sizes.len();
    let mut placed =
        Placed { centres: vec![(0.0, 0.0); n], bounds: vec![(0.0, 0.0); n], ..Placed::default() };
    let mut boxes = Vec::with_capacity(parts.len());
    let mut part_arcs = split_arcs(level, &parts);
    for (part, arcs) in parts.iter().zip(&mut part_arcs) {
        boxes.push(place_part(level, part, std::mem::take(arcs), options, &mut placed));
    }
    let gap = f64::from(options.node_gap) * 2.0;
    let (corners, size) = pack(&boxes, gap);
    for (part, corner) in parts.iter().zip(corners) {
        for &v in part {
            placed.centres[v].0 += corner.0;
            placed.centres[v].1 += corner.1;
            placed.bounds[v].0 += corner.1;
            placed.bounds[v].1 += corner.1;
        }
    }
    placed.size = size;
    placed
}

/// Connected parts, the largest first.
pub(crate) fn parts(n: usize, arcs: &[Arc]) -> Vec<Vec<usize>> {
    let mut adjacent = vec![Vec::new(); n];
    for arc in arcs {
        adjacent[arc.from].push(arc.to);
        adjacent[arc.to].push(arc.from);
    }
    let mut seen = vec![false; n];
    let mut parts = Vec::new();
    for start in 0..n {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        let mut part = vec![start];
        let mut scanned = 0;
        while scanned < part.len() {
            for &w in &adjacent[part[scanned]] {
                if !seen[w] {
                    seen[w] = true;
                    part.push(w);
                }
            }
            scanned += 1;
        }
        part.sort_unstable();
        parts.push(part);
    }
    parts.sort_by_key(|part| (std::cmp::Reverse(part.len()), part[0]));
    parts
}

/// The arcs of each part, in the part's own numbering.
fn split_arcs(level: &Level, parts: &[Vec<usize>]) -> Vec<Vec<Arc>> {
    let mut home = vec![(0, 0); level.sizes.len()];
    for (p, part) in parts.iter().enumerate() {
        for (i, &v) in part.iter().enumerate() {
            home[v] = (p, i);
        }
    }
    let mut split = vec![Vec::new(); parts.len()];
    for arc in &level.arcs {
        let (p, from) = home[arc.from];
        split[p].push(Arc { from, to: home[arc.to].1, weight: arc.weight });
    }
    split
}

/// Lays one connected part out with its top left corner at the origin. Returns its size.
fn place_part(
    level: &Level,
    part: &[usize],
    arcs: Vec<Arc>,
    options: &Options,
    placed: &mut Placed,
) -> (f64, f64) {
    if let &[v] = part {
        let (width, height) = level.sizes[v];
        placed.centres[v] = (width / 2.0, height / 2.0);
        placed.bounds[v] = (0.0, height);
        return (width, height);
    }
    let prefer: Option<Vec<f64>> = level.prefer.as_ref().map(|p| part.iter().map(|&v| p[v]).collect());
    let arcs = merge(arcs);
    let sequence = cycles::sequence(part.len(), &arcs, prefer.as_deref());
    let problem = Problem {
        width: part.iter().map(|&v| level.sizes[v].0).collect(),
        height: part.iter().map(|&v| level.sizes[v].1).collect(),
        arcs: orient(&arcs, &sequence),
    };
    let mut arrangement = arrange(&problem, options);
    let gaps = (f64::from(options.layer_gap), f64::from(options.node_gap));
    if let Some(wide) = options.page.and_then(|page| widen(&problem, &arrangement, f64::from(page), gaps)) {
        arrangement = wide;
    }
    let half = |i: usize| problem.height[i] / 2.0;
    let top = (0..part.len()).map(|i| arrangement.y[i] - half(i)).fold(f64::INFINITY, f64::min);
    let bottom = (0..part.len()).map(|i| arrangement.y[i] + half(i)).fold(f64::NEG_INFINITY, f64::max);
    // Between the lines of a folded drawing run the edges from one to the next.
    let line_gap = f64::from(options.node_gap) * 2.5;
    let fold = options.page.and_then(|page| fold(&problem, &arrangement, f64::from(page), line_gap));
    placed.folded |= fold.is_some();
    let mut size = (0.0_f64, 0.0_f64);
    for (i, &v) in part.iter().enumerate() {
        let column = arrangement.column[i];
        let (x, y) = (arrangement.x[column], arrangement.y[i]);
        let (shift, bounds) = match &fold {
            Some(fold) => (fold.shift[column], fold.bounds[column]),
            None => ((0.0, -top), (0.0, bottom - top)),
        };
        placed.centres[v] = (x + shift.0, y + shift.1);
        placed.bounds[v] = bounds;
        size = (size.0.max(x + shift.0 + problem.width[i] / 2.0), size.1.max(bounds.1));
    }
    size
}

/// Layers, first places, and the searches: a rough one with fading noise, then an exact one.
fn arrange(problem: &Problem, options: &Options) -> Arrangement {
    let n = problem.len();
    let gap = f64::from(options.node_gap);
    let column = ranking::layers(n, &problem.arcs, MAX_PIVOTS);
    let mut arrangement = Arrangement { column, y: vec![0.0; n], x: Vec::new() };
    arrangement.set_columns_apart(&problem.width, f64::from(options.layer_gap));
    first_places(problem, &mut arrangement, gap, 20, |v| v as f64);
    let rounds = rounds(n, scanned(problem, &arrangement), options.effort);
    let plan = Plan {
        rounds,
        noise: 4.0,
        grid: Some(160),
        change_columns: true,
        gap,
        length_cost: 0.0007,
        bounds: bounds(problem, &arrangement, gap),
        seed: 1,
    };
    refine(problem, &mut arrangement, &plan);
    arrangement.set_columns_apart(&problem.width, f64::from(options.layer_gap));
    let polish = Plan { rounds: 2 + rounds / 10, noise: 0.0, grid: None, change_columns: false, ..plan };
    refine(problem, &mut arrangement, &polish);
    arrangement
}

/// Rounds of the search, many where a round is cheap and few where it is not, so that the time grows with the size of the
/// graph and not with how tangled it is.
fn rounds(n: usize, scanned: usize, effort: u32) -> usize {
    let budget = (SCANNED * n * n.isqrt()).max(SCANNED_LEAST);
    let usual = (budget / scanned.max(1)).clamp(10, 150);
    (usual * effort as usize / 100).max(1)
}

/// How many arcs all rounds together may look at: so many for each vertex and each of the square root of all, and at
/// least the second number. A million take about eight hundredths of a second.
const SCANNED: usize = 170;
const SCANNED_LEAST: usize = 1_150_000;
/// Trying the heights of a column for one vertex costs as much as looking at so many arcs.
const VISIT: usize = 16;

/// How many arcs a round of the search looks at: for each arc, those that start in or pass the columns it crosses, and
/// what the visits cost besides.
fn scanned(problem: &Problem, arrangement: &Arrangement) -> usize {
    let columns = arrangement.x.len();
    let (mut starting, mut passing) = (vec![0_usize; columns + 1], vec![0_usize; columns]);
    let span = |arc: &Arc| (arrangement.column[arc.from], arrangement.column[arc.to]);
    for (from, to) in problem.arcs.iter().map(span) {
        starting[from + 1] += 1;
        (from + 1..to).for_each(|column| passing[column] += 1);
    }
    // Those that start before each column.
    for column in 0..columns {
        starting[column + 1] += starting[column];
    }
    let seen = problem.arcs.iter().map(span).map(|(from, to)| passing[from] + starting[to] - starting[from]);
    seen.sum::<usize>() + VISIT * problem.len()
}

/// Heights the search may use: what the first places use and some air, or nearly twice the tallest column.
fn bounds(problem: &Problem, arrangement: &Arrangement, gap: f64) -> (f64, f64) {
    let top = (0..problem.len()).map(|v| arrangement.y[v] - problem.height[v] / 2.0);
    let bottom = (0..problem.len()).map(|v| arrangement.y[v] + problem.height[v] / 2.0);
    let (top, bottom) = (top.fold(f64::INFINITY, f64::min), bottom.fold(f64::NEG_INFINITY, f64::max));
    let tallest = arrangement
        .columns()
        .iter()
        .map(|column| column.iter().map(|&v| problem.height[v] + gap).sum::<f64>())
        .fold(0.0, f64::max);
    let middle = f64::midpoint(top, bottom);
    let half = tallest * 0.9;
    let air = 8.0 * gap;
    ((middle - half).min(top - air), (middle + half).max(bottom + air))
}

/// Places boxes on shelves: the first on the first shelf, the others below it, no wider than the first or than a
/// pleasant page. Returns the top left corners and the size of the whole.
pub(crate) fn pack(boxes: &[(f64, f64)], gap: f64) -> (Vec<(f64, f64)>, (f64, f64)) {
    let area: f64 = boxes.iter().skip(1).map(|b| (b.0 + gap) * (b.1 + gap)).sum();
    let page = boxes.first().map_or(0.0, |b| b.0).max((area * 1.8).sqrt());
    let mut corners = Vec::with_capacity(boxes.len());
    let (mut x, mut y, mut shelf) = (0.0, 0.0, 0.0_f64);
    let mut size = (0.0_f64, 0.0_f64);
    for &(width, height) in boxes {
        if x > 0.0 && x + width > page {
            y += shelf + gap;
            (x, shelf) = (0.0, 0.0);
        }
        corners.push((x, y));
        size = (size.0.max(x + width), size.1.max(y + height));
        x += width + gap;
        shelf = shelf.max(height);
    }
    (corners, size)
}
