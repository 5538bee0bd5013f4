//! Tests of the simulator: against closed formulas, of each promise of the broker, of faults, of determinism.

mod boards;
mod broker;
mod faults;
mod formulas;
mod keeping;
mod refusals;
mod replies;
mod services;

use std::sync::Arc;

use super::Simulation;
use super::distribution::Sampler;
use super::model::{
    Arrivals, Hop, HopIx, MessageIx, Model, Output, Reaction, ReactionIx, Service, ServiceIx, Target, When,
};
use crate::board::{Expectation, Promise, Span};
use crate::topology::MessageKind;

pub(super) const SECOND: f64 = 1e9;

/// A small model put together by hand.
pub(super) struct Bench {
    pub(super) model: Model,
}

impl Bench {
    pub(super) fn lasting(seconds: u64) -> Self {
        Self { model: Model::lasting(Span::from_secs(seconds)) }
    }

    pub(super) fn service(&mut self, name: &str, latency: Sampler, workers: u32) -> ServiceIx {
        self.model.service(Service { workers, ..Service::new(name, latency) })
    }

    pub(super) fn message(&mut self, name: &str, kind: MessageKind) -> MessageIx {
        self.model.message(name, kind)
    }

    pub(super) fn reaction(&mut self, service: ServiceIx, outputs: Vec<Output>) -> ReactionIx {
        self.model.reaction(Reaction::new(service, None, outputs))
    }

    pub(super) fn to(&mut self, reaction: ReactionIx, idempotent: bool) -> HopIx {
        let to = Target::Reaction { reaction, idempotent };
        self.model.hop(Hop { links: Box::default(), filters: Box::default(), to })
    }

    pub(super) fn publish(message: MessageIx, to: Vec<HopIx>) -> Output {
        Output { message, when: When::Always, link: None, to, call: None, deadline: u64::MAX }
    }

    pub(super) fn poisson(rate: f64) -> Arrivals {
        Arrivals::Renewal(Sampler::Exponential(SECOND / rate))
    }

    pub(super) fn run(self, seed: u64) -> Simulation {
        let mut simulation = Simulation::of_model(Arc::new(self.model), seed, true);
        simulation.run();
        simulation
    }
}

/// Seconds, as a constant.
pub(super) fn seconds(value: f64) -> Sampler {
    Sampler::Constant((value * SECOND) as u64)
}

#[test]
fn a_snapshot_returns_to_its_moment() {
    let mut bench = Bench::lasting(100);
    let service = bench.service("s", Sampler::Exponential(SECOND), 1);
    let message = bench.message("m", MessageKind::Command);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, false);
    bench.model.entry(message, vec![to], None, Bench::poisson(0.9));
    let mut first = Simulation::of_model(Arc::new(bench.model), 7, true);
    first.run_until(40_000_000_000);
    assert_eq!(first.now(), 40_000_000_000);
    let mark = first.snapshot();
    first.run();
    let rest: Vec<_> = first.trace().unwrap().iter().copied().collect();
    first.restore(&mark);
    assert_eq!(first.now(), 40_000_000_000);
    while first.step() {}
    assert_eq!(rest, first.trace().unwrap().iter().copied().collect::<Vec<_>>());
    assert!(rest.len() > 100);
}

#[test]
fn memory_follows_the_messages_in_flight() {
    let mut bench = Bench::lasting(20_000);
    let service = bench.service("s", Sampler::Exponential(0.5 * SECOND), 1);
    let message = bench.message("m", MessageKind::Event);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, true);
    let queue = bench
        .model
        .channel("q", &super::broker::presets::find("sqs", crate::board::ChannelKind::Queue).unwrap());
    let hop = bench.model.into_channel(queue, vec![to], Box::default());
    bench.model.entry(message, vec![hop], None, Bench::poisson(1.0));
    let promises = [
        Promise::AtMostOnce("m".to_owned()),
        Promise::Precedes { first: "m".to_owned(), then: "m".to_owned() },
        Promise::LeadsTo { when: "m".to_owned(), then: vec!["m".to_owned()], within: Span::from_secs(5) },
    ];
    let expect = |promise| Expectation { promise, ..Expectation::default() };
    bench.model.expectations = promises.into_iter().map(expect).collect();
    let mut simulation = Simulation::of_model(Arc::new(bench.model), 1, false);
    let (mut peak, mut remembered) = (0, 0);
    while simulation.step() {
        peak = peak.max(simulation.messages_in_flight());
        remembered = remembered.max(simulation.engine.checker.remembered());
    }
    assert!(remembered < 40 * 6, "promises remember {remembered} processes");
    let slots = simulation.engine.slots();
    assert!(peak < 40, "{peak}");
    assert!(slots < 40 * 6, "{slots} slots for a peak of {peak}");
    assert_eq!(simulation.messages_in_flight(), 0);
}

#[test]
fn a_runaway_process_is_cut_and_named() {
    let mut bench = Bench::lasting(10);
    let service = bench.service("s", seconds(0.001), 1);
    let ping = bench.message("Ping", MessageKind::Event);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, false);
    bench.model.reactions[reaction.at()] = Reaction::new(service, None, vec![Bench::publish(ping, vec![to])]);
    bench.model.entry(ping, vec![to], None, Arrivals::Burst(1, 0));
    let simulation = bench.run(1);
    assert_eq!(simulation.runaway(), Some("Ping"));
    assert_eq!(simulation.message_metrics().next().unwrap().1.sent, 10_000);
}

#[test]
fn a_run_stops_before_it_needs_more_room_than_allowed() {
    let mut bench = Bench::lasting(100);
    let service = bench.service("s", seconds(50.0), 1);
    let message = bench.message("m", MessageKind::Event);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, false);
    bench.model.limits.in_flight = 100;
    bench.model.entry(message, vec![to], None, Bench::poisson(10.0));
    let mut traced = bench.model.clone();
    let searched = Arc::new(bench.model.clone());
    let simulation = bench.run(1);
    assert_eq!(simulation.stopped(), Some(&super::Stop::OutOfRoom));
    assert!(simulation.now() < 30_000_000_000);
    // So does one whose trace would grow too long; the partial result can be read.
    (traced.limits.in_flight, traced.limits.trace) = (usize::MAX, 500);
    let mut simulation = Simulation::of_model(Arc::new(traced), 1, true);
    assert_eq!(simulation.run(), &super::Stop::OutOfRoom);
    assert!(simulation.trace().unwrap().len() <= 510);
    assert!(super::report::text(&simulation).contains("the figures are partial"));
    // A search counts such runs, and says that they show nothing of what would have come.
    let options = super::search::Options { runs: 3, seed: u64::MAX - 1, drawn: false };
    let search = super::search::search(&searched, options, || {});
    assert_eq!(search.stopped, 3);
    assert!(super::report::findings(&search, options).contains("3 of them were stopped"));
}
