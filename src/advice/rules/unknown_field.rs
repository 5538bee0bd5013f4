//! A consumer that uses a field its event does not have.

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::Key;
use crate::topology::RouteIx;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unknown-field",
    title: "Unknown field",
    severity: Severity::Error,
    what: "A consumer says it uses a field that the version it reads does not have.",
    why: "It reads nothing there, today.",
    cure: "Correct the field's name, or read the version that has it",
    example: "Event:OrderConfirmed (orderId) -> Service:Analytics using orderValue",
    source: "Consumer-driven contracts, after Ian Robinson",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (at, route) in topology.routes.iter().enumerate() {
        let message = &topology[route.message];
        let Some(schema) = context.schema_read(RouteIx(at)).filter(|schema| !schema.fields.is_empty()) else {
            continue;
        };
        let used = topology.fields_used(context.board, RouteIx(at));
        let unknown: Vec<&str> = used.into_iter().filter(|field| schema.field(field).is_none()).collect();
        if !unknown.is_empty() {
            let who = context.host_name(route.reaction);
            let have = if unknown.len() == 1 { "is not a field" } else { "are no fields" };
            let message = format!("{who} uses {}, which {have} of {}", listed(&unknown), message.name);
            let mut places = vec![context.reaction_place(route.reaction)];
            places.extend(route.links.last().map(|link| Key::Link(*link)));
            findings.add(places, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board, fields};

    #[test]
    fn a_field_used_is_a_field_there() {
        let mut lost = board("Service:A -> Event:Sold -> Service:B");
        fields(&mut lost, "Sold", 3);
        lost.links.values_mut().for_each(|link| link.fields = vec!["f1".into()]);
        assert!(advice(&lost, super::RULE.name).is_empty());
        lost.links.values_mut().for_each(|link| link.fields.push("price".into()));
        assert!(
            advice(&lost, super::RULE.name)[0].message.contains("B uses price, which is not a field of Sold")
        );
    }
}
