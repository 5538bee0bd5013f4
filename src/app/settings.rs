//! What the app remembers from one run to the next: looks and panels, in the platform's state folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::App;
use super::theme::Theme;

/// The panels whose size is remembered once it was chosen by hand.
const PANELS: &[&str] = &[
    "inspector",
    "drawer",
    "drawer in full",
    "topology-list",
    "contracts-list",
    "simulate-side",
    "simulate-lens",
    "replay-side",
    "replay-drawer",
];

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
    /// Width and height of panels.
    panels: BTreeMap<String, (f32, f32)>,
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
            panels: BTreeMap::new(),
        }
    }
}

/// The settings kept in a file, and what is in it.
pub(super) struct Kept {
    file: PathBuf,
    written: Settings,
    /// The sizes of panels that were chosen by hand, up to now.
    panels: BTreeMap<String, (f32, f32)>,
    /// The panels whose edge was dragged in this run.
    dragged: BTreeSet<&'static str>,
}

impl Kept {
    /// Reads the settings in a folder.
    fn within(folder: &Path) -> Self {
        let file = folder.join("settings.json");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let written: Settings = serde_json::from_str(&text).unwrap_or_default();
        Self { file, panels: written.panels.clone(), dragged: BTreeSet::new(), written }
    }

    /// Notes the sizes of panels whose edge was dragged: a panel has its new size once it is let go.
    fn note_sized(&mut self, ctx: &egui::Context) {
        for name in PANELS {
            let id = egui::Id::new(*name);
            if ctx.is_being_dragged(id.with("__resize")) {
                self.dragged.insert(name);
            } else if self.dragged.contains(name)
                && let Some(state) = egui::containers::panel::PanelState::load(ctx, id)
            {
                let size = state.size().round();
                self.panels.insert((*name).to_owned(), (size.x, size.y));
            }
        }
    }
}

impl App {
    /// Takes up what was chosen in the run before, and remembers from now on what is chosen, in a folder.
    pub(super) fn take_up_settings(&mut self, ctx: &egui::Context, folder: &Path) {
        let kept = Kept::within(folder);
        let settings = kept.written.clone();
        self.options.dark = settings.dark;
        self.options.safe_colours = settings.safe_colours;
        self.options.minimap = settings.minimap;
        self.options.drawer = settings.drawer;
        self.options.inspector = settings.inspector;
        self.timer.minutes = settings.timer_minutes.clamp(1, 600);
        for (name, (width, height)) in &settings.panels {
            if PANELS.contains(&name.as_str()) && width.is_finite() && height.is_finite() {
                let size = egui::vec2(width.clamp(0.0, 4e3), height.clamp(0.0, 4e3));
                let outer_rect = egui::Rect::from_min_size(egui::Pos2::ZERO, size);
                let state = egui::containers::panel::PanelState { outer_rect };
                ctx.data_mut(|data| data.insert_persisted(egui::Id::new(name.as_str()), state));
            }
        }
        ctx.set_zoom_factor(if settings.scale.is_finite() { settings.scale.clamp(0.75, 2.0) } else { 1.0 });
        self.apply_theme(ctx);
        self.settings = Some(kept);
    }

    /// Writes what was chosen since. Forgetting it is no harm, so errors are passed over.
    pub(super) fn keep_settings(&mut self, ctx: &egui::Context) {
        let Some(kept) = &mut self.settings else { return };
        kept.note_sized(ctx);
        let now = Settings {
            dark: self.options.dark,
            safe_colours: self.options.safe_colours,
            minimap: self.options.minimap,
            drawer: self.options.drawer,
            inspector: self.options.inspector,
            scale: ctx.zoom_factor(),
            timer_minutes: self.timer.minutes,
            panels: kept.panels.clone(),
        };
        // A panel that is being sized is written once it is let go.
        if now != kept.written && !ctx.input(|input| input.pointer.any_down()) {
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
