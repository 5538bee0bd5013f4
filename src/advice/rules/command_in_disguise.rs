//! An event named as an order.

use crate::advice::context::listed;
use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::notation::words;
use crate::board::tense::is_order;
use crate::board::{Command, Key, Mode, Record, StickyKind};
use crate::edit::{Draft, Edit};
use crate::topology::MessageKind;

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
    fix: Some(fix),
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

/// The same stickies as an asynchronous command, where one service alone carries it out.
fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let Key::Sticky(id) = finding.places.first()? else { return None };
    let name = &context.board.stickies.get(id)?.name;
    let topology = context.topology;
    let event = topology.message(MessageKind::Event, name)?;
    let obeys = |kind| matches!(kind, StickyKind::Service | StickyKind::Aggregate | StickyKind::External);
    let carried_out =
        topology[event].routes.iter().all(|route| obeys(context.kind(topology[*route].reaction)));
    let sent = topology[event].producers.iter().all(|(from, _)| context.kind(*from) != StickyKind::ReadModel);
    let taken = context.board.commands.contains_key(name);
    if topology.consumers(event).len() != 1 || !carried_out || !sent || taken {
        return None;
    }
    let mut draft = Draft::new(context.board);
    let told = context.board.events.get(name).cloned().unwrap_or_default();
    let command = Command {
        description: told.description,
        mode: Mode::Asynchronous,
        versions: told.versions,
        ..Command::default()
    };
    draft.put(Record::Command(name.clone(), Box::new(command)));
    for sticky in &topology[event].stickies {
        let mut record = context.board.stickies.get(sticky)?.clone();
        record.kind = StickyKind::Command;
        draft.put(Record::Sticky(*sticky, Box::new(record)));
    }
    draft.remove(&Key::Event(name.clone()));
    Some(draft.finish(format!("Make {name} a command")))
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board};
    use crate::board::Mode;

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

    #[test]
    fn the_cure_is_an_asynchronous_command_of_one_handler() {
        let mut order = board("Service:Order -> Event:SendEmail -> Channel:q -> Service:Mail");
        let found = advice(&order, super::RULE.name);
        apply_fix(&mut order, &found[0]);
        assert_eq!(order.commands["SendEmail"].mode, Mode::Asynchronous);
        assert!(!order.events.contains_key("SendEmail") && advice(&order, super::RULE.name).is_empty());
        let two = board("Service:Order -> Event:SendEmail -> Service:Mail\nEvent:SendEmail -> Service:Log");
        assert_eq!(advice(&two, super::RULE.name)[0].fix, None);
    }
}
