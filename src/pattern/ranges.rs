//! Ranges of numbers, asked which of them hold a number.

use super::condition::Range;

/// Ranges kept sorted by their lower end under a tree of their highest upper ends, with the latest additions
/// in a list beside it. Asking costs O((k + 1) log n) for k answers; adding is O(log n) on average.
#[derive(Debug, Clone)]
pub(crate) struct Ranges<T> {
    sorted: Vec<(Range, T)>,
    /// The highest upper end below each place of a complete binary tree; leaves from `leaves` on.
    highest: Vec<f64>,
    leaves: usize,
    removed: usize,
    recent: Vec<(Range, T)>,
}

impl<T> Default for Ranges<T> {
    fn default() -> Ranges<T> {
        Ranges { sorted: Vec::new(), highest: Vec::new(), leaves: 0, removed: 0, recent: Vec::new() }
    }
}

/// So many recent ranges are simply looked through.
const RECENT: usize = 16;

impl<T: Copy + PartialEq> Ranges<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.recent.is_empty() && self.sorted.is_empty()
    }

    /// Calls back with the entry of every range that holds the number.
    #[inline]
    pub(crate) fn stab(&self, number: f64, mut found: impl FnMut(T)) {
        for (range, entry) in &self.recent {
            if range.contains(number) {
                found(*entry);
            }
        }
        if self.sorted.is_empty() {
            return;
        }
        let within = self.sorted.partition_point(|(range, _)| range.low.value() <= number);
        // A tree of 2^32 leaves never has more than 33 places open.
        let mut open = [(0, 0, 0); 40];
        open[0] = (1, 0, self.leaves);
        let mut count = 1;
        while count > 0 {
            count -= 1;
            let (node, from, to) = open[count];
            if from >= within || self.highest[node] < number {
                continue;
            }
            if to - from == 1 {
                let (range, entry) = &self.sorted[from];
                if range.contains(number) {
                    found(*entry);
                }
                continue;
            }
            let middle = usize::midpoint(from, to);
            open[count] = (2 * node + 1, middle, to);
            open[count + 1] = (2 * node, from, middle);
            count += 2;
        }
    }

    pub(crate) fn insert(&mut self, range: Range, entry: T) {
        self.recent.push((range, entry));
        if self.recent.len() > RECENT + self.sorted.len() / 4 {
            self.rebuild();
        }
    }

    pub(crate) fn remove(&mut self, range: Range, entry: T) {
        if let Some(place) = self.recent.iter().position(|(r, e)| *r == range && *e == entry) {
            self.recent.swap_remove(place);
            return;
        }
        let low = range.low.value();
        let from = self.sorted.partition_point(|(r, _)| r.low.value() < low);
        let Some(place) = (from..self.sorted.len())
            .find(|&i| self.sorted[i] == (range, entry) && self.highest[self.leaves + i] > f64::NEG_INFINITY)
        else {
            return;
        };
        self.removed += 1;
        if self.removed * 2 > self.sorted.len() {
            self.highest[self.leaves + place] = f64::NEG_INFINITY;
            self.rebuild();
            return;
        }
        let mut node = self.leaves + place;
        self.highest[node] = f64::NEG_INFINITY;
        while node > 1 {
            node /= 2;
            self.highest[node] = self.highest[2 * node].max(self.highest[2 * node + 1]);
        }
    }

    fn rebuild(&mut self) {
        let (leaves, highest) = (self.leaves, std::mem::take(&mut self.highest));
        let kept = std::mem::take(&mut self.sorted).into_iter().enumerate();
        let kept = kept.filter(|(i, _)| highest[leaves + i] > f64::NEG_INFINITY).map(|(_, pair)| pair);
        let mut all: Vec<(Range, T)> = kept.chain(std::mem::take(&mut self.recent)).collect();
        all.sort_by(|(a, _), (b, _)| a.low.value().total_cmp(&b.low.value()));
        self.removed = 0;
        self.leaves = all.len().next_power_of_two();
        self.highest = vec![f64::NEG_INFINITY; 2 * self.leaves];
        for (i, (range, _)) in all.iter().enumerate() {
            self.highest[self.leaves + i] = range.high.value();
        }
        for node in (1..self.leaves).rev() {
            self.highest[node] = self.highest[2 * node].max(self.highest[2 * node + 1]);
        }
        self.sorted = all;
    }
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
