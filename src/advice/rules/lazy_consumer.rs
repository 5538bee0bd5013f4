//! A service that lives on one event of one team.

use crate::advice::{Context, Findings, Rule, Severity};
use crate::topology::{MessageIx, MessageKind, PartyIx};
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "lazy-consumer",
    title: "Lazy consumer",
    severity: Severity::Note,
    what: "A service gets all it knows from one event of another team.",
    why: "Its fate is in another's hands: what if the event stops, or is misread?",
    cure: "Be intentional: agree on a contract test, document the dependency, and watch for the event going silent",
    example: "Service:Vehicle Detail (team A) -> Event:VehicleStateUpdated -> Service:Search (team B)",
    source: "Apostolidis and Shea, GOTO EDA Day 2022",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (at, party) in topology.parties.iter().enumerate() {
        let Some(team) = context.team(PartyIx(at)) else { continue };
        let triggers: Vec<MessageIx> = party
            .reactions
            .iter()
            .flat_map(|reaction| topology[*reaction].triggers.iter().map(|route| topology[*route].message))
            .collect();
        let events: BTreeSet<MessageIx> =
            triggers.iter().copied().filter(|m| topology[*m].kind == MessageKind::Event).collect();
        let commanded = triggers.iter().any(|m| topology[*m].kind == MessageKind::Command);
        let (Some(event), 1, false) = (events.first(), events.len(), commanded) else { continue };
        let publishers = topology.producers(*event);
        let [publisher] = publishers.as_slice() else { continue };
        // A leaf that only reacts (mail, analytics) is meant to follow; one that serves others from it is at risk.
        let serves = party.reactions.iter().any(|reaction| {
            let reaction = &topology[*reaction];
            reaction
                .triggers
                .iter()
                .any(|route| topology[topology[*route].message].kind == MessageKind::Query)
        });
        if let Some(theirs) = context.team(*publisher).filter(|theirs| *theirs != team && serves) {
            let message = format!(
                "All that {} serves comes from one event, {} by {theirs}: if it stops or is misread, {} is wrong and does not know",
                party.name, topology[*event].name, party.name,
            );
            findings.add(context.party_places(PartyIx(at)), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};
    use crate::board::Service;

    #[test]
    fn one_event_of_another_team_is_a_thin_thread() {
        let mut thin =
            board("Service:Detail -> Event:Changed -> Service:Search\nQuery:Find -> Service:Search");
        for (name, team) in [("Detail", "A"), ("Search", "B")] {
            thin.services.insert(name.into(), Service { team: team.into(), ..Service::default() });
        }
        assert_eq!(advice(&thin, super::RULE.name).len(), 1);
        thin.services.get_mut("Search").unwrap().team = "A".into();
        assert!(advice(&thin, super::RULE.name).is_empty());
    }
}
