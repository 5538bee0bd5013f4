//! A command nobody on the board handles.

use crate::advice::{Context, Findings, Rule, Severity};
use crate::topology::MessageKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unhandled-command",
    title: "Nobody handles",
    severity: Severity::Warning,
    what: "A command leads to nothing that handles it.",
    why: "Whoever needs it waits in vain, or its handler is missing from the picture.",
    cure: "Connect the service that handles it",
    example: "Service:Store -> Command:DeductBalance",
    source: "The field's common stock; see EventStorming by Alberto Brandolini",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (at, need) in context.needed_in_vain(MessageKind::Command) {
        findings.add(context.message_places(at), format!("{need}, and nothing handles it"));
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};

    #[test]
    fn a_command_wants_somebody_who_handles_it() {
        let gap = advice(&board("Service:Store -> Command:DeductBalance"), super::RULE.name);
        assert!(gap[0].message.starts_with("Store needs"), "{}", gap[0].message);
        assert!(
            advice(&board("Service:Store -> Command:DeductBalance -> Service:B"), super::RULE.name)
                .is_empty()
        );
    }
}
