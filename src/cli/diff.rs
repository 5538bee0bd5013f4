//! `isobar diff`: what changed between two boards, or folders of contracts, and who breaks.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{CliError, Exit, Subcommand};
use crate::board::Board;
use crate::contracts::{Model, compatibility};
use crate::{io, topology};

/// Arguments of `isobar diff`.
#[derive(clap::Args)]
pub(super) struct Diff {
    /// The old state, then the new one, each a board, a contract file or a folder of them; with --git only one of them
    #[arg(required = true, num_args = 1..=2, value_name = "BOARD")]
    boards: Vec<PathBuf>,
    /// Compare with what it was at this git revision, or two of its revisions: `v1..v2`
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
                None => (at_revision(board, revisions)?, state(board)?),
            },
            ([old, new], None) => (state(old)?, state(new)?),
            ([_, _], Some(_)) => {
                return Err(CliError(
                    "--git compares one board, contract file or folder with its past; give one".into(),
                ));
            }
            _ => return Err(CliError("give two boards or folders, or one with --git REVISION".into())),
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

/// The same as git has it at a revision.
fn at_revision(path: &Path, revision: &str) -> Result<Board, CliError> {
    let read = io::past::at_revision(path, revision).map_err(|error| CliError(error.to_string()))?;
    Ok(read.board)
}
