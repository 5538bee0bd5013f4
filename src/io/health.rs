//! What Isobar stands on here: version, platform, display, folders. `isobar doctor` prints it.

use std::path::{Path, PathBuf};

use super::keeper::Keeper;
use super::places;

/// One thing looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What was looked at.
    pub subject: &'static str,
    /// What was found.
    pub found: String,
    /// What to do about it, when something is wrong.
    pub cure: Option<String>,
}

impl Check {
    fn fine(subject: &'static str, found: impl Into<String>) -> Self {
        Self { subject, found: found.into(), cure: None }
    }

    fn wrong(subject: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { subject, found: found.into(), cure: Some(cure.into()) }
    }
}

/// The file in which the app leaves a word about the renderer it got.
fn renderer_file(state: &Path) -> PathBuf {
    state.join("renderer")
}

/// Remembers the renderer the app got, for the next [`checks`]. Forgetting it is no harm.
pub fn remember_renderer(renderer: &str) {
    if let Some(state) = places::state() {
        let _ = std::fs::create_dir_all(&state);
        let _ = std::fs::write(renderer_file(&state), renderer);
    }
}

/// Looks at everything; `app` says whether this build has a window.
#[must_use]
pub fn checks(app: bool) -> Vec<Check> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let kind = if app { "with the app" } else { "headless" };
    let mut checks = vec![
        Check::fine("version", format!("{}, {kind}", crate::VERSION)),
        Check::fine(
            "system",
            format!("{} on {}, {processors} processors", std::env::consts::OS, std::env::consts::ARCH),
        ),
    ];
    if app {
        checks.push(display());
        checks.push(renderer());
    }
    checks.push(folder("settings", places::state(), "XDG_STATE_HOME"));
    checks.push(folder("histories", places::data(), "XDG_DATA_HOME"));
    checks.push(unsaved());
    checks.push(samples());
    let level = std::env::var("RUST_LOG").ok().filter(|level| !level.is_empty());
    checks.push(Check::fine(
        "messages",
        level.map_or_else(
            || "off; RUST_LOG=info turns them on".to_owned(),
            |level| format!("RUST_LOG={level}"),
        ),
    ));
    checks
}

fn display() -> Check {
    if !cfg!(all(unix, not(target_os = "macos"))) {
        return Check::fine("display", "the platform's own");
    }
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (set("WAYLAND_DISPLAY"), set("DISPLAY")) {
        (Some(display), _) => Check::fine("display", format!("Wayland, {display}")),
        (None, Some(display)) => Check::fine("display", format!("X11, {display}")),
        (None, None) => Check::wrong(
            "display",
            "neither WAYLAND_DISPLAY nor DISPLAY is set",
            "start the app from a desktop session; every subcommand works without one",
        ),
    }
}

fn renderer() -> Check {
    let left = places::state().and_then(|state| std::fs::read_to_string(renderer_file(&state)).ok());
    match left.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) {
        Some(renderer) => Check::fine("renderer", format!("{renderer}, when the app was last open")),
        None => Check::fine("renderer", "not known before the app was open once"),
    }
}

/// A folder of the app: where it is, and whether it can be written. Nothing is made that is not there.
fn folder(subject: &'static str, place: Option<PathBuf>, variable: &str) -> Check {
    let Some(folder) = place else {
        return Check::wrong(subject, "nowhere", format!("set {variable} or HOME to a folder"));
    };
    let shown = folder.display().to_string();
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(&folder);
    match tempfile::Builder::new().prefix(".isobar-doctor").tempfile_in(there) {
        Ok(_) if there == folder => Check::fine(subject, shown),
        Ok(_) => Check::fine(subject, format!("{shown}, not made yet")),
        Err(error) => Check::wrong(
            subject,
            format!("{shown} cannot be written: {error}"),
            format!("make {} writable, or set {variable} to another folder", there.display()),
        ),
    }
}

fn unsaved() -> Check {
    let boards = places::data().map_or(0, |data| Keeper::left_untitled(&data).len());
    Check::fine(
        "unsaved boards",
        if boards == 0 { "none".to_owned() } else { format!("{boards}, offered when the app starts") },
    )
}

fn samples() -> Check {
    let all = crate::samples::SAMPLES;
    let broken: Vec<&str> =
        all.iter().filter(|sample| sample.board().is_err()).map(|sample| sample.name).collect();
    if broken.is_empty() {
        Check::fine("samples", format!("{} boards inside the program", all.len()))
    } else {
        Check::wrong("samples", format!("cannot be read: {}", broken.join(", ")), "install Isobar again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_not_made() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("a/b");
        let check = folder("settings", Some(place.clone()), "X");
        assert_eq!(check.cure, None, "{check:?}");
        assert!(check.found.ends_with("not made yet"));
        assert!(!place.exists() && std::fs::read_dir(root.path()).unwrap().next().is_none());
    }

    #[test]
    fn a_file_in_the_way_is_said_with_a_cure() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("state");
        std::fs::write(&place, "no folder").unwrap();
        let check = folder("settings", Some(place), "XDG_STATE_HOME");
        assert!(check.cure.unwrap().contains("XDG_STATE_HOME"));
        assert!(folder("settings", None, "XDG_STATE_HOME").cure.is_some());
    }
}
