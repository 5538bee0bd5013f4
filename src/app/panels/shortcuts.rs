//! The sheet of keys.

use egui::{Align2, Area, Context, Frame, Grid, Id, Layout, Margin, Order, RichText, Sense, Ui, vec2};

use crate::app::theme::Theme;
use crate::app::{icons, widgets};
use crate::board::notation::NOTATION;
use crate::view::action::{ACTIONS, Group};

/// Keys that are not actions of the table.
const MORE: &[(&str, &str)] = &[
    ("Enter", "Edit the selected name; commit"),
    ("Tab", "Commit, next sticky to the right"),
    ("Shift+Tab", "Commit, next sticky below"),
    ("Ctrl+Enter", "Commit, next of the predicted kind, linked"),
    ("Alt+Enter", "Commit on every sticky of that name"),
    ("Esc", "Cancel"),
    ("Arrows", "Nudge; with Shift a step of the grid"),
    ("Alt+drag", "Drag a copy"),
    ("Space+drag", "Pan; the middle button does as well"),
    ("Wheel, pinch", "Zoom towards the pointer"),
    ("Ctrl+V", "Paste stickies, lines, A -> B -> C"),
];

/// Keys of the Simulate and the Replay workspace.
const RUNNING: &[(&str, &str)] = &[
    ("Space", "Play, pause"),
    (". ,", "Next, previous message"),
    ("Home", "Back to the start"),
    ("T P C", "Next of its type, of its process; its cause"),
    ("B R", "Mark the moment; copy it as a bug report"),
];

/// Closes the sheet on Escape, before anybody else takes the key.
pub(in crate::app) fn keys(ctx: &Context, open: &mut bool) {
    if *open && ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
        *open = false;
        ctx.request_repaint();
    }
}

/// Shows the sheet while `open`.
pub(in crate::app) fn show(ctx: &Context, theme: &Theme, open: &mut bool) {
    if !*open {
        return;
    }
    let room = ctx.content_rect();
    let veil = egui::LayerId::new(Order::Middle, Id::new("shortcuts veil"));
    ctx.layer_painter(veil).rect_filled(room, 0.0, theme.canvas.gamma_multiply(0.72));
    let area = Area::new(Id::new("shortcuts")).anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0));
    let mut closed = false;
    let shown = area.order(Order::Foreground).show(ctx, |ui| {
        let frame = Frame::window(ui.style()).inner_margin(Margin::symmetric(24, 18));
        frame.show(ui, |ui| {
            ui.set_width((room.width() - 120.0).min(1_180.0));
            ui.horizontal(|ui| {
                ui.label(theme.title("Keyboard shortcuts"));
                ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                    closed = widgets::icon_button(ui, theme, "close", "Close the shortcuts", "Esc", false)
                        .clicked();
                });
            });
            ui.add_space(6.0);
            let height = room.height() - 150.0;
            egui::ScrollArea::both().max_height(height).min_scrolled_height(height).show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 28.0;
                    ui.vertical(|ui| stickies(ui, theme));
                    ui.vertical(|ui| {
                        section(ui, theme, "While you write and look", MORE.iter().copied());
                        section(ui, theme, "While it runs or is replayed", RUNNING.iter().copied());
                        groups(ui, theme, &[Group::Tools]);
                    });
                    ui.vertical(|ui| groups(ui, theme, &[Group::File, Group::Edit]));
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
    });
    let outside = ctx.input(|input| input.pointer.any_pressed())
        && ctx.pointer_interact_pos().is_some_and(|at| !shown.response.rect.contains(at));
    if closed || outside {
        *open = false;
    }
}

/// One key as it looks on a keyboard.
fn cap(ui: &mut Ui, theme: &Theme, keys: &str) {
    let font = Theme::strong(theme.sizes.small);
    let galley = ui.painter().layout_no_wrap(keys.to_owned(), font, theme.text);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(10.0, 5.0), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, keys));
    ui.painter().rect(rect, 4.0, theme.field, theme.line(), egui::StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() * 0.5, galley, theme.text);
}

fn section<'a>(ui: &mut Ui, theme: &Theme, title: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    ui.label(theme.heading(title));
    Grid::new(("keys", title)).spacing([12.0, 3.0]).min_row_height(20.0).show(ui, |ui| {
        for (keys, text) in rows {
            cap(ui, theme, keys);
            ui.label(RichText::new(text).size(theme.sizes.secondary).color(theme.text));
            ui.end_row();
        }
    });
    ui.add_space(10.0);
}

fn groups(ui: &mut Ui, theme: &Theme, groups: &[Group]) {
    for group in groups {
        let rows = ACTIONS.iter().filter(|row| row.group == *group && !row.keys.is_empty());
        section(ui, theme, group.title(), rows.map(|row| (row.keys, row.text)));
    }
}

/// The kinds of sticky on their paper, each with what it is for.
fn stickies(ui: &mut Ui, theme: &Theme) {
    ui.label(theme.heading("Stickies"));
    Grid::new("sticky keys").spacing([12.0, 3.0]).min_row_height(20.0).show(ui, |ui| {
        for row in &NOTATION {
            let Some(key) = row.shortcut else { continue };
            cap(ui, theme, &key.to_string());
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                let (rect, _) = ui.allocate_exact_size(vec2(22.0, 16.0), Sense::hover());
                let paper = theme.paper(row.token);
                ui.painter().rect(rect, 2.0, paper.fill, theme.line(), egui::StrokeKind::Inside);
                ui.painter().text(
                    rect.center(),
                    Align2::CENTER_CENTER,
                    icons::of_kind(row.kind),
                    Theme::icon(11.0),
                    paper.text,
                );
                let text = RichText::new(row.label).size(theme.sizes.secondary).color(theme.text);
                ui.label(text).on_hover_text(row.help);
            });
            ui.end_row();
        }
    });
}
