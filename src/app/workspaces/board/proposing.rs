//! Links proposed from the layout: drawn or ignored one by one or all at once, on the canvas or from a bar over it.

use std::path::{Path, PathBuf};

use egui::{Align, Area, Frame, Layout, Margin, Order, Ui, vec2};

use super::BoardWorkspace;
use super::menus::Menu;
use crate::app::canvas::{Tone, pos};
use crate::app::context::{Command, Cx};
use crate::app::widgets;
use crate::board::{Point, Rect, StickyId};
use crate::edit::Intent;
use crate::io::ignored::{self, Ignored};
use crate::view::propose::{self, Proposal};
use crate::view::tool::Hit;
use crate::view::{Action, Item};

/// The bar is no wider than this, in points.
const WIDTH: f32 = 680.0;
/// How near the pointer has to come to a proposed link, in points.
const REACH: f32 = 8.0;

/// What the layout proposes, and what of it is not wanted.
#[derive(Default)]
pub(super) struct Proposing {
    /// The proposals that show.
    pub(super) shown: Vec<Proposal>,
    /// The revision they were made for.
    made_for: Option<u64>,
    /// The one the bar tells of.
    pub(super) at: usize,
    /// The one on the canvas that has the keyboard focus.
    pub(super) focused: Option<usize>,
    /// The ends of the one that gets the focus next.
    pub(super) focus_next: Option<(StickyId, StickyId)>,
    /// What was decided against, and the file that is remembered for.
    ignored: Ignored,
    file: Option<PathBuf>,
}

impl Proposing {
    /// Works the proposals out again before they show.
    pub(super) const fn forget(&mut self) {
        self.made_for = None;
    }

    /// The one the bar tells of.
    pub(super) fn at_hand(&self) -> Option<usize> {
        (self.at < self.shown.len()).then_some(self.at)
    }

    /// Takes up what was decided against when this file was open before.
    fn follow(&mut self, cx: &Cx<'_>) {
        let file = cx.document.path();
        if self.file.as_deref() == file {
            return;
        }
        if let (Some(store), Some(file)) = (&cx.options.ignored_memory, file) {
            let before = self.ignored.len();
            self.ignored.extend(ignored::recall(store, file));
            if before > 0 {
                ignored::remember(store, file, &self.ignored);
            }
        }
        self.file = file.map(Path::to_owned);
        self.forget();
    }

    fn remember(&self, cx: &Cx<'_>) {
        if let (Some(store), Some(file)) = (&cx.options.ignored_memory, &self.file) {
            ignored::remember(store, file, &self.ignored);
        }
    }

    /// The proposals for the board as it is, at the level shown.
    fn made(&self, cx: &Cx<'_>) -> Vec<Proposal> {
        let (board, level) = (cx.document.board(), cx.options.level);
        let shown = |id| board.stickies.get(&id).is_some_and(|sticky| sticky.kind.is_at(level));
        let mut made = propose::proposals(board);
        made.retain(|each| {
            shown(each.from) && shown(each.to) && !self.ignored.contains(&(each.from, each.to))
        });
        made
    }
}

impl BoardWorkspace {
    /// Works out the proposals, when they are shown and the board has changed.
    pub(super) fn propose(&mut self, cx: &Cx<'_>) {
        let revision = cx.document.revision();
        if !cx.options.proposals {
            self.proposing.shown.clear();
            self.proposing.forget();
            return;
        }
        self.proposing.follow(cx);
        if self.proposing.made_for != Some(revision) && !cx.document.in_gesture() {
            self.proposing.shown = self.proposing.made(cx);
            self.proposing.at = self.proposing.at.min(self.proposing.shown.len().saturating_sub(1));
            self.proposing.made_for = Some(revision);
        }
    }

    /// The proposed link under a point.
    pub(super) fn proposal_under(&self, cx: &mut Cx<'_>, at: Point) -> Option<usize> {
        if self.proposing.shown.is_empty() {
            return None;
        }
        let scene = cx.scene_at_level();
        let reach = REACH / self.canvas.camera.zoom;
        self.proposing.shown.iter().position(|proposal| {
            let (Some(from), Some(to)) = (scene.sticky(proposal.from), scene.sticky(proposal.to)) else {
                return false;
            };
            crate::scene::Curve::straight(from.rect.center(), to.rect.center()).distance(at) <= reach
        })
    }

    /// Says why a proposed link is proposed, while the pointer is on it.
    pub(super) fn proposal_reason(&self, cx: &mut Cx<'_>, response: egui::Response, hover: Hit) {
        if hover == Hit::Nothing
            && let Some(at) = self.pointer
            && let Some(i) = self.proposal_under(cx, at)
        {
            let reason = &self.proposing.shown[i].reason;
            response.on_hover_text_at_pointer(format!(
                "{reason}. Click to draw the link, right-click to ignore it"
            ));
        }
    }

    /// Opens the menu of a proposed link.
    pub(super) fn open_proposal_menu(&mut self, proposal: usize) {
        self.proposing.at = proposal;
        self.menu = Some(Menu::proposal(self.drop_point()));
    }

    /// Draws a proposed link.
    pub(super) fn accept_proposal(&mut self, cx: &mut Cx<'_>, i: usize) {
        if let Some(proposal) = self.proposing.shown.get(i) {
            cx.perform(&Intent::Connect { from: proposal.from, to: proposal.to });
        }
    }

    /// Decides against a proposed link.
    pub(super) fn ignore_proposal(&mut self, cx: &Cx<'_>, i: usize) {
        if i < self.proposing.shown.len() {
            let proposal = self.proposing.shown.remove(i);
            self.proposing.ignored.insert((proposal.from, proposal.to));
            self.proposing.at = self.proposing.at.min(self.proposing.shown.len().saturating_sub(1));
            self.proposing.remember(cx);
        }
    }

    /// Draws every proposed link, as one step.
    pub(super) fn accept_proposals(&mut self, cx: &mut Cx<'_>) {
        self.proposing.follow(cx);
        let proposals = self.proposing.made(cx);
        if proposals.is_empty() {
            cx.say(Tone::Plain, "The layout proposes no links that are not there yet");
            return;
        }
        cx.document.begin(format!("Accept {} proposed links", proposals.len()));
        for proposal in &proposals {
            // What was linked meanwhile stays as it is.
            let _ = cx.document.include(&Intent::Connect { from: proposal.from, to: proposal.to });
        }
        cx.document.end();
        cx.say(Tone::Fine, format!("{} links drawn", proposals.len()));
    }

    /// Decides against every proposed link.
    pub(super) fn ignore_proposals(&mut self, cx: &mut Cx<'_>) {
        self.proposing.follow(cx);
        let proposals = self.proposing.made(cx);
        self.proposing.ignored.extend(proposals.iter().map(|each| (each.from, each.to)));
        self.proposing.remember(cx);
        self.proposing.forget();
        let again = Action::ProposeAgain.row().text;
        cx.say(
            Tone::Plain,
            format!("{} proposed links ignored. “{again}” brings them back", proposals.len()),
        );
    }

    /// Proposes again what was decided against.
    pub(super) fn propose_again(&mut self, cx: &mut Cx<'_>) {
        self.proposing.follow(cx);
        self.proposing.ignored.clear();
        self.proposing.remember(cx);
        self.proposing.forget();
        cx.options.proposals = true;
    }

    /// The bar that walks through the proposals: why each is made, and what to do with it.
    pub(super) fn proposals_bar(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if !cx.options.proposals {
            return;
        }
        let viewport = self.canvas.viewport();
        let top = pos(Point::new(viewport.center().x, viewport.min.y)) + vec2(0.0, 12.0);
        let area = Area::new(ui.id().with("proposals")).fixed_pos(top).pivot(egui::Align2::CENTER_TOP);
        area.order(Order::Middle).show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(cx.theme.chrome)
                .stroke(cx.theme.line())
                .corner_radius(8.0)
                .inner_margin(Margin::symmetric(10, 6));
            frame.show(ui, |ui| {
                ui.set_width((viewport.width() - 48.0).clamp(320.0, WIDTH));
                ui.horizontal(|ui| {
                    if self.proposing.shown.is_empty() {
                        self.nothing_proposed(ui, cx);
                    } else {
                        self.steps(ui, cx);
                    }
                });
                if !self.proposing.shown.is_empty() {
                    ui.horizontal(|ui| self.decisions(ui, cx));
                }
            });
        });
    }

    fn nothing_proposed(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.label(cx.theme.secondary("The layout proposes no more links."));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close(ui, cx);
            let n = self.proposing.ignored.len();
            if n > 0 && ui.button(format!("Propose {n} ignored again")).clicked() {
                cx.send(Command::Run(Action::ProposeAgain));
            }
        });
    }

    /// Which proposal is looked at, and why it is made.
    fn steps(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let n = self.proposing.shown.len();
        let at = self.proposing.at;
        let back = widgets::icon_button(ui, cx.theme, "left", "Proposed link before", "", false);
        let on = widgets::icon_button(ui, cx.theme, "right", "Next proposed link", "", false);
        let next = match (back.clicked(), on.clicked()) {
            (true, _) => Some((at + n - 1) % n),
            (_, true) => Some((at + 1) % n),
            _ => None,
        };
        if let Some(next) = next {
            self.proposing.at = next;
            self.reveal_proposal(ui, cx);
        }
        ui.label(cx.theme.title(format!("{} of {n}", self.proposing.at + 1)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close(ui, cx);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let reason = cx.theme.secondary(&self.proposing.shown[self.proposing.at].reason);
                ui.add(egui::Label::new(reason).truncate());
            });
        });
    }

    fn decisions(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let at = self.proposing.at;
        if ui.button("Draw").on_hover_text("Draw this link").clicked() {
            self.accept_proposal(cx, at);
        }
        if ui.button("Ignore").on_hover_text("Do not propose this link again").clicked() {
            self.ignore_proposal(cx, at);
            self.reveal_proposal(ui, cx);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (action, text) in
                [(Action::IgnoreProposals, "Ignore all"), (Action::AcceptProposals, "Draw all")]
            {
                let row = action.row();
                let tip = if row.keys.is_empty() {
                    row.text.to_owned()
                } else {
                    format!("{}   {}", row.text, row.keys)
                };
                if ui.button(text).on_hover_text(tip).clicked() {
                    cx.send(Command::Run(action));
                }
            }
        });
    }

    /// Brings the proposal at hand into view.
    pub(super) fn reveal_proposal(&mut self, ui: &Ui, cx: &Cx<'_>) {
        let board = cx.document.board();
        if let Some(proposal) = self.proposing.shown.get(self.proposing.at) {
            let ends = [proposal.from, proposal.to].map(Item::Sticky);
            if let Some(area) = ends.iter().filter_map(|end| end.rect(board)).reduce(Rect::union) {
                self.canvas.reveal(ui.ctx(), area.expanded(40.0));
            }
        }
    }
}

fn close(ui: &mut Ui, cx: &mut Cx<'_>) {
    if widgets::icon_button(ui, cx.theme, "close", "Hide proposed links", "", false).clicked() {
        cx.send(Command::Run(Action::ToggleProposals));
    }
}
