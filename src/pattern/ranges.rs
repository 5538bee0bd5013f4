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
/// How many times as many ranges a level holds as the one before: the more, the fewer levels a number is looked up in,
/// and the more often a range is filed anew.
const GROWTH: usize = 32;

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
/// no further look. A range is filed at the O(log m) nodes that make it up; a number is looked up from its stretch
/// towards the root, from one node with ranges to the next.
#[derive(Debug, Clone)]
struct Segments<T> {
    /// By their lower end, those taken out among them.
    ranges: Vec<(Range, T)>,
    removed: Vec<bool>,
    n_removed: usize,
    ends: Ends,
    /// For each node the lowest one with ranges on its way to the root, itself included; [`NOWHERE`] if there is none.
    /// The second half of them are the stretches.
    lowest: Vec<u32>,
    nodes: Vec<Node>,
    filed: Vec<T>,
}

/// A node with ranges: where they lie among the filed, and the next such node towards the root.
#[derive(Debug, Clone, Copy)]
struct Node {
    from: u32,
    to: u32,
    above: u32,
}

const NOWHERE: u32 = u32::MAX;

impl<T> Default for Segments<T> {
    fn default() -> Segments<T> {
        Segments {
            ranges: Vec::new(),
            removed: Vec::new(),
            n_removed: 0,
            ends: Ends::default(),
            lowest: Vec::new(),
            nodes: Vec::new(),
            filed: Vec::new(),
        }
    }
}

impl<T: Copy + PartialEq> Segments<T> {
    fn of(mut ranges: Vec<(Range, T)>) -> Segments<T> {
        ranges.sort_by(|(a, _), (b, _)| a.low.value().total_cmp(&b.low.value()));
        let ends = Ends::of(ranges.iter().flat_map(|(range, _)| [range.low.value(), range.high.value()]));
        let leaves = 2 * ends.len + 1;
        let stretches: Vec<_> = ranges.iter().map(|(range, _)| ends.stretches(range)).collect();
        let mut counts = vec![0_u32; 2 * leaves];
        for &(from, to) in &stretches {
            cover(leaves, from, to, |node| counts[node] += 1);
        }
        let (mut nodes, mut lowest) = (Vec::new(), vec![NOWHERE; 2 * leaves]);
        let mut next = 0;
        for (node, &count) in counts.iter().enumerate().skip(1) {
            // Parents have lower numbers than their children.
            let above = lowest[node / 2];
            lowest[node] = above;
            if count > 0 {
                lowest[node] = u32::try_from(nodes.len()).expect("fewer than 2^32 nodes");
                nodes.push(Node { from: next, to: next, above });
                next += count;
            }
        }
        let mut filed: Vec<T> = ranges.first().map_or_else(Vec::new, |&(_, any)| vec![any; next as usize]);
        for (&(from, to), &(_, entry)) in stretches.iter().zip(&ranges) {
            cover(leaves, from, to, |node| {
                let Node { to, .. } = &mut nodes[lowest[node] as usize];
                filed[*to as usize] = entry;
                *to += 1;
            });
        }
        Segments { removed: vec![false; ranges.len()], n_removed: 0, ranges, ends, lowest, nodes, filed }
    }

    fn is_empty(&self) -> bool {
        self.ranges.len() == self.n_removed
    }

    #[inline]
    fn stab(&self, number: f64, found: &mut impl FnMut(T)) {
        if self.ranges.is_empty() {
            return;
        }
        let leaf = self.lowest.len() / 2 + self.ends.stretch(number);
        let mut at = self.lowest[leaf];
        while at != NOWHERE {
            steps::count(1);
            let Node { from, to, above } = self.nodes[at as usize];
            self.filed[from as usize..to as usize].iter().for_each(|&entry| found(entry));
            at = above;
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
        } else {
            self.unfile(range, entry);
        }
        true
    }

    /// Takes a range out of the nodes that make it up.
    fn unfile(&mut self, range: Range, entry: T) {
        let (from, to) = self.ends.stretches(&range);
        cover(self.lowest.len() / 2, from, to, |node| {
            let Node { from, to, .. } = &mut self.nodes[self.lowest[node] as usize];
            let filed = &mut self.filed[*from as usize..*to as usize];
            if let Some(place) = filed.iter().position(|other| *other == entry) {
                filed.swap(place, filed.len() - 1);
                *to -= 1;
            }
        });
    }

    /// The ranges that are left.
    fn take(&mut self) -> Vec<(Range, T)> {
        let Segments { ranges, removed, .. } = std::mem::take(self);
        ranges.into_iter().zip(removed).filter(|(_, removed)| !removed).map(|(range, _)| range).collect()
    }
}

/// Distinct numbers in ascending order, as a tree of blocks: how many of them lie below another is found with one look
/// at a block a level, all of it at once.
#[derive(Debug, Clone, Default)]
struct Ends {
    /// From the numbers themselves up to a single block. A block of a level above has the highest number of each of
    /// its blocks; what is left of the last is filled with infinity, which is not below any number.
    levels: Vec<Vec<Block>>,
    len: usize,
}

/// Two lines of a processor's cache.
const BLOCK: usize = 16;
type Block = [f64; BLOCK];

impl Ends {
    fn of(ends: impl Iterator<Item = f64>) -> Ends {
        let mut ends: Vec<f64> = ends.collect();
        ends.sort_unstable_by(f64::total_cmp);
        ends.dedup();
        let (len, mut levels) = (ends.len(), Vec::new());
        loop {
            let blocks: Vec<Block> = ends
                .chunks(BLOCK)
                .map(|chunk| {
                    let mut block = [f64::INFINITY; BLOCK];
                    block[..chunk.len()].copy_from_slice(chunk);
                    block
                })
                .collect();
            // Whatever is above the last block's numbers belongs to it too.
            ends = blocks.iter().map(|block| block[BLOCK - 1]).collect();
            ends.pop();
            ends.push(f64::INFINITY);
            let is_top = blocks.len() <= 1;
            levels.push(blocks);
            if is_top {
                return Ends { levels, len };
            }
        }
    }

    /// How many ends lie below a number, and whether it is itself one.
    #[inline]
    fn below(&self, number: f64) -> (usize, bool) {
        let mut place = 0;
        let mut last = &[f64::INFINITY; BLOCK];
        for blocks in self.levels.iter().rev() {
            steps::count(1);
            last = &blocks[place];
            let lower: u64 = last.iter().map(|end| u64::from(*end < number)).sum();
            place = place * BLOCK + lower as usize;
        }
        (place, last.get(place % BLOCK) == Some(&number))
    }

    /// The stretch that holds a number.
    #[inline]
    fn stretch(&self, number: f64) -> usize {
        let (below, is_end) = self.below(number);
        2 * below + usize::from(is_end)
    }

    /// The first and last stretch of a range whose bounds are ends.
    fn stretches(&self, range: &Range) -> (usize, usize) {
        let low = self.stretch(range.low.value()) + usize::from(range.low_open);
        let high = self.stretch(range.high.value()) - usize::from(range.high_open);
        (low, high)
    }
}

/// Names the nodes of a tree with so many leaves that together hold the leaves from `from` to `to`, both included.
fn cover(leaves: usize, from: usize, to: usize, mut name: impl FnMut(usize)) {
    let (mut from, mut to) = (from + leaves, to + leaves + 1);
    while from < to {
        if from % 2 == 1 {
            name(from);
            from += 1;
        }
        if to % 2 == 1 {
            to -= 1;
            name(to);
        }
        from /= 2;
        to /= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, Ranges};
    use crate::pattern::condition::Float;

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(32))]

        /// Enough of them for three levels and their blocks.
        #[test]
        fn answers_as_a_list_would(
            steps in proptest::collection::vec((0_u8..4, 0_i32..900, 1_i32..400, proptest::bool::ANY), 1..2_500),
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
                let number = f64::from((i as i32 * 7) % 1_400);
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
