//! The command line: one subcommand a file, registered in [`SUBCOMMANDS`].

mod advise;
mod availability;
mod calibrate;
mod check_log;
mod completions;
mod diff;
mod discover;
mod doctor;
mod export;
mod fmt;
mod import;
mod import_drawings;
mod log_file;
mod man;
mod match_event;
mod moment;
mod new;
mod progress;
mod render;
mod rules;
mod schema;
mod simulate;
mod stats;
mod topology;
mod validate;

use std::io::Write;
use std::process::ExitCode;

use clap::{ArgMatches, Args};

/// How a subcommand ended when nothing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing found that it looks for: exit code 0.
    Fine,
    /// It found what it looks for (advice, a broken promise, drift): exit code 1.
    Found,
}

/// Bad usage or bad input: one message that names the file, the place and the cure; exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CliError(pub String);

impl From<crate::io::FileError> for CliError {
    fn from(error: crate::io::FileError) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// One subcommand: its arguments, and what it does with them. Everything it prints goes to `out`.
trait Subcommand: Args {
    /// Its name on the command line.
    const NAME: &'static str;
    /// What it does, in a line.
    const ABOUT: &'static str;
    /// Runs it.
    ///
    /// # Errors
    /// On bad usage or bad input.
    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError>;
}

/// A row of the registry.
struct Entry {
    build: fn() -> clap::Command,
    run: fn(&ArgMatches, &mut dyn Write) -> Result<Exit, CliError>,
}

const fn entry<T: Subcommand>() -> Entry {
    Entry {
        build: || T::augment_args(clap::Command::new(T::NAME)).about(T::ABOUT),
        run: |matches, out| {
            T::from_arg_matches(matches).map_err(|error| CliError(error.to_string()))?.run(out)
        },
    }
}

/// Every subcommand, in the order of the help.
#[rustfmt::skip] // One line each.
const SUBCOMMANDS: &[Entry] = &[
    entry::<new::New>(),
    entry::<fmt::Fmt>(),
    entry::<validate::Validate>(),
    entry::<schema::Schema>(),
    entry::<topology::Topology>(),
    entry::<simulate::Simulate>(),
    entry::<advise::Advise>(),
    entry::<rules::Rules>(),
    entry::<availability::Availability>(),
    entry::<match_event::Match>(),
    entry::<discover::Discover>(),
    entry::<check_log::CheckLog>(),
    entry::<moment::Moment>(),
    entry::<calibrate::Calibrate>(),
    entry::<stats::Stats>(),
    entry::<render::Render>(),
    entry::<export::Export>(),
    entry::<import::Import>(),
    entry::<diff::Diff>(),
    entry::<doctor::Doctor>(),
    entry::<completions::Completions>(),
    entry::<man::Man>(),
];

/// The whole command line: the subcommands, and what opens the app.
#[must_use]
pub fn whole_command() -> clap::Command {
    use clap::{Arg, value_parser};
    command()
        .arg(
            Arg::new("board")
                .value_name("BOARD")
                .help("The board, or the captured log, to open")
                .value_hint(clap::ValueHint::FilePath)
                .value_parser(value_parser!(std::path::PathBuf)),
        )
        .arg(
            Arg::new("replay")
                .long("replay")
                .value_name("LOG")
                .help("Replay this captured event log on the board")
                .value_hint(clap::ValueHint::FilePath)
                .value_parser(value_parser!(std::path::PathBuf)),
        )
        .arg(
            Arg::new("at")
                .long("at")
                .value_name("MOMENT")
                .requires("replay")
                .help("Go to this moment of the log: line:120, id:ID or a time")
                .value_parser(value_parser!(crate::replay::moment::Place)),
        )
}

/// The subcommands, without what opens the app.
#[must_use]
pub fn command() -> clap::Command {
    let command = clap::Command::new("isobar")
        .version(crate::VERSION)
        .about(env!("CARGO_PKG_DESCRIPTION"))
        .args_conflicts_with_subcommands(true);
    SUBCOMMANDS.iter().fold(command, |command, entry| command.subcommand((entry.build)()))
}

/// Runs the subcommand that was asked for; `None` when none was.
pub fn run(matches: &ArgMatches) -> Option<ExitCode> {
    let (name, matches) = matches.subcommand()?;
    let entry = SUBCOMMANDS.iter().find(|entry| (entry.build)().get_name() == name)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let result = (entry.run)(matches, &mut out).and_then(|exit| Ok(out.flush().map(|()| exit)?));
    Some(match result {
        Ok(Exit::Fine) => ExitCode::SUCCESS,
        Ok(Exit::Found) => ExitCode::from(1),
        // A reader that has seen enough, such as `head`, is no failure.
        Err(CliError(message)) if message.contains("Broken pipe") => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "isobar {name}: {error}");
            ExitCode::from(2)
        }
    })
}
