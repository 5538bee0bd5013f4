//! The left rail: tools, then one button a kind of sticky with its colour and letter.

use egui::{Frame, Margin, Panel, Sense, Ui, WidgetInfo, WidgetType, vec2};

use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::StickyKind;
use crate::board::notation::{Level, NOTATION};
use crate::view::Action;
use crate::view::tool::Tool;

/// What was chosen on the rail.
pub(in crate::app) enum Chosen {
    /// A tool.
    Tool(Tool),
    /// A kind of sticky to put down.
    Kind(StickyKind),
}

/// The height of a kind's button with the room around it: as much as fits them all, within bounds.
const SMALLEST: f32 = 26.0;
const LARGEST: f32 = 34.0;

const TOOLS: &[(Tool, Action)] = &[
    (Tool::Select, Action::SelectTool),
    (Tool::Pan, Action::PanTool),
    (Tool::Connect, Action::ConnectTool),
    (Tool::Frame, Action::FrameTool),
    (Tool::Line, Action::PivotalLine),
];

/// Shows the rail, with the kinds that belong to a level.
pub(in crate::app) fn show(ui: &mut Ui, theme: &Theme, tool: Tool, level: Level) -> Option<Chosen> {
    let frame = Frame::new().fill(theme.chrome).inner_margin(Margin::symmetric(8, 8));
    let mut chosen = None;
    Panel::left("rail").exact_size(48.0).resizable(false).frame(frame).show(ui, |ui| {
        egui::ScrollArea::vertical()
            .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                for (each, action) in TOOLS {
                    let row = action.row();
                    if widgets::icon_button(ui, theme, row.icon, row.text, row.keys, tool == *each).clicked()
                    {
                        chosen = Some(Chosen::Tool(*each));
                    }
                }
                ui.add_space(4.0);
                let kinds = NOTATION.iter().filter(|row| row.kind.is_at(level)).count() as f32;
                let left = ui.clip_rect().bottom() - ui.cursor().top();
                let height = (left / kinds).clamp(SMALLEST, LARGEST);
                ui.spacing_mut().item_spacing.y = 0.0;
                for row in NOTATION.iter().filter(|row| row.kind.is_at(level)) {
                    if kind_button(ui, theme, row, tool == Tool::Place(row.kind), height) {
                        chosen = Some(Chosen::Kind(row.kind));
                    }
                }
            });
    });
    chosen
}

fn kind_button(
    ui: &mut Ui,
    theme: &Theme,
    row: &crate::board::notation::Kind,
    selected: bool,
    height: f32,
) -> bool {
    let (outer, response) = ui.allocate_exact_size(vec2(32.0, height), Sense::click());
    let rect = outer.shrink2(vec2(2.0, (height * 0.09).floor()));
    response.widget_info(|| {
        WidgetInfo::selected(WidgetType::Button, true, selected, format!("Add {}", row.label.to_lowercase()))
    });
    let paper = theme.paper(row.token);
    let painter = ui.painter();
    let lift = if response.hovered() { vec2(0.0, -1.0) } else { vec2(0.0, 0.0) };
    painter.rect_filled(rect.translate(vec2(0.0, 1.0)), 4.0, theme.shadow);
    painter.rect_filled(rect.translate(lift), 4.0, paper.fill);
    if row.token == "ui" || row.token == "text" {
        painter.rect_stroke(rect.translate(lift), 4.0, theme.line(), egui::StrokeKind::Inside);
    }
    if selected || response.has_focus() {
        painter.rect_stroke(
            rect.expand(2.0),
            5.0,
            egui::Stroke::new(2.0, theme.accent),
            egui::StrokeKind::Inside,
        );
    }
    let letter = row.shortcut.map_or_else(String::new, |letter| letter.to_string());
    painter.text(rect.center() + lift, egui::Align2::CENTER_CENTER, letter, Theme::strong(12.0), paper.text);
    response.on_hover_text(format!("{}   {}\n{}", row.label, row.shortcut.unwrap_or(' '), row.help)).clicked()
}
