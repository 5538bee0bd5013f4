//! The event at the playhead: what it says, its payload, and what is different in another one of its type.

use egui::text::{LayoutJob, TextFormat};
use egui::{RichText, Ui};

use super::ReplayWorkspace;
use super::open::Open;
use super::picked::Look;
use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::replay::compare::Field;
use crate::replay::player::StepTo;

impl ReplayWorkspace {
    pub(super) fn event(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        let Some(row) = open.player.current(&open.log) else {
            ui.add_space(8.0);
            ui.label(theme.secondary(
                "Nothing has happened yet at the playhead. Play, step, or choose an event below.",
            ));
            return;
        };
        let look = open.picked.look(&open.log, row).clone();
        facts(ui, theme, open, row, &look);
        let steps = [
            ("Previous", ",", None),
            ("Next", ".", None),
            ("Previous of type", "Shift+T", Some(StepTo::PreviousOfType)),
            ("Next of type", "T", Some(StepTo::NextOfType)),
            ("Previous of process", "Shift+P", Some(StepTo::PreviousOfCorrelation)),
            ("Next of process", "P", Some(StepTo::NextOfCorrelation)),
            ("Cause", "C", Some(StepTo::Cause)),
        ];
        let mut asked = None;
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
            for (at, (name, key, _)) in steps.iter().enumerate() {
                if widgets::chip(ui, theme, name, false).on_hover_text(format!("{name}   {key}")).clicked() {
                    asked = Some(at);
                }
            }
        });
        match asked {
            Some(0) => open.step_shown(false),
            Some(1) => open.step_shown(true),
            Some(at) => {
                if let Some(to) = steps[at].2 {
                    self.step(to);
                }
            }
            None => {}
        }
        self.report_buttons(ui, cx);
        self.payload(ui, theme, row, &look);
    }

    /// Steps to another event; when there is none the playhead stays.
    pub(super) fn step(&mut self, to: StepTo) {
        let Some(open) = &mut self.open else { return };
        open.player.playing = false;
        if open.player.step(&open.log, to)
            && let Some(row) = open.player.at_row
        {
            self.choose(row);
        }
    }

    fn payload(&mut self, ui: &mut Ui, theme: &Theme, row: usize, look: &Look) {
        let Some(open) = &mut self.open else { return };
        let Some(event) = open.log.event(row) else { return };
        let number = event.type_number();
        let previous = look.previous;
        let marked = self.compare_with.filter(|marked| {
            *marked != row && open.log.event(*marked).is_some_and(|other| other.type_number() == number)
        });
        widgets::section(ui, theme, "Payload");
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
            let choices = [
                (Against::Nothing, "As it is", true),
                (Against::Previous, "Against previous", previous.is_some()),
                (Against::Marked, "Against marked", marked.is_some()),
            ];
            for (choice, name, possible) in choices {
                if possible && widgets::chip(ui, theme, name, self.against == choice).clicked() {
                    self.against = choice;
                }
            }
            let is_marked = self.compare_with == Some(row);
            let hint = "Payloads of its type are compared with the marked event. Ctrl+click in the table does the same";
            if widgets::chip(ui, theme, if is_marked { "Unmark" } else { "Mark" }, is_marked).on_hover_text(hint).clicked()
            {
                self.compare_with = if is_marked { None } else { Some(row) };
            }
        });
        ui.add_space(4.0);
        let other = match self.against {
            Against::Nothing => None,
            Against::Previous => previous,
            Against::Marked => marked,
        };
        match other {
            Some(other) => {
                let time = open.log.event(other).map_or(0, |event| event.time());
                ui.label(theme.secondary(format!("Against {}", super::spoken_time(time))));
                let fields = open.picked.compare(&open.log, other, row);
                differences(ui, theme, fields);
            }
            None if look.payload.is_empty() => {
                ui.label(theme.secondary("This event carries no payload."));
            }
            None => {
                let job = coloured(theme, &look.payload, look.json.is_some());
                ui.add(egui::Label::new(job).wrap());
            }
        }
    }
}

/// What a payload is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Against {
    /// It is shown as it is.
    #[default]
    Nothing,
    /// The last event of the type before.
    Previous,
    /// The marked event.
    Marked,
}

fn facts(ui: &mut Ui, theme: &Theme, open: &Open, row: usize, look: &Look) {
    let Some(event) = open.log.event(row) else { return };
    ui.add_space(4.0);
    ui.label(RichText::new(event.name()).font(Theme::strong(theme.sizes.title)).color(theme.text));
    if open.tracks.matched().message(event.type_number()).is_none() {
        ui.label(RichText::new("Not on the board: nothing is drawn for it").color(theme.warning));
    }
    if event.is_late() {
        ui.label(RichText::new("It stands later in the file than events after it").color(theme.warning));
    }
    if let Some(again) = open.repeats.of(row) {
        super::again::label(ui, theme, again);
    }
    let mut fact = |name: &str, value: &str| {
        if value.is_empty() {
            return;
        }
        ui.horizontal_top(|ui| {
            ui.allocate_ui_with_layout(
                egui::vec2(84.0, 18.0),
                egui::Layout::left_to_right(egui::Align::Center),
                |ui| {
                    ui.set_min_width(84.0);
                    ui.label(theme.secondary(name));
                },
            );
            ui.add(egui::Label::new(RichText::new(value).color(theme.text)).wrap());
        });
    };
    fact("Time", &super::spoken_time(event.time()));
    fact("Source", &event.source_text());
    fact("Kind", event.kind().map_or("", |kind| kind.word()));
    fact("Id", &look.id);
    fact("Correlation", &look.correlation);
    fact("Cause", &look.causation);
    fact("Line", &look.line.to_string());
}

/// What is different, field by field; what is the same is only counted.
fn differences(ui: &mut Ui, theme: &Theme, fields: &[Field]) {
    let same = fields.iter().filter(|field| field.is_same()).count();
    let plain = |text: &str, color| RichText::new(text).monospace().size(theme.sizes.small).color(color);
    for field in fields.iter().filter(|field| !field.is_same()).take(300) {
        ui.add_space(2.0);
        let name = if field.path.is_empty() { "(the payload)" } else { &field.path };
        ui.label(RichText::new(name).font(Theme::strong(theme.sizes.secondary)).color(theme.text));
        for (value, mark, color) in [(&field.before, "− ", theme.error), (&field.after, "+ ", theme.fine)] {
            if let Some(value) = value {
                ui.add(egui::Label::new(plain(&format!("{mark}{}", cut(value)), color)).wrap());
            }
        }
    }
    let text = match (same, fields.len() - same) {
        (n, 0) => format!("No difference in {n} fields"),
        (n, different) => format!("{different} different, {n} the same"),
    };
    ui.add_space(4.0);
    ui.label(theme.secondary(text));
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(400) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

/// JSON with its names told from its values.
fn coloured(theme: &Theme, text: &str, is_json: bool) -> LayoutJob {
    let font = egui::FontId::monospace(theme.sizes.small);
    let format = |color| TextFormat { font_id: font.clone(), color, ..TextFormat::default() };
    let mut job = LayoutJob::default();
    if !is_json {
        job.append(text, 0.0, format(theme.text));
        return job;
    }
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let name_end = if trimmed.starts_with('"') { trimmed.find("\": ").map(|at| at + 2) } else { None };
        let (name, value) = match name_end {
            Some(end) => line.split_at(line.len() - trimmed.len() + end),
            None => ("", line),
        };
        job.append(name, 0.0, format(theme.secondary));
        job.append(value, 0.0, format(theme.text));
    }
    job
}
