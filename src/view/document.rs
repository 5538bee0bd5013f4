//! A board as a window holds it: the board, its history, its place on disk, and whether it is saved.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::board::{Board, IdGen, Key};
use crate::edit::{ApplyError, Edit, History, Intent, IntentError, Op};

/// An open board. All changes go through here, so that all of them can be undone.
#[derive(Clone, Debug)]
pub struct Document {
    board: Arc<Board>,
    history: History,
    ids: IdGen,
    path: Option<PathBuf>,
    saved: Arc<Board>,
    /// The records in which the board differs from the one saved.
    differing: BTreeSet<Key>,
    revision: u64,
    /// What the newest revisions touched, oldest first, ending with the present one.
    touched: VecDeque<Vec<Key>>,
}

/// So many revisions back the document tells what was touched since.
const TOLD: usize = 64;

/// A change that could not be made. The board is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The command does not fit the board.
    #[error(transparent)]
    Intent(#[from] IntentError),
    /// The operations do not fit the board.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

impl Document {
    /// A document over a board, saved at `path` when it has one, that mints ids as `peer`.
    #[must_use]
    pub fn new(board: Board, path: Option<PathBuf>, peer: u32) -> Self {
        let ids = board.id_gen(peer);
        let board = Arc::new(board);
        Self {
            saved: Arc::clone(&board),
            board,
            history: History::default(),
            ids,
            path,
            differing: BTreeSet::new(),
            revision: 0,
            touched: VecDeque::new(),
        }
    }

    /// Takes the place of another document in its window: revisions go on from there, so that nothing derived from that
    /// one is taken for this one's.
    #[must_use]
    pub const fn in_place_of(mut self, before: &Self) -> Self {
        self.revision = before.revision + 1;
        self
    }

    /// The board.
    #[must_use]
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The board, to hand to another thread.
    #[must_use]
    pub fn shared(&self) -> Arc<Board> {
        Arc::clone(&self.board)
    }

    /// The log of edits.
    #[must_use]
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// Where it is saved.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The writer whose ids it mints.
    #[must_use]
    pub const fn peer(&self) -> u32 {
        self.ids.peer()
    }

    /// Goes up with every change: whoever derives something from the board compares this.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// True when the file on disk is not the board shown.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.history.in_gesture() || !self.differing.is_empty()
    }

    /// The records touched after a revision; `None` when that is too long ago to tell. Whoever derives something from
    /// the board may follow these alone.
    #[must_use]
    pub fn touched_since(&self, revision: u64) -> Option<BTreeSet<&Key>> {
        let back = usize::try_from(self.revision.checked_sub(revision)?).ok()?;
        let from = self.touched.len().checked_sub(back)?;
        Some(self.touched.range(from..).flatten().collect())
    }

    /// Mints ids for records made outside an intent.
    pub const fn ids(&mut self) -> &mut IdGen {
        &mut self.ids
    }

    /// Carries out a command as one step, and answers which records it touched.
    ///
    /// # Errors
    /// When the command does not fit the board.
    pub fn perform(&mut self, intent: &Intent) -> Result<Vec<Key>, ChangeError> {
        let edit = intent.plan(&self.board, &mut self.ids)?;
        self.commit(edit)
    }

    /// Applies an edit as one step, and answers which records it touched.
    ///
    /// # Errors
    /// When it does not fit the board.
    pub fn commit(&mut self, edit: Edit) -> Result<Vec<Key>, ChangeError> {
        let touched = edit.touched();
        self.history.end();
        self.history.commit(Arc::make_mut(&mut self.board), edit)?;
        self.changed(touched.clone());
        Ok(touched)
    }

    /// Opens a gesture: what follows is one step.
    pub fn begin(&mut self, label: impl Into<String>) {
        self.history.begin(label);
    }

    /// True while a gesture is open.
    #[must_use]
    pub const fn in_gesture(&self) -> bool {
        self.history.in_gesture()
    }

    /// Applies operations within the open gesture.
    ///
    /// # Errors
    /// When one does not fit the board.
    pub fn extend(&mut self, ops: Vec<Op>) -> Result<(), ChangeError> {
        if !ops.is_empty() {
            let touched = ops.iter().map(Op::key).collect();
            self.history.extend(Arc::make_mut(&mut self.board), ops)?;
            self.changed(touched);
        }
        Ok(())
    }

    /// Carries out a command within the open gesture, and answers which records it touched.
    ///
    /// # Errors
    /// When the command does not fit the board.
    pub fn include(&mut self, intent: &Intent) -> Result<Vec<Key>, ChangeError> {
        let edit = intent.plan(&self.board, &mut self.ids)?;
        let touched = edit.touched();
        self.extend(edit.ops)?;
        Ok(touched)
    }

    /// Ends the open gesture.
    pub fn end(&mut self) {
        self.history.end();
        self.changed(Vec::new());
    }

    /// Abandons the open gesture.
    pub fn cancel(&mut self) {
        let touched = self.history.cancel(Arc::make_mut(&mut self.board));
        self.changed(touched);
    }

    /// Takes back the newest step; answers what it touched.
    pub fn undo(&mut self) -> Option<Vec<Key>> {
        let touched = self.history.undo(Arc::make_mut(&mut self.board)).map(Edit::touched);
        self.changed(touched.clone().unwrap_or_default());
        touched
    }

    /// Does the step undone last again; answers what it touched.
    pub fn redo(&mut self) -> Option<Vec<Key>> {
        let touched = self.history.redo(Arc::make_mut(&mut self.board)).map(Edit::touched);
        self.changed(touched.clone().unwrap_or_default());
        touched
    }

    /// Notes that `board` is on disk at `path`.
    pub fn saved(&mut self, board: Arc<Board>, path: PathBuf) {
        self.saved = board;
        self.path = Some(path);
        self.differing = if Arc::ptr_eq(&self.saved, &self.board) {
            BTreeSet::new()
        } else {
            self.board.differing(&self.saved)
        };
    }

    fn changed(&mut self, touched: Vec<Key>) {
        self.revision += 1;
        for key in &touched {
            if self.board.agrees(&self.saved, key) {
                self.differing.remove(key);
            } else {
                self.differing.insert(key.clone());
            }
        }
        self.touched.push_back(touched);
        if self.touched.len() > TOLD {
            self.touched.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Point, StickyKind};

    #[test]
    fn undoing_back_to_the_saved_board_is_clean_again() {
        let mut document = Document::new(Board::default(), None, 1);
        assert!(!document.is_dirty());
        let place =
            Intent::PlaceSticky { kind: StickyKind::Event, name: "Paid".to_owned(), at: Point::default() };
        let touched = document.perform(&place).unwrap();
        assert!(matches!(touched[0], Key::Sticky(_)), "{touched:?}");
        assert!(document.is_dirty());
        document.undo();
        assert!(!document.is_dirty() && document.board().stickies.is_empty());
        document.redo();
        assert!(document.is_dirty());
        document.saved(document.shared(), PathBuf::from("a.ron"));
        assert!(!document.is_dirty());
    }

    #[test]
    fn a_document_in_place_of_another_shares_no_revision_with_it() {
        let before = Document::new(Board::default(), None, 1);
        let after = Document::new(Board::default(), None, 1).in_place_of(&before);
        assert_ne!(before.revision(), after.revision());
        assert_eq!(after.touched_since(before.revision()), None);
        assert_eq!(after.touched_since(after.revision()), Some(BTreeSet::new()));
    }

    #[test]
    fn the_document_tells_what_was_touched_since_a_revision() {
        let mut document = Document::new(Board::default(), None, 1);
        let start = document.revision();
        let place =
            Intent::PlaceSticky { kind: StickyKind::Event, name: "Paid".to_owned(), at: Point::default() };
        let touched = document.perform(&place).unwrap();
        let between = document.revision();
        assert_eq!(document.touched_since(start).unwrap(), touched.iter().collect());
        assert!(document.touched_since(between).unwrap().is_empty());
        document.begin("Move");
        let keys = vec![touched[0].clone()];
        for _ in 0..100 {
            document.include(&Intent::Move { keys: keys.clone(), dx: 1.0, dy: 0.0 }).unwrap();
        }
        document.cancel();
        assert_eq!(document.touched_since(start), None, "too long ago");
        assert_eq!(document.touched_since(document.revision() - 2).unwrap(), keys.iter().collect());
        document.undo();
        assert!(!document.is_dirty());
    }
}
