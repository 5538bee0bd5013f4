//! What the figures of a board promise: the talks' numbers, fallbacks, channels, exclusive branches, what-if as edits.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::availability::*;
use crate::board::{
    Board, Channel, Command, Id, Link, LinkId, Mode, Outcome, Point, Publishing, Replicas, Service, Span,
    Sticky, StickyId, StickyKind, notation,
};
use crate::edit::apply;
use crate::topology::{MessageKind, Output, ReactionIx, Topology, derive};

/// A board from lines: `Kind:Name -> Kind:Name -> …`. A word ending in `#n` is the same sticky wherever it stands.
fn board(lines: &str) -> Board {
    let mut board = Board::default();
    let mut ids = board.id_gen(0);
    let mut known: Vec<(String, StickyId)> = Vec::new();
    for (row, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let mut last = None;
        for (column, word) in line.split(" -> ").enumerate() {
            let id = known.iter().find(|(w, _)| w == word && w.contains('#')).map(|(_, id)| *id);
            let id = id.unwrap_or_else(|| {
                let (kind, name) = word.split_once(':').unwrap();
                let name = name.split('#').next().unwrap().to_owned();
                let kind =
                    notation::NOTATION.iter().find(|row| format!("{:?}", row.kind) == kind).unwrap().kind;
                let id = StickyId(ids.mint());
                let at = Point::new(200.0 * column as f32, 150.0 * row as f32);
                board.stickies.insert(id, Sticky { kind, name, at, ..Sticky::default() });
                known.push((word.to_owned(), id));
                id
            });
            if let Some(from) = last {
                let order = format!("{row:02}");
                board.links.insert(LinkId(ids.mint()), Link { from, to: id, order, ..Link::default() });
            }
            last = Some(id);
        }
    }
    board
}

fn service(board: &mut Board, name: &str, availability: f64) {
    let service =
        Service { availability: Some(availability), publishing: Publishing::Outbox, ..Service::default() };
    board.services.insert(name.to_owned(), service);
}

/// The avatar store's checkout, with every service up 99.7 % of the time.
fn checkout() -> Board {
    let mut b = board(
        "Actor:Client -> Command:CreateCheckout -> Service:Store#1
         Service:Store#1 -> Query:GetPackage -> Service:Inventory
         Service:Store#1 -> Command:DeductBalance -> Service:Balance
         Service:Store#1 -> Command:AssignAvatar -> Service:Inventory",
    );
    for name in ["Store", "Inventory", "Balance"] {
        service(&mut b, name, 0.997);
    }
    b
}

fn entry(board: &Board, name: &str) -> EntryReport {
    let topology = derive(board);
    let entry = topology.messages_named(name).next().unwrap();
    entry_report(board, &topology, entry, &Limits::default())
}

fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-12, "{actual} is not {expected}");
}

/// The link between the first two stickies of these names.
fn link(board: &Board, from: &str, to: &str) -> LinkId {
    let named = |id: &StickyId, name: &str| board.stickies[id].name == name;
    *board.links.iter().find(|(_, l)| named(&l.from, from) && named(&l.to, to)).unwrap().0
}

#[test]
fn three_services_at_997_answer_991027() {
    let report = entry(&checkout(), "CreateCheckout");
    close(report.availability, 0.997_f64.powi(3));
    assert_eq!(format!("{:.6} {:.1}", report.availability, report.downtime_hours), "0.991027 78.7");
    assert_eq!(report.weakest, ["Balance", "Inventory", "Store"]);
    let calls: Vec<String> =
        report.calls.iter().map(|c| format!("{}{}", " ".repeat(c.depth), c.message)).collect();
    assert_eq!(calls, ["CreateCheckout", " GetPackage", " DeductBalance", " AssignAvatar"]);
    assert!(report.completion.parts.is_empty() && report.waits);
}

#[test]
fn choreography_accepts_with_the_first_service_alone() {
    let mut b = board(
        "Actor:Client -> Command:CreateCheckout -> Service:Store -> Event:CheckoutCreated -> Channel:q -> Service:Balance#1
         Service:Balance#1 -> Event:BalanceDeducted -> Channel:r -> Service:Inventory",
    );
    for name in ["Store", "Inventory", "Balance"] {
        service(&mut b, name, 0.997);
    }
    let report = entry(&b, "CreateCheckout");
    close(report.availability, 0.997);
    assert_eq!(report.completion.parts, ["Balance", "Inventory", "q", "r"]);
    close(report.completion.undelayed, 0.997_f64.powi(3));
}

#[test]
fn a_channel_counts_where_the_publisher_has_no_outbox() {
    let mut b =
        board("Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Channel:bus -> Service:Mail");
    service(&mut b, "Store", 0.99);
    b.channels.insert("bus".into(), Channel { availability: Some(0.9), ..Channel::default() });
    close(entry(&b, "Buy").availability, 0.99);
    b.services.get_mut("Store").unwrap().publishing = Publishing::Direct;
    let report = entry(&b, "Buy");
    close(report.availability, 0.99 * 0.9);
    assert_eq!(report.weakest, ["bus"]);
    b.channels.get_mut("bus").unwrap().availability = None;
    close(entry(&b, "Buy").availability, 0.99);
}

#[test]
fn an_asynchronous_entry_is_accepted_by_its_channel() {
    let mut b = board("Actor:Client -> Command:Buy -> Channel:q -> Service:Store");
    service(&mut b, "Store", 0.5);
    b.channels.insert("q".into(), Channel { availability: Some(0.999), ..Channel::default() });
    let report = entry(&b, "Buy");
    close(report.availability, 0.999);
    assert!(!report.waits);
    assert_eq!(report.completion.parts, ["Store", "q"]);
}

#[test]
fn a_cached_answer_stands_in_for_a_failed_query() {
    let mut b = board(
        "Actor:Client -> Command:Buy -> Service:Store#1
         Service:Store#1 -> Query:GetPrice -> External:Pricing
         Service:Store#1 -> Query:GetCachedPrice -> Service:Cache",
    );
    service(&mut b, "Store", 0.999);
    service(&mut b, "Pricing", 0.9);
    service(&mut b, "Cache", 0.95);
    close(entry(&b, "Buy").availability, 0.999 * 0.9 * 0.95);
    let (asks, cached) = (link(&b, "Store", "GetPrice"), link(&b, "Store", "GetCachedPrice"));
    b.links.get_mut(&cached).unwrap().outcome = Outcome::OnFailureOf(asks);
    let report = entry(&b, "Buy");
    close(report.availability, 0.999 * (1.0 - 0.1 * 0.05));
    assert!(report.calls.iter().any(|c| c.message == "GetCachedPrice" && c.on_failure));
    // Two caches in a row.
    service(&mut b, "Cache", 0.0);
    close(entry(&b, "Buy").availability, 0.999 * 0.9);
}

#[test]
fn undoing_an_earlier_step_is_no_answer() {
    let mut b = board(
        "Actor:Client -> Command:Buy -> Service:Store#1
         Service:Store#1 -> Command:Deduct -> Service:Balance
         Service:Store#1 -> Command:Assign -> Service:Inventory
         Service:Store#1 -> Command:Refund -> Service:Balance
         Service:Store#1 -> Event:BuyFailed",
    );
    for name in ["Store", "Balance", "Inventory"] {
        service(&mut b, name, 0.9);
    }
    let assign = link(&b, "Store", "Assign");
    for name in ["Refund", "BuyFailed"] {
        let id = link(&b, "Store", name);
        b.links.get_mut(&id).unwrap().outcome = Outcome::OnFailureOf(assign);
    }
    close(entry(&b, "Buy").availability, 0.9_f64.powi(3));
}

#[test]
fn exclusive_branches_are_weighed() {
    let mut b = board(
        "Actor:Client -> Command:Pay -> Service:Till#1
         Service:Till#1 -> Command:PayByCard -> External:Cards
         Service:Till#1 -> Command:PayByInvoice -> Service:Books",
    );
    service(&mut b, "Cards", 0.9);
    service(&mut b, "Books", 0.99);
    for (name, weight) in [("PayByCard", 3.0), ("PayByInvoice", 1.0)] {
        let id = link(&b, "Till", name);
        b.links.get_mut(&id).unwrap().outcome = Outcome::OneOf(weight);
    }
    let report = entry(&b, "Pay");
    close(report.availability, 0.75 * 0.9 + 0.25 * 0.99);
    assert_eq!(report.weakest, ["Cards"]);
    assert_eq!(report.notes, ["No availability is stated for Till: taken as always up"]);
}

#[test]
fn replicas_and_repair_times() {
    let mut b = board("Actor:Client -> Command:Buy -> Service:Store");
    let hours = |h: u64| Some(Span::from_secs(3_600 * h));
    let service = Service { mttf: hours(997), mttr: hours(3), availability: Some(0.1), ..Service::default() };
    b.services.insert("Store".into(), service);
    close(entry(&b, "Buy").availability, 0.997);
    b.services.get_mut("Store").unwrap().replicas = Some(Replicas { count: 3, needed: 2 });
    assert!((entry(&b, "Buy").availability - 0.999_973_054).abs() < 1e-9);
}

#[test]
fn calls_in_a_circle_need_each_other() {
    let mut b = board(
        "Actor:Client -> Command:A -> Service:One#1 -> Command:B -> Service:Two#1 -> Query:C -> Service:One#1
         Actor:Client -> Command:D -> Service:Two#1",
    );
    service(&mut b, "One", 0.9);
    service(&mut b, "Two", 0.8);
    close(entry(&b, "A").availability, 0.72);
    close(entry(&b, "D").availability, 0.72);
}

#[test]
fn a_queue_a_view_and_a_replica_spare_what_their_edits_spare() {
    let b = checkout();
    let topology = derive(&b);
    let entry_ix = topology.messages_named("CreateCheckout").next().unwrap();
    let gains = rank(&b, &topology, entry_ix, &Limits::default());
    let names: Vec<String> = gains.iter().map(Gain::name).collect();
    assert_eq!(
        names,
        [
            "queue:DeductBalance",
            "projection:GetPackage + queue:AssignAvatar",
            "replica:Store",
            "replica:Inventory",
            "replica:Balance"
        ]
    );
    close(gains[0].availability, 0.997 * 0.997);
    for gain in &gains {
        let mut built = b.clone();
        for change in &gain.changes {
            let edit = change.edit(&built, &derive(&built), 0).unwrap();
            apply(&mut built, &edit.ops).unwrap();
        }
        close(entry(&built, "CreateCheckout").availability, gain.availability);
    }
    // The view is fed by an event of the service asked until now.
    let change = &gains[1].changes[0];
    let mut built = b.clone();
    apply(&mut built, &change.edit(&b, &topology, 0).unwrap().ops).unwrap();
    let topology = derive(&built);
    let view = topology.messages_named("PackageChanged").next().unwrap();
    let names = |parties: Vec<crate::topology::PartyIx>| -> Vec<String> {
        parties.into_iter().map(|p| topology[p].name.clone()).collect()
    };
    assert_eq!(names(topology.producers(view)), ["Inventory"]);
    assert_eq!(names(topology.consumers(view)), ["Store"]);
}

#[test]
fn a_sender_that_insisted_on_waiting_lets_go() {
    let mut b = checkout();
    let sends = link(&b, "Store", "DeductBalance");
    b.links.get_mut(&sends).unwrap().mode = Some(Mode::Synchronous);
    b.commands.insert("DeductBalance".into(), Command { mode: Mode::Asynchronous, ..Command::default() });
    let handled = link(&b, "DeductBalance", "Balance");
    b.links.get_mut(&handled).unwrap().mode = Some(Mode::Synchronous);
    close(entry(&b, "CreateCheckout").availability, 0.997_f64.powi(3));
    let topology = derive(&b);
    let entry_ix = topology.messages_named("CreateCheckout").next().unwrap();
    let queue = alternatives(&b, &topology, entry_ix).into_iter().find(|w| matches!(w, WhatIf::Queue { .. }));
    let edit = queue.unwrap().edit(&b, &topology, 0).unwrap();
    apply(&mut b, &edit.ops).unwrap();
    close(entry(&b, "CreateCheckout").availability, 0.997_f64.powi(2));
}

prop_compose! {
    /// Boards of calls between few services, circles and fallbacks included.
    fn calls()(
        stickies in prop::collection::vec((0usize..7, 0usize..5), 1..18),
        links in prop::collection::vec((0u32..18, 0u32..18, 0u32..40), 0..50),
        up in prop::collection::vec(0.0..=1.0_f64, 5),
    ) -> Board {
        let mut board = Board::default();
        use StickyKind as K;
        let kinds = [K::Command, K::Query, K::Service, K::Service, K::Event, K::Channel, K::Policy];
        for (i, (kind, name)) in stickies.into_iter().enumerate() {
            let name = ["A", "B", "C", "D", "E"][name].to_owned();
            let at = Point::new((i % 6) as f32 * 150.0, (i / 6) as f32 * 150.0);
            let id = StickyId(Id::new(0, i as u32));
            board.stickies.insert(id, Sticky { kind: kinds[kind], name, at, ..Sticky::default() });
        }
        for (i, (from, to, rest_on)) in links.into_iter().enumerate() {
            let outcome = if rest_on < 12 { Outcome::OnFailureOf(LinkId(Id::new(1, rest_on))) } else { Outcome::Always };
            let (from, to) = (StickyId(Id::new(0, from)), StickyId(Id::new(0, to)));
            board.links.insert(LinkId(Id::new(1, i as u32)), Link { from, to, outcome, ..Link::default() });
        }
        for (name, up) in ["A", "B", "C", "D", "E"].into_iter().zip(up) {
            let service = Service { availability: Some(up), publishing: Publishing::Outbox, ..Service::default() };
            board.services.insert(name.to_owned(), service);
        }
        board
    }
}

/// Does every one of `routes` answer when exactly the parties in `up` are up? Said once more and independently: all
/// reactions are taken to answer, and struck out until nothing changes.
fn answers(topology: &Topology, up: &BTreeSet<&str>, routes: &[crate::topology::RouteIx]) -> bool {
    let mut answering: BTreeSet<ReactionIx> = (0..topology.reactions.len()).map(ReactionIx).collect();
    let route_ok = |answering: &BTreeSet<ReactionIx>, at: crate::topology::RouteIx| {
        topology[at].mode == Mode::Asynchronous || answering.contains(&topology[at].reaction)
    };
    loop {
        let before = answering.len();
        let output_ok =
            |o: &Output| o.mode == Mode::Asynchronous || o.routes.iter().all(|r| route_ok(&answering, *r));
        let next = answering.iter().copied().filter(|at| {
            let reaction = &topology[*at];
            let host_up = reaction.host.is_none_or(|h| up.contains(topology[h].name.as_str()));
            let hosts = |o: &Output| -> BTreeSet<_> {
                o.routes.iter().filter_map(|r| topology[topology[*r].reaction].host).collect()
            };
            let called: BTreeSet<_> =
                reaction.outputs.iter().filter(|o| o.outcome == Outcome::Always).flat_map(hosts).collect();
            let saved = |failed: &Output| {
                let mut reach = BTreeSet::from([failed.link]);
                loop {
                    let more: Vec<_> = reaction
                        .outputs
                        .iter()
                        .filter(|o| {
                            let kind = topology[o.message].kind;
                            let undoes = kind == MessageKind::Command && !hosts(o).is_disjoint(&called);
                            matches!(o.outcome, Outcome::OnFailureOf(l) if reach.contains(&l))
                                && kind != MessageKind::Event
                                && !undoes
                                && !reach.contains(&o.link)
                        })
                        .collect();
                    if more.is_empty() {
                        return reaction.outputs.iter().any(|o| reach.contains(&o.link) && output_ok(o));
                    }
                    reach.extend(more.into_iter().map(|o| o.link));
                }
            };
            host_up && reaction.outputs.iter().filter(|o| o.outcome == Outcome::Always).all(saved)
        });
        let next: BTreeSet<ReactionIx> = next.collect();
        answering = next;
        if answering.len() == before {
            return routes.iter().all(|r| route_ok(&answering, *r));
        }
    }
}

proptest! {
    #[test]
    fn any_board_agrees_with_enumeration(b in calls()) {
        let topology = derive(&b);
        let names: Vec<&str> = b.services.keys().map(String::as_str).collect();
        for (at, message) in topology.messages.iter().enumerate() {
            if message.kind == MessageKind::Event {
                continue;
            }
            let report = entry_report(&b, &topology, crate::topology::MessageIx(at), &Limits::default());
            let mut expected = 0.0;
            for state in 0..1_u32 << names.len() {
                let is_up = |i: usize| state >> i & 1 == 1;
                let up: BTreeSet<&str> = (0..names.len()).filter(|i| is_up(*i)).map(|i| names[i]).collect();
                if answers(&topology, &up, &message.routes) {
                    expected += (0..names.len()).map(|i| {
                        let a = b.services[names[i]].availability.unwrap();
                        if is_up(i) { a } else { 1.0 - a }
                    }).product::<f64>();
                }
            }
            prop_assert!((report.availability - expected).abs() < 1e-9, "{} {} {expected}", message.name, report.availability);
        }
    }

    #[test]
    fn every_what_if_gives_what_its_edit_gives(b in calls()) {
        let topology = derive(&b);
        for (at, message) in topology.messages.iter().enumerate().filter(|(_, m)| m.kind != MessageKind::Event) {
            let entry = crate::topology::MessageIx(at);
            for what_if in alternatives(&b, &topology, entry) {
                let predicted = report_with(&b, &topology, entry, std::slice::from_ref(&what_if), &Limits::default());
                let edit = what_if.edit(&b, &topology, 3).unwrap();
                let mut built = b.clone();
                apply(&mut built, &edit.ops).unwrap();
                let after = derive(&built);
                let same = after.message(message.kind, &message.name).unwrap();
                let real = entry_report(&built, &after, same, &Limits::default());
                prop_assert!((predicted.availability - real.availability).abs() < 1e-9,
                    "{what_if} {} {}", predicted.availability, real.availability);
                apply(&mut built, &edit.inverse()).unwrap();
                prop_assert_eq!(&built, &b);
            }
        }
    }
}
