//! `isobar validate`: whether files are boards, what opening them would repair, and what in their scenarios makes no
//! sense.

use std::io::Write;
use std::path::PathBuf;

use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::simulation::compile::every_problem;
use crate::simulation::report;

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
            let (loaded, text) = io::load_with_text(path)?;
            let file = path.display().to_string();
            let wrong = report::problems(&file, &text, &every_problem(&loaded.board));
            if loaded.repairs.is_empty() && wrong.is_empty() {
                let (stickies, links) = (loaded.board.stickies.len(), loaded.board.links.len());
                writeln!(out, "{file}: fine, {stickies} stickies, {links} links")?;
                continue;
            }
            exit = Exit::Found;
            for repair in loaded.repairs {
                writeln!(out, "{file}: {}", repair.message)?;
            }
            for line in wrong {
                writeln!(out, "{line}")?;
            }
        }
        Ok(exit)
    }
}
