//! `isobar moment`: a moment of a captured log, as Markdown for a bug report.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::log_file::LogArgs;
use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::replay::conformance::{Finding, check};
use crate::replay::moment::{Place, Teller};
use crate::replay::tracks::Tracks;
use crate::topology::derive;

/// Arguments of `isobar moment`.
#[derive(clap::Args)]
pub(super) struct Moment {
    /// The board; `-` reads standard input
    board: PathBuf,
    #[command(flatten)]
    log: LogArgs,
    /// The moment: `line:120`, `id:ID`, or a time such as 2026-01-01T09:30:00Z; where the log departs from the board the most when not given
    #[arg(long, value_name = "MOMENT")]
    at: Option<Place>,
    /// Leave payloads out: they may hold what is nobody else's business
    #[arg(long)]
    without_payloads: bool,
}

impl Subcommand for Moment {
    const NAME: &'static str = "moment";
    const ABOUT: &'static str =
        "Tell a moment of a captured log for a bug report: what led up to it, payloads, what is wrong";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let board = io::load(&self.board)?.board;
        let log = self.log.open()?;
        let topology = derive(&board);
        let findings = check(&board, &topology, &log);
        let shown = self.log.path().display();
        let row = match &self.at {
            Some(place) => place.row(&log).ok_or_else(|| {
                CliError(format!("{shown}: there is no event at {place}; it has {} events", log.len()))
            })?,
            None => gravest(&findings).ok_or_else(|| {
                CliError(format!("{shown}: it conforms to the board. Name a moment with --at"))
            })?,
        };
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let teller = Teller {
            topology: &topology,
            board: &name(&self.board),
            log: &log,
            file: &name(self.log.path()),
            tracks: &Tracks::new(&board, &topology, &log),
            findings: Some(&findings),
            payloads: !self.without_payloads,
        };
        let text = teller.markdown(row).unwrap_or_default();
        self.log.still_whole(&log)?;
        write!(out, "{text}")?;
        Ok(Exit::Fine)
    }
}

/// The worst moment of the first finding of the highest severity.
fn gravest(findings: &[Finding]) -> Option<usize> {
    let severity = findings.iter().map(|finding| finding.check.severity).max()?;
    findings.iter().find(|finding| finding.check.severity == severity).map(|finding| finding.worst.row)
}
