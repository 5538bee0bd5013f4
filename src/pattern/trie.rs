//! Texts found as beginnings of a value, byte by byte.

/// A tree of bytes with entries at the end of each text. One walk along a value meets every text it starts
/// with.
#[derive(Debug, Clone)]
pub(crate) struct Trie<T> {
    nodes: Vec<TrieNode<T>>,
    free: Vec<u32>,
    len: usize,
}

#[derive(Debug, Clone)]
struct TrieNode<T> {
    /// Sorted by byte.
    next: Vec<(u8, u32)>,
    /// All bytes at once, for a node that has many; 0 is none.
    table: Option<Box<[u32; 256]>>,
    entries: Vec<T>,
}

/// From so many bytes on, a node keeps a table.
const TABLE: usize = 17;

impl<T> Default for TrieNode<T> {
    fn default() -> TrieNode<T> {
        TrieNode { next: Vec::new(), table: None, entries: Vec::new() }
    }
}

impl<T> Default for Trie<T> {
    fn default() -> Trie<T> {
        Trie { nodes: vec![TrieNode::default()], free: Vec::new(), len: 0 }
    }
}

impl<T> TrieNode<T> {
    #[inline]
    fn child(&self, byte: u8) -> Option<u32> {
        if let Some(table) = &self.table {
            let id = table[usize::from(byte)];
            return (id != 0).then_some(id);
        }
        self.next.iter().find(|&&(b, _)| b == byte).map(|&(_, id)| id)
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
        node.entries.iter().for_each(&mut found);
        for byte in value {
            let Some(id) = node.child(byte) else { return };
            node = &self.nodes[id as usize];
            node.entries.iter().for_each(&mut found);
        }
    }

    pub(crate) fn insert(&mut self, text: impl IntoIterator<Item = u8>, entry: T) {
        let mut at = 0;
        for byte in text {
            at = match self.nodes[at].child(byte) {
                Some(id) => id as usize,
                None => self.add_child(at, byte),
            };
        }
        self.nodes[at].entries.push(entry);
        self.len += 1;
    }

    fn add_child(&mut self, parent: usize, byte: u8) -> usize {
        let id = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(TrieNode::default());
            u32::try_from(self.nodes.len() - 1).expect("fewer than 2^32 bytes of patterns")
        });
        let node = &mut self.nodes[parent];
        let place = node.next.partition_point(|&(b, _)| b < byte);
        node.next.insert(place, (byte, id));
        if let Some(table) = &mut node.table {
            table[usize::from(byte)] = id;
        } else if node.next.len() >= TABLE {
            let mut table = Box::new([0; 256]);
            for &(byte, id) in &node.next {
                table[usize::from(byte)] = id;
            }
            node.table = Some(table);
        }
        id as usize
    }

    pub(crate) fn remove(&mut self, text: impl IntoIterator<Item = u8>, entry: &T) {
        let mut way = vec![(0, 0)];
        for byte in text {
            let (at, _) = way[way.len() - 1];
            let Some(id) = self.nodes[at].child(byte) else { return };
            way.push((id as usize, byte));
        }
        let entries = &mut self.nodes[way[way.len() - 1].0].entries;
        let Some(place) = entries.iter().position(|e| e == entry) else { return };
        entries.swap_remove(place);
        self.len -= 1;
        while let [.., (parent, _), (at, byte)] = way[..] {
            if !self.nodes[at].entries.is_empty() || !self.nodes[at].next.is_empty() {
                return;
            }
            let node = &mut self.nodes[parent];
            node.next.retain(|&(b, _)| b != byte);
            if let Some(table) = &mut node.table {
                table[usize::from(byte)] = 0;
            }
            self.nodes[at] = TrieNode::default();
            self.free.push(u32::try_from(at).expect("an id given out before"));
            way.pop();
        }
    }
}
