//! `isobar diff`: what changed between two boards, or folders of contracts, and who breaks.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{CliError, Exit, Subcommand};
use crate::board::{Board, format, repair};
use crate::contracts::{Model, compatibility};
use crate::{io, topology};

/// Arguments of `isobar diff`.
#[derive(clap::Args)]
pub(super) struct Diff {
    /// The old state, then the new one, each a board, a contract file or a folder of them; with --git only the board
    #[arg(required = true, num_args = 1..=2, value_name = "BOARD")]
    boards: Vec<PathBuf>,
    /// Compare with the board as it was at this git revision, or two of its revisions: `v1..v2`
    #[arg(long, value_name = "REVISION")]
    git: Option<String>,
    /// What to print; markdown is a request for comments with the consumers to ask
    #[arg(long, default_value = "text", value_parser = ["text", "json", "markdown"])]
    format: String,
}

impl Subcommand for Diff {
    const NAME: &'static str = "diff";
    const ABOUT: &'static str =
        "Compare two boards, or folders of contracts; exit with 1 when somebody breaks";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let (old, new) = match (self.boards.as_slice(), &self.git) {
            ([board], Some(revisions)) => match revisions.split_once("..") {
                Some((_, new)) if new.starts_with('.') => {
                    return Err(CliError("two revisions have two dots between them: --git OLD..NEW".into()));
                }
                Some((old, new)) => (at_revision(board, old)?, at_revision(board, new)?),
                None => (at_revision(board, revisions)?, io::load(board)?.board),
            },
            ([old, new], None) => (state(old)?, state(new)?),
            ([_, _], Some(_)) => {
                return Err(CliError("--git compares one board with its past; give one".into()));
            }
            _ => return Err(CliError("give two boards or folders, or one board with --git REVISION".into())),
        };
        let (before, after) = (topology::derive(&old), topology::derive(&new));
        let (before, after) = (Model::new(&old, &before), Model::new(&new, &after));
        let difference = compatibility::difference(&before, &after);
        match self.format.as_str() {
            "json" => writeln!(
                out,
                "{}",
                serde_json::to_string_pretty(&difference).map_err(|e| CliError(e.to_string()))?
            )?,
            "markdown" => out.write_all(compatibility::rfc(&difference, new.title()).as_bytes())?,
            _ => out.write_all(compatibility::text(&difference).as_bytes())?,
        }
        Ok(if difference.is_breaking() { Exit::Found } else { Exit::Fine })
    }
}

/// A board, or what contracts make of one.
fn state(path: &Path) -> Result<Board, CliError> {
    let read = io::sources::board_or_contracts(path).map_err(|error| CliError(error.to_string()))?;
    Ok(read.board)
}

/// The board as git has it at a revision.
fn at_revision(board: &Path, revision: &str) -> Result<Board, CliError> {
    let name = board.file_name().unwrap_or_default().to_string_lossy();
    let folder = board.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // An empty one would be what is staged.
    if revision.is_empty() || revision.starts_with('-') {
        return Err(CliError(format!("`{revision}` is no revision")));
    }
    let output = std::process::Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["show", &format!("{revision}:./{name}")])
        .output()
        .map_err(|error| CliError(format!("cannot run git: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(CliError(format!("git has no {} at `{revision}`: {}", board.display(), said.trim())));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut old = format::read(&text, format::Syntax::of_text(&text))
        .map_err(|error| CliError(format!("{} at `{revision}`: {error}", board.display())))?;
    let _ = repair::repair(&mut old);
    Ok(old)
}
