//! The integration tests, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arranging;
mod availability;
mod bad_boards;
mod bad_logs;
mod ci_examples;
mod crash;
mod discovery;
mod docs;
mod generated;
mod git;
mod layout;
mod proposals;
mod sample_findings;
mod samples;
mod simpy;
mod tidy;
mod tidy_published;
mod topology;
mod validators;
