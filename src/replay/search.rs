//! Which events pass a filter, found piece by piece: what is found shows while the rest is still looked through.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::index::Log;
use super::player::Filter;

/// Events looked at between two publications, by all threads together.
const ROUND: usize = 1 << 18;

/// Events that one thread looks at in one go.
const PIECE: usize = 1 << 13;

/// The events of a log that are shown, by time.
#[derive(Clone, Debug)]
pub enum Rows {
    /// So many: all of them.
    All(usize),
    /// Those with these numbers, ascending.
    Found(Arc<[u32]>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::All(0)
    }
}

impl Rows {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::All(n) => *n,
            Self::Found(rows) => rows.len(),
        }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number in the log of the event at a place of the list.
    pub fn get(&self, at: usize) -> Option<usize> {
        match self {
            Self::All(n) => (at < *n).then_some(at),
            Self::Found(rows) => rows.get(at).map(|row| *row as usize),
        }
    }

    /// The place in the list of an event, or of the first one after it.
    pub fn place_of(&self, row: usize) -> usize {
        match self {
            Self::All(n) => row.min(*n),
            Self::Found(rows) => rows.partition_point(|found| (*found as usize) < row),
        }
    }

    /// True when the event is in the list.
    pub fn has(&self, row: usize) -> bool {
        self.get(self.place_of(row)) == Some(row)
    }
}

/// A search under way. One thread calls [`Search::run`]; others look at [`Search::found`] meanwhile.
pub struct Search {
    log: Log,
    filter: Filter,
    cancelled: AtomicBool,
    looked_at: AtomicUsize,
    found: Mutex<Vec<u32>>,
}

impl Search {
    /// Prepares to look through `log`; nothing is looked at yet.
    pub fn new(log: Log, filter: Filter) -> Self {
        Self {
            log,
            filter,
            cancelled: AtomicBool::new(false),
            looked_at: AtomicUsize::new(0),
            found: Mutex::new(Vec::new()),
        }
    }

    /// Asks it to stop; what is found stays.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// How much has been looked through, 0 to 1.
    pub fn share_done(&self) -> f32 {
        let done = self.looked_at.load(Ordering::Relaxed);
        if self.log.is_empty() { 1.0 } else { done as f32 / self.log.len() as f32 }
    }

    /// How many are found so far.
    pub fn n_found(&self) -> usize {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What is found so far: all that there is up to some moment.
    pub fn found(&self) -> Rows {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        Rows::Found(found.as_slice().into())
    }

    /// Looks through the whole log, in parallel on rayon's threads, in the order of time.
    pub fn run(&self) -> Rows {
        let mut from = 0;
        while from < self.log.len() && !self.cancelled.load(Ordering::Relaxed) {
            let to = (from + ROUND).min(self.log.len());
            let hits: Vec<u32> = (from..to)
                .into_par_iter()
                .step_by(PIECE)
                .flat_map_iter(|start| {
                    let events = self.log.events(start..(start + PIECE).min(to));
                    let data = self.log.readable().unwrap_or_default();
                    let shown = events.filter(|event| self.filter.accepts_of(event, data));
                    shown.map(|event| event.row() as u32).collect::<Vec<u32>>()
                })
                .collect();
            self.found.lock().unwrap_or_else(PoisonError::into_inner).extend(hits);
            self.looked_at.store(to, Ordering::Relaxed);
            from = to;
        }
        self.found()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::pattern::Pattern;
    use crate::replay::testing::log;

    fn shop(n: usize) -> Log {
        let mut lines = String::new();
        for i in 0..n {
            let name = ["Placed", "Paid", "Sent"][i % 3];
            let _ = writeln!(lines, "{i} e{i} event Shop {name} @c{} {{\"amount\":{i}}}", i / 3);
        }
        log(&lines)
    }

    fn rows(rows: &Rows) -> Vec<usize> {
        (0..rows.len()).filter_map(|at| rows.get(at)).collect()
    }

    #[test]
    fn what_is_found_is_what_the_filter_accepts_one_by_one() {
        let log = shop(20_000);
        let pattern = r#"{"type": ["Paid"], "data": {"amount": [{"numeric": [">", 19000]}]}}"#;
        let mut filters = vec![Filter::default(); 4];
        filters[1].set_type(0, false);
        filters[2].set_text("\"amount\":1234");
        filters[3].set_pattern(Some(Pattern::parse(pattern).expect("a pattern")));
        for filter in filters {
            let one_by_one: Vec<usize> =
                log.events(0..log.len()).filter(|e| filter.accepts(e)).map(|e| e.row()).collect();
            let search = Search::new(log.clone(), filter);
            assert_eq!(rows(&search.run()), one_by_one);
            assert!(!one_by_one.is_empty() && (search.share_done() - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn places_and_numbers_translate_both_ways() {
        let found = Rows::Found([3, 7, 9].into());
        assert_eq!((found.len(), found.get(1), found.get(3)), (3, Some(7), None));
        assert_eq!([0, 3, 4, 9, 10].map(|row| found.place_of(row)), [0, 0, 1, 2, 3]);
        assert!(found.has(9) && !found.has(8) && Rows::All(2).has(1) && !Rows::All(2).has(2));
    }

    #[test]
    fn a_cancelled_search_stops_before_it_begins() {
        let search = Search::new(shop(10), Filter::default());
        search.cancel();
        assert!(search.run().is_empty());
    }
}
