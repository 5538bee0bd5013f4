//! The simulator: a deterministic discrete-event run of a board under a scenario and a seed.
//!
//! Virtual time is whole nanoseconds. Every component draws from a random stream of its own, so the same board,
//! scenario and seed give the same run, byte for byte, on every platform. A [`Simulation`] is plain data: a clone is a
//! snapshot, and putting a clone back returns to its moment.

mod arena;
pub mod broker;
pub mod distribution;
mod engine;
pub mod expectations;
pub mod faults;
pub mod metrics;
pub mod model;
pub mod payload;
pub mod queue;
pub mod random;
pub mod state;
pub mod trace;

use std::sync::Arc;

use engine::Engine;
use expectations::Verdict;
use model::Model;
use trace::Trace;

/// Why a run stopped.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Everything that arrived has been dealt with.
    Drained,
    /// The time of the scenario is over; some work was still open.
    TimeOver,
    /// More messages were in flight than the run may hold.
    OutOfRoom,
}

/// A run of a model.
#[derive(Clone, Debug)]
pub struct Simulation {
    model: Arc<Model>,
    engine: Engine,
    seed: u64,
    stop: Option<Stop>,
}

impl Simulation {
    /// A run of a model that is about to begin. With `traced` it keeps every step.
    #[must_use]
    pub fn of_model(model: Arc<Model>, seed: u64, traced: bool) -> Self {
        let engine = Engine::new(&model, seed, traced);
        Self { model, engine, seed, stop: None }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The virtual time in nanoseconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.engine.clock
    }

    /// The time at which the run ends at the latest, in nanoseconds.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.model.duration.saturating_add(self.model.drain)
    }

    /// Why the run is over, if it is.
    #[must_use]
    pub fn stopped(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// How many events have been handled.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.engine.steps
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_time(&self) -> Option<u64> {
        if self.stop.is_some() { None } else { self.engine.queue.next_time() }
    }

    /// Handles the next event. False when the run is over.
    pub fn step(&mut self) -> bool {
        self.step_until(self.end())
    }

    /// Handles everything due at `time` or before, and sets the clock to it. False when the run is over.
    pub fn run_until(&mut self, time: u64) -> bool {
        let limit = time.min(self.end());
        while self.step_until(limit) {}
        if self.stop.is_none() {
            self.engine.clock = self.engine.clock.max(limit);
        }
        self.stop.is_none()
    }

    /// Runs to the end.
    pub fn run(&mut self) -> &Stop {
        while self.step_until(self.end()) {}
        self.stop.get_or_insert(Stop::TimeOver)
    }

    fn step_until(&mut self, limit: u64) -> bool {
        if self.stop.is_some() {
            return false;
        }
        if self.engine.is_drained() {
            self.stop = Some(Stop::Drained);
        } else if self.engine.out_of_room {
            self.stop = Some(Stop::OutOfRoom);
        } else if self.engine.step(&self.model, limit) {
            return true;
        } else if limit == self.end() {
            self.engine.clock = self.engine.clock.max(limit);
            self.stop = Some(Stop::TimeOver);
        }
        false
    }

    /// Everything that happened so far, if the run keeps a trace.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.engine.trace.as_ref()
    }

    /// How every expectation of the scenario stands.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        self.engine.checker.verdicts(self.engine.clock, self.stop == Some(Stop::Drained))
    }

    /// The message whose process caused more messages than a process may, if one did: an endless loop of events.
    #[must_use]
    pub fn runaway(&self) -> Option<&str> {
        self.engine.runaway.map(|message| self.model.messages[message.at()].name.as_str())
    }

    /// A copy to come back to.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        self.clone()
    }

    /// Returns to a copy.
    pub fn restore(&mut self, snapshot: &Self) {
        self.clone_from(snapshot);
    }
}

#[cfg(test)]
mod tests;
