//! The simulator: a deterministic discrete-event run of a board under a scenario and a seed.

pub mod distribution;
pub mod queue;
pub mod random;
