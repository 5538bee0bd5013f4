//! Boards from the tools people used before: Miro, Excalidraw, Egon.io, Miragon, giraflow, or plain lines of text.
//!
//! One reader a file, registered in [`READERS`]. A reader makes a [`Drawing`]: notes with colours, arrows, areas. The
//! [`Legend`] says which colours stand for which kinds, and [`Drawing::board`] makes the board. What has no place on a
//! board becomes free text and is told; nothing is dropped in silence.

mod build;
mod egon;
mod excalidraw;
mod giraflow;
mod legend;
pub mod lines;
mod miro;
mod storm;

use std::collections::BTreeMap;

use serde_json::Value;

pub use build::Imported;
pub use legend::{Legend, LegendError, colour};

use crate::board::{Point, Size, StickyKind};

/// Where a remark goes on with how the command line is told; a window that shows the legend leaves this out.
pub const OPTION: &str = " (`--legend";

/// A file of another tool.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its name, with its ending.
    pub name: &'a str,
    /// What it holds.
    pub text: &'a str,
}

/// What is written on a drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Note {
    /// By what arrows name it.
    pub key: String,
    /// What it says.
    pub text: String,
    /// Its colour or icon, which the legend gives a meaning.
    pub mark: String,
    /// Its kind, where the file states one.
    pub kind: Option<StickyKind>,
    /// Its top left corner.
    pub at: Point,
    /// Its size; its kind's where the file states none.
    pub size: Option<Size>,
}

/// An arrow of a drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrow {
    /// The note it starts from.
    pub from: String,
    /// The note it leads to.
    pub to: String,
    /// What is written along it.
    pub label: String,
}

/// A named area of a drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Area {
    /// Its title.
    pub name: String,
    /// Its top left corner.
    pub at: Point,
    /// Its size.
    pub size: Size,
}

/// What a file of another tool shows, before it is a board.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// The tool it comes from.
    pub tool: &'static str,
    /// Its title; may be empty.
    pub title: String,
    /// Its notes.
    pub notes: Vec<Note>,
    /// Its arrows.
    pub arrows: Vec<Arrow>,
    /// Its areas.
    pub areas: Vec<Area>,
    /// What was not understood or left out, in sentences.
    pub remarks: Vec<String>,
}

impl Drawing {
    /// Its marks that a legend may give a meaning, with how many notes have each, most frequent first.
    #[must_use]
    pub fn marks(&self) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for note in self.notes.iter().filter(|note| !note.mark.is_empty() && note.kind.is_none()) {
            *counts.entry(&note.mark).or_default() += 1;
        }
        let mut marks: Vec<_> = counts.into_iter().map(|(mark, n)| (mark.to_owned(), n)).collect();
        marks.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        marks
    }
}

/// A file, parsed as far as every reader needs it.
struct Parsed<'a> {
    name: String,
    text: &'a str,
    json: Option<Value>,
}

/// One kind of file that can be read.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The tool it comes from.
    pub name: &'static str,
    /// True for a file of this kind.
    sniff: fn(&Parsed<'_>) -> bool,
    /// Reads it as far as it can be understood.
    read: fn(&Parsed<'_>) -> Drawing,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Reader").field(&self.name).finish()
    }
}

/// Every kind of file that can be read, in the order they are tried.
pub const READERS: &[Reader] =
    &[excalidraw::READER, egon::READER, giraflow::READER, miro::READER, storm::READER, lines::READER];

/// Reads a file of another tool; `None` when it is of none of the kinds known here.
#[must_use]
pub fn read(source: Source<'_>) -> Option<Drawing> {
    let text = source.text.trim_start_matches('\u{feff}');
    let json = text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten();
    let parsed = Parsed { name: source.name.to_lowercase(), text, json };
    let reader = READERS.iter().find(|reader| (reader.sniff)(&parsed))?;
    let mut drawing = (reader.read)(&parsed);
    drawing.tool = reader.name;
    Some(drawing)
}

/// A text in one line: runs of white space are one space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A string of a JSON object; empty where there is none.
fn string<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A number of a JSON object; strings of digits count.
fn number(value: &Value, pointer: &str) -> Option<f32> {
    let value = value.pointer(pointer)?;
    #[expect(clippy::cast_possible_truncation, reason = "the canvas counts in single precision")]
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())? as f32;
    number.is_finite().then_some(number)
}

/// A key of a JSON object as text, whether it is spelt as a string or a number.
fn key(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// "1 shape" or "3 shapes".
fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests;
