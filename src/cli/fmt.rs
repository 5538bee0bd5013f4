//! `isobar fmt`: boards in their one normal spelling.

use std::io::Write;
use std::path::PathBuf;

use super::{CliError, Exit, Subcommand};
use crate::board::format::{self, Syntax};
use crate::io;

/// Arguments of `isobar fmt`.
#[derive(clap::Args)]
pub(super) struct Fmt {
    /// The boards; `-` formats standard input to standard output
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Change nothing; exit with 1 when a file is not in its normal spelling
    #[arg(long)]
    check: bool,
}

impl Subcommand for Fmt {
    const NAME: &'static str = "fmt";
    const ABOUT: &'static str = "Normalise board files";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let mut exit = Exit::Fine;
        for path in &self.files {
            let text = io::read_text(path)?;
            let syntax = Syntax::of_text(&text);
            let board = format::read(&text, syntax)
                .map_err(|error| CliError(format!("{}:{error}", path.display())))?;
            let normal = format::write(&board, syntax);
            if path.as_os_str() == "-" {
                out.write_all(normal.as_bytes())?;
            } else if normal != text {
                if self.check {
                    exit = Exit::Found;
                } else {
                    io::write_atomically(path, normal.as_bytes())?;
                }
                writeln!(out, "{}", path.display())?;
            }
        }
        Ok(exit)
    }
}
