//! Board files on disk: read with an error that names the file, written whole or not at all.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::board::Board;
use crate::board::format::{self, ReadError, Syntax};
use crate::board::repair::{Repair, repair};

/// The largest file read as a board, in bytes.
pub const BOARD_SIZE_MAX: u64 = 512 * 1024 * 1024;

/// A file could not be read or written. The message names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be opened or read.
    #[error("{}: cannot read it: {error}. Check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file is not text.
    #[error("{}: it is not UTF-8 text, so it is no board. Boards are .ron or .json files", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// The file is larger than any board.
    #[error("{}: it is larger than {} MB, which no board is", path.display(), BOARD_SIZE_MAX / 1024 / 1024)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The text is not a board.
    #[error("{}:{error}", path.display())]
    Board {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: ReadError,
    },
    /// The configuration is not understood.
    #[error("{}: {message}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// The file cannot be written. What was there before is unchanged.
    #[error("{}: cannot save: {error}. The file is as it was; save under another name or free the disk", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
}

/// A board as it was opened.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The board, repaired.
    pub board: Board,
    /// The spelling of its file.
    pub syntax: Syntax,
    /// What was put right.
    pub repairs: Vec<Repair>,
}

/// Reads a board; `-` reads standard input.
///
/// # Errors
/// When the file cannot be read or is not a board.
pub fn load(path: &Path) -> Result<Loaded, FileError> {
    let text = read_text(path)?;
    let syntax = Syntax::of_text(&text);
    let mut board =
        format::read(&text, syntax).map_err(|error| FileError::Board { path: path.to_owned(), error })?;
    let repairs = repair(&mut board);
    Ok(Loaded { board, syntax, repairs })
}

/// Reads a text file; `-` reads standard input.
///
/// # Errors
/// When it cannot be read, is not UTF-8, or is larger than [`BOARD_SIZE_MAX`].
pub fn read_text(path: &Path) -> Result<String, FileError> {
    let failed = |error| FileError::Read { path: path.to_owned(), error };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(BOARD_SIZE_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(BOARD_SIZE_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > BOARD_SIZE_MAX {
        return Err(FileError::TooLarge { path: path.to_owned() });
    }
    String::from_utf8(bytes).map_err(|_utf8| FileError::NotText { path: path.to_owned() })
}

/// Saves a board, in the spelling its name asks for, whole or not at all.
///
/// # Errors
/// When it cannot be written; the file is then as it was.
pub fn save(path: &Path, board: &Board) -> Result<(), FileError> {
    let syntax = Syntax::of_name(&path.to_string_lossy());
    write_atomically(path, format::write(board, syntax).as_bytes())
}

/// Writes a file whole or not at all: to a temporary file beside it, synced, then renamed over it.
///
/// # Errors
/// When any step fails; the file is then as it was.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_beside(path, bytes).map_err(|error| FileError::Write { path: path.to_owned(), error })
}

fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // Through a symbolic link the file it names is replaced, not the link.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_missing| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    if let Ok(metadata) = std::fs::metadata(&target) {
        file.as_file().set_permissions(metadata.permissions())?;
    } else {
        set_usual_permissions(file.as_file())?;
    }
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    // The rename is only certain to survive a power cut once the folder itself is synced; not every system can.
    if let Ok(folder) = std::fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Temporary files are private; a new board is as readable as any other file.
#[cfg(unix)]
fn set_usual_permissions(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_usual_permissions(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saving_an_unchanged_board_gives_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.ron", "a.json"] {
            let path = folder.path().join(name);
            let mut board = Board::default();
            board.events.insert("E".into(), crate::board::Event::default());
            save(&path, &board).unwrap();
            let before = std::fs::read(&path).unwrap();
            let loaded = load(&path).unwrap();
            assert_eq!(loaded.board, board);
            save(&path, &loaded.board).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), before);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn a_failed_save_leaves_the_old_board() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no/such/folder/a.ron");
        let error = save(&missing, &Board::default()).unwrap_err().to_string();
        assert!(error.contains("a.ron") && error.contains("as it was"), "{error}");
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken.ron");
        std::fs::write(&path, "(\n  format: 1,\n  stickies: 7,\n)").unwrap();
        let error = load(&path).unwrap_err().to_string();
        assert!(error.contains("broken.ron:3:"), "{error}");
        std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
        assert!(load(&path).unwrap_err().to_string().contains("UTF-8"));
    }
}
