//! Icons by name: the one file that knows which glyph of the icon font stands for what.

use egui_phosphor::regular as glyphs;

use crate::board::StickyKind;

/// A named icon as text of this size. Icons in text need their own family: text fonts have other signs at the same
/// places.
#[must_use]
pub fn text(name: &str, size: f32) -> egui::RichText {
    egui::RichText::new(glyph(name)).font(super::theme::Theme::icon(size))
}

/// The glyph of a named icon; a plain dot for a name nobody drew.
#[must_use]
pub fn glyph(name: &str) -> &'static str {
    match name {
        "file" => glyphs::FILE_PLUS,
        "folder" => glyphs::FOLDER_OPEN,
        "save" => glyphs::FLOPPY_DISK,
        "house" => glyphs::HOUSE,
        "undo" => glyphs::ARROW_U_UP_LEFT,
        "redo" => glyphs::ARROW_U_UP_RIGHT,
        "cut" => glyphs::SCISSORS,
        "copy" => glyphs::COPY,
        "trash" => glyphs::TRASH,
        "select-all" => glyphs::SELECTION_ALL,
        "pencil" => glyphs::PENCIL_SIMPLE,
        "connect" => glyphs::FLOW_ARROW,
        "front" => glyphs::ARROW_LINE_UP,
        "back" => glyphs::ARROW_LINE_DOWN,
        "lock" => glyphs::LOCK_SIMPLE,
        "align-left" => glyphs::ALIGN_LEFT_SIMPLE,
        "align-center" => glyphs::ALIGN_CENTER_HORIZONTAL_SIMPLE,
        "align-right" => glyphs::ALIGN_RIGHT_SIMPLE,
        "align-top" => glyphs::ALIGN_TOP_SIMPLE,
        "align-middle" => glyphs::ALIGN_CENTER_VERTICAL_SIMPLE,
        "align-bottom" => glyphs::ALIGN_BOTTOM_SIMPLE,
        "distribute-across" => glyphs::ARROWS_OUT_LINE_HORIZONTAL,
        "distribute-down" => glyphs::ARROWS_OUT_LINE_VERTICAL,
        "arrange" => glyphs::TREE_STRUCTURE,
        "check" => glyphs::CHECK,
        "fit" => glyphs::FRAME_CORNERS,
        "zoom-in" => glyphs::MAGNIFYING_GLASS_PLUS,
        "zoom-out" => glyphs::MAGNIFYING_GLASS_MINUS,
        "find" => glyphs::MAGNIFYING_GLASS,
        "map" => glyphs::MAP_TRIFOLD,
        "drawer" => glyphs::SQUARE_SPLIT_VERTICAL,
        "inspector" => glyphs::SIDEBAR_SIMPLE,
        "sun" => glyphs::SUN,
        "moon" => glyphs::MOON,
        "select" => glyphs::CURSOR,
        "pan" => glyphs::HAND,
        "frame" => glyphs::BOUNDING_BOX,
        "merge" => glyphs::ARROWS_MERGE,
        "level" => glyphs::STACK,
        "palette" => glyphs::PALETTE,
        "line" => glyphs::FLAG_BANNER,
        "vote" => glyphs::THUMBS_UP,
        "numbers" => glyphs::LIST_NUMBERS,
        "timer" => glyphs::TIMER,
        "present" => glyphs::PRESENTATION,
        "graph" => glyphs::GRAPH,
        "play" => glyphs::PLAY,
        "pause" => glyphs::PAUSE,
        "step" => glyphs::SKIP_FORWARD,
        "rewind" => glyphs::SKIP_BACK,
        "replay" => glyphs::CLOCK_COUNTER_CLOCKWISE,
        "contract" => glyphs::FILE_CODE,
        "keyboard" => glyphs::KEYBOARD,
        "warning" => glyphs::WARNING,
        "error" => glyphs::WARNING_CIRCLE,
        "info" => glyphs::INFO,
        "close" => glyphs::X,
        "minus" => glyphs::MINUS,
        "down" => glyphs::CARET_DOWN,
        "up" => glyphs::CARET_UP,
        "left" => glyphs::CARET_LEFT,
        "right" => glyphs::CARET_RIGHT,
        "plus" => glyphs::PLUS,
        _ => glyphs::CIRCLE,
    }
}

/// The icon in the corner of a sticky: colour is never the only sign of its kind.
#[must_use]
pub const fn of_kind(kind: StickyKind) -> &'static str {
    match kind {
        StickyKind::Event => glyphs::LIGHTNING,
        StickyKind::Command => glyphs::TERMINAL_WINDOW,
        StickyKind::Query => glyphs::QUESTION,
        StickyKind::ReadModel => glyphs::EYE,
        StickyKind::Service => glyphs::CUBE,
        StickyKind::Aggregate => glyphs::SHIELD_CHECK,
        StickyKind::Policy => glyphs::ARROWS_CLOCKWISE,
        StickyKind::Actor => glyphs::USER,
        StickyKind::External => glyphs::GLOBE,
        StickyKind::Channel => glyphs::QUEUE,
        StickyKind::Hotspot => glyphs::WARNING,
        StickyKind::Opportunity => glyphs::LIGHTBULB,
        StickyKind::ValueGained => glyphs::TREND_UP,
        StickyKind::ValueLost => glyphs::TREND_DOWN,
        StickyKind::Ui => glyphs::BROWSER,
        StickyKind::Text => glyphs::TEXT_T,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_an_icon_of_its_name() {
        for row in crate::view::action::ACTIONS {
            assert_ne!(glyph(row.icon), glyphs::CIRCLE, "{}", row.icon);
        }
    }
}
