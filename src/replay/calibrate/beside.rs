//! A fitted board, run: what the log measured and what the simulator measures, side by side; and what would have
//! happened had something been down.

use std::fmt::Write as _;

use super::{Calibrated, measure};
use crate::board::{Board, Distribution, Fault, Scenario, Span};
use crate::replay::index::Log;
use crate::replay::load;
use crate::replay::mapping::Mapping;
use crate::replay::stats::percentile;
use crate::replay::time::duration_text;
use crate::simulation::{Simulation, SimulationError};
use crate::topology::derive;

/// The scenario with the log's own arrivals and outages.
pub const AS_CAPTURED: &str = "as captured";

/// A run is compared up to so many steps: enough to see the shape of every distribution.
const STEPS_MAX: usize = 600_000;

/// The part of a run that is worked out before its length is looked at again, in virtual nanoseconds.
const SLICE: u64 = 1_000_000_000;

/// Why a fitted board cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum BesideError {
    /// It cannot be run.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// Its log cannot be read.
    #[error(transparent)]
    Log(#[from] load::OpenError),
    /// Its log cannot be written.
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

/// How long one service takes from a message to what it sends because of it: in the log, and in a simulated run.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The service.
    pub service: String,
    /// Measured in the log, in nanoseconds, sorted.
    pub captured: Vec<i64>,
    /// Measured the same way in the log of the run.
    pub simulated: Vec<i64>,
}

/// One bar of a histogram of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// From this long, in nanoseconds.
    pub from: i64,
    /// To less than this long.
    pub to: i64,
    /// The share of the log's measurements that lie there.
    pub captured: f64,
    /// The share of the run's.
    pub simulated: f64,
}

impl Pair {
    /// The largest difference between the two shares of "at most so long" (the Kolmogorov–Smirnov distance): 0 for the
    /// same distribution, 1 for two that do not touch.
    pub fn distance(&self) -> f64 {
        if self.captured.is_empty() || self.simulated.is_empty() {
            return 1.0;
        }
        let share =
            |sorted: &[i64], at: i64| sorted.partition_point(|v| *v <= at) as f64 / sorted.len() as f64;
        let edges = self.captured.iter().chain(&self.simulated);
        edges.map(|at| (share(&self.captured, *at) - share(&self.simulated, *at)).abs()).fold(0.0, f64::max)
    }

    /// Both as a histogram of `n` bars whose edges grow by a constant factor.
    pub fn bars(&self, n: usize) -> Vec<Bar> {
        let all = || self.captured.iter().chain(&self.simulated).copied();
        let (Some(least), Some(most)) = (all().min(), all().max()) else { return Vec::new() };
        let (low, high) = ((least.max(1_000)) as f64, most.saturating_add(1).max(2_000) as f64);
        let edge = |at: usize| match at {
            0 => least.min(0),
            at if at == n => most.saturating_add(1),
            at => (low * libm::pow(high / low, at as f64 / n as f64)) as i64,
        };
        let share = |sorted: &[i64], from: i64, to: i64| {
            let count =
                sorted.partition_point(|v| *v < to).saturating_sub(sorted.partition_point(|v| *v < from));
            count as f64 / sorted.len().max(1) as f64
        };
        (0..n)
            .map(|at| {
                let (from, to) = (edge(at), edge(at + 1));
                Bar {
                    from,
                    to,
                    captured: share(&self.captured, from, to),
                    simulated: share(&self.simulated, from, to),
                }
            })
            .collect()
    }
}

/// Runs a scenario of the fitted board and measures its log as the captured one was measured.
///
/// # Errors
/// When the board cannot be run.
pub fn beside(done: &Calibrated, scenario: &str, seed: u64) -> Result<Vec<Pair>, BesideError> {
    let log = run(&done.board, scenario, seed)?;
    let topology = derive(&done.board);
    let measured = measure(&done.board, &topology, &log);
    let mut pairs = Vec::new();
    for (service, captured) in &done.latencies {
        let party = measured.work.iter().find(|(party, _)| topology[**party].name == *service);
        let mut simulated: Vec<i64> = party
            .map(|(_, taken)| taken.iter().map(|(_, took)| (*took).max(0)).collect())
            .unwrap_or_default();
        simulated.sort_unstable();
        pairs.push(Pair { service: service.clone(), captured: captured.clone(), simulated });
    }
    Ok(pairs)
}

/// Rounds of refining.
const ROUNDS: usize = 2;

/// Runs a scenario of the fitted board and takes out of each service's time what the run adds by itself, on its way
/// and in queues: the log's measurements hold that already. Fewer measurements than [`super::ENOUGH`] change nothing.
/// Answers log and run side by side, after the last round.
///
/// # Errors
/// When the board cannot be run.
pub fn refine(done: &mut Calibrated, scenario: &str, seed: u64) -> Result<Vec<Pair>, BesideError> {
    let mut pairs = beside(done, scenario, seed)?;
    for _ in 0..ROUNDS {
        let before = (done.board.services.clone(), done.fits.clone());
        let enough = |pair: &&Pair| pair.captured.len().min(pair.simulated.len()) >= super::ENOUGH;
        if pairs.iter().filter(enough).filter(|pair| adjust(done, pair)).count() == 0 {
            break;
        }
        let again = beside(done, scenario, seed)?;
        let sum = |pairs: &[Pair]| pairs.iter().map(Pair::distance).sum::<f64>();
        if sum(&again) >= sum(&pairs) {
            // No nearer: the fit of before stands.
            (done.board.services, done.fits) = before;
            break;
        }
        pairs = again;
    }
    Ok(pairs)
}

/// Brings a service's fitted time nearer to the log's; false when there is nothing to bring nearer.
fn adjust(done: &mut Calibrated, pair: &Pair) -> bool {
    let Some(service) = done.board.services.get_mut(&pair.service) else { return false };
    let Some(Distribution::LogNormal { median, p99 }) = service.latency else { return false };
    let scaled = |span: Span, p: f64| {
        let (captured, simulated) = (percentile(&pair.captured, p), percentile(&pair.simulated, p));
        let factor = (captured.max(1) as f64 / simulated.max(1) as f64).clamp(0.05, 20.0);
        Span::from_nanos((span.as_nanos() as f64 * factor) as u64)
    };
    let median = scaled(median, 0.5);
    let fitted = Distribution::LogNormal { median, p99: scaled(p99, 0.99).max(median) };
    let what = format!("{}: latency", pair.service);
    if let Some(fit) = done.fits.iter_mut().find(|fit| fit.what == what) {
        fit.after = super::in_words(&fitted);
    }
    service.latency = Some(fitted);
    true
}

fn run(board: &Board, scenario: &str, seed: u64) -> Result<Log, BesideError> {
    let mut simulation = Simulation::new(board, Some(scenario), seed)?;
    while simulation.stopped().is_none() && simulation.trace().is_some_and(|trace| trace.len() < STEPS_MAX) {
        // Quiet stretches are crossed in one go.
        let next = simulation.next_time().unwrap_or(simulation.now());
        simulation.run_until(next.max(simulation.now()).saturating_add(SLICE));
    }
    let mut bytes = Vec::new();
    crate::simulation::log::write(&simulation, &mut bytes)?;
    Ok(load::open(bytes, &Mapping::default())?)
}

/// A service that is away for a while: the question to a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// The service.
    pub service: String,
    /// From when, in nanoseconds since 1970.
    pub from: i64,
    /// Until when.
    pub until: i64,
}

/// Adds a scenario with the log's arrivals and outages, and one outage more; its name. Nothing when the moments lie
/// outside the log or the board has no such service.
pub fn what_if(done: &mut Calibrated, log: &Log, question: &WhatIf) -> Option<String> {
    let (first, last) = log.span()?;
    let captured = done.board.scenarios.get(AS_CAPTURED)?.clone();
    let (from, until) = (question.from.max(first), question.until.min(last));
    if from >= until || !done.board.services.contains_key(&question.service) {
        return None;
    }
    let span = |nanos: i64| Span::from_nanos(nanos.max(0) as u64);
    let fault = Fault {
        target: question.service.clone(),
        at: Some(span(from - first)),
        lasts: Some(span(until - from)),
        ..Fault::default()
    };
    let name = format!("what if {} had been down", question.service);
    let description = format!(
        "The arrivals of the captured log, with {} down for {}.",
        question.service,
        duration_text(until - from)
    );
    let mut faults = captured.faults.clone();
    faults.push(fault);
    done.board.scenarios.insert(name.clone(), Scenario { description, faults, ..captured });
    Some(name)
}

/// The pairs in words, each with a histogram of both.
pub fn text(pairs: &[Pair]) -> String {
    let mut out = String::new();
    for pair in pairs {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{}: {} captured, {} simulated, distance {:.3}",
            pair.service,
            pair.captured.len(),
            pair.simulated.len(),
            pair.distance()
        );
        for p in [0.5, 0.9, 0.99] {
            let side = |sorted: &[i64]| duration_text(percentile(sorted, p));
            let _ = writeln!(
                out,
                "  p{:<2.0} {:>10} {:>10}",
                p * 100.0,
                side(&pair.captured),
                if pair.simulated.is_empty() { "-".to_owned() } else { side(&pair.simulated) }
            );
        }
        let bars = pair.bars(12);
        let most = bars.iter().map(|bar| bar.captured.max(bar.simulated)).fold(1e-9, f64::max);
        for bar in bars.iter().filter(|bar| bar.captured > 0.0 || bar.simulated > 0.0) {
            let draw = |share: f64| "#".repeat((share / most * 24.0).round() as usize);
            let _ = writeln!(
                out,
                "  < {:>9} {:24} | {}",
                duration_text(bar.to),
                draw(bar.captured),
                draw(bar.simulated)
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(captured: Vec<i64>, simulated: Vec<i64>) -> Pair {
        Pair { service: "Stock".to_owned(), captured, simulated }
    }

    #[test]
    fn the_distance_is_that_of_kolmogorov_and_smirnov() {
        assert!(pair((0..100).collect(), (0..100).collect()).distance() < 1e-9);
        assert!((pair(vec![1, 2], vec![5, 6]).distance() - 1.0).abs() < 1e-9);
        // A quarter of one lies above all of the other.
        assert!((pair(vec![1, 2, 3, 9], vec![1, 2, 3]).distance() - 0.25).abs() < 1e-9);
        assert!((pair(Vec::new(), vec![1]).distance() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn bars_hold_every_measurement_once() {
        let pair = pair((1..=1000).map(|n| n * 1_000_000).collect(), vec![0, 5, 2_000_000_000]);
        let bars = pair.bars(12);
        let sums = bars.iter().fold((0.0, 0.0), |sum, bar| (sum.0 + bar.captured, sum.1 + bar.simulated));
        assert!((sums.0 - 1.0).abs() < 1e-9 && (sums.1 - 1.0).abs() < 1e-9, "{sums:?}");
        assert!(bars.windows(2).all(|two| two[0].to == two[1].from));
        assert!(text(&[pair]).starts_with("Stock: 1000 captured, 3 simulated, distance "));
    }
}
