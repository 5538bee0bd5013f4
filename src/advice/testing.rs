//! What the rules' own tests are written with: boards from lines, advice by rule, cures applied.

use super::{Context, Finding, Options, advise, fix};
use crate::board::{Board, Event, Field, FieldType, Link, LinkId, Record, Schema, Version};
use crate::edit::{Draft, apply};
use crate::topology::derive;

/// A board from lines: `Kind:Name -> Kind:Name -> …`, each word a sticky of its own, definitions stated empty.
pub(crate) fn board(lines: &str) -> Board {
    let placed = crate::board::testing::board(lines);
    let empty = Board::default();
    let mut draft = Draft::new(&empty);
    for (id, sticky) in &placed.stickies {
        draft.put_sticky(*id, sticky.clone());
    }
    for (id, link) in &placed.links {
        draft.put(Record::Link(*id, Box::new(link.clone())));
    }
    let mut board = Board::default();
    apply(&mut board, &draft.finish("Draw").ops).expect("an edit of an empty board fits it");
    board
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
