//! A service hooked straight to a bus or topic.

use std::collections::{BTreeMap, BTreeSet};

use crate::advice::context::listed;
use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::{Channel, ChannelKind, Key, Record, StickyKind};
use crate::edit::{Draft, Edit};
use crate::topology::{MessageKind, PartyIx, RouteIx};

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
    for (party, routes) in bare_routes(context) {
        let mut channels: Vec<&str> = routes
            .iter()
            .flat_map(|route| &topology[*route].channels)
            .map(|channel| topology[*channel].name.as_str())
            .collect();
        channels.sort_unstable();
        channels.dedup();
        let through =
            if channels.is_empty() { String::new() } else { format!(" from {}", listed(&channels)) };
        let events: BTreeSet<&str> =
            routes.iter().map(|route| topology[topology[*route].message].name.as_str()).collect();
        let events: Vec<&str> = events.into_iter().collect();
        let limit = match context.described(party).and_then(|service| service.concurrency) {
            Some(workers) => format!("a burst beyond its {workers} workers has nowhere to wait"),
            None => "a burst has nowhere to wait".to_owned(),
        };
        let who = &topology[party].name;
        let message = format!("{who} takes {}{through} with no queue of its own: {limit}", listed(&events));
        // Routes come by the sticky they begin at, so the reactions of a party come mixed.
        let mut met = BTreeSet::new();
        let reactions = routes.iter().map(|route| topology[*route].reaction);
        let mut places: Vec<Key> = reactions
            .filter(|reaction| met.insert(*reaction))
            .map(|reaction| context.reaction_place(reaction))
            .collect();
        places.extend(
            routes.iter().filter_map(|route| topology[*route].links.last()).map(|link| Key::Link(*link)),
        );
        findings.add(places, message);
        findings.cured_by(Some("Insert a queue".to_owned()));
    }
}

/// The ways on which events reach each service with nothing to wait in.
fn bare_routes(context: &Context<'_>) -> BTreeMap<PartyIx, Vec<RouteIx>> {
    let mut bare: BTreeMap<PartyIx, Vec<RouteIx>> = BTreeMap::new();
    for (at, route) in context.topology.routes.iter().enumerate() {
        let compute = matches!(
            context.kind(route.reaction),
            StickyKind::Service | StickyKind::Aggregate | StickyKind::External
        );
        let event = context.topology[route.message].kind == MessageKind::Event;
        if let Some((party, _)) = context.host(route.reaction)
            && event
            && compute
            && !context.is_buffered(RouteIx(at))
        {
            bare.entry(party).or_default().push(RouteIx(at));
        }
    }
    bare
}

/// One queue on every arrow through which the service gets events.
fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let links: BTreeSet<_> = finding
        .places
        .iter()
        .filter_map(|place| match place {
            Key::Link(link) => Some(*link),
            _ => None,
        })
        .collect();
    let first = context.board.links.get(links.first()?)?;
    let name = queue_name(context, &context.board.stickies.get(&first.to)?.name);
    let mut draft = Draft::new(context.board);
    let channel = Channel { kind: ChannelKind::Queue, ..Channel::default() };
    draft.put(Record::Channel(name.clone(), Box::new(channel)));
    for link in links {
        draft.interpose(link, &name, 0)?;
    }
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

    #[test]
    fn one_service_is_told_once_and_gets_one_queue() {
        let mut bare = board(
            "Service:Order -> Event:OrderConfirmed -> Channel:bus -> Service:Kitchen\n\
             Service:Order -> Event:OrderCancelled -> Channel:bus -> Service:Kitchen",
        );
        let found = advice(&bare, super::RULE.name);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.contains("OrderCancelled and OrderConfirmed from bus"),
            "{}",
            found[0].message
        );
        apply_fix(&mut bare, &found[0]);
        assert!(advice(&bare, super::RULE.name).is_empty());
        let queues = bare.channels.iter().filter(|(_, channel)| channel.kind == ChannelKind::Queue);
        assert_eq!(queues.map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["kitchen-inbox"]);
    }
}
