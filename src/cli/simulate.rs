//! `isobar simulate`: run a board.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;

use super::{CliError, Exit, Subcommand};
use crate::io;
use crate::simulation::expectations::Standing;
use crate::simulation::{Simulation, compile, log, report};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Arguments of `isobar simulate`.
#[derive(clap::Args)]
pub(super) struct Simulate {
    /// The board; `-` reads standard input
    board: PathBuf,
    /// The scenario; the first one when not given
    #[arg(long)]
    scenario: Option<String>,
    /// The seed of everything drawn at random
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write every message to this file, one CloudEvents object a line
    #[arg(long, value_name = "OUT.jsonl")]
    log: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Subcommand for Simulate {
    const NAME: &'static str = "simulate";
    const ABOUT: &'static str = "Run a board under a scenario and check its promises";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let board = io::load(&self.board)?.board;
        let model = compile::compile(&board, self.scenario.as_deref())
            .map_err(|error| CliError(format!("{}: {error}", self.board.display())))?;
        let mut simulation = Simulation::of_model(Arc::new(model), self.seed, self.log.is_some());
        simulation.run();
        if let Some(path) = &self.log {
            let mut bytes = Vec::new();
            log::write(&simulation, &mut bytes)?;
            io::write_atomically(path, &bytes)?;
        }
        match self.format {
            Format::Text => write!(out, "{}", report::text(&simulation))?,
            Format::Json => writeln!(out, "{:#}", report::json(&simulation))?,
        }
        let broken = simulation.verdicts().iter().any(|verdict| verdict.standing == Standing::Broken);
        Ok(if broken { Exit::Found } else { Exit::Fine })
    }
}
