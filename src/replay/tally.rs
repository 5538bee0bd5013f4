//! How many events of each class lie before any event of a log, at the cost of a few hundred looks however long the log
//! is: what a timeline asks at every step of a zoom.
//!
//! A class is a group of types that a picture tells apart: the commonest types have one each, the others share one.

use std::ops::Range;

use super::index::{Chunk, Log};

/// Events between two sums.
const BLOCK: usize = 512;

/// The sums of one chunk of the log.
#[derive(Clone, Debug)]
struct Counted {
    /// Shares its columns: an equal address is the same chunk.
    chunk: Chunk,
    /// For every [`BLOCK`] of events, how many of each class the chunk has before it; and after the last, in all.
    sums: Vec<u32>,
}

/// Events by class, summed up from the start of a log.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    n_classes: usize,
    /// By type number; types that are not in it belong to the last class.
    classes: Vec<u8>,
    chunks: Vec<Counted>,
    /// How many of each class lie before each chunk, and in the whole log.
    before: Vec<u64>,
}

impl Tally {
    /// Follows a log that may have grown, and classes that may have changed. What was counted before is not counted
    /// again. `classes` gives the class of each type number; all others belong to class `n_classes - 1`.
    pub fn follow(&mut self, log: &Log, classes: &[u8], n_classes: usize) {
        debug_assert!(classes.iter().all(|class| usize::from(*class) < n_classes));
        if (self.n_classes, &*self.classes) != (n_classes, classes) {
            *self = Self { n_classes, classes: classes.to_vec(), ..Self::default() };
        }
        let same = self.chunks.iter().zip(&*log.chunks).take_while(|(old, new)| old.chunk.is(new)).count();
        self.chunks.truncate(same);
        // Not in parallel: the threads for that may all be busy reading the log, and a frame would wait for its end.
        let fresh: Vec<Counted> = log.chunks[same..].iter().map(|chunk| self.count(chunk)).collect();
        self.chunks.extend(fresh);
        self.before.truncate((same + 1) * n_classes);
        self.before.resize(n_classes.max(self.before.len()), 0);
        for counted in &self.chunks[same..] {
            let from = self.before.len() - n_classes;
            for class in 0..n_classes {
                let here = counted.sums[counted.sums.len() - n_classes + class];
                self.before.push(self.before[from + class] + u64::from(here));
            }
        }
    }

    fn class(&self, type_number: u16) -> usize {
        self.classes.get(usize::from(type_number)).map_or(self.n_classes - 1, |class| usize::from(*class))
    }

    fn count(&self, chunk: &Chunk) -> Counted {
        let mut sums = Vec::with_capacity((chunk.len() / BLOCK + 2) * self.n_classes);
        let mut sum = vec![0; self.n_classes];
        for block in chunk.types.chunks(BLOCK) {
            sums.extend_from_slice(&sum);
            block.iter().for_each(|number| sum[self.class(*number)] += 1);
        }
        sums.extend_from_slice(&sum);
        // The keys of causes go once the causes are known: nobody but the log holds on to them.
        Counted { chunk: chunk.without_cause_keys(), sums }
    }

    /// How many events of each class lie before a row of the log that was followed.
    pub fn before(&self, log: &Log, row: usize) -> Vec<u64> {
        let at = log.starts.partition_point(|start| *start <= row).saturating_sub(1);
        let Some(counted) = self.chunks.get(at) else { return vec![0; self.n_classes] };
        let row = (row - log.starts[at]).min(counted.chunk.len());
        let (block, n) = (row / BLOCK, self.n_classes);
        let (chunks, blocks) = (&self.before[at * n..][..n], &counted.sums[block * n..][..n]);
        let mut sum: Vec<u64> = chunks.iter().zip(blocks).map(|(a, b)| a + u64::from(*b)).collect();
        for number in &counted.chunk.types[block * BLOCK..row] {
            sum[self.class(*number)] += 1;
        }
        sum
    }

    /// How many events of each class fall in each of `n_buckets` equal parts of a range of time: a row of the answer
    /// for each class.
    pub fn histogram(&self, log: &Log, range: Range<i64>, n_buckets: usize) -> Vec<Vec<u64>> {
        let mut classes = vec![Vec::with_capacity(n_buckets); self.n_classes];
        let at = |bucket| self.before(log, log.row_at(super::index::edge(&range, bucket, n_buckets)));
        let mut last = at(0);
        for bucket in 1..=n_buckets {
            let next = at(bucket);
            for (class, (from, to)) in last.iter().zip(&next).enumerate() {
                classes[class].push(to - from);
            }
            last = next;
        }
        classes
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::replay::load::open;
    use crate::replay::mapping::Mapping;

    /// So many events of seven types, a third of them out of order.
    fn log(n: usize) -> Log {
        let mut text = String::new();
        for i in 0..n {
            let second = if i % 3 == 0 { i * 7919 % n } else { i };
            let _ = writeln!(text, r#"{{"specversion":"1.0","type":"T{}","time":{second}}}"#, i * i % 7);
        }
        open(text.into_bytes(), &Mapping::default()).expect("a log")
    }

    /// The same by counting every event.
    fn counted(log: &Log, classes: &[u8], n_classes: usize, range: Range<i64>, n: usize) -> Vec<Vec<u64>> {
        let histogram = log.histogram(range, n);
        let class_of = |number| classes.get(number).map_or(n_classes - 1, |class| usize::from(*class));
        let sum = |class, bucket| {
            let counts = histogram.bucket(bucket).iter().enumerate();
            counts.filter(|(number, _)| class_of(*number) == class).map(|(_, n)| u64::from(*n)).sum()
        };
        (0..n_classes).map(|class| (0..n).map(|bucket| sum(class, bucket)).collect()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_summed_is_what_is_counted(
            n in 0..4_000_usize,
            classes in prop::collection::vec(0..3_u8, 0..9),
            ends in (-10..5_000_i64, 0..5_000_i64),
            n_buckets in 1..40_usize,
        ) {
            let log = log(n);
            let mut tally = Tally::default();
            tally.follow(&log, &classes, 3);
            let second = crate::replay::time::SECOND;
            let range = ends.0 * second..(ends.0 + ends.1) * second;
            let expected = counted(&log, &classes, 3, range.clone(), n_buckets);
            prop_assert_eq!(tally.histogram(&log, range, n_buckets), expected);
        }
    }

    #[test]
    fn a_log_that_grows_is_counted_on_and_other_classes_are_counted_anew() {
        let whole = log(200_000);
        assert!(whole.chunks.len() > 2, "{} chunks", whole.chunks.len());
        let mut part = whole.clone();
        part.chunks = whole.chunks[..1].into();
        part.starts = whole.starts[..1].into();
        part.n_events = part.chunks[0].len();
        let (first, last) = whole.span().expect("events");
        let range = first..last + 1;
        let mut tally = Tally::default();
        for (log, classes) in
            [(&part, [0, 1, 1]), (&whole, [0, 1, 1]), (&whole, [1, 0, 0]), (&part, [1, 0, 0])]
        {
            tally.follow(log, &classes, 2);
            assert_eq!(tally.histogram(log, range.clone(), 50), counted(log, &classes, 2, range.clone(), 50));
        }
        // Nothing is counted twice: what was there is shared.
        tally.follow(&whole, &[1, 0, 0], 2);
        let sums = tally.chunks[0].sums.as_ptr();
        tally.follow(&whole, &[1, 0, 0], 2);
        assert!(std::ptr::eq(tally.chunks[0].sums.as_ptr(), sums));
    }
}
