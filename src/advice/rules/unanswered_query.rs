//! A query nobody on the board answers.

use crate::advice::{Context, Findings, Rule, Severity};
use crate::topology::{MessageIx, MessageKind};

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
    let topology = context.topology;
    let unhandled = topology.of_kind(MessageKind::Query).filter(|(_, message)| message.routes.is_empty());
    let unhandled: Vec<MessageIx> = unhandled.map(|(at, _)| at).collect();
    for at in unhandled {
        let message = &topology[at];
        let mut senders: Vec<&str> =
            message.producers.iter().map(|(reaction, _)| context.host_name(*reaction)).collect();
        senders.extend(message.issuers.iter().map(|issuer| context.board.stickies[issuer].name.as_str()));
        senders.sort_unstable();
        senders.dedup();
        // A query on its own is a thought not yet finished; one that somebody needs is a gap.
        if !senders.is_empty() {
            let who = crate::advice::context::listed(&senders);
            let need = if senders.len() == 1 { "needs" } else { "need" };
            findings.add(
                context.message_places(at),
                format!("{who} {need} {}, and nothing answers it", message.name),
            );
        }
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
