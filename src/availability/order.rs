//! Orders of a module's inputs, and what a sweep in such an order would have to remember.
//!
//! The diagram is built by deciding one input after another; its width at a cut is bounded by what the gates that
//! are neither untouched nor finished there can look like. Several cheap orders are tried on paper first
//! (levels from below and from above, depth first, breadth first from the far end, and FORCE refinements of these:
//! Aloul, Markov & Sakallah, "FORCE: a fast and easy-to-implement variable-ordering heuristic", GLSVLSI 2003).

use super::normal::{Gate, Module, Operand};
use super::structure::u32_len;

/// Per gate, the position after which it is decided for certain when inputs are decided in `order`.
pub(super) fn ends(module: &Module, order: &[u32]) -> Vec<u32> {
    let position = ranks(order);
    let mut ends: Vec<u32> = Vec::with_capacity(module.gates.len());
    for gate in &module.gates {
        let last = gate.children.iter().map(|child| match *child {
            Operand::Gate(g) => ends[g as usize],
            Operand::Input(i) => position[i as usize],
            Operand::Fixed(_) => 0,
        });
        ends.push(last.max().unwrap_or(0));
    }
    ends
}

/// A bound, in bits, on what one gate adds to the state at a cut.
fn bits(gate: &Gate) -> f64 {
    let n = gate.children.len();
    let k = gate.k as usize;
    if k == 1 || k == n { 1.0 } else { (k.min(n + 1 - k) as f64 + 1.0).log2() }
}

/// Expected size of the diagram for `order`: the sum over its cuts of 2^(bits of state). Larger is worse; only
/// comparisons mean something.
///
/// What a cut must remember is either the gates begun but not finished, or what they were told: the finished
/// children that unfinished gates still use. The smaller of the two counts. News that travels early (one part down
/// closes a whole chain) is left out, as the states it leads to are few.
pub(super) fn cost(module: &Module, order: &[u32]) -> f64 {
    let mut position = vec![0_usize; module.inputs.len()];
    for (at, input) in order.iter().enumerate() {
        position[*input as usize] = at;
    }
    let mut end: Vec<usize> = Vec::with_capacity(module.gates.len());
    let mut gate_used_until: Vec<usize> = vec![0; module.gates.len()];
    let mut input_used_until = position.clone();
    // Per cut: change in the bits of begun gates, and in the number of finished children still in use.
    let mut change = vec![(0.0_f64, 0.0_f64); order.len() + 1];
    for gate in &module.gates {
        let (mut first, mut last) = (usize::MAX, 0);
        for child in &gate.children {
            let done = match *child {
                Operand::Gate(g) => end[g as usize],
                Operand::Input(i) => position[i as usize],
                Operand::Fixed(_) => 0,
            };
            first = first.min(done);
            last = last.max(done);
        }
        for child in &gate.children {
            match *child {
                Operand::Gate(g) => gate_used_until[g as usize] = gate_used_until[g as usize].max(last),
                Operand::Input(i) => input_used_until[i as usize] = input_used_until[i as usize].max(last),
                Operand::Fixed(_) => {}
            }
        }
        let bits = bits(gate);
        change[first].0 += bits;
        change[last].0 -= bits;
        end.push(last);
    }
    let inputs = position.iter().zip(&input_used_until);
    let gates = end.iter().zip(&gate_used_until).filter(|(end, until)| end < until);
    for (from, until) in inputs.chain(gates) {
        change[*from].1 += 1.0;
        change[*until].1 -= 1.0;
    }
    let (mut begun, mut told) = (0.0_f64, 0.0_f64);
    let widths = change.iter().map(|(b, t)| {
        begun += b;
        told += t;
        begun.min(told).clamp(0.0, 1000.0).exp2()
    });
    widths.sum()
}

/// Orders worth trying with their costs, most promising first.
pub(super) fn candidates(module: &Module) -> Vec<(f64, Vec<u32>)> {
    let graph = Graph::new(module);
    let mut orders: Vec<(f64, Vec<u32>)> = Vec::new();
    for order in [graph.upwards(module), graph.downwards(module), graph.depth_first(module), graph.far_end()]
    {
        let reversed: Vec<u32> = order.iter().rev().copied().collect();
        orders.push((cost(module, &order), order));
        orders.push((cost(module, &reversed), reversed));
    }
    // Sorting is stable, so equal costs keep the order of the heuristics: same structure, same diagram.
    orders.sort_by(|a, b| a.0.total_cmp(&b.0));
    orders.dedup_by(|a, b| a.1 == b.1);
    // Refining costs more than sweeping a narrow diagram.
    if orders[0].0 > 64.0 * module.inputs.len() as f64 {
        for at in 0..orders.len().min(3) {
            let refined = graph.force(module, &orders[at].1);
            orders.push((cost(module, &refined), refined));
        }
        orders.sort_by(|a, b| a.0.total_cmp(&b.0));
        orders.dedup_by(|a, b| a.1 == b.1);
    }
    orders
}

/// Gates and inputs as vertices (inputs after gates), with a hyperedge per gate: itself and its children.
struct Graph {
    gates: usize,
    children: Vec<Vec<usize>>,
    parents: Vec<Vec<usize>>,
}

impl Graph {
    fn new(module: &Module) -> Self {
        let gates = module.gates.len();
        let total = gates + module.inputs.len();
        let mut graph = Self { gates, children: vec![Vec::new(); total], parents: vec![Vec::new(); total] };
        for (g, gate) in module.gates.iter().enumerate() {
            for child in &gate.children {
                let c = match *child {
                    Operand::Gate(c) => c as usize,
                    Operand::Input(i) => gates + i as usize,
                    Operand::Fixed(_) => continue,
                };
                graph.children[g].push(c);
                graph.parents[c].push(g);
            }
        }
        graph
    }

    fn inputs_sorted_by(&self, module: &Module, key: impl Fn(usize) -> (u32, u32)) -> Vec<u32> {
        let mut order: Vec<u32> = (0..u32_len(module.inputs.len())).collect();
        order.sort_by_key(|i| key(self.gates + *i as usize));
        order
    }

    /// By the height of the lowest gate that uses the input, ties by a depth-first walk.
    fn upwards(&self, module: &Module) -> Vec<u32> {
        let mut height = vec![0_u32; self.parents.len()];
        for g in 0..self.gates {
            height[g] = 1 + self.children[g].iter().map(|c| height[*c]).max().unwrap_or(0);
        }
        let walk = ranks(&self.depth_first(module));
        self.inputs_sorted_by(module, |v| {
            (self.parents[v].iter().map(|p| height[*p]).min().unwrap_or(0), walk[v - self.gates])
        })
    }

    /// By the longest distance from the root, ties by a depth-first walk.
    fn downwards(&self, module: &Module) -> Vec<u32> {
        let mut depth = vec![0_u32; self.parents.len()];
        for g in (0..self.gates).rev() {
            for c in &self.children[g] {
                depth[*c] = depth[*c].max(depth[g] + 1);
            }
        }
        let walk = ranks(&self.depth_first(module));
        self.inputs_sorted_by(module, |v| (depth[v], walk[v - self.gates]))
    }

    /// As a walk from the root meets them, small branches first.
    fn depth_first(&self, module: &Module) -> Vec<u32> {
        let mut weight = vec![1_u64; self.parents.len()];
        for g in 0..self.gates {
            weight[g] = self.children[g].iter().fold(1, |sum: u64, c| sum.saturating_add(weight[*c]));
        }
        let mut seen = vec![false; self.parents.len()];
        let mut order = Vec::with_capacity(module.inputs.len());
        let mut stack = vec![self.gates - 1];
        while let Some(v) = stack.pop() {
            if std::mem::replace(&mut seen[v], true) {
                continue;
            }
            if v >= self.gates {
                order.push(u32_len(v - self.gates));
            }
            let mut below = self.children[v].clone();
            below.sort_by_key(|c| std::cmp::Reverse(weight[*c]));
            stack.extend(below.into_iter().filter(|c| !seen[*c]));
        }
        order
    }

    /// Breadth first from a vertex as far as possible from all others: a narrow band (after Cuthill & McKee, 1969).
    fn far_end(&self) -> Vec<u32> {
        let mut from = self.gates - 1;
        for _ in 0..3 {
            from = self.breadth_first(from).last().copied().unwrap_or(from);
        }
        let vertices = self.breadth_first(from);
        vertices.into_iter().filter(|v| *v >= self.gates).map(|v| u32_len(v - self.gates)).collect()
    }

    fn breadth_first(&self, from: usize) -> Vec<usize> {
        let mut seen = vec![false; self.parents.len()];
        seen[from] = true;
        let mut order = vec![from];
        let mut next = 0;
        while let Some(v) = order.get(next).copied() {
            next += 1;
            let begin = order.len();
            for w in self.children[v].iter().chain(&self.parents[v]) {
                if !std::mem::replace(&mut seen[*w], true) {
                    order.push(*w);
                }
            }
            order[begin..].sort_by_key(|w| self.children[*w].len() + self.parents[*w].len());
        }
        order
    }

    /// Moves every vertex to the mean of its hyperedges' centres of gravity, again and again; keeps the best.
    fn force(&self, module: &Module, start: &[u32]) -> Vec<u32> {
        const ROUNDS: usize = 24;
        let rank = ranks(start);
        let mut place = vec![0.0_f64; self.parents.len()];
        for v in self.gates..place.len() {
            place[v] = f64::from(rank[v - self.gates]);
        }
        for g in 0..self.gates {
            place[g] = mean(self.children[g].iter().map(|c| place[*c]));
        }
        let mut best = (cost(module, start), start.to_vec());
        let mut centre = vec![0.0_f64; self.gates];
        for _ in 0..ROUNDS {
            for g in 0..self.gates {
                centre[g] = mean(self.children[g].iter().map(|c| place[*c]).chain([place[g]]));
            }
            for v in 0..place.len() {
                let own = (v < self.gates).then(|| centre[v]);
                place[v] = mean(self.parents[v].iter().map(|p| centre[*p]).chain(own));
            }
            let mut order: Vec<usize> = (0..place.len()).collect();
            order.sort_by(|a, b| place[*a].total_cmp(&place[*b]));
            for (at, v) in order.iter().enumerate() {
                place[*v] = at as f64;
            }
            let inputs = order.into_iter().filter(|v| *v >= self.gates).map(|v| u32_len(v - self.gates));
            let inputs: Vec<u32> = inputs.collect();
            let cost = cost(module, &inputs);
            if cost < best.0 {
                best = (cost, inputs);
            }
        }
        best.1
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    if n == 0.0 { 0.0 } else { sum / n }
}

fn ranks(order: &[u32]) -> Vec<u32> {
    let mut rank = vec![0; order.len()];
    for (at, input) in order.iter().enumerate() {
        rank[*input as usize] = u32_len(at);
    }
    rank
}
