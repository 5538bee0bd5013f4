//! The pattern tester: an event tried on a filter, with a verdict and a reason for every condition.

use egui::{Id, RichText, Ui};

use super::filter::line;
use crate::app::theme::Theme;
use crate::app::widgets::{chip, section, spoken_number};
use crate::app::{code, icons, widgets};
use crate::pattern::{Explanation, Verdict};
use crate::replay::index::Log;
use crate::view::filter::{FromLog, Heard, Trial, from_log, samples};

/// What there is to try a filter on, and what came of it.
pub(super) struct Tester<'a> {
    pub(super) id: Id,
    pub(super) pattern: &'a str,
    pub(super) heard: &'a [Heard],
    /// The names of the board's own events to try.
    pub(super) titles: &'a [String],
    /// The log that is open in Replay, and the event at its playhead.
    pub(super) log: Option<&'a (Log, usize)>,
    pub(super) trial: Option<&'a Trial>,
}

/// Rows of an event that show at once; the verdicts stay in sight below them.
const ROWS: u8 = 14;
/// Bytes of an event up to which it is shown in colours.
const COLOURED: usize = 20_000;

impl Tester<'_> {
    /// Shows the tester and changes the event in place; `row` is the event of the log it was taken from.
    pub(super) fn show(&self, ui: &mut Ui, theme: &Theme, event: &mut String, row: &mut Option<usize>) {
        section(ui, theme, "Try an event");
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for title in self.titles.iter().map(String::as_str).chain(["One that matches"]) {
                if chip(ui, theme, title, false).clicked() {
                    // The names are at hand, the events are made when one is asked for.
                    let found = samples(self.heard, self.pattern).into_iter().find(|(name, _)| name == title);
                    *event = found.map(|(_, text)| text).unwrap_or_default();
                    *row = None;
                }
            }
            if let Some((log, playhead)) = self.log {
                self.logged(ui, theme, (log, *playhead), event, row);
            }
            if !event.is_empty() && chip(ui, theme, "Clear", false).clicked() {
                event.clear();
                *row = None;
            }
        });
        if let (Some(row), Some((log, _))) = (*row, self.log) {
            let of = spoken_number(log.len() as u64);
            ui.label(theme.secondary(format!("Event {} of {of} in the log", spoken_number(row as u64 + 1))));
        }
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            // Colouring a text takes its time every frame.
            let mut job = match text.as_str() {
                long if long.len() > COLOURED => code::plain(long, theme),
                text => code::json(text, theme),
            };
            job.wrap.max_width = width;
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let rows = f32::from(ROWS) * ui.text_style_height(&egui::TextStyle::Monospace);
        let edit = egui::TextEdit::multiline(event)
            .id(self.id.with("event"))
            .font(egui::TextStyle::Monospace)
            .layouter(&mut layouter)
            .hint_text(RichText::new("Paste an event or a payload as JSON").size(theme.sizes.secondary))
            .desired_rows(3)
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(7, 6));
        let scrolled = egui::ScrollArea::vertical()
            .id_salt(self.id.with("scrolled"))
            .max_height(rows)
            .min_scrolled_height(rows);
        let response = scrolled.show(ui, |ui| ui.add(edit)).inner;
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Event to try"));
        if response.changed() {
            *row = None;
        }
        match self.trial {
            None | Some(Trial::Nothing) => {}
            Some(Trial::Unreadable(problem)) => line(ui, "error", theme.error, theme, problem),
            Some(Trial::Judged(explanation)) => judged(ui, theme, explanation),
        }
    }

    /// Events of the open log: the one at the playhead or the next that this link hears, then those around it.
    fn logged(
        &self,
        ui: &mut Ui,
        theme: &Theme,
        (log, playhead): (&Log, usize),
        event: &mut String,
        row: &mut Option<usize>,
    ) {
        let at = *row;
        let mut take = |found: Option<FromLog>| {
            if let Some(found) = found {
                (*event, *row) = (found.text, Some(found.row));
            }
        };
        match at {
            None => {
                if chip(ui, theme, "From the log", false).clicked() {
                    let onward = from_log(log, self.heard, playhead, true);
                    take(onward.or_else(|| from_log(log, self.heard, playhead, false)));
                }
            }
            Some(at) => {
                if chip(ui, theme, "Earlier in the log", false).clicked() {
                    take(from_log(log, self.heard, at, false));
                }
                if chip(ui, theme, "Later in the log", false).clicked() {
                    take(from_log(log, self.heard, at + 1, true));
                }
            }
        }
    }
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
