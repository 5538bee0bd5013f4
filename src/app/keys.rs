//! Keys: which actions the keys pressed in this frame ask for.

use egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

use crate::view::Action;
use crate::view::action::ACTIONS;

/// The egui shortcut of keys written as `Ctrl+Shift+Z`.
#[must_use]
pub(super) fn shortcut(keys: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut key = None;
    for part in keys.split('+') {
        match part {
            "Ctrl" => modifiers |= Modifiers::COMMAND,
            "Shift" => modifiers |= Modifiers::SHIFT,
            "Alt" => modifiers |= Modifiers::ALT,
            "?" => key = Some(Key::Questionmark),
            name => key = Key::from_name(name),
        }
    }
    key.map(|key| KeyboardShortcut::new(modifiers, key))
}

/// The actions whose keys were pressed. While a text is edited or a dialog is open, only those with Ctrl or a function
/// key count, and those that edit text stay with the text.
pub(super) fn actions(ctx: &Context, dialog: bool) -> Vec<Action> {
    let typing = dialog || ctx.text_edit_focused();
    let mut found = Vec::new();
    ctx.input_mut(|input| {
        // The window system turns these into events of their own.
        if !typing {
            for event in &input.events {
                match event {
                    Event::Copy => found.push(Action::Copy),
                    Event::Cut => found.push(Action::Cut),
                    _ => {}
                }
            }
            if input.consume_key(Modifiers::NONE, Key::Backspace) {
                found.push(Action::Delete);
            }
            if input.consume_key(Modifiers::COMMAND, Key::Y) {
                found.push(Action::Redo);
            }
        }
        // Longer combinations first, so that Ctrl+Shift+Z is not taken for Ctrl+Z.
        let mut rows: Vec<_> = ACTIONS.iter().filter(|row| !row.keys.is_empty()).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.keys.matches('+').count()));
        for row in rows {
            let Some(shortcut) = shortcut(row.keys) else { continue };
            let plain = !shortcut.modifiers.command && !is_function(shortcut.logical_key);
            let text_uses = matches!(
                row.action,
                Action::SelectAll | Action::Undo | Action::Redo | Action::Cut | Action::Copy
            );
            if typing && (plain || text_uses) {
                continue;
            }
            if matches!(row.action, Action::Cut | Action::Copy) {
                continue;
            }
            if input.consume_shortcut(&shortcut) {
                found.push(row.action);
            }
        }
    });
    found
}

fn is_function(key: Key) -> bool {
    let name = key.name().as_bytes();
    name.len() > 1 && name[0] == b'F' && name[1].is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_in_the_table_is_a_key() {
        for row in ACTIONS {
            assert!(row.keys.is_empty() || shortcut(row.keys).is_some(), "{}: {}", row.text, row.keys);
        }
        assert_eq!(shortcut("Ctrl+Shift+Z").unwrap().modifiers, Modifiers::COMMAND | Modifiers::SHIFT);
    }
}
