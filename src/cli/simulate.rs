//! `isobar simulate`: run a board.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;

use super::{CliError, Exit, Subcommand};
use crate::board::Board;
use crate::io;
use crate::simulation::expectations::Standing;
use crate::simulation::model::Model;
use crate::simulation::search::{self, Options, Search};
use crate::simulation::{Simulation, Stop, comparison, compile, log, report};

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
    /// Try so many seeds, with faults drawn at random, and tell how often each promise breaks
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// With --runs: no faults but those of the scenario
    #[arg(long, requires = "runs")]
    as_stated: bool,
    /// With --runs: write the board with the smallest run that breaks a promise as one more scenario
    #[arg(long, value_name = "OUT.ron", requires = "runs")]
    counterexample: Option<PathBuf>,
    /// Run another board under the same seed and put both side by side
    #[arg(long, value_name = "OTHER", conflicts_with_all = ["as_stated", "counterexample"])]
    against: Option<PathBuf>,
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
        let (board, model) = compiled(&self.board, self.scenario.as_deref())?;
        if self.runs > 1 && self.against.is_none() {
            return self.search(board, &model, out);
        }
        let mut simulation = Simulation::of_model(model, self.seed, self.log.is_some());
        simulation.run();
        if let Some(other) = &self.against {
            return self.compare(&simulation, other, out);
        }
        if let Some(path) = &self.log {
            let mut bytes = Vec::new();
            log::write(&simulation, &mut bytes)?;
            io::write_atomically(path, &bytes)?;
        }
        match self.format {
            Format::Text => write!(out, "{}", report::text(&simulation))?,
            Format::Json => writeln!(out, "{:#}", report::json(&simulation))?,
        }
        exit_of(&[&simulation])
    }
}

/// How it ends for these runs.
fn exit_of(runs: &[&Simulation]) -> Result<Exit, CliError> {
    let mut verdicts = runs.iter().flat_map(|run| run.verdicts());
    let broken = verdicts.any(|verdict| verdict.standing == Standing::Broken);
    exit(broken, runs.iter().any(|run| run.stopped() == Some(&Stop::OutOfRoom)))
}

/// A promise that was broken is that; where none was, a run that ended early has not shown that all are kept.
fn exit(broken: bool, stopped: bool) -> Result<Exit, CliError> {
    match (broken, stopped) {
        (true, _) => Ok(Exit::Found),
        (false, false) => Ok(Exit::Fine),
        (false, true) => Err(CliError(
            "stopped before the end, with more messages in flight than a run may hold, so that no promise is shown to \
             be kept: let less arrive, or let more be handled"
                .to_owned(),
        )),
    }
}

/// The board of a file and its model under a scenario.
fn compiled(path: &Path, scenario: Option<&str>) -> Result<(Board, Arc<Model>), CliError> {
    let (loaded, text) = io::load_with_text(path)?;
    let model = compile(&loaded.board, &text, path, scenario)?;
    Ok((loaded.board, model))
}

/// The model of a board under a scenario; or everything in it that makes no sense, each on its line of the file.
fn compile(board: &Board, text: &str, path: &Path, scenario: Option<&str>) -> Result<Arc<Model>, CliError> {
    let file = path.display().to_string();
    compile::compile(board, scenario).map(Arc::new).map_err(|error| {
        let problems = compile::problems_under(board, scenario);
        let lines = report::problems(&file, text, &problems);
        CliError(if lines.is_empty() { format!("{file}: {error}") } else { lines.join("\n") })
    })
}

impl Simulate {
    fn compare(&self, run: &Simulation, other: &Path, out: &mut dyn Write) -> Result<Exit, CliError> {
        let (loaded, text) = io::load_with_text(other)?;
        // The scenario of this name, or the other board's first one.
        let named = self.scenario.as_deref();
        let scenario = named.filter(|name| loaded.board.scenarios.contains_key(*name));
        let model = compile(&loaded.board, &text, other, scenario)?;
        let mut second = Simulation::of_model(model, self.seed, false);
        second.run();
        let rows = comparison::compare(&comparison::figures(run), &comparison::figures(&second));
        let name =
            |path: &Path| path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into());
        let (left, right): (String, String) = (name(&self.board), name(other));
        match self.format {
            Format::Text => write!(out, "{}", comparison::text(&rows, [&left, &right]))?,
            Format::Json => writeln!(out, "{:#}", serde_json::json!({ "seed": self.seed, "rows": rows }))?,
        }
        exit_of(&[run, &second])
    }

    fn search(&self, mut board: Board, model: &Arc<Model>, out: &mut dyn Write) -> Result<Exit, CliError> {
        if self.log.is_some() {
            return Err(CliError(
                "--log writes one run: leave --runs out, or name the run with --seed".to_owned(),
            ));
        }
        let options = Options { runs: self.runs, seed: self.seed, drawn: !self.as_stated };
        let found = search::search(model, options, || {});
        let first =
            found.promises.iter().find_map(|finding| Some((finding, finding.counterexample.as_ref()?)));
        if let (Some(path), Some((finding, example))) = (&self.counterexample, first) {
            let name =
                self.scenario.clone().or_else(|| board.scenarios.keys().next().cloned()).unwrap_or_default();
            let found_in = board.scenarios.get(&name).cloned().unwrap_or_default();
            let scenario = example.scenario(&found_in, &finding.name);
            board.scenarios.insert(format!("broken: {}", finding.name), scenario);
            io::save(path, &board)?;
        }
        match self.format {
            Format::Text => write!(out, "{}", report::findings(&found, options))?,
            Format::Json => {
                let Search { promises, stopped } = &found;
                let told = serde_json::json!({ "runs": self.runs, "stopped": stopped, "promises": promises });
                writeln!(out, "{told:#}")?;
            }
        }
        exit(found.promises.iter().any(|finding| finding.broken > 0), found.stopped > 0)
    }
}
