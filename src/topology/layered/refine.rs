//! Crossing reduction on the drawing itself: each vertex in turn moves to the place where its straight edges
//! cross the fewest others.
//!
//! Classical layered layout counts crossings between neighbouring layers over dummy vertices; what the reader sees
//! (and every quality metric counts) is crossings of the drawn edges. Here a vertex moves alone, everything else
//! stands still: seen from a neighbour `u`, every other edge casts a shadow on the vertex's column, and the
//! vertex has one more crossing with `u` exactly while it stands in that shadow. Sorting the ends of the shadows
//! gives the crossing number at *every* height of the column at once.
//!
//! Source of vertex movement to a locally optimal place: M. Radermacher, K. Reichard, I. Rutter, D. Wagner,
//! "Geometric heuristics for rectilinear crossing minimization", ALENEX 2018; the restriction to columns makes
//! the search exact in one dimension. Noise that fades over the rounds ("noising method", I. Charon, O. Hudry,
//! Operations Research Letters 14, 1993) leads out of local minima.

mod scan;

use super::columns::Arrangement;
use super::problem::{Arc, Problem};

/// How a search is run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// How many times every vertex is visited.
    pub(super) rounds: usize,
    /// Noise of the first round, in crossings; it fades to nothing.
    pub(super) noise: f64,
    /// The number of heights tried in each column; none means all of them (exact, slower).
    pub(super) grid: Option<usize>,
    /// Whether vertices may change columns.
    pub(super) change_columns: bool,
    /// Least vertical distance between vertices.
    pub(super) gap: f64,
    /// Cost of one unit of height between the ends of an edge, in crossings.
    pub(super) length_cost: f64,
    /// The highest and the lowest place a vertex may take (its border, not its centre).
    pub(super) bounds: (f64, f64),
    /// Start of the random stream.
    pub(super) seed: u64,
}

/// Walls: what limits the height of each vertex besides the members of its column.
#[derive(Debug, Clone, Default)]
pub(super) struct Walls {
    /// The highest and the lowest place of each vertex (its border).
    pub(super) bounds: Vec<(f64, f64)>,
    /// The vertices each vertex must not run into, whatever their columns.
    pub(super) others: Vec<Vec<usize>>,
    /// Heights (top and bottom border, gap included) that are taken by something that does not move.
    pub(super) taken: Vec<Vec<(f64, f64)>>,
}

/// Improves the arrangement in place. Returns the weighted number of crossings.
pub(super) fn refine(problem: &Problem, arrangement: &mut Arrangement, plan: &Plan) -> f64 {
    refine_within(problem, arrangement, plan, None)
}

/// Improves the arrangement in place without running into walls. Columns are kept.
pub(super) fn refine_within(
    problem: &Problem,
    arrangement: &mut Arrangement,
    plan: &Plan,
    walls: Option<&Walls>,
) -> f64 {
    let mut search = Search::new(problem, arrangement, plan);
    search.walls = walls;
    search.run();
    *arrangement = search.best;
    search.best_crossings
}

/// A small fast generator (SplitMix64); the same everywhere.
#[derive(Debug, Clone)]
pub(super) struct Stream(pub(super) u64);

impl Stream {
    /// The next 64 random bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform below `n` (which must be positive).
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

/// How many columns a vertex may move at once.
const REACH: usize = 3;
/// A place found for a vertex.
#[derive(Debug, Clone, Copy)]
struct Place {
    cost: f64,
    crossings: f64,
    y: f64,
    column: usize,
}

/// A straight arc from left to right.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Its height at x = 0.
    start: f64,
    slope: f64,
    weight: f64,
    /// The columns it starts and ends in.
    columns: (u32, u32),
    from: u32,
    to: u32,
}

impl Line {
    fn new(arrangement: &Arrangement, arc: &Arc) -> Self {
        let (from, to) = (arrangement.column[arc.from], arrangement.column[arc.to]);
        let left = arrangement.x[from];
        let y = arrangement.y[arc.from];
        let slope = (arrangement.y[arc.to] - y) / (arrangement.x[to] - left);
        let columns = (from as u32, to as u32);
        let start = y - slope * left;
        Self { start, slope, weight: arc.weight, columns, from: arc.from as u32, to: arc.to as u32 }
    }
}

struct Search<'a> {
    problem: &'a Problem,
    plan: &'a Plan,
    walls: Option<&'a Walls>,
    now: Arrangement,
    columns: Vec<Vec<usize>>,
    /// Arcs by the column they start in.
    starting: Vec<Vec<u32>>,
    /// Arcs that go past a column: start before it and end after it.
    passing: Vec<Vec<u32>>,
    /// Neighbour, weight.
    adjacent: Vec<Vec<(usize, f64)>>,
    /// Arc numbers at each vertex.
    incident: Vec<Vec<u32>>,
    best: Arrangement,
    best_crossings: f64,
    /// Ends of shadows: height, change in crossings.
    ends: Vec<(f64, f64)>,
    /// Heights of the neighbours of the vertex at hand.
    heights: Vec<f64>,
    /// Free heights for the vertex at hand.
    free: Vec<(f64, f64)>,
    /// Changes in crossings from each grid height to the next.
    steps: Vec<f64>,
    /// Upright geometry of each arc.
    lines: Vec<Line>,
    stream: Stream,
}

impl<'a> Search<'a> {
    fn new(problem: &'a Problem, arrangement: &Arrangement, plan: &'a Plan) -> Self {
        let count = arrangement.x.len();
        let mut search = Search {
            problem,
            plan,
            walls: None,
            now: arrangement.clone(),
            columns: arrangement.columns(),
            starting: vec![Vec::new(); count],
            passing: vec![Vec::new(); count],
            adjacent: super::columns::neighbours(problem),
            incident: vec![Vec::new(); problem.len()],
            best: arrangement.clone(),
            best_crossings: f64::INFINITY,
            ends: Vec::new(),
            heights: Vec::new(),
            free: Vec::new(),
            steps: Vec::new(),
            lines: Vec::new(),
            stream: Stream(plan.seed),
        };
        for arc in &problem.arcs {
            search.lines.push(Line::new(&search.now, arc));
        }
        for (e, arc) in problem.arcs.iter().enumerate() {
            let e = u32::try_from(e).unwrap_or(u32::MAX);
            search.incident[arc.from].push(e);
            search.incident[arc.to].push(e);
            search.insert_arc(e);
        }
        search
    }

    fn ends_of(&self, e: u32) -> (usize, usize) {
        let arc = &self.problem.arcs[e as usize];
        (arc.from, arc.to)
    }

    fn insert_arc(&mut self, e: u32) {
        let (a, b) = self.ends_of(e);
        let (left, right) = (self.now.column[a], self.now.column[b]);
        self.starting[left].push(e);
        for c in left + 1..right {
            self.passing[c].push(e);
        }
    }

    fn remove_arc(&mut self, e: u32) {
        let (a, b) = self.ends_of(e);
        let (left, right) = (self.now.column[a], self.now.column[b]);
        let drop = |list: &mut Vec<u32>| {
            if let Some(place) = list.iter().position(|&other| other == e) {
                list.swap_remove(place);
            }
        };
        drop(&mut self.starting[left]);
        for c in left + 1..right {
            drop(&mut self.passing[c]);
        }
    }

    fn run(&mut self) {
        let n = self.problem.len();
        let mut crossings = self.total();
        self.best_crossings = crossings;
        let mut best_cost = crossings + self.length_cost();
        let mut order: Vec<usize> = (0..n).collect();
        for round in 0..self.plan.rounds {
            let left = 1.0 - (round as f64 + 1.0) / self.plan.rounds as f64;
            let noise = self.plan.noise * left;
            for i in (1..n).rev() {
                order.swap(i, self.stream.below(i + 1));
            }
            let mut moved = false;
            for &v in &order {
                if let Some(change) = self.visit(v, noise) {
                    crossings += change;
                    moved = true;
                }
            }
            let cost = crossings + self.length_cost();
            if cost < best_cost - 1e-9 {
                best_cost = cost;
                self.best_crossings = crossings;
                self.best.clone_from(&self.now);
            }
            if !moved && noise == 0.0 {
                break;
            }
        }
    }

    /// Half the sum of all vertices' crossings counts each crossing twice from each of its two edges' ends.
    fn total(&self) -> f64 {
        let mut sum = 0.0;
        for v in 0..self.problem.len() {
            let (column, y) = (self.now.column[v], self.now.y[v]);
            self.each_shadow(v, column, |top, bottom, weight| {
                if top <= y && y <= bottom {
                    sum += weight;
                }
            });
        }
        sum / 4.0
    }

    fn length_cost(&self) -> f64 {
        let arcs = &self.problem.arcs;
        let total: f64 = arcs.iter().map(|a| a.weight * (self.now.y[a.from] - self.now.y[a.to]).abs()).sum();
        total * self.plan.length_cost
    }

    /// The columns between the vertex's predecessors and successors.
    fn column_range(&self, v: usize) -> (usize, usize) {
        let here = self.now.column[v];
        let (mut low, mut high) = (0, self.now.x.len() - 1);
        for &(w, _) in &self.adjacent[v] {
            let c = self.now.column[w];
            if c < here { low = low.max(c + 1) } else { high = high.min(c - 1) }
        }
        (low, high)
    }

    /// Moves one vertex to its best place; the change in crossings when it moved.
    fn visit(&mut self, v: usize, noise: f64) -> Option<f64> {
        let here = self.now.column[v];
        let current = (self.now.y[v], here);
        let (mut best, before) = self.best_in_column(v, here, noise, Some(current.0));
        if self.plan.change_columns {
            let (low, high) = self.column_range(v);
            // One other column a visit: chances come again in the next round.
            let (low, high) = (low.max(here.saturating_sub(REACH)), high.min(here + REACH));
            if high > low {
                let c = low + self.stream.below(high - low);
                let c = if c >= here { c + 1 } else { c };
                let (place, _) = self.best_in_column(v, c, noise, None);
                if place.cost < best.cost {
                    best = place;
                }
            }
        }
        if !best.cost.is_finite() || (best.y, best.column) == current {
            return None;
        }
        self.place(v, best.column, best.y);
        Some(best.crossings - before)
    }

    fn place(&mut self, v: usize, column: usize, y: f64) {
        let here = self.now.column[v];
        if let Some(place) = self.columns[here].iter().position(|&w| w == v) {
            self.columns[here].remove(place);
        }
        if column != here {
            for i in 0..self.incident[v].len() {
                self.remove_arc(self.incident[v][i]);
            }
            self.now.column[v] = column;
            for i in 0..self.incident[v].len() {
                self.insert_arc(self.incident[v][i]);
            }
        }
        self.now.y[v] = y;
        for &e in &self.incident[v] {
            let arc = &self.problem.arcs[e as usize];
            self.lines[e as usize] = Line::new(&self.now, arc);
        }
        let place = self.columns[column].partition_point(|&w| self.now.y[w] < y);
        self.columns[column].insert(place, v);
    }
}
