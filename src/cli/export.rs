//! `isobar export`: contract files from a board.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::progress::Progress;
use super::{CliError, Exit, Subcommand};
use crate::contracts::{Bundle, FORMATS, Format, Model, Options, Syntax};
use crate::io::bundle::{self, Manner, Outcome};
use crate::{io, topology};

/// Arguments of `isobar export`.
#[derive(clap::Args)]
pub(super) struct Export {
    /// The board; `-` reads standard input
    #[arg(required_unless_present = "list")]
    board: Option<PathBuf>,
    /// What to write: a format of `--list`, or `all` for each in a folder of its own
    #[arg(long, value_name = "FORMAT", required_unless_present = "list")]
    to: Option<String>,
    /// The folder to write to
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    out: Option<PathBuf>,
    /// The spelling of documents that may be either
    #[arg(long, value_name = "SYNTAX", default_value = "yaml", value_parser = ["yaml", "json"])]
    syntax: String,
    /// Write nothing; exit with 1 when the files on disk differ
    #[arg(long)]
    check: bool,
    /// Remove files of an earlier export that this one no longer has
    #[arg(long)]
    prune: bool,
    /// List the formats
    #[arg(long)]
    list: bool,
}

impl Subcommand for Export {
    const NAME: &'static str = "export";
    const ABOUT: &'static str = "Write contract files from a board";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        if self.list {
            for format in FORMATS {
                writeln!(out, "{:<14} {}", format.name, format.help)?;
            }
            return Ok(Exit::Fine);
        }
        let usage = |what: &str| CliError(format!("{what} is missing; see `isobar export --help`"));
        let path = self.board.as_ref().ok_or_else(|| usage("BOARD"))?;
        let folder = self.out.as_ref().ok_or_else(|| usage("--out DIR"))?;
        let to = self.to.as_deref().ok_or_else(|| usage("--to FORMAT"))?;
        let formats: Vec<&'static Format> = match (to, Format::named(to)) {
            (_, Some(format)) => vec![format],
            ("all", None) => FORMATS.iter().collect(),
            _ => {
                let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
                return Err(CliError(format!(
                    "there is no format `{to}`; there are {}, and `all`",
                    names.join(", ")
                )));
            }
        };
        let bar = Bar::new(formats.len());
        let board = io::load(path)?.board;
        let topology = topology::derive(&board);
        let model = Model::new(&board, &topology);
        bar.is_at(FIRST, "working out what the board says");
        // Most formats write a file for each message or party; what that counts wrongly the bar shows at once.
        let expected = model.messages.len() + model.parties.len();
        let syntax = if self.syntax == "json" { Syntax::Json } else { Syntax::Yaml };
        let manner = Manner { check: self.check, prune: self.prune };
        let mut exit = Exit::Fine;
        let mut refused = 0;
        for (at, format) in formats.iter().copied().enumerate() {
            let making = bar.clone();
            let mut bundle =
                Bundle::watched(move |made| making.of_format(at, format, MADE * share(made, expected)));
            format.export_into(&model, &Options { syntax }, &mut bundle);
            let folder = if formats.len() > 1 { folder.join(format.name) } else { folder.clone() };
            let all = bundle.files.len();
            let outcome = bundle::write(&folder, format.name, &bundle, manner, &mut |done| {
                bar.of_format(at, format, MADE + (1.0 - MADE) * share(done, all));
            })
            .map_err(|error| CliError(error.to_string()))?;
            bar.end();
            for remark in &bundle.report {
                writeln!(out, "note: {remark}")?;
            }
            tell(out, format, &folder, &outcome, manner)?;
            refused += outcome.refused.len();
            if manner.check && outcome.is_drift() {
                exit = Exit::Found;
            }
        }
        if refused > 0 && !manner.check {
            return Err(CliError(format!(
                "{refused} files were not written; what is in their way is listed above"
            )));
        }
        Ok(exit)
    }
}

fn tell(
    out: &mut dyn Write,
    format: &Format,
    folder: &std::path::Path,
    outcome: &Outcome,
    manner: Manner,
) -> Result<(), CliError> {
    let folder = folder.display();
    let changed = if manner.check { "differs" } else { "wrote" };
    for path in &outcome.changed {
        writeln!(out, "{changed} {folder}/{path}")?;
    }
    for path in &outcome.removed {
        writeln!(out, "removed {folder}/{path}")?;
    }
    for path in &outcome.stale {
        let hint = if manner.check { "" } else { " (--prune removes it)" };
        writeln!(out, "stale {folder}/{path}{hint}")?;
    }
    for (path, reason) in &outcome.refused {
        writeln!(out, "refused {folder}/{path}: {reason}")?;
    }
    let (changed, unchanged) = (outcome.changed.len(), outcome.unchanged);
    writeln!(
        out,
        "{}: {changed} {}, {unchanged} unchanged",
        format.label,
        if manner.check { "differ" } else { "written" }
    )?;
    Ok(())
}

/// The share of a format's time that making its files takes; writing them takes the rest.
const MADE: f32 = 0.5;
/// The share of the whole that reading the board and working out its model takes.
const FIRST: f32 = 0.1;

fn share(done: usize, all: usize) -> f32 {
    (done as f32 / all.max(1) as f32).min(1.0)
}

/// How much of an export of several formats is done.
#[derive(Clone)]
struct Bar {
    formats: usize,
    progress: Arc<Mutex<Progress>>,
}

impl Bar {
    fn new(formats: usize) -> Self {
        Self { formats, progress: Arc::new(Mutex::new(Progress::new())) }
    }

    fn of_format(&self, at: usize, format: &Format, share: f32) {
        let done = (at as f32 + share) / self.formats as f32;
        self.is_at(FIRST + (1.0 - FIRST) * done, format.label);
    }

    fn is_at(&self, share: f32, doing: &str) {
        if let Ok(mut progress) = self.progress.lock() {
            progress.show(share, doing);
        }
    }

    fn end(&self) {
        if let Ok(mut progress) = self.progress.lock() {
            progress.end();
        }
    }
}
