//! `isobar availability`: how often each entry of a board is answered, what that hangs on, and what would help.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::{CliError, Exit, Subcommand};
use crate::availability::{EntryReport, Gain, Limits, WhatIf, alternatives, entry_report, rank, report_with};
use crate::board::Board;
use crate::topology::{MessageIx, MessageKind, Topology, derive};
use crate::{edit, io};

/// How the figures are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Arguments of `isobar availability`.
#[derive(clap::Args)]
pub(super) struct Availability {
    /// The board; `-` reads standard input
    board: PathBuf,
    /// Only this command or query
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,
    /// Without a value: rank what would help. With one, or several: the figures as if it were built
    /// (`queue:COMMAND`, `projection:QUERY`, `replica:SERVICE`)
    #[arg(long, value_name = "CHANGE", num_args = 0..=1, default_missing_value = "", action = clap::ArgAction::Append)]
    what_if: Vec<String>,
    /// Write the board with the named changes built into this file
    #[arg(long, value_name = "FILE", requires = "what_if")]
    out: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Subcommand for Availability {
    const NAME: &'static str = "availability";
    const ABOUT: &'static str = "How often each entry is answered, what that hangs on, and what would help";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let board = io::load(&self.board)?.board;
        let topology = derive(&board);
        let limits = Limits::default();
        let entries = self.entries(&topology)?;
        let named: Vec<&str> = self.what_if.iter().map(String::as_str).filter(|w| !w.is_empty()).collect();
        let ranked = self.what_if.iter().any(String::is_empty);
        if self.out.is_some() && named.is_empty() {
            return Err(CliError(
                "--out needs changes by name, such as --what-if queue:DeductBalance".to_owned(),
            ));
        }
        let changes = find_changes(&board, &topology, &entries, &named)?;
        let mut rows = Vec::new();
        for entry in entries {
            let report = entry_report(&board, &topology, entry, &limits);
            let changed =
                (!changes.is_empty()).then(|| report_with(&board, &topology, entry, &changes, &limits));
            let gains = ranked.then(|| rank(&board, &topology, entry, &limits));
            rows.push(Row { report, changed, gains });
        }
        match self.format {
            Format::Text => write_text(out, &board, &rows, &changes)?,
            Format::Json => write_json(out, &rows, &changes)?,
        }
        if let Some(path) = &self.out {
            io::save(path, &build(board, &changes)?)?;
        }
        Ok(Exit::Fine)
    }
}

/// What is printed of one entry.
struct Row {
    report: EntryReport,
    changed: Option<EntryReport>,
    gains: Option<Vec<Gain>>,
}

impl Availability {
    fn entries(&self, topology: &Topology) -> Result<Vec<MessageIx>, CliError> {
        let Some(name) = &self.entry else { return Ok(topology.entries().collect()) };
        let found: Vec<MessageIx> =
            topology.messages_named(name).filter(|m| topology[*m].kind != MessageKind::Event).collect();
        if found.is_empty() {
            let known: Vec<&str> = topology.entries().map(|e| topology[e].name.as_str()).collect();
            let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
            let path = self.board.display();
            return Err(CliError(format!(
                "{path}: no command or query is called `{name}`; its entries are: {known}"
            )));
        }
        Ok(found)
    }
}

/// The alternatives that were named, each of which must be one of some entry.
fn find_changes(
    board: &Board,
    topology: &Topology,
    entries: &[MessageIx],
    names: &[&str],
) -> Result<Vec<WhatIf>, CliError> {
    let known: Vec<WhatIf> = entries.iter().flat_map(|e| alternatives(board, topology, *e)).collect();
    let find = |name: &&str| {
        let mut matching: Vec<WhatIf> = Vec::new();
        for what_if in known.iter().filter(|w| w.to_string() == **name) {
            if !matching.contains(what_if) {
                matching.push(what_if.clone());
            }
        }
        if matching.is_empty() {
            let mut names: Vec<String> = known.iter().map(ToString::to_string).collect();
            names.sort();
            names.dedup();
            return Err(CliError(format!(
                "`{name}` is no change of this path; there are: {}",
                names.join(", ")
            )));
        }
        Ok(matching)
    };
    Ok(names.iter().map(find).collect::<Result<Vec<_>, _>>()?.concat())
}

/// The board with changes built, one after another, as edits.
fn build(mut board: Board, changes: &[WhatIf]) -> Result<Board, CliError> {
    for change in changes {
        let applied = change.edit(&board, &derive(&board), 0);
        let edit = applied.ok_or_else(|| {
            CliError(format!("{change} no longer applies after the changes before it; build it on its own"))
        })?;
        edit::apply(&mut board, &edit.ops).map_err(|error| CliError(error.to_string()))?;
    }
    Ok(board)
}

fn write_json(out: &mut dyn Write, rows: &[Row], changes: &[WhatIf]) -> Result<(), CliError> {
    let entries: Vec<serde_json::Value> = rows
        .iter()
        .map(|row| {
            let mut value = json!({ "today": row.report });
            if let Some(changed) = &row.changed {
                value["changed"] = json!(changed);
            }
            if let Some(gains) = &row.gains {
                value["what_if"] = gains
                    .iter()
                    .map(|gain| {
                        json!({
                            "change": gain.name(),
                            "description": gain.describe(),
                            "availability": gain.availability,
                            "downtime_hours": gain.downtime_hours,
                            "gains_hours": gain.gains_hours,
                        })
                    })
                    .collect();
            }
            value
        })
        .collect();
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    let all = json!({ "changes": changes, "entries": entries });
    let text = serde_json::to_string_pretty(&all).map_err(|error| CliError(error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

fn write_text(out: &mut dyn Write, board: &Board, rows: &[Row], changes: &[WhatIf]) -> Result<(), CliError> {
    writeln!(out, "{}", board.title())?;
    if rows.is_empty() {
        writeln!(out, "No entries yet: no command or query comes from outside.")?;
    }
    for row in rows {
        writeln!(out)?;
        write_entry(out, &row.report)?;
        if let Some(changed) = &row.changed {
            let names: Vec<String> = changes.iter().map(ToString::to_string).collect();
            writeln!(out, "  with {}", names.join(", "))?;
            let (availability, hours) = (changed.availability, changed.downtime_hours);
            writeln!(out, "    {availability:.6}  {}", downtime(hours))?;
        }
        if let Some(gains) = &row.gains {
            write_gains(out, gains)?;
        }
    }
    Ok(())
}

fn write_entry(out: &mut dyn Write, report: &EntryReport) -> Result<(), CliError> {
    let verb = if report.waits { "answered" } else { "accepted" };
    match report.at_most {
        None => writeln!(
            out,
            "{}  {verb} {:.6}  {}",
            report.entry,
            report.availability,
            downtime(report.downtime_hours)
        )?,
        Some(at_most) => writeln!(
            out,
            "{}  {verb} between {:.6} and {at_most:.6}  at most {}",
            report.entry,
            report.availability,
            downtime(report.downtime_hours)
        )?,
    }
    for call in &report.calls {
        let host = call.host.as_deref().unwrap_or("(policy)");
        let mark = match (call.on_failure, call.one_of, call.repeated) {
            (true, _, _) => "  (when that fails)",
            (_, true, _) => "  (one of)",
            (_, _, true) => "  (as above)",
            _ => "",
        };
        writeln!(out, "  {}{} → {host}{mark}", "  ".repeat(call.depth), call.message)?;
    }
    match report.weakest.as_slice() {
        [] => {}
        [weakest] => writeln!(out, "  weakest link: {weakest}")?,
        equally => writeln!(out, "  weakest links, equally: {}", equally.join(", "))?,
    }
    let width = report.parts.iter().map(|p| p.name.chars().count()).max().unwrap_or(0);
    for part in &report.parts {
        let name = &part.name;
        let (up, importance, hours) = (part.availability, part.importance, part.costs_hours);
        let assumed = if part.assumed { " (assumed)" } else { "" };
        writeln!(
            out,
            "    {name:width$}  {up:.6}{assumed}  importance {importance:.6}  costs {hours:.1} h a year"
        )?;
    }
    let completion = &report.completion;
    if !completion.parts.is_empty() {
        let parts = completion.parts.join(", ");
        writeln!(out, "  then, without anyone waiting: {parts}")?;
        write!(out, "    no outage delays it: {:.6}", completion.undelayed)?;
        match completion.outage_delay_seconds {
            Some(seconds) => writeln!(out, "  mean delay by outages {seconds:.1} s")?,
            None => writeln!(out)?,
        }
    }
    for note in &report.notes {
        writeln!(out, "  note: {note}")?;
    }
    Ok(())
}

fn write_gains(out: &mut dyn Write, gains: &[Gain]) -> Result<(), CliError> {
    if gains.is_empty() {
        writeln!(out, "  nothing here would spare any downtime")?;
        return Ok(());
    }
    writeln!(out, "  what would help")?;
    let names: Vec<String> = gains.iter().map(Gain::name).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (gain, name) in gains.iter().zip(names) {
        let (availability, hours) = (gain.availability, gain.gains_hours);
        writeln!(
            out,
            "    {name:width$}  {availability:.6}  spares {hours:.1} h a year  {}",
            gain.describe()
        )?;
    }
    Ok(())
}

/// Downtime a year in words; a perfect path has none.
fn downtime(hours: f64) -> String {
    if hours <= 0.0 { "never down".to_owned() } else { format!("{hours:.1} h down a year") }
}
