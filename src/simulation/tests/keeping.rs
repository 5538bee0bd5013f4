//! What channels keep and how it is asked for: archives and replays, offsets sent back, polling, batches. Counted by
//! hand from the documented behaviour.

use super::{Bench, seconds};
use crate::board::{ChannelKind, FaultKind, Span};
use crate::pattern::Pattern;
use crate::simulation::broker::archive::ArchiveSettings;
use crate::simulation::broker::polling::Polling;
use crate::simulation::broker::presets;
use crate::simulation::model::{Arrivals, ChannelIx, Fault, MessageIx, Struck};
use crate::simulation::payload::Filter;
use crate::simulation::trace::{TraceEvent, TraceKind};
use crate::simulation::{Simulation, Stop};
use crate::topology::MessageKind;

const S: u64 = 1_000_000_000;

/// A channel in front of two consumers, `first` and `second`; one message a second for `long` seconds.
struct Kept {
    bench: Bench,
    channel: ChannelIx,
    message: MessageIx,
}

fn kept(kind: ChannelKind, preset: &str, long: u64, idempotent: bool) -> Kept {
    let mut bench = Bench::lasting(long);
    let message = bench.message("m", MessageKind::Event);
    let mut next = Vec::new();
    for name in ["first", "second"] {
        let service = bench.service(name, seconds(0.01), u32::MAX);
        let reaction = bench.reaction(service, Vec::new());
        next.push(bench.to(reaction, idempotent));
    }
    let channel = bench.model.channel("c", &presets::find(preset, kind).unwrap());
    let hop = bench.model.into_channel(channel, next, Box::default());
    bench.model.entry(message, vec![hop], None, Arrivals::Renewal(seconds(1.0)));
    Kept { bench, channel, message }
}

fn archived(long: u64, idempotent: bool) -> Kept {
    let mut kept = kept(ChannelKind::Bus, "eventbridge", long, idempotent);
    kept.bench.model.channels[kept.channel.at()].archive =
        Some(ArchiveSettings { retention: u64::MAX, filter: None });
    kept
}

fn replay(kept: &mut Kept, window: (u64, u64), at: u64, only: &[&str]) {
    let only = only.iter().map(|name| (*name).to_owned()).collect();
    let kind = FaultKind::Replay { from: Span(window.0 * S), to: Span(window.1 * S), only };
    let struck = Struck::Channel(kept.channel);
    let fault = Fault { kind, struck, target: "c".to_owned(), from: at * S, until: u64::MAX, sampler: None };
    kept.bench.model.faults.push(fault);
}

fn steps(simulation: &Simulation, kind: TraceKind) -> Vec<TraceEvent> {
    simulation.trace().unwrap().iter().filter(|event| event.kind == kind).copied().collect()
}

/// What each of the two consumers did: (effects or repetitions told apart).
fn done(simulation: &Simulation) -> [(u64, u64); 2] {
    let mut all = simulation.service_metrics().map(|(_, m)| (m.done - m.deduplicated, m.deduplicated));
    [all.next().unwrap(), all.next().unwrap()]
}

#[test]
fn a_replay_delivers_a_window_again_by_minutes_in_order_and_not_within_them() {
    let mut bus = archived(400, false);
    replay(&mut bus, (60, 240), 300, &[]);
    let simulation = bus.bench.run(1);
    assert_eq!(simulation.stopped(), Some(&Stop::Drained));
    let again = steps(&simulation, TraceKind::Replayed);
    assert_eq!(again.len(), 180, "one message a second, from 60 s on and before 240 s");
    // The fault is in force for ever here, so only the archive ends it: three intervals, a second apart.
    let original: Vec<u64> = {
        // Everything about a process but the id is as it was: its correlation tells when it came first.
        let first = steps(&simulation, TraceKind::Issued);
        let came = |correlation| first.iter().find(|event| event.correlation == correlation).unwrap().time;
        again.iter().map(|event| came(event.correlation) / S).collect()
    };
    let minute = |second: &u64| (second - 60) / 60;
    assert!(original.is_sorted_by_key(minute));
    let delivered: Vec<u64> = {
        let ids: Vec<u64> = again.iter().map(|event| event.id).collect();
        let landed = steps(&simulation, TraceKind::Delivered);
        landed.iter().filter(|event| ids.contains(&event.id)).map(|event| event.correlation).collect()
    };
    assert!(!delivered.is_sorted(), "within a minute there is no order");
    assert_eq!(done(&simulation), [(399 + 180, 0); 2], "handlers that are not idempotent do it all again");
    let channel = simulation.channel_metrics().next().unwrap().1;
    assert_eq!((channel.replayed, channel.entered), (180, 399 + 180));
    let mut ids: Vec<u64> = again.iter().map(|event| event.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 180, "a delivery from the archive has an id of its own");
}

#[test]
fn idempotent_consumers_recognise_what_is_replayed_long_after_its_process_ended() {
    let mut bus = archived(100, true);
    replay(&mut bus, (0, 100), 80_000, &[]);
    let simulation = bus.bench.run(1);
    assert_eq!(done(&simulation), [(99, 99); 2]);
    assert_eq!(simulation.messages_in_flight(), 0);
}

#[test]
fn a_replay_may_be_for_some_consumers_only_and_a_filter_may_leave_replays_out() {
    let mut bus = archived(100, false);
    replay(&mut bus, (0, 100), 120, &["second"]);
    assert_eq!(done(&bus.bench.run(1)), [(99, 0), (99 * 2, 0)]);
    // EventBridge: replayed events have a `replay-name`.
    let mut bus = archived(100, false);
    let fresh = Pattern::parse(r#"{"replay-name": [{"exists": false}]}"#).unwrap();
    bus.bench.model.filters.push(Filter::new(fresh));
    bus.bench.model.hops[0].filters = vec![0].into();
    replay(&mut bus, (0, 100), 120, &[]);
    assert_eq!(done(&bus.bench.run(1)), [(99, 0), (99 * 2, 0)]);
}

#[test]
fn an_archive_keeps_what_its_pattern_lets_pass_for_as_long_as_it_says_and_no_replays() {
    // Twice the same window: what the first replay sent is not archived, or the second would send it twice.
    let mut bus = archived(100, false);
    replay(&mut bus, (0, 1_000), 200, &["first"]);
    replay(&mut bus, (0, 1_000), 300, &["first"]);
    assert_eq!(done(&bus.bench.run(1))[0], (99 * 3, 0));
    // A retention of 30 s: at 99 s only what came from 69 s on is left.
    let mut bus = archived(100, false);
    bus.bench.model.channels[bus.channel.at()].archive =
        Some(ArchiveSettings { retention: 30 * S, filter: None });
    replay(&mut bus, (0, 1_000), 200, &["first"]);
    assert_eq!(done(&bus.bench.run(1))[0], (99 + 31, 0));
    // A pattern on a field.
    let mut bus = archived(100, false);
    bus.bench.model.payloads[bus.message.at()].examples =
        vec![serde_json::json!({"kind": "a"}), serde_json::json!({"kind": "b"})];
    bus.bench.model.filters.push(Filter::new(Pattern::parse(r#"{"data": {"kind": ["a"]}}"#).unwrap()));
    bus.bench.model.channels[bus.channel.at()].archive =
        Some(ArchiveSettings { retention: u64::MAX, filter: Some(0) });
    replay(&mut bus, (0, 1_000), 200, &["first"]);
    let again = done(&bus.bench.run(1))[0].0 - 99;
    assert!((25..75).contains(&again), "about half: {again}");
}

#[test]
fn a_group_of_a_stream_is_sent_back_and_reads_on_from_there() {
    for preset in ["kinesis", "kafka"] {
        let mut stream = kept(ChannelKind::Stream, preset, 100, false);
        replay(&mut stream, (50, 60), 200, &["first"]);
        let simulation = stream.bench.run(1);
        assert_eq!(simulation.stopped(), Some(&Stop::Drained));
        assert_eq!(done(&simulation), [(99 + 50, 0), (99, 0)], "from 50 s on to the end of the log");
        let channel = simulation.channel_metrics().next().unwrap().1;
        assert_eq!((channel.replayed, channel.depth.value), (50, 0));
        assert_eq!(simulation.channels().next().unwrap().depth, 0);
    }
    // What outlived its retention is not there any more: at 99 s, records since 69 s.
    let mut stream = kept(ChannelKind::Stream, "kinesis", 100, true);
    stream.bench.model.channels[stream.channel.at()].stream.retention = 30 * S;
    replay(&mut stream, (0, 1_000), 99, &[]);
    let [(fresh, repeated), _] = done(&stream.bench.run(1));
    assert_eq!(fresh, 99);
    assert!((29..=31).contains(&repeated), "{repeated}");
}

#[test]
fn keeping_costs_nothing_that_can_be_seen_where_nobody_asks_for_it() {
    // A traced run keeps, an untraced one without replays does not: their figures are the same.
    for kind in [ChannelKind::Bus, ChannelKind::Stream] {
        let make = || {
            let mut made = kept(kind, "", 200, true);
            made.bench.model.channels[made.channel.at()].archive =
                (kind == ChannelKind::Bus).then_some(ArchiveSettings { retention: u64::MAX, filter: None });
            std::sync::Arc::new(made.bench.model)
        };
        let figures = [true, false].map(|traced| {
            let mut simulation = Simulation::of_model(make(), 3, traced);
            simulation.run();
            crate::simulation::report::text(&simulation)
        });
        assert_eq!(figures[0], figures[1]);
    }
}

#[test]
fn services_struck_by_hand_get_a_replay_of_what_a_traced_run_has_kept() {
    let mut bus = archived(60, true);
    bus.bench.model.drain = 1_000 * S;
    let mut simulation = Simulation::of_model(std::sync::Arc::new(bus.bench.model), 1, true);
    simulation.run();
    assert_eq!(simulation.stopped(), Some(&Stop::Drained));
    let fault = |target: &str, from: u64, to: u64| crate::board::Fault {
        kind: FaultKind::Replay { from: Span(from * S), to: Span(to * S), only: Vec::new() },
        target: target.to_owned(),
        ..crate::board::Fault::default()
    };
    simulation.strike(&fault("c", 10, 20)).unwrap();
    simulation.run();
    assert_eq!(done(&simulation), [(59, 10); 2]);
    assert!(simulation.faults().all(|(_, active)| !active) || simulation.now() < 1_000 * S);
    assert!(simulation.strike(&fault("c", 20, 20)).unwrap_err().to_string().contains("end after it begins"));
    assert!(simulation.strike(&fault("first", 0, 1)).unwrap_err().to_string().contains("strikes a bus"));
}

/// A queue polled by one consumer with one worker of no latency; messages come at these moments.
fn polled(wait: u64, pause: u64, moments: &[u64]) -> Simulation {
    let mut bench = Bench::lasting(1_000);
    let message = bench.message("m", MessageKind::Event);
    let service = bench.service("s", seconds(0.0), 1);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, false);
    let channel = bench.model.channel("q", &presets::find("sqs", ChannelKind::Queue).unwrap());
    bench.model.channels[channel.at()].queue.polling = Some(Polling { wait, pause });
    let hop = bench.model.into_channel(channel, vec![to], Box::default());
    bench.model.entry(message, vec![hop], None, Arrivals::At(moments.to_vec().into()));
    bench.run(1)
}

fn empty(simulation: &Simulation) -> u64 {
    simulation.empty_receives().next().unwrap().1
}

#[test]
fn long_polls_wait_for_a_message_and_short_polls_look_again_after_a_pause() {
    let moments = [65 * S, 90 * S + S / 2];
    let handled = |simulation: &Simulation| {
        steps(simulation, TraceKind::Handled).iter().map(|event| event.time).collect::<Vec<_>>()
    };
    // Receives of 20 s: three in vain before the first message, then one from 65 s on before the second.
    let long = polled(20 * S, 0, &moments);
    assert_eq!(handled(&long), moments, "a receive that waits gets a message at once");
    assert_eq!(empty(&long), 3 + 1);
    // A look every 10 s: at 0, 10 … 60 in vain, 70 finds the first; that look again at 70, and 80, 90 in vain.
    let short = polled(0, 10 * S, &moments);
    assert_eq!(handled(&short), [70 * S, 100 * S]);
    assert_eq!(empty(&short), 7 + 3);
    // Receives that find something are no empty ones, and a queue that is not polled counts none.
    assert_eq!(empty(&polled(20 * S, 0, &[S, 2 * S, 3 * S])), 0);
}

#[test]
fn pauses_between_polls_delay_by_half_of_them_on_average_and_empty_receives_add_up() {
    let mut bench = Bench::lasting(20_000);
    let message = bench.message("m", MessageKind::Event);
    let service = bench.service("s", seconds(0.0), 1);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, false);
    let channel = bench.model.channel("q", &presets::find("sqs", ChannelKind::Queue).unwrap());
    bench.model.channels[channel.at()].queue.polling = Some(Polling { wait: 0, pause: 4 * S });
    let hop = bench.model.into_channel(channel, vec![to], Box::default());
    bench.model.entry(message, vec![hop], None, Bench::poisson(0.01));
    let simulation = bench.run(1);
    let metrics = simulation.channel_metrics().next().unwrap().1;
    let waits =
        metrics.depth.average(simulation.now()) / (metrics.entered as f64 / simulation.now() as f64) / 1e9;
    assert!((waits - 2.0).abs() < 0.3, "Little's law: {waits} s in the queue");
    let expected = simulation.now() as f64 / (4 * S) as f64;
    assert!((empty(&simulation) as f64 / expected - 1.0).abs() < 0.02);
}

#[test]
fn a_batch_is_hidden_from_one_moment_on_and_its_tail_goes_to_others_when_its_consumer_is_slow() {
    let redelivered = |batch: u32| {
        let mut bench = Bench::lasting(10);
        let message = bench.message("m", MessageKind::Event);
        let mut next = Vec::new();
        for name in ["first", "second"] {
            let service = bench.service(name, seconds(10.0), 1);
            let reaction = bench.reaction(service, Vec::new());
            next.push(bench.to(reaction, true));
        }
        let channel = bench.model.channel("q", &presets::find("sqs", ChannelKind::Queue).unwrap());
        bench.model.channels[channel.at()].queue.batch = batch;
        bench.model.channels[channel.at()].queue.visibility = 25 * S;
        let hop = bench.model.into_channel(channel, next, Box::default());
        bench.model.entry(message, vec![hop], None, Arrivals::Burst(6, 0));
        let simulation = bench.run(1);
        let first = simulation.service_metrics().next().unwrap().1.waiting.peak;
        (simulation.channel_metrics().next().unwrap().1.retried, first)
    };
    assert_eq!(redelivered(1), (0, 0), "one at a time, each well within its 25 s");
    // Each takes one at 0 s; at 10 s the first takes the other four. At 35 s their time-out ends: one is done by then,
    // one is at work since 20 s and one since 30 s, and the second consumer takes what is not acknowledged.
    assert_eq!(redelivered(10), (2, 3));
}
