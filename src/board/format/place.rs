//! Where something stands in the text of a board file, in both spellings and however it is laid out.
//!
//! It is asked only where a message has to name a line, so the text is read from its start each time.

use serde_json::Value;

use crate::board::Key;

/// A step from a value in a board file to one inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A field of a record, or an entry of a table.
    Field(&'a str),
    /// An element of a list, from 0.
    Element(usize),
}

/// The line on which a record starts, from 1; the first line when it is not in the text.
#[must_use]
pub fn line_of(text: &str, key: &Key) -> usize {
    line_within(text, key, &[])
}

/// The line on which a part of a record starts, from 1; that of the record when the part is not in the text.
#[must_use]
pub fn line_within(text: &str, key: &Key, part: &[Step<'_>]) -> usize {
    let (table, name) = table_and_name(key);
    let mut steps = vec![Step::Field(table)];
    steps.extend(name.as_deref().map(Step::Field));
    let record = steps.len();
    steps.extend(part);
    let (found, at) = Scanner { text: text.as_bytes(), at: 0 }.walk(&steps);
    if found < record { 1 } else { 1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() }
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

impl<'a> Scanner<'a> {
    /// Follows steps as far as they lead: how many of them were found, and where the last of those starts.
    fn walk(&mut self, steps: &[Step<'_>]) -> (usize, usize) {
        let mut place = 0;
        for (number, step) in steps.iter().enumerate() {
            match self.enter(*step) {
                Some(at) => place = at,
                None => return (number, place),
            }
        }
        (steps.len(), place)
    }

    /// Goes from before a value to before the one inside it, and answers where that starts with its name.
    fn enter(&mut self, step: Step<'_>) -> Option<usize> {
        self.open()?;
        let mut number = 0;
        loop {
            self.space();
            let start = self.at;
            if matches!(self.peek()?, b')' | b']' | b'}') {
                return None;
            }
            let is_it = match step {
                Step::Element(wanted) => wanted == number,
                Step::Field(wanted) => *self.name()? == *wanted.as_bytes(),
            };
            if is_it {
                return Some(start);
            }
            self.value();
            number += 1;
            self.space();
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
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
    fn name(&mut self) -> Option<Box<[u8]>> {
        let start = self.at;
        let name: Box<[u8]> = if self.string() {
            let quoted = &self.text[start..self.at];
            // RON escapes what JSON does, except for characters given by number, which no name we write has.
            match serde_json::from_slice(quoted) {
                Ok(Value::String(name)) => name.into_bytes().into(),
                _ => quoted.into(),
            }
        } else {
            while self.peek().is_some_and(is_word) {
                self.at += 1;
            }
            self.text[start..self.at].into()
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

    use super::*;
    use crate::board::format::{Syntax, write};
    use crate::samples::SAMPLES;

    const HAND: &str = "#![enable(implicit_some)]\n/* events: { /* inner */ } */\nBoard(format: 1,\n  // services: {\n  services: {\"A \\\"b\\\"\":\n(availability: 0.5), \"B\": (),\n\n\"C\": (schema: r#\"}\")\"#)},\nscenarios: {\"night\": (\n faults: [(target: \"x, ]\"),\n(kind: slow(2.0), target: \"y\"), (target: \"z\")])})";

    #[test]
    fn a_file_written_by_hand_is_found_in_too() {
        let service = |name: &str| line_of(HAND, &Key::Service(name.into()));
        assert_eq!([service("A \"b\""), service("B"), service("C"), service("D")], [5, 6, 8, 1]);
        let night = Key::Scenario("night".into());
        assert_eq!(line_of(HAND, &night), 9);
        let fault = |at| line_within(HAND, &night, &[Step::Field("faults"), Step::Element(at)]);
        assert_eq!([fault(0), fault(1), fault(2)], [10, 11, 11]);
        assert_eq!(fault(3), 10, "a fault that is not there stands where the faults do");
        assert_eq!(line_within(HAND, &night, &[Step::Field("stimuli"), Step::Element(0)]), 9);
    }

    #[test]
    fn every_record_of_the_samples_is_found_on_its_line() {
        for sample in SAMPLES {
            let board = sample.board().unwrap();
            for syntax in [Syntax::Ron, Syntax::Json] {
                let text = write(&board, syntax);
                let lines: Vec<&str> = text.lines().collect();
                let mut last = 0;
                for key in board.records().map(|record| record.key()) {
                    let line = line_of(&text, &key);
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
                let line = line_within(&text, &key, &[Step::Field(&name), Step::Element(1)]);
                prop_assert!(line >= 1 && line <= 1 + text.matches('\n').count());
            }
        }
    }
}
