//! The folder that a bundle is compared with and written to. Both happen on another thread: there may be thousands of
//! files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::app::canvas::Tone;
use crate::app::context::Cx;
use crate::app::later::Later;
use crate::app::theme::Theme;
use crate::contracts::Bundle;
use crate::io::bundle::{self, BundleError, Manner, Outcome};

/// Files of more bytes than this are not compared line by line.
const TEXT_MAX: u64 = 4_000_000;

/// How a file stands to the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Same,
    New,
    Changed,
    /// It is in the way and not ours; why it is left alone.
    Foreign(String),
    Stale,
}

impl Standing {
    pub(super) fn mark(&self, theme: &Theme) -> (&'static str, egui::Color32) {
        match self {
            Self::New => ("new", theme.fine),
            Self::Changed => ("changed", theme.warning),
            Self::Foreign(_) => ("not ours", theme.error),
            Self::Same => ("same", theme.secondary),
            Self::Stale => ("no longer made", theme.secondary),
        }
    }
}

/// What is in the folder.
#[derive(Default)]
struct Found {
    standing: BTreeMap<String, Standing>,
    /// The text on disk of files that differ from ours, or are no longer made.
    texts: BTreeMap<String, String>,
    /// What was done before the folder was looked at.
    done: Option<Outcome>,
}

/// The folder, and how a bundle stands to it.
#[derive(Default)]
pub(super) struct Folder {
    path: Option<PathBuf>,
    found: Found,
    working: Later<Result<Found, BundleError>>,
    /// Files written by now, of how many; none while nothing is written.
    written: Option<(Arc<AtomicUsize>, usize)>,
    /// Files of ours that are no longer made go when files are written.
    pub(super) prune: bool,
}

impl Folder {
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub(super) fn choose(&mut self, path: PathBuf) {
        *self = Self { path: Some(path), ..Self::default() };
    }

    /// Files of another sort are compared now: what was found is of no use.
    pub(super) fn forget(&mut self) {
        self.found = Found::default();
    }

    pub(super) fn standing(&self, file: &str) -> Option<&Standing> {
        self.found.standing.get(file)
    }

    /// Files that are there and no longer made.
    pub(super) fn stale(&self) -> impl Iterator<Item = &String> {
        self.found.standing.iter().filter(|(_, standing)| **standing == Standing::Stale).map(|(path, _)| path)
    }

    /// The text on disk of a file that differs or is no longer made.
    pub(super) fn text(&self, file: &str) -> Option<&str> {
        self.found.texts.get(file).map(String::as_str)
    }

    /// How many files the folder still lacks.
    pub(super) fn to_write(&self) -> usize {
        let lacks = |standing: &&Standing| matches!(standing, Standing::New | Standing::Changed);
        self.found.standing.values().filter(lacks).count()
    }

    /// How far writing has come, while it is under way.
    pub(super) fn share_written(&self) -> Option<f32> {
        let (done, all) = self.written.as_ref()?;
        Some(done.load(Ordering::Relaxed) as f32 / (*all).max(1) as f32)
    }

    /// Looks at the folder; nothing is written.
    pub(super) fn look(&mut self, ctx: &egui::Context, format: &'static str, bundle: &Arc<Bundle>) {
        // Writing looks at the end by itself.
        if let Some(path) = self.path.clone().filter(|_| self.written.is_none()) {
            let bundle = Arc::clone(bundle);
            self.working.start(ctx, move || look(&path, format, &bundle, None));
        }
    }

    /// Writes what the folder lacks, and with `prune` removes what is no longer made.
    pub(super) fn write(&mut self, ctx: &egui::Context, format: &'static str, bundle: &Arc<Bundle>) {
        let Some(path) = self.path.clone() else { return };
        let (bundle, written) = (Arc::clone(bundle), Arc::new(AtomicUsize::new(0)));
        self.written = Some((Arc::clone(&written), bundle.files.len()));
        let manner = Manner { check: false, prune: self.prune };
        self.working.start(ctx, move || {
            let mut watch = |done| written.store(done, Ordering::Relaxed);
            let done = bundle::write(&path, format, &bundle, manner, &mut watch)?;
            look(&path, format, &bundle, Some(done))
        });
    }

    /// Takes in what was found or done; true when something was.
    pub(super) fn refresh(&mut self, cx: &mut Cx<'_>) -> bool {
        let Some(found) = self.working.take() else { return false };
        let wrote = self.written.take().is_some();
        match found {
            Ok(found) => {
                if let Some(done) = &found.done {
                    self.tell(done, cx);
                    self.prune = false;
                }
                self.found = found;
            }
            Err(error) => {
                cx.say(Tone::Error, error.to_string());
                // What was found before is still so, unless half of it was written.
                if !wrote {
                    self.found = Found::default();
                }
            }
        }
        true
    }

    fn tell(&self, done: &Outcome, cx: &mut Cx<'_>) {
        let many = |n: usize| if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
        let place = self.path.as_deref().unwrap_or(Path::new("")).display();
        let mut text = format!("Wrote {} to {place}", many(done.changed.len()));
        if done.unchanged > 0 {
            text.push_str(&format!(", {} the same", done.unchanged));
        }
        if !done.removed.is_empty() {
            text.push_str(&format!(", removed {}", many(done.removed.len())));
        }
        cx.say(Tone::Fine, text);
        if !done.refused.is_empty() {
            let text = format!("{} not ours: left alone", many(done.refused.len()));
            cx.say(Tone::Warning, text);
        }
    }
}

fn look(folder: &Path, format: &str, bundle: &Bundle, done: Option<Outcome>) -> Result<Found, BundleError> {
    let manner = Manner { check: true, prune: false };
    let outcome = bundle::write(folder, format, bundle, manner, &mut |_| {})?;
    let mut found = Found { done, ..Found::default() };
    found.standing = bundle.files.keys().map(|path| (path.clone(), Standing::Same)).collect();
    let read = |path: &str| {
        let path = folder.join(path);
        let small = std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= TEXT_MAX);
        small.then(|| std::fs::read_to_string(path).ok())?
    };
    for path in outcome.changed {
        let there = folder.join(&path).exists();
        if let Some(text) = read(&path) {
            found.texts.insert(path.clone(), text);
        }
        found.standing.insert(path, if there { Standing::Changed } else { Standing::New });
    }
    for path in outcome.stale {
        if let Some(text) = read(&path) {
            found.texts.insert(path.clone(), text);
        }
        found.standing.insert(path, Standing::Stale);
    }
    found.standing.extend(outcome.refused.into_iter().map(|(path, why)| (path, Standing::Foreign(why))));
    Ok(found)
}
