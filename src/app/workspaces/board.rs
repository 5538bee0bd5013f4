//! The Board workspace: the board, written on by pointer and keyboard.

mod actions;
mod arranging;
mod effects;
mod level;
mod menus;
mod merging;
mod naming;
mod presenting;
mod proposal_nodes;
mod proposing;
mod typing;
mod voting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use egui::{Frame, Ui};

use super::Workspace;
use crate::advice::{Finding, Severity};
use crate::app::canvas::{Badge, BoardCanvas, Corner, Look, Overlays, Tone};
use crate::app::context::Cx;
use crate::app::panels;
use crate::board::{Board, Key, Point, Rect, StickyId};
use crate::view::tool::{Activity, Input, Tool, Toolbox};
use crate::view::{Action, Item, Selection, narrative};

/// Room around what the keyboard walks to, in world units.
const REVEALED: f32 = 16.0;

/// The Board workspace.
#[derive(Default)]
pub(super) struct BoardWorkspace {
    canvas: BoardCanvas,
    toolbox: Toolbox,
    /// The name being edited on the canvas.
    naming: Option<naming::Naming>,
    /// The menu open on the canvas.
    menu: Option<menus::Menu>,
    /// Where what moves stood when the gesture began.
    origins: Vec<(Item, Rect)>,
    /// What was selected when a marquee began.
    before_marquee: Option<Selection>,
    guides: Vec<(bool, f32)>,
    overlays: Overlays,
    proposing: proposing::Proposing,
    /// Where the pointer is on the board.
    pointer: Option<Point>,
    /// What it is over.
    hover: Option<Item>,
    /// What was typed before the field of a name had the keyboard.
    typed_ahead: String,
    /// Where it was on the screen when a sticky was last put down.
    typed_at: Option<egui::Pos2>,
    clipboard: String,
    lifted: Option<(u64, Selection, BTreeSet<StickyId>)>,
    /// The advice the badges were made from.
    advised: Option<Arc<Vec<Finding>>>,
    advice_badges: Vec<Badge>,
    /// The badges that show are up to date, with or without numbers.
    gathered: Option<(bool, bool)>,
    /// The revision the narrative was numbered for.
    numbered: Option<u64>,
    numbers: Vec<Badge>,
    /// The presentation under way.
    presenting: Option<presenting::Presentation>,
    /// Where things move to while the board is arranged.
    moving: Option<arranging::Moving>,
}

impl BoardWorkspace {
    /// Selecting a sticky lifts every sticky of the same definition and its direct neighbours. What has neither lifts
    /// nothing: there would be nothing to see but a pale board.
    fn lift(&mut self, cx: &Cx<'_>) {
        let revision = cx.document.revision();
        if cx.selection.stickies().next().is_none() {
            self.lifted = None;
            return;
        }
        if self.lifted.as_ref().is_some_and(|(at, selection, _)| *at == revision && selection == cx.selection)
        {
            return;
        }
        let board = cx.document.board();
        let mut lifted: BTreeSet<StickyId> = BTreeSet::new();
        for sticky in cx.selection.stickies().filter_map(|id| board.stickies.get(&id)) {
            lifted.extend(board.same_definition(sticky));
        }
        let mut near = lifted.clone();
        let chosen = cx.selection.stickies().count();
        for link in board.links.values() {
            if lifted.contains(&link.from) {
                near.insert(link.to);
            }
            if lifted.contains(&link.to) {
                near.insert(link.from);
            }
        }
        if near.len() <= chosen {
            near.clear();
        }
        self.lifted = Some((revision, cx.selection.clone(), near));
    }

    fn canvas(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.canvas.hand = self.toolbox.tool == Tool::Pan;
        let handles = matches!(self.toolbox.tool, Tool::Select | Tool::Connect) && self.naming.is_none();
        let scene = cx.scene_at_level();
        let handles = handles && self.presenting.is_none();
        let interaction = self.canvas.interact(ui, &scene, cx.selection, handles);
        self.hover = interaction.hover.item();
        // What the board changes into is followed in place: nobody may hold on to the list meanwhile.
        drop(scene);
        self.pointer = interaction
            .response
            .hover_pos()
            .map(|at| interaction.view.to_world(crate::app::canvas::point(at)));
        let at_item = interaction.focused.is_some();
        if let Some(item) = interaction.newly_focused {
            *cx.selection = Selection::one(item);
            // The keyboard walks on to what is not in view.
            if let Some(place) = item.rect(cx.document.board()) {
                let seen = interaction.view.world();
                let shows = match item {
                    Item::Frame(_) => seen.intersects(place),
                    _ => seen.contains(place.center()),
                };
                if !shows {
                    self.canvas.reveal(ui.ctx(), place.expanded(REVEALED));
                }
            }
        }
        self.show_presentation(ui, cx);
        let presenting = self.presenting.is_some();
        for input in interaction.inputs.into_iter().filter(|_| !presenting) {
            self.feed(ui, cx, input);
        }
        if interaction.response.secondary_clicked() && !presenting {
            let proposal = self.pointer.and_then(|at| self.proposal_under(cx, at));
            match proposal.filter(|_| interaction.hover == crate::view::tool::Hit::Nothing) {
                Some(proposal) => self.open_proposal_menu(proposal),
                None => self.open_context_menu(ui, cx, interaction.hover),
            }
        }
        self.cursor(ui, &interaction.response, interaction.hover);
        self.proposal_reason(cx, interaction.response, interaction.hover);
        if !presenting {
            self.proposal_nodes(ui, cx);
            self.keyboard(ui, cx, at_item);
        }
        let scene = cx.scene_at_level();
        self.lift(cx);
        self.advice_badges(ui, cx);
        self.propose(cx);
        self.gather_badges(cx);
        // While something is moved or written down, the whole board stays readable.
        let quiet = self.naming.is_some()
            || self.toolbox.activity != Activity::Idle
                && !matches!(self.toolbox.activity, Activity::Pressed { .. });
        let look = Look {
            selection: cx.selection,
            lifted: self.lifted.as_ref().map(|(_, _, near)| near).filter(|near| !quiet && !near.is_empty()),
            activity: &self.toolbox.activity,
            editing: self.naming.as_ref().and_then(naming::Naming::sticky),
            hover: if presenting { crate::view::tool::Hit::Nothing } else { interaction.hover },
            handles,
            proposals: &self.proposing.shown,
            proposal_at_hand: self.proposing.at_hand(),
            guides: &self.guides,
            spotlight: self.presenting.as_ref().and_then(presenting::Presentation::spotlight),
        };
        self.canvas.paint(ui, &scene, cx.theme, &look, &self.overlays);
        self.show_naming(ui, cx);
        self.show_menu(ui, cx);
        if presenting {
            return;
        }
        if cx.options.minimap {
            self.canvas.minimap(ui, &scene, cx.theme);
        }
        self.level_switch(ui, cx, &scene);
        self.proposals_bar(ui, cx);
        if cx.document.board().stickies.is_empty() && self.naming.is_none() {
            empty_hint(ui, cx, self.canvas.viewport());
        }
    }

    /// A badge on each sticky that a finding is mainly about: how many, in the colour of the worst.
    fn advice_badges(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let findings = cx.findings(ui.ctx());
        if self.advised.as_ref().is_some_and(|before| Arc::ptr_eq(before, &findings)) {
            return;
        }
        let board = cx.document.board();
        let mut shows: BTreeMap<Key, StickyId> = BTreeMap::new();
        for (id, sticky) in &board.stickies {
            if let Some(key) = Board::definition_key(sticky) {
                shows.entry(key).or_insert(*id);
            }
        }
        let mut counts: BTreeMap<StickyId, (usize, Severity)> = BTreeMap::new();
        for finding in findings.iter() {
            let first = finding.places.iter().find_map(|place| match place {
                Key::Sticky(id) => Some(*id),
                definition => shows.get(definition).copied(),
            });
            if let Some(id) = first {
                let entry = counts.entry(id).or_insert((0, Severity::Note));
                *entry = (entry.0 + 1, entry.1.max(finding.severity));
            }
        }
        let badge = |(sticky, (count, worst)): (StickyId, (usize, Severity))| Badge {
            sticky,
            corner: Corner::BottomRight,
            text: count.to_string(),
            tone: match worst {
                Severity::Note => Tone::Note,
                Severity::Warning => Tone::Warning,
                Severity::Error => Tone::Error,
            },
        };
        self.advice_badges = counts.into_iter().map(badge).collect();
        self.advised = Some(findings);
        self.gathered = None;
    }

    /// Numbers the narrative anew when the numbers show and the board has changed, and gathers all badges.
    fn gather_badges(&mut self, cx: &Cx<'_>) {
        let revision = cx.document.revision();
        if cx.options.numbers && self.numbered != Some(revision) && !cx.document.in_gesture() {
            self.numbers = narrative::numbers(cx.document.board())
                .into_iter()
                .map(|(sticky, n)| Badge {
                    sticky,
                    corner: Corner::TopLeft,
                    text: n.to_string(),
                    tone: Tone::Plain,
                })
                .collect();
            self.numbered = Some(revision);
            self.gathered = None;
        }
        let shown = (cx.options.numbers, self.presenting.is_some());
        if self.gathered == Some(shown) {
            return;
        }
        // Who looks at a presentation is shown the board, not what is wrong with it.
        self.overlays.badges = if shown.1 { Vec::new() } else { self.advice_badges.clone() };
        if cx.options.numbers {
            self.overlays.badges.extend(self.numbers.iter().cloned());
        }
        self.gathered = Some(shown);
    }

    /// Gives one input to the tool in hand and carries its effects out.
    fn feed(&mut self, ui: &Ui, cx: &mut Cx<'_>, input: Input) {
        if matches!(input, Input::Press(..) | Input::DoubleClick(..)) {
            if self.naming.as_ref().is_some_and(|naming| naming.contains_pointer) {
                return;
            }
            self.commit_naming(ui.ctx(), cx, None);
            ui.memory_mut(|memory| {
                if let Some(id) = memory.focused() {
                    memory.surrender_focus(id);
                }
            });
            self.menu = None;
        }
        if let Input::Press(at, crate::view::tool::Hit::Nothing, _) = input
            && let Some(i) = self.proposal_under(cx, at)
        {
            self.accept_proposal(cx, i);
            return;
        }
        for effect in self.toolbox.feed(input, cx.selection) {
            self.carry_out(ui.ctx(), cx, effect);
        }
    }

    fn cursor(&self, ui: &Ui, response: &egui::Response, hover: crate::view::tool::Hit) {
        use crate::view::tool::{Corner, Hit};
        if !response.contains_pointer() || self.canvas.hand {
            return;
        }
        let icon = match (self.toolbox.tool, self.toolbox.activity.clone(), hover) {
            (_, Activity::Moving { .. }, _) => egui::CursorIcon::Grabbing,
            (_, Activity::Resizing(_, corner), _) | (Tool::Select, _, Hit::Corner(_, corner)) => match corner
            {
                Corner::TopLeft | Corner::BottomRight => egui::CursorIcon::ResizeNwSe,
                Corner::TopRight | Corner::BottomLeft => egui::CursorIcon::ResizeNeSw,
            },
            (Tool::Connect | Tool::Frame | Tool::Line | Tool::Place(_), ..) | (_, _, Hit::Handle(_)) => {
                egui::CursorIcon::Crosshair
            }
            (_, _, Hit::Item(Item::Link(_) | Item::Frame(_)))
            | (Tool::Vote, _, Hit::Item(Item::Sticky(_))) => egui::CursorIcon::PointingHand,
            (_, _, Hit::Item(Item::Line(_))) => egui::CursorIcon::ResizeHorizontal,
            _ => return,
        };
        ui.set_cursor_icon(icon);
    }

    /// Where a new thing goes when the pointer is elsewhere: the middle of the window.
    fn somewhere(&self) -> Point {
        self.canvas.view().world().center()
    }
}

impl Workspace for BoardWorkspace {
    fn name(&self) -> &'static str {
        "Board"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if self.presenting.is_none() {
            if let Some(chosen) = panels::rail::show(ui, cx.theme, self.toolbox.tool, cx.options.level) {
                self.choose(ui.ctx(), cx, chosen);
            }
            self.show_beside(ui, cx);
            if cx.options.drawer {
                panels::drawer::show(ui, cx);
            }
        }
        egui::CentralPanel::default().frame(Frame::NONE).show(ui, |ui| self.canvas(ui, cx));
    }

    fn logic(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        self.step_arranging(ctx, cx);
    }

    fn action(&mut self, ctx: &egui::Context, action: Action, cx: &mut Cx<'_>) -> bool {
        self.run(ctx, action, cx)
    }

    fn opened(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        self.stop_presenting(ctx, cx);
        let clipboard = std::mem::take(&mut self.clipboard);
        *self = Self { clipboard, ..Self::default() };
    }

    fn show(&mut self, ctx: &egui::Context, items: &[Item], cx: &mut Cx<'_>) {
        let board = cx.document.board();
        let level = cx.options.level;
        let hidden = items.iter().any(|item| match item {
            Item::Sticky(id) => board.stickies.get(id).is_some_and(|sticky| !sticky.kind.is_at(level)),
            _ => false,
        });
        if hidden {
            cx.options.level = crate::board::notation::Level::Design;
        }
        if let Some(bounds) = items.iter().filter_map(|item| item.rect(board)).reduce(Rect::union) {
            self.canvas.reveal(ctx, bounds.expanded(40.0));
        }
    }

    fn hint(&self) -> String {
        match (&self.naming, self.toolbox.tool) {
            (Some(naming), _) if naming.sticky().is_none() => "Enter commits · Esc cancels".to_owned(),
            (Some(_), _) => {
                "Enter commits · Tab next sticky · Ctrl+Enter predicts the next kind · Esc cancels".to_owned()
            }
            (None, Tool::Select) => {
                "Press a letter for a sticky · drag from an edge to link · ? for all keys".to_owned()
            }
            (None, Tool::Pan) => "Drag to move the board · V to select".to_owned(),
            (None, Tool::Connect) => "Drag from one sticky to another · V to select".to_owned(),
            (None, Tool::Line) => "Click where the pivotal event is".to_owned(),
            (None, Tool::Vote) => {
                "Click a sticky to vote · Shift+click takes a dot back · Esc ends".to_owned()
            }
            (None, Tool::Frame) => "Drag a rectangle around what belongs together".to_owned(),
            (None, Tool::Place(kind)) => format!("Click where the {} goes", kind.row().label.to_lowercase()),
        }
    }

    fn under_pointer(&self) -> Option<Item> {
        self.hover
    }

    fn zoom(&self) -> Option<f32> {
        Some(self.canvas.camera.zoom)
    }
}

/// What to do on an empty board.
fn empty_hint(ui: &Ui, cx: &Cx<'_>, viewport: Rect) {
    let middle = crate::app::canvas::pos(viewport.center());
    let theme = cx.theme;
    let painter = ui.painter();
    let font = crate::app::theme::Theme::strong(18.0);
    painter.text(middle, egui::Align2::CENTER_BOTTOM, "What happened?", font, theme.text);
    let font = crate::app::theme::Theme::plain(theme.sizes.body);
    let words = "Press E to write down an event. Paste lines to get a row of them. ? lists the keys.";
    painter.text(middle + egui::vec2(0.0, 8.0), egui::Align2::CENTER_TOP, words, font, theme.secondary);
}
