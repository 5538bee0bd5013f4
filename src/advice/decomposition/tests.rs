//! What a proposal keeps, whatever the board.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::advice::explain::EventExplained;
use crate::advice::testing::{board, fields};
use crate::board::{Board, format};
use crate::edit::{Edit, apply};
use crate::topology::{MessageKind, RouteIx, derive};

fn cars() -> Board {
    let text = include_str!("../../../sample-boards/car-marketplace/god-event.ron");
    format::read(text, format::Syntax::Ron).unwrap()
}

fn explained(board: &Board, event: &str) -> EventExplained {
    let topology = derive(board);
    EventExplained::of(&Context::new(board, &topology), event).unwrap()
}

fn split(board: &Board, event: &str) -> Option<Edit> {
    let topology = derive(board);
    let context = Context::new(board, &topology).on(date(2026, 3, 1));
    let explained = EventExplained::of(&context, event)?;
    explained.proposal?.edit(&context, &explained.usage)
}

/// The fields a consumer says it uses, by the event it gets them from.
fn read_by(board: &Board, consumer: &str) -> BTreeMap<String, BTreeSet<String>> {
    let topology = derive(board);
    let context = Context::new(board, &topology);
    let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (at, route) in topology.routes.iter().enumerate() {
        if context.host_name(route.reaction) == consumer && topology[route.message].kind == MessageKind::Event
        {
            let fields = topology.fields_used(board, RouteIx(at)).into_iter().map(str::to_owned);
            read.entry(topology[route.message].name.clone()).or_default().extend(fields);
        }
    }
    read
}

#[test]
fn the_car_marketplace_finds_the_listing() {
    let explained = explained(&cars(), "VehicleUpdated");
    let proposal = explained.proposal.unwrap();
    let listing = proposal.parts.iter().find(|part| part.fields.contains(&"price".to_owned())).unwrap();
    assert_eq!(listing.fields, ["price", "published"], "{proposal:#?}");
    assert_eq!(listing.identity, ["vehicleId"]);
    assert_eq!(listing.consumers, ["Finance", "Order", "Search", "Vehicle Detail"]);
    for reason in ["ChangePrice", "PublishVehicle", "VehicleAcquired"] {
        assert!(listing.reasons.contains(&reason.to_owned()), "{reason}");
    }
    assert!(!listing.reasons.contains(&"CompleteRefurbishment".to_owned()), "{:?}", listing.reasons);
    let repaired = proposal.parts.iter().find(|part| part.fields == ["refurbComplete"]).unwrap();
    assert_eq!(
        (repaired.name.as_str(), repaired.consumers.as_slice()),
        ("RefurbishmentCompleted", &["Delivery".to_owned()][..])
    );
    assert!(proposal.stay.is_empty());
    assert!(proposal.share_before < 0.1 && proposal.share_after > 0.8, "{proposal:?}");
}

#[test]
fn the_old_event_goes_on_with_a_date_and_everybody_still_gets_what_they_read() {
    let old = cars();
    let edit = split(&old, "VehicleUpdated").unwrap();
    let mut new = old.clone();
    apply(&mut new, &edit.ops).unwrap();
    let version = &new.events["VehicleUpdated"].versions[0];
    assert_eq!(version.deprecated, "2026-05-30");
    assert_eq!(version.schema, old.events["VehicleUpdated"].versions[0].schema);
    keeps_the_promise(&old, &new, "VehicleUpdated").unwrap();
    // It reads as drawn by hand: nothing covers anything.
    let rects: Vec<_> = new.stickies.iter().map(|(id, sticky)| (id, sticky.rect())).collect();
    for (at, (a, rect)) in rects.iter().enumerate() {
        for (b, other) in &rects[at + 1..] {
            let apart = old.stickies.contains_key(a) && old.stickies.contains_key(b);
            assert!(apart || !rect.intersects(*other), "{a} covers {b}");
        }
    }
    let (before, mut back) = (old, new);
    apply(&mut back, &edit.inverse()).unwrap();
    assert_eq!(back, before);
}

/// Who was moved gets every field it read from an event that has it, published by whoever published the old one; the
/// old event is published for every reason it was.
fn keeps_the_promise(old: &Board, new: &Board, event: &str) -> Result<(), TestCaseError> {
    let proposal = explained(old, event).proposal.unwrap();
    let (before, after) = (derive(old), derive(new));
    let at = |topology: &crate::topology::Topology| topology.message(MessageKind::Event, event).unwrap();
    prop_assert_eq!(before[at(&before)].producers.len(), after[at(&after)].producers.len());
    let movers: BTreeSet<&String> = proposal.parts.iter().flat_map(|part| &part.consumers).collect();
    for mover in movers {
        let was = read_by(old, mover).remove(event).unwrap_or_default();
        let mut now = read_by(new, mover);
        prop_assert_eq!(now.remove(event), None, "{} has moved", mover);
        let mut got: BTreeSet<String> = BTreeSet::new();
        for part in proposal.parts.iter().filter(|part| now.contains_key(&part.name)) {
            for field in &now[&part.name] {
                prop_assert!(part.carried().any(|carried| carried == field), "{} lacks {}", part.name, field);
                prop_assert!(new.events[&part.name].versions[0].schema.field(field).is_some());
                got.insert(field.clone());
            }
        }
        prop_assert!(was.is_subset(&got), "{}: {:?} but {:?}", mover, was, got);
    }
    for part in &proposal.parts {
        let message = after.message(MessageKind::Event, &part.name).unwrap();
        prop_assert!(!after[message].producers.is_empty(), "nobody publishes {}", part.name);
        prop_assert_eq!(after.producers(message), after.producers(at(&after)));
    }
    Ok(())
}

#[test]
fn who_cannot_be_moved_stays_and_is_told_why() {
    let mut board = board(
        "Service:Inventory -> Event:VehicleUpdated -> Service:Search\n\
         Service:Inventory -> Event:VehicleUpdated -> Service:Order\n\
         Service:Inventory -> Event:VehicleUpdated -> Service:Finance",
    );
    fields(&mut board, "VehicleUpdated", 20);
    let to = |name: &str| *board.stickies.iter().find(|(_, sticky)| sticky.name == name).unwrap().0;
    let (search, order) = (to("Search"), to("Order"));
    for link in board.links.values_mut() {
        if link.to == search {
            link.fields = vec!["f1".into(), "f2".into()];
        } else if link.to == order {
            link.fields = vec!["f1".into()];
            link.filter = Some(serde_json::json!({"f3": ["x"]}));
        }
    }
    let proposal = explained(&board, "VehicleUpdated").proposal.unwrap();
    let stay: Vec<&str> = proposal.stay.iter().map(|staying| staying.consumer.as_str()).collect();
    assert_eq!(stay, ["Finance", "Order"]);
    assert!(proposal.stay[1].why.contains("filters"), "{:?}", proposal.stay);
    assert_eq!(proposal.parts[0].fields, ["f1", "f2"]);
}

#[test]
fn names_already_taken_are_refused() {
    let cars = cars();
    let topology = derive(&cars);
    let context = Context::new(&cars, &topology);
    let EventExplained { usage, proposal, .. } = EventExplained::of(&context, "VehicleUpdated").unwrap();
    let mut proposal = proposal.unwrap();
    for name in ["", " ", "VehicleSold", &proposal.parts[1].name.clone()] {
        proposal.parts[0].name = name.to_owned();
        assert!(proposal.edit(&context, &usage).is_none(), "{name}");
    }
    proposal.parts[0].name = "listingUpdated".into();
    assert!(proposal.edit(&context, &usage).is_some());
}

prop_compose! {
    /// A publisher with some triggers, an event of some fields, and readers that use some of them, some through
    /// channels.
    fn gods()(
        n in 2usize..24,
        reasons in prop::collection::vec(0usize..24, 1..5),
        readers in prop::collection::vec((prop::collection::vec(0usize..24, 0..6), any::<bool>(), 0usize..9), 1..7),
    ) -> Board {
        let mut lines: Vec<String> = reasons
            .iter()
            .enumerate()
            .map(|(at, field)| format!("Actor:P{} -> Command:SetF{} -> Service:Hub -> Event:ThingUpdated", at % 2, field + 1))
            .collect();
        for (at, (_, channel, who)) in readers.iter().enumerate() {
            let through = if *channel { format!("Channel:c{} -> ", at % 2) } else { String::new() };
            lines.push(format!("Event:ThingUpdated -> {through}Service:R{who}"));
        }
        let mut board = board(&lines.join("\n"));
        fields(&mut board, "ThingUpdated", n);
        let mut last: Vec<_> = board.links.iter().filter(|(_, link)| {
            let to = &board.stickies[&link.to];
            to.name.starts_with('R')
        }).map(|(id, _)| *id).collect();
        last.sort_unstable();
        for (id, (used, ..)) in last.into_iter().zip(&readers) {
            board.links.get_mut(&id).unwrap().fields = used.iter().map(|f| format!("f{}", f % n + 1)).collect();
        }
        board
    }
}

proptest! {
    #[test]
    fn every_split_keeps_what_was_promised(old in gods()) {
        if let Some(edit) = split(&old, "ThingUpdated") {
            let mut new = old.clone();
            prop_assert!(apply(&mut new, &edit.ops).is_ok());
            keeps_the_promise(&old, &new, "ThingUpdated")?;
            let proposal = explained(&old, "ThingUpdated").proposal.unwrap();
            prop_assert!(proposal.share_after > proposal.share_before);
            let again = split(&old, "ThingUpdated").unwrap();
            prop_assert_eq!(edit, again, "the same board, the same proposal");
            apply(&mut new, &split(&old, "ThingUpdated").unwrap().inverse()).unwrap();
            prop_assert_eq!(new, old);
        }
    }
}
