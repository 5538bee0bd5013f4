//! Folding: a drawing much wider than the page is cut between columns and its parts put below one another, read like
//! lines of text.
//!
//! One much higher than the page has its tall columns broken into several side by side.
//!
//! A flow of twenty steps is twenty columns, and fitted to a window its names are a few pixels high. Where the cuts go
//! is the line-breaking problem of D. E. Knuth, M. F. Plass, "Breaking paragraphs into lines", Software: Practice and
//! Experience 11 (1981): of all ways to break into parts no wider than allowed, the one whose breaks cost least, found
//! by dynamic programming. A break costs the edges it cuts.

use super::columns::{Arrangement, separation, space_out};
use super::problem::Problem;

/// A drawing is folded only when that shows it so many times as large.
const WORTH: f64 = 1.25;
/// More parts than this are no page any more.
const PARTS_MAX: usize = 12;
/// A part may be so much wider than an even share: a cut at a better place is worth it.
const SLACK: f64 = 1.2;

/// Where each column of a folded drawing stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fold {
    /// What is added to the horizontal and vertical place of each column's vertices.
    pub(super) shift: Vec<(f64, f64)>,
    /// The heights between which each column's part lies, after the shift.
    pub(super) bounds: Vec<(f64, f64)>,
}

/// What a column takes up.
#[derive(Debug, Clone, Copy)]
struct Extent {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// The best way to fold a drawing for a page of this width to height; none when it is best left as it is.
pub(super) fn fold(problem: &Problem, drawn: &Arrangement, page: f64, gap: f64) -> Option<Fold> {
    let extents = extents(problem, drawn);
    let whole = union(&extents)?;
    let (width, height) = (whole.right - whole.left, whole.bottom - whole.top);
    let scale = |width: f64, height: f64| (page / width.max(1.0)).min(1.0 / height.max(1.0));
    let cuts = cut_edges(problem, drawn);
    let mut best: Option<(f64, Vec<usize>)> = None;
    for parts in 2..=PARTS_MAX.min(extents.len()) {
        let limit = width / parts as f64 * SLACK;
        let Some(starts) = break_at(&extents, &cuts, limit) else { continue };
        let (w, h) = size(&extents, &starts, gap);
        let shown = scale(w, h);
        if shown > best.as_ref().map_or(WORTH * scale(width, height), |(most, _)| *most * 1.02) {
            best = Some((shown, starts));
        }
    }
    let (_, starts) = best?;
    Some(place(&extents, &starts, gap))
}

/// The drawing with its tall columns broken into several, for a page of this width to height; none when it is best left
/// as it is. Neighbours in a column go to different ones of its parts, so each keeps its height in the whole.
pub(super) fn widen(
    problem: &Problem,
    drawn: &Arrangement,
    page: f64,
    (layer_gap, gap): (f64, f64),
) -> Option<Arrangement> {
    let whole = union(&extents(problem, drawn))?;
    let columns = drawn.columns();
    let heights: Vec<f64> = columns
        .iter()
        .map(|column| column.windows(2).map(|two| separation(problem, two[0], two[1], gap)).sum::<f64>())
        .collect();
    let tallest = heights.iter().copied().fold(0.0, f64::max);
    let widths: Vec<f64> = columns
        .iter()
        .map(|column| column.iter().map(|&v| problem.width[v]).fold(0.0, f64::max) + layer_gap)
        .collect();
    let scale = |width: f64, height: f64| (page / width.max(1.0)).min(1.0 / height.max(1.0));
    let parts_at = |limit: f64| -> Vec<usize> {
        heights.iter().map(|height| (height / limit).ceil().max(1.0) as usize).collect()
    };
    let mut best: Option<(f64, f64)> = None;
    for count in 2..=PARTS_MAX {
        let limit = tallest / count as f64;
        let width: f64 =
            parts_at(limit).iter().zip(&widths).map(|(parts, width)| *parts as f64 * width).sum();
        let shown = scale(width, limit);
        let now = scale(whole.right - whole.left, whole.bottom - whole.top);
        if shown > best.map_or(WORTH * now, |(most, _)| most * 1.02) {
            best = Some((shown, limit));
        }
    }
    let (_, limit) = best?;
    let squeeze = limit / (whole.bottom - whole.top).max(1.0);
    let mut wide = Arrangement { y: drawn.y.clone(), ..drawn.clone() };
    let mut next = 0;
    for (column, parts) in columns.iter().zip(parts_at(limit)) {
        for part in 0..parts {
            let members: Vec<usize> = column.iter().copied().skip(part).step_by(parts).collect();
            members.iter().for_each(|&v| wide.column[v] = next + part);
            space_out(problem, &members, |v| (drawn.y[v] * squeeze, 1.0), gap, &mut wide.y);
        }
        next += parts;
    }
    wide.set_columns_apart(&problem.width, layer_gap);
    Some(wide)
}

fn extents(problem: &Problem, drawn: &Arrangement) -> Vec<Extent> {
    let empty = Extent {
        left: f64::INFINITY,
        right: f64::NEG_INFINITY,
        top: f64::INFINITY,
        bottom: f64::NEG_INFINITY,
    };
    let mut extents = vec![empty; drawn.x.len()];
    for (v, &column) in drawn.column.iter().enumerate() {
        let (x, y) = (drawn.x[column], drawn.y[v]);
        let (w, h) = (problem.width[v] / 2.0, problem.height[v] / 2.0);
        let own = Extent { left: x - w, right: x + w, top: y - h, bottom: y + h };
        extents[column] = join(extents[column], own);
    }
    extents
}

const fn join(a: Extent, b: Extent) -> Extent {
    Extent {
        left: a.left.min(b.left),
        right: a.right.max(b.right),
        top: a.top.min(b.top),
        bottom: a.bottom.max(b.bottom),
    }
}

fn union(extents: &[Extent]) -> Option<Extent> {
    extents.iter().copied().reduce(join)
}

/// How much a cut before each column would cut through.
fn cut_edges(problem: &Problem, drawn: &Arrangement) -> Vec<f64> {
    let mut change = vec![0.0; drawn.x.len() + 1];
    for arc in &problem.arcs {
        let (a, b) = (drawn.column[arc.from], drawn.column[arc.to]);
        change[a.min(b) + 1] += arc.weight;
        change[a.max(b) + 1] -= arc.weight;
    }
    change
        .iter()
        .scan(0.0, |through, change| {
            *through += change;
            Some(*through)
        })
        .collect()
}

/// The first columns of parts no wider than `limit`, with the least cut; none when a single column is wider.
fn break_at(extents: &[Extent], cuts: &[f64], limit: f64) -> Option<Vec<usize>> {
    let n = extents.len();
    // The least cost of everything before a column when a part begins there, and where the part before began.
    let mut cost = vec![f64::INFINITY; n + 1];
    let mut from = vec![0; n + 1];
    cost[0] = 0.0;
    for end in 1..=n {
        for start in (0..end).rev() {
            let width = extents[end - 1].right - extents[start].left;
            if width > limit {
                break;
            }
            // An even page reads better than one with a short line: the room left over counts a little.
            let ragged = if end < n { (1.0 - width / limit).powi(2) } else { 0.0 };
            let cut = if end < n { cuts[end] } else { 0.0 };
            let total = cost[start] + cut + ragged;
            if total < cost[end] {
                (cost[end], from[end]) = (total, start);
            }
        }
    }
    if !cost[n].is_finite() {
        return None;
    }
    let mut starts = Vec::new();
    let mut end = n;
    while end > 0 {
        end = from[end];
        starts.push(end);
    }
    starts.reverse();
    Some(starts)
}

/// The columns of each part.
fn parts(starts: &[usize], columns: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let ends = starts.iter().skip(1).copied().chain([columns]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end)
}

fn size(extents: &[Extent], starts: &[usize], gap: f64) -> (f64, f64) {
    let each = parts(starts, extents.len()).filter_map(|part| union(&extents[part]));
    let (width, height, count) = each.fold((0.0_f64, 0.0, 0.0), |(width, height, count), part| {
        (width.max(part.right - part.left), height + part.bottom - part.top, count + 1.0)
    });
    (width, height + gap * f64::max(count - 1.0, 0.0))
}

fn place(extents: &[Extent], starts: &[usize], gap: f64) -> Fold {
    let mut fold = Fold { shift: Vec::new(), bounds: Vec::new() };
    let mut y = 0.0;
    for part in parts(starts, extents.len()) {
        let Some(own) = union(&extents[part.clone()]) else { continue };
        let height = own.bottom - own.top;
        fold.shift.extend(part.clone().map(|_| (-own.left, y - own.top)));
        fold.bounds.extend(part.map(|_| (y, y + height)));
        y += height + gap;
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::super::problem::Arc;
    use super::*;

    /// A chain of so many boxes of 100 by 50, one a column.
    fn chain(n: usize) -> (Problem, Arrangement) {
        let arcs = (1..n).map(|v| Arc { from: v - 1, to: v, weight: 1.0 }).collect();
        let problem = Problem { width: vec![100.0; n], height: vec![50.0; n], arcs };
        let x = (0..n).map(|c| 50.0 + 150.0 * c as f64).collect();
        (problem, Arrangement { column: (0..n).collect(), y: vec![0.0; n], x })
    }

    #[test]
    fn a_long_chain_becomes_lines_of_even_length() {
        let (problem, drawn) = chain(20);
        let fold = fold(&problem, &drawn, 1.6, 50.0).unwrap();
        let mut lines: Vec<f64> = fold.bounds.iter().map(|b| b.0).collect();
        lines.dedup();
        assert!((4..=5).contains(&lines.len()), "{lines:?}");
        for (column, ((dx, dy), (top, bottom))) in fold.shift.iter().zip(&fold.bounds).enumerate() {
            let (x, y) = (drawn.x[column] + dx, dy);
            assert!(x - 50.0 >= 0.0 && x + 50.0 <= 3000.0 / 3.0, "{x}");
            assert!(y - 25.0 >= *top && y + 25.0 <= *bottom);
        }
    }

    #[test]
    fn a_crowd_around_a_hub_becomes_a_block() {
        let arcs = (1..=40).map(|v| Arc { from: v, to: 0, weight: 1.0 }).collect();
        let problem = Problem { width: vec![100.0; 41], height: vec![50.0; 41], arcs };
        let column = (0..41).map(|v| usize::from(v == 0)).collect();
        let y = (0..41).map(|v| if v == 0 { 1_400.0 } else { f64::from(v) * 70.0 }).collect();
        let drawn = Arrangement { column, y, x: vec![50.0, 200.0] };
        let wide = widen(&problem, &drawn, 1.6, (50.0, 20.0)).unwrap();
        let whole = union(&extents(&problem, &wide)).unwrap();
        let ratio = (whole.right - whole.left) / (whole.bottom - whole.top);
        assert!((0.8..3.2).contains(&ratio), "{ratio}");
        for column in wide.columns() {
            for two in column.windows(2) {
                assert!(wide.y[two[1]] - wide.y[two[0]] >= 70.0 - 1e-6);
            }
        }
        assert!((1..=40).all(|v| wide.column[v] < wide.column[0]), "the hub is still to the right");
    }

    #[test]
    fn what_fits_the_page_stays_as_it_is() {
        let (problem, drawn) = chain(2);
        assert_eq!(fold(&problem, &drawn, 1.6, 50.0), None);
        assert_eq!(fold(&Problem::default(), &Arrangement::default(), 1.6, 50.0), None);
    }

    #[test]
    fn the_cut_goes_where_few_edges_run() {
        let (mut problem, drawn) = chain(12);
        // Everything but the step from 6 to 7 is joined many times over.
        for arc in problem.arcs.iter_mut().filter(|arc| arc.from != 6) {
            arc.weight = 9.0;
        }
        let cuts = cut_edges(&problem, &drawn);
        let starts = break_at(&extents(&problem, &drawn), &cuts, 12.0 * 150.0 / 2.0 * SLACK).unwrap();
        assert_eq!(starts, [0, 7]);
    }
}
