//! Who is affected: each question on small boards, and what holds of every board.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::board::{Link, LinkId, Mode, Service, StickyKind};
use crate::topology::tests::{any_board, board};
use crate::topology::{MessageKind, derive};

/// "name: effect", in the order of the answer.
fn answer(board: &Board, name: &str, change: Change) -> Vec<String> {
    let topology = derive(board);
    let asked = topology.named(board, name)[0];
    let affected = affected(board, &topology, asked, change);
    let line = |one: &Affected| {
        format!("{}: {}", topology.name_of(board, one.subject), report::effect_in_words(one))
    };
    affected.iter().map(line).collect()
}

/// The link from the sticky of one name to that of another.
fn link<'a>(board: &'a mut Board, from: &str, to: &str) -> (LinkId, &'a mut Link) {
    let name = |id| board.stickies[&id].name.as_str();
    let found = board.links.iter().find(|(_, l)| name(l.from) == from && name(l.to) == to).map(|(id, _)| *id);
    let id = found.unwrap();
    (id, board.links.get_mut(&id).unwrap())
}

/// A checkout that calls the balance, then publishes; mail and analysis listen.
const SHOP: &str = "Actor:Client -> Command:Buy -> Service:Store -> Command:Deduct -> Service:Balance
                    Event:Bought -> Service:Mail -> Event:Mailed
                    Event:Bought -> Service:Analysis
                    Event:Mailed -> Service:Analysis";

fn shop() -> Board {
    let mut board = board(SHOP);
    let find = |kind: StickyKind, name: &str| {
        *board.stickies.iter().find(|(_, s)| s.kind == kind && s.name == name).unwrap().0
    };
    let (from, to) = (find(StickyKind::Service, "Store"), find(StickyKind::Event, "Bought"));
    let id = LinkId(board.id_gen(0).mint());
    board.links.insert(id, Link { from, to, order: "z".into(), ..Link::default() });
    board
}

#[test]
fn a_changed_event_concerns_those_who_read_and_write_it_and_nobody_beyond() {
    let mut board = shop();
    link(&mut board, "Bought", "Mail").1.fields = vec!["orderId".into(), "email".into()];
    assert_eq!(
        answer(&board, "Bought", Change::Changes),
        ["Analysis: reads it", "Mail: reads it (orderId, email)", "Store: writes it"]
    );
    assert_eq!(answer(&board, "Balance", Change::Changes), ["Store: writes it"]);
    assert_eq!(
        answer(&board, "Store", Change::Changes),
        ["Analysis: reads it", "Mail: reads it (orderId, email)", "Client: writes it"]
    );
}

#[test]
fn callers_of_what_is_down_fail_and_what_they_no_longer_do_is_missed() {
    assert_eq!(
        answer(&shop(), "Balance", Change::Down),
        [
            "Store: fails",
            "Client: fails",
            "Analysis: hears nothing",
            "Mail: hears nothing",
            "Bought: stops",
            "Mailed: stops",
        ]
    );
    // Behind a queue nobody waits, so nobody fails.
    let queued = board(
        "Actor:Client -> Command:Buy -> Service:Store -> Command:Deduct -> Channel:Queue -> Service:Balance -> Event:Deducted",
    );
    assert_eq!(answer(&queued, "Balance", Change::Down), ["Deducted: stops"]);
}

#[test]
fn what_a_reaction_did_before_the_call_that_fails_has_happened() {
    let mut board = shop();
    link(&mut board, "Store", "Bought").1.order = "0".into();
    link(&mut board, "Store", "Deduct").1.order = "1".into();
    assert_eq!(answer(&board, "Balance", Change::Down), ["Store: fails", "Client: fails"]);
}

#[test]
fn a_caller_with_another_way_falls_back_unless_that_is_down_too() {
    let mut board = shop();
    let (deduct, _) = link(&mut board, "Store", "Deduct");
    let from = board.links[&deduct].from;
    let more = crate::topology::tests::board("Query:Credit -> Service:Bank\nService:Store");
    // The second way stands on the same board, under ids of its own.
    let mut ids = board.id_gen(0);
    let mut last = None;
    for (_, sticky) in more.stickies.iter().take(2) {
        let id = crate::board::StickyId(ids.mint());
        board.stickies.insert(id, sticky.clone());
        let start = last.replace(id).unwrap_or(from);
        let outcome = if start == from { Outcome::OnFailureOf(deduct) } else { Outcome::Always };
        board.links.insert(
            LinkId(ids.mint()),
            Link { from: start, to: id, outcome, order: "b".into(), ..Link::default() },
        );
    }
    assert_eq!(answer(&board, "Balance", Change::Down), ["Store: falls back"]);
    // The second way alone being down hurts nobody as long as the first one works.
    assert_eq!(answer(&board, "Bank", Change::Down), Vec::<String>::new());
    board.stickies.values_mut().filter(|s| s.name == "Bank").for_each(|s| s.name = "Balance".into());
    assert_eq!(answer(&board, "Balance", Change::Down)[..2], ["Store: fails", "Client: fails"]);
}

#[test]
fn silence_starves_those_with_no_other_source_and_the_rest_miss_something() {
    let board = board(
        "Service:A -> Event:X -> Service:B -> Event:Y -> Service:C
         Service:D -> Event:Y
         Event:X -> Service:D",
    );
    // A starts by itself; so does D's first reaction, which keeps Y coming.
    assert_eq!(
        answer(&board, "X", Change::Silent),
        ["B: hears nothing", "C: hears less", "D: hears less", "Y: comes less often",]
    );
    assert_eq!(answer(&board, "A", Change::Silent)[0], "B: hears nothing");
    assert_eq!(answer(&board, "C", Change::Silent), Vec::<String>::new());
}

#[test]
fn a_ring_that_nothing_outside_feeds_does_not_keep_itself_alive() {
    let board = board(
        "Service:A -> Event:X -> Service:B -> Event:Y\nEvent:Y -> Service:B -> Event:Z\nEvent:Z -> Service:B -> Event:Y",
    );
    assert_eq!(answer(&board, "A", Change::Silent), ["B: hears nothing", "X: stops", "Y: stops", "Z: stops"]);
}

#[test]
fn a_channel_that_is_down_fails_those_who_publish_there_and_then() {
    let mut board = board("Command:Buy -> Service:Store -> Event:Bought -> Channel:Bus -> Service:Mail");
    assert_eq!(answer(&board, "Bus", Change::Down), ["Store: fails", "Mail: hears nothing", "Bought: stops"]);
    let outbox = Service { publishing: Publishing::Outbox, ..Service::default() };
    board.services.insert("Store".into(), outbox);
    assert_eq!(answer(&board, "Bus", Change::Down), ["Mail: hears nothing"]);
    assert_eq!(answer(&board, "Bus", Change::Silent), ["Mail: hears nothing"]);
    assert_eq!(answer(&board, "Bus", Change::Changes), ["Mail: reads it", "Store: writes it"]);
}

#[test]
fn an_actor_who_stops_takes_along_what_only_that_actor_started() {
    let board = board("Actor:Client -> Command:Buy -> Service:Store -> Event:Bought");
    assert_eq!(
        answer(&board, "Client", Change::Silent),
        ["Store: hears nothing", "Bought: stops", "Buy: stops"]
    );
}

/// Whether one reaction can set another in motion, step by step and without any of the code under test.
fn downstream(topology: &Topology, from: Subject) -> BTreeSet<Subject> {
    let mut reached: BTreeSet<Subject> = BTreeSet::new();
    let mut todo: Vec<ReactionIx> = topology.reactions_of(from);
    todo.extend(topology.routes_of(from).iter().map(|route| topology[*route].reaction));
    reached.extend(topology.routes_of(from).iter().filter_map(|r| topology.reacting(topology[*r].reaction)));
    let mut seen: BTreeSet<ReactionIx> = todo.iter().copied().collect();
    while let Some(reaction) = todo.pop() {
        for output in &topology[reaction].outputs {
            reached.insert(Subject::Message(output.message));
            for route in &output.routes {
                let next = topology[*route].reaction;
                reached.extend(topology.reacting(next));
                if seen.insert(next) {
                    todo.push(next);
                }
            }
        }
    }
    reached.remove(&from);
    reached
}

proptest! {
    #[test]
    fn silence_reaches_exactly_what_is_downstream(board in any_board()) {
        let topology = derive(&board);
        for asked in topology.subjects(&board).filter(|s| !matches!(s, Subject::Actor(_))) {
            let found: BTreeSet<Subject> =
                by_silence(&board, &topology, asked).into_iter().map(|one| one.subject).collect();
            prop_assert_eq!(found, downstream(&topology, asked));
        }
    }

    #[test]
    fn every_answer_explains_itself(board in any_board()) {
        let topology = derive(&board);
        for asked in topology.subjects(&board) {
            for change in Change::ALL {
                for one in affected(&board, &topology, asked, change) {
                    prop_assert_ne!(one.subject, asked);
                    prop_assert_eq!(one.chain.first(), Some(&asked));
                    prop_assert_eq!(one.chain.last(), Some(&one.subject));
                    let either = matches!(one.effect, Effect::Reads | Effect::Writes);
                    prop_assert_eq!(either, change == Change::Changes);
                    if change == Change::Silent {
                        prop_assert!(matches!(one.effect, Effect::Starves | Effect::Misses));
                    }
                }
            }
        }
    }

    /// Who waits, directly or through others, for a service that is down is affected; with no failure branch on the
    /// board, it fails.
    #[test]
    fn whoever_waits_for_what_is_down_fails(board in any_board()) {
        let topology = derive(&board);
        for asked in (0..topology.parties.len()).map(|at| Subject::Party(crate::topology::PartyIx(at))) {
            let mut down: BTreeSet<ReactionIx> = topology.reactions_of(asked).into_iter().collect();
            loop {
                let waits = |reaction: &crate::topology::Reaction| reaction.outputs.iter().any(|output| {
                    output.mode == Mode::Synchronous
                        && topology[output.message].kind != MessageKind::Event
                        && output.routes.iter().any(|r| topology[*r].mode == Mode::Synchronous && down.contains(&topology[*r].reaction))
                });
                let more: Vec<ReactionIx> = (0..topology.reactions.len())
                    .map(ReactionIx)
                    .filter(|at| !down.contains(at) && waits(&topology[*at]))
                    .collect();
                if more.is_empty() {
                    break;
                }
                down.extend(more);
            }
            let expected: BTreeSet<Subject> =
                down.iter().filter_map(|at| topology.reacting(*at)).filter(|who| *who != asked).collect();
            let found: BTreeSet<Subject> = by_outage(&board, &topology, asked)
                .into_iter()
                .filter(|one| one.effect == Effect::Fails && !matches!(one.subject, Subject::Actor(_)))
                .map(|one| one.subject)
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
