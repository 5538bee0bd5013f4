//! What filters keep.

use super::*;
use crate::board::{Event, Service};
use crate::topology::derive;
use crate::topology::projection::{View, project_kept};
use crate::topology::tests::board;

fn names(board: &Board, filter: &Filter, view: View) -> Vec<String> {
    let topology = derive(board);
    let graph = project_kept(board, &topology, view, &filter.keep(board, &topology));
    graph.node_weights().map(|node| node.name.clone()).collect()
}

fn two_teams() -> Board {
    let mut board = board("Service:A -> Event:X -> Service:B -> Event:Y -> Service:C\nService:C -> Event:Z");
    for (service, team) in [("A", "Red"), ("B", "Red"), ("C", "Blue")] {
        board.services.insert(service.into(), Service { team: team.into(), ..Service::default() });
    }
    board.events.insert(
        "Y".into(),
        Event { class: EventClass::Component, visibility: Visibility::Private, ..Event::default() },
    );
    board
}

#[test]
fn a_team_shows_with_what_it_exchanges_and_with_whom() {
    let board = two_teams();
    let red = Filter { teams: ["Red".to_owned()].into(), ..Filter::default() };
    assert_eq!(names(&board, &red, View::Events), ["A", "B", "C", "X", "Y"]);
    let blue = Filter { teams: ["Blue".to_owned()].into(), ..Filter::default() };
    assert_eq!(names(&board, &blue, View::Events), ["B", "C", "Y", "Z"]);
    assert_eq!(names(&board, &blue, View::Services), ["B", "C"]);
    assert_eq!(teams(&board, &derive(&board)).into_iter().collect::<Vec<_>>(), ["Blue", "Red"]);
}

#[test]
fn a_class_shows_its_events_and_who_exchanges_them() {
    let board = two_teams();
    let component = Filter { classes: [EventClass::Component].into(), ..Filter::default() };
    assert_eq!(names(&board, &component, View::Events), ["B", "C", "Y"]);
    let public = Filter { visibilities: [Visibility::Public].into(), ..Filter::default() };
    assert_eq!(names(&board, &public, View::Events), ["A", "B", "C", "X", "Z"]);
    assert_eq!(names(&board, &public, View::Services), ["A", "B", "C"]);
    let both = Filter { teams: ["Blue".to_owned()].into(), ..component };
    assert_eq!(names(&board, &both, View::Events), ["B", "C", "Y"]);
}

#[test]
fn a_frame_shows_what_lies_in_it() {
    let mut board = two_teams();
    let frame = crate::board::Frame {
        at: crate::board::Point::new(-20.0, 130.0),
        size: crate::board::Size::new(400.0, 150.0),
        ..Default::default()
    };
    let id = FrameId(crate::board::Id::new(9, 1));
    board.frames.insert(id, frame);
    let filter = Filter { frames: [id].into(), ..Filter::default() };
    assert_eq!(names(&board, &filter, View::Events), ["C", "Z"]);
}

#[test]
fn an_empty_filter_leaves_nothing_out() {
    let board = two_teams();
    let topology = derive(&board);
    let whole = crate::topology::projection::project(&board, &topology, View::Events);
    assert!(Filter::default().is_empty());
    assert_eq!(names(&board, &Filter::default(), View::Events).len(), whole.node_count());
}
