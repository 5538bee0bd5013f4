//! Messages that nothing ties together.

use crate::advice::context::counted;
use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Envelope, Key, Mode, Record};
use crate::edit::{Draft, Edit};
use crate::topology::MessageIx;
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "no-correlation",
    title: "No correlation",
    severity: Severity::Note,
    what: "Messages travel through channels without an envelope that carries id, version, time and correlation.",
    why: "Cause and effect cannot be followed, and duplicates cannot be told from repetition.",
    cure: "Agree on one envelope for all messages: CloudEvents, or metadata and data",
    example: "A board whose `envelope` is none",
    source: "James Eastham, NDC London 2024 (metadata/data pattern)",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let routes = context.topology.routes.iter().filter(|route| route.mode == Mode::Asynchronous);
    let messages: BTreeSet<MessageIx> = routes.map(|route| route.message).collect();
    if context.board.settings.envelope == Envelope::None && !messages.is_empty() {
        let message = format!("{} through channels without id, version or correlation", {
            let count = counted(messages.len(), "message");
            if messages.len() == 1 { format!("{count} travels") } else { format!("{count} travel") }
        });
        findings.add(vec![Key::Settings], message);
    }
}

fn fix(context: &Context<'_>, _finding: &Finding) -> Option<Edit> {
    let mut settings = context.board.settings.clone();
    settings.envelope = Envelope::CloudEvents;
    let mut draft = Draft::new(context.board);
    draft.put(Record::Settings(Box::new(settings)));
    Some(draft.finish("Wrap messages in CloudEvents"))
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board};

    #[test]
    fn an_envelope_ties_messages_together() {
        let mut bare = board("Service:A -> Event:Sold -> Service:B");
        let found = advice(&bare, super::RULE.name);
        assert!(found[0].message.starts_with("1 message travels"), "{}", found[0].message);
        apply_fix(&mut bare, &found[0]);
        assert!(advice(&bare, super::RULE.name).is_empty());
        assert!(advice(&board("Service:A -> Query:Get -> Service:B"), super::RULE.name).is_empty());
    }
}
