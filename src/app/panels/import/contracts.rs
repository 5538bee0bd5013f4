//! What contracts become before they become a board: what was read, what has no place on one, and where it goes.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, RichText, ScrollArea, Ui};

use crate::app::App;
use crate::app::canvas::Tone;
use crate::app::context::{Command, sentence};
use crate::app::files::Contracts;
use crate::app::later::Later;
use crate::app::theme::Theme;
use crate::board::Board;
use crate::contracts::import::{self, ImportError, Imported, READERS, Source};
use crate::edit::{Edit, diff_boards};

/// Contracts that were read and wait to be taken in.
pub(in crate::app) struct Reading {
    paths: Vec<PathBuf>,
    sources: Arc<Vec<Source>>,
    imported: Imported,
    /// What has no place on a board: each sort of it, and where it is.
    untold: Vec<(String, Vec<String>)>,
    /// The open board brought up to date, with the revision that was.
    updated: Later<Result<Imported, ImportError>>,
    revision: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Open,
    Update,
    Cancel,
}

impl Reading {
    pub(super) fn new(read: Contracts) -> Self {
        let Contracts { paths, sources, imported, skipped } = read;
        let mut untold: Vec<(String, Vec<String>)> = Vec::new();
        // The title says where they come from: what follows is told from there.
        let folders: Vec<String> = paths
            .iter()
            .filter_map(|path| if path.is_dir() { Some(path.as_path()) } else { path.parent() })
            .map(|folder| format!("{}/", folder.display()))
            .collect();
        for remark in &imported.report {
            let inside = folders.iter().find_map(|folder| remark.about.strip_prefix(folder.as_str()));
            let about = inside.unwrap_or(&remark.about).to_owned();
            let message = sentence(&remark.message);
            match untold.iter_mut().find(|(known, _)| *known == message) {
                Some((_, places)) => places.push(about),
                None => untold.push((message, vec![about])),
            }
        }
        if !skipped.is_empty() {
            untold.push(("Files left out".to_owned(), skipped));
        }
        Self { paths, sources: Arc::new(sources), imported, untold, updated: Later::default(), revision: 0 }
    }

    /// Works out what the contracts change on the open board.
    fn update(&mut self, ctx: &Context, board: Arc<Board>, revision: u64) {
        self.revision = revision;
        let sources = Arc::clone(&self.sources);
        self.updated.start(ctx, move || import::import(&sources, Some(&board)));
    }

    fn title(&self) -> String {
        match self.paths.as_slice() {
            [one] => {
                let name = one.file_name().map(|name| name.to_string_lossy().into_owned());
                format!("Import {}", name.unwrap_or_else(|| one.display().to_string()))
            }
            several => format!("Import {} files", several.len()),
        }
    }
}

/// Shows the window until it is answered.
pub(super) fn show(app: &mut App, ui: &Ui, mut reading: Box<Reading>) {
    let ctx = ui.ctx().clone();
    if let Some(updated) = reading.updated.take() {
        if reading.revision != app.document.revision() {
            // The board has changed meanwhile, so what was worked out is no longer so.
            reading.update(&ctx, app.document.shared(), app.document.revision());
        } else {
            commit(app, updated);
            return;
        }
    }
    match window(app, &ctx, &reading) {
        Some(Answer::Open) => app.commands.push(Command::OpenBoard(Box::new(reading.imported.board))),
        Some(Answer::Update) => {
            reading.update(&ctx, app.document.shared(), app.document.revision());
            app.importing = Some(super::Incoming::Contracts(reading));
        }
        Some(Answer::Cancel) => {}
        None => app.importing = Some(super::Incoming::Contracts(reading)),
    }
}

/// Takes in what the contracts change, as one step.
fn commit(app: &mut App, updated: Result<Imported, ImportError>) {
    let say = |app: &mut App, tone, text: String| app.commands.push(Command::Say(tone, text));
    let imported = match updated {
        Ok(imported) => imported,
        Err(error) => return say(app, Tone::Error, sentence(&error.to_string())),
    };
    let before = app.document.board();
    let ops = diff_boards(before, &imported.board);
    if ops.is_empty() {
        return say(app, Tone::Fine, "The board says all of this already".to_owned());
    }
    let new: Vec<_> = imported
        .board
        .stickies
        .keys()
        .filter(|id| !before.stickies.contains_key(*id))
        .map(|id| crate::view::Item::Sticky(*id))
        .collect();
    let text = format!("Brought up to date: {}", count(new.len(), "new sticky", "new stickies"));
    match app.document.commit(Edit::new("Import contracts", ops)) {
        Ok(_) => {
            say(app, Tone::Fine, text);
            if !new.is_empty() {
                app.commands.push(Command::Show(new));
            }
        }
        Err(error) => say(app, Tone::Error, sentence(&error.to_string())),
    }
}

fn count(n: usize, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}

fn window(app: &App, ctx: &Context, reading: &Reading) -> Option<Answer> {
    let theme = &app.theme;
    super::asked(ctx, 540.0, Answer::Cancel, |ui| {
        let mut answer = None;
        ui.label(theme.title(reading.title()));
        ui.add_space(theme.spacing * 0.5);
        summary(ui, theme, reading);
        ui.add_space(theme.spacing);
        untold(ui, theme, reading);
        ui.add_space(theme.spacing * 2.0);
        ui.horizontal(|ui| {
            let working = reading.updated.is_under_way();
            let strong = RichText::new("Open as a new board")
                .font(Theme::strong(theme.sizes.body))
                .color(theme.on_accent);
            let first = ui.add_enabled(!working, egui::Button::new(strong).fill(theme.accent));
            if ui.memory(|memory| memory.focused().is_none()) {
                first.request_focus();
            }
            if first.clicked() {
                answer = Some(Answer::Open);
            }
            let open = !app.starting && !app.document.board().stickies.is_empty();
            if open {
                let update = ui.add_enabled(!working, egui::Button::new("Update this board"));
                let tip = "What it has already stays where it stands; one undo takes all of it back";
                if update.on_hover_text(tip).clicked() {
                    answer = Some(Answer::Update);
                }
            }
            if ui.button("Cancel").clicked() {
                answer = Some(Answer::Cancel);
            }
            if working {
                ui.spinner();
            }
        });
        answer
    })
}

/// What was read, and what it makes.
fn summary(ui: &mut Ui, theme: &Theme, reading: &Reading) {
    let read = READERS.iter().filter(|reader| reading.imported.formats.contains(&reader.name));
    let formats: Vec<&str> = read.map(|reader| reader.label).collect();
    let files = count(reading.sources.len(), "file", "files");
    ui.label(theme.secondary(format!("{files} of {}", formats.join(", "))));
    let board = &reading.imported.board;
    let said = [
        count(board.services.len(), "service", "services"),
        count(board.events.len(), "event", "events"),
        count(board.commands.len(), "command", "commands"),
        count(board.queries.len(), "query", "queries"),
        count(board.channels.len(), "channel", "channels"),
    ];
    ui.label(said.join(", "));
    ui.label(theme.secondary(format!(
        "{} and {} on the board",
        count(board.stickies.len(), "sticky", "stickies"),
        count(board.links.len(), "link", "links")
    )));
}

/// What has no place on a board.
fn untold(ui: &mut Ui, theme: &Theme, reading: &Reading) {
    if reading.untold.is_empty() {
        ui.label(theme.secondary("All of it has its place on a board"));
        return;
    }
    let n = reading.untold.iter().map(|(_, all)| all.len()).sum();
    ui.label(theme.heading(format!("{} no place on a board", count(n, "thing has", "things have"))));
    ui.add_space(theme.spacing * 0.5);
    ScrollArea::vertical().id_salt("untold").max_height(280.0).auto_shrink([false, true]).show(ui, |ui| {
        for (message, places) in &reading.untold {
            ui.label(RichText::new(message).size(theme.sizes.secondary).color(theme.text));
            for place in places {
                ui.label(RichText::new(place).size(theme.sizes.small).color(theme.secondary));
            }
            ui.add_space(theme.spacing * 0.5);
        }
    });
}
