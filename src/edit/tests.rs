//! The laws of edits: undo after do changes nothing, the log replays to the board, a gesture is one step.

use proptest::prelude::*;

use super::*;
use crate::board::*;

/// A random command over a small world of names and ids, many of which will not fit.
fn command() -> impl Strategy<Value = Intent> {
    let id = || (1u32..12).prop_map(|n| StickyId(Id::new(1, n)));
    let name = || prop_oneof![Just("Placed"), Just("Paid"), Just("Store"), Just("")].prop_map(str::to_owned);
    let kind = (0usize..16).prop_map(|i| notation::NOTATION[i].kind);
    let key = || {
        prop_oneof![
            id().prop_map(Key::Sticky),
            (1u32..20).prop_map(|n| Key::Link(LinkId(Id::new(1, n)))),
            (1u32..20).prop_map(|n| Key::Frame(FrameId(Id::new(1, n)))),
            name().prop_map(Key::Event),
        ]
    };
    prop_oneof![
        4 => (kind, name(), -500f32..500.0, -500f32..500.0)
            .prop_map(|(kind, name, x, y)| Intent::PlaceSticky { kind, name, at: Point::new(x, y) }),
        4 => (id(), id()).prop_map(|(from, to)| Intent::Connect { from, to }),
        2 => (prop::collection::vec(key(), 0..4), -50f32..50.0, -50f32..50.0)
            .prop_map(|(keys, dx, dy)| Intent::Move { keys, dx, dy }),
        2 => (id(), name()).prop_map(|(sticky, name)| Intent::NameSticky { sticky, name }),
        2 => (name(), name()).prop_map(|(from, to)| {
            Intent::RenameDefinition { kind: DefinitionKind::Event, from, to }
        }),
        1 => prop::collection::vec(key(), 0..3).prop_map(|keys| Intent::Remove { keys }),
        1 => Just(Intent::PlaceFrame { frame: Box::new(Frame { size: Size::new(300.0, 200.0), ..Frame::default() }) }),
    ]
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Do(Intent),
    Undo,
    Redo,
    Begin,
    End,
    Cancel,
}

/// A random step of a session.
pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => command().prop_map(Step::Do),
        2 => Just(Step::Undo),
        2 => Just(Step::Redo),
        1 => Just(Step::Begin),
        1 => Just(Step::End),
        1 => Just(Step::Cancel),
    ]
}

/// Runs steps on an empty board and returns the board and its history.
pub(super) fn run(steps: &[Step]) -> (Board, History) {
    run_on(Board::default(), 1, steps)
}

/// Runs steps of one writer on a board and returns the board and its history.
pub(super) fn run_on(mut board: Board, peer: u32, steps: &[Step]) -> (Board, History) {
    let mut history = History::default();
    let mut ids = board.id_gen(peer);
    for step in steps {
        match step {
            Step::Do(command) => {
                if let Ok(edit) = command.plan(&board, &mut ids) {
                    if history.in_gesture() {
                        history.extend(&mut board, edit.ops).unwrap();
                    } else {
                        history.commit(&mut board, edit).unwrap();
                    }
                }
            }
            Step::Undo => drop(history.undo(&mut board)),
            Step::Redo => drop(history.redo(&mut board)),
            Step::Begin => history.begin("Gesture"),
            Step::End => history.end(),
            Step::Cancel => drop(history.cancel(&mut board)),
        }
        for link in board.links.values() {
            assert!(board.stickies.contains_key(&link.from) && board.stickies.contains_key(&link.to));
        }
    }
    history.end();
    (board, history)
}

proptest! {
    #[test]
    fn the_log_replays_to_the_board(steps in prop::collection::vec(step(), 0..40)) {
        let (board, history) = run(&steps);
        let mut again = Board::default();
        for edit in history.log() {
            apply(&mut again, &edit.ops).unwrap();
        }
        prop_assert_eq!(again, board);
    }

    #[test]
    fn undoing_all_and_redoing_all_is_identity(steps in prop::collection::vec(step(), 0..40)) {
        let (board, mut history) = run(&steps);
        let mut travelling = board.clone();
        let mut undone = 0;
        while history.undo(&mut travelling).is_some() {
            undone += 1;
        }
        prop_assert_eq!(&travelling, &Board::default());
        for _ in 0..undone {
            prop_assert!(history.redo(&mut travelling).is_some());
        }
        prop_assert_eq!(travelling, board);
    }

    #[test]
    fn squashed_does_what_the_list_did(steps in prop::collection::vec(step(), 0..40)) {
        let (board, history) = run(&steps);
        let ops: Vec<Op> = history.log().iter().flat_map(|edit| edit.ops.clone()).collect();
        let squashed = squash(&ops);
        let mut again = Board::default();
        apply(&mut again, &squashed).unwrap();
        prop_assert_eq!(&again, &board);
        prop_assert!(squashed.len() <= ops.len());
        let back: Vec<Op> = squashed.iter().rev().map(Op::inverse).collect();
        apply(&mut again, &back).unwrap();
        prop_assert_eq!(again, Board::default());
    }

    #[test]
    fn the_difference_of_two_boards_leads_from_one_to_the_other(
        a in prop::collection::vec(step(), 0..30),
        b in prop::collection::vec(step(), 0..30),
    ) {
        let ((mut from, _), (to, _)) = (run(&a), run(&b));
        let ops = diff_boards(&from, &to);
        apply(&mut from, &ops).unwrap();
        prop_assert_eq!(from, to);
    }

    #[test]
    fn edits_survive_the_journal(steps in prop::collection::vec(step(), 0..20)) {
        let (_, history) = run(&steps);
        for edit in history.log() {
            let text = serde_json::to_string(edit).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Edit>(&text).unwrap(), edit);
        }
    }
}

#[test]
fn an_edit_that_does_not_fit_changes_nothing() {
    let mut board = Board::default();
    let event = Record::Event("E".into(), Box::default());
    let ops = [Op::Insert(event.clone()), Op::Remove(Record::Event("F".into(), Box::default()))];
    assert_eq!(apply(&mut board, &ops), Err(ApplyError::Missing(Key::Event("F".into()))));
    assert_eq!(board, Board::default());
    assert_eq!(
        apply(&mut board, &[Op::Insert(event.clone()), Op::Insert(event)]),
        Err(ApplyError::Exists(Key::Event("E".into())))
    );
    assert_eq!(board, Board::default());
}

#[test]
fn renaming_a_definition_follows_every_mention() {
    let mut board = Board::default();
    board.services.insert("Store".into(), Service { team: "A".into(), ..Service::default() });
    board.events.insert("E".into(), Event { owner: "Store".into(), ..Event::default() });
    let fault = Fault { target: "Store".into(), ..Fault::default() };
    board.scenarios.insert("day".into(), Scenario { faults: vec![fault], ..Scenario::default() });
    let sticky = Sticky { kind: StickyKind::Service, name: "Store".into(), ..Sticky::default() };
    board.stickies.insert(StickyId::default(), sticky);
    let command =
        Intent::RenameDefinition { kind: DefinitionKind::Service, from: "Store".into(), to: "Shop".into() };
    let edit = command.plan(&board, &mut IdGen::new(1, 0)).unwrap();
    apply(&mut board, &edit.ops).unwrap();
    assert_eq!(board.services["Shop"].team, "A");
    assert!(!board.services.contains_key("Store"));
    assert_eq!(board.events["E"].owner, "Shop");
    assert_eq!(board.scenarios["day"].faults[0].target, "Shop");
    assert_eq!(board.stickies[&StickyId::default()].name, "Shop");
}

#[test]
fn a_drag_is_one_step_and_escape_leaves_no_trace() {
    let mut board = Board::default();
    let mut history = History::default();
    let mut ids = IdGen::new(1, 0);
    let place = Intent::PlaceSticky { kind: StickyKind::Event, name: "E".into(), at: Point::default() };
    let edit = place.plan(&board, &mut ids).unwrap();
    history.commit(&mut board, edit).unwrap();
    let key = Key::Sticky(*board.stickies.keys().next().unwrap());
    let nudge = Intent::Move { keys: vec![key], dx: 1.0, dy: 0.0 };
    history.begin("Move sticky");
    for _ in 0..10_000 {
        let edit = nudge.plan(&board, &mut ids).unwrap();
        history.extend(&mut board, edit.ops).unwrap();
    }
    history.end();
    assert_eq!((history.log().len(), history.log()[1].ops.len()), (2, 1));
    assert_eq!(history.undo_label(), Some("Move sticky"));
    let moved = board.clone();
    history.begin("Move sticky");
    let edit = nudge.plan(&board, &mut ids).unwrap();
    history.extend(&mut board, edit.ops).unwrap();
    history.cancel(&mut board);
    assert_eq!((&board, history.log().len()), (&moved, 2));
}
