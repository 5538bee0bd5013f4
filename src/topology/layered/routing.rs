//! Edge routes: the shortest line around the boxes that lie in between.
//!
//! The plane is cut into slabs at the sides of all boxes. An edge that flows from left to right crosses the slabs
//! in order; dynamic programming picks the free interval of each slab that keeps the line nearest to the straight
//! one, and the shortest line through that corridor is found by pulling a string tight (the funnel method of
//! D. T. Lee, F. P. Preparata, "Euclidean shortest paths in the presence of rectilinear barriers", Networks 14,
//! 1984). An edge between boxes above one another is treated the same way with the axes exchanged.

use super::{Graph, Options, Point, Rect};

/// The line of each edge, from border to border.
pub(super) fn routes(
    graph: &Graph,
    options: &Options,
    boxes: &[Rect],
    clusters: &[(usize, Rect)],
) -> Vec<Vec<Point>> {
    let margin = f64::from(options.node_gap.min(options.layer_gap) / 4.0).max(0.0);
    let frame_of: Vec<Option<usize>> = graph
        .nodes
        .iter()
        .map(|node| node.cluster.and_then(|c| clusters.binary_search_by_key(&c, |k| k.0).ok()))
        .collect();
    let all: Vec<Area> = boxes.iter().chain(clusters.iter().map(|c| &c.1)).map(Area::new).collect();
    let flow = Slabs::new(&all, margin);
    let flipped: Vec<Area> = all.iter().map(Area::flip).collect();
    // Few boards need it: built when the first edge runs up or down.
    let mut across: Option<Slabs> = None;
    let mut routes = Vec::with_capacity(graph.edges.len());
    for &(from, to) in &graph.edges {
        if from >= boxes.len() || to >= boxes.len() {
            routes.push(Vec::new());
            continue;
        }
        let (a, b) = (&all[from], &all[to]);
        let skip = [Some(from), Some(to), frame_of[from], frame_of[to]];
        let skip = [skip[0], skip[1], skip[2].map(|c| c + boxes.len()), skip[3].map(|c| c + boxes.len())];
        let line = if from == to {
            a.loop_line(margin)
        } else if a.right <= b.left {
            flow.route(a, b, &skip)
        } else if b.right <= a.left {
            reversed(flow.route(b, a, &skip))
        } else {
            let slabs = across.get_or_insert_with(|| Slabs::new(&flipped, margin));
            let (a, b) = (&flipped[from], &flipped[to]);
            let line =
                if a.right <= b.left { slabs.route(a, b, &skip) } else { reversed(slabs.route(b, a, &skip)) };
            line.into_iter().map(|(y, x)| (x, y)).collect()
        };
        routes.push(line.into_iter().map(|(x, y)| Point { x: x as f32, y: y as f32 }).collect());
    }
    routes
}

type Line = Vec<(f64, f64)>;

fn reversed(mut line: Line) -> Line {
    line.reverse();
    line
}

/// A rectangle in double precision.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Area {
    fn new(rect: &Rect) -> Self {
        Self {
            left: rect.min.x.into(),
            right: rect.max.x.into(),
            top: rect.min.y.into(),
            bottom: rect.max.y.into(),
        }
    }

    fn flip(&self) -> Self {
        Self { left: self.top, right: self.bottom, top: self.left, bottom: self.right }
    }

    fn middle(&self) -> f64 {
        f64::midpoint(self.top, self.bottom)
    }

    /// Out on the right, back in at the top.
    fn loop_line(&self, margin: f64) -> Line {
        let (x, y) = (f64::midpoint(self.left, self.right), self.middle());
        let (right, top) = (self.right + margin, self.top - margin);
        vec![(self.right, y), (right, y), (right, top), (x, top), (x, self.top)]
    }
}

/// What one box blocks in one slab.
#[derive(Debug, Clone, Copy)]
struct Block {
    top: f64,
    bottom: f64,
    owner: usize,
}

/// An interval of a slab, the least cost of a corridor to it, and the interval before it in that corridor.
type Step = ((f64, f64), f64, usize);

struct Slabs {
    /// Where slabs meet, ascending; slab k lies between cut k-1 and cut k.
    cuts: Vec<f64>,
    blocks: Vec<Vec<Block>>,
    /// Lines stay within this height.
    range: (f64, f64),
}

impl Slabs {
    fn new(areas: &[Area], margin: f64) -> Self {
        let mut cuts: Vec<f64> = areas.iter().flat_map(|a| [a.left - margin, a.right + margin]).collect();
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let mut blocks = vec![Vec::new(); cuts.len() + 1];
        let mut range = (0.0_f64, 0.0_f64);
        for (owner, area) in areas.iter().enumerate() {
            let (top, bottom) = (area.top - margin, area.bottom + margin);
            range = (range.0.min(top - 8.0 * margin - 1.0), range.1.max(bottom + 8.0 * margin + 1.0));
            let first = cuts.partition_point(|&x| x <= area.left - margin);
            let last = cuts.partition_point(|&x| x < area.right + margin);
            for slab in &mut blocks[first..=last] {
                slab.push(Block { top, bottom, owner });
            }
        }
        for slab in &mut blocks {
            slab.sort_by(|a, b| a.top.total_cmp(&b.top).then(a.owner.cmp(&b.owner)));
        }
        Self { cuts, blocks, range }
    }

    /// The free intervals of a slab for an edge that may pass the boxes in `skip`.
    fn free(&self, slab: usize, skip: &[Option<usize>], into: &mut Vec<(f64, f64)>) {
        into.clear();
        let mut top = self.range.0;
        for block in &self.blocks[slab] {
            if skip.contains(&Some(block.owner)) {
                continue;
            }
            if block.top > top {
                into.push((top, block.top));
            }
            top = top.max(block.bottom);
        }
        if self.range.1 > top {
            into.push((top, self.range.1));
        }
    }

    /// From the right side of `a` to the left side of `b`, which lies to the right of it.
    fn route(&self, a: &Area, b: &Area, skip: &[Option<usize>]) -> Line {
        let (start, end) = ((a.right, a.middle()), (b.left, b.middle()));
        let first = self.cuts.partition_point(|&x| x <= start.0);
        let last = self.cuts.partition_point(|&x| x < end.0);
        if end.0 <= start.0 || self.straight_is_free(start, end, first, last, skip) {
            return vec![start, end];
        }
        match self.corridor(start, end, first, last, skip) {
            Some(portals) => pull_tight(start, end, &portals),
            None => vec![start, end],
        }
    }

    fn straight_is_free(
        &self,
        start: (f64, f64),
        end: (f64, f64),
        first: usize,
        last: usize,
        skip: &[Option<usize>],
    ) -> bool {
        let slope = (end.1 - start.1) / (end.0 - start.0);
        let at = |x: f64| start.1 + slope * (x - start.0);
        (first..=last).all(|slab| {
            let (from, to) = self.extent(slab, start.0, end.0);
            let (low, high) = (at(from).min(at(to)), at(from).max(at(to)));
            // Sorted by top: what begins below the line ends the search.
            let mut above = self.blocks[slab].iter().take_while(|block| block.top < high);
            above.all(|block| block.bottom <= low || skip.contains(&Some(block.owner)))
        })
    }

    fn extent(&self, slab: usize, left: f64, right: f64) -> (f64, f64) {
        let from = if slab == 0 { left } else { self.cuts[slab - 1].max(left) };
        let to = self.cuts.get(slab).map_or(right, |&x| x.min(right));
        (from, to)
    }

    /// The openings between the chosen intervals of neighbouring slabs: (x, top, bottom).
    fn corridor(
        &self,
        start: (f64, f64),
        end: (f64, f64),
        first: usize,
        last: usize,
        skip: &[Option<usize>],
    ) -> Option<Vec<(f64, f64, f64)>> {
        let slope = (end.1 - start.1) / (end.0 - start.0);
        let mut steps: Vec<Vec<Step>> = Vec::with_capacity(last - first + 1);
        let mut free = Vec::new();
        for slab in first..=last {
            self.free(slab, skip, &mut free);
            let (from, to) = self.extent(slab, start.0, end.0);
            let straight = start.1 + slope * (f64::midpoint(from, to) - start.0);
            let mut step = Vec::with_capacity(free.len());
            let mut low = 0;
            for &(top, bottom) in &free {
                let off = (top - straight).max(straight - bottom).max(0.0);
                let cost = off * (to - from) + off;
                let reached = match steps.last() {
                    None => (top <= start.1 && start.1 <= bottom).then_some((0.0, 0)),
                    Some(before) => {
                        // Both slabs' intervals ascend: those that touch this one follow each other.
                        while low < before.len() && before[low].0.1 < top {
                            low += 1;
                        }
                        let touching = before[low..].iter().take_while(|(interval, ..)| interval.0 <= bottom);
                        (low..)
                            .zip(touching)
                            .filter(|(_, (_, cost, _))| cost.is_finite())
                            .map(|(i, (_, cost, _))| (*cost, i))
                            .min_by(|x, y| x.0.total_cmp(&y.0))
                    }
                };
                let (so_far, origin) = reached.unwrap_or((f64::INFINITY, 0));
                step.push(((top, bottom), so_far + cost, origin));
            }
            steps.push(step);
        }
        let goal =
            steps.last()?.iter().position(|&((t, b), c, _)| c.is_finite() && t <= end.1 && end.1 <= b)?;
        let mut portals = Vec::with_capacity(steps.len());
        let mut at = goal;
        for k in (1..steps.len()).rev() {
            let ((top, bottom), _, origin) = steps[k][at];
            let ((t, b), _, _) = steps[k - 1][origin];
            portals.push((self.cuts[first + k - 1], top.max(t), bottom.min(b)));
            at = origin;
        }
        portals.reverse();
        Some(portals)
    }
}

/// The shortest line from start to end through upright openings.
fn pull_tight(start: (f64, f64), end: (f64, f64), portals: &[(f64, f64, f64)]) -> Line {
    let mut line = vec![start];
    let mut apex = start;
    let mut next = 0;
    while let Some((corner, at)) = next_corner(apex, end, portals, next) {
        line.push(corner);
        apex = corner;
        next = at + 1;
    }
    line.push(end);
    line
}

/// The first corner that the string must bend around on its way from `apex`, and its opening.
fn next_corner(
    apex: (f64, f64),
    end: (f64, f64),
    portals: &[(f64, f64, f64)],
    from: usize,
) -> Option<((f64, f64), usize)> {
    // Slopes the string may have so far, and the openings that limit them.
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let (mut low_at, mut high_at) = (from, from);
    for j in from..=portals.len() {
        let (x, top, bottom) = portals.get(j).copied().unwrap_or((end.0, end.1, end.1));
        let run = x - apex.0;
        if run <= 0.0 {
            continue;
        }
        let (to_top, to_bottom) = ((top - apex.1) / run, (bottom - apex.1) / run);
        if to_top > high {
            return portals.get(high_at).map(|p| ((p.0, p.2), high_at));
        }
        if to_bottom < low {
            return portals.get(low_at).map(|p| ((p.0, p.1), low_at));
        }
        if to_top > low {
            (low, low_at) = (to_top, j);
        }
        if to_bottom < high {
            (high, high_at) = (to_bottom, j);
        }
    }
    None
}
