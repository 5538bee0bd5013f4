//! Where the log departs from the board: each departure with a click to the moment it happened first, and worst.

use egui::{Align2, Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::ReplayWorkspace;
use crate::app::context::Cx;
use crate::app::icons;
use crate::app::panels::drawer::severity_look;
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::replay::conformance::Finding;
use crate::view::Item;

/// The height of a row in points.
const ROW: f32 = 28.0;
/// Where the sentence begins.
const SENTENCE: f32 = 258.0;
/// The room of the two moments at the right end.
const MOMENTS: f32 = 210.0;

impl ReplayWorkspace {
    pub(super) fn findings(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        ui.add_space(2.0);
        let asked = if open.is_checking() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(theme.secondary("Checking the log against the board…"));
            });
            false
        } else if !open.log.is_complete() {
            ui.label(theme.secondary("The log is checked against the board as soon as it is read."));
            false
        } else if open.findings.is_none() || open.findings_are_old(cx) {
            ui.horizontal(|ui| {
                let text = if open.findings.is_none() {
                    "This is a long log: checking it reads every payload."
                } else {
                    "The board has changed since."
                };
                ui.label(theme.secondary(text));
                ui.button("Check the log against the board").clicked()
            })
            .inner
        } else {
            false
        };
        if asked {
            open.check(ui.ctx(), cx);
        }
        let Some(findings) = open.findings.clone() else { return };
        if findings.is_empty() && !open.is_checking() {
            ui.label(theme.secondary("The log conforms to the board."));
        }
        let mut went: Option<(usize, Vec<Item>)> = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        egui::ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, findings.len(), |ui, range| {
            for finding in &findings[range] {
                if let Some(row) = finding_row(ui, theme, finding) {
                    went = Some((row, cx.items_at(&finding.places)));
                }
            }
        });
        if let Some((row, items)) = went {
            self.choose(row);
            self.reveal(ui.ctx(), &items, cx);
            *cx.selection = items.into_iter().collect();
        }
    }
}

/// One finding; the event that was clicked.
fn finding_row(ui: &mut Ui, theme: &Theme, finding: &Finding) -> Option<usize> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let check = finding.check;
    response.widget_info(|| {
        WidgetInfo::labeled(WidgetType::Button, true, format!("{}: {}", check.title, finding.message))
    });
    let painter = ui.painter_at(rect);
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 4.0, theme.hover);
    }
    let (icon, color) = severity_look(theme, check.severity);
    let middle = rect.left_center() + vec2(4.0, 0.0);
    painter.text(middle, Align2::LEFT_CENTER, icons::glyph(icon), Theme::icon(14.0), color);
    let text = |x: f32, right: f32, words: &str, font, color| {
        let area = Rect::from_min_max(pos2(rect.left() + x, rect.top()), pos2(right, rect.bottom()));
        widgets::cut_line(&painter, area, words, font, color);
    };
    let size = theme.sizes.body;
    text(26.0, rect.left() + SENTENCE - 8.0, check.title, Theme::strong(size), theme.text);
    let plain = finding.message.replace('`', "");
    text(SENTENCE, rect.right() - MOMENTS - 8.0, &plain, Theme::plain(size), theme.secondary);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.line());
    let mut went = response.clicked().then_some(finding.first.row);
    response.on_hover_ui(|ui| {
        ui.set_max_width(460.0);
        ui.label(&plain);
        ui.label(theme.secondary(check.why));
    });
    let right = Rect::from_min_max(pos2(rect.right() - MOMENTS, rect.top()), rect.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(right), |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            for (name, moment) in [("Worst", finding.worst), ("First", finding.first)] {
                if name == "Worst" && finding.worst.row == finding.first.row {
                    continue;
                }
                let heard = format!("{name} at {}, line {}", super::spoken_time(moment.time), moment.line);
                let chip = widgets::chip(ui, theme, &format!("{name}, line {}", moment.line), false);
                ui.ctx().accesskit_node_builder(chip.id, |node| node.set_value(heard.clone()));
                if chip.on_hover_text(heard).clicked() {
                    went = Some(moment.row);
                }
            }
        });
    });
    went
}
