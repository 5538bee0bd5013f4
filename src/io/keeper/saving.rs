//! Saving: on any thread, over the file this window knows and no other, with marks in the journal before and after.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Disk, Keeper};
use crate::board::Board;
use crate::board::format::{self, Syntax};
use crate::io::file::{FileError, Loaded, digest, load, write_atomically};
use crate::io::journal::{Journal, Line, claim_beside};
use crate::view::Document;

/// A save to be run.
#[derive(Debug)]
pub struct Saving {
    path: PathBuf,
    board: Arc<Board>,
    /// The file as it is known; none saves over whatever is there.
    known: Option<u64>,
    /// A hand on the journal, and how many of its edits the board holds.
    journal: Option<(File, usize)>,
    /// How much of the document's log the board holds.
    logged: usize,
}

/// A save that came about.
#[derive(Debug)]
pub struct Saved {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub board: Arc<Board>,
    digest: u64,
    logged: usize,
}

/// A save that did not come about. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// It cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Somebody else saved another board there since it was read.
    #[error("{}: somebody else changed it since it was opened. Merge or reload first", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// What is there now.
        loaded: Box<Loaded>,
    },
    /// Somebody else put something there that is no board.
    #[error("{0}. It was changed there since it was opened: mend the file, or save under another name")]
    Broken(FileError),
}

impl Saving {
    /// Saves: whole, or not at all.
    ///
    /// # Errors
    /// When it cannot be written, or the file is not the one that is known.
    pub fn run(self) -> Result<Saved, SaveError> {
        let Self { path, board, known, journal, logged } = self;
        if let Some(known) = known
            && let Ok(there) = std::fs::read(&path)
            && digest(&there) != known
        {
            let loaded = Box::new(load(&path).map_err(SaveError::Broken)?);
            return Err(SaveError::Changed { path, loaded });
        }
        let text = format::write(&board, Syntax::of_name(&path.to_string_lossy()));
        let digest = digest(text.as_bytes());
        // Whether a crash comes before or after the file is renamed into place, its digest tells which edits it holds.
        mark(journal.as_ref(), |edits| Line::Saving { digest, edits });
        write_atomically(&path, text.as_bytes())?;
        mark(journal.as_ref(), |edits| Line::Saved { digest, edits });
        Ok(Saved { path, board, digest, logged })
    }
}

fn mark(journal: Option<&(File, usize)>, line: impl Fn(usize) -> Line) {
    if let Some((mut file, edits)) = journal.map(|(file, edits)| (file, *edits)) {
        // Without its mark a save is taken for somebody else's after a crash, and merged: nothing is lost.
        let _ = file.write_all(line(edits).text().unwrap_or_default().as_bytes());
    }
}

impl Keeper {
    /// Prepares saving the board at `path`; `None` while another save is under way.
    pub fn saving(&mut self, document: &Document, path: &Path) -> Option<Saving> {
        if self.saving {
            return None;
        }
        // An edit that cannot be journaled is all the more reason to save.
        let _ = self.write(document);
        let own = self.path.as_deref() == Some(path);
        let journal = self.journal.as_ref().filter(|journal| own && journal.started);
        let journal = journal.and_then(|journal| journal.hand().ok()).map(|hand| (hand, self.journaled));
        self.saving = true;
        let known = self.disk.as_ref().filter(|_| own).map(|disk| disk.digest);
        let logged = document.history().log().len();
        Some(Saving { path: path.to_owned(), board: document.shared(), known, journal, logged })
    }

    /// Notes how a save ended. A board saved under another name moves there with its journal and history.
    pub fn saved(&mut self, document: &mut Document, saved: Saved) {
        self.saving = false;
        if self.path.as_deref() != Some(&saved.path) {
            self.move_to(&saved);
        }
        document.saved(Arc::clone(&saved.board), saved.path);
        self.disk = Some(Disk { digest: saved.digest, board: saved.board });
        self.news = None;
    }

    /// Notes that a save did not come about.
    pub fn save_failed(&mut self, error: &SaveError) {
        self.saving = false;
        if let SaveError::Changed { loaded, .. } = error {
            self.found(loaded);
        }
    }

    fn move_to(&mut self, saved: &Saved) {
        let (old_history, told) = (self.history(), self.told());
        let old_journal = self.journal.take();
        self.path = Some(saved.path.clone());
        // Whatever a crash left there belonged to the file just written over.
        self.journal = claim_beside(&saved.path).own;
        self.journal.as_mut().into_iter().for_each(Journal::clear);
        if let Some(old) = old_journal.as_ref().filter(|old| old.started) {
            let mark = Line::Saved { digest: saved.digest, edits: self.journaled };
            let moved = self.journal.as_mut().map(|new| new.copy(old).and_then(|()| new.append(&[mark])));
            if moved.is_some_and(|moved| moved.is_err()) {
                self.journal = None;
            }
        } else {
            (self.start, self.written, self.journaled) = (Arc::clone(&saved.board), saved.logged, 0);
        }
        if let (Some(old), Some(new)) = (&old_history, self.history()) {
            // A history that does not come along is missed by nothing but the replay of the workshop.
            let _ = std::fs::copy(old, new);
        }
        if let (Some(place), Some(told)) = (old_history, told) {
            super::history::put_by(&place, &told, told.saved().unwrap_or(0));
        }
        if let Some(old) = old_journal {
            old.remove();
        }
    }
}
