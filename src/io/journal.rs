//! The journal: every edit of an open board, appended beside its file, so that a crash loses nothing.
//!
//! The first line names the board's file by a digest of its bytes; each line after it is one edit as JSON. Saving or
//! closing in order removes the journal; one that is still there when a board is opened tells of a crash.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::edit::Edit;

/// The first line of a journal.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    /// What this is.
    isobar_journal: u32,
    /// The digest of the file the edits start from; 0 for a board that has none.
    base: u64,
}

/// A journal being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Option<File>,
    base: u64,
}

/// The place of the journal of a board: beside it, hidden.
#[must_use]
pub fn place(board: &Path) -> PathBuf {
    let name = board.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    board.with_file_name(format!(".{name}.journal"))
}

/// FNV-1a of a file's bytes; 0 when there is no such file.
fn digest(board: &Path) -> u64 {
    let bytes = std::fs::read(board).unwrap_or_default();
    if bytes.is_empty() {
        return 0;
    }
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The edits a crash left behind for a board, as far as they can be read; none when the board's file has changed
/// since, because they no longer fit it.
#[must_use]
pub fn left_behind(board: &Path) -> Vec<Edit> {
    let Ok(file) = File::open(place(board)) else { return Vec::new() };
    let mut lines = BufReader::new(file).lines().map_while(Result::ok);
    let head: Option<Head> = lines.next().and_then(|line| serde_json::from_str(&line).ok());
    if head != Some(Head { isobar_journal: 1, base: digest(board) }) {
        return Vec::new();
    }
    // The crash may have cut the last line short.
    lines.map_while(|line| serde_json::from_str(&line).ok()).collect()
}

impl Journal {
    /// A journal beside a board; nothing is written before the first edit.
    #[must_use]
    pub fn beside(board: &Path) -> Self {
        Self { path: place(board), file: None, base: digest(board) }
    }

    /// Appends an edit; when this returns, the edit outlives the process.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn append(&mut self, edit: &Edit) -> std::io::Result<()> {
        let mut line = serde_json::to_string(edit)?;
        line.push('\n');
        if self.file.is_none() {
            let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&self.path)?;
            let head = serde_json::to_string(&Head { isobar_journal: 1, base: self.base })?;
            file.write_all(format!("{head}\n").as_bytes())?;
            self.file = Some(file);
        }
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(line.as_bytes()))
    }

    /// Removes the journal: its edits are saved, or not wanted.
    pub fn close(&mut self) {
        if self.file.take().is_some() {
            // One that stays behind is told apart by its digest.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Board, Point, StickyKind};
    use crate::edit::Intent;

    fn edits(n: u16) -> (Board, Vec<Edit>) {
        let mut board = Board::default();
        let mut ids = board.id_gen(1);
        let edits = (0..n)
            .map(|i| {
                let name = format!("Step {i} done");
                let intent =
                    Intent::PlaceSticky { kind: StickyKind::Event, name, at: Point::new(f32::from(i), 0.0) };
                let edit = intent.plan(&board, &mut ids).unwrap();
                crate::edit::apply(&mut board, &edit.ops).unwrap();
                edit
            })
            .collect();
        (board, edits)
    }

    #[test]
    fn every_edit_survives_a_crash_even_one_that_cuts_a_line_short() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        crate::io::save(&path, &Board::default()).unwrap();
        let (_, edits) = edits(20);
        let mut journal = Journal::beside(&path);
        edits.iter().for_each(|edit| journal.append(edit).unwrap());
        assert_eq!(left_behind(&path), edits);
        let whole = std::fs::read(place(&path)).unwrap();
        std::fs::write(place(&path), &whole[..whole.len() - 7]).unwrap();
        assert_eq!(left_behind(&path), edits[..19]);
        std::fs::write(&path, "(format: 1, settings: (title: \"Other\"))").unwrap();
        assert_eq!(left_behind(&path), [], "the edits belong to the file as it was");
        journal.close();
        assert!(!place(&path).exists());
    }
}
