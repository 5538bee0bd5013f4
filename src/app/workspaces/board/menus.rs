//! Menus on the canvas: what may follow a link let go over empty paper, and what can be done here.

use egui::{Area, Frame, Order, RichText, Ui, vec2};

use super::BoardWorkspace;
use super::effects::centred;
use crate::app::canvas::pos;
use crate::app::context::{Command, Cx};
use crate::app::icons;
use crate::app::theme::Theme;
use crate::board::notation::{NOTATION, followers, words};
use crate::board::{Point, StickyId, StickyKind};
use crate::view::tool::Hit;
use crate::view::{Action, Item, Selection};

/// A menu open on the canvas.
pub(super) struct Menu {
    /// Where, on the board.
    at: Point,
    /// The sticky a new one is linked from.
    from: Option<StickyId>,
    /// The kinds offered.
    kinds: Vec<StickyKind>,
    /// The actions offered.
    actions: Vec<Action>,
    /// The names of which one stays.
    names: Vec<String>,
    /// It is about the proposed link at hand.
    proposal: bool,
    fresh: bool,
}

impl Menu {
    /// What may follow a sticky by the grammar.
    pub(super) fn follow(cx: &Cx<'_>, from: StickyId, at: Point) -> Self {
        let kind = cx.document.board().stickies.get(&from).map(|sticky| sticky.kind);
        let level = cx.options.level;
        let kinds = kind.map(|kind| followers(kind).filter(|kind| kind.is_at(level)).collect());
        let kinds = kinds.unwrap_or_default();
        Self {
            at,
            from: Some(from),
            kinds,
            actions: Vec::new(),
            names: Vec::new(),
            proposal: false,
            fresh: true,
        }
    }

    /// Names of which one stays.
    pub(super) const fn merge(at: Point, names: Vec<String>) -> Self {
        Self { at, from: None, kinds: Vec::new(), actions: Vec::new(), names, proposal: false, fresh: true }
    }

    /// What to do with the proposed link at hand, and with all of them.
    pub(super) fn proposal(at: Point) -> Self {
        let actions = vec![Action::AcceptProposals, Action::IgnoreProposals, Action::ToggleProposals];
        Self { at, from: None, kinds: Vec::new(), actions, names: Vec::new(), proposal: true, fresh: true }
    }
}

impl BoardWorkspace {
    /// Opens the menu of what was clicked with the other button.
    pub(super) fn open_context_menu(&mut self, ui: &Ui, cx: &mut Cx<'_>, hit: Hit) {
        let at = self.drop_point();
        self.commit_naming(ui.ctx(), cx, None);
        let item = match hit {
            Hit::Item(item) | Hit::Corner(item, _) => Some(item),
            Hit::Handle(id) => Some(Item::Sticky(id)),
            Hit::Nothing => None,
        };
        if let Some(item) = item
            && !cx.selection.contains(item)
        {
            *cx.selection = Selection::one(item);
        }
        let (kinds, actions) = match item {
            None => (
                NOTATION.iter().map(|row| row.kind).filter(|kind| kind.is_at(cx.options.level)).collect(),
                vec![Action::Fit, Action::SelectAll],
            ),
            Some(Item::Sticky(_)) if cx.selection.len() > 1 => (
                Vec::new(),
                vec![
                    Action::ConnectSelected,
                    Action::FrameSelection,
                    Action::MergeNames,
                    Action::Duplicate,
                    Action::Copy,
                    Action::BringToFront,
                    Action::SendToBack,
                    Action::Lock,
                    Action::Vote,
                    Action::Delete,
                ],
            ),
            Some(Item::Sticky(_)) => (
                Vec::new(),
                vec![
                    Action::Rename,
                    Action::RenameEverywhere,
                    Action::Duplicate,
                    Action::Copy,
                    Action::BringToFront,
                    Action::SendToBack,
                    Action::Lock,
                    Action::Vote,
                    Action::Delete,
                ],
            ),
            Some(Item::Frame(_)) => (
                Vec::new(),
                vec![Action::Rename, Action::FitSelection, Action::Duplicate, Action::Lock, Action::Delete],
            ),
            Some(Item::Line(_)) => (Vec::new(), vec![Action::Rename, Action::Lock, Action::Delete]),
            Some(Item::Link(_)) => (Vec::new(), vec![Action::Rename, Action::Delete]),
        };
        self.menu =
            Some(Menu { at, from: None, kinds, actions, names: Vec::new(), proposal: false, fresh: true });
    }

    /// Draws the open menu.
    pub(super) fn show_menu(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some(menu) = &mut self.menu else { return };
        let place = pos(self.canvas.view().to_screen(menu.at));
        let theme = cx.theme;
        let mut kind = None;
        let mut action = None;
        let mut kept = None;
        let mut wanted = None;
        let area =
            Area::new(ui.id().with("canvas menu")).fixed_pos(place + vec2(2.0, 2.0)).order(Order::Foreground);
        let shown = area.constrain(true).show(ui.ctx(), |ui| {
            Frame::menu(ui.style()).show(ui, |ui| {
                ui.set_min_width(190.0);
                ui.spacing_mut().item_spacing.y = 1.0;
                if !menu.names.is_empty() {
                    ui.label(theme.secondary("Which name stays?"));
                }
                for (text, icon, wants) in
                    [("Draw this link", "check", true), ("Ignore this link", "close", false)]
                {
                    if !menu.proposal {
                        break;
                    }
                    let icon = icons::text(icon, 15.0).color(theme.secondary);
                    let button = egui::Button::new((icon, text)).frame_when_inactive(false);
                    let response = ui.add(button.min_size(vec2(190.0, 24.0)));
                    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(text));
                    if response.clicked() {
                        wanted = Some(wants);
                    }
                }
                for name in &menu.names {
                    let button = egui::Button::new(words(name)).frame_when_inactive(false);
                    if ui.add(button.min_size(vec2(190.0, 24.0))).clicked() {
                        kept = Some(name.clone());
                    }
                }
                for each in &menu.kinds {
                    let row = each.row();
                    let color =
                        if theme.dark { theme.paper(row.token).fill } else { theme.paper(row.token).text };
                    let icon = RichText::new(icons::of_kind(*each)).font(Theme::icon(15.0)).color(color);
                    let keys = row.shortcut.map_or_else(String::new, |key| key.to_string());
                    let button =
                        egui::Button::new((icon, row.label)).shortcut_text(keys).frame_when_inactive(false);
                    let response = ui.add(button.min_size(vec2(190.0, 24.0)));
                    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(row.label));
                    if response.clicked() {
                        kind = Some(*each);
                    }
                }
                for each in &menu.actions {
                    let row = each.row();
                    let icon = icons::text(row.icon, 15.0).color(theme.secondary);
                    let button = egui::Button::new((icon, row.text))
                        .shortcut_text(row.keys)
                        .frame_when_inactive(false);
                    let response = ui.add(button.min_size(vec2(190.0, 24.0)));
                    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(row.text));
                    if response.clicked() {
                        action = Some(*each);
                    }
                }
                if menu.kinds.is_empty() && menu.actions.is_empty() && menu.names.is_empty() {
                    ui.label(theme.secondary("Nothing may follow here by the grammar"));
                }
            });
        });
        let pressed = ui.input(|input| input.pointer.any_pressed()) && !menu.fresh;
        menu.fresh = false;
        let (at, from) = (menu.at, menu.from);
        if let Some(wanted) = wanted {
            self.menu = None;
            match self.proposing.at_hand() {
                Some(i) if wanted => self.accept_proposal(cx, i),
                Some(i) => self.ignore_proposal(cx, i),
                None => {}
            }
        } else if let Some(kept) = kept {
            self.menu = None;
            self.merge_into(cx, &kept);
        } else if let Some(kind) = kind {
            self.menu = None;
            self.place(ui.ctx(), cx, kind, centred(kind, at), from);
        } else if let Some(action) = action {
            self.menu = None;
            cx.send(Command::Run(action));
        } else if pressed && !shown.response.contains_pointer() {
            self.menu = None;
        }
    }
}
