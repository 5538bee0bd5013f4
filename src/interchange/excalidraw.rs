//! Excalidraw drawings: shapes with text become notes, arrows bound to shapes become arrows, frames become areas.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Area, Arrow, Drawing, Note, Parsed, Reader, counted, key, number, string};
use crate::board::{Point, Size};

/// The reader.
pub(super) const READER: Reader = Reader { name: "Excalidraw", sniff, read };

fn sniff(file: &Parsed<'_>) -> bool {
    let Some(json) = &file.json else { return false };
    json.get("elements").is_some_and(Value::is_array) && string(json, "/type").starts_with("excalidraw")
}

fn read(file: &Parsed<'_>) -> Drawing {
    let mut drawing = Drawing::default();
    let elements = file.json.as_ref().and_then(|json| json.get("elements")).and_then(Value::as_array);
    let gone = |element: &&Value| element.get("isDeleted") != Some(&Value::Bool(true));
    let elements: Vec<&Value> = elements.into_iter().flatten().filter(gone).collect();
    let ids: BTreeSet<String> = elements.iter().map(|element| key(element, "/id")).collect();
    // A text inside a shape or along an arrow belongs to it.
    let mut inside: BTreeMap<String, String> = BTreeMap::new();
    for element in &elements {
        let container = key(element, "/containerId");
        if string(element, "/type") == "text" && ids.contains(&container) {
            inside.insert(container, text_of(element));
        }
    }
    let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
    for element in &elements {
        let kind = string(element, "/type");
        let id = key(element, "/id");
        let at =
            Point::new(number(element, "/x").unwrap_or_default(), number(element, "/y").unwrap_or_default());
        let size = number(element, "/width").zip(number(element, "/height")).map(|(w, h)| Size::new(w, h));
        match kind {
            "rectangle" | "ellipse" | "diamond" => {
                let text = inside.get(&id).cloned().unwrap_or_default();
                if text.is_empty() {
                    *left_out.entry(kind).or_default() += 1;
                }
                let mark = string(element, "/backgroundColor");
                let mark = if mark == "transparent" { "" } else { mark };
                drawing.notes.push(Note { key: id, text, mark: mark.to_owned(), at, size, kind: None });
            }
            "text" if !ids.contains(&key(element, "/containerId")) => {
                drawing.notes.push(Note { key: id, text: text_of(element), at, ..Note::default() });
            }
            "text" => {}
            "arrow" | "line" => {
                let (from, to) =
                    (key(element, "/startBinding/elementId"), key(element, "/endBinding/elementId"));
                if kind == "line" && (from.is_empty() || to.is_empty()) {
                    *left_out.entry(kind).or_default() += 1;
                    continue;
                }
                drawing.arrows.push(Arrow { from, to, label: inside.get(&id).cloned().unwrap_or_default() });
            }
            "frame" | "magicframe" => {
                let name = string(element, "/name").to_owned();
                drawing.areas.push(Area { name, at, size: size.unwrap_or_default() });
            }
            other => *left_out.entry(if other.is_empty() { "element" } else { other }).or_default() += 1,
        }
    }
    // A shape that two arrows join has a place in the story even without a word.
    let joined: BTreeSet<&String> =
        drawing.arrows.iter().flat_map(|arrow| [&arrow.from, &arrow.to]).collect();
    for note in drawing.notes.iter_mut().filter(|note| note.text.is_empty() && joined.contains(&note.key)) {
        note.text = "?".to_owned();
    }
    drawing.notes.retain(|note| !note.text.is_empty());
    for (kind, n) in left_out {
        drawing
            .remarks
            .push(format!("{} without text left out, or marked “?” where arrows join it", counted(n, kind)));
    }
    drawing
}

fn text_of(element: &Value) -> String {
    let original = string(element, "/originalText");
    if original.is_empty() { string(element, "/text").to_owned() } else { original.to_owned() }
}
