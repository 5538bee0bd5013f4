//! `isobar new`: a new board, empty or from a sample.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{CliError, Exit, Subcommand};
use crate::board::Board;
use crate::io;
use crate::samples::{SAMPLES, Sample};

/// Arguments of `isobar new`.
#[derive(clap::Args)]
pub(super) struct New {
    /// The file to create: .ron or .json
    file: PathBuf,
    /// Start from this board, or from a sample such as `avatar-store/orchestration`
    #[arg(long, value_name = "BOARD|SAMPLE")]
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
            Some(path) => origin(path)?,
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

/// The board of a file, or the sample of a name that is no file.
fn origin(path: &Path) -> Result<Board, CliError> {
    let named = path.to_str().filter(|_| !path.exists());
    if let Some(sample) = named.and_then(Sample::named) {
        return sample.board().map_err(|error| CliError(format!("{}: {error}", sample.name)));
    }
    io::load(path).map(|loaded| loaded.board).map_err(|error| {
        let names: Vec<&str> = SAMPLES.iter().map(|sample| sample.name).collect();
        CliError(format!("{error}. The samples are: {}", names.join(", ")))
    })
}
