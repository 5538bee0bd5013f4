//! Curing a board of all that can be cured mechanically.
//!
//! After each cure a finding further down may be gone, or ask for another cure. Asking the whole rule book again each
//! time would make a long list of cures slow on a large board, so the findings of one asking are cured one after
//! another, and before each only its own rule is asked again, of a topology that has followed the cures so far. The
//! whole book is asked again when the list is done, until it finds nothing to cure.

use std::sync::Arc;

use jiff::civil::Date;

use super::{Context, Finding, Options, advise, advise_by, fix, report, rule};
use crate::board::{Board, Key};
use crate::edit::apply;
use crate::topology::{Topology, derive};

/// One cure that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cured {
    /// What it did.
    pub label: String,
    /// What it changed, in lines.
    pub changes: Vec<String>,
}

/// Cures applied at most, so that two rules that undo each other's cures end.
const CURES_MAX: usize = 1_000;

/// Applies mechanical cures until none is left.
pub fn cure(board: &mut Board, options: &Options, today: Option<Date>) -> Vec<Cured> {
    let mut topology = Arc::new(derive(board));
    let mut done: Vec<Cured> = Vec::new();
    loop {
        let before = done.len();
        let found = advise(&Context { today, ..Context::new(board, &topology) }, options);
        for finding in found.iter().filter(|finding| finding.fix.is_some()) {
            if done.len() == CURES_MAX {
                return done;
            }
            let context = Context { today, ..Context::new(board, &topology) };
            let again = if done.len() > before { found_again(&context, options, finding) } else { None };
            if done.len() > before && again.is_none() {
                continue;
            }
            let Some(edit) = fix(&context, again.as_ref().unwrap_or(finding)) else { continue };
            let changes = report::changes(board, &edit);
            if apply(board, &edit.ops).is_err() {
                continue;
            }
            let touched: Vec<Key> = edit.touched();
            Topology::follow(&mut topology, board, &touched.iter().collect());
            done.push(Cured { label: edit.label, changes });
        }
        if done.len() == before {
            return done;
        }
    }
}

/// What the rule says now of the same places, else of the same thing: earlier cures may have left less of it.
fn found_again(context: &Context<'_>, options: &Options, finding: &Finding) -> Option<Finding> {
    let mut again = rule(finding.rule).map(|rule| advise_by(rule, context, options)).unwrap_or_default();
    let same = again.iter().position(|other| other.places == finding.places);
    let at =
        same.or_else(|| again.iter().position(|other| other.places.first() == finding.places.first()))?;
    Some(again.swap_remove(at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::half_finished;
    use super::*;
    use crate::samples;

    /// The same, said once more: the whole book asked after each cure, and the first cure it offers applied.
    fn one_by_one(board: &mut Board, options: &Options) -> Vec<String> {
        let mut done = Vec::new();
        while done.len() < CURES_MAX {
            let topology = derive(board);
            let context = Context::new(board, &topology);
            let next = advise(&context, options).into_iter().find_map(|finding| fix(&context, &finding));
            let Some(edit) = next else { break };
            apply(board, &edit.ops).unwrap();
            done.push(edit.label);
        }
        done
    }

    #[test]
    fn samples_are_cured_as_they_are_one_by_one() {
        let options = Options::default();
        for sample in samples::SAMPLES {
            let (mut together, mut alone) = (sample.board().unwrap(), sample.board().unwrap());
            let cured: Vec<String> =
                cure(&mut together, &options, None).into_iter().map(|cured| cured.label).collect();
            assert_eq!(cured, one_by_one(&mut alone, &options), "{}", sample.name);
            assert!(together == alone, "{}", sample.name);
        }
    }

    proptest! {
        /// The order of cures may differ where one makes another smaller, and with it what new queues are called and
        /// where they stand; what is cured does not.
        #[test]
        fn as_much_is_cured_as_one_by_one_and_nothing_is_left(board in half_finished()) {
            let options = Options::default();
            let (mut together, mut alone) = (board.clone(), board);
            let mut cured: Vec<String> =
                cure(&mut together, &options, None).into_iter().map(|cured| cured.label).collect();
            let mut expected = one_by_one(&mut alone, &options);
            cured.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(cured, expected);
            let topology = derive(&together);
            let left = advise(&Context::new(&together, &topology), &options);
            prop_assert!(left.iter().all(|finding| finding.fix.is_none()), "{:?}", left);
        }
    }
}
