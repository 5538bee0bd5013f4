//! `isobar schema`: what a board file may hold, for editors and scripts.

use std::io::Write;

use super::{CliError, Exit, Subcommand};

/// Arguments of `isobar schema`.
#[derive(clap::Args)]
pub(super) struct Schema {}

impl Subcommand for Schema {
    const NAME: &'static str = "schema";
    const ABOUT: &'static str = "Print the JSON Schema of the board format";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        out.write_all(crate::board::format::json_schema().as_bytes())?;
        Ok(Exit::Fine)
    }
}
