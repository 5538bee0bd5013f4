//! An event nobody on the board publishes.

use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::edit::Edit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unpublished-event",
    title: "Nobody publishes",
    severity: Severity::Warning,
    what: "Somebody subscribes to an event that nothing on the board publishes.",
    why: "The reaction never happens, or its publisher is missing from the picture.",
    cure: "Connect its publisher, or mark the event as incoming if it comes from elsewhere",
    example: "Event:LotListReceived -> Service:Lot selection",
    source: "The field's common stock; see EventStorming by Alberto Brandolini",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (event, name, definition) in context.events() {
        let message = &topology[event];
        let expected = definition.is_none_or(|event| !event.incoming);
        if expected && message.producers.is_empty() && !message.routes.is_empty() {
            let consumers: Vec<&str> =
                topology.consumers(event).iter().map(|party| topology[*party].name.as_str()).collect();
            let waiting = if consumers.is_empty() {
                "a policy".to_owned()
            } else {
                crate::advice::context::listed(&consumers)
            };
            let waits = if consumers.len() > 1 { "wait" } else { "waits" };
            findings.add(
                context.message_places(event),
                format!("{waiting} {waits} for {name}, which nothing publishes"),
            );
            findings.cured_by(Some("Mark as incoming".to_owned()));
        }
    }
}

fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    super::mark_event(context, finding, "Mark as incoming", |event| event.incoming = true)
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board};

    #[test]
    fn a_subscription_wants_a_publisher() {
        let mut waiting = board("Event:LotListReceived -> Service:Lots");
        let found = advice(&waiting, super::RULE.name);
        assert!(found[0].message.contains("Lots waits for LotListReceived"), "{}", found[0].message);
        apply_fix(&mut waiting, &found[0]);
        assert!(advice(&waiting, super::RULE.name).is_empty());
    }
}
