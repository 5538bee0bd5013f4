//! Keys on the canvas that are not in the table of actions: letters that drop stickies, arrows, Enter, Escape, paste.

use egui::{Event, Key, Modifiers, Pos2, Ui};

use super::BoardWorkspace;
use super::effects::centred;
use super::naming::{Next, beside};
use crate::app::context::Cx;
use crate::board::notation::NOTATION;
use crate::board::{Point, Rect, Sticky, StickyKind};
use crate::view::tool::{Input, Tool};
use crate::view::{Item, clipboard, outline};

/// The step of an arrow key, and of one with Shift.
const NUDGE: [f32; 2] = [1.0, 24.0];

impl BoardWorkspace {
    /// Takes the keys. `at_item` says that the keyboard focus is on something on the board, not on a button or field.
    pub(super) fn keyboard(&mut self, ui: &Ui, cx: &mut Cx<'_>, at_item: bool) {
        let elsewhere = cx.options.dialog || ui.ctx().text_edit_focused() || ui.ctx().any_popup_open();
        if self.naming.is_some() || elsewhere {
            return;
        }
        self.pasted(ui, cx);
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.escape(ui, cx);
        }
        // A focused button or field keeps Enter and the arrows to itself.
        let free = at_item || ui.memory(|memory| memory.focused().is_none());
        if free {
            self.arrows(ui, cx);
            let (predicted, enter) = ui.input_mut(|input| {
                (
                    input.consume_key(Modifiers::COMMAND, Key::Enter),
                    input.consume_key(Modifiers::NONE, Key::Enter),
                )
            });
            match cx.selection.only() {
                Some(Item::Sticky(id)) if predicted => self.go_on(ui.ctx(), cx, id, Next::Predicted),
                Some(item) if enter => self.rename(cx, item),
                _ => {}
            }
        }
        if let Some(kind) = letter(ui)
            && self.offers(cx, kind)
        {
            self.drop_sticky(ui, cx, kind);
        }
    }

    /// Drops a sticky at the pointer, or right of the selection.
    fn drop_sticky(&mut self, ui: &Ui, cx: &mut Cx<'_>, kind: StickyKind) {
        let (board, size) = (cx.document.board(), kind.row().size);
        let selected = cx.selection.only_sticky().and_then(|id| board.stickies.get(&id));
        // A pointer that rests where the last sticky was dropped says nothing: the hands are on the keys.
        let pointer = self.pointer.filter(|_| selected.is_none() || self.typed_at != resting(ui.ctx()));
        let near = |sticky: &&Sticky| pointer.is_none_or(|at| sticky.rect().expanded(20.0).contains(at));
        let at = match selected.filter(near) {
            Some(sticky) => beside(board, sticky.rect(), size, true),
            None => {
                let at = centred(kind, pointer.unwrap_or_else(|| self.somewhere()));
                let place = Rect::at(at, size);
                let taken = board.stickies.values().find(|sticky| sticky.rect().intersects(place));
                taken.map_or(at, |taken| beside(board, taken.rect(), size, true))
            }
        };
        self.place(ui.ctx(), cx, kind, at, None);
        // The letter that asked for the sticky is not the first letter of its name; what came behind it is.
        let typed = crate::app::keys::taken_text(ui.ctx(), 0);
        self.typed_ahead = typed.chars().skip(1).collect();
    }

    fn escape(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let busy = self.toolbox.activity != crate::view::tool::Activity::Idle;
        self.feed(ui, cx, Input::Cancel);
        if self.menu.take().is_some() || busy {
            return;
        }
        if self.toolbox.tool == Tool::Select {
            cx.selection.clear();
        } else {
            self.take(ui.ctx(), cx, Tool::Select);
        }
    }

    fn arrows(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if cx.selection.is_empty() {
            return;
        }
        let keys = [
            (Key::ArrowLeft, -1.0, 0.0),
            (Key::ArrowRight, 1.0, 0.0),
            (Key::ArrowUp, 0.0, -1.0),
            (Key::ArrowDown, 0.0, 1.0),
        ];
        for (key, x, y) in keys {
            for (modifiers, step) in [(Modifiers::SHIFT, NUDGE[1]), (Modifiers::NONE, NUDGE[0])] {
                if ui.input_mut(|input| input.consume_key(modifiers, key)) {
                    let keys = cx.selection.keys();
                    cx.perform(&crate::edit::Intent::Move { keys, dx: x * step, dy: y * step });
                }
            }
        }
    }

    /// Pastes what the window system hands over: a part of a board, or lines of text.
    fn pasted(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let text = ui.input_mut(|input| {
            let at = input.events.iter().position(|event| matches!(event, Event::Paste(_)))?;
            match input.events.remove(at) {
                Event::Paste(text) => Some(text),
                _ => None,
            }
        });
        let Some(text) = text else { return };
        let place = self.pointer.unwrap_or_else(|| self.somewhere());
        if let Some((edit, selection)) = clipboard::paste(cx.document, &text, Some(place), 0.0) {
            cx.commit(edit);
            *cx.selection = selection;
            if let Some(bounds) = cx.selection.bounds(cx.document.board()) {
                self.canvas.reveal(ui.ctx(), bounds.expanded(outline::GAP));
            }
        }
    }

    /// Where something dropped from the keyboard goes.
    pub(super) fn drop_point(&self) -> Point {
        self.pointer.unwrap_or_else(|| self.somewhere())
    }
}

/// Where the pointer is on the screen.
pub(super) fn resting(ctx: &egui::Context) -> Option<Pos2> {
    ctx.input(|input| input.pointer.latest_pos())
}

/// The kind whose letter was typed without Ctrl or Alt.
fn letter(ui: &Ui) -> Option<StickyKind> {
    ui.input_mut(|input| {
        if input.modifiers.command || input.modifiers.alt {
            return None;
        }
        let typed = input.events.iter().find_map(|event| match event {
            Event::Text(text) => text.chars().next(),
            _ => None,
        })?;
        let typed = typed.to_ascii_uppercase();
        NOTATION.iter().find(|row| row.shortcut == Some(typed)).map(|row| row.kind)
    })
}
