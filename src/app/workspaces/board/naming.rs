//! Naming on the canvas: entry at the speed of talk.
//!
//! Enter commits; Tab commits and opens the next sticky to the right, Shift+Tab below; Ctrl+Enter opens one of the
//! predicted kind and links it; Escape takes everything back. Typing offers names that exist.

mod keys;

use egui::{Align, Context, RichText, TextEdit, Ui, vec2};

use keys::pressed;

use super::BoardWorkspace;
use super::effects::{rounded, touched_sticky};
use crate::app::canvas::{Tone, pos, rect};
use crate::app::context::{Cx, sentence};
use crate::app::keys::taken_text;
use crate::app::theme::Theme;
use crate::board::notation::words;
use crate::board::{Board, Point, Record, Rect, Size, StickyId, StickyKind};
use crate::edit::Intent;
use crate::view::{Item, Selection, outline};

/// How many names are offered.
const OFFERED: usize = 6;

/// A name being edited.
pub(super) struct Naming {
    item: Item,
    text: String,
    /// The thing was just put down, and the step that did so is still open: a sticky goes with its naming when that is
    /// cancelled, a frame or line stays without a name.
    fresh: bool,
    /// Renames the definition, not just this sticky.
    everywhere: bool,
    focused: bool,
    /// Its first letters were typed before the field had the keyboard.
    begun: bool,
    /// The offered name chosen with the arrow keys.
    chosen: Option<usize>,
    /// The pointer was over the field or the offered names in the last frame.
    pub(super) contains_pointer: bool,
}

impl Naming {
    /// The sticky being named.
    pub(super) const fn sticky(&self) -> Option<StickyId> {
        match self.item {
            Item::Sticky(id) => Some(id),
            _ => None,
        }
    }
}

/// Where to go on after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Another of the same kind, to the right.
    Right,
    /// Another of the same kind, below.
    Below,
    /// One of the predicted kind, to the right, linked.
    Predicted,
}

impl BoardWorkspace {
    /// Puts a new sticky down and edits its name; `from` links it to the sticky before. All of it is one step.
    pub(super) fn place(
        &mut self,
        ctx: &Context,
        cx: &mut Cx<'_>,
        kind: StickyKind,
        at: Point,
        from: Option<StickyId>,
    ) {
        self.commit_naming(ctx, cx, None);
        self.typed_at = super::typing::resting(ctx);
        cx.document.begin(format!("Add {}", kind.row().label.to_lowercase()));
        let placed = cx.document.include(&Intent::PlaceSticky { kind, name: String::new(), at });
        let id = match placed {
            Ok(touched) => touched_sticky(&touched),
            Err(error) => {
                cx.say(Tone::Error, sentence(&error.to_string()));
                None
            }
        };
        let Some(id) = id else {
            cx.document.cancel();
            return;
        };
        if let Some(from) = from
            && let Err(error) = cx.document.include(&Intent::Connect { from, to: id })
        {
            cx.say(Tone::Error, sentence(&error.to_string()));
        }
        *cx.selection = Selection::one(Item::Sticky(id));
        let item = Item::Sticky(id);
        self.naming = Some(Naming {
            item,
            text: String::new(),
            fresh: true,
            everywhere: false,
            focused: false,
            begun: false,
            chosen: None,
            contains_pointer: false,
        });
        let rect = Rect::at(at, kind.row().size);
        self.canvas.reveal(ctx, rect.expanded(24.0));
        ctx.request_repaint();
    }

    /// Edits the name of something on the board.
    pub(super) fn rename(&mut self, cx: &Cx<'_>, item: Item) {
        self.edit_name(cx, item, false);
    }

    /// Edits the name of something that was put down in the step that is open.
    pub(super) fn name_placed(&mut self, cx: &Cx<'_>, item: Item) {
        self.edit_name(cx, item, false);
        if let Some(naming) = &mut self.naming {
            naming.fresh = true;
        }
    }

    /// Edits the name of something on the board; of a definition, `everywhere` it stands.
    pub(super) fn edit_name(&mut self, cx: &Cx<'_>, item: Item, everywhere: bool) {
        let board = cx.document.board();
        let text = match item {
            Item::Sticky(id) => board.stickies.get(&id).map(|sticky| sticky.name.clone()),
            Item::Frame(id) => board.frames.get(&id).map(|frame| frame.name.clone()),
            Item::Link(id) => board.links.get(&id).map(|link| link.note.clone()),
            Item::Line(id) => board.lines.get(&id).map(|line| line.name.clone()),
        };
        self.naming = text.map(|text| Naming {
            item,
            text,
            fresh: false,
            everywhere,
            focused: false,
            begun: false,
            chosen: None,
            contains_pointer: false,
        });
    }

    /// Commits the name being edited, if any, and goes on as asked.
    pub(super) fn commit_naming(&mut self, ctx: &Context, cx: &mut Cx<'_>, next: Option<Next>) {
        let Some(naming) = self.naming.take() else { return };
        let name = naming.text.trim().to_owned();
        if naming.fresh && name.is_empty() {
            return leave_unnamed(cx, naming.item);
        }
        if !naming.fresh {
            cx.document.begin("Rename");
        }
        let done = match naming.item {
            Item::Sticky(id) => {
                cx.document.include(&naming_intent(cx.document.board(), id, name, naming.everywhere))
            }
            item => {
                let records = named(cx.document.board(), item, name).into_iter().collect();
                cx.document.include(&Intent::Change { label: "Rename".to_owned(), records })
            }
        };
        cx.document.end();
        if let Err(error) = done {
            cx.say(Tone::Error, sentence(&error.to_string()));
        }
        if let (Some(next), Item::Sticky(id)) = (next, naming.item) {
            self.go_on(ctx, cx, id, next);
        }
        ctx.request_repaint();
    }

    /// Abandons the name being edited.
    pub(super) fn cancel_naming(&mut self, cx: &mut Cx<'_>) {
        if let Some(naming) = self.naming.take()
            && naming.fresh
        {
            leave_unnamed(cx, naming.item);
        }
    }

    /// Opens the next sticky after one.
    pub(super) fn go_on(&mut self, ctx: &Context, cx: &mut Cx<'_>, after: StickyId, next: Next) {
        let Some(sticky) = cx.document.board().stickies.get(&after).cloned() else { return };
        let kind = if next == Next::Predicted {
            outline::next_kind_at(sticky.kind, cx.options.level)
        } else {
            sticky.kind
        };
        let means = crate::board::notation::meaning(sticky.kind, kind).is_some();
        let from = (next == Next::Predicted && means).then_some(after);
        let at = beside(cx.document.board(), sticky.rect(), kind.row().size, next != Next::Below);
        self.place(ctx, cx, kind, at, from);
    }

    /// Draws the field over the sticky, with the names offered below.
    pub(super) fn show_naming(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(mut naming) = self.naming.take() else { return };
        let scene = cx.scene_at_level();
        let Some((area, paper, size)) = self.naming_area(cx, &scene, naming.item) else { return };
        let keys = pressed(ui);
        if keys.next.is_some() {
            self.typed_ahead.push_str(&keys.ahead);
        }
        // Who writes fast is ahead of the field: what was typed before it has the keyboard is kept.
        if !naming.focused {
            let typed = std::mem::take(&mut self.typed_ahead) + &taken_text(ui.ctx(), 0);
            if !typed.is_empty() {
                naming.text = typed;
                naming.begun = true;
            }
        }
        let kind =
            naming.sticky().and_then(|id| cx.document.board().stickies.get(&id)).map(|sticky| sticky.kind);
        let offered = kind
            .filter(|_| !naming.text.trim().is_empty())
            .map(|kind| outline::completions(cx.document.board(), kind, naming.text.trim(), OFFERED))
            .unwrap_or_default();
        if keys.down && !offered.is_empty() {
            naming.chosen = Some(naming.chosen.map_or(0, |at| (at + 1).min(offered.len() - 1)));
        }
        if keys.up {
            naming.chosen = naming.chosen.and_then(|at| at.checked_sub(1));
        }
        let response = self.naming_field(ui, cx, &mut naming, area, paper, size);
        let hint = self.everywhere_hint(cx, &naming);
        let (picked, over) = offer(ui, cx.theme, area, &offered, naming.chosen, hint);
        if response.changed() {
            naming.chosen = None;
        }
        // A click that began on the canvas takes the focus away when it ends; another field takes it for good.
        let focused = ui.memory(egui::Memory::focused);
        let elsewhere =
            naming.focused && focused.is_some_and(|id| id != response.id) && !response.has_focus();
        if focused.is_none() {
            response.request_focus();
        }
        naming.contains_pointer = over || response.contains_pointer();
        let commits = keys.enter || keys.everywhere || keys.next.is_some();
        naming.everywhere |= keys.everywhere;
        if let Some(name) =
            picked.or_else(|| naming.chosen.filter(|_| commits).and_then(|at| offered.get(at)).cloned())
        {
            naming.text = name;
            let next = keys.next;
            self.naming = Some(naming);
            self.commit_naming(ui.ctx(), cx, next);
            return;
        }
        self.naming = Some(naming);
        if keys.escape {
            self.cancel_naming(cx);
            ui.request_repaint();
        } else if commits || elsewhere {
            let item = self.naming.as_ref().map(|naming| naming.item);
            self.commit_naming(ui.ctx(), cx, keys.next);
            if let Some(item) = item.filter(|_| commits && keys.next.is_none()) {
                self.canvas.focus(item);
            }
        }
    }

    /// What Enter and Alt+Enter do, when the name stands on several stickies and has been changed.
    fn everywhere_hint(&self, cx: &Cx<'_>, naming: &Naming) -> Option<String> {
        let board = cx.document.board();
        let sticky = board.stickies.get(&naming.sticky()?)?;
        sticky.kind.row().definition?;
        let shown = board.same_definition(sticky).count();
        if naming.fresh || shown < 2 || sticky.name.is_empty() || naming.text.trim() == sticky.name {
            return None;
        }
        Some(if naming.everywhere {
            format!("Enter renames it on all {shown} stickies")
        } else {
            format!("Enter renames this sticky, Alt+Enter all {shown}")
        })
    }

    /// Where the field lies, its colours, and the size of its text.
    fn naming_area(
        &self,
        cx: &Cx<'_>,
        scene: &crate::scene::Scene,
        item: Item,
    ) -> Option<(egui::Rect, (egui::Color32, egui::Color32), f32)> {
        let view = self.canvas.view();
        let theme = cx.theme;
        let plain = (theme.chrome, theme.text);
        Some(match item {
            Item::Sticky(id) => {
                let shape = scene.sticky(id)?;
                let paper = theme.paper(shape.token);
                let area = rect(view.rect_to_screen(shape.rect));
                let area = egui::Rect::from_center_size(area.center(), area.size().max(vec2(96.0, 60.0)));
                (area, (paper.fill, paper.text), (theme.sizes.sticky * view.zoom()).clamp(12.0, 30.0))
            }
            Item::Frame(id) => {
                let frame = scene.frames.iter().find(|frame| frame.id == id)?;
                let at = pos(view.to_screen(frame.rect.min)) + vec2(6.0, 4.0);
                (egui::Rect::from_min_size(at, vec2(220.0, 26.0)), plain, theme.sizes.body)
            }
            Item::Link(id) => {
                let at = pos(view.to_screen(scene.link(id)?.curve.at(0.5)));
                (egui::Rect::from_center_size(at, vec2(170.0, 26.0)), plain, theme.sizes.body)
            }
            Item::Line(id) => {
                let line = scene.lines.iter().find(|line| line.id == id)?;
                let x = view.to_screen(Point::new(line.x, 0.0)).x;
                let at = egui::pos2(x + 6.0, self.canvas.viewport().min.y + 10.0);
                (egui::Rect::from_min_size(at, vec2(170.0, 26.0)), plain, theme.sizes.body)
            }
        })
    }

    fn naming_field(
        &self,
        ui: &mut Ui,
        cx: &Cx<'_>,
        naming: &mut Naming,
        area: egui::Rect,
        paper: (egui::Color32, egui::Color32),
        size: f32,
    ) -> egui::Response {
        let id = ui.id().with("naming");
        let is_sticky = naming.sticky().is_some();
        let painter = ui.painter();
        painter.rect_filled(area, 3.0, paper.0);
        painter.rect_stroke(
            area.expand(2.0),
            4.0,
            egui::Stroke::new(2.0, cx.theme.accent),
            egui::StrokeKind::Inside,
        );
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(area.shrink2(vec2(4.0, 2.0))));
        let rows = naming.text.chars().count() / 12 + 1;
        #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
        let lift = ((area.height() - rows.min(4) as f32 * size * 1.3) * 0.5 - 2.0).max(0.0);
        if is_sticky {
            child.add_space(lift);
        }
        let edit = if is_sticky {
            TextEdit::multiline(&mut naming.text)
        } else {
            TextEdit::singleline(&mut naming.text)
        };
        let edit = edit
            .id(id)
            .font(if is_sticky { Theme::strong(size) } else { Theme::plain(size) })
            .text_color(paper.1)
            .frame(egui::Frame::NONE)
            .desired_width(f32::INFINITY)
            .desired_rows(1)
            .lock_focus(true)
            .return_key(None)
            .char_limit(4_000)
            .horizontal_align(if is_sticky { Align::Center } else { Align::Min });
        let output = edit.show(&mut child);
        let response = output.response.response;
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Name of the selected item"));
        if !naming.focused {
            naming.focused = true;
            response.request_focus();
            let mut state = output.state;
            let end = egui::text::CCursor::new(naming.text.chars().count());
            let start = if naming.begun { end } else { egui::text::CCursor::default() };
            let all = egui::text::CCursorRange::two(start, end);
            state.cursor.set_char_range(Some(all));
            state.store(ui.ctx(), response.id);
        }
        response
    }
}

/// Ends the step that put something down which got no name.
fn leave_unnamed(cx: &mut Cx<'_>, item: Item) {
    match item {
        Item::Sticky(_) => {
            cx.document.cancel();
            cx.selection.keep_existing(cx.document.board());
        }
        Item::Frame(_) | Item::Line(_) | Item::Link(_) => cx.document.end(),
    }
}

/// Draws the names offered; answers the one clicked, and whether the pointer is over them.
fn offer(
    ui: &Ui,
    theme: &Theme,
    area: egui::Rect,
    offered: &[String],
    chosen: Option<usize>,
    hint: Option<String>,
) -> (Option<String>, bool) {
    if offered.is_empty() && hint.is_none() {
        return (None, false);
    }
    let mut picked = None;
    let place = egui::Area::new(ui.id().with("offered")).fixed_pos(area.left_bottom() + vec2(0.0, 6.0));
    let shown = place.order(egui::Order::Foreground).show(ui.ctx(), |ui| {
        egui::Frame::popup(ui.style()).show(ui, |ui| {
            ui.set_max_width(240.0);
            for (i, name) in offered.iter().enumerate() {
                let text = RichText::new(words(name)).size(theme.sizes.body);
                if ui
                    .add(egui::Button::selectable(chosen == Some(i), text).min_size(vec2(200.0, 24.0)))
                    .clicked()
                {
                    picked = Some(name.clone());
                }
            }
            if let Some(hint) = hint {
                ui.label(RichText::new(hint).size(theme.sizes.secondary).color(theme.secondary));
            }
        });
    });
    (picked, shown.response.contains_pointer())
}

/// The command that gives a sticky, or the definition it shows, another name.
fn naming_intent(board: &Board, id: StickyId, name: String, everywhere: bool) -> Intent {
    match board.stickies.get(&id) {
        Some(sticky) if everywhere && !sticky.name.is_empty() && !name.is_empty() => {
            match sticky.kind.row().definition {
                Some(kind) => Intent::RenameDefinition { kind, from: sticky.name.clone(), to: name },
                None => Intent::NameSticky { sticky: id, name },
            }
        }
        _ => Intent::NameSticky { sticky: id, name },
    }
}

/// The record of something under another name.
fn named(board: &Board, item: Item, name: String) -> Option<Record> {
    Some(match board.record(&item.key())? {
        Record::Frame(id, mut frame) => {
            frame.name = name;
            Record::Frame(id, frame)
        }
        Record::Link(id, mut link) => {
            link.note = name;
            Record::Link(id, link)
        }
        Record::Line(id, mut line) => {
            line.name = name;
            Record::Line(id, line)
        }
        other => other,
    })
}

/// A free place of a size to the right of a rectangle, or below it.
pub(super) fn beside(board: &Board, rect: Rect, size: Size, right: bool) -> Point {
    let gap = outline::GAP;
    let middle = rect.center();
    let mut at = if right {
        Point::new(rect.max.x + gap, middle.y - size.h * 0.5)
    } else {
        Point::new(middle.x - size.w * 0.5, rect.max.y + gap)
    };
    // Something is there already: step aside until there is room.
    for _ in 0..60 {
        let place = Rect::at(at, size).expanded(4.0);
        let Some(taken) =
            board.stickies.values().map(crate::board::Sticky::rect).find(|other| other.intersects(place))
        else {
            break;
        };
        if right {
            at.y = taken.max.y + gap * 0.5;
        } else {
            at.x = taken.max.x + gap * 0.5;
        }
    }
    rounded(at)
}
