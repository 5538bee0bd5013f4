//! The keeper of an open board: nothing that was done to it is lost, and nothing anybody else wrote is written over.
//!
//! It appends every edit to a journal, brings back what a crash left there, saves only over the file it knows, and
//! brings in what somebody else saved. What was done is kept as the board's history, in the data folder, when the
//! board is closed in order.

mod history;
mod saving;

use std::collections::{BTreeMap, VecDeque};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

pub use saving::{SaveError, Saved, Saving};

use super::Loaded;
use super::journal::{Claimed, Journal, Line, Told, claim_beside, now};
use crate::board::Board;
use crate::edit::merge::{Conflict, Merge, Place, Side, merge};
use crate::edit::{Edit, Story, diff_boards};
use crate::view::Document;
use crate::view::document::ChangeError;

/// A number for this run, so that ids minted here never meet those of another window.
#[must_use]
pub fn peer() -> u32 {
    let now = SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let mixed = now.as_nanos() ^ (u128::from(std::process::id()) << 40);
    #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
    let peer = (mixed ^ (mixed >> 32)) as u32;
    peer.max(1)
}

/// What is known of the board's file.
#[derive(Clone, Debug)]
struct Disk {
    digest: u64,
    board: Arc<Board>,
}

/// Keeps one open board.
#[derive(Debug)]
pub struct Keeper {
    /// Where histories and the journals of untitled boards are kept; none keeps neither.
    data: Option<PathBuf>,
    journal: Option<Journal>,
    /// The board when it was opened: what a journal begun later starts from.
    start: Arc<Board>,
    /// How far the document's log is in the journal.
    written: usize,
    /// How many edits are in the journal, those of earlier runs included.
    journaled: usize,
    /// How long the journal was after the newest writes, and how many edits were in it then.
    lengths: VecDeque<(u64, usize)>,
    /// Its place; none for an untitled board.
    path: Option<PathBuf>,
    /// What the file holds; none for an untitled board.
    disk: Option<Disk>,
    /// What somebody else saved and has not been brought in yet.
    news: Option<Disk>,
    saving: bool,
}

/// What there is to say about a board that was opened.
#[derive(Debug, Default)]
pub struct Opening {
    /// How many changes a crash left were brought back.
    pub restored: usize,
    /// What was changed both here before the crash and in the file since.
    pub conflicts: Vec<Conflict>,
    /// How many other windows have it open.
    pub elsewhere: usize,
}

impl Keeper {
    /// Opens a board that was read from `path`: brings back what crashed windows left, and begins its journal.
    #[must_use]
    pub fn open(path: &Path, loaded: &Loaded, peer: u32, data: Option<&Path>) -> (Document, Self, Opening) {
        let mut document = Document::new(loaded.board.clone(), Some(path.to_owned()), peer);
        super::file::sweep_beside(path);
        let Claimed { own, left, elsewhere } = claim_beside(path);
        let disk = Disk { digest: loaded.digest, board: document.shared() };
        let mut keeper = Self {
            data: data.map(Path::to_owned),
            journal: own,
            start: document.shared(),
            written: 0,
            journaled: 0,
            lengths: VecDeque::new(),
            path: Some(path.to_owned()),
            disk: Some(disk),
            news: None,
            saving: false,
        };
        let mut opening = Opening { elsewhere, ..Opening::default() };
        keeper.recover_own(&mut document, &mut opening);
        for mut journal in left {
            if let Some(told) = journal.read() {
                keeper.recover_left(&mut document, &told, &mut opening);
            }
            // Its edits are in this window's journal from here on.
            if keeper.write(&document).is_ok() {
                journal.remove();
            }
        }
        (document, keeper, opening)
    }

    /// Begins a board that has no file yet.
    #[must_use]
    pub fn untitled(board: Board, peer: u32, data: Option<&Path>) -> (Document, Self) {
        let document = Document::new(board, None, peer);
        let keeper = Self {
            data: data.map(Path::to_owned),
            journal: None,
            start: document.shared(),
            written: 0,
            journaled: 0,
            lengths: VecDeque::new(),
            path: None,
            disk: None,
            news: None,
            saving: false,
        };
        (document, keeper)
    }

    /// The journals of untitled boards that crashed windows left, with when each was written last, newest first.
    #[must_use]
    pub fn left_untitled(data: &Path) -> Vec<(SystemTime, PathBuf)> {
        let entries = std::fs::read_dir(data.join("untitled")).into_iter().flatten().flatten();
        let mut left: Vec<_> = entries
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .filter(|(_, path)| path.extension().is_some_and(|ending| ending == "journal"))
            .filter(|(_, path)| Journal::claim(path.clone()).is_ok_and(|journal| journal.is_some()))
            .collect();
        left.sort();
        left.reverse();
        left
    }

    /// The untitled board that a journal tells of, to look at.
    #[must_use]
    pub fn peek_untitled(journal: &Path) -> Option<Board> {
        let file = std::fs::File::open(journal).ok()?;
        Some(Told::read(&mut BufReader::new(file))?.end)
    }

    /// Throws the untitled board away that a journal tells of, unless another window has it.
    pub fn discard_untitled(journal: &Path) {
        if let Ok(Some(journal)) = Journal::claim(journal.to_owned()) {
            journal.remove();
        }
    }

    /// Brings back an untitled board from the journal a crash left; `None` when another window has it, or nothing is
    /// in it.
    #[must_use]
    pub fn restore_untitled(
        journal: &Path,
        peer: u32,
        data: Option<&Path>,
    ) -> Option<(Document, Self, Opening)> {
        let mut journal = Journal::claim(journal.to_owned()).ok()??;
        let Some(told) = journal.read().filter(|told| !told.edits.is_empty()) else {
            journal.remove();
            return None;
        };
        let (mut document, mut keeper) = Self::untitled(told.start, peer, data);
        let restored =
            told.edits.into_iter().map(|(_, edit)| document.commit(edit)).filter(Result::is_ok).count();
        keeper.journal = Some(journal);
        keeper.written = document.history().log().len();
        keeper.journaled = restored;
        Some((document, keeper, Opening { restored, ..Opening::default() }))
    }

    /// Appends what was done since the last call; when this returns, it outlives the process.
    ///
    /// # Errors
    /// When the journal cannot be written. It is given up then, and the board should be saved often.
    pub fn write(&mut self, document: &Document) -> std::io::Result<()> {
        let log = document.history().log();
        if self.written >= log.len() {
            return Ok(());
        }
        let new = &log[self.written..];
        self.written = log.len();
        if self.journal.is_none() && self.disk.is_none() {
            self.journal = self.begin_untitled(document)?;
        }
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let mut lines = Vec::with_capacity(new.len() + 1);
        if !journal.started {
            lines.push(Line::start(self.disk.as_ref().map_or(0, |disk| disk.digest), &self.start));
        }
        lines.extend(new.iter().map(|edit| Line::Edit { at: now(), edit: edit.clone() }));
        self.journaled += new.len();
        if let Err(error) = journal.append(&lines) {
            self.journal = None;
            return Err(error);
        }
        let (length, on_disk) = (journal.length(), journal.on_disk());
        if self.lengths.back().is_some_and(|(before, _)| *before >= length) {
            // It was begun again since.
            self.lengths.clear();
        }
        self.lengths.push_back((length, self.journaled));
        // Of what is on the disk by now the newest alone is still of interest.
        while self.lengths.get(1).is_some_and(|(length, _)| *length <= on_disk) {
            self.lengths.pop_front();
        }
        Ok(())
    }

    /// True when every edit so far would outlive a power cut. False for a moment after each edit, and while there is no
    /// journal to keep them.
    #[must_use]
    pub fn is_on_disk(&self) -> bool {
        let Some(journal) = &self.journal else { return false };
        !journal.started || journal.on_disk() >= journal.length()
    }

    /// How many edits of the journal would outlive a power cut at this moment.
    #[must_use]
    pub fn on_disk(&self) -> usize {
        let on_disk = self.journal.as_ref().map_or(0, Journal::on_disk);
        let there = self.lengths.iter().take_while(|(length, _)| *length <= on_disk);
        there.last().map_or(0, |(_, edits)| *edits)
    }

    fn begin_untitled(&self, document: &Document) -> std::io::Result<Option<Journal>> {
        let Some(data) = &self.data else { return Ok(None) };
        let folder = data.join("untitled");
        std::fs::create_dir_all(&folder)?;
        Journal::claim(folder.join(format!("{:08x}.journal", document.peer())))
    }

    /// Brings back what this window's journal tells, when it tells of a crash.
    fn recover_own(&mut self, document: &mut Document, opening: &mut Opening) {
        let Some(disk) = self.disk.clone() else { return };
        let Some(told) = self.journal.as_mut().and_then(Journal::read) else { return };
        let base = told.base(disk.digest);
        if told.end == *disk.board {
            // Everything was saved, and only closing in order was missed.
            self.put_by(&told, told.edits.len());
            self.journal.as_mut().into_iter().for_each(Journal::clear);
            return;
        }
        self.journaled = told.edits.len();
        if base.own && base.board == *disk.board {
            let unsaved = told.edits.into_iter().skip(base.since);
            opening.restored += unsaved.map(|(_, edit)| document.commit(edit)).filter(Result::is_ok).count();
        } else {
            // Somebody else saved since: what was done before the crash comes together with that.
            let merge = merge(&base.board, &told.end, &disk.board, &BTreeMap::new());
            let catch_up = Edit::new("Changes on disk", diff_boards(&told.end, &merge.board));
            let line = Line::disk(disk.digest, &disk.board, catch_up);
            self.journaled += 1;
            if self.journal.as_mut().is_some_and(|journal| journal.append(&[line]).is_ok()) {
                bring_back(document, merge, told.edits.len() - base.since, opening);
            }
        }
        self.written = document.history().log().len();
    }

    /// Brings in what another window's journal tells.
    fn recover_left(&self, document: &mut Document, told: &Told, opening: &mut Opening) {
        let Some(disk) = &self.disk else { return };
        let base = told.base(disk.digest);
        let merge = merge(&base.board, document.board(), &told.end, &BTreeMap::new());
        bring_back(document, merge, told.edits.len() - base.since, opening);
    }

    /// Takes note of what is in the file now. True when it is not what this window read or wrote last.
    pub fn found(&mut self, loaded: &Loaded) -> bool {
        let known = self.disk.as_ref().is_none_or(|disk| disk.digest == loaded.digest);
        if known || self.saving {
            self.news = if known { None } else { self.news.take() };
            return false;
        }
        self.news = Some(Disk { digest: loaded.digest, board: Arc::new(loaded.board.clone()) });
        true
    }

    /// True while what somebody else saved has not been brought in.
    #[must_use]
    pub const fn has_news(&self) -> bool {
        self.news.is_some()
    }

    /// The digest of the file as somebody else saved it, while that has not been brought in.
    #[must_use]
    pub fn news_digest(&self) -> Option<u64> {
        self.news.as_ref().map(|news| news.digest)
    }

    /// The digest of the file as this window knows it.
    #[must_use]
    pub fn digest(&self) -> Option<u64> {
        self.disk.as_ref().map(|disk| disk.digest)
    }

    /// How many records somebody else changed.
    #[must_use]
    pub fn changed_there(&self) -> usize {
        let (Some(disk), Some(news)) = (&self.disk, &self.news) else { return 0 };
        Edit::new("", diff_boards(&disk.board, &news.board)).touched().len()
    }

    /// What comes out when this board and what somebody else saved come together; `None` when there is nothing new.
    #[must_use]
    pub fn merged(&self, document: &Document, choices: &BTreeMap<Place, Side>) -> Option<Merge> {
        let (disk, news) = (self.disk.as_ref()?, self.news.as_ref()?);
        Some(merge(&disk.board, document.board(), &news.board, choices))
    }

    /// Brings what somebody else saved together with this board, as one step that can be undone.
    ///
    /// # Errors
    /// Never for boards that were read whole; the board is then as it was.
    pub fn bring_in(
        &mut self,
        document: &mut Document,
        choices: &BTreeMap<Place, Side>,
    ) -> Result<(), ChangeError> {
        let Some(Merge { board, .. }) = self.merged(document, choices) else { return Ok(()) };
        self.take(document, "Merge changes on disk", &board)
    }

    /// Puts what somebody else saved in place of this board, as one step that can be undone.
    ///
    /// # Errors
    /// Never for boards that were read whole; the board is then as it was.
    pub fn reload(&mut self, document: &mut Document) -> Result<(), ChangeError> {
        let Some(board) = self.news.as_ref().map(|news| Arc::clone(&news.board)) else { return Ok(()) };
        self.take(document, "Reload from disk", &board)
    }

    /// Goes on with this board although somebody else saved another: saving then writes over it.
    ///
    /// # Errors
    /// Never; it is the same step as bringing the other in.
    pub fn keep_own(&mut self, document: &mut Document) -> Result<(), ChangeError> {
        let board = document.shared();
        self.take(document, "Keep this board", &board)
    }

    /// Makes `board` of this board and what somebody else saved, which is what the file is known to hold from now on.
    fn take(&mut self, document: &mut Document, label: &str, board: &Board) -> Result<(), ChangeError> {
        let (Some(news), Some(path)) = (self.news.take(), self.path.clone()) else { return Ok(()) };
        document.end();
        // An edit that cannot be written shows at the next write.
        let _ = self.write(document);
        let edit = Edit::new(label, diff_boards(document.board(), board));
        if let Some(journal) = self.journal.as_mut().filter(|journal| journal.started) {
            // One line tells both the mark and the edit: no crash can come between them.
            match journal.append(&[Line::disk(news.digest, &news.board, edit.clone())]) {
                Ok(()) => self.journaled += 1,
                Err(_) => self.journal = None,
            }
        }
        document.commit(edit)?;
        self.written = document.history().log().len();
        if self.journal.as_ref().is_none_or(|journal| !journal.started) {
            self.start = document.shared();
        }
        document.saved(Arc::clone(&news.board), path);
        self.disk = Some(news);
        Ok(())
    }

    /// Gives the board up in order: what was saved of it goes to its history, the journal goes.
    pub fn close(mut self, document: &Document) {
        let _ = self.write(document);
        if let Some(told) = self.told() {
            self.put_by(&told, told.saved().unwrap_or(0));
        }
        if let Some(journal) = self.journal.take() {
            journal.remove();
        }
    }

    /// How the board came to be, as far back as is known.
    #[must_use]
    pub fn story(&self, document: &Document) -> Story {
        history::story(self.history().as_deref(), self.told().as_ref(), document.board())
    }

    fn told(&self) -> Option<Told> {
        let journal = self.journal.as_ref().filter(|journal| journal.started)?;
        // A handle of its own: the writer's place stays where it is.
        let file = std::fs::File::open(journal.path()).ok()?;
        Told::read(&mut BufReader::new(file))
    }

    /// Where the board's history is kept.
    fn history(&self) -> Option<PathBuf> {
        Some(super::places::history(self.data.as_deref()?, self.path.as_deref()?))
    }

    fn put_by(&self, told: &Told, edits: usize) {
        if let Some(history) = self.history() {
            history::put_by(&history, told, edits);
        }
    }
}

/// Makes a crash's changes one step of the document.
fn bring_back(document: &mut Document, merge: Merge, changes: usize, opening: &mut Opening) {
    let ops = diff_boards(document.board(), &merge.board);
    if !ops.is_empty() && document.commit(Edit::new("Bring back unsaved changes", ops)).is_ok() {
        opening.restored += changes.max(1);
        opening.conflicts.extend(merge.conflicts);
    }
}

#[cfg(test)]
mod tests;
