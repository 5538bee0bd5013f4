//! The desktop app, driven through its accessible names.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "gui/advice.rs"]
mod advice;
#[path = "gui/board.rs"]
mod board;
#[path = "gui/contracts.rs"]
mod contracts;
#[path = "gui/exchange.rs"]
mod exchange;
#[path = "gui/files.rs"]
mod files;
#[path = "gui/filter.rs"]
mod filter;
#[path = "gui/keeping.rs"]
mod keeping;
#[path = "gui/kit.rs"]
mod kit;
#[path = "gui/looks.rs"]
mod looks;
#[path = "gui/pictures.rs"]
mod pictures;
#[path = "gui/proposals.rs"]
mod proposals;
#[path = "gui/replay.rs"]
mod replay;
#[path = "gui/scenario.rs"]
mod scenario;
#[path = "gui/strangers.rs"]
mod strangers;
#[path = "gui/talk.rs"]
mod talk;
#[path = "gui/topology.rs"]
mod topology;
#[path = "gui/workshop.rs"]
mod workshop;
#[path = "gui/workspaces.rs"]
mod workspaces;
