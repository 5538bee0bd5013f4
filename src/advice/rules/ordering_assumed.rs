//! A consumer that needs an order its channel does not keep.

use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Channel, ChannelKind, Key, Record};
use crate::edit::{Draft, Edit};
use crate::topology::RouteIx;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "ordering-assumed",
    title: "Ordering assumed",
    severity: Severity::Warning,
    what: "A consumer relies on the order of messages, and a channel on their way keeps none.",
    why: "An older state overwrites a newer one.",
    cure: "Use a FIFO queue or a stream keyed by what must stay in order, or put a version into the event and ignore older ones",
    example: "Event:PriceChanged -> Channel:bus -> Service:Search (ordered: true)",
    source: "The EventBridge talk on Cazoo",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (at, route) in topology.routes.iter().enumerate() {
        let Some(link) =
            route.links.iter().find(|link| context.board.links.get(link).is_some_and(|link| link.ordered))
        else {
            continue;
        };
        let loose = context.channels_of(RouteIx(at)).find(|(_, channel)| channel.is_none_or(is_loose));
        let name = match loose {
            Some((name, _)) => name,
            None if route.channels.is_empty() && route.mode == crate::board::Mode::Asynchronous => {
                "the default bus"
            }
            None => continue,
        };
        let who = context.host_name(route.reaction);
        let message =
            format!("{who} relies on the order of {}, and {name} keeps none", topology[route.message].name);
        findings.add(vec![context.reaction_place(route.reaction), Key::Link(*link)], message);
    }
}

fn is_loose(channel: &Channel) -> bool {
    !channel.fifo && channel.kind != ChannelKind::Stream
}

/// The FIFO variant of the queues and topics on the way; a bus has none.
fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let (Key::Sticky(reaction), Key::Link(link)) = (finding.places.first()?, finding.places.get(1)?) else {
        return None;
    };
    let reaction = context.topology.reaction(*reaction)?;
    let routes = &context.topology[reaction].triggers;
    let route = routes.iter().find(|route| context.topology[**route].links.contains(link))?;
    let mut draft = Draft::new(context.board);
    for (name, channel) in context.channels_of(*route) {
        let channel = channel?;
        if !is_loose(channel) {
            continue;
        }
        if channel.kind == ChannelKind::Bus {
            return None;
        }
        let fifo = Channel { fifo: true, ..channel.clone() };
        draft.put(Record::Channel(name.to_owned(), Box::new(fifo)));
    }
    let edit = draft.finish("Keep the order");
    (!edit.is_empty()).then_some(edit)
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board};
    use crate::board::{Channel, ChannelKind};

    #[test]
    fn order_needs_a_channel_that_keeps_it() {
        let mut loose = board("Service:A -> Event:Priced -> Channel:log -> Service:Search");
        loose.links.values_mut().for_each(|link| link.ordered = true);
        assert_eq!(advice(&loose, super::RULE.name).len(), 1);
        loose.channels.insert("log".into(), Channel { kind: ChannelKind::Stream, ..Channel::default() });
        assert!(advice(&loose, super::RULE.name).is_empty());
    }

    #[test]
    fn a_queue_can_be_made_to_keep_it_and_a_bus_cannot() {
        let mut loose = board("Service:A -> Event:Priced -> Channel:q -> Service:Search");
        loose.links.values_mut().for_each(|link| link.ordered = true);
        assert_eq!(advice(&loose, super::RULE.name)[0].fix, None);
        loose.channels.insert("q".into(), Channel { kind: ChannelKind::Queue, ..Channel::default() });
        let found = advice(&loose, super::RULE.name);
        apply_fix(&mut loose, &found[0]);
        assert!(loose.channels["q"].fifo && advice(&loose, super::RULE.name).is_empty());
    }
}
