//! What Simulate and Replay share: a board that is looked at while something runs on it.

use crate::app::canvas::BoardCanvas;
use crate::app::context::Cx;
use crate::app::timeline::Ask;
use crate::board::Rect;
use crate::scene::Scene;
use crate::view::{Action, Camera, Item};

/// The closest that a selection is brought.
const CLOSEST: f32 = 1.5;

/// Carries out an action on a canvas that is only looked at; `false` leaves it to the app.
pub(super) fn action(
    canvas: &mut BoardCanvas,
    ctx: &egui::Context,
    action: Action,
    scene: &Scene,
    cx: &Cx<'_>,
) -> bool {
    match action {
        Action::Fit => canvas.fit(ctx, scene),
        Action::FitSelection => {
            let items: Vec<Item> = cx.selection.iter().collect();
            match bounds(&items, scene) {
                Some(bounds) => canvas.fly_to(ctx, bounds, CLOSEST),
                None => canvas.fit(ctx, scene),
            }
        }
        Action::ActualSize => {
            let center = canvas.camera.center;
            canvas.fly(ctx, Camera { center, zoom: 1.0 });
        }
        Action::ZoomIn => canvas.zoom_by(ctx, 1.25),
        Action::ZoomOut => canvas.zoom_by(ctx, 0.8),
        _ => return false,
    }
    true
}

/// Brings items into view.
pub(super) fn reveal(canvas: &mut BoardCanvas, ctx: &egui::Context, items: &[Item], scene: &Scene) {
    if let Some(bounds) = bounds(items, scene) {
        canvas.reveal(ctx, bounds);
    }
}

/// The room that items take in a picture.
fn bounds(items: &[Item], scene: &Scene) -> Option<Rect> {
    let place = |item: &Item| match item {
        Item::Sticky(id) => scene.sticky(*id).map(|shape| shape.rect),
        Item::Link(id) => scene.link(*id).map(|shape| shape.curve.bounds()),
        Item::Frame(id) => scene.frames.iter().find(|frame| frame.id == *id).map(|frame| frame.rect),
        Item::Line(_) => None,
    };
    items.iter().filter_map(place).reduce(Rect::union)
}

/// What the keys of the transport ask for, unless somebody is typing.
pub(super) fn keys(ui: &egui::Ui) -> Option<Ask> {
    if ui.ctx().egui_wants_keyboard_input() {
        return None;
    }
    let asks =
        [(egui::Key::Space, Ask::Toggle), (egui::Key::Period, Ask::Step), (egui::Key::Home, Ask::Rewind)];
    asks.into_iter().find(|(key, _)| ui.input(|input| input.key_pressed(*key))).map(|(_, ask)| ask)
}
