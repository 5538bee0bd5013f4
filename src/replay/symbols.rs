//! Interned names and the hash that stands for ids in the index.

use std::sync::Arc;

use super::event::Kind;

/// A 64-bit hash of some bytes, the same on every machine (a folded 128-bit product over words of eight,
/// after wyhash). Not for keys an adversary may choose: whoever looks up by it compares the text afterwards.
#[inline]
pub(crate) fn hash64(bytes: &[u8]) -> u64 {
    const K0: u64 = 0xa076_1d64_78bd_642f;
    const K1: u64 = 0xe703_7ed1_a0b4_28db;
    #[inline]
    fn fold(a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        (product as u64) ^ (product >> 64) as u64
    }
    let mut hash = K0 ^ (bytes.len() as u64).wrapping_mul(K1);
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        hash = fold(hash ^ u64::from_le_bytes(*word), K1);
    }
    if !tail.is_empty() {
        let last = match bytes.last_chunk::<8>() {
            Some(overlapping) => u64::from_le_bytes(*overlapping),
            None => tail.iter().fold(0, |word, b| word << 8 | u64::from(*b)),
        };
        hash = fold(hash ^ last, K0);
    }
    fold(hash, K1 ^ K0)
}

/// The 32 bits of an id that the index keeps. Zero stands for "none" and is never the hash of an id.
#[inline]
pub(crate) fn key32(bytes: &[u8]) -> u32 {
    if bytes.is_empty() { 0 } else { ((hash64(bytes) >> 32) as u32).max(1) }
}

/// The number given to every name past the table's room.
pub const OVERFLOW: u16 = u16::MAX;

/// A name that many events share, with how many they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// The text.
    pub text: Arc<str>,
    /// What sort of message it names, where the log says so.
    pub kind: Option<Kind>,
    /// How many events of the log bear it.
    pub n_events: u64,
}

/// A table of names numbered in the order they were first met; at most 65,535, so that a badly mapped field
/// (every event its own type) costs bounded memory.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    list: Vec<Symbol>,
    /// Open addressing: (hash, number + 1), a power of two long, at most half full.
    table: Vec<(u32, u32)>,
}

impl Symbols {
    /// The number of a name, given one if it is new.
    #[inline]
    pub(crate) fn intern(&mut self, text: &[u8], kind: Option<Kind>) -> u16 {
        if self.list.len() * 2 >= self.table.len() {
            self.grow();
        }
        let hash = Self::hash(text, kind);
        let mask = self.table.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let (found, number) = self.table[at];
            if number == 0 {
                return self.insert(at, hash, text, kind);
            }
            if found == hash {
                let symbol = &self.list[number as usize - 1];
                if symbol.text.as_bytes() == text && symbol.kind == kind {
                    return (number - 1) as u16;
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// The name of a number, and its kind where messages of another kind bear the same: `OrderPlaced (command)`.
    #[must_use]
    pub fn title(&self, number: u16) -> String {
        let Some(symbol) = self.get(number) else { return String::new() };
        let shared = || {
            let kinds = [None, Some(Kind::Event), Some(Kind::Command), Some(Kind::Query), Some(Kind::Reply)];
            let mut others = kinds.into_iter().filter(|kind| *kind != symbol.kind);
            others.any(|kind| self.holds(symbol.text.as_bytes(), kind))
        };
        match symbol.kind {
            Some(kind) if shared() => format!("{} ({})", symbol.text, kind.word()),
            _ => symbol.text.to_string(),
        }
    }

    /// Whether a name is in the table.
    fn holds(&self, text: &[u8], kind: Option<Kind>) -> bool {
        let hash = Self::hash(text, kind);
        let mask = self.table.len().saturating_sub(1);
        let slots = (0..self.table.len()).map(|step| self.table[(hash as usize + step) & mask]);
        slots.take_while(|(_, number)| *number != 0).any(|(found, number)| {
            let symbol = &self.list[number as usize - 1];
            found == hash && symbol.text.as_bytes() == text && symbol.kind == kind
        })
    }

    fn hash(text: &[u8], kind: Option<Kind>) -> u32 {
        (hash64(text) >> 32) as u32 ^ kind.map_or(0, |k| k as u32 + 1)
    }

    #[cold]
    fn insert(&mut self, at: usize, hash: u32, text: &[u8], kind: Option<Kind>) -> u16 {
        let clean = String::from_utf8_lossy(text);
        if clean.as_bytes() != text {
            return self.intern(clean.into_owned().as_bytes(), kind);
        }
        let number = self.list.len();
        if number == OVERFLOW as usize {
            self.list.push(Symbol { text: Arc::from("(other)"), kind: None, n_events: 0 });
        }
        if number >= OVERFLOW as usize {
            return OVERFLOW;
        }
        self.list.push(Symbol { text: Arc::from(&*clean), kind, n_events: 0 });
        self.table[at] = (hash, number as u32 + 1);
        number as u16
    }

    #[cold]
    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(64);
        self.table = vec![(0, 0); size];
        for (number, symbol) in self.list.iter().enumerate().take(OVERFLOW as usize) {
            let hash = Self::hash(symbol.text.as_bytes(), symbol.kind);
            let mut at = hash as usize & (size - 1);
            while self.table[at].1 != 0 {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = (hash, number as u32 + 1);
        }
    }

    pub(crate) fn count(&mut self, number: u16, n_events: u64) {
        self.list[number as usize].n_events += n_events;
    }

    /// All names, by number.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Symbol> {
        self.list.iter()
    }

    /// The name with this number.
    pub fn get(&self, number: u16) -> Option<&Symbol> {
        self.list.get(number as usize)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The numbers of all names with this text (one for each kind of message it names).
    pub fn named<'a>(&'a self, text: &'a str) -> impl Iterator<Item = u16> + 'a {
        self.list.iter().enumerate().filter(move |(_, s)| &*s.text == text).map(|(i, _)| i as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_for_each_kind_of_message() {
        let mut symbols = Symbols::default();
        let numbers: Vec<u16> =
            (0..1000).map(|i| symbols.intern(format!("T{}", i % 300).as_bytes(), None)).collect();
        assert_eq!(symbols.len(), 300);
        assert!(numbers.iter().enumerate().all(|(i, n)| usize::from(*n) == i % 300));
        let command = symbols.intern(b"T7", Some(Kind::Command));
        assert_ne!(command, 7);
        assert_eq!(symbols.named("T7").collect::<Vec<_>>(), [7, command]);
        let event = symbols.intern(b"T8", Some(Kind::Event));
        assert_eq!(symbols.title(7), "T7", "of no kind the log tells of");
        assert_eq!(symbols.title(command), "T7 (command)");
        assert_eq!(symbols.title(event), "T8 (event)");
        let alone = symbols.intern(b"U1", Some(Kind::Query));
        assert_eq!((symbols.title(alone).as_str(), symbols.title(9999).as_str()), ("U1", ""));
    }

    #[test]
    fn names_past_the_room_share_the_last_number() {
        let mut symbols = Symbols::default();
        for i in 0..70_000 {
            symbols.intern(format!("type {i}").as_bytes(), None);
        }
        assert_eq!(symbols.len(), 65_536);
        assert_eq!(symbols.intern(b"one more", None), OVERFLOW);
        assert_eq!(symbols.intern(b"type 65534", None), 65_534);
        assert_eq!(&*symbols.get(OVERFLOW).expect("the rest").text, "(other)");
    }

    #[test]
    fn bytes_that_are_not_utf8_still_name_one_thing() {
        let mut symbols = Symbols::default();
        let first = symbols.intern(b"caf\xe9", None);
        assert_eq!(symbols.intern(b"caf\xe9", None), first);
        assert_eq!(&*symbols.get(first).expect("kept").text, "caf\u{fffd}");
    }
}
