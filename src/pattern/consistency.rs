//! Array consistency: conditions met within one array must be met within one element of it.
//!
//! The elements of an event's arrays form a tree. From the deepest element up, each knows the sets of
//! conditions that it can meet at once: its own values go together, of each array within it one element is
//! chosen. A rule matches when all its conditions are met at the top. Arrays that alone hold values for some
//! condition must supply it, which leaves one set per element in all but contrived events, so that the cost
//! is linear in the values concerned.
//!
//! `exists: false` is judged as Event Ruler does: against the elements chosen by the conditions whose paths
//! come before its own in the alphabet. A value elsewhere in the array is then no obstacle; without such a
//! condition, the whole array is looked at.

use std::collections::BTreeMap;

use super::steps;
use super::tally::{ROOT, Scope, ScopeId};

/// The most sets of one element that are followed; more than one is rare.
pub(crate) const MAX_SETS: usize = 1024;

/// A condition of a rule as one event bears on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Need {
    /// Whether it must be met within arrays: nothing outside meets it and absence does not.
    pub(crate) required: bool,
    /// Whether it must be met within arrays or by absence.
    pub(crate) open: bool,
    /// The elements whose values meet it.
    pub(crate) met_in: Vec<ScopeId>,
    /// For an open condition: the elements that have its field.
    pub(crate) present_in: Vec<ScopeId>,
}

/// Whether the needs, in order of their paths, can be met at once.
pub(crate) fn consistent(needs: &[Need], scopes: &[Scope]) -> bool {
    if needs.len() <= 64 {
        Problem::<1>::new(needs, scopes).solve()
    } else {
        Problem::<16>::new(needs, scopes).solve()
    }
}

/// The most conditions one rule may have.
pub(crate) const MAX_NEEDS: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bits<const N: usize>([u64; N]);

impl<const N: usize> Bits<N> {
    const NONE: Bits<N> = Bits([0; N]);

    fn set(&mut self, bit: usize) {
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    fn has(&self, bit: usize) -> bool {
        self.0[bit / 64] >> (bit % 64) & 1 == 1
    }

    fn zip(self, other: Bits<N>, combine: impl Fn(u64, u64) -> u64) -> Bits<N> {
        Bits(std::array::from_fn(|i| combine(self.0[i], other.0[i])))
    }

    fn or(self, other: Bits<N>) -> Bits<N> {
        self.zip(other, |a, b| a | b)
    }

    fn and(self, other: Bits<N>) -> Bits<N> {
        self.zip(other, |a, b| a & b)
    }

    fn without(self, other: Bits<N>) -> Bits<N> {
        self.zip(other, |a, b| a & !b)
    }

    fn holds(self, other: Bits<N>) -> bool {
        other.without(self) == Bits::NONE
    }
}

/// Conditions met at once, and open ones whose field is absent from what was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Choice<const N: usize> {
    met: Bits<N>,
    absent: Bits<N>,
}

impl<const N: usize> Choice<N> {
    fn covers(&self, other: &Choice<N>) -> bool {
        self.met.holds(other.met) && self.absent.holds(other.absent)
    }
}

/// An element of an array, or the event itself, while its inside is being worked out.
struct Element<const N: usize> {
    met: Bits<N>,
    present: Bits<N>,
    arrays: BTreeMap<u32, Array<N>>,
    /// How many values meet each condition, itself and below.
    counts: Vec<u32>,
}

struct Array<const N: usize> {
    /// What one of its elements can meet, not yet told from what must be met.
    choices: Vec<Choice<N>>,
    present: Bits<N>,
    counts: Vec<u32>,
}

struct Problem<'a, const N: usize> {
    scopes: &'a [Scope],
    required: Bits<N>,
    open: Bits<N>,
    /// For each condition those that come before it.
    count: usize,
    totals: Vec<u32>,
    elements: BTreeMap<ScopeId, Element<N>>,
}

impl<'a, const N: usize> Problem<'a, N> {
    fn new(needs: &[Need], scopes: &'a [Scope]) -> Problem<'a, N> {
        let count = needs.len();
        let mut problem = Problem {
            scopes,
            required: Bits::NONE,
            open: Bits::NONE,
            count,
            totals: vec![0; count],
            elements: BTreeMap::new(),
        };
        problem.element(ROOT);
        for (bit, need) in needs.iter().enumerate() {
            if need.required {
                problem.required.set(bit);
            }
            if need.open {
                problem.open.set(bit);
            }
            problem.totals[bit] = u32::try_from(need.met_in.len()).unwrap_or(u32::MAX);
            for &scope in &need.met_in {
                let element = problem.element(scope);
                element.met.set(bit);
                element.counts[bit] += 1;
            }
            for &scope in &need.present_in {
                problem.element(scope).present.set(bit);
            }
        }
        problem
    }

    fn element(&mut self, scope: ScopeId) -> &mut Element<N> {
        let count = self.count;
        self.elements.entry(scope).or_insert_with(|| Element {
            met: Bits::NONE,
            present: Bits::NONE,
            arrays: BTreeMap::new(),
            counts: vec![0; count],
        })
    }

    /// Elements are numbered as they are met, so that the highest number has nothing left inside.
    fn solve(mut self) -> bool {
        while let Some((scope, element)) = self.elements.pop_last() {
            steps::count(self.count);
            let Some((choices, present, counts)) = self.close(element) else { return false };
            if scope == ROOT {
                return choices.iter().any(|choice| {
                    choice.met.holds(self.required) && choice.met.or(choice.absent).holds(self.open)
                });
            }
            let Scope { parent, array } = self.scopes[scope as usize];
            let count = self.count;
            let array = self.element(parent).arrays.entry(array).or_insert_with(|| Array {
                choices: Vec::new(),
                present: Bits::NONE,
                counts: vec![0; count],
            });
            array.present = array.present.or(present);
            for (sum, own) in array.counts.iter_mut().zip(counts) {
                *sum += own;
            }
            for choice in choices {
                add_choice(&mut array.choices, choice);
            }
        }
        false
    }

    /// What an element can meet at once; `None` when some array fails to supply what only it holds.
    fn close(&self, element: Element<N>) -> Option<(Vec<Choice<N>>, Bits<N>, Vec<u32>)> {
        let mut present = element.present;
        let mut counts = element.counts;
        let mut sets = vec![Choice { met: element.met, absent: self.open.without(element.present) }];
        for array in element.arrays.into_values() {
            present = present.or(array.present);
            for (sum, inner) in counts.iter_mut().zip(&array.counts) {
                *sum += inner;
            }
            let options = self.options(&array);
            if options.is_empty() {
                return None;
            }
            let mut combined = Vec::new();
            for set in &sets {
                for option in &options {
                    add_choice(
                        &mut combined,
                        Choice { met: set.met.or(option.met), absent: set.absent.and(option.absent) },
                    );
                }
            }
            sets = combined;
        }
        Some((sets, present, counts))
    }

    /// The ways to choose one element of an array, or none.
    fn options(&self, array: &Array<N>) -> Vec<Choice<N>> {
        let mut must = Bits::NONE;
        for bit in 0..self.count {
            if self.required.has(bit) && array.counts[bit] == self.totals[bit] {
                must.set(bit);
            }
        }
        let nowhere = self.open.without(array.present);
        let mut options = Vec::new();
        if must == Bits::NONE {
            options.push(Choice { met: Bits::NONE, absent: nowhere });
        }
        for choice in array.choices.iter().filter(|choice| choice.met.holds(must)) {
            // Absence from the chosen element is enough once a condition before has chosen it.
            let mut absent = nowhere;
            let first = (0..self.count).find(|&bit| choice.met.has(bit));
            if let Some(first) = first {
                for bit in (first + 1..self.count).filter(|&bit| choice.absent.has(bit)) {
                    absent.set(bit);
                }
            }
            add_choice(&mut options, Choice { met: choice.met, absent });
        }
        options
    }
}

/// Keeps only choices that no other covers.
fn add_choice<const N: usize>(choices: &mut Vec<Choice<N>>, new: Choice<N>) {
    steps::count(choices.len() + 1);
    if choices.len() >= MAX_SETS || choices.iter().any(|choice| choice.covers(&new)) {
        return;
    }
    choices.retain(|choice| !new.covers(choice));
    choices.push(new);
}
