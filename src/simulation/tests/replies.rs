//! Asynchronous commands and their response channels, on boards as people draw them.

use std::sync::Arc;

use crate::board::{Board, Fault, FaultKind, format};
use crate::simulation::compile::compile;
use crate::simulation::trace::TraceKind;
use crate::simulation::{Simulation, log};

/// A process manager that sends `ShipOrder`, asynchronously and answered on `replies`, and cancels when it fails.
/// `drawn` is more of the board: what the handler publishes.
fn board(drawn: &str, command: &str) -> Board {
    let text = format!(
        r#"(
    format: 1,
    services: {{
        "Orders": (publishing: outbox, idempotent: true, process_manager: true),
        "Shipping": (publishing: outbox, idempotent: true),
    }},
    events: {{ "OrderCancelled": (failure: true), "ShippingDeclined": (failure: true) }},
    commands: {{
        "PlaceOrder": (),
        "ShipOrder": (mode: asynchronous, response_channel: "replies"{command}),
    }},
    channels: {{
        "inbox": (kind: queue, preset: "sqs", dead_letter: "inbox-dead", max_receive_count: 2),
        "replies": (kind: queue, preset: "sqs"),
    }},
    stickies: {{
        "1": (kind: actor, name: "Customer", at: (0, 0)),
        "2": (kind: command, name: "PlaceOrder", at: (100, 0)),
        "3": (kind: service, name: "Orders", at: (200, 0)),
        "4": (kind: command, name: "ShipOrder", at: (300, 0)),
        "5": (kind: channel, name: "inbox", at: (400, 0)),
        "6": (kind: service, name: "Shipping", at: (500, 0)),
        "7": (kind: event, name: "OrderCancelled", at: (300, 100)),
        {drawn}
    }},
    links: {{
        "1": (from: "1", to: "2"),
        "2": (from: "2", to: "3"),
        "3": (from: "3", to: "4"),
        "4": (from: "4", to: "5"),
        "5": (from: "5", to: "6"),
        "6": (from: "3", to: "7", outcome: on_failure_of("3")),
        LINKS
    }},
    scenarios: {{
        "day": (duration: "100s", stimuli: [(entry: "PlaceOrder", arrivals: every("1s"))]),
    }},
)"#
    );
    let links = if drawn.is_empty() {
        ""
    } else {
        r#""7": (from: "6", to: "8", outcome: one_of(1.0)), "8": (from: "8", to: "9"),
           "9": (from: "6", to: "10", outcome: one_of(1.0)), "10": (from: "10", to: "9"),"#
    };
    format::read(&text.replace("LINKS", links), format::Syntax::Ron).unwrap_or_else(|error| panic!("{error}"))
}

const DRAWN: &str = r#""8": (kind: event, name: "OrderShipped", at: (600, 0)),
        "9": (kind: service, name: "Orders", at: (700, 0)),
        "10": (kind: event, name: "ShippingDeclined", at: (600, 100)),"#;

fn run(board: &Board, seed: u64) -> Simulation {
    let mut simulation = Simulation::new(board, None, seed).unwrap();
    simulation.run();
    simulation
}

fn sent(simulation: &Simulation, name: &str) -> u64 {
    simulation.message_metrics().filter(|(other, _)| *other == name).map(|(_, m)| m.sent).sum()
}

fn entered(simulation: &Simulation, channel: &str) -> u64 {
    simulation.channel_metrics().find(|(name, _)| *name == channel).unwrap().1.entered
}

#[test]
fn a_command_without_a_drawn_answer_is_answered_through_its_response_channel() {
    let simulation = run(&board("", ""), 1);
    assert_eq!(sent(&simulation, "ShipOrder"), 99);
    assert_eq!(sent(&simulation, "ShipOrder reply"), 99);
    assert_eq!(entered(&simulation, "replies"), 99);
    assert_eq!(sent(&simulation, "OrderCancelled"), 0);
    // The log calls it by the kind of messages that answer, caused by the command.
    let replies: Vec<_> =
        simulation.trace().unwrap().iter().filter(|e| e.kind == TraceKind::Replied).collect();
    let line = log::line(&simulation, replies[0]).unwrap();
    assert_eq!(
        (line["isobarkind"].as_str(), line["type"].as_str()),
        (Some("reply"), Some("ShipOrder reply"))
    );
    assert_eq!(line["source"], "/Shipping");
    assert_eq!(line["causationid"], format!("m-{:08}", replies[0].causation));
}

#[test]
fn an_answer_keeps_the_deadline_and_a_lost_one_lets_it_pass() {
    let with_deadline = |faults: Vec<Fault>| {
        let mut board = board("", ", deadline: \"20s\"");
        board.scenarios.get_mut("day").unwrap().faults = faults;
        run(&board, 1)
    };
    assert_eq!(sent(&with_deadline(Vec::new()), "OrderCancelled"), 0, "the answer comes in time");
    let lost = Fault { kind: FaultKind::Drop(1.0), target: "replies".to_owned(), ..Fault::default() };
    assert_eq!(sent(&with_deadline(vec![lost]), "OrderCancelled"), 99, "no answer: the sender gives up");
    // A handler that never works: the queue gives the command up after two receives, and that is the answer.
    let down = Fault { kind: FaultKind::Down, target: "Shipping".to_owned(), ..Fault::default() };
    assert_eq!(sent(&with_deadline(vec![down]), "OrderCancelled"), 99);
}

#[test]
fn drawn_answers_travel_through_the_response_channel_and_no_other_is_made() {
    let simulation = run(&board(DRAWN, ""), 1);
    assert_eq!(sent(&simulation, "ShipOrder reply"), 0);
    let answers = sent(&simulation, "OrderShipped") + sent(&simulation, "ShippingDeclined");
    assert_eq!((answers, entered(&simulation, "replies")), (99, 99));
    assert!(sent(&simulation, "ShippingDeclined") > 20);
}

#[test]
fn a_no_is_dealt_with_once_as_the_board_foresees() {
    // The handler declines half of the orders with an event that its sender does not hear.
    let mut declining = board(DRAWN, "");
    declining.links.retain(|_, link| !matches!(link.from.to_string().as_str(), "8" | "10"));
    let model = compile(&declining, None).unwrap();
    assert!(model.has_replies);
    let mut simulation = Simulation::of_model(Arc::new(model), 1, true);
    simulation.run();
    let declined = sent(&simulation, "ShippingDeclined");
    assert!(declined > 20);
    assert_eq!(
        sent(&simulation, "OrderCancelled"),
        declined,
        "one for each no, though queues deliver twice now and then"
    );
}
