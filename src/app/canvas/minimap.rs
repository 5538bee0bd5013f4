//! The small map in the corner: the whole board, and the part in view.

use egui::{Sense, Ui, vec2};

use super::mesher::Mesher;
use super::{BoardCanvas, point, pos, rect};
use crate::app::theme::Theme;
use crate::board::Point;
use crate::scene::Scene;
use crate::view::Camera;

/// Its size in points.
const SIZE: egui::Vec2 = vec2(180.0, 116.0);
/// Beyond so many stickies only every n-th is drawn.
const DRAWN_MAX: usize = 4_000;

impl BoardCanvas {
    /// Shows the small map over the lower right corner, unless all of it is in view; clicking or dragging on it goes there.
    pub fn minimap(&mut self, ui: &Ui, scene: &Scene, theme: &Theme) {
        let Some(bounds) = scene.bounds else { return };
        let area = rect(self.viewport);
        if self.view().world().expanded(1.0).contains_rect(bounds) {
            return;
        }
        if area.width() < 500.0 || area.height() < 320.0 {
            return;
        }
        let place = egui::Rect::from_min_size(area.right_bottom() - SIZE - vec2(12.0, 12.0), SIZE);
        self.map = Some(place);
        egui::Area::new(ui.id().with("minimap")).fixed_pos(place.min).order(egui::Order::Middle).show(
            ui.ctx(),
            |ui| {
                let (_, response) = ui.allocate_exact_size(SIZE, Sense::click_and_drag());
                response
                    .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Image, true, "Small map"));
                let map = Camera::fitted(
                    bounds.union(self.view().world()),
                    crate::board::Size::new(SIZE.x, SIZE.y),
                    6.0,
                    0.4,
                )
                .view(super::world_rect(place));
                if let Some(at) = response.interact_pointer_pos() {
                    self.camera.center = map.to_world(point(at));
                    self.flight = None;
                    self.paint.untouched = false;
                    ui.request_repaint();
                }
                let painter = ui.painter_at(place.expand(1.0));
                painter.rect(
                    place,
                    6.0,
                    theme.chrome.gamma_multiply(0.94),
                    theme.line(),
                    egui::StrokeKind::Inside,
                );
                let mut mesher = Mesher::new([1, 1]);
                for frame in &scene.frames {
                    mesher.border(rect(map.rect_to_screen(frame.rect)), 1.0, 1.0, theme.hairline);
                }
                let every = scene.stickies.len() / DRAWN_MAX + 1;
                for shape in scene.stickies.iter().step_by(every) {
                    let at = map.rect_to_screen(shape.rect);
                    mesher.flat(rect(at).expand(0.3), theme.paper(shape.token).fill);
                }
                let seen = map.rect_to_screen(self.view().world());
                let clip = |p: Point| pos(p).clamp(place.min, place.max);
                let seen = egui::Rect::from_min_max(clip(seen.min), clip(seen.max));
                mesher.rounded(seen, 2.0, theme.accent.gamma_multiply(0.10));
                mesher.border(seen, 2.0, 1.2, theme.accent);
                painter.add(egui::Shape::mesh(mesher.finish()));
            },
        );
    }
}
