//! Asking for a path: the desktop's own dialog, or a field to type in where the desktop has none. The one file that
//! names rfd.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use egui::{Context, Id, Key, RichText, TextEdit};

use super::theme::Theme;
use super::widgets;

/// Nobody cancels a dialog as fast as this: there was none.
const NO_DIALOG: Duration = Duration::from_millis(300);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file that exists.
    Open,
    /// Files that exist, one or more.
    Several,
    /// A file to write.
    Save,
    /// A folder.
    Folder,
}

/// A question for a path.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is asked for.
    pub kind: Kind,
    /// The title of the dialog.
    pub title: String,
    /// Where to begin.
    pub folder: Option<PathBuf>,
    /// The name proposed for a file to write.
    pub name: String,
    /// What files are called that are shown first, and their endings; none shows all.
    pub filter: Option<(&'static str, &'static [&'static str])>,
}

impl Question {
    /// A question with no place or name proposed.
    #[must_use]
    pub fn new(kind: Kind, title: impl Into<String>) -> Self {
        Self { kind, title: title.into(), folder: None, name: String::new(), filter: None }
    }

    /// Begins in the folder of this file.
    #[must_use]
    pub fn near(mut self, file: Option<&Path>) -> Self {
        self.folder = file.and_then(Path::parent).filter(|p| !p.as_os_str().is_empty()).map(Path::to_owned);
        self
    }

    /// Shows files with these endings first.
    #[must_use]
    pub const fn filter(mut self, name: &'static str, endings: &'static [&'static str]) -> Self {
        self.filter = Some((name, endings));
        self
    }

    /// Shows the desktop's dialog and waits for the answer; none is a change of mind.
    fn dialog(&self) -> Vec<PathBuf> {
        let mut dialog = rfd::FileDialog::new().set_title(&self.title);
        if let Some((name, endings)) = self.filter {
            dialog = dialog.add_filter(name, endings);
        }
        if let Some(folder) = &self.folder {
            dialog = dialog.set_directory(folder);
        }
        match self.kind {
            Kind::Open => dialog.pick_file().into_iter().collect(),
            Kind::Several => dialog.pick_files().unwrap_or_default(),
            Kind::Save => dialog.set_file_name(&self.name).save_file().into_iter().collect(),
            Kind::Folder => dialog.pick_folder().into_iter().collect(),
        }
    }
}

/// What is done with the paths that were picked. The window may be gone by then, and nobody wait for them.
type Answer = Box<dyn FnOnce(Vec<PathBuf>) + Send>;

/// A question the desktop had no dialog for.
struct Typed {
    question: Question,
    text: String,
    problem: Option<String>,
    answer: Answer,
}

/// The questions to be answered by typing, oldest first.
type Waiting = Arc<Mutex<Vec<Typed>>>;

fn waiting(ctx: &Context) -> Waiting {
    ctx.data_mut(|data| data.get_temp_mut_or_default::<Waiting>(Id::new("paths to type")).clone())
}

fn only_typed(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(Id::new("only typed paths"))).unwrap_or(false)
}

/// From now on no dialog of the desktop is opened: paths are typed.
pub fn type_paths(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(Id::new("only typed paths"), true));
}

/// Asks on another thread; the answer arrives in the channel, and `ctx` is woken for it. `None` is a change of mind.
#[must_use]
pub fn ask(ctx: &Context, question: Question) -> Receiver<Option<PathBuf>> {
    let (sender, receiver) = channel();
    let answer = move |picked: Vec<PathBuf>| drop(sender.send(picked.into_iter().next()));
    ask_for(ctx, question, Box::new(answer));
    receiver
}

/// The same for more paths than one; no path is a change of mind.
#[must_use]
pub fn ask_several(ctx: &Context, question: Question) -> Receiver<Vec<PathBuf>> {
    let (sender, receiver) = channel();
    ask_for(ctx, question, Box::new(move |picked| drop(sender.send(picked))));
    receiver
}

fn ask_for(ctx: &Context, question: Question, answer: Answer) {
    if only_typed(ctx) {
        return type_instead(ctx, question, answer);
    }
    let ctx = ctx.clone();
    std::thread::spawn(move || {
        let asked = Instant::now();
        let picked = question.dialog();
        if picked.is_empty() && asked.elapsed() < NO_DIALOG {
            type_instead(&ctx, question, answer);
        } else {
            answer(picked);
        }
        ctx.request_repaint();
    });
}

fn type_instead(ctx: &Context, question: Question, answer: Answer) {
    let folder = question.folder.clone().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
    let text = match question.kind {
        Kind::Save => folder.join(&question.name).display().to_string(),
        Kind::Open | Kind::Several | Kind::Folder => {
            format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR)
        }
    };
    let waiting = waiting(ctx);
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.push(Typed { question, text, problem: None, answer });
    ctx.request_repaint();
}

/// True while a question waits to be answered by typing.
pub(super) fn is_waiting(ctx: &Context) -> bool {
    !waiting(ctx).lock().unwrap_or_else(PoisonError::into_inner).is_empty()
}

/// Shows the oldest question that waits to be answered by typing.
pub(super) fn show(ctx: &Context, theme: &Theme) {
    let waiting = waiting(ctx);
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(typed) = waiting.first_mut() else { return };
    let mut done = None;
    let modal = widgets::question(ctx, "type a path", 480.0, |ui| {
        ui.label(theme.title(typed.question.title.as_str()));
        ui.add_space(4.0);
        ui.label(theme.secondary(match typed.question.kind {
            Kind::Folder => "This desktop has no file dialog. Type the path of a folder:",
            Kind::Open | Kind::Save => "This desktop has no file dialog. Type the path of a file:",
            Kind::Several => {
                "This desktop has no file dialog. Type the path of a file, or of a folder of them:"
            }
        }));
        ui.add_space(6.0);
        let field = ui.add(TextEdit::singleline(&mut typed.text).desired_width(f32::INFINITY));
        ui.ctx().accesskit_node_builder(field.id, |node| node.set_label("Path"));
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if field.changed() {
            typed.problem = None;
        }
        if !field.has_focus() && typed.problem.is_none() {
            field.request_focus();
        }
        let note = match (&typed.problem, typed.question.kind) {
            (Some(problem), _) => RichText::new(problem).color(theme.error),
            (None, Kind::Save) if expand(&typed.text).is_file() => {
                theme.secondary("This file exists: it will be replaced.").color(theme.warning)
            }
            _ => RichText::new(" "),
        };
        ui.add_space(4.0);
        ui.label(note.size(theme.sizes.secondary));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let accept = RichText::new(accept(typed.question.kind))
                .font(Theme::strong(theme.sizes.body))
                .color(theme.on_accent);
            if ui.add(egui::Button::new(accept).fill(theme.accent)).clicked() || entered {
                let path = expand(&typed.text);
                match problem(typed.question.kind, &path) {
                    Some(problem) => typed.problem = Some(problem),
                    None => done = Some(vec![path]),
                }
            }
            if ui.button("Cancel").clicked() {
                done = Some(Vec::new());
            }
        });
    });
    if modal.should_close() {
        done = Some(Vec::new());
    }
    if let Some(picked) = done {
        (waiting.remove(0).answer)(picked);
        ctx.request_repaint();
    }
}

const fn accept(kind: Kind) -> &'static str {
    match kind {
        Kind::Open | Kind::Several => "Open",
        Kind::Save => "Save",
        Kind::Folder => "Choose",
    }
}

/// A typed path, `~` standing for the home folder.
fn expand(text: &str) -> PathBuf {
    let text = text.trim();
    let home = || std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    match (text.strip_prefix("~/"), home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}

/// Why a path is no answer to a question.
fn problem(kind: Kind, path: &Path) -> Option<String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match kind {
        Kind::Several if !path.exists() || path.as_os_str().is_empty() => {
            Some("There is no such file or folder.".to_owned())
        }
        Kind::Open if !path.is_file() => Some("There is no such file.".to_owned()),
        Kind::Folder if path.exists() && !path.is_dir() => Some("This is a file, not a folder.".to_owned()),
        Kind::Folder if path.as_os_str().is_empty() => Some("Type the path of a folder.".to_owned()),
        Kind::Save if path.is_dir() || path.file_name().is_none() => {
            Some("Add a file name, such as shop.ron.".to_owned())
        }
        Kind::Save if parent.is_some_and(|parent| !parent.is_dir()) => {
            Some(format!("There is no folder {}.", parent.unwrap_or(path).display()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, problem};

    #[test]
    fn a_path_that_cannot_be_the_answer_is_told_why() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.ron");
        std::fs::write(&file, "").unwrap();
        let missing = folder.path().join("b.ron");
        assert!(problem(Kind::Open, &file).is_none());
        assert!(problem(Kind::Open, &missing).is_some());
        assert!(problem(Kind::Open, folder.path()).is_some());
        assert!(problem(Kind::Several, &file).is_none() && problem(Kind::Several, folder.path()).is_none());
        assert!(problem(Kind::Several, &missing).is_some());
        assert!(problem(Kind::Save, &missing).is_none());
        assert!(problem(Kind::Save, &file).is_none());
        assert!(problem(Kind::Save, folder.path()).is_some());
        assert!(problem(Kind::Save, &folder.path().join("none").join("b.ron")).is_some());
        assert!(problem(Kind::Folder, folder.path()).is_none());
        assert!(problem(Kind::Folder, &file).is_some());
    }
}
