//! Copying parts of a board as text, and pasting them into this or another board.

use std::collections::BTreeMap;

use super::Document;
use super::outline;
use super::selection::{Item, Selection};
use crate::board::format::{self, Syntax};
use crate::board::{
    Board, FrameId, Key, LinkId, Point, Record, Rect, Size, Sticky, StickyId, StickyKind, order,
};
use crate::edit::{Draft, Edit, Op};
use crate::replay::discovery::discover;
use crate::replay::load;
use crate::replay::mapping::Mapping;

/// The selection as a board of its own, in text: selected stickies and frames, the links among them, and the
/// definitions they show.
#[must_use]
pub fn copy(board: &Board, selection: &Selection) -> String {
    let mut part = Board::default();
    for item in selection.iter() {
        match item {
            Item::Sticky(id) => {
                let Some(sticky) = board.stickies.get(&id) else { continue };
                part.stickies.insert(id, sticky.clone());
                if let Some(record) = Board::definition_key(sticky).and_then(|key| board.record(&key)) {
                    put_definition(&mut part, record);
                }
            }
            Item::Frame(id) => {
                if let Some(frame) = board.frames.get(&id) {
                    part.frames.insert(id, frame.clone());
                }
            }
            Item::Link(_) | Item::Line(_) => {}
        }
    }
    let inside = |id| part.stickies.contains_key(id);
    let links = board.links.iter().filter(|(_, link)| inside(&link.from) && inside(&link.to));
    part.links = links.map(|(id, link)| (*id, link.clone())).collect();
    format::write(&part, Syntax::Ron)
}

fn put_definition(board: &mut Board, record: Record) {
    match record {
        Record::Service(name, record) => drop(board.services.insert(name, *record)),
        Record::Event(name, record) => drop(board.events.insert(name, *record)),
        Record::Command(name, record) => drop(board.commands.insert(name, *record)),
        Record::Query(name, record) => drop(board.queries.insert(name, *record)),
        Record::Channel(name, record) => drop(board.channels.insert(name, *record)),
        _ => {}
    }
}

/// Plans what pasting a text does, with its middle at `at` or moved by `offset` from where it was: a part of a board;
/// captured events, which become what they say of a board; other JSON, which becomes a note; or lines that become
/// stickies. Answers the edit and what to select after it. `None` for text with nothing in it.
#[must_use]
pub fn paste(
    document: &mut Document,
    text: &str,
    at: Option<Point>,
    offset: f32,
) -> Option<(Edit, Selection)> {
    let board = document.shared();
    let edit = if let Ok(part) = format::read(text, Syntax::of_text(text)) {
        let bounds = part.bounds().unwrap_or_default();
        let (dx, dy) = match at {
            Some(at) => ((at.x - bounds.center().x).round(), (at.y - bounds.center().y).round()),
            None => (offset, offset),
        };
        paste_part(document, &board, &part, dx, dy)
    } else if let Some(part) = from_json(text) {
        let bounds = part.bounds().unwrap_or_default();
        let at = at.unwrap_or_default();
        let (dx, dy) = ((at.x - bounds.min.x).round(), (at.y - bounds.min.y).round());
        let down = room_below(&board, bounds.moved(dx, dy));
        paste_part(document, &board, &part, dx, dy + down)
    } else {
        let place = at.unwrap_or_default();
        let edit = outline::plan(&board, document.ids(), text, place, StickyKind::Event);
        match inserted(&edit).map_or(0.0, |rect| room_below(&board, rect)) {
            0.0 => edit,
            down => outline::plan(&board, document.ids(), text, place.moved(0.0, down), StickyKind::Event),
        }
    };
    let selection = placed(&edit);
    (!edit.is_empty()).then_some((edit, selection))
}

/// The longest JSON that is looked at for events, in bytes: more than a clipboard is used for, and read in an instant.
const JSON_MAX: usize = 4 << 20;

/// A note of JSON: its width, its least height, the height of a line, in world units, and the lines it has room for.
const NOTE_WIDTH: f32 = 320.0;
const NOTE_HEIGHT: f32 = 80.0;
const NOTE_LINE: f32 = 20.0;
const NOTE_LINES: usize = 30;

/// What JSON says of a board: who sends which messages where it holds captured events, and a note of it where not.
fn from_json(text: &str) -> Option<Board> {
    if text.len() > JSON_MAX || !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let events = load::open(text.as_bytes().to_vec(), &Mapping::default()).ok();
    if let Some(board) = events.map(|log| discover(&log).board).filter(|board| !board.stickies.is_empty()) {
        return Some(board);
    }
    serde_json::from_str::<serde_json::Value>(text).ok()?;
    let mut note = Board::default();
    let id = StickyId(note.id_gen(0).mint());
    let name = text.trim().to_owned();
    let lines = name.lines().count().min(NOTE_LINES) as f32;
    let size = Some(Size::new(NOTE_WIDTH, (NOTE_LINE * lines).max(NOTE_HEIGHT)));
    note.stickies.insert(id, Sticky { kind: StickyKind::Text, name, size, ..Sticky::default() });
    Some(note)
}

/// The rectangle around the stickies an edit puts on a board.
fn inserted(edit: &Edit) -> Option<Rect> {
    let new = edit.ops.iter().filter_map(|op| match op {
        Op::Insert(Record::Sticky(_, sticky)) => Some(sticky.rect()),
        _ => None,
    });
    new.reduce(Rect::union)
}

/// How far down what is put on a board within a rectangle has to go to lie on nothing that is there.
fn room_below(board: &Board, new: Rect) -> f32 {
    let mut moved = new;
    // Each round passes at least one sticky that was in the way.
    while let Some(lowest) = board
        .stickies
        .values()
        .map(Sticky::rect)
        .filter(|there| there.intersects(moved))
        .map(|there| there.max.y)
        .reduce(f32::max)
    {
        let down = lowest + outline::GAP - moved.min.y;
        moved = moved.moved(0.0, down);
    }
    moved.min.y - new.min.y
}

fn placed(edit: &Edit) -> Selection {
    let items = edit.touched();
    items.iter().filter_map(Item::of).filter(|item| !matches!(item, Item::Link(_))).collect()
}

fn paste_part(document: &mut Document, board: &Board, part: &Board, dx: f32, dy: f32) -> Edit {
    let ids = document.ids();
    let mut draft = Draft::new(board);
    for record in part.records() {
        let key = record.key();
        if Item::of(&key).is_none() && !matches!(key, Key::Settings | Key::Scenario(_)) && !board.has(&key) {
            draft.put(record);
        }
    }
    for frame in part.frames.values() {
        let mut frame = frame.clone();
        frame.at = frame.at.moved(dx, dy);
        draft.put(Record::Frame(FrameId(ids.mint()), Box::new(frame)));
    }
    let mut new_ids = BTreeMap::new();
    let mut layer = board.stickies.values().map(|sticky| sticky.layer.clone()).max().unwrap_or_default();
    for (id, sticky) in &part.stickies {
        let new = StickyId(ids.mint());
        new_ids.insert(*id, new);
        let mut sticky = sticky.clone();
        layer = order::between(&layer, "");
        sticky.layer.clone_from(&layer);
        sticky.at = sticky.at.moved(dx, dy);
        sticky.votes = 0;
        draft.put_sticky(new, sticky);
    }
    for link in part.links.values() {
        if let (Some(from), Some(to)) = (new_ids.get(&link.from), new_ids.get(&link.to)) {
            let mut link = link.clone();
            (link.from, link.to) = (*from, *to);
            // What a failure rested on may not have come along.
            if matches!(link.outcome, crate::board::Outcome::OnFailureOf(_)) {
                link.outcome = crate::board::Outcome::Always;
            }
            draft.put(Record::Link(LinkId(ids.mint()), Box::new(link)));
        }
    }
    let n = part.stickies.len();
    draft.finish(if n == 1 { "Paste sticky".to_owned() } else { format!("Paste {n} stickies") })
}

/// Room between what is on a board and what is put beside it.
const BESIDE: f32 = 160.0;

/// Plans what putting another board to the right of this one does. `None` for a board with nothing on it.
#[must_use]
pub fn put_beside(document: &mut Document, part: &Board) -> Option<(Edit, Selection)> {
    let board = document.shared();
    let new = part.bounds()?;
    let (dx, dy) = board.bounds().map_or((0.0, 0.0), |there| {
        ((there.max.x + BESIDE - new.min.x).round(), (there.min.y - new.min.y).round())
    });
    let edit = paste_part(document, &board, part, dx, dy);
    let selection = placed(&edit);
    Some((edit, selection))
}

/// The rectangle around the selected items, for placing something beside them.
#[must_use]
pub fn around(board: &Board, selection: &Selection) -> Option<Rect> {
    selection.bounds(board)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_lines_lie_on_nothing_that_is_there() {
        let mut document = Document::new(Board::default(), None, 1);
        let lines = "Place order -> Shop -> Order placed\nOrder placed -> Mail -> Order confirmed";
        for at in [Point::default(), Point::new(30.0, 20.0), Point::new(-100.0, 90.0)] {
            let (edit, _) = paste(&mut document, lines, Some(at), 0.0).unwrap();
            document.commit(edit).unwrap();
        }
        let rects: Vec<Rect> = document.board().stickies.values().map(Sticky::rect).collect();
        assert_eq!(rects.len(), 18);
        for (at, rect) in rects.iter().enumerate() {
            assert!(rects[at + 1..].iter().all(|other| !other.intersects(*rect)), "{rects:?}");
        }
        let free = document.board().bounds().unwrap().max.moved(50.0, 50.0);
        let (edit, selection) = paste(&mut document, "Order shipped", Some(free), 0.0).unwrap();
        document.commit(edit).unwrap();
        let bounds = selection.bounds(document.board()).unwrap();
        assert_eq!(bounds.min, free, "where there is room, it goes where it was asked to");
    }

    #[test]
    fn pasted_events_become_what_they_say_and_other_json_a_note() {
        let pasted = |board: &mut Document, text: &str| {
            let (edit, selection) = paste(board, text, Some(Point::new(10.0, 10.0)), 0.0).unwrap();
            board.commit(edit).unwrap();
            let names = selection.stickies().map(|id| board.board().stickies[&id].name.clone());
            names.collect::<Vec<_>>()
        };
        let mut document = Document::new(Board::default(), None, 1);
        let event = "{\n  \"detail-type\": \"OrderPlaced\",\n  \"source\": \"shop\",\n  \"time\": \"2026-01-01T10:00:00Z\",\n  \"detail\": {\"orderId\": \"o-1\"}\n}\n";
        let mut names = pasted(&mut document, event);
        names.sort_unstable();
        assert_eq!(names, ["OrderPlaced", "shop"]);
        let schema = &document.board().events["OrderPlaced"].versions[0].schema;
        assert_eq!(schema.fields[0].name, "orderId");
        let payload = "{\n  \"orderId\": \"o-1\"\n}";
        assert_eq!(pasted(&mut document, payload), [payload]);
        let rects: Vec<Rect> = document.board().stickies.values().map(Sticky::rect).collect();
        assert!(!rects[2].intersects(rects[0]) && !rects[2].intersects(rects[1]), "{rects:?}");
        // A brace alone makes no JSON.
        assert_eq!(pasted(&mut document, "{ open\nquestions }").len(), 2);
    }

    #[test]
    fn copies_keep_links_and_definitions_and_get_ids_of_their_own() {
        let mut document = Document::new(Board::default(), None, 1);
        let (edit, all) = paste(&mut document, "Place order -> Shop -> Order placed", None, 0.0).unwrap();
        document.commit(edit).unwrap();
        assert_eq!(all.len(), 3);
        let text = copy(document.board(), &all);
        let mut other = Document::new(Board::default(), None, 2);
        let (edit, copied) = paste(&mut other, &text, None, 24.0).unwrap();
        other.commit(edit).unwrap();
        assert_eq!((copied.len(), other.board().links.len(), other.board().services.len()), (3, 2, 1));
        let (edit, _) = paste(&mut document, &text, Some(Point::new(500.0, 500.0)), 0.0).unwrap();
        document.commit(edit).unwrap();
        assert_eq!(document.board().stickies.len(), 6);
        document.undo();
        assert_eq!(document.board().stickies.len(), 3);
    }
}
