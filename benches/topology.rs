//! A board of 30 domains, 1,000 services, 10,000 events and 40,000 links: what an edit costs, and what each view does.
//!
//! `cargo bench --no-default-features --bench topology` prints the least processor time of five runs, in
//! milliseconds. `-- write FILE` writes
//! the board instead, to open it in the app.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "topology/generator.rs"]
mod generator;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

use isobar::advice::{self, Context, Level, Options};
use isobar::io;
use isobar::topology::affected::{Change, affected};
use isobar::topology::focus::Neighbours;
use isobar::topology::grouping::{Grouping, Groups};
use isobar::topology::matrix::Matrix;
use isobar::topology::projection::{View, project};
use isobar::topology::{PartyIx, Subject, derive};

fn main() {
    let board = generator::board(30, 1_000);
    let words: Vec<String> = std::env::args().collect();
    if let Some(at) = words.iter().position(|word| word == "write") {
        io::save(std::path::Path::new(&words[at + 1]), &board).unwrap();
        return;
    }
    let topology = derive(&board);
    let graph = project(&board, &topology, View::Events);
    println!(
        "{} stickies, {} links; {} services, {} messages; {} nodes, {} edges",
        board.stickies.len(),
        board.links.len(),
        topology.parties.len(),
        topology.messages.len(),
        graph.node_count(),
        graph.edge_count()
    );
    time("derive", || derive(&board));
    for view in View::ALL {
        time(&format!("view {}", view.name()), || project(&board, &topology, view));
    }
    let services = project(&board, &topology, View::Services);
    time("matrix", || Matrix::of(&services));
    time("groups, closed", || {
        let groups = Groups::of(&board, &topology, &graph, Grouping::Frames);
        groups.closed(&graph, &BTreeSet::new())
    });
    time("neighbours", || Neighbours::of(&graph));
    let service = Subject::Party(PartyIx(0));
    for change in Change::ALL {
        time(&format!("affected if one {}", change.words()), || affected(&board, &topology, service, change));
    }
    let context = Context::new(&board, &topology);
    time("all advice", || advice::advise(&context, &Options::default()));
    for rule in advice::rules::RULES {
        let others = advice::rules::RULES.iter().filter(|other| other.name != rule.name);
        let only = Options { rules: others.map(|other| (other.name.to_owned(), Level::Allow)).collect() };
        let took = time_of(|| advice::advise(&context, &only));
        if took > 5.0 {
            println!("  {took:>9.2} ms  {}", rule.name);
        }
    }
}

/// The least processor time of five runs, in milliseconds.
fn time_of<T>(mut run: impl FnMut() -> T) -> f64 {
    (0..5)
        .map(|_| {
            let start = now();
            black_box(run());
            now() - start
        })
        .fold(f64::INFINITY, f64::min)
}

/// The processor time of this thread where the system tells it, else the clock, in milliseconds.
fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.unwrap_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e9) / 1e6
}

fn time<T>(name: &str, run: impl FnMut() -> T) {
    println!("{:>9.2} ms  {name}", time_of(run));
}
