//! One service that listens to the whole company for one kind of work.

use std::collections::BTreeSet;

use crate::advice::context::{counted, listed};
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::StickyKind;
use crate::topology::{MessageKind, PartyIx};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "too-many-sources",
    title: "Too many sources",
    severity: Severity::Note,
    what: "One reaction subscribes to events of many publishers.",
    why: "It knows the whole company: every new reason to act is a change here.",
    cure: "Accept a command for what it does, and let whoever has a reason send it",
    example: "Service:Balance on CheckoutCreated, GameRegistered, DailyRewardClaimed, AchievementCompleted",
    source: "Macklin Hartley, event-driven architecture and communication patterns",
    check,
    fix: None,
};

/// Publishers from which one reaction listens to too many.
const PUBLISHERS_MIN: usize = 4;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for reaction in &topology.reactions {
        // Read models and external archives are there to collect from everyone.
        if !matches!(reaction.kind, StickyKind::Service | StickyKind::Aggregate) {
            continue;
        }
        let events: BTreeSet<_> = reaction
            .triggers
            .iter()
            .map(|route| topology[*route].message)
            .filter(|message| topology[*message].kind == MessageKind::Event)
            .collect();
        let publishers: BTreeSet<PartyIx> = events
            .iter()
            .flat_map(|event| topology.producers(*event))
            .filter(|publisher| Some(*publisher) != reaction.host)
            .collect();
        if publishers.len() < PUBLISHERS_MIN || reaction.outputs.is_empty() {
            continue;
        }
        let names: Vec<&str> = publishers.iter().map(|party| topology[*party].name.as_str()).collect();
        let host = reaction.host.map_or("A policy", |host| topology[host].name.as_str());
        let message = format!(
            "{host} listens to {} of {} ({}) for one reaction",
            counted(events.len(), "event"),
            counted(publishers.len(), "publisher"),
            listed(&names),
        );
        findings.add(vec![crate::board::Key::Sticky(reaction.sticky)], message);
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board, join};

    #[test]
    fn four_publishers_for_one_reaction_are_many() {
        let mut many = board(
            "Service:Store -> Event:Created\nService:Games -> Event:Registered\nService:Rewards -> Event:Claimed\n\
             Service:Awards -> Event:Completed\nService:Balance -> Event:BalanceChanged",
        );
        for event in ["Created", "Registered", "Claimed"] {
            join(&mut many, event, "Balance");
        }
        assert!(advice(&many, super::RULE.name).is_empty());
        join(&mut many, "Completed", "Balance");
        assert!(advice(&many, super::RULE.name)[0].message.contains("4 events of 4 publishers"));
    }
}
