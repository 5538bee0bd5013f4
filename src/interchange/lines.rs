//! Plain lines of text: `Command -> Service -> Event` a line, read and written.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Arrow, Drawing, Note, Parsed, Reader};
use crate::board::{Board, Point, Sticky, StickyId, StickyKind};
use crate::view::outline;

/// The reader.
pub(super) const READER: Reader = Reader { name: "lines of text", sniff, read };

fn sniff(file: &Parsed<'_>) -> bool {
    // A head of `---` opens the documents of catalogues.
    let ending = [".txt", ".md"].iter().any(|ending| file.name.ends_with(ending));
    ending && file.json.is_none() && !file.text.starts_with("---")
}

fn read(file: &Parsed<'_>) -> Drawing {
    let mut drawing = Drawing::default();
    let placed = outline::place(&Board::default(), file.text, Point::default(), StickyKind::Event);
    drawing.notes.reserve_exact(placed.len());
    for (at, name) in placed.into_iter().enumerate() {
        if name.follows {
            drawing.arrows.push(Arrow {
                from: (at - 1).to_string(),
                to: at.to_string(),
                label: String::new(),
            });
        }
        drawing.notes.push(Note {
            key: at.to_string(),
            text: name.name,
            kind: Some(name.kind),
            at: name.at,
            ..Note::default()
        });
    }
    drawing
}

/// The stickies of a board as lines: for every reaction, what triggers it, the reaction, and what follows; then the
/// other links, and the stickies without any. With `only`, the stickies among those, and the links among them.
#[must_use]
pub fn write(board: &Board, only: Option<&BTreeSet<StickyId>>) -> String {
    let wanted = |id: &StickyId| only.is_none_or(|only| only.contains(id));
    let links: Vec<(StickyId, StickyId)> = board
        .links
        .values()
        .map(|link| (link.from, link.to))
        .filter(|(from, to)| wanted(from) && wanted(to))
        .collect();
    let mut stickies: Vec<(&StickyId, &Sticky)> =
        board.stickies.iter().filter(|(id, _)| wanted(id)).collect();
    stickies.sort_by(|(a, first), (b, second)| {
        first.at.x.total_cmp(&second.at.x).then(first.at.y.total_cmp(&second.at.y)).then(a.cmp(b))
    });
    let ends = |id: StickyId| {
        let before: Vec<StickyId> = links.iter().filter(|(_, to)| *to == id).map(|(from, _)| *from).collect();
        let after: Vec<StickyId> = links.iter().filter(|(from, _)| *from == id).map(|(_, to)| *to).collect();
        (before, after)
    };
    let mut told: BTreeSet<(StickyId, StickyId)> = BTreeSet::new();
    let mut out = String::new();
    let mut line = |path: &[StickyId]| {
        let words: Vec<String> = path.iter().filter_map(|id| board.stickies.get(id)).map(spelt).collect();
        let _ = writeln!(out, "{}", words.join(" -> "));
    };
    for (id, sticky) in &stickies {
        let (before, after) = ends(**id);
        if !sticky.kind.is_reaction() || before.is_empty() || after.is_empty() {
            continue;
        }
        for from in &before {
            for to in &after {
                line(&[*from, **id, *to]);
                told.extend([(*from, **id), (**id, *to)]);
            }
        }
    }
    let mut mentioned: BTreeSet<StickyId> = told.iter().flat_map(|(from, to)| [*from, *to]).collect();
    for (id, _) in &stickies {
        for (from, to) in links.iter().filter(|link| link.0 == **id && !told.contains(link)) {
            line(&[*from, *to]);
            mentioned.extend([*from, *to]);
        }
    }
    for (id, _) in stickies.iter().filter(|(id, _)| !mentioned.contains(id)) {
        line(&[**id]);
    }
    out
}

/// A sticky as it stands on a line: its kind, then its name.
fn spelt(sticky: &Sticky) -> String {
    format!("{}: {}", sticky.kind.row().label.to_lowercase(), unbroken(&sticky.name))
}

/// A name without what would split the line.
pub(super) fn unbroken(name: &str) -> String {
    let mut name = super::one_line(name).replace('→', ">");
    while name.contains("->") {
        name = name.replace("->", ">");
    }
    name
}
