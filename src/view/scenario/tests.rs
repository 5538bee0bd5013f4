//! What can be written into a scenario, and what is told of one that makes no sense.

use super::*;
use crate::board::{Board, FaultKind, Promise};
use crate::simulation::compile::{Problem, compile_scenario, problems};
use crate::simulation::faults::FAULTS;
use crate::topology::{Topology, derive};

fn sample(name: &str) -> (Board, Topology, Names) {
    let sample = crate::samples::SAMPLES.iter().find(|sample| sample.name == name).unwrap();
    let board = crate::board::format::read(sample.text, crate::board::format::Syntax::Ron).unwrap();
    let topology = derive(&board);
    let names = Names::of(&board, &topology, board.scenarios.values().next());
    (board, topology, names)
}

/// Where nothing comes from outside, as in documents of services that do not say what follows from what, each message
/// that follows from no other arrives.
#[test]
fn a_board_without_an_entry_gets_a_scenario_of_all_that_begins_something() {
    let arrivals = |lines: &str| {
        let board = crate::board::testing::board(lines);
        let topology = derive(&board);
        let (name, edit) = write_new(&board, &Names::of(&board, &topology, None));
        let mut written = board.clone();
        crate::edit::apply(&mut written, &edit.ops).unwrap();
        let scenario = &written.scenarios[&name];
        compile_scenario(&written, &topology, &name, scenario).unwrap();
        scenario.stimuli.iter().map(|stimulus| stimulus.entry.clone()).collect::<Vec<_>>()
    };
    let events = "Service:Shop -> Event:OrderPlaced -> Channel:orders -> Service:Kitchen -> Event:MealCooked\n\
                  Service:Till -> Event:ShiftEnded\nEvent:StreetBlocked -> Service:Courier";
    assert_eq!(arrivals(events), ["OrderPlaced", "ShiftEnded", "StreetBlocked"]);
    let entry = format!("{events}\nActor:Guest -> Command:PlaceOrder -> Service:Shop");
    assert_eq!(arrivals(&entry), ["PlaceOrder"]);
    let circle = "Service:A -> Event:Asked -> Service:B -> Event:Answered -> Service:A";
    assert_eq!(arrivals(circle), ["Asked"]);
}

/// Nobody answers an event, so nothing is promised of its answer.
#[test]
fn a_first_promise_is_about_answers_only_where_somebody_waits_for_one() {
    let promise = |arriving: &[&str]| {
        let board = crate::board::testing::board(
            "Actor:Guest -> Command:PlaceOrder -> Service:Shop -> Event:OrderPlaced -> Service:Kitchen",
        );
        let stimulus = |entry: &&str| Stimulus { entry: (*entry).to_owned(), ..Stimulus::default() };
        let mut scenario =
            Scenario { stimuli: arriving.iter().map(stimulus).collect(), ..Scenario::default() };
        let names = Names::of(&board, &derive(&board), Some(&scenario));
        List::Expectations.add(&mut scenario, &names);
        scenario.expectations.pop().unwrap().name
    };
    assert_eq!(promise(&["OrderPlaced", "PlaceOrder"]), "99 % of place order answered");
    assert_eq!(promise(&["OrderPlaced"]), "no dead letters");
}

/// Every field of every part of every sample scenario can be filled in with what stands there, and nothing changes.
#[test]
fn what_a_field_shows_is_what_it_reads() {
    let mut seen = 0;
    for sample in crate::samples::SAMPLES {
        let board = crate::board::format::read(sample.text, crate::board::format::Syntax::Ron).unwrap();
        let topology = derive(&board);
        for (name, scenario) in &board.scenarios {
            let names = Names::of(&board, &topology, Some(scenario));
            let parts = List::ALL.iter().flat_map(|list| list.parts(scenario)).chain([Part::Whole]);
            for part in parts {
                for field in fields(scenario, part, &names) {
                    let mut after = scenario.clone();
                    fill(&mut after, part, field.name, &field.text, &names)
                        .unwrap_or_else(|error| panic!("{name}, {part:?}, {field:?}: {error}"));
                    assert_eq!(after, *scenario, "{name}, {part:?}: {field:?}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 200, "only {seen} fields");
}

/// Whatever kind of arrival, fault or promise is picked, what comes of it runs as it is.
#[test]
fn every_choice_makes_sense_at_once() {
    let (board, topology, names) = sample("avatar-store/orchestration");
    let runs = |scenario: &Scenario, what: &str| {
        compile_scenario(&board, &topology, "s", scenario).unwrap_or_else(|error| panic!("{what}: {error}"));
    };
    let (_, edit) = write_new(&board, &names);
    let mut whole = board.clone();
    crate::edit::apply(&mut whole, &edit.ops).unwrap();
    let plain = whole.scenarios["a day like any other"].clone();
    runs(&plain, "a new scenario");
    for list in List::ALL {
        let mut scenario = plain.clone();
        list.add(&mut scenario, &names);
        runs(&scenario, list.one());
        let part = *list.parts(&scenario).last().unwrap();
        for field in fields(&scenario, part, &names) {
            let Asks::One(choices) = field.asks else { continue };
            for choice in choices {
                // What replays or cuts off needs what this board does not have: an archive, a frame.
                if ["Replay", "Partition"].contains(&choice.as_str()) {
                    continue;
                }
                let mut chosen = scenario.clone();
                fill(&mut chosen, part, field.name, &choice, &names).unwrap();
                runs(&chosen, &choice);
                let shown = fields(&chosen, part, &names);
                let now = shown.iter().find(|other| other.name == field.name);
                assert_eq!(now.map(|field| field.text.as_str()), Some(choice.as_str()));
            }
        }
        remove(&mut scenario, part);
        assert_eq!(scenario, plain);
    }
}

#[test]
fn every_parameter_of_every_fault_is_read_back() {
    let names = Names { services: vec!["Shop".to_owned()], ..Names::default() };
    for row in &FAULTS {
        let fault = crate::board::Fault { kind: (row.example)(), ..crate::board::Fault::default() };
        for field in faults::fields(&fault, &names) {
            let mut after = fault.clone();
            faults::fill(&mut after, field.name, &field.text, &names).unwrap();
            assert_eq!(after.kind, fault.kind, "{}: {field:?}", row.name);
        }
    }
}

#[test]
fn senseless_text_is_refused_in_words_and_changes_nothing() {
    let (_, _, names) = sample("avatar-store/orchestration");
    let mut scenario = Scenario::default();
    for list in List::ALL {
        list.add(&mut scenario, &names);
    }
    scenario.faults[0].kind = FaultKind::Drop(0.1);
    scenario.expectations[0].promise =
        Promise::Latency { entry: names.entries[0].clone(), percentile: 99.0, under: Span(1) };
    for (part, field, text, words) in [
        (Part::Stimulus(0), "A second", "0", "`0` must be above zero"),
        (Part::Stimulus(0), "A second", "often", "`often` is not a number"),
        (Part::Stimulus(0), "Every", "0s", "There must be a pause"),
        (Part::Stimulus(0), "Times", "1s, soon", "`soon` is not a length of time"),
        (Part::Stimulus(0), "Payloads", "{\"a\":1}\n[2]", "Payload 2 is not an object"),
        (Part::Fault(0), "Share", "140 %", "`140 %` is not a share"),
        (Part::Fault(0), "From", "-1s", "is not a length of time"),
        (Part::Expectation(0), "Percentile", "101", "`101` is no percentile"),
        (Part::Whole, "Seed", "seven", "`seven` is not a whole number"),
    ] {
        let before = scenario.clone();
        let error = fill(&mut scenario, part, field, text, &names).unwrap_err();
        assert!(error.contains(words), "{field} `{text}`: {error}");
        assert_eq!(scenario, before);
    }
}

#[test]
fn what_makes_no_sense_is_told_of_each_part() {
    let (board, topology, names) = sample("avatar-store/orchestration");
    let mut scenario = Scenario::default();
    for list in List::ALL {
        list.add(&mut scenario, &names);
        list.add(&mut scenario, &names);
    }
    assert_eq!(problems(&board, &topology, "s", &scenario), []);
    scenario.stimuli[1].entry = "Nobody".to_owned();
    scenario.faults[0].target = "Nowhere".to_owned();
    scenario.expectations[1].promise = Promise::AtMostOnce("Nothing".to_owned());
    let wrong = problems(&board, &topology, "s", &scenario);
    let parts: Vec<Part> = wrong.iter().map(|problem| problem.part).collect();
    assert_eq!(parts, [Part::Stimulus(1), Part::Fault(0), Part::Expectation(1)]);
    for (Problem { error, .. }, name) in wrong.iter().zip(["Nobody", "Nowhere", "Nothing"]) {
        assert!(error.to_string().contains(name), "{error}");
    }
    assert_eq!(problems(&board, &topology, "s", &Scenario::default())[0].part, Part::Whole);
}

#[test]
fn a_promise_without_words_of_its_own_says_what_it_is() {
    let (_, _, names) = sample("avatar-store/orchestration");
    let mut scenario = Scenario::default();
    List::Expectations.add(&mut scenario, &names);
    let part = Part::Expectation(0);
    let mut set = |field: &str, text: &str| {
        fill(&mut scenario, part, field, text, &names).unwrap();
        scenario.expectations[0].name.clone()
    };
    assert_eq!(set("Promise", "dead letters"), "no dead letters");
    assert_eq!(set("At most", "3"), "no more than 3 dead letters");
    assert_eq!(set("In words", "nothing is lost"), "nothing is lost");
    assert_eq!(set("At most", "0"), "nothing is lost");
    assert_eq!(set("In words", ""), "no dead letters");
}

#[test]
fn scenarios_are_named_once() {
    let (board, _, _) = sample("avatar-store/orchestration");
    let name = board.scenarios.keys().next().unwrap().clone();
    let (copied, edit) = copy(&board, &name).unwrap();
    assert_eq!(copied, format!("{name} 2"));
    let mut after = board.clone();
    crate::edit::apply(&mut after, &edit.ops).unwrap();
    assert!(rename(&after, &copied, &name).unwrap_err().contains("already"));
    assert!(rename(&after, &copied, "").is_err());
    let edit = rename(&after, &copied, "a bad day").unwrap();
    crate::edit::apply(&mut after, &edit.ops).unwrap();
    assert_eq!(after.scenarios["a bad day"], board.scenarios[&name]);
    crate::edit::apply(&mut after, &edit.inverse()).unwrap();
    assert!(after.scenarios.contains_key(&copied));
}
