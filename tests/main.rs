//! The integration tests, in one binary.

mod samples;
mod tidy;
