//! Shrinking a counterexample: fewer faults, shorter faults, fewer arrivals, as long as the same promise still breaks.

use std::sync::Arc;

use super::Counterexample;
use crate::board::{self, Span};
use crate::simulation::Simulation;
use crate::simulation::expectations::{Breach, Standing};
use crate::simulation::model::{Fault, Model};

/// The smallest run found that breaks the expectation at this place, starting from one that does.
pub(super) fn shrink(model: &Arc<Model>, faults: Vec<Fault>, seed: u64, at: usize) -> Option<Counterexample> {
    let attempt = |faults: &[Fault], end: u64| breach(model, faults, seed, end, at);
    let mut faults = faults;
    let mut end = model.duration;
    let mut found = attempt(&faults, end)?;
    // Nothing that arrives after the moment of the breach can have brought it about.
    let moment = found.since.saturating_add(1);
    if let Some(sooner) = attempt(&faults, moment) {
        end = end.min(moment);
        found = sooner;
    }
    loop {
        let before = faults.len();
        let mut number = 0;
        while number < faults.len() {
            let mut fewer = faults.clone();
            fewer.remove(number);
            match attempt(&fewer, end) {
                Some(breach) => (faults, found) = (fewer, breach),
                None => number += 1,
            }
        }
        if faults.len() == before {
            break;
        }
    }
    for number in 0..faults.len() {
        while let Some((shorter, breach)) =
            halved(&faults, number).and_then(|f| attempt(&f, end).map(|b| (f, b)))
        {
            (faults, found) = (shorter, breach);
        }
    }
    let (mut low, mut high) = (0, end);
    while high - low > high / 64 + 1_000_000 {
        let middle = low + (high - low) / 2;
        match attempt(&faults, middle) {
            Some(breach) => (high, found) = (middle, breach),
            None => low = middle,
        }
    }
    let faults = faults.iter().map(stated).collect();
    Some(Counterexample { seed, faults, arrivals_end: high, breach: found })
}

fn breach(model: &Arc<Model>, faults: &[Fault], seed: u64, end: u64, at: usize) -> Option<Breach> {
    let mut simulation = Simulation::with_faults(Arc::clone(model), faults.to_vec(), seed, false);
    simulation.end_arrivals_at(end);
    simulation.run();
    let verdict = simulation.verdicts().swap_remove(at);
    if verdict.standing == Standing::Broken { verdict.first } else { None }
}

/// The faults with one of them half as long, unless it is short already or lasts to the end.
fn halved(faults: &[Fault], number: usize) -> Option<Vec<Fault>> {
    let mut faults = faults.to_vec();
    let fault = &mut faults[number];
    let lasts = fault.until.checked_sub(fault.from)?;
    if fault.until == u64::MAX || lasts < 2_000_000_000 {
        return None;
    }
    fault.until = fault.from + lasts / 2;
    Some(faults)
}

/// A fault as boards state it.
fn stated(fault: &Fault) -> board::Fault {
    board::Fault {
        kind: fault.kind.clone(),
        target: fault.target.clone(),
        at: (fault.from > 0).then_some(Span(fault.from)),
        lasts: (fault.until != u64::MAX).then(|| Span(fault.until.saturating_sub(fault.from))),
    }
}
