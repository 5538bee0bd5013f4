//! A service hooked straight to a bus or topic.

use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Channel, ChannelKind, Key, Link, LinkId, Point, Record, Sticky, StickyId, StickyKind};
use crate::edit::{Draft, Edit};
use crate::topology::MessageKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unprotected-subscriber",
    title: "Unprotected subscriber",
    severity: Severity::Warning,
    what: "A service is subscribed to a bus or topic with no queue or stream between.",
    why: "It cannot choose how fast it takes messages: a burst upstream overloads it.",
    cure: "Put a queue of its own before it",
    example: "Service:Order -> Event:OrderConfirmed -> Channel:bus -> Service:Kitchen",
    source: "The EventBridge talk on Cazoo; James Eastham, NDC London 2024",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (at, route) in topology.routes.iter().enumerate() {
        let message = &topology[route.message];
        let compute = matches!(
            context.kind(route.reaction),
            StickyKind::Service | StickyKind::Aggregate | StickyKind::External
        );
        if message.kind != MessageKind::Event || !compute || context.is_buffered(crate::topology::RouteIx(at))
        {
            continue;
        }
        let Some((party, host)) = context.host(route.reaction) else { continue };
        let channels: Vec<&str> =
            route.channels.iter().map(|channel| topology[*channel].name.as_str()).collect();
        let through =
            if channels.is_empty() { String::new() } else { format!(" from {}", channels.join(" and ")) };
        let limit = match context.described(party).and_then(|service| service.concurrency) {
            Some(workers) => format!("a burst beyond its {workers} workers has nowhere to wait"),
            None => "a burst has nowhere to wait".to_owned(),
        };
        let message =
            format!("{} takes {}{through} with no queue of its own: {limit}", host.name, message.name);
        let mut places = vec![context.reaction_place(route.reaction)];
        places.extend(route.links.last().map(|link| Key::Link(*link)));
        findings.add(places, message);
    }
}

/// A queue between the last link's two ends.
fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let Key::Link(id) = finding.places.get(1)? else { return None };
    let link = context.board.links.get(id)?;
    let (from, to) = (context.board.stickies.get(&link.from)?, context.board.stickies.get(&link.to)?);
    let name = queue_name(context, &to.name);
    let mut ids = context.board.id_gen(0);
    let queue = StickyId(ids.mint());
    let size = StickyKind::Channel.row().size;
    let (a, b) = (from.rect().center(), to.rect().center());
    let at = Point::new(f32::midpoint(a.x, b.x) - size.w / 2.0, f32::midpoint(a.y, b.y) - size.h / 2.0);
    let mut draft = Draft::new(context.board);
    let channel = Channel { kind: ChannelKind::Queue, ..Channel::default() };
    draft.put(Record::Channel(name.clone(), Box::new(channel)));
    let layer = to.layer.clone();
    draft.put_sticky(queue, Sticky { kind: StickyKind::Channel, name, at, layer, ..Sticky::default() });
    // What the consumer says about the message stays on the link that reaches it.
    let into = Link { from: link.from, to: queue, order: link.order.clone(), ..Link::default() };
    draft.put(Record::Link(LinkId(ids.mint()), Box::new(into)));
    draft.put(Record::Link(*id, Box::new(Link { from: queue, ..link.clone() })));
    Some(draft.finish("Insert a queue"))
}

fn queue_name(context: &Context<'_>, consumer: &str) -> String {
    let stem: Vec<String> = consumer.split_whitespace().map(str::to_lowercase).collect();
    let stem = format!("{}-inbox", stem.join("-"));
    let taken = |name: &String| context.board.channels.contains_key(name);
    std::iter::once(stem.clone())
        .chain((2..).map(|n| format!("{stem}-{n}")))
        .find(|name| !taken(name))
        .unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board};
    use crate::board::{Channel, ChannelKind};

    #[test]
    fn a_queue_protects() {
        let mut bare = board("Service:Order -> Event:OrderConfirmed -> Channel:bus -> Service:Kitchen");
        let found = advice(&bare, super::RULE.name);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("Kitchen takes OrderConfirmed from bus"), "{}", found[0].message);
        apply_fix(&mut bare, &found[0]);
        assert!(advice(&bare, super::RULE.name).is_empty());

        let mut queued =
            board("Service:Order -> Event:OrderConfirmed -> Channel:bus -> Channel:q -> Service:Kitchen");
        queued.channels.insert("q".into(), Channel { kind: ChannelKind::Queue, ..Channel::default() });
        assert!(advice(&queued, super::RULE.name).is_empty());
    }
}
