//! Where the platform keeps an application's own files.

use std::path::{Path, PathBuf};

use super::file::digest;

fn folder(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// The folder for what the app remembers between runs, such as recent boards.
#[must_use]
pub fn state() -> Option<PathBuf> {
    let state = folder("XDG_STATE_HOME").or_else(|| folder("LOCALAPPDATA"));
    state.or_else(|| folder("HOME").map(|home| home.join(".local/state"))).map(|root| root.join("isobar"))
}

/// The folder for what the app keeps for its user: journals of untitled boards, and the history of saved ones.
#[must_use]
pub fn data() -> Option<PathBuf> {
    let data = folder("XDG_DATA_HOME").or_else(|| folder("LOCALAPPDATA"));
    data.or_else(|| folder("HOME").map(|home| home.join(".local/share"))).map(|root| root.join("isobar"))
}

/// The history of a board in the data folder, told apart by the board's whole path.
#[must_use]
pub(super) fn history(data: &Path, board: &Path) -> PathBuf {
    let whole = std::fs::canonicalize(board).or_else(|_missing| std::path::absolute(board));
    let whole = whole.unwrap_or_else(|_odd| board.to_owned());
    let stem = board.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    data.join("history").join(format!("{stem}-{:016x}.journal", digest(whole.as_os_str().as_encoded_bytes())))
}
