//! The pattern tester: an event tried on a filter, with a verdict and a reason for every condition.

use egui::{Id, RichText, Ui};

use super::filter::line;
use crate::app::theme::Theme;
use crate::app::widgets::{chip, section};
use crate::app::{icons, widgets};
use crate::pattern::{Explanation, Verdict};
use crate::view::filter::{Heard, Trial, samples};

/// Shows the tester and changes the event in place.
pub(super) fn show(
    ui: &mut Ui,
    theme: &Theme,
    id: Id,
    event: &mut String,
    pattern: &str,
    heard: &[Heard],
    trial: Option<&Trial>,
) {
    section(ui, theme, "Try an event");
    let chips: Vec<String> = titles(heard);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for title in chips.iter().map(String::as_str).chain(["One that matches"]) {
            if chip(ui, theme, title, false).clicked() {
                let found = samples(heard, pattern).into_iter().find(|(name, _)| name == title);
                *event = found.map(|(_, text)| text).unwrap_or_default();
            }
        }
        if !event.is_empty() && chip(ui, theme, "Clear", false).clicked() {
            event.clear();
        }
    });
    let edit = egui::TextEdit::multiline(event)
        .id(id.with("event"))
        .font(egui::TextStyle::Monospace)
        .hint_text(RichText::new("Paste an event or a payload as JSON").size(theme.sizes.secondary))
        .desired_rows(3)
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(7, 6));
    let response = ui.add(edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Event to try"));
    match trial {
        None | Some(Trial::Nothing) => {}
        Some(Trial::Unreadable(problem)) => line(ui, "error", theme.error, theme, problem),
        Some(Trial::Judged(explanation)) => judged(ui, theme, explanation),
    }
}

/// The names of the events there are to try, without making them.
fn titles(heard: &[Heard]) -> Vec<String> {
    samples(heard, "").into_iter().map(|(title, _)| title).collect()
}

fn judged(ui: &mut Ui, theme: &Theme, explanation: &Explanation) {
    let (icon, color, text) = match explanation.matched {
        true => ("check", theme.fine, "The event passes"),
        false => ("close", theme.error, "The event does not pass"),
    };
    ui.add_space(theme.spacing);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(icons::text(icon, 15.0).color(color));
        ui.label(RichText::new(text).font(Theme::strong(theme.sizes.body)).color(theme.text));
    });
    if let Some(note) = &explanation.note {
        ui.add(egui::Label::new(theme.secondary(crate::app::context::sentence(note))).wrap());
    }
    let mut path = None;
    for verdict in &explanation.verdicts {
        if path != Some(&verdict.path) {
            widgets::hairline(ui, theme);
            ui.label(
                RichText::new(&verdict.path)
                    .font(egui::FontId::monospace(theme.sizes.secondary))
                    .color(if verdict.field_met { theme.text } else { theme.error }),
            );
            path = Some(&verdict.path);
        }
        leaf(ui, theme, verdict);
    }
}

/// One condition, met or not, and why.
fn leaf(ui: &mut Ui, theme: &Theme, verdict: &Verdict) {
    let (icon, color, word) = match verdict.met {
        true => ("check", theme.fine, "Met"),
        // An alternative that is not needed is no fault.
        false if verdict.field_met => ("minus", theme.secondary, "Not met, nor needed"),
        false => ("close", theme.error, "Not met"),
    };
    let row = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add_space(8.0);
        ui.label(icons::text(icon, 12.0).color(color));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let font = egui::FontId::monospace(theme.sizes.secondary);
            ui.add(egui::Label::new(RichText::new(&verdict.condition).font(font).color(theme.text)).wrap());
            ui.add(egui::Label::new(theme.secondary(&verdict.reason).size(theme.sizes.small)).wrap());
        });
    });
    let spoken = format!("{word}: {} {}", verdict.path, verdict.condition);
    let response = row.response;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, &spoken));
}
