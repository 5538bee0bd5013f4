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
    /// The byte a value must end in.
    last: Option<u8>,
    entry: Entry,
    wildcard: Box<Wildcard>,
}

impl Filed {
    fn new(wildcard: &Wildcard, entry: Entry) -> Filed {
        let last = wildcard.segments().last().and_then(|segment| segment.last().copied());
        Filed { last, entry, wildcard: Box::new(wildcard.clone()) }
    }

    #[inline]
    fn matches(&self, text: &[u8]) -> bool {
        steps::count(1);
        (self.last.is_none() || text.last().copied() == self.last) && self.wildcard.matches(text)
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
        let mut confirm = |filed: &Filed| {
            if filed.matches(text) {
                found(filed.entry);
            }
        };
        if !self.starts.is_empty() {
            self.starts.walk(text.iter().copied(), &mut confirm);
        }
        if !self.ends.is_empty() {
            self.ends.walk(text.iter().rev().copied(), &mut confirm);
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
            self.buckets[bucket as usize].iter().for_each(&mut confirm);
        }
    }

    pub(crate) fn insert(&mut self, wildcard: &Wildcard, entry: Entry) {
        let pair = Filed::new(wildcard, entry);
        match place(wildcard) {
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
        let pair = Filed::new(wildcard, entry);
        match place(wildcard) {
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
