//! Beside the replayed log: the event at the playhead, the types it holds, and how it was read.

use egui::{RichText, Ui};

use super::ReplayWorkspace;
use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::widgets::{self, spoken_number};

/// Types listed.
const TYPES_MAX: usize = 400;

/// What the side shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Side {
    /// The event at the playhead.
    #[default]
    Event,
    /// The types of the log.
    Types,
    /// The file and its fields.
    Log,
}

impl ReplayWorkspace {
    pub(super) fn sidebar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        self.head(ui, theme);
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            for (side, name) in [(Side::Event, "Event"), (Side::Types, "Types"), (Side::Log, "Log")] {
                if widgets::tab(ui, theme, name, self.side == side).clicked() {
                    self.side = side;
                }
            }
        });
        widgets::hairline(ui, theme);
        egui::ScrollArea::vertical().id_salt(self.side.id()).auto_shrink(false).show(ui, |ui| {
            match self.side {
                Side::Event => self.event(ui, cx),
                Side::Types => self.types(ui, cx),
                Side::Log => self.file(ui, cx),
            }
        });
    }

    /// The log in two lines, and how far the reading has come.
    fn head(&mut self, ui: &mut Ui, theme: &Theme) {
        let Some(open) = &mut self.open else { return };
        let name = open.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        ui.add(egui::Label::new(theme.title(name)).truncate());
        let formats: Vec<&str> = open.log.formats().iter().map(|(reader, _)| reader.label).collect();
        let n_events = spoken_number(open.log.len() as u64);
        let events = if open.log.len() == 1 { "event" } else { "events" };
        ui.add(
            egui::Label::new(theme.secondary(format!("{n_events} {events} · {}", formats.join(", "))))
                .truncate(),
        );
        if let Some(loading) = &open.loading {
            let progress = loading.progress();
            let share = progress.bytes as f32 / progress.total_bytes.max(1) as f32;
            ui.horizontal(|ui| {
                let bar = egui::ProgressBar::new(share)
                    .desired_width(ui.available_width() - 64.0)
                    .desired_height(8.0);
                ui.add(bar.fill(theme.accent));
                if ui.small_button("Cancel").on_hover_text("What is read so far stays").clicked() {
                    loading.cancel();
                }
            });
        }
    }

    /// The types of the log with their counts; each can be hidden.
    fn types(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = &mut self.open else { return };
        let mut types: Vec<(u64, u16)> =
            open.log.types().iter().enumerate().map(|(at, symbol)| (symbol.n_events, at as u16)).collect();
        types.sort_unstable_by_key(|(n, number)| (std::cmp::Reverse(*n), *number));
        let unknown = open.tracks.matched().n_unknown();
        ui.add_space(4.0);
        if unknown > 0 {
            let text = format!("{unknown} of {} types are not on the board", types.len());
            ui.label(RichText::new(text).color(theme.warning));
        }
        let mut all = None;
        ui.horizontal(|ui| {
            for (name, shown) in [("Show all types", true), ("Hide all types", false)] {
                if widgets::chip(ui, theme, name, false).clicked() {
                    all = Some(shown);
                }
            }
        });
        if let Some(shown) = all {
            types.iter().for_each(|(_, number)| open.filter.set_type(*number, shown));
            open.filter_changed();
        }
        ui.add_space(4.0);
        let more = types.len().saturating_sub(TYPES_MAX);
        for (count, number) in types.into_iter().take(TYPES_MAX) {
            let name = open.log.types().title(number);
            let known = open.tracks.matched().message(number).is_some();
            let color = open.chart.color(theme, number);
            ui.horizontal(|ui| {
                let (swatch, _) = ui.allocate_exact_size(egui::vec2(8.0, 16.0), egui::Sense::hover());
                ui.painter().circle_filled(swatch.center(), 4.0, color);
                let mut shown = open.filter.shows_type(number);
                let ink = if known { theme.text } else { theme.warning };
                let width = (ui.available_width() - 74.0).max(40.0);
                let response = ui
                    .scope(|ui| {
                        ui.set_max_width(width);
                        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
                        ui.checkbox(&mut shown, RichText::new(&name).color(ink))
                    })
                    .inner;
                if response.changed() {
                    open.filter.set_type(number, shown);
                    open.filter_changed();
                }
                response.on_hover_text(if known {
                    name
                } else {
                    format!("{name}\nNo message of this name is on the board")
                });
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let text = spoken_number(count);
                    ui.label(
                        RichText::new(text).font(Theme::plain(theme.sizes.secondary)).color(theme.secondary),
                    );
                });
            });
        }
        if more > 0 {
            ui.label(theme.secondary(format!("and {more} rarer ones")));
        }
    }
}

impl Side {
    /// Each side scrolls by itself.
    const fn id(self) -> &'static str {
        match self {
            Self::Event => "replay-event",
            Self::Types => "replay-types",
            Self::Log => "replay-log",
        }
    }
}
