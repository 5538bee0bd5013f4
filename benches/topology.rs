//! A board of 30 domains, 1,000 services, 10,000 events and 40,000 links: what an edit costs, and what each view does.
//!
//! `cargo bench --no-default-features --bench topology` prints processor time in milliseconds, the mean of the best of
//! three batches, beside the goal where there is one. `-- write FILE` writes the board instead, to open it in the app;
//! `-- derive` derives over and over, for a profiler.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "topology/generator.rs"]
mod generator;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use isobar::advice::{self, Context, Level, Options};
use isobar::board::{Key, LinkId, Point, StickyKind};
use isobar::edit::Intent;
use isobar::io;
use isobar::topology::affected::{Change, affected};
use isobar::topology::focus::Neighbours;
use isobar::topology::grouping::{Grouping, Groups};
use isobar::topology::matrix::Matrix;
use isobar::topology::projection::{View, project};
use isobar::topology::{PartyIx, Subject, Topology, derive};
use isobar::view::Document;

fn main() {
    let board = generator::board(30, 1_000);
    let words: Vec<String> = std::env::args().collect();
    if let Some(at) = words.iter().position(|word| word == "write") {
        io::save(std::path::Path::new(&words[at + 1]), &board).unwrap();
        return;
    }
    if words.iter().any(|word| word == "derive") {
        (0..200).for_each(|_| drop(black_box(derive(&board))));
        return;
    }
    let topology = derive(&board);
    let graph = project(&board, &topology, View::Events);
    println!(
        "{} stickies, {} links; {} services, {} messages, {} entries; {} nodes, {} edges",
        board.stickies.len(),
        board.links.len(),
        topology.parties.len(),
        topology.messages.len(),
        topology.entries().count(),
        graph.node_count(),
        graph.edge_count()
    );
    time("derive", Some(50.0), || derive(&board));
    edits(&board);
    let context = Context::new(&board, &topology);
    let found = advice::advise(&context, &Options::default()).len();
    time(&format!("all advice ({found} findings)"), Some(500.0), || {
        advice::advise(&context, &Options::default())
    });
    for rule in advice::rules::RULES {
        let others = advice::rules::RULES.iter().filter(|other| other.name != rule.name);
        let only = Options { rules: others.map(|other| (other.name.to_owned(), Level::Allow)).collect() };
        time(&format!("  {} alone", rule.name), None, || advice::advise(&context, &only));
    }
    for view in View::ALL {
        time(&format!("view {}", view.name()), None, || project(&board, &topology, view));
    }
    let services = project(&board, &topology, View::Services);
    time("matrix", None, || Matrix::of(&services));
    time("groups, closed", None, || {
        let groups = Groups::of(&board, &topology, &graph, Grouping::Frames);
        groups.closed(&graph, &BTreeSet::new())
    });
    time("neighbours", None, || Neighbours::of(&graph));
    let service = Subject::Party(PartyIx(0));
    for change in Change::ALL {
        let name = format!("affected if one {}", change.words());
        time(&name, None, || affected(&board, &topology, service, change));
    }
}

/// What the topology costs after one edit, of each sort.
fn edits(board: &isobar::board::Board) {
    let mut document = Document::new(board.clone(), None, 1);
    let keys = vec![Key::Sticky(*board.stickies.keys().next().unwrap())];
    let link: LinkId = *board.links.keys().next().unwrap();
    let ends = (board.links[&link].from, board.links[&link].to);
    let at = Point::new(-400.0, -400.0);
    let edits = [
        ("a sticky moved", Intent::Move { keys, dx: 3.0, dy: 1.0 }),
        ("an event added", Intent::PlaceSticky { kind: StickyKind::Event, name: "Sold".into(), at }),
        ("a link added", Intent::Connect { from: ends.1, to: ends.0 }),
        ("a link removed", Intent::Remove { keys: vec![Key::Link(link)] }),
    ];
    for (what, intent) in edits {
        let before = Arc::new(derive(document.board()));
        let revision = document.revision();
        document.perform(&intent).unwrap();
        let touched = document.touched_since(revision).unwrap();
        // As when nobody else holds on to the topology, and as when a view does, so that it is copied.
        let goal = Some(16.0);
        report(&format!("  again after {what}"), goal, follows(&document, &before, &touched));
        time(&format!("  the same, copied first, after {what}"), goal, || {
            let mut after = Arc::clone(&before);
            Topology::follow(&mut after, document.board(), &touched);
            after
        });
    }
}

/// How long a topology takes to follow an edit, in milliseconds: by the clock, which tells short times, the best of
/// twenty.
fn follows(document: &Document, before: &Topology, touched: &BTreeSet<&Key>) -> f64 {
    let times = (0..20).map(|_| {
        let mut own = Arc::new(before.clone());
        let start = Instant::now();
        Topology::follow(&mut own, document.board(), touched);
        black_box(&own);
        start.elapsed().as_secs_f64() * 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}

/// The mean processor time of a run in the best of three batches, in milliseconds.
fn time_of<T>(mut run: impl FnMut() -> T) -> f64 {
    // The system tells processor time in steps of some milliseconds: a batch is much longer.
    const BATCH: f64 = 120.0;
    (0..3)
        .map(|_| {
            let (start, mut runs) = (now(), 0.0);
            while now() - start < BATCH {
                black_box(run());
                runs += 1.0;
            }
            (now() - start) / runs
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

fn time<T>(name: &str, goal: Option<f64>, run: impl FnMut() -> T) {
    report(name, goal, time_of(run));
}

fn report(name: &str, goal: Option<f64>, took: f64) {
    let verdict = goal.map_or_else(String::new, |goal| {
        format!("  goal {goal:.0} ms: {}", if took < goal { "met" } else { "MISSED" })
    });
    println!("{took:>9.2} ms  {name}{verdict}");
}
