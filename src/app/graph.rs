//! The one place that names egui_graphs: a topology drawn with it, as cards and curves in our own look.
//!
//! egui_graphs asks for another frame each time it is shown, and its nodes are one painted area without names. So it is
//! shown only in frames in which something can have changed; in all others the shapes of the last time are painted
//! again, and the app is at rest. The list beside the graph has a name for each node.

mod cards;
mod courses;
mod lines;
mod still;

use std::collections::{BTreeMap, BTreeSet};

use egui::epaint::CornerRadius;
use egui::{Color32, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, vec2};
use egui_graphs::{
    GraphChange, GraphView, MetadataFrame, SettingsInteraction, SettingsNavigation, SettingsStyle,
};
use petgraph::Directed;
use petgraph::stable_graph::NodeIndex;

use super::theme::{Theme, mix};
use crate::scene::diagram::{self, Diagram};
use cards::{Card, CardData};
use courses::{pos, rounded, simplified};
use lines::{Line, LineData};
use still::{Stay, Still};

type Inner = egui_graphs::Graph<CardData, LineData, Directed, u32, Card, Line>;

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

fn rect(rect: crate::board::Rect) -> Rect {
    Rect::from_min_max(pos(rect.min), pos(rect.max))
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
        let (places, titles) = self.area_shapes(ui, theme, area);
        ui.painter().with_clip_rect(area).set(under, places);
        // A line that crosses a title goes on behind it.
        ui.painter().with_clip_rect(area).add(titles);
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

    /// The rectangles of the groups, and their titles.
    fn area_shapes(&self, ui: &Ui, theme: &Theme, area: Rect) -> (Shape, Shape) {
        let mut frame = MetadataFrame::new(Some(ID.to_owned())).load(ui);
        frame.pan += area.min.to_vec2();
        let (mut shapes, mut titles) = (Vec::new(), Vec::new());
        let fill = mix(theme.canvas, theme.dot, 0.45);
        for (place, title) in &self.areas {
            let corner = frame.canvas_to_screen_pos(place.min);
            let place = Rect::from_min_size(corner, place.size() * frame.zoom);
            if !place.intersects(area) {
                continue;
            }
            let radius = CornerRadius::same(8);
            shapes.push(Shape::rect_filled(place, radius, fill));
            let stroke = Stroke::new(1.0, theme.hairline);
            shapes.push(Shape::rect_stroke(place, radius, stroke, StrokeKind::Inside));
            let size = (13.0 * frame.zoom).clamp(10.0, 16.0);
            let galley = ui
                .fonts_mut(|fonts| fonts.layout_no_wrap(title.clone(), Theme::strong(size), theme.secondary));
            if galley.size().x < place.width() - 8.0 {
                let at = place.min + vec2(10.0, 6.0) * frame.zoom.clamp(0.3, 1.2);
                let plate = Rect::from_min_size(at, galley.size()).expand2(vec2(4.0, 0.0));
                titles.push(Shape::rect_filled(plate, 2.0, fill));
                titles.push(Shape::galley(at, galley, theme.secondary));
            }
        }
        (Shape::Vec(shapes), Shape::Vec(titles))
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
