//! The one way to change a board: closed, invertible operations, grouped into edits, kept in a log.
//!
//! An [`Op`] inserts a record, removes it with its snapshot, or sets one field from one value to another. An
//! [`Edit`] is a labelled list of them: what one gesture, one accepted cure or one import did. Edits are applied whole
//! or not at all, and undo appends the inverse, so the log only grows.

mod draft;
mod history;
mod intent;
pub mod merge;
mod squash;
mod story;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use draft::Draft;
pub use history::History;
pub use intent::{Intent, IntentError};
pub use squash::squash;
pub use story::{Step, Story};

use crate::board::{Board, FieldError, Key, Record};

/// The smallest change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Puts a new record in.
    Insert(Record),
    /// Takes a record out; the snapshot is what undo puts back.
    Remove(Record),
    /// Sets one field.
    Set {
        /// The record.
        key: Key,
        /// The field's name.
        field: String,
        /// The value before.
        from: Value,
        /// The value after.
        to: Value,
    },
}

/// Where an edit came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person at this window.
    #[default]
    Local,
    /// The inverse of an earlier edit, by its place in the log.
    Undo(usize),
    /// An undone edit done again, by its place in the log.
    Redo(usize),
    /// Read from a file of this format.
    Import(String),
    /// The cure of this advice rule.
    Fix(String),
    /// Another writer.
    Remote(u32),
}

/// A labelled list of operations, applied whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// What it did, for the undo menu: "Move 3 stickies".
    pub label: String,
    /// Where it came from.
    #[serde(default)]
    pub origin: Origin,
    /// What changes, in order.
    pub ops: Vec<Op>,
}

/// An edit does not fit the board. The board is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// A record to be inserted is there already.
    #[error("{0:?} is on the board already")]
    Exists(Key),
    /// A record to be changed or removed is not there.
    #[error("{0:?} is not on the board")]
    Missing(Key),
    /// A field could not be set.
    #[error("{key:?}: {error}")]
    Field {
        /// The record.
        key: Key,
        /// Why not.
        error: FieldError,
    },
}

impl Op {
    /// What undoes this operation.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self {
            Self::Insert(record) => Self::Remove(record.clone()),
            Self::Remove(record) => Self::Insert(record.clone()),
            Self::Set { key, field, from, to } => {
                Self::Set { key: key.clone(), field: field.clone(), from: to.clone(), to: from.clone() }
            }
        }
    }

    /// The record it touches.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Insert(record) | Self::Remove(record) => record.key(),
            Self::Set { key, .. } => key.clone(),
        }
    }

    fn apply(&self, board: &mut Board) -> Result<(), ApplyError> {
        match self {
            Self::Insert(record) => {
                let key = record.key();
                if key != Key::Settings && board.has(&key) {
                    return Err(ApplyError::Exists(key));
                }
                board.put(record.clone());
            }
            Self::Remove(record) => {
                let key = record.key();
                if !board.has(&key) {
                    return Err(ApplyError::Missing(key));
                }
                board.take(&key);
            }
            Self::Set { key, field, to, .. } => {
                if !board.has(key) {
                    return Err(ApplyError::Missing(key.clone()));
                }
                board.set(key, field, to).map_err(|error| ApplyError::Field { key: key.clone(), error })?;
            }
        }
        Ok(())
    }
}

impl Edit {
    /// A local edit.
    #[must_use]
    pub fn new(label: impl Into<String>, ops: Vec<Op>) -> Self {
        Self { label: label.into(), origin: Origin::Local, ops }
    }

    /// True when nothing would change.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// What undoes this edit: the inverses, last first.
    #[must_use]
    pub fn inverse(&self) -> Vec<Op> {
        self.ops.iter().rev().map(Op::inverse).collect()
    }

    /// The records it touches, each once, in the order first touched.
    #[must_use]
    pub fn touched(&self) -> Vec<Key> {
        let mut seen = std::collections::BTreeSet::new();
        self.ops.iter().map(Op::key).filter(|key| seen.insert(key.clone())).collect()
    }
}

/// Applies operations in order, all or none.
///
/// # Errors
/// When one does not fit; the board is then as it was.
pub fn apply(board: &mut Board, ops: &[Op]) -> Result<(), ApplyError> {
    for (done, op) in ops.iter().enumerate() {
        if let Err(error) = op.apply(board) {
            for op in ops[..done].iter().rev() {
                op.inverse().apply(board).expect("the inverse of an operation just applied fits");
            }
            return Err(error);
        }
    }
    Ok(())
}

/// The operations that lead from one state of a record to another of the same key: a set a changed field.
#[must_use]
pub fn diff(before: &Record, after: &Record) -> Vec<Op> {
    debug_assert_eq!(before.key(), after.key(), "a record keeps its key");
    let changed = before.field_names().iter().filter_map(|field| {
        let (from, to) = (before.get(field)?, after.get(field)?);
        (from != to).then(|| Op::Set { key: before.key(), field: (*field).to_owned(), from, to })
    });
    changed.collect()
}

/// The operations that lead from one board to another.
#[must_use]
pub fn diff_boards(before: &Board, after: &Board) -> Vec<Op> {
    let removed = before.records().filter(|record| !after.has(&record.key())).map(Op::Remove);
    let changed = after.records().flat_map(|record| match before.record(&record.key()) {
        None => vec![Op::Insert(record)],
        Some(old) => diff(&old, &record),
    });
    removed.chain(changed).collect()
}

#[cfg(test)]
mod tests;
