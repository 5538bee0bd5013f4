//! The desktop app, driven through its accessible names.

#[path = "gui/board.rs"]
mod board;
#[path = "gui/kit.rs"]
mod kit;
#[path = "gui/looks.rs"]
mod looks;
#[path = "gui/talk.rs"]
mod talk;
#[path = "gui/workspaces.rs"]
mod workspaces;
