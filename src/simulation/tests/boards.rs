//! Whole boards: the lessons of the samples, determinism of logs, the search, and bad input.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::board::{Board, Fault, FaultKind, format};
use crate::simulation::compile::compile;
use crate::simulation::expectations::Standing;
use crate::simulation::search::{self, Options};
use crate::simulation::{Simulation, SimulationError, Stop, log};

const SYNCHRONOUS: &str = include_str!("../../../sample-boards/avatar-store/synchronous.ron");
const ORCHESTRATION: &str = include_str!("../../../sample-boards/avatar-store/orchestration.ron");
const CHOREOGRAPHY: &str = include_str!("../../../sample-boards/avatar-store/choreography.ron");

fn board(text: &str) -> Board {
    format::read(text, format::Syntax::Ron).unwrap()
}

fn run(board: &Board, scenario: &str, seed: u64) -> Simulation {
    let mut simulation = Simulation::new(board, Some(scenario), seed).unwrap();
    simulation.run();
    simulation
}

fn jsonl(simulation: &Simulation) -> String {
    let mut bytes = Vec::new();
    log::write(simulation, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

const NOBODY_PAYS_FOR_NOTHING: &str = "no customer pays without avatar or refund";

#[test]
fn synchronous_customers_pay_and_get_nothing_and_orchestrated_ones_get_avatar_or_refund() {
    for seed in [7, 8, 9] {
        let (synchronous, orchestration) = (
            run(&board(SYNCHRONOUS), "checkout day", seed),
            run(&board(ORCHESTRATION), "checkout day", seed),
        );
        let arrived = |simulation: &Simulation| simulation.entry_metrics().next().unwrap().1.arrived;
        assert_eq!(arrived(&synchronous), arrived(&orchestration), "the same customers come");
        let verdict = |simulation: &Simulation| {
            let mut all = simulation.verdicts().into_iter();
            all.find(|verdict| verdict.name == NOBODY_PAYS_FOR_NOTHING).unwrap()
        };
        let (lost, safe) = (verdict(&synchronous), verdict(&orchestration));
        assert!(lost.broken > 0 && lost.standing == Standing::Broken, "seed {seed}");
        assert_eq!((safe.broken, safe.standing), (0, Standing::Kept), "seed {seed}");
        assert_eq!(safe.kept, arrived(&orchestration), "everybody who came is served or refunded");
        assert_eq!(orchestration.stopped(), Some(&Stop::Drained));
    }
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_one_does_not() {
    let board = board(ORCHESTRATION);
    let first = jsonl(&run(&board, "crashes", 7));
    assert_eq!(first, jsonl(&run(&board, "crashes", 7)));
    assert_ne!(first, jsonl(&run(&board, "crashes", 8)));
}

#[test]
fn logs_are_cloud_events_whose_causes_come_first_and_share_their_process() {
    let text = jsonl(&run(&board(ORCHESTRATION), "checkout day", 7));
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut last = String::new();
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for line in text.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(text("specversion"), "1.0");
        for required in ["id", "source", "type", "correlationid", "isobarkind", "isobarlink"] {
            assert!(!text(required).is_empty(), "{required} in {line}");
        }
        assert!(event["data"].is_object());
        assert!(text("time") >= last, "in order of time");
        last = text("time");
        let cause = text("causationid");
        if !cause.is_empty() {
            assert_eq!(seen.get(&cause), Some(&text("correlationid")), "{line}");
        }
        assert!(seen.insert(text("id"), text("correlationid")).is_none(), "an id once");
        *kinds.entry(text("isobarkind")).or_default() += 1;
    }
    assert!(seen.len() > 10_000);
    assert!(kinds["event"] > 1_000 && kinds["command"] > 1_000);
}

#[test]
fn identities_of_a_payload_agree_within_a_process() {
    let board = board(ORCHESTRATION);
    let mut simulation = Simulation::new(&board, Some("quiet evening"), 7).unwrap();
    simulation.run_until(20_000_000_000);
    let mut by_process: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for event in simulation.trace().unwrap().iter().filter_map(|event| log::line(&simulation, event)) {
        let Some(checkout) = event["data"].get("checkoutId") else { continue };
        let process = event["correlationid"].as_str().unwrap().to_owned();
        assert_eq!(by_process.entry(process).or_insert_with(|| checkout.clone()), checkout);
    }
    assert!(by_process.len() > 10);
}

#[test]
fn every_sample_runs_to_its_end_and_no_process_runs_away() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-boards");
    let mut boards = 0;
    for folder in std::fs::read_dir(directory).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let path = file.path();
            if path.extension().is_none_or(|extension| extension != "ron") {
                continue;
            }
            let board = board(&std::fs::read_to_string(&path).unwrap());
            boards += 1;
            for scenario in board.scenarios.keys() {
                let simulation = run(&board, scenario, 7);
                assert_eq!(simulation.stopped(), Some(&Stop::Drained), "{} {scenario}", path.display());
                assert_eq!(simulation.runaway(), None, "{} {scenario}", path.display());
                assert!(
                    simulation.entry_metrics().all(|(_, m)| m.arrived > 0),
                    "{} {scenario}",
                    path.display()
                );
                for verdict in simulation.verdicts() {
                    assert_ne!(verdict.standing, Standing::Untested, "{} {}", path.display(), verdict.name);
                }
            }
        }
    }
    assert!(boards >= 11, "{boards}");
}

/// The findings of a small search that broke something, by promise.
fn broken(board: &Board, runs: u64) -> BTreeMap<String, search::Finding> {
    let model = Arc::new(compile(board, Some("quiet evening")).unwrap());
    let search = search::search(&model, Options { runs, seed: 1, drawn: true }, || {});
    assert_eq!(search.stopped, 0);
    let findings = search.promises;
    let found = findings.into_iter().filter(|finding| finding.broken > 0);
    found.map(|finding| (finding.name.clone(), finding)).collect()
}

#[test]
fn the_search_finds_the_lost_avatar_and_shrinks_it() {
    let found = broken(&board(SYNCHRONOUS), 24);
    let finding = &found[NOBODY_PAYS_FOR_NOTHING];
    let example = finding.counterexample.as_ref().unwrap();
    assert!(!example.faults.is_empty() && example.faults.len() <= 2, "{:?}", example.faults);
    assert!(finding.low < finding.share && finding.share < finding.high);
    // Put back into the board as a scenario, it breaks the same promise at the same moment.
    let mut board = board(SYNCHRONOUS);
    let scenario = example.scenario(&board.scenarios["quiet evening"], &finding.name);
    board.scenarios.insert("counterexample".to_owned(), scenario);
    let again = run(&board, "counterexample", example.seed);
    let verdict = again.verdicts().into_iter().find(|verdict| verdict.name == finding.name).unwrap();
    assert_eq!(verdict.first, Some(example.breach));
}

#[test]
fn the_search_finds_nothing_unsafe_in_the_orchestration() {
    let found = broken(&board(ORCHESTRATION), 24);
    for safe in [NOBODY_PAYS_FOR_NOTHING, "never charged twice", "no dead letters"] {
        assert!(!found.contains_key(safe), "{:?}", found.get(safe));
    }
}

#[test]
fn planted_mistakes_are_found() {
    let mut careless = board(ORCHESTRATION);
    for service in careless.services.values_mut() {
        service.idempotent = false;
    }
    let simulation = run(&careless, "checkout day", 7);
    let standing = |simulation: &Simulation, name: &str| {
        simulation.verdicts().into_iter().find(|verdict| verdict.name == name).unwrap().standing
    };
    assert_eq!(
        standing(&simulation, "never charged twice"),
        Standing::Broken,
        "duplicates without idempotency"
    );
    let mut dual = board(ORCHESTRATION);
    for service in dual.services.values_mut() {
        service.publishing = crate::board::Publishing::Direct;
    }
    let simulation = run(&dual, "crashes", 7);
    assert_eq!(standing(&simulation, NOBODY_PAYS_FOR_NOTHING), Standing::Broken, "a dual write loses events");
}

#[test]
fn a_fault_by_hand_strikes_and_is_lifted() {
    let board = board(CHOREOGRAPHY);
    let mut simulation = Simulation::new(&board, Some("quiet evening"), 7).unwrap();
    simulation.run_until(10_000_000_000);
    let fault = Fault { kind: FaultKind::Down, target: "Inventory".to_owned(), ..Fault::default() };
    let number = simulation.strike(&fault).unwrap();
    simulation.run_until(20_000_000_000);
    let is_up = |simulation: &Simulation| simulation.services().find(|s| s.name == "Inventory").unwrap().up;
    assert!(!is_up(&simulation));
    assert!(simulation.channels().any(|channel| channel.depth > 0), "work piles up");
    simulation.lift(number);
    simulation.run_until(30_000_000_000);
    assert!(is_up(&simulation));
    assert!(simulation.issue("CreateCheckout"));
    assert!(!simulation.issue("NoSuchThing"));
    let nowhere = Fault { target: "Nowhere".to_owned(), ..fault };
    assert!(matches!(simulation.strike(&nowhere), Err(SimulationError::Unknown { .. })));
    simulation.run();
    assert_eq!(simulation.stopped(), Some(&Stop::Drained));
}

#[test]
fn messages_on_their_way_name_the_links_they_travel_along() {
    let board = board(ORCHESTRATION);
    let mut simulation = Simulation::new(&board, Some("checkout day"), 7).unwrap();
    let mut seen = 0;
    while simulation.now() < 60_000_000_000 && simulation.step() {
        for flight in simulation.flights() {
            seen += 1;
            assert!(!flight.links.is_empty(), "{}", flight.message);
            assert!(flight.links.iter().all(|link| board.links.contains_key(link)));
            assert!(flight.departed <= simulation.now() && simulation.now() <= flight.arrives);
        }
    }
    assert!(seen > 100);
}
