//! A request that rattles through functions that are no services.

use std::collections::{BTreeMap, BTreeSet};

use crate::advice::context::{counted, listed};
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::Publishing;
use crate::topology::{MessageIx, PartyIx, ReactionIx};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "lambda-pinball",
    title: "Lambda pinball",
    severity: Severity::Warning,
    what: "What one request sets off passes many components, most of which keep no data of their own.",
    why: "Nobody sees the domain any more: a change to it touches all of them, and none of them can be understood, tested or deployed alone.",
    cure: "Group the functions into services that own their data, with events between them and any technique within",
    example: "Command:PostLotList -> upload-handler -> list-parser -> lot-scorer -> buying-list-writer -> budget-checker, all on one table",
    source: "The EventBridge talk on Cazoo; Thoughtworks Technology Radar (Lambda pinball)",
    check,
    fix: None,
};

/// Components without data of their own from which a request rattles.
const RATTLES: usize = 4;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    let owners = owners(context);
    let functions: Vec<bool> =
        (0..topology.parties.len()).map(|at| is_function(context, &owners, PartyIx(at))).collect();
    if functions.iter().filter(|is| **is).count() < RATTLES {
        return;
    }
    for entry in topology.entries() {
        let passed = passed(context, entry);
        let small: Vec<PartyIx> = passed.iter().copied().filter(|party| functions[party.0]).collect();
        if small.len() < RATTLES || 2 * small.len() <= passed.len() {
            continue;
        }
        let names: Vec<&str> = small.iter().map(|party| topology[*party].name.as_str()).collect();
        let teams: BTreeSet<&str> = small.iter().filter_map(|party| context.team(*party)).collect();
        let across =
            if teams.len() > 1 { format!(" of {}", counted(teams.len(), "team")) } else { String::new() };
        let message = format!(
            "{} passes {}, and {}{across} ({}) keep no data of their own",
            topology[entry].name,
            counted(passed.len(), "component"),
            small.len(),
            listed(&names),
        );
        let mut places = context.message_places(entry);
        places.extend(small.iter().flat_map(|party| context.party_places(*party)));
        findings.add(places, message);
    }
}

/// How many services keep their data in each store.
fn owners<'a>(context: &Context<'a>) -> BTreeMap<&'a str, usize> {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for at in (0..context.topology.parties.len()).map(PartyIx) {
        if let Some(service) = context.described(at).filter(|service| !service.store.is_empty()) {
            *owners.entry(&service.store).or_default() += 1;
        }
    }
    owners
}

/// True for a component on somebody else's table, or one reaction that keeps nothing.
fn is_function(context: &Context<'_>, owners: &BTreeMap<&str, usize>, party: PartyIx) -> bool {
    let Some(service) = context.described(party) else { return false };
    if context.topology[party].external {
        return false;
    }
    match owners.get(service.store.as_str()) {
        Some(sharers) => *sharers > 1,
        None => service.publishing == Publishing::Stateless && context.topology[party].reactions.len() == 1,
    }
}

/// Everybody who reacts to what an entry sets off, waited for or not.
fn passed(context: &Context<'_>, entry: MessageIx) -> BTreeSet<PartyIx> {
    let topology = context.topology;
    let mut seen = vec![false; topology.reactions.len()];
    let mut passed = BTreeSet::new();
    let mut next: Vec<ReactionIx> =
        topology[entry].routes.iter().map(|route| topology[*route].reaction).collect();
    while let Some(reaction) = next.pop() {
        if !std::mem::replace(&mut seen[reaction.0], true) {
            passed.extend(topology[reaction].host);
            let outputs = topology[reaction].outputs.iter();
            next.extend(outputs.flat_map(|output| &output.routes).map(|route| topology[*route].reaction));
        }
    }
    passed
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};
    use crate::board::Service;

    #[test]
    fn functions_on_one_table_are_no_services() {
        let mut rattling = board(
            "Actor:Clerk -> Command:Post -> Service:a -> Event:Posted -> Service:b -> Command:Score -> Service:c -> \
             Query:History -> Service:d",
        );
        for name in ["a", "b", "c", "d"] {
            let service = Service { store: "one-table".into(), team: name.into(), ..Service::default() };
            rattling.services.insert(name.into(), service);
        }
        let found = advice(&rattling, super::RULE.name);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "Post passes 4 components, and 4 of 4 teams (a, b, c and d) keep no data of their own"
        );
        for name in ["a", "b", "c", "d"] {
            rattling.services.get_mut(name).unwrap().store = format!("{name}-db");
        }
        assert!(advice(&rattling, super::RULE.name).is_empty());
    }
}
