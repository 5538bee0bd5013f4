//! `isobar advise`: what is wrong with a board, with numbers and cures.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::{CliError, Exit, Subcommand};
use crate::advice::{Context, Finding, Options, Severity, advise, fix, report};
use crate::board::Board;
use crate::edit::apply;
use crate::io;
use crate::topology::derive;

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
    Markdown,
    Github,
}

#[derive(Clone, Copy, ValueEnum)]
enum Deny {
    Note,
    Warning,
    Error,
    Never,
}

/// Arguments of `isobar advise`.
#[derive(clap::Args)]
pub(super) struct Advise {
    /// The board; `-` reads standard input
    board: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Exit with 1 when there is advice of this severity or worse
    #[arg(long, value_enum, default_value = "warning")]
    deny: Deny,
    /// Apply every mechanical cure and save the board
    #[arg(long)]
    fix: bool,
}

/// Cures applied at most, so that two rules that undo each other's cures end.
const FIXES_MAX: usize = 1_000;

fn findings(board: &Board, options: &Options) -> Vec<Finding> {
    let topology = derive(board);
    advise(&Context::new(board, &topology), options)
}

/// Applies mechanical cures until none is left, and says which.
fn cure(board: &mut Board, options: &Options) -> Vec<String> {
    let mut done = Vec::new();
    while done.len() < FIXES_MAX {
        let topology = derive(board);
        let context = Context::new(board, &topology);
        let next = advise(&context, options).into_iter().find_map(|finding| fix(&context, &finding));
        let Some(edit) = next else { break };
        if apply(board, &edit.ops).is_err() {
            break;
        }
        done.push(edit.label);
    }
    done
}

impl Subcommand for Advise {
    const NAME: &'static str = "advise";
    const ABOUT: &'static str = "Say what is wrong with a board, with numbers and cures";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let mut board = io::load(&self.board)?.board;
        let options = io::advice_options(&self.board)?;
        if self.fix {
            if self.board.as_os_str() == "-" {
                return Err(CliError("--fix saves the board, so it needs a file, not `-`".to_owned()));
            }
            let done = cure(&mut board, &options);
            if !done.is_empty() {
                io::save(&self.board, &board)?;
            }
            for label in done {
                writeln!(out, "fixed: {label}")?;
            }
        }
        let found = findings(&board, &options);
        let file = self.board.display().to_string();
        // Lines are those of the file's normal spelling, which `isobar fmt` writes.
        let source = crate::board::format::write(&board, crate::board::format::Syntax::of_name(&file));
        match self.format {
            Format::Text => write!(out, "{}", report::text(&board, &file, &source, &found))?,
            Format::Json => writeln!(out, "{:#}", report::json(&found))?,
            Format::Sarif => writeln!(out, "{:#}", report::sarif(&board, &file, &source, &found))?,
            Format::Markdown => write!(out, "{}", report::markdown(&board, &found))?,
            Format::Github => write!(out, "{}", report::github(&file, &source, &found))?,
        }
        let least = match self.deny {
            Deny::Note => Severity::Note,
            Deny::Warning => Severity::Warning,
            Deny::Error => Severity::Error,
            Deny::Never => return Ok(Exit::Fine),
        };
        Ok(if found.iter().any(|finding| finding.severity >= least) { Exit::Found } else { Exit::Fine })
    }
}
