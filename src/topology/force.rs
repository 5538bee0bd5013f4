//! Force-directed graph layout: neighbours attract, everything else repels; no overlaps, the same picture every
//! time.
//!
//! Source: Y. Hu, "Efficient, high-quality force-directed graph drawing", The Mathematica Journal 10 (2005): the
//! spring-electrical model, Barnes–Hut repulsion, adaptive steps, and a hierarchy of coarser graphs (by matching
//! neighbours) so that large graphs unfold.

mod quadtree;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::layered::{Arc, Graph, Layout, Options, finish, finish_in_place, pack, part, parts};
use quadtree::Tree;

/// Coarsening stops at this many points.
const COARSEST: usize = 24;
/// Strength of repulsion relative to attraction.
const REPULSION: f64 = 0.2;
/// Pull towards the middle, which keeps parts without connection on the page.
const GRAVITY: f64 = 0.02;
/// How the step shrinks and grows.
const COOLING: f64 = 0.9;
/// Nodes that were placed before move this much less than new ones.
const INERTIA: f64 = 0.02;

/// Lays a graph out by forces. Nodes with a hint stay near it when most nodes have one; clusters hold together
/// and get rectangles of their own.
pub fn layout(graph: &Graph, options: &Options) -> Layout {
    let n = graph.nodes.len();
    let distance = natural_distance(graph, options);
    let springs = springs(graph);
    let hints: Vec<Option<(f64, f64)>> = graph
        .nodes
        .iter()
        .map(|node| node.hint.map(|h| (f64::from(h.0), f64::from(h.1))))
        .map(|hint| hint.filter(|h| h.0.is_finite() && h.1.is_finite()))
        .collect();
    let grows = hints.iter().flatten().count() * 2 > n;
    if !grows {
        return finish(graph, options, &unfold_parts(graph, options, &springs, distance));
    }
    let system = System { springs: &springs, distance, mass: vec![1.0; n], freedom: freedom(&hints) };
    let mut places = near_neighbours(&hints, &springs, distance);
    system.relax(&mut places, distance * 0.2, 40);
    // What is not in the way of anything new returns exactly to its place.
    for (place, hint) in places.iter_mut().zip(&hints) {
        if let Some(hint) = hint {
            *place = *hint;
        }
    }
    part(graph, options, &hints, &mut places);
    finish_in_place(graph, options, &places)
}

/// Unfolds the parts without connection one by one and packs them on one page.
fn unfold_parts(graph: &Graph, options: &Options, springs: &[Arc], distance: f64) -> Vec<(f64, f64)> {
    let n = graph.nodes.len();
    let parts = parts(n, springs);
    let mut home = vec![(0, 0); n];
    for (p, members) in parts.iter().enumerate() {
        for (i, &v) in members.iter().enumerate() {
            home[v] = (p, i);
        }
    }
    let mut own = vec![Vec::new(); parts.len()];
    for spring in springs {
        let (p, from) = home[spring.from];
        own[p].push(Arc { from, to: home[spring.to].1, weight: spring.weight });
    }
    let mut all = vec![(0.0, 0.0); n];
    let mut boxes = Vec::with_capacity(parts.len());
    for (members, springs) in parts.iter().zip(&own) {
        let alone = Graph { nodes: members.iter().map(|&v| graph.nodes[v]).collect(), edges: Vec::new() };
        let mut places = unfold(members.len(), springs, distance);
        part(&alone, options, &[], &mut places);
        let aside = f64::from(options.padding) + f64::from(options.title_height);
        let (mut low, mut high) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        for (i, place) in places.iter().enumerate() {
            let size = alone.size(i);
            let air = if alone.nodes[i].cluster.is_some() { aside } else { 0.0 };
            let (half_width, half_height) = (size.0 / 2.0 + air, size.1 / 2.0 + air);
            low = (low.0.min(place.0 - half_width), low.1.min(place.1 - half_height));
            high = (high.0.max(place.0 + half_width), high.1.max(place.1 + half_height));
        }
        for (&v, place) in members.iter().zip(&places) {
            all[v] = (place.0 - low.0, place.1 - low.1);
        }
        boxes.push((high.0 - low.0, high.1 - low.1));
    }
    let (corners, _) = pack(&boxes, f64::from(options.node_gap) * 2.0);
    for (v, place) in all.iter_mut().enumerate() {
        let corner = corners[home[v].0];
        *place = (place.0 + corner.0, place.1 + corner.1);
    }
    all
}

/// The length an edge would like to have: room for a box and the gap beside it.
fn natural_distance(graph: &Graph, options: &Options) -> f64 {
    let n = graph.nodes.len().max(1) as f64;
    let sum: f64 = (0..graph.nodes.len()).map(|v| graph.size(v).0.max(graph.size(v).1)).sum();
    sum / n + f64::from(options.layer_gap)
}

/// The edges, and for each cluster a star of weak springs around its first member.
fn springs(graph: &Graph) -> Vec<Arc> {
    let mut springs = graph.arcs();
    let mut first_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (v, node) in graph.nodes.iter().enumerate() {
        if let Some(cluster) = node.cluster {
            let first = *first_of.entry(cluster).or_insert(v);
            if first != v {
                springs.push(Arc { from: first, to: v, weight: 0.5 });
            }
        }
    }
    springs
}

fn freedom(hints: &[Option<(f64, f64)>]) -> Vec<f64> {
    hints.iter().map(|hint| if hint.is_some() { INERTIA } else { 1.0 }).collect()
}

/// Old places, and for new nodes the middle of their placed neighbours (a little aside, so that several differ).
fn near_neighbours(hints: &[Option<(f64, f64)>], springs: &[Arc], distance: f64) -> Vec<(f64, f64)> {
    let count = hints.iter().flatten().count().max(1) as f64;
    let middle = hints.iter().flatten().fold((0.0, 0.0), |m, h| (m.0 + h.0 / count, m.1 + h.1 / count));
    let mut sums = vec![(0.0, 0.0, 0.0); hints.len()];
    for spring in springs {
        for (v, w) in [(spring.from, spring.to), (spring.to, spring.from)] {
            if let Some(hint) = hints[w] {
                sums[v] = (sums[v].0 + hint.0, sums[v].1 + hint.1, sums[v].2 + 1.0);
            }
        }
    }
    let beside = |v: usize| spiral(v + 1, distance * 0.1);
    hints
        .iter()
        .zip(sums)
        .enumerate()
        .map(|(v, (hint, (x, y, n)))| {
            hint.unwrap_or_else(|| {
                let aside = beside(v);
                let (x, y) = if n > 0.0 { (x / n, y / n) } else { middle };
                (x + aside.0, y + aside.1)
            })
        })
        .collect()
}

/// The k-th point of a sunflower: evenly spread, never on a line. The golden angle is stepped by rotation, so
/// that no trigonometric function is needed (their last bits differ between machines).
fn spiral(k: usize, pitch: f64) -> (f64, f64) {
    /// Cosine and sine of the golden angle, 2.39996 rad.
    const TURN: (f64, f64) = (-0.737_368_878_078_319_7, 0.675_490_294_261_523_7);
    let (mut x, mut y) = (1.0, 0.0);
    let (mut cos, mut sin) = TURN;
    let mut left = k;
    while left > 0 {
        if left & 1 == 1 {
            (x, y) = (x * cos - y * sin, x * sin + y * cos);
        }
        (cos, sin) = (cos * cos - sin * sin, 2.0 * cos * sin);
        left >>= 1;
    }
    let radius = pitch * (k as f64).sqrt();
    (x * radius, y * radius)
}

/// From the coarsest graph to the whole one.
fn unfold(n: usize, springs: &[Arc], distance: f64) -> Vec<(f64, f64)> {
    let mut levels: Vec<(Vec<Arc>, Vec<f64>, Vec<usize>)> = Vec::new();
    let (mut arcs, mut mass) = (springs.to_vec(), vec![1.0; n]);
    while mass.len() > COARSEST {
        let (parent, count) = matching(mass.len(), &arcs, &mass);
        if count * 10 > mass.len() * 9 {
            break;
        }
        let mut heavier = vec![0.0; count];
        for (v, &p) in parent.iter().enumerate() {
            heavier[p] += mass[v];
        }
        let next = coarsen(&arcs, &parent);
        levels.push((std::mem::replace(&mut arcs, next), std::mem::replace(&mut mass, heavier), parent));
    }
    let count = mass.len();
    let depth = levels.len() as i32;
    // A point of a coarser graph stands for several nodes: it needs more room.
    let scale = |mass: &[f64]| distance * (n as f64 / mass.len().max(1) as f64).sqrt();
    let length = scale(&mass);
    let mut places: Vec<(f64, f64)> = (0..count).map(|k| spiral(k, length)).collect();
    let system = System { springs: &arcs, distance: length, mass: mass.clone(), freedom: vec![1.0; count] };
    system.relax(&mut places, length, if depth > 0 { 200 } else { 300 });
    for (arcs, mass, parent) in levels.iter().rev() {
        let length = scale(mass);
        places = parent
            .iter()
            .enumerate()
            .map(|(v, &p)| {
                let aside = spiral(v % 64 + 1, length * 0.05);
                (places[p].0 + aside.0, places[p].1 + aside.1)
            })
            .collect();
        let system =
            System { springs: arcs, distance: length, mass: mass.clone(), freedom: vec![1.0; mass.len()] };
        system.relax(&mut places, length * 0.5, 60);
    }
    places
}

/// Pairs neighbours up, the lightest first; who finds no partner joins the group of a neighbour. Returns each
/// vertex's group and the number of groups.
fn matching(n: usize, arcs: &[Arc], mass: &[f64]) -> (Vec<usize>, usize) {
    let mut adjacent = vec![Vec::new(); n];
    for arc in arcs {
        adjacent[arc.from].push((arc.to, arc.weight));
        adjacent[arc.to].push((arc.from, arc.weight));
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| {
        mass[a].total_cmp(&mass[b]).then(adjacent[a].len().cmp(&adjacent[b].len())).then(a.cmp(&b))
    });
    let mut group = vec![usize::MAX; n];
    let mut count = 0;
    for &v in &order {
        if group[v] != usize::MAX {
            continue;
        }
        let partner = adjacent[v]
            .iter()
            .filter(|w| group[w.0] == usize::MAX && w.0 != v)
            .max_by(|a, b| (a.1 / mass[a.0]).total_cmp(&(b.1 / mass[b.0])).then(b.0.cmp(&a.0)));
        if let Some(&(w, _)) = partner {
            group[w] = count;
        } else if let Some(&(w, _)) = adjacent[v].iter().min_by_key(|w| w.0) {
            group[v] = group[w];
            continue;
        }
        group[v] = count;
        count += 1;
    }
    (group, count)
}

fn coarsen(arcs: &[Arc], parent: &[usize]) -> Vec<Arc> {
    let mut merged: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for arc in arcs {
        let (a, b) = (parent[arc.from], parent[arc.to]);
        if a != b {
            *merged.entry((a.min(b), a.max(b))).or_default() += arc.weight;
        }
    }
    merged.into_iter().map(|((from, to), weight)| Arc { from, to, weight }).collect()
}

/// Springs and charges.
struct System<'a> {
    springs: &'a [Arc],
    distance: f64,
    mass: Vec<f64>,
    /// How willingly each point moves, from 0 to 1.
    freedom: Vec<f64>,
}

impl System<'_> {
    /// Moves the points until the steps are small or the rounds are used up.
    fn relax(&self, places: &mut [(f64, f64)], step: f64, rounds: usize) {
        let (mut step, mut energy, mut progress) = (step, f64::INFINITY, 0);
        let mut force = vec![(0.0, 0.0); places.len()];
        for _ in 0..rounds {
            self.forces(places, &mut force);
            let mut now = 0.0;
            for ((place, f), freedom) in places.iter_mut().zip(&force).zip(&self.freedom) {
                let strength = (f.0 * f.0 + f.1 * f.1).sqrt();
                now += strength * strength;
                if strength > 0.0 {
                    let way = step.min(strength) * freedom / strength;
                    place.0 += f.0 * way;
                    place.1 += f.1 * way;
                }
            }
            if now < energy {
                progress += 1;
                if progress >= 5 {
                    progress = 0;
                    step /= COOLING;
                }
            } else {
                progress = 0;
                step *= COOLING;
            }
            energy = now;
            if step < self.distance * 0.005 {
                break;
            }
        }
    }

    fn forces(&self, places: &[(f64, f64)], force: &mut [(f64, f64)]) {
        let k = self.distance;
        let tree = Tree::new(places, &self.mass);
        let total: f64 = self.mass.iter().sum();
        let middle = places
            .iter()
            .zip(&self.mass)
            .fold((0.0, 0.0), |m, (p, mass)| (m.0 + p.0 * mass / total, m.1 + p.1 * mass / total));
        for ((f, &place), mass) in force.iter_mut().zip(places).zip(&self.mass) {
            let push = tree.field(place);
            let strength = REPULSION * k * k;
            f.0 = push.0 * strength - (place.0 - middle.0) * GRAVITY * mass;
            f.1 = push.1 * strength - (place.1 - middle.1) * GRAVITY * mass;
        }
        for spring in self.springs {
            let (a, b) = (places[spring.from], places[spring.to]);
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let pull = spring.weight * (dx * dx + dy * dy).sqrt() / k;
            force[spring.from].0 += dx * pull;
            force[spring.from].1 += dy * pull;
            force[spring.to].0 -= dx * pull;
            force[spring.to].1 -= dy * pull;
        }
    }
}
