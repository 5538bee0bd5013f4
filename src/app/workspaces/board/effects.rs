//! What tools ask for, carried out on the board.

use egui::Context;

use super::BoardWorkspace;
use super::menus::Menu;
use crate::app::canvas::Tone;
use crate::app::context::{Cx, sentence};
use crate::app::panels::rail::Chosen;
use crate::board::{
    Board, Frame, Key, LineId, PivotalLine, Point, Record, Rect, Size, Sticky, StickyId, StickyKind,
};
use crate::edit::{Intent, Op, diff};
use crate::view::tool::{Corner, Effect, Tool};
use crate::view::{Item, Selection, align, resize};

/// How near, in screen points, what moves has to come to a neighbour's line to snap to it.
const SNAP: f32 = 6.0;
/// Positions are kept to this step, so that files stay quiet.
const STEP: f32 = 1.0;
/// Room between what is framed and its frame, and for the title above.
const FRAME_ROOM: f32 = 24.0;
const FRAME_TITLE: f32 = 20.0;
/// The smallest size of a sticky or frame.
const SIZE_MIN: f32 = 40.0;

impl BoardWorkspace {
    /// Takes what was chosen on the rail.
    pub(super) fn choose(&mut self, ctx: &Context, cx: &mut Cx<'_>, chosen: Chosen) {
        match chosen {
            Chosen::Tool(tool) => self.take(ctx, cx, tool),
            Chosen::Kind(kind) if self.toolbox.tool == Tool::Place(kind) => self.take(ctx, cx, Tool::Select),
            Chosen::Kind(kind) => self.take(ctx, cx, Tool::Place(kind)),
        }
    }

    /// Takes a tool in hand.
    pub(super) fn take(&mut self, ctx: &Context, cx: &mut Cx<'_>, tool: Tool) {
        for effect in self.toolbox.take(tool) {
            self.carry_out(ctx, cx, effect);
        }
    }

    /// Carries one effect out.
    pub(super) fn carry_out(&mut self, ctx: &Context, cx: &mut Cx<'_>, effect: Effect) {
        match effect {
            Effect::Select(selection) => *cx.selection = selection,
            Effect::Toggle(item) => cx.selection.toggle(item),
            Effect::SelectWithin(area, add) => self.select_within(cx, area, add),
            Effect::BeginMove(copy) => self.begin_move(cx, copy),
            Effect::MoveBy(dx, dy) => self.move_by(cx, dx, dy),
            Effect::BeginResize(item) => self.begin_resize(cx, item),
            Effect::ResizeTo(corner, to) => self.resize_to(cx, corner, to),
            Effect::End => {
                self.guides.clear();
                cx.document.end();
            }
            Effect::Cancel => {
                self.guides.clear();
                cx.document.cancel();
            }
            Effect::Connect(from, to) => {
                let touched = cx.perform(&Intent::Connect { from, to });
                self.note_meaningless(cx, from, to);
                if let Some(item) = touched.iter().find_map(Item::of) {
                    *cx.selection = Selection::one(item);
                }
            }
            Effect::DropLink(from, at) => self.menu = Some(Menu::follow(cx, from, at)),
            Effect::PlaceFrame(area) => self.carry_out_frame(cx, area),
            Effect::Place(kind, middle) => self.place(ctx, cx, kind, centred(kind, middle), None),
            Effect::PlaceLine(x) => self.place_line(cx, x),
            Effect::Vote(id, add) => self.vote(cx, id, add),
            Effect::Rename(item) => {
                *cx.selection = Selection::one(item);
                self.rename(cx, item);
            }
            Effect::Empty(at) => self.place(ctx, cx, StickyKind::Event, centred(StickyKind::Event, at), None),
        }
    }

    /// Puts a pivotal line down and edits its name.
    pub(super) fn place_line(&mut self, cx: &mut Cx<'_>, x: f32) {
        let id = LineId(cx.document.ids().mint());
        let line = PivotalLine { x: x.round(), ..PivotalLine::default() };
        let records = vec![Record::Line(id, Box::new(line))];
        let label = "Add pivotal line";
        self.put_down(cx, label, &Intent::Change { label: label.to_owned(), records });
    }

    /// Draws a frame around the selected things and edits its name.
    pub(super) fn frame_selection(&mut self, cx: &mut Cx<'_>) {
        match cx.selection.bounds(cx.document.board()) {
            Some(bounds) => {
                let around = bounds.expanded(FRAME_ROOM);
                let around = Rect { min: around.min.moved(0.0, -FRAME_TITLE), max: around.max };
                self.carry_out_frame(cx, around);
            }
            None => cx.say(Tone::Plain, "Select what belongs together, then frame it"),
        }
    }

    fn carry_out_frame(&mut self, cx: &mut Cx<'_>, area: Rect) {
        let frame = Frame { at: rounded(area.min), size: area.size(), ..Frame::default() };
        self.put_down(cx, "Add frame", &Intent::PlaceFrame { frame: Box::new(frame) });
    }

    /// Puts something down and edits its name: both are one step.
    fn put_down(&mut self, cx: &mut Cx<'_>, label: &str, intent: &Intent) {
        cx.document.begin(label);
        match cx.document.include(intent).map(|touched| touched.iter().find_map(Item::of)) {
            Ok(Some(item)) => {
                *cx.selection = Selection::one(item);
                self.name_placed(cx, item);
            }
            Ok(None) => cx.document.end(),
            Err(error) => {
                cx.document.cancel();
                cx.say(Tone::Error, sentence(&error.to_string()));
            }
        }
    }

    /// Says so when a link that was just drawn means nothing.
    fn note_meaningless(&self, cx: &mut Cx<'_>, from: StickyId, to: StickyId) {
        let board = cx.document.board();
        if let (Some(from), Some(to)) = (board.stickies.get(&from), board.stickies.get(&to))
            && crate::board::notation::meaning(from.kind, to.kind).is_none()
        {
            let label = |sticky: &Sticky| sticky.kind.row().label.to_lowercase();
            let message = format!(
                "A link from a {} to a {} means nothing: it stays on the board as a note",
                label(from),
                label(to)
            );
            cx.say(Tone::Warning, message);
        }
    }

    fn select_within(&mut self, cx: &mut Cx<'_>, area: Rect, add: bool) {
        let before = self.before_marquee.get_or_insert_with(|| cx.selection.clone());
        let mut selection = if add { before.clone() } else { Selection::default() };
        let scene = cx.scene_at_level();
        selection
            .extend(scene.stickies_in(area).filter(|s| s.rect.intersects(area)).map(|s| Item::Sticky(s.id)));
        selection
            .extend(scene.frames.iter().filter(|f| area.contains_rect(f.rect)).map(|f| Item::Frame(f.id)));
        *cx.selection = selection;
        if !add {
            self.before_marquee = None;
        }
    }

    fn begin_move(&mut self, cx: &mut Cx<'_>, copy: bool) {
        if copy {
            self.duplicate(cx, 0.0);
        }
        let board = cx.document.board();
        let mut moving = cx.selection.clone();
        // A frame takes what lies inside along.
        for item in cx.selection.iter() {
            if let Item::Frame(id) = item
                && let Some(frame) = board.frames.get(&id)
            {
                let inside = |rect: Rect| frame.rect().contains_rect(rect);
                moving.extend(
                    board.stickies.iter().filter(|(_, s)| inside(s.rect())).map(|(id, _)| Item::Sticky(*id)),
                );
                moving.extend(
                    board.frames.iter().filter(|(_, f)| inside(f.rect())).map(|(id, _)| Item::Frame(*id)),
                );
            }
        }
        let free = |item: &Item| is_free(board, *item);
        self.origins =
            moving.iter().filter(free).filter_map(|item| Some((item, item.rect(board)?))).collect();
        if let Some(Item::Line(id)) = cx.selection.only()
            && let Some(line) = board.lines.get(&id).filter(|line| !line.locked)
        {
            self.origins.push((Item::Line(id), Rect::at(Point::new(line.x, 0.0), Size::new(0.0, 0.0))));
        }
        let n = self.origins.len();
        let label = match self.origins.first() {
            Some((Item::Sticky(_), _)) if n == 1 => "Move sticky".to_owned(),
            Some((Item::Frame(_), _)) if n == 1 => "Move frame".to_owned(),
            _ => format!("Move {n} things"),
        };
        cx.document.begin(if copy { "Drag a copy".to_owned() } else { label });
    }

    fn move_by(&mut self, cx: &mut Cx<'_>, dx: f32, dy: f32) {
        let Some(bounds) = self.origins.iter().map(|(_, rect)| *rect).reduce(Rect::union) else { return };
        let moved = Rect::at(bounds.min.moved(dx, dy), bounds.size());
        let zoom = self.canvas.camera.zoom;
        let scene = cx.scene_at_level();
        let moving: std::collections::BTreeSet<Item> = self.origins.iter().map(|(item, _)| *item).collect();
        let near = moved.expanded(600.0 / zoom.max(0.5));
        let others = scene
            .stickies_in(near)
            .filter(|shape| !moving.contains(&Item::Sticky(shape.id)))
            .map(|shape| shape.rect);
        let (sx, sy, guides) = align::snap(moved, others, SNAP / zoom);
        self.guides = guides;
        let places: Vec<(Item, Point)> = self
            .origins
            .iter()
            .map(|(item, rect)| (*item, rounded(rect.min.moved(dx + sx, dy + sy))))
            .collect();
        self.put(cx, &places);
    }

    /// Sets the places of items within the open gesture.
    pub(super) fn put(&mut self, cx: &mut Cx<'_>, places: &[(Item, Point)]) {
        let board = cx.document.board();
        let ops = places.iter().filter_map(|(item, at)| moved(board, *item, *at)).collect();
        if let Err(error) = cx.document.extend(ops) {
            cx.say(Tone::Error, sentence(&error.to_string()));
        }
    }

    /// Sets the places of items as one step.
    pub(super) fn put_as(&mut self, cx: &mut Cx<'_>, label: &str, places: &[(Item, Point)]) {
        cx.document.begin(label);
        self.put(cx, places);
        cx.document.end();
    }

    /// What is selected changes its size together.
    fn begin_resize(&mut self, cx: &mut Cx<'_>, item: Item) {
        let board = cx.document.board();
        let together = cx.selection.iter().filter(|other| *other != item && cx.selection.contains(item));
        let items = std::iter::once(item).chain(together);
        let items = items.filter(|item| matches!(item, Item::Sticky(_) | Item::Frame(_)));
        let items = items.filter(|item| is_free(board, *item));
        self.origins = items.filter_map(|item| Some((item, item.rect(board)?))).collect();
        cx.document.begin(match self.origins.len() {
            1 => "Resize".to_owned(),
            n => format!("Resize {n} things"),
        });
    }

    fn resize_to(&self, cx: &mut Cx<'_>, corner: Corner, to: Point) {
        let rects: Vec<Rect> = self.origins.iter().map(|(_, rect)| *rect).collect();
        let scaled = resize::scaled(&rects, corner, rounded(to), SIZE_MIN);
        let board = cx.document.board();
        let mut ops = Vec::new();
        for ((item, _), area) in self.origins.iter().zip(scaled) {
            let area = Rect { min: rounded(area.min), max: rounded(area.max) };
            let (at, size) = (area.min, area.size());
            let Some(before) = board.record(&item.key()) else { continue };
            let after = match before.clone() {
                Record::Sticky(id, mut sticky) => {
                    sticky.size = (size != sticky.kind.row().size).then_some(size);
                    sticky.at = at;
                    Record::Sticky(id, sticky)
                }
                Record::Frame(id, mut frame) => {
                    (frame.at, frame.size) = (at, size);
                    Record::Frame(id, frame)
                }
                other => other,
            };
            ops.extend(diff(&before, &after));
        }
        if let Err(error) = cx.document.extend(ops) {
            cx.say(Tone::Error, sentence(&error.to_string()));
        }
    }

    /// Copies the selected stickies, frames and the links among them in place, as one step, and selects the copies.
    pub(super) fn duplicate(&mut self, cx: &mut Cx<'_>, offset: f32) {
        let text = crate::view::clipboard::copy(cx.document.board(), cx.selection);
        if let Some((edit, copied)) = crate::view::clipboard::paste(cx.document, &text, None, offset) {
            cx.commit(crate::edit::Edit { label: "Duplicate".to_owned(), ..edit });
            *cx.selection = copied;
        }
    }
}

/// True for what can be moved by hand.
pub(super) fn is_free(board: &Board, item: Item) -> bool {
    match item {
        Item::Sticky(id) => board.stickies.get(&id).is_some_and(|sticky| !sticky.locked),
        Item::Frame(id) => board.frames.get(&id).is_some_and(|frame| !frame.locked),
        Item::Line(id) => board.lines.get(&id).is_some_and(|line| !line.locked),
        Item::Link(_) => false,
    }
}

/// What puts an item in another place; nothing when it is there.
fn moved(board: &Board, item: Item, at: Point) -> Option<Op> {
    let (field, to) = match item {
        Item::Sticky(_) | Item::Frame(_) => ("at", serde_json::to_value(at)),
        Item::Line(_) => ("x", serde_json::to_value(at.x)),
        Item::Link(_) => return None,
    };
    let (key, to) = (item.key(), to.ok()?);
    let from = board.field(&key, field)?;
    (from != to).then(|| Op::Set { key, field: field.to_owned(), from, to })
}

/// The place of a sticky whose middle is here.
pub(super) fn centred(kind: StickyKind, middle: Point) -> Point {
    let size = kind.row().size;
    rounded(middle.moved(-size.w * 0.5, -size.h * 0.5))
}

/// A place on the step of the grid.
pub(super) fn rounded(at: Point) -> Point {
    Point::new((at.x / STEP).round() * STEP, (at.y / STEP).round() * STEP)
}

/// The sticky among touched records.
pub(super) fn touched_sticky(touched: &[Key]) -> Option<StickyId> {
    touched.iter().find_map(|key| match key {
        Key::Sticky(id) => Some(*id),
        _ => None,
    })
}
