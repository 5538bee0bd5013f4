//! What an export gives: files in memory by relative path, and what could not be said.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexSet;
use serde_json::Value;

use super::{Options, Syntax, names, yaml};

/// Something a format had no words for, or that was put differently than the board has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Remark {
    /// What it is about: a name on the board or a place in a file.
    pub about: String,
    /// What happened, in a sentence without a full stop.
    pub message: String,
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.about, self.message)
    }
}

/// Files in memory and the report of one export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The files by path: relative, with `/`, every step a safe file name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What could not be said.
    pub report: IndexSet<Remark>,
    watch: Watch,
}

/// Whoever wants to know how many files are made; a bundle is the same with and without.
#[derive(Clone, Default)]
struct Watch(Option<Arc<dyn Fn(usize) + Send + Sync>>);

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "watched" } else { "not watched" })
    }
}

impl PartialEq for Watch {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Watch {}

impl Bundle {
    /// An empty bundle that tells how many files are in it, after each one.
    #[must_use]
    pub fn watched(watch: impl Fn(usize) + Send + Sync + 'static) -> Self {
        Self { watch: Watch(Some(Arc::new(watch))), ..Self::default() }
    }

    /// Adds a file. A path that is no safe relative path, or is taken, is reported instead.
    pub fn text(&mut self, path: impl Into<String>, text: impl Into<String>) {
        let path = path.into();
        if !names::is_safe_path(&path) {
            self.remark(path, "this is no safe file name, so the file is left out");
            return;
        }
        match self.files.entry(path) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(text.into().into_bytes());
                if let Some(watch) = &self.watch.0 {
                    watch(self.files.len());
                }
            }
            std::collections::btree_map::Entry::Occupied(taken) => {
                let path = taken.key().clone();
                self.remark(path, "two parts of the board ask for this file; the first one has it");
            }
        }
    }

    /// Adds a JSON document.
    pub fn json(&mut self, path: impl Into<String>, document: &Value) {
        self.text(path, pretty(document));
    }

    /// Adds a document that may be JSON or YAML; the path comes without its ending.
    pub fn document(&mut self, stem: &str, document: &Value, options: &Options) {
        let text = match options.syntax {
            Syntax::Json => pretty(document),
            Syntax::Yaml => yaml::write(document),
        };
        self.text(format!("{stem}.{}", options.syntax.ending()), text);
    }

    /// Reports something.
    pub fn remark(&mut self, about: impl Into<String>, message: impl Into<String>) {
        self.report.insert(Remark { about: about.into(), message: message.into() });
    }
}

/// JSON as files have it: two spaces, ending in a newline.
#[must_use]
pub fn pretty(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("values hold nothing JSON cannot spell");
    text.push('\n');
    text
}
