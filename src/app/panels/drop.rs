//! What shows while a file is dragged over the window: that it may be let go here.

use egui::{Align2, Context, Id, LayerId, Order, Stroke, StrokeKind, vec2};

use crate::app::icons;
use crate::app::theme::Theme;

/// Shows it while a file is over the window.
pub(in crate::app) fn show(ctx: &Context, theme: &Theme) {
    let hovered = ctx.input(|input| input.raw.hovered_files.len());
    if hovered == 0 {
        return;
    }
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::new("drop")));
    let window = ctx.content_rect();
    painter.rect_filled(window, 0.0, theme.canvas.gamma_multiply(0.82));
    let edge = Stroke::new(2.0, theme.accent);
    painter.rect_stroke(window.shrink(14.0), 10.0, edge, StrokeKind::Inside);
    let middle = window.center();
    painter.text(
        middle - vec2(0.0, 34.0),
        Align2::CENTER_CENTER,
        icons::glyph("folder"),
        Theme::icon(40.0),
        theme.accent,
    );
    let title = if hovered == 1 { "Drop to open" } else { "Drop to open them" };
    painter.text(middle + vec2(0.0, 8.0), Align2::CENTER_CENTER, title, Theme::strong(20.0), theme.text);
    let what = "A board, contracts, a captured log, or a board of another tool";
    let font = Theme::plain(theme.sizes.body);
    painter.text(middle + vec2(0.0, 34.0), Align2::CENTER_CENTER, what, font, theme.secondary);
}
