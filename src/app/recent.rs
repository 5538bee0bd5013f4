//! The boards opened lately, remembered in the platform's state folder.

use std::path::{Path, PathBuf};

/// How many are remembered.
const KEPT: usize = 12;

/// The boards, newest first; those that are gone are left out.
#[must_use]
pub(super) fn list(store: Option<&Path>) -> Vec<PathBuf> {
    let text = store.and_then(|store| std::fs::read_to_string(store).ok()).unwrap_or_default();
    text.lines().map(PathBuf::from).filter(|path| path.is_file()).collect()
}

/// Puts a board first. Forgetting one is no harm, so errors are passed over.
pub(super) fn remember(store: Option<&Path>, board: &Path) {
    let (Some(store), Ok(board)) = (store, std::path::absolute(board)) else { return };
    let mut boards = list(Some(store));
    boards.retain(|other| *other != board);
    boards.insert(0, board);
    boards.truncate(KEPT);
    let lines: Vec<String> = boards.iter().map(|path| path.display().to_string()).collect();
    if let Some(folder) = store.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = std::fs::write(store, lines.join("\n"));
}

/// What to call a board by its file.
#[must_use]
pub(super) fn name(path: &Path) -> String {
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    crate::board::notation::words(&stem)
}
