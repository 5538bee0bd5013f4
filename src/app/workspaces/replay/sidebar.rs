//! Beside the replayed log: what it holds, the event at the playhead, and its story.

use egui::{RichText, Ui};

use super::ReplayWorkspace;
use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::replay::player::{StepTo, story};

/// Steps of a story shown.
const STORY_MAX: usize = 60;

impl ReplayWorkspace {
    pub(super) fn sidebar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        let name = open.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        ui.label(theme.title(name));
        let formats: Vec<&str> = open.log.formats().iter().map(|(reader, _)| reader.name).collect();
        let bad = open.log.n_bad_lines();
        ui.label(theme.secondary(format!("{} events · {}", open.log.len(), formats.join(", "))));
        if bad > 0 {
            let first = open
                .log
                .bad_lines()
                .first()
                .map_or_else(String::new, |line| format!(": line {}, {}", line.line, line.reason));
            ui.label(RichText::new(format!("{bad} lines were skipped{first}")).color(theme.warning));
        }
        if ui.button("Open another…").clicked() {
            self.pick(ui.ctx());
        }
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            self.current(ui, cx);
            self.types(ui, cx);
        });
    }

    /// The event at the playhead, and the process it belongs to.
    fn current(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let topology = cx.topology();
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        let Some(row) = open.player.current(&open.log) else { return };
        let Some(event) = open.log.event(row) else { return };
        widgets::section(ui, theme, "At the playhead");
        ui.label(RichText::new(event.name()).font(Theme::strong(theme.sizes.body)).color(theme.text));
        ui.label(theme.secondary(format!("{} · {}", event.source(), super::spoken_time(event.time()))));
        if event.is_late() {
            ui.label(RichText::new("It stands later in the file than events after it").color(theme.warning));
        }
        let payload = String::from_utf8_lossy(&event.payload()).into_owned();
        let pretty =
            serde_json::from_str::<serde_json::Value>(&payload).map_or(payload, |value| format!("{value:#}"));
        egui::CollapsingHeader::new(theme.secondary("Payload")).id_salt("payload").show(ui, |ui| {
            ui.add(egui::Label::new(RichText::new(pretty).monospace().size(theme.sizes.small)).wrap());
        });
        let mut step = None;
        ui.horizontal_wrapped(|ui| {
            for (name, to) in [
                ("Previous", StepTo::Previous),
                ("Next of type", StepTo::NextOfType),
                ("Next of process", StepTo::NextOfCorrelation),
                ("Cause", StepTo::Cause),
            ] {
                if ui.small_button(name).clicked() {
                    step = Some(to);
                }
            }
        });
        widgets::section(ui, theme, "Its process");
        let steps = story(&open.log, &topology, &open.tracks, row, STORY_MAX);
        let start = steps.first().map_or(0, |step| step.time);
        let mut go = None;
        for told in &steps {
            let to = if told.to.is_empty() { String::new() } else { format!(" → {}", told.to.join(", ")) };
            let text = format!(
                "{:>8.3} s  {}{}",
                (told.time - start) as f64 / 1e9,
                "  ".repeat(told.depth.min(6)),
                told.name
            );
            let here = told.row == row;
            let color = if here { theme.accent } else { theme.text };
            let label = RichText::new(text).size(theme.sizes.secondary).color(color);
            if ui
                .add(egui::Button::selectable(here, label).frame(false))
                .on_hover_text(format!("{}{to}", told.from))
                .clicked()
            {
                go = Some(told.row);
            }
        }
        if let Some(to) = step {
            open.player.playing = false;
            open.player.step(&open.log, to);
        }
        if let Some(row) = go {
            open.player.playing = false;
            open.player.go_to(&open.log, row);
        }
    }

    /// The types of the log with their counts; each can be hidden.
    fn types(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        widgets::section(ui, theme, "Types");
        let search = egui::TextEdit::singleline(&mut self.search)
            .hint_text("Find in events")
            .desired_width(f32::INFINITY);
        let response = ui.add(search);
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Find in events"));
        let Some(open) = &mut self.open else { return };
        if response.changed() {
            open.filter.set_text(&self.search);
        }
        let counts = open.log.counts_by_type(0..open.log.len());
        let mut types: Vec<(u16, String, u64)> = open
            .log
            .types()
            .iter()
            .zip(&counts)
            .enumerate()
            .map(|(at, (symbol, count))| (at as u16, symbol.text.to_string(), *count))
            .collect();
        types.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
        for (number, name, count) in types.into_iter().take(200) {
            let known = open.tracks.matched().message(number).is_some();
            ui.horizontal(|ui| {
                let mut shown = open.filter.shows_type(number);
                let color = if known { theme.text } else { theme.warning };
                let response = ui.checkbox(&mut shown, RichText::new(&name).color(color));
                if response.changed() {
                    open.filter.set_type(number, shown);
                }
                if !known {
                    response.on_hover_text("No message of this name is on the board");
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.label(theme.secondary(count.to_string()))
                });
            });
        }
    }
}
