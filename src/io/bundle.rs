//! Bundles of files written below one folder, and nothing outside it.
//!
//! A manifest lists which files are ours, by the format that wrote them. Files that are not ours are never touched,
//! symbolic links are never followed, and a file of ours that an export no longer has goes only when asked.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::write_atomically;
use crate::contracts::{Bundle, names};

/// The name of the manifest.
pub const MANIFEST: &str = ".isobar-manifest.json";

/// What is ours in a folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    /// The format of the manifest itself.
    isobar: u32,
    /// Paths by the format that wrote them.
    files: BTreeMap<String, BTreeSet<String>>,
}

/// What writing did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Files that were new or different, by path.
    pub changed: Vec<String>,
    /// How many files were the same already.
    pub unchanged: usize,
    /// Files of ours that the export no longer has.
    pub stale: Vec<String>,
    /// Stale files that were removed.
    pub removed: Vec<String>,
    /// Files that are in the way and not ours, with the reason.
    pub refused: Vec<(String, String)>,
}

impl Outcome {
    /// True when the folder is not what the export says.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        !self.changed.is_empty() || !self.stale.is_empty() || !self.refused.is_empty()
    }
}

/// A folder cannot be written to.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct BundleError {
    /// Where.
    pub path: PathBuf,
    /// What, and what to do.
    pub message: String,
}

/// What to do with the folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Write nothing; only say what differs.
    pub check: bool,
    /// Remove files of ours that the export no longer has.
    pub prune: bool,
}

/// Writes a bundle of one format below a folder, calling `progress` with the number of files done.
///
/// # Errors
/// When the folder, its manifest or a file in it cannot be read or written.
pub fn write(
    folder: &Path,
    format: &str,
    bundle: &Bundle,
    manner: Manner,
    progress: &mut dyn FnMut(usize),
) -> Result<Outcome, BundleError> {
    if !manner.check {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    // The folder itself may be reached through a link; below it none is followed.
    let root = match std::fs::canonicalize(folder) {
        Ok(root) => root,
        Err(error) if error.kind() == ErrorKind::NotFound && manner.check => folder.to_owned(),
        Err(error) => return Err(failed(folder, &error)),
    };
    let mut manifest = read_manifest(&root)?;
    let ours: BTreeSet<String> = manifest.files.values().flatten().cloned().collect();
    let before = manifest.files.get(format).cloned().unwrap_or_default();
    let mut outcome = Outcome::default();
    let mut listed: BTreeSet<String> = BTreeSet::new();
    for (done, (path, bytes)) in bundle.files.iter().enumerate() {
        progress(done);
        match place(&root, path, ours.contains(path), bytes)? {
            Place::Same => {
                outcome.unchanged += 1;
                listed.insert(path.clone());
            }
            Place::Refused(reason) => outcome.refused.push((path.clone(), reason)),
            Place::Writable(target) => {
                if !manner.check {
                    let parent = target.parent().unwrap_or(&root);
                    std::fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
                    write_atomically(&target, bytes)
                        .map_err(|error| BundleError { path: target.clone(), message: error.to_string() })?;
                }
                outcome.changed.push(path.clone());
                listed.insert(path.clone());
            }
        }
    }
    let elsewhere = |path: &str| manifest.files.iter().any(|(f, paths)| f != format && paths.contains(path));
    for path in before.iter().filter(|path| !bundle.files.contains_key(*path)) {
        if elsewhere(path) || !names::is_safe_path(path) {
            continue;
        }
        let Ok(target) = walk(&root, path) else { continue };
        if !target.is_file() {
            continue;
        }
        if manner.prune && !manner.check {
            std::fs::remove_file(&target).map_err(|error| failed(&target, &error))?;
            remove_empty_folders(&root, &target);
            outcome.removed.push(path.clone());
        } else {
            outcome.stale.push(path.clone());
            listed.insert(path.clone());
        }
    }
    if !manner.check {
        manifest.isobar = 1;
        manifest.files.insert(format.to_owned(), listed);
        manifest.files.retain(|_, paths| !paths.is_empty());
        write_manifest(&root, &manifest)?;
    }
    Ok(outcome)
}

enum Place {
    Same,
    Writable(PathBuf),
    Refused(String),
}

fn place(root: &Path, path: &str, ours: bool, bytes: &[u8]) -> Result<Place, BundleError> {
    if !names::is_safe_path(path) {
        return Ok(Place::Refused("it is no safe file name".to_owned()));
    }
    let target = match walk(root, path) {
        Ok(target) => target,
        Err(reason) => return Ok(Place::Refused(reason)),
    };
    match std::fs::symlink_metadata(&target) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Place::Writable(target)),
        Err(error) => Err(failed(&target, &error)),
        Ok(metadata) if metadata.is_dir() => {
            Ok(Place::Refused("a folder of this name is in the way".to_owned()))
        }
        Ok(metadata) => {
            let same = metadata.len() == bytes.len() as u64
                && std::fs::read(&target).map_err(|error| failed(&target, &error))? == bytes;
            Ok(if same {
                Place::Same
            } else if ours {
                Place::Writable(target)
            } else {
                let message = "a file that Isobar did not write is in the way; move it or export elsewhere";
                Place::Refused(message.to_owned())
            })
        }
    }
}

/// The place of a path below the root, when no step of it is a symbolic link or a file in a folder's place.
fn walk(root: &Path, path: &str) -> Result<PathBuf, String> {
    let mut at = root.to_owned();
    let steps: Vec<&str> = path.split('/').collect();
    for (n, step) in steps.iter().enumerate() {
        at.push(step);
        match std::fs::symlink_metadata(&at) {
            Ok(metadata) if metadata.is_symlink() => {
                return Err("a symbolic link is in the way, and links are not followed".to_owned());
            }
            Ok(metadata) if n + 1 < steps.len() && !metadata.is_dir() => {
                return Err("a file stands where a folder is needed".to_owned());
            }
            _ => {}
        }
    }
    Ok(at)
}

fn read_manifest(root: &Path) -> Result<Manifest, BundleError> {
    let path = root.join(MANIFEST);
    let manifest_is = |message: &str| BundleError { path: path.clone(), message: message.to_owned() };
    match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Manifest::default()),
        Err(error) => return Err(failed(&path, &error)),
        Ok(metadata) if !metadata.is_file() => {
            return Err(manifest_is("the manifest is no plain file; remove it"));
        }
        Ok(_) => {}
    }
    let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
    serde_json::from_str(&text).map_err(|_json| {
        manifest_is(
            "it does not say which files are ours; restore it, or remove it and export to an empty folder",
        )
    })
}

fn write_manifest(root: &Path, manifest: &Manifest) -> Result<(), BundleError> {
    let path = root.join(MANIFEST);
    let mut text =
        serde_json::to_string_pretty(manifest).expect("a manifest holds nothing JSON cannot spell");
    text.push('\n');
    if std::fs::read(&path).is_ok_and(|before| before == text.as_bytes()) {
        return Ok(());
    }
    write_atomically(&path, text.as_bytes())
        .map_err(|error| BundleError { path: path.clone(), message: error.to_string() })
}

fn remove_empty_folders(root: &Path, file: &Path) {
    for folder in file.ancestors().skip(1).take_while(|folder| *folder != root && folder.starts_with(root)) {
        if std::fs::remove_dir(folder).is_err() {
            break;
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> BundleError {
    BundleError { path: path.to_owned(), message: format!("{error}. Check the path and its permissions") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &str)]) -> Bundle {
        let mut bundle = Bundle::default();
        for (path, text) in files {
            bundle.text(*path, *text);
        }
        bundle
    }

    fn export(folder: &Path, bundle: &Bundle, check: bool, prune: bool) -> Outcome {
        write(folder, "f", bundle, Manner { check, prune }, &mut |_| {}).unwrap()
    }

    #[test]
    fn checking_finds_drift_and_writing_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let one = bundle(&[("a/x.json", "1\n"), ("y.json", "2\n")]);
        assert!(export(&out, &one, true, false).is_drift());
        assert!(!out.exists(), "checking writes nothing");
        assert_eq!(export(&out, &one, false, false).changed, ["a/x.json", "y.json"]);
        assert!(!export(&out, &one, true, false).is_drift());
        std::fs::write(out.join("y.json"), "edited").unwrap();
        assert_eq!(export(&out, &one, true, false).changed, ["y.json"]);
        assert_eq!(export(&out, &one, false, false).unchanged, 1);
    }

    #[test]
    fn stale_files_go_only_when_asked_and_foreign_ones_never() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        std::fs::write(out.join("mine.txt"), "hands off").unwrap();
        export(out, &bundle(&[("a/x.json", "1"), ("y.json", "2")]), false, false);
        let two = bundle(&[("y.json", "2"), ("mine.txt", "ours now?")]);
        let outcome = export(out, &two, false, false);
        assert_eq!(outcome.stale, ["a/x.json"]);
        assert_eq!(outcome.refused.len(), 1);
        assert!(out.join("a/x.json").exists());
        assert_eq!(export(out, &two, false, true).removed, ["a/x.json"]);
        assert!(!out.join("a").exists());
        assert_eq!(std::fs::read_to_string(out.join("mine.txt")).unwrap(), "hands off");
    }

    #[test]
    fn formats_in_one_folder_keep_their_own() {
        let folder = tempfile::tempdir().unwrap();
        export(folder.path(), &bundle(&[("x.json", "1")]), false, false);
        let prune = Manner { check: false, prune: true };
        let outcome = write(folder.path(), "g", &bundle(&[("y.json", "1")]), prune, &mut |_| {}).unwrap();
        assert_eq!(outcome.removed, [""; 0]);
        assert!(folder.path().join("x.json").exists());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_or_removed_outside_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (out, outside) = (folder.path().join("out"), folder.path().join("outside"));
        std::fs::create_dir_all(&out).unwrap();
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::write(outside.join("x.json"), "safe").unwrap();
        std::os::unix::fs::symlink(&outside, out.join("a")).unwrap();
        std::os::unix::fs::symlink(outside.join("x.json"), out.join("b.json")).unwrap();
        let outcome = export(&out, &bundle(&[("a/x.json", "1"), ("b.json", "2")]), false, true);
        assert_eq!(outcome.refused.len(), 2);
        let manifest = r#"{"isobar": 1, "files": {"f": ["../outside/x.json", "a/x.json", "/etc/hostname"]}}"#;
        std::fs::write(out.join(MANIFEST), manifest).unwrap();
        let outcome = export(&out, &bundle(&[]), false, true);
        assert_eq!(outcome.removed, [""; 0]);
        assert_eq!(std::fs::read_to_string(outside.join("x.json")).unwrap(), "safe");
    }
}
