//! Discovery, measured: the sample boards found again in the logs of their own runs.

use std::collections::BTreeSet;
use std::fmt::Write;

use isobar::board::Board;
use isobar::replay::discovery::discover;
use isobar::replay::index::Log;
use isobar::replay::load::open;
use isobar::replay::mapping::Mapping;
use isobar::simulation::{Simulation, log};
use isobar::topology::{Topology, derive};

use super::generated;
use super::proposals::samples;

/// Who sends or reacts to what, by name.
type Edges = BTreeSet<(String, &'static str, String)>;

/// A log does not name policies: they are all one.
const POLICY: &str = "(a policy)";

fn edges(topology: &Topology, keep: impl Fn(&str, &str, bool) -> bool) -> Edges {
    let mut found = Edges::new();
    for reaction in &topology.reactions {
        let who = reaction.host.map_or(POLICY, |party| &topology[party].name);
        for output in &reaction.outputs {
            let name = &topology[output.message].name;
            if keep(who, name, true) {
                found.insert((who.to_owned(), "sends", name.clone()));
            }
        }
        for trigger in &reaction.triggers {
            let name = &topology[topology[*trigger].message].name;
            if keep(who, name, false) && !reaction.outputs.is_empty() {
                found.insert((who.to_owned(), "reacts to", name.clone()));
            }
        }
    }
    found
}

/// A run of a board without faults, as a log; with or without the ids of causes.
fn captured(board: &Board, with_causes: bool) -> Log {
    let mut quiet = board.clone();
    for scenario in quiet.scenarios.values_mut() {
        scenario.faults.clear();
    }
    let name = quiet.scenarios.keys().next().cloned();
    let mut run = Simulation::new(&quiet, name.as_deref(), 7).unwrap();
    run.run_until(900 * 1_000_000_000);
    let mut bytes = Vec::new();
    log::write(&run, &mut bytes).unwrap();
    if !with_causes {
        bytes = String::from_utf8(bytes).unwrap().replace("\"causationid\"", "\"nothing\"").into_bytes();
    }
    open(bytes, &Mapping::default()).unwrap()
}

/// What of a board its log can show: messages that are in it, sent by those who sent them there (a scenario's own
/// arrivals come from outside, whoever the board shows sending them), and reactions that sent something.
fn truth(board: &Board, log: &Log) -> Edges {
    let sent: BTreeSet<(String, &str)> = log
        .events(0..log.len())
        .map(|event| {
            let source = event.source_text().into_owned();
            (source.rsplit('/').next().unwrap_or_default().to_owned(), event.name())
        })
        .collect();
    let seen: BTreeSet<&str> = sent.iter().map(|(_, name)| *name).collect();
    edges(&derive(board), |who, name, sends| {
        seen.contains(name) && (!sends || who == POLICY || sent.contains(&(who.to_owned(), name)))
    })
}

fn found(log: &Log) -> Edges {
    edges(&derive(&discover(log).board), |_, _, _| true)
}

#[derive(Default)]
struct Score {
    found: usize,
    right: usize,
    there: usize,
}

impl Score {
    fn of(found: &Edges, truth: &Edges) -> Self {
        Self { found: found.len(), right: found.intersection(truth).count(), there: truth.len() }
    }

    fn add(&mut self, other: &Self) {
        self.found += other.found;
        self.right += other.right;
        self.there += other.there;
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.there.max(1) as f64
    }
}

#[test]
fn the_samples_are_found_again_in_their_own_logs() {
    let mut table = String::from(TABLE);
    let (mut stated, mut guessed) = (Score::default(), Score::default());
    for (name, board) in samples() {
        let log = captured(&board, true);
        let there = truth(&board, &log);
        let mine = found(&log);
        let with = Score::of(&mine, &there);
        let without = Score::of(&found(&captured(&board, false)), &there);
        writeln!(
            table,
            "| {name} | {} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
            log.len(),
            there.len(),
            with.precision(),
            with.recall(),
            without.precision(),
            without.recall()
        )
        .unwrap();
        let (missed, invented): (Vec<_>, Vec<_>) =
            (there.difference(&mine).collect(), mine.difference(&there).collect());
        assert!(
            with.precision() >= 0.95 && with.recall() >= 0.95,
            "{name}: missed {missed:?}, invented {invented:?}"
        );
        stated.add(&with);
        guessed.add(&without);
    }
    writeln!(
        table,
        "| **together** | | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
        stated.there,
        stated.precision(),
        stated.recall(),
        guessed.precision(),
        guessed.recall()
    )
    .unwrap();
    println!("{table}");

    generated::check("docs/discovery.md", &format!("{INTRODUCTION}{table}"), "discovery");
}

const TABLE: &str = "\
| Board | Events | Edges | Precision | Recall | Precision, no causes | Recall, no causes |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
";

const INTRODUCTION: &str = "\
# A board from a log alone

`isobar discover LOG` and *Make a board of it* in the Replay workspace draw the board that a captured log implies:
services from the sources, events, commands and queries from the types, reactions from what was caused by what, schemas
from the payloads, rates and latencies from the times, so that the board can be simulated at once.

A log shows messages as they are sent, not as they are received. A subscriber that reacts in silence leaves no trace and
is not found. Where the log names no causes, who reacts to what is guessed from what regularly came before in the same
process; the board says so. Where it names no processes either, as events fresh from a bus often do, the board shows who
sends what and nothing more; `--correlation-field` names the field that tells one process from another, if there is one.

Logs of process mining (XES, OCEL, and tables of them) name activities and who did the work, `org:resource`: people, roles,
machines. None of these published the event; the information system did, and it has no name there. So such a log has no
sources, its board has one service *System*, and the resource is a field of each event. `--source-field org:resource`, or
*Log* in the window, makes publishers of resources where they are systems after all.

Measured on the sample boards: each is run for up to fifteen minutes of virtual time without its faults, and the board
discovered from the log of that run is compared with the one that was run, edge by edge: *who sends what* and *who reacts to
what*, by name, as far as the log can show it. Precision is the share of the found edges that are there, recall the share
of those there that are found. The last two columns are from the same log without its causation ids.

";
