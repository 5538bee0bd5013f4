//! The one question the app insists on: whether unsaved changes may go.

use egui::{RichText, Ui};

use crate::app::App;
use crate::app::context::Command;
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::view::Action;

/// What was asked for and would lose unsaved changes.
#[derive(Clone, Debug)]
pub(in crate::app) enum Loss {
    /// The window is to be closed.
    Close,
    /// Another board is to be opened.
    Command(Box<Command>),
}

/// The question while it is open.
#[derive(Default)]
pub(in crate::app) struct Question {
    /// What waits for the answer.
    pub(in crate::app) waiting: Option<Loss>,
    /// The answer was to save first: go on once that is done.
    pub(in crate::app) saving: bool,
    /// The window may close now.
    pub(in crate::app) may_close: bool,
}

impl App {
    /// Asks, while something waits for the answer.
    pub(in crate::app) fn show_question(&mut self, ui: &Ui) {
        if self.question.waiting.is_none() || self.question.saving {
            return;
        }
        let name = self.document.path().and_then(std::path::Path::file_name);
        let name = name.map_or_else(
            || self.document.board().title().to_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        let mut answer = None;
        let modal = widgets::question(ui.ctx(), "loss", 360.0, |ui| {
            ui.label(self.theme.title(format!("Save the changes to {name}?")));
            ui.add_space(4.0);
            ui.label(self.theme.secondary("They are lost if you do not."));
            ui.add_space(12.0);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let save = RichText::new("Save")
                    .font(Theme::strong(self.theme.sizes.body))
                    .color(self.theme.on_accent);
                let first = ui.add(egui::Button::new(save).fill(self.theme.accent));
                if ui.memory(|memory| memory.focused().is_none()) {
                    first.request_focus();
                }
                if first.clicked() {
                    answer = Some(Some(true));
                }
                if ui.button("Do not save").clicked() {
                    answer = Some(Some(false));
                }
                if ui.button("Cancel").clicked() {
                    answer = Some(None);
                }
            });
        });
        if modal.should_close() {
            answer = Some(None);
        }
        match answer {
            Some(Some(true)) => {
                self.question.saving = true;
                self.commands.push(Command::Run(Action::Save));
            }
            Some(Some(false)) => self.go_on_with_loss(ui.ctx()),
            Some(None) => self.question.waiting = None,
            None => {}
        }
    }

    /// Does what waited for the answer.
    pub(in crate::app) fn go_on_with_loss(&mut self, ctx: &egui::Context) {
        self.question.saving = false;
        match self.question.waiting.take() {
            Some(Loss::Close) => {
                self.question.may_close = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            Some(Loss::Command(command)) => self.carry_out(ctx, *command),
            None => {}
        }
        ctx.request_repaint();
    }

    /// True when a command would lose unsaved changes; it then waits for the answer.
    pub(in crate::app) fn would_lose(&mut self, command: &Command) -> bool {
        let replaces = matches!(
            command,
            Command::Run(Action::New) | Command::Open(_) | Command::OpenBoard(_) | Command::Restore(_)
        );
        let loses = replaces && self.document.is_dirty();
        if loses {
            self.question.waiting = Some(Loss::Command(Box::new(command.clone())));
        }
        loses
    }
}
