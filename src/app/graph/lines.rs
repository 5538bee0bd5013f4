//! The edges of a graph: along the courses they were laid out on, or a plain curve once an end was moved by hand.

use std::sync::Arc;

use egui::epaint::CubicBezierShape;
use egui::{Color32, Pos2, Rect, Shape, Stroke, vec2};
use egui_graphs::{DisplayEdge, DrawContext, EdgeProps, Node};
use petgraph::Directed;
use petgraph::graph::IndexType;

use super::cards::{Card, CardData};
use crate::app::theme::Theme;

/// Below this zoom lines are drawn with few points: most of a frame's time goes into their corners.
const ROUGH_BELOW: f32 = 0.4;

/// What an edge needs to draw itself.
#[derive(Clone, Debug)]
pub(super) struct LineData {
    /// Where it runs while both its ends stand where they were laid out.
    pub(super) course: Arc<[Pos2]>,
    /// The same with few points, for views from afar.
    pub(super) rough: Arc<[Pos2]>,
    pub(super) ends: [Pos2; 2],
    pub(super) synchronous: bool,
    pub(super) color: Color32,
    pub(super) accent: Color32,
    pub(super) paper: Color32,
    pub(super) ink: Color32,
    pub(super) label: Arc<str>,
    pub(super) label_at: Pos2,
    pub(super) faded: bool,
    /// Part of the chain that is shown.
    pub(super) strong: bool,
    /// One of too many to follow, and nobody asks for it.
    pub(super) quiet: bool,
}

/// An edge as a curve that leaves to the right and arrives from the left; double when the sender waits.
#[derive(Clone, Debug)]
pub(super) struct Line {
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
