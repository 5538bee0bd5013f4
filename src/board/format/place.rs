//! Where something stands in the text of a board file, in both spellings and however it is laid out.

use rustc_hash::FxHashMap;

use crate::board::Key;

/// A step from a value in a board file to one inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A field of a record, or an entry of a table.
    Field(&'a str),
    /// An element of a list, from 0.
    Element(usize),
}

/// The lines of a board file on which its records start; read once, asked for any of them.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    text: &'a [u8],
    /// By table and name; a table itself has no name.
    places: FxHashMap<String, FxHashMap<String, Place>>,
}

/// Where a record starts, with its name.
#[derive(Clone, Copy, Debug)]
struct Place {
    byte: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    /// Reads a text. What is no board has no lines but the first.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        let text = text.as_bytes();
        let mut places: FxHashMap<String, FxHashMap<String, Place>> = FxHashMap::default();
        let mut last = Place { byte: 0, line: 1 };
        let mut place = |byte: usize| {
            last.line += breaks(&text[last.byte..byte]);
            last.byte = byte;
            last
        };
        let mut board = Scanner { text, at: 0 };
        let mut inside = board.open();
        while let Some((start, table)) = inside.and_then(|()| board.named()) {
            let mut records = FxHashMap::default();
            records.insert(String::new(), place(start));
            let mut table_scanner = Scanner { text, at: board.at };
            let mut within = table_scanner.open();
            while let Some((start, name)) = within.and_then(|()| table_scanner.named()) {
                records.insert(name, place(start));
                within = table_scanner.pass();
            }
            places.insert(table, records);
            inside = board.pass();
        }
        Self { text, places }
    }

    /// The line on which a record starts, from 1; the first line when it is not in the text.
    #[must_use]
    pub fn line(&self, key: &Key) -> usize {
        self.place(key).map_or(1, |place| place.line)
    }

    /// The line on which a part of a record starts, from 1; that of the record, or of the nearest that holds the part,
    /// when the part is not in the text.
    #[must_use]
    pub fn line_within(&self, key: &Key, part: &[Step<'_>]) -> usize {
        let Some(place) = self.place(key) else { return 1 };
        let mut scanner = Scanner { text: self.text, at: place.byte };
        let mut found = place.byte;
        let mut inside = scanner.named().map(drop);
        for step in part {
            inside = inside.and_then(|()| scanner.enter(*step)).map(|start| found = start);
        }
        place.line + breaks(&self.text[place.byte..found])
    }

    fn place(&self, key: &Key) -> Option<Place> {
        let (table, name) = table_and_name(key);
        self.places.get(table)?.get(name.as_deref().unwrap_or_default()).copied()
    }
}

fn breaks(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count()
}

/// The table of a board file that a record stands in, and its name there.
fn table_and_name(key: &Key) -> (&'static str, Option<String>) {
    match key {
        Key::Settings => ("settings", None),
        Key::Service(name) => ("services", Some(name.clone())),
        Key::Event(name) => ("events", Some(name.clone())),
        Key::Command(name) => ("commands", Some(name.clone())),
        Key::Query(name) => ("queries", Some(name.clone())),
        Key::Channel(name) => ("channels", Some(name.clone())),
        Key::Scenario(name) => ("scenarios", Some(name.clone())),
        Key::Frame(id) => ("frames", Some(id.to_string())),
        Key::Line(id) => ("lines", Some(id.to_string())),
        Key::Sticky(id) => ("stickies", Some(id.to_string())),
        Key::Link(id) => ("links", Some(id.to_string())),
    }
}

/// Reads RON and JSON just far enough to tell values apart. On a text that is neither it ends somewhere, but it ends.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// Goes from before a value to before the one inside it, and answers where that starts with its name.
    fn enter(&mut self, step: Step<'_>) -> Option<usize> {
        self.open()?;
        match step {
            Step::Element(number) => {
                for _ in 0..number {
                    self.element()?;
                    self.pass();
                }
                self.element()
            }
            Step::Field(wanted) => loop {
                let (start, name) = self.named()?;
                if name == wanted {
                    return Some(start);
                }
                self.pass();
            },
        }
    }

    /// Where the next element starts; none behind the last one.
    fn element(&mut self) -> Option<usize> {
        self.space();
        (!matches!(self.peek()?, b')' | b']' | b'}')).then_some(self.at)
    }

    /// Where the next field starts, and its name, which is passed.
    fn named(&mut self) -> Option<(usize, String)> {
        let start = self.element()?;
        Some((start, self.name()?))
    }

    /// Goes past a value and the comma behind it.
    fn pass(&mut self) -> Option<()> {
        self.value();
        self.space();
        if self.peek()? == b',' {
            self.at += 1;
        }
        Some(())
    }

    /// Goes past the bracket that opens a value, with the name of the type or variant before it.
    fn open(&mut self) -> Option<()> {
        loop {
            self.space();
            match self.peek()? {
                b'(' | b'[' | b'{' => break,
                b'#' => self.attribute(),
                byte if is_word(byte) => self.at += 1,
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Goes past `#![enable(…)]` before a RON document.
    fn attribute(&mut self) {
        let end = self.text[self.at..].iter().position(|byte| *byte == b']');
        self.at = end.map_or(self.text.len(), |end| self.at + end + 1);
    }

    /// The name before a colon, which is passed too.
    fn name(&mut self) -> Option<String> {
        let start = self.at;
        let name = if self.string() {
            let quoted = &self.text[start..self.at];
            // RON escapes what JSON does, except for characters given by number, which no name we write has.
            serde_json::from_slice::<String>(quoted)
                .unwrap_or_else(|_| String::from_utf8_lossy(quoted).into())
        } else {
            while self.peek().is_some_and(is_word) {
                self.at += 1;
            }
            String::from_utf8_lossy(&self.text[start..self.at]).into()
        };
        self.space();
        (self.peek()? == b':').then(|| self.at += 1)?;
        Some(name)
    }

    /// Goes past a value, up to the comma or bracket after it.
    fn value(&mut self) {
        let mut depth = 0_usize;
        loop {
            self.space();
            if self.string() {
                continue;
            }
            match self.peek() {
                None => return,
                Some(b'(' | b'[' | b'{') => depth += 1,
                Some(b')' | b']' | b'}') if depth == 0 => return,
                Some(b')' | b']' | b'}') => depth -= 1,
                Some(b',') if depth == 0 => return,
                Some(_) => {}
            }
            self.at += 1;
        }
    }

    /// Goes past a string, plain or raw; false when none starts here.
    fn string(&mut self) -> bool {
        let rest = &self.text[self.at..];
        if rest.first() == Some(&b'"') {
            self.at += 1;
            while let Some(byte) = self.peek() {
                self.at += if byte == b'\\' { 2 } else { 1 };
                if byte == b'"' {
                    break;
                }
            }
            self.at = self.at.min(self.text.len());
            return true;
        }
        let marks = rest.iter().skip(1).take_while(|byte| **byte == b'#').count();
        if rest.first() != Some(&b'r') || rest.get(1 + marks) != Some(&b'"') {
            return false;
        }
        self.at += 2 + marks;
        let closes = |rest: &[u8]| {
            rest[0] == b'"' && rest.len() > marks && rest[1..=marks].iter().all(|byte| *byte == b'#')
        };
        while self.at < self.text.len() && !closes(&self.text[self.at..]) {
            self.at += 1;
        }
        self.at = (self.at + 1 + marks).min(self.text.len());
        true
    }

    /// Goes past blanks and comments.
    fn space(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            if rest.starts_with(b"//") {
                self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.comment();
            } else if rest.starts_with("\u{feff}".as_bytes()) {
                self.at += "\u{feff}".len();
            } else if rest.first().is_some_and(u8::is_ascii_whitespace) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// Goes past a comment in blocks, which may hold others.
    fn comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            match rest {
                [b'/', b'*', ..] => depth += 1,
                [b'*', b'/', ..] => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::board::format::{Syntax, write};
    use crate::samples::SAMPLES;

    const HAND: &str = "#![enable(implicit_some)]\n/* events: { /* inner */ } */\nBoard(format: 1,\n  // services: {\n  services: {\"A \\\"b\\\"\":\n(availability: 0.5), \"B\": (),\n\n\"C\": (schema: r#\"}\")\"#)},\nscenarios: {\"night\": (\n faults: [(target: \"x, ]\"),\n(kind: slow(2.0), target: \"y\"), (target: \"z\")])})";

    #[test]
    fn a_file_written_by_hand_is_found_in_too() {
        let lines = Lines::of(HAND);
        let service = |name: &str| lines.line(&Key::Service(name.into()));
        assert_eq!([service("A \"b\""), service("B"), service("C"), service("D")], [5, 6, 8, 1]);
        let night = Key::Scenario("night".into());
        assert_eq!(lines.line(&night), 9);
        let fault = |at| lines.line_within(&night, &[Step::Field("faults"), Step::Element(at)]);
        assert_eq!([fault(0), fault(1), fault(2)], [10, 11, 11]);
        assert_eq!(fault(3), 10, "a fault that is not there stands where the faults do");
        assert_eq!(lines.line_within(&night, &[Step::Field("stimuli"), Step::Element(0)]), 9);
    }

    #[test]
    fn every_record_of_the_samples_is_found_on_its_line() {
        for sample in SAMPLES {
            let board = sample.board().unwrap();
            for syntax in [Syntax::Ron, Syntax::Json] {
                let text = write(&board, syntax);
                let (places, lines) = (Lines::of(&text), text.lines().collect::<Vec<_>>());
                let mut last = 0;
                for key in board.records().map(|record| record.key()) {
                    let line = places.line(&key);
                    let (_, name) = table_and_name(&key);
                    let opens = lines[line - 1].trim_start();
                    let names = |name: &str| opens.starts_with(&format!("{}:", Value::from(name)));
                    assert!(name.is_none_or(|name| names(&name)), "{key:?} on line {line}: {opens}");
                    assert!(
                        line > last || matches!(key, Key::Settings),
                        "{key:?} on line {line} after {last}"
                    );
                    last = line;
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in r#"[(\[{)\]},:"\\r#/*\na ]{0,40}"#, name in "[a\"]{0,2}") {
            for key in [Key::Settings, Key::Service(name.clone())] {
                let line = Lines::of(&text).line_within(&key, &[Step::Field(&name), Step::Element(1)]);
                prop_assert!(line >= 1 && line <= 1 + text.matches('\n').count());
            }
        }
    }
}
