//! The cleaned-up form of one connected part of the input that the phases of the layout work on.

/// A directed connection between two vertices; parallel ones are merged and their weights added.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Arc {
    /// Where it starts.
    pub(crate) from: usize,
    /// Where it ends.
    pub(crate) to: usize,
    /// How many edges of the input it stands for.
    pub(crate) weight: f64,
}

/// A connected graph without self loops, parallel edges or (once oriented) cycles.
#[derive(Debug, Clone, Default)]
pub(super) struct Problem {
    /// Width of each vertex.
    pub(super) width: Vec<f64>,
    /// Height of each vertex.
    pub(super) height: Vec<f64>,
    /// Oriented left to right: every arc can have a positive span.
    pub(super) arcs: Vec<Arc>,
}

impl Problem {
    /// How many vertices there are.
    pub(super) fn len(&self) -> usize {
        self.width.len()
    }
}

/// Merges parallel arcs (in either direction when `undirected`), drops self loops; sorted by end points.
pub(super) fn merge(mut arcs: Vec<Arc>) -> Vec<Arc> {
    arcs.retain(|arc| arc.from != arc.to);
    arcs.sort_by_key(|arc| (arc.from, arc.to));
    arcs.dedup_by(|next, kept| {
        let same = next.from == kept.from && next.to == kept.to;
        if same {
            kept.weight += next.weight;
        }
        same
    });
    arcs
}

/// Turns the arcs that point against the sequence around, so that the graph has no cycle.
pub(crate) fn orient(arcs: &[Arc], rank: &[usize]) -> Vec<Arc> {
    merge(
        arcs.iter()
            .map(|arc| {
                if rank[arc.from] <= rank[arc.to] {
                    *arc
                } else {
                    Arc { from: arc.to, to: arc.from, weight: arc.weight }
                }
            })
            .collect(),
    )
}
