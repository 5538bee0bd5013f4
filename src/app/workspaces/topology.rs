//! The Topology workspace: services, messages and channels as a graph or matrix, what can be asked of it, and a list of
//! the same beside it.

mod bar;
mod matrix;
mod shown;
mod side;

use std::collections::{BTreeMap, BTreeSet};

use egui::{Align2, Rect, pos2, vec2};
use petgraph::graph::NodeIndex;

use super::Workspace;
use crate::app::context::{Command, Cx};
use crate::app::graph::{GraphPanel, Light, Touch};
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::StickyId;
use crate::scene::diagram::{Arrangement, Placed, token};
use crate::topology::affected::{Affected, Change, affected};
use crate::topology::filter::Filter;
use crate::topology::grouping::Grouping;
use crate::topology::projection::View;
use crate::topology::text::is_called;
use crate::topology::{NodeKind, Subject, path};
use crate::view::{Action, Item};
use shown::{Drawn, Laying, Look};
use side::Deed;

/// What is asked about the chosen node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ask {
    /// What is near.
    #[default]
    Near,
    /// Who is affected.
    Affected(Change),
    /// By which chain something reaches it.
    PathFrom(Subject),
}

/// An answer, and what it answers.
struct Answer {
    revision: u64,
    subject: Subject,
    change: Change,
    affected: Vec<Affected>,
}

/// The Topology workspace.
pub(super) struct TopologyWorkspace {
    view: View,
    matrix: bool,
    search: String,
    /// Steps around the selection that stay lit; 0 lights all.
    focus: usize,
    filter: Filter,
    grouping: Grouping,
    closed: bool,
    open: BTreeSet<String>,
    arrangement: Arrangement,
    /// The chosen node, by kind and name: teams and default channels have no sticky to select.
    picked: Option<(NodeKind, String)>,
    ask: Ask,
    answer: Option<Answer>,
    chain: Vec<Subject>,
    shown: Option<Shown>,
    laying: Option<Laying>,
    placed: Placed,
}

impl Default for TopologyWorkspace {
    fn default() -> Self {
        Self {
            view: View::default(),
            matrix: false,
            search: String::new(),
            focus: 0,
            filter: Filter::default(),
            grouping: Grouping::Frames,
            closed: false,
            open: BTreeSet::new(),
            arrangement: Arrangement::default(),
            picked: None,
            ask: Ask::default(),
            answer: None,
            chain: Vec::new(),
            shown: None,
            laying: None,
            placed: Placed::default(),
        }
    }
}

/// A picture on the screen.
struct Shown {
    dark: bool,
    drawn: Box<Drawn>,
    panel: GraphPanel,
}

impl TopologyWorkspace {
    fn look(&self, cx: &Cx<'_>) -> Look {
        let near = self.picked.clone().filter(|_| self.focus > 0);
        Look {
            revision: cx.document.revision(),
            view: self.view,
            matrix: self.matrix,
            filter: self.filter.clone(),
            grouping: self.grouping,
            closed: self.closed,
            open: self.open.clone(),
            arrangement: self.arrangement,
            near: near.map(|(kind, name)| (kind, name, self.focus)),
        }
    }

    fn refresh(&mut self, ui: &egui::Ui, cx: &mut Cx<'_>) {
        let look = self.look(cx);
        if let Some(drawn) = self.laying.as_ref().and_then(Laying::finished) {
            self.laying = None;
            self.take(drawn, cx.theme);
        }
        if let Some(shown) = &mut self.shown
            && shown.dark != cx.theme.dark
        {
            shown.dark = cx.theme.dark;
            shown.panel = shown.drawn.panel(cx.theme);
        }
        let fresh = self.shown.as_ref().is_some_and(|shown| shown.drawn.look.is_like(&look, &shown.drawn));
        let coming = self.laying.as_ref().is_some_and(|laying| laying.look == look);
        if fresh || coming || (self.shown.is_some() && cx.document.in_gesture()) {
            return;
        }
        let same = self.shown.as_ref().is_some_and(|shown| {
            let before = &shown.drawn.look;
            before.view == look.view
                && before.arrangement == look.arrangement
                && before.grouping == look.grouping
        });
        let placed = same.then(|| self.placed.clone());
        match Laying::start(look, cx.document.shared(), cx.topology(), placed, ui.ctx()) {
            Ok(drawn) => self.take(drawn, cx.theme),
            Err(laying) => self.laying = Some(*laying),
        }
    }

    /// Shows a finished picture, with the camera where it was when it is the same view.
    fn take(&mut self, drawn: Box<Drawn>, theme: &Theme) {
        let mut panel = drawn.panel(theme);
        let same = |before: &Look| Look { revision: drawn.look.revision, ..before.clone() } == drawn.look;
        if self.shown.as_ref().is_some_and(|shown| same(&shown.drawn.look)) {
            panel.keep_view();
        }
        self.placed = drawn.picture.placed(&drawn.graph);
        self.shown = Some(Shown { dark: theme.dark, drawn, panel });
    }

    /// Groups are drawn as one node each.
    fn is_closed(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.drawn.closed)
    }

    /// The nodes of the whole that are chosen: the picked one, and those whose stickies are selected.
    fn chosen_in(&self, drawn: &Drawn, cx: &Cx<'_>) -> BTreeSet<NodeIndex> {
        let selected: BTreeSet<StickyId> = cx.selection.stickies().collect();
        let picked = |at: &NodeIndex| {
            let node = &drawn.whole[*at];
            self.picked.as_ref().is_some_and(|(kind, name)| node.kind == *kind && node.name == *name)
        };
        let holds = |at: &NodeIndex| drawn.stickies[at.index()].iter().any(|id| selected.contains(id));
        drawn.whole.node_indices().filter(|at| picked(at) || !selected.is_empty() && holds(at)).collect()
    }

    /// The node the panel tells about.
    fn chosen_one(&self, drawn: &Drawn, cx: &Cx<'_>) -> Option<NodeIndex> {
        let chosen = self.chosen_in(drawn, cx);
        let picked = chosen.iter().find(|at| {
            let node = &drawn.whole[**at];
            self.picked.as_ref().is_some_and(|(kind, name)| node.kind == *kind && node.name == *name)
        });
        picked.or_else(|| chosen.first().filter(|_| chosen.len() == 1)).copied()
    }

    fn choose(&mut self, drawn: &Drawn, at: NodeIndex, cx: &mut Cx<'_>) {
        let node = &drawn.whole[at];
        self.picked = Some((node.kind, node.name.clone()));
        *cx.selection = drawn.stickies[at.index()].iter().map(|id| Item::Sticky(*id)).collect();
    }

    fn clear(&mut self, cx: &mut Cx<'_>) {
        self.picked = None;
        self.ask = Ask::Near;
        cx.selection.clear();
    }

    fn carry_out(&mut self, deed: Deed, drawn: &Drawn, cx: &mut Cx<'_>) {
        match deed {
            Deed::Choose(at) => self.choose(drawn, at, cx),
            Deed::Seek(subject) => match drawn.node_of(subject) {
                Some(at) => self.choose(drawn, at, cx),
                None => {
                    // Another view shows it.
                    let board = cx.document.board();
                    let name = drawn.topology.name_of(board, subject).to_owned();
                    self.picked = Some((drawn.topology.kind_of(subject), name));
                    (self.view, self.matrix) = (View::Events, false);
                }
            },
            Deed::Ask(ask) => self.ask = ask,
            Deed::Open(group) => drop(self.open.insert(group)),
            Deed::Clear => self.clear(cx),
        }
    }

    /// Works out what was asked, once for each question.
    fn answer(&mut self, drawn: &Drawn, at: Option<NodeIndex>, cx: &Cx<'_>) {
        self.chain.clear();
        let (Some(subject), board) = (at.and_then(|at| drawn.whole[at].subject), cx.document.board()) else {
            self.answer = None;
            return;
        };
        match self.ask {
            Ask::Near => self.answer = None,
            Ask::Affected(change) => {
                let revision = cx.document.revision();
                let known = self.answer.as_ref().is_some_and(|known| {
                    (known.revision, known.subject, known.change) == (revision, subject, change)
                });
                if !known && drawn.look.revision == revision {
                    let affected = affected(board, &drawn.topology, subject, change);
                    self.answer = Some(Answer { revision, subject, change, affected });
                }
            }
            Ask::PathFrom(from) => {
                self.chain = path::between(board, &drawn.topology, from, subject).unwrap_or_default();
            }
        }
    }

    /// What the graph brings out: an answer, what was found, or what is near.
    fn light(&self, drawn: &Drawn, theme: &Theme, cx: &Cx<'_>, one: Option<NodeIndex>) -> Light {
        let place = |at: NodeIndex| drawn.at.get(at.index()).copied().flatten();
        let chosen_nodes = self.chosen_in(drawn, cx);
        let chosen: BTreeSet<usize> = chosen_nodes.iter().filter_map(|at| place(*at)).collect();
        let by_subject: BTreeMap<Subject, NodeIndex> =
            drawn.whole.node_indices().filter_map(|at| Some((drawn.whole[at].subject?, at))).collect();
        let mut light = Light { chosen: chosen.clone(), ..Light::default() };
        let join = |light: &mut Light, chain: &[Subject]| {
            let nodes: Vec<NodeIndex> = chain.iter().filter_map(|s| by_subject.get(s).copied()).collect();
            // A chain goes from who sends to who hears; the picture shows the channels in between.
            for pair in nodes.windows(2) {
                let channels = drawn.neighbours.channels_between(pair[0], pair[1]);
                let step: Vec<usize> = pair.iter().chain(channels).filter_map(|at| place(*at)).collect();
                for from in &step {
                    light.chain.extend(step.iter().map(|to| (*from, *to)));
                }
                light.lit.get_or_insert_default().extend(step);
            }
            light.lit.get_or_insert_default().extend(nodes.into_iter().filter_map(place));
        };
        match (self.ask, &self.answer, one) {
            (Ask::Affected(_), Some(answer), Some(_)) => {
                light.lit = Some(chosen);
                for one in answer.affected.iter().rev() {
                    if let Some(at) = by_subject.get(&one.subject).copied().and_then(place) {
                        light.marks.insert(at, side::color(theme, one.effect));
                    }
                    join(&mut light, &one.chain);
                }
                return light;
            }
            (Ask::PathFrom(_), _, Some(_)) if self.chain.len() > 1 => {
                light.lit = Some(chosen);
                join(&mut light, &self.chain);
                return light;
            }
            _ => {}
        }
        if !self.search.trim().is_empty() {
            let found =
                drawn.whole.node_indices().filter(|at| is_called(&drawn.whole[*at].name, &self.search));
            light.lit = Some(found.filter_map(place).collect());
        } else if self.focus > 0 && !chosen_nodes.is_empty() {
            let near = drawn.neighbours.within(&chosen_nodes, self.focus);
            light.lit = Some(near.into_iter().filter_map(place).collect());
        }
        light
    }

    fn canvas(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        let area = ui.available_rect_before_wrap();
        let Some(mut shown) = self.shown.take() else {
            let nodes = self.laying.as_ref().map_or(0, |laying| laying.nodes);
            say(ui, cx.theme, area, &format!("Laying out {nodes} services and messages…"), "");
            return;
        };
        let drawn = &shown.drawn;
        let one = self.chosen_one(drawn, cx);
        let at_run_time = !self.matrix && self.view == View::Runtime && self.filter.is_empty();
        if drawn.whole.node_count() == 0 || at_run_time && drawn.whole.edge_count() == 0 {
            self.empty(ui, cx, area);
        } else if let Some(found) = &drawn.matrix {
            let row = one.and_then(|at| found.order.iter().position(|other| *other == at));
            if let Some(row) = matrix::show(ui, cx.theme, found, row) {
                self.choose(drawn, found.order[row], cx);
            }
        } else if drawn.too_large {
            let size = format!(
                "{} nodes and {} edges are too many to read",
                drawn.graph.node_count(),
                drawn.graph.edge_count()
            );
            say(
                ui,
                cx.theme,
                area,
                &size,
                "Group them by frame or team, filter, or choose one in the list and focus on it.",
            );
        } else {
            let light = self.light(drawn, cx.theme, cx, one);
            shown.panel.light(light);
            let touch = shown.panel.ui(ui, cx.theme);
            self.legend(ui, cx.theme, area, &shown.drawn);
            self.touched(touch, &shown.drawn, cx);
        }
        if self.laying.is_some() {
            let at = Rect::from_min_size(area.min + vec2(12.0, 12.0), vec2(160.0, 24.0));
            ui.put(at, egui::Label::new(cx.theme.secondary("Laying out…")));
        }
        self.shown = Some(shown);
    }

    fn touched(&mut self, touch: Option<Touch>, drawn: &Drawn, cx: &mut Cx<'_>) {
        let whole = |node: usize| {
            let drawn_at = drawn.at.iter().position(|at| *at == Some(node));
            drawn_at.map(NodeIndex::new)
        };
        let is_group = |node: usize| {
            let node = &drawn.graph[NodeIndex::new(node)];
            (drawn.closed && node.subject.is_none()).then(|| node.name.clone())
        };
        match touch {
            Some(Touch::Clicked(node)) => {
                if is_group(node).is_none()
                    && let Some(at) = whole(node)
                {
                    self.choose(drawn, at, cx);
                }
            }
            Some(Touch::DoubleClicked(node)) => match (is_group(node), whole(node)) {
                (Some(group), _) => drop(self.open.insert(group)),
                (None, Some(at)) => {
                    let stickies = &drawn.stickies[at.index()];
                    if !stickies.is_empty() {
                        cx.send(Command::Show(stickies.iter().map(|id| Item::Sticky(*id)).collect()));
                    }
                }
                _ => {}
            },
            Some(Touch::Ground) => self.clear(cx),
            None => {}
        }
    }

    fn empty(&mut self, ui: &mut egui::Ui, cx: &Cx<'_>, area: Rect) {
        if self.filter.is_empty() {
            let (what, how) = match self.view {
                View::Runtime => (
                    "Nobody waits for anybody",
                    "Synchronous commands and queries between services show here.",
                ),
                View::Teams => {
                    ("No service has a team yet", "Give services a team in the inspector of the board.")
                }
                _ => ("Nothing to show yet", "Link services, events and commands on the board."),
            };
            say(ui, cx.theme, area, what, how);
        } else {
            say(ui, cx.theme, area, "The filter leaves nothing", "");
            let at = Rect::from_center_size(area.center() + vec2(0.0, 36.0), vec2(140.0, 28.0));
            if ui.put(at, egui::Button::new("Show everything")).clicked() {
                self.filter = Filter::default();
            }
        }
    }

    /// What the colours mean, at the lower left.
    fn legend(&self, ui: &egui::Ui, theme: &Theme, area: Rect, drawn: &Drawn) {
        let kinds: BTreeSet<NodeKind> = drawn.picture.cards.iter().map(|card| card.kind).collect();
        let waits = drawn.picture.ways.iter().any(|way| way.synchronous);
        let font = Theme::plain(theme.sizes.small);
        let painter = ui.painter().with_clip_rect(area);
        let names = kinds.iter().map(|kind| (Some(*kind), kind.words()));
        let entries: Vec<_> = names.chain(waits.then_some((None, "waits for the answer"))).collect();
        let galleys: Vec<_> = entries
            .iter()
            .map(|(_, name)| painter.layout_no_wrap((*name).to_owned(), font.clone(), theme.secondary))
            .collect();
        let width: f32 = galleys.iter().map(|galley| galley.size().x + 30.0).sum::<f32>() + 10.0;
        let bar = Rect::from_min_size(pos2(area.left() + 12.0, area.bottom() - 38.0), vec2(width, 26.0));
        painter.rect(bar, 6.0, theme.chrome, theme.line(), egui::StrokeKind::Inside);
        let mut x = bar.left() + 12.0;
        for ((kind, _), galley) in entries.iter().zip(galleys) {
            let middle = bar.center().y;
            match kind {
                Some(kind) => {
                    let swatch = Rect::from_center_size(pos2(x + 5.0, middle), vec2(10.0, 10.0));
                    painter.rect_filled(swatch, 2.0, theme.paper(token(*kind)).fill);
                }
                None => {
                    for offset in [-1.75, 1.75] {
                        painter.hline(
                            x - 2.0..=x + 12.0,
                            middle + offset,
                            egui::Stroke::new(1.2, theme.link),
                        );
                    }
                }
            }
            painter.galley(pos2(x + 16.0, middle - galley.size().y / 2.0), galley.clone(), theme.secondary);
            x += galley.size().x + 30.0;
        }
    }
}

/// A sentence in the middle of the canvas, and what to do.
fn say(ui: &egui::Ui, theme: &Theme, area: Rect, what: &str, how: &str) {
    let painter = ui.painter();
    painter.rect_filled(area, 0.0, theme.canvas);
    let middle = area.center();
    painter.text(middle, Align2::CENTER_BOTTOM, what, Theme::strong(theme.sizes.title), theme.text);
    painter.text(
        middle + vec2(0.0, 6.0),
        Align2::CENTER_TOP,
        how,
        Theme::plain(theme.sizes.body),
        theme.secondary,
    );
}

impl Workspace for TopologyWorkspace {
    fn name(&self) -> &'static str {
        "Topology"
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        self.refresh(ui, cx);
        let panel = |theme: &Theme| egui::Frame::new().fill(theme.chrome).inner_margin(8.0);
        egui::Panel::top("topology-bar").frame(panel(cx.theme)).show(ui, |ui| self.bar(ui, cx));
        if let Some(shown) = self.shown.take() {
            let one = self.chosen_one(&shown.drawn, cx);
            self.answer(&shown.drawn, one, cx);
            let side = egui::Panel::right("topology-list").frame(panel(cx.theme)).default_size(280.0);
            let deed = side.show(ui, |ui| {
                let mut deed = None;
                egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    if let Some(at) = one {
                        deed = self.details(ui, cx, &shown.drawn, at);
                        ui.add_space(8.0);
                        widgets::hairline(ui, cx.theme);
                    }
                    deed = deed.take().or(self.list(ui, cx, &shown.drawn));
                });
                deed
            });
            if let Some(deed) = deed.inner {
                self.carry_out(deed, &shown.drawn, cx);
            }
            self.shown = Some(shown);
        }
        self.canvas(ui, cx);
    }

    fn action(&mut self, _ctx: &egui::Context, action: Action, _cx: &mut Cx<'_>) -> bool {
        if action != Action::Fit {
            return false;
        }
        if let Some(shown) = &mut self.shown {
            shown.panel.fit();
        }
        true
    }

    fn opened(&mut self, _ctx: &egui::Context, _cx: &mut Cx<'_>) {
        *self = Self::default();
    }

    fn hint(&self) -> String {
        if self.is_closed() {
            return "Double click opens a group · point at a node for its neighbours · click selects on the board".to_owned();
        }
        "Point at a node for its neighbours · click selects on the board · double click goes there".to_owned()
    }
}
