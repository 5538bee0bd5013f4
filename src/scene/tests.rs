//! What the display list promises.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::board::{Command, Id, IdGen, Key, Link, Mode, Outcome, Record, Service, Sticky};
use crate::edit::Intent;
use crate::view::{Document, outline};

fn board_of(text: &str) -> Board {
    let mut board = Board::default();
    let edit = outline::plan(&board, &mut IdGen::new(0, 0), text, Point::default(), StickyKind::Event);
    crate::edit::apply(&mut board, &edit.ops).unwrap();
    board
}

#[test]
fn links_leave_from_edges_and_stop_before_the_target() {
    let board = board_of("Place order -> Shop -> Order placed\nOrder placed -> Kitchen");
    let scene = Scene::of(&board);
    assert_eq!(scene.links.len(), board.links.len());
    for link in &scene.links {
        let (from, to) = (scene.sticky(link.from).unwrap().rect, scene.sticky(link.to).unwrap().rect);
        let [a, .., d] = link.curve.points;
        assert!(from.expanded(0.1).contains(a) && !from.expanded(-0.1).contains(a), "{link:?}");
        assert!(to.expanded(3.0).contains(d) && !to.expanded(-0.1).contains(d), "{link:?}");
        assert!(link.curve.bounds().contains(link.curve.at(0.3)));
    }
}

#[test]
fn a_synchronous_handler_is_drawn_double() {
    let board = board_of("Place order -> Shop -> Order placed");
    let looks: Vec<LinkLook> = Scene::of(&board).links.iter().map(|link| link.look).collect();
    assert_eq!(looks, [LinkLook::Synchronous, LinkLook::Asynchronous]);
}

#[test]
fn a_link_that_means_nothing_is_told_apart() {
    let mut board = board_of("Order placed\nOrder paid");
    let ids: Vec<StickyId> = board.stickies.keys().copied().collect();
    let link = Link { from: ids[0], to: ids[1], ..Link::default() };
    board.links.insert(LinkId(Id::new(0, 99)), link);
    assert_eq!(Scene::of(&board).links[0].look, LinkLook::Meaningless);
}

#[test]
fn the_topmost_sticky_is_hit() {
    let mut board = Board::default();
    for (n, layer) in [(1, "a"), (2, "b"), (3, "")] {
        let sticky = Sticky { kind: StickyKind::Event, layer: layer.to_owned(), ..Sticky::default() };
        board.stickies.insert(StickyId(Id::new(0, n)), sticky);
    }
    let scene = Scene::of(&board);
    assert_eq!(scene.sticky_under(Point::new(5.0, 5.0)).unwrap().id, StickyId(Id::new(0, 2)));
    assert!(scene.sticky_under(Point::new(-50.0, 5.0)).is_none());
}

#[test]
fn stickies_say_what_matters_about_their_definition() {
    let mut board = board_of("Place order -> Shop -> Order placed");
    board.services.insert("Shop".to_owned(), Service { availability: Some(0.997), ..Service::default() });
    let scene = Scene::of(&board);
    assert_eq!(scene.stickies.iter().find(|s| s.text == "Shop").unwrap().caption, "99.7 %");
    assert_eq!(percent(0.991_026_973), "99.1027 %");
    assert_eq!(percent(1.0), "100 %");
}

#[test]
fn links_that_share_an_edge_keep_apart() {
    let board = board_of("Order placed -> Kitchen");
    let mut board = board;
    let event = *board.stickies.keys().next().unwrap();
    for (n, y) in [(50, -300.0), (51, 10.0), (52, 300.0)] {
        let sticky = Sticky { kind: StickyKind::Policy, at: Point::new(400.0, y), ..Sticky::default() };
        board.stickies.insert(StickyId(Id::new(0, n)), sticky);
        let link = Link { from: event, to: StickyId(Id::new(0, n)), ..Link::default() };
        board.links.insert(LinkId(Id::new(0, n + 10)), link);
    }
    let scene = Scene::of(&board);
    let mut starts: Vec<f32> = scene
        .links
        .iter()
        .filter(|l| l.from == event && l.curve.points[0].x > 100.0)
        .map(|l| l.curve.points[0].y)
        .collect();
    starts.sort_by(f32::total_cmp);
    assert!(starts.windows(2).all(|pair| pair[1] - pair[0] > 4.0), "{starts:?}");
}

#[test]
fn a_level_shows_only_what_belongs_to_it() {
    let board = board_of("actor: Guest -> Place order -> Shop -> Order placed -> policy: Cook it");
    let kinds = |level| -> Vec<StickyKind> {
        Scene::at_level(&board, level).stickies.iter().map(|shape| shape.kind).collect()
    };
    use StickyKind as K;
    assert_eq!(kinds(Level::BigPicture), [K::Actor, K::Service, K::Event]);
    assert_eq!(kinds(Level::Process), [K::Actor, K::Command, K::Service, K::Event, K::Policy]);
    let scene = Scene::at_level(&board, Level::BigPicture);
    assert_eq!((scene.hidden, scene.links.len()), (2, 1), "only the link between what is shown is drawn");
}

/// What two lists of the same board agree in: everything that is drawn or hit.
type Drawn =
    (Vec<StickyShape>, Vec<LinkShape>, Vec<FrameShape>, Option<Rect>, Vec<u32>, Vec<Vec<u32>>, usize);

fn drawn(scene: &Scene) -> Drawn {
    let area = Rect { min: Point::new(-400.0, -400.0), max: Point::new(400.0, 400.0) };
    let found = [scene.sticky_index.query(area), scene.link_index.query(area)].concat();
    let Scene { stickies, links, frames, bounds, links_at, hidden, .. } = scene.clone();
    (stickies, links, frames, bounds, found, links_at, hidden)
}

proptest! {
    #[test]
    fn following_a_move_is_the_same_as_a_new_list(
        links in prop::collection::vec((1u32..16, 1u32..16), 0..40),
        places in prop::collection::vec((-600f32..600.0, -600f32..600.0), 15),
        moves in prop::collection::vec((0usize..15, -600f32..600.0, -600f32..600.0), 1..6),
    ) {
        let mut board = Board::default();
        for (i, (x, y)) in places.into_iter().enumerate() {
            let kind = crate::board::notation::NOTATION[i].kind;
            let sticky = Sticky { kind, at: Point::new(x, y), ..Sticky::default() };
            board.stickies.insert(StickyId(Id::new(0, u32::try_from(i).unwrap() + 1)), sticky);
        }
        for ((from, to), id) in links.into_iter().zip(100..) {
            let link = Link { from: StickyId(Id::new(0, from)), to: StickyId(Id::new(0, to)), ..Link::default() };
            board.links.insert(LinkId(Id::new(0, id)), link);
        }
        let mut scene = Scene::of(&board);
        for (i, x, y) in moves {
            let id = StickyId(Id::new(0, u32::try_from(i).unwrap() + 1));
            board.stickies.get_mut(&id).unwrap().at = Point::new(x, y);
            let key = Key::Sticky(id);
            prop_assert!(scene.follow(&board, &BTreeSet::from([&key])));
            prop_assert_eq!(drawn(&scene), drawn(&Scene::of(&board)));
        }
    }
}

/// What somebody does to a board, by numbers.
fn deed(document: &mut Document, (what, a, b, x, y): (u8, usize, usize, f32, f32)) {
    let board = document.board();
    let sticky = |at: usize| board.stickies.keys().cycle().nth(at % 40).copied();
    let link = |at: usize| board.links.keys().cycle().nth(at % 40).copied();
    let at = Point::new(x, y);
    let names = ["Paid", "Pay", "Shop"];
    let intent = match what {
        0 | 1 => {
            let kind = crate::board::notation::NOTATION[b % 16].kind;
            Some(Intent::PlaceSticky { kind, name: names[a % 3].into(), at })
        }
        2 | 3 => sticky(a).zip(sticky(b)).map(|(from, to)| Intent::Connect { from, to }),
        4 => sticky(a).map(|id| Intent::Remove { keys: vec![Key::Sticky(id)] }),
        5 => link(a).map(|id| Intent::Remove { keys: vec![Key::Link(id)] }),
        6 => sticky(a).map(|sticky| Intent::NameSticky { sticky, name: names[b % 3].into() }),
        7 => sticky(a).map(|id| Intent::Move { keys: vec![Key::Sticky(id)], dx: x, dy: y }),
        8 => link(a).map(|id| {
            let outcome = [Outcome::Always, Outcome::OneOf(1.0), Outcome::OneOf(3.0)][b % 3].clone();
            let changed = Link { outcome, ..document.board().links[&id].clone() };
            Intent::Change { label: "Change".into(), records: vec![Record::Link(id, Box::new(changed))] }
        }),
        9 => {
            let mode = [Mode::Synchronous, Mode::Asynchronous][b % 2];
            let pay = Record::Command("Pay".into(), Box::new(Command { mode, ..Command::default() }));
            let up = Some(f64::from(u32::try_from(a % 9).unwrap()) / 10.0);
            let shop =
                Record::Service("Shop".into(), Box::new(Service { availability: up, ..Service::default() }));
            Some(Intent::Change { label: "Describe".into(), records: vec![pay, shop] })
        }
        10 => return drop(document.redo()),
        _ => return drop(document.undo()),
    };
    if let Some(intent) = intent {
        let _ = document.perform(&intent);
    }
}

proptest! {
    #[test]
    fn following_edits_is_the_same_as_a_new_list(
        deeds in prop::collection::vec((0u8..13, 0usize..99, 0usize..99, -300f32..300.0, -300f32..300.0), 1..60),
        level in 0usize..3,
    ) {
        let level = [Level::BigPicture, Level::Process, Level::Design][level];
        let mut document = Document::new(Board::default(), None, 1);
        let mut scene = Scene::at_level(document.board(), level);
        for each in deeds {
            let before = document.revision();
            deed(&mut document, each);
            if !scene.follow(document.board(), &document.touched_since(before).unwrap()) {
                scene = Scene::at_level(document.board(), level);
            }
            prop_assert_eq!(drawn(&scene), drawn(&Scene::at_level(document.board(), level)));
        }
    }
}

#[test]
fn writing_a_board_and_taking_it_back_never_asks_for_a_new_list() {
    let mut document = Document::new(Board::default(), None, 1);
    let mut scene = Scene::of(document.board());
    let mut follow = |document: &Document, before| {
        assert!(scene.follow(document.board(), &document.touched_since(before).unwrap()));
        assert_eq!(drawn(&scene), drawn(&Scene::of(document.board())));
    };
    for n in 0..24 {
        let before = document.revision();
        deed(&mut document, (0, n, n, 40.0 * n as f32, 0.0));
        follow(&document, before);
        let before = document.revision();
        deed(&mut document, (2, n, n + 1, 0.0, 0.0));
        follow(&document, before);
        let before = document.revision();
        deed(&mut document, (6, n, n + 2, 0.0, 0.0));
        follow(&document, before);
    }
    while document.history().undo_label().is_some() {
        let before = document.revision();
        document.undo();
        follow(&document, before);
    }
    assert!(document.board().stickies.is_empty());
}

#[test]
fn what_changes_more_than_its_place_asks_for_a_new_list() {
    let mut board = board_of("Order placed -> Kitchen");
    let mut scene = Scene::of(&board);
    let id = *board.stickies.keys().next().unwrap();
    let key = Key::Sticky(id);
    board.stickies.get_mut(&id).unwrap().votes = 3;
    assert!(scene.follow(&board, &BTreeSet::from([&key])));
    assert_eq!(scene.sticky(id).unwrap().votes, 3);
    board.stickies.get_mut(&id).unwrap().layer = "zz".to_owned();
    assert!(!scene.follow(&board, &BTreeSet::from([&key])), "it now lies in front");
    let mut scene = Scene::of(&board);
    board.stickies.remove(&id);
    assert!(!scene.follow(&board, &BTreeSet::from([&key])), "its link is still there");
}
