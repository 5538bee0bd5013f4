//! `isobar calibrate`: an existing board fitted to a captured log.

use std::io::Write;
use std::path::PathBuf;

use super::log_file::LogArgs;
use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::replay::calibrate::{AS_CAPTURED, WhatIf, calibrate, refine, text, what_if};
use crate::replay::time::{self, TimeUnit};
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
    /// Run the fitted board with the log's arrivals and print the latencies of log and run side by side
    #[arg(long)]
    run: bool,
    /// The seed of that run
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// With --from and --until: add a scenario with the log's arrivals in which this service is down meanwhile
    #[arg(long, value_name = "SERVICE", requires_all = ["from", "until", "out"])]
    down: Option<String>,
    /// From this moment of the log, RFC 3339
    #[arg(long, value_name = "TIME", requires = "down")]
    from: Option<String>,
    /// Until this moment of the log, RFC 3339
    #[arg(long, value_name = "TIME", requires = "down")]
    until: Option<String>,
}

impl Subcommand for Calibrate {
    const NAME: &'static str = "calibrate";
    const ABOUT: &'static str = "Fit a board's rates, latencies, outcomes and outages to a captured log";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        // What was written wrong is said before a long log is read.
        let away = match &self.down {
            Some(_) => Some((moment(self.from.as_deref())?, moment(self.until.as_deref())?)),
            None => None,
        };
        let board = io::load(&self.board)?.board;
        let log = self.log.open()?;
        let mut done = calibrate(&board, &derive(&board), &log);
        self.log.still_whole(&log)?;
        let pairs = if self.run {
            refine(&mut done, AS_CAPTURED, self.seed).map_err(|error| CliError(error.to_string()))?
        } else {
            Vec::new()
        };
        for fit in &done.fits {
            let before = if fit.before.is_empty() { "nothing stated" } else { &fit.before };
            writeln!(out, "{}: {before} -> {} ({} measurements)", fit.what, fit.after, fit.n)?;
        }
        if let (Some(service), Some((from, until))) = (&self.down, away) {
            let question = WhatIf { service: service.clone(), from, until };
            let name = what_if(&mut done, &log, &question).ok_or_else(|| {
                CliError(format!(
                    "{service} cannot be down then: name a service of the board, and two moments within the log"
                ))
            })?;
            writeln!(out, "added scenario: {name}")?;
        }
        write!(out, "{}", text(&pairs))?;
        if let Some(path) = &self.out {
            io::save(path, &done.board)?;
        }
        Ok(Exit::Fine)
    }
}

/// A moment as the user wrote it.
fn moment(text: Option<&str>) -> Result<i64, CliError> {
    let text = text.unwrap_or_default();
    time::parse(text.as_bytes(), TimeUnit::Auto)
        .ok_or_else(|| CliError(format!("`{text}` is no moment: write it like 2026-01-02T10:00:00Z")))
}
