//! `isobar check-log`: where a captured log departs from its board.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::log_file::LogArgs;
use super::{CliError, Exit, Subcommand};
use crate::advice::Severity;
use crate::io;
use crate::replay::conformance::{check, report};
use crate::topology::derive;

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
}

#[derive(Clone, Copy, ValueEnum)]
enum Deny {
    Note,
    Warning,
    Error,
    Never,
}

/// Arguments of `isobar check-log`.
#[derive(clap::Args)]
pub(super) struct CheckLog {
    /// The board; `-` reads standard input
    board: PathBuf,
    #[command(flatten)]
    log: LogArgs,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Exit with 1 when there is a finding of this severity or worse
    #[arg(long, value_enum, default_value = "note")]
    deny: Deny,
}

impl Subcommand for CheckLog {
    const NAME: &'static str = "check-log";
    const ABOUT: &'static str =
        "Check a captured log against a board: types, publishers, schemas, causes, order, latency";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let board = io::load(&self.board)?.board;
        let log = self.log.open()?;
        let findings = check(&board, &derive(&board), &log);
        self.log.still_whole(&log)?;
        let file = self.log.path().display().to_string();
        match self.format {
            Format::Text => write!(out, "{}", report::text(&file, &findings))?,
            Format::Json => writeln!(out, "{:#}", report::json(&board, &file, &findings))?,
            Format::Sarif => writeln!(out, "{:#}", report::sarif(&board, &file, &findings))?,
        }
        let least = match self.deny {
            Deny::Note => Some(Severity::Note),
            Deny::Warning => Some(Severity::Warning),
            Deny::Error => Some(Severity::Error),
            Deny::Never => None,
        };
        let denied = least.is_some_and(|least| findings.iter().any(|f| f.check.severity >= least));
        Ok(if denied { Exit::Found } else { Exit::Fine })
    }
}
