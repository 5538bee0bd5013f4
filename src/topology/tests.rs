//! What a board implies: directions never swapped, names are identity, and the same as a naïve derivation.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::board::{Channel, Command, Frame, Id, Link, Point, Settings, Size, Sticky, notation};

/// A board from lines: `Kind:Name -> Kind:Name -> …`; the same word twice on one line is another sticky.
pub(super) fn board(lines: &str) -> Board {
    let mut board = Board { settings: Settings::default(), ..Board::default() };
    let mut ids = board.id_gen(0);
    for (row, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let mut last = None;
        for (column, word) in line.split(" -> ").enumerate() {
            let (kind, name) = word.split_once(':').unwrap();
            let kind = notation::NOTATION.iter().find(|row| format!("{:?}", row.kind) == kind).unwrap().kind;
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

fn names(topology: &Topology, parties: &[PartyIx]) -> Vec<String> {
    parties.iter().map(|party| topology[*party].name.clone()).collect()
}

#[test]
fn names_are_identity_across_stickies() {
    let board =
        board("Actor:Client -> Command:Buy -> Service:Store -> Event:Bought\nEvent:Bought -> Service:Mail");
    let topology = derive(&board);
    let bought = topology.message(MessageKind::Event, "Bought").unwrap();
    assert_eq!(names(&topology, &topology.producers(bought)), ["Store"]);
    assert_eq!(names(&topology, &topology.consumers(bought)), ["Mail"]);
    let entries: Vec<_> = topology.entries().map(|entry| topology[entry].name.as_str()).collect();
    assert_eq!(entries, ["Buy"]);
    assert!(topology.notes.is_empty(), "{:?}", topology.notes);
}

#[test]
fn a_channel_hands_on_what_enters_its_own_sticky() {
    let board = board(
        "Service:A -> Event:X -> Channel:bus -> Service:B\n\
         Service:A -> Event:Y -> Channel:bus -> Channel:q -> Service:C",
    );
    let topology = derive(&board);
    let y = topology.message(MessageKind::Event, "Y").unwrap();
    assert_eq!(names(&topology, &topology.consumers(y)), ["C"]);
    let route = &topology[topology[y].routes[0]];
    let channels: Vec<_> = route.channels.iter().map(|channel| topology[*channel].name.as_str()).collect();
    assert_eq!(channels, ["bus", "q"]);
    assert_eq!((route.links.len(), route.stations.len()), (3, 2));
}

#[test]
fn a_command_goes_where_its_own_sticky_leads() {
    let mut board = board(
        "Service:A -> Command:Do -> Channel:q -> Service:Worker\n\
         Service:B -> Command:Do -> Service:Worker\n\
         Service:C -> Command:Do",
    );
    board
        .commands
        .insert("Do".into(), Command { timeout: Some(Span::from_secs(1)), retries: 2, ..Command::default() });
    let topology = derive(&board);
    let output = |name: &str| {
        let reaction = topology.party(name).map(|party| topology[party].reactions[0]).unwrap();
        topology[reaction].outputs[0].clone()
    };
    assert_eq!((output("A").mode, output("A").routes.len()), (Mode::Asynchronous, 1));
    assert_eq!((output("B").mode, output("B").routes.len()), (Mode::Synchronous, 1));
    assert_eq!((output("B").timeout, output("B").retries), (Some(Span::from_secs(1)), 2));
    assert_eq!(output("C").routes.len(), 2);
}

#[test]
fn frames_host_policies_aggregates_and_read_models() {
    let mut board =
        board("Event:X -> Policy:Whenever -> Command:Do -> Aggregate:Stock\nEvent:X -> ReadModel:View");
    let topology = derive(&board);
    let parties: Vec<_> = topology.parties.iter().map(|party| party.name.as_str()).collect();
    assert_eq!(parties, ["Stock", "View"]);
    let frame = Frame {
        at: Point::new(-50.0, -50.0),
        size: Size::new(900.0, 900.0),
        service: "Shop".into(),
        ..Frame::default()
    };
    board.frames.insert(FrameId(Id::new(0, 99)), frame);
    let topology = derive(&board);
    let parties: Vec<_> = topology.parties.iter().map(|party| party.name.as_str()).collect();
    assert_eq!(parties, ["Shop"]);
    assert_eq!(topology[PartyIx(0)].reactions.len(), 3);
}

#[test]
fn the_default_channel_carries_what_passes_through_no_sticky() {
    let mut board = board("Service:A -> Event:X -> Service:B\nService:A -> Query:Q -> Service:B");
    board.settings.default_channel = "bus".into();
    board.channels.insert("bus".into(), Channel::default());
    let topology = derive(&board);
    let channels =
        |kind, name: &str| topology[topology[topology.message(kind, name).unwrap()].routes[0]].channels.len();
    assert_eq!((channels(MessageKind::Event, "X"), channels(MessageKind::Query, "Q")), (1, 0));
}

#[test]
fn what_means_nothing_is_noted() {
    let board =
        board("Event:X -> Event:Y\nService: -> Event:X\nHotspot:Why? -> Event:X\nCommand:Do -> Actor:Client");
    let topology = derive(&board);
    let messages: Vec<_> = topology.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("domain event to domain event means nothing")));
    assert!(messages.iter().any(|message| message.contains("no name yet")));
}

#[test]
fn a_ring_of_channels_ends() {
    let mut board = board("Service:A -> Event:X -> Channel:p -> Channel:q");
    let channels: Vec<StickyId> =
        board.stickies.iter().filter(|(_, s)| s.kind == StickyKind::Channel).map(|(id, _)| *id).collect();
    let mut ids = board.id_gen(0);
    board.links.insert(LinkId(ids.mint()), Link { from: channels[1], to: channels[0], ..Link::default() });
    assert!(derive(&board).routes.is_empty());
}

prop_compose! {
    pub(super) fn any_board()(
        stickies in prop::collection::vec((0usize..16, 0usize..6), 0..24),
        links in prop::collection::vec((0u32..26, 0u32..26), 0..60),
        frame in prop::option::of((0usize..3, 0f32..900.0)),
    ) -> Board {
        let mut board = Board::default();
        for (i, (kind, name)) in stickies.into_iter().enumerate() {
            let names = ["", "A", "B", "OrderPlaced", "Pay", "é ✓"];
            let at = Point::new((i % 6) as f32 * 150.0, (i / 6) as f32 * 150.0);
            let sticky = Sticky { kind: notation::NOTATION[kind].kind, name: names[name].into(), at, ..Sticky::default() };
            board.stickies.insert(StickyId(Id::new(0, i as u32)), sticky);
        }
        for (i, (from, to)) in links.into_iter().enumerate() {
            let link = Link { from: StickyId(Id::new(0, from)), to: StickyId(Id::new(0, to)), ..Link::default() };
            board.links.insert(LinkId(Id::new(1, i as u32)), link);
        }
        if let Some((service, w)) = frame {
            let frame = Frame { size: Size::new(w, 500.0), service: ["", "A", "Host"][service].into(), ..Frame::default() };
            board.frames.insert(FrameId(Id::new(2, 0)), frame);
        }
        board
    }
}

/// The host of a reaction, said once more and independently.
fn naive_host(board: &Board, sticky: &Sticky) -> Option<String> {
    let of_frame = board.frames_around(sticky).map(|(_, f)| f.service.clone()).find(|s| !s.is_empty());
    let own = (!sticky.name.is_empty()).then(|| sticky.name.clone());
    match sticky.kind {
        StickyKind::Service | StickyKind::External => own,
        StickyKind::Aggregate | StickyKind::ReadModel => of_frame.or(own),
        StickyKind::Policy => of_frame,
        _ => None,
    }
}

/// (event, publisher) and (event, subscriber) pairs, found link by link.
fn naive(board: &Board) -> (BTreeSet<(String, String)>, BTreeSet<(String, String)>) {
    let (mut published, mut subscribed) = (BTreeSet::new(), BTreeSet::new());
    for link in board.links.values() {
        let (Some(from), Some(to)) = (board.stickies.get(&link.from), board.stickies.get(&link.to)) else {
            continue;
        };
        let publishes = matches!(
            from.kind,
            StickyKind::Service | StickyKind::Aggregate | StickyKind::External | StickyKind::ReadModel
        );
        if publishes && to.kind == StickyKind::Event && !to.name.is_empty() {
            published.extend(naive_host(board, from).map(|host| (to.name.clone(), host)));
        }
    }
    for (id, event) in
        board.stickies.iter().filter(|(_, s)| s.kind == StickyKind::Event && !s.name.is_empty())
    {
        let (mut reached, mut todo) = (BTreeSet::new(), vec![*id]);
        while let Some(at) = todo.pop() {
            for link in board.links.values().filter(|link| link.from == at) {
                let Some(to) = board.stickies.get(&link.to) else { continue };
                if to.kind == StickyKind::Channel && reached.insert(link.to) {
                    todo.push(link.to);
                } else if to.kind.is_reaction() {
                    subscribed.extend(naive_host(board, to).map(|host| (event.name.clone(), host)));
                }
            }
        }
    }
    (published, subscribed)
}

proptest! {
    #[test]
    fn publishers_and_subscribers_are_never_swapped(board in any_board()) {
        let topology = derive(&board);
        let pairs = |of: fn(&Topology, MessageIx) -> Vec<PartyIx>| -> BTreeSet<(String, String)> {
            topology
                .of_kind(MessageKind::Event)
                .flat_map(|(at, event)| names(&topology, &of(&topology, at)).into_iter().map(|party| (event.name.clone(), party)))
                .collect()
        };
        let (published, subscribed) = naive(&board);
        prop_assert_eq!(pairs(Topology::producers), published);
        prop_assert_eq!(pairs(Topology::consumers), subscribed);
        let graph = projection::project(&board, &topology, projection::View::Events);
        for edge in graph.edge_indices() {
            let (from, to) = graph.edge_endpoints(edge).unwrap();
            let (from, to) = (graph[from].kind, graph[to].kind);
            match graph[edge].kind {
                EdgeKind::Publishes => prop_assert_eq!(to, NodeKind::Event),
                EdgeKind::Subscribes => prop_assert_eq!(from, NodeKind::Event),
                EdgeKind::Enters => prop_assert_eq!(to, NodeKind::Channel),
                EdgeKind::Leaves => prop_assert_eq!(from, NodeKind::Channel),
                _ => {}
            }
        }
    }

    #[test]
    fn views_are_derived_the_same_each_time(board in any_board()) {
        let (a, b) = (derive(&board), derive(&board));
        prop_assert_eq!(format!("{a:?}"), format!("{b:?}"));
        let events = projection::project(&board, &a, projection::View::Events);
        for view in projection::View::ALL {
            let graph = projection::project(&board, &a, view);
            prop_assert!(graph.node_count() <= events.node_count());
        }
    }
}
