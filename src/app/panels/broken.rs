//! What stands where a part of the window stopped working: what happened, a way back, and a report to send on.

use egui::{CentralPanel, Frame, Ui};

use crate::app::guard::Report;
use crate::app::theme::Theme;

/// Shows the panel; true when the part is to be tried again.
pub(in crate::app) fn show(ui: &mut Ui, theme: &Theme, report: &Report) -> bool {
    let mut again = false;
    CentralPanel::default().frame(Frame::new().fill(theme.canvas)).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space((ui.available_height() * 0.3).max(24.0));
            ui.set_max_width(520.0);
            ui.label(theme.title(format!("{} stopped working", report.part)));
            ui.add_space(6.0);
            ui.label(theme.secondary(
                "This is a fault in Isobar. The board is safe, and the rest of the window goes on.",
            ));
            ui.add_space(10.0);
            let what = egui::RichText::new(format!("{}\n{}", report.message, report.place));
            ui.label(what.monospace().size(theme.sizes.secondary).color(theme.error));
            ui.add_space(14.0);
            ui.horizontal(|ui| {
                ui.add_space((ui.available_width() - 210.0) * 0.5);
                again = ui.button("Try again").clicked();
                if ui.button("Copy the report").clicked() {
                    ui.ctx().copy_text(report.text());
                }
            });
        });
    });
    again
}
