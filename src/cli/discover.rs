//! `isobar discover`: a board from a captured log alone.

use std::io::Write;
use std::path::PathBuf;

use super::log_file::LogArgs;
use super::{CliError, Exit, Subcommand};
use crate::board::format::{Syntax, write};
use crate::io;
use crate::replay::discovery::discover;

/// Arguments of `isobar discover`.
#[derive(clap::Args)]
pub(super) struct Discover {
    #[command(flatten)]
    log: LogArgs,
    /// The board to write, `.ron` or `.json`; standard output when not given
    #[arg(long, value_name = "BOARD")]
    out: Option<PathBuf>,
}

impl Subcommand for Discover {
    const NAME: &'static str = "discover";
    const ABOUT: &'static str =
        "Make a board from a captured log: services, messages, reactions, schemas, rates";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let log = self.log.open()?;
        let found = discover(&log);
        self.log.still_whole(&log)?;
        match &self.out {
            Some(path) => {
                io::save(path, &found.board)?;
                let b = &found.board;
                writeln!(
                    out,
                    "{}: {} services, {} events, {} commands, {} queries",
                    path.display(),
                    b.services.len(),
                    b.events.len(),
                    b.commands.len(),
                    b.queries.len()
                )?;
                for note in &found.notes {
                    writeln!(out, "note: {note}")?;
                }
            }
            None => write!(out, "{}", write_ron(&found.board))?,
        }
        Ok(Exit::Fine)
    }
}

fn write_ron(board: &crate::board::Board) -> String {
    write(board, Syntax::Ron)
}
