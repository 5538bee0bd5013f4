//! `isobar new`: a new board, empty or from a sample.

use std::io::Write;
use std::path::PathBuf;

use super::{CliError, Exit, Subcommand};
use crate::board::Board;
use crate::io;

/// Arguments of `isobar new`.
#[derive(clap::Args)]
pub(super) struct New {
    /// The file to create: .ron or .json
    file: PathBuf,
    /// Start from this board instead of an empty one
    #[arg(long, value_name = "BOARD")]
    from: Option<PathBuf>,
}

impl Subcommand for New {
    const NAME: &'static str = "new";
    const ABOUT: &'static str = "Create a board";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        if self.file.exists() {
            return Err(CliError(format!("{}: it exists already; choose another name", self.file.display())));
        }
        let mut board = match &self.from {
            Some(path) => io::load(path)?.board,
            None => Board::default(),
        };
        if board.settings.title.is_empty() {
            let stem = self.file.file_stem().unwrap_or_default().to_string_lossy();
            board.settings.title = crate::board::notation::words(&stem);
        }
        io::save(&self.file, &board)?;
        writeln!(out, "{}", self.file.display())?;
        Ok(Exit::Fine)
    }
}
