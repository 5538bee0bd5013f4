//! Cycle breaking: a small feedback arc set, so that the remaining edges can all flow left to right.
//!
//! Source of the heuristic: P. Eades, X. Lin, W. F. Smyth, "A fast and effective heuristic for the feedback arc
//! set problem", Information Processing Letters 47 (1993). Its vertex sequence is then improved by sifting: each
//! vertex moves to the place in the sequence where it causes the least backward weight.

use super::problem::Arc;

/// How often the whole sequence is sifted at most; three rounds reach a fixed point on real boards.
const SIFTING_ROUNDS: usize = 6;

/// A vertex sequence in which few arcs (by weight) point backwards: `rank[v]` is the place of `v` in it.
///
/// With `prefer`, vertices that the heuristic finds equally good come in the order of that key, so that a board
/// which was laid out before keeps its direction of reading.
pub(crate) fn sequence(n: usize, arcs: &[Arc], prefer: Option<&[f64]>) -> Vec<usize> {
    let adjacency = Adjacency::new(n, arcs);
    let mut order = greedy(n, &adjacency, prefer);
    let mut rank = vec![0; n];
    for (place, &v) in order.iter().enumerate() {
        rank[v] = place;
    }
    if arcs.iter().all(|arc| rank[arc.from] < rank[arc.to]) {
        return rank;
    }
    for _ in 0..SIFTING_ROUNDS {
        if !sift_round(&mut order, &mut rank, &adjacency) {
            break;
        }
    }
    rank
}

/// Outgoing and incoming neighbours with weights.
struct Adjacency {
    out: Vec<Vec<(usize, f64)>>,
    into: Vec<Vec<(usize, f64)>>,
}

impl Adjacency {
    fn new(n: usize, arcs: &[Arc]) -> Self {
        let mut out = vec![Vec::new(); n];
        let mut into = vec![Vec::new(); n];
        for arc in arcs {
            out[arc.from].push((arc.to, arc.weight));
            into[arc.to].push((arc.from, arc.weight));
        }
        Self { out, into }
    }
}

/// Eades–Lin–Smyth: peel sinks to the right, sources to the left, else the vertex with the greatest surplus of
/// outgoing weight.
fn greedy(n: usize, adjacency: &Adjacency, prefer: Option<&[f64]>) -> Vec<usize> {
    let mut out_weight: Vec<f64> = adjacency.out.iter().map(|a| a.iter().map(|e| e.1).sum()).collect();
    let mut in_weight: Vec<f64> = adjacency.into.iter().map(|a| a.iter().map(|e| e.1).sum()).collect();
    let mut out_count: Vec<usize> = adjacency.out.iter().map(Vec::len).collect();
    let mut in_count: Vec<usize> = adjacency.into.iter().map(Vec::len).collect();
    let mut alive = vec![true; n];
    let mut sinks: Vec<usize> = (0..n).filter(|&v| out_count[v] == 0).collect();
    let mut sources: Vec<usize> = (0..n).filter(|&v| out_count[v] > 0 && in_count[v] == 0).collect();
    let mut left = Vec::with_capacity(n);
    let mut right = Vec::new();
    let mut remaining = n;
    while remaining > 0 {
        let (v, to_right) = if let Some(v) = sinks.pop() {
            (v, true)
        } else if let Some(v) = sources.pop() {
            (v, false)
        } else {
            let Some(v) = (0..n).filter(|&v| alive[v]).min_by(|&a, &b| {
                let surplus = |v: usize| out_weight[v] - in_weight[v];
                let key = |v: usize| prefer.map_or(0.0, |p| p[v]);
                let by_key = key(a).total_cmp(&key(b));
                let by_surplus = surplus(b).total_cmp(&surplus(a));
                if prefer.is_some() { by_key.then(by_surplus) } else { by_surplus }.then(a.cmp(&b))
            }) else {
                break;
            };
            (v, false)
        };
        if !alive[v] {
            continue;
        }
        alive[v] = false;
        remaining -= 1;
        if to_right {
            right.push(v);
        } else {
            left.push(v);
        }
        for &(w, weight) in &adjacency.out[v] {
            in_weight[w] -= weight;
            in_count[w] -= 1;
            if alive[w] && in_count[w] == 0 && out_count[w] > 0 {
                sources.push(w);
            }
        }
        for &(w, weight) in &adjacency.into[v] {
            out_weight[w] -= weight;
            out_count[w] -= 1;
            if alive[w] && out_count[w] == 0 {
                sinks.push(w);
            }
        }
    }
    right.reverse();
    left.extend(right);
    left
}

/// Moves every vertex to its best place once. Returns whether anything improved.
fn sift_round(order: &mut Vec<usize>, rank: &mut [usize], adjacency: &Adjacency) -> bool {
    let mut improved = false;
    for v in 0..rank.len() {
        // Place k means "before the vertex now at k". Only places next to a neighbour can be best.
        let mut events: Vec<(usize, f64)> = Vec::new();
        // Moving right past an out-neighbour makes that arc point backwards; past an in-neighbour cures one.
        events.extend(adjacency.out[v].iter().map(|&(w, weight)| (rank[w], weight)));
        events.extend(adjacency.into[v].iter().map(|&(w, weight)| (rank[w], -weight)));
        if events.len() < 2 {
            continue;
        }
        events.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let here = rank[v];
        let current: f64 = events.iter().filter(|e| e.0 < here).map(|e| e.1).sum();
        let (mut cost, mut best, mut best_place) = (0.0, current, here);
        if cost < best - 1e-9 {
            (best, best_place) = (cost, events[0].0);
        }
        for &(place, change) in &events {
            cost += change;
            if cost < best - 1e-9 {
                (best, best_place) = (cost, place + 1);
            }
        }
        if best_place == here {
            continue;
        }
        improved = true;
        order.remove(here);
        let target = if best_place > here { best_place - 1 } else { best_place };
        order.insert(target, v);
        for place in here.min(target)..=here.max(target) {
            rank[order[place]] = place;
        }
    }
    improved
}
