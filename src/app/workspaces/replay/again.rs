//! The mark of a message that is not the first of its kind: the shape its dot has on the board, and a word.

use egui::{Color32, Painter, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, vec2};

use crate::app::canvas::DotLook;
use crate::app::theme::Theme;
use crate::replay::again::{Again, How};

/// How it looks on its way.
pub(super) const fn dot_look(how: How) -> DotLook {
    match how {
        How::Duplicate | How::ReusedId => DotLook::Duplicate,
        How::Retry => DotLook::Retry,
        How::Redelivery | How::Replay => DotLook::Redelivered,
    }
}

fn color(theme: &Theme, how: How) -> Color32 {
    match how {
        How::ReusedId => theme.error,
        How::Retry | How::Redelivery => theme.warning,
        How::Duplicate => theme.accent,
        How::Replay => theme.secondary,
    }
}

/// Paints the mark to the right of a point; answers the place it takes.
pub(super) fn paint(painter: &Painter, theme: &Theme, from: Pos2, again: Again) -> Rect {
    let color = color(theme, again.how);
    let font = Theme::strong(theme.sizes.small);
    let galley = painter.layout_no_wrap(again.words(), font, color);
    let size = galley.size() + vec2(24.0, 3.0);
    let area = Rect::from_min_size(from - vec2(0.0, size.y * 0.5), size);
    painter.rect(
        area,
        size.y * 0.5,
        color.gamma_multiply(0.1),
        Stroke::new(1.0, color.gamma_multiply(0.45)),
        StrokeKind::Inside,
    );
    let middle = area.left_center() + vec2(10.0, 0.0);
    match dot_look(again.how) {
        DotLook::Duplicate => {
            painter.circle_stroke(middle, 3.2, Stroke::new(1.4, color));
        }
        DotLook::Retry => {
            painter.circle_stroke(middle, 3.6, Stroke::new(1.2, color));
            painter.circle_filled(middle, 1.5, color);
        }
        _ => {
            painter.circle_stroke(middle, 4.2, Stroke::new(1.0, color));
            painter.circle_filled(middle, 2.5, color);
        }
    }
    painter.galley(area.left_center() + vec2(18.0, -galley.size().y * 0.5), galley, color);
    area
}

/// The mark as a label of its own, with its sentence under it.
pub(super) fn label(ui: &mut Ui, theme: &Theme, again: Again) {
    let (row, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, again.words()));
    paint(ui.painter(), theme, row.left_center(), again);
    ui.add(egui::Label::new(theme.secondary(again.sentence())).wrap());
}
