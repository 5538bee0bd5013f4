//! `isobar stats`: what a captured log looks like in numbers.

use std::io::Write;

use clap::ValueEnum;

use super::log_file::LogArgs;
use super::{CliError, Exit, Subcommand};
use crate::replay::stats::{in_words, stats};

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Arguments of `isobar stats`.
#[derive(clap::Args)]
pub(super) struct Stats {
    #[command(flatten)]
    log: LogArgs,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Subcommand for Stats {
    const NAME: &'static str = "stats";
    const ABOUT: &'static str = "Counts, rates, gaps, latencies and odd rates of a captured log";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let log = self.log.open()?;
        let stats = stats(&log);
        self.log.still_whole(&log)?;
        match self.format {
            Format::Text => write!(out, "{}", in_words(&stats))?,
            Format::Json => {
                let text =
                    serde_json::to_string_pretty(&stats).map_err(|error| CliError(error.to_string()))?;
                writeln!(out, "{text}")?;
            }
        }
        Ok(Exit::Fine)
    }
}
