//! Each promise of the broker, by the documented numbers.

use proptest::prelude::*;

use super::{Bench, seconds};
use crate::board::ChannelKind;
use crate::simulation::broker::presets;
use crate::simulation::broker::queue::{Queue, QueueSettings, Received, Sent};
use crate::simulation::broker::retry::{Jitter, RetryPolicy};
use crate::simulation::broker::stream::{AfterFailure, Log, StreamSettings, Trimmed};
use crate::simulation::model::{Arrivals, HopIx, Key, Message};
use crate::simulation::random::Stream;
use crate::simulation::trace::TraceKind;
use crate::simulation::{Simulation, distribution::Sampler};
use crate::topology::MessageKind;

const S: u64 = 1_000_000_000;

fn receive(queue: &mut Queue, now: u64) -> (u32, crate::simulation::broker::queue::Receipt) {
    match queue.receive(now) {
        Received::Message { item, receipt, .. } => (item, receipt),
        other => panic!("expected a message, got {other:?}"),
    }
}

#[test]
fn a_held_message_is_hidden_until_its_visibility_ends() {
    let mut queue = Queue::new(QueueSettings::default());
    queue.send(0, 7, 0, 0);
    let (item, receipt) = receive(&mut queue, 0);
    assert_eq!((item, queue.receive(29 * S)), (7, Received::Empty));
    assert_eq!(queue.arm(), Some(30 * S));
    assert!(queue.advance(30 * S, |_| {}));
    let (_, again) = receive(&mut queue, 30 * S);
    assert_ne!(receipt, again);
    assert_eq!(queue.acknowledge(receipt), None, "somebody else has it now");
    assert_eq!(queue.acknowledge(again), Some(7));
    assert_eq!(queue.acknowledge(again), None, "only once");
    assert_eq!((queue.depth(), queue.in_flight()), (0, 0));
}

#[test]
fn a_late_acknowledgement_counts_while_nobody_else_has_the_message() {
    let mut queue = Queue::new(QueueSettings::default());
    queue.send(0, 7, 0, 0);
    let (_, receipt) = receive(&mut queue, 0);
    queue.advance(30 * S, |_| {});
    assert_eq!(queue.acknowledge(receipt), Some(7));
    assert_eq!(queue.receive(31 * S), Received::Empty);
}

#[test]
fn a_message_is_redriven_when_its_receives_would_exceed_the_maximum() {
    let mut queue = Queue::new(QueueSettings { receives: 3, ..QueueSettings::default() });
    queue.send(0, 7, 0, 0);
    for attempt in 0..3 {
        receive(&mut queue, attempt * 30 * S);
        queue.advance((attempt + 1) * 30 * S, |_| {});
    }
    assert_eq!(queue.receive(90 * S), Received::Redrive(7));
    assert_eq!(queue.receive(90 * S), Received::Empty);
}

#[test]
fn retention_and_delay_are_kept_to_the_nanosecond() {
    let mut queue = Queue::new(QueueSettings { delay: 5 * S, retention: 60 * S, ..QueueSettings::default() });
    assert_eq!(queue.send(0, 7, 0, 0), Sent::Delayed);
    assert_eq!(queue.arm(), Some(5 * S));
    assert_eq!(queue.receive(5 * S - 1), Received::Empty);
    assert!(queue.advance(5 * S, |_| {}));
    assert_eq!(queue.arm(), Some(60 * S));
    let mut expired = Vec::new();
    queue.advance(60 * S, |item| expired.push(item));
    assert_eq!((expired, queue.depth()), (vec![7], 0));
}

#[test]
fn fifo_queues_deduplicate_for_five_minutes_even_after_deletion() {
    let mut queue = Queue::new(QueueSettings { fifo: true, ..QueueSettings::default() });
    assert_eq!(queue.send(0, 1, 9, 42), Sent::Ready);
    let (_, receipt) = receive(&mut queue, 0);
    queue.acknowledge(receipt);
    assert_eq!(queue.send(299 * S, 2, 9, 42), Sent::Duplicate);
    assert_eq!(queue.send(300 * S, 3, 9, 42), Sent::Ready);
}

proptest! {
    /// Whatever consumers do, a FIFO queue has at most one message of a group in flight, hands a group's messages out in
    /// order, and no queue loses or invents a message.
    #[test]
    fn queues_keep_their_books(
        fifo in any::<bool>(),
        at_once in any::<bool>(),
        script in prop::collection::vec((0u8..6, 0u64..4, 1u64..20), 1..200),
    ) {
        let settings = QueueSettings { fifo, requeue_at_once: at_once, receives: 4, retention: 200 * S, ..QueueSettings::default() };
        let mut queue = Queue::new(settings);
        let (mut now, mut next) = (0u64, 0u32);
        let mut groups: Vec<u64> = Vec::new();
        let mut held: Vec<(u32, crate::simulation::broker::queue::Receipt, u64)> = Vec::new();
        let mut present = std::collections::BTreeSet::new();
        for (action, group, pause) in script {
            let mut gone = Vec::new();
            match action {
                0 | 1 => {
                    queue.send(now, next, group, u64::from(next));
                    groups.push(group);
                    present.insert(next);
                    next += 1;
                }
                2 => match queue.receive(now) {
                    Received::Message { item, receipt, receives } => {
                        prop_assert!(receives <= 4 && present.contains(&item));
                        if fifo {
                            let same = |other: u32| groups[other as usize] == groups[item as usize];
                            prop_assert!(!held.iter().any(|(other, _, until)| same(*other) && *until > now));
                            prop_assert!(present.iter().all(|other| !same(*other) || *other >= item), "order in group");
                        }
                        held.push((item, receipt, now + 30 * S));
                    }
                    Received::Redrive(item) => gone.push(item),
                    Received::Empty if fifo => {
                        // Whatever is left waits behind a message of its own group.
                        let busy = |item: &u32| held.iter().any(|(other, _, until)| {
                            *until > now && groups[*other as usize] == groups[*item as usize]
                        });
                        prop_assert!(present.iter().all(busy));
                    }
                    Received::Empty => prop_assert_eq!(queue.visible(), 0),
                },
                3 if !held.is_empty() => {
                    let (_, receipt, _) = held.remove(0);
                    gone.extend(queue.acknowledge(receipt));
                }
                4 if !held.is_empty() => {
                    let (_, receipt, _) = held.remove(0);
                    queue.reject(receipt);
                    if fifo && !at_once {
                        // The message stays hidden until its visibility ends; nothing more to check of it.
                        now += 30 * S;
                        queue.advance(now, |item| gone.push(item));
                    }
                }
                _ => {
                    now += pause * S;
                    queue.advance(now, |item| gone.push(item));
                }
            }
            for item in gone {
                prop_assert!(present.remove(&item), "{} left twice", item);
            }
            held.retain(|(item, ..)| present.contains(item));
            prop_assert_eq!(queue.depth() + queue.in_flight(), present.len() as u64);
            prop_assert_eq!(queue.items().count(), present.len());
        }
    }
}

#[test]
fn pauses_double_up_to_the_cap_and_add_up() {
    let policy = RetryPolicy { most: 6, ..RetryPolicy::doubling(S, 10 * S) };
    let pauses: Vec<u64> =
        (1..=7).filter_map(|retry| policy.plain_pause(retry)).map(|pause| pause / S).collect();
    assert_eq!(pauses, [1, 2, 4, 8, 10, 10]);
}

#[test]
fn presets_keep_the_documented_numbers() {
    let total = |name: &str, kind| {
        let policy = presets::find(name, kind).unwrap().retry;
        let sum: u64 = (1..=policy.retries()).filter_map(|retry| policy.plain_pause(retry)).sum();
        (policy.retries(), sum)
    };
    let (retries, time) = total("sns", ChannelKind::Topic);
    assert_eq!(retries, 100_015);
    assert_eq!(time / (86_400 * S), 23, "100,015 retries over 23 days");
    let (retries, time) = total("eventbridge", ChannelKind::Bus);
    assert_eq!(retries, 185);
    assert!(time > 24 * 3_600 * S, "without jitter the age of 24 h would come first");
    let sqs = presets::find("sqs", ChannelKind::Queue).unwrap();
    assert_eq!((sqs.queue.visibility, sqs.queue.receives, sqs.queue.retention), (30 * S, 10, 345_600 * S));
    assert_eq!(presets::find("rabbitmq", ChannelKind::Queue).unwrap().queue.receives, 20);
    assert!(presets::all().is_sorted_by_key(|preset| preset.name));
    assert!(presets::all().iter().all(|preset| !preset.source.is_empty()));
}

#[test]
fn jitter_stays_within_its_bounds_and_age_ends_retries() {
    let mut stream = Stream::new(1, "jitter");
    let mut policy = RetryPolicy::doubling(8 * S, 8 * S);
    for (jitter, low) in [(Jitter::None, 8 * S), (Jitter::Equal, 4 * S), (Jitter::Full, 0)] {
        policy.jitter = jitter;
        for _ in 0..1_000 {
            let pause = policy.pause(1, 0, &mut stream).unwrap();
            assert!((low..=8 * S).contains(&pause), "{jitter:?}: {pause}");
        }
    }
    policy.jitter = Jitter::None;
    policy.age = 20 * S;
    assert_eq!(policy.pause(1, 12 * S, &mut stream), Some(8 * S));
    assert_eq!(policy.pause(1, 12 * S + 1, &mut stream), None);
}

#[test]
fn a_poisoned_record_blocks_its_partition_until_it_is_skipped() {
    let mut log = Log::new(StreamSettings { retries: 2, ..StreamSettings::default() }, 1);
    log.append(0, 1, 0);
    log.append(0, 2, 0);
    for retry in 1..=2 {
        assert_eq!(log.fetch(0, 0, 0, |_| {}), Some(1));
        assert_eq!(log.fail(0, 0), AfterFailure::Retry(retry));
    }
    assert_eq!(log.fetch(0, 0, 0, |_| {}), Some(1));
    assert_eq!(log.fail(0, 0), AfterFailure::Skip(vec![1]));
    assert_eq!(log.fetch(0, 0, 0, |_| {}), Some(2));
}

#[test]
fn bisecting_isolates_the_poisoned_record_of_a_batch() {
    let settings = StreamSettings { batch: 8, retries: 0, bisect: true, ..StreamSettings::default() };
    let mut log = Log::new(settings, 1);
    for item in 0..8 {
        log.append(0, item, 0);
    }
    let (mut worked, mut skipped) = (Vec::new(), Vec::new());
    while let Some(item) = log.fetch(0, 0, 0, |_| {}) {
        if item == 5 {
            if let AfterFailure::Skip(items) = log.fail(0, 0) {
                skipped.extend(items);
            }
        } else {
            log.succeed(0, 0);
            worked.push(item);
        }
    }
    assert_eq!(skipped, [5], "nothing but the poisoned record is given up");
    worked.sort_unstable();
    worked.dedup();
    assert_eq!(worked, [0, 1, 2, 3, 4, 6, 7]);
}

#[test]
fn a_group_replays_from_a_moment_and_trimming_waits_for_the_slowest() {
    let mut log = Log::new(StreamSettings { keep: true, ..StreamSettings::default() }, 2);
    for item in 0..4 {
        log.append(u64::from(item) * S, item, 0);
    }
    let read_all = |log: &mut Log, group: u32| {
        let mut read = Vec::new();
        while let Some(item) = log.fetch(3 * S, group, 0, |_| {}) {
            log.succeed(group, 0);
            read.push(item);
        }
        read
    };
    assert_eq!(read_all(&mut log, 0), [0, 1, 2, 3]);
    log.replay(0, 2 * S, |_| {});
    assert_eq!(read_all(&mut log, 0), [2, 3]);
    assert_eq!(log.lag(1), 4);
    let mut short = Log::new(StreamSettings::default(), 2);
    short.append(0, 9, 0);
    assert_eq!(short.fetch(0, 0, 0, |_| {}), Some(9));
    short.succeed(0, 0);
    short.trim(0, 0, |_| panic!("the second group has not read it"));
    assert_eq!(short.fetch(0, 1, 0, |_| {}), Some(9));
    short.succeed(1, 0);
    let mut gone = Vec::new();
    short.trim(0, 0, |record| gone.push(record));
    assert_eq!((gone, short.len()), (vec![Trimmed::Gone(9, false)], 0));
    // What is kept to be replayed rests meanwhile, and a record in work is finished before its group goes back.
    let settings = StreamSettings { keep: true, retention: 10 * S, ..StreamSettings::default() };
    let mut kept = Log::new(settings, 1);
    for item in 1..=2 {
        kept.append(u64::from(item) * S, item, 0);
    }
    assert_eq!(kept.fetch(2 * S, 0, 0, |_| {}), Some(1));
    kept.succeed(0, 0);
    let mut told = Vec::new();
    kept.trim(2 * S, 0, |record| told.push(record));
    assert_eq!(told, [Trimmed::Rests(1)]);
    assert_eq!(kept.fetch(2 * S, 0, 0, |_| {}), Some(2));
    let mut woken = Vec::new();
    kept.replay(0, 0, |item| woken.push(item));
    assert_eq!(woken, [1]);
    assert_eq!(kept.fetch(2 * S, 0, 0, |_| {}), None, "it is at work");
    kept.succeed(0, 0);
    assert_eq!(kept.fetch(2 * S, 0, 0, |_| {}), Some(1));
    kept.succeed(0, 0);
    let mut told = Vec::new();
    kept.trim(12 * S, 0, |record| told.push(record));
    assert_eq!(told, [Trimmed::Rests(1), Trimmed::Gone(1, true)]);
}

#[test]
fn equal_keys_share_a_partition_and_keys_spread() {
    let log = Log::new(StreamSettings { partitions: 16, ..StreamSettings::default() }, 0);
    let of = |key: u64| log.partition_of(crate::simulation::random::mix(key));
    assert_eq!(of(3), of(3));
    let mut used: Vec<u32> = (0..1_000).map(of).collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), 16);
}

/// A channel of a kind in front of a service that fails always.
fn failing(
    kind: ChannelKind,
    preset: &str,
    change: impl Fn(&mut crate::simulation::model::Channel),
) -> Simulation {
    let mut bench = Bench::lasting(10);
    let service = bench.service("s", seconds(0.1), 1);
    bench.model.services[service.at()].failure = 1.0;
    let message = bench.message("m", MessageKind::Event);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, false);
    let channel = bench.model.channel("c", &presets::find(preset, kind).unwrap());
    let letters = bench.model.channel("dead", &presets::generic(ChannelKind::Queue));
    bench.model.channels[channel.at()].dead_letter = Some(letters);
    change(&mut bench.model.channels[channel.at()]);
    let hop: HopIx = bench.model.into_channel(channel, vec![to], Box::default());
    bench.model.entry(message, vec![hop], None, Arrivals::Burst(1, 0));
    bench.model.drain = 30 * 86_400 * S;
    bench.run(1)
}

fn starts(simulation: &Simulation) -> u64 {
    simulation.service_metrics().next().unwrap().1.started
}

#[test]
fn every_channel_gives_up_after_exactly_the_documented_deliveries() {
    let sqs = failing(ChannelKind::Queue, "sqs", |_| {});
    assert_eq!(starts(&sqs), 10, "SQS: maxReceiveCount 10");
    assert!(sqs.now() >= 300 * S, "each but the last waits out a visibility time-out of 30 s");
    let rabbit = failing(ChannelKind::Queue, "rabbitmq", |_| {});
    assert_eq!(starts(&rabbit), 20, "RabbitMQ: delivery limit 20, the 21st is the dead letter");
    assert!(rabbit.now() < 10 * S, "requeued at once");
    let bus = failing(ChannelKind::Bus, "eventbridge-v2", |_| {});
    assert_eq!(starts(&bus), 6, "one delivery and 5 retries");
    let bus = failing(ChannelKind::Bus, "eventbridge", |channel| channel.retry.age = u64::MAX);
    assert_eq!(starts(&bus), 186, "one delivery and 185 retries");
    let aged = failing(ChannelKind::Bus, "eventbridge", |channel| channel.retry.most = u32::MAX);
    assert!(aged.now() <= 86_400 * S, "no attempt after 24 h");
    let stream = failing(ChannelKind::Stream, "kinesis", |channel| channel.stream.retries = 3);
    assert_eq!(starts(&stream), 4);
    for simulation in [sqs, rabbit, bus, aged, stream] {
        let dead: Vec<u64> = simulation.channel_metrics().map(|(_, m)| m.dead_letters).collect();
        assert_eq!(dead, [1, 0]);
        assert_eq!(
            simulation.channel_metrics().nth(1).unwrap().1.depth.value,
            1,
            "it rests with the dead letters"
        );
    }
}

#[test]
fn a_record_that_outlives_its_retention_unblocks_its_shard() {
    let simulation = failing(ChannelKind::Stream, "kinesis", |channel| channel.stream.retention = 3_600 * S);
    let metrics = simulation.channel_metrics().next().unwrap().1;
    assert_eq!((metrics.expired, metrics.dead_letters), (1, 0));
    assert!(simulation.now() >= 3_600 * S);
}

#[test]
fn competing_consumers_share_a_queue_and_subscribers_of_a_topic_all_get_their_copy() {
    for (kind, expected) in [(ChannelKind::Queue, 100), (ChannelKind::Topic, 200), (ChannelKind::Stream, 200)]
    {
        let mut bench = Bench::lasting(100);
        let message = bench.message("m", MessageKind::Event);
        let mut next = Vec::new();
        for name in ["a", "b"] {
            let service = bench.service(name, seconds(0.5), 1);
            let reaction = bench.reaction(service, Vec::new());
            next.push(bench.to(reaction, false));
        }
        let channel = bench.model.channel("c", &presets::generic(kind));
        let hop = bench.model.into_channel(channel, next, Box::default());
        bench.model.entry(message, vec![hop], None, Arrivals::Burst(100, 0));
        let simulation = bench.run(1);
        let done: Vec<u64> = simulation.service_metrics().map(|(_, metrics)| metrics.done).collect();
        assert_eq!(done.iter().sum::<u64>(), expected, "{kind:?}");
        assert!(done.iter().all(|done| *done >= 40), "{kind:?}: {done:?}");
    }
}

#[test]
fn fifo_keeps_the_order_of_each_group_and_a_plain_queue_need_not() {
    let order = |fifo: bool| {
        let mut bench = Bench::lasting(10);
        let service = bench.service("s", Sampler::Exponential(5e8), 8);
        let message = bench.message("m", MessageKind::Event);
        let reaction = bench.reaction(service, Vec::new());
        let to = bench.to(reaction, false);
        let preset = presets::find("sqs", ChannelKind::Queue).unwrap();
        let channel = bench.model.channel("c", &preset);
        bench.model.channels[channel.at()].queue.fifo = fifo;
        bench.model.channels[channel.at()].key =
            Key::Field { path: "one".to_owned(), name: ["one".to_owned()] };
        bench.model.payloads[message.at()].examples = vec![serde_json::json!({ "one": "group" })];
        let hop = bench.model.into_channel(channel, vec![to], Box::default());
        bench.model.entry(message, vec![hop], None, Arrivals::Burst(50, 0));
        let simulation = bench.run(3);
        let handled = simulation.trace().unwrap().iter().filter(|event| event.kind == TraceKind::Handled);
        handled.map(|event| event.id).collect::<Vec<_>>()
    };
    let strict = order(true);
    assert_eq!(strict.len(), 50);
    assert!(strict.is_sorted());
    assert!(!order(false).is_sorted(), "eight workers overtake each other");
}

#[test]
fn a_message_above_the_size_limit_is_refused() {
    let mut bench = Bench::lasting(10);
    let service = bench.service("s", seconds(0.1), 1);
    let message = bench.message("m", MessageKind::Event);
    bench.model.messages[message.at()] =
        Message { size: 300 << 10, ..bench.model.messages[message.at()].clone() };
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, false);
    let channel = bench.model.channel("c", &presets::find("sns", ChannelKind::Topic).unwrap());
    let hop = bench.model.into_channel(channel, vec![to], Box::default());
    bench.model.entry(message, vec![hop], None, Arrivals::Burst(3, 0));
    let simulation = bench.run(1);
    assert_eq!(starts(&simulation), 0);
    assert_eq!(simulation.message_metrics().next().unwrap().1.lost, 3);
}
