//! One part whose loss stops most of what a board does.

use crate::advice::context::{counted, listed};
use crate::advice::{Context, Findings, Rule, Severity};
use crate::availability::{EntryReport, PartKind, downtime_hours};
use crate::board::Key;
use crate::topology::PartyIx;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "single-source-of-failure",
    title: "Single source of failure",
    severity: Severity::Warning,
    what: "A process manager without replicas carries most flows, or most entries wait for one and the same further service or channel.",
    why: "When it goes down, nearly everything stops at once.",
    cure: "Run replicas of it; for simple sequential flows, let the services react to each other's events instead",
    example: "Command:Buy, Command:Sell and Query:GetStock -> three services that all ask Service:Login first",
    source: "Macklin Hartley, Event-driven architecture and communication patterns",
    check,
    fix: None,
};

/// With fewer entries, "most of them" says nothing.
const LEAST_ENTRIES: usize = 3;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let reports = context.entry_reports();
    managers(context, &reports, findings);
    shared_parts(context, &reports, findings);
}

/// Process managers that stand alone between most entries and their completion. Work waits for them, it is not lost:
/// that is a note.
fn managers(context: &Context<'_>, reports: &[EntryReport], findings: &mut Findings) {
    for (at, party) in context.topology.parties.iter().enumerate() {
        let Some(service) = context.described(PartyIx(at)).filter(|service| service.process_manager) else {
            continue;
        };
        let replicas = service.replicas.as_ref();
        if replicas.is_some_and(|replicas| replicas.count.max(1) > replicas.needed.max(1)) {
            continue;
        }
        // Only what changes something counts as a flow: an answered query is done.
        let flows: Vec<&EntryReport> = reports.iter().filter(|r| !r.completion.parts.is_empty()).collect();
        let stopped = flows.iter().filter(|r| r.completion.parts.contains(&party.name)).count();
        if stopped == 0 || 2 * stopped <= flows.len() {
            continue;
        }
        let hours = service.availability.map_or_else(String::new, |a| {
            format!(", {:.1} h a year", downtime_hours(1.0 - a.clamp(0.0, 1.0)))
        });
        let message = format!(
            "{} has no replica: while it is down{hours}, {stopped} of {} cannot finish",
            party.name,
            counted(flows.len(), "flow"),
        );
        findings.add_at(Severity::Note, context.party_places(PartyIx(at)), message, RULE.cure);
    }
}

/// Services and channels that most entries wait for although they address others.
fn shared_parts(context: &Context<'_>, reports: &[EntryReport], findings: &mut Findings) {
    if reports.len() < LEAST_ENTRIES {
        return;
    }
    let mut waiting: BTreeMap<(PartKind, &str), (Vec<&str>, f64)> = BTreeMap::new();
    for report in reports {
        let first = report.calls.first().and_then(|call| call.host.as_deref());
        for part in report.parts.iter().filter(|part| Some(part.name.as_str()) != first) {
            let (entries, hours) = waiting.entry((part.kind, &part.name)).or_default();
            entries.push(&report.entry);
            *hours = hours.max(part.costs_hours);
        }
    }
    for ((kind, name), (entries, hours)) in waiting {
        // A part that costs next to nothing is redundant, or as good as.
        if 2 * entries.len() <= reports.len() || entries.len() < LEAST_ENTRIES || hours < 1.0 {
            continue;
        }
        let places: Vec<Key> = match kind {
            PartKind::Service => {
                context.topology.party(name).map_or_else(Vec::new, |party| context.party_places(party))
            }
            PartKind::Channel => context.topology.channel(name).map_or_else(Vec::new, |channel| {
                context.topology[channel].stickies.iter().map(|sticky| Key::Sticky(*sticky)).collect()
            }),
        };
        let message = format!(
            "{} of {} entries fail while {name} is down, {hours:.1} h a year: {}",
            entries.len(),
            reports.len(),
            listed(&entries),
        );
        findings.add(places, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::Severity;
    use crate::advice::testing::{advice, board};
    use crate::board::{Board, Replicas, Service};

    fn service(board: &mut Board, name: &str, service: Service) {
        board.services.insert(name.into(), service);
    }

    #[test]
    fn a_login_that_every_entry_needs() {
        let mut shared = board(
            "Actor:A -> Command:Buy -> Service:Shop -> Query:WhoIs -> Service:Login\n\
             Actor:A -> Command:Sell -> Service:Market -> Query:WhoIs -> Service:Login\n\
             Actor:A -> Query:GetStock -> Service:Stock -> Query:WhoIs -> Service:Login\n\
             Actor:A -> Query:GetHelp -> Service:Help",
        );
        assert!(advice(&shared, super::RULE.name).is_empty(), "nobody has said how available anything is");
        service(&mut shared, "Login", Service { availability: Some(0.999), ..Service::default() });
        let found = advice(&shared, super::RULE.name);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "3 of 4 entries fail while Login is down, 8.8 h a year: Buy, Sell and GetStock"
        );
        let pair = Some(Replicas { count: 2, needed: 1 });
        service(
            &mut shared,
            "Login",
            Service { availability: Some(0.999), replicas: pair, ..Service::default() },
        );
        assert!(advice(&shared, super::RULE.name).is_empty());
    }

    #[test]
    fn a_process_manager_without_a_replica() {
        let mut saga = board(
            "Actor:A -> Command:Buy -> Service:Shop -> Event:Bought -> Channel:q -> Service:Manager -> Command:Pay",
        );
        let manager = Service { process_manager: true, availability: Some(0.997), ..Service::default() };
        service(&mut saga, "Manager", manager.clone());
        let found = advice(&saga, super::RULE.name);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "Manager has no replica: while it is down, 26.3 h a year, 1 of 1 flow cannot finish"
        );
        assert_eq!(found[0].severity, Severity::Note);
        let pair = Some(Replicas { count: 2, needed: 1 });
        service(&mut saga, "Manager", Service { replicas: pair, ..manager });
        assert!(advice(&saga, super::RULE.name).is_empty());
    }
}
