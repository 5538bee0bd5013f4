//! What the rules' own tests are written with: boards from lines, advice by rule, cures applied.

use super::{Context, Finding, Options, advise, fix};
use crate::board::{
    Board, Event, Field, FieldType, Link, LinkId, Point, Record, Schema, Sticky, StickyId, Version, notation,
};
use crate::edit::{Draft, apply};
use crate::topology::derive;

/// A board from lines: `Kind:Name -> Kind:Name -> …`, each word a sticky of its own, definitions stated empty.
pub(crate) fn board(lines: &str) -> Board {
    let empty = Board::default();
    let mut draft = Draft::new(&empty);
    let mut ids = empty.id_gen(0);
    for (row, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let mut last = None;
        for (column, word) in line.split(" -> ").enumerate() {
            let (kind, name) = word.split_once(':').expect("Kind:Name");
            let kind =
                notation::NOTATION.iter().find(|row| format!("{:?}", row.kind) == kind).expect("a kind").kind;
            let id = StickyId(ids.mint());
            let at = Point::new(150.0 * column as f32, 150.0 * row as f32);
            draft.put_sticky(id, Sticky { kind, name: name.to_owned(), at, ..Sticky::default() });
            if let Some(from) = last {
                draft.put(Record::Link(
                    LinkId(ids.mint()),
                    Box::new(Link { from, to: id, ..Link::default() }),
                ));
            }
            last = Some(id);
        }
    }
    draft.board().clone()
}

/// Links the first sticky of one name to the first of another.
pub(crate) fn join(board: &mut Board, from: &str, to: &str) {
    let find =
        |name: &str| *board.stickies.iter().find(|(_, sticky)| sticky.name == name).expect("a sticky").0;
    let link = Link { from: find(from), to: find(to), ..Link::default() };
    let id = LinkId(board.id_gen(0).mint());
    board.links.insert(id, link);
}

/// Gives an event a schema of `n` text fields f1, f2, ….
pub(crate) fn fields(board: &mut Board, event: &str, n: usize) {
    let fields = (1..=n).map(|i| Field::new(format!("f{i}"), FieldType::String)).collect();
    let schema = Schema { fields, ..Schema::default() };
    let version = Version { version: "1".into(), schema, ..Version::default() };
    board.events.insert(event.into(), Event { versions: vec![version], ..Event::default() });
}

/// The findings of one rule.
pub(crate) fn advice(board: &Board, rule: &str) -> Vec<Finding> {
    let topology = derive(board);
    let found = advise(&Context::new(board, &topology), &Options::default());
    found.into_iter().filter(|finding| finding.rule == rule).collect()
}

/// Applies the cure of a finding.
pub(crate) fn apply_fix(board: &mut Board, finding: &Finding) {
    let topology = derive(board);
    let edit = fix(&Context::new(board, &topology), finding).expect("a mechanical cure");
    assert_eq!(Some(&edit.label), finding.fix.as_ref());
    apply(board, &edit.ops).expect("the cure fits");
}
