//! The log of edits with undo and redo on top, and gestures that squash into one step.

use super::{ApplyError, Edit, Op, Origin, apply, squash};
use crate::board::{Board, Key};

/// An append-only log of edits. Undo appends the inverse of the newest local edit not yet undone; redo appends it
/// again; a new local edit forgets what could be redone.
#[derive(Clone, Debug, Default)]
pub struct History {
    log: Vec<Edit>,
    /// Places in the log of edits that undo would take back, newest last.
    undoable: Vec<usize>,
    /// Places in the log of undos that redo would take back, newest last.
    redoable: Vec<usize>,
    gesture: Option<Gesture>,
}

#[derive(Clone, Debug)]
struct Gesture {
    label: String,
    ops: Vec<Op>,
}

impl History {
    /// Every edit there was, oldest first.
    #[must_use]
    pub fn log(&self) -> &[Edit] {
        &self.log
    }

    /// Applies an edit and logs it. An edit that changes nothing is not logged.
    ///
    /// # Errors
    /// When the edit does not fit; the board is then as it was.
    pub fn commit(&mut self, board: &mut Board, edit: Edit) -> Result<(), ApplyError> {
        apply(board, &edit.ops)?;
        self.push(edit);
        Ok(())
    }

    fn push(&mut self, edit: Edit) {
        if edit.is_empty() {
            return;
        }
        if !matches!(edit.origin, Origin::Remote(_)) {
            self.undoable.push(self.log.len());
            self.redoable.clear();
        }
        self.log.push(edit);
    }

    /// Opens a gesture: what follows becomes one step when it ends. An open gesture ends first.
    pub fn begin(&mut self, label: impl Into<String>) {
        self.end();
        self.gesture = Some(Gesture { label: label.into(), ops: Vec::new() });
    }

    /// True while a gesture is open.
    #[must_use]
    pub const fn in_gesture(&self) -> bool {
        self.gesture.is_some()
    }

    /// Applies operations as part of the open gesture; without one they become an edit of their own.
    ///
    /// # Errors
    /// When one does not fit; the board is then as it was.
    pub fn extend(&mut self, board: &mut Board, ops: Vec<Op>) -> Result<(), ApplyError> {
        apply(board, &ops)?;
        match &mut self.gesture {
            Some(gesture) => {
                gesture.ops.extend(ops);
                // A drag sets the same fields each frame: fold before the list grows with time.
                if gesture.ops.len() > 4_096 {
                    gesture.ops = squash(&gesture.ops);
                }
            }
            None => self.push(Edit::new("Change", ops)),
        }
        Ok(())
    }

    /// Ends the open gesture: its squashed operations are one edit.
    pub fn end(&mut self) {
        if let Some(gesture) = self.gesture.take() {
            self.push(Edit::new(gesture.label, squash(&gesture.ops)));
        }
    }

    /// Abandons the open gesture: the board is as it was when it began. Answers the records put back.
    pub fn cancel(&mut self, board: &mut Board) -> Vec<Key> {
        let Some(gesture) = self.gesture.take() else { return Vec::new() };
        let back: Vec<Op> = gesture.ops.iter().rev().map(Op::inverse).collect();
        apply(board, &back).expect("a gesture's own operations can be taken back");
        back.iter().map(Op::key).collect()
    }

    /// What undo would take back.
    #[must_use]
    pub fn undo_label(&self) -> Option<&str> {
        self.undoable.last().map(|at| self.log[*at].label.as_str())
    }

    /// What redo would do again.
    #[must_use]
    pub fn redo_label(&self) -> Option<&str> {
        self.redoable.last().map(|at| self.log[*at].label.as_str())
    }

    /// Takes back the newest edit; `None` when there is none. Fields somebody else has changed since stay theirs.
    pub fn undo(&mut self, board: &mut Board) -> Option<&Edit> {
        self.end();
        let at = self.undoable.pop()?;
        let place = self.append_inverse(board, at, Origin::Undo(at));
        self.redoable.push(place);
        self.log.get(place)
    }

    /// Does again what was undone last; `None` when there is nothing.
    pub fn redo(&mut self, board: &mut Board) -> Option<&Edit> {
        self.end();
        let at = self.redoable.pop()?;
        let place = self.append_inverse(board, at, Origin::Redo(at));
        self.undoable.push(place);
        self.log.get(place)
    }

    /// Applies and logs the inverse of the edit at `at`, as far as it still fits, and returns its place.
    fn append_inverse(&mut self, board: &mut Board, at: usize, origin: Origin) -> usize {
        let edit = &self.log[at];
        let label = edit.label.clone();
        let mut ops = Vec::new();
        for op in edit.inverse() {
            let untouched = match &op {
                Op::Set { key, field, from, .. } => board.field(key, field).as_ref() == Some(from),
                Op::Insert(_) | Op::Remove(_) => true,
            };
            // A removal takes what is there now, so that doing it again brings back the same.
            let op = match op {
                Op::Remove(record) => board.record(&record.key()).map_or(Op::Remove(record), Op::Remove),
                op => op,
            };
            if untouched && apply(board, std::slice::from_ref(&op)).is_ok() {
                ops.push(op);
            }
        }
        self.log.push(Edit { label, origin, ops });
        self.log.len() - 1
    }
}
