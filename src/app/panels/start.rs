//! The start screen: open a board, start a new one, or take a template.

use egui::{CentralPanel, Frame, RichText, Ui, vec2};

use crate::app::context::Command;
use crate::app::theme::Theme;
use crate::app::{App, icons};
use crate::view::Action;

/// Shows the screen.
pub(in crate::app) fn show(app: &mut App, ui: &mut Ui) {
    let frame = Frame::new().fill(app.theme.canvas);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let top = (ui.available_height() * 0.22).max(40.0);
        ui.add_space(top);
        ui.vertical_centered(|ui| {
            ui.label(RichText::new("Isobar").font(Theme::strong(34.0)).color(app.theme.text));
            ui.add_space(2.0);
            ui.label(
                app.theme.secondary("Design event-driven systems together, on a board that means something."),
            );
            ui.add_space(28.0);
            let width = 420.0;
            for (action, text, words) in [
                (Action::New, "New board", "An empty canvas: press a letter to drop a sticky"),
                (Action::Open, "Open board…", "A .ron or .json board from disk"),
            ] {
                if choice(ui, app, action.row().icon, text, words, width) {
                    app.commands.push(Command::Run(action));
                }
            }
            for (path, name) in crate::app::files::samples() {
                let words = path
                    .parent()
                    .and_then(|p| p.file_name())
                    .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
                if choice(ui, app, "frame", &name, &words, width) {
                    app.commands.push(Command::Open(path));
                }
            }
        });
    });
}

fn choice(ui: &mut Ui, app: &App, icon: &str, text: &str, words: &str, width: f32) -> bool {
    let theme = &app.theme;
    let title = RichText::new(text).font(Theme::strong(theme.sizes.body));
    let glyph = RichText::new(icons::glyph(icon)).size(17.0).color(theme.accent);
    let button = egui::Button::new((glyph, title))
        .right_text(RichText::new(words).size(theme.sizes.secondary).color(theme.secondary))
        .fill(theme.chrome)
        .min_size(vec2(width, 40.0));
    let response = ui.add(button);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(text));
    ui.add_space(2.0);
    response.clicked()
}
