//! The integration tests, in one binary.

mod availability;
mod layout;
mod sample_findings;
mod samples;
mod tidy;
mod validators;
