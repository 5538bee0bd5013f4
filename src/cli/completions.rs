//! `isobar completions`: what a shell needs to complete the command line.

use std::io::Write;

use super::{CliError, Exit, Subcommand};

/// Arguments of `isobar completions`.
#[derive(clap::Args)]
pub(super) struct Completions {
    /// The shell to complete in
    shell: clap_complete::Shell,
}

impl Subcommand for Completions {
    const NAME: &'static str = "completions";
    const ABOUT: &'static str = "Print a completion script for a shell";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::whole_command(), "isobar", &mut script);
        out.write_all(&script)?;
        Ok(Exit::Fine)
    }
}
