//! What the app remembers from one run to the next: looks and panels, in the platform's state folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::App;
use super::theme::Theme;

/// What is remembered. A field that is missing, or a file that cannot be read, is as if nothing had been chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    dark: bool,
    safe_colours: bool,
    minimap: bool,
    drawer: bool,
    inspector: bool,
    scale: f32,
    timer_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let options = super::context::Options::default();
        Self {
            dark: options.dark,
            safe_colours: options.safe_colours,
            minimap: options.minimap,
            drawer: options.drawer,
            inspector: options.inspector,
            scale: 1.0,
            timer_minutes: 5,
        }
    }
}

/// The settings kept in a file, and what is in it.
pub(super) struct Kept {
    file: PathBuf,
    written: Settings,
}

impl Kept {
    /// Reads the settings beside the list of recent boards.
    pub(super) fn beside(recent: &Path) -> Self {
        let file = recent.with_file_name("settings.json");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        Self { file, written: serde_json::from_str(&text).unwrap_or_default() }
    }
}

impl App {
    /// Takes up what was chosen in the run before.
    pub(super) fn take_up_settings(&mut self, ctx: &egui::Context, kept: Kept) {
        let settings = kept.written.clone();
        self.options.dark = settings.dark;
        self.options.safe_colours = settings.safe_colours;
        self.options.minimap = settings.minimap;
        self.options.drawer = settings.drawer;
        self.options.inspector = settings.inspector;
        self.timer.minutes = settings.timer_minutes.clamp(1, 600);
        ctx.set_zoom_factor(if settings.scale.is_finite() { settings.scale.clamp(0.75, 2.0) } else { 1.0 });
        self.apply_theme(ctx);
        self.settings = Some(kept);
    }

    /// Writes what was chosen since. Forgetting it is no harm, so errors are passed over.
    pub(super) fn keep_settings(&mut self, ctx: &egui::Context) {
        let Some(kept) = &mut self.settings else { return };
        let now = Settings {
            dark: self.options.dark,
            safe_colours: self.options.safe_colours,
            minimap: self.options.minimap,
            drawer: self.options.drawer,
            inspector: self.options.inspector,
            scale: ctx.zoom_factor(),
            timer_minutes: self.timer.minutes,
        };
        if now != kept.written {
            if let Some(folder) = kept.file.parent() {
                let _ = std::fs::create_dir_all(folder);
            }
            let _ = std::fs::write(&kept.file, serde_json::to_string_pretty(&now).unwrap_or_default());
            kept.written = now;
        }
    }

    /// Makes the chosen theme and papers.
    pub(super) fn apply_theme(&mut self, ctx: &egui::Context) {
        self.theme = Theme::with_papers(self.options.dark, self.options.safe_colours);
        self.theme.apply(ctx);
    }
}
