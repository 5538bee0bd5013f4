//! How the window keeps its board: opening, journaling, saving, and what other people save meanwhile.

use std::path::{Path, PathBuf};

use super::canvas::Tone;
use super::context::{Command, Derived, sentence};
use super::files::Finished;
use super::{App, panels, recent};
use crate::board::Board;
use crate::edit::merge::Conflict;
use crate::io::Loaded;
use crate::io::keeper::{self, Keeper, Opening};
use crate::view::Document;

impl App {
    /// Opens a board that has no file.
    pub(super) fn open_untitled(&mut self, ctx: &egui::Context, board: Board) {
        self.close_board();
        let opened = Keeper::untitled(board, keeper::peer(), self.data.as_deref());
        self.show_board(ctx, opened);
    }

    /// Opens a board that was read from disk, with what a crash left of it.
    pub(super) fn open_loaded(&mut self, ctx: &egui::Context, path: &Path, loaded: &Loaded) {
        for repair in loaded.repairs.iter().take(3) {
            self.toasts.add(ctx, Tone::Warning, repair.message.clone());
        }
        if loaded.repairs.len() > 3 {
            let more = loaded.repairs.len() - 3;
            let more = format!(
                "{more} more things were put right (`isobar validate` lists them); the file is as it was until you save"
            );
            self.toasts.add(ctx, Tone::Warning, more);
        }
        recent::remember(self.recent.as_deref(), path);
        // The journal of the board that is open may be that of the same file.
        self.close_board();
        let (document, keeper, opening) = Keeper::open(path, loaded, keeper::peer(), self.data.as_deref());
        self.show_board(ctx, (document, keeper));
        self.tell_opening(ctx, &opening);
        self.follow_folder(ctx, path);
    }

    /// From now on advice follows what `isobar.toml` beside the board says.
    fn follow_folder(&mut self, ctx: &egui::Context, board: &Path) {
        let options = crate::io::advice_options(board).unwrap_or_else(|error| {
            self.toasts.add(ctx, Tone::Warning, sentence(&error.to_string()));
            crate::advice::Options::default()
        });
        self.derived.follow(options);
    }

    /// Brings back an untitled board that a crash left.
    pub(super) fn restore_untitled(&mut self, ctx: &egui::Context, journal: &Path) {
        self.close_board();
        let data = self.data.clone();
        match Keeper::restore_untitled(journal, keeper::peer(), data.as_deref()) {
            Some((document, keeper, opening)) => {
                self.show_board(ctx, (document, keeper));
                self.tell_opening(ctx, &opening);
            }
            None => {
                // The board that was open is given up, so there has to be another.
                self.open_untitled(ctx, Board::default());
                self.starting = true;
                self.gallery = panels::start::Gallery::default();
                let message = "That board is open in another window, or nothing is left of it".to_owned();
                self.toasts.add(ctx, Tone::Warning, message);
            }
        }
    }

    /// At a start without a board: brings back the newest untitled one a crash left; others have cards on the start
    /// screen.
    pub(super) fn restore_newest_untitled(&mut self, ctx: &egui::Context) {
        let left = self.data.as_deref().map(Keeper::left_untitled).unwrap_or_default();
        if let Some((_, journal)) = left.first() {
            self.restore_untitled(ctx, journal);
        }
        if left.len() > 1 {
            let boards = match left.len() - 1 {
                1 => "1 more unsaved board is".to_owned(),
                n => format!("{n} more unsaved boards are"),
            };
            self.toasts.add(ctx, Tone::Warning, format!("{boards} kept on the start screen (File menu)"));
        }
    }

    fn tell_opening(&mut self, ctx: &egui::Context, opening: &Opening) {
        if opening.restored > 0 {
            let changes = match opening.restored {
                1 => "1 change".to_owned(),
                n => format!("{n} changes"),
            };
            let message =
                format!("Isobar ended unexpectedly: {changes} brought back. Save to keep them, or undo");
            self.toasts.add(ctx, Tone::Warning, message);
        }
        if !opening.conflicts.is_empty() {
            let message = format!("Changed on disk meanwhile as well: {}", listed(&opening.conflicts));
            self.toasts.add(ctx, Tone::Warning, message);
        }
        if opening.elsewhere > 0 {
            let message =
                "This board is open in another window too. What is saved there is offered here".to_owned();
            self.toasts.add(ctx, Tone::Warning, message);
        }
    }

    /// Gives up the open board in order.
    pub(super) fn close_board(&mut self) {
        let (_, nothing) = Keeper::untitled(Board::default(), 1, None);
        std::mem::replace(&mut self.keeper, nothing).close(&self.document);
    }

    fn show_board(&mut self, ctx: &egui::Context, (document, keeper): (Document, Keeper)) {
        self.document = document.in_place_of(&self.document);
        self.keeper = keeper;
        self.telling = None;
        self.watch();
        self.derived = Derived::default();
        self.selection.clear();
        self.starting = false;
        self.tell_workspaces_opened(ctx);
    }

    fn watch(&self) {
        self.files.watch(self.document.path().zip(self.keeper.digest()));
    }

    /// Saves at a path; while another save runs, once that is done.
    pub(super) fn save_at(&mut self, path: PathBuf) {
        match self.keeper.saving(&self.document, &path) {
            Some(saving) => self.files.save(saving),
            None => self.save_again = Some(path),
        }
    }

    /// Takes in what the file threads found out about the open board.
    pub(super) fn take_in_kept(&mut self, ctx: &egui::Context, finished: Finished) {
        match finished {
            Finished::Saved(saved) => {
                self.toasts.add(ctx, Tone::Fine, format!("Saved {}", saved.path.display()));
                recent::remember(self.recent.as_deref(), &saved.path);
                self.follow_folder(ctx, &saved.path);
                self.keeper.saved(&mut self.document, *saved);
                self.watch();
                if let Some(path) = self.save_again.take() {
                    self.save_at(path);
                } else if self.question.saving {
                    self.go_on_with_loss(ctx);
                }
            }
            Finished::NotSaved(error) => {
                self.keeper.save_failed(&error);
                self.save_again = None;
                // What waited for a save that failed does not happen.
                if std::mem::take(&mut self.question.saving) {
                    self.question.waiting = None;
                }
                self.toasts.add(ctx, Tone::Error, sentence(&error.to_string()));
            }
            Finished::Found(path, loaded) if self.document.path() == Some(&path) => {
                self.keeper.found(&loaded);
            }
            Finished::Drawing(path, drawing) => {
                self.importing = Some(panels::import::Incoming::drawing(path, *drawing));
            }
            Finished::Contracts(read) => self.importing = Some(panels::import::Incoming::contracts(*read)),
            Finished::PickedImport(paths) => self.files.import(paths),
            Finished::PickedLog(log) => self.commands.push(Command::Replay(log, None)),
            Finished::PickedPicture(path) => {
                self.files.export(path, self.document.shared(), self.options.dark);
            }
            Finished::Done(message) => self.toasts.add(ctx, Tone::Fine, message),
            Finished::Elsewhere(path) if self.document.path() == Some(&path) => {
                let message = "Another window has opened this board too. What is saved there is offered here";
                self.toasts.add(ctx, Tone::Warning, message.to_owned());
            }
            _ => {}
        }
    }

    /// Opens the files that were dropped on the window.
    pub(super) fn take_in_dropped(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        let paths = dropped.iter().map(|file| file.path().to_owned());
        let (logs, others): (Vec<PathBuf>, Vec<PathBuf>) = paths.partition(|path| super::files::is_log(path));
        self.commands.extend(logs.into_iter().map(|log| Command::Replay(log, None)));
        // What is dropped together belongs together: contracts refer to each other.
        if !others.is_empty() {
            self.commands.push(Command::Import(others));
        }
    }

    /// Copies the selected stickies, or all of them, as lines of text.
    pub(super) fn copy_lines(&mut self, ctx: &egui::Context) {
        let selected: std::collections::BTreeSet<_> = self
            .selection
            .iter()
            .filter_map(|item| match item {
                crate::view::Item::Sticky(id) => Some(id),
                _ => None,
            })
            .collect();
        let only = (!selected.is_empty()).then_some(&selected);
        let text = crate::interchange::lines::write(self.document.board(), only);
        let n = text.lines().count();
        ctx.copy_text(text);
        let message = if n == 1 { "1 line copied".to_owned() } else { format!("{n} lines copied") };
        self.toasts.add(ctx, Tone::Fine, message);
    }

    /// Appends what was done since the last frame to the journal.
    pub(super) fn write_journal(&mut self, ctx: &egui::Context) {
        if let Err(error) = self.keeper.write(&self.document) {
            let message = format!("Cannot keep a journal of this board: {error}. Save often");
            self.toasts.add(ctx, Tone::Warning, message);
        }
    }

    /// Does to the open board what the bar about news on disk was asked for.
    pub(super) fn take_news(
        &mut self,
        ctx: &egui::Context,
        take: impl FnOnce(&mut Keeper, &mut Document) -> Result<(), crate::view::document::ChangeError>,
        done: &str,
    ) {
        match take(&mut self.keeper, &mut self.document) {
            Ok(()) => self.toasts.add(ctx, Tone::Fine, done.to_owned()),
            Err(error) => self.toasts.add(ctx, Tone::Error, sentence(&error.to_string())),
        }
        self.watch();
    }
}

/// The first few conflicts by name.
fn listed(conflicts: &[Conflict]) -> String {
    let mut names: Vec<&str> = conflicts.iter().take(3).map(|conflict| conflict.what.as_str()).collect();
    if conflicts.len() > 3 {
        names.push("…");
    }
    names.join("; ")
}
