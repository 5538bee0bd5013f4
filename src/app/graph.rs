//! The one file that names egui_graphs: a topology drawn with it, as cards and curves in our own look.
//!
//! egui_graphs asks for another frame each time it is shown, and its nodes are one painted area without names. So it is
//! shown only in frames in which something can have changed; in all others the shapes of the last time are painted
//! again, and the app is at rest. The list beside the graph has a name for each node.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
use crate::board::Point;
use crate::scene::diagram::{self, Diagram};

/// What a node needs to draw itself.
#[derive(Clone, Debug)]
struct CardData {
    name: Arc<str>,
    size: Vec2,
    fill: Color32,
    ink: Color32,
    /// The name's colour where the card steps back: its paper is then nearly the canvas.
    faint: Color32,
    outline: Color32,
    accent: Color32,
    rounded: bool,
    faded: bool,
    chosen: bool,
    /// What a question says about it.
    mark: Option<Color32>,
}

/// What an edge needs to draw itself.
#[derive(Clone, Debug)]
struct LineData {
    /// Where it runs while both its ends stand where they were laid out.
    course: Arc<[Pos2]>,
    /// The same with few points, for views from afar.
    rough: Arc<[Pos2]>,
    ends: [Pos2; 2],
    synchronous: bool,
    color: Color32,
    accent: Color32,
    paper: Color32,
    ink: Color32,
    label: Arc<str>,
    label_at: Pos2,
    faded: bool,
    /// Part of the chain that is shown.
    strong: bool,
    /// One of too many to follow, and nobody asks for it.
    quiet: bool,
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
        let strength = if data.faded { 0.18 } else { 1.0 };
        let radius =
            CornerRadius::same(if data.rounded { (rect.height() / 2.0) as u8 } else { (4.0 * zoom) as u8 });
        // From afar a card is a block of its colour.
        if rect.height() < 7.0 && !data.chosen && data.mark.is_none() && !self.hovered {
            return vec![Shape::rect_filled(rect, CornerRadius::ZERO, data.fill.gamma_multiply(strength))];
        }
        let outline = match data.mark {
            _ if data.chosen || self.hovered => Stroke::new(2.5, data.accent),
            Some(mark) => Stroke::new(2.5, mark),
            None => Stroke::new(1.0, data.outline),
        };
        let mut shapes = vec![
            Shape::rect_filled(rect, radius, data.fill.gamma_multiply(strength)),
            Shape::rect_stroke(
                rect,
                radius,
                Stroke::new(outline.width, outline.color.gamma_multiply(strength)),
                if outline.width > 1.0 { StrokeKind::Outside } else { StrokeKind::Inside },
            ),
        ];
        if let Some(galley) = name_in(ctx.ctx, &data.name, rect.size(), zoom) {
            let at = pos2(rect.center().x, rect.center().y - galley.size().y / 2.0);
            let ink = if data.faded { data.faint } else { data.ink };
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

/// The size of a name at full scale, the size it keeps from further away while it fits its card, and the least.
const LETTERS: [f32; 3] = [13.0, 9.0, 6.5];

/// A name as large as it fits its card: at full scale it grows and shrinks with the picture, from further away it takes
/// more of the card. None when it would be too small to read.
fn name_in(ctx: &egui::Context, name: &str, card: Vec2, zoom: f32) -> Option<Arc<egui::Galley>> {
    let room = card - vec2(6.0 + 8.0 * zoom.clamp(0.0, 1.25), 2.0);
    let [full, kept, least] = LETTERS;
    let mut size = (full * zoom).max(kept);
    loop {
        if room.y < size * 1.15 || size < least {
            return None;
        }
        let galley = ctx.fonts_mut(|fonts| {
            let font = Theme::strong(size);
            // Laid out without a colour: what is hovered changes that of every name, and none is laid out anew.
            let ink = Color32::PLACEHOLDER;
            let mut job = egui::text::LayoutJob::simple(name.to_owned(), font, ink, room.x);
            job.halign = egui::Align::Center;
            fonts.layout_job(job)
        });
        if galley.size().y <= room.y && galley.rect.width() <= room.x + 0.5 {
            return Some(galley);
        }
        size -= 0.5;
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
    /// The course on the canvas: as laid out, or a plain curve once an end has been moved by hand.
    fn points(&self, start: &Card, end: &Card, zoom: f32) -> Vec<Pos2> {
        let moved = |card: &Card, at: Pos2| card.at.distance(at) > 0.5;
        if self.data.course.len() > 1 && !moved(start, self.data.ends[0]) && !moved(end, self.data.ends[1]) {
            let course = if zoom < ROUGH_BELOW { &self.data.rough } else { &self.data.course };
            return course.to_vec();
        }
        let curve = CubicBezierShape::from_points_stroke(
            Self::curve(start, end),
            false,
            Color32::TRANSPARENT,
            Stroke::NONE,
        );
        curve.flatten(Some(0.5))
    }

    fn curve(start: &Card, end: &Card) -> [Pos2; 4] {
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
        let points: Vec<Pos2> = self
            .points(start.display(), end.display(), zoom)
            .into_iter()
            .map(|p| ctx.meta.canvas_to_screen_pos(p))
            .collect();
        let bounds = Rect::from_points(&points).expand(8.0);
        let [.., before, tip] = points[..] else { return Vec::new() };
        if !bounds.intersects(ctx.painter.clip_rect()) {
            return Vec::new();
        }
        let data = &self.data;
        let base = if data.strong { data.accent } else { data.color };
        let color = base.gamma_multiply(if data.faded { 0.12 } else { 1.0 });
        let weight = if data.strong { 2.5 } else { 1.5 };
        let stroke = Stroke::new((weight * zoom).clamp(0.6, weight * 1.3), color);
        if data.quiet {
            let thin = Stroke::new((1.1 * zoom).clamp(0.5, 1.1), color.gamma_multiply(0.35));
            return vec![Shape::line(points, thin)];
        }
        // From afar a line is a line: no heads, nothing doubled.
        if zoom < 0.22 {
            return vec![Shape::line(points, stroke)];
        }
        let mut shapes = Vec::new();
        if data.synchronous {
            // Two lines are one broad line with a narrower one of the paper's colour on top.
            let broad = Stroke::new((4.6 * zoom).clamp(2.4, 6.0), color);
            let inner = Stroke::new(broad.width * 0.46, data.paper);
            shapes.extend([Shape::line(points.clone(), broad), Shape::line(points.clone(), inner)]);
        } else {
            shapes.push(Shape::line(points.clone(), stroke));
        }
        let back = (before - tip).normalized() * (9.0 * zoom).max(4.0);
        let side = back.rot90() * 0.5;
        shapes.push(Shape::convex_polygon(
            vec![tip, tip + back + side, tip + back - side],
            color,
            Stroke::NONE,
        ));
        if !data.label.is_empty() && zoom > 0.55 && !data.faded {
            let at = if data.course.len() > 1 { data.label_at } else { Rect::from_points(&points).center() };
            let at = ctx.meta.canvas_to_screen_pos(at);
            let font = Theme::plain(11.0 * zoom);
            let ink = data.ink;
            let galley = ctx.ctx.fonts_mut(|fonts| fonts.layout_no_wrap(data.label.to_string(), font, ink));
            let place = Rect::from_center_size(at, galley.size());
            shapes.push(Shape::rect_filled(
                place.expand2(vec2(3.0, 0.0) * zoom),
                3.0,
                data.paper.gamma_multiply(0.85),
            ));
            shapes.push(Shape::galley(place.min, galley, ink));
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
        self.points(start.display(), end.display(), 1.0).windows(2).any(|pair| {
            let along = pair[1] - pair[0];
            let t = ((pos - pair[0]).dot(along) / along.length_sq().max(1e-6)).clamp(0.0, 1.0);
            (pair[0] + along * t).distance(pos) < 5.0
        })
    }
}

/// What is brought out in a graph, and what steps back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Light {
    /// The chosen nodes.
    pub chosen: BTreeSet<usize>,
    /// The nodes that stay lit while none is hovered; `None` lights all.
    pub lit: Option<BTreeSet<usize>>,
    /// Nodes with an outline of their own.
    pub marks: BTreeMap<usize, Color32>,
    /// Edges that are part of a chain, by their ends.
    pub chain: BTreeSet<(usize, usize)>,
}

/// What the user did to the graph in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// A node was clicked once.
    Clicked(usize),
    /// A node was clicked twice.
    DoubleClicked(usize),
    /// The empty ground was clicked.
    Ground,
}

/// A graph on the screen.
pub struct GraphPanel {
    inner: Inner,
    areas: Vec<(Rect, String)>,
    /// Neighbours of each node, itself included.
    around: Vec<BTreeSet<usize>>,
    /// The ends of each edge.
    ends: Vec<(usize, usize)>,
    /// Too many edges to follow one by one.
    dense: bool,
    /// The node the pointer is on.
    hovered: Option<usize>,
    light: Light,
    /// What was painted last, and where.
    painted: Vec<egui::epaint::ClippedShape>,
    painted_in: Rect,
    stale: bool,
    fit: u8,
}

const ID: &str = "topology";
/// What the legend takes of the canvas.
const FOOT: f32 = 36.0;
/// Below this zoom lines are drawn with few points: most of a frame's time goes into their corners.
const ROUGH_BELOW: f32 = 0.4;
/// How far a rough line may be from its course, in world units: a few pixels at the zoom it shows at.
const ROUGHNESS: f32 = 10.0;
/// How far corners of lines are cut, in world units.
const CORNER: f32 = 14.0;

fn pos(point: Point) -> Pos2 {
    pos2(point.x, point.y)
}

fn rect(rect: crate::board::Rect) -> Rect {
    Rect::from_min_max(pos(rect.min), pos(rect.max))
}

/// A course with its corners rounded, as points close enough to look round.
fn rounded(points: &[Point]) -> Arc<[Pos2]> {
    let mut course: Vec<Pos2> = points.first().map(|p| pos(*p)).into_iter().collect();
    for [from, corner, to] in diagram::corners(points, CORNER) {
        let (a, b, c) = (pos(from), pos(corner), pos(to));
        course.extend([0.0, 0.25, 0.5, 0.75, 1.0].map(|t| a.lerp(b, t).lerp(b.lerp(c, t), t)));
    }
    course.extend(points.last().map(|p| pos(*p)));
    course.into()
}

/// A course with the points left out that lie within [`ROUGHNESS`] of the rest (D. Douglas, T. Peucker, "Algorithms for
/// the reduction of the number of points required to represent a digitized line", Cartographica 10, 1973).
fn simplified(points: &[Point]) -> Arc<[Pos2]> {
    let points: Vec<Pos2> = points.iter().map(|p| pos(*p)).collect();
    let mut kept = vec![false; points.len()];
    let mut todo = vec![(0, points.len().saturating_sub(1))];
    while let Some((from, to)) = todo.pop() {
        for end in [from, to] {
            if let Some(kept) = kept.get_mut(end) {
                *kept = true;
            }
        }
        let away = |at: usize| {
            let along = points[to] - points[from];
            let t = ((points[at] - points[from]).dot(along) / along.length_sq().max(1e-6)).clamp(0.0, 1.0);
            (points[from] + along * t).distance(points[at])
        };
        let farthest = (from + 1..to).map(|at| (at, away(at))).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((at, _)) = farthest.filter(|(_, distance)| *distance > ROUGHNESS) {
            todo.extend([(from, at), (at, to)]);
        }
    }
    points.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| point).collect()
}

impl GraphPanel {
    /// A picture, ready to draw. `around` says who is next to each node.
    pub fn new(picture: &Diagram, around: Vec<BTreeSet<usize>>, theme: &Theme) -> Self {
        let mut inner: Inner = egui_graphs::Graph::new();
        for card in &picture.cards {
            let paper = theme.paper(diagram::token(card.kind));
            let place = rect(card.rect);
            let data = CardData {
                name: card.text.as_str().into(),
                size: place.size(),
                fill: paper.fill,
                ink: paper.text,
                faint: theme.secondary.gamma_multiply(0.6),
                outline: mix(paper.fill, paper.text, 0.25),
                accent: theme.accent,
                rounded: diagram::is_round(card.kind),
                faded: false,
                chosen: false,
                mark: None,
            };
            inner.add_node_with_location(data, place.center());
        }
        for way in &picture.ways {
            let data = LineData {
                course: rounded(&way.points),
                rough: simplified(&way.points),
                ends: [way.from, way.to].map(|end| rect(picture.cards[end].rect).center()),
                synchronous: way.synchronous,
                color: theme.link,
                accent: theme.accent,
                paper: theme.canvas,
                ink: theme.secondary,
                label: way.label.as_str().into(),
                label_at: pos(way.label_at),
                faded: false,
                strong: false,
                quiet: false,
            };
            inner.add_edge(NodeIndex::new(way.from), NodeIndex::new(way.to), data);
        }
        Self {
            inner,
            areas: picture.areas.iter().map(|area| (rect(area.rect), area.title.clone())).collect(),
            around,
            ends: picture.ways.iter().map(|way| (way.from, way.to)).collect(),
            dense: picture.is_dense(),
            hovered: None,
            light: Light::default(),
            painted: Vec::new(),
            painted_in: Rect::NOTHING,
            stale: true,
            fit: 2,
        }
    }

    /// Shows the whole graph again.
    pub const fn fit(&mut self) {
        self.fit = 2;
        self.stale = true;
    }

    /// Keeps the camera of an earlier panel: the picture only changed a little.
    pub const fn keep_view(&mut self) {
        self.fit = 0;
    }

    /// Sets what is brought out.
    pub fn light(&mut self, light: Light) {
        if self.light != light {
            self.light = light;
            self.stale = true;
        }
    }

    /// Draws it, and says what the user did.
    pub fn ui(&mut self, ui: &mut Ui, theme: &Theme) -> Option<Touch> {
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
        let under = ui.painter().with_clip_rect(area).add(Shape::Noop);
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
        // The areas lie under the graph, and move with it in the same frame.
        ui.painter().with_clip_rect(area).set(under, self.area_shapes(ui, theme, area));
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
        let rects = rects.chain(self.areas.iter().map(|(rect, _)| *rect));
        let Some(bounds) = rects.reduce(Rect::union) else { return };
        let mut frame = MetadataFrame::new(Some(ID.to_owned())).load(ui);
        // The legend keeps the foot of the canvas.
        let room = area.size() - vec2(48.0, 48.0 + FOOT);
        frame.zoom = (room.x / bounds.width()).min(room.y / bounds.height()).clamp(0.03, 1.6);
        frame.pan = (area.size() - vec2(0.0, FOOT)) / 2.0 - bounds.center().to_vec2() * frame.zoom;
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

    /// The rectangles of the groups with their titles.
    fn area_shapes(&self, ui: &Ui, theme: &Theme, area: Rect) -> Shape {
        let mut frame = MetadataFrame::new(Some(ID.to_owned())).load(ui);
        frame.pan += area.min.to_vec2();
        let mut shapes = Vec::new();
        for (place, title) in &self.areas {
            let corner = frame.canvas_to_screen_pos(place.min);
            let place = Rect::from_min_size(corner, place.size() * frame.zoom);
            if !place.intersects(area) {
                continue;
            }
            let radius = CornerRadius::same(8);
            shapes.push(Shape::rect_filled(place, radius, mix(theme.canvas, theme.dot, 0.45)));
            let stroke = Stroke::new(1.0, theme.hairline);
            shapes.push(Shape::rect_stroke(place, radius, stroke, StrokeKind::Inside));
            let size = (13.0 * frame.zoom).clamp(10.0, 16.0);
            let galley = ui
                .fonts_mut(|fonts| fonts.layout_no_wrap(title.clone(), Theme::strong(size), theme.secondary));
            if galley.size().x < place.width() - 8.0 {
                let at = place.min + vec2(10.0, 6.0) * frame.zoom.clamp(0.3, 1.2);
                shapes.push(Shape::galley(at, galley, theme.secondary));
            }
        }
        Shape::Vec(shapes)
    }

    fn apply_light(&mut self) {
        let lit = match self.hovered {
            Some(at) => Some(self.around[at].clone()),
            None => self.light.lit.clone(),
        };
        let is_lit = |at: usize| lit.as_ref().is_none_or(|lit| lit.contains(&at));
        for at in 0..self.around.len() {
            if let Some(node) = self.inner.node_mut(NodeIndex::new(at)) {
                let data = node.payload_mut();
                data.faded = !is_lit(at);
                data.chosen = self.light.chosen.contains(&at);
                data.mark = self.light.marks.get(&at).copied();
            }
        }
        for (at, (from, to)) in self.ends.iter().enumerate() {
            if let Some(edge) = self.inner.edge_mut(petgraph::stable_graph::EdgeIndex::new(at)) {
                let data = edge.payload_mut();
                data.strong = self.light.chain.contains(&(*from, *to));
                let touches = self.hovered.is_none_or(|hovered| *from == hovered || *to == hovered);
                data.faded = !(is_lit(*from) && is_lit(*to) && (touches || data.strong));
                data.quiet = self.dense && lit.is_none() && !data.strong;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_line_keeps_its_ends_and_its_large_corners() {
        let line = |points: &[(f32, f32)]| {
            let points: Vec<Point> = points.iter().map(|(x, y)| Point::new(*x, *y)).collect();
            simplified(&points).iter().map(|p| (p.x, p.y)).collect::<Vec<_>>()
        };
        assert_eq!(line(&[(0.0, 0.0), (50.0, 4.0), (100.0, 0.0)]), [(0.0, 0.0), (100.0, 0.0)]);
        let corner = [(0.0, 0.0), (100.0, 2.0), (200.0, 0.0), (200.0, 90.0), (203.0, 200.0)];
        assert_eq!(line(&corner), [(0.0, 0.0), (200.0, 0.0), (203.0, 200.0)]);
        assert_eq!(line(&[(1.0, 2.0)]), [(1.0, 2.0)]);
        assert!(line(&[]).is_empty());
    }
}
