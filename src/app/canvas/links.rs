//! Painting links: curves, arrowheads, labels, drafts and proposals.

use egui::{Color32, Pos2, vec2};

use super::BoardCanvas;
use super::mesher::Mesher;
use super::paint::{Brush, DETAIL};
use super::text::Laid;
use crate::app::theme::{Theme, mix};
use crate::board::notation::meaning;
use crate::board::{Point, Rect, StickyId};
use crate::scene::{Curve, LinkLook, LinkShape, Scene};
use crate::view::Item;

/// Below this zoom labels are not drawn.
const LABELS: f32 = 0.7;

impl BoardCanvas {
    pub(super) fn prepare_labels<'a>(
        &mut self,
        brush: &Brush<'_>,
        scene: &'a Scene,
        world: Rect,
    ) -> Vec<(&'a LinkShape, Laid)> {
        if brush.zoom < LABELS {
            return Vec::new();
        }
        let font = Theme::plain(10.5);
        let texts = &mut self.paint.texts;
        scene
            .links_in(world)
            .filter(|link| !link.label.is_empty())
            .map(|link| {
                let text: String = if link.label.chars().count() > 40 {
                    link.label.chars().take(39).chain(['…']).collect()
                } else {
                    link.label.clone()
                };
                (link, texts.line(&brush.ctx, &text, &font, brush.zoom, brush.exact))
            })
            .collect()
    }
}

/// Points along a curve on the screen: two for a straight one.
pub(super) fn course(brush: &Brush<'_>, curve: &Curve) -> Vec<Pos2> {
    if curve.is_straight() {
        return vec![brush.at(curve.points[0]), brush.at(curve.points[3])];
    }
    let length = curve.points[0].distance(curve.points[3]) * brush.zoom;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a few dozen")]
    let steps = (length / 9.0).clamp(6.0, 40.0) as u8;
    (0..=steps).map(|i| brush.at(curve.at(f32::from(i) / f32::from(steps)))).collect()
}

/// Points moved sideways by `offset` screen points.
fn beside(points: &[Pos2], offset: f32) -> Vec<Pos2> {
    (0..points.len())
        .map(|i| {
            let before = points[i.saturating_sub(1)];
            let after = points[(i + 1).min(points.len() - 1)];
            points[i] + (after - before).normalized().rot90() * offset
        })
        .collect()
}

/// A line in dashes.
pub(super) fn dashes(mesher: &mut Mesher, points: &[Pos2], width: f32, on: f32, off: f32, color: Color32) {
    let mut left = on;
    let mut drawing = true;
    let mut dash = vec![points[0]];
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = from.distance(to);
            if length < left {
                left -= length;
                if drawing {
                    dash.push(to);
                }
                break;
            }
            let cut = from + (to - from) * (left / length.max(1e-6));
            if drawing {
                dash.push(cut);
                mesher.line(&dash, width, color);
            }
            dash = vec![cut];
            drawing = !drawing;
            left = if drawing { on } else { off };
            from = cut;
        }
    }
    if drawing {
        mesher.line(&dash, width, color);
    }
}

fn arrowhead(brush: &Brush<'_>, mesher: &mut Mesher, curve: &Curve, width: f32, color: Color32) {
    let (dx, dy) = curve.end_direction();
    let direction = vec2(dx, dy);
    let tip = brush.at(curve.points[3]);
    let size = (8.0 * brush.zoom).clamp(3.5, 14.0);
    let back = tip - direction * size;
    let side = direction.rot90() * (size * 0.55);
    mesher.line(&[back + side, tip, back - side], width, color);
}

/// Paints the links in view.
pub(super) fn paint(
    brush: &Brush<'_>,
    mesher: &mut Mesher,
    scene: &Scene,
    world: Rect,
    labels: &[(&LinkShape, Laid)],
) {
    let theme = brush.theme;
    let base = if brush.zoom < DETAIL { 0.8 } else { (1.5 * brush.zoom).clamp(1.0, 3.0) };
    for link in scene.links_in(world) {
        let clear =
            brush.look.lifted.is_none_or(|lifted| lifted.contains(&link.from) && lifted.contains(&link.to));
        let selected = brush.look.selection.contains(Item::Link(link.id));
        let hovered = brush.look.hover == super::Hit::Item(Item::Link(link.id));
        let color = if selected || hovered { theme.accent } else { brush.faded(theme.link, clear) };
        let width = if selected { base + 0.8 } else { base };
        if brush.zoom < DETAIL {
            mesher.line(&[brush.at(link.curve.points[0]), brush.at(link.curve.points[3])], width, color);
            continue;
        }
        let points = course(brush, &link.curve);
        match link.look {
            LinkLook::Asynchronous => mesher.line(&points, width, color),
            LinkLook::Synchronous => {
                let apart = (1.9 * brush.zoom).clamp(1.5, 3.5);
                mesher.line(&beside(&points, apart), width * 0.85, color);
                mesher.line(&beside(&points, -apart), width * 0.85, color);
            }
            LinkLook::Meaningless => {
                dashes(
                    mesher,
                    &points,
                    width,
                    2.0,
                    4.0,
                    if selected { color } else { brush.faded(theme.warning, clear) },
                );
            }
        }
        arrowhead(brush, mesher, &link.curve, width, color);
    }
    for (link, label) in labels {
        let scale = label.unit * brush.zoom;
        let size = label.galley.size() * scale;
        let middle = brush.at(link.curve.at(0.5));
        let area = egui::Rect::from_center_size(middle, size + vec2(8.0, 2.0) * brush.zoom);
        mesher.rounded(area, 3.0 * brush.zoom, theme.canvas);
        mesher.text(&label.galley, middle - size * 0.5, scale, theme.secondary);
    }
}

/// Paints the links proposed from the layout, dashed.
pub(super) fn paint_proposals(brush: &Brush<'_>, mesher: &mut Mesher, scene: &Scene) {
    for proposal in brush.look.proposals {
        let (Some(from), Some(to)) = (scene.sticky(proposal.from), scene.sticky(proposal.to)) else {
            continue;
        };
        let curve = facing(from.rect, to.rect);
        let points = course(brush, &curve);
        dashes(mesher, &points, 1.4, 6.0, 4.0, brush.theme.accent);
        arrowhead(brush, mesher, &curve, 1.4, brush.theme.accent);
    }
}

/// The straight line between the edges of two rectangles.
fn facing(from: Rect, to: Rect) -> Curve {
    let (a, b) = (from.center(), to.center());
    Curve::straight(edge_towards(from, b), edge_towards(to, a))
}

/// Where the line from a rectangle's middle towards a point leaves it.
fn edge_towards(rect: Rect, towards: Point) -> Point {
    let middle = rect.center();
    let (dx, dy) = (towards.x - middle.x, towards.y - middle.y);
    let across = if dx.abs() > 1e-3 { rect.width() * 0.5 / dx.abs() } else { f32::INFINITY };
    let down = if dy.abs() > 1e-3 { rect.height() * 0.5 / dy.abs() } else { f32::INFINITY };
    let part = across.min(down).min(1.0);
    middle.moved(dx * part, dy * part)
}

/// Paints the link being drawn: plain when it will mean something, in the warning colour when not.
pub(super) fn paint_draft(
    brush: &Brush<'_>,
    mesher: &mut Mesher,
    scene: &Scene,
    from: StickyId,
    to: Point,
    onto: Option<StickyId>,
) {
    let Some(start) = scene.sticky(from) else { return };
    let target = onto.and_then(|id| scene.sticky(id));
    let means = target.is_none_or(|target| meaning(start.kind, target.kind).is_some());
    let color = if means { brush.theme.accent } else { brush.theme.warning };
    let end = target.map_or(to, |target| edge_towards(target.rect, start.rect.center()));
    let curve = Curve::straight(edge_towards(start.rect, end), end);
    let points = course(brush, &curve);
    if means {
        mesher.line(&points, 2.0, color);
    } else {
        dashes(mesher, &points, 2.0, 5.0, 4.0, color);
    }
    arrowhead(brush, mesher, &curve, 2.0, color);
    if let Some(target) = target {
        mesher.border(brush.area(target.rect).expand(3.0), 5.0, 2.0, mix(color, brush.theme.canvas, 0.2));
    }
}
