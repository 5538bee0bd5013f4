//! The `isobar` binary: no subcommand opens the app, anything else is headless.

#[cfg(feature = "gui")]
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("off"))
        .format_timestamp_millis()
        .init();
    let matches = isobar::cli::whole_command().get_matches();
    isobar::cli::run(&matches).unwrap_or_else(|| open(&matches))
}

#[cfg(feature = "gui")]
fn open(matches: &clap::ArgMatches) -> ExitCode {
    let start = isobar::app::Start {
        board: matches.get_one::<PathBuf>("board").cloned(),
        replay: matches.get_one::<PathBuf>("replay").cloned(),
        at: matches.get_one("at").cloned(),
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
