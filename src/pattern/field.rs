//! All conditions on one field, indexed by the values that meet them.
//!
//! Looking up a value costs a hash of it, a walk from each end as far as any condition reaches, and the
//! answers: it does not grow with the number of conditions that the value does not meet.

use rustc_hash::FxHashMap;

use super::address::{Address, Block, parse_address};
use super::condition::{Operator, Scalar};
use super::fold::{Folded, canonicalize};
use super::globs::Globs;
use super::number::Nearest;
use super::ranges::Ranges;
use super::steps;
use super::trie::Trie;
use super::wildcard::Wildcard;

/// What a value says about a condition: it meets it, or it is one of the values an `anything-but` excludes.
/// Packed: the condition's number, then eight bits that are 0 or 128 plus the place of the `anything-but`
/// among its condition's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry(u32);

impl Entry {
    pub(crate) fn met(condition: u32) -> Entry {
        Entry(condition << 8)
    }

    pub(crate) fn excluded(condition: u32, place: u8) -> Entry {
        Entry(condition << 8 | 0x80 | u32::from(place))
    }

    #[inline]
    pub(crate) fn condition(self) -> u32 {
        self.0 >> 8
    }

    /// The place of the `anything-but` that excludes the value; `None` when the value meets the condition.
    #[inline]
    pub(crate) fn exclusion(self) -> Option<u8> {
        (self.0 & 0x80 != 0).then_some((self.0 & 0x7f) as u8)
    }
}

type Exact = FxHashMap<Box<[u8]>, Vec<Entry>>;

/// The conditions on one field.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldIndex {
    exists: Vec<Entry>,
    yes: Vec<Entry>,
    no: Vec<Entry>,
    null: Vec<Entry>,
    strings: Exact,
    /// Which lengths (modulo 64) exact strings have: most values are told apart by this alone.
    lengths: u64,
    prefixes: Trie<Entry>,
    suffixes: Trie<Entry>,
    globs: Globs,
    folded: FxHashMap<Box<[u8]>, Vec<(Folded, Entry)>>,
    folded_prefixes: Trie<(Folded, Entry)>,
    folded_suffixes: Trie<(Folded, Entry)>,
    addresses: FxHashMap<Address, Vec<Entry>>,
    blocks: FxHashMap<Block, Vec<Entry>>,
    /// The sizes of blocks in use, told apart by family, each with its number of blocks.
    block_sizes: Vec<(bool, u8, usize)>,
    number_texts: Exact,
    numbers: FxHashMap<u64, Vec<Entry>>,
    ranges: Ranges<Entry>,
    /// Whether any condition looks into strings.
    reads_text: bool,
    reads_folded: bool,
    reads_addresses: bool,
    reads_numbers: bool,
}

/// Buffers for values that must be rewritten to be compared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffers {
    folded: Vec<u8>,
    buckets: Vec<u32>,
}

impl FieldIndex {
    /// Calls back with all that a value says. The same entry may come more than once. A number comes with the float
    /// nearest to it, if there is one.
    #[inline]
    pub(crate) fn look_up(
        &self,
        scalar: Scalar<'_>,
        nearest: Option<Nearest>,
        buffers: &mut Buffers,
        mut found: impl FnMut(Entry),
    ) {
        for &entry in &self.exists {
            found(entry);
        }
        let entries = match scalar {
            Scalar::True => &self.yes,
            Scalar::False => &self.no,
            Scalar::Null => &self.null,
            Scalar::String(text) => return self.look_up_text(text, buffers, &mut found),
            Scalar::Number(text) => return self.look_up_number(text, nearest, &mut found),
        };
        entries.iter().copied().for_each(found);
    }

    /// Whether strings need their escapes resolved to be judged.
    #[inline]
    pub(crate) fn reads_text(&self) -> bool {
        self.reads_text
    }

    /// Whether numbers need to be read to be judged.
    #[inline]
    pub(crate) fn reads_numbers(&self) -> bool {
        self.reads_numbers
    }

    #[inline]
    fn look_up_text(&self, text: &[u8], buffers: &mut Buffers, found: &mut impl FnMut(Entry)) {
        steps::count(text.len());
        if self.lengths >> (text.len() % 64) & 1 == 1
            && let Some(entries) = self.strings.get(text)
        {
            entries.iter().copied().for_each(&mut *found);
        }
        if !self.prefixes.is_empty() {
            self.prefixes.walk(text.iter().copied(), |&entry| found(entry));
        }
        if !self.suffixes.is_empty() {
            self.suffixes.walk(text.iter().rev().copied(), |&entry| found(entry));
        }
        if !self.globs.is_empty() {
            self.globs.look_up(text, &mut buffers.buckets, found);
        }
        if self.reads_folded {
            self.look_up_folded(text, &mut buffers.folded, found);
        }
        if self.reads_addresses
            && let Some(address) = parse_address(text)
        {
            self.look_up_address(address, found);
        }
    }

    fn look_up_folded(&self, text: &[u8], canonical: &mut Vec<u8>, found: &mut impl FnMut(Entry)) {
        canonical.clear();
        canonicalize(text, canonical);
        steps::count(canonical.len());
        if let Some(entries) = self.folded.get(canonical.as_slice()) {
            for (folded, entry) in entries {
                steps::count(text.len());
                if folded.confirms(text) {
                    found(*entry);
                }
            }
        }
        if self.folded_prefixes.is_empty() && self.folded_suffixes.is_empty() {
            return;
        }
        self.folded_prefixes.walk(canonical.iter().copied(), |(folded, entry)| {
            if folded.confirms_prefix(text) {
                found(*entry);
            }
        });
        self.folded_suffixes.walk(canonical.iter().rev().copied(), |(folded, entry)| {
            if folded.confirms_suffix(text) {
                found(*entry);
            }
        });
    }

    fn look_up_address(&self, address: Address, found: &mut impl FnMut(Entry)) {
        if let Some(entries) = self.addresses.get(&address) {
            entries.iter().copied().for_each(&mut *found);
        }
        for &(v4, bits, _) in &self.block_sizes {
            if v4 == matches!(address, Address::V4(_))
                && let Some(entries) = self.blocks.get(&Block { base: address.masked(bits), bits })
            {
                entries.iter().copied().for_each(&mut *found);
            }
        }
    }

    #[inline]
    fn look_up_number(&self, text: &[u8], nearest: Option<Nearest>, found: &mut impl FnMut(Entry)) {
        if !self.reads_numbers {
            return;
        }
        steps::count(text.len());
        if !self.number_texts.is_empty()
            && let Some(entries) = self.number_texts.get(text)
        {
            entries.iter().copied().for_each(&mut *found);
        }
        let Some(number) = nearest else { return };
        // Most numbers meet nothing, and need not be judged further.
        let mut comparable = None;
        let mut confirm = |entry| {
            if *comparable.get_or_insert_with(|| number.is_comparable(text)) {
                found(entry);
            }
        };
        if !self.numbers.is_empty()
            && let Some(entries) = self.numbers.get(&number.value.to_bits())
        {
            entries.iter().copied().for_each(&mut confirm);
        }
        self.ranges.stab(number.value, confirm);
    }

    /// Adds the entry of one alternative of a condition.
    pub(crate) fn insert(&mut self, operator: &Operator, entry: Entry) {
        self.change(operator, entry, true);
        self.refresh();
    }

    /// Takes the entry of one alternative of a condition away.
    pub(crate) fn remove(&mut self, operator: &Operator, entry: Entry) {
        self.change(operator, entry, false);
        self.refresh();
    }

    fn change(&mut self, operator: &Operator, entry: Entry, add: bool) {
        match operator {
            Operator::Absent => {}
            Operator::Exists => change_list(&mut self.exists, entry, add),
            Operator::True => change_list(&mut self.yes, entry, add),
            Operator::False => change_list(&mut self.no, entry, add),
            Operator::Null => change_list(&mut self.null, entry, add),
            Operator::String(text) => self.change_string(text.as_bytes(), entry, add),
            Operator::Address(_, address) => change_map(&mut self.addresses, *address, entry, add),
            Operator::Number(text, None) => {
                change_map(&mut self.number_texts, text.as_bytes().into(), entry, add);
            }
            Operator::Number(_, Some(value)) | Operator::NumericEquals(value) => {
                change_map(&mut self.numbers, value.value().to_bits(), entry, add);
            }
            Operator::Numeric(range) if add => self.ranges.insert(*range, entry),
            Operator::Numeric(range) => self.ranges.remove(*range, entry),
            Operator::Cidr(block) => self.change_block(*block, entry, add),
            Operator::Prefix(text) => change_trie(&mut self.prefixes, text.bytes(), entry, add),
            Operator::Suffix(text) => change_trie(&mut self.suffixes, text.bytes().rev(), entry, add),
            Operator::IgnoreCase(folded) => self.change_folded(folded, entry, add),
            Operator::PrefixIgnoreCase(folded) => {
                let text = folded.canonical().iter().copied();
                change_trie(&mut self.folded_prefixes, text, (folded.clone(), entry), add);
            }
            Operator::SuffixIgnoreCase(folded) => {
                let text = folded.canonical().iter().rev().copied();
                change_trie(&mut self.folded_suffixes, text, (folded.clone(), entry), add);
            }
            Operator::Wildcard(wildcard) => self.change_wildcard(wildcard, entry, add),
            Operator::NotStrings(list) => {
                list.iter().for_each(|text| self.change_string(text.as_bytes(), entry, add));
            }
            Operator::NotNumbers(list) => {
                for value in list {
                    change_map(&mut self.numbers, value.value().to_bits(), entry, add);
                }
            }
            Operator::NotPrefixes(list) => {
                list.iter().for_each(|text| change_trie(&mut self.prefixes, text.bytes(), entry, add));
            }
            Operator::NotSuffixes(list) => {
                list.iter().for_each(|text| change_trie(&mut self.suffixes, text.bytes().rev(), entry, add));
            }
            Operator::NotIgnoreCase(list) => {
                list.iter().for_each(|folded| self.change_folded(folded, entry, add));
            }
            Operator::NotWildcards(list) => {
                list.iter().for_each(|wildcard| self.change_wildcard(wildcard, entry, add));
            }
        }
    }

    fn change_string(&mut self, text: &[u8], entry: Entry, add: bool) {
        // A length that is no longer in use only costs a hash.
        self.lengths |= 1 << (text.len() % 64);
        change_map(&mut self.strings, text.into(), entry, add);
    }

    fn change_folded(&mut self, folded: &Folded, entry: Entry, add: bool) {
        let key: Box<[u8]> = folded.canonical().into();
        if add {
            self.folded.entry(key).or_default().push((folded.clone(), entry));
        } else if let Some(entries) = self.folded.get_mut(&key) {
            remove_one(entries, &(folded.clone(), entry));
            if entries.is_empty() {
                self.folded.remove(&key);
            }
        }
    }

    fn change_wildcard(&mut self, wildcard: &Wildcard, entry: Entry, add: bool) {
        match wildcard.segments() {
            [text] => self.change_string(text, entry, add),
            [start, end] if end.is_empty() => {
                change_trie(&mut self.prefixes, start.iter().copied(), entry, add);
            }
            [start, end] if start.is_empty() => {
                change_trie(&mut self.suffixes, end.iter().rev().copied(), entry, add);
            }
            _ if add => self.globs.insert(wildcard, entry),
            _ => self.globs.remove(wildcard, entry),
        }
    }

    fn change_block(&mut self, block: Block, entry: Entry, add: bool) {
        change_map(&mut self.blocks, block, entry, add);
        let family = matches!(block.base, Address::V4(_));
        match self.block_sizes.iter_mut().find(|(v4, bits, _)| (*v4, *bits) == (family, block.bits)) {
            Some((_, _, count)) if add => *count += 1,
            Some((_, _, count)) => *count -= 1,
            None => self.block_sizes.push((family, block.bits, 1)),
        }
        self.block_sizes.retain(|&(_, _, count)| count > 0);
    }

    fn refresh(&mut self) {
        self.reads_folded =
            !(self.folded.is_empty() && self.folded_prefixes.is_empty() && self.folded_suffixes.is_empty());
        self.reads_addresses = !(self.addresses.is_empty() && self.blocks.is_empty());
        self.reads_numbers =
            !(self.number_texts.is_empty() && self.numbers.is_empty() && self.ranges.is_empty());
        self.reads_text = self.reads_folded
            || self.reads_addresses
            || !self.strings.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || !self.globs.is_empty();
    }
}

fn remove_one<T: PartialEq>(list: &mut Vec<T>, entry: &T) {
    if let Some(place) = list.iter().position(|e| e == entry) {
        list.swap_remove(place);
    }
}

fn change_list(list: &mut Vec<Entry>, entry: Entry, add: bool) {
    if add { list.push(entry) } else { remove_one(list, &entry) }
}

fn change_map<K: std::hash::Hash + Eq>(map: &mut FxHashMap<K, Vec<Entry>>, key: K, entry: Entry, add: bool) {
    if add {
        map.entry(key).or_default().push(entry);
    } else if let Some(entries) = map.get_mut(&key) {
        remove_one(entries, &entry);
        if entries.is_empty() {
            map.remove(&key);
        }
    }
}

fn change_trie<T: PartialEq>(trie: &mut Trie<T>, text: impl Iterator<Item = u8>, entry: T, add: bool) {
    if add { trie.insert(text, entry) } else { trie.remove(text, &entry) }
}
