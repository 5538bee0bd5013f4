//! The drawer at the bottom: advice on the board. Each finding says why and what to do; a click goes there.

mod detail;
mod matrix;

pub(in crate::app) use detail::Opened;
use egui::{Align2, Color32, Frame, Margin, Panel, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};

use crate::advice::{self, Finding, Severity};
use crate::app::context::{Command, Cx};
use crate::app::theme::Theme;
use crate::app::{icons, widgets};

/// The height of a row in points.
const ROW: f32 = 31.0;
/// Where the sentence begins.
const SENTENCE: f32 = 226.0;

/// The icon and colour of a severity.
pub(in crate::app) fn severity_look(theme: &Theme, severity: Severity) -> (&'static str, Color32) {
    match severity {
        Severity::Error => ("error", theme.error),
        Severity::Warning => ("warning", theme.warning),
        Severity::Note => ("info", theme.accent),
    }
}

/// Shows the drawer, unless there is nothing to say.
pub(in crate::app) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let findings = cx.findings(ui.ctx());
    if findings.is_empty() {
        cx.options.finding = None;
        return;
    }
    let theme = cx.theme;
    let frame =
        Frame::new().fill(theme.chrome).inner_margin(Margin { left: 16, right: 16, top: 8, bottom: 0 });
    // What is looked at is taken out while it is drawn, and put back unless it is gone or closed.
    let opened = cx.options.finding.take();
    let mut opened = opened.filter(|opened| findings.iter().any(|finding| opened.is(finding)));
    let panel = if opened.is_some() {
        let room = ui.ctx().content_rect().height();
        Panel::bottom("drawer in full").default_size(room * 0.48).size_range(180.0..=room * 0.8)
    } else {
        let rows = f32::from(u16::try_from(findings.len().min(3)).unwrap_or(3));
        Panel::bottom("drawer").default_size(34.0 + rows * ROW).size_range(64.0..=460.0)
    };
    panel.resizable(true).frame(frame).show(ui, |ui| {
        header(ui, cx, &findings);
        widgets::hairline(ui, theme);
        let Some(full) = &mut opened else {
            list(ui, cx, &findings, None);
            return;
        };
        let all = ui.available_rect_before_wrap();
        let edge = all.left() + (all.width() * 0.3).clamp(230.0, 460.0);
        let (left, right) = all.split_left_right_at_x(edge);
        ui.painter().vline(edge, all.y_range(), theme.line());
        ui.scope_builder(egui::UiBuilder::new().max_rect(left.with_max_x(edge - 8.0)), |ui| {
            list(ui, cx, &findings, Some(full));
        });
        let mut open = true;
        ui.scope_builder(egui::UiBuilder::new().max_rect(right.with_min_x(edge + 16.0)), |ui| {
            if let Some(finding) = findings.iter().find(|finding| full.is(finding)) {
                open = detail::show(ui, cx, finding, full);
            }
        });
        ui.advance_cursor_after_rect(all);
        if !open {
            opened = None;
        }
    });
    // A row that was clicked has put its own finding there.
    if cx.options.finding.is_none() {
        cx.options.finding = opened;
    }
}

fn header(ui: &mut Ui, cx: &mut Cx<'_>, findings: &[Finding]) {
    let theme = cx.theme;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Advice").font(Theme::strong(theme.sizes.body)));
        ui.label(theme.secondary(counts(findings)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = egui::Button::new(icons::text("down", 14.0)).frame_when_inactive(false);
            let response = ui.add(close).on_hover_text("Hide the advice   Ctrl+J");
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Hide the advice"));
            if response.clicked() {
                cx.options.drawer = false;
            }
        });
    });
}

/// The findings, a row each.
fn list(ui: &mut Ui, cx: &mut Cx<'_>, findings: &[Finding], opened: Option<&Opened>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let scroll = ScrollArea::vertical().id_salt("findings").auto_shrink(false);
    scroll.show_rows(ui, ROW, findings.len(), |ui, range| {
        for finding in &findings[range] {
            row(ui, cx, finding, opened);
        }
    });
}

fn counts(findings: &[Finding]) -> String {
    let named = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let parts = named.iter().filter_map(|(severity, name)| {
        let n = findings.iter().filter(|finding| finding.severity == *severity).count();
        (n > 0).then(|| format!("{n} {name}{}", if n == 1 { "" } else { "s" }))
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, finding: &Finding, opened: Option<&Opened>) {
    let theme = cx.theme;
    let selected = opened.is_some_and(|opened| opened.is(finding));
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::selected(
            egui::WidgetType::Button,
            true,
            selected,
            format!("{}: {}", finding.title, finding.message),
        )
    });
    let painter = ui.painter_at(rect);
    if selected {
        painter.rect_filled(rect, 4.0, theme.selection);
    } else if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 4.0, theme.hover);
    }
    let (icon, color) = severity_look(theme, finding.severity);
    let middle = rect.left_center();
    painter.text(middle + vec2(1.0, 0.0), Align2::LEFT_CENTER, icons::glyph(icon), Theme::icon(14.0), color);
    let text = |x: f32, right: f32, words: &str, font, color| {
        let area = Rect::from_min_max(pos2(rect.left() + x, rect.top()), pos2(right, rect.bottom()));
        widgets::cut_line(&painter, area, words, font, color)
    };
    let size = theme.sizes.body;
    let strong = Theme::strong(size);
    // Beside what is looked at in full the list is narrow: sentences follow their titles, and the cure stands over there.
    let (room, beside) = if opened.is_some() { (rect.width(), true) } else { (SENTENCE - 8.0, false) };
    let width = text(26.0, rect.left() + room, finding.title, strong, theme.text);
    let sentence = if beside { 26.0 + width + 10.0 } else { SENTENCE };
    let cure = finding.fix.as_ref().filter(|_| opened.is_none());
    let right = cure.map_or(rect.right(), |label| fix_button(ui, cx, finding, label, rect));
    text(sentence, right - 12.0, &finding.message, Theme::plain(size), theme.secondary);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.line());
    let response = response.on_hover_ui(|ui| {
        ui.set_max_width(460.0);
        ui.label(&finding.message);
        ui.label(RichText::new(&finding.cure).color(theme.accent));
        if let Ok(rule) = advice::rule(finding.rule) {
            ui.label(theme.secondary(rule.why));
        }
    });
    if response.clicked() {
        let items = cx.items_of(finding);
        cx.send(Command::Show(items));
        cx.options.finding = Some(Opened::new(finding));
    }
}

/// The cure, one click away; answers where its words begin.
fn fix_button(ui: &Ui, cx: &mut Cx<'_>, finding: &Finding, label: &str, row: Rect) -> f32 {
    let theme = cx.theme;
    let galley = ui.painter().layout_no_wrap(label.to_owned(), Theme::strong(theme.sizes.body), theme.accent);
    let place = Rect::from_min_max(pos2(row.right() - galley.size().x - 8.0, row.top()), row.right_bottom());
    let id = ui.id().with(("fix", finding.rule, &finding.places));
    let response = ui.interact(place, id, Sense::click()).on_hover_cursor(egui::CursorIcon::PointingHand);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, label));
    if response.hovered() {
        ui.painter().rect_filled(place.shrink2(vec2(0.0, 4.0)), 4.0, theme.selection);
    }
    ui.painter().galley(
        pos2(place.left() + 4.0, place.center().y - galley.size().y * 0.5),
        galley,
        theme.accent,
    );
    if response.clicked() {
        let topology = cx.topology();
        let context = advice::Context::new(cx.document.board(), &topology).on(crate::io::today());
        let edit = advice::fix(&context, finding);
        if let Some(edit) = edit {
            cx.commit(edit);
        }
    }
    place.left()
}
