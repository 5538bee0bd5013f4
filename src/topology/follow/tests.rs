//! Following edits gives what deriving anew gives, whatever the edits.

use proptest::prelude::*;

use super::super::tests::{any_board, board};
use super::*;
use crate::board::{
    Command, Frame, FrameId, Id, IdGen, Link, Mode, Outcome, Point, Query, Record, Settings, Size, Span,
    StickyKind, notation,
};
use crate::edit::{Draft, Edit, Op};
use crate::view::Document;

/// One thing somebody does to a board: what, to which record, and numbers to do it with.
type Deed = (u8, usize, usize, usize, f32);

const NAMES: [&str; 6] = ["", "A", "B", "OrderPlaced", "Pay", "é ✓"];

/// The edit a deed stands for; `None` where there is nothing to do it to.
fn edit(board: &Board, ids: &mut IdGen, (what, a, b, c, x): Deed) -> Option<Edit> {
    let mut draft = Draft::new(board);
    let sticky =
        |at: usize| board.stickies.iter().cycle().nth(at % 24).map(|(id, sticky)| (*id, sticky.clone()));
    let link = |at: usize| board.links.iter().cycle().nth(at % 60).map(|(id, link)| (*id, link.clone()));
    let name = NAMES[c % NAMES.len()].to_owned();
    match what {
        0 | 1 => {
            let (kind, at) = (notation::NOTATION[b % 16].kind, Point::new(x, x));
            draft.put_sticky(StickyId(ids.mint()), Sticky { kind, name, at, ..Sticky::default() });
        }
        2 | 3 => {
            let (from, to) = (sticky(a)?.0, sticky(b)?.0);
            draft.put(Record::Link(LinkId(ids.mint()), Box::new(Link { from, to, ..Link::default() })));
        }
        4 => draft.remove(&Key::Link(link(a)?.0)),
        5 => draft.remove(&Key::Sticky(sticky(a)?.0)),
        // Without its links, as a merge of two people's files may leave it.
        6 => {
            let (id, sticky) = sticky(a)?;
            return Some(Edit::new("Remove", vec![Op::Remove(Record::Sticky(id, Box::new(sticky)))]));
        }
        7 => {
            let (id, before) = sticky(a)?;
            draft.put(Record::Sticky(id, Box::new(Sticky { name, ..before })));
        }
        8 => {
            let (id, before) = sticky(a)?;
            let kind = notation::NOTATION[b % 16].kind;
            draft.put(Record::Sticky(id, Box::new(Sticky { kind, ..before })));
        }
        9 => {
            let (id, before) = sticky(a)?;
            draft.put(Record::Sticky(id, Box::new(Sticky { at: Point::new(x, x), ..before })));
        }
        10 => {
            let (id, before) = link(a)?;
            let mode = [None, Some(Mode::Synchronous), Some(Mode::Asynchronous)][b % 3];
            let order = ["", "a", "b"][c % 3].to_owned();
            let outcome = if c % 2 == 0 { Outcome::Always } else { Outcome::OneOf(1.0) };
            draft.put(Record::Link(id, Box::new(Link { mode, order, outcome, ..before })));
        }
        11 => {
            let ((id, before), (to, _)) = (link(a)?, sticky(b)?);
            draft.put(Record::Link(id, Box::new(Link { to, ..before })));
        }
        12 => {
            let id = FrameId(Id::new(7, (a % 3) as u32));
            let service = ["", "A", "Host"][c % 3].to_owned();
            let size = Size::new(x.abs(), 400.0);
            draft.put(Record::Frame(id, Box::new(Frame { service, size, ..Frame::default() })));
        }
        13 => draft.remove(&Key::Frame(FrameId(Id::new(7, (a % 3) as u32)))),
        14 => {
            let mode = [Mode::Synchronous, Mode::Asynchronous][b % 2];
            let timeout = (a % 2 == 0).then(|| Span::from_secs(1));
            let command = Command { mode, timeout, ..Command::default() };
            draft.put(Record::Command(name.clone(), Box::new(command)));
            draft.put(Record::Query(name, Box::new(Query { timeout, ..Query::default() })));
        }
        _ => {
            let (title, default_channel) = (format!("{a}"), name);
            let settings = Settings { title, default_channel, ..board.settings.clone() };
            draft.put(Record::Settings(Box::new(settings)));
        }
    }
    Some(draft.finish("Deed"))
}

proptest! {
    #[test]
    fn following_edits_gives_what_deriving_anew_gives(
        board in any_board(),
        deeds in prop::collection::vec(
            ((0u8..20), 0usize..1000, 0usize..1000, 0usize..1000, -200f32..1200.0), 1..40),
        pause in 1usize..4,
    ) {
        let mut document = Document::new(board, None, 1);
        let mut topology = Arc::new(derive(document.board()));
        let mut revision = document.revision();
        let mut ids = IdGen::new(9, 1);
        for (turn, deed) in deeds.into_iter().enumerate() {
            match deed.0 {
                16 | 17 => drop(document.undo()),
                18 => drop(document.redo()),
                _ => if let Some(edit) = edit(document.board(), &mut ids, deed) {
                    let _ = document.commit(edit);
                }
            }
            if turn % pause == 0 {
                let before = Arc::clone(&topology);
                let held = format!("{before:?}");
                Topology::follow(&mut topology, document.board(), &document.touched_since(revision).unwrap());
                revision = document.revision();
                prop_assert_eq!(format!("{topology:#?}"), format!("{:#?}", derive(document.board())));
                prop_assert_eq!(held, format!("{before:?}"), "what others hold on to stays as it is");
            }
        }
    }
}

/// One sticky of a command takes the place of another at once: the command lives on, and who issued it does not.
#[test]
fn a_message_that_passes_to_another_sticky_keeps_no_issuer() {
    let before = board("Actor:Client -> Command:Buy\nReadModel:Buy");
    let sticky = |kind| *before.stickies.iter().find(|(_, sticky)| sticky.kind == kind).unwrap().0;
    let (gone, taken) = (sticky(StickyKind::Command), sticky(StickyKind::ReadModel));
    let mut draft = Draft::new(&before);
    draft.put_sticky(taken, Sticky { kind: StickyKind::Command, ..before.stickies[&taken].clone() });
    draft.remove(&Key::Sticky(gone));
    let edit = draft.finish("Take its place");
    let mut after = before.clone();
    crate::edit::apply(&mut after, &edit.ops).unwrap();
    let mut topology = Arc::new(derive(&before));
    assert_eq!(topology.messages[0].issuers.len(), 1);
    Topology::follow(&mut topology, &after, &edit.touched().iter().collect());
    assert_eq!(topology.messages[0].issuers, []);
    assert_eq!(format!("{topology:?}"), format!("{:?}", derive(&after)));
}

#[test]
fn moving_and_describing_changes_no_topology() {
    let mut board =
        board("Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Channel:bus -> Service:Mail");
    let topology = Arc::new(derive(&board));
    let keys: Vec<Key> = board.stickies.keys().map(|id| Key::Sticky(*id)).collect();
    for sticky in board.stickies.values_mut() {
        sticky.at = sticky.at.moved(40.0, 9.0);
    }
    let described = Key::Event("Bought".into());
    for touched in [keys.iter().collect(), BTreeSet::from([&described])] {
        let mut after = Arc::clone(&topology);
        Topology::follow(&mut after, &board, &touched);
        assert!(Arc::ptr_eq(&after, &topology));
    }
}

#[test]
fn a_link_drawn_tells_on_both_sides() {
    let before = board("Service:Store -> Event:Bought\nService:Mail");
    let mut topology = Arc::new(derive(&before));
    let mut document = Document::new(before, None, 1);
    let of = |kind| move |(_, s): &(&StickyId, &Sticky)| s.kind == kind && s.name != "Store";
    let stickies = &document.board().stickies;
    let from = *stickies.iter().find(of(StickyKind::Event)).unwrap().0;
    let to = *stickies.iter().find(of(StickyKind::Service)).unwrap().0;
    document.perform(&crate::edit::Intent::Connect { from, to }).unwrap();
    Topology::follow(&mut topology, document.board(), &document.touched_since(0).unwrap());
    let bought = topology.message(MessageKind::Event, "Bought").unwrap();
    let mail = topology.party("Mail").unwrap();
    assert_eq!(topology.consumers(bought), [mail]);
    let store = topology.party("Store").unwrap();
    assert_eq!(topology[topology[store].reactions[0]].outputs[0].routes.len(), 1);
}
