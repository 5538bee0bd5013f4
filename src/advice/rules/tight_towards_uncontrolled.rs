//! A synchronous call, on the way to an answer, into a system that somebody else runs.

use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::availability::{WhatIf, downtime_hours};
use crate::board::{Control, Key, LinkId, Outcome, StickyId};
use crate::edit::Edit;
use crate::topology::{MessageKind, Output, PartyIx, ReactionIx, RouteIx};
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "tight-towards-uncontrolled",
    title: "Tight towards the uncontrolled",
    severity: Severity::Warning,
    what: "Somebody waits for an answer while a service waits for a third party, with nothing to fall back on.",
    why: "Their outage is yours. The right amount of coupling depends on how much control you have over both ends.",
    cure: "Put a queue and an adapter service between, which publishes the outcome; or fall back on a cached answer",
    example: "Actor:Client -> Command:AddPoints -> Service:Loyalty -> Command:CreditPoints -> External:Points API",
    source: "James Eastham, NDC London 2024, after Gregor Hohpe",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let topology = context.topology;
    for (reaction, entries) in waiting_reactions(context) {
        for output in &topology[reaction].outputs {
            let Some((route, party)) = uncontrolled(context, reaction, output) else { continue };
            let name = &topology[party].name;
            let hours = context.described(party).and_then(|service| service.availability);
            let hours = hours.map_or_else(String::new, |a| {
                format!(", down {:.1} h a year", downtime_hours(1.0 - a.clamp(0.0, 1.0)))
            });
            let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
            let message = format!(
                "{} waits for {name}{hours}, which we do not control, before {} is answered",
                context.host_name(reaction),
                crate::advice::context::listed(&entries),
            );
            let mut places = vec![context.reaction_place(reaction), Key::Sticky(output.sticky)];
            places.push(context.reaction_place(topology[route].reaction));
            places.extend(topology[route].links.last().map(|link| Key::Link(*link)));
            findings.add(places, message);
            findings.cured_by(queue(context, route).map(|queue| queue.describe()));
        }
    }
}

/// The reactions that somebody outside waits for, with the entries they hold up.
fn waiting_reactions(context: &Context<'_>) -> BTreeMap<ReactionIx, BTreeSet<String>> {
    let mut waiting: BTreeMap<ReactionIx, BTreeSet<String>> = BTreeMap::new();
    for report in context.entry_reports().iter() {
        let stickies: BTreeSet<StickyId> = report.calls.iter().map(|call| call.sticky).collect();
        for reaction in stickies.into_iter().filter_map(|sticky| context.topology.reaction(sticky)) {
            waiting.entry(reaction).or_default().insert(report.entry.clone());
        }
    }
    waiting
}

/// The route and third party an output waits for, when we call and nothing stands in.
fn uncontrolled(context: &Context<'_>, from: ReactionIx, output: &Output) -> Option<(RouteIx, PartyIx)> {
    use crate::board::Mode::Synchronous;
    let topology = context.topology;
    let falls_back =
        topology[from].outputs.iter().any(|other| other.outcome == Outcome::OnFailureOf(output.link));
    let on_failure = matches!(output.outcome, Outcome::OnFailureOf(_));
    let ours = topology[from].host.is_none_or(|host| !is_foreign(context, host));
    if falls_back || on_failure || !ours || output.mode != Synchronous {
        return None;
    }
    output.routes.iter().filter(|route| topology[**route].mode == Synchronous).find_map(|route| {
        let party = topology[topology[*route].reaction].host?;
        is_foreign(context, party).then_some((*route, party))
    })
}

fn is_foreign(context: &Context<'_>, party: PartyIx) -> bool {
    context.topology[party].external
        || context.described(party).is_some_and(|service| service.control == Control::ThirdParty)
}

/// A queue before the third party, where it is a command that need not be waited for.
fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let link: LinkId = finding.places.iter().find_map(|place| match place {
        Key::Link(link) => Some(*link),
        _ => None,
    })?;
    let routes = &context.topology.routes;
    let route = routes.iter().position(|route| route.links.last() == Some(&link)).map(RouteIx)?;
    queue(context, route)?.edit(context.board, context.topology, 0)
}

/// A query cannot be queued: whoever asks wants the answer.
fn queue(context: &Context<'_>, route: RouteIx) -> Option<WhatIf> {
    let message = &context.topology[context.topology[route].message];
    let link = *context.topology[route].links.last()?;
    (message.kind == MessageKind::Command).then(|| WhatIf::Queue { command: message.name.clone(), link })
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, apply_fix, board, join};
    use crate::board::{Control, Outcome, Service};

    const LINES: &str =
        "Actor:Client -> Command:AddPoints -> Service:Loyalty -> Command:CreditPoints -> External:Points API";

    #[test]
    fn waiting_for_a_third_party_is_told_and_a_queue_helps() {
        let mut tight = board(LINES);
        tight
            .services
            .insert("Points API".into(), Service { availability: Some(0.99), ..Service::default() });
        let found = advice(&tight, super::RULE.name);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "Loyalty waits for Points API, down 87.7 h a year, which we do not control, before AddPoints is answered"
        );
        apply_fix(&mut tight, &found[0]);
        assert!(advice(&tight, super::RULE.name).is_empty());
    }

    #[test]
    fn our_own_services_and_adapters_behind_a_queue_are_fine() {
        let mut own = board(&LINES.replace("External", "Service"));
        assert!(advice(&own, super::RULE.name).is_empty());
        let theirs = Service { control: Control::ThirdParty, ..Service::default() };
        own.services.insert("Points API".into(), theirs);
        assert_eq!(advice(&own, super::RULE.name).len(), 1);
        let adapter = board(
            "Actor:Client -> Command:Buy -> Service:Shop -> Event:Bought -> Channel:q -> Service:Adapter\n\
             Command:CreditPoints -> External:Points API",
        );
        let mut adapter = adapter;
        join(&mut adapter, "Adapter", "CreditPoints");
        assert!(advice(&adapter, super::RULE.name).is_empty());
    }

    #[test]
    fn a_fallback_is_enough() {
        let mut tight = board(&format!("{LINES}\nQuery:GetCachedPoints -> Service:Cache"));
        join(&mut tight, "Loyalty", "GetCachedPoints");
        assert_eq!(advice(&tight, super::RULE.name).len(), 1);
        let named = |id, name: &str| tight.stickies[&id].name == name;
        let credit = *tight.links.iter().find(|(_, l)| named(l.to, "CreditPoints")).unwrap().0;
        let cached = *tight.links.iter().find(|(_, l)| named(l.to, "GetCachedPoints")).unwrap().0;
        tight.links.get_mut(&cached).unwrap().outcome = Outcome::OnFailureOf(credit);
        assert!(advice(&tight, super::RULE.name).is_empty());
    }
}
