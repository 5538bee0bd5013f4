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
    /// Tells the file as it was read from any other.
    pub digest: u64,
}

/// Tells texts apart: FNV-1a.
#[must_use]
pub fn digest(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Reads a board; `-` reads standard input.
///
/// # Errors
/// When the file cannot be read or is not a board.
pub fn load(path: &Path) -> Result<Loaded, FileError> {
    Ok(load_with_text(path)?.0)
}

/// Reads a board and keeps the text it was read from, for whoever has to name lines of it; `-` reads standard input.
///
/// # Errors
/// When the file cannot be read or is not a board.
pub fn load_with_text(path: &Path) -> Result<(Loaded, String), FileError> {
    let text = read_text(path)?;
    let syntax = Syntax::of_text(&text);
    let mut board =
        format::read(&text, syntax).map_err(|error| FileError::Board { path: path.to_owned(), error })?;
    let repairs = repair(&mut board);
    Ok((Loaded { board, syntax, repairs, digest: digest(text.as_bytes()) }, text))
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
    write_in_steps(path, bytes, &mut |_| Ok(()))
        .map_err(|error| FileError::Write { path: path.to_owned(), error })
}

/// What a save does, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SaveStep {
    MakeTemporary,
    Write,
    SetPermissions,
    Sync,
    Rename,
    SyncFolder,
}

/// How much is written at once.
const CHUNK: usize = 1 << 20;

/// Writes a file whole or not at all. `before` is asked ahead of every step; when it fails, so does the step.
fn write_in_steps(
    path: &Path,
    bytes: &[u8],
    before: &mut dyn FnMut(SaveStep) -> std::io::Result<()>,
) -> std::io::Result<()> {
    // Through a symbolic link the file it names is replaced, not the link.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_missing| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let prefix = temporary_prefix(&target);
    sweep(folder, &prefix);
    before(SaveStep::MakeTemporary)?;
    let mut file = tempfile::Builder::new().prefix(&prefix).tempfile_in(folder)?;
    // While it is held, nobody takes it for one that a crash has left.
    let _ = file.as_file().try_lock();
    for chunk in bytes.chunks(CHUNK) {
        before(SaveStep::Write)?;
        file.write_all(chunk)?;
    }
    before(SaveStep::SetPermissions)?;
    if let Ok(metadata) = std::fs::metadata(&target) {
        file.as_file().set_permissions(metadata.permissions())?;
    } else {
        set_usual_permissions(file.as_file())?;
    }
    before(SaveStep::Sync)?;
    file.as_file().sync_all()?;
    before(SaveStep::Rename)?;
    file.persist(&target).map_err(|error| error.error)?;
    // The rename is only certain to survive a power cut once the folder itself is synced; not every system can.
    let _ = before(SaveStep::SyncFolder)
        .and_then(|()| std::fs::File::open(folder))
        .and_then(|folder| folder.sync_all());
    Ok(())
}

/// How long a temporary file has to rest before it is taken for one that a crash has left.
const STALE: std::time::Duration = std::time::Duration::from_secs(60);

/// What the names of temporary files of a save begin with.
fn temporary_prefix(target: &Path) -> String {
    let name = target.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    format!(".{name}.saving-")
}

/// Removes the temporary files that saves of this file left when they were killed: those that rest, and that no
/// process holds.
fn sweep(folder: &Path, prefix: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let rests = || entry.metadata().ok()?.modified().ok()?.elapsed().ok().map(|rest| rest >= STALE);
        if entry.file_name().to_string_lossy().starts_with(prefix)
            && rests().unwrap_or(false)
            && std::fs::File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Removes what saves of this file left when they were killed.
pub(super) fn sweep_beside(path: &Path) {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_missing| path.to_owned());
    if let Some(folder) = target.parent() {
        sweep(folder, &temporary_prefix(&target));
    }
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
    fn a_save_that_fails_at_any_step_leaves_the_old_board_or_the_new_never_neither() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        let (old, new) = (vec![b'o'; 3 * CHUNK], vec![b'n'; 2 * CHUNK + 17]);
        let mut failed = Vec::new();
        for fails in 0.. {
            std::fs::write(&path, &old).unwrap();
            let mut step_no = 0;
            let saved = write_in_steps(&path, &new, &mut |step| {
                step_no += 1;
                if step_no - 1 == fails {
                    failed.push(step);
                    return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
                }
                Ok(())
            });
            let there = std::fs::read(&path).unwrap();
            assert_eq!(there == new, saved.is_ok(), "step {fails}");
            assert_eq!(there == old, saved.is_err(), "step {fails}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
            if step_no <= fails {
                break;
            }
        }
        use SaveStep as S;
        let every = [
            S::MakeTemporary,
            S::Write,
            S::Write,
            S::Write,
            S::SetPermissions,
            S::Sync,
            S::Rename,
            S::SyncFolder,
        ];
        assert_eq!(failed, every);
    }

    #[test]
    fn what_a_killed_save_left_is_removed_and_what_a_running_save_holds_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let long_ago = std::time::SystemTime::now() - 2 * STALE;
        let left = |name: &str, when| {
            let file = std::fs::File::create(place(name)).unwrap();
            file.set_modified(when).unwrap();
            file
        };
        drop(left(".a.ron.saving-killed", long_ago));
        drop(left(".a.ron.saving-fresh", std::time::SystemTime::now()));
        drop(left(".b.ron.saving-other", long_ago));
        drop(left(".tmpOther", long_ago));
        let held = left(".a.ron.saving-held", long_ago);
        held.try_lock().unwrap();
        save(&place("a.ron"), &Board::default()).unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        let kept = [".a.ron.saving-fresh", ".a.ron.saving-held", ".b.ron.saving-other", ".tmpOther", "a.ron"];
        assert_eq!(names, kept);
        drop(held);
        sweep_beside(&place("a.ron"));
        assert!(!place(".a.ron.saving-held").exists());
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
