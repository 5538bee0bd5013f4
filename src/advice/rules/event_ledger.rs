//! One store for events and state, whose change stream is the contract.

use crate::advice::context::listed;
use crate::advice::usage::{FIELDS_MIN, Usage};
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::{Event, EventClass, Key, Publishing, Visibility};
use crate::topology::{MessageKind, PartyIx};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "event-ledger",
    title: "Event ledger",
    severity: Severity::Warning,
    what: "A service publishes the change stream of its one store as it is: private and public events mixed, or each row whole as the latest state.",
    why: "The database schema is the public contract: no table can change without asking everybody.",
    cure: "Keep events and state in two stores: an event store feeds a state store, whose change stream publishes events made for others",
    example: "Service:Inventory (publishing: change_data_capture) -> Event:VehicleUpdated (94 fields)",
    source: "Apostolidis and Shea, GOTO EDA Day 2022 (Cinch)",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for at in (0..context.topology.parties.len()).map(PartyIx) {
        let Some(service) = context.described(at) else { continue };
        if service.publishing != Publishing::ChangeDataCapture {
            continue;
        }
        let (mut private, mut public, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for event in published(context, at) {
            let message = &context.topology[event];
            let definition = context.board.events.get(&message.name);
            let ending = |event: &Event| event.versions.last().is_some_and(|v| !v.deprecated.is_empty());
            if definition.is_some_and(ending) {
                continue;
            }
            let inside = definition.is_some_and(|event| {
                event.visibility == Visibility::Private || event.class == EventClass::Component
            });
            let whole_row =
                Usage::of(context, event).is_some_and(|u| u.is_generic() && u.fields.len() >= FIELDS_MIN);
            if inside {
                private.push(message.name.as_str());
            } else if whole_row {
                rows.push(message.name.as_str());
            } else {
                public.push(message.name.as_str());
            }
        }
        let store = if service.store.is_empty() { "its store" } else { &service.store };
        let name = &context.topology[at].name;
        let told = if !rows.is_empty() {
            format!("{name} publishes the rows of {store} as {}: its tables are the contract", listed(&rows))
        } else if !private.is_empty() && !public.is_empty() {
            format!(
                "{name} publishes private ({}) and public events ({}) from the change stream of {store}",
                listed(&private),
                listed(&public)
            )
        } else {
            continue;
        };
        let mut places = vec![Key::Service(name.clone())];
        places.extend(context.party_places(at));
        findings.add(places, told);
    }
}

/// The events a party publishes, each once, in order of name.
fn published(context: &Context<'_>, party: PartyIx) -> Vec<crate::topology::MessageIx> {
    let topology = context.topology;
    let outputs = topology[party].reactions.iter().flat_map(|reaction| &topology[*reaction].outputs);
    let events = outputs.map(|output| output.message).filter(|at| topology[*at].kind == MessageKind::Event);
    let mut events: Vec<_> = events.collect();
    events.sort_unstable();
    events.dedup();
    events
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board, fields};
    use crate::board::{Board, Publishing, Service, Visibility};

    fn inventory(lines: &str) -> Board {
        let mut board = board(lines);
        let service = Service {
            publishing: Publishing::ChangeDataCapture,
            store: "inventory-db".into(),
            ..Service::default()
        };
        board.services.insert("Inventory".into(), service);
        board
    }

    #[test]
    fn rows_are_no_contract() {
        let mut ledger = inventory("Service:Inventory -> Event:VehicleUpdated -> Service:Search");
        fields(&mut ledger, "VehicleUpdated", 12);
        assert!(
            advice(&ledger, super::RULE.name).is_empty(),
            "an event made for others may come from a change stream"
        );
        fields(&mut ledger, "VehicleUpdated", 40);
        let found = advice(&ledger, super::RULE.name);
        assert_eq!(
            found[0].message,
            "Inventory publishes the rows of inventory-db as VehicleUpdated: its tables are the contract"
        );
        ledger.services.get_mut("Inventory").unwrap().publishing = Publishing::Outbox;
        assert!(advice(&ledger, super::RULE.name).is_empty());
    }

    #[test]
    fn private_and_public_do_not_mix() {
        let mut mixed = inventory(
            "Service:Inventory -> Event:RowTouched\nService:Inventory -> Event:VehicleSold -> Service:Search",
        );
        assert!(advice(&mixed, super::RULE.name).is_empty());
        mixed.events.get_mut("RowTouched").unwrap().visibility = Visibility::Private;
        assert!(
            advice(&mixed, super::RULE.name)[0]
                .message
                .contains("private (RowTouched) and public events (VehicleSold)")
        );
    }
}
