//! An entry that is answered only while a chain of services is up.

use crate::advice::context::listed;
use crate::advice::{Context, Findings, Rule, Severity};
use crate::availability::{EntryReport, Part, PartKind, downtime_hours};
use crate::board::Key;
use crate::topology::MessageKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "availability-chain",
    title: "Availability chain",
    severity: Severity::Warning,
    what: "A command or query is answered only after synchronous calls to further services.",
    why: "Availabilities multiply: three services at 99.7 % give 99.1027 %, 78.7 hours down a year instead of 26.3.",
    cure: "Replace a hop by an event, a queue or a cached projection; `isobar availability --what-if` ranks them",
    example: "Actor:Client -> Command:CreateCheckout -> Service:Store -> Command:DeductBalance -> Service:Balance",
    source: "Macklin Hartley, Event-driven architecture and communication patterns",
    check,
    fix: None,
};

/// Fewer hours a year than this are no reason to build anything differently.
const LEAST_HOURS: f64 = 1.0;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for report in context.entry_reports().iter() {
        let Some(first) = report.calls.first().and_then(|call| call.host.clone()) else { continue };
        let services = |part: &&Part| part.kind == PartKind::Service && part.costs_hours > 0.0;
        let further: Vec<&Part> = report.parts.iter().filter(services).filter(|p| p.name != first).collect();
        let own = report.parts.iter().find(|part| part.name == first);
        let own_hours = own.map_or(0.0, |part| downtime_hours(1.0 - part.availability));
        let added = report.downtime_hours - own_hours;
        let Some(worst) = further.iter().max_by(|a, b| a.costs_hours.total_cmp(&b.costs_hours)) else {
            continue;
        };
        if report.at_most.is_some() || added < LEAST_HOURS {
            continue;
        }
        let names: Vec<&str> = further.iter().map(|part| part.name.as_str()).collect();
        let message = format!(
            "{} waits for {} besides {first}: answered {:.6} of the time, {:.1} h down a year instead of {own_hours:.1} h",
            report.entry,
            listed(&names),
            report.availability,
            report.downtime_hours,
        );
        let cure = format!(
            "Take {} off the path with an event, a queue or a cached projection, which spares {:.1} h a year; \
             `isobar availability --what-if` ranks the ways",
            worst.name, worst.costs_hours,
        );
        // One call further is a price often worth paying: say so, and no more.
        let severity = if further.len() > 1 { Severity::Warning } else { Severity::Note };
        findings.add_at(severity, places(report), message, cure);
    }
}

/// The reaction that waits first, then the further calls, each once, and the entry itself.
fn places(report: &EntryReport) -> Vec<Key> {
    let mut places: Vec<Key> = Vec::new();
    for call in &report.calls {
        let place = Key::Sticky(call.sticky);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let entry = report.entry.clone();
    places.push(if report.kind == MessageKind::Query { Key::Query(entry) } else { Key::Command(entry) });
    places
}

#[cfg(test)]
mod tests {
    use crate::advice::Severity;
    use crate::advice::testing::{advice, board, join};
    use crate::board::{Board, Service};

    fn checkout() -> Board {
        let mut chain = board(
            "Actor:Client -> Command:CreateCheckout -> Service:Store -> Command:DeductBalance -> Service:Balance\n\
             Command:AssignAvatar -> Service:Inventory",
        );
        join(&mut chain, "Store", "AssignAvatar");
        for name in ["Store", "Balance", "Inventory"] {
            chain.services.insert(name.into(), Service { availability: Some(0.997), ..Service::default() });
        }
        chain
    }

    #[test]
    fn a_chain_is_told_with_its_hours() {
        let found = advice(&checkout(), super::RULE.name);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "CreateCheckout waits for Balance and Inventory besides Store: \
             answered 0.991027 of the time, 78.7 h down a year instead of 26.3 h"
        );
        assert!(found[0].cure.contains("spares 26.1 h a year"), "{}", found[0].cure);
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn one_service_alone_and_undescribed_ones_are_no_chain() {
        let mut chain = checkout();
        chain.services.get_mut("Inventory").unwrap().availability = None;
        assert_eq!(advice(&chain, super::RULE.name)[0].severity, Severity::Note);
        chain.services.get_mut("Balance").unwrap().availability = Some(0.999_999);
        assert!(advice(&chain, super::RULE.name).is_empty());
        let alone = board("Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Service:Mail");
        assert!(advice(&alone, super::RULE.name).is_empty());
    }
}
