//! Layout of an EventStorming timeline: causes left of effects, chains on one row, frames apart, and what stands
//! well stays where it is.
//!
//! Columns are the steps of causality: a sticky comes as early as what causes it allows, and what nothing causes
//! stands just before its first effect. Chains of stickies keep one row; rows and frames take the free height
//! nearest to where they were, or to their neighbours. Arranging an arranged board changes nothing.

mod rows;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::layered::{Arc, Graph, Layout, Options, finish, finish_in_place, orient, sequence};
use rows::{Item, stack};

/// Distances that suit a board of stickies: close together, as people place them.
pub fn board_options() -> Options {
    Options { layer_gap: 40.0, node_gap: 24.0, ..Options::default() }
}

/// Arranges a board: nodes are stickies, clusters are frames, hints are where things stand now.
///
/// With hints the drawing keeps its left edge and the order of its rows; without any it starts at the origin.
pub fn layout(graph: &Graph, options: &Options) -> Layout {
    let n = graph.nodes.len();
    let hints: Vec<Option<(f64, f64)>> = graph
        .nodes
        .iter()
        .map(|node| node.hint.map(|h| (f64::from(h.0), f64::from(h.1))))
        .map(|hint| hint.filter(|h| h.0.is_finite() && h.1.is_finite()))
        .collect();
    let arcs = graph.arcs();
    let prefer: Vec<f64> = hints.iter().map(|h| h.map_or(f64::INFINITY, |h| h.0)).collect();
    let hinted = hints.iter().any(Option::is_some);
    let order = sequence(n, &arcs, hinted.then_some(&prefer));
    let arcs = orient(&arcs, &order);
    let steps = steps(n, &arcs, &order);
    let mut board = Board { graph, options, hints, arcs, step: steps, x: vec![0.0; n], y: vec![None; n] };
    let mut placed = Vec::new();
    for unit in board.units() {
        board.place_columns(&unit);
        board.place_rows(&unit, &mut placed);
    }
    let centres: Vec<(f64, f64)> =
        board.x.iter().zip(&board.y).map(|(&x, y)| (x, y.unwrap_or(0.0))).collect();
    if hinted { finish_in_place(graph, options, &centres) } else { finish(graph, options, &centres) }
}

/// The earliest step of each node; those without a cause come just before their first effect.
fn steps(n: usize, arcs: &[Arc], order: &[usize]) -> Vec<usize> {
    let mut by_place: Vec<usize> = (0..n).collect();
    by_place.sort_by_key(|&v| order[v]);
    let mut out = vec![Vec::new(); n];
    let mut caused = vec![false; n];
    for arc in arcs {
        out[arc.from].push(arc.to);
        caused[arc.to] = true;
    }
    let mut step = vec![0; n];
    for &v in &by_place {
        for &w in &out[v] {
            step[w] = step[w].max(step[v] + 1);
        }
    }
    for v in 0..n {
        if !caused[v] {
            step[v] = out[v].iter().map(|&w| step[w] - 1).min().unwrap_or(0);
        }
    }
    step
}

struct Board<'a> {
    graph: &'a Graph,
    options: &'a Options,
    hints: Vec<Option<(f64, f64)>>,
    arcs: Vec<Arc>,
    step: Vec<usize>,
    x: Vec<f64>,
    y: Vec<Option<f64>>,
}

impl Board<'_> {
    /// Parts that share no arc and no frame: each has columns of its own. The largest come first, or those that
    /// stand higher when the board has been arranged before.
    fn units(&self) -> Vec<Vec<usize>> {
        let n = self.graph.nodes.len();
        let mut sets = Sets::new(n);
        for arc in &self.arcs {
            sets.join(arc.from, arc.to);
        }
        let mut first_of: BTreeMap<usize, usize> = BTreeMap::new();
        for (v, node) in self.graph.nodes.iter().enumerate() {
            if let Some(frame) = node.cluster {
                let first = *first_of.entry(frame).or_insert(v);
                sets.join(first, v);
            }
        }
        let mut units = sets.groups(0..n);
        units.sort_by_key(|unit| {
            (!unit.iter().any(|&v| self.hints[v].is_some()), Reverse(unit.len()), unit[0])
        });
        units
    }

    /// Gives every node of a unit its horizontal place.
    fn place_columns(&mut self, unit: &[usize]) {
        self.spread_parts(unit);
        let first = unit.iter().map(|&v| self.step[v]).min().unwrap_or(0);
        let last = unit.iter().map(|&v| self.step[v]).max().unwrap_or(0);
        let mut widths = vec![0.0_f64; last - first + 1];
        for &v in unit {
            let step = self.step[v] - first;
            widths[step] = widths[step].max(self.graph.size(v).0);
        }
        // A frame's border needs its own air between the columns where it begins or ends.
        let padding = f64::from(self.options.padding);
        let mut air = vec![f64::from(self.options.layer_gap); widths.len() + 1];
        for (from, to) in self.frame_spans(unit).into_values() {
            air[from - first] += padding;
            air[to - first + 1] += padding;
        }
        let mut left = 0.0;
        let mut centre = Vec::with_capacity(widths.len());
        for (k, width) in widths.iter().enumerate() {
            if k > 0 {
                // Air that several frames asked for is shared.
                left += air[k].min(f64::from(self.options.layer_gap) + 2.0 * padding);
            }
            centre.push(left + width / 2.0);
            left += width;
        }
        for &v in unit {
            self.x[v] = centre[self.step[v] - first];
        }
        let shift = self.anchor(unit);
        for &v in unit {
            self.x[v] += shift;
        }
    }

    /// The shift that keeps the left edge of what stood there before.
    fn anchor(&self, unit: &[usize]) -> f64 {
        let leftmost = |at: &dyn Fn(usize) -> f64| {
            let hinted = unit.iter().filter(|&&v| self.hints[v].is_some());
            hinted.map(|&v| at(v) - self.graph.size(v).0 / 2.0).fold(f64::INFINITY, f64::min)
        };
        let before = leftmost(&|v| self.hints[v].map_or(0.0, |h| h.0));
        let now = leftmost(&|v| self.x[v]);
        if before.is_finite() && now.is_finite() { before - now } else { 0.0 }
    }

    /// First and last step of each frame.
    fn frame_spans(&self, unit: &[usize]) -> BTreeMap<usize, (usize, usize)> {
        let mut spans: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for &v in unit {
            if let Some(frame) = self.graph.nodes[v].cluster {
                let step = self.step[v];
                let span = spans.entry(frame).or_insert((step, step));
                *span = (span.0.min(step), span.1.max(step));
            }
        }
        spans
    }

    /// Parts of a unit that only a frame holds together start at the step they stood at before: time on a board
    /// is told by place as much as by arrows.
    fn spread_parts(&mut self, unit: &[usize]) {
        let mut sets = Sets::new(self.graph.nodes.len());
        for arc in &self.arcs {
            sets.join(arc.from, arc.to);
        }
        let mut parts = sets.groups(unit.iter().copied());
        parts.sort_by_key(|part| (Reverse(part.len()), part[0]));
        // Where the steps of the largest part stood: its members tell the scale of time.
        let mut scale: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for &v in parts.first().map_or(&[][..], Vec::as_slice) {
            if let Some(hint) = self.hints[v] {
                let entry = scale.entry(self.step[v]).or_insert((0.0, 0.0));
                *entry = (entry.0 + hint.0, entry.1 + 1.0);
            }
        }
        let scale: Vec<(usize, f64)> = scale.into_iter().map(|(step, sum)| (step, sum.0 / sum.1)).collect();
        for part in parts.iter().skip(1) {
            let start = part
                .iter()
                .filter_map(|&v| Some((self.hints[v]?.0, self.step[v])))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let Some((x, own)) = start else { continue };
            let Some(step) = step_at(&scale, x, f64::from(self.options.layer_gap)) else { continue };
            let later = step.saturating_sub(own);
            for &v in part {
                self.step[v] += later;
            }
        }
    }

    /// Gives every node of a unit its row: chains inside frames first, then frames and loose chains.
    fn place_rows(&mut self, unit: &[usize], placed: &mut Vec<Item>) {
        let gap = f64::from(self.options.node_gap);
        let chains = self.chains(unit);
        let mut frames: BTreeMap<usize, Vec<Item>> = BTreeMap::new();
        let mut items = Vec::new();
        for chain in chains {
            let item = self.strip(&chain);
            match self.graph.nodes[chain[0]].cluster {
                Some(frame) => frames.entry(frame).or_default().push(item),
                None => items.push(item),
            }
        }
        let neighbours = self.neighbours();
        for mut rows in frames.into_values() {
            stack(&mut rows, &mut Vec::new(), &neighbours, &mut self.y, gap, 0.0);
            items.push(self.frame_item(&rows));
        }
        for item in &items {
            for &(v, _) in &item.members {
                self.y[v] = None;
            }
        }
        let base = placed.iter().map(|i: &Item| i.y + i.height / 2.0).fold(f64::NEG_INFINITY, f64::max);
        let base = if base.is_finite() { base + 2.0 * gap } else { 0.0 };
        stack(&mut items, placed, &neighbours, &mut self.y, gap, base);
        placed.append(&mut items);
    }

    fn neighbours(&self) -> Vec<Vec<usize>> {
        let mut neighbours = vec![Vec::new(); self.graph.nodes.len()];
        for arc in &self.arcs {
            neighbours[arc.from].push(arc.to);
            neighbours[arc.to].push(arc.from);
        }
        neighbours
    }

    /// A chain as a strip one row high.
    fn strip(&self, chain: &[usize]) -> Item {
        let mut item = Item { left: f64::INFINITY, right: f64::NEG_INFINITY, ..Item::default() };
        let (mut sum, mut count) = (0.0, 0.0);
        for &v in chain {
            let (width, height) = self.graph.size(v);
            item.left = item.left.min(self.x[v] - width / 2.0);
            item.right = item.right.max(self.x[v] + width / 2.0);
            item.height = item.height.max(height);
            item.members.push((v, 0.0));
            if let Some(hint) = self.hints[v] {
                sum += hint.1;
                count += 1.0;
            }
        }
        item.wish = (count > 0.0).then(|| sum / count);
        item
    }

    /// A frame with its rows, placed relative to one another, as one box.
    fn frame_item(&self, rows: &[Item]) -> Item {
        let padding = f64::from(self.options.padding);
        let title = f64::from(self.options.title_height);
        let top = rows.iter().map(|r| r.y - r.height / 2.0).fold(f64::INFINITY, f64::min) - padding - title;
        let bottom = rows.iter().map(|r| r.y + r.height / 2.0).fold(f64::NEG_INFINITY, f64::max) + padding;
        let centre = f64::midpoint(top, bottom);
        let mut item = Item {
            left: rows.iter().map(|r| r.left).fold(f64::INFINITY, f64::min) - padding,
            right: rows.iter().map(|r| r.right).fold(f64::NEG_INFINITY, f64::max) + padding,
            height: bottom - top,
            ..Item::default()
        };
        let (mut sum, mut count) = (0.0, 0.0);
        for row in rows {
            for &(v, _) in &row.members {
                item.members.push((v, row.y - centre));
                if let Some(hint) = self.hints[v] {
                    sum += hint.1 - (row.y - centre);
                    count += 1.0;
                }
            }
        }
        item.wish = (count > 0.0).then(|| sum / count);
        item
    }

    /// Splits a unit into chains: each node goes on in at most one successor and comes from at most one
    /// predecessor of the same frame. What stands on one row already stays together; then the longest way
    /// through the board goes first.
    fn chains(&self, unit: &[usize]) -> Vec<Vec<usize>> {
        let n = self.graph.nodes.len();
        let (ahead, behind) = self.path_lengths();
        let mut inside = vec![false; n];
        for &v in unit {
            inside[v] = true;
        }
        let mut links: Vec<&Arc> = self
            .arcs
            .iter()
            .filter(|a| inside[a.from] && self.graph.nodes[a.from].cluster == self.graph.nodes[a.to].cluster)
            .collect();
        links.sort_by_key(|a| {
            let aligned = matches!((self.hints[a.from], self.hints[a.to]),
                (Some(p), Some(q)) if (p.1 - q.1).abs() < f64::from(self.options.node_gap) / 2.0);
            (
                !aligned,
                Reverse(behind[a.from] + ahead[a.to]),
                self.step[a.to] - self.step[a.from],
                a.from,
                a.to,
            )
        });
        let (mut next, mut taken) = (vec![None; n], vec![false; n]);
        for link in links {
            if next[link.from].is_none() && !taken[link.to] {
                next[link.from] = Some(link.to);
                taken[link.to] = true;
            }
        }
        let starts = unit.iter().copied().filter(|&v| !taken[v]);
        starts.map(|start| std::iter::successors(Some(start), |&v| next[v]).collect()).collect()
    }

    /// The longest ways from each node onwards and back.
    fn path_lengths(&self) -> (Vec<usize>, Vec<usize>) {
        let n = self.graph.nodes.len();
        let mut by_step: Vec<&Arc> = self.arcs.iter().collect();
        by_step.sort_by_key(|a| (self.step[a.from], a.from, a.to));
        let (mut ahead, mut behind) = (vec![0; n], vec![0; n]);
        for a in &by_step {
            behind[a.to] = behind[a.to].max(behind[a.from] + 1);
        }
        for a in by_step.iter().rev() {
            ahead[a.from] = ahead[a.from].max(ahead[a.to] + 1);
        }
        (ahead, behind)
    }
}

/// The step whose old place is nearest to `x`; beyond the last one steps go on at the usual distance.
fn step_at(scale: &[(usize, f64)], x: f64, gap: f64) -> Option<usize> {
    let &(last, end) = scale.last()?;
    let &(first, start) = scale.first()?;
    let pitch = if last > first { ((end - start) / (last - first) as f64).abs().max(gap) } else { 2.0 * gap };
    if x > end + pitch / 2.0 {
        // A board is not a thousand columns wide: a far outlier is not worth empty space.
        return Some(last + (((x - end) / pitch).round() as usize).min(64));
    }
    scale.iter().min_by(|a, b| (a.1 - x).abs().total_cmp(&(b.1 - x).abs())).map(|s| s.0)
}

/// Disjoint sets of nodes.
struct Sets(Vec<usize>);

impl Sets {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn find(&mut self, mut v: usize) -> usize {
        while self.0[v] != v {
            self.0[v] = self.0[self.0[v]];
            v = self.0[v];
        }
        v
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }

    /// The sets of these nodes, by their least member.
    fn groups(&mut self, nodes: impl Iterator<Item = usize>) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for v in nodes {
            groups.entry(self.find(v)).or_default().push(v);
        }
        groups.into_values().collect()
    }
}
