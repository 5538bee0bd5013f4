//! The journal of an open board: every edit, appended to a hidden file beside the board the moment it is made.
//!
//! The first line holds the board as it was when the journal began; each line after it is an edit, or a mark that
//! tells how many of the edits the board's file holds. Nothing is ever rewritten, so whatever moment a crash picks,
//! what is there reads back up to the last whole line. A lock on the journal tells other windows that the board is
//! open.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::syncer::Syncer;
use crate::board::Board;
use crate::board::format::{self, Syntax};
use crate::edit::{Edit, apply};

/// How many windows on one board find a journal of their own.
const WINDOWS: usize = 16;
/// The most that is read of a journal, in bytes.
const SIZE_MAX: u64 = 1024 * 1024 * 1024;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The board the edits start from, and the digest of its file; 0 for a board that has none.
    Start { version: u32, at: i64, digest: u64, board: String },
    /// An edit, and when it was made, in seconds since 1970.
    Edit { at: i64, edit: Edit },
    /// A file of this digest, holding the board after so many edits, is about to be written.
    Saving { digest: u64, edits: usize },
    /// It was written.
    Saved { digest: u64, edits: usize },
    /// Somebody else's board was found in the file, and what this edit did brought it in.
    Disk { at: i64, digest: u64, board: String, edit: Edit },
}

impl Line {
    pub(super) fn start(digest: u64, board: &Board) -> Self {
        Self::Start { version: 1, at: now(), digest, board: format::write(board, Syntax::Ron) }
    }

    pub(super) fn disk(digest: u64, board: &Board, edit: Edit) -> Self {
        Self::Disk { at: now(), digest, board: format::write(board, Syntax::Ron), edit }
    }

    /// The line as text, with its end.
    pub(super) fn text(&self) -> std::io::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A state the board's file is known to have had.
#[derive(Debug)]
struct Known {
    digest: u64,
    holds: Holds,
    /// False for a save that may not have come about.
    sure: bool,
}

#[derive(Debug)]
enum Holds {
    /// The board after so many edits.
    After(usize),
    /// Somebody else's board, found when there were so many edits.
    Other(usize, Box<Board>),
}

/// A state that a journal and a file both grew out of.
#[derive(Debug)]
pub(super) struct Base {
    /// The board then.
    pub(super) board: Board,
    /// The edits made after it are those from this place on.
    pub(super) since: usize,
    /// It is the board after the edits before that place, so those after it fit it one by one.
    pub(super) own: bool,
}

/// What a journal tells.
#[derive(Debug)]
pub(super) struct Told {
    /// The board it starts from.
    pub(super) start: Board,
    /// When it was begun.
    pub(super) at: i64,
    /// Its edits, with when they were made.
    pub(super) edits: Vec<(i64, Edit)>,
    /// The board after all of them.
    pub(super) end: Board,
    known: Vec<Known>,
    /// How many bytes of the journal were understood.
    good: u64,
}

impl Told {
    /// Reads a journal as far as it can be understood; `None` when it does not even start.
    pub(super) fn read(text: &mut impl BufRead) -> Option<Self> {
        let mut told: Option<Self> = None;
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            // The crash may have cut the last line short: only a line with its end counts.
            let n = text.read_until(b'\n', &mut bytes).ok()?;
            if bytes.last() != Some(&b'\n') {
                return told;
            }
            let Ok(line) = serde_json::from_slice::<Line>(&bytes) else { return told };
            match (&mut told, line) {
                (None, Line::Start { version: 1, at, digest, board }) => {
                    let start = format::read(&board, Syntax::Ron).ok()?;
                    let known = vec![Known { digest, holds: Holds::After(0), sure: true }];
                    told = Some(Self { end: start.clone(), start, at, edits: Vec::new(), known, good: 0 });
                }
                (None, _) => return None,
                (Some(told), Line::Edit { at, edit }) => {
                    if apply(&mut told.end, &edit.ops).is_err() {
                        break;
                    }
                    told.edits.push((at, edit));
                }
                (Some(told), Line::Saving { digest, edits }) => {
                    told.known.push(Known { digest, holds: Holds::After(edits), sure: false });
                }
                (Some(told), Line::Saved { digest, edits }) => {
                    told.known.push(Known { digest, holds: Holds::After(edits), sure: true });
                }
                (Some(told), Line::Disk { at, digest, board, edit }) => {
                    let Ok(board) = format::read(&board, Syntax::Ron) else { break };
                    if apply(&mut told.end, &edit.ops).is_err() {
                        break;
                    }
                    let holds = Holds::Other(told.edits.len(), Box::new(board));
                    told.known.push(Known { digest, holds, sure: true });
                    told.edits.push((at, edit));
                }
                (Some(_), Line::Start { .. }) => break,
            }
            if let Some(told) = &mut told {
                told.good += n as u64;
            }
        }
        told
    }

    /// The board after so many edits.
    fn after(&self, edits: usize) -> Board {
        let mut board = self.start.clone();
        for (_, edit) in self.edits.iter().take(edits) {
            apply(&mut board, &edit.ops).expect("they were applied when the journal was read");
        }
        board
    }

    /// The last state both this journal and the file of this digest grew out of.
    pub(super) fn base(&self, digest: u64) -> Base {
        let same = self.known.iter().rev().find(|known| known.digest == digest);
        let known = same.or_else(|| self.known.iter().rev().find(|known| known.sure));
        match known.map(|known| &known.holds) {
            Some(Holds::After(edits)) => {
                Base { board: self.after(*edits), since: (*edits).min(self.edits.len()), own: true }
            }
            Some(Holds::Other(edits, board)) => Base { board: (**board).clone(), since: *edits, own: false },
            None => Base { board: self.start.clone(), since: 0, own: true },
        }
    }

    /// How many edits the board's file held when it was last saved from here; `None` when it never was.
    pub(super) fn saved(&self) -> Option<usize> {
        self.known.iter().skip(1).rev().find_map(|known| match known.holds {
            Holds::After(edits) if known.sure => Some(edits.min(self.edits.len())),
            _ => None,
        })
    }
}

/// A journal this window holds the lock of.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// There is a first line.
    pub(super) started: bool,
    /// How long it is.
    length: u64,
    /// Brings what is written to the disk; made when something is.
    syncer: Option<Syncer>,
}

impl Journal {
    /// Opens a journal, or makes an empty one, and locks it; `None` when another window holds it.
    pub(super) fn claim(path: PathBuf) -> std::io::Result<Option<Self>> {
        loop {
            let file = OpenOptions::new().create(true).read(true).append(true).open(&path)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(None),
                // Some file systems know no locks: then windows do not notice each other, and nothing else is lost.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            // Its last holder may have removed it between opening and locking.
            if is_at(&file, &path) {
                let length = file.metadata()?.len();
                return Ok(Some(Self { path, file, started: length > 0, length, syncer: None }));
            }
        }
    }

    /// What it tells, cut to what was understood; `None` for one with nothing in it.
    pub(super) fn read(&mut self) -> Option<Told> {
        let told = self
            .file
            .seek(SeekFrom::Start(0))
            .ok()
            .and_then(|_| Told::read(&mut BufReader::new((&self.file).take(SIZE_MAX))));
        let good = told.as_ref().map_or(0, |told| told.good);
        self.started = good > 0;
        // What comes after is a line cut short, and nothing may be appended to it.
        let _ = self.file.set_len(good);
        self.length = good;
        told
    }

    /// Appends lines; when this returns, they outlive the process. A moment later they outlive a power cut as well:
    /// [`Self::on_disk`] tells.
    ///
    /// # Errors
    /// When they cannot be written, or when the disk has refused what was written before.
    pub(super) fn append(&mut self, lines: &[Line]) -> std::io::Result<()> {
        if self.syncer.as_ref().is_some_and(Syncer::failed) {
            return Err(std::io::Error::other("the disk no longer takes what is written"));
        }
        let text = lines.iter().map(Line::text).collect::<std::io::Result<String>>()?;
        self.file.write_all(text.as_bytes())?;
        self.length += text.len() as u64;
        self.started |= !lines.is_empty();
        if self.syncer.is_none() {
            self.syncer = Syncer::of(&self.path);
        }
        self.syncer.iter().for_each(Syncer::wake);
        Ok(())
    }

    /// How long it is, with what a power cut may still take.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// How much of it, from its start, outlives a power cut for certain.
    pub(super) fn on_disk(&self) -> u64 {
        self.syncer.as_ref().map_or(0, Syncer::on_disk)
    }

    /// Takes over what another journal tells.
    pub(super) fn copy(&mut self, other: &Self) -> std::io::Result<()> {
        let copied = std::io::copy(&mut File::open(&other.path)?, &mut self.file)?;
        self.length += copied;
        self.started |= copied > 0;
        Ok(())
    }

    /// A second hand on the same journal, for another thread.
    pub(super) fn hand(&self) -> std::io::Result<File> {
        self.file.try_clone()
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Empties it: what it told is kept elsewhere.
    pub(super) fn clear(&mut self) {
        self.started = false;
        let _ = self.file.set_len(0);
        // What the syncer knows is of lines that are no longer there.
        (self.length, self.syncer) = (0, None);
    }

    /// Removes it: what it told is kept elsewhere, or not wanted.
    pub(super) fn remove(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().is_ok_and(|own| std::fs::metadata(path).is_ok_and(|there| id(own) == id(there)))
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// The place of a window's journal of a board: beside it, hidden.
fn place(board: &Path, window: usize) -> PathBuf {
    let name = board.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let more = if window == 1 { String::new() } else { format!("-{window}") };
    board.with_file_name(format!(".{name}.journal{more}"))
}

/// The journals beside a board.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// The one this window writes to; none when the folder cannot be written.
    pub(super) own: Option<Journal>,
    /// Others that crashed windows left.
    pub(super) left: Vec<Journal>,
    /// How many other windows have the board open.
    pub(super) elsewhere: usize,
}

/// Claims a journal for this window, and those that crashed windows left.
pub(super) fn claim_beside(board: &Path) -> Claimed {
    let mut claimed = Claimed::default();
    for window in 1..=WINDOWS {
        let path = place(board, window);
        if claimed.own.is_some() && !path.exists() {
            continue;
        }
        match Journal::claim(path) {
            Ok(None) => claimed.elsewhere += 1,
            Ok(Some(journal)) if claimed.own.is_none() => claimed.own = Some(journal),
            Ok(Some(journal)) => claimed.left.push(journal),
            // A folder that cannot be written has no journals either.
            Err(_) => return claimed,
        }
    }
    claimed
}

/// How many journals lie beside a board: more than before means that another window has opened it.
#[must_use]
pub fn count_beside(board: &Path) -> usize {
    (1..=WINDOWS).filter(|window| place(board, *window).exists()).count()
}

#[cfg(test)]
mod tests;
