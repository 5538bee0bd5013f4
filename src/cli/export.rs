//! `isobar export`: contract files from a board.

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use super::{CliError, Exit, Subcommand};
use crate::contracts::{FORMATS, Format, Model, Options, Syntax};
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
        let formats: Vec<&Format> = match (to, Format::named(to)) {
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
        let board = io::load(path)?.board;
        let topology = topology::derive(&board);
        let model = Model::new(&board, &topology);
        let syntax = if self.syntax == "json" { Syntax::Json } else { Syntax::Yaml };
        let manner = Manner { check: self.check, prune: self.prune };
        let mut exit = Exit::Fine;
        let mut refused = 0;
        for format in &formats {
            let bundle = format.export_model(&model, &Options { syntax });
            let folder = if formats.len() > 1 { folder.join(format.name) } else { folder.clone() };
            let mut progress = Progress::new(bundle.files.len());
            let outcome =
                bundle::write(&folder, format.name, &bundle, manner, &mut |done| progress.show(done))
                    .map_err(|error| CliError(error.to_string()))?;
            progress.end();
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

/// A bar on a terminal for long exports; nothing elsewhere.
struct Progress {
    total: usize,
    shown: usize,
}

impl Progress {
    fn new(total: usize) -> Self {
        let terminal = std::io::stderr().is_terminal() && total > 500;
        Self { total: if terminal { total } else { 0 }, shown: usize::MAX }
    }

    fn show(&mut self, done: usize) {
        const WIDTH: usize = 40;
        if self.total == 0 {
            return;
        }
        let filled = done * WIDTH / self.total;
        if filled != self.shown {
            self.shown = filled;
            let (bar, rest) = ("█".repeat(filled), "░".repeat(WIDTH - filled));
            let _ = write!(std::io::stderr(), "\r{bar}{rest} {done}/{}", self.total);
        }
    }

    fn end(&self) {
        if self.total > 0 {
            let _ = write!(std::io::stderr(), "\r{}\r", " ".repeat(70));
        }
    }
}
