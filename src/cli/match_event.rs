//! `isobar match`: does an event pass a filter?

use std::io::Write;
use std::path::PathBuf;

use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::pattern::Pattern;

/// Arguments of `isobar match`.
#[derive(clap::Args)]
pub(super) struct Match {
    /// The event pattern's file; `-` reads standard input
    #[arg(long)]
    pattern: PathBuf,
    /// The event's file: one JSON object
    #[arg(long)]
    event: PathBuf,
    /// Say of every condition whether it is met, and why
    #[arg(long)]
    explain: bool,
}

impl Subcommand for Match {
    const NAME: &'static str = "match";
    const ABOUT: &'static str = "Tell whether an event passes a filter";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        if self.pattern.as_os_str() == "-" && self.event.as_os_str() == "-" {
            return Err(CliError("only one of --pattern and --event can be standard input".to_owned()));
        }
        let pattern = Pattern::parse(&io::read_text(&self.pattern)?).map_err(|error| {
            let place = if error.path.is_empty() { String::new() } else { format!(" (at {})", error.path) };
            CliError(format!("{}: {error}{place}", self.pattern.display()))
        })?;
        let event = io::read_text(&self.event)?;
        let unreadable = |error| CliError(format!("{}: {error}", self.event.display()));
        let explanation = pattern.explain(event.as_bytes()).map_err(unreadable)?;
        writeln!(out, "{}", explanation.matched)?;
        if self.explain {
            for verdict in &explanation.verdicts {
                let sign = if verdict.met { '+' } else { '-' };
                writeln!(out, "{sign} {}: {}: {}", verdict.path, verdict.condition, verdict.reason)?;
            }
            if let Some(note) = &explanation.note {
                writeln!(out, "{note}")?;
            }
        }
        Ok(if explanation.matched { Exit::Fine } else { Exit::Found })
    }
}
