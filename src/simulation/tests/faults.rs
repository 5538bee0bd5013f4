//! What each fault does, on models small enough to count by hand.

use super::{Bench, seconds};
use crate::board::{ChannelKind, FaultKind, Publishing, Span};
use crate::simulation::Simulation;
use crate::simulation::broker::presets;
use crate::simulation::distribution::Sampler;
use crate::simulation::model::{Arrivals, Fault, MessageIx, Output, ServiceIx, Struck};
use crate::topology::MessageKind;

const S: u64 = 1_000_000_000;

/// A producer behind a queue that publishes one event straight to a consumer for every message.
struct Pair {
    bench: Bench,
    producer: ServiceIx,
    trigger: MessageIx,
}

fn pair(publishing: Publishing, idempotent: bool) -> Pair {
    let mut bench = Bench::lasting(1_000);
    let (trigger, event) =
        (bench.message("Do", MessageKind::Command), bench.message("Done", MessageKind::Event));
    let consumer = bench.service("consumer", seconds(0.01), 1);
    let producer = bench.service("producer", seconds(0.01), 1);
    bench.model.services[producer.at()].publishing = publishing;
    let consumes = bench.reaction(consumer, Vec::new());
    let to_consumer = bench.to(consumes, true);
    let produces = bench.reaction(producer, vec![Bench::publish(event, vec![to_consumer])]);
    let to_producer = bench.to(produces, idempotent);
    let queue = bench.model.channel("queue", &presets::find("sqs", ChannelKind::Queue).unwrap());
    let hop = bench.model.into_channel(queue, vec![to_producer], Box::default());
    bench.model.entry(trigger, vec![hop], None, Arrivals::Renewal(seconds(1.0)));
    Pair { bench, producer, trigger }
}

fn strike(bench: &mut Bench, kind: FaultKind, struck: Struck, from: u64, until: u64) {
    let sampler = matches!(kind, FaultKind::Delay(_)).then_some(Sampler::Constant(5 * S));
    bench.model.faults.push(Fault { kind, struck, target: String::new(), from, until, sampler });
}

/// (messages sent, effects of the producer, events published, effects of the consumer).
fn counts(simulation: &Simulation) -> (u64, u64, u64, u64) {
    let all: Vec<_> = simulation.message_metrics().map(|(_, metrics)| *metrics).collect();
    (all[0].sent, all[0].handled, all[1].sent, all[1].handled)
}

#[test]
fn a_crash_between_write_and_publication_loses_the_event_of_a_dual_write_only() {
    let crashing = |publishing, idempotent| {
        let Pair { mut bench, producer, .. } = pair(publishing, idempotent);
        strike(&mut bench, FaultKind::CrashBeforePublish(0.2), Struck::Service(producer), 0, u64::MAX);
        counts(&bench.run(1))
    };
    let (sent, effects, published, consumed) = crashing(Publishing::Direct, true);
    assert_eq!(effects, sent, "idempotent: every write once");
    assert!(published < sent * 9 / 10 && published == consumed, "and a fifth of the events never published");
    let (sent, effects, published, _) = crashing(Publishing::Direct, false);
    assert_eq!(published, sent, "repeating until it works publishes all");
    assert!(effects > sent * 11 / 10, "but writes twice");
    for safe in [Publishing::Outbox, Publishing::ChangeDataCapture, Publishing::EventSourced] {
        let (sent, effects, published, consumed) = crashing(safe, true);
        assert_eq!((effects, published, consumed), (sent, sent, sent), "{safe:?}");
    }
}

#[test]
fn a_crash_before_the_acknowledgement_repeats_the_work_unless_it_is_idempotent() {
    for (idempotent, twice) in [(true, false), (false, true)] {
        let Pair { mut bench, producer, .. } = pair(Publishing::Outbox, idempotent);
        strike(&mut bench, FaultKind::CrashBeforeAck(0.2), Struck::Service(producer), 0, u64::MAX);
        let (sent, effects, ..) = counts(&bench.run(1));
        assert_eq!(effects > sent, twice, "{effects} effects of {sent}");
        assert!(effects >= sent);
    }
}

#[test]
fn duplicates_take_effect_once_where_handlers_are_idempotent() {
    for (idempotent, effects_each) in [(true, 1), (false, 2)] {
        let Pair { mut bench, trigger, .. } = pair(Publishing::Outbox, idempotent);
        strike(&mut bench, FaultKind::Duplicate(1.0), Struck::Message(trigger), 0, u64::MAX);
        let (sent, effects, ..) = counts(&bench.run(1));
        assert_eq!(effects, sent * effects_each);
    }
}

#[test]
fn dropped_messages_never_arrive_and_are_counted() {
    let Pair { mut bench, trigger, .. } = pair(Publishing::Outbox, true);
    strike(&mut bench, FaultKind::Drop(0.25), Struck::Message(trigger), 0, u64::MAX);
    let simulation = bench.run(1);
    let metrics = *simulation.message_metrics().next().unwrap().1;
    assert_eq!(metrics.handled + metrics.lost, metrics.sent);
    assert!((150..350).contains(&metrics.lost), "{}", metrics.lost);
}

#[test]
fn a_queue_keeps_what_arrives_while_its_consumer_is_down() {
    let Pair { mut bench, producer, .. } = pair(Publishing::Outbox, true);
    strike(&mut bench, FaultKind::Down, Struck::Service(producer), 100 * S, 200 * S);
    let simulation = bench.run(1);
    let (sent, effects, ..) = counts(&simulation);
    assert_eq!(sent, effects);
    let queue = simulation.channel_metrics().next().unwrap().1;
    assert!((95..=105).contains(&queue.depth.peak), "{}", queue.depth.peak);
    let up = simulation.service_metrics().nth(1).unwrap().1.up.average(simulation.now());
    assert!((up - 0.9).abs() < 0.01, "{up}");
}

#[test]
fn poisoned_messages_end_as_dead_letters_after_their_receives() {
    let Pair { mut bench, trigger, .. } = pair(Publishing::Outbox, true);
    strike(&mut bench, FaultKind::Corrupt(0.1), Struck::Message(trigger), 0, u64::MAX);
    let simulation = bench.run(1);
    let (sent, effects, ..) = counts(&simulation);
    let queue = simulation.channel_metrics().next().unwrap().1;
    assert!(queue.dead_letters > 50);
    assert_eq!(effects + queue.dead_letters, sent);
    let producer = simulation.service_metrics().nth(1).unwrap().1;
    assert_eq!(producer.failed, 10 * queue.dead_letters);
}

/// A command that a client sends once a second to a slow service and waits for.
fn called(timeout: u64, retries: u32, idempotent: bool) -> (Bench, ServiceIx, u32) {
    let mut bench = Bench::lasting(100);
    let service = bench.service("s", seconds(0.1), u32::MAX);
    let message = bench.message("m", MessageKind::Command);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, idempotent);
    let call = bench.model.call(Some(Span(timeout)), retries, Some(Span(S / 10)));
    let entry = bench.model.entry(message, vec![to], Some(call), Arrivals::Renewal(seconds(1.0)));
    (bench, service, entry)
}

#[test]
fn a_caller_that_times_out_does_not_know_and_the_work_is_done_all_the_same() {
    let (mut bench, service, _) = called(S, 0, true);
    strike(&mut bench, FaultKind::Slow(20.0), Struck::Service(service), 0, u64::MAX);
    let simulation = bench.run(1);
    let entry = simulation.entry_metrics().next().unwrap().1;
    assert_eq!((entry.failed, entry.answered), (99, 0));
    assert_eq!(simulation.message_metrics().next().unwrap().1.handled, 99);
    assert_eq!(entry.latency.max, S, "nobody waits longer than the time-out");
}

#[test]
fn a_retried_call_takes_effect_once_where_the_callee_is_idempotent() {
    for (idempotent, effects) in [(true, 99), (false, 99 * 3)] {
        let (mut bench, service, _) = called(S, 2, idempotent);
        strike(&mut bench, FaultKind::Slow(20.0), Struck::Service(service), 0, u64::MAX);
        let simulation = bench.run(1);
        assert_eq!(simulation.message_metrics().next().unwrap().1.handled, effects);
        assert_eq!(simulation.entry_metrics().next().unwrap().1.latency.max, 3 * S + 3 * S / 10);
    }
}

#[test]
fn a_burst_multiplies_arrivals_and_a_rate_limit_refuses_the_rest() {
    let (mut bench, _, entry) = called(S, 0, true);
    strike(&mut bench, FaultKind::Burst(10.0), Struck::Entries(vec![entry]), 20 * S, 40 * S);
    let simulation = bench.run(1);
    assert_eq!(simulation.entry_metrics().next().unwrap().1.arrived, 79 + 200);
    let (mut bench, service, entry) = called(S, 0, true);
    strike(&mut bench, FaultKind::Burst(10.0), Struck::Entries(vec![entry]), 0, u64::MAX);
    strike(&mut bench, FaultKind::RateLimit(2.0), Struck::Service(service), 0, u64::MAX);
    let simulation = bench.run(1);
    let entry = simulation.entry_metrics().next().unwrap().1;
    assert!((entry.answered as i64 - 200).abs() <= 3, "{}", entry.answered);
}

#[test]
fn flapping_halves_the_time_up_and_ends_up() {
    let (mut bench, service, _) = called(S, 0, true);
    strike(&mut bench, FaultKind::Flapping(Span(5 * S)), Struck::Service(service), 0, 93 * S);
    let simulation = bench.run(1);
    let metrics = simulation.service_metrics().next().unwrap().1;
    assert_eq!(metrics.up.value, 1);
    assert!((metrics.up.average(simulation.now()) - 0.5).abs() < 0.06);
}

#[test]
fn a_partition_cuts_calls_both_ways_and_heals() {
    let (mut bench, service, _) = called(S, 0, true);
    strike(&mut bench, FaultKind::Partition, Struck::Island(vec![service]), 30 * S + 1, 60 * S + 1);
    let simulation = bench.run(1);
    let entry = simulation.entry_metrics().next().unwrap().1;
    assert_eq!((entry.arrived, entry.failed), (99, 30));
}

#[test]
fn delay_and_reordering_move_messages_in_time() {
    let delayed = |kind: FaultKind| {
        let Pair { mut bench, trigger, .. } = pair(Publishing::Outbox, true);
        strike(&mut bench, kind, Struck::Message(trigger), 0, u64::MAX);
        let simulation = bench.run(1);
        let handled = simulation.trace().unwrap().iter().filter(|event| {
            event.kind == crate::simulation::trace::TraceKind::Handled && event.message == Some(trigger)
        });
        handled.map(|event| (event.time, event.id)).collect::<Vec<_>>()
    };
    let late = delayed(FaultKind::Delay(crate::board::Distribution::Constant(Span(5 * S))));
    assert_eq!(late[0].0, S + 5 * S + S / 100);
    assert!(late.is_sorted_by_key(|(_, id)| *id));
    let mixed = delayed(FaultKind::Reorder(Span(10 * S)));
    assert_eq!(mixed.len(), late.len());
    assert!(!mixed.is_sorted_by_key(|(_, id)| *id));
}

#[test]
fn a_failed_output_is_dealt_with_as_the_board_foresees() {
    let mut bench = Bench::lasting(100);
    let deduct = bench.message("Deduct", MessageKind::Command);
    let assign = bench.message("Assign", MessageKind::Command);
    let refund = bench.message("Refund", MessageKind::Command);
    let completed = bench.message("Completed", MessageKind::Event);
    let checkout = bench.message("Checkout", MessageKind::Command);
    let mut handled_by = |name: &str, failure: f64| {
        let service = bench.service(name, seconds(0.01), u32::MAX);
        bench.model.services[service.at()].failure = failure;
        let reaction = bench.reaction(service, Vec::new());
        bench.to(reaction, true)
    };
    let (wallet, inventory) = (handled_by("wallet", 0.0), handled_by("inventory", 0.3));
    let mut output = |message, to, when| {
        let call = Some(bench.model.call(None, 0, None));
        Output { message, when, link: None, to: vec![to], call, deadline: u64::MAX }
    };
    use crate::simulation::model::When;
    let outputs = vec![
        output(deduct, wallet, When::Always),
        output(assign, inventory, When::Always),
        output(refund, wallet, When::OnFailureOf(1)),
        Bench::publish(completed, Vec::new()),
    ];
    let store = bench.service("store", seconds(0.01), u32::MAX);
    let reaction = bench.reaction(store, outputs);
    let to = bench.to(reaction, true);
    let call = bench.model.call(None, 0, None);
    bench.model.entry(checkout, vec![to], Some(call), Bench::poisson(10.0));
    let simulation = bench.run(1);
    let by_name: std::collections::BTreeMap<&str, _> = simulation.message_metrics().collect();
    let entry = simulation.entry_metrics().next().unwrap().1;
    assert!(entry.declined > 200, "{}", entry.declined);
    assert_eq!(entry.answered + entry.declined, entry.arrived);
    assert_eq!(by_name["Refund"].handled, entry.declined, "one refund for each that failed");
    assert_eq!(by_name["Completed"].sent, entry.answered, "and nothing completes after it");
}
