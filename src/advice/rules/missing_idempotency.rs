//! At-least-once delivery into a handler that does not bear repetition.

use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Key, Mode, Record};
use crate::edit::{Draft, Edit};
use crate::topology::{MessageKind, RouteIx};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "missing-idempotency",
    title: "Missing idempotency",
    severity: Severity::Warning,
    what: "A handler that is not idempotent gets messages at least once, or is called again by a retrying sender.",
    why: "A duplicate takes the money twice.",
    cure: "Remember the ids of handled messages and skip what was seen, or make the write conditional",
    example: "Command:DeductBalance -> Channel:queue -> Service:Balance (not idempotent)",
    source: "Macklin Hartley, event-driven architecture and communication patterns",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (at, party) in topology.parties.iter().enumerate() {
        let Some(service) = context.described(crate::topology::PartyIx(at)) else { continue };
        if service.idempotent || party.external || service.store.is_empty() {
            continue;
        }
        let (mut repeated, mut places): (Vec<String>, Vec<Key>) =
            (Vec::new(), vec![Key::Service(party.name.clone())]);
        for reaction in &party.reactions {
            for route in &topology[*reaction].triggers {
                if let Some(why) = repetition(context, *route) {
                    repeated.push(why);
                    places.push(context.reaction_place(*reaction));
                }
            }
        }
        repeated.dedup();
        places.dedup();
        if !repeated.is_empty() {
            let message = format!("{} is not idempotent and may get {}", party.name, repeated.join("; "));
            findings.add(places, message);
            findings.cured_by(Some(label(&party.name)));
        }
    }
}

/// How the message of a route may come twice; `None` when it cannot, or the link says that it does no harm.
fn repetition(context: &Context<'_>, route: RouteIx) -> Option<String> {
    let topology = context.topology;
    let message = &topology[topology[route].message];
    if topology.links_of(context.board, route).any(|link| link.idempotent == Some(true))
        || message.kind == MessageKind::Query
    {
        return None;
    }
    if topology[route].mode == Mode::Asynchronous {
        let channel = context.channels_of(route).last().map_or("its channel", |(name, _)| name);
        return Some(format!("{} twice from {channel}, which delivers at least once", message.name));
    }
    let retries =
        message.producers.iter().map(|(reaction, output)| topology[*reaction].outputs[*output].retries).max();
    let retries = retries.filter(|retries| *retries > 0)?;
    Some(format!(
        "{} again, up to {}, after a time-out",
        message.name,
        crate::advice::context::counted(retries as usize, "time")
    ))
}

fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let Key::Service(name) = finding.places.first()? else { return None };
    let mut service = context.board.services.get(name)?.clone();
    service.idempotent = true;
    let mut draft = Draft::new(context.board);
    draft.put(Record::Service(name.clone(), Box::new(service)));
    Some(draft.finish(label(name)))
}

fn label(service: &str) -> String {
    format!("Make {service} idempotent")
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board};
    use crate::board::{Command, Service};

    #[test]
    fn what_comes_twice_wants_idempotency() {
        let mut queue = board("Service:A -> Command:Deduct -> Channel:q -> Service:Balance");
        queue.services.insert("Balance".into(), Service { store: "db".into(), ..Service::default() });
        let found = advice(&queue, super::RULE.name);
        assert!(found[0].message.contains("Deduct twice from q"), "{}", found[0].message);
        apply_fix(&mut queue, &found[0]);
        assert!(advice(&queue, super::RULE.name).is_empty());
    }

    #[test]
    fn a_retrying_caller_repeats() {
        let mut call = board("Service:A -> Command:Deduct -> Service:Balance");
        call.services.insert("Balance".into(), Service { store: "db".into(), ..Service::default() });
        assert!(advice(&call, super::RULE.name).is_empty());
        call.commands.insert("Deduct".into(), Command { retries: 3, ..Command::default() });
        assert!(advice(&call, super::RULE.name)[0].message.contains("3 times"));
    }
}
