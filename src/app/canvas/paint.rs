//! Painting the board: paper, frames, links, stickies, and what lies on top.

use egui::{Color32, Pos2, Shape, Ui, pos2, vec2};

use super::mesher::Mesher;
use super::text::{Fill, Laid, TextCache};
use super::{BoardCanvas, HANDLE_OUT, Look, Overlays, handle_points, pos, rect};
use crate::app::icons;
use crate::app::theme::{Theme, mix};
use crate::board::{FrameKind, Point, Rect, StickyKind};
use crate::scene::{FrameShape, LineShape, LinkShape, Scene, StickyShape};
use crate::view::tool::{Activity, Corner, Hit};
use crate::view::{Item, View};

/// Below this zoom names are not drawn, and paper has plain corners and no shadow.
pub(super) const DETAIL: f32 = 0.3;
/// Below this zoom captions and icons are not drawn, and paper lies flat.
const SMALL_PRINT: f32 = 0.55;
/// From this zoom names have their ordinary size.
const NEAR: f32 = 0.85;
/// Up to so many stickies in view, texts are laid out at the exact zoom once it rests.
const EXACT_MAX: usize = 400;
/// The room at the upper edge of a frame that its title may take, in world units.
const TITLE_ROOM: f32 = 30.0;
/// More votes than this are a number.
const DOTS_MAX: u32 = 5;
/// How long the zoom has to rest, in seconds.
const REST: f64 = 0.12;
/// How much of the canvas colour what is not selected takes on.
const FADE: f32 = 0.3;

/// What painting keeps between frames.
#[derive(Default)]
pub(super) struct Cache {
    pub texts: TextCache,
    /// The user has not moved the camera: the board stays fitted when the window changes.
    pub untouched: bool,
    /// How many vertices and indices the last frame had.
    filled: (usize, usize),
}

/// What the painting of one frame needs to know.
pub(super) struct Brush<'a> {
    pub theme: &'a Theme,
    pub view: View,
    pub zoom: f32,
    pub exact: bool,
    pub look: &'a Look<'a>,
    pub ctx: egui::Context,
}

impl Brush<'_> {
    pub(super) fn at(&self, world: Point) -> Pos2 {
        pos(self.view.to_screen(world))
    }

    pub(super) fn area(&self, world: Rect) -> egui::Rect {
        rect(self.view.rect_to_screen(world))
    }

    /// The part of the screen that is painted.
    pub(super) fn seen(&self) -> egui::Rect {
        rect(self.view.viewport)
    }

    /// Whether something stands in the spotlight; everything does when there is none.
    pub(super) fn is_lit(&self, world: Rect) -> bool {
        self.look.spotlight.is_none_or(|lit| lit.contains(world.center()))
    }

    /// The part of the screen around which everything fades.
    fn spotlight(&self, area: egui::Rect) -> Option<egui::Rect> {
        Some(self.area(self.look.spotlight?).expand(10.0).intersect(area))
    }

    /// What lies over things that fade.
    fn veil(&self) -> Color32 {
        self.theme.canvas.gamma_multiply(0.86)
    }

    /// A colour as it is where the selection makes the rest fade.
    pub(super) fn faded(&self, color: Color32, clear: bool) -> Color32 {
        if clear || self.look.lifted.is_none() { color } else { mix(color, self.theme.canvas, FADE) }
    }
}

/// A sticky's texts, laid out before the mesh is filled: laying out may enlarge the font texture.
struct Prepared<'a> {
    shape: &'a StickyShape,
    name: Option<Laid>,
    caption: Option<Laid>,
    corner: Option<Laid>,
    icon: Option<Laid>,
    /// The number of votes, where there are too many for dots.
    votes: Option<Laid>,
}

impl BoardCanvas {
    /// Paints the board where it was last shown.
    pub fn paint(&mut self, ui: &Ui, scene: &Scene, theme: &Theme, look: &Look, overlays: &Overlays) {
        let view = self.view();
        let area = rect(self.viewport);
        self.map = None;
        let painter = ui.painter_at(area);
        painter.rect_filled(area, 0.0, theme.canvas);
        self.paint.texts.tidy(ui.ctx());
        let world = view.world();
        let shown: Vec<&StickyShape> = scene.stickies_in(world).collect();
        let links: Vec<&LinkShape> = scene.links_in(world).collect();
        let exact = self.zoom_rests(ui, shown.len());
        let brush = Brush { theme, view, zoom: view.zoom(), exact, look, ctx: ui.ctx().clone() };
        let prepared: Vec<Prepared<'_>> = shown.iter().map(|shape| self.prepare(&brush, shape)).collect();
        let labels = self.prepare_labels(&brush, &links);
        let frame_titles = self.prepare_titles(&brush, scene, world);
        let line_titles = self.prepare_line_titles(&brush, scene);
        let extras = self.prepare_overlays(&brush, scene, overlays);

        self.paint.texts.painted(ui.ctx());
        let atlas = ui.fonts(|fonts| fonts.font_image_size());
        let mut mesher = Mesher::with_room(atlas, ui.ctx().pixels_per_point(), self.paint.filled);
        dots(&brush, &mut mesher, area);
        frames(&brush, &mut mesher, &frame_titles);
        lines(&brush, &mut mesher, &line_titles, area);
        super::overlay::paint_flow(&brush, &mut mesher, scene, overlays);
        super::links::paint(&brush, &mut mesher, &links, &labels);
        titles(&brush, &mut mesher, &frame_titles);
        super::links::paint_proposals(&brush, &mut mesher, scene);
        super::overlay::paint_dots(&brush, &mut mesher, scene, overlays);
        let (lit, dark): (Vec<_>, Vec<_>) = prepared.iter().partition(|it| brush.is_lit(it.shape.rect));
        for prepared in &dark {
            sticky(&brush, &mut mesher, prepared, overlays);
        }
        if veil_in_spotlight(&brush, &mut mesher, dark.iter().map(|it| it.shape.rect), area) {
            titles(&brush, &mut mesher, &frame_titles);
        }
        for prepared in &lit {
            sticky(&brush, &mut mesher, prepared, overlays);
        }
        selection(&brush, &mut mesher, scene);
        super::overlay::paint_badges(&brush, &mut mesher, scene, extras);
        activity(&brush, &mut mesher, scene, area);
        spotlight(&brush, &mut mesher, area);
        flags(&brush, &mut mesher, &line_titles, area);
        self.paint.filled = mesher.filled();
        painter.add(Shape::mesh(mesher.finish()));
        if ui.fonts(|fonts| fonts.font_image_size()) != atlas {
            ui.ctx().request_discard("the font texture grew while the board was painted");
        }
    }

    /// True when texts may be laid out at the exact zoom; asks for one more frame when it soon will be.
    fn zoom_rests(&mut self, ui: &Ui, shown: usize) -> bool {
        let now = ui.input(|input| input.time);
        let zoom = self.camera.zoom;
        if (self.last_zoom.0 / zoom - 1.0).abs() > 1e-5 {
            // The first frame at all is drawn exactly: nothing is moving yet.
            let first = self.last_zoom.0 == 0.0;
            self.last_zoom = (zoom, if first { now - REST } else { now });
        }
        let rests = now - self.last_zoom.1 >= REST;
        if !rests && shown <= EXACT_MAX {
            ui.ctx().request_repaint_after_secs(0.13);
        }
        rests && shown <= EXACT_MAX
    }

    fn prepare<'a>(&mut self, brush: &Brush<'_>, shape: &'a StickyShape) -> Prepared<'a> {
        let mut prepared =
            Prepared { shape, name: None, caption: None, corner: None, icon: None, votes: None };
        if brush.zoom < DETAIL || brush.look.editing == Some(shape.id) {
            return prepared;
        }
        let (w, h) = (shape.rect.width(), shape.rect.height());
        let texts = &mut self.paint.texts;
        let (ctx, zoom, exact) = (&brush.ctx, brush.zoom, brush.exact);
        let size = brush.theme.sizes.sticky * (w * h / (112.0 * 80.0)).sqrt().clamp(0.85, 3.0);
        if shape.kind == StickyKind::Text {
            let size = (h * 0.5).clamp(12.0, 40.0);
            prepared.name = texts.fitted(ctx, &shape.text, Fill { w, h, size, centred: false }, zoom, exact);
            return prepared;
        }
        if !shape.text.is_empty() {
            // Far out the small print is gone and names take its room, to be read from across the room.
            let (aside, edges, larger) = match zoom {
                zoom if zoom < SMALL_PRINT => (8.0, 8.0, 1.7),
                zoom if zoom < NEAR => (10.0, if shape.caption.is_empty() { 20.0 } else { 28.0 }, 1.2),
                _ => (14.0, if shape.caption.is_empty() { 24.0 } else { 28.0 }, 1.0),
            };
            let (w, h) = ((w - aside).max(8.0), (h - edges).max(10.0));
            let fill = Fill { w, h, size: size * larger, centred: true };
            prepared.name = texts.fitted(ctx, &shape.text, fill, zoom, exact);
        }
        if zoom >= SMALL_PRINT {
            let small = Theme::plain(10.5);
            let mut line = |text: &str, font: &egui::FontId| {
                (!text.is_empty()).then(|| texts.line(ctx, text, font, zoom, exact))
            };
            prepared.caption = line(&shape.caption, &small);
            prepared.corner = line(&shape.corner, &small);
            prepared.icon = line(icons::of_kind(shape.kind), &Theme::icon(12.0));
            if shape.votes > DOTS_MAX {
                prepared.votes = line(&shape.votes.to_string(), &Theme::strong(11.0));
            }
        }
        prepared
    }

    fn prepare_line_titles<'a>(&mut self, brush: &Brush<'_>, scene: &'a Scene) -> Vec<(&'a LineShape, Laid)> {
        let font = Theme::strong(12.0);
        let texts = &mut self.paint.texts;
        // Flags keep their size at any zoom.
        scene.lines.iter().map(|line| (line, texts.line(&brush.ctx, &line.title, &font, 1.0, true))).collect()
    }

    fn prepare_titles<'a>(
        &mut self,
        brush: &Brush<'_>,
        scene: &'a Scene,
        world: Rect,
    ) -> Vec<(&'a FrameShape, Laid)> {
        // Far out, titles keep a readable size: they are what people steer by.
        let font = Theme::strong((13.0f32).max(11.0 / brush.zoom).min(90.0));
        let texts = &mut self.paint.texts;
        scene
            .frames
            .iter()
            .filter(|frame| frame.rect.intersects(world))
            .map(|frame| (frame, texts.line(&brush.ctx, &frame.title, &font, brush.zoom, brush.exact)))
            .collect()
    }
}

/// Fades everything around the part of the board that is shown.
fn spotlight(brush: &Brush<'_>, mesher: &mut Mesher, area: egui::Rect) {
    let (Some(lit), veil) = (brush.spotlight(area), brush.veil()) else { return };
    let above = egui::Rect::from_min_max(area.min, pos2(area.right(), lit.top()));
    let below = egui::Rect::from_min_max(pos2(area.left(), lit.bottom()), area.max);
    let left = egui::Rect::from_min_max(pos2(area.left(), lit.top()), pos2(lit.left(), lit.bottom()));
    let right = egui::Rect::from_min_max(pos2(lit.right(), lit.top()), pos2(area.right(), lit.bottom()));
    for part in [above, below, left, right].into_iter().filter(|part| part.is_positive()) {
        mesher.flat(part, veil);
    }
}

/// Fades what reaches into the part that is shown and stands outside. True when there is such.
fn veil_in_spotlight(
    brush: &Brush<'_>,
    mesher: &mut Mesher,
    dark: impl Iterator<Item = Rect>,
    area: egui::Rect,
) -> bool {
    let Some(lit) = brush.spotlight(area) else { return false };
    let parts = dark.map(|rect| brush.area(rect).expand(3.0).intersect(lit));
    parts.filter(|part| part.is_positive()).map(|part| mesher.flat(part, brush.veil())).count() > 0
}

/// The quiet grid of dots, spaced so that they are neither crowded nor sparse.
fn dots(brush: &Brush<'_>, mesher: &mut Mesher, area: egui::Rect) {
    let mut step = 24.0;
    while step * brush.zoom < 18.0 {
        step *= 2.0;
    }
    let world = brush.view.world();
    let first = |low: f32| (low / step).floor() * step;
    let size = if brush.zoom > 0.8 { 1.6 } else { 1.3 };
    let mut y = first(world.min.y);
    while y <= world.max.y {
        let mut x = first(world.min.x);
        while x <= world.max.x {
            let at = brush.at(Point::new(x, y));
            if area.contains(at) {
                mesher.flat(egui::Rect::from_center_size(at, vec2(size, size)), brush.theme.dot);
            }
            x += step;
        }
        y += step;
    }
}

fn frames(brush: &Brush<'_>, mesher: &mut Mesher, titles: &[(&FrameShape, Laid)]) {
    let theme = brush.theme;
    for (frame, _) in titles {
        let area = brush.area(frame.rect);
        let hovered = brush.look.hover == Hit::Item(Item::Frame(frame.id));
        let edge = if hovered {
            mix(theme.hairline, theme.secondary, 0.5)
        } else {
            mix(theme.hairline, theme.secondary, 0.15)
        };
        let radius = (8.0 * brush.zoom).clamp(2.0, 12.0);
        match frame.kind {
            FrameKind::Context => mesher.border(area, radius, 1.3, edge),
            FrameKind::Team => {
                let corners = [area.left_top(), area.right_top(), area.right_bottom(), area.left_bottom()];
                let round = [corners[0], corners[1], corners[2], corners[3], corners[0]];
                let pattern = super::links::Dashes { on: 8.0, off: 5.0 };
                let color = mix(edge, theme.secondary, 0.3);
                super::links::dashes(mesher, brush.seen(), &round, 1.5, pattern, color);
            }
            FrameKind::Swimlane => {
                mesher.flat(area, theme.hairline.gamma_multiply(0.28));
                for y in [area.top(), area.bottom()] {
                    mesher.line(&[pos2(area.left(), y), pos2(area.right(), y)], 1.3, edge);
                }
            }
        }
    }
}

/// The titles of frames, over the links that pass through them.
fn titles(brush: &Brush<'_>, mesher: &mut Mesher, titles: &[(&FrameShape, Laid)]) {
    let theme = brush.theme;
    for (frame, title) in titles {
        let inset = (12.0 * brush.zoom).clamp(4.0, 16.0);
        let corner = brush.area(frame.rect).min;
        let scale = title.unit * brush.zoom;
        // Far out, a title that would hide its frame is left out.
        let (words, room) = (title.galley.size() * scale, brush.area(frame.rect).size());
        if brush.zoom < DETAIL && (words.x > room.x || words.y * 2.5 > room.y) {
            continue;
        }
        // Where it would reach down to the stickies it moves up, on to the border if need be.
        let lowest = TITLE_ROOM * brush.zoom - title.galley.size().y * scale;
        let at = corner + vec2(inset, (inset * 0.7).min(lowest));
        let room = vec2(4.0, 1.0);
        if !frame.title.is_empty() && frame.kind != FrameKind::Swimlane {
            let paper = egui::Rect::from_min_size(at - room, title.galley.size() * scale + 2.0 * room);
            mesher.rounded(paper, 3.0, theme.canvas);
        }
        mesher.text(&title.galley, at, scale, theme.secondary);
    }
}

/// The colours of a pivotal line and of the words on its flag.
fn line_colors(brush: &Brush<'_>, line: &LineShape) -> (Color32, Color32) {
    let (item, theme) = (Item::Line(line.id), brush.theme);
    let chosen = brush.look.selection.contains(item) || brush.look.hover == Hit::Item(item);
    if chosen { (theme.accent, theme.on_accent) } else { (theme.secondary, theme.canvas) }
}

/// Pivotal lines.
fn lines(brush: &Brush<'_>, mesher: &mut Mesher, lines: &[(&LineShape, Laid)], area: egui::Rect) {
    for (line, _) in lines {
        let x = brush.at(Point::new(line.x, 0.0)).x;
        if (area.left()..=area.right()).contains(&x) {
            let color = line_colors(brush, line).0;
            mesher.line(&[pos2(x, area.top()), pos2(x, area.bottom())], 2.0, color);
        }
    }
}

/// The titles of pivotal lines, each on a flag at the top of the window; in the spotlight those of lines that cross it.
fn flags(brush: &Brush<'_>, mesher: &mut Mesher, lines: &[(&LineShape, Laid)], area: egui::Rect) {
    let lit = brush.look.spotlight.map_or(area, |lit| brush.area(lit));
    for (line, title) in lines {
        let x = brush.at(Point::new(line.x, 0.0)).x;
        let far = x < area.left() - 240.0 || x > area.right();
        let dark = brush.look.spotlight.is_some() && !lit.x_range().contains(x);
        if far || dark || line.title.is_empty() {
            continue;
        }
        let (color, ink) = line_colors(brush, line);
        let size = title.galley.size() * title.unit;
        let flag = egui::Rect::from_min_size(pos2(x, area.top() + 8.0), size + vec2(16.0, 8.0));
        mesher.rounded(flag, 3.0, color);
        mesher.text(&title.galley, flag.min + vec2(8.0, 4.0), title.unit, ink);
    }
}

fn sticky(brush: &Brush<'_>, mesher: &mut Mesher, prepared: &Prepared<'_>, overlays: &Overlays) {
    let shape = prepared.shape;
    let area = brush.area(shape.rect);
    let paper = brush.theme.paper(shape.token);
    let clear = brush.look.lifted.is_none_or(|lifted| lifted.contains(&shape.id));
    let fill = brush.faded(paper.fill, clear);
    let ink = brush.faded(paper.text, clear);
    if brush.zoom < DETAIL && shape.kind == StickyKind::Text {
        // Words too small to be read are a grey line: a paper they never are.
        let line = area.shrink2(vec2(0.0, area.height() * 0.3));
        let grey = mix(brush.theme.secondary, brush.theme.canvas, 0.5);
        mesher.flat(line, brush.faded(grey, clear));
        return;
    }
    if brush.zoom < DETAIL {
        mesher.flat(area, fill);
        super::overlay::paint_state(brush, mesher, shape, area, 0.0, overlays);
        return;
    }
    let zoom = brush.zoom;
    if shape.kind == StickyKind::Text {
        free_text(brush, mesher, prepared, area, clear);
        return;
    }
    let mark = mesher.mark();
    let near = zoom >= SMALL_PRINT;
    let radius = if near { (3.0 * zoom).min(8.0) } else { 0.0 };
    let shadow = brush.theme.shadow;
    mesher.shadow(area.translate(vec2(0.0, 2.5 * zoom)), 6.0 * zoom, shadow.gamma_multiply(0.5));
    if near {
        mesher.rounded(area.translate(vec2(0.0, 1.0)), radius, shadow.gamma_multiply(0.6));
    }
    mesher.rounded(area, radius, fill);
    super::overlay::paint_state(brush, mesher, shape, area, radius, overlays);
    if let Some(name) = &prepared.name {
        let height = name.galley.size().y * name.unit * zoom;
        let lift = if shape.caption.is_empty() || zoom < SMALL_PRINT { 0.0 } else { 3.0 * zoom };
        let origin = pos2(area.center().x, area.center().y - height * 0.5 - lift);
        mesher.text(&name.galley, origin, name.unit * zoom, ink);
    }
    let quiet = mix(fill, ink, 0.72);
    if let Some(icon) = &prepared.icon {
        mesher.text(&icon.galley, area.min + vec2(5.0, 3.0) * zoom, icon.unit * zoom, quiet);
    }
    if let Some(corner) = &prepared.corner {
        let width = corner.galley.size().x * corner.unit * zoom;
        mesher.text(
            &corner.galley,
            pos2(area.right() - width - 6.0 * zoom, area.top() + 4.0 * zoom),
            corner.unit * zoom,
            quiet,
        );
    }
    if let Some(caption) = &prepared.caption {
        let size = caption.galley.size() * caption.unit * zoom;
        let origin = pos2(area.center().x - size.x * 0.5, area.bottom() - size.y - 4.0 * zoom);
        mesher.text(&caption.galley, origin, caption.unit * zoom, quiet);
    }
    votes(brush, mesher, prepared, area, ink);
    if shape.turn != 0.0 {
        mesher.turn_since(mark, area.center(), shape.turn);
    }
}

/// Votes as dots, and as one dot with a number where they are many.
fn votes(brush: &Brush<'_>, mesher: &mut Mesher, prepared: &Prepared<'_>, area: egui::Rect, ink: Color32) {
    let zoom = brush.zoom;
    let mut right = area.right() - 8.0 * zoom;
    let dots = if let Some(number) = &prepared.votes {
        let size = number.galley.size() * number.unit * zoom;
        mesher.text(
            &number.galley,
            pos2(right + 3.0 * zoom - size.x, area.bottom() - 7.0 * zoom - size.y * 0.5),
            number.unit * zoom,
            ink,
        );
        right -= size.x + 3.0 * zoom;
        1
    } else {
        prepared.shape.votes.min(DOTS_MAX)
    };
    for _ in 0..dots {
        mesher.disc(pos2(right, area.bottom() - 7.0 * zoom), 3.4 * zoom, ink);
        right -= 9.0 * zoom;
    }
}

/// Free text lies on the canvas without paper.
fn free_text(brush: &Brush<'_>, mesher: &mut Mesher, prepared: &Prepared<'_>, area: egui::Rect, clear: bool) {
    if let Some(name) = &prepared.name {
        let ink = brush.faded(brush.theme.text, clear);
        let height = name.galley.size().y * name.unit * brush.zoom;
        let origin = pos2(area.left() + 2.0 * brush.zoom, area.center().y - height * 0.5);
        mesher.text(&name.galley, origin, name.unit * brush.zoom, ink);
    }
}

/// Rings around what is selected or hovered, and the handles for links and size.
fn selection(brush: &Brush<'_>, mesher: &mut Mesher, scene: &Scene) {
    let theme = brush.theme;
    let ring = |mesher: &mut Mesher, shape: &StickyShape, out: f32, width: f32, color: Color32| {
        let mark = mesher.mark();
        let area = brush.area(shape.rect);
        mesher.border(area.expand(out), (3.0 * brush.zoom).clamp(1.0, 8.0) + out, width, color);
        if shape.turn != 0.0 {
            mesher.turn_since(mark, area.center(), shape.turn);
        }
    };
    for item in brush.look.selection.iter() {
        match item {
            Item::Sticky(id) => {
                if let Some(shape) = scene.sticky(id) {
                    ring(mesher, shape, 2.5, 2.0, theme.accent);
                }
            }
            Item::Frame(id) => {
                if let Some(frame) = scene.frames.iter().find(|frame| frame.id == id) {
                    mesher.border(
                        brush.area(frame.rect),
                        (8.0 * brush.zoom).clamp(2.0, 12.0),
                        2.0,
                        theme.accent,
                    );
                }
            }
            Item::Link(_) | Item::Line(_) => {}
        }
    }
    if *brush.look.activity != Activity::Idle || brush.look.editing.is_some() {
        return;
    }
    if brush.look.handles
        && let Some((_, rect)) = super::sizable(scene, brush.look.selection)
    {
        if brush.look.selection.len() > 1 {
            mesher.border(brush.area(rect), 0.0, 1.0, theme.accent.gamma_multiply(0.55));
        }
        for corner in Corner::ALL {
            let grip = egui::Rect::from_center_size(brush.at(corner.of(rect)), vec2(8.0, 8.0));
            mesher.rounded(grip, 2.0, theme.accent);
            mesher.rounded(grip.shrink(1.5), 1.0, theme.chrome);
        }
    }
    let (hovered, at_handle) = match brush.look.hover {
        Hit::Item(Item::Sticky(id)) => (Some(id), false),
        Hit::Handle(id) => (Some(id), true),
        _ => (None, false),
    };
    let sources =
        hovered.into_iter().chain(brush.look.selection.only_sticky().filter(|id| Some(*id) != hovered));
    for (i, id) in sources.enumerate() {
        let Some(shape) = scene.sticky(id) else { continue };
        if i == 0 && hovered.is_some() && !brush.look.selection.contains(Item::Sticky(id)) {
            ring(mesher, shape, 1.5, 1.2, mix(theme.accent, theme.canvas, 0.35));
        }
        if brush.look.handles && brush.zoom > DETAIL {
            for point in handle_points(shape.rect, HANDLE_OUT / brush.zoom) {
                let at = brush.at(point);
                mesher.disc(at, if at_handle { 5.0 } else { 4.0 }, theme.accent);
                mesher.disc(at, if at_handle { 3.4 } else { 2.8 }, theme.chrome);
            }
        }
    }
}

/// What the tool is in the middle of, and the guides something has snapped to.
fn activity(brush: &Brush<'_>, mesher: &mut Mesher, scene: &Scene, area: egui::Rect) {
    let theme = brush.theme;
    for (upright, place) in brush.look.guides {
        let at = brush.at(Point::new(*place, *place));
        let ends = if *upright {
            [pos2(at.x, area.top()), pos2(at.x, area.bottom())]
        } else {
            [pos2(area.left(), at.y), pos2(area.right(), at.y)]
        };
        mesher.line(&ends, 1.0, theme.accent);
    }
    match brush.look.activity {
        Activity::Marquee { from, to, .. } | Activity::Framing { from, to } => {
            let area = brush.area(Rect::spanned(*from, *to));
            mesher.rounded(area, 0.0, theme.accent.gamma_multiply(0.08));
            mesher.border(area, 0.0, 1.0, theme.accent);
        }
        Activity::Linking { from, to, onto } => {
            super::links::paint_draft(brush, mesher, scene, *from, *to, *onto);
        }
        Activity::Idle | Activity::Pressed { .. } | Activity::Moving { .. } | Activity::Resizing(..) => {}
    }
}
