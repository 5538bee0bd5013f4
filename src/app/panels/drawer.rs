//! The drawer at the bottom: advice on the board, and notes on what means nothing.

use egui::{Frame, Margin, Panel, RichText, ScrollArea, Sense, Ui, vec2};

use crate::app::context::{Command, Cx};
use crate::app::theme::Theme;
use crate::app::{icons, widgets};
use crate::topology::Place;
use crate::view::Item;

/// Shows the drawer, unless there is nothing to say.
pub(in crate::app) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let topology = cx.topology();
    if topology.notes.is_empty() {
        return;
    }
    let theme = cx.theme;
    let frame =
        Frame::new().fill(theme.chrome).inner_margin(Margin { left: 16, right: 16, top: 8, bottom: 4 });
    let mut go = None;
    Panel::bottom("drawer").default_size(120.0).size_range(60.0..=420.0).resizable(true).frame(frame).show(
        ui,
        |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new("Advice").font(Theme::strong(theme.sizes.body)));
                let n = topology.notes.len();
                ui.label(theme.secondary(format!("{n} {}", if n == 1 { "note" } else { "notes" })));
            });
            widgets::hairline(ui, theme);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                for note in &topology.notes {
                    let (rect, response) =
                        ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &note.message)
                    });
                    if response.hovered() {
                        ui.painter().rect_filled(rect, 4.0, theme.hover);
                    }
                    let middle = rect.left_center();
                    let painter = ui.painter();
                    painter.text(
                        middle + vec2(4.0, 0.0),
                        egui::Align2::LEFT_CENTER,
                        icons::glyph("info"),
                        Theme::icon(14.0),
                        theme.accent,
                    );
                    painter.text(
                        middle + vec2(26.0, 0.0),
                        egui::Align2::LEFT_CENTER,
                        &note.message,
                        Theme::plain(theme.sizes.body),
                        theme.text,
                    );
                    if response.clicked() {
                        go = Some(item(&note.place));
                    }
                }
            });
        },
    );
    if let Some(item) = go {
        cx.send(Command::Show(vec![item]));
    }
}

const fn item(place: &Place) -> Item {
    match place {
        Place::Sticky(id) => Item::Sticky(*id),
        Place::Link(id) => Item::Link(*id),
    }
}
