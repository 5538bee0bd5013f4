//! Contract files read for an import: single ones, and those of whole folders.

use std::path::{Path, PathBuf};

use super::file::{FileError, read_text};
use crate::contracts::import::{DOCUMENT_MAX, Source};

/// The endings of files that may be contracts; front matter of pages counts.
const ENDINGS: [&str; 5] = ["json", "yaml", "yml", "md", "mdx"];
/// Folders inside folders that hold what others installed or built.
const FOREIGN: [&str; 3] = ["node_modules", "target", "dist"];
/// The most files taken from folders.
const FILES_MAX: usize = 200_000;

/// Files read, and why others were left out.
#[derive(Debug, Default)]
pub struct Collected {
    /// What was read.
    pub sources: Vec<Source>,
    /// Files left out, each with its reason, as sentences.
    pub skipped: Vec<String>,
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
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.starts_with('.') && !FOREIGN.contains(&name.as_str()) {
                visit(&entry, false, out)?;
            }
        }
        return Ok(());
    }
    let ending =
        path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if !named && (!metadata.is_file() || !ENDINGS.contains(&ending.as_str())) {
        return Ok(());
    }
    if metadata.len() > DOCUMENT_MAX as u64 {
        let limit = DOCUMENT_MAX / 1024 / 1024;
        out.skipped.push(format!("{}: it is larger than {limit} MB, so it is left out", path.display()));
        return Ok(());
    }
    if out.sources.len() >= FILES_MAX {
        let told = format!("there are more than {FILES_MAX} files; the rest is left out");
        if !out.skipped.contains(&told) {
            out.skipped.push(told);
        }
        return Ok(());
    }
    match read_text(path) {
        Ok(text) => out.sources.push(Source { path: path.to_string_lossy().into_owned(), text }),
        Err(error) if named => return Err(error),
        Err(error) => out.skipped.push(error.to_string()),
    }
    Ok(())
}
