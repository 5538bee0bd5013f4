//! Layer assignment of least total edge length, by the network simplex method.
//!
//! Source: E. R. Gansner, E. Koutsofios, S. C. North, K.-P. Vo, "A technique for drawing directed graphs", IEEE
//! Transactions on Software Engineering 19 (1993), section 2: a tight spanning tree, cut values from the leaves
//! up, tree membership by postorder numbers, and a cyclic search for the edge that leaves the tree.

use super::problem::Arc;

/// No vertex or no edge.
const NONE: usize = usize::MAX;
/// How many tree edges with a negative cut value are compared before the worst of them leaves.
const SEARCH_SIZE: usize = 40;

/// Layers of a connected acyclic graph, from 0, each arc spanning at least one, their weighted sum least
/// (or nearly: the number of pivots is bounded by `max_pivots`).
pub(super) fn layers(n: usize, arcs: &[Arc], max_pivots: usize) -> Vec<usize> {
    if n == 0 {
        return Vec::new();
    }
    let mut simplex = Simplex::new(n, arcs);
    simplex.longest_path();
    if simplex.tight_tree() {
        simplex.number(0);
        simplex.cut_values();
        for _ in 0..max_pivots {
            let Some(leaving) = simplex.leaving() else { break };
            let Some(entering) = simplex.entering(leaving) else { break };
            simplex.exchange(leaving, entering);
        }
    }
    let lowest = simplex.layer.iter().copied().min().unwrap_or(0);
    simplex.layer.iter().map(|&layer| usize::try_from(layer - lowest).unwrap_or(0)).collect()
}

struct Simplex<'a> {
    arcs: &'a [Arc],
    /// Arc numbers at each vertex, both directions.
    incident: Vec<Vec<usize>>,
    layer: Vec<i64>,
    in_tree: Vec<bool>,
    tree: Vec<usize>,
    tree_at: Vec<Vec<usize>>,
    cut: Vec<f64>,
    /// The tree arc to the parent.
    parent: Vec<usize>,
    low: Vec<usize>,
    number: Vec<usize>,
    /// Vertices of the tree in postorder.
    postorder: Vec<usize>,
    search_from: usize,
}

impl<'a> Simplex<'a> {
    fn new(n: usize, arcs: &'a [Arc]) -> Self {
        let mut incident = vec![Vec::new(); n];
        for (e, arc) in arcs.iter().enumerate() {
            incident[arc.from].push(e);
            incident[arc.to].push(e);
        }
        Self {
            arcs,
            incident,
            layer: vec![0; n],
            in_tree: vec![false; arcs.len()],
            tree: Vec::with_capacity(n),
            tree_at: vec![Vec::new(); n],
            cut: vec![0.0; arcs.len()],
            parent: vec![NONE; n],
            low: vec![0; n],
            number: vec![0; n],
            postorder: Vec::with_capacity(n),
            search_from: 0,
        }
    }

    fn other(&self, e: usize, v: usize) -> usize {
        if self.arcs[e].from == v { self.arcs[e].to } else { self.arcs[e].from }
    }

    fn slack(&self, e: usize) -> i64 {
        self.layer[self.arcs[e].to] - self.layer[self.arcs[e].from] - 1
    }

    fn longest_path(&mut self) {
        let n = self.layer.len();
        let mut missing = vec![0_usize; n];
        for arc in self.arcs {
            missing[arc.to] += 1;
        }
        let mut ready: Vec<usize> = (0..n).filter(|&v| missing[v] == 0).collect();
        while let Some(v) = ready.pop() {
            for &e in &self.incident[v] {
                let arc = self.arcs[e];
                if arc.from == v {
                    self.layer[arc.to] = self.layer[arc.to].max(self.layer[v] + 1);
                    missing[arc.to] -= 1;
                    if missing[arc.to] == 0 {
                        ready.push(arc.to);
                    }
                }
            }
        }
    }

    /// Grows a spanning tree of tight arcs from vertex 0, shifting the tree towards the nearest outsider.
    /// False when the graph is not connected.
    fn tight_tree(&mut self) -> bool {
        let n = self.layer.len();
        let mut reached = vec![false; n];
        reached[0] = true;
        let mut members = vec![0];
        let mut scanned = 0;
        // Arcs with exactly one end in the tree, kept lazily: those that came inside are dropped when met.
        let mut frontier: Vec<usize> = Vec::new();
        loop {
            while scanned < members.len() {
                let v = members[scanned];
                scanned += 1;
                for i in 0..self.incident[v].len() {
                    let e = self.incident[v][i];
                    let w = self.other(e, v);
                    if reached[w] {
                        continue;
                    }
                    if self.slack(e) == 0 {
                        reached[w] = true;
                        members.push(w);
                        self.in_tree[e] = true;
                    } else {
                        frontier.push(e);
                    }
                }
            }
            if members.len() == n {
                break;
            }
            frontier.retain(|&e| !(reached[self.arcs[e].from] && reached[self.arcs[e].to]));
            let Some(&nearest) = frontier.iter().min_by_key(|&&e| (self.slack(e), e)) else {
                return false;
            };
            let slack = self.slack(nearest);
            let inside_is_tail = reached[self.arcs[nearest].from];
            let shift = if inside_is_tail { slack } else { -slack };
            for &v in &members {
                self.layer[v] += shift;
            }
            // The shift may have made several frontier arcs tight: take them all, in order.
            for &e in &frontier {
                let Arc { from, to, .. } = self.arcs[e];
                if self.slack(e) == 0 && reached[from] != reached[to] {
                    let w = if reached[from] { to } else { from };
                    reached[w] = true;
                    members.push(w);
                    self.in_tree[e] = true;
                }
            }
        }
        for e in 0..self.arcs.len() {
            if self.in_tree[e] {
                self.tree.push(e);
                self.tree_at[self.arcs[e].from].push(e);
                self.tree_at[self.arcs[e].to].push(e);
            }
        }
        true
    }

    /// Numbers the subtree below `root` in postorder, from the lowest number it had.
    fn number(&mut self, root: usize) {
        let mut next = if self.postorder.is_empty() { 0 } else { self.low[root] };
        if self.postorder.is_empty() {
            self.postorder = vec![0; self.layer.len()];
        }
        let mut stack: Vec<(usize, usize)> = vec![(root, 0)];
        self.low[root] = next;
        while let Some(&mut (v, ref mut at)) = stack.last_mut() {
            if let Some(&e) = self.tree_at[v].get(*at) {
                *at += 1;
                if e == self.parent[v] {
                    continue;
                }
                let w = if self.arcs[e].from == v { self.arcs[e].to } else { self.arcs[e].from };
                self.parent[w] = e;
                self.low[w] = next;
                stack.push((w, 0));
            } else {
                self.number[v] = next;
                self.postorder[next] = v;
                next += 1;
                stack.pop();
            }
        }
    }

    fn below(&self, v: usize, ancestor: usize) -> bool {
        self.low[ancestor] <= self.number[v] && self.number[v] <= self.number[ancestor]
    }

    /// The cut value of a tree arc is the net weight that leaves the side of its tail, and inside that side
    /// every arc cancels out: it is the sum of the vertices' own surpluses below the arc.
    fn cut_values(&mut self) {
        let mut surplus = vec![0.0; self.layer.len()];
        for arc in self.arcs {
            surplus[arc.from] += arc.weight;
            surplus[arc.to] -= arc.weight;
        }
        for place in 0..self.postorder.len() {
            let v = self.postorder[place];
            let up = self.parent[v];
            if up != NONE {
                let tail_below = self.arcs[up].from == v;
                self.cut[up] = if tail_below { surplus[v] } else { -surplus[v] };
                let above = self.other(up, v);
                surplus[above] += surplus[v];
            }
        }
    }

    fn leaving(&mut self) -> Option<usize> {
        let count = self.tree.len();
        let mut best: Option<usize> = None;
        let mut found = 0;
        for step in 0..count {
            let place = (self.search_from + step) % count;
            let e = self.tree[place];
            if self.cut[e] < -1e-9 {
                if best.is_none_or(|b| self.cut[self.tree[b]] > self.cut[e]) {
                    best = Some(place);
                }
                found += 1;
                if found >= SEARCH_SIZE {
                    self.search_from = (place + 1) % count;
                    break;
                }
            }
        }
        best
    }

    /// The arc of least slack that reconnects the two sides against the direction of the leaving one.
    fn entering(&self, leaving: usize) -> Option<usize> {
        let arc = self.arcs[self.tree[leaving]];
        let child = if self.parent[arc.from] == self.tree[leaving] { arc.from } else { arc.to };
        // The head side must be reconnected by an arc that goes from the head's side to the tail's side.
        let child_is_tail = child == arc.from;
        let mut best: Option<(i64, usize)> = None;
        for place in self.low[child]..=self.number[child] {
            let v = self.postorder[place];
            for &e in &self.incident[v] {
                let candidate = self.arcs[e];
                let enters_child = candidate.to == v;
                if enters_child == child_is_tail && !self.below(self.other(e, v), child) {
                    let key = (self.slack(e), e);
                    if best.is_none_or(|b| key < b) {
                        best = Some(key);
                    }
                }
            }
        }
        best.map(|b| b.1)
    }

    fn exchange(&mut self, leaving: usize, entering: usize) {
        let out = self.tree[leaving];
        let arc = self.arcs[out];
        let child = if self.parent[arc.from] == out { arc.from } else { arc.to };
        let slack = self.slack(entering);
        if slack != 0 {
            // Shift the child's side so that the entering arc becomes tight.
            let shift = if self.below(self.arcs[entering].to, child) { -slack } else { slack };
            for place in self.low[child]..=self.number[child] {
                let v = self.postorder[place];
                self.layer[v] += shift;
            }
        }
        self.update_cuts(out, entering);
    }

    /// Adjusts the cut values along the cycle that the entering arc closes, then renumbers below its top.
    fn update_cuts(&mut self, out: usize, entering: usize) {
        let cut = self.cut[out];
        let Arc { from, to, .. } = self.arcs[entering];
        let mut top = from;
        for (start, toward_top) in [(from, true), (to, false)] {
            let other = if toward_top { to } else { from };
            let mut v = start;
            while !self.below(other, v) {
                let e = self.parent[v];
                let same = (self.arcs[e].from == v) == toward_top;
                self.cut[e] += if same { cut } else { -cut };
                v = self.other(e, v);
            }
            top = v;
        }
        self.cut[entering] = -cut;
        self.cut[out] = 0.0;
        self.in_tree[out] = false;
        self.in_tree[entering] = true;
        if let Some(place) = self.tree.iter().position(|&e| e == out) {
            self.tree[place] = entering;
        }
        for v in [self.arcs[out].from, self.arcs[out].to] {
            self.tree_at[v].retain(|&e| e != out);
        }
        self.tree_at[from].push(entering);
        self.tree_at[to].push(entering);
        self.number(top);
    }
}
