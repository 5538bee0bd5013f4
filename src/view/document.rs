//! A board as a window holds it: the board, its history, its place on disk, and whether it is saved.

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
    dirty: bool,
    revision: u64,
}

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
            dirty: false,
            revision: 0,
        }
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
    pub const fn is_dirty(&self) -> bool {
        self.dirty
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
        self.changed();
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
            self.history.extend(Arc::make_mut(&mut self.board), ops)?;
            self.changed();
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
        self.changed();
    }

    /// Abandons the open gesture.
    pub fn cancel(&mut self) {
        self.history.cancel(Arc::make_mut(&mut self.board));
        self.changed();
    }

    /// Takes back the newest step; answers what it touched.
    pub fn undo(&mut self) -> Option<Vec<Key>> {
        let touched = self.history.undo(Arc::make_mut(&mut self.board)).map(Edit::touched);
        self.changed();
        touched
    }

    /// Does the step undone last again; answers what it touched.
    pub fn redo(&mut self) -> Option<Vec<Key>> {
        let touched = self.history.redo(Arc::make_mut(&mut self.board)).map(Edit::touched);
        self.changed();
        touched
    }

    /// Notes that `board` is on disk at `path`.
    pub fn saved(&mut self, board: Arc<Board>, path: PathBuf) {
        self.saved = board;
        self.path = Some(path);
        self.dirty = *self.saved != *self.board;
    }

    fn changed(&mut self) {
        self.revision += 1;
        // Comparing costs a walk over the board, so a gesture counts as a change until it ends.
        self.dirty = self.history.in_gesture() || *self.saved != *self.board;
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
}
