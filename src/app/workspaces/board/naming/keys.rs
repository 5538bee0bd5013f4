//! Keys while a name is written, and letters that come before the field has the keyboard.

use egui::{Event, Key, Modifiers, Ui};

use super::Next;
use crate::app::keys::taken_text;

/// The keys that mean something while naming, taken away from the field.
pub(super) struct Pressed {
    pub enter: bool,
    pub everywhere: bool,
    pub escape: bool,
    pub up: bool,
    pub down: bool,
    pub next: Option<Next>,
    /// What was typed behind the key that goes on, in the same frame: it belongs to what comes next.
    pub ahead: String,
}

/// Takes the keys of this frame away from the field.
pub(super) fn pressed(ui: &Ui) -> Pressed {
    let goes_on = |event: &Event| match event {
        Event::Key { key: Key::Tab, pressed, .. } => *pressed,
        Event::Key { key: Key::Enter, pressed, modifiers, .. } => *pressed && modifiers.command,
        _ => false,
    };
    let behind = ui.input(|input| input.events.iter().position(goes_on));
    let ahead = behind.map_or_else(String::new, |at| taken_text(ui.ctx(), at + 1));
    ui.input_mut(|input| {
        let mut key = |modifiers, key| input.consume_key(modifiers, key);
        let next = if key(Modifiers::COMMAND, Key::Enter) {
            Some(Next::Predicted)
        } else if key(Modifiers::SHIFT, Key::Tab) {
            Some(Next::Below)
        } else if key(Modifiers::NONE, Key::Tab) {
            Some(Next::Right)
        } else {
            None
        };
        Pressed {
            next,
            ahead,
            everywhere: key(Modifiers::ALT, Key::Enter),
            enter: key(Modifiers::NONE, Key::Enter),
            escape: key(Modifiers::NONE, Key::Escape),
            up: key(Modifiers::NONE, Key::ArrowUp),
            down: key(Modifiers::NONE, Key::ArrowDown),
        }
    })
}
