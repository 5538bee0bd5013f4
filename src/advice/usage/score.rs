//! How much of a God event an event is, from named parts.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Usage;

/// A score of ten points, part by part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// The points of all parts.
    pub points: u32,
    /// The parts.
    pub parts: Vec<Part>,
}

/// One part of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What is counted.
    pub name: &'static str,
    /// What was found, in words.
    pub found: String,
    /// The points it earns.
    pub points: u32,
    /// The points it can earn.
    pub of: u32,
}

/// Fields from which an event carries more than one thing.
pub(in crate::advice) const FIELDS_MIN: usize = 15;

impl Score {
    /// The score of an event.
    #[must_use]
    pub fn of(usage: &Usage) -> Self {
        let steps = |value: usize, one: usize, two: usize| u32::from(value >= one) + u32::from(value >= two);
        let share = usage.mean_share();
        let teams: BTreeSet<&str> =
            usage.consumers.iter().map(|c| c.team.as_str()).filter(|team| !team.is_empty()).collect();
        let (fields, consumers, reasons) = (usage.fields.len(), usage.consumers.len(), usage.reasons.len());
        let part = |name, found: String, points, of| Part { name, found, points, of };
        let parts = vec![
            part("fields", fields.to_string(), steps(fields, FIELDS_MIN, 40), 2),
            part("consumers", consumers.to_string(), steps(consumers, 3, 5), 2),
            part(
                "share of the fields a consumer uses",
                share.map_or("nobody says".to_owned(), |share| format!("{:.0} %", share * 100.0)),
                share.map_or(0, |share| u32::from(share <= 0.5) + u32::from(share <= 0.25)),
                2,
            ),
            part("reasons to publish", reasons.to_string(), steps(reasons, 2, 4), 2),
            part("teams that read it", teams.len().to_string(), u32::from(teams.len() >= 3), 1),
            part(
                "name",
                if usage.is_generic() {
                    "says that something changed, not what"
                } else {
                    "says what happened"
                }
                .to_owned(),
                u32::from(usage.is_generic()),
                1,
            ),
        ];
        Self { points: parts.iter().map(|part| part.points).sum(), parts }
    }
}
