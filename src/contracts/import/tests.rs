//! Round trips of our own documents, direction and merging of foreign ones, and input that means harm.

mod flows;
mod foreign;
mod hostile;
mod round_trips;

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::contracts::model::Action;
use crate::contracts::{Format, Model, Options};
use crate::topology::derive;

/// Everything the round trip must keep, as sentences.
fn said(board: &Board) -> BTreeSet<String> {
    let topology = derive(board);
    let model = Model::new(board, &topology);
    let mut out = BTreeSet::new();
    for party in &model.parties {
        let name = |at: &usize| {
            let operation = &party.operations[*at];
            let message = &model.messages[operation.message];
            format!("{:?} {:?} {}", operation.action, message.kind, message.name)
        };
        for operation in &party.operations {
            let message = &model.messages[operation.message];
            let channel = |ix| model.channel(ix).name;
            let ways: Vec<Vec<&str>> =
                operation.upstream.iter().map(|way| way.iter().map(|ix| channel(*ix)).collect()).collect();
            let filter = operation.filter.as_ref().map(ToString::to_string);
            out.insert(format!(
                "{} {:?} {:?} {} on {:?} after {ways:?}, {:?}, reads {:?} {:?} where {filter:?}",
                party.name,
                operation.action,
                message.kind,
                message.name,
                operation.channel.map(channel),
                operation.mode,
                operation.fields,
                operation.version.as_ref().filter(|_| operation.action == Action::Receive),
            ));
        }
        for reaction in &party.reactions {
            let on: BTreeSet<String> = reaction.on.iter().map(name).collect();
            let does: Vec<String> = reaction
                .does
                .iter()
                .map(|o| {
                    format!(
                        "{:?} {:?} {:?}",
                        o.operations.iter().map(name).collect::<BTreeSet<_>>(),
                        o.weight,
                        o.on_failure_of
                    )
                })
                .collect();
            if !on.is_empty() {
                out.insert(format!("{} reacts to {on:?} by {does:?}", party.name));
            }
        }
        if let Some(service) = party.service {
            out.insert(format!("{} is {service:?} in {:?}", party.name, model.context_of(party)));
        }
    }
    for message in &topology.messages {
        for issuer in &message.issuers {
            let issuer = &board.stickies[issuer];
            out.insert(format!(
                "{:?} {} issues {:?} {}",
                issuer.kind, issuer.name, message.kind, message.name
            ));
        }
    }
    for message in &model.messages {
        for version in message.versions.iter().filter(|_| message.ix.is_some()) {
            let (schema, response) = (&version.schema, version.response);
            out.insert(format!(
                "{:?} {} {}: {schema:?} {response:?} {}",
                message.kind, message.name, version.version, version.deprecated
            ));
        }
    }
    out
}

fn sources(bundle: &crate::contracts::Bundle, wanted: impl Fn(&str) -> bool) -> Vec<Source> {
    let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
    let files = bundle.files.iter().filter(|(path, _)| wanted(path));
    files.map(|(path, bytes)| Source { path: path.clone(), text: text(bytes) }).collect()
}

fn assert_same(name: &str, board: &Board, back: &Board) {
    let (before, after) = (said(board), said(back));
    let lost: Vec<_> = before.difference(&after).collect();
    let invented: Vec<_> = after.difference(&before).collect();
    assert!(lost.is_empty() && invented.is_empty(), "{name}\nlost: {lost:#?}\ninvented: {invented:#?}");
}

#[test]
fn every_sample_comes_back_from_its_asyncapi_documents() {
    for (name, board) in crate::contracts::tests::samples() {
        let topology = derive(&board);
        let bundle = Format::named("asyncapi").unwrap().export(&board, &topology, &Options::default());
        let imported = import(&sources(&bundle, |path| path.starts_with("board.")), None).unwrap();
        assert_same(&name, &board, &imported.board);
        assert_eq!(imported.board.settings, board.settings, "{name}");
        let again = import(&sources(&bundle, |_| true), Some(&imported.board)).unwrap();
        assert_eq!(
            again.board.stickies.len(),
            imported.board.stickies.len(),
            "{name}: importing again adds nothing"
        );
    }
}

#[test]
fn documents_of_services_join_where_they_share_channels() {
    let document = |service: &str, action: &str| {
        let text = json!({"asyncapi": "3.0.0", "info": {"title": service, "version": "1"},
            "channels": {"c": {"address": "orders/placed", "messages": {"placed": {"$ref": "shared/messages.yaml#/OrderPlaced"}}}},
            "operations": {"op": {"action": action, "channel": {"$ref": "#/channels/c"}}}})
        .to_string();
        Source { path: format!("api/{service}.json"), text }
    };
    let shared = "OrderPlaced:\n  payload:\n    type: object\n    properties:\n      id: {$ref: '#/Id'}\nId: {type: string, format: uuid}\n";
    let shared = Source { path: "api/shared/messages.yaml".into(), text: shared.into() };
    let imported = import(&[document("Shop", "send"), document("Kitchen", "receive"), shared], None).unwrap();
    assert_eq!(imported.report, []);
    let topology = derive(&imported.board);
    let event = topology.message(MessageKind::Event, "OrderPlaced").unwrap();
    let names = |parties: Vec<crate::topology::PartyIx>| -> Vec<String> {
        parties.iter().map(|party| topology[*party].name.clone()).collect()
    };
    assert_eq!(
        (names(topology.producers(event)), names(topology.consumers(event))),
        (vec!["Shop".into()], vec!["Kitchen".into()])
    );
    let way = &topology[topology[event].routes[0]].channels;
    assert_eq!(topology[way[0]].name, "orders/placed");
    let schema = &imported.board.events["OrderPlaced"].versions[0].schema;
    assert_eq!(schema.definitions["Id"].format, "uuid");
    assert!(imported.board.stickies.values().all(|sticky| sticky.at.is_finite()));
}

use crate::topology::MessageKind;

#[test]
fn in_version_2_publish_means_that_the_service_receives() {
    let text = "asyncapi: 2.6.0\ninfo: {title: Lamp, version: 1}\nchannels:\n  light/on:\n    publish:\n      message: {name: TurnedOn, payload: {type: object}}\n    subscribe:\n      message:\n        oneOf:\n          - {name: Shining}\n          - {name: Broken}\n";
    let imported = import(&[Source { path: "lamp.yaml".into(), text: text.into() }], None).unwrap();
    let topology = derive(&imported.board);
    let of = |name: &str| topology.message(MessageKind::Event, name).unwrap();
    assert_eq!((topology.consumers(of("TurnedOn")).len(), topology.producers(of("TurnedOn")).len()), (1, 0));
    for name in ["Shining", "Broken"] {
        assert_eq!(
            (topology.consumers(of(name)).len(), topology.producers(of(name)).len()),
            (0, 1),
            "{name}"
        );
    }
}

#[test]
fn the_examples_of_the_specification_are_read() {
    let folder = std::path::Path::new("../shared/data/asyncapi");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("SKIPPED: no {}", folder.display());
        return;
    };
    let mut count = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let source =
            Source { path: path.display().to_string(), text: std::fs::read_to_string(&path).unwrap() };
        let imported = import(std::slice::from_ref(&source), None)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let document: Value = serde_saphyr::from_str(&source.text).unwrap();
        let sends = |action: &str| {
            let all = document["operations"].as_object();
            all.is_some_and(|all| all.values().any(|operation| operation["action"] == action))
        };
        let topology = derive(&imported.board);
        let model = Model::new(&imported.board, &topology);
        let does = |action| model.parties.iter().flat_map(|p| &p.operations).any(|o| o.action == action);
        assert_eq!(
            (does(Action::Send), does(Action::Receive)),
            (sends("send"), sends("receive")),
            "{}",
            path.display()
        );
        assert!(!imported.board.stickies.is_empty(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 18);
}

#[test]
fn schemas_become_definitions_and_come_back() {
    for (name, board) in crate::contracts::tests::samples() {
        let topology = derive(&board);
        let bundle = Format::named("json-schema").unwrap().export(&board, &topology, &Options::default());
        let imported = import(&sources(&bundle, |_| true), None).unwrap();
        for (event, definition) in &board.events {
            let back = &imported.board.events[event];
            for (old, new) in definition.versions.iter().zip(&back.versions) {
                assert_eq!((&old.schema, &old.version), (&new.schema, &new.version), "{name} {event}");
            }
        }
        assert_eq!(imported.board.queries.len(), board.queries.len(), "{name}");
    }
}
