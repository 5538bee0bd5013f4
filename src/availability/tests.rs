//! What the availability engine promises: closed answers, enumeration, the frontier recurrence, sampling.

mod board;

use proptest::prelude::*;

use super::*;

fn solve(s: &Structure, root: NodeId) -> Exact {
    exact(s, root, &Limits::default()).unwrap()
}

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected} within {tolerance}");
}

/// Probability that the root is up, by adding up all states.
fn enumerate(s: &Structure, root: NodeId) -> f64 {
    let n = s.components().len();
    (0..1_u32 << n)
        .filter(|state| s.is_up(root, |c| state >> c.index() & 1 == 1))
        .map(|state| {
            s.components()
                .iter()
                .enumerate()
                .map(|(i, c)| if state >> i & 1 == 1 { c.availability } else { c.unavailability })
                .product::<f64>()
        })
        .sum()
}

/// Importance by its definition: availability with the component up, less that with it down.
fn importance_by_definition(s: &Structure, root: NodeId, component: usize) -> f64 {
    let with = |availability: f64| {
        let mut s = s.clone();
        s.components[component].availability = availability;
        s.components[component].unavailability = 1.0 - availability;
        enumerate(&s, root)
    };
    with(1.0) - with(0.0)
}

/// `length` layers of `width` nodes; a node works when it is up and one of the two before it works; the network
/// works when one node of the last layer does.
fn layered(length: usize, width: usize, p: f64) -> (Structure, NodeId) {
    let mut s = Structure::new();
    let mut row: Vec<NodeId> = (0..width).map(|w| s.component(format!("0.{w}"), p)).collect();
    for l in 1..length {
        row = (0..width)
            .map(|w| {
                let own = s.component(format!("{l}.{w}"), p);
                let fed = s.any([row[w], row[(w + 1) % width]]);
                s.all([own, fed])
            })
            .collect();
    }
    let root = s.any(row);
    (s, root)
}

/// The recurrence over sets of working nodes of a layer, independent of the engine.
fn frontier_recurrence(length: usize, width: usize, p: f64) -> f64 {
    let mut states = vec![0.0; 1 << width];
    for (m, chance) in states.iter_mut().enumerate() {
        let up = m.count_ones() as i32;
        *chance = p.powi(up) * (1.0 - p).powi(width as i32 - up);
    }
    for _ in 1..length {
        let mut next = vec![0.0; 1 << width];
        for (m, chance) in states.iter().enumerate() {
            let fed = (0..width).filter(|w| m >> w & 1 == 1 || m >> ((w + 1) % width) & 1 == 1);
            let fed: usize = fed.map(|w| 1 << w).sum();
            // All subsets of the nodes that are fed.
            let mut up = fed;
            loop {
                let (a, b) = (up.count_ones() as i32, (fed & !up).count_ones() as i32);
                next[up] += chance * p.powi(a) * (1.0 - p).powi(b);
                if up == 0 {
                    break;
                }
                up = (up - 1) & fed;
            }
        }
        states = next;
    }
    1.0 - states[0]
}

#[test]
fn three_services_in_a_row_multiply() {
    let mut s = Structure::new();
    let services: Vec<NodeId> = ["Store", "Balance", "Inventory"].map(|n| s.component(n, 0.997)).into();
    let root = s.all(services);
    let exact = solve(&s, root);
    close(exact.availability, 0.991_026_973, 1e-12);
    close(downtime_hours(exact.unavailability), 78.66, 0.01);
    exact.importance.iter().for_each(|i| close(*i, 0.997 * 0.997, 1e-12));
}

#[test]
fn two_of_three_replicas() {
    let mut s = Structure::new();
    let replicas: Vec<NodeId> = (0..3).map(|i| s.component(format!("replica {i}"), 0.997)).collect();
    let root = s.at_least(2, replicas);
    close(solve(&s, root).availability, 0.999_973_054, 1e-12);
}

#[test]
fn a_shared_database_counts_once() {
    // Three chains (service and database), all needed: naïvely (p²)³, exactly p⁴.
    let mut s = Structure::new();
    let database = s.component("database", 0.997);
    let chains: Vec<NodeId> = (0..3)
        .map(|i| {
            let service = s.component(format!("service {i}"), 0.997);
            s.all([service, database])
        })
        .collect();
    let root = s.all(chains);
    let exact = solve(&s, root);
    close(exact.availability, 0.988_053_892, 5e-10);
    close(exact.availability, 0.997_f64.powi(4), 1e-15);
}

#[test]
fn a_redundant_pair_on_one_database_is_no_better_than_the_database() {
    let mut s = Structure::new();
    let database = s.component("database", 0.997);
    let pair = ["blue", "green"].map(|n| {
        let service = s.component(n, 0.997);
        s.all([service, database])
    });
    let root = s.any(pair);
    let exact = solve(&s, root);
    close(exact.availability, 0.996_991_027, 1e-12);
    assert!(exact.importance[0] > 100.0 * exact.importance[1], "the database is the weakest link");
    let naive = 0.999_964_108;
    close(exact.unavailability / (1.0 - naive), 84.0, 1.0);
}

#[test]
fn the_bridge_network() {
    // Five links: a, b from the source, c, d to the sink, e across.
    let mut s = Structure::new();
    let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(|n| s.component(n, 0.9));
    let paths = [s.all([a, c]), s.all([b, d]), s.all([a, e, d]), s.all([b, e, c])];
    let root = s.any(paths);
    close(solve(&s, root).availability, 0.978_48, 1e-12);
}

#[test]
fn constants_and_single_components() {
    let mut s = Structure::new();
    let (always, never) = (s.always(), s.never());
    let part = s.component("part", 0.9);
    let both = s.all([always, part]);
    let either = s.any([never, part]);
    let dead = s.all([never, part]);
    let twice = s.at_least(2, [part, part]);
    assert_eq!(solve(&s, always).availability, 1.0);
    assert_eq!(solve(&s, dead).availability, 0.0);
    for root in [part, both, either, twice] {
        let exact = solve(&s, root);
        close(exact.availability, 0.9, 1e-15);
        assert_eq!(exact.importance, [1.0]);
    }
}

#[test]
fn repair_times_give_availability() {
    let mut s = Structure::new();
    let part = s.repairable("disk", 997.0, 3.0);
    let solid = s.repairable("rock", f64::INFINITY, 5.0);
    let gone = s.repairable("gone", 5.0, f64::INFINITY);
    close(solve(&s, part).availability, 0.997, 1e-15);
    assert_eq!(solve(&s, solid).availability, 1.0);
    assert_eq!(solve(&s, gone).availability, 0.0);
}

#[test]
fn tiny_unavailability_keeps_its_digits() {
    let mut s = Structure::new();
    let parts: Vec<NodeId> = (0..4).map(|i| s.repairable(format!("{i}"), 1e6, 1.0)).collect();
    let root = s.any(parts);
    let exact = solve(&s, root);
    let q: f64 = 1.0 / (1e6 + 1.0);
    close(exact.unavailability / q.powi(4), 1.0, 1e-12);
    close(exact.importance[0] / q.powi(3), 1.0, 1e-9);
}

#[test]
fn layered_networks_agree_with_the_frontier_recurrence() {
    for (length, width) in [(3, 2), (4, 4), (8, 4), (12, 5), (25, 4), (100, 5), (200, 5)] {
        for p in [0.997, 0.9] {
            let (s, root) = layered(length, width, p);
            let exact = solve(&s, root);
            close(exact.availability, frontier_recurrence(length, width, p), 1e-12);
            assert!(
                exact.nodes < 80 * length * width,
                "{length}x{width}: the diagram has {} nodes",
                exact.nodes
            );
        }
    }
}

#[test]
fn layered_networks_do_not_depend_on_the_order_of_declaration() {
    // The same network declared from the far end: components numbered against the flow.
    let (length, width, p) = (60, 5, 0.97);
    let mut s = Structure::new();
    let parts: Vec<NodeId> = (0..length * width).rev().map(|i| s.component(format!("{i}"), p)).collect();
    let part = |l: usize, w: usize| parts[(l * 7 % length) * width + w];
    let mut row: Vec<NodeId> = (0..width).map(|w| part(0, w)).collect();
    for l in 1..length {
        let fed: Vec<NodeId> = (0..width).map(|w| s.any([row[w], row[(w + 1) % width]])).collect();
        row = (0..width).map(|w| s.all([part(l, w), fed[w]])).collect();
    }
    let root = s.any(row);
    close(solve(&s, root).availability, frontier_recurrence(length, width, p), 1e-12);
}

/// Wires 60 parts into three levels of gates over far-apart children: no order of inputs is narrow.
fn entangled() -> (Structure, NodeId) {
    let mut s = Structure::new();
    let parts: Vec<NodeId> = (0..60).map(|i| s.component(format!("{i}"), 0.99)).collect();
    let mut row = parts;
    for stride in [7, 13, 23] {
        row = (0..60)
            .map(|i| {
                let choice = s.any([row[i], row[(i * stride + 5) % 60]]);
                s.all([choice, row[(i + stride) % 60]])
            })
            .collect();
    }
    let root = s.at_least(50, row);
    (s, root)
}

#[test]
fn an_exploding_diagram_ends_in_bounds_that_hold() {
    let (s, root) = entangled();
    let limits = Limits { nodes: 20_000, bound_width: 512 };
    let error = exact(&s, root, &limits).unwrap_err();
    assert!(error.lower < error.upper, "{error}");
    assert!(0.0 < error.lower && error.upper <= 1.0, "{error}");
    let (estimate, sigma) = sample(&s, root, 20_000);
    assert!(
        estimate > error.lower - 4.0 * sigma && estimate < error.upper + 4.0 * sigma,
        "{error}: {estimate}"
    );
    let wider = exact(&s, root, &Limits { bound_width: 4_096, ..limits }).unwrap_err();
    assert!(wider.upper - wider.lower < error.upper - error.lower, "more states, closer bounds");
    assert!(error.to_string().contains("20000 diagram nodes"), "{error}");
}

/// Monte Carlo estimate and its standard error, from a fixed stream.
fn sample(s: &Structure, root: NodeId, runs: u32) -> (f64, f64) {
    let mut state = 7_u64;
    let mut uniform = || {
        // SplitMix64 (Steele, Lea & Flood, 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut hits = 0;
    for _ in 0..runs {
        let up: Vec<bool> = s.components().iter().map(|c| uniform() < c.availability).collect();
        hits += u32::from(s.is_up(root, |c| up[c.index()]));
    }
    let mean = f64::from(hits) / f64::from(runs);
    (mean, (mean * (1.0 - mean) / f64::from(runs)).sqrt().max(1.0 / f64::from(runs)))
}

#[test]
fn sampling_confirms_a_large_structure() {
    // 300 parts; choices, chains, quorums and a few parts shared by everyone.
    let mut s = Structure::new();
    let shared: Vec<NodeId> = (0..3).map(|i| s.component(format!("shared {i}"), 0.98)).collect();
    let mut entries = Vec::new();
    for e in 0..33 {
        let own: Vec<NodeId> = (0..9).map(|i| s.component(format!("{e}.{i}"), 0.9)).collect();
        let quorum = s.at_least(3, own[0..5].iter().copied());
        let left = s.all([quorum, shared[e % 3]]);
        let right = s.all([own[5], own[6], shared[(e + 1) % 3]]);
        let either = s.any([left, right, own[7]]);
        entries.push(s.all([either, own[8]]));
    }
    let root = s.at_least(28, entries);
    let exact = solve(&s, root);
    let (estimate, sigma) = sample(&s, root, 40_000);
    close(exact.availability, estimate, 4.0 * sigma);
}

/// A random structure over up to ten components: gates choose among all nodes made before them.
fn random_structure() -> impl Strategy<Value = (Structure, NodeId)> {
    let parts = proptest::collection::vec(0.0..=1.0_f64, 1..=10);
    let gates = proptest::collection::vec((0..4_u32, proptest::collection::vec(any::<u32>(), 0..5)), 0..14);
    (parts, gates).prop_map(|(parts, gates)| {
        let mut s = Structure::new();
        let mut nodes: Vec<NodeId> =
            parts.iter().enumerate().map(|(i, p)| s.component(format!("{i}"), *p)).collect();
        for (kind, picks) in gates {
            let children: Vec<NodeId> = picks.iter().map(|p| nodes[*p as usize % nodes.len()]).collect();
            nodes.push(match kind {
                0 => s.all(children),
                1 => s.any(children),
                k => s.at_least(k, children),
            });
        }
        let root = nodes[nodes.len() - 1];
        (s, root)
    })
}

proptest! {
    #[test]
    fn random_structures_agree_with_enumeration((s, root) in random_structure()) {
        let exact = solve(&s, root);
        let expected = enumerate(&s, root);
        prop_assert!((exact.availability - expected).abs() < 1e-12, "{} {expected}", exact.availability);
        prop_assert!((exact.unavailability - (1.0 - expected)).abs() < 1e-12);
        for (i, own) in exact.importance.iter().enumerate() {
            let expected = importance_by_definition(&s, root, i);
            prop_assert!((own - expected).abs() < 1e-12, "component {i}: {own} {expected}");
        }
    }

    #[test]
    fn bounds_enclose_the_exact_value((s, root) in random_structure(), width in 1..4_usize) {
        let limits = Limits { nodes: 0, bound_width: width };
        let expected = enumerate(&s, root);
        match exact(&s, root, &limits) {
            Ok(exact) => prop_assert!((exact.availability - expected).abs() < 1e-12),
            Err(e) => prop_assert!(e.lower <= expected + 1e-12 && expected <= e.upper + 1e-12, "{e} {expected}"),
        }
    }
}
