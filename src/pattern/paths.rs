//! The fields that rules name, as a tree of keys to walk an event along.

use rustc_hash::FxHashMap;

use super::steps;

/// A place in the tree; 0 is the event itself.
pub(crate) type PathId = u32;
/// A field that some rule names.
pub(crate) type FieldId = u32;

/// From so many keys on, one is looked up by its hash.
const HASHED: usize = 9;

#[derive(Debug, Default, Clone)]
pub(crate) struct PathNode {
    children: Vec<(Box<[u8]>, PathId)>,
    hashed: FxHashMap<Box<[u8]>, PathId>,
    /// The field that ends here.
    pub(crate) field: Option<FieldId>,
    parent: PathId,
}

/// All paths. A key with dots is as many keys: `a.b` in an event is `b` within `a`.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    nodes: Vec<PathNode>,
    free: Vec<PathId>,
}

impl Default for Paths {
    fn default() -> Paths {
        Paths { nodes: vec![PathNode::default()], free: Vec::new() }
    }
}

impl PathNode {
    pub(crate) fn has_children(&self) -> bool {
        !self.children.is_empty()
    }

    fn direct(&self, key: &[u8]) -> Option<PathId> {
        if self.children.len() >= HASHED {
            return self.hashed.get(key).copied();
        }
        self.children.iter().find(|(name, _)| &**name == key).map(|&(_, id)| id)
    }
}

impl Paths {
    #[inline]
    pub(crate) fn node(&self, id: PathId) -> &PathNode {
        &self.nodes[id as usize]
    }

    /// Where a key of an event leads. No key of the tree has a dot, so that one with dots has only one way to go.
    #[inline]
    pub(crate) fn step(&self, from: PathId, key: &[u8]) -> Option<PathId> {
        let (mut at, mut key) = (from, key);
        'parts: loop {
            let node = self.node(at);
            if node.children.len() >= HASHED {
                let dot = memchr::memchr(b'.', key);
                let part = &key[..dot.unwrap_or(key.len())];
                steps::count(part.len());
                at = node.hashed.get(part).copied()?;
                match dot {
                    Some(dot) => key = &key[dot + 1..],
                    None => return Some(at),
                }
                continue;
            }
            for (name, id) in &node.children {
                steps::count(1);
                // Most keys differ in their first byte already.
                if key.first() == name.first()
                    && let Some(rest) = key.strip_prefix(&**name)
                {
                    match rest {
                        [] => return Some(*id),
                        [b'.', rest @ ..] => {
                            (at, key) = (*id, rest);
                            continue 'parts;
                        }
                        _ => {}
                    }
                }
            }
            return None;
        }
    }

    /// The field at a path, or the place for it.
    pub(crate) fn add(&mut self, path: &str) -> PathId {
        path.split('.').fold(0, |at, part| match self.node(at).direct(part.as_bytes()) {
            Some(id) => id,
            None => self.add_child(at, part.as_bytes()),
        })
    }

    fn add_child(&mut self, parent: PathId, key: &[u8]) -> PathId {
        let node = PathNode { parent, ..PathNode::default() };
        let id = match self.free.pop() {
            Some(id) => {
                self.nodes[id as usize] = node;
                id
            }
            None => {
                self.nodes.push(node);
                PathId::try_from(self.nodes.len() - 1).expect("fewer than 2^32 keys")
            }
        };
        let parent = &mut self.nodes[parent as usize];
        parent.children.push((key.into(), id));
        parent.hashed.insert(key.into(), id);
        id
    }

    pub(crate) fn set_field(&mut self, id: PathId, field: Option<FieldId>) {
        self.nodes[id as usize].field = field;
    }

    /// Takes a field away, with the keys that led only to it.
    pub(crate) fn remove(&mut self, id: PathId) {
        self.set_field(id, None);
        let mut at = id;
        while at != 0 && !self.node(at).has_children() && self.node(at).field.is_none() {
            let parent = self.node(at).parent;
            let node = &mut self.nodes[parent as usize];
            node.children.retain(|&(_, child)| child != at);
            node.hashed.retain(|_, child| *child != at);
            self.free.push(at);
            at = parent;
        }
    }
}
