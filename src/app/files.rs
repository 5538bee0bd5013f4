//! Opening and saving off the UI thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::pick::{self, Kind, Question};
use crate::board::Board;
use crate::io::{self, Loaded};

/// Something another thread finished.
pub enum Finished {
    /// A board was read.
    Opened(PathBuf, Box<Loaded>),
    /// A board was written.
    Saved(PathBuf, Arc<Board>),
    /// The user chose what to open.
    PickedOpen(PathBuf),
    /// The user chose where to save.
    PickedSave(PathBuf),
    /// The user chose nothing.
    Cancelled,
    /// It went wrong: a sentence that says what happened and what to do.
    Failed(String),
}

/// Reads, writes and asks for paths on other threads.
pub struct Files {
    ctx: egui::Context,
    sender: Sender<Finished>,
    receiver: Receiver<Finished>,
}

/// A number for this run, so that ids minted here never meet those of another window.
#[must_use]
pub fn peer() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let mixed = now.as_nanos() ^ (u128::from(std::process::id()) << 40);
    #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
    let peer = (mixed ^ (mixed >> 32)) as u32;
    peer.max(1)
}

fn load(path: PathBuf) -> Finished {
    match io::load(&path) {
        Ok(loaded) => Finished::Opened(path, Box::new(loaded)),
        Err(error) => Finished::Failed(super::context::sentence(&error.to_string())),
    }
}

impl Files {
    /// A worker that wakes `ctx` when something is finished.
    #[must_use]
    pub fn new(ctx: egui::Context) -> Self {
        let (sender, receiver) = channel();
        Self { ctx, sender, receiver }
    }

    /// What was finished since the last call.
    pub fn finished(&self) -> Option<Finished> {
        self.receiver.try_recv().ok()
    }

    fn work(&self, work: impl FnOnce() -> Finished + Send + 'static) {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        std::thread::spawn(move || {
            // The window may be gone by now; then nobody waits for this.
            let _ = sender.send(work());
            ctx.request_repaint();
        });
    }

    /// Reads a board before the first frame.
    pub fn load_now(&self, path: PathBuf) {
        let _ = self.sender.send(load(path));
    }

    /// Reads a board.
    pub fn load(&self, path: PathBuf) {
        self.work(|| load(path));
    }

    /// Writes a board.
    pub fn save(&self, path: PathBuf, board: Arc<Board>) {
        self.work(move || match io::save(&path, &board) {
            Ok(()) => Finished::Saved(path, board),
            Err(error) => Finished::Failed(super::context::sentence(&error.to_string())),
        });
    }

    /// Asks which board to open.
    pub fn pick_open(&self, near: Option<&Path>) {
        let question = Question::new(Kind::Open, "Open board").near(near).filter("Isobar board", BOARDS);
        self.pick(question, Finished::PickedOpen);
    }

    /// Asks where to save.
    pub fn pick_save(&self, near: Option<&Path>, title: &str) {
        let mut question = Question::new(Kind::Save, "Save board").near(near).filter("Isobar board", BOARDS);
        question.name = near.and_then(Path::file_name).map_or_else(
            || format!("{}.ron", title.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "-")),
            |name| name.to_string_lossy().into_owned(),
        );
        self.pick(question, Finished::PickedSave);
    }

    fn pick(&self, question: Question, finished: fn(PathBuf) -> Finished) {
        let answer = pick::ask(&self.ctx, question);
        self.work(move || answer.recv().ok().flatten().map_or(Finished::Cancelled, finished));
    }
}

/// The endings of board files.
const BOARDS: &[&str] = &["ron", "json"];
