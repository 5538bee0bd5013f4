//! The decision diagram of one module, built from the top by sweeping a frontier over its inputs.
//!
//! A state of the frontier is what is still open about the gates touched so far: how many more children each needs to
//! be up, and how many may still go down. Gates that are decided, or that no open gate asks for any more, are closed
//! and all look the same, so that states which promise the same future meet in one node. Every level is kept as
//! pairs of edges; one sweep back gives availability and unavailability, and with the probability of reaching each
//! node, Birnbaum's importance of every input. Width, and with it memory, is bounded by the caller.

use super::normal::{Module, Operand};
use super::order::ends;
use super::structure::u32_len;

/// Edge to the terminal "up".
const UP: u32 = u32::MAX;
/// Edge to the terminal "down".
const DOWN: u32 = u32::MAX - 1;

/// Probability of being up and of being down; both are kept so that the smaller one keeps its digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chance {
    pub(super) up: f64,
    pub(super) down: f64,
}

/// One level of the diagram: the decision on one input.
struct Level {
    input: u32,
    /// Where a node goes when the input is down, and up.
    edges: Vec<[u32; 2]>,
    /// Probability of coming through each node.
    reach: Vec<f64>,
}

/// A module's diagram with all that can be read off it.
pub(super) struct Solved {
    pub(super) chance: Chance,
    /// Birnbaum's importance by input of the module.
    pub(super) importance: Vec<f64>,
    pub(super) nodes: usize,
}

/// Exact solution in the given order of inputs, or none when the diagram would pass `max_nodes`.
pub(super) fn solve(module: &Module, order: &[u32], chances: &[Chance], max_nodes: usize) -> Option<Solved> {
    let mut sweep = Sweep::new(module, order);
    let mut levels = Vec::with_capacity(order.len());
    let mut nodes = 0;
    let mut frontier = Sweep::first();
    for at in 0..order.len() {
        let chance = chances[order[at] as usize];
        let step = sweep.step(at, &frontier, chance, max_nodes - nodes)?;
        nodes += step.edges.len();
        let reach = std::mem::replace(&mut frontier, step.next).reach;
        levels.push(Level { input: order[at], edges: step.edges, reach });
    }
    Some(read_off(&levels, chances, module.inputs.len(), nodes))
}

/// Lower bounds on the chance of up and of down, keeping at most `width` states, the likeliest, at each level.
pub(super) fn bound(module: &Module, order: &[u32], chances: &[Chance], width: usize) -> Chance {
    let mut sweep = Sweep::new(module, order);
    let mut total = Chance { up: 0.0, down: 0.0 };
    let mut frontier = Sweep::first();
    for at in 0..order.len() {
        frontier.keep_likeliest(width);
        let chance = chances[order[at] as usize];
        let Some(step) = sweep.step(at, &frontier, chance, usize::MAX) else { break };
        total.up += step.ended.up;
        total.down += step.ended.down;
        frontier = step.next;
    }
    total
}

/// The sweep back: values by level from the bottom, importance on the way.
fn read_off(levels: &[Level], chances: &[Chance], inputs: usize, nodes: usize) -> Solved {
    let mut importance = vec![0.0; inputs];
    let mut below: Vec<Chance> = Vec::new();
    for level in levels.iter().rev() {
        let value = |edge: u32| match edge {
            UP => Chance { up: 1.0, down: 0.0 },
            DOWN => Chance { up: 0.0, down: 1.0 },
            next => below[next as usize],
        };
        let here = chances[level.input as usize];
        let mut values = Vec::with_capacity(level.edges.len());
        let mut sum = 0.0;
        for (edges, reach) in level.edges.iter().zip(&level.reach) {
            let (low, high) = (value(edges[0]), value(edges[1]));
            values.push(Chance {
                up: here.up * high.up + here.down * low.up,
                down: here.up * high.down + here.down * low.down,
            });
            // The same difference twice; the side with the smaller numbers loses fewer digits.
            let gain = if high.up < low.down { high.up - low.up } else { low.down - high.down };
            sum += reach * gain;
        }
        importance[level.input as usize] = sum;
        below = values;
    }
    let chance = below.first().copied().unwrap_or(Chance { up: 0.0, down: 1.0 });
    Solved { chance, importance, nodes }
}

/// States at one cut: packed keys and the probability of reaching each.
struct Frontier {
    /// The gates that differ from untouched in some state, and their place in the keys.
    layout: Vec<Slot>,
    words: usize,
    keys: Vec<u64>,
    reach: Vec<f64>,
}

impl Frontier {
    fn keep_likeliest(&mut self, width: usize) {
        if self.reach.len() <= width {
            return;
        }
        let mut by_reach: Vec<usize> = (0..self.reach.len()).collect();
        by_reach.sort_by(|a, b| self.reach[*b].total_cmp(&self.reach[*a]));
        by_reach.truncate(width);
        by_reach.sort_unstable();
        let words = self.words;
        self.keys = by_reach.iter().flat_map(|i| self.keys[i * words..(i + 1) * words].to_vec()).collect();
        self.reach = by_reach.iter().map(|i| self.reach[*i]).collect();
    }
}

/// Where a gate's two counters sit in a key.
struct Slot {
    gate: u32,
    word: u32,
    shift: u32,
    bits_needed: u32,
    bits_spare: u32,
}

impl Slot {
    fn pack(&self, open: Open) -> u64 {
        (u64::from(open.needed) | u64::from(open.spare) << self.bits_needed) << self.shift
    }

    fn unpack(&self, word: u64) -> Open {
        // A counter has at most 32 bits: after masking, narrowing loses nothing.
        let field = |shift: u32, bits: u32| ((word >> shift) & ((1 << bits) - 1)) as u32;
        Open {
            needed: field(self.shift, self.bits_needed),
            spare: field(self.shift + self.bits_needed, self.bits_spare),
        }
    }

    fn mask(&self) -> u64 {
        let bits = self.bits_needed + self.bits_spare;
        (if bits == u64::BITS { u64::MAX } else { (1 << bits) - 1 }) << self.shift
    }
}

/// What a gate still asks: so many children up to be up itself, so many down to be down. Both zero: closed.
#[derive(Clone, Copy, PartialEq)]
struct Open {
    needed: u32,
    spare: u32,
}

/// Changes noted while a level is built, per node allowed: bounds the memory of wide states too.
const CHANGES_PER_NODE: usize = 8;

const CLOSED: Open = Open { needed: 0, spare: 0 };

struct Step {
    edges: Vec<[u32; 2]>,
    next: Frontier,
    ended: Chance,
}

/// Where one decision led: to a terminal, or to the open gates in a stretch of [`Sweep::changed`].
#[derive(Clone, Copy)]
enum Outcome {
    Ended(bool),
    State(usize, usize),
}

/// The gates' working state and all that does not change during a sweep.
struct Sweep<'m> {
    module: &'m Module,
    order: &'m [u32],
    gate_parents: Vec<Vec<u32>>,
    input_parents: Vec<Vec<u32>>,
    /// What each gate asks when untouched; closed once it is decided in every state.
    initial: Vec<Open>,
    /// Gates by the position that decides them for certain.
    ending: Vec<Vec<u32>>,
    state: Vec<Open>,
    /// Gates whose state is not the initial one.
    touched: Vec<u32>,
    root: Option<bool>,
    work: Vec<(u32, bool)>,
    dropped: Vec<u32>,
    changed: Vec<(u32, Open)>,
    /// Place in the next layout by gate; all unset between steps.
    slot_of: Vec<u32>,
}

impl<'m> Sweep<'m> {
    fn new(module: &'m Module, order: &'m [u32]) -> Self {
        let mut gate_parents = vec![Vec::new(); module.gates.len()];
        let mut input_parents = vec![Vec::new(); module.inputs.len()];
        let mut ending = vec![Vec::new(); order.len()];
        let mut initial = Vec::with_capacity(module.gates.len());
        for (g, (gate, end)) in module.gates.iter().zip(ends(module, order)).enumerate() {
            for child in &gate.children {
                match *child {
                    Operand::Gate(c) => gate_parents[c as usize].push(u32_len(g)),
                    Operand::Input(i) => input_parents[i as usize].push(u32_len(g)),
                    Operand::Fixed(_) => {}
                }
            }
            let n = u32_len(gate.children.len());
            initial.push(Open { needed: gate.k, spare: n + 1 - gate.k });
            ending[end as usize].push(u32_len(g));
        }
        Self {
            module,
            order,
            gate_parents,
            input_parents,
            state: initial.clone(),
            initial,
            ending,
            touched: Vec::new(),
            root: None,
            work: Vec::new(),
            dropped: Vec::new(),
            changed: Vec::new(),
            slot_of: vec![u32::MAX; module.gates.len()],
        }
    }

    fn first() -> Frontier {
        Frontier { layout: Vec::new(), words: 0, keys: Vec::new(), reach: vec![1.0] }
    }

    /// Decides the input at position `at` in every state of the frontier.
    fn step(&mut self, at: usize, frontier: &Frontier, chance: Chance, max_nodes: usize) -> Option<Step> {
        if frontier.reach.len() > max_nodes {
            return None;
        }
        let input = self.order[at];
        self.changed.clear();
        let mut outcomes = Vec::with_capacity(frontier.reach.len());
        for node in 0..frontier.reach.len() {
            let both = [false, true].map(|up| {
                self.load(frontier, node);
                self.decide(input, up);
                self.record()
            });
            outcomes.push(both);
            if self.changed.len() / CHANGES_PER_NODE > max_nodes {
                return None;
            }
        }
        for g in std::mem::take(&mut self.ending[at]) {
            self.initial[g as usize] = CLOSED;
            self.state[g as usize] = CLOSED;
        }
        Some(self.file(frontier, &outcomes, chance))
    }

    /// Packs the outcomes of a step into the next frontier; equal states meet in one node.
    fn file(&mut self, frontier: &Frontier, outcomes: &[[Outcome; 2]], chance: Chance) -> Step {
        let (layout, words) = self.lay_out();
        for (at, slot) in layout.iter().enumerate() {
            self.slot_of[slot.gate as usize] = u32_len(at);
        }
        let mut blank = vec![0_u64; words];
        for slot in &layout {
            blank[slot.word as usize] |= slot.pack(self.initial[slot.gate as usize]);
        }
        let mut table = Table::new(words);
        let mut ended = Chance { up: 0.0, down: 0.0 };
        let mut edges = Vec::with_capacity(outcomes.len());
        let mut key = blank.clone();
        for (both, reach) in outcomes.iter().zip(&frontier.reach) {
            let mut edge = [DOWN, UP];
            for (side, outcome) in both.iter().enumerate() {
                let reach = reach * if side == 1 { chance.up } else { chance.down };
                edge[side] = match *outcome {
                    Outcome::Ended(true) => {
                        ended.up += reach;
                        UP
                    }
                    Outcome::Ended(false) => {
                        ended.down += reach;
                        DOWN
                    }
                    Outcome::State(from, to) => {
                        key.copy_from_slice(&blank);
                        for (gate, open) in &self.changed[from..to] {
                            let at = self.slot_of[*gate as usize];
                            if at != u32::MAX {
                                let slot = &layout[at as usize];
                                let word = &mut key[slot.word as usize];
                                *word = *word & !slot.mask() | slot.pack(*open);
                            }
                        }
                        table.insert(&key, reach)
                    }
                };
            }
            edges.push(edge);
        }
        for slot in &layout {
            self.slot_of[slot.gate as usize] = u32::MAX;
        }
        let next = Frontier { layout, words, keys: table.keys, reach: table.reach };
        Step { edges, next, ended }
    }

    /// Gives every gate that was changed in some state its bits in the key; a gate's two counters share a word.
    fn lay_out(&mut self) -> (Vec<Slot>, usize) {
        // Each gate once; `slot_of` is unset here, so it can say which gates were met.
        let mut gates: Vec<u32> = Vec::new();
        for (gate, _) in &self.changed {
            if std::mem::replace(&mut self.slot_of[*gate as usize], 0) == u32::MAX {
                gates.push(*gate);
            }
        }
        for gate in &gates {
            self.slot_of[*gate as usize] = u32::MAX;
        }
        gates.sort_unstable();
        let mut layout = Vec::with_capacity(gates.len());
        let (mut word, mut used) = (0, 0);
        for gate in gates {
            let open = self.initial[gate as usize];
            if open == CLOSED {
                continue;
            }
            let bits_needed = u32::BITS - open.needed.leading_zeros();
            let bits_spare = u32::BITS - open.spare.leading_zeros();
            if used + bits_needed + bits_spare > u64::BITS {
                word += 1;
                used = 0;
            }
            layout.push(Slot { gate, word, shift: used, bits_needed, bits_spare });
            used += bits_needed + bits_spare;
        }
        let words = if layout.is_empty() { 0 } else { word as usize + 1 };
        (layout, words)
    }

    /// Brings the working state to a node of the frontier.
    fn load(&mut self, frontier: &Frontier, node: usize) {
        for g in self.touched.drain(..) {
            self.state[g as usize] = self.initial[g as usize];
        }
        self.root = None;
        let key = &frontier.keys[node * frontier.words..(node + 1) * frontier.words];
        for slot in &frontier.layout {
            let open = slot.unpack(key[slot.word as usize]);
            if open != self.initial[slot.gate as usize] {
                self.state[slot.gate as usize] = open;
                self.touched.push(slot.gate);
            }
        }
    }

    /// Notes where the decision led.
    fn record(&mut self) -> Outcome {
        if let Some(up) = self.root {
            return Outcome::Ended(up);
        }
        let from = self.changed.len();
        self.changed.extend(self.touched.iter().map(|g| (*g, self.state[*g as usize])));
        Outcome::State(from, self.changed.len())
    }

    /// Sets one input and lets the news travel up, and the indifference it causes down.
    fn decide(&mut self, input: u32, up: bool) {
        for at in 0..self.input_parents[input as usize].len() {
            self.tell(self.input_parents[input as usize][at], up);
        }
        while let Some((gate, up)) = self.work.pop() {
            for at in 0..self.gate_parents[gate as usize].len() {
                self.tell(self.gate_parents[gate as usize][at], up);
            }
            self.let_go(gate);
        }
    }

    /// One child of `gate` turned out up or down.
    fn tell(&mut self, gate: u32, up: bool) {
        let open = &mut self.state[gate as usize];
        if *open == CLOSED {
            return;
        }
        if *open == self.initial[gate as usize] {
            self.touched.push(gate);
        }
        let count = if up { &mut open.needed } else { &mut open.spare };
        *count -= 1;
        if *count == 0 {
            *open = CLOSED;
            self.work.push((gate, up));
            if gate as usize + 1 == self.module.gates.len() {
                self.root = Some(up);
            }
        }
    }

    /// Closes what only closed gates ask for, below `gate` and further down.
    fn let_go(&mut self, gate: u32) {
        self.dropped.push(gate);
        while let Some(gate) = self.dropped.pop() {
            for child in &self.module.gates[gate as usize].children {
                let Operand::Gate(c) = *child else { continue };
                let open = self.state[c as usize];
                if open != CLOSED
                    && self.gate_parents[c as usize].iter().all(|p| self.state[*p as usize] == CLOSED)
                {
                    if open == self.initial[c as usize] {
                        self.touched.push(c);
                    }
                    self.state[c as usize] = CLOSED;
                    self.dropped.push(c);
                }
            }
        }
    }
}

/// States of one level by key: open addressing, at most half full.
struct Table {
    words: usize,
    keys: Vec<u64>,
    reach: Vec<f64>,
    slots: Vec<u32>,
}

impl Table {
    fn new(words: usize) -> Self {
        Self { words, keys: Vec::new(), reach: Vec::new(), slots: vec![u32::MAX; 64] }
    }

    /// The node of `key`, made when new; adds `reach` to its probability.
    fn insert(&mut self, key: &[u64], reach: f64) -> u32 {
        if self.reach.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash(key) & mask;
        loop {
            let node = self.slots[slot];
            if node == u32::MAX {
                let node = u32_len(self.reach.len());
                self.slots[slot] = node;
                self.keys.extend_from_slice(key);
                self.reach.push(reach);
                return node;
            }
            let at = node as usize;
            if self.keys[at * self.words..(at + 1) * self.words] == *key {
                self.reach[at] += reach;
                return node;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        self.slots.clear();
        self.slots.resize(mask + 1, u32::MAX);
        for node in 0..self.reach.len() {
            let mut slot = hash(&self.keys[node * self.words..(node + 1) * self.words]) & mask;
            while self.slots[slot] != u32::MAX {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = u32_len(node);
        }
    }
}

/// Multiply and fold; good enough for packed counters, and the same on every machine.
fn hash(key: &[u64]) -> usize {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15;
    let mut h = 0x517c_c1b7_2722_0a95_u64;
    for word in key {
        let wide = u128::from(h ^ word) * ODD;
        h = (wide as u64) ^ ((wide >> 64) as u64);
    }
    (h ^ (h >> 29)) as usize
}
