//! An event named as an order.

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::notation::words;
use crate::board::tense::is_order;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "command-in-disguise",
    title: "Command in disguise",
    severity: Severity::Warning,
    what: "An event is named as an order: SendEmail.",
    why: "Its publisher expects one reaction from one service: coupling that does not show.",
    cure: "Make it a command with one handler, asynchronous if the sender need not wait",
    example: "Service:Order -> Event:SendEmail -> Service:Mail",
    source: "James Eastham, NDC London 2024",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (event, name, _) in context.events() {
        if is_order(&words(name)) {
            let consumers = context.topology.consumers(event);
            let names: Vec<&str> =
                consumers.iter().map(|party| context.topology[*party].name.as_str()).collect();
            let expected = if names.is_empty() { String::new() } else { format!(" to {}", listed(&names)) };
            findings.add(context.message_places(event), format!("{name} is an order{expected}, not a fact"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};

    #[test]
    fn an_order_is_no_fact() {
        for name in ["SendEmail", "DeductBalance", "Create order"] {
            assert_eq!(
                advice(&board(&format!("Service:A -> Event:{name}")), super::RULE.name).len(),
                1,
                "{name}"
            );
        }
        for name in ["EmailSent", "OrderCreated", "ChargeSucceeded", "CheckoutFunded"] {
            assert!(
                advice(&board(&format!("Service:A -> Event:{name}")), super::RULE.name).is_empty(),
                "{name}"
            );
        }
    }
}
