//! A process manager whose failure branch ends nowhere.

use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::Outcome;
use crate::topology::{MessageKind, PartyIx};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "saga-without-compensation",
    title: "Saga without compensation",
    severity: Severity::Warning,
    what: "A process manager sends commands, one of which can fail, and no reaction of it sends a command after that failure.",
    why: "Money is taken and nothing is delivered.",
    cure: "Subscribe the process manager to the failure, and send a compensating command for each step already done",
    example: "Process manager -> Command:AssignAvatar -> Inventory -> one of AvatarAssigned, AvatarAssignmentFailed (nobody listens)",
    source: "Macklin Hartley; Garcia-Molina and Salem, Sagas, SIGMOD 1987",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (at, party) in topology.parties.iter().enumerate() {
        if !context.described(PartyIx(at)).is_some_and(|service| service.process_manager) {
            continue;
        }
        for reaction in &party.reactions {
            for output in &topology[*reaction].outputs {
                if topology[output.message].kind != MessageKind::Command {
                    continue;
                }
                for handler in output.routes.iter().map(|route| topology[*route].reaction) {
                    for failure in failures(context, PartyIx(at), handler) {
                        let message = format!(
                            "{} sends {}, which can end in {failure}, and sends nothing to make good what was done before",
                            party.name, topology[output.message].name,
                        );
                        findings.add(
                            vec![context.reaction_place(*reaction), context.reaction_place(handler)],
                            message,
                        );
                    }
                }
            }
        }
    }
}

/// The exclusive outcomes of a handler that read as failures and that `manager` does not answer with a command.
fn failures<'a>(
    context: &Context<'a>,
    manager: PartyIx,
    handler: crate::topology::ReactionIx,
) -> Vec<&'a str> {
    let topology = context.topology;
    let outcomes =
        topology[handler].outputs.iter().filter(|output| matches!(output.outcome, Outcome::OneOf(_)));
    outcomes
        .filter(|output| reads_as_failure(&topology[output.message].name))
        .filter(|output| {
            !output.routes.iter().any(|route| {
                let answer = &topology[topology[*route].reaction];
                let sends = |o: &crate::topology::Output| topology[o.message].kind == MessageKind::Command;
                answer.host == Some(manager) && answer.outputs.iter().any(sends)
            })
        })
        .map(|output| topology[output.message].name.as_str())
        .collect()
}

fn reads_as_failure(name: &str) -> bool {
    let name = name.to_lowercase();
    [
        "fail",
        "reject",
        "declin",
        "refus",
        "cancel",
        "denied",
        "expired",
        "timedout",
        "timed out",
        "unavailable",
    ]
    .iter()
    .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};
    use crate::board::{Outcome, Service};

    const LINES: &str =
        "Event:Paid -> Service:Manager -> Command:Assign -> Service:Inventory -> Event:AssignmentFailed";

    fn saga(more: &str) -> crate::board::Board {
        let mut saga = board(&format!("{LINES}\n{more}"));
        saga.services.insert("Manager".into(), Service { process_manager: true, ..Service::default() });
        let failed: Vec<_> =
            saga.stickies.iter().filter(|(_, s)| s.name == "AssignmentFailed").map(|(id, _)| *id).collect();
        saga.links
            .values_mut()
            .filter(|link| failed.contains(&link.to))
            .for_each(|link| link.outcome = Outcome::OneOf(2.0));
        saga
    }

    #[test]
    fn a_failure_wants_a_compensating_command() {
        assert!(advice(&saga(""), super::RULE.name)[0].message.contains("can end in AssignmentFailed"));
        let made_good =
            saga("Event:AssignmentFailed -> Service:Manager -> Command:Refund -> Service:Balance");
        assert!(advice(&made_good, super::RULE.name).is_empty());
    }
}
