//! Workspaces: what fills the window between the top bar and the status bar. One file each, registered in [`all`].
//!
//! A workspace is given a [`Cx`] each time: the board, what is derived from it, the selection, the theme, and a way to
//! ask for things (its documentation says how). It lays its own panels out with `egui::Panel` inside the `ui` it gets.
//!
//! To draw the board, keep a [`super::canvas::BoardCanvas`] and call
//! `self.canvas.show(ui, &cx.scene(), cx.theme, cx.selection, &overlays)` in the middle; `overlays` holds dots along
//! links, badges at stickies, what is down and how busy it is. The answer says what was hovered and clicked, and its
//! `response` takes context menus. Stepping a simulation or a replay belongs in [`Workspace::logic`], with a time
//! budget; ask for a repaint only while it plays.

mod board;
mod contracts;
mod replay;
mod simulate;
mod topology;
mod watching;

use std::path::Path;

use super::context::Cx;
use crate::replay::moment::Place;
use crate::view::{Action, Item};

/// A workspace.
pub trait Workspace {
    /// Its name: the tab, and what commands call it.
    fn name(&self) -> &'static str;

    /// Draws it. `ui` is the window between the bars.
    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>);

    /// Steps what runs by itself; called before each frame in which this workspace is in front. Draws nothing.
    fn logic(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        let _ = (ctx, cx);
    }

    /// Carries out an action; `false` leaves it to the app.
    fn action(&mut self, ctx: &egui::Context, action: Action, cx: &mut Cx<'_>) -> bool {
        let _ = (ctx, action, cx);
        false
    }

    /// Another board was opened: forget what belonged to the one before.
    fn opened(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        let _ = (ctx, cx);
    }

    /// Brings items into view.
    fn show(&mut self, ctx: &egui::Context, items: &[Item], cx: &mut Cx<'_>) {
        let _ = (ctx, items, cx);
    }

    /// Opens a captured log, at a moment.
    fn open_log(&mut self, ctx: &egui::Context, log: &Path, at: Option<Place>, cx: &mut Cx<'_>) {
        let _ = (ctx, log, at, cx);
    }

    /// A hint for the status bar.
    fn hint(&self) -> String {
        String::new()
    }

    /// What is under the pointer, if it is something of the board.
    fn under_pointer(&self) -> Option<Item> {
        None
    }

    /// The zoom of its canvas, if it has one.
    fn zoom(&self) -> Option<f32> {
        None
    }
}

/// Every workspace, in the order of the tabs.
#[must_use]
pub fn all() -> Vec<Box<dyn Workspace>> {
    vec![
        Box::<board::BoardWorkspace>::default(),
        Box::<topology::TopologyWorkspace>::default(),
        Box::<simulate::SimulateWorkspace>::default(),
        Box::<replay::ReplayWorkspace>::default(),
        Box::<contracts::ContractsWorkspace>::default(),
    ]
}
