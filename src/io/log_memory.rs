//! How captured logs were read, and the moments marked in them: remembered for the next time.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::memory::{self, Entry};
use crate::replay::mapping::Mapping;
use crate::replay::player::Bookmark;

/// What is remembered of one log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Which fields mean what.
    pub mapping: Mapping,
    /// Marked moments.
    pub bookmarks: Vec<Bookmark>,
}

/// What is known of a log. One that was never opened is read like the last one of its kind in its folder: logs come in
/// series.
pub fn recall(store: &Path, log: &Path) -> Remembered {
    let Ok(log) = std::path::absolute(log) else { return Remembered::default() };
    let entries: Vec<Entry<Remembered>> = memory::read(store);
    if let Some(known) = entries.iter().find(|entry| entry.file == log) {
        return known.known.clone();
    }
    let alike = |entry: &&Entry<Remembered>| {
        entry.file.parent() == log.parent() && entry.file.extension() == log.extension()
    };
    let mapping = entries.iter().find(alike).map(|entry| entry.known.mapping.clone());
    Remembered { mapping: mapping.unwrap_or_default(), bookmarks: Vec::new() }
}

/// Keeps what is known of a log. One read as it comes is remembered only when it was read otherwise before.
pub fn remember(store: &Path, log: &Path, remembered: &Remembered) {
    let plain = *remembered == Remembered::default();
    if plain && recall(store, log) == *remembered {
        return;
    }
    memory::keep(store, log, Some(remembered.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_as_it_was_and_its_neighbours_alike() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("state").join("logs.json");
        let log = |name: &str| folder.path().join(name);
        assert_eq!(recall(&store, &log("monday.csv")), Remembered::default());
        remember(&store, &log("monday.csv"), &Remembered::default());
        assert!(!store.exists());
        let mapping = Mapping { correlation: Some("case".to_owned()), ..Mapping::default() };
        let bookmarks = vec![Bookmark { time: 7, name: "here".to_owned() }];
        let known = Remembered { mapping: mapping.clone(), bookmarks };
        remember(&store, &log("monday.csv"), &known);
        assert_eq!(recall(&store, &log("monday.csv")), known);
        assert_eq!(recall(&store, &log("tuesday.csv")), Remembered { mapping, bookmarks: Vec::new() });
        assert_eq!(recall(&store, &log("tuesday.jsonl")), Remembered::default());
        remember(&store, &log("monday.csv"), &Remembered::default());
        assert_eq!(recall(&store, &log("monday.csv")), Remembered::default());
        std::fs::write(&store, "rubbish").unwrap();
        assert_eq!(recall(&store, &log("monday.csv")), Remembered::default());
        remember(&store, &log("monday.csv"), &known);
        assert_eq!(recall(&store, &log("monday.csv")), known);
    }
}
