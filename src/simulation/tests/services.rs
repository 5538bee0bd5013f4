//! What services promise each other: circuit breakers, bulkheads, fallbacks, deadlines, views that lag, distributed
//! transactions, a schema registry; and the faults that try them. Counted by hand or against theory.

use super::{Bench, SECOND, seconds};
use crate::board::{ChannelKind, FaultKind, Span};
use crate::simulation::Simulation;
use crate::simulation::broker::presets;
use crate::simulation::distribution::Sampler;
use crate::simulation::metrics::ServiceMetrics;
use crate::simulation::model::{Arrivals, Call, Fault, MessageIx, Output, ServiceIx, Struck, When};
use crate::topology::MessageKind;

const S: u64 = 1_000_000_000;

fn strike(bench: &mut Bench, kind: FaultKind, struck: Struck, from: u64, until: u64) {
    bench.model.faults.push(Fault { kind, struck, target: String::new(), from, until, sampler: None });
}

fn service<'a>(simulation: &'a Simulation, name: &str) -> &'a ServiceMetrics {
    simulation.service_metrics().find(|(other, _)| *other == name).unwrap().1
}

fn message(simulation: &Simulation, name: &str) -> (u64, u64) {
    let metrics = simulation.message_metrics().find(|(other, _)| *other == name).unwrap().1;
    (metrics.sent, metrics.handled)
}

/// A caller that asks a callee for every message that arrives, with guards on its call.
fn calling(
    seconds_long: u64,
    callee: Sampler,
    arrivals: Arrivals,
    guard: impl Fn(Call) -> Call,
) -> (Bench, ServiceIx) {
    let mut bench = Bench::lasting(seconds_long);
    let asks = bench.message("Ask", MessageKind::Command);
    let starts = bench.message("Start", MessageKind::Command);
    let callee = bench.service("callee", callee, u32::MAX);
    let caller = bench.service("caller", seconds(0.0), u32::MAX);
    let answers = bench.reaction(callee, Vec::new());
    let to_callee = bench.to(answers, false);
    let call = guard(bench.model.call(None, 0, None));
    let output = Output { call: Some(call), ..Bench::publish(asks, vec![to_callee]) };
    let reacts = bench.reaction(caller, vec![output]);
    let to_caller = bench.to(reacts, false);
    let entry = bench.model.call(None, 0, None);
    bench.model.entry(starts, vec![to_caller], Some(entry), arrivals);
    (bench, callee)
}

#[test]
fn a_circuit_breaker_opens_tries_and_closes_as_counted_by_hand() {
    let each_second = || Arrivals::Renewal(seconds(1.0));
    let breaker = |call| Call { breaker: Some((3, 10 * S)), ..call };
    let (mut bench, callee) = calling(101, seconds(0.0), each_second(), breaker);
    strike(&mut bench, FaultKind::Down, Struck::Service(callee), 0, 50 * S);
    let simulation = bench.run(1);
    // Calls at 1, 2, 3 fail and open it until 13; 13, 23, 33 and 43 try in vain; 53 finds the callee up.
    assert_eq!(service(&simulation, "callee").refused, 7);
    assert_eq!(service(&simulation, "caller").short_circuited, 49 - 4);
    assert_eq!(service(&simulation, "callee").done, 100 - 52);
    // Without a breaker every call goes through to the one that is down.
    let (mut bench, callee) = calling(101, seconds(0.0), each_second(), |call| call);
    strike(&mut bench, FaultKind::Down, Struck::Service(callee), 0, 50 * S);
    assert_eq!(service(&bench.run(1), "callee").refused, 49);
}

#[test]
fn a_bulkhead_refuses_what_erlang_says() {
    // 5 erlangs on 8 places: B(8, 5) = 0.070048.
    let (bench, _) = calling(40_000, Sampler::Exponential(5.0 * SECOND), Bench::poisson(1.0), |call| Call {
        bulkhead: 8,
        ..call
    });
    let simulation = bench.run(1);
    let caller = service(&simulation, "caller");
    let refused = caller.short_circuited as f64 / caller.started as f64;
    assert!((refused - 0.070_048).abs() < 0.006, "{refused}");
    assert_eq!(service(&simulation, "callee").busy.peak, 8);
}

#[test]
fn a_fallback_goes_on_without_the_answer() {
    for fallback in [true, false] {
        let (mut bench, callee) =
            calling(101, seconds(0.0), Arrivals::Renewal(seconds(1.0)), |call| Call { fallback, ..call });
        strike(&mut bench, FaultKind::Down, Struck::Service(callee), 0, u64::MAX);
        let simulation = bench.run(1);
        let entry = simulation.entry_metrics().next().unwrap().1;
        assert_eq!((entry.answered, entry.failed), if fallback { (100, 0) } else { (0, 100) });
        assert_eq!(service(&simulation, "caller").fell_back, if fallback { 100 } else { 0 });
    }
}

#[test]
fn a_process_manager_compensates_the_step_whose_deadline_passes() {
    let compensated = |answers_after: f64| {
        let mut bench = Bench::lasting(101);
        let starts = bench.message("Start", MessageKind::Command);
        let works = bench.message("Work", MessageKind::Command);
        let worked = bench.message("Worked", MessageKind::Event);
        let undone = bench.message("Undone", MessageKind::Event);
        let manager = bench.service("manager", seconds(0.0), u32::MAX);
        let worker = bench.service("worker", seconds(answers_after), u32::MAX);
        let hears = bench.reaction(manager, Vec::new());
        let to_manager = bench.to(hears, false);
        let does = bench.reaction(worker, vec![Bench::publish(worked, vec![to_manager])]);
        let to_worker = bench.to(does, false);
        let step = Output { deadline: 10 * S, ..Bench::publish(works, vec![to_worker]) };
        let otherwise = Output { when: When::OnFailureOf(0), ..Bench::publish(undone, Vec::new()) };
        let manages = bench.reaction(manager, vec![step, otherwise]);
        let to = bench.to(manages, false);
        bench.model.entry(starts, vec![to], None, Arrivals::Renewal(seconds(1.0)));
        message(&bench.run(1), "Undone").0
    };
    assert_eq!(compensated(9.0), 0, "answered in time");
    assert_eq!(compensated(11.0), 100, "answered too late, once each");
}

#[test]
fn a_lagging_view_is_as_stale_as_the_exponential_says() {
    let mut bench = Bench::lasting(40_000);
    let happens = bench.message("Happened", MessageKind::Event);
    let asks = bench.message("Ask", MessageKind::Query);
    let view = bench.service("view", seconds(0.0), u32::MAX);
    bench.model.services[view.at()].lag = Some(Sampler::Constant(5 * S));
    for (what, rate, waits) in [(happens, 0.2, false), (asks, 1.0, true)] {
        let reaction = bench.reaction(view, Vec::new());
        let to = bench.to(reaction, false);
        let call = waits.then(|| bench.model.call(None, 0, None));
        bench.model.entry(what, vec![to], call, Bench::poisson(rate));
    }
    let simulation = bench.run(1);
    let metrics = service(&simulation, "view");
    let stale = metrics.stale as f64 / message(&simulation, "Ask").1 as f64;
    // Stale when an event came within the last five seconds: 1 − e^(−0.2·5).
    assert!((stale - 0.632_121).abs() < 0.02, "{stale}");
    assert_eq!(metrics.lag.max, 5 * S);
}

/// A coordinator that calls two participants in one transaction, and publishes when both have voted.
fn transaction(long: u64, rate: f64, latency: f64) -> (Bench, [ServiceIx; 3], [MessageIx; 2]) {
    let mut bench = Bench::lasting(long);
    let starts = bench.message("Start", MessageKind::Command);
    let done = bench.message("Done", MessageKind::Event);
    let coordinator = bench.service("coordinator", seconds(0.0), u32::MAX);
    bench.model.services[coordinator.at()].coordinates = true;
    let mut outputs = Vec::new();
    let mut parts = Vec::new();
    let mut messages = Vec::new();
    for name in ["first", "second"] {
        let participant = bench.service(name, Sampler::Exponential(latency * SECOND), u32::MAX);
        let command = bench.message(&format!("Do {name}"), MessageKind::Command);
        let reaction = bench.reaction(participant, Vec::new());
        let to = bench.to(reaction, true);
        let call = Some(bench.model.call(None, 0, None));
        outputs.push(Output { call, ..Bench::publish(command, vec![to]) });
        parts.push(participant);
        messages.push(command);
    }
    outputs.push(Bench::publish(done, Vec::new()));
    let reaction = bench.reaction(coordinator, outputs);
    let to = bench.to(reaction, false);
    let call = bench.model.call(None, 0, None);
    bench.model.entry(starts, vec![to], Some(call), Bench::poisson(rate));
    (bench, [coordinator, parts[0], parts[1]], [messages[0], messages[1]])
}

#[test]
fn participants_hold_their_locks_as_long_as_little_says() {
    let (bench, ..) = transaction(40_000, 0.1, 2.0);
    let simulation = bench.run(1);
    let now = simulation.now();
    // The first holds its locks while the second works: 0.1 a second, 2 s each.
    let locked = service(&simulation, "first").locked.average(now);
    assert!((locked - 0.2).abs() < 0.02, "{locked}");
    assert!(service(&simulation, "second").locked.average(now) < 1e-9, "the last vote is the decision");
    let (sent, done) = message(&simulation, "Do first");
    assert_eq!(sent, done);
}

#[test]
fn a_lost_coordinator_leaves_locks_behind_and_what_was_not_decided_is_taken_back() {
    let (mut bench, [coordinator, ..], _) = transaction(1_000, 3.0, 2.0);
    strike(&mut bench, FaultKind::Down, Struck::Service(coordinator), 100 * S, 400 * S);
    let mut simulation = Simulation::of_model(std::sync::Arc::new(bench.model), 1, true);
    simulation.run_until(101 * S);
    let at_loss = service(&simulation, "first").locked.value;
    assert!(at_loss > 0);
    simulation.run_until(399 * S);
    assert!(
        service(&simulation, "first").locked.value >= at_loss,
        "nobody tells them anything for five minutes"
    );
    simulation.run();
    for name in ["first", "second"] {
        assert_eq!(service(&simulation, name).locked.value, 0, "{name}");
    }
    assert_eq!(message(&simulation, "Do first").1, message(&simulation, "Do second").1);
    let done = message(&simulation, "Done").0;
    assert_eq!(message(&simulation, "Do first").1, done, "an effect for every commit and for nothing else");
}

#[test]
fn a_transaction_takes_effect_everywhere_or_nowhere_whoever_goes_down() {
    for seed in 1..=20 {
        let (mut bench, services, _) = transaction(2_000, 1.0, 0.5);
        for (at, service) in services.into_iter().enumerate() {
            bench.model.services[service.at()].outages = Some(((40 + 13 * at as u64) * S, 7 * S));
        }
        bench.model.outages = true;
        strike(&mut bench, FaultKind::CrashBeforePublish(0.05), Struck::Service(services[0]), 0, u64::MAX);
        let simulation = bench.run(seed);
        let (first, second) = (message(&simulation, "Do first").1, message(&simulation, "Do second").1);
        assert_eq!(first, second, "seed {seed}");
        assert!(first > 500, "seed {seed}: most go through, {first}");
    }
}

/// A producer that publishes through a queue to a consumer.
fn queued(long: u64) -> (Bench, ServiceIx, ServiceIx, MessageIx) {
    let mut bench = Bench::lasting(long);
    let starts = bench.message("Start", MessageKind::Command);
    let event = bench.message("Happened", MessageKind::Event);
    let producer = bench.service("producer", seconds(0.0), u32::MAX);
    let consumer = bench.service("consumer", seconds(0.1), 1);
    let consumes = bench.reaction(consumer, Vec::new());
    let to_consumer = bench.to(consumes, true);
    let queue = bench.model.channel("queue", &presets::find("sqs", ChannelKind::Queue).unwrap());
    bench.model.channels[queue.at()].queue.receives = 3;
    let hop = bench.model.into_channel(queue, vec![to_consumer], Box::default());
    let produces = bench.reaction(producer, vec![Bench::publish(event, vec![hop])]);
    let to = bench.to(produces, true);
    let call = bench.model.call(None, 0, None);
    bench.model.entry(starts, vec![to], Some(call), Arrivals::Renewal(seconds(1.0)));
    (bench, producer, consumer, event)
}

#[test]
fn a_registry_refuses_broken_events_at_the_source_and_without_one_they_reach_their_consumers() {
    for registry in [true, false] {
        let (mut bench, _, _, event) = queued(501);
        bench.model.registry = registry;
        strike(&mut bench, FaultKind::Corrupt(0.2), Struck::Message(event), 0, u64::MAX);
        let simulation = bench.run(1);
        let entry = simulation.entry_metrics().next().unwrap().1;
        let failed = service(&simulation, "consumer").failed;
        let dead = simulation.channel_metrics().next().unwrap().1.dead_letters;
        assert!(entry.answered + entry.failed == 500);
        if registry {
            assert_eq!((failed, dead), (0, 0));
            assert!((60..140).contains(&entry.failed), "its publisher is told: {}", entry.failed);
        } else {
            assert_eq!(entry.failed, 0, "nobody at the source notices");
            assert!(dead > 60 && failed == 3 * dead, "three deliveries each: {failed} of {dead}");
        }
    }
}

#[test]
fn a_poison_message_brings_its_consumer_down_until_it_is_given_up() {
    let (mut bench, _, _, event) = queued(101);
    // One message is poisoned: the one published while the fault is in force.
    strike(&mut bench, FaultKind::Poison(1.0), Struck::Message(event), 49 * S + S / 2, 50 * S + S / 2);
    let simulation = bench.run(1);
    let consumer = service(&simulation, "consumer");
    assert_eq!(consumer.crashed, 3, "as often as the queue hands it out");
    assert_eq!(simulation.channel_metrics().next().unwrap().1.dead_letters, 1);
    assert_eq!(message(&simulation, "Happened").1, 99, "all others are handled");
    let down = (1.0 - consumer.up.average(simulation.now())) * simulation.now() as f64 / SECOND;
    assert!((down - 30.0).abs() < 1e-6, "three restarts of ten seconds: {down}");
}

#[test]
fn a_breaking_deployment_fails_on_every_event_until_it_is_rolled_back_and_a_registry_prevents_it() {
    for registry in [true, false] {
        let (mut bench, _, consumer, _) = queued(301);
        bench.model.registry = registry;
        strike(&mut bench, FaultKind::BreakingSchema, Struck::Service(consumer), 100 * S, 200 * S);
        let simulation = bench.run(1);
        let failed = service(&simulation, "consumer").failed;
        assert_eq!(failed == 0, registry, "{failed}");
        let dead = simulation.channel_metrics().next().unwrap().1.dead_letters;
        assert_eq!(message(&simulation, "Happened").1 + dead, 300, "handled in the end, or given up");
    }
}

#[test]
fn a_clock_that_is_behind_makes_messages_look_old() {
    let given_up_after = |skew: u64| {
        let mut bench = Bench::lasting(10);
        let event = bench.message("Happened", MessageKind::Event);
        let starts = bench.message("Start", MessageKind::Command);
        let producer = bench.service("producer", seconds(0.0), 1);
        let consumer = bench.service("consumer", seconds(0.0), 1);
        let consumes = bench.reaction(consumer, Vec::new());
        let to_consumer = bench.to(consumes, true);
        let bus = bench.model.channel("bus", &presets::find("eventbridge", ChannelKind::Bus).unwrap());
        bench.model.channels[bus.at()].retry.age = 600 * S;
        let hop = bench.model.into_channel(bus, vec![to_consumer], Box::default());
        let produces = bench.reaction(producer, vec![Bench::publish(event, vec![hop])]);
        let to = bench.to(produces, true);
        bench.model.entry(starts, vec![to], None, Arrivals::Burst(1, 0));
        strike(&mut bench, FaultKind::Down, Struck::Service(consumer), 0, u64::MAX);
        strike(&mut bench, FaultKind::ClockSkew(Span(skew)), Struck::Service(producer), 0, u64::MAX);
        let simulation = bench.run(1);
        let trace = simulation.trace().unwrap();
        let given_up = trace.iter().find(|e| e.kind == crate::simulation::trace::TraceKind::DeadLettered);
        let sent = trace.iter().find(|e| e.kind == crate::simulation::trace::TraceKind::Published).unwrap();
        let line = crate::simulation::log::line(&simulation, sent).unwrap();
        (given_up.unwrap().time, line["time"].as_str().unwrap().to_owned())
    };
    let (right, _) = given_up_after(0);
    let (behind, _) = given_up_after(500 * S);
    assert!(behind < right, "{behind} against {right}");
    assert!(behind <= 100 * S + 60 * S, "not much later than 100 s: {behind}");
}
