//! A private event with a subscriber across the boundary.

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::{EventClass, Visibility};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "private-event-leaked",
    title: "Private event leaked",
    severity: Severity::Warning,
    what: "A component or private event has a subscriber in another team.",
    why: "How one team works inside becomes a contract it can no longer change.",
    cure: "Translate it into a public event at the boundary, and subscribe to that",
    example: "Event:RowSaved (component, team A) -> Service:Search (team B)",
    source: "Apostolidis and Shea, GOTO EDA Day 2022",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (event, name, definition) in context.events() {
        let Some(definition) = definition else { continue };
        if definition.visibility != Visibility::Private && definition.class != EventClass::Component {
            continue;
        }
        let owners: Vec<&str> =
            topology.producers(event).iter().filter_map(|party| context.team(*party)).collect();
        let strangers: Vec<&str> = topology
            .consumers(event)
            .into_iter()
            .filter(|party| {
                context.team(*party).is_some_and(|team| !owners.is_empty() && !owners.contains(&team))
            })
            .map(|party| topology[party].name.as_str())
            .collect();
        if !strangers.is_empty() {
            let message = format!(
                "{name} is private to {}, and {} subscribes to it",
                listed(&owners),
                listed(&strangers)
            );
            findings.add(context.message_places(event), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};
    use crate::board::{Event, EventClass, Service};

    #[test]
    fn a_component_event_stays_at_home() {
        let mut leak = board("Service:A -> Event:Saved -> Service:B");
        leak.events.insert("Saved".into(), Event { class: EventClass::Component, ..Event::default() });
        for (name, team) in [("A", "one"), ("B", "two")] {
            leak.services.insert(name.into(), Service { team: team.into(), ..Service::default() });
        }
        assert!(advice(&leak, super::RULE.name)[0].message.contains("private to one, and B subscribes"));
        leak.services.get_mut("B").unwrap().team = "one".into();
        assert!(advice(&leak, super::RULE.name).is_empty());
    }
}
