//! How captured logs were read, and the moments marked in them: remembered for the next time.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::write_atomically;
use crate::replay::mapping::Mapping;
use crate::replay::player::Bookmark;

/// How many logs are remembered.
const KEPT: usize = 100;

/// What is remembered of one log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Which fields mean what.
    pub mapping: Mapping,
    /// Marked moments.
    pub bookmarks: Vec<Bookmark>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    log: PathBuf,
    #[serde(flatten)]
    remembered: Remembered,
}

fn read(store: &Path) -> Vec<Entry> {
    // A memory that cannot be read is no memory: it is written anew.
    let bytes = std::fs::read(store).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// What is known of a log. One that was never opened is read like the last one of its kind in its folder: logs come in
/// series.
pub fn recall(store: &Path, log: &Path) -> Remembered {
    let Ok(log) = std::path::absolute(log) else { return Remembered::default() };
    let entries = read(store);
    if let Some(known) = entries.iter().find(|entry| entry.log == log) {
        return known.remembered.clone();
    }
    let alike =
        |entry: &&Entry| entry.log.parent() == log.parent() && entry.log.extension() == log.extension();
    let mapping = entries.iter().find(alike).map(|entry| entry.remembered.mapping.clone());
    Remembered { mapping: mapping.unwrap_or_default(), bookmarks: Vec::new() }
}

/// Keeps what is known of a log. Forgetting it is no harm, so errors are passed over.
pub fn remember(store: &Path, log: &Path, remembered: &Remembered) {
    let Ok(log) = std::path::absolute(log) else { return };
    let mut entries = read(store);
    let before = entries.iter().position(|entry| entry.log == log).map(|at| entries.remove(at));
    if before.map(|entry| entry.remembered).unwrap_or_default() == *remembered
        && *remembered == Remembered::default()
    {
        return;
    }
    entries.insert(0, Entry { log, remembered: remembered.clone() });
    entries.truncate(KEPT);
    if let (Ok(bytes), Some(folder)) = (serde_json::to_vec_pretty(&entries), store.parent()) {
        let _ = std::fs::create_dir_all(folder);
        let _ = write_atomically(store, &bytes);
    }
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
