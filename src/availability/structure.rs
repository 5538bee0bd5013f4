//! Structures: independent components and monotone gates over them, as a directed acyclic graph.

/// Handle of a component of a [`Structure`]; components are numbered from zero in order of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(pub(super) u32);

impl ComponentId {
    /// Position of the component in [`Structure::components`] and in importance tables.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Handle of a node (a component's use, or a gate) of a [`Structure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// A part that is up or down independently of all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// What a report calls it; two components may share a name, identity is the handle.
    pub name: String,
    /// Probability of being up at a random moment, 0 to 1.
    pub availability: f64,
    /// Probability of being down; kept beside `availability` so that tiny values keep their digits.
    pub unavailability: f64,
}

/// A node: up or down as a monotone function of what is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Component(ComponentId),
    AtLeast(u32, Vec<NodeId>),
}

/// Independent components and a directed acyclic graph of gates over them.
///
/// A node may be used under any number of gates: it is one and the same part everywhere, so it counts once.
/// Children must exist before their gate, which keeps the graph free of cycles by construction.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    pub(super) components: Vec<Component>,
    pub(super) nodes: Vec<Node>,
}

impl Structure {
    /// An empty structure.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a component with the given availability (probability of being up, clamped to 0..=1; not a number counts as 0).
    pub fn component(&mut self, name: impl Into<String>, availability: f64) -> NodeId {
        let up = if availability.is_nan() { 0.0 } else { availability.clamp(0.0, 1.0) };
        self.push_component(name.into(), up, 1.0 - up)
    }

    /// Adds a component by its mean time to failure and mean time to repair, in one and the same unit:
    /// availability MTTF / (MTTF + MTTR). A part that never fails has `mttr` 0 or an infinite `mttf`.
    pub fn repairable(&mut self, name: impl Into<String>, mttf: f64, mttr: f64) -> NodeId {
        let (mttf, mttr) = (mttf.max(0.0), mttr.max(0.0));
        let (up, down) = match (mttf, mttr) {
            (_, 0.0) | (f64::INFINITY, _) => (1.0, 0.0),
            _ if mttr.is_infinite() => (0.0, 1.0),
            _ => (mttf / (mttf + mttr), mttr / (mttf + mttr)),
        };
        self.push_component(name.into(), up, down)
    }

    /// A component by both probabilities; they should add up to one.
    pub(super) fn push_component(&mut self, name: String, availability: f64, unavailability: f64) -> NodeId {
        let id = ComponentId(u32_len(self.components.len()));
        self.components.push(Component { name, availability, unavailability });
        self.push(Node::Component(id))
    }

    /// A node that is up when all children are; up when there are none.
    pub fn all(&mut self, children: impl IntoIterator<Item = NodeId>) -> NodeId {
        let children = distinct(children);
        self.at_least(u32_len(children.len()), children)
    }

    /// A node that is up when any child is; down when there are none.
    pub fn any(&mut self, children: impl IntoIterator<Item = NodeId>) -> NodeId {
        let children = distinct(children);
        self.at_least(1, children)
    }

    /// A node that is up when at least `k` of the children are (a child named twice counts twice).
    pub fn at_least(&mut self, k: u32, children: impl IntoIterator<Item = NodeId>) -> NodeId {
        let children: Vec<NodeId> = children.into_iter().collect();
        assert!(
            children.iter().all(|c| (c.0 as usize) < self.nodes.len()),
            "a gate's children are nodes of the same structure, made before it"
        );
        self.push(Node::AtLeast(k, children))
    }

    /// A node that is always up.
    pub fn always(&mut self) -> NodeId {
        self.all([])
    }

    /// A node that is never up.
    pub fn never(&mut self) -> NodeId {
        self.any([])
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32_len(self.nodes.len()));
        self.nodes.push(node);
        id
    }

    /// The components, by handle.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The component that a node stands for, if it is no gate.
    #[must_use]
    pub fn component_of(&self, node: NodeId) -> Option<ComponentId> {
        match self.nodes.get(node.0 as usize) {
            Some(Node::Component(id)) => Some(*id),
            _ => None,
        }
    }

    /// Is `root` up when exactly the components for which `up` answers true are up?
    ///
    /// One state, evaluated directly: what sampling and exhaustive enumeration rest on.
    #[must_use]
    pub fn is_up(&self, root: NodeId, up: impl Fn(ComponentId) -> bool) -> bool {
        let last = root.0 as usize;
        let mut value = vec![false; last + 1];
        for (i, node) in self.nodes[..=last].iter().enumerate() {
            value[i] = match node {
                Node::Component(id) => up(*id),
                Node::AtLeast(k, children) => {
                    children.iter().filter(|c| value[c.0 as usize]).count() >= *k as usize
                }
            };
        }
        value[last]
    }
}

fn distinct(children: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
    let mut children: Vec<NodeId> = children.into_iter().collect();
    children.sort_unstable();
    children.dedup();
    children
}

/// Table sizes are counted in 32 bits: four thousand million nodes do not fit in memory anyway.
pub(super) fn u32_len(len: usize) -> u32 {
    u32::try_from(len).expect("fewer than 2^32 nodes fit in memory")
}
