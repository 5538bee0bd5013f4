//! A service that writes its store and then publishes.

use crate::advice::context::listed;
use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Key, Publishing, Record};
use crate::edit::{Draft, Edit};
use crate::topology::{MessageKind, PartyIx};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "dual-write",
    title: "Dual write",
    severity: Severity::Warning,
    what: "A service persists and then publishes, with neither outbox, change data capture nor event sourcing.",
    why: "A crash between the two loses the event, or the write: its consumers never hear of what happened.",
    cure: "Write the event beside the state in one transaction (outbox), publish from the store's change stream, or source state from events",
    example: "Service:Store (store: db, publishing: direct) -> Event:CheckoutCreated -> Service:Mail",
    source: "James Eastham, NDC London 2024; Apostolidis and Shea, GOTO EDA Day 2022",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (at, party) in topology.parties.iter().enumerate() {
        let Some(service) = context.described(PartyIx(at)) else { continue };
        if service.store.is_empty() || !service.publishing.is_dual_write() || party.external {
            continue;
        }
        let mut places = Vec::new();
        let mut lost: Vec<&str> = Vec::new();
        for reaction in &party.reactions {
            for output in &topology[*reaction].outputs {
                let message = &topology[output.message];
                let heard = !message.routes.is_empty()
                    || context.board.events.get(&message.name).is_some_and(|event| event.outgoing);
                if message.kind == MessageKind::Event && heard {
                    places.push(context.reaction_place(*reaction));
                    lost.push(&message.name);
                }
            }
        }
        lost.sort_unstable();
        lost.dedup();
        places.dedup();
        if !lost.is_empty() {
            places.insert(0, Key::Service(party.name.clone()));
            let message = format!(
                "{} writes {} and then publishes {}: a crash in between loses the event",
                party.name,
                service.store,
                listed(&lost),
            );
            findings.add(places, message);
            findings.cured_by(Some(label(&party.name)));
        }
    }
}

fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let Key::Service(name) = finding.places.first()? else { return None };
    let mut service = context.board.services.get(name)?.clone();
    service.publishing = Publishing::Outbox;
    let mut draft = Draft::new(context.board);
    draft.put(Record::Service(name.clone(), Box::new(service)));
    Some(draft.finish(label(name)))
}

fn label(service: &str) -> String {
    format!("Give {service} an outbox")
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board};
    use crate::board::Service;

    #[test]
    fn a_store_and_a_direct_publication_are_two_writes() {
        let mut board = board("Service:Store -> Event:Sold -> Service:Mail");
        board.services.insert("Store".into(), Service { store: "db".into(), ..Service::default() });
        let found = advice(&board, super::RULE.name);
        assert!(found[0].message.contains("db") && found[0].message.contains("Sold"), "{}", found[0].message);
        apply_fix(&mut board, &found[0]);
        assert!(advice(&board, super::RULE.name).is_empty());
    }

    #[test]
    fn without_a_store_or_a_listener_there_is_nothing_to_lose() {
        let mut board = board("Service:Store -> Event:Sold");
        board.services.insert("Store".into(), Service { store: "db".into(), ..Service::default() });
        assert!(advice(&board, super::RULE.name).is_empty());
    }
}
