//! The promises of the board's scenarios, checked on the log by the simulator's own checker.

use super::types::times;
use super::{Finding, Scene, Tally};
use crate::board::{Expectation, Key, Promise};
use crate::simulation::expectations::{Checker, Sight, Standing};

/// Promises about processes hold for real runs as for simulated ones. Counts belong to a scenario's own load, and
/// queue depths, answers and dead letters leave no messages in a log.
pub(crate) fn can_be_judged(expectation: &Expectation) -> bool {
    matches!(expectation.promise, Promise::LeadsTo { .. } | Promise::AtMostOnce(_) | Promise::Precedes { .. })
}

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some((start, end)) = scene.log.span() else { return found };
    let since_start = |time: i64| u64::try_from(time.saturating_sub(start)).unwrap_or(0);
    for (name, scenario) in &scene.board.scenarios {
        let expectations: Vec<Expectation> =
            scenario.expectations.iter().filter(|e| can_be_judged(e)).cloned().collect();
        if expectations.is_empty() {
            continue;
        }
        let mut checker = Checker::new(&expectations);
        let matched = scene.tracks.matched();
        let subjects: Vec<Option<u32>> = (0..scene.log.types().len() as u16)
            .map(|number| {
                let message = matched.message(number).filter(|_| !matched.is_reply(number))?;
                checker.subject(&scene.topology[message].name)
            })
            .collect();
        for event in scene.log.events(0..scene.log.len()) {
            if let Some(subject) = subjects[usize::from(event.type_number())]
                && event.correlation_key() != 0
            {
                let correlation = u64::from(event.correlation_key());
                checker.see(since_start(event.time()), subject, correlation, Sight::Happened);
            }
        }
        // A clock that still runs when the log ends is no breach: nobody knows what came after.
        for verdict in checker.verdicts(since_start(end), false) {
            if verdict.standing != Standing::Broken || verdict.broken == 0 {
                continue;
            }
            let breach = verdict.first.map_or(start, |b| start.saturating_add(b.time as i64));
            let row = first_of(scene, verdict.first.map_or(0, |b| b.correlation), breach);
            let tally = Tally { count: verdict.broken, first: row, worst: row, badness: 0 };
            let message = format!(
                "`{}` (scenario `{name}`) is broken {}, kept {}",
                verdict.name,
                times(verdict.broken),
                times(verdict.kept)
            );
            found.push(scene.finding(
                "expectation-broken",
                format!("{name}: {}", verdict.name),
                message,
                &tally,
                vec![Key::Scenario(name.clone())],
            ));
        }
    }
    found
}

/// The last event of the broken process at or before the breach: what the user wants to see.
fn first_of(scene: &Scene<'_>, correlation: u64, breach: i64) -> usize {
    let before = scene.log.row_at(breach.saturating_add(1));
    let rows = scene.log.events(0..before).filter(|e| u64::from(e.correlation_key()) == correlation);
    rows.last().map_or(before.saturating_sub(1), |e| e.row())
}
