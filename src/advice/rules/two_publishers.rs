//! One event published by two services.

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "two-publishers",
    title: "Two publishers",
    severity: Severity::Warning,
    what: "The same event is published by more than one service.",
    why: "Nobody owns the contract: each can change it under the other.",
    cure: "Give the event one owner that publishes it, or make it two events",
    example: "Service:Store -> Event:OrderPlaced; Service:Kiosk -> Event:OrderPlaced",
    source: "Apostolidis and Shea, GOTO EDA Day 2022",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (event, name, _) in context.events() {
        let publishers = context.topology.producers(event);
        if publishers.len() > 1 {
            let names: Vec<&str> =
                publishers.iter().map(|party| context.topology[*party].name.as_str()).collect();
            let message = format!("{name} is published by {}: nobody owns its contract", listed(&names));
            findings.add(context.message_places(event), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};

    #[test]
    fn one_event_has_one_owner() {
        let two =
            advice(&board("Service:Store -> Event:Placed\nService:Kiosk -> Event:Placed"), super::RULE.name);
        assert!(two[0].message.contains("Kiosk and Store"), "{}", two[0].message);
        let one = board("Service:Store -> Event:Placed\nService:Store -> Event:Placed");
        assert!(advice(&one, super::RULE.name).is_empty());
    }
}
