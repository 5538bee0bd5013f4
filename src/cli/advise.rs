//! `isobar advise`: what is wrong with a board, with numbers and cures.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::{CliError, Exit, Subcommand};
use crate::advice::cures::cure;
use crate::advice::rules::RULES;
use crate::advice::{Context, Level, Options, Severity, advise, report, rule};
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
    /// Only this rule, or several
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// Show what stands behind each finding: scores, who uses which fields, what could be built instead
    #[arg(long)]
    explain: bool,
    /// Apply every mechanical cure and save the board
    #[arg(long)]
    fix: bool,
    /// With --fix: say what would be done, and leave the file as it is
    #[arg(long, requires = "fix")]
    dry_run: bool,
}

impl Advise {
    /// What the board's folder says about the rules, with all others off where some are named here.
    fn options(&self) -> Result<Options, CliError> {
        let mut options = io::advice_options(&self.board)?;
        for name in &self.rule {
            rule(name).map_err(|error| CliError(error.to_string()))?;
        }
        if !self.rule.is_empty() {
            let others = RULES.iter().filter(|rule| !self.rule.iter().any(|name| name == rule.name));
            options.rules.extend(others.map(|rule| (rule.name.to_owned(), Level::Allow)));
        }
        Ok(options)
    }
}

impl Subcommand for Advise {
    const NAME: &'static str = "advise";
    const ABOUT: &'static str = "Say what is wrong with a board, with numbers and cures";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let (loaded, mut source) = io::load_with_text(&self.board)?;
        let mut board = loaded.board;
        let options = self.options()?;
        if self.fix {
            if self.board.as_os_str() == "-" && !self.dry_run {
                return Err(CliError("--fix saves the board, so it needs a file, not `-`".to_owned()));
            }
            let done = cure(&mut board, &options, Some(io::today()));
            if !done.is_empty() && !self.dry_run {
                io::save(&self.board, &board)?;
                source = io::read_text(&self.board)?;
            }
            let said = if self.dry_run { "would fix" } else { "fixed" };
            for cured in done {
                writeln!(out, "{said}: {}", cured.label)?;
                for line in cured.changes.into_iter().filter(|_| self.dry_run) {
                    writeln!(out, "    {line}")?;
                }
            }
        }
        let topology = derive(&board);
        let context = Context::new(&board, &topology).on(io::today());
        let found = advise(&context, &options);
        let file = self.board.display().to_string();
        match self.format {
            Format::Text => {
                write!(out, "{}", report::text(&context, &file, &source, &found, self.explain))?;
            }
            Format::Json => writeln!(out, "{:#}", report::json(&context, &found))?,
            Format::Sarif => writeln!(out, "{:#}", report::sarif(&board, &file, &source, &found))?,
            Format::Markdown => write!(out, "{}", report::markdown(&context, &found))?,
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
