//! Opening and saving off the UI thread.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::pick::{self, Kind, Question};
use crate::board::Board;
use crate::contracts::import as contracts;
use crate::interchange::{self, Drawing, Source};
use crate::io::keeper::{SaveError, Saved, Saving};
use crate::io::picture::{self, Format};
use crate::io::sources::{self, Collected};
use crate::io::{self, Loaded};

/// Something another thread finished.
pub enum Finished {
    /// A board was read.
    Opened(PathBuf, Box<Loaded>),
    /// A board was written.
    Saved(Box<Saved>),
    /// A board was not written.
    NotSaved(SaveError),
    /// The open board's file is another than it was.
    Found(PathBuf, Box<Loaded>),
    /// A board of another tool was read.
    Drawing(PathBuf, Box<Drawing>),
    /// Contracts were read.
    Contracts(Box<Contracts>),
    /// The user chose where to put a picture.
    PickedPicture(PathBuf),
    /// The user chose what to import.
    PickedImport(Vec<PathBuf>),
    /// The user chose a captured log.
    PickedLog(PathBuf),
    /// It went well: a sentence that says what was done.
    Done(String),
    /// Another window has opened the board.
    Elsewhere(PathBuf),
    /// The user chose what to open.
    PickedOpen(PathBuf),
    /// The user chose where to save.
    PickedSave(PathBuf),
    /// The user chose nothing.
    Cancelled,
    /// It went wrong: a sentence that says what happened and what to do.
    Failed(String),
}

/// Contracts that were read, and the board they make.
pub struct Contracts {
    /// The files and folders that were named.
    pub paths: Vec<PathBuf>,
    /// What was read.
    pub sources: Vec<contracts::Source>,
    /// The board, and what has no place on it.
    pub imported: contracts::Imported,
    /// Files that were left out, as sentences.
    pub skipped: Vec<String>,
}

/// Reads, writes and asks for paths on other threads.
pub struct Files {
    ctx: egui::Context,
    sender: Sender<Finished>,
    receiver: Receiver<Finished>,
    watched: Arc<Mutex<Watched>>,
}

/// The file that is looked at now and then.
#[derive(Default)]
struct Watched {
    path: Option<PathBuf>,
    /// Its digest as the window knows it, or as it was told last.
    known: u64,
    /// When it was written and how long it was, at the last look and when it was read last.
    looked: Option<(std::time::SystemTime, u64)>,
    read: Option<(std::time::SystemTime, u64)>,
    /// How many windows had it open.
    windows: usize,
}

/// How often it is looked at. A look asks for its time and size; it is read only when those have changed and rest.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(400);

/// The endings of captured logs.
const LOGS: &[&str] = &["jsonl", "ndjson", "csv", "xes", "log", "gz", "zst"];

fn load(path: PathBuf) -> Finished {
    if let Some(drawing) = drawing(&path) {
        return Finished::Drawing(path, Box::new(drawing));
    }
    match io::load(&path) {
        Ok(loaded) => Finished::Opened(path, Box::new(loaded)),
        Err(error) => Finished::Failed(super::context::sentence(&error.to_string())),
    }
}

/// The board of another tool in a file; none when it is something else.
fn drawing(path: &Path) -> Option<Drawing> {
    let name = path.to_string_lossy();
    if name.to_lowercase().ends_with(".ron") {
        return None;
    }
    let text = io::read_text(path).ok()?;
    interchange::read(Source { name: &name, text: &text })
}

/// Contracts in files and folders, as a board.
fn contracts(paths: Vec<PathBuf>) -> Result<Contracts, String> {
    let collected = sources::collect(&paths).map_err(|error| error.to_string())?;
    let imported = contracts::import(&collected.sources, None).map_err(|error| collected.why(&error))?;
    let Collected { sources, skipped, .. } = collected;
    Ok(Contracts { paths, sources, imported, skipped })
}

/// True for a file that is named like a captured log.
#[must_use]
pub fn is_log(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| LOGS.contains(&ending.as_str()))
}

impl Files {
    /// A worker that wakes `ctx` when something is finished.
    #[must_use]
    pub fn new(ctx: egui::Context) -> Self {
        let (sender, receiver) = channel();
        let watched = Arc::new(Mutex::new(Watched::default()));
        let (weak, out, wake) = (Arc::downgrade(&watched), sender.clone(), ctx.clone());
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(LOOK_EVERY);
                let Some(watched) = weak.upgrade() else { return };
                for news in watched.lock().unwrap_or_else(PoisonError::into_inner).look() {
                    let _ = out.send(news);
                    wake.request_repaint();
                }
            }
        });
        Self { ctx, sender, receiver, watched }
    }

    /// Looks at this file now and then, which is known by its digest; none looks at nothing.
    pub fn watch(&self, file: Option<(&Path, u64)>) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        *watched = file.map_or_else(Watched::default, |(path, known)| Watched {
            path: Some(path.to_owned()),
            known,
            windows: io::journal::count_beside(path),
            ..Watched::default()
        });
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
    pub fn save(&self, saving: Saving) {
        self.work(move || match saving.run() {
            Ok(saved) => Finished::Saved(Box::new(saved)),
            Err(error) => Finished::NotSaved(error),
        });
    }

    /// Reads contracts, or a board of another tool; any other file is opened as a board of ours.
    pub fn import(&self, paths: Vec<PathBuf>) {
        self.work(move || {
            if let [path] = paths.as_slice() {
                if let Some(drawing) = drawing(path) {
                    return Finished::Drawing(path.clone(), Box::new(drawing));
                }
                // No board and no log has the ending of a page or of YAML: there the reason is that of the import.
                if !sources::holds_contracts(path) && !sources::is_page_or_yaml(path) {
                    return Finished::PickedOpen(path.clone());
                }
            }
            match contracts(paths) {
                Ok(read) => Finished::Contracts(Box::new(read)),
                Err(message) => Finished::Failed(super::context::sentence(&message)),
            }
        });
    }

    /// Asks which contracts, or which board of another tool, to import.
    pub fn pick_import(&self, near: Option<&Path>) {
        let question = Question::new(Kind::Several, "Import contracts or a board of another tool").near(near);
        let question = question.filter("Contracts, and boards of other tools", DRAWINGS);
        let answer = pick::ask_several(&self.ctx, question);
        self.work(move || match answer.recv() {
            Ok(paths) if !paths.is_empty() => Finished::PickedImport(paths),
            _ => Finished::Cancelled,
        });
    }

    /// Asks which folder of contracts to import.
    pub fn pick_import_folder(&self, near: Option<&Path>) {
        let question = Question::new(Kind::Folder, "Import a folder of contracts").near(near);
        self.pick(question, |path| Finished::PickedImport(vec![path]));
    }

    /// Asks which captured log to open.
    pub fn pick_log(&self, near: Option<&Path>) {
        self.pick(Question::new(Kind::Open, "Open a captured log").near(near), Finished::PickedLog);
    }

    /// Asks where to put a picture.
    pub fn pick_picture(&self, near: Option<&Path>, title: &str) {
        let mut question = Question::new(Kind::Save, "Export picture (.svg, .png, .html, .txt)").near(near);
        question = question.filter("Pictures", PICTURES);
        let stem = near.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        let name = stem.unwrap_or_else(|| title.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "-"));
        question.name = format!("{name}.png");
        self.pick(question, Finished::PickedPicture);
    }

    /// Draws a board into a file.
    pub fn export(&self, path: PathBuf, board: Arc<Board>, dark: bool) {
        self.work(move || {
            let done = Format::of_name(&path).and_then(|format| picture::export(&board, &path, format, dark));
            match done {
                Ok(()) => Finished::Done(format!("Wrote {}", path.display())),
                Err(error) => Finished::Failed(super::context::sentence(&error.to_string())),
            }
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
/// The endings of contracts and of boards of other tools.
const DRAWINGS: &[&str] = &["json", "yaml", "yml", "mdx", "excalidraw", "egn", "dst", "storm", "txt", "md"];
/// The endings of pictures.
const PICTURES: &[&str] = &["png", "svg", "html", "txt"];

impl Watched {
    /// What is new since the last look.
    fn look(&mut self) -> Vec<Finished> {
        let mut news = Vec::new();
        let Some(path) = self.path.clone() else { return news };
        let windows = io::journal::count_beside(&path);
        if windows > std::mem::replace(&mut self.windows, windows) {
            news.push(Finished::Elsewhere(path.clone()));
        }
        let stamp = std::fs::metadata(&path).ok().and_then(|it| Some((it.modified().ok()?, it.len())));
        // A file that is being written is read once it rests.
        let rests = std::mem::replace(&mut self.looked, stamp) == stamp;
        if rests && stamp.is_some() && std::mem::replace(&mut self.read, stamp) != stamp {
            let digest = std::fs::read(&path).map(|bytes| io::file::digest(&bytes));
            if digest.is_ok_and(|digest| digest != std::mem::replace(&mut self.known, digest)) {
                news.push(match load(path.clone()) {
                    Finished::Opened(path, loaded) => Finished::Found(path, loaded),
                    other => other,
                });
            }
        }
        news
    }
}
