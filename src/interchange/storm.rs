//! Miragon's `.storm` text: a sticky a line with its place, and an arrow a line.

use std::collections::BTreeMap;

use super::{Arrow, Drawing, Note, Parsed, Reader};
use crate::board::{Point, Size, StickyKind};

/// The reader.
pub(super) const READER: Reader = Reader { name: "Miragon event storming", sniff, read };

/// The size of its stickies.
const SIZE: Size = Size::new(112.0, 80.0);

fn kind(word: &str) -> Option<StickyKind> {
    use StickyKind as K;
    Some(match word {
        "event" => K::Event,
        "command" => K::Command,
        "actor" => K::Actor,
        "aggregate" => K::Aggregate,
        "policy" => K::Policy,
        "readmodel" => K::ReadModel,
        "external" => K::External,
        "hotspot" => K::Hotspot,
        "note" => K::Text,
        _ => return None,
    })
}

fn sniff(file: &Parsed<'_>) -> bool {
    file.name.ends_with(".storm") || file.text.lines().filter(|line| placed(line)).take(2).count() == 2
}

/// True for a line such as `event Order Placed [620, 300]`.
fn placed(line: &str) -> bool {
    let (word, rest) = line.trim().split_once(' ').unwrap_or_default();
    kind(word).is_some() && place(rest).is_some()
}

/// The name before a place, the place, and what follows it.
fn place(text: &str) -> Option<(&str, Point, &str)> {
    let open = text.rfind('[')?;
    let close = open + text[open..].find(']')?;
    let (x, y) = text[open + 1..close].split_once(',')?;
    let at = Point::new(x.trim().parse().ok()?, y.trim().parse().ok()?);
    Some((text[..open].trim(), at, text[close + 1..].trim()))
}

/// A value in round brackets after a word, such as `(color #ffcc00)`.
fn option<'a>(suffix: &'a str, word: &str) -> Option<&'a str> {
    let at = suffix.find(&format!("({word} "))? + word.len() + 2;
    let rest = &suffix[at..];
    // The name of a host may hold brackets of its own, and ends the line.
    let end = if word == "on" { rest.rfind(')') } else { rest.find(')') };
    Some(rest[..end?].trim())
}

/// A text with its escaped line breaks taken as spaces.
fn decoded(text: &str) -> String {
    text.replace("\\n", " ")
}

fn read(file: &Parsed<'_>) -> Drawing {
    let mut drawing = Drawing::default();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut hosts = Vec::new();
    let mut comment = false;
    for (number, raw) in (1..).zip(file.text.lines()) {
        let line = without_comments(raw, &mut comment);
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let before_label = line.split(';').next().unwrap_or_default();
        let arrow = before_label.split_once("->").filter(|_| place(before_label).is_none());
        match (word, arrow) {
            ("title", _) if !arrow.is_some_and(|(from, _)| names.contains_key(&decoded(from.trim()))) => {
                rest.trim().clone_into(&mut drawing.title);
            }
            (_, Some((from, to))) => {
                let label = line.split_once(';').map_or("", |(_, label)| label.trim()).to_owned();
                let (from, to) = (decoded(from.trim()), decoded(to.trim()));
                drawing.arrows.push(Arrow { from, to, label });
            }
            ("style" | "level", None) => {}
            (word, None) => match kind(word) {
                Some(kind) => {
                    let (name, at, suffix) = place(rest).unwrap_or((rest.trim(), Point::default(), ""));
                    let key = format!("line {number}");
                    let name = decoded(name);
                    if kind != StickyKind::Text {
                        names.entry(name.clone()).or_insert_with(|| key.clone());
                    }
                    if let Some(host) = option(suffix, "on") {
                        hosts.push((number, decoded(host)));
                    }
                    let mark = option(suffix, "color").unwrap_or_default().to_owned();
                    let note = Note { key, text: name, mark, kind: Some(kind), at, size: Some(SIZE) };
                    drawing.notes.push(note);
                }
                None => {
                    drawing
                        .remarks
                        .push(format!("line {number} is not understood and became free text: {line}"));
                    let at = Point::new(0.0, -120.0 * (drawing.remarks.len() as f32));
                    let key = format!("line {number}");
                    drawing.notes.push(Note { key, text: line.to_owned(), at, ..Note::default() });
                }
            },
        }
    }
    for arrow in &mut drawing.arrows {
        for end in [&mut arrow.from, &mut arrow.to] {
            match names.get(end) {
                Some(key) => key.clone_into(end),
                None => drawing.remarks.push(format!("an arrow names `{end}`, which is not there")),
            }
        }
    }
    for (number, host) in hosts {
        drawing
            .remarks
            .push(format!("line {number}: that it is pinned to {host} is shown by its place alone"));
    }
    drawing
}

/// A line without its comments. `//` after a colon is part of an address.
fn without_comments(line: &str, inside: &mut bool) -> String {
    let mut out = String::new();
    let mut rest = line;
    loop {
        if *inside {
            let Some(end) = rest.find("*/") else { return out };
            rest = &rest[end + 2..];
            *inside = false;
        }
        let block = rest.find("/*");
        let single = rest.match_indices("//").map(|(at, _)| at).find(|at| !rest[..*at].ends_with(':'));
        match (block, single) {
            (Some(block), single) if single.is_none_or(|single| block < single) => {
                out.push_str(&rest[..block]);
                rest = &rest[block + 2..];
                *inside = true;
            }
            (_, Some(single)) => {
                out.push_str(&rest[..single]);
                return out;
            }
            _ => {
                out.push_str(rest);
                return out;
            }
        }
    }
}
