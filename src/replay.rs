//! Captured event logs: readers, index, player and conformance.
//!
//! A log is opened as bytes (a memory map, as a rule), recognised by its content, and indexed into columns of
//! at most 32 bytes an event. Payloads stay where they are until somebody looks at them.

pub mod again;
pub mod calibrate;
pub mod compare;
pub mod compressed;
pub mod conformance;
pub mod discovery;
pub mod event;
pub mod index;
pub mod load;
pub mod mapping;
pub mod matching;
pub mod moment;
pub mod player;
pub mod readers;
pub mod repeats;
pub mod scan;
pub mod search;
pub mod stats;
pub mod symbols;
pub mod tally;
pub mod time;
pub mod tracks;

#[cfg(test)]
pub(crate) mod testing;
