//! The search: many seeds, faults drawn at random, how often each promise breaks, and the smallest run that shows it.

mod draw;
mod shrink;

use std::sync::Arc;

use rayon::prelude::*;

use super::expectations::{Breach, Standing};
use super::model::{Fault, Model};
use super::{Simulation, Stop};
use crate::board::{self, Scenario, Span};

pub use draw::draw;

/// What to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many runs.
    pub runs: u64,
    /// The seed of the first; the others follow.
    pub seed: u64,
    /// Faults are drawn at random, beside those of the scenario.
    pub drawn: bool,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Search {
    /// How often each promise broke, in the order of the scenario.
    pub promises: Vec<Finding>,
    /// Runs that ended early, out of room: what they say of promises holds up to there only.
    pub stopped: u64,
}

/// How often one promise broke.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Finding {
    /// How people say the promise.
    pub name: String,
    /// Runs that put it to the test.
    pub tested: u64,
    /// Runs that broke it.
    pub broken: u64,
    /// The share of runs that broke it, with its 95 % confidence interval.
    pub share: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// The smallest run found that breaks it.
    pub counterexample: Option<Counterexample>,
}

/// A run that breaks a promise, with as few faults and arrivals as were found to be enough.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Counterexample {
    /// The seed.
    pub seed: u64,
    /// The faults it takes.
    pub faults: Vec<board::Fault>,
    /// Arrivals may end at this time, in nanoseconds.
    pub arrivals_end: u64,
    /// Where the promise breaks.
    pub breach: Breach,
}

/// The faults of one run of a search.
fn faults_of(model: &Model, options: Options, seed: u64) -> Vec<Fault> {
    let drawn = if options.drawn { draw(model, seed) } else { Vec::new() };
    model.faults.iter().cloned().chain(drawn).collect()
}

/// How every promise stands at the end of one run, and whether that came early.
fn run(model: &Arc<Model>, faults: Vec<Fault>, seed: u64) -> (Vec<Standing>, bool) {
    let mut simulation = Simulation::with_faults(Arc::clone(model), faults, seed, false);
    let stopped = *simulation.run() == Stop::OutOfRoom;
    (simulation.verdicts().iter().map(|verdict| verdict.standing).collect(), stopped)
}

/// Tries many seeds, in parallel; the answer is the same on any number of threads. `progress` is told of every run.
#[must_use]
pub fn search(model: &Arc<Model>, options: Options, progress: impl Fn() + Sync) -> Search {
    let runs = usize::try_from(options.runs).unwrap_or(usize::MAX);
    let seed_of = |number: usize| options.seed.saturating_add(number as u64);
    let results: Vec<(Vec<Standing>, bool)> = (0..runs)
        .into_par_iter()
        // One run may take as long as a hundred others: nobody is to sit on a heap of them while others are idle.
        .with_max_len(1)
        .map(|number| {
            let seed = seed_of(number);
            let found = run(model, faults_of(model, options, seed), seed);
            progress();
            found
        })
        .collect();
    let finding = |(at, expectation): (usize, &board::Expectation)| {
        let count = |standing| results.iter().filter(|(run, _)| run[at] == standing).count() as u64;
        let broken = count(Standing::Broken);
        let first = results.iter().position(|(run, _)| run[at] == Standing::Broken);
        let counterexample = first.and_then(|number| {
            let seed = seed_of(number);
            shrink::shrink(model, faults_of(model, options, seed), seed, at)
        });
        let (low, high) = interval(broken, options.runs);
        Finding {
            name: expectation.name.clone(),
            tested: options.runs - count(Standing::Untested),
            broken,
            share: broken as f64 / options.runs.max(1) as f64,
            low,
            high,
            counterexample,
        }
    };
    // Shrinking runs the board some dozens of times for each broken promise, more than many a search itself.
    let promises = model.expectations.par_iter().enumerate().map(finding).collect();
    Search { promises, stopped: results.iter().filter(|(_, stopped)| *stopped).count() as u64 }
}

/// Wilson's 95 % confidence interval of a share: sound also for none and all.
#[must_use]
pub fn interval(hits: u64, runs: u64) -> (f64, f64) {
    if runs == 0 {
        return (0.0, 1.0);
    }
    let (n, z) = (runs as f64, 1.959_963_984_540_054);
    let share = hits as f64 / n;
    let middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

impl Counterexample {
    /// The counterexample as a scenario: the one it was found in, with its faults, end and seed.
    #[must_use]
    pub fn scenario(&self, found_in: &Scenario, promise: &str) -> Scenario {
        Scenario {
            description: format!("The smallest run found that breaks the promise: {promise}."),
            duration: Some(Span(self.arrivals_end)),
            drain: Some(Span(
                found_in.drain.map_or(86_400_000_000_000, |span| span.0)
                    + found_in.duration.map_or(0, |span| span.0.saturating_sub(self.arrivals_end)),
            )),
            faults: self.faults.clone(),
            seed: Some(self.seed),
            moment: Some(Span(self.breach.since)),
            ..found_in.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        let close =
            |(low, high): (f64, f64), (l, h): (f64, f64)| (low - l).abs() < 1e-4 && (high - h).abs() < 1e-4;
        // Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
        assert!(close(interval(81, 263), (0.2553, 0.3662)));
        assert!(close(interval(15, 148), (0.0624, 0.1605)));
        assert!(close(interval(0, 20), (0.0, 0.1611)));
        assert!(close(interval(1, 29), (0.0061, 0.1718)));
    }
}
