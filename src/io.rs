//! The outside: atomic load and save, journals, recent files, writing bundles.

pub mod bundle;
mod config;
pub mod file;
pub mod health;
pub mod ignored;
pub mod journal;
pub mod keeper;
pub mod log_memory;
pub mod logs;
mod map;
mod memory;
pub mod past;
pub mod picture;
pub mod places;
pub mod sources;
mod syncer;

pub use config::{advice_options, today};
pub use file::{FileError, Loaded, load, load_with_text, read_text, save, write_atomically};
