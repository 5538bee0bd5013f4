//! Contract files read for an import: single ones, and those of whole folders.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::file::{FileError, load, read_text};
use crate::board::Board;
use crate::contracts::import::{DOCUMENT_MAX, ImportError, Source, import, recognise};

/// The endings of files that may be contracts; front matter of pages counts.
const ENDINGS: [&str; 5] = ["json", "yaml", "yml", "md", "mdx"];
/// Folders inside folders that hold what others installed or built.
const FOREIGN: [&str; 3] = ["node_modules", "target", "dist"];
/// The most files taken from folders.
const FILES_MAX: usize = 200_000;
/// The most text taken together, in bytes.
const BYTES_MAX: usize = 1024 * 1024 * 1024;

/// Files read, and why others were left out.
#[derive(Debug, Default)]
pub struct Collected {
    /// What was read.
    pub sources: Vec<Source>,
    /// Files left out, each with its reason, as sentences.
    pub skipped: Vec<String>,
    /// The length of what was read, in bytes.
    bytes: usize,
}

impl Collected {
    /// What is at hand already.
    pub(super) fn of(sources: Vec<Source>) -> Self {
        let bytes = sources.iter().map(|source| source.text.len()).sum();
        Self { sources, skipped: Vec::new(), bytes }
    }

    /// True when a file of so many bytes may be read; why not is told.
    pub(super) fn has_room_for(&mut self, path: &str, bytes: u64) -> bool {
        if bytes > DOCUMENT_MAX as u64 {
            let limit = DOCUMENT_MAX / 1024 / 1024;
            self.skipped.push(format!("{path}: it is larger than {limit} MB, so it is left out"));
            return false;
        }
        if self.sources.len() >= FILES_MAX || self.bytes >= BYTES_MAX {
            let mb = BYTES_MAX / 1024 / 1024;
            let told = format!("there are more than {FILES_MAX} files or {mb} MB; the rest is left out");
            if self.skipped.last() != Some(&told) {
                self.skipped.push(told);
            }
            return false;
        }
        true
    }

    pub(super) fn take(&mut self, source: Source) {
        self.bytes += source.text.len();
        self.sources.push(source);
    }

    /// Why nothing could be imported: what was left out before it was even read, else what the import says.
    #[must_use]
    pub fn why(&self, error: &ImportError) -> String {
        if !self.sources.is_empty() || self.skipped.is_empty() {
            return error.to_string();
        }
        let shown: Vec<&str> = self.skipped.iter().take(3).map(String::as_str).collect();
        let more =
            if self.skipped.len() > 3 { format!("; {} more", self.skipped.len() - 3) } else { String::new() };
        format!("nothing to import: {}{more}", shown.join("; "))
    }
}

/// Why contracts could not be read as a board.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// A file or folder cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// What was read is no contract.
    #[error("{}: {why}", path.display())]
    Import {
        /// Where.
        path: PathBuf,
        /// Why, in a sentence.
        why: String,
    },
}

/// A board, or what the contracts in a file or folder make of one.
#[derive(Debug)]
pub struct Read {
    /// The board.
    pub board: Board,
    /// What was in contracts and has no place on a board, as sentences.
    pub untold: Vec<String>,
}

/// True for a folder, and for a file that holds a contract.
#[must_use]
pub fn holds_contracts(path: &Path) -> bool {
    if path.is_dir() {
        return true;
    }
    let board = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ron"));
    let small = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() <= DOCUMENT_MAX as u64);
    !board && small && read_text(path).is_ok_and(|text| recognise(&path.to_string_lossy(), &text).is_some())
}

/// True for a file whose name says that it can be nothing but a contract.
#[must_use]
pub fn is_page_or_yaml(path: &Path) -> bool {
    has_ending(path) && !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// Reads a board, or makes one of a contract file or a folder of them.
///
/// # Errors
/// When it cannot be read, or is neither.
pub fn board_or_contracts(path: &Path) -> Result<Read, ContractError> {
    if !holds_contracts(path) {
        return Ok(Read { board: load(path)?.board, untold: Vec::new() });
    }
    board_of(path, collect(&[path.to_owned()])?)
}

/// The board that contracts make, read from `path`.
pub(super) fn board_of(path: &Path, collected: Collected) -> Result<Read, ContractError> {
    let imported = import(&collected.sources, None)
        .map_err(|error| ContractError::Import { path: path.to_owned(), why: collected.why(&error) })?;
    let untold = imported.report.iter().map(ToString::to_string).chain(collected.skipped).collect();
    Ok(Read { board: imported.board, untold })
}

/// Reads files and the contract files of folders, in order of name. Hidden files and links inside folders are left
/// alone; files too large to be contracts are told.
///
/// # Errors
/// When a file or folder that was named cannot be read.
pub fn collect(paths: &[PathBuf]) -> Result<Collected, FileError> {
    let mut out = Collected::default();
    for path in paths {
        visit(path, true, &mut out)?;
    }
    Ok(out)
}

fn visit(path: &Path, named: bool, out: &mut Collected) -> Result<(), FileError> {
    if path == Path::new("-") {
        out.sources.push(Source { path: "-".to_owned(), text: read_text(path)? });
        return Ok(());
    }
    let failed = |error: std::io::Error| FileError::Read { path: path.to_owned(), error };
    let metadata =
        if named { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) }.map_err(failed)?;
    if metadata.is_dir() {
        let mut entries: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            entries.push(entry.map_err(failed)?.path());
        }
        entries.sort();
        for entry in entries {
            if is_looked_into(entry.file_name().unwrap_or_default()) {
                visit(&entry, false, out)?;
            }
        }
        return Ok(());
    }
    if !named && (!metadata.is_file() || !has_ending(path)) {
        return Ok(());
    }
    if !out.has_room_for(&path.to_string_lossy(), metadata.len()) {
        return Ok(());
    }
    match read_text(path) {
        Ok(text) => out.take(Source { path: path.to_string_lossy().into_owned(), text }),
        Err(error) if named => return Err(error),
        Err(error) => out.skipped.push(error.to_string()),
    }
    Ok(())
}

/// True when what has this name inside a folder is looked at.
fn is_looked_into(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    !name.starts_with('.') && !FOREIGN.contains(&&*name)
}

fn has_ending(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    ENDINGS.contains(&ending.as_str())
}

/// True when a file at this place below a folder is one of those [`collect`] takes.
pub(super) fn may_hold_contract(path: &Path) -> bool {
    path.iter().all(is_looked_into) && has_ending(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Board, Link, LinkId, Sticky, StickyId, StickyKind};
    use crate::contracts::{Format, Model, Options, compatibility};
    use crate::io::bundle::{Manner, write};
    use crate::topology::derive;

    /// A file of so many bytes that take no room on the disk.
    fn sparse(path: &Path, bytes: u64) {
        std::fs::File::create(path).unwrap().set_len(bytes).unwrap();
    }

    #[test]
    fn folders_give_their_contracts_and_tell_what_they_leave_out() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a/one.yaml", "a/two.MDX", "b.txt", ".hidden/x.json", "node_modules/y.json"] {
            std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            std::fs::write(at(name), "a: 1\n").unwrap();
        }
        std::fs::write(at("binary.json"), [0xff, 0xfe, 0x00, 0x9f]).unwrap();
        sparse(&at("huge.yaml"), 100 * 1024 * 1024);
        let collected = collect(&[folder.path().to_owned()]).unwrap();
        let names: Vec<_> = collected.sources.iter().map(|s| s.path.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["one.yaml", "two.MDX"]);
        let [binary, huge] = collected.skipped.as_slice() else { panic!("{:?}", collected.skipped) };
        assert!(binary.contains("binary.json") && huge.contains("huge.yaml: it is larger than 32 MB"));
    }

    #[cfg(unix)]
    #[test]
    fn links_inside_folders_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(folder.path().join("secret.json"), "{}").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret.json"), inside.join("link.json")).unwrap();
        std::os::unix::fs::symlink(&inside, inside.join("round")).unwrap();
        assert!(collect(&[inside]).unwrap().sources.is_empty());
    }

    #[test]
    fn a_giant_that_is_named_is_refused_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("giant.json");
        sparse(&path, 100 * 1024 * 1024);
        let collected = collect(std::slice::from_ref(&path)).unwrap();
        let error = import(&collected.sources, None).unwrap_err();
        let why = collected.why(&error);
        assert!(why.contains("giant.json: it is larger than 32 MB"), "{why}");
        assert!(board_or_contracts(&path).is_err());
        assert!(collect(&[folder.path().join("missing")]).is_err());
    }

    fn shop() -> Board {
        let mut board = Board::default();
        let mut ids = board.id_gen(0);
        let mut add = |board: &mut Board, kind, name: &str| {
            let id = StickyId(ids.mint());
            board.stickies.insert(id, Sticky { kind, name: name.to_owned(), ..Sticky::default() });
            id
        };
        let stickies = [
            add(&mut board, StickyKind::Service, "Shop"),
            add(&mut board, StickyKind::Event, "OrderPlaced"),
            add(&mut board, StickyKind::Service, "Kitchen"),
        ];
        for (from, to) in [(0, 1), (1, 2)] {
            let link = Link { from: stickies[from], to: stickies[to], ..Link::default() };
            board.links.insert(LinkId(ids.mint()), link);
        }
        board
    }

    #[test]
    fn a_folder_of_contracts_stands_for_its_board() {
        let board = shop();
        let folder = tempfile::tempdir().unwrap();
        let asyncapi = Format::named("asyncapi").unwrap();
        let bundle = asyncapi.export(&board, &derive(&board), &Options::default());
        write(folder.path(), asyncapi.name, &bundle, Manner::default(), &mut |_| {}).unwrap();
        let read = board_or_contracts(folder.path()).unwrap();
        let (old, new) = (derive(&board), derive(&read.board));
        let difference = compatibility::difference(&Model::new(&board, &old), &Model::new(&read.board, &new));
        assert_eq!(difference, compatibility::Difference::default());
        let file = folder.path().join("board.asyncapi.yaml");
        assert_eq!(board_or_contracts(&file).unwrap().board.events.len(), 1);
        let ron = folder.path().join("board.ron");
        crate::io::save(&ron, &board).unwrap();
        assert_eq!(board_or_contracts(&ron).unwrap().board, board);
    }
}
