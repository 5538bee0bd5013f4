//! Many wildcards at once: each is looked for by one literal text it must hold, then confirmed.

use rustc_hash::FxHashMap;

use super::field::Entry;
use super::steps;
use super::trie::Trie;
use super::wildcard::Wildcard;

/// Wildcards indexed by their longest literal text: where they start, where they end, or by its first bytes
/// when it stands between two stars. A value meets only the wildcards whose literal text it holds; confirming
/// one is linear in the value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Globs {
    starts: Trie<Filed>,
    ends: Trie<Filed>,
    /// Numbers of buckets by up to [`GRAM`] bytes, with their length in the high byte.
    grams: FxHashMap<u32, u32>,
    buckets: Vec<Vec<Filed>>,
    /// How many grams of each length there are.
    lengths: [usize; GRAM + 1],
}

/// The length of the bytes looked up within a value.
const GRAM: usize = 3;

/// A wildcard with what tells most values apart from those that match it without following a pointer.
#[derive(Debug, Clone, PartialEq)]
struct Filed {
    entry: Entry,
    /// The length of its literal texts together.
    least: u32,
    /// Up to eight bytes of the anchor it is not filed by, and which of a value's eight they must equal.
    anchor: u64,
    mask: u64,
    /// What is left to confirm: nothing of most wildcards with one star.
    rest: Option<Box<Wildcard>>,
}

/// The bytes of an anchor that are compared at once.
const ANCHOR: usize = 8;

/// The first bytes of a text as a number, the first lowest; of a shorter one zeros follow.
#[inline]
fn first_bytes(text: &[u8]) -> u64 {
    match text.first_chunk::<ANCHOR>() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => text.iter().rev().fold(0, |packed, &byte| packed << 8 | u64::from(byte)),
    }
}

/// The last bytes of a text as a number, the last highest; of a shorter one zeros go before.
#[inline]
fn last_bytes(text: &[u8]) -> u64 {
    match text.last_chunk::<ANCHOR>() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None if text.is_empty() => 0,
        None => first_bytes(text) << (8 * (ANCHOR - text.len())),
    }
}

impl Filed {
    fn new(wildcard: &Wildcard, entry: Entry, place: &Place<'_>) -> Filed {
        let segments = wildcard.segments();
        let [start, end] = [segments.first(), segments.last()].map(|end| end.map_or(&[][..], Vec::as_slice));
        let all = |length: usize| u64::MAX.checked_shr(8 * (ANCHOR - length) as u32).unwrap_or(0);
        let (anchor, mask, is_whole) = match place {
            Place::Start(_) => {
                let length = end.len().min(ANCHOR);
                (last_bytes(end), last_bytes(&[u8::MAX; ANCHOR][..length]), length == end.len())
            }
            Place::End(_) => {
                let length = start.len().min(ANCHOR);
                (first_bytes(start), all(length), length == start.len())
            }
            Place::Gram(..) => (0, 0, true),
        };
        let is_decided = is_whole && segments.len() == 2;
        Filed {
            entry,
            least: u32::try_from(segments.iter().map(Vec::len).sum::<usize>()).unwrap_or(u32::MAX),
            anchor: anchor & mask,
            mask,
            rest: (!is_decided).then(|| Box::new(wildcard.clone())),
        }
    }

    /// Whether a text that holds what the wildcard is filed by matches; `other` is its other end.
    #[inline]
    fn matches(&self, text: &[u8], other: u64) -> bool {
        steps::count(1);
        text.len() >= self.least as usize
            && other & self.mask == self.anchor
            && self.rest.as_ref().is_none_or(|wildcard| wildcard.matches(text))
    }
}

/// Where a wildcard is filed.
enum Place<'w> {
    Start(&'w [u8]),
    End(&'w [u8]),
    Gram(u32, usize),
}

fn gram(bytes: &[u8]) -> u32 {
    let packed = bytes.iter().fold(0, |packed, &byte| packed << 8 | u32::from(byte));
    // The length tells `\0a` from `a`.
    packed | u32::try_from(bytes.len()).unwrap_or(0) << 24
}

fn place(wildcard: &Wildcard) -> Place<'_> {
    let segments = wildcard.segments();
    let start = segments.first().map_or(&[][..], Vec::as_slice);
    let end = segments.last().map_or(&[][..], Vec::as_slice);
    let inner = segments.get(1..segments.len().saturating_sub(1)).unwrap_or_default();
    let longest = inner.iter().max_by_key(|literal| literal.len()).map_or(&[][..], Vec::as_slice);
    // An anchored text is worth more than a longer one somewhere inside.
    if start.is_empty() && end.is_empty() && !longest.is_empty() {
        let length = longest.len().min(GRAM);
        Place::Gram(gram(&longest[..length]), length)
    } else if start.len() >= end.len() {
        Place::Start(start)
    } else {
        Place::End(end)
    }
}

impl Globs {
    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty() && self.ends.is_empty() && self.grams.is_empty()
    }

    /// Calls back with the entry of every wildcard the value matches.
    #[inline]
    pub(crate) fn look_up(&self, text: &[u8], met: &mut Vec<u32>, found: &mut impl FnMut(Entry)) {
        let mut confirm = |filed: &Filed, other: u64| {
            if filed.matches(text, other) {
                found(filed.entry);
            }
        };
        if !self.starts.is_empty() {
            let end = last_bytes(text);
            self.starts.walk(text.iter().copied(), |filed| confirm(filed, end));
        }
        if !self.ends.is_empty() {
            let start = first_bytes(text);
            self.ends.walk(text.iter().rev().copied(), |filed| confirm(filed, start));
        }
        if self.grams.is_empty() {
            return;
        }
        met.clear();
        for length in 1..=GRAM {
            if self.lengths[length] > 0 {
                steps::count(text.len());
                met.extend(text.windows(length).filter_map(|window| self.grams.get(&gram(window))));
            }
        }
        // A text that occurs many times is one reason to look, not many.
        met.sort_unstable();
        met.dedup();
        for &bucket in &*met {
            self.buckets[bucket as usize].iter().for_each(|filed| confirm(filed, 0));
        }
    }

    pub(crate) fn insert(&mut self, wildcard: &Wildcard, entry: Entry) {
        let place = place(wildcard);
        let pair = Filed::new(wildcard, entry, &place);
        match place {
            Place::Start(text) => self.starts.insert(text.iter().copied(), pair),
            Place::End(text) => self.ends.insert(text.iter().rev().copied(), pair),
            Place::Gram(gram, length) => {
                let fresh = u32::try_from(self.buckets.len()).expect("fewer than 2^32 grams");
                let bucket = *self.grams.entry(gram).or_insert_with(|| {
                    self.lengths[length] += 1;
                    fresh
                });
                if bucket == fresh {
                    self.buckets.push(Vec::new());
                }
                self.buckets[bucket as usize].push(pair);
            }
        }
    }

    /// A bucket that falls empty keeps its number: there are at most 2^24 of them.
    pub(crate) fn remove(&mut self, wildcard: &Wildcard, entry: Entry) {
        let place = place(wildcard);
        let pair = Filed::new(wildcard, entry, &place);
        match place {
            Place::Start(text) => self.starts.remove(text.iter().copied(), &pair),
            Place::End(text) => self.ends.remove(text.iter().rev().copied(), &pair),
            Place::Gram(gram, _) => {
                if let Some(&bucket) = self.grams.get(&gram) {
                    let list = &mut self.buckets[bucket as usize];
                    if let Some(at) = list.iter().position(|p| *p == pair) {
                        list.swap_remove(at);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Globs, Wildcard};

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(2_000))]

        /// Anchors shorter and longer than what is compared at once, and values shorter than both together.
        #[test]
        fn answers_as_each_wildcard_would(
            sources in proptest::collection::vec("a{0,10}b?\\*(b{1,3}\\*)?a?b{0,10}", 1..12),
            drop in 0_usize..12,
            values in proptest::collection::vec("a{0,11}b{0,3}a?b{0,11}", 1..12),
        ) {
            let mut globs = Globs::default();
            let mut list: Vec<(Wildcard, Entry)> = Vec::new();
            for (condition, source) in (0..).zip(&sources) {
                // A star alone between empty texts is filed elsewhere.
                let wildcard = Wildcard::parse(source).unwrap();
                if wildcard.segments().iter().any(|segment| !segment.is_empty()) {
                    globs.insert(&wildcard, Entry::met(condition));
                    list.push((wildcard, Entry::met(condition)));
                }
            }
            if drop < list.len() {
                let (wildcard, entry) = list.swap_remove(drop);
                globs.remove(&wildcard, entry);
            }
            for value in &values {
                let mut found = Vec::new();
                globs.look_up(value.as_bytes(), &mut Vec::new(), &mut |entry: Entry| found.push(entry.condition()));
                found.sort_unstable();
                let expected = list.iter().filter(|(wildcard, _)| wildcard.matches(value.as_bytes()));
                let mut expected: Vec<u32> = expected.map(|(_, entry)| entry.condition()).collect();
                expected.sort_unstable();
                proptest::prop_assert_eq!(found, expected, "{}", value);
            }
        }
    }
}
