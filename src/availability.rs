//! Exact availability of synchronous paths: what must be up for an entry to be answered.
//!
//! A structure of independent components and monotone gates ([`Structure`]) is brought to normal form, cut into
//! independent modules, and each module is solved by a decision diagram swept along a narrow frontier ([`exact`]).
//! Shared parts count once, because a component is one input of the diagram however many gates use it.

mod diagram;
mod entry;
mod exact;
mod normal;
mod order;
mod path;
mod structure;
#[cfg(test)]
mod tests;
mod what_if;

pub use entry::{Call, Completion, EntryReport, Part, PartKind, all_entries, entry_report};
pub use exact::{Exact, Limits, TooEntangled, exact};
pub use structure::{Component, ComponentId, NodeId, Structure};
pub use what_if::{Gain, WhatIf, alternatives, rank, report_with};

/// Hours in a mean year (365.25 days).
pub const HOURS_PER_YEAR: f64 = 8_766.0;

/// Expected hours of downtime a year for a given unavailability (probability of being down).
#[must_use]
pub fn downtime_hours(unavailability: f64) -> f64 {
    unavailability * HOURS_PER_YEAR
}
