//! Miro boards as its REST API gives them: items and connectors, as pages, as a list, or under names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Area, Arrow, Drawing, Note, Parsed, Reader, counted, key, number, string};
use crate::board::{Point, Size};

/// The reader.
pub(super) const READER: Reader = Reader { name: "Miro", sniff, read };

/// How deep lists of items are looked for.
const DEPTH: usize = 4;

fn sniff(file: &Parsed<'_>) -> bool {
    let Some(json) = &file.json else { return false };
    let mut items = Vec::new();
    collect(json, DEPTH, &mut items);
    items.iter().any(|item| is_note(item) || is_connector(item))
}

fn is_note(item: &Value) -> bool {
    matches!(string(item, "/type"), "sticky_note" | "sticker" | "shape" | "card" | "text")
        && (item.pointer("/data/content").is_some() || item.pointer("/data/title").is_some())
}

fn is_connector(item: &Value) -> bool {
    item.get("startItem").is_some() && item.get("endItem").is_some()
}

/// Every item of a file, whatever lists they are in.
fn collect<'a>(value: &'a Value, depth: usize, out: &mut Vec<&'a Value>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, depth - 1, out)),
        Value::Object(fields)
            if is_connector(value) || fields.contains_key("type") && fields.contains_key("id") =>
        {
            out.push(value);
        }
        Value::Object(fields) => {
            fields
                .values()
                .filter(|value| value.is_array() || value.is_object())
                .for_each(|value| collect(value, depth - 1, out));
        }
        _ => {}
    }
}

fn read(file: &Parsed<'_>) -> Drawing {
    let mut drawing = Drawing::default();
    let Some(json) = &file.json else { return drawing };
    drawing.title = string(json, "/name").to_owned();
    let mut items = Vec::new();
    collect(json, DEPTH, &mut items);
    let frames: BTreeMap<String, Point> = items
        .iter()
        .filter(|item| string(item, "/type") == "frame")
        .map(|item| (key(item, "/id"), corner(item, Point::default()).0))
        .collect();
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        let kind = string(item, "/type");
        let origin = frames.get(&key(item, "/parent/id")).copied().unwrap_or_default();
        let (at, size) = corner(item, origin);
        let content = ["/data/content", "/data/title"].map(|field| plain(string(item, field)));
        let description = plain(string(item, "/data/description"));
        if is_connector(item) {
            let captions = item.get("captions").and_then(Value::as_array).into_iter().flatten();
            let label: Vec<String> = captions.map(|caption| plain(string(caption, "/content"))).collect();
            let (from, to) = (key(item, "/startItem/id"), key(item, "/endItem/id"));
            drawing.arrows.push(Arrow { from, to, label: label.join(" ") });
        } else if kind == "frame" {
            let [_, name] = content;
            drawing.areas.push(Area { name, at, size: size.unwrap_or(Size::new(800.0, 600.0)) });
        } else if matches!(kind, "sticky_note" | "sticker" | "shape" | "card" | "text" | "app_card") {
            let [body, title] = content;
            let text =
                [title, body, description].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
            // A text or an uncoloured shape is free text wherever the legend does not say otherwise.
            let mark = string(item, "/style/fillColor");
            let mark = if kind == "text" { "" } else { mark };
            let note = Note {
                key: key(item, "/id"),
                text: text.join(" "),
                mark: mark.to_owned(),
                at,
                size,
                kind: None,
            };
            drawing.notes.push(note);
        } else if !kind.is_empty() {
            *others.entry(kind).or_default() += 1;
            let text = content.into_iter().chain([description, string(item, "/data/url").to_owned()]);
            let text = text.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
            drawing.notes.push(Note { key: key(item, "/id"), text, at, size, ..Note::default() });
        }
    }
    for (kind, n) in others {
        let kind = kind.replace('_', " ");
        drawing.remarks.push(format!("{} became free text where there is a word on it", counted(n, &kind)));
    }
    drawing
}

/// The top left corner and size of an item, whose position is its middle, within a frame or on the board.
fn corner(item: &Value, frame: Point) -> (Point, Option<Size>) {
    let at = |pointer| number(item, pointer).unwrap_or_default();
    let size = number(item, "/geometry/width").map(|w| {
        let h = number(item, "/geometry/height").unwrap_or(w);
        Size::new(w, h)
    });
    let half = size.unwrap_or_default();
    let middle = Point::new(at("/position/x"), at("/position/y"));
    let inside =
        string(item, "/position/relativeTo") == "parent_top_left" || item.pointer("/parent/id").is_some();
    let origin = if inside { frame } else { Point::default() };
    (origin.moved(middle.x - half.w * 0.5, middle.y - half.h * 0.5), size)
}

/// The words of a rich text: without its tags, its entities as letters.
pub(super) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = if rest.starts_with('<') { '>' } else { ';' };
        // A tag is short and starts with a letter or slash; anything else is the sign itself.
        let letter = rest[1..].chars().next();
        let is_mark = letter.is_some_and(|c| c.is_ascii_alphabetic() || c == '/' || c == '#' || c == '!');
        match rest.find(end).filter(|length| is_mark && (end == '>' || *length < 12)) {
            Some(length) if end == '>' => {
                out.push(' ');
                rest = &rest[length + 1..];
            }
            Some(length) => {
                match entity(&rest[1..length]) {
                    Some(letter) => out.push(letter),
                    None => out.push_str(&rest[..=length]),
                }
                rest = &rest[length + 1..];
            }
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    super::one_line(&out)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}
