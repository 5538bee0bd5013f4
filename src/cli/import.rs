//! `isobar import`: a board from contract files.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{CliError, Exit, Subcommand};
use crate::contracts::import::{DOCUMENT_MAX, Source, import};
use crate::io;

/// Arguments of `isobar import`.
#[derive(clap::Args)]
pub(super) struct Import {
    /// Contract files, or folders of them: AsyncAPI 2.x and 3.x, JSON Schemas
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The board to write; one that exists is brought up to date
    #[arg(long, value_name = "BOARD")]
    out: PathBuf,
}

impl Subcommand for Import {
    const NAME: &'static str = "import";
    const ABOUT: &'static str = "Make or update a board from contract files";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let mut sources = Vec::new();
        let mut skipped = Vec::new();
        for path in &self.files {
            collect(path, true, &mut sources, &mut skipped)?;
        }
        let base = if self.out.exists() { Some(io::load(&self.out)?.board) } else { None };
        let imported = import(&sources, base.as_ref()).map_err(|error| CliError(error.to_string()))?;
        io::save(&self.out, &imported.board)?;
        for remark in imported.report.iter().map(ToString::to_string).chain(skipped) {
            writeln!(out, "note: {remark}")?;
        }
        let board = &imported.board;
        let (stickies, links) = (board.stickies.len(), board.links.len());
        writeln!(
            out,
            "{}: {stickies} stickies, {links} links from {}",
            self.out.display(),
            imported.formats.join(", ")
        )?;
        Ok(Exit::Fine)
    }
}

/// The endings of files that may be contracts.
const ENDINGS: [&str; 3] = ["json", "yaml", "yml"];

/// Reads a file, or the contract files of a folder. Links inside folders are not followed.
fn collect(
    path: &Path,
    named: bool,
    sources: &mut Vec<Source>,
    skipped: &mut Vec<String>,
) -> Result<(), CliError> {
    let failed = |error: std::io::Error| CliError(format!("{}: cannot read it: {error}", path.display()));
    if path == Path::new("-") {
        sources.push(Source { path: "-".to_owned(), text: io::read_text(path)? });
        return Ok(());
    }
    let metadata =
        if named { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) }.map_err(failed)?;
    if metadata.is_dir() {
        let mut entries: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            entries.push(entry.map_err(failed)?.path());
        }
        entries.sort();
        for entry in entries {
            let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if !hidden {
                collect(&entry, false, sources, skipped)?;
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
        skipped.push(format!("{}: it is larger than {limit} MB, so it is left out", path.display()));
        return Ok(());
    }
    match io::read_text(path) {
        Ok(text) => sources.push(Source { path: path.to_string_lossy().into_owned(), text }),
        Err(error) if named => return Err(error.into()),
        Err(error) => skipped.push(error.to_string()),
    }
    Ok(())
}
