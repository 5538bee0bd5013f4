//! What is on the canvas for keyboards and screen readers: a node for each stop of the keyboard's walk over the board.

use egui::{EventFilter, Sense, Ui, WidgetInfo, WidgetType};

use super::{BoardCanvas, rect};
use crate::board::{FrameKind, Meaning, Point, Rect};
use crate::scene::{FrameShape, LinkShape, Scene, StickyShape};
use crate::view::{Item, Selection, View, walk};

/// The side of a link's node in points.
const LINK: f32 = 14.0;
/// How much of a frame's height its node takes, and how far a line's reaches down, in points.
const TITLE: f32 = 28.0;

impl BoardCanvas {
    /// Makes the nodes. Answers which has the keyboard focus, and which got it just now.
    pub(super) fn nodes(
        &mut self,
        ui: &Ui,
        scene: &Scene,
        selection: &Selection,
    ) -> (Option<Item>, Option<Item>) {
        let mut focus = (None, None);
        let view = self.view();
        let at_hand = self.focused.or_else(|| selection.only());
        for item in walk::stops(scene, view.world(), at_hand) {
            let Some(place) = place(&view, scene, item) else { continue };
            let id = ui.id().with(item);
            let response = ui.interact(seen(place, ui.clip_rect()), id, Sense::focusable_noninteractive());
            let selected = selection.contains(item);
            response.widget_info(|| {
                WidgetInfo::selected(
                    WidgetType::Button,
                    true,
                    selected,
                    label(scene, item).unwrap_or_default(),
                )
            });
            if self.to_focus == Some(item) {
                self.to_focus = None;
                response.request_focus();
            }
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
        }
        self.focused = focus.0;
        focus
    }
}

/// The part of a node that is in view; of one that is not, a speck at the edge that is nearest to it.
pub(in crate::app) fn seen(place: egui::Rect, clip: egui::Rect) -> egui::Rect {
    let seen = place.intersect(clip);
    if seen.is_positive() {
        return seen;
    }
    let speck = egui::vec2(2.0, 2.0);
    let within = egui::Rect::from_min_max(clip.min, (clip.max - speck).max(clip.min));
    egui::Rect::from_min_size(place.center().clamp(within.min, within.max), speck)
}

/// Where an item's node is on the screen.
fn place(view: &View, scene: &Scene, item: Item) -> Option<egui::Rect> {
    Some(rect(match item {
        Item::Sticky(id) => view.rect_to_screen(scene.sticky(id)?.rect),
        Item::Link(id) => {
            let middle = view.to_screen(scene.link(id)?.curve.at(0.5));
            Rect { min: middle, max: middle }.expanded(LINK * 0.5)
        }
        Item::Frame(id) => {
            let mut area = view.rect_to_screen(scene.frames.iter().find(|frame| frame.id == id)?.rect);
            area.max.y = area.max.y.min(area.min.y + TITLE);
            area
        }
        Item::Line(id) => {
            let line = scene.lines.iter().find(|line| line.id == id)?;
            let at = view.to_screen(Point::new(line.x, view.world().min.y));
            Rect { min: at, max: at.moved(0.0, TITLE) }.expanded(4.0)
        }
    }))
}

/// What an item is called for the ear.
fn label(scene: &Scene, item: Item) -> Option<String> {
    Some(match item {
        Item::Sticky(id) => sticky_label(scene.sticky(id)?),
        Item::Link(id) => link_label(scene, scene.link(id)?),
        Item::Frame(id) => frame_label(scene.frames.iter().find(|frame| frame.id == id)?),
        Item::Line(id) => {
            format!("Pivotal line {}", scene.lines.iter().find(|line| line.id == id)?.title)
        }
    })
}

fn frame_label(frame: &FrameShape) -> String {
    let kind = match frame.kind {
        FrameKind::Context => "Bounded context",
        FrameKind::Team => "Team",
        FrameKind::Swimlane => "Swimlane",
    };
    format!("{kind} {}", frame.title)
}

fn sticky_label(shape: &StickyShape) -> String {
    format!("{} {}", shape.kind.row().label, shape.text)
}

/// `Link: Client issues Place order`, with the words along it.
fn link_label(scene: &Scene, link: &LinkShape) -> String {
    let name = |id| scene.sticky(id).map_or("", |shape| shape.text.as_str());
    let label = if link.label.is_empty() { String::new() } else { format!(", {}", link.label) };
    format!("Link: {} {} {}{label}", name(link.from), verb(link.meaning), name(link.to))
}

/// What the start of a link does to its end.
pub(in crate::app) const fn verb(meaning: Option<Meaning>) -> &'static str {
    match meaning {
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
    }
}
