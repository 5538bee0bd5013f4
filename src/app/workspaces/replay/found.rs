//! A board made of a log alone, offered where there is no board to show the log on.

use egui::{Align, Context, Layout, Ui, UiBuilder, vec2};

use super::ReplayWorkspace;
use crate::app::canvas::Tone;
use crate::app::context::{Command, Cx, sentence};
use crate::app::theme::Theme;
use crate::replay::discovery::discover;
use crate::view::Action;

/// The room the offer takes, in points.
const OFFER: egui::Vec2 = vec2(380.0, 116.0);

impl ReplayWorkspace {
    /// Begins to look for the board that the log implies.
    pub(super) fn discover(&mut self, ctx: &Context) {
        let Some(open) = &self.open else { return };
        let log = open.log.clone();
        self.discovering.start(ctx, move || discover(&log));
    }

    /// Opens the board once it is found.
    pub(super) fn take_discovered(&mut self, cx: &mut Cx<'_>) {
        let Some(found) = self.discovering.take() else { return };
        // The board's description tells all of it.
        match found.notes.as_slice() {
            [] => {}
            [note] => cx.say(Tone::Note, sentence(note)),
            [note, ..] => cx.say(Tone::Note, format!("{}. More in the board's description", sentence(note))),
        }
        cx.send(Command::OpenBoard(Box::new(found.board)));
        cx.send(Command::SwitchTo("Board"));
    }

    pub(super) fn discovery_under_way(&self, ui: &mut Ui, theme: &Theme) {
        if self.discovering.is_under_way() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(theme.secondary("Looking for services, messages and reactions…"));
            });
        }
    }

    /// What can be done where the board is empty: there is nothing to see the log on.
    pub(super) fn offer_board(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(open) = self.open.as_ref().filter(|_| cx.document.board().stickies.is_empty()) else {
            return;
        };
        let whole = open.log.is_complete() && !open.log.is_empty();
        let view = crate::app::canvas::rect(self.picture.viewport(&self.canvas));
        let place = egui::Rect::from_center_size(view.center(), OFFER.min(view.size()));
        let (mut found, mut another) = (false, false);
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Center)), |ui| {
            ui.label(theme.title("No board to see it on"));
            ui.add_space(4.0);
            ui.label(
                theme.secondary("Open the board this log belongs to, or make one of what happened in it."),
            );
            ui.add_space(10.0);
            if self.discovering.is_under_way() {
                self.discovery_under_way(ui, theme);
                return;
            }
            let strong = egui::RichText::new("Make a board of this log")
                .font(Theme::strong(theme.sizes.body))
                .color(theme.on_accent);
            found = ui.add_enabled(whole, egui::Button::new(strong).fill(theme.accent)).clicked();
            another = ui.button("Open board…").clicked();
        });
        if found {
            self.discover(ui.ctx());
        }
        if another {
            cx.send(Command::Run(Action::Open));
        }
    }
}
