//! A queue, bus or topic that loses what it cannot deliver.

use crate::advice::context::counted;
use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Channel, ChannelKind, Key, Record};
use crate::edit::{Draft, Edit};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "no-dead-letter",
    title: "Nowhere for dead letters",
    severity: Severity::Note,
    what: "A queue gives up on a message after some deliveries, and names no dead-letter queue.",
    why: "What cannot be handled is lost without a trace once its time is up.",
    cure: "Name a dead-letter queue, watch its depth, and redrive from it",
    example: "Channel:orders (queue, max_receive_count: 5, no dead letters)",
    source: "AWS documentation of SQS redrive policies; RabbitMQ delivery-limit",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for channel in &context.topology.channels {
        let Some(definition) = context.board.channels.get(&channel.name) else { continue };
        let described = *definition != Channel::default();
        let gives_up = definition.kind == ChannelKind::Queue && definition.max_receive_count.is_some();
        if described && gives_up && definition.dead_letter.is_empty() && !channel.routes.is_empty() {
            let tries =
                usize::try_from(definition.max_receive_count.unwrap_or_default()).unwrap_or(usize::MAX);
            let message = format!(
                "{} drops a message after {}, and nobody hears of it",
                channel.name,
                counted(tries, "delivery")
            );
            let mut places: Vec<Key> = channel.stickies.iter().map(|sticky| Key::Sticky(*sticky)).collect();
            places.push(Key::Channel(channel.name.clone()));
            findings.add(places, message);
        }
    }
}

/// A queue for what cannot be delivered, named after the channel.
fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let name = finding.places.iter().find_map(|place| match place {
        Key::Channel(name) => Some(name),
        _ => None,
    })?;
    let mut channel = context.board.channels.get(name)?.clone();
    let stem = format!("{name}-dead-letters");
    let numbered = (2..).map(|n| format!("{stem}-{n}"));
    let taken = |name: &String| context.board.channels.contains_key(name);
    let dead_letter = std::iter::once(stem.clone()).chain(numbered).find(|name| !taken(name))?;
    channel.dead_letter.clone_from(&dead_letter);
    let mut draft = Draft::new(context.board);
    let queue = Channel { kind: ChannelKind::Queue, ..Channel::default() };
    draft.put(Record::Channel(dead_letter, Box::new(queue)));
    draft.put(Record::Channel(name.clone(), Box::new(channel)));
    Some(draft.finish("Name a dead-letter queue"))
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};
    use crate::board::{Channel, ChannelKind};

    #[test]
    fn giving_up_wants_a_place_for_what_is_left() {
        let mut queue = board("Service:A -> Command:Do -> Channel:q -> Service:B");
        let channel = Channel { kind: ChannelKind::Queue, max_receive_count: Some(5), ..Channel::default() };
        queue.channels.insert("q".into(), channel);
        assert!(advice(&queue, super::RULE.name)[0].message.contains("after 5 deliveries"));
        queue.channels.get_mut("q").unwrap().dead_letter = "q-dead".into();
        assert!(advice(&queue, super::RULE.name).is_empty());
    }
}
