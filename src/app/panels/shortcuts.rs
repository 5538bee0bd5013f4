//! The sheet of keys.

use egui::{Align2, Context, Grid, RichText, Window, vec2};

use crate::app::theme::Theme;
use crate::board::notation::NOTATION;
use crate::view::action::{ACTIONS, Group};

/// Keys that are not actions of the table.
const MORE: &[(&str, &str)] = &[
    ("Enter", "Edit the selected name; commit"),
    ("Tab / Shift+Tab", "While editing: commit, next sticky to the right / below"),
    ("Ctrl+Enter", "While editing: commit, next sticky of the predicted kind, linked"),
    ("Esc", "Cancel"),
    ("Arrows", "Nudge the selection; Shift for a step of the grid"),
    ("Alt+drag", "Drag a copy"),
    ("Space+drag, middle button", "Pan"),
    ("Wheel, pinch", "Zoom towards the pointer"),
    ("Ctrl+V", "Paste stickies, lines, or A -> B -> C"),
];

/// Shows the sheet while `open`.
pub(in crate::app) fn show(ctx: &Context, theme: &Theme, open: &mut bool) {
    if !*open {
        return;
    }
    if ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
        *open = false;
    }
    let window =
        Window::new(theme.title("Keyboard shortcuts")).open(open).resizable(false).collapsible(false);
    window.anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)).show(ctx, |ui| {
        egui::ScrollArea::vertical().max_height(ctx.content_rect().height() - 160.0).show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    stickies(ui, theme);
                    more(ui, theme);
                });
                ui.add_space(20.0);
                ui.vertical(|ui| groups(ui, theme, &[Group::File, Group::Edit, Group::Tools]));
                ui.add_space(20.0);
                ui.vertical(|ui| {
                    groups(
                        ui,
                        theme,
                        &[Group::View, Group::Arrange, Group::Workshop, Group::Go, Group::Help],
                    );
                });
            });
        });
    });
}

fn pair(ui: &mut egui::Ui, theme: &Theme, keys: &str, text: &str) {
    ui.label(RichText::new(keys).font(Theme::strong(theme.sizes.secondary)));
    ui.label(theme.secondary(text));
    ui.end_row();
}

fn stickies(ui: &mut egui::Ui, theme: &Theme) {
    ui.label(theme.heading("Stickies"));
    Grid::new("sticky keys").spacing([16.0, 4.0]).show(ui, |ui| {
        for row in &NOTATION {
            if let Some(key) = row.shortcut {
                pair(ui, theme, &key.to_string(), row.label);
            }
        }
    });
}

fn more(ui: &mut egui::Ui, theme: &Theme) {
    ui.add_space(10.0);
    ui.label(theme.heading("While you work"));
    Grid::new("more keys").spacing([16.0, 4.0]).show(ui, |ui| {
        for (keys, text) in MORE {
            pair(ui, theme, keys, text);
        }
    });
}

fn groups(ui: &mut egui::Ui, theme: &Theme, groups: &[Group]) {
    for group in groups {
        ui.label(theme.heading(group.title()));
        Grid::new(("keys", group.title())).spacing([16.0, 4.0]).show(ui, |ui| {
            for row in ACTIONS.iter().filter(|row| row.group == *group && !row.keys.is_empty()) {
                pair(ui, theme, row.keys, row.text);
            }
        });
        ui.add_space(10.0);
    }
}
