//! Isobar: design event-driven systems together, on a board that means something.
//!
//! The rooms of the house, in reading order. Imports run downwards in this list reversed: a room may use
//! only the rooms named before it, and never `cli` or `app`.

pub mod pattern;

pub mod board;
pub mod edit;
pub mod samples;
pub mod topology;

pub mod advice;
pub mod availability;
pub mod contracts;
pub mod replay;
pub mod scene;
pub mod simulation;
pub mod view;

pub mod interchange;

pub mod io;

#[cfg(feature = "gui")]
pub mod app;
pub mod cli;

/// The version, and in a release build the commit it was built from.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("ISOBAR_BUILT_FROM"));
