//! Two subscriptions of one consumer that hear the same message.

use std::collections::BTreeMap;

use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::{Key, LinkId, Version, filters};
use crate::pattern::Pattern;
use crate::topology::RouteIx;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "overlapping-filters",
    title: "Overlapping subscriptions",
    severity: Severity::Warning,
    what: "One consumer hears an event on two filtered ways, and some event passes both.",
    why: "It hears that event twice, and what it does is done twice.",
    cure: "Make the filters exclude each other, or handle the event once",
    example: "Event:Sold -> Service:Books filter amount > 5, and again with amount > 10",
    source: "AWS documentation of EventBridge: an event is delivered for each rule it matches",
    check,
    fix: None,
};

/// A way to a consumer with filters on it.
struct Filtered {
    route: RouteIx,
    filters: Vec<Pattern>,
    last: LinkId,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    // Only ways of one message to one consumer can overlap.
    let mut by_ends: BTreeMap<_, Vec<Filtered>> = BTreeMap::new();
    for filtered in (0..context.topology.routes.len()).filter_map(|at| of(context, RouteIx(at))) {
        let route = &context.topology[filtered.route];
        let reaction = &context.topology[route.reaction];
        let consumer = reaction.host.ok_or(reaction.sticky);
        by_ends.entry((route.message, consumer)).or_default().push(filtered);
    }
    for ways in by_ends.values() {
        for (at, one) in ways.iter().enumerate() {
            for other in &ways[at + 1..] {
                report(context, findings, one, other);
            }
        }
    }
}

fn report(context: &Context<'_>, findings: &mut Findings, one: &Filtered, other: &Filtered) {
    let Some(example) = heard_twice(context, one, other) else { return };
    let reaction = context.topology[one.route].reaction;
    let message = &context.topology[context.topology[one.route].message].name;
    let who = context.host_name(reaction);
    let mut places = vec![context.reaction_place(reaction)];
    places.extend([Key::Link(one.last), Key::Link(other.last)]);
    findings.add(places, format!("{who} hears {message} twice when it is {example}"));
}

/// A route with its filters; `None` when it has none, or one that cannot be read.
fn of(context: &Context<'_>, route: RouteIx) -> Option<Filtered> {
    let links = &context.topology[route].links;
    let mut filters = Vec::new();
    let mut last = None;
    for id in links {
        if let Some(filter) = context.board.links.get(id).and_then(|link| link.filter.as_ref()) {
            filters.push(Pattern::parse(&filter.to_string()).ok()?);
            last = Some(*id);
        }
    }
    Some(Filtered { route, filters, last: last? })
}

/// A payload that reaches the same consumer on both ways.
fn heard_twice(context: &Context<'_>, one: &Filtered, other: &Filtered) -> Option<String> {
    // One filter before the ways part is no second subscription.
    if one.last == other.last {
        return None;
    }
    let unknown = Version::default();
    let version = context.version_read(one.route).unwrap_or(&unknown);
    let all: Vec<&Pattern> = one.filters.iter().chain(&other.filters).collect();
    let name = &context.topology[context.topology[one.route].message].name;
    filters::matching_payload(name, version, &all).map(|payload| shortened(&payload.to_string()))
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::advice::testing::{advice, board};
    use crate::board::{Board, Event, Field, FieldType, Schema, Version};

    fn twice(to: [&str; 2], filters: [Value; 2]) -> Board {
        let lines = to.map(|service| format!("Service:Shop -> Event:Sold -> Service:{service}"));
        let mut shop = board(&lines.join("\n"));
        let heard: Vec<_> = shop
            .links
            .iter()
            .filter(|(_, link)| shop.stickies[&link.from].name == "Sold")
            .map(|(id, _)| *id)
            .collect();
        for (id, filter) in heard.into_iter().zip(filters) {
            shop.links.get_mut(&id).unwrap().filter = Some(filter);
        }
        let amount = Field { min: Some(0.0), max: Some(100.0), ..Field::new("amount", FieldType::Integer) };
        let schema = Schema { fields: vec![amount], ..Schema::default() };
        let version = Version { version: "1".into(), schema, ..Version::default() };
        shop.events.insert("Sold".into(), Event { versions: vec![version], ..Event::default() });
        shop
    }

    fn amount(condition: Value) -> Value {
        json!({"data": {"amount": [condition]}})
    }

    #[test]
    fn what_passes_both_ways_is_heard_twice() {
        let more = |than: i32| amount(json!({"numeric": [">", than]}));
        let found = advice(&twice(["Books", "Books"], [more(50), more(90)]), super::RULE.name);
        assert!(found[0].message.starts_with("Books hears Sold twice when it is {\"amount\":9"), "{found:?}");
        assert!(advice(&twice(["Books", "Stock"], [more(50), more(90)]), super::RULE.name).is_empty());
        let less = amount(json!({"numeric": ["<=", 50]}));
        assert!(advice(&twice(["Books", "Books"], [more(50), less]), super::RULE.name).is_empty());
        // Beyond the schema's bounds nothing is sent.
        assert!(advice(&twice(["Books", "Books"], [more(500), more(900)]), super::RULE.name).is_empty());
    }
}
