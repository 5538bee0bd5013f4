//! Ranges of numbers, asked which of them hold a number.

use super::condition::Range;
use super::steps;

/// Ranges in a few trees of growing size, with the latest additions in a list beside them. Asking n ranges costs
/// O(log² n) and the answers; adding and removing O(log² n) on average.
#[derive(Debug, Clone)]
pub(crate) struct Ranges<T> {
    recent: Vec<(Range, T)>,
    /// Each holds up to [`GROWTH`] times as many ranges as the one before.
    levels: Vec<Segments<T>>,
}

impl<T> Default for Ranges<T> {
    fn default() -> Ranges<T> {
        Ranges { recent: Vec::new(), levels: Vec::new() }
    }
}

/// So many recent ranges are simply looked through.
const RECENT: usize = 16;
/// How many times as many ranges a level holds as the one before.
const GROWTH: usize = 8;

impl<T: Copy + PartialEq> Ranges<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.recent.is_empty() && self.levels.iter().all(Segments::is_empty)
    }

    /// Calls back with the entry of every range that holds the number.
    #[inline]
    pub(crate) fn stab(&self, number: f64, mut found: impl FnMut(T)) {
        for (range, entry) in &self.recent {
            steps::count(1);
            if range.contains(number) {
                found(*entry);
            }
        }
        for level in &self.levels {
            level.stab(number, &mut found);
        }
    }

    pub(crate) fn insert(&mut self, range: Range, entry: T) {
        self.recent.push((range, entry));
        if self.recent.len() <= RECENT {
            return;
        }
        let mut gathered = std::mem::take(&mut self.recent);
        let mut room = RECENT * GROWTH;
        for level in &mut self.levels {
            gathered.append(&mut level.take());
            if gathered.len() <= room {
                *level = Segments::of(gathered);
                return;
            }
            room *= GROWTH;
        }
        self.levels.push(Segments::of(gathered));
    }

    pub(crate) fn remove(&mut self, range: Range, entry: T) {
        if let Some(place) = self.recent.iter().position(|(r, e)| *r == range && *e == entry) {
            self.recent.swap_remove(place);
            return;
        }
        for level in &mut self.levels {
            if level.remove(range, entry) {
                return;
            }
        }
    }
}

/// Ranges that do not change but for being taken out: a segment tree over the stretches between their ends.
///
/// With m distinct ends there are 2m + 1 stretches, the ends themselves among them, so that open and closed ends need
/// no further look. A range is filed at the O(log m) nodes that make it up; a number is looked up from its stretch to
/// the root.
#[derive(Debug, Clone)]
struct Segments<T> {
    /// By their lower end.
    ranges: Vec<(Range, T)>,
    removed: Vec<bool>,
    n_removed: usize,
    /// The ends of ranges, ascending, and every so-many-th of them.
    ends: Vec<f64>,
    coarse: Vec<f64>,
    /// Which nodes have ranges: most have none, and this is small enough to stay near.
    filled: Vec<u64>,
    /// Where the ranges of each node begin among `filed`, by their places.
    starts: Vec<u32>,
    filed: Vec<u32>,
}

/// One end in so many is looked at first.
const STRIDE: usize = 64;

impl<T> Default for Segments<T> {
    fn default() -> Segments<T> {
        Segments {
            ranges: Vec::new(),
            removed: Vec::new(),
            n_removed: 0,
            ends: Vec::new(),
            coarse: Vec::new(),
            filled: Vec::new(),
            starts: Vec::new(),
            filed: Vec::new(),
        }
    }
}

impl<T: Copy + PartialEq> Segments<T> {
    fn of(mut ranges: Vec<(Range, T)>) -> Segments<T> {
        ranges.sort_by(|(a, _), (b, _)| a.low.value().total_cmp(&b.low.value()));
        let mut ends: Vec<f64> =
            ranges.iter().flat_map(|(range, _)| [range.low.value(), range.high.value()]).collect();
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let leaves = 2 * ends.len() + 1;
        let nodes_of = |range: &Range| {
            let at = |end: f64| 2 * ends.partition_point(|other| *other < end);
            let from = at(range.low.value()) + 1 + usize::from(range.low_open);
            let to = at(range.high.value()) + usize::from(!range.high_open);
            cover(leaves, from, to)
        };
        let mut starts = vec![0_u32; 2 * leaves + 1];
        let nodes: Vec<Vec<usize>> = ranges.iter().map(|(range, _)| nodes_of(range)).collect();
        for node in nodes.iter().flatten() {
            starts[node + 1] += 1;
        }
        for node in 1..starts.len() {
            starts[node] += starts[node - 1];
        }
        let mut filled = vec![0_u64; leaves.div_ceil(32)];
        let mut next = starts.clone();
        let mut filed = vec![0; starts.last().map_or(0, |end| *end as usize)];
        for (place, nodes) in (0_u32..).zip(&nodes) {
            for &node in nodes {
                filled[node / 64] |= 1 << (node % 64);
                filed[next[node] as usize] = place;
                next[node] += 1;
            }
        }
        Segments {
            removed: vec![false; ranges.len()],
            n_removed: 0,
            coarse: ends.iter().copied().step_by(STRIDE).collect(),
            ranges,
            ends,
            filled,
            starts,
            filed,
        }
    }

    fn is_empty(&self) -> bool {
        self.ranges.len() == self.n_removed
    }

    #[inline]
    fn stab(&self, number: f64, found: &mut impl FnMut(T)) {
        if self.ranges.is_empty() {
            return;
        }
        // The stretch of the number: of the ends below it, and whether it is one itself.
        let block = self.coarse.partition_point(|end| *end < number).saturating_sub(1) * STRIDE;
        let near = &self.ends[block..self.ends.len().min(block + STRIDE)];
        let below = block + near.partition_point(|end| *end < number);
        let is_end = self.ends.get(below) == Some(&number);
        let mut node = self.ends.len() * 2 + 1 + 2 * below + usize::from(is_end);
        while node > 0 {
            steps::count(1);
            if self.filled[node / 64] >> (node % 64) & 1 == 1 {
                let filed = self.starts[node] as usize..self.starts[node + 1] as usize;
                for &place in &self.filed[filed] {
                    if !self.removed[place as usize] {
                        found(self.ranges[place as usize].1);
                    }
                }
            }
            node /= 2;
        }
    }

    fn remove(&mut self, range: Range, entry: T) -> bool {
        let low = range.low.value();
        let from = self.ranges.partition_point(|(r, _)| r.low.value() < low);
        let alike = self.ranges[from..].iter().take_while(|(r, _)| r.low.value() <= low).count();
        let wanted = |place: &usize| self.ranges[*place] == (range, entry) && !self.removed[*place];
        let Some(place) = (from..from + alike).find(wanted) else { return false };
        self.removed[place] = true;
        self.n_removed += 1;
        if self.n_removed * 2 > self.ranges.len() {
            *self = Segments::of(self.take());
        }
        true
    }

    /// The ranges that are left.
    fn take(&mut self) -> Vec<(Range, T)> {
        let Segments { ranges, removed, .. } = std::mem::take(self);
        ranges.into_iter().zip(removed).filter(|(_, removed)| !removed).map(|(range, _)| range).collect()
    }
}

/// The nodes of a tree with so many leaves that together hold the leaves from `from` to `to`, both included.
fn cover(leaves: usize, from: usize, to: usize) -> Vec<usize> {
    let mut nodes = Vec::new();
    let (mut from, mut to) = (from + leaves, to + leaves + 1);
    while from < to {
        if from % 2 == 1 {
            nodes.push(from);
            from += 1;
        }
        if to % 2 == 1 {
            to -= 1;
            nodes.push(to);
        }
        from /= 2;
        to /= 2;
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::{Range, Ranges};
    use crate::pattern::condition::Float;

    proptest::proptest! {
        #[test]
        fn answers_as_a_list_would(
            steps in proptest::collection::vec((0_u8..4, 0_i32..60, 1_i32..40, proptest::bool::ANY), 1..300),
        ) {
            let mut ranges = Ranges::default();
            let mut list: Vec<(Range, usize)> = Vec::new();
            for (i, (step, low, length, open)) in steps.into_iter().enumerate() {
                if step == 0 && !list.is_empty() {
                    let (range, entry) = list.swap_remove(i % list.len());
                    ranges.remove(range, entry);
                } else {
                    let range = Range {
                        low: Float::new(f64::from(low)),
                        low_open: open,
                        high: Float::new(f64::from(low + length)),
                        high_open: !open,
                    };
                    list.push((range, i));
                    ranges.insert(range, i);
                }
                let number = f64::from((i as i32 * 7) % 100);
                let mut found = Vec::new();
                ranges.stab(number, |entry| found.push(entry));
                found.sort_unstable();
                let mut expected: Vec<usize> =
                    list.iter().filter(|(range, _)| range.contains(number)).map(|&(_, i)| i).collect();
                expected.sort_unstable();
                proptest::prop_assert_eq!(found, expected);
            }
        }
    }
}
