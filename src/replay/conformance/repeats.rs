//! Messages that come more than once: the same again, another one under the same id, tried or delivered again.

use std::collections::BTreeMap;

use super::types::times;
use super::{Finding, Scene, Tally};
use crate::replay::again::How;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let log = scene.log;
    let mut tallies: BTreeMap<(How, u16), Tally> = BTreeMap::new();
    for (row, again) in log.repeats().iter() {
        let Some(event) = log.event(row) else { continue };
        Tally::add(&mut tallies, (again.how, event.type_number()), row, i64::from(again.attempt));
    }
    let finding = |((how, number), tally): (&(How, u16), &Tally)| {
        let name = log.types().title(*number);
        let times = times(tally.count);
        let nth = |what: &str| match tally.badness {
            0 => String::new(),
            n => format!("; {what} {n} at most"),
        };
        let (check, message) = match how {
            How::Duplicate => {
                ("duplicate-id", format!("`{name}` came again, the same in every word, {times}"))
            }
            How::ReusedId => (
                "reused-id",
                format!("`{name}` came with the id of a message that says something else {times}"),
            ),
            How::Retry => {
                ("retried", format!("`{name}` was sent in another attempt {times}{}", nth("attempt")))
            }
            How::Redelivery => {
                ("redelivered", format!("`{name}` was delivered once more {times}{}", nth("delivery")))
            }
            How::Replay => ("replayed", format!("`{name}` was sent out of an archive {times}")),
        };
        let places = scene.tracks.matched().message(*number).map(|m| scene.key_of(m)).into_iter().collect();
        scene.finding(check, name, message, tally, places)
    };
    tallies.iter().map(finding).collect()
}
