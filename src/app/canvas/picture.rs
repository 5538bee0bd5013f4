//! A board as a small picture: for the start screen.

use super::mesher::Mesher;
use super::{pos, rect, world_rect};
use crate::app::theme::{Theme, mix};
use crate::board::Size;
use crate::scene::Scene;
use crate::view::Camera;

/// Paints a whole board into a rectangle, without texts.
pub fn thumbnail(painter: &egui::Painter, scene: &Scene, theme: &Theme, area: egui::Rect) {
    let Some(bounds) = scene.bounds else { return };
    let camera = Camera::fitted(bounds, Size::new(area.width(), area.height()), 4.0, 0.5);
    let view = camera.view(world_rect(area));
    let mut mesher = Mesher::new([1, 1]);
    for frame in &scene.frames {
        let edge = mix(theme.hairline, theme.secondary, 0.2);
        mesher.border(rect(view.rect_to_screen(frame.rect)), 2.0, 1.0, edge);
    }
    for link in &scene.links {
        let ends = [pos(view.to_screen(link.curve.points[0])), pos(view.to_screen(link.curve.points[3]))];
        mesher.line(&ends, 0.8, theme.link);
    }
    for shape in scene.stickies.iter().filter(|shape| shape.kind != crate::board::StickyKind::Text) {
        let place = rect(view.rect_to_screen(shape.rect));
        let mark = mesher.mark();
        mesher.rounded(place, 1.0, theme.paper(shape.token).fill);
        mesher.turn_since(mark, place.center(), shape.turn);
    }
    painter.add(egui::Shape::mesh(mesher.finish()));
}
