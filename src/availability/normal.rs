//! A structure brought to normal form and cut into modules, so that only what is entangled meets the diagram.
//!
//! Modules are found in linear time after Dutuit & Rauzy, "A linear-time algorithm to find modules of fault
//! trees", IEEE Transactions on Reliability 45 (1996): a gate below which no node is used from outside behaves as
//! one independent component, with an availability of its own.

use rustc_hash::FxHashMap;

use super::structure::{Node, NodeId, Structure, u32_len};

/// An operand in normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Operand {
    /// A constant.
    Fixed(bool),
    /// An input: a component, or in a module's own numbering one of [`Module::inputs`].
    Input(u32),
    /// A gate, by position; operands come before their gate.
    Gate(u32),
}

/// Up when at least `k` of the children are; `k` is at least 1 and at most their number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Gate {
    pub(super) k: u32,
    pub(super) children: Vec<Operand>,
}

impl Gate {
    fn is_all(&self) -> bool {
        self.k as usize == self.children.len()
    }

    fn is_any(&self) -> bool {
        self.k == 1
    }
}

/// What a module's input stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    Component(u32),
    Module(u32),
}

/// Gates of which only the last is used from outside, over inputs that are used nowhere else.
#[derive(Clone, Debug)]
pub(super) struct Module {
    /// Children before parents; the last one is the module's own value.
    pub(super) gates: Vec<Gate>,
    pub(super) inputs: Vec<Input>,
}

/// What the root comes down to.
#[derive(Clone, Debug)]
pub(super) enum Normal {
    /// Always up, or never.
    Fixed(bool),
    /// One component.
    Component(u32),
    /// Modules, each after those it uses; the last is the root.
    Modules(Vec<Module>),
}

/// Brings the part of `structure` below `root` to normal form.
pub(super) fn normalise(structure: &Structure, root: NodeId) -> Normal {
    let (gates, top) = simplify(structure, root);
    match top {
        Operand::Fixed(value) => Normal::Fixed(value),
        Operand::Input(component) => Normal::Component(component),
        Operand::Gate(gate) => Normal::Modules(modules(&gates, gate)),
    }
}

/// Folds constants, drops single-child gates, merges equal gates and nests of one kind.
fn simplify(structure: &Structure, root: NodeId) -> (Vec<Gate>, Operand) {
    let uses = uses_below(structure, root);
    let mut gates: Vec<Gate> = Vec::new();
    let mut known: FxHashMap<Gate, u32> = FxHashMap::default();
    let mut operand = vec![Operand::Fixed(false); root.0 as usize + 1];
    for (i, node) in structure.nodes[..=root.0 as usize].iter().enumerate() {
        if uses[i] == 0 {
            continue;
        }
        operand[i] = match node {
            Node::Component(id) => Operand::Input(id.0),
            Node::AtLeast(k, children) => {
                let mut simple = Simple { k: i64::from(*k), children: Vec::with_capacity(children.len()) };
                for child in children {
                    let single = uses[child.0 as usize] == 1;
                    simple.add(operand[child.0 as usize], single, children.len() as i64, *k, &gates);
                }
                simple.finish(&mut gates, &mut known)
            }
        };
    }
    (gates, operand[root.0 as usize])
}

/// How often each node is used by nodes below `root`; 0 for those that `root` does not need.
fn uses_below(structure: &Structure, root: NodeId) -> Vec<u32> {
    let mut uses = vec![0_u32; root.0 as usize + 1];
    uses[root.0 as usize] = 1;
    for i in (0..=root.0 as usize).rev() {
        if uses[i] > 0
            && let Node::AtLeast(_, children) = &structure.nodes[i]
        {
            for child in children {
                uses[child.0 as usize] += 1;
            }
        }
    }
    uses
}

/// A gate being put together.
struct Simple {
    k: i64,
    children: Vec<Operand>,
}

impl Simple {
    /// Takes in one child of a gate that was written as "at least `k` of `n`".
    fn add(&mut self, child: Operand, single: bool, n: i64, k: u32, gates: &[Gate]) {
        match child {
            Operand::Fixed(true) => self.k -= 1,
            Operand::Fixed(false) => {}
            Operand::Gate(g) if single => {
                let gate = &gates[g as usize];
                // A conjunction in a conjunction, or a choice in a choice, says no more than one flat gate.
                if i64::from(k) == n && gate.is_all() {
                    self.k += gate.children.len() as i64 - 1;
                    self.children.extend_from_slice(&gate.children);
                } else if k == 1 && gate.is_any() {
                    self.children.extend_from_slice(&gate.children);
                } else {
                    self.children.push(child);
                }
            }
            _ => self.children.push(child),
        }
    }

    fn finish(mut self, gates: &mut Vec<Gate>, known: &mut FxHashMap<Gate, u32>) -> Operand {
        self.children.sort_unstable();
        if self.k <= 0 {
            return Operand::Fixed(true);
        }
        if self.k > self.children.len() as i64 {
            return Operand::Fixed(false);
        }
        if self.k == 1 {
            self.children.dedup();
        } else if self.k == self.children.len() as i64 {
            self.children.dedup();
            self.k = self.children.len() as i64;
        }
        if self.children.len() == 1 {
            return self.children[0];
        }
        let k = u32::try_from(self.k).expect("k lies between 1 and the number of children");
        let gate = Gate { k, children: self.children };
        let next = u32_len(gates.len());
        let at = *known.entry(gate.clone()).or_insert(next);
        if at == next {
            gates.push(gate);
        }
        Operand::Gate(at)
    }
}

/// Dates of a depth-first walk: when a node was first met, last met, and first left.
#[derive(Clone, Copy, Default)]
struct Dates {
    first: u32,
    left: u32,
    last: u32,
}

/// Cuts the gates below `root` into modules.
fn modules(gates: &[Gate], root: u32) -> Vec<Module> {
    let inputs = gates.iter().flat_map(|g| &g.children).filter_map(|c| match c {
        Operand::Input(i) => Some(*i as usize + 1),
        _ => None,
    });
    let input_count = inputs.max().unwrap_or(0);
    let dates = walk(gates, root, input_count);
    let is_module = module_heads(gates, root, &dates, input_count);
    let mut module_of = vec![u32::MAX; gates.len()];
    let mut found = Vec::new();
    for head in 0..=root as usize {
        if is_module[head] {
            module_of[head] = u32_len(found.len());
            found.push(cut_out(gates, head, &module_of));
        }
    }
    found
}

fn walk(gates: &[Gate], root: u32, input_count: usize) -> Vec<Dates> {
    let mut dates = vec![Dates::default(); gates.len() + input_count];
    let mut clock = 1;
    dates[root as usize].first = clock;
    dates[root as usize].last = clock;
    let mut stack = vec![(root as usize, 0_usize)];
    while let Some((gate, next)) = stack.last_mut() {
        clock += 1;
        let Some(child) = gates[*gate].children.get(*next) else {
            dates[*gate].left = clock;
            dates[*gate].last = dates[*gate].last.max(clock);
            stack.pop();
            continue;
        };
        *next += 1;
        let slot = slot(*child, gates.len());
        dates[slot].last = clock;
        if dates[slot].first == 0 {
            dates[slot].first = clock;
            dates[slot].left = clock;
            if slot < gates.len() {
                stack.push((slot, 0));
            }
        }
    }
    dates
}

fn slot(operand: Operand, gate_count: usize) -> usize {
    match operand {
        Operand::Gate(g) => g as usize,
        Operand::Input(i) => gate_count + i as usize,
        Operand::Fixed(_) => unreachable!("constants are folded away"),
    }
}

/// A gate heads a module when everything below it is met only between its own first meeting and first leaving.
fn module_heads(gates: &[Gate], root: u32, dates: &[Dates], input_count: usize) -> Vec<bool> {
    let mut earliest: Vec<u32> = dates.iter().map(|d| d.first).collect();
    let mut latest: Vec<u32> = dates.iter().map(|d| d.last).collect();
    debug_assert_eq!(earliest.len(), gates.len() + input_count);
    let mut head = vec![false; gates.len()];
    for g in 0..gates.len() {
        if dates[g].first == 0 {
            continue;
        }
        let (mut min, mut max) = (u32::MAX, 0);
        for child in &gates[g].children {
            let child = slot(*child, gates.len());
            min = min.min(earliest[child]);
            max = max.max(latest[child]);
        }
        head[g] = g == root as usize || (min > dates[g].first && max < dates[g].left);
        earliest[g] = earliest[g].min(min);
        latest[g] = latest[g].max(max);
    }
    head
}

/// The gates from `head` down to the heads of other modules, renumbered.
fn cut_out(gates: &[Gate], head: usize, module_of: &[u32]) -> Module {
    let mut inside = vec![head];
    let mut seen: FxHashMap<usize, ()> = FxHashMap::default();
    let mut next = 0;
    while let Some(gate) = inside.get(next).copied() {
        next += 1;
        for child in &gates[gate].children {
            if let Operand::Gate(g) = *child {
                let g = g as usize;
                if module_of[g] == u32::MAX && seen.insert(g, ()).is_none() {
                    inside.push(g);
                }
            }
        }
    }
    inside.sort_unstable();
    let local: FxHashMap<usize, u32> = inside.iter().enumerate().map(|(i, g)| (*g, u32_len(i))).collect();
    let mut inputs = Vec::new();
    let mut input_at: FxHashMap<Operand, u32> = FxHashMap::default();
    let gates = inside.iter().map(|g| {
        let mut children: Vec<Operand> = Vec::with_capacity(gates[*g].children.len());
        for child in &gates[*g].children {
            children.push(match child {
                Operand::Gate(c) if local.contains_key(&(*c as usize)) => {
                    Operand::Gate(local[&(*c as usize)])
                }
                _ => Operand::Input(*input_at.entry(*child).or_insert_with(|| {
                    inputs.push(match child {
                        Operand::Gate(c) => Input::Module(module_of[*c as usize]),
                        Operand::Input(i) => Input::Component(*i),
                        Operand::Fixed(_) => unreachable!("constants are folded away"),
                    });
                    u32_len(inputs.len() - 1)
                })),
            });
        }
        Gate { k: gates[*g].k, children }
    });
    let gates = gates.collect();
    Module { gates, inputs }
}
