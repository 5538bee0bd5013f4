//! Crossing reduction over the whole drawing when clusters stand: nodes move up and down inside their own
//! rectangle, or between the rectangles, with the edges that lead outside counted too.

use super::clusters::Groups;
use super::columns::Arrangement;
use super::problem::{Arc, Problem, merge};
use super::refine::{Plan, Walls, refine_within};
use super::{Graph, Options};

/// Moves nodes vertically to where their edges cross fewer others, each within its walls. `lines` are the heights
/// between which each node of a folded drawing stays.
pub(super) fn untangle(
    graph: &Graph,
    options: &Options,
    groups: &Groups,
    arcs: &[Arc],
    lines: Option<&[(f64, f64)]>,
    centres: &mut [(f64, f64)],
) {
    let n = graph.nodes.len();
    let (column, x) = columns(centres);
    let y: Vec<f64> = centres.iter().map(|c| c.1).collect();
    let mut problem = Problem::default();
    for v in 0..n {
        let (width, height) = graph.size(v);
        problem.width.push(width);
        problem.height.push(height);
    }
    problem.arcs = merge(
        arcs.iter()
            .filter(|arc| column[arc.from] != column[arc.to])
            .map(|&arc| {
                let forward = column[arc.from] < column[arc.to];
                if forward { arc } else { Arc { from: arc.to, to: arc.from, weight: arc.weight } }
            })
            .collect(),
    );
    let mut walls = walls(graph, options, groups, centres);
    if let Some(lines) = lines {
        walls.bounds.copy_from_slice(lines);
    }
    let mut arrangement = Arrangement { column, y, x };
    let bounds = walls
        .bounds
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |all, b| (all.0.min(b.0), all.1.max(b.1)));
    let rounds = ((20_000 / n.max(1)).clamp(6, 60) * options.effort as usize / 100).max(1);
    let plan = Plan {
        rounds,
        noise: 4.0,
        grid: Some(160),
        change_columns: false,
        gap: f64::from(options.node_gap),
        length_cost: 0.0007,
        bounds,
        seed: 2,
    };
    refine_within(&problem, &mut arrangement, &plan, Some(&walls));
    let polish = Plan { rounds: 3, noise: 0.0, grid: None, ..plan };
    refine_within(&problem, &mut arrangement, &polish, Some(&walls));
    for (centre, y) in centres.iter_mut().zip(arrangement.y) {
        centre.1 = y;
    }
}

/// Nodes by horizontal centre; centres less than half a unit apart count as one column.
fn columns(centres: &[(f64, f64)]) -> (Vec<usize>, Vec<f64>) {
    let mut order: Vec<usize> = (0..centres.len()).collect();
    order.sort_by(|&a, &b| centres[a].0.total_cmp(&centres[b].0).then(a.cmp(&b)));
    let mut x: Vec<f64> = Vec::new();
    let mut column = vec![0; centres.len()];
    for v in order {
        if x.last().is_none_or(|last| centres[v].0 - last > 0.5) {
            x.push(centres[v].0);
        }
        column[v] = x.len() - 1;
    }
    (column, x)
}

/// Members stay inside their cluster's rectangle as it stands and clear of each other; free nodes stay clear of
/// each other and of all rectangles.
fn walls(graph: &Graph, options: &Options, groups: &Groups, centres: &[(f64, f64)]) -> Walls {
    let n = graph.nodes.len();
    let gap = f64::from(options.node_gap);
    let (padding, title) = (f64::from(options.padding), f64::from(options.title_height));
    let extent = |v: usize| {
        let (width, height) = graph.size(v);
        let (x, y) = centres[v];
        (x - width / 2.0, x + width / 2.0, y - height / 2.0, y + height / 2.0)
    };
    let hull = |members: &[usize]| {
        let start = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY);
        members
            .iter()
            .map(|&v| extent(v))
            .fold(start, |a, b| (a.0.min(b.0), a.1.max(b.1), a.2.min(b.2), a.3.max(b.3)))
    };
    let all: Vec<usize> = (0..n).collect();
    let whole = hull(&all);
    let mut walls = Walls {
        bounds: vec![(whole.2, whole.3); n],
        others: vec![Vec::new(); n],
        taken: vec![Vec::new(); n],
    };
    // Boxes side by side keep a gap; the same distance decides who is in whose way.
    let meet = |a: (f64, f64, f64, f64), b: (f64, f64, f64, f64)| a.0 < b.1 + gap && b.0 < a.1 + gap;
    let rooms = groups.members.iter().map(|m| &m.1).chain([&groups.free]);
    for room in rooms {
        let inside = hull(room);
        for &v in room {
            if graph.nodes[v].cluster.is_some() {
                walls.bounds[v] = (inside.2, inside.3);
            }
            walls.others[v] =
                room.iter().copied().filter(|&w| w != v && meet(extent(v), extent(w))).collect();
        }
    }
    for (_, members) in &groups.members {
        let inside = hull(members);
        let outside = (inside.0 - padding, inside.1 + padding, 0.0, 0.0);
        for &v in groups.free.iter().filter(|&&v| meet(extent(v), outside)) {
            walls.taken[v].push((inside.2 - padding - title - gap, inside.3 + padding + gap));
        }
    }
    walls
}
