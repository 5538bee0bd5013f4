//! One command handled by two services.

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};
use crate::topology::{MessageIx, MessageKind};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "two-handlers",
    title: "Two handlers",
    severity: Severity::Warning,
    what: "The same command is handled by more than one service.",
    why: "A command is an order to one: with two handlers it is carried out twice, or nobody knows by whom.",
    cure: "Give the command one handler, or publish an event that both subscribe to",
    example: "Command:AddBalance -> Service:Balance; Command:AddBalance -> Service:Ledger",
    source: "Macklin Hartley, event-driven architecture and communication patterns",
    check,
    fix: None,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let commands: Vec<MessageIx> = context.topology.of_kind(MessageKind::Command).map(|(at, _)| at).collect();
    for command in commands {
        let handlers = context.topology.consumers(command);
        if handlers.len() > 1 {
            let names: Vec<&str> =
                handlers.iter().map(|party| context.topology[*party].name.as_str()).collect();
            let message = format!("{} is handled by {}", context.topology[command].name, listed(&names));
            findings.add(context.message_places(command), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};

    #[test]
    fn one_command_has_one_handler() {
        let two = board("Command:Add -> Service:Balance\nCommand:Add -> Service:Ledger");
        assert_eq!(advice(&two, super::RULE.name).len(), 1);
        let one = board("Command:Add -> Service:Balance\nCommand:Add -> Service:Balance");
        assert!(advice(&one, super::RULE.name).is_empty());
    }
}
