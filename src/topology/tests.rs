//! What a board implies: directions never swapped, names are identity, and the same as a naïve derivation.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
pub(super) use crate::board::testing::board;
use crate::board::{Channel, Command, Frame, Id, Link, Point, Size, Sticky, notation};

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
        links in prop::collection::vec((0u32..26, 0u32..26, 0usize..8), 0..60),
        frame in prop::option::of((0usize..3, 0f32..900.0)),
        queued in any::<bool>(),
    ) -> Board {
        let mut board = Board::default();
        if queued {
            board.commands.insert("Pay".into(), Command { mode: Mode::Asynchronous, ..Command::default() });
        }
        for (i, (kind, name)) in stickies.into_iter().enumerate() {
            let names = ["", "A", "B", "OrderPlaced", "Pay", "é ✓"];
            let at = Point::new((i % 6) as f32 * 150.0, (i / 6) as f32 * 150.0);
            let sticky = Sticky { kind: notation::NOTATION[kind].kind, name: names[name].into(), at, ..Sticky::default() };
            board.stickies.insert(StickyId(Id::new(0, i as u32)), sticky);
        }
        for (i, (from, to, mode)) in links.into_iter().enumerate() {
            let mode = [Some(Mode::Asynchronous), Some(Mode::Synchronous)].get(mode).copied().flatten();
            let link = Link { from: StickyId(Id::new(0, from)), to: StickyId(Id::new(0, to)), mode, ..Link::default() };
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

/// What travels, by kind and name.
type Named = (MessageKind, String);

/// One way of a message to a reaction, said once more and independently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    message: Named,
    /// The message's sticky.
    from: StickyId,
    /// The channel it comes out of; none when it comes straight.
    channel: Option<String>,
    to: StickyId,
    waits: bool,
}

/// A board read link by link, with no index and no order.
struct Naive<'a> {
    board: &'a Board,
}

impl Naive<'_> {
    fn message(&self, id: StickyId) -> Option<Named> {
        let sticky = self.board.stickies.get(&id)?;
        let kind = match sticky.kind {
            StickyKind::Event => MessageKind::Event,
            StickyKind::Command => MessageKind::Command,
            StickyKind::Query => MessageKind::Query,
            _ => return None,
        };
        (!sticky.name.is_empty()).then(|| (kind, sticky.name.clone()))
    }

    fn host(&self, id: StickyId) -> Option<String> {
        naive_host(self.board, &self.board.stickies[&id])
    }

    /// Whether a reaction of this kind may get such a message straight.
    fn gets(kind: MessageKind, to: StickyKind) -> bool {
        use StickyKind::{Aggregate, External, Policy, ReadModel, Service};
        match kind {
            MessageKind::Event => matches!(to, Service | Aggregate | External | Policy | ReadModel),
            MessageKind::Command => matches!(to, Service | Aggregate | External),
            MessageKind::Query => matches!(to, Service | Aggregate | External | ReadModel),
        }
    }

    /// Whether a reaction of this kind may give out such a message.
    fn gives(from: StickyKind, kind: MessageKind) -> bool {
        match from {
            StickyKind::Service | StickyKind::Aggregate | StickyKind::External => true,
            StickyKind::Policy => kind != MessageKind::Event,
            StickyKind::ReadModel => kind != MessageKind::Command,
            _ => false,
        }
    }

    fn ways(&self) -> BTreeSet<Way> {
        let mut ways = BTreeSet::new();
        for from in self.board.stickies.keys() {
            let Some(message) = self.message(*from) else { continue };
            let (mut reached, mut todo) = (BTreeSet::new(), vec![*from]);
            while let Some(at) = todo.pop() {
                for link in self.board.links.values().filter(|link| link.from == at) {
                    let Some(to) = self.board.stickies.get(&link.to) else { continue };
                    let travels = message.0 != MessageKind::Query && to.kind == StickyKind::Channel;
                    if travels && reached.insert(link.to) {
                        todo.push(link.to);
                    }
                    let channel = (at != *from).then(|| self.board.stickies[&at].name.clone());
                    let gets = if channel.is_some() {
                        to.kind.is_reaction()
                    } else {
                        Self::gets(message.0, to.kind)
                    };
                    if gets {
                        let stated =
                            self.board.commands.get(&message.1).map_or_else(Mode::default, |c| c.mode);
                        let waits = match message.0 {
                            MessageKind::Event => false,
                            MessageKind::Query => true,
                            MessageKind::Command => {
                                channel.is_none() && link.mode.unwrap_or(stated) == Mode::Synchronous
                            }
                        };
                        ways.insert(Way {
                            message: message.clone(),
                            from: *from,
                            channel,
                            to: link.to,
                            waits,
                        });
                    }
                }
            }
        }
        ways
    }

    /// Who gives out which message, and the sticky at which it does.
    fn outputs(&self) -> BTreeSet<(StickyId, Named, StickyId)> {
        let mut outputs = BTreeSet::new();
        for link in self.board.links.values() {
            let (Some(from), Some(message)) = (self.board.stickies.get(&link.from), self.message(link.to))
            else {
                continue;
            };
            if Self::gives(from.kind, message.0) {
                outputs.insert((link.from, message, link.to));
            }
        }
        outputs
    }

    /// Whose message reaches whom.
    fn dependencies(&self) -> BTreeSet<(String, String, String)> {
        let ways = self.ways();
        let mut found = BTreeSet::new();
        for (from, message, sticky) in self.outputs() {
            let same = || ways.iter().filter(|way| way.message == message);
            let local = same().filter(|way| way.from == sticky).count();
            // A sticky of a command or query that leads somewhere stands for that way alone.
            let taken =
                same().filter(|way| message.0 == MessageKind::Event || local == 0 || way.from == sticky);
            for way in taken {
                if let (Some(a), Some(b)) = (self.host(from), self.host(way.to))
                    && a != b
                {
                    found.insert((a, b, message.1.clone()));
                }
            }
        }
        found
    }
}

proptest! {
    #[test]
    fn publishers_and_subscribers_are_never_swapped(board in any_board()) {
        let topology = derive(&board);
        let naive = Naive { board: &board };
        type Pairs = BTreeSet<(Named, String)>;
        let pairs = |of: fn(&Topology, MessageIx) -> Vec<PartyIx>| -> Pairs {
            let all = topology.messages.iter().enumerate();
            all.flat_map(|(at, message)| {
                let parties = names(&topology, &of(&topology, MessageIx(at)));
                parties.into_iter().map(|party| ((message.kind, message.name.clone()), party))
            })
            .collect()
        };
        let given: Pairs = naive
            .outputs()
            .into_iter()
            .filter_map(|(from, message, _)| Some((message, naive.host(from)?)))
            .collect();
        let got: Pairs =
            naive.ways().into_iter().filter_map(|way| Some((way.message, naive.host(way.to)?))).collect();
        prop_assert_eq!(pairs(Topology::producers), given);
        prop_assert_eq!(pairs(Topology::consumers), got);
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
    fn the_derived_graph_is_that_of_a_naive_derivation(board in any_board()) {
        let topology = derive(&board);
        let naive = Naive { board: &board };
        let ways: BTreeSet<Way> = topology
            .routes
            .iter()
            .map(|route| Way {
                message: (topology[route.message].kind, topology[route.message].name.clone()),
                from: route.from,
                channel: route.stations.last().map(|station| board.stickies[station].name.clone()),
                to: topology[route.reaction].sticky,
                waits: route.mode == Mode::Synchronous,
            })
            .collect();
        prop_assert_eq!(ways, naive.ways());
        let outputs: BTreeSet<(StickyId, Named, StickyId)> = topology
            .reactions
            .iter()
            .flat_map(|reaction| reaction.outputs.iter().map(|output| {
                let message = &topology[output.message];
                (reaction.sticky, (message.kind, message.name.clone()), output.sticky)
            }))
            .collect();
        prop_assert_eq!(outputs, naive.outputs());
        let graph = projection::project(&board, &topology, projection::View::Services);
        let edges: BTreeSet<(String, String, String)> = graph
            .edge_indices()
            .flat_map(|edge| {
                let (from, to) = graph.edge_endpoints(edge).unwrap();
                let (from, to) = (graph[from].name.clone(), graph[to].name.clone());
                graph[edge].messages.iter().map(move |name| (from.clone(), to.clone(), name.clone()))
            })
            .collect();
        prop_assert_eq!(edges, naive.dependencies());
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
