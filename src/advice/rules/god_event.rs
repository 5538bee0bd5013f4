//! A "latest state" event that everybody reads a little of.

use crate::advice::context::{counted, listed};
use crate::advice::decomposition::Decomposition;
use crate::advice::explain::EventExplained;
use crate::advice::usage::{FIELDS_MIN, Score, Usage};
use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::Key;
use crate::edit::Edit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "god-event",
    title: "God event",
    severity: Severity::Warning,
    what: "One event carries the latest state of a thing, is published for many different reasons, and many services each read a few different fields of it.",
    why: "Its producer becomes a proxy for everyone; every change risks everyone; the contract can never break.",
    cure: "Publish specific, contextual events beside it (such as listingUpdated: id, price, published) until consumers have moved",
    example: "Service:Inventory -> Event:VehicleUpdated (84 fields) -> Service:Search, Service:Order, Service:Finance",
    source: "Apostolidis and Shea, GOTO EDA Day 2022 (Cinch); the split follows Navathe et al., Vertical partitioning algorithms for database design, ACM TODS 9(4), 1984, with average linkage (Sokal and Michener, 1958)",
    check,
    fix: Some(fix),
};

/// The score at which it is called by its name.
const SCORE_MIN: u32 = 5;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (event, name, definition) in context.events() {
        let newest =
            definition.and_then(|event| event.versions.iter().rev().find(|v| !v.schema.fields.is_empty()));
        if newest.is_none_or(|version| version.schema.leaf_count() < FIELDS_MIN) {
            continue;
        }
        let Some(usage) = Usage::of(context, event) else { continue };
        let score = Score::of(&usage);
        if usage.consumers.len() < 2 || score.points < SCORE_MIN {
            continue;
        }
        let names: Vec<&str> = usage.consumers.iter().map(|consumer| consumer.name.as_str()).collect();
        let used = usage.mean_share().map_or_else(String::new, |share| {
            let used: Vec<usize> =
                usage.consumers.iter().map(|consumer| consumer.uses.len()).filter(|used| *used > 0).collect();
            let (least, most) =
                (used.iter().min().copied().unwrap_or(0), used.iter().max().copied().unwrap_or(0));
            let range = if least == most { least.to_string() } else { format!("{least} to {most}") };
            format!(" each uses {range} of them ({:.0} % on average);", share * 100.0)
        });
        let message = format!(
            "{name} carries {} to {} ({});{used} it is published for {}. Score {} of 10",
            counted(usage.fields.len(), "field"),
            counted(names.len(), "consumer"),
            listed(&names),
            counted(usage.reasons.len(), "reason"),
            score.points,
        );
        findings.add(context.message_places(event), message);
        let proposal = Decomposition::of(context, &usage).filter(|proposal| proposal.is_mechanical(context));
        findings.cured_by(proposal.map(|proposal| proposal.label()));
    }
}

/// The events that could stand in its place, published beside it.
fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let Key::Sticky(id) = finding.places.first()? else { return None };
    let explained = EventExplained::of(context, &context.board.stickies.get(id)?.name)?;
    explained.proposal?.edit(context, &explained.usage)
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board, fields};

    const LINES: &str = "Service:Inventory -> Event:VehicleUpdated -> Service:Search\n\
                         Service:Inventory -> Event:VehicleUpdated -> Service:Order\n\
                         Service:Inventory -> Event:VehicleUpdated -> Service:Finance";

    #[test]
    fn many_fields_little_used_by_many() {
        let mut board = board(LINES);
        fields(&mut board, "VehicleUpdated", 84);
        board.links.values_mut().for_each(|link| link.fields = vec!["f1".into(), "f2".into()]);
        let found = advice(&board, super::RULE.name);
        assert_eq!(found.len(), 1);
        for part in ["84 fields", "3 consumers", "2 %", "3 reasons"] {
            assert!(found[0].message.contains(part), "{}", found[0].message);
        }
    }

    #[test]
    fn a_contextual_event_is_not_one() {
        let mut board = board(LINES);
        fields(&mut board, "VehicleUpdated", 4);
        assert!(advice(&board, super::RULE.name).is_empty());
    }
}
