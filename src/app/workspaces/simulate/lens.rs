//! What can be looked at below the running board.

mod compare;
mod plots;
mod process;

use egui::Ui;

use super::SimulateWorkspace;
use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::widgets;

pub(super) use compare::Kept;
pub(super) use process::Followed;

/// A way of looking at a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lens {
    /// One process as a sequence diagram.
    Process,
    /// Latency, queues and availability over time.
    Plots,
    /// This run beside another.
    Compare,
}

const LENSES: [(Lens, &str); 3] =
    [(Lens::Process, "Process"), (Lens::Plots, "Plots"), (Lens::Compare, "Compare")];

/// The tabs that open and close the lenses, from right to left.
pub(super) fn tabs(ui: &mut Ui, theme: &Theme, open: &mut Option<Lens>) {
    for (lens, name) in LENSES.into_iter().rev() {
        let selected = *open == Some(lens);
        if widgets::tab(ui, theme, name, selected).clicked() {
            *open = if selected { None } else { Some(lens) };
        }
    }
}

impl SimulateWorkspace {
    /// The open lens, between the board and the transport.
    pub(super) fn lens(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(lens) = self.lens else { return };
        let frame = egui::Frame::new().fill(cx.theme.chrome).inner_margin(10.0);
        // The board keeps the larger part unless somebody wants it otherwise.
        let room = ui.available_height();
        let most = (room - 120.0).max(120.0);
        egui::Panel::bottom("simulate-lens")
            .frame(frame)
            .resizable(true)
            .default_size((room * 0.42).clamp(120.0, 320.0).min(most))
            .size_range(120.0..=most)
            .show(ui, |ui| {
                // The panel keeps its height when it has little to show.
                ui.set_min_size(ui.available_size());
                match lens {
                    Lens::Process => self.process(ui, cx),
                    Lens::Plots => self.plots(ui, cx),
                    Lens::Compare => self.compare(ui, cx),
                }
            });
    }
}
