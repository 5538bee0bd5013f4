//! Fitting the board so that what lies over a corner of the canvas covers nothing of it.

use super::{BoardCanvas, FIT_MARGIN, FIT_ZOOM_MAX, world_rect};
use crate::board::{Rect, Size};
use crate::scene::Scene;
use crate::view::Camera;

/// Room between the board and what lies over the corner, in points.
const GAP: f32 = 8.0;

impl BoardCanvas {
    /// Notes what lies over the lower left corner. A board that was fitted and not touched since makes room for it.
    pub(in crate::app) fn keep_clear(&mut self, ctx: &egui::Context, corner: egui::Rect) {
        if self.corner != Some(corner) {
            self.corner = Some(corner);
            if self.paint.untouched {
                self.fit_next();
                ctx.request_repaint();
            }
        }
    }

    /// A board that is only looked at here, and was fitted and not touched since, is fitted again when it has grown or
    /// shrunk elsewhere.
    pub(in crate::app) fn keep_whole(&mut self, scene: &Scene) {
        if self.paint.untouched && self.fitted_to != scene.bounds {
            self.fit_next();
        }
    }

    /// The camera that shows the whole board; above what lies over the corner when that would cover some of it.
    pub(super) fn fitted_clear(&self, scene: &Scene, bounds: Rect) -> Camera {
        let size = self.viewport.size();
        let whole = Camera::fitted(bounds, size, FIT_MARGIN, FIT_ZOOM_MAX);
        let Some(corner) = self.corner.map(|corner| world_rect(corner.expand(GAP))) else { return whole };
        if !covers(scene, whole, self.viewport, corner) {
            return whole;
        }
        let foot = (self.viewport.max.y - corner.min.y).clamp(0.0, 0.5 * size.h);
        let mut above =
            Camera::fitted(bounds, Size::new(size.w, size.h - foot), 0.5 * FIT_MARGIN, FIT_ZOOM_MAX);
        above.center.y += 0.5 * foot / above.zoom;
        above
    }
}

/// True when a part of the screen would cover a sticky, or the border or name of a frame.
fn covers(scene: &Scene, camera: Camera, viewport: Rect, part: Rect) -> bool {
    let view = camera.view(viewport);
    let part = Rect { min: view.to_world(part.min), max: view.to_world(part.max) };
    let inside = |frame: Rect| frame.expanded(-1.0).contains_rect(part);
    scene.stickies_in(part).any(|shape| shape.rect.intersects(part))
        || scene.frames.iter().any(|frame| frame.rect.intersects(part) && !inside(frame.rect))
}
