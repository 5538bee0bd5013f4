//! Proposed links that somebody decided against: remembered by board, so that they are not proposed at every start.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::write_atomically;
use crate::board::StickyId;

/// How many boards are remembered.
const KEPT: usize = 100;

/// Links that are not wanted, by their two ends.
pub type Ignored = BTreeSet<(StickyId, StickyId)>;

#[derive(Serialize, Deserialize)]
struct Entry {
    board: PathBuf,
    ignored: Ignored,
}

fn read(store: &Path) -> Vec<Entry> {
    // A memory that cannot be read is no memory: it is written anew.
    let bytes = std::fs::read(store).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// What is not wanted on a board.
#[must_use]
pub fn recall(store: &Path, board: &Path) -> Ignored {
    let Ok(board) = std::path::absolute(board) else { return Ignored::new() };
    let entry = read(store).into_iter().find(|entry| entry.board == board);
    entry.map(|entry| entry.ignored).unwrap_or_default()
}

/// Keeps what is not wanted on a board. Forgetting it is no harm, so errors are passed over.
pub fn remember(store: &Path, board: &Path, ignored: &Ignored) {
    let Ok(board) = std::path::absolute(board) else { return };
    let mut entries = read(store);
    entries.retain(|entry| entry.board != board);
    if !ignored.is_empty() {
        entries.insert(0, Entry { board, ignored: ignored.clone() });
        entries.truncate(KEPT);
    }
    if let (Ok(bytes), Some(folder)) = (serde_json::to_vec_pretty(&entries), store.parent()) {
        let _ = std::fs::create_dir_all(folder);
        let _ = write_atomically(store, &bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Id;

    #[test]
    fn what_is_not_wanted_is_remembered_by_board() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("state").join("ignored.json");
        let (one, other) = (folder.path().join("one.ron"), folder.path().join("other.ron"));
        let sticky = |n| StickyId(Id::new(7, n));
        let ignored = Ignored::from([(sticky(1), sticky(2)), (sticky(2), sticky(3))]);
        remember(&store, &one, &ignored);
        assert_eq!(recall(&store, &one), ignored);
        assert_eq!(recall(&store, &other), Ignored::new());
        remember(&store, &other, &Ignored::from([(sticky(9), sticky(1))]));
        remember(&store, &one, &Ignored::new());
        assert_eq!(recall(&store, &one), Ignored::new(), "asked for again");
        assert_eq!(recall(&store, &other).len(), 1);
        std::fs::write(&store, "rubbish").unwrap();
        assert_eq!(recall(&store, &other), Ignored::new());
    }
}
