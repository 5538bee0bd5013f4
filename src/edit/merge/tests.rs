//! The laws of merging, and what people see of them.

use proptest::prelude::*;

use super::*;
use crate::board::*;
use crate::edit::tests::{run, run_on, step};
use crate::edit::{apply, diff_boards};

fn merged(base: &Board, ours: &Board, theirs: &Board) -> Merge {
    merge(base, ours, theirs, &BTreeMap::new())
}

fn whole(board: &Board) -> bool {
    board.links.values().all(|link| {
        let rests = match link.outcome {
            Outcome::OnFailureOf(other) => board.links.contains_key(&other),
            _ => true,
        };
        rests && board.stickies.contains_key(&link.from) && board.stickies.contains_key(&link.to)
    })
}

proptest! {
    #[test]
    fn what_one_side_did_is_all_that_was_done(
        before in prop::collection::vec(step(), 0..25),
        after in prop::collection::vec(step(), 0..25),
    ) {
        let (base, _) = run(&before);
        let (changed, _) = run_on(base.clone(), 2, &after);
        for (ours, theirs) in [(&changed, &base), (&base, &changed), (&changed, &changed)] {
            let merge = merged(&base, ours, theirs);
            prop_assert_eq!(&merge.board, &changed);
            prop_assert!(merge.conflicts.is_empty() && merge.notes.is_empty());
        }
    }

    #[test]
    fn both_sides_come_together_whole_and_from_either_side_alike(
        before in prop::collection::vec(step(), 0..25),
        here in prop::collection::vec(step(), 0..15),
        there in prop::collection::vec(step(), 0..15),
    ) {
        let (base, _) = run(&before);
        let (ours, _) = run_on(base.clone(), 2, &here);
        let (theirs, _) = run_on(base.clone(), 3, &there);
        let merge = merged(&base, &ours, &theirs);
        prop_assert!(whole(&merge.board));
        let other = merged(&base, &theirs, &ours);
        prop_assert_eq!(merge.conflicts.len(), other.conflicts.len());
        if merge.conflicts.is_empty() {
            prop_assert_eq!(&merge.board, &other.board);
            // The changes of both, one after the other, in either order, are the same board.
            let mut both = ours.clone();
            if merge.notes.is_empty() && apply(&mut both, &diff_boards(&base, &theirs)).is_ok() {
                prop_assert_eq!(&both, &merge.board);
            }
        }
    }

    #[test]
    fn a_side_chosen_everywhere_wins_everywhere(
        before in prop::collection::vec(step(), 0..25),
        here in prop::collection::vec(step(), 0..15),
        there in prop::collection::vec(step(), 0..15),
    ) {
        let (base, _) = run(&before);
        let (ours, _) = run_on(base.clone(), 2, &here);
        let (theirs, _) = run_on(base.clone(), 3, &there);
        let open = merged(&base, &ours, &theirs);
        for side in [Side::Ours, Side::Theirs] {
            let choices = open.conflicts.iter().map(|conflict| (conflict.place.clone(), side)).collect();
            let chosen = merge(&base, &ours, &theirs, &choices);
            prop_assert!(whole(&chosen.board));
            prop_assert!(chosen.conflicts.iter().all(|conflict| conflict.taken == side));
            let winner = if side == Side::Ours { &ours } else { &theirs };
            for conflict in &chosen.conflicts {
                let (key, field) = &conflict.place;
                if let Some(field) = field {
                    prop_assert_eq!(chosen.board.field(key, field), winner.field(key, field));
                }
            }
        }
    }
}

fn event(description: &str, owner: &str) -> Board {
    let mut board = Board::default();
    let event = Event { description: description.into(), owner: owner.into(), ..Event::default() };
    board.events.insert("OrderPlaced".into(), event);
    board
}

#[test]
fn different_fields_of_one_definition_come_together() {
    let merge = merged(&event("", ""), &event("An order", ""), &event("", "Shop"));
    assert_eq!(merge.board, event("An order", "Shop"));
    assert_eq!(merge.conflicts, []);
}

#[test]
fn a_conflict_is_told_by_name_and_can_be_settled_either_way() {
    let (base, ours, theirs) = (event("", ""), event("An order", ""), event("A sale", ""));
    let kept = merged(&base, &ours, &theirs);
    let conflict = &kept.conflicts[0];
    assert_eq!(conflict.what, "event OrderPlaced: description");
    assert_eq!((conflict.ours.as_str(), conflict.theirs.as_str()), ("An order", "A sale"));
    assert_eq!(kept.board, ours);
    let choices = BTreeMap::from([(conflict.place.clone(), Side::Theirs)]);
    assert_eq!(merge(&base, &ours, &theirs, &choices).board, theirs);
}

#[test]
fn what_was_changed_outlives_its_removal() {
    let (base, changed, gone) = (event("", ""), event("An order", ""), Board::default());
    for (ours, theirs) in [(&changed, &gone), (&gone, &changed)] {
        let merge = merged(&base, ours, theirs);
        assert_eq!(merge.board, changed);
        assert_eq!(merge.conflicts[0].what, "event OrderPlaced");
    }
}

#[test]
fn a_sticky_linked_on_one_side_and_removed_on_the_other_stays() {
    let id = |n| StickyId(Id::new(0, n));
    let mut base = Board::default();
    for n in [1, 2] {
        base.stickies.insert(id(n), Sticky { name: format!("Sticky {n}"), ..Sticky::default() });
    }
    let (mut linked, mut gone) = (base.clone(), base.clone());
    linked.links.insert(LinkId(Id::new(7, 1)), Link { from: id(1), to: id(2), ..Link::default() });
    gone.stickies.remove(&id(2));
    for (ours, theirs) in [(&linked, &gone), (&gone, &linked)] {
        let merge = merged(&base, ours, theirs);
        assert_eq!(merge.board, linked);
        assert!(merge.notes[0].contains("“Sticky 2”"), "{:?}", merge.notes);
    }
}

#[test]
fn ids_given_by_hand_on_both_sides_keep_both_stickies_and_their_links() {
    let id = |n| StickyId(Id::new(0, n));
    let sticky = |name: &str| Sticky { name: name.to_owned(), ..Sticky::default() };
    let mut base = Board::default();
    base.stickies.insert(id(1), sticky("Shop"));
    let (mut ours, mut theirs) = (base.clone(), base.clone());
    ours.stickies.insert(id(2), sticky("Paid"));
    theirs.stickies.insert(id(2), sticky("Shipped"));
    theirs.links.insert(LinkId(Id::new(0, 3)), Link { from: id(1), to: id(2), ..Link::default() });
    let merge = merged(&base, &ours, &theirs);
    let names: Vec<&str> = merge.board.stickies.values().map(|sticky| sticky.name.as_str()).collect();
    assert_eq!(names, ["Shop", "Paid", "Shipped"]);
    let link = merge.board.links.values().next().unwrap();
    assert_eq!(merge.board.stickies[&link.to].name, "Shipped");
}
