//! Dot voting: a click on a sticky is a dot, and the results stand beside the canvas while it goes on.

use egui::{Align, Layout, RichText, ScrollArea, Sense, Ui, vec2};

use super::BoardWorkspace;
use crate::app::context::{Command, Cx};
use crate::app::theme::Theme;
use crate::app::{panels, widgets};
use crate::board::notation::words;
use crate::board::{Record, Sticky, StickyId};
use crate::edit::Intent;
use crate::view::tool::Tool;
use crate::view::{Action, Item, votes};

/// How many results are listed.
const LISTED: usize = 40;

impl BoardWorkspace {
    /// Gives a sticky a dot, or takes one back.
    pub(super) fn vote(&self, cx: &mut Cx<'_>, id: StickyId, add: bool) {
        let Some(sticky) = cx.document.board().stickies.get(&id).cloned() else { return };
        let votes = if add { sticky.votes.saturating_add(1) } else { sticky.votes.saturating_sub(1) };
        if votes != sticky.votes {
            let record = Record::Sticky(id, Box::new(Sticky { votes, ..sticky }));
            let label = if add { "Vote" } else { "Take a vote back" };
            cx.perform(&Intent::Change { label: label.to_owned(), records: vec![record] });
        }
    }

    /// Takes the voting tool in hand, or lets go of it.
    pub(super) fn toggle_voting(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        let next = if self.toolbox.tool == Tool::Vote { Tool::Select } else { Tool::Vote };
        self.take(ctx, cx, next);
        cx.selection.clear();
    }

    /// The results so far stand beside the canvas while the voting tool is in hand, where the inspector is otherwise: no
    /// sticky lies under them.
    pub(super) fn show_beside(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if self.toolbox.tool == Tool::Vote {
            panels::inspector::place(cx.theme).show(ui, |ui| votes_panel(ui, cx));
        } else if cx.options.inspector {
            panels::inspector::show(ui, cx);
        }
    }
}

fn votes_panel(ui: &mut Ui, cx: &mut Cx<'_>) {
    let results = votes::results(cx.document.board());
    let dots: u32 = results.iter().map(|(_, votes)| votes).sum();
    ui.horizontal(|ui| {
        ui.label(cx.theme.title("Dot voting"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if widgets::icon_button(ui, cx.theme, "close", "End the voting", "Esc", false).clicked() {
                cx.send(Command::Run(Action::Voting));
            }
        });
    });
    ui.label(cx.theme.secondary("Click a sticky to give it a dot. Shift+click takes one back."));
    ui.add_space(8.0);
    if results.is_empty() {
        ui.label(cx.theme.secondary("No dots yet."));
        return;
    }
    let most = results.first().map_or(1, |(_, votes)| *votes).max(1);
    let height = (ui.available_height() - 48.0).max(120.0);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (id, votes) in results.iter().take(LISTED) {
            let Some(sticky) = cx.document.board().stickies.get(id) else { continue };
            if result_row(ui, cx.theme, sticky, *votes, most) {
                cx.send(Command::Show(vec![Item::Sticky(*id)]));
            }
        }
    });
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.label(cx.theme.secondary(format!("{dots} dots on {} stickies", results.len())));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Clear").on_hover_text("Remove all votes").clicked() {
                cx.send(Command::Run(Action::ClearVotes));
            }
        });
    });
}

/// One result: the name over a bar in the colour of the sticky, and the count.
fn result_row(ui: &mut Ui, theme: &Theme, sticky: &Sticky, votes: u32, most: u32) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 8.0, 26.0), Sense::click());
    let name = words(&sticky.name);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::Button, true, format!("{name}, votes: {votes}"))
    });
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, theme.hover);
    }
    let share = f64::from(votes) / f64::from(most);
    #[expect(clippy::cast_possible_truncation, reason = "a share of a panel's width")]
    let width = (f64::from(rect.width() - 44.0) * share) as f32;
    let bar = egui::Rect::from_min_size(rect.min + vec2(4.0, 21.0), vec2(width.max(4.0), 3.0));
    ui.painter().rect_filled(bar, 1.5, theme.paper(sticky.kind.row().token).fill);
    let text = RichText::new(name).color(theme.text).size(theme.sizes.body);
    let inner = egui::Rect::from_min_max(rect.min + vec2(4.0, 1.0), rect.max - vec2(36.0, 6.0));
    let mut child =
        ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    child.add(egui::Label::new(text).truncate().selectable(false));
    let at = rect.right_center() - vec2(8.0, 2.0);
    let font = Theme::strong(theme.sizes.body);
    ui.painter().text(at, egui::Align2::RIGHT_CENTER, votes.to_string(), font, theme.text);
    response.clicked()
}
