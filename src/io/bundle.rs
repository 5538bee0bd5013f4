//! Bundles of files written below one folder, and nothing outside it.
//!
//! A manifest lists which files are ours, by the format that wrote them. Files that are not ours are never touched,
//! symbolic links are never followed, and a file of ours that an export no longer has goes only when asked.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write as _};
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
    let mut folders = Folders::new(&root);
    let mut planned: Vec<(&str, PathBuf, Place)> = Vec::new();
    for (done, (path, bytes)) in bundle.files.iter().enumerate() {
        progress(done / 2);
        match place(&mut folders, path, ours.contains(path), bytes)? {
            (_, Place::Same) => {
                outcome.unchanged += 1;
                listed.insert(path.clone());
            }
            (_, Place::Refused(reason)) => outcome.refused.push((path.clone(), reason)),
            (target, place) => {
                outcome.changed.push(path.clone());
                listed.insert(path.clone());
                planned.push((path, target, place));
            }
        }
    }
    let elsewhere = |path: &str| manifest.files.iter().any(|(f, paths)| f != format && paths.contains(path));
    for path in before.iter().filter(|path| !bundle.files.contains_key(*path)) {
        if elsewhere(path) || !names::is_safe_path(path) {
            continue;
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Ok(Walked::There(folder)) = folders.walk(folder) else { continue };
        let target = folder.join(name);
        if !std::fs::symlink_metadata(&target).is_ok_and(|metadata| metadata.is_file()) {
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
        // Before the files: what is cut short half-way is ours to finish.
        write_manifest(&root, &manifest)?;
        let all = planned.len().max(1);
        for (done, (path, target, place)) in planned.into_iter().enumerate() {
            progress((bundle.files.len() + bundle.files.len() * done / all) / 2);
            put(&mut folders, path, &target, &place, &bundle.files[path])?;
        }
    }
    Ok(outcome)
}

/// Writes one file. Not to the disk at once, as a board is: what a crash loses can be exported again.
fn put(
    folders: &mut Folders,
    path: &str,
    target: &Path,
    place: &Place,
    bytes: &[u8],
) -> Result<(), BundleError> {
    let parent = folders.make(path)?;
    let written = match place {
        Place::New => std::fs::File::create_new(target).and_then(|mut file| file.write_all(bytes)),
        _ => replace(&parent, target, bytes),
    };
    written.map_err(|error| failed(target, &error))
}

enum Place {
    Same,
    /// There is nothing yet.
    New,
    /// There is a file of ours that differs.
    Ours,
    Refused(String),
}

fn place(
    folders: &mut Folders,
    path: &str,
    ours: bool,
    bytes: &[u8],
) -> Result<(PathBuf, Place), BundleError> {
    let refused = |reason: &str| Ok((PathBuf::new(), Place::Refused(reason.to_owned())));
    if !names::is_safe_path(path) {
        return refused("it is no safe file name");
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let target = match folders.walk(folder) {
        Ok(Walked::There(folder)) => folder.join(name),
        Ok(Walked::Missing(folder)) => return Ok((folder.join(name), Place::New)),
        Err(reason) => return refused(&reason),
    };
    let place = match std::fs::symlink_metadata(&target) {
        Err(error) if error.kind() == ErrorKind::NotFound => Place::New,
        Err(error) => return Err(failed(&target, &error)),
        Ok(metadata) if metadata.is_symlink() => return refused(LINK),
        Ok(metadata) if metadata.is_dir() => return refused("a folder of this name is in the way"),
        Ok(metadata) => {
            let same = metadata.len() == bytes.len() as u64
                && std::fs::read(&target).map_err(|error| failed(&target, &error))? == bytes;
            if same {
                Place::Same
            } else if ours {
                Place::Ours
            } else {
                return refused(
                    "a file that Isobar did not write is in the way; move it or export elsewhere",
                );
            }
        }
    };
    Ok((target, place))
}

/// Puts a file in the place of another, whole or not at all.
fn replace(folder: &Path, target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(std::fs::metadata(target)?.permissions())?;
    file.persist(target).map(|_file| ()).map_err(|error| error.error)
}

const LINK: &str = "a symbolic link is in the way, and links are not followed";

/// A folder below the root, reached without following a link.
#[derive(Clone)]
enum Walked {
    There(PathBuf),
    Missing(PathBuf),
}

/// The folders below a root, each looked at once.
struct Folders<'r> {
    root: &'r Path,
    known: BTreeMap<String, Result<Walked, String>>,
}

impl<'r> Folders<'r> {
    const fn new(root: &'r Path) -> Self {
        Self { root, known: BTreeMap::new() }
    }

    /// Where a folder is, when no step to it is a symbolic link or a file.
    fn walk(&mut self, folder: &str) -> Result<Walked, String> {
        if folder.is_empty() {
            return Ok(Walked::There(self.root.to_owned()));
        }
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let walked = self.walk(above).and_then(|above| match above {
            Walked::Missing(above) => Ok(Walked::Missing(above.join(name))),
            Walked::There(above) => {
                let at = above.join(name);
                match std::fs::symlink_metadata(&at) {
                    Ok(metadata) if metadata.is_symlink() => Err(LINK.to_owned()),
                    Ok(metadata) if metadata.is_dir() => Ok(Walked::There(at)),
                    Ok(_) => Err("a file stands where a folder is needed".to_owned()),
                    Err(_missing) => Ok(Walked::Missing(at)),
                }
            }
        });
        self.known.insert(folder.to_owned(), walked.clone());
        walked
    }

    /// The folder of a file, made where it is missing.
    fn make(&mut self, path: &str) -> Result<PathBuf, BundleError> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let refused = |reason| BundleError { path: self.root.join(folder), message: reason };
        match self.walk(folder) {
            Ok(Walked::There(at)) => Ok(at),
            Ok(Walked::Missing(at)) => {
                std::fs::create_dir_all(&at).map_err(|error| failed(&at, &error))?;
                self.known.insert(folder.to_owned(), Ok(Walked::There(at.clone())));
                Ok(at)
            }
            Err(reason) => Err(refused(reason)),
        }
    }
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
