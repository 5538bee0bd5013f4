//! The one file that names egui_graphs: a topology drawn with it, as cards and curves in our own look.
//!
//! egui_graphs asks for another frame each time it is shown, and its nodes are one painted area without names. So it is
//! shown only in frames in which something can have changed; in all others the shapes of the last time are painted
//! again, and the app is at rest. The list beside the graph has a name for each node.

use std::collections::BTreeSet;

use egui::epaint::{CornerRadius, CubicBezierShape};
use egui::{Color32, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};
use egui_graphs::{
    DisplayEdge, DisplayNode, DrawContext, EdgeProps, GraphChange, GraphView, Layout, LayoutState,
    MetadataFrame, Node, NodeProps, SettingsInteraction, SettingsNavigation, SettingsStyle,
};
use petgraph::Directed;
use petgraph::graph::IndexType;
use petgraph::stable_graph::NodeIndex;

use super::theme::{Theme, mix};
use crate::topology::graph::Graph;
use crate::topology::{NodeKind, layered};

/// What a node needs to draw itself.
#[derive(Clone, Debug)]
struct CardData {
    name: String,
    size: Vec2,
    fill: Color32,
    ink: Color32,
    outline: Color32,
    accent: Color32,
    rounded: bool,
    faded: bool,
    chosen: bool,
}

/// What an edge needs to draw itself.
#[derive(Clone, Debug)]
struct LineData {
    synchronous: bool,
    color: Color32,
    label: String,
    faded: bool,
}

type Inner = egui_graphs::Graph<CardData, LineData, Directed, u32, Card, Line>;

/// The state of a layout that moves nothing: our own layout has placed the nodes.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
struct Still;

impl LayoutState for Still {}

/// The layout that moves nothing.
#[derive(Debug, Default)]
struct Stay;

impl Layout<Still> for Stay {
    fn from_state(_state: Still) -> impl Layout<Still> {
        Self
    }

    fn next<N, E, Ty, Ix, Dn, De>(&mut self, _graph: &mut egui_graphs::Graph<N, E, Ty, Ix, Dn, De>, _ui: &Ui)
    where
        N: Clone,
        E: Clone,
        Ty: petgraph::EdgeType,
        Ix: IndexType,
        Dn: DisplayNode<N, E, Ty, Ix>,
        De: DisplayEdge<N, E, Ty, Ix, Dn>,
    {
    }

    fn state(&self) -> Still {
        Still
    }
}

/// A node as a card.
#[derive(Clone, Debug)]
struct Card {
    at: Pos2,
    hovered: bool,
    data: CardData,
}

impl From<NodeProps<CardData>> for Card {
    fn from(props: NodeProps<CardData>) -> Self {
        Self { at: props.location(), hovered: props.hovered, data: props.payload }
    }
}

impl Card {
    fn rect(&self) -> Rect {
        Rect::from_center_size(self.at, self.data.size)
    }
}

impl<Ix: IndexType> DisplayNode<CardData, LineData, Directed, Ix> for Card {
    fn closest_boundary_point(&self, dir: Vec2) -> Pos2 {
        let half = self.data.size / 2.0;
        let (x, y) = (dir.x.abs().max(1e-6), dir.y.abs().max(1e-6));
        self.at + dir * (half.x / x).min(half.y / y)
    }

    fn shapes(&mut self, ctx: &DrawContext<'_>) -> Vec<Shape> {
        let zoom = ctx.meta.zoom;
        let data = &self.data;
        let rect = Rect::from_center_size(ctx.meta.canvas_to_screen_pos(self.at), data.size * zoom);
        if !rect.intersects(ctx.painter.clip_rect()) {
            return Vec::new();
        }
        let strength = if data.faded { 0.22 } else { 1.0 };
        let radius =
            CornerRadius::same(if data.rounded { (rect.height() / 2.0) as u8 } else { (4.0 * zoom) as u8 });
        let outline = if data.chosen || self.hovered {
            Stroke::new(2.0, data.accent)
        } else {
            Stroke::new(1.0, data.outline)
        };
        let mut shapes = vec![
            Shape::rect_filled(rect, radius, data.fill.gamma_multiply(strength)),
            Shape::rect_stroke(
                rect,
                radius,
                Stroke::new(outline.width, outline.color.gamma_multiply(strength)),
                StrokeKind::Inside,
            ),
        ];
        // Names vanish before shapes do.
        if zoom * 13.0 > 5.5 {
            let font = Theme::strong(13.0 * zoom);
            let ink = data.ink.gamma_multiply(strength);
            let galley = ctx.ctx.fonts_mut(|fonts| {
                let mut job =
                    egui::text::LayoutJob::simple(data.name.clone(), font, ink, rect.width() - 12.0 * zoom);
                job.halign = egui::Align::Center;
                job.wrap.max_rows = 2;
                fonts.layout_job(job)
            });
            let at = pos2(rect.center().x, rect.center().y - galley.size().y / 2.0);
            shapes.push(Shape::galley(at, galley, ink));
        }
        shapes
    }

    fn update(&mut self, state: &NodeProps<CardData>) {
        self.at = state.location();
        self.hovered = state.hovered;
        self.data.clone_from(&state.payload);
    }

    fn is_inside(&self, pos: Pos2) -> bool {
        self.rect().contains(pos)
    }
}

/// An edge as a curve that leaves to the right and arrives from the left; double when the sender waits.
#[derive(Clone, Debug)]
struct Line {
    data: LineData,
}

impl From<EdgeProps<LineData>> for Line {
    fn from(props: EdgeProps<LineData>) -> Self {
        Self { data: props.payload }
    }
}

impl Line {
    fn points(start: &Card, end: &Card) -> [Pos2; 4] {
        let (a, b) = (start.rect(), end.rect());
        let backwards = b.left() < a.right();
        let (from, to) = if backwards && b.right() > a.left() {
            if b.center().y > a.center().y {
                (a.center_bottom(), b.center_top())
            } else {
                (a.center_top(), b.center_bottom())
            }
        } else if backwards {
            (a.left_center(), b.right_center())
        } else {
            (a.right_center(), b.left_center())
        };
        let across = if (from.x - a.center().x).abs() > (from.y - a.center().y).abs() {
            vec2((to.x - from.x) * 0.5, 0.0)
        } else {
            vec2(0.0, (to.y - from.y) * 0.5)
        };
        [from, from + across, to - across, to]
    }
}

impl<Ix: IndexType> DisplayEdge<CardData, LineData, Directed, Ix, Card> for Line {
    fn shapes(
        &mut self,
        start: &Node<CardData, LineData, Directed, Ix, Card>,
        end: &Node<CardData, LineData, Directed, Ix, Card>,
        ctx: &DrawContext<'_>,
    ) -> Vec<Shape> {
        let zoom = ctx.meta.zoom;
        let points = Self::points(start.display(), end.display()).map(|p| ctx.meta.canvas_to_screen_pos(p));
        if !Rect::from_points(&points).expand(8.0).intersects(ctx.painter.clip_rect()) {
            return Vec::new();
        }
        let color = self.data.color.gamma_multiply(if self.data.faded { 0.15 } else { 1.0 });
        let stroke = Stroke::new((1.5 * zoom).clamp(0.6, 2.0), color);
        let curve = |offset: Vec2| -> Shape {
            CubicBezierShape::from_points_stroke(
                points.map(|p| p + offset),
                false,
                Color32::TRANSPARENT,
                stroke,
            )
            .into()
        };
        let mut shapes = Vec::new();
        if self.data.synchronous {
            let side = (points[3] - points[0]).normalized().rot90() * 1.5 * zoom;
            shapes.extend([curve(side), curve(-side)]);
        } else {
            shapes.push(curve(Vec2::ZERO));
        }
        let back = (points[2] - points[3]).normalized() * 9.0 * zoom;
        let side = back.rot90() * 0.5;
        shapes.push(Shape::convex_polygon(
            vec![points[3], points[3] + back + side, points[3] + back - side],
            color,
            Stroke::NONE,
        ));
        if !self.data.label.is_empty() && zoom > 0.55 && !self.data.faded {
            let middle = points[0].lerp(points[3], 0.5);
            let font = Theme::plain(11.0 * zoom);
            let galley =
                ctx.ctx.fonts_mut(|fonts| fonts.layout_no_wrap(self.data.label.clone(), font, color));
            shapes.push(Shape::galley(
                middle - vec2(galley.size().x / 2.0, galley.size().y + 2.0),
                galley,
                color,
            ));
        }
        shapes
    }

    fn update(&mut self, state: &EdgeProps<LineData>) {
        self.data.clone_from(&state.payload);
    }

    fn is_inside(
        &self,
        start: &Node<CardData, LineData, Directed, Ix, Card>,
        end: &Node<CardData, LineData, Directed, Ix, Card>,
        pos: Pos2,
    ) -> bool {
        let points = Self::points(start.display(), end.display());
        let curve = CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, Stroke::NONE);
        curve.flatten(Some(2.0)).windows(2).any(|pair| {
            let along = pair[1] - pair[0];
            let t = ((pos - pair[0]).dot(along) / along.length_sq().max(1e-6)).clamp(0.0, 1.0);
            (pair[0] + along * t).distance(pos) < 5.0
        })
    }
}

/// What the user did to the graph in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    /// A node was clicked once.
    Clicked(usize),
    /// A node was clicked twice.
    DoubleClicked(usize),
    /// The empty ground was clicked.
    Ground,
}

/// A graph on the screen.
pub(super) struct GraphPanel {
    inner: Inner,
    /// Neighbours of each node, itself included.
    around: Vec<BTreeSet<usize>>,
    /// The ends of each edge.
    ends: Vec<(usize, usize)>,
    /// The node the pointer is on.
    hovered: Option<usize>,
    /// Lit nodes while nothing is hovered; `None` lights all.
    lit: Option<BTreeSet<usize>>,
    chosen: BTreeSet<usize>,
    /// What was painted last, and where.
    painted: Vec<egui::epaint::ClippedShape>,
    painted_in: Rect,
    stale: bool,
    fit: u8,
}

const ID: &str = "topology";
const CARD_HEIGHT: f32 = 44.0;

fn size_of(name: &str, kind: NodeKind) -> Vec2 {
    let width = (name.chars().count() as f32 * 8.2 + 28.0).clamp(84.0, 190.0);
    let height = if kind == NodeKind::Actor { 34.0 } else { CARD_HEIGHT };
    vec2(width, height)
}

/// The sticky token of a node's colour.
pub(super) const fn token(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Service | NodeKind::Team | NodeKind::Frame => "service",
        NodeKind::External => "external",
        NodeKind::Policy => "policy",
        NodeKind::Actor => "actor",
        NodeKind::Event => "event",
        NodeKind::Command => "command",
        NodeKind::Query => "query",
        NodeKind::Channel => "channel",
    }
}

impl GraphPanel {
    /// Lays a graph out and makes it ready to draw. `previous` keeps nodes of the same kind and name near where they
    /// were.
    pub(super) fn new(graph: &Graph, theme: &Theme, previous: Option<&Placed>) -> (Self, Placed) {
        let nodes: Vec<layered::Node> = graph
            .node_indices()
            .map(|at| {
                let node = &graph[at];
                let size = size_of(&node.name, node.kind);
                let hint = previous.and_then(|placed| placed.find(node.kind, &node.name));
                layered::Node { width: size.x, height: size.y, cluster: None, hint }
            })
            .collect();
        let ends: Vec<(usize, usize)> = graph
            .edge_indices()
            .filter_map(|at| graph.edge_endpoints(at))
            .map(|(from, to)| (from.index(), to.index()))
            .collect();
        let abstract_graph = layered::Graph { nodes, edges: ends.clone() };
        let layout = layered::layout(&abstract_graph, &layered::Options::default());
        let mut inner: Inner = egui_graphs::Graph::new();
        let mut around: Vec<BTreeSet<usize>> =
            (0..graph.node_count()).map(|at| BTreeSet::from([at])).collect();
        for (at, place) in graph.node_indices().zip(&layout.positions) {
            let node = &graph[at];
            let paper = theme.paper(token(node.kind));
            let data = CardData {
                name: crate::board::notation::words(&node.name),
                size: size_of(&node.name, node.kind),
                fill: paper.fill,
                ink: paper.text,
                outline: mix(paper.fill, paper.text, 0.25),
                accent: theme.accent,
                rounded: matches!(node.kind, NodeKind::Channel | NodeKind::Actor),
                faded: false,
                chosen: false,
            };
            inner.add_node_with_location(data, pos2(place.x, place.y));
        }
        for at in graph.edge_indices() {
            let Some((from, to)) = graph.edge_endpoints(at) else { continue };
            let edge = &graph[at];
            let label = if edge.kind == crate::topology::EdgeKind::DependsOn {
                edge.messages.join(", ")
            } else {
                String::new()
            };
            let data = LineData { synchronous: edge.synchronous, color: theme.link, label, faded: false };
            inner.add_edge(NodeIndex::new(from.index()), NodeIndex::new(to.index()), data);
            around[from.index()].insert(to.index());
            around[to.index()].insert(from.index());
        }
        let placed = Placed(
            graph
                .node_indices()
                .zip(&layout.positions)
                .map(|(at, place)| (graph[at].kind, graph[at].name.clone(), (place.x, place.y)))
                .collect(),
        );
        let panel = Self {
            inner,
            around,
            ends,
            hovered: None,
            lit: None,
            chosen: BTreeSet::new(),
            painted: Vec::new(),
            painted_in: Rect::NOTHING,
            stale: true,
            fit: 2,
        };
        (panel, placed)
    }

    /// Shows the whole graph again.
    pub(super) const fn fit(&mut self) {
        self.fit = 2;
        self.stale = true;
    }

    /// Sets which nodes are chosen, and which are lit while nothing is hovered.
    pub(super) fn light(&mut self, chosen: BTreeSet<usize>, lit: Option<BTreeSet<usize>>) {
        if self.chosen != chosen || self.lit != lit {
            (self.chosen, self.lit) = (chosen, lit);
            self.stale = true;
        }
    }

    /// The nodes within so many steps of any of `from`, against and along the edges.
    pub(super) fn within(&self, from: &BTreeSet<usize>, steps: usize) -> BTreeSet<usize> {
        let mut reached = from.clone();
        let mut border = from.clone();
        for _ in 0..steps {
            border = border
                .iter()
                .flat_map(|at| self.around[*at].iter().copied())
                .filter(|at| !reached.contains(at))
                .collect();
            reached.extend(&border);
        }
        reached
    }

    /// Draws the graph into what is left of `ui`.
    pub(super) fn ui(&mut self, ui: &mut Ui, theme: &Theme) -> Option<Touch> {
        let area = ui.available_rect_before_wrap();
        ui.painter().rect_filled(area, 0.0, theme.canvas);
        let moving = ui.input(|input| {
            let over = input.pointer.latest_pos().is_some_and(|at| area.contains(at));
            let acted = !input.events.is_empty()
                || input.pointer.any_down()
                || input.smooth_scroll_delta() != Vec2::ZERO;
            (over || self.hovered.is_some()) && acted
        });
        if !moving && !self.stale && self.fit == 0 && self.painted_in == area {
            for shape in &self.painted {
                ui.painter().with_clip_rect(shape.clip_rect).add(shape.shape.clone());
            }
            // The place must stay taken, so that the pointer finds it.
            ui.allocate_rect(area, egui::Sense::click_and_drag());
            return None;
        }
        self.apply_light();
        if self.fit > 0 {
            self.fit_to(ui, area);
        }
        self.zoom_with_wheel(ui, area);
        let layer = ui.layer_id();
        let before = ui.ctx().graphics(|graphics| graphics.get(layer).map_or(0, |list| list.next_idx().0));
        let interaction = SettingsInteraction::new()
            .with_dragging_enabled(true)
            .with_hover_enabled(true)
            .with_node_clicking_enabled(true);
        let navigation =
            SettingsNavigation::new().with_fit_to_screen_enabled(false).with_zoom_and_pan_enabled(true);
        let view = GraphView::<Still, Stay>::new()
            .with_id(Some(ID.to_owned()))
            .with_interactions(&interaction)
            .with_navigations(&navigation)
            .with_styles(&SettingsStyle::new());
        let answer = view.show(ui, &mut self.inner);
        self.fit = self.fit.saturating_sub(1);
        let hovered = self.inner.hovered_node().map(|at| at.index());
        self.stale = hovered != self.hovered;
        self.hovered = hovered;
        self.painted_in = area;
        self.painted = ui.ctx().graphics(|graphics| {
            graphics
                .get(layer)
                .map_or_else(Vec::new, |list| list.all_entries().skip(before).cloned().collect())
        });
        let mut touch = answer.response.clicked().then_some(Touch::Ground);
        for change in answer.changes {
            match change {
                GraphChange::NodeDoubleClicked { node } => touch = Some(Touch::DoubleClicked(node.index())),
                GraphChange::NodeClicked { node } => touch = Some(Touch::Clicked(node.index())),
                _ => {}
            }
        }
        touch
    }

    /// Shows the whole graph in the middle, no larger than a little over life size.
    fn fit_to(&self, ui: &mut Ui, area: Rect) {
        let rects = self.inner.nodes_iter().map(|(_, node)| node.display().rect());
        let Some(bounds) = rects.reduce(Rect::union) else { return };
        let mut frame = MetadataFrame::new(Some(ID.to_owned())).load(ui);
        let room = area.size() - Vec2::splat(64.0);
        frame.zoom = (room.x / bounds.width()).min(room.y / bounds.height()).clamp(0.03, 1.25);
        frame.pan = area.size() / 2.0 - bounds.center().to_vec2() * frame.zoom;
        frame.save(ui);
    }

    /// The wheel zooms towards the pointer, as on the board.
    fn zoom_with_wheel(&self, ui: &mut Ui, area: Rect) {
        let (scroll, pointer) = ui.input(|input| (input.smooth_scroll_delta().y, input.pointer.hover_pos()));
        let Some(pointer) = pointer.filter(|at| area.contains(*at) && scroll != 0.0) else { return };
        let mut frame = MetadataFrame::new(Some(ID.to_owned())).load(ui);
        let factor = (scroll / 300.0).exp();
        let zoom = (frame.zoom * factor).clamp(0.03, 4.0);
        let local = pointer - area.min;
        frame.pan = local - (local - frame.pan) * (zoom / frame.zoom);
        frame.zoom = zoom;
        frame.save(ui);
    }

    fn apply_light(&mut self) {
        let lit = match self.hovered {
            Some(at) => Some(self.around[at].clone()),
            None => self.lit.clone(),
        };
        let is_lit = |at: usize| lit.as_ref().is_none_or(|lit| lit.contains(&at));
        for at in 0..self.around.len() {
            if let Some(node) = self.inner.node_mut(NodeIndex::new(at)) {
                let data = node.payload_mut();
                data.faded = !is_lit(at);
                data.chosen = self.chosen.contains(&at);
            }
        }
        for (at, (from, to)) in self.ends.iter().enumerate() {
            if let Some(edge) = self.inner.edge_mut(petgraph::stable_graph::EdgeIndex::new(at)) {
                let touches = self.hovered.is_none_or(|hovered| *from == hovered || *to == hovered);
                edge.payload_mut().faded = !(is_lit(*from) && is_lit(*to) && touches);
            }
        }
    }
}

/// Where nodes stood, so that the next layout moves them little.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed(Vec<(NodeKind, String, (f32, f32))>);

impl Placed {
    fn find(&self, kind: NodeKind, name: &str) -> Option<(f32, f32)> {
        self.0.iter().find(|(k, n, _)| *k == kind && n == name).map(|(_, _, at)| *at)
    }
}
