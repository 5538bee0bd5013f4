//! What proposed links are for keyboards and screen readers: a node in the middle of each, at which Enter draws the link
//! and Delete decides against it.

use egui::accesskit::Action as Request;
use egui::{Key, Modifiers, Rect, Sense, Ui, WidgetInfo, WidgetType, vec2};

use super::BoardWorkspace;
use crate::app::canvas::{facing, pos, seen, verb};
use crate::app::context::Cx;
use crate::board::StickyId;
use crate::board::notation::meaning;
use crate::view::propose::Proposal;

/// The side of a node in points.
const NODE: f32 = 14.0;
/// With more proposals than this in view, only the neighbours of the one at hand have nodes.
const IN_VIEW_MAX: usize = 120;
/// So many nodes before and after the one at hand.
const NEIGHBOURS: usize = 6;

impl BoardWorkspace {
    /// Makes the nodes, and takes the keys of the one that has the focus.
    pub(super) fn proposal_nodes(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        self.proposing.focused = None;
        if self.proposing.shown.is_empty() {
            return;
        }
        let mut drawn = None;
        for (i, place) in self.proposal_places(cx) {
            let Proposal { from, to, reason } = self.proposing.shown[i].clone();
            let id = ui.id().with(("proposal", from, to));
            let response = ui.interact(seen(place, ui.clip_rect()), id, Sense::focusable_noninteractive());
            let label = label(cx, from, to);
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &label));
            ui.ctx().accesskit_node_builder(id, |node| {
                node.set_description(format!("{reason}. Enter draws it, Delete ignores it"));
                node.add_action(Request::Click);
            });
            if self.proposing.focus_next == Some((from, to)) {
                self.proposing.focus_next = None;
                response.request_focus();
            }
            if response.gained_focus() {
                cx.selection.clear();
                self.proposing.at = i;
                self.reveal_proposal(ui, cx);
            }
            let entered = response.has_focus() && {
                self.proposing.focused = Some(i);
                ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter))
            };
            if entered || ui.input(|input| input.has_accesskit_action_request(id, Request::Click)) {
                drawn = Some(i);
            }
        }
        if let Some(i) = drawn {
            self.proposing.focus_next = self.proposal_beside(i);
            self.accept_proposal(cx, i);
        }
    }

    /// Decides against the proposal that has the keyboard focus; false when none has it.
    pub(super) fn ignore_focused_proposal(&mut self, cx: &Cx<'_>) -> bool {
        let Some(i) = self.proposing.focused.take() else { return false };
        self.proposing.focus_next = self.proposal_beside(i);
        self.ignore_proposal(cx, i);
        true
    }

    /// The proposal that gets the focus once one is decided.
    fn proposal_beside(&self, i: usize) -> Option<(StickyId, StickyId)> {
        let shown = &self.proposing.shown;
        let beside = shown.get(i + 1).or_else(|| shown.get(i.checked_sub(1)?))?;
        Some((beside.from, beside.to))
    }

    /// The proposals that have nodes, and where on the screen: those in view unless they are too many, and those around
    /// the one at hand, in view or not.
    fn proposal_places(&self, cx: &mut Cx<'_>) -> Vec<(usize, Rect)> {
        let (scene, view) = (cx.scene_at_level(), self.canvas.view());
        let window = crate::app::canvas::rect(view.viewport);
        let places = self.proposing.shown.iter().enumerate().filter_map(|(i, proposal)| {
            let (from, to) = (scene.sticky(proposal.from)?.rect, scene.sticky(proposal.to)?.rect);
            let middle = pos(view.to_screen(facing(from, to).at(0.5)));
            Some((i, Rect::from_center_size(middle, vec2(NODE, NODE))))
        });
        let places: Vec<(usize, Rect)> = places.collect();
        let in_view = |place: &Rect| place.intersects(window);
        let few = places.iter().filter(|(_, place)| in_view(place)).count() <= IN_VIEW_MAX;
        let at = self.proposing.at;
        let wanted = |(i, place): &(usize, Rect)| i.abs_diff(at) <= NEIGHBOURS || few && in_view(place);
        places.into_iter().filter(wanted).collect()
    }
}

/// `Proposed link: Client issues Place order`.
fn label(cx: &Cx<'_>, from: StickyId, to: StickyId) -> String {
    let stickies = &cx.document.board().stickies;
    let (Some(from), Some(to)) = (stickies.get(&from), stickies.get(&to)) else { return String::new() };
    let words = crate::board::notation::words;
    format!("Proposed link: {} {} {}", words(&from.name), verb(meaning(from.kind, to.kind)), words(&to.name))
}
