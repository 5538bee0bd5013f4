//! Texts found as beginnings of a value, byte by byte.

use super::steps;

/// A tree of bytes with entries at the end of each text. One walk along a value meets every text it starts
/// with.
///
/// Nodes and ways are small and lie side by side, so that a walk through a set of thousands of texts stays near the
/// processor.
#[derive(Debug, Clone)]
pub(crate) struct Trie<T> {
    nodes: Vec<Node>,
    free: Vec<u32>,
    ways: Ways,
    /// Entries by the number of their list; the first is nobody's and stays empty.
    lists: Vec<List<T>>,
    free_lists: Vec<u32>,
    len: usize,
}

/// The entries of one text: hardly ever more than one, which then lies with the others of its kind.
#[derive(Debug, Clone)]
enum List<T> {
    One(T),
    Several(Vec<T>),
}

impl<T> List<T> {
    #[inline]
    fn entries(&self) -> &[T] {
        match self {
            List::One(entry) => std::slice::from_ref(entry),
            List::Several(entries) => entries,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    next: Next,
    /// The entries of the text that ends here, or [`NOBODY`].
    list: u32,
}

/// The list of nodes where no text ends.
const NOBODY: u32 = 0;

/// Which node follows by which byte.
#[derive(Debug, Clone, Copy, Default)]
enum Next {
    #[default]
    End,
    One(u8, u32),
    /// A few bytes that lie far apart: so many, from a place among the ways on.
    Few(u8, u32),
    /// All bytes from the first on to the last, from a place among the ways on.
    Table(u8, u8, u32),
}

/// A table has at most so many places a byte in use.
const SPARSE: usize = 16;

/// What nodes with several ways have, run by run.
#[derive(Debug, Clone, Default)]
struct Ways {
    /// By byte: a node, or 0, to which no way leads. Of a few bytes, the byte in front of its node.
    slots: Vec<u32>,
    /// Runs out of use by their length.
    free: Vec<Vec<u32>>,
}

impl Ways {
    /// The most compact form of pairs in ascending order.
    fn add(&mut self, pairs: &[(u8, u32)]) -> Next {
        let [(first, id), .., (last, _)] = *pairs else {
            return pairs.first().map_or(Next::End, |&(byte, id)| Next::One(byte, id));
        };
        debug_assert_ne!(id, 0);
        let length = usize::from(last - first) + 1;
        let (run, next): (Vec<u32>, fn(u8, u8, u32, u8) -> Next) = if length > SPARSE * pairs.len() {
            let run = pairs.iter().flat_map(|&(byte, id)| [u32::from(byte), id]).collect();
            (run, |_, _, at, count| Next::Few(count, at))
        } else {
            let mut run = vec![0; length];
            for &(byte, id) in pairs {
                run[usize::from(byte - first)] = id;
            }
            (run, |first, last, at, _| Next::Table(first, last, at))
        };
        let at = match self.free.get_mut(run.len()).and_then(Vec::pop) {
            Some(at) => {
                self.slots[at as usize..][..run.len()].copy_from_slice(&run);
                at
            }
            None => {
                self.slots.extend(&run);
                number(self.slots.len() - run.len())
            }
        };
        // Of 256 bytes in use none lie far apart.
        next(first, last, at, u8::try_from(pairs.len()).unwrap_or(0))
    }

    fn remove(&mut self, next: Next) {
        let (length, at) = match next {
            Next::End | Next::One(..) => return,
            Next::Few(count, at) => (2 * usize::from(count), at),
            Next::Table(first, last, at) => (usize::from(last - first) + 1, at),
        };
        if self.free.len() <= length {
            self.free.resize(length + 1, Vec::new());
        }
        self.free[length].push(at);
    }

    #[inline]
    fn child(&self, next: Next, byte: u8) -> Option<u32> {
        match next {
            Next::End => None,
            Next::One(only, id) => (only == byte).then_some(id),
            Next::Few(count, at) => {
                let (pairs, _) = self.slots[at as usize..][..2 * usize::from(count)].as_chunks();
                pairs.iter().find(|&&[b, _]| b == u32::from(byte)).map(|&[_, id]| id)
            }
            Next::Table(first, last, at) => (first..=last)
                .contains(&byte)
                .then(|| self.slots[at as usize + usize::from(byte - first)])
                .filter(|&id| id != 0),
        }
    }

    fn pairs(&self, next: Next) -> Vec<(u8, u32)> {
        (0..=u8::MAX).filter_map(|byte| Some((byte, self.child(next, byte)?))).collect()
    }
}

impl<T> Default for Trie<T> {
    fn default() -> Trie<T> {
        Trie {
            nodes: vec![Node::default()],
            free: Vec::new(),
            ways: Ways::default(),
            lists: vec![List::Several(Vec::new())],
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
        let mut node = self.nodes[0];
        let mut value = value.into_iter();
        loop {
            steps::count(1);
            if node.list != NOBODY {
                self.lists[node.list as usize].entries().iter().for_each(&mut found);
            }
            let Some(id) = value.next().and_then(|byte| self.ways.child(node.next, byte)) else { return };
            node = self.nodes[id as usize];
        }
    }

    fn child(&self, at: usize, byte: u8) -> Option<usize> {
        self.ways.child(self.nodes[at].next, byte).map(|id| id as usize)
    }

    pub(crate) fn insert(&mut self, text: impl IntoIterator<Item = u8>, entry: T) {
        let mut at = 0;
        for byte in text {
            at = match self.child(at, byte) {
                Some(id) => id,
                None => self.add_child(at, byte),
            };
        }
        self.len += 1;
        if self.nodes[at].list == NOBODY {
            self.nodes[at].list = match self.free_lists.pop() {
                Some(list) => {
                    self.lists[list as usize] = List::One(entry);
                    list
                }
                None => {
                    self.lists.push(List::One(entry));
                    number(self.lists.len() - 1)
                }
            };
            return;
        }
        let list = &mut self.lists[self.nodes[at].list as usize];
        let mut entries = match std::mem::replace(list, List::Several(Vec::new())) {
            List::One(other) => vec![other],
            List::Several(entries) => entries,
        };
        entries.push(entry);
        *list = List::Several(entries);
    }

    fn add_child(&mut self, parent: usize, byte: u8) -> usize {
        let id = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(Node::default());
            number(self.nodes.len() - 1)
        });
        self.change_ways(parent, |pairs| {
            pairs.insert(pairs.partition_point(|&(b, _)| b < byte), (byte, id));
        });
        id as usize
    }

    fn change_ways(&mut self, node: usize, change: impl FnOnce(&mut Vec<(u8, u32)>)) {
        let next = &mut self.nodes[node].next;
        let mut pairs = self.ways.pairs(*next);
        change(&mut pairs);
        self.ways.remove(*next);
        *next = self.ways.add(&pairs);
    }

    pub(crate) fn remove(&mut self, text: impl IntoIterator<Item = u8>, entry: &T) {
        let mut way = vec![(0, 0)];
        for byte in text {
            let (at, _) = way[way.len() - 1];
            let Some(id) = self.child(at, byte) else { return };
            way.push((id, byte));
        }
        let end = way[way.len() - 1].0;
        let number = self.nodes[end].list;
        let list = &mut self.lists[number as usize];
        let Some(place) = list.entries().iter().position(|e| e == entry) else { return };
        self.len -= 1;
        match list {
            List::Several(entries) if entries.len() > 1 => {
                entries.swap_remove(place);
                return;
            }
            _ => *list = List::Several(Vec::new()),
        }
        self.nodes[end].list = NOBODY;
        self.free_lists.push(number);
        while let [.., (parent, _), (at, byte)] = way[..] {
            if self.nodes[at].list != NOBODY || !matches!(self.nodes[at].next, Next::End) {
                return;
            }
            self.change_ways(parent, |pairs| pairs.retain(|&(b, _)| b != byte));
            self.free.push(u32::try_from(at).expect("an id given out before"));
            way.pop();
        }
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("fewer than 2^32 bytes of patterns")
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
            let free: usize = trie.ways.free.iter().enumerate().map(|(length, runs)| length * runs.len()).sum();
            proptest::prop_assert_eq!(free, trie.ways.slots.len());
        }
    }
}
