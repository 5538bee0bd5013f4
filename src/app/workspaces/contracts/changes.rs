//! What changes for whom: the board against contracts, or a board, from before; and the request for comments.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use egui::{Frame, Ui};

use super::lines::{WRONG, lines};
use crate::app::canvas::Tone;
use crate::app::context::{Cx, sentence};
use crate::app::later::Later;
use crate::app::pick::{self, Kind, Question};
use crate::board::Board;
use crate::contracts::{Model, compatibility};
use crate::io::sources::{self, Read};
use crate::topology;

/// What is asked for a path, and what becomes of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Before,
    Save,
}

/// What differs, as it is shown and sent.
struct Told {
    breaking: usize,
    contracts: usize,
    /// Who came and went, and what they no longer or newly send and receive.
    topology: usize,
    lines: Vec<(char, String)>,
    rfc: String,
}

/// The changes since a state of before.
#[derive(Default)]
pub(super) struct Changes {
    path: Option<PathBuf>,
    before: Option<Arc<Board>>,
    /// How much of the contracts has no place on a board and is not compared.
    untold: usize,
    reading: Later<Result<Read, String>>,
    telling: Later<(u64, Told)>,
    told: Option<(u64, Told)>,
    picking: Option<(Asked, Receiver<Option<PathBuf>>)>,
}

fn tell(old: &Board, new: &Board) -> Told {
    let (before, after) = (topology::derive(old), topology::derive(new));
    let difference = compatibility::difference(&Model::new(old, &before), &Model::new(new, &after));
    let text = compatibility::text(&difference);
    let mark = |line: &str| {
        if line.starts_with("BREAKING") || line.trim_start().starts_with("breaks") { WRONG } else { ' ' }
    };
    Told {
        breaking: difference.messages.iter().filter(|message| !message.broken.is_empty()).count(),
        contracts: difference.messages.len(),
        topology: difference.topology.len(),
        lines: text.lines().map(|line| (mark(line), line.to_owned())).collect(),
        rfc: compatibility::rfc(&difference, new.title()),
    }
}

impl Changes {
    pub(super) fn bar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let (ctx, near) = (ui.ctx().clone(), cx.document.path().map(Path::to_owned));
        let ask = |kind, title: &str, name: &str| {
            let mut question = Question::new(kind, title).near(near.as_deref());
            name.clone_into(&mut question.name);
            pick::ask(&ctx, question)
        };
        if ui.button("Compare with a folder…").on_hover_text("Contract files, as they were written").clicked()
        {
            self.picking = Some((Asked::Before, ask(Kind::Folder, "Contracts from before", "")));
        }
        if ui.button("Compare with a file…").on_hover_text("A board, or one contract").clicked() {
            self.picking = Some((Asked::Before, ask(Kind::Open, "A board or contract from before", "")));
        }
        ui.add_enabled_ui(self.told.is_some(), |ui| {
            if ui.button("Copy RFC").clicked()
                && let Some((_, told)) = &self.told
            {
                ui.ctx().copy_text(told.rfc.clone());
                cx.say(Tone::Fine, "The request for comments is copied, as Markdown".to_owned());
            }
            if ui.button("Save RFC…").clicked() {
                self.picking =
                    Some((Asked::Save, ask(Kind::Save, "Save the request for comments", "rfc.md")));
            }
        });
        if let Some(path) = &self.path {
            let text = format!("since {}", path.display());
            ui.add(egui::Label::new(cx.theme.secondary(text)).truncate());
        }
        if self.reading.is_under_way() || self.telling.is_under_way() {
            ui.spinner();
        }
    }

    fn refresh(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        if let Some((asked, picked)) =
            self.picking.as_ref().and_then(|(asked, r)| Some((*asked, r.try_recv().ok()?)))
        {
            self.picking = None;
            match (asked, picked) {
                (Asked::Before, Some(path)) => {
                    self.path = Some(path.clone());
                    self.reading.start(ctx, move || {
                        sources::board_or_contracts(&path).map_err(|error| error.to_string())
                    });
                }
                (Asked::Save, Some(path)) => self.save(&path, cx),
                (_, None) => {}
            }
        }
        match self.reading.take() {
            Some(Ok(read)) => {
                self.untold = read.untold.len();
                self.before = Some(Arc::new(read.board));
                self.told = None;
            }
            Some(Err(message)) => {
                self.path = None;
                cx.say(Tone::Error, sentence(&message));
            }
            None => {}
        }
        if let Some(told) = self.telling.take() {
            self.told = Some(told);
        }
        let revision = cx.document.revision();
        let fresh = self.told.as_ref().is_some_and(|(at, _)| *at == revision);
        if let Some(before) = &self.before
            && !fresh
            && !self.telling.is_under_way()
            && !cx.document.in_gesture()
        {
            let (before, board) = (Arc::clone(before), cx.document.shared());
            self.telling.start(ctx, move || (revision, tell(&before, &board)));
        }
    }

    fn save(&self, path: &Path, cx: &mut Cx<'_>) {
        let Some((_, told)) = &self.told else { return };
        match crate::io::write_atomically(path, told.rfc.as_bytes()) {
            Ok(()) => cx.say(Tone::Fine, format!("Wrote {}", path.display())),
            Err(error) => cx.say(Tone::Error, sentence(&error.to_string())),
        }
    }

    pub(super) fn show(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.refresh(ui.ctx(), cx);
        let theme = cx.theme;
        let paper = Frame::new().fill(theme.field).inner_margin(16.0);
        egui::CentralPanel::default().frame(paper).show(ui, |ui| {
            let Some((_, told)) = &self.told else {
                let text = if self.before.is_some() || self.reading.is_under_way() {
                    "Comparing"
                } else {
                    "Compare this board with the contracts as they are in use, and see who has to be asked before it changes."
                };
                ui.label(theme.secondary(text));
                return;
            };
            ui.label(theme.title(match told.contracts {
                0 if told.topology > 0 => "No contract differs, but who tells whom does".to_owned(),
                0 => "No contract differs".to_owned(),
                1 => "1 contract differs".to_owned(),
                n => format!("{n} contracts differ"),
            }));
            if told.contracts > 0 {
                let text = match told.breaking {
                    0 => "Nobody breaks".to_owned(),
                    1 => "1 breaks somebody".to_owned(),
                    n => format!("{n} break somebody"),
                };
                let color = if told.breaking > 0 { theme.error } else { theme.fine };
                ui.label(egui::RichText::new(text).color(color));
            }
            if self.untold > 0 {
                let text = match self.untold {
                    1 => "1 thing of the contracts has no place on a board and is not compared".to_owned(),
                    n => format!("{n} things of the contracts have no place on a board and are not compared"),
                };
                ui.label(theme.secondary(text));
            }
            ui.add_space(10.0);
            if told.contracts + told.topology > 0 {
                lines(ui, theme, "changes", &told.lines);
            }
        });
    }
}
