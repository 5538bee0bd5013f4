//! `isobar calibrate`: an existing board fitted to a captured log.

use std::io::Write;
use std::path::PathBuf;

use super::log_file::LogArgs;
use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::replay::calibrate::calibrate;
use crate::topology::derive;

/// Arguments of `isobar calibrate`.
#[derive(clap::Args)]
pub(super) struct Calibrate {
    /// The board; `-` reads standard input
    board: PathBuf,
    #[command(flatten)]
    log: LogArgs,
    /// Where to write the fitted board; without it, only what would change is printed
    #[arg(long, value_name = "BOARD")]
    out: Option<PathBuf>,
}

impl Subcommand for Calibrate {
    const NAME: &'static str = "calibrate";
    const ABOUT: &'static str = "Fit a board's rates, latencies, outcomes and outages to a captured log";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let board = io::load(&self.board)?.board;
        let log = self.log.open()?;
        let done = calibrate(&board, &derive(&board), &log);
        for fit in &done.fits {
            let before = if fit.before.is_empty() { "nothing stated" } else { &fit.before };
            writeln!(out, "{}: {before} -> {} ({} measurements)", fit.what, fit.after, fit.n)?;
        }
        if let Some(path) = &self.out {
            io::save(path, &done.board)?;
        }
        Ok(Exit::Fine)
    }
}
