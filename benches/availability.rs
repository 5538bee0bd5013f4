//! Exact availability of layered networks with shared parts: the engine beside the frontier recurrence (here and in
//! Python) and PyPI `relibmss`, each on one and the same network; peers that are not installed are left out.
//!
//! `cargo bench --no-default-features --bench availability [-- --quick]`; `--quick` leaves the slow peers out.

use std::process::Command;
use std::time::Instant;

use isobar::availability::{Limits, NodeId, Structure, exact};

const P: f64 = 0.997;

/// Every node needs itself and one of two nodes of the layer before; the network needs one node of the last layer.
fn layered(length: usize, width: usize) -> (Structure, NodeId) {
    let mut s = Structure::new();
    let mut row: Vec<NodeId> = (0..width).map(|w| s.component(format!("0.{w}"), P)).collect();
    for l in 1..length {
        let mut next = Vec::with_capacity(width);
        for w in 0..width {
            let own = s.component(format!("{l}.{w}"), P);
            let fed = s.any([row[w], row[(w + 1) % width]]);
            next.push(s.all([own, fed]));
        }
        row = next;
    }
    let root = s.any(row);
    (s, root)
}

/// The recurrence over the sets of working nodes of a layer: knows this network's shape, unlike the engine.
fn recurrence(length: usize, width: usize) -> f64 {
    let chance =
        |up: usize, down: usize| P.powi(up.count_ones() as i32) * (1.0 - P).powi(down.count_ones() as i32);
    let all = (1_usize << width) - 1;
    let mut states: Vec<f64> = (0..=all).map(|m| chance(m, all & !m)).collect();
    for _ in 1..length {
        let mut next = vec![0.0; 1 << width];
        for (m, mass) in states.iter().enumerate() {
            let fed = (m | m >> 1 | (m & 1) << (width - 1)) & all;
            let mut up = fed;
            loop {
                next[up] += mass * chance(up, fed & !up);
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

/// Median seconds of several runs, and the last result.
fn timed<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let mut times = Vec::new();
    loop {
        let start = Instant::now();
        let result = run();
        times.push(start.elapsed().as_secs_f64());
        if times.len() >= 9 || (times.len() >= 3 && times.iter().sum::<f64>() > 1.0) {
            times.sort_by(f64::total_cmp);
            return (times[times.len() / 2], result);
        }
    }
}

/// Seconds and value as printed by a peer's script, if it can run within a minute.
fn peer(script: &str, length: usize, width: usize, extra: &[&str]) -> Option<(f64, f64)> {
    let path = format!("{}/benches/peers/{script}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("timeout")
        .args(["60", "python3", &path, &length.to_string(), &width.to_string()])
        .args(extra)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn main() {
    let quick = std::env::args().any(|a| a == "--quick" || a == "--test");
    println!(
        "exact availability, layered network, p = {P}; times in ms, median; * = no answer in 60 s or not installed"
    );
    println!(
        "{:>9} {:>6} {:>9} {:>10} {:>9} {:>12} {:>12} {:>14} {:>14}",
        "network",
        "parts",
        "engine",
        "of recurr.",
        "nodes",
        "error",
        "python DP",
        "relibmss",
        "relibmss tuned"
    );
    for (length, width) in [(3, 2), (4, 4), (8, 4), (12, 5), (25, 4), (100, 5), (200, 5)] {
        let (structure, root) = layered(length, width);
        let (engine, solved) = timed(|| exact(&structure, root, &Limits::default()));
        let (closed, oracle) = timed(|| recurrence(length, width));
        let Ok(solved) = solved else {
            println!("{length}x{width}: too entangled");
            continue;
        };
        let python = peer("frontier_layered.py", length, width, &[]);
        // The package's own order explodes early: past 32 parts it only costs the minute.
        let slow = quick || length * width > 60;
        let natural = if slow { None } else { peer("relibmss_layered.py", length, width, &["natural"]) };
        let tuned = if quick { None } else { peer("relibmss_layered.py", length, width, &["layers-first"]) };
        for (who, value) in [("python DP", python), ("relibmss", natural), ("relibmss tuned", tuned)] {
            if let Some((_, value)) = value {
                assert!((value - solved.availability).abs() < 1e-9, "{who} says {value}");
            }
        }
        let ms = |t: Option<(f64, f64)>| t.map_or("*".to_owned(), |(s, _)| format!("{:.3}", s * 1e3));
        println!(
            "{:>9} {:>6} {:>9.3} {:>9.1}x {:>9} {:>12.1e} {:>12} {:>14} {:>14}",
            format!("{length}x{width}"),
            length * width,
            engine * 1e3,
            engine / closed,
            solved.nodes,
            (solved.availability - oracle).abs(),
            ms(python),
            ms(natural),
            ms(tuned),
        );
    }
}
