//! The `isobar` binary: no subcommand opens the app, anything else is headless.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, value_parser};

fn main() -> ExitCode {
    let command = isobar::cli::command()
        .arg(
            Arg::new("board")
                .value_name("BOARD")
                .help("The board to open")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new("replay")
                .long("replay")
                .value_name("LOG")
                .help("Replay this captured event log on the board")
                .value_parser(value_parser!(PathBuf)),
        );
    let matches = command.get_matches();
    isobar::cli::run(&matches).unwrap_or_else(|| open(&matches))
}

#[cfg(feature = "gui")]
fn open(matches: &clap::ArgMatches) -> ExitCode {
    let start = isobar::app::Start {
        board: matches.get_one::<PathBuf>("board").cloned(),
        replay: matches.get_one::<PathBuf>("replay").cloned(),
    };
    match isobar::app::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("isobar: {message}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(feature = "gui"))]
fn open(_matches: &clap::ArgMatches) -> ExitCode {
    eprintln!(
        "isobar: this is the headless build, which opens no window. Run `isobar --help` for what it can do"
    );
    ExitCode::from(2)
}
