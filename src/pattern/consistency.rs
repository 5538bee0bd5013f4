//! Array consistency: conditions met within one array must be met within one element of it.
//!
//! The elements of an event's arrays form a tree. Where a condition's path leads to an array, it leads to nothing
//! else that could go with an element of that array, so that whatever element is chosen must meet all the conditions
//! that have a say within the array. From the deepest element up, each either does or is out of the question, and the
//! cost is linear in the values concerned.
//!
//! Only in tangled events one path leads to several arrays at once: a key comes twice in an object, or `a.b` beside
//! `a`. One array may then meet some of the conditions and another the rest. Telling whether all can be met is as
//! hard as satisfying any logical formula: each array is a variable, its elements the values, the conditions the
//! clauses. Values are then tried one by one, [`MAX_TRIES`] times, before the event is refused rather than misjudged.
//!
//! `exists: false` is judged as Event Ruler does: against the elements chosen by the conditions whose paths
//! come before its own in the alphabet. A value elsewhere in the array is then no obstacle; without such a
//! condition, the whole array is looked at.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::steps;
use super::tally::{ROOT, Scope, ScopeId};

/// How many steps are taken to put the values of a tangled event together for one rule.
pub(crate) const MAX_TRIES: usize = 1_000_000;

/// More than [`MAX_TRIES`] steps would be needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooTangled;

/// A condition of a rule as one event bears on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Need {
    /// Whether it must be met within arrays: nothing outside meets it and absence does not.
    pub(crate) required: bool,
    /// Whether it must be met within arrays or by absence.
    pub(crate) open: bool,
    /// The elements whose values meet it.
    pub(crate) met_in: Vec<ScopeId>,
    /// For an open condition: the elements that have its field, those that meet it among them.
    pub(crate) present_in: Vec<ScopeId>,
}

/// Whether the needs, in order of their paths, can be met at once.
pub(crate) fn consistent(needs: &[Need], scopes: &[Scope]) -> Result<bool, TooTangled> {
    let judged = if needs.len() <= 64 {
        Problem::<1>::new(needs, scopes).map(Problem::solve)
    } else {
        Problem::<16>::new(needs, scopes).map(Problem::solve)
    };
    match judged {
        Some(verdict) => Ok(verdict),
        None => Search { needs, scopes, tries: 0, chosen: FxHashMap::default(), trail: Vec::new() }.go_on(0),
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

    fn is_empty(self) -> bool {
        self == Bits::NONE
    }

    fn lowest(self) -> Option<usize> {
        let word = self.0.iter().position(|&word| word != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    /// Those above a bit.
    fn above(self, bit: usize) -> Bits<N> {
        let mut all = self;
        all.0[..bit / 64].fill(0);
        all.0[bit / 64] &= u64::MAX << (bit % 64) << 1;
        all
    }

    fn holds(self, other: Bits<N>) -> bool {
        other.without(self) == Bits::NONE
    }
}

/// What conditions have to say on the values of an element of an array, or of the event itself.
#[derive(Clone, Copy)]
struct Element<const N: usize> {
    met: Bits<N>,
    seen: Bits<N>,
}

/// An array whose elements have values that some condition has a say on.
#[derive(Clone, Copy)]
struct Array<const N: usize> {
    seen: Bits<N>,
    /// Whether one of its elements meets all that it must.
    is_met: bool,
}

/// An untangled event: every condition within an array must be met by the element chosen of it.
struct Problem<'a, const N: usize> {
    scopes: &'a [Scope],
    required: Bits<N>,
    open: Bits<N>,
    /// With all those they lie in. They are numbered as they are met, so that what lies within has higher numbers.
    elements: BTreeMap<ScopeId, Element<N>>,
    /// By the element they lie in and their own number.
    arrays: BTreeMap<(ScopeId, u32), Array<N>>,
}

impl<'a, const N: usize> Problem<'a, N> {
    /// `None` when the event is tangled.
    fn new(needs: &[Need], scopes: &'a [Scope]) -> Option<Problem<'a, N>> {
        let mut problem = Problem {
            scopes,
            required: Bits::NONE,
            open: Bits::NONE,
            elements: BTreeMap::new(),
            arrays: BTreeMap::new(),
        };
        problem.element(ROOT);
        for (bit, need) in needs.iter().enumerate() {
            match need {
                Need { required: true, .. } => problem.required.set(bit),
                Need { open: true, .. } => problem.open.set(bit),
                // Met outside arrays as well as within: it may choose an element or not.
                Need { met_in, .. } if !met_in.is_empty() => return None,
                Need { .. } => {}
            }
            for &scope in &need.met_in {
                let element = problem.element(scope);
                element.met.set(bit);
                element.seen.set(bit);
            }
            for &scope in need.present_in.iter().filter(|_| need.open) {
                problem.element(scope).seen.set(bit);
            }
        }
        problem.look_within().then_some(problem)
    }

    fn element(&mut self, scope: ScopeId) -> &mut Element<N> {
        self.elements.entry(scope).or_insert(Element { met: Bits::NONE, seen: Bits::NONE })
    }

    fn arrays_in(&self, scope: ScopeId) -> impl Iterator<Item = &Array<N>> {
        self.arrays.range((scope, 0)..=(scope, u32::MAX)).map(|(_, array)| array)
    }

    /// Notes what is seen within each array, from the innermost out; `false` when some condition is seen in two places
    /// that go together.
    fn look_within(&mut self) -> bool {
        let mut next = self.elements.last_key_value().map(|(&scope, _)| scope);
        while let Some(scope) = next {
            steps::count(1);
            let mut seen = self.element(scope).seen;
            for array in self.arrays_in(scope) {
                if !seen.and(array.seen).is_empty() {
                    return false;
                }
                seen = seen.or(array.seen);
            }
            if scope != ROOT {
                let Scope { parent, array } = self.scopes[scope as usize];
                self.element(parent);
                let array =
                    self.arrays.entry((parent, array)).or_insert(Array { seen: Bits::NONE, is_met: false });
                array.seen = array.seen.or(seen);
            }
            self.element(scope).seen = seen;
            next = self.elements.range(..scope).next_back().map(|(&scope, _)| scope);
        }
        true
    }

    /// From the deepest element up to the event.
    fn solve(mut self) -> bool {
        while let Some((scope, mut element)) = self.elements.pop_last() {
            steps::count(1);
            let mut is_possible = true;
            for array in self.arrays_in(scope) {
                is_possible &= array.is_met;
                element.met = element.met.or(array.seen);
            }
            if scope == ROOT {
                return is_possible && element.met.holds(self.required.or(self.open));
            }
            let Scope { parent, array } = self.scopes[scope as usize];
            let (required, open) = (self.required, self.open);
            if let Some(array) = self.arrays.get_mut(&(parent, array)).filter(|_| is_possible) {
                array.is_met |= element.met.holds(array.seen.and(required))
                    && element.met.or(element.absent(open)).holds(array.seen.and(open));
            }
        }
        false
    }
}

impl<const N: usize> Element<N> {
    /// The open conditions that absence from this element meets: a condition before has chosen it.
    fn absent(&self, open: Bits<N>) -> Bits<N> {
        let absent = open.without(self.seen);
        self.met.lowest().map_or(Bits::NONE, |first| absent.above(first))
    }
}

/// A tangled event: every combination of values, one condition after the other.
struct Search<'a> {
    needs: &'a [Need],
    scopes: &'a [Scope],
    tries: usize,
    /// The elements chosen so far by their arrays, and the arrays in the order in which that happened.
    chosen: FxHashMap<u32, ScopeId>,
    trail: Vec<u32>,
}

impl<'a> Search<'a> {
    /// Whether the needs from one on can be met along with what has been chosen.
    fn go_on(&mut self, at: usize) -> Result<bool, TooTangled> {
        let needs: &'a [Need] = self.needs;
        let Some(need) = needs.get(at) else { return Ok(true) };
        let before = self.trail.len();
        for &scope in &need.met_in {
            let found = self.choose(scope)? && self.go_on(at + 1)?;
            self.take_back(before);
            if found {
                return Ok(true);
            }
        }
        if need.required {
            return Ok(false);
        }
        for &scope in need.present_in.iter().filter(|_| need.open) {
            let is_present = self.choose(scope)?;
            self.take_back(before);
            if is_present {
                return Ok(false);
            }
        }
        self.go_on(at + 1)
    }

    /// Chooses an element with all those it lies in; `false` when another element of some array has been chosen.
    fn choose(&mut self, scope: ScopeId) -> Result<bool, TooTangled> {
        let mut at = scope;
        while at != ROOT {
            steps::count(1);
            self.tries += 1;
            if self.tries > MAX_TRIES {
                return Err(TooTangled);
            }
            let Scope { parent, array } = self.scopes[at as usize];
            match self.chosen.insert(array, at) {
                None => self.trail.push(array),
                // What it lies in has been chosen with it.
                Some(chosen) if chosen == at => return Ok(true),
                Some(other) => {
                    self.chosen.insert(array, other);
                    return Ok(false);
                }
            }
            at = parent;
        }
        Ok(true)
    }

    fn take_back(&mut self, to: usize) {
        for array in self.trail.drain(to..) {
            self.chosen.remove(&array);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Need, consistent};
    use crate::pattern::tally::{ROOT, Scope, ScopeId};

    /// The elements chosen, by their arrays, when a value of this one is taken; `None` when others have been.
    fn choose(
        chosen: &BTreeMap<u32, ScopeId>,
        scope: ScopeId,
        scopes: &[Scope],
    ) -> Option<BTreeMap<u32, ScopeId>> {
        let (mut all, mut at) = (chosen.clone(), scope);
        while at != ROOT {
            let Scope { parent, array } = scopes[at as usize];
            if *all.entry(array).or_insert(at) != at {
                return None;
            }
            at = parent;
        }
        Some(all)
    }

    /// Every combination, one need after the other.
    fn slow(needs: &[Need], chosen: &BTreeMap<u32, ScopeId>, scopes: &[Scope]) -> bool {
        let Some((need, rest)) = needs.split_first() else { return true };
        let is_absent =
            || need.open && need.present_in.iter().all(|&scope| choose(chosen, scope, scopes).is_none());
        let values = need.met_in.iter().filter_map(|&scope| choose(chosen, scope, scopes));
        values.into_iter().any(|all| slow(rest, &all, scopes))
            || (!(need.required || need.open) || is_absent()) && slow(rest, chosen, scopes)
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(20_000))]

        /// Elements with several arrays each, which any condition may reach.
        #[test]
        fn agrees_with_every_combination(
            tree in proptest::collection::vec((0_u32..40, 0_u32..2), 1..12),
            conditions in proptest::collection::vec(
                (0_u8..4, proptest::collection::vec((0_u32..40, proptest::bool::ANY), 1..5)),
                1..6,
            ),
        ) {
            let mut scopes = vec![Scope { parent: ROOT, array: u32::MAX }];
            for (parent, array) in tree {
                let parent = parent % scopes.len() as u32;
                scopes.push(Scope { parent, array: parent * 2 + array });
            }
            let needs: Vec<Need> = conditions
                .into_iter()
                .map(|(kind, places)| {
                    let mut need = Need { required: kind > 1, open: kind == 1, ..Need::default() };
                    for (scope, is_met) in places {
                        let scope = 1 + scope % (scopes.len() as u32 - 1);
                        need.present_in.push(scope);
                        if is_met {
                            need.met_in.push(scope);
                        }
                    }
                    need
                })
                .collect();
            proptest::prop_assert_eq!(
                consistent(&needs, &scopes),
                Ok(slow(&needs, &BTreeMap::new(), &scopes)),
                "{:?} {:?}", needs, scopes
            );
        }
    }
}
