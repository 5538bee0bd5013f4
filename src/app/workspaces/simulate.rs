//! The Simulate workspace: the board while it runs.

use super::Workspace;
use crate::app::canvas::{BoardCanvas, Overlays};
use crate::app::context::Cx;
use crate::view::{Action, Item};

/// The Simulate workspace.
#[derive(Default)]
pub(super) struct SimulateWorkspace {
    canvas: BoardCanvas,
    overlays: Overlays,
}

impl Workspace for SimulateWorkspace {
    fn name(&self) -> &'static str {
        "Simulate"
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        let scene = cx.scene();
        let shown = self.canvas.show(ui, &scene, cx.theme, cx.selection, &self.overlays);
        if let Some(clicked) = shown.clicked {
            *cx.selection = clicked.into_iter().collect();
        }
    }

    fn action(&mut self, ctx: &egui::Context, action: Action, cx: &mut Cx<'_>) -> bool {
        match action {
            Action::Fit => self.canvas.fit(ctx, &cx.scene()),
            Action::ZoomIn => self.canvas.zoom_by(ctx, 1.25),
            Action::ZoomOut => self.canvas.zoom_by(ctx, 0.8),
            _ => return false,
        }
        true
    }

    fn opened(&mut self, _ctx: &egui::Context, _cx: &mut Cx<'_>) {
        self.canvas.fit_next();
        self.overlays = Overlays::default();
    }

    fn show(&mut self, ctx: &egui::Context, items: &[Item], cx: &mut Cx<'_>) {
        if let Some(bounds) =
            items.iter().filter_map(|item| item.rect(cx.document.board())).reduce(crate::board::Rect::union)
        {
            self.canvas.reveal(ctx, bounds);
        }
    }

    fn zoom(&self) -> Option<f32> {
        Some(self.canvas.camera.zoom)
    }
}
