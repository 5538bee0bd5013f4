//! The Topology workspace: services, messages and channels as a graph, with a list of the same beside it.

use std::collections::BTreeSet;

use super::Workspace;
use crate::app::context::{Command, Cx};
use crate::app::graph::{GraphPanel, Placed, Touch, token};
use crate::app::widgets;
use crate::board::StickyId;
use crate::topology::graph::Graph;
use crate::topology::projection::{View, project};
use crate::view::{Action, Item};

/// The Topology workspace.
#[derive(Default)]
pub(super) struct TopologyWorkspace {
    view: View,
    search: String,
    /// Steps around the selection that stay lit; 0 lights all.
    focus: usize,
    shown: Option<Shown>,
    placed: Placed,
}

/// A graph made from one revision of the board.
struct Shown {
    revision: u64,
    view: View,
    dark: bool,
    graph: Graph,
    panel: GraphPanel,
    /// The stickies behind each node.
    stickies: Vec<Vec<StickyId>>,
}

impl TopologyWorkspace {
    fn refresh(&mut self, cx: &mut Cx<'_>) {
        let revision = cx.document.revision();
        let fresh = self.shown.as_ref().is_some_and(|shown| {
            shown.revision == revision && shown.view == self.view && shown.dark == cx.theme.dark
        });
        if fresh || (self.shown.is_some() && cx.document.in_gesture()) {
            return;
        }
        let topology = cx.topology();
        let graph = project(cx.document.board(), &topology, self.view);
        let stickies = stickies_of(&graph, cx.document.board());
        let same_view = self.shown.as_ref().is_some_and(|shown| shown.view == self.view);
        let previous = same_view.then_some(&self.placed);
        let (panel, placed) = GraphPanel::new(&graph, cx.theme, previous);
        self.placed = placed;
        self.shown = Some(Shown { revision, view: self.view, dark: cx.theme.dark, graph, panel, stickies });
    }

    fn bar(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            for (view, name) in View::ALL.into_iter().zip(["Events", "Services", "Run time", "Teams"]) {
                if widgets::tab(ui, cx.theme, name, self.view == view).clicked() {
                    self.view = view;
                }
            }
            ui.add_space(12.0);
            let search = egui::TextEdit::singleline(&mut self.search)
                .hint_text("Find in the graph")
                .desired_width(180.0);
            let response = ui.add(search);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Find in the graph"));
            ui.add_space(12.0);
            ui.label(cx.theme.secondary("Focus"));
            for (steps, name) in [(0, "All"), (1, "1 step"), (2, "2 steps"), (3, "3 steps")] {
                if widgets::chip(ui, cx.theme, name, self.focus == steps).clicked() {
                    self.focus = steps;
                }
            }
        });
    }

    fn list(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        let Some(shown) = &self.shown else { return };
        let chosen = chosen(shown, cx);
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let mut nodes: Vec<_> = shown.graph.node_indices().collect();
            nodes.sort_by_key(|at| &shown.graph[*at]);
            let mut heading = None;
            for at in nodes {
                let node = &shown.graph[at];
                if !matches(&node.name, &self.search) {
                    continue;
                }
                if heading != Some(node.kind) {
                    heading = Some(node.kind);
                    widgets::section(ui, cx.theme, plural(node.kind));
                }
                let into = shown.graph.edges_directed(at, petgraph::Direction::Incoming).count();
                let out = shown.graph.edges_directed(at, petgraph::Direction::Outgoing).count();
                let row = list_row(ui, cx.theme, node, (into, out), chosen.contains(&at.index()));
                if row.clicked() {
                    *cx.selection = shown.stickies[at.index()].iter().map(|id| Item::Sticky(*id)).collect();
                }
                if row.double_clicked() {
                    cx.send(Command::Show(
                        shown.stickies[at.index()].iter().map(|id| Item::Sticky(*id)).collect(),
                    ));
                }
            }
            if shown.graph.node_count() == 0 {
                ui.add_space(16.0);
                ui.label(
                    cx.theme
                        .secondary("Nothing to show yet. Link services, events and commands on the board."),
                );
            }
        });
    }
}

impl Workspace for TopologyWorkspace {
    fn name(&self) -> &'static str {
        "Topology"
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        self.refresh(cx);
        let panel =
            |theme: &crate::app::theme::Theme| egui::Frame::new().fill(theme.chrome).inner_margin(8.0);
        egui::Panel::top("topology-bar").frame(panel(cx.theme)).show(ui, |ui| self.bar(ui, cx));
        egui::Panel::right("topology-list")
            .frame(panel(cx.theme))
            .default_size(260.0)
            .show(ui, |ui| self.list(ui, cx));
        let focus = self.focus;
        let search = self.search.clone();
        let Some(shown) = &mut self.shown else { return };
        let chosen = chosen(shown, cx);
        let found: BTreeSet<usize> = if search.trim().is_empty() {
            BTreeSet::new()
        } else {
            shown
                .graph
                .node_indices()
                .filter(|at| matches(&shown.graph[*at].name, &search))
                .map(|at| at.index())
                .collect()
        };
        let lit = match (found.is_empty(), chosen.is_empty() || focus == 0) {
            (false, _) => Some(found),
            (true, false) => Some(shown.panel.within(&chosen, focus)),
            (true, true) => None,
        };
        shown.panel.light(chosen, lit);
        match shown.panel.ui(ui, cx.theme) {
            Some(Touch::Clicked(node)) => {
                *cx.selection = shown.stickies[node].iter().map(|id| Item::Sticky(*id)).collect();
            }
            Some(Touch::DoubleClicked(node)) => {
                cx.send(Command::Show(shown.stickies[node].iter().map(|id| Item::Sticky(*id)).collect()));
            }
            Some(Touch::Ground) => cx.selection.clear(),
            None => {}
        }
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
        self.shown = None;
        self.placed = Placed::default();
    }

    fn hint(&self) -> String {
        "Point at a node for its neighbours · click selects on the board · double click goes there".to_owned()
    }
}

fn matches(name: &str, search: &str) -> bool {
    let search = search.trim().to_lowercase();
    search.is_empty()
        || name.to_lowercase().contains(&search)
        || crate::board::notation::words(name).to_lowercase().contains(&search)
}

/// The nodes whose stickies are selected.
fn chosen(shown: &Shown, cx: &Cx<'_>) -> BTreeSet<usize> {
    let selected: BTreeSet<StickyId> = cx.selection.stickies().collect();
    let holds = |stickies: &Vec<StickyId>| stickies.iter().any(|sticky| selected.contains(sticky));
    shown.stickies.iter().enumerate().filter(|(_, stickies)| holds(stickies)).map(|(at, _)| at).collect()
}

/// The stickies behind each node: those of the same definition as the one the node names.
fn stickies_of(graph: &Graph, board: &crate::board::Board) -> Vec<Vec<StickyId>> {
    let sticky = |id: &StickyId| board.stickies.get(id);
    graph
        .node_indices()
        .map(|at| match graph[at].sticky.as_ref().and_then(sticky) {
            Some(shown) => board.same_definition(shown).collect(),
            None => Vec::new(),
        })
        .collect()
}

const fn plural(kind: crate::topology::NodeKind) -> &'static str {
    use crate::topology::NodeKind as K;
    match kind {
        K::Service => "Services",
        K::External => "External systems",
        K::Policy => "Policies",
        K::Actor => "Actors",
        K::Event => "Events",
        K::Command => "Commands",
        K::Query => "Queries",
        K::Channel => "Channels",
        K::Team => "Teams",
        K::Frame => "Frames",
    }
}

fn list_row(
    ui: &mut egui::Ui,
    theme: &crate::app::theme::Theme,
    node: &crate::topology::GraphNode,
    (into, out): (usize, usize),
    chosen: bool,
) -> egui::Response {
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), 24.0), egui::Sense::click());
    let label = format!("{}, {into} in, {out} out", node.name);
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::WidgetType::SelectableLabel, true, chosen, &label));
    if chosen || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, if chosen { theme.selection } else { theme.hover });
    }
    let swatch =
        egui::Rect::from_center_size(rect.left_center() + egui::vec2(11.0, 0.0), egui::vec2(10.0, 10.0));
    ui.painter().rect_filled(swatch, 2.0, theme.paper(token(node.kind)).fill);
    let font = crate::app::theme::Theme::plain(theme.sizes.body);
    let name =
        ui.painter().layout_no_wrap(crate::board::notation::words(&node.name), font.clone(), theme.text);
    let clip = egui::Rect::from_min_max(rect.left_top(), egui::pos2(rect.right() - 52.0, rect.bottom()));
    ui.painter().with_clip_rect(clip).galley(
        rect.left_center() + egui::vec2(24.0, -name.size().y / 2.0),
        name,
        theme.text,
    );
    let degrees = ui.painter().layout_no_wrap(format!("{into} → {out}"), font, theme.secondary);
    ui.painter().galley(
        rect.right_center() - egui::vec2(degrees.size().x + 6.0, degrees.size().y / 2.0),
        degrees,
        theme.secondary,
    );
    response
}
