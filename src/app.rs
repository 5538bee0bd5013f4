//! The desktop app: theme, canvas and panels on eframe.

use std::path::PathBuf;

/// What the app opens with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The board to open.
    pub board: Option<PathBuf>,
    /// The captured log to replay on it.
    pub replay: Option<PathBuf>,
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// When no window can be opened.
pub fn run(start: Start) -> Result<(), String> {
    let _ = start;
    Err("no window yet".to_owned())
}
