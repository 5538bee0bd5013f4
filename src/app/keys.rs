//! Keys: which actions the keys pressed in this frame ask for.

use egui::{Context, Event, InputState, Key, KeyboardShortcut, Modifiers};

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
            if input.consume_shortcut(&shortcut) || consume_digit(input, &shortcut) {
                found.push(row.action);
            }
        }
    });
    found
}

/// Takes a digit with Shift by its place on the keyboard: what is written there with Shift differs from one keyboard to
/// the next, so that nobody ever presses a `1` with Shift.
fn consume_digit(input: &mut InputState, wanted: &KeyboardShortcut) -> bool {
    let digit =
        wanted.logical_key.name().len() == 1 && wanted.logical_key.name().as_bytes()[0].is_ascii_digit();
    if !digit || wanted.modifiers != Modifiers::SHIFT {
        return false;
    }
    let place = input.events.iter().position(|event| {
        matches!(event, Event::Key { physical_key: Some(key), pressed: true, modifiers, .. }
            if *key == wanted.logical_key && *modifiers == Modifiers::SHIFT)
    });
    place.map(|at| input.events.remove(at)).is_some()
}

/// Takes the text typed in this frame from an event on.
pub(super) fn taken_text(ctx: &Context, from: usize) -> String {
    ctx.input_mut(|input| {
        let mut text = String::new();
        let mut at = 0;
        input.events.retain(|event| {
            at += 1;
            match event {
                Event::Text(typed) if at > from => {
                    text.push_str(typed);
                    false
                }
                _ => true,
            }
        });
        text
    })
}

fn is_function(key: Key) -> bool {
    let name = key.name().as_bytes();
    name.len() > 1 && name[0] == b'F' && name[1].is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_and_a_digit_are_told_by_their_place_on_the_keyboard() {
        // What X11, Windows and macOS report for Shift and the key of the 1, from three keyboards.
        for logical in [Key::Exclamationmark, Key::Num1, Key::Plus] {
            let event = Event::Key {
                key: logical,
                physical_key: Some(Key::Num1),
                pressed: true,
                repeat: false,
                modifiers: Modifiers::SHIFT,
            };
            let input = egui::RawInput { events: vec![event], ..egui::RawInput::default() };
            let ctx = Context::default();
            let mut found = Vec::new();
            let mut output = ctx.run_ui(input, |ui| found.extend(actions(ui.ctx(), false)));
            output.textures_delta.clear();
            assert_eq!(found, [Action::Fit], "{logical:?}");
        }
    }

    #[test]
    fn every_key_in_the_table_is_a_key() {
        for row in ACTIONS {
            assert!(row.keys.is_empty() || shortcut(row.keys).is_some(), "{}: {}", row.text, row.keys);
        }
        assert_eq!(shortcut("Ctrl+Shift+Z").unwrap().modifiers, Modifiers::COMMAND | Modifiers::SHIFT);
    }
}
