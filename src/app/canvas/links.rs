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

/// Far out, links shorter than this on the screen are not drawn: no eye tells them from the edges they join.
const SPECK: f32 = 2.0;
/// Below this zoom labels are not drawn.
const LABELS: f32 = 0.7;

impl BoardCanvas {
    pub(super) fn prepare_labels<'a>(
        &mut self,
        brush: &Brush<'_>,
        links: &[&'a LinkShape],
    ) -> Vec<(&'a LinkShape, Laid)> {
        if brush.zoom < LABELS {
            return Vec::new();
        }
        let font = Theme::plain(10.5);
        let texts = &mut self.paint.texts;
        links
            .iter()
            .filter(|link| !link.label.is_empty())
            .map(|link| {
                let text: String = if link.label.chars().count() > 40 {
                    link.label.chars().take(39).chain(['…']).collect()
                } else {
                    link.label.clone()
                };
                (*link, texts.line(&brush.ctx, &text, &font, brush.zoom, brush.exact))
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

/// How long dashes and the gaps between them are.
#[derive(Clone, Copy)]
pub(super) struct Dashes {
    pub(super) on: f32,
    pub(super) off: f32,
}

/// A line in dashes; those outside `seen` are counted and not drawn, so that a long line costs what shows of it.
pub(super) fn dashes(
    mesher: &mut Mesher,
    seen: egui::Rect,
    points: &[Pos2],
    width: f32,
    pattern: Dashes,
    color: Color32,
) {
    let period = pattern.on + pattern.off;
    let seen = seen.expand(width + pattern.on);
    // How far along the line the pieces before reach.
    let mut before = 0.0f32;
    let mut dash: Vec<Pos2> = Vec::new();
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = from.distance(to);
        let Some((enters, leaves)) = within(seen, from, to) else {
            before += length;
            dash.clear();
            continue;
        };
        if enters > 0.0 {
            dash.clear();
        }
        let at = |along: f32| from + (to - from) * ((along - before) / length.max(1e-6)).clamp(0.0, 1.0);
        let (mut along, end) = (before + enters * length, before + leaves * length);
        while along < end {
            let into = along.rem_euclid(period);
            let on = into < pattern.on;
            // Rounding must not keep it in place.
            let next = (along + if on { pattern.on } else { period } - into).max(along + 0.01);
            if on {
                if dash.is_empty() {
                    dash.push(at(along));
                }
                dash.push(at(next.min(end)));
                if next <= end {
                    match dash.as_slice() {
                        [from, to] => mesher.segment(*from, *to, width, color),
                        bent => mesher.line(bent, width, color),
                    }
                    dash.clear();
                }
            }
            along = next;
        }
        if leaves < 1.0 {
            dash.clear();
        }
        before += length;
    }
    if dash.len() > 1 {
        mesher.line(&dash, width, color);
    }
}

/// The part of a line within a rectangle, from 0 at its start to 1 at its end.
fn within(area: egui::Rect, from: Pos2, to: Pos2) -> Option<(f32, f32)> {
    let (mut enters, mut leaves) = (0.0f32, 1.0f32);
    for (start, way, low, high) in [
        (from.x, to.x - from.x, area.left(), area.right()),
        (from.y, to.y - from.y, area.top(), area.bottom()),
    ] {
        if way.abs() < 1e-6 {
            if start < low || start > high {
                return None;
            }
        } else {
            let (first, last) = ((low - start) / way, (high - start) / way);
            enters = enters.max(first.min(last));
            leaves = leaves.min(first.max(last));
        }
    }
    (enters < leaves).then_some((enters, leaves))
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
    links: &[&LinkShape],
    labels: &[(&LinkShape, Laid)],
) {
    let theme = brush.theme;
    let base = if brush.zoom < DETAIL { 0.8 } else { (1.5 * brush.zoom).clamp(1.0, 3.0) };
    for link in links {
        let clear =
            brush.look.lifted.is_none_or(|lifted| lifted.contains(&link.from) && lifted.contains(&link.to));
        let selected = brush.look.selection.contains(Item::Link(link.id));
        let hovered = brush.look.hover == super::Hit::Item(Item::Link(link.id));
        let color = if selected || hovered { theme.accent } else { brush.faded(theme.link, clear) };
        let width = if selected { base + 0.8 } else { base };
        if brush.zoom < DETAIL {
            let ends = [brush.at(link.curve.points[0]), brush.at(link.curve.points[3])];
            if ends[0].distance_sq(ends[1]) > SPECK * SPECK {
                mesher.segment(ends[0], ends[1], width, color);
            }
            continue;
        }
        if link.look == LinkLook::Asynchronous && link.curve.is_straight() {
            mesher.segment(brush.at(link.curve.points[0]), brush.at(link.curve.points[3]), width, color);
            arrowhead(brush, mesher, &link.curve, width, color);
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
                let color = if selected { color } else { brush.faded(theme.warning, clear) };
                dashes(mesher, brush.seen(), &points, width, Dashes { on: 2.0, off: 4.0 }, color);
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
    for (i, proposal) in brush.look.proposals.iter().enumerate() {
        let (Some(from), Some(to)) = (scene.sticky(proposal.from), scene.sticky(proposal.to)) else {
            continue;
        };
        let curve = facing(from.rect, to.rect);
        let points = course(brush, &curve);
        let at_hand = brush.look.proposal_at_hand == Some(i);
        if at_hand {
            mesher.line(&points, 9.0, brush.theme.trail);
        }
        let width = if at_hand { 2.4 } else { 1.4 };
        dashes(mesher, brush.seen(), &points, width, Dashes { on: 6.0, off: 4.0 }, brush.theme.accent);
        arrowhead(brush, mesher, &curve, width, brush.theme.accent);
    }
}

/// The straight line between the edges of two rectangles.
pub(in crate::app) fn facing(from: Rect, to: Rect) -> Curve {
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
        dashes(mesher, brush.seen(), &points, 2.0, Dashes { on: 5.0, off: 4.0 }, color);
    }
    arrowhead(brush, mesher, &curve, 2.0, color);
    if let Some(target) = target {
        mesher.border(brush.area(target.rect).expand(3.0), 5.0, 2.0, mix(color, brush.theme.canvas, 0.2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    /// The x of every vertex of a dashed line along the x axis.
    fn dashed(seen: egui::Rect, points: &[Pos2]) -> Vec<f32> {
        let mut mesher = Mesher::new([1, 1]);
        dashes(&mut mesher, seen, points, 1.0, Dashes { on: 2.0, off: 4.0 }, Color32::BLACK);
        mesher.finish().vertices.iter().map(|vertex| vertex.pos.x).collect()
    }

    #[test]
    fn dashes_lie_where_they_would_without_a_view_and_cost_what_shows() {
        let all = egui::Rect::from_min_max(pos2(-1e4, -9.0), pos2(1e4, 9.0));
        let part = egui::Rect::from_min_max(pos2(100.0, -9.0), pos2(200.0, 9.0));
        for points in
            [vec![pos2(0.0, 0.0), pos2(900.0, 0.0)], (0..=300).map(|i| pos2(i as f32 * 3.0, 0.0)).collect()]
        {
            let (whole, shown) = (dashed(all, &points), dashed(part, &points));
            let shows = |x: &&f32| part.x_range().contains(**x);
            let round = |x: &f32| (x * 8.0).round() as i32;
            assert_eq!(
                whole.iter().filter(shows).map(round).collect::<Vec<_>>(),
                shown.iter().filter(shows).map(round).collect::<Vec<_>>(),
            );
            assert!(shown.len() * 5 < whole.len(), "{} of {}", shown.len(), whole.len());
        }
        assert!(dashed(part, &[pos2(0.0, 50.0), pos2(900.0, 50.0)]).is_empty());
    }
}
