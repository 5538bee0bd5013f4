//! A log at hand for who has none: a run of the board's own scenario, logged and opened at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Ui;

use super::ReplayWorkspace;
use crate::app::canvas::Tone;
use crate::app::context::{Command, Cx};
use crate::app::widgets;
use crate::board::Board;
use crate::simulation::{Simulation, log};

/// The seed of the run: the one Simulate begins with.
const SEED: u64 = 7;

impl ReplayWorkspace {
    /// How to come to a log without a system that writes one.
    pub(super) fn trial(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        widgets::section(ui, theme, "No log at hand?");
        let scenario = cx.document.board().scenarios.keys().next().cloned();
        match &scenario {
            Some(name) => {
                let words = format!("The scenario “{name}” can be run, logged and replayed right away.");
                ui.label(theme.secondary(words));
                ui.add_space(4.0);
                if self.trying.is_under_way() {
                    ui.horizontal(|ui| {
                        ui.spinner();
                        ui.label(theme.secondary("Running it…"));
                    });
                } else if ui.button("Replay a run of this board").clicked() {
                    let (board, title) = (cx.document.shared(), cx.document.board().title().to_owned());
                    self.trying.start(ui.ctx(), move || logged_run(&board, &title));
                }
            }
            None => {
                ui.label(theme.secondary(
                    "A board with a scenario can be run and its run replayed; this one has none.",
                ));
            }
        }
        match self.trying.take() {
            Some(Ok(path)) => cx.send(Command::Replay(path, None)),
            Some(Err(message)) => cx.say(Tone::Error, message),
            None => {}
        }
        ui.add_space(4.0);
        ui.label(theme.secondary("On the command line:"));
        let command = "isobar simulate BOARD --log run.jsonl";
        ui.add(egui::Label::new(egui::RichText::new(command).monospace().size(theme.sizes.small)).wrap());
    }
}

/// Runs a board's first scenario and writes the log of the run beside other temporary files, under the board's title.
fn logged_run(board: &Arc<Board>, title: &str) -> Result<PathBuf, String> {
    let told = |error: &dyn std::fmt::Display| format!("The run could not be logged: {error}");
    let mut simulation = Simulation::new(board, None, SEED).map_err(|error| told(&error))?;
    simulation.run();
    let mut bytes = Vec::new();
    log::write(&simulation, &mut bytes).map_err(|error| told(&error))?;
    let name = title.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "-");
    let folder =
        tempfile::Builder::new().prefix("isobar-run-").tempdir().map_err(|error| told(&error))?.keep();
    let path = folder.join(Path::new(&name).with_extension("jsonl"));
    crate::io::write_atomically(&path, &bytes).map_err(|error| told(&error))?;
    Ok(path)
}
