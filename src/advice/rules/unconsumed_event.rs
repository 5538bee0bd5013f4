//! An event nobody on the board subscribes to.

use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Event, Visibility};
use crate::edit::Edit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unconsumed-event",
    title: "Nobody consumes",
    severity: Severity::Note,
    what: "A public event has no subscriber on the board.",
    why: "It may be dead; or it has consumers that nobody in the room knows of, and a change will break them.",
    cure: "Connect its consumer, mark it as outgoing if it lives elsewhere, or remove it",
    example: "Service:Store -> Event:CheckoutRefunded",
    source: "The field's common stock; see EventStorming by Alberto Brandolini",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (event, name, definition) in context.events() {
        // One on its way out has done well to lose its readers.
        let ending =
            |event: &Event| event.versions.last().is_some_and(|version| !version.deprecated.is_empty());
        let expected = definition
            .is_none_or(|event| !event.outgoing && event.visibility == Visibility::Public && !ending(event));
        if expected && topology[event].routes.is_empty() && !topology[event].producers.is_empty() {
            findings.add(context.message_places(event), format!("{name} has no subscriber on this board"));
            findings.cured_by(Some("Mark as outgoing".to_owned()));
        }
    }
}

fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    super::mark_event(context, finding, "Mark as outgoing", |event| event.outgoing = true)
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board};
    use crate::board::{Event, Visibility};

    #[test]
    fn a_public_event_wants_a_subscriber() {
        let mut lonely = board("Service:Store -> Event:Sold");
        let found = advice(&lonely, super::RULE.name);
        assert_eq!(found.len(), 1);
        apply_fix(&mut lonely, &found[0]);
        assert!(advice(&lonely, super::RULE.name).is_empty());
        lonely.events.insert("Sold".into(), Event { visibility: Visibility::Private, ..Event::default() });
        assert!(advice(&lonely, super::RULE.name).is_empty());
        assert!(advice(&board("Service:Store -> Event:Sold -> Service:Mail"), super::RULE.name).is_empty());
    }
}
