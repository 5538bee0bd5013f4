//! The nodes of a graph: cards with a name as large as they have room for.

use std::sync::Arc;

use egui::epaint::CornerRadius;
use egui::{Color32, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};
use egui_graphs::{DisplayNode, DrawContext, NodeProps};
use petgraph::Directed;
use petgraph::graph::IndexType;

use super::lines::LineData;
use crate::app::theme::Theme;

/// What a node needs to draw itself.
#[derive(Clone, Debug)]
pub(super) struct CardData {
    pub(super) name: Arc<str>,
    pub(super) size: Vec2,
    pub(super) fill: Color32,
    pub(super) ink: Color32,
    /// The name's colour where the card steps back: its paper is then nearly the canvas.
    pub(super) faint: Color32,
    pub(super) outline: Color32,
    pub(super) accent: Color32,
    pub(super) rounded: bool,
    pub(super) faded: bool,
    pub(super) chosen: bool,
    /// What a question says about it.
    pub(super) mark: Option<Color32>,
}

/// A node as a card.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) at: Pos2,
    hovered: bool,
    data: CardData,
}

impl From<NodeProps<CardData>> for Card {
    fn from(props: NodeProps<CardData>) -> Self {
        Self { at: props.location(), hovered: props.hovered, data: props.payload }
    }
}

impl Card {
    pub(super) fn rect(&self) -> Rect {
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
