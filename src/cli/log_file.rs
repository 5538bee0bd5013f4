//! What the subcommands that read logs share: the fields' mapping, opening, a progress bar.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::CliError;
use crate::io::logs::LogFile;
use crate::replay::index::{Log, Source, SourceState};
use crate::replay::load::{Loading, OpenError};
use crate::replay::mapping::Mapping;
use crate::replay::time::TimeUnit;

/// What numbers in a time field count.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Unit {
    Auto,
    S,
    Ms,
    Us,
    Ns,
}

/// A log and where its fields are.
#[derive(clap::Args)]
pub(super) struct LogArgs {
    /// The log; `-` reads standard input
    log: PathBuf,
    /// Field of the message type: a dotted path, column or attribute
    #[arg(long, value_name = "FIELD")]
    type_field: Option<String>,
    /// Field of the time
    #[arg(long, value_name = "FIELD")]
    time_field: Option<String>,
    /// Field of the publisher
    #[arg(long, value_name = "FIELD")]
    source_field: Option<String>,
    /// Field of the message's id
    #[arg(long, value_name = "FIELD")]
    id_field: Option<String>,
    /// Field of the correlation
    #[arg(long, value_name = "FIELD")]
    correlation_field: Option<String>,
    /// Field of the id of the cause
    #[arg(long, value_name = "FIELD")]
    causation_field: Option<String>,
    /// What numbers in the time field count
    #[arg(long, value_enum, default_value = "auto")]
    time_unit: Unit,
}

impl LogArgs {
    fn mapping(&self) -> Mapping {
        Mapping {
            name: self.type_field.clone(),
            time: self.time_field.clone(),
            source: self.source_field.clone(),
            id: self.id_field.clone(),
            correlation: self.correlation_field.clone(),
            causation: self.causation_field.clone(),
            time_unit: match self.time_unit {
                Unit::Auto => TimeUnit::Auto,
                Unit::S => TimeUnit::Seconds,
                Unit::Ms => TimeUnit::Millis,
                Unit::Us => TimeUnit::Micros,
                Unit::Ns => TimeUnit::Nanos,
            },
        }
    }

    /// The log's file, as the user named it.
    pub(super) fn path(&self) -> &Path {
        &self.log
    }

    /// Reads the log. What is wrong with it although it can be read goes to standard error.
    ///
    /// # Errors
    /// When it cannot be read, is of no known format, or has no event in it: a check that had nothing to look at must
    /// not pass.
    pub(super) fn open(&self) -> Result<Log, CliError> {
        let source = self.source()?;
        let total = source.bytes().len();
        let loading = Loading::new(source, self.mapping());
        // Short logs are read before a bar could be seen.
        let log = if total > 64 << 20 && std::io::stderr().is_terminal() {
            with_bar(&loading)
        } else {
            loading.run()
        };
        let name = self.log.display();
        let log = log.map_err(|error| CliError(format!("{name}: {error}")))?;
        if let Some(bad) = log.bad_lines().first().filter(|_| log.is_empty()) {
            let cure = "Name the fields with --type-field and the like if it is a log";
            return Err(CliError(format!(
                "{name}:{}: no event can be read: {}. {cure}",
                bad.line, bad.reason
            )));
        }
        if log.is_empty() {
            return Err(CliError(format!("{name}: there is no event in it. Was it written to its end?")));
        }
        for bad in log.bad_lines().iter().take(3) {
            warn(&format!("{name}:{}: {}; skipped", bad.line, bad.reason));
        }
        if log.n_bad_lines() > 3 {
            warn(&format!("{name}: {} more places skipped", log.n_bad_lines() - 3));
        }
        Ok(log)
    }

    /// Says whether what was worked out from the log can be relied on.
    ///
    /// # Errors
    /// When another program has cut it meanwhile.
    pub(super) fn still_whole(&self, log: &Log) -> Result<(), CliError> {
        if log.source_state() == SourceState::Cut {
            return Err(CliError(format!("{}: {}", self.log.display(), OpenError::Cut)));
        }
        Ok(())
    }

    fn source(&self) -> Result<Arc<dyn Source>, CliError> {
        let file = if self.log.as_os_str() == "-" {
            LogFile::spooled(std::io::stdin().lock(), Path::new("standard input"))
        } else {
            LogFile::open(&self.log)
        };
        let file = file.map_err(|error| CliError(error.to_string()))?;
        if let Some(warning) = file.warning() {
            warn(&format!("{}: {warning}", self.log.display()));
        }
        Ok(file.shared())
    }
}

/// Says something on standard error; there is nowhere to say that it could not be said.
fn warn(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

fn with_bar(loading: &Loading) -> Result<Log, OpenError> {
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| loading.run());
        while !worker.is_finished() {
            let p = loading.progress();
            let share = if p.total_bytes == 0 { 1.0 } else { p.bytes as f64 / p.total_bytes as f64 };
            let full = (share * 30.0) as usize;
            let bar = format!("{}{}", "#".repeat(full), ".".repeat(30 - full.min(30)));
            let _ = write!(std::io::stderr(), "\r[{bar}] {:3.0} % {} events", share * 100.0, p.n_events);
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = write!(std::io::stderr(), "\r{:60}\r", "");
        match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
