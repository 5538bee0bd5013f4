//! `isobar doctor`: what Isobar stands on here, and what to do where it does not stand well.

use std::io::Write;

use super::{CliError, Exit, Subcommand};
use crate::io::health;

/// Arguments of `isobar doctor`.
#[derive(clap::Args)]
pub(super) struct Doctor {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl Subcommand for Doctor {
    const NAME: &'static str = "doctor";
    const ABOUT: &'static str = "Print versions, display, renderer and folders, and what is wrong with them";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let checks = health::checks(cfg!(feature = "gui"));
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, &checks).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            Format::Text => {
                for check in &checks {
                    writeln!(out, "{:<15} {}", check.subject, check.found)?;
                    if let Some(cure) = &check.cure {
                        writeln!(out, "{:<15} -> {cure}", "")?;
                    }
                }
            }
        }
        Ok(if checks.iter().any(|check| check.cure.is_some()) { Exit::Found } else { Exit::Fine })
    }
}
