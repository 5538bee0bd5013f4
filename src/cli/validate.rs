//! `isobar validate`: whether files are boards, and what opening them would repair.

use std::io::Write;
use std::path::PathBuf;

use super::{CliError, Exit, Subcommand};
use crate::io;

/// Arguments of `isobar validate`.
#[derive(clap::Args)]
pub(super) struct Validate {
    /// The boards; `-` reads standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl Subcommand for Validate {
    const NAME: &'static str = "validate";
    const ABOUT: &'static str = "Check board files";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let mut exit = Exit::Fine;
        for path in &self.files {
            let loaded = io::load(path)?;
            if loaded.repairs.is_empty() {
                let (stickies, links) = (loaded.board.stickies.len(), loaded.board.links.len());
                writeln!(out, "{}: fine, {stickies} stickies, {links} links", path.display())?;
            }
            for repair in loaded.repairs {
                exit = Exit::Found;
                writeln!(out, "{}: {}", path.display(), repair.message)?;
            }
        }
        Ok(exit)
    }
}
