//! A query nobody on the board answers.

use crate::advice::{Context, Findings, Rule, Severity};
use crate::topology::MessageKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unanswered-query",
    title: "Nobody answers",
    severity: Severity::Warning,
    what: "A query leads to nothing that answers it.",
    why: "Whoever needs it waits in vain, or its handler is missing from the picture.",
    cure: "Connect the service that answers it",
    example: "Service:Store -> Query:GetPackage",
    source: "The field's common stock; see EventStorming by Alberto Brandolini",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (at, need) in context.needed_in_vain(MessageKind::Query) {
        findings.add(context.message_places(at), format!("{need}, and nothing answers it"));
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};

    #[test]
    fn a_query_wants_somebody_who_answers_it() {
        let gap = advice(&board("Service:Store -> Query:GetPackage"), super::RULE.name);
        assert!(gap[0].message.starts_with("Store needs"), "{}", gap[0].message);
        assert!(
            advice(&board("Service:Store -> Query:GetPackage -> Service:B"), super::RULE.name).is_empty()
        );
    }
}
