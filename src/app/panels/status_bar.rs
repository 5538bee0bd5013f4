//! The status bar: zoom, counts, and a hint for the tool in hand.

use egui::{Align, Frame, Layout, Margin, Panel, Ui};

use crate::app::App;
use crate::app::context::Command;
use crate::view::Action;

/// Shows the bar.
pub(in crate::app) fn show(app: &mut App, ui: &mut Ui) {
    let frame = Frame::new().fill(app.theme.chrome).inner_margin(Margin::symmetric(14, 0));
    Panel::bottom("status bar").exact_size(26.0).frame(frame).show(ui, |ui| {
        ui.style_mut().override_font_id = Some(crate::app::theme::Theme::plain(app.theme.sizes.secondary));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let workspace = &app.workspaces[app.current];
            if let Some(zoom) = workspace.zoom() {
                let text = egui::RichText::new(format!("{:.0} %", zoom * 100.0)).color(app.theme.secondary);
                let button = ui
                    .add(egui::Button::new(text).frame_when_inactive(false))
                    .on_hover_text("Fit the board   Shift+1");
                if button.clicked() {
                    app.commands.push(Command::Run(Action::Fit));
                }
            }
            ui.label(egui::RichText::new(counts(app)).color(app.theme.secondary));
            let hint = workspace.hint();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(egui::Label::new(egui::RichText::new(hint).color(app.theme.secondary)).truncate());
            });
        });
    });
}

fn counts(app: &App) -> String {
    let board = app.document.board();
    let many = |n: usize, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
    let mut parts = vec![
        many(board.stickies.len(), "sticky", "stickies"),
        many(board.services.len(), "service", "services"),
        many(board.events.len(), "event", "events"),
    ];
    if app.selection.len() > 1 {
        parts.push(format!("{} selected", app.selection.len()));
    }
    parts.join(" · ")
}
