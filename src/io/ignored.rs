//! Proposed links that somebody decided against: remembered by board, so that they are not proposed at every start.

use std::collections::BTreeSet;
use std::path::Path;

use super::memory;
use crate::board::StickyId;

/// Links that are not wanted, by their two ends.
pub type Ignored = BTreeSet<(StickyId, StickyId)>;

/// What is not wanted on a board.
#[must_use]
pub fn recall(store: &Path, board: &Path) -> Ignored {
    let Ok(board) = std::path::absolute(board) else { return Ignored::new() };
    let entry = memory::read(store).into_iter().find(|entry| entry.file == board);
    entry.map(|entry| entry.known).unwrap_or_default()
}

/// Keeps what is not wanted on a board.
pub fn remember(store: &Path, board: &Path, ignored: &Ignored) {
    memory::keep(store, board, (!ignored.is_empty()).then(|| ignored.clone()));
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
