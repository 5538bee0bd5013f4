//! A drawing that grows: what the reader knows stays where it is, what is new finds a place near its neighbours.

use super::clusters::{Groups, finish_in_place, layout};
use super::cycles::sequence;
use super::separate::{Body, separate};
use super::{Graph, Layout, Options, Point};

/// Lays a graph out around an earlier drawing: `previous` holds the earlier centre of each node, in the order of
/// `graph.nodes` (missing entries fall back to the node's hint; without either the node is new).
///
/// Nodes that have an earlier place keep it unless something new pushes them; new nodes are put between their
/// predecessors and successors, where they cross the fewest edges. When hardly anything was placed before, or the
/// old places no longer show the flow from left to right, the graph is laid out afresh, and moved so that what was
/// placed is near its old place.
pub fn layout_stable(graph: &Graph, options: &Options, previous: &[Option<Point>]) -> Layout {
    let n = graph.nodes.len();
    let old: Vec<Option<(f64, f64)>> = (0..n)
        .map(|v| {
            let point = previous.get(v).copied().flatten().map(|p| (p.x, p.y)).or(graph.nodes[v].hint)?;
            (point.0.is_finite() && point.1.is_finite()).then(|| (f64::from(point.0), f64::from(point.1)))
        })
        .collect();
    let known = old.iter().flatten().count();
    if known == 0 {
        return layout(graph, options);
    }
    if known * 3 < n || against_the_flow(graph, options, &old) {
        return afresh_nearby(graph, options, &old);
    }
    let mut growth = Growth::new(graph, options, &old);
    growth.place_all();
    let mut centres: Vec<(f64, f64)> = growth.centre.iter().map(|c| c.unwrap_or_default()).collect();
    part(graph, options, &old, &mut centres);
    finish_in_place(graph, options, &centres)
}

/// Whether many more edges run backwards between the old places than the cycles of the graph demand.
fn against_the_flow(graph: &Graph, options: &Options, old: &[Option<(f64, f64)>]) -> bool {
    // In a folded drawing the flow goes on at the left, in the next line.
    let line = f64::from(options.node_gap) * 2.5;
    let goes_on = |from: &(f64, f64), to: &(f64, f64)| options.page.is_some() && to.1 - from.1 > line;
    let arcs = graph.arcs();
    let rank = sequence(graph.nodes.len(), &arcs, None);
    let demanded = arcs.iter().filter(|arc| rank[arc.from] > rank[arc.to]).count();
    let ends = arcs.iter().filter_map(|arc| Some((old[arc.from]?, old[arc.to]?)));
    let backwards = ends.clone().filter(|(from, to)| to.0 <= from.0 && !goes_on(from, to)).count();
    backwards > 2 * demanded + 1 + ends.count() / 10
}

/// A fresh layout, shifted by the mean difference from the old places.
fn afresh_nearby(graph: &Graph, options: &Options, old: &[Option<(f64, f64)>]) -> Layout {
    let fresh = layout(graph, options);
    let (mut dx, mut dy, mut count) = (0.0, 0.0, 0.0);
    for (place, new) in old.iter().zip(&fresh.positions) {
        if let Some(place) = place {
            dx += place.0 - f64::from(new.x);
            dy += place.1 - f64::from(new.y);
            count += 1.0;
        }
    }
    let shifted: Vec<(f64, f64)> =
        fresh.positions.iter().map(|p| (f64::from(p.x) + dx / count, f64::from(p.y) + dy / count)).collect();
    finish_in_place(graph, options, &shifted)
}

/// Moves what overlaps apart: members of a cluster among themselves, then clusters and free nodes as solid boxes.
pub(crate) fn part(graph: &Graph, options: &Options, old: &[Option<(f64, f64)>], centres: &mut [(f64, f64)]) {
    let groups = Groups::new(graph);
    let gap = (f64::from(options.layer_gap) / 2.0, f64::from(options.node_gap));
    let (padding, title) = (f64::from(options.padding), f64::from(options.title_height));
    let body = |v: usize, centre: (f64, f64)| {
        let (width, height) = graph.size(v);
        let weight = if old.get(v).is_some_and(Option::is_some) { 20.0 } else { 1.0 };
        Body { x: centre.0, y: centre.1, width, height, weight }
    };
    let mut outer = Vec::with_capacity(groups.members.len() + groups.free.len());
    for (_, members) in &groups.members {
        let mut bodies: Vec<Body> = members.iter().map(|&v| body(v, centres[v])).collect();
        separate(&mut bodies, gap);
        let (mut left, mut top) = (f64::INFINITY, f64::INFINITY);
        let (mut right, mut bottom) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        let mut weight = 0.0;
        for (&v, b) in members.iter().zip(&bodies) {
            centres[v] = (b.x, b.y);
            left = left.min(b.x - b.width / 2.0 - padding);
            right = right.max(b.x + b.width / 2.0 + padding);
            top = top.min(b.y - b.height / 2.0 - padding - title);
            bottom = bottom.max(b.y + b.height / 2.0 + padding);
            weight += b.weight;
        }
        let (x, y) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
        outer.push(Body { x, y, width: right - left, height: bottom - top, weight });
    }
    outer.extend(groups.free.iter().map(|&v| body(v, centres[v])));
    let before = outer.clone();
    separate(&mut outer, gap);
    let members = groups.members.into_iter().map(|(_, members)| members);
    let all = members.chain(groups.free.into_iter().map(|v| vec![v]));
    for ((item, was), now) in all.zip(before).zip(outer) {
        for v in item {
            centres[v].0 += now.x - was.x;
            centres[v].1 += now.y - was.y;
        }
    }
}

/// Placing new nodes one by one.
struct Growth<'a> {
    graph: &'a Graph,
    options: &'a Options,
    centre: Vec<Option<(f64, f64)>>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl<'a> Growth<'a> {
    fn new(graph: &'a Graph, options: &'a Options, old: &[Option<(f64, f64)>]) -> Self {
        let n = graph.nodes.len();
        let (mut before, mut after) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        for arc in graph.arcs() {
            before[arc.to].push(arc.from);
            after[arc.from].push(arc.to);
        }
        Self { graph, options, centre: old.to_vec(), before, after }
    }

    /// The node with the most placed neighbours comes next.
    fn place_all(&mut self) {
        let mut waiting: Vec<usize> = (0..self.centre.len()).filter(|&v| self.centre[v].is_none()).collect();
        while !waiting.is_empty() {
            let ties =
                |v: usize| self.before[v].iter().chain(&self.after[v]).filter(|&&w| self.centre[w].is_some());
            let Some(next) =
                (0..waiting.len()).max_by_key(|&i| (ties(waiting[i]).count(), waiting.len() - i))
            else {
                return;
            };
            let v = waiting.remove(next);
            let x = self.column_for(v);
            let y = self.height_for(v, x);
            self.centre[v] = Some((x, y));
        }
    }

    fn placed(&self, list: &[usize]) -> Vec<(usize, (f64, f64))> {
        list.iter().filter_map(|&w| Some((w, self.centre[w]?))).collect()
    }

    /// Between predecessors and successors, on the middle line of an existing column when one is near.
    fn column_for(&self, v: usize) -> f64 {
        let gap = f64::from(self.options.layer_gap);
        let half = self.graph.size(v).0 / 2.0;
        let reach = |w: usize| self.graph.size(w).0 / 2.0 + gap + half;
        let after_all = self.placed(&self.before[v]).iter().map(|&(w, c)| c.0 + reach(w)).reduce(f64::max);
        let before_all = self.placed(&self.after[v]).iter().map(|&(w, c)| c.0 - reach(w)).reduce(f64::min);
        let wish = match (after_all, before_all) {
            (Some(low), Some(high)) if low <= high => f64::midpoint(low, high),
            (Some(low), _) => low,
            (None, Some(high)) => high,
            (None, None) => return self.near_cluster(v).0,
        };
        let columns = self.centre.iter().flatten().map(|c| c.0);
        let near = columns.filter(|x| (x - wish).abs() <= gap + half);
        near.min_by(|a, b| (a - wish).abs().total_cmp(&(b - wish).abs())).unwrap_or(wish)
    }

    /// For a node without placed neighbours: below the members of its cluster, or below everything, at the left.
    fn near_cluster(&self, v: usize) -> (f64, f64) {
        let cluster = self.graph.nodes[v].cluster;
        let all = || (0..self.centre.len()).filter_map(|w| Some((w, self.centre[w]?)));
        let mut mates: Vec<_> =
            all().filter(|&(w, _)| cluster.is_some() && self.graph.nodes[w].cluster == cluster).collect();
        if mates.is_empty() {
            mates = all().collect();
        }
        let left = mates.iter().map(|&(w, c)| c.0 - self.graph.size(w).0 / 2.0).fold(f64::INFINITY, f64::min);
        let bottom =
            mates.iter().map(|&(w, c)| c.1 + self.graph.size(w).1 / 2.0).fold(f64::NEG_INFINITY, f64::max);
        let (width, height) = self.graph.size(v);
        let gap = f64::from(self.options.node_gap);
        (left + width / 2.0, bottom + gap + height / 2.0)
    }

    /// The free height at `x` with the fewest crossings, near the neighbours.
    fn height_for(&self, v: usize, x: f64) -> f64 {
        let neighbours: Vec<(usize, (f64, f64))> =
            self.placed(&self.before[v]).into_iter().chain(self.placed(&self.after[v])).collect();
        if neighbours.is_empty() {
            return self.near_cluster(v).1;
        }
        let wish = neighbours.iter().map(|n| n.1.1).sum::<f64>() / neighbours.len() as f64;
        let (width, height) = self.graph.size(v);
        let gap = f64::from(self.options.node_gap);
        let mut blocked: Vec<(f64, f64)> = Vec::new();
        for (w, centre) in self.centre.iter().enumerate() {
            let Some(centre) = centre else { continue };
            let size = self.graph.size(w);
            if (centre.0 - x).abs() < f64::midpoint(size.0, width) + gap {
                let apart = f64::midpoint(size.1, height) + gap;
                blocked.push((centre.1 - apart, centre.1 + apart));
            }
        }
        blocked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut best = (f64::INFINITY, wish);
        let mut consider = |y: f64, extra: f64| {
            let cost =
                self.crossings_at(&neighbours, (x, y)) as f64 + (y - wish).abs() / (4.0 * gap + 1.0) + extra;
            if cost < best.0 {
                best = (cost, y);
            }
        };
        let mut top = f64::NEG_INFINITY;
        for &(from, to) in blocked.iter().chain([&(f64::INFINITY, f64::INFINITY)]) {
            if top <= from {
                consider(wish.max(top).min(from), 0.0);
            }
            if from.is_finite() {
                // Squeezing in moves others: only when it saves more than that is worth.
                consider(f64::midpoint(from, to) + f64::midpoint(height, gap), 3.0);
            }
            top = top.max(to);
        }
        best.1
    }

    fn crossings_at(&self, neighbours: &[(usize, (f64, f64))], at: (f64, f64)) -> usize {
        let mut count = 0;
        for (from, after) in self.after.iter().enumerate() {
            let Some(a) = self.centre[from] else { continue };
            for &to in after {
                let Some(b) = self.centre[to] else { continue };
                count += neighbours
                    .iter()
                    .filter(|n| n.0 != from && n.0 != to && super::quality::cross(line(at, n.1), line(a, b)))
                    .count();
            }
        }
        count
    }
}

fn line(a: (f64, f64), b: (f64, f64)) -> [f64; 4] {
    [a.0, a.1, b.0, b.1]
}
