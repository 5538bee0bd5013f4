//! Texts found as beginnings of a value, byte by byte.

use super::steps;

/// A tree of bytes with entries at the end of each text. One walk along a value meets every text it starts
/// with.
///
/// Nodes are small and lie side by side, so that a walk through a set of thousands of texts stays near the processor.
#[derive(Debug, Clone)]
pub(crate) struct Trie<T> {
    nodes: Vec<TrieNode>,
    free: Vec<u32>,
    /// Entries by the number of their list; the first is nobody's and stays empty.
    lists: Vec<Vec<T>>,
    free_lists: Vec<u32>,
    len: usize,
}

#[derive(Debug, Clone, Default)]
struct TrieNode {
    next: Next,
    /// The entries of the text that ends here, or [`NOBODY`].
    list: u32,
}

/// The list of nodes where no text ends.
const NOBODY: u32 = 0;

/// Which node follows by which byte. No way leads to node 0.
#[derive(Debug, Clone, Default)]
enum Next {
    #[default]
    End,
    One(u8, u32),
    /// A few bytes that lie far apart, in ascending order.
    Few(Box<[(u8, u32)]>),
    /// All bytes from `first` on; 0 is none.
    Table {
        first: u8,
        to: Box<[u32]>,
    },
}

/// A table has at most so many places a byte in use.
const SPARSE: usize = 16;

impl Next {
    #[inline]
    fn child(&self, byte: u8) -> Option<u32> {
        match self {
            Next::End => None,
            Next::One(only, id) => (*only == byte).then_some(*id),
            Next::Few(pairs) => pairs.iter().find(|&&(b, _)| b == byte).map(|&(_, id)| id),
            Next::Table { first, to } => {
                to.get(usize::from(byte.wrapping_sub(*first))).copied().filter(|&id| id != 0)
            }
        }
    }

    fn pairs(&self) -> Vec<(u8, u32)> {
        match self {
            Next::End => Vec::new(),
            Next::One(byte, id) => vec![(*byte, *id)],
            Next::Few(pairs) => pairs.to_vec(),
            Next::Table { first, to } => {
                (*first..=u8::MAX).zip(to.iter().copied()).filter(|&(_, id)| id != 0).collect()
            }
        }
    }

    /// The most compact form of pairs in ascending order.
    fn of(pairs: Vec<(u8, u32)>) -> Next {
        match pairs[..] {
            [] => Next::End,
            [(byte, id)] => Next::One(byte, id),
            [(first, _), .., (last, _)] => {
                let length = usize::from(last - first) + 1;
                if length > SPARSE * pairs.len() {
                    return Next::Few(pairs.into());
                }
                let mut to = vec![0; length];
                for (byte, id) in pairs {
                    to[usize::from(byte - first)] = id;
                }
                Next::Table { first, to: to.into() }
            }
        }
    }

    fn insert(&mut self, byte: u8, id: u32) {
        let mut pairs = self.pairs();
        pairs.insert(pairs.partition_point(|&(b, _)| b < byte), (byte, id));
        *self = Next::of(pairs);
    }

    fn remove(&mut self, byte: u8) {
        let mut pairs = self.pairs();
        pairs.retain(|&(b, _)| b != byte);
        *self = Next::of(pairs);
    }
}

impl<T> Default for Trie<T> {
    fn default() -> Trie<T> {
        Trie {
            nodes: vec![TrieNode::default()],
            free: Vec::new(),
            lists: vec![Vec::new()],
            free_lists: Vec::new(),
            len: 0,
        }
    }
}

impl<T: PartialEq> Trie<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Calls back with every entry whose text the value starts with.
    #[inline]
    pub(crate) fn walk(&self, value: impl IntoIterator<Item = u8>, mut found: impl FnMut(&T)) {
        let mut node = &self.nodes[0];
        let mut value = value.into_iter();
        loop {
            steps::count(1);
            if node.list != NOBODY {
                self.lists[node.list as usize].iter().for_each(&mut found);
            }
            let Some(id) = value.next().and_then(|byte| node.next.child(byte)) else { return };
            node = &self.nodes[id as usize];
        }
    }

    pub(crate) fn insert(&mut self, text: impl IntoIterator<Item = u8>, entry: T) {
        let mut at = 0;
        for byte in text {
            at = match self.nodes[at].next.child(byte) {
                Some(id) => id as usize,
                None => self.add_child(at, byte),
            };
        }
        if self.nodes[at].list == NOBODY {
            self.nodes[at].list = self.free_lists.pop().unwrap_or_else(|| {
                self.lists.push(Vec::new());
                number_of_last(&self.lists)
            });
        }
        self.lists[self.nodes[at].list as usize].push(entry);
        self.len += 1;
    }

    fn add_child(&mut self, parent: usize, byte: u8) -> usize {
        let id = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(TrieNode::default());
            number_of_last(&self.nodes)
        });
        self.nodes[parent].next.insert(byte, id);
        id as usize
    }

    pub(crate) fn remove(&mut self, text: impl IntoIterator<Item = u8>, entry: &T) {
        let mut way = vec![(0, 0)];
        for byte in text {
            let (at, _) = way[way.len() - 1];
            let Some(id) = self.nodes[at].next.child(byte) else { return };
            way.push((id as usize, byte));
        }
        let end = way[way.len() - 1].0;
        let list = self.nodes[end].list;
        let entries = &mut self.lists[list as usize];
        let Some(place) = entries.iter().position(|e| e == entry) else { return };
        entries.swap_remove(place);
        self.len -= 1;
        if !entries.is_empty() {
            return;
        }
        self.nodes[end].list = NOBODY;
        self.free_lists.push(list);
        while let [.., (parent, _), (at, byte)] = way[..] {
            if self.nodes[at].list != NOBODY || !matches!(self.nodes[at].next, Next::End) {
                return;
            }
            self.nodes[parent].next.remove(byte);
            self.free.push(u32::try_from(at).expect("an id given out before"));
            way.pop();
        }
    }
}

fn number_of_last<T>(list: &[T]) -> u32 {
    u32::try_from(list.len() - 1).expect("fewer than 2^32 bytes of patterns")
}

#[cfg(test)]
mod tests {
    use super::Trie;

    proptest::proptest! {
        /// Bytes near each other and far apart, so that every form of a node comes up.
        #[test]
        fn answers_as_a_list_would(
            texts in proptest::collection::vec(
                (proptest::collection::vec(proptest::sample::select(vec![0_u8, 1, 48, 49, 50, 97, 200, 255]), 0..4),
                proptest::bool::ANY),
                1..80,
            ),
            value in proptest::collection::vec(proptest::sample::select(vec![0_u8, 1, 48, 49, 50, 97, 200, 255]), 0..6),
        ) {
            let mut trie = Trie::default();
            let mut list: Vec<(Vec<u8>, usize)> = Vec::new();
            for (number, (text, keep)) in texts.into_iter().enumerate() {
                trie.insert(text.iter().copied(), number);
                list.push((text, number));
                if !keep {
                    let (text, entry) = list.swap_remove(number % list.len());
                    trie.remove(text.iter().copied(), &entry);
                }
                let mut found = Vec::new();
                trie.walk(value.iter().copied(), |&entry| found.push(entry));
                found.sort_unstable();
                let mut expected: Vec<usize> =
                    list.iter().filter(|(text, _)| value.starts_with(text)).map(|&(_, entry)| entry).collect();
                expected.sort_unstable();
                proptest::prop_assert_eq!(found, expected);
            }
            for (text, entry) in list {
                trie.remove(text.iter().copied(), &entry);
            }
            proptest::prop_assert!(trie.is_empty());
            proptest::prop_assert_eq!(trie.free.len() + 1, trie.nodes.len());
        }
    }
}
