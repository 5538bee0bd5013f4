//! How a text fits its box: where its lines break, and how large it can be.

use rustc_hash::FxHashMap;

use super::text::Fill;
use crate::app::theme::Theme;

/// No text at 100 % is smaller than this, in points.
const SIZE_MIN: f32 = 9.0;
/// Letters next to each other may be a little wider than each alone.
const SPARE: f32 = 0.98;
/// The size at which letters are measured, in points: rounding to pixels is small there.
const MEASURED_AT: f32 = 64.0;

/// The lines a text breaks into, and its size in world units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fit {
    pub(super) lines: String,
    pub(super) size: f32,
}

/// The widths of letters of the strong family and the height of its rows, in parts of the text size.
#[derive(Default)]
pub(super) struct Letters {
    widths: FxHashMap<char, f32>,
    row: f32,
}

impl Letters {
    /// Measures the letters of a text that are not known yet.
    fn learn(&mut self, ctx: &egui::Context, text: &str) {
        if self.row > 0.0 && text.chars().all(|letter| self.widths.contains_key(&letter)) {
            return;
        }
        let font = Theme::strong(MEASURED_AT);
        ctx.fonts_mut(|fonts| {
            self.row = fonts.row_height(&font) / MEASURED_AT;
            for letter in text.chars().chain([' ', '…']) {
                self.widths.entry(letter).or_insert_with(|| fonts.glyph_width(&font, letter) / MEASURED_AT);
            }
        });
    }

    fn of(&self, letter: char) -> f32 {
        self.widths.get(&letter).copied().unwrap_or(1.0)
    }
}

/// Finds the largest size, and the line breaks, with which a text fits its box. What does not fit at the smallest size
/// ends in dots.
pub(super) fn fit(ctx: &egui::Context, letters: &mut Letters, text: &str, fill: Fill) -> Fit {
    letters.learn(ctx, text);
    let mut size = fill.size;
    loop {
        let last = size <= SIZE_MIN;
        let (mut lines, whole) = broken(text, fill.w * SPARE / size, |letter| letters.of(letter));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of rows")]
        let rows = (fill.h / (letters.row * size)).floor().max(1.0) as usize;
        if whole && lines.len() <= rows || last {
            if lines.len() > rows {
                lines.truncate(rows);
                let end = lines.last_mut().into_iter().next();
                end.into_iter()
                    .for_each(|line| elide(line, fill.w * SPARE / size, |letter| letters.of(letter)));
            }
            return Fit { lines: lines.join("\n"), size };
        }
        size = (size - 1.0).max(SIZE_MIN);
    }
}

/// True for letters that lines may break around: scripts that are written without spaces.
const fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// Lines being filled.
struct Lines {
    full: Vec<String>,
    line: String,
    wide: f32,
    room: f32,
}

impl Lines {
    fn end(&mut self) {
        self.full.push(std::mem::take(&mut self.line));
        self.wide = 0.0;
    }

    /// Begins a paragraph as far in as it stands, within half of the room.
    fn indent(&mut self, paragraph: &str, space: f32) {
        let stands = paragraph.chars().take_while(|letter| *letter == ' ').count();
        for _ in 0..stands {
            if self.wide + space > self.room / 2.0 {
                break;
            }
            self.line.push(' ');
            self.wide += space;
        }
    }

    /// True before the first word of a line.
    fn is_blank(&self) -> bool {
        self.line.bytes().all(|byte| byte == b' ')
    }

    /// Makes room for what does not fit beside what is there.
    fn turn(&mut self) {
        if self.is_blank() {
            self.line.clear();
            self.wide = 0.0;
        } else {
            self.end();
        }
    }

    /// Adds what may not be broken, after a gap when it goes on in the same line.
    fn add(&mut self, piece: &str, wide: f32, gap: f32) {
        let gap = if self.is_blank() { 0.0 } else { gap };
        if self.wide + gap + wide > self.room {
            self.turn();
        } else if gap > 0.0 {
            self.line.push(' ');
            self.wide += gap;
        }
        self.line.push_str(piece);
        self.wide += wide;
    }
}

/// A text in lines no wider than `room`, and whether no word had to be broken for that.
fn broken(text: &str, room: f32, width: impl Fn(char) -> f32) -> (Vec<String>, bool) {
    let mut lines = Lines { full: Vec::new(), line: String::new(), wide: 0.0, room };
    let mut whole = true;
    for paragraph in text.lines() {
        lines.indent(paragraph, width(' '));
        for word in paragraph.split_whitespace() {
            let mut gap = width(' ');
            for piece in pieces(word) {
                let wide: f32 = piece.chars().map(&width).sum();
                if wide <= room {
                    lines.add(piece, wide, gap);
                } else {
                    whole = false;
                    lines.turn();
                    let mut letter_bytes = [0; 4];
                    for letter in piece.chars() {
                        lines.add(letter.encode_utf8(&mut letter_bytes), width(letter), 0.0);
                    }
                }
                gap = 0.0;
            }
        }
        lines.end();
    }
    (lines.full, whole)
}

/// A word in the parts a line may break between.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if stands_alone(first) {
            first.len_utf8()
        } else {
            rest.find(stands_alone).unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// Ends a line in dots, within its room.
fn elide(line: &mut String, room: f32, width: impl Fn(char) -> f32) {
    let mut wide: f32 = line.chars().map(&width).sum::<f32>() + width('…');
    while wide > room
        && let Some(letter) = line.pop()
    {
        wide -= width(letter);
    }
    line.truncate(line.trim_end().len());
    line.push('…');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every letter is one wide.
    fn lines(text: &str, room: f32) -> (Vec<String>, bool) {
        broken(text, room, |_| 1.0)
    }

    #[test]
    fn lines_break_at_spaces_and_within_words_only_when_they_must() {
        assert_eq!(lines("reserve a seat", 9.0), (vec!["reserve a".to_owned(), "seat".to_owned()], true));
        assert_eq!(lines("one\n\ntwo", 9.0).0, ["one", "", "two"]);
        let (json, _) = lines("{\n  \"id\": 1,\n      \"reserved\": 2\n}", 12.0);
        assert_eq!(json, ["{", "  \"id\": 1,", "\"reserved\":", "2", "}"], "as far in as there is room");
        let (broken, whole) = lines("an unbelievable name", 8.0);
        assert_eq!(broken, ["an", "unbeliev", "able", "name"]);
        assert!(!whole);
    }

    #[test]
    fn no_line_is_wider_than_its_room_and_nothing_is_lost() {
        for text in [
            "a bb ccc dddd eeeee",
            "    a\n  bb ccc\n          dddd",
            "wwwwwwwwwwwwwwwwwwwwwwww x",
            "注文が確定した order",
            "🍕🍕🍕 🍕🍕🍕🍕🍕🍕🍕",
        ] {
            for room in [3.0, 5.0, 8.0, 40.0] {
                let (lines, _) = lines(text, room);
                assert!(
                    lines.iter().all(|line| line.chars().count() as f32 <= room),
                    "{text} {room} {lines:?}"
                );
                let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                assert_eq!(letters(&lines.concat()), letters(text), "{room}");
            }
        }
    }

    #[test]
    fn scripts_without_spaces_break_between_letters() {
        assert_eq!(lines("注文が確定", 3.0), (vec!["注文が".to_owned(), "確定".to_owned()], true));
    }

    #[test]
    fn what_does_not_fit_ends_in_dots() {
        let mut line = "reserved".to_owned();
        elide(&mut line, 6.0, |_| 1.0);
        assert_eq!(line, "reser…");
    }
}
