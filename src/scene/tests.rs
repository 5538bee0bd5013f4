//! What the display list promises.

use super::*;
use crate::board::{Id, IdGen, Link, Service, Sticky};
use crate::view::outline;

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
