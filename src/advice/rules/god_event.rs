//! A "latest state" event that everybody reads a little of.

use std::collections::BTreeSet;

use crate::advice::context::{counted, listed};
use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::notation::words;
use crate::topology::{MessageIx, PartyIx};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "god-event",
    title: "God event",
    severity: Severity::Warning,
    what: "One event carries the latest state of a thing, is published for many different reasons, and many services each read a few different fields of it.",
    why: "Its producer becomes a proxy for everyone; every change risks everyone; the contract can never break.",
    cure: "Publish specific, contextual events beside it (such as listingUpdated: id, price, published) until consumers have moved",
    example: "Service:Inventory -> Event:VehicleUpdated (84 fields) -> Service:Search, Service:Order, Service:Finance",
    source: "Apostolidis and Shea, GOTO EDA Day 2022 (Cinch)",
    check,
    fix: None,
};

/// Below this many fields an event is not one that carries everything.
const FIELDS_MIN: usize = 15;
/// The score at which it is called by its name.
const SCORE_MIN: u32 = 5;

/// What makes a god event, in numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    /// Leaf fields of the newest schema.
    pub fields: usize,
    /// Consumers, with the number of fields each says it uses (0 when it does not say).
    pub consumers: Vec<(PartyIx, usize)>,
    /// Reactions that publish it: reasons to publish.
    pub reasons: usize,
    /// Teams among the consumers.
    pub teams: usize,
    /// Its name says only that something changed.
    pub generic_name: bool,
}

impl Measure {
    /// The mean share of the fields that a consumer uses, over the consumers that say.
    #[expect(clippy::cast_precision_loss, reason = "counts of fields")]
    pub(crate) fn mean_share(&self) -> Option<f64> {
        let stated: Vec<f64> =
            self.consumers.iter().filter(|(_, used)| *used > 0).map(|(_, used)| *used as f64).collect();
        (!stated.is_empty())
            .then(|| stated.iter().sum::<f64>() / stated.len() as f64 / self.fields.max(1) as f64)
    }

    /// A score from 0 to 10; each part counts up to two.
    pub(crate) fn score(&self) -> u32 {
        let steps = |value: usize, one: usize, two: usize| u32::from(value >= one) + u32::from(value >= two);
        let share = self.mean_share().map_or(0, |share| u32::from(share <= 0.5) + u32::from(share <= 0.25));
        steps(self.fields, FIELDS_MIN, 40)
            + steps(self.consumers.len(), 3, 5)
            + share
            + steps(self.reasons, 2, 4)
            + u32::from(self.teams >= 3)
            + u32::from(self.generic_name)
    }
}

/// Measures an event.
pub(crate) fn measure(context: &Context<'_>, event: MessageIx) -> Option<Measure> {
    let topology = context.topology;
    let name = topology[event].name.as_str();
    let schema = context.newest_schema(context.board.events.get(name)?)?;
    let consumers: Vec<(PartyIx, usize)> = topology
        .consumers(event)
        .into_iter()
        .map(|party| {
            let routes = topology[event]
                .routes
                .iter()
                .filter(|r| topology[topology[**r].reaction].host == Some(party));
            let used: BTreeSet<&str> =
                routes.flat_map(|route| topology.fields_used(context.board, *route)).collect();
            (party, used.len())
        })
        .collect();
    let teams: BTreeSet<&str> = consumers.iter().filter_map(|(party, _)| context.team(*party)).collect();
    let last = words(name).split(' ').next_back().unwrap_or_default().to_lowercase();
    let reasons: BTreeSet<_> = topology[event].producers.iter().map(|(reaction, _)| *reaction).collect();
    Some(Measure {
        fields: schema.leaf_count(),
        consumers,
        reasons: reasons.len(),
        teams: teams.len(),
        generic_name: matches!(last.as_str(), "updated" | "changed" | "modified" | "state"),
    })
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (event, name, _) in context.events() {
        let Some(measure) = measure(context, event) else { continue };
        if measure.fields < FIELDS_MIN || measure.consumers.len() < 2 || measure.score() < SCORE_MIN {
            continue;
        }
        let names: Vec<&str> =
            measure.consumers.iter().map(|(party, _)| context.topology[*party].name.as_str()).collect();
        let used = measure.mean_share().map_or_else(String::new, |share| {
            let used: Vec<usize> =
                measure.consumers.iter().map(|(_, used)| *used).filter(|used| *used > 0).collect();
            let (least, most) =
                (used.iter().min().copied().unwrap_or(0), used.iter().max().copied().unwrap_or(0));
            let range = if least == most { least.to_string() } else { format!("{least} to {most}") };
            format!(" each uses {range} of them ({:.0} % on average);", share * 100.0)
        });
        let message = format!(
            "{name} carries {} to {} ({});{used} it is published for {}. Score {} of 10",
            counted(measure.fields, "field"),
            counted(names.len(), "consumer"),
            listed(&names),
            counted(measure.reasons, "reason"),
            measure.score(),
        );
        findings.add(context.message_places(event), message);
    }
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
