//! Boards and contracts as git has them at a revision. Nothing is checked out: what is asked for is read from the
//! repository's own store, whatever lies in the folder now.

use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::sources::{self, Collected, ContractError, Read};
use crate::board::{format, repair};
use crate::contracts::import::{Source, recognise};

/// Why something of the past could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// What was given is no revision.
    #[error("`{0}` is no revision")]
    NoRevision(String),
    /// Git cannot be run, or stops on the way.
    #[error("cannot run git: {0}")]
    Git(#[from] std::io::Error),
    /// Git does not have it.
    #[error("git has no {} at `{revision}`: {said}", path.display())]
    Missing {
        /// What was asked for.
        path: PathBuf,
        /// When.
        revision: String,
        /// What git says.
        said: String,
    },
    /// It is no board.
    #[error("{} at `{revision}`: {error}", path.display())]
    Board {
        /// What was asked for.
        path: PathBuf,
        /// When.
        revision: String,
        /// What is wrong with it.
        error: format::ReadError,
    },
    /// It is no contract.
    #[error("at `{revision}`: {error}")]
    Contract {
        /// When.
        revision: String,
        /// What is wrong with it.
        error: ContractError,
    },
}

/// Something git has.
struct Past<'a> {
    path: &'a Path,
    folder: PathBuf,
    revision: &'a str,
    /// Revision and path, as git takes them.
    object: String,
}

/// A board as git has it at a revision, or what the contracts of a file or folder made of one then.
///
/// # Errors
/// When git does not have it, or it is neither.
pub fn at_revision(path: &Path, revision: &str) -> Result<Read, PastError> {
    // An empty one would be what is staged.
    if revision.is_empty() || revision.starts_with('-') {
        return Err(PastError::NoRevision(revision.to_owned()));
    }
    let (folder, name) = split(path);
    let past = Past { path, folder, revision, object: format!("{revision}:./{name}") };
    let kind = past.git(&["cat-file", "-t", &past.object], Stdio::null())?;
    let collected = if kind.trim_ascii() == b"tree" {
        past.tree()?
    } else {
        let text = past.git(&["cat-file", "blob", &past.object], Stdio::null())?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let path = path.to_string_lossy().into_owned();
        if path.ends_with(".ron") || recognise(&path, &text).is_none() {
            return past.board(&text);
        }
        Collected::of(vec![Source { path, text }])
    };
    sources::board_of(path, collected)
        .map_err(|error| PastError::Contract { revision: revision.to_owned(), error })
}

/// The nearest folder that is there, to run git in, and the way from it: what is asked for may be long gone.
fn split(path: &Path) -> (PathBuf, String) {
    let mut folder = path.to_owned();
    let mut steps: Vec<String> = Vec::new();
    while !folder.as_os_str().is_empty() && !folder.is_dir() {
        let Some(name) = folder.file_name() else { break };
        steps.push(name.to_string_lossy().into_owned());
        folder.pop();
    }
    // A folder that is there is named from outside, as a file is.
    if steps.is_empty()
        && let Some(name) = path.file_name()
    {
        steps.push(name.to_string_lossy().into_owned());
        folder.pop();
    }
    if folder.as_os_str().is_empty() {
        folder.push(".");
    }
    steps.reverse();
    (folder, steps.join("/"))
}

impl Past<'_> {
    fn git(&self, arguments: &[&str], input: Stdio) -> Result<Vec<u8>, PastError> {
        let output = Command::new("git").arg("-C").arg(&self.folder).args(arguments).stdin(input).output()?;
        if !output.status.success() {
            return Err(PastError::Missing {
                path: self.path.to_owned(),
                revision: self.revision.to_owned(),
                said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        Ok(output.stdout)
    }

    fn board(&self, text: &str) -> Result<Read, PastError> {
        let failed = |error| PastError::Board {
            path: self.path.to_owned(),
            revision: self.revision.to_owned(),
            error,
        };
        let mut board = format::read(text, format::Syntax::of_text(text)).map_err(failed)?;
        let _ = repair::repair(&mut board);
        Ok(Read { board, untold: Vec::new() })
    }

    /// The contract files of a folder, by the rules of a folder on disk, in two calls of git.
    fn tree(&self) -> Result<Collected, PastError> {
        let listed = self.git(&["ls-tree", "--full-tree", "-r", "-z", "-l", &self.object], Stdio::null())?;
        let mut collected = Collected::default();
        let mut wanted: Vec<(String, &str)> = Vec::new();
        let listed = String::from_utf8_lossy(&listed);
        for entry in listed.split('\0') {
            // "100644 blob <object> <size>\t<path>"; links and other repositories are not files.
            let Some((about, path)) = entry.split_once('\t') else { continue };
            let mut words = about.split_whitespace();
            let (Some(mode), Some(_), Some(object), Some(size)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            if !mode.starts_with("100") || !sources::may_hold_contract(Path::new(path)) {
                continue;
            }
            let path = self.path.join(path).to_string_lossy().into_owned();
            if collected.has_room_for(&path, size.parse().unwrap_or(u64::MAX)) {
                wanted.push((path, object));
            }
        }
        // Through a file: git answers while it is still asked, and two full pipes would wait for each other.
        let mut asked = tempfile::tempfile()?;
        wanted.iter().try_for_each(|(_, object)| writeln!(asked, "{object}"))?;
        asked.rewind()?;
        let answered = self.git(&["cat-file", "--batch"], asked.into())?;
        let mut rest = &answered[..];
        for (path, _) in wanted {
            // "<object> blob <size>\n<bytes>\n"
            let Some(end) = memchr::memchr(b'\n', rest) else { break };
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let size = head.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok()).unwrap_or(0);
            let bytes = rest.get(end + 1..end + 1 + size).unwrap_or_default();
            match std::str::from_utf8(bytes) {
                Ok(text) => collected.take(Source { path, text: text.to_owned() }),
                Err(_not_text) => collected.skipped.push(format!("{path}: it is not UTF-8 text")),
            }
            rest = rest.get(end + 2 + size..).unwrap_or_default();
        }
        Ok(collected)
    }
}
