//! `isobar rules`: the rule book.

use std::io::Write;

use clap::ValueEnum;

use super::{CliError, Exit, Subcommand};
use crate::advice::{report, rule, rules::RULES};

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Markdown,
}

/// Arguments of `isobar rules`.
#[derive(clap::Args)]
pub(super) struct Rules {
    /// One rule, in full
    name: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Subcommand for Rules {
    const NAME: &'static str = "rules";
    const ABOUT: &'static str = "Print the rule book";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        match (&self.name, self.format) {
            (Some(name), _) => {
                let rule = rule(name).map_err(|error| CliError(error.to_string()))?;
                write!(out, "{}", report::page(rule))?;
            }
            (None, Format::Markdown) => write!(out, "{}", report::book())?,
            (None, Format::Text) => {
                for rule in RULES {
                    writeln!(out, "{:28} {:8} {}", rule.name, rule.severity.name(), rule.what)?;
                }
            }
        }
        Ok(Exit::Fine)
    }
}
