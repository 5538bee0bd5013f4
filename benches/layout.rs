//! Layered layout beside its peers on the same publish/subscribe graphs: time, straight-line crossings, overlaps,
//! and how far everything moves when one node is added.
//!
//! `cargo bench --no-default-features --bench layout [-- full]`. Seconds are processor time of our own engines and of
//! rust-sugiyama, and the clock's of dot. After each graph stands the goal: the time, and for the first graph of each size no more
//! crossings than dot at 100 and 300 nodes, fewer than rust-sugiyama beyond. Without `full` rust-sugiyama sits out the 3,000
//! nodes (it needs about 20 s) and so does dot above 300 (it does not finish). Peers that are not installed are
//! left out. The graphs are those of the generator in `layout/generator.rs`.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "layout/generator.rs"]
mod generator;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use isobar::topology::force;
use isobar::topology::layered::{
    Graph, Layout, Node, Options, Point, layout, layout_stable, mean_displacement, overlaps,
    straight_crossings,
};

/// Nodes, most crossings, seconds. The crossings are those of dot 2.43 at 100 and 300 nodes, and one fewer than those of
/// rust-sugiyama 0.4 at 1,000 and 3,000, on the first graph of each size.
const GOALS: [(usize, usize, f64); 4] =
    [(100, 82, 0.1), (300, 508, 0.1), (1_000, 10_660, 0.5), (3_000, 70_893, 3.0)];

fn main() {
    let full = std::env::args().any(|a| a == "full");
    println!(
        "{:>6} {:>5} {:<15} {:>8} {:>10} {:>9} {:>14} {:>12}",
        "nodes", "seed", "engine", "seconds", "crossings", "overlaps", "× sugiyama", "size"
    );
    for (n, seed) in
        [(100, 1), (100, 2), (100, 3), (300, 1), (300, 2), (300, 3), (1000, 1), (1000, 2), (3000, 1)]
    {
        let sample = generator::generate(n, seed);
        let graph = Graph {
            nodes: sample
                .sizes
                .iter()
                .map(|&(width, height)| Node { width, height, ..Node::default() })
                .collect(),
            edges: sample.edges.clone(),
        };
        let (drawn, seconds) = best_of(if n <= 300 { 5 } else { 2 }, || layout(&graph, &Options::default()));
        let peer = (n <= 1000 || full).then(|| sugiyama(&sample));
        let base = peer.as_ref().map(|(p, _)| straight_crossings(p, &graph.edges));
        row(n, seed, "isobar", seconds, &drawn.positions, &sample, base);
        if let Some((_, most, within)) = GOALS.iter().find(|goal| goal.0 == n) {
            let crossings = straight_crossings(&drawn.positions, &graph.edges);
            let verdict = |met: bool| if met { "met" } else { "MISSED" };
            // The peers' crossings are those of the first graph.
            let few = match seed {
                1 => format!("at most {most} crossings, {}; ", verdict(crossings <= *most)),
                _ => String::new(),
            };
            println!("{n:>6} {seed:>5} goal: {few}within {within} s, {}", verdict(seconds <= *within));
        }
        let (forced, seconds) = best_of(1, || force::layout(&graph, &Options::default()));
        row(n, seed, "isobar force", seconds, &forced.positions, &sample, base);
        if let Some((positions, seconds)) = &peer {
            row(n, seed, "rust-sugiyama", *seconds, positions, &sample, base);
        }
        if n <= 300
            && let Some((positions, seconds)) = dot(&sample)
        {
            row(n, seed, "dot", seconds, &positions, &sample, base);
        }
        growth(n, seed, &graph, &drawn);
        write_positions(n, seed, &drawn);
    }
}

/// When `ISOBAR_LAYOUT_OUT` names a folder, the positions go there as JSON, to be judged by other metrics.
fn write_positions(n: usize, seed: u32, drawn: &Layout) {
    let Some(folder) = std::env::var_os("ISOBAR_LAYOUT_OUT") else { return };
    let names = generator::names(n);
    let places: serde_json::Map<String, serde_json::Value> = names
        .into_iter()
        .zip(&drawn.positions)
        .map(|(name, p)| (name, serde_json::json!([p.x, p.y])))
        .collect();
    let path = std::path::Path::new(&folder).join(format!("g{n}-{seed}.pos"));
    std::fs::write(path, serde_json::to_string(&places).unwrap()).unwrap();
}

fn best_of<T>(times: usize, mut run: impl FnMut() -> T) -> (T, f64) {
    let mut best = f64::INFINITY;
    let mut result = None;
    for _ in 0..times {
        let start = now();
        result = Some(run());
        best = best.min(now() - start);
    }
    (result.unwrap(), best)
}

/// The processor time of this thread where the system tells it, else the clock, in seconds.
fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64(), |told| told / 1e9)
}

fn row(
    n: usize,
    seed: u32,
    engine: &str,
    seconds: f64,
    positions: &[Point],
    sample: &generator::Sample,
    base: Option<usize>,
) {
    let crossings = straight_crossings(positions, &sample.edges);
    let ratio = base.map_or_else(|| "–".into(), |b| format!("{:.2}", crossings as f64 / b.max(1) as f64));
    let span = |at: fn(&Point) -> f32| {
        let values = positions.iter().map(at);
        values.clone().fold(f32::NEG_INFINITY, f32::max) - values.fold(f32::INFINITY, f32::min)
    };
    let size = format!("{:.0}×{:.0}", span(|p| p.x), span(|p| p.y));
    let overlapping = overlaps(positions, &sample.sizes, 1.0);
    println!(
        "{n:>6} {seed:>5} {engine:<15} {seconds:>8.3} {crossings:>10} {overlapping:>9} {ratio:>14} {size:>12}"
    );
}

/// One more subscriber of an event in the middle: growing the drawing, and drawing it afresh.
fn growth(n: usize, seed: u32, graph: &Graph, drawn: &Layout) {
    let mut grown = graph.clone();
    grown.nodes.push(Node { width: 120.0, height: 48.0, ..Node::default() });
    grown.edges.push((n * 3 / 4, n));
    let previous: Vec<_> = drawn.positions.iter().copied().map(Some).collect();
    let (stable, seconds) = best_of(1, || layout_stable(&grown, &Options::default(), &previous));
    let afresh = layout(&grown, &Options::default());
    println!(
        "{n:>6} {seed:>5} one node more: {seconds:.3} s, mean displacement {:.2} grown, {:.1} drawn afresh; crossings {} and {}",
        mean_displacement(&drawn.positions, &stable.positions),
        mean_displacement(&drawn.positions, &afresh.positions),
        straight_crossings(&stable.positions, &grown.edges),
        straight_crossings(&afresh.positions, &grown.edges),
    );
}

fn sugiyama(sample: &generator::Sample) -> (Vec<Point>, f64) {
    let vertices: Vec<(u32, (f64, f64))> =
        (0_u32..).zip(&sample.sizes).map(|(i, s)| (i, (f64::from(s.1), f64::from(s.0)))).collect();
    let edges: Vec<(u32, u32)> =
        sample.edges.iter().map(|&(a, b)| (u32::try_from(a).unwrap(), u32::try_from(b).unwrap())).collect();
    let config = rust_sugiyama::configure::Config::default();
    let start = now();
    let parts = rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &config);
    let seconds = now() - start;
    let mut positions = vec![Point::default(); vertices.len()];
    let mut offset = 0.0;
    for (places, width, _) in &parts {
        for &(v, (x, y)) in places {
            positions[v] = Point { x: y.abs() as f32, y: (x + offset) as f32 };
        }
        offset += *width + 50.0;
    }
    (positions, seconds)
}

fn dot(sample: &generator::Sample) -> Option<(Vec<Point>, f64)> {
    let mut text =
        String::from("digraph g { rankdir=LR; nodesep=0.3; ranksep=0.8; node [shape=box fixedsize=true];\n");
    for (i, (width, height)) in sample.sizes.iter().enumerate() {
        text += &format!("n{i} [width={:.3} height={:.3} label=\"\"];\n", width / 72.0, height / 72.0);
    }
    for (a, b) in &sample.edges {
        text += &format!("n{a} -> n{b};\n");
    }
    text.push('}');
    let start = Instant::now();
    let mut child =
        Command::new("dot").arg("-Tplain").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    let seconds = start.elapsed().as_secs_f64();
    let mut positions = vec![Point::default(); sample.sizes.len()];
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let words: Vec<&str> = line.split(' ').collect();
        if let ["node", name, x, y, ..] = words[..] {
            let v: usize = name.strip_prefix('n')?.parse().ok()?;
            positions[v] = Point { x: x.parse::<f32>().ok()? * 72.0, y: y.parse::<f32>().ok()? * 72.0 };
        }
    }
    Some((positions, seconds))
}
