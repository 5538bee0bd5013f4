//! Boards for tests, from lines.

use super::{Board, Link, LinkId, Point, Sticky, StickyId, notation::NOTATION};

/// A board from lines: `Kind:Name -> Kind:Name -> …`. Each word is a sticky of its own, the same word twice on one line
/// another; definitions are not stated.
pub(crate) fn board(lines: &str) -> Board {
    let mut board = Board::default();
    let mut ids = board.id_gen(0);
    for (row, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let mut last = None;
        for (column, word) in line.split(" -> ").enumerate() {
            let (kind, name) = word.split_once(':').expect("Kind:Name");
            let kind = NOTATION.iter().find(|row| format!("{:?}", row.kind) == kind).expect("a kind").kind;
            let id = StickyId(ids.mint());
            let at = Point::new(150.0 * column as f32, 150.0 * row as f32);
            board.stickies.insert(id, Sticky { kind, name: name.to_owned(), at, ..Sticky::default() });
            if let Some(from) = last {
                board.links.insert(LinkId(ids.mint()), Link { from, to: id, ..Link::default() });
            }
            last = Some(id);
        }
    }
    board
}
