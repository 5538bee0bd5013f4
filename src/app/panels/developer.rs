//! What a developer wants to see while the app runs: how long frames take, what was asked for, what is under the
//! pointer.

use std::collections::VecDeque;
use std::time::Duration;

use egui::{Align2, Area, Frame, Id, Margin, Order, RichText, Ui, vec2};

use crate::app::App;

/// How many commands and frames are remembered.
const KEPT: usize = 120;
/// How many commands are shown.
const SHOWN: usize = 12;

/// What is remembered.
#[derive(Default)]
pub(in crate::app) struct Developer {
    /// The overlay shows.
    pub(in crate::app) shown: bool,
    commands: VecDeque<(f64, String)>,
    frames: VecDeque<Duration>,
    n_frames: u64,
    /// The workspace in front is to panic in its next frame.
    pub(in crate::app) break_workspace: bool,
}

impl Developer {
    /// Remembers a command.
    pub(in crate::app) fn asked(&mut self, time: f64, command: String) {
        log::debug!("{command}");
        self.commands.push_back((time, command));
        if self.commands.len() > KEPT {
            self.commands.pop_front();
        }
    }

    /// Remembers how long a frame took to lay out and draw, without the painter.
    pub(in crate::app) fn drew(&mut self, took: Duration) {
        self.n_frames += 1;
        if self.n_frames == 2 {
            log::info!("the first frame is on the screen");
        }
        self.frames.push_back(took);
        if self.frames.len() > KEPT {
            self.frames.pop_front();
        }
    }

    fn frame_times(&self) -> String {
        let mut times: Vec<f64> = self.frames.iter().map(|took| took.as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).or(times.last()).copied();
        let (Some(half), Some(worst)) = (at(0.5), times.last()) else { return String::new() };
        format!(
            "{} frames drawn · median {half:.2} ms · longest {worst:.2} ms of the last {}",
            self.n_frames,
            times.len()
        )
    }
}

/// Shows the overlay.
pub(in crate::app) fn show(app: &mut App, ui: &Ui) {
    if !app.developer.shown {
        return;
    }
    let size = app.theme.sizes.secondary;
    let line = |text: String| RichText::new(text).monospace().size(size).color(app.theme.text);
    let frame = Frame::popup(ui.style()).inner_margin(Margin::same(10));
    let mut broken = false;
    Area::new(Id::new("developer"))
        .anchor(Align2::LEFT_BOTTOM, vec2(56.0, -36.0))
        .order(Order::Tooltip)
        .show(ui.ctx(), |ui| {
            frame.show(ui, |ui| {
                ui.set_max_width(520.0);
                ui.label(line(app.developer.frame_times()));
                ui.label(line(format!(
                    "revision {} · {} edits in the log · workspace {}",
                    app.document.revision(),
                    app.document.history().log().len(),
                    app.workspaces[app.current].name()
                )));
                let under = app.workspaces[app.current].under_pointer();
                ui.label(line(format!("under the pointer: {under:?}")));
                let selected: Vec<String> =
                    app.selection.iter().take(6).map(|item| format!("{item:?}")).collect();
                ui.label(line(format!("selected: {}", selected.join(", "))));
                for (time, command) in app.developer.commands.iter().rev().take(SHOWN) {
                    ui.label(line(format!("{time:8.2} s  {command}")).color(app.theme.secondary));
                }
                broken = ui.button("Break this workspace").on_hover_text("To see it come back").clicked();
            });
        });
    app.developer.break_workspace |= broken;
}
