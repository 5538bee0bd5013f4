//! The simulator: a deterministic discrete-event run of a board under a scenario and a seed.
//!
//! Virtual time is whole nanoseconds. Every component draws from a random stream of its own, so the same board,
//! scenario and seed give the same run, byte for byte, on every platform. A [`Simulation`] is plain data: a clone is a
//! snapshot, and putting a clone back returns to its moment.

mod arena;
pub mod broker;
pub mod comparison;
pub mod compile;
pub mod distribution;
mod engine;
pub mod expectations;
pub mod faults;
pub mod log;
pub mod metrics;
pub mod model;
pub mod payload;
pub mod queue;
pub mod random;
pub mod report;
pub mod search;
pub mod series;
pub mod state;
pub mod story;
pub mod trace;

use std::sync::Arc;

pub use compile::SimulationError;
use engine::Engine;
use expectations::Verdict;
use model::{Fault, Model};
use trace::Trace;

use crate::board::{self, Board};

/// Why a run stopped.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Everything that arrived has been dealt with.
    Drained,
    /// The time of the scenario is over; some work was still open.
    TimeOver,
    /// More messages were in flight, or more steps traced, than the run may hold.
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
    /// A traced run of a board under one of its scenarios (the first one when none is named) that is about to begin.
    ///
    /// # Errors
    /// When the scenario does not exist, or board or scenario state what makes no sense.
    pub fn new(board: &Board, scenario: Option<&str>, seed: u64) -> Result<Self, SimulationError> {
        Ok(Self::of_model(Arc::new(compile::compile(board, scenario)?), seed, true))
    }

    /// A run of a model that is about to begin. With `traced` it keeps every step.
    #[must_use]
    pub fn of_model(model: Arc<Model>, seed: u64, traced: bool) -> Self {
        let faults = model.faults.clone();
        Self::with_faults(model, faults, seed, traced)
    }

    /// The same with other faults than the model's own.
    #[must_use]
    pub fn with_faults(model: Arc<Model>, faults: Vec<Fault>, seed: u64, traced: bool) -> Self {
        let engine = Engine::new(&model, faults, seed, traced);
        Self { model, engine, seed, stop: None }
    }

    /// Nothing arrives from `time` on, in nanoseconds: what is found is found in the shortest run.
    pub fn end_arrivals_at(&mut self, time: u64) {
        self.engine.arrivals_end = self.engine.arrivals_end.min(time);
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
        let end = self.end();
        while self.step_until(end) {}
        self.stop.get_or_insert(Stop::TimeOver)
    }

    #[inline]
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

    /// Strikes a fault by hand, from now on; its own `at` is not looked at. Answers the number to lift it by.
    ///
    /// # Errors
    /// When the fault names what is not on the board or what it cannot strike.
    pub fn strike(&mut self, fault: &board::Fault) -> Result<u32, SimulationError> {
        let mut fault: Fault = compile::fault(&self.model, fault)?;
        let lasts = fault.until.saturating_sub(fault.from);
        let for_ever = fault.until == u64::MAX;
        fault.from = self.now();
        fault.until = if for_ever { u64::MAX } else { fault.from.saturating_add(lasts) };
        self.stop = self.stop.take().filter(|stop| *stop != Stop::Drained);
        Ok(self.engine.strike_now(fault))
    }

    /// Lifts a fault, of the scenario or by hand.
    pub fn lift(&mut self, fault: u32) {
        self.engine.lift_now(fault);
    }

    /// The faults of the run with whether each is in force: those of the scenario, then those struck by hand.
    pub fn faults(&self) -> impl Iterator<Item = (&Fault, bool)> {
        self.engine.faults.iter().zip(self.engine.active_faults.iter().copied())
    }

    /// Something arrives at an entry by hand, beside what the scenario brings. False when the entry is unknown.
    pub fn issue(&mut self, entry: &str) -> bool {
        let named = |e: &model::Entry| self.model.messages[e.message.at()].name == entry;
        let Some(at) = self.model.entries.iter().position(named) else { return false };
        let model = Arc::clone(&self.model);
        self.engine.issue(&model, at as u32);
        self.stop = self.stop.take().filter(|stop| *stop != Stop::Drained);
        true
    }

    /// The payload of a message in a process.
    #[must_use]
    pub fn payload(&self, message: model::MessageIx, correlation: u64) -> serde_json::Value {
        let entry = self.engine.entry_of(correlation);
        engine::payload(&self.model, self.seed, message, correlation, entry, None)
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
