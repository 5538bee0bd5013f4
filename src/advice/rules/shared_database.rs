//! Two services on one store.

use std::collections::BTreeMap;

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::Key;
use crate::topology::PartyIx;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "shared-database",
    title: "Shared database",
    severity: Severity::Warning,
    what: "Two services keep their data in one store.",
    why: "They are one service in two halves: neither can change its tables or be deployed alone.",
    cure: "Give the store one owner; the other asks it, or keeps a projection of its events",
    example: "Service:Store (store: shop-db) and Service:Inventory (store: shop-db)",
    source: "James Eastham, NDC London 2024; the EventBridge talk on Cazoo",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut by_store: BTreeMap<&str, Vec<PartyIx>> = BTreeMap::new();
    for at in (0..context.topology.parties.len()).map(PartyIx) {
        if let Some(service) = context.described(at).filter(|service| !service.store.is_empty()) {
            by_store.entry(&service.store).or_default().push(at);
        }
    }
    for (store, sharers) in by_store.into_iter().filter(|(_, sharers)| sharers.len() > 1) {
        let names: Vec<&str> = sharers.iter().map(|party| context.topology[*party].name.as_str()).collect();
        let mut places: Vec<Key> = sharers.iter().flat_map(|party| context.party_places(*party)).collect();
        places.sort();
        findings.add(places, format!("{} share the store {store}", listed(&names)));
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};
    use crate::board::Service;

    #[test]
    fn a_store_has_one_owner() {
        let mut shared = board("Service:A -> Event:Sold -> Service:B");
        for name in ["A", "B"] {
            shared.services.insert(name.into(), Service { store: "db".into(), ..Service::default() });
        }
        assert!(advice(&shared, super::RULE.name)[0].message.contains("A and B share the store db"));
        shared.services.get_mut("B").unwrap().store = "other".into();
        assert!(advice(&shared, super::RULE.name).is_empty());
    }
}
