//! What is on the canvas for keyboards and screen readers: one node a sticky, link, frame and line in view.

use egui::{EventFilter, Sense, Ui, WidgetInfo, WidgetType};

use super::{BoardCanvas, rect};
use crate::board::{FrameKind, Meaning, Point, Rect};
use crate::scene::{LinkShape, Scene, StickyShape};
use crate::view::{Item, Selection};

/// More nodes than this help nobody: then the find field does.
const NODES_MAX: usize = 400;
/// The side of a link's node in points.
const LINK: f32 = 14.0;

impl BoardCanvas {
    /// Makes the nodes. Answers which has the keyboard focus, and which got it just now.
    pub(super) fn nodes(
        &self,
        ui: &Ui,
        scene: &Scene,
        selection: &Selection,
    ) -> (Option<Item>, Option<Item>) {
        let world = self.view().world();
        let stickies: Vec<&StickyShape> = scene.stickies_in(world).take(NODES_MAX + 1).collect();
        let links: Vec<&LinkShape> = scene.links_in(world).take(NODES_MAX + 1).collect();
        let mut focus = (None, None);
        if stickies.len() > NODES_MAX || links.len() > NODES_MAX {
            return focus;
        }
        let mut node = |item: Item, area: Rect, label: &dyn Fn() -> String| {
            let area = rect(area).intersect(ui.clip_rect());
            if !area.is_positive() {
                return;
            }
            let id = ui.id().with(item);
            let response = ui.interact(area, id, Sense::focusable_noninteractive());
            let selected = selection.contains(item);
            response.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, selected, label()));
            if response.has_focus() {
                focus.0 = Some(item);
                // Arrow keys nudge; Tab goes to the next one.
                let filter =
                    EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
                ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            }
            if response.gained_focus() {
                focus.1 = Some(item);
            }
        };
        let view = self.view();
        for shape in stickies {
            let area = view.rect_to_screen(shape.rect);
            node(Item::Sticky(shape.id), area, &|| sticky_label(shape));
        }
        for link in links {
            let middle = view.to_screen(link.curve.at(0.5));
            let area = Rect { min: middle, max: middle }.expanded(LINK * 0.5);
            node(Item::Link(link.id), area, &|| link_label(scene, link));
        }
        for frame in scene.frames.iter().filter(|frame| frame.rect.intersects(world)) {
            let mut area = view.rect_to_screen(frame.rect);
            area.max.y = area.max.y.min(area.min.y + 28.0);
            let kind = match frame.kind {
                FrameKind::Context => "Bounded context",
                FrameKind::Team => "Team",
                FrameKind::Swimlane => "Swimlane",
            };
            node(Item::Frame(frame.id), area, &|| format!("{kind} {}", frame.title));
        }
        for line in &scene.lines {
            let at = view.to_screen(Point::new(line.x, world.min.y));
            let area = Rect { min: at, max: at.moved(0.0, 28.0) }.expanded(4.0);
            node(Item::Line(line.id), area, &|| format!("Pivotal line {}", line.title));
        }
        focus
    }
}

fn sticky_label(shape: &StickyShape) -> String {
    format!("{} {}", shape.kind.row().label, shape.text)
}

/// `Link: Client enters Place order`, with the words along it.
fn link_label(scene: &Scene, link: &LinkShape) -> String {
    let name = |id| scene.sticky(id).map_or("", |shape| shape.text.as_str());
    let verb = match link.meaning {
        Some(Meaning::Entry) => "issues",
        Some(Meaning::HandledBy) => "is handled by",
        Some(Meaning::AnsweredBy) => "is answered by",
        Some(Meaning::Publishes) => "publishes",
        Some(Meaning::Sends) => "sends",
        Some(Meaning::Asks) => "asks",
        Some(Meaning::Subscribes) => "is heard by",
        Some(Meaning::Projects) => "is projected into",
        Some(Meaning::Enters) => "enters",
        Some(Meaning::Leaves) => "delivers to",
        None => "points at",
    };
    let label = if link.label.is_empty() { String::new() } else { format!(", {}", link.label) };
    format!("Link: {} {verb} {}{label}", name(link.from), name(link.to))
}
