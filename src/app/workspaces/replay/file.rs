//! How the log was read: its formats, its bad lines, which fields mean what, and its bookmarks.

use egui::{RichText, Ui};

use super::ReplayWorkspace;
use super::open::Open;
use crate::app::canvas::Tone;
use crate::app::context::{Command, Cx};
use crate::app::widgets::{self, spoken_number};
use crate::io::log_memory::Remembered;
use crate::replay::index::SourceState;
use crate::replay::mapping::Mapping;
use crate::replay::time::TimeUnit;
use crate::view::Action;

/// Bad lines listed.
const BAD_MAX: usize = 100;

impl ReplayWorkspace {
    pub(super) fn file(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.readings(ui, cx);
        self.fields(ui, cx);
        self.bookmarks(ui, cx);
        self.bad_lines(ui, cx);
    }

    fn readings(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        ui.add_space(4.0);
        ui.add(egui::Label::new(theme.secondary(open.path.display().to_string())).wrap());
        ui.add_space(4.0);
        let mut figure = |name: &str, value: String| {
            ui.horizontal(|ui| {
                ui.label(theme.secondary(name));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(value));
            });
        };
        for (reader, n) in open.log.formats() {
            figure(reader.label, spoken_number(n));
        }
        for (name, n) in [
            ("Later in the file than in time", open.log.n_late()),
            ("Without a time of their own", open.log.n_untimed()),
            ("Skipped lines", open.log.n_bad_lines()),
        ] {
            if n > 0 {
                figure(name, spoken_number(n));
            }
        }
        let grown = open.log.source_state() != SourceState::Whole;
        ui.add_space(6.0);
        let (mut again, mut another, mut board) = (false, false, false);
        ui.horizontal_wrapped(|ui| {
            another = ui.button("Open another…").clicked();
            let text = if grown { "Read again: the file has changed" } else { "Read again" };
            again = ui.button(text).clicked();
            board = ui
                .add_enabled(open.log.is_complete(), egui::Button::new("Make a board of it"))
                .on_hover_text(
                    "A new board with the services, messages, reactions, schemas and rates found in this log",
                )
                .clicked();
        });
        if board {
            self.discover(ui.ctx());
        }
        self.discovery_under_way(ui, theme);
        if another {
            cx.send(Command::Run(Action::OpenLog));
        }
        if again {
            let mapping = self.open.as_ref().map(|open| open.mapping.clone()).unwrap_or_default();
            self.read_again(ui.ctx(), mapping, cx);
        }
    }

    /// Reads the log once more, with these fields.
    fn read_again(&mut self, ctx: &egui::Context, mapping: Mapping, cx: &mut Cx<'_>) {
        let Some(open) = &self.open else { return };
        let known = Remembered { mapping, bookmarks: open.player.bookmarks().to_vec() };
        match Open::with_mapping(ctx, &open.path, known, cx) {
            Ok(again) => {
                again.remember(cx);
                self.open = Some(again);
                self.forget();
            }
            Err(message) => cx.say(Tone::Error, message),
        }
    }

    fn fields(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        widgets::section(ui, theme, "Fields");
        let hint =
            "Where the format's own answer is not the right one: a dotted path, a column, an attribute.";
        ui.label(theme.secondary(hint));
        let Some(open) = &self.open else { return };
        let mut mapping = open.mapping.clone();
        let mut changed = false;
        for (name, field) in [
            ("Type", &mut mapping.name),
            ("Time", &mut mapping.time),
            ("Source", &mut mapping.source),
            ("Id", &mut mapping.id),
            ("Correlation", &mut mapping.correlation),
            ("Cause", &mut mapping.causation),
        ] {
            let value = field.clone().unwrap_or_default();
            let label = format!("Field of the {}", name.to_lowercase());
            let typed = widgets::row(ui, theme, name, |ui| {
                widgets::text_field(ui, name, &label, &value, "by itself")
            });
            if let Some(typed) = typed {
                *field = Some(typed.trim().to_owned()).filter(|path| !path.is_empty());
                changed = true;
            }
        }
        let units = [
            (TimeUnit::Auto, "by their size"),
            (TimeUnit::Seconds, "seconds"),
            (TimeUnit::Millis, "milliseconds"),
            (TimeUnit::Micros, "microseconds"),
            (TimeUnit::Nanos, "nanoseconds"),
        ];
        if let Some(unit) = widgets::choice_row(ui, theme, "Numbers count", mapping.time_unit, &units) {
            mapping.time_unit = unit;
            changed = true;
        }
        if changed {
            self.read_again(ui.ctx(), mapping, cx);
        }
    }

    fn bookmarks(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        let marks = open.player.bookmarks().to_vec();
        if marks.is_empty() {
            return;
        }
        widgets::section(ui, theme, "Bookmarks");
        let (mut go, mut gone, mut renamed) = (None, None, None);
        for (at, mark) in marks.iter().enumerate() {
            ui.horizontal(|ui| {
                let name = format!("Go to {}", super::spoken_time(mark.time));
                let button = widgets::icon_button(ui, theme, "right", &name, "", false);
                if button.clicked() {
                    go = Some(mark.time);
                }
                if widgets::icon_button(ui, theme, "close", &format!("Forget {}", mark.name), "", false)
                    .clicked()
                {
                    gone = Some(at);
                }
                if let Some(name) = widgets::text_field(ui, at, "Name of the bookmark", &mark.name, "") {
                    renamed = Some((at, name));
                }
            });
        }
        if let Some(time) = go {
            open.player.seek(time);
            open.window.follow(time);
        }
        if let Some((at, name)) = renamed {
            open.player.remove_bookmark(at);
            open.player.add_bookmark(marks[at].time, name);
        } else if let Some(at) = gone {
            open.player.remove_bookmark(at);
        } else {
            return;
        }
        open.remember(cx);
    }

    fn bad_lines(&mut self, ui: &mut Ui, cx: &Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &self.open else { return };
        let bad = open.log.n_bad_lines();
        if bad == 0 {
            return;
        }
        widgets::section(ui, theme, "Skipped lines");
        for line in open.log.bad_lines().iter().take(BAD_MAX) {
            let text = format!("Line {}: {}", line.line, line.reason);
            ui.add(egui::Label::new(RichText::new(text).color(theme.warning)).wrap());
        }
        if bad as usize > BAD_MAX {
            ui.label(theme.secondary(format!("and {} more", spoken_number(bad - BAD_MAX as u64))));
        }
    }
}
