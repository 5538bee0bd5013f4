//! What Simulate and Replay draw over a board: dots along links, badges at stickies, heat, and stripes of what is down.

use std::collections::{BTreeMap, BTreeSet};

use egui::{Color32, Pos2, pos2, vec2};

use super::BoardCanvas;
use super::mesher::Mesher;
use super::paint::Brush;
use super::text::Laid;
use crate::app::theme::{Theme, mix};
use crate::board::{LinkId, StickyId};
use crate::scene::{Scene, StickyShape};

/// How a message on its way looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DotLook {
    /// A message.
    #[default]
    Plain,
    /// A second delivery of the same message: a ring.
    Duplicate,
    /// Another attempt: a ring with a full middle.
    Retry,
    /// Delivered once more: a full dot in a ring.
    Redelivered,
    /// On its way to the dead letters: a cross.
    Dead,
}

/// A message on its way along a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// The link.
    pub link: LinkId,
    /// How far along, 0 at the start and 1 at the end.
    pub at: f32,
    /// The colour token of its kind: `event`, `command`, `query`.
    pub token: &'static str,
    /// How it looks.
    pub look: DotLook,
    /// It belongs to the process being followed: drawn with a halo.
    pub followed: bool,
}

/// The mood of a badge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// A plain fact, such as a queue's depth.
    #[default]
    Plain,
    /// A hint.
    Note,
    /// Worth a look.
    Warning,
    /// Wrong or down.
    Error,
    /// All is well.
    Fine,
}

/// Where a badge sits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Corner {
    /// Over the upper right corner.
    #[default]
    TopRight,
    /// Over the lower right corner.
    BottomRight,
    /// Over the upper left corner.
    TopLeft,
}

/// A few letters over the corner of a sticky.
#[derive(Clone, Debug, PartialEq)]
pub struct Badge {
    /// The sticky.
    pub sticky: StickyId,
    /// Where.
    pub corner: Corner,
    /// What it says.
    pub text: String,
    /// Its mood.
    pub tone: Tone,
}

/// What is drawn over a board.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    /// Messages on their way.
    pub dots: Vec<Dot>,
    /// Badges.
    pub badges: Vec<Badge>,
    /// Stickies of what is down: striped, with a red border.
    pub down: BTreeSet<StickyId>,
    /// How busy stickies are, 0 to 1: a bar at their lower edge.
    pub heat: BTreeMap<StickyId, f32>,
    /// How much flows along links, 0 to 1: a band as broad as that.
    pub flow: BTreeMap<LinkId, f32>,
}

impl BoardCanvas {
    pub(super) fn prepare_overlays<'a>(
        &mut self,
        brush: &Brush<'_>,
        scene: &Scene,
        overlays: &'a Overlays,
    ) -> Vec<(&'a Badge, Laid)> {
        if brush.zoom < 0.25 {
            return Vec::new();
        }
        let font = Theme::strong(11.0);
        let world = brush.view.world().expanded(40.0);
        let texts = &mut self.paint.texts;
        overlays
            .badges
            .iter()
            .filter(|badge| scene.sticky(badge.sticky).is_some_and(|shape| shape.rect.intersects(world)))
            .map(|badge| {
                (badge, texts.line(&brush.ctx, &badge.text, &font, badge_zoom(brush.zoom), brush.exact))
            })
            .collect()
    }
}

/// Badges stay readable when the board is small.
fn badge_zoom(zoom: f32) -> f32 {
    zoom.clamp(0.8, 1.6)
}

/// Stripes and border of what is down, and how busy the rest is.
pub(super) fn paint_state(
    brush: &Brush<'_>,
    mesher: &mut Mesher,
    shape: &StickyShape,
    area: egui::Rect,
    radius: f32,
    overlays: &Overlays,
) {
    if overlays.down.contains(&shape.id) {
        stripes(mesher, area, (12.0 * brush.zoom).max(4.0), brush.theme.stripe);
        mesher.border(area.expand(1.0), radius, 2.0, brush.theme.error);
    }
    if let Some(heat) = overlays.heat.get(&shape.id) {
        let height = (4.0 * brush.zoom).max(2.0);
        let heat = heat.clamp(0.0, 1.0);
        let bar = egui::Rect::from_min_max(
            pos2(area.left(), area.bottom() - height),
            pos2(area.left() + area.width() * heat, area.bottom()),
        );
        let color = mix(brush.theme.paper(shape.token).text, brush.theme.error, heat * heat);
        mesher.flat(bar, color.gamma_multiply(0.75));
    }
}

/// Bands along links, as broad as what flows there.
pub(super) fn paint_flow(brush: &Brush<'_>, mesher: &mut Mesher, scene: &Scene, overlays: &Overlays) {
    let seen = brush.view.world().expanded(20.0);
    for (id, strength) in &overlays.flow {
        let Some(link) = scene.link(*id).filter(|link| link.curve.bounds().intersects(seen)) else {
            continue;
        };
        let strength = strength.clamp(0.0, 1.0);
        let width = (3.0 + 15.0 * strength) * brush.zoom.clamp(0.35, 1.5);
        let color = mix(brush.theme.accent, brush.theme.warning, strength);
        mesher.line(
            &super::links::course(brush, &link.curve),
            width,
            color.gamma_multiply(0.22 + 0.2 * strength),
        );
    }
}

/// Slanting stripes within a rectangle.
fn stripes(mesher: &mut Mesher, area: egui::Rect, step: f32, color: Color32) {
    let mut start = area.left() - area.height();
    while start < area.right() {
        // A band between x - y = start and start + step / 2, cut to the rectangle.
        let band: Vec<Pos2> = cut_band(area, start, start + step * 0.5);
        mesher.polygon(&band, color);
        start += step;
    }
}

/// The part of a rectangle between two lines that rise to the right.
fn cut_band(area: egui::Rect, low: f32, high: f32) -> Vec<Pos2> {
    let value = |p: Pos2| p.x + (p.y - area.bottom());
    let mut polygon = vec![area.left_top(), area.right_top(), area.right_bottom(), area.left_bottom()];
    for (limit, sign) in [(low, 1.0), (high, -1.0)] {
        let inside = |p: Pos2| (value(p) - limit) * sign >= 0.0;
        let mut out = Vec::with_capacity(6);
        for i in 0..polygon.len() {
            let (a, b) = (polygon[i], polygon[(i + 1) % polygon.len()]);
            if inside(a) {
                out.push(a);
            }
            if inside(a) != inside(b) {
                let t = (limit - value(a)) / (value(b) - value(a));
                out.push(a + (b - a) * t);
            }
        }
        polygon = out;
        if polygon.is_empty() {
            break;
        }
    }
    polygon
}

/// Messages on their way.
pub(super) fn paint_dots(brush: &Brush<'_>, mesher: &mut Mesher, scene: &Scene, overlays: &Overlays) {
    let radius = (5.0 * brush.zoom).clamp(2.0, 8.0);
    let seen = brush.view.world().expanded(20.0);
    for dot in &overlays.dots {
        let Some(link) = scene.link(dot.link) else { continue };
        let world = link.curve.at(dot.at.clamp(0.0, 1.0));
        if !seen.contains(world) {
            continue;
        }
        let at = brush.at(world);
        let color = brush.theme.paper(dot.token).fill;
        if dot.followed {
            mesher.disc(at, radius * 2.0, brush.theme.trail);
        }
        match dot.look {
            DotLook::Plain => {
                mesher.disc(at, radius + 1.2, brush.theme.chrome);
                mesher.disc(at, radius, color);
            }
            DotLook::Duplicate | DotLook::Retry => {
                mesher.disc(at, radius + 1.2, color);
                mesher.disc(at, radius - 0.8, brush.theme.canvas);
                if dot.look == DotLook::Retry {
                    mesher.disc(at, radius * 0.45, color);
                }
            }
            DotLook::Redelivered => {
                mesher.disc(at, radius + 3.4, color);
                mesher.disc(at, radius + 2.2, brush.theme.canvas);
                mesher.disc(at, radius, color);
            }
            DotLook::Dead => {
                let r = radius * 0.9;
                for (from, to) in [(vec2(-r, -r), vec2(r, r)), (vec2(-r, r), vec2(r, -r))] {
                    mesher.line(&[at + from, at + to], 2.4, brush.theme.error);
                }
            }
        }
    }
}

/// Badges over the corners of stickies.
pub(super) fn paint_badges(
    brush: &Brush<'_>,
    mesher: &mut Mesher,
    scene: &Scene,
    badges: Vec<(&Badge, Laid)>,
) {
    let theme = brush.theme;
    for (badge, text) in badges {
        let Some(shape) = scene.sticky(badge.sticky).filter(|shape| brush.is_lit(shape.rect)) else {
            continue;
        };
        let area = brush.area(shape.rect);
        let zoom = badge_zoom(brush.zoom);
        let scale = text.unit * zoom;
        let size = text.galley.size() * scale;
        let height = size.y + 4.0;
        let pill = vec2((size.x + 10.0).max(height), height);
        let at = match badge.corner {
            Corner::TopRight => area.right_top(),
            Corner::BottomRight => area.right_bottom(),
            Corner::TopLeft => area.left_top(),
        };
        let place = egui::Rect::from_center_size(at, pill);
        let (fill, ink) = match badge.tone {
            Tone::Plain => (theme.chrome, theme.text),
            Tone::Note => (theme.accent, theme.on_accent),
            Tone::Warning => (theme.warning, theme.on_accent),
            Tone::Error => (theme.error, theme.on_accent),
            Tone::Fine => (theme.fine, theme.on_accent),
        };
        mesher.shadow(place.translate(vec2(0.0, 1.0)), 3.0, theme.shadow.gamma_multiply(0.6));
        if badge.tone == Tone::Plain {
            mesher.rounded(place.expand(1.0), height * 0.5 + 1.0, theme.hairline);
        }
        mesher.rounded(place, height * 0.5, fill);
        mesher.text(&text.galley, place.center() - size * 0.5, scale, ink);
    }
}
