//! The engine against the closed formulas of queueing and reliability theory, over thirty seeds.

use std::sync::Arc;

use super::{Bench, SECOND, seconds};
use crate::simulation::Simulation;
use crate::simulation::distribution::Sampler;
use crate::simulation::model::Model;
use crate::topology::MessageKind;

const SEEDS: u64 = 30;
/// Student's t with 29 degrees of freedom at 99.9 %.
const T: f64 = 3.659;

/// Runs a model over the seeds and holds the mean of a measure against what the formula says: inside its confidence
/// interval, which itself must be narrower than `within` of the expected value.
fn holds(name: &str, model: Model, expected: f64, within: f64, measure: impl Fn(&Simulation) -> f64) {
    let model = Arc::new(model);
    let values: Vec<f64> = (0..SEEDS)
        .map(|seed| {
            let mut simulation = Simulation::of_model(Arc::clone(&model), seed, false);
            simulation.run();
            measure(&simulation)
        })
        .collect();
    check(name, &values, expected, within);
}

fn check(name: &str, values: &[f64], expected: f64, within: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let half = T * (variance / n).sqrt();
    assert!((mean - expected).abs() <= half, "{name}: {mean} ± {half}, formula {expected}");
    assert!(half <= within * expected, "{name}: ± {half} is too wide to tell anything about {expected}");
}

/// One station that calls reach straight.
fn station(rate: f64, latency: Sampler, workers: u32, waiting: u32, arrivals: u64) -> Model {
    let mut bench = Bench::lasting((arrivals as f64 / rate) as u64);
    let service = bench.service("station", latency, workers);
    bench.model.services[service.at()].waiting = waiting;
    let message = bench.message("m", MessageKind::Command);
    let reaction = bench.reaction(service, Vec::new());
    let to = bench.to(reaction, false);
    let call = bench.model.call(None, 0, None);
    bench.model.entry(message, vec![to], Some(call), Bench::poisson(rate));
    bench.model
}

fn sojourn(simulation: &Simulation) -> f64 {
    simulation.entry_metrics().next().unwrap().1.latency.mean() / SECOND
}

fn service(simulation: &Simulation) -> &crate::simulation::metrics::ServiceMetrics {
    simulation.service_metrics().next().unwrap().1
}

#[test]
fn mm1_waits_as_the_formula_says() {
    let model = || station(0.8, Sampler::Exponential(SECOND), 1, u32::MAX, 20_000);
    holds("M/M/1 W", model(), 5.0, 0.1, sojourn);
    holds("M/M/1 Wq", model(), 4.0, 0.1, |s| service(s).wait.sum as f64 / service(s).started as f64 / SECOND);
    holds("M/M/1 Lq", model(), 3.2, 0.1, |s| service(s).waiting.average(s.now()));
}

#[test]
fn mmc_waits_as_erlang_c_says() {
    for (rate, workers, waits, total) in
        [(1.6, 2, 0.711_111, 2.777_778), (3.2, 4, 0.596_432, 1.745_541), (9.0, 10, 0.668_732, 1.668_732)]
    {
        let model = || station(rate, Sampler::Exponential(SECOND), workers, u32::MAX, 20_000);
        holds("Erlang C", model(), waits, 0.05, |s| service(s).wait.count as f64 / service(s).started as f64);
        holds("M/M/c W", model(), total, 0.1, sojourn);
    }
}

#[test]
fn mg1_waits_as_pollaczek_and_khinchine_say() {
    let first = (1.0 + (0.6f64).sqrt()) / 2.0;
    let hyper =
        Sampler::HyperExponential { first, means: [SECOND / (2.0 * first), SECOND / (2.0 * (1.0 - first))] };
    for (latency, expected) in
        [(seconds(1.0), 3.0), (Sampler::Erlang { stages: 2, mean: SECOND / 2.0 }, 4.0), (hyper, 11.0)]
    {
        let name = format!("M/G/1 with {latency:?}");
        holds(&name, station(0.8, latency, 1, u32::MAX, 20_000), expected, 0.2, sojourn);
    }
}

#[test]
fn full_stations_lose_as_erlang_b_says() {
    let lost = |s: &Simulation| {
        let entry = s.entry_metrics().next().unwrap().1;
        entry.failed as f64 / entry.arrived as f64
    };
    holds("Erlang B", station(5.0, Sampler::Exponential(SECOND), 8, 0, 15_000), 0.070_048, 0.06, lost);
    holds("M/M/1/10", station(0.8, Sampler::Exponential(SECOND), 1, 9, 20_000), 0.023_492_9, 0.15, lost);
}

/// Three stations in a row, each publishing straight to the next.
fn tandem(rate: f64, means: [f64; 3], arrivals: u64) -> Model {
    let mut bench = Bench::lasting((arrivals as f64 / rate) as u64);
    let message = bench.message("m", MessageKind::Event);
    let mut to = Vec::new();
    for (at, mean) in means.iter().enumerate().rev() {
        let service = bench.service(&format!("stage {at}"), Sampler::Exponential(mean * SECOND), 1);
        let outputs = if to.is_empty() { Vec::new() } else { vec![Bench::publish(message, to)] };
        let reaction = bench.reaction(service, outputs);
        to = vec![bench.to(reaction, false)];
    }
    bench.model.entry(message, to, None, Bench::poisson(rate));
    bench.model
}

#[test]
fn a_tandem_takes_the_sum_of_its_stages_and_little_holds_on_each() {
    let little = |s: &Simulation| {
        let arrived = s.entry_metrics().next().unwrap().1.arrived as f64;
        let rate = arrived / (s.now() as f64 / SECOND);
        s.service_metrics()
            .map(|(_, m)| (m.busy.average(s.now()) + m.waiting.average(s.now())) / rate)
            .sum::<f64>()
    };
    holds("tandem W", tandem(0.8, [1.0, 0.8, 0.625], 20_000), 8.472_222, 0.1, little);
    let mut simulation = Simulation::of_model(Arc::new(tandem(0.8, [1.0, 0.8, 0.625], 20_000)), 3, false);
    simulation.run();
    for (name, metrics) in simulation.service_metrics() {
        // Little's law on the waiting line is exact once it has emptied: the area under it is the sum of the waits.
        let area = metrics.waiting.average(simulation.now()) * simulation.now() as f64;
        assert!((area / metrics.wait.sum as f64 - 1.0).abs() < 1e-9, "{name}");
    }
}

#[test]
fn a_synchronous_chain_is_as_available_as_the_product() {
    let mut bench = Bench::lasting(300_000);
    let mut to = None;
    for name in ["Store", "Balance", "Inventory"] {
        let service = bench.service(name, seconds(0.0), u32::MAX);
        bench.model.services[service.at()].outages = Some((997_000_000_000, 3_000_000_000));
        let message = bench.message(name, MessageKind::Command);
        let outputs = to.take().map_or_else(Vec::new, |(message, hop)| {
            let call = Some(bench.model.call(None, 0, None));
            vec![crate::simulation::model::Output { call, ..Bench::publish(message, vec![hop]) }]
        });
        let reaction = bench.reaction(service, outputs);
        to = Some((message, bench.to(reaction, true)));
    }
    let (message, hop) = to.unwrap();
    let call = bench.model.call(None, 0, None);
    bench.model.entry(message, vec![hop], Some(call), Bench::poisson(0.1));
    bench.model.outages = true;
    holds("0.997³", bench.model, 0.991_026_973, 0.001, |s| {
        let entry = s.entry_metrics().next().unwrap().1;
        entry.answered as f64 / entry.arrived as f64
    });
}

#[test]
fn two_of_three_replicas_are_as_available_as_the_binomial_says() {
    let mut model = station(0.01, seconds(0.0), u32::MAX, u32::MAX, 2_000);
    model.services[0].replicas = (3, 2);
    model.services[0].outages = Some((90_000_000_000, 10_000_000_000));
    model.outages = true;
    holds("2 of 3 at 0.9", model, 0.972, 0.002, |s| service(s).up.average(s.now()));
}

#[test]
fn retries_succeed_and_die_as_the_geometric_series_says() {
    let (p, n) = (0.4f64, 4);
    let mut bench = Bench::lasting(20_000);
    let worker = bench.service("s", seconds(0.01), 4);
    bench.model.services[worker.at()].failure = p;
    let message = bench.message("m", MessageKind::Event);
    let reaction = bench.reaction(worker, Vec::new());
    let to = bench.to(reaction, false);
    let preset = crate::simulation::broker::presets::find("sqs", crate::board::ChannelKind::Queue).unwrap();
    let queue = bench.model.channel("q", &preset);
    let letters = bench.model.channel("dead", &preset);
    bench.model.channels[queue.at()].dead_letter = Some(letters);
    bench.model.channels[queue.at()].queue.receives = n;
    let hop = bench.model.into_channel(queue, vec![to], Box::default());
    bench.model.entry(message, vec![hop], None, Bench::poisson(0.25));
    let model = bench.model;
    let sent = |s: &Simulation| s.message_metrics().next().unwrap().1.sent as f64;
    let expected = (1.0 - p.powi(n as i32)) / (1.0 - p);
    holds("attempts", model.clone(), expected, 0.02, |s| service(s).started as f64 / sent(s));
    holds("dead letters", model, p.powi(n as i32), 0.1, |s| {
        s.message_metrics().next().unwrap().1.dead_letters as f64 / sent(s)
    });
}

#[test]
fn streams_of_one_component_do_not_move_when_another_changes() {
    let arrivals = |mean: f64| {
        let mut bench = Bench::lasting(1_000);
        let service = bench.service("s", Sampler::Exponential(mean * SECOND), 1);
        let message = bench.message("m", MessageKind::Event);
        let reaction = bench.reaction(service, Vec::new());
        let to = bench.to(reaction, false);
        bench.model.entry(message, vec![to], None, Bench::poisson(1.0));
        let simulation = bench.run(5);
        let issued = simulation
            .trace()
            .unwrap()
            .iter()
            .filter(|e| e.kind == crate::simulation::trace::TraceKind::Issued);
        issued.map(|e| e.time).collect::<Vec<_>>()
    };
    assert_eq!(arrivals(0.1), arrivals(0.9));
}
