//! What is remembered of files somebody worked with: a short list, the newest first, in the folder of the app's state.
//! Forgetting it is no harm, so a store that cannot be read is empty, and errors of writing are passed over.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::file::write_atomically;

/// How many files are remembered.
const KEPT: usize = 100;

/// One file, by its absolute path, and what is known of it.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry<T> {
    pub(super) file: PathBuf,
    pub(super) known: T,
}

/// All that a store remembers, the newest first.
pub(super) fn read<T: DeserializeOwned>(store: &Path) -> Vec<Entry<T>> {
    let bytes = std::fs::read(store).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Keeps what is known of a file as the newest entry, or with `None` forgets the file.
pub(super) fn keep<T: Serialize + DeserializeOwned>(store: &Path, file: &Path, known: Option<T>) {
    let Ok(file) = std::path::absolute(file) else { return };
    let mut entries = read::<T>(store);
    let before = entries.len();
    entries.retain(|entry| entry.file != file);
    match known {
        Some(known) => entries.insert(0, Entry { file, known }),
        None if entries.len() == before => return,
        None => {}
    }
    entries.truncate(KEPT);
    if let (Ok(bytes), Some(folder)) = (serde_json::to_vec_pretty(&entries), store.parent()) {
        let _ = std::fs::create_dir_all(folder);
        let _ = write_atomically(store, &bytes);
    }
}
