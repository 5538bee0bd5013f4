//! How good a drawing is: crossings of straight lines between centres, and overlapping boxes.

use super::Point;

/// The number of pairs of edges without a common end whose straight lines between centres cross properly.
///
/// Parallel edges count each; edges that name no vertex are left out. The time is proportional to the number of
/// pairs whose horizontal extents meet.
pub fn straight_crossings(positions: &[Point], edges: &[(usize, usize)]) -> usize {
    let mut segments: Vec<(f64, f64, [f64; 4], usize, usize)> = edges
        .iter()
        .filter_map(|&(a, b)| {
            let (p, q) = (positions.get(a)?, positions.get(b)?);
            let line = [f64::from(p.x), f64::from(p.y), f64::from(q.x), f64::from(q.y)];
            Some((line[0].min(line[2]), line[0].max(line[2]), line, a, b))
        })
        .collect();
    segments.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut crossings = 0;
    for (i, first) in segments.iter().enumerate() {
        for second in &segments[i + 1..] {
            if second.0 > first.1 {
                break;
            }
            let apart =
                first.3 != second.3 && first.3 != second.4 && first.4 != second.3 && first.4 != second.4;
            crossings += usize::from(apart && cross(first.2, second.2));
        }
    }
    crossings
}

/// Whether two segments cross properly: at a point that is an end of neither.
pub(super) fn cross(s: [f64; 4], t: [f64; 4]) -> bool {
    let side = |l: [f64; 4], x: f64, y: f64| (l[2] - l[0]) * (y - l[1]) - (l[3] - l[1]) * (x - l[0]);
    side(s, t[0], t[1]) * side(s, t[2], t[3]) < 0.0 && side(t, s[0], s[1]) * side(t, s[2], s[3]) < 0.0
}

/// The number of pairs of boxes that overlap by more than `tolerance` in both directions.
pub fn overlaps(positions: &[Point], sizes: &[(f32, f32)], tolerance: f32) -> usize {
    let widest = sizes.iter().map(|s| s.0).fold(0.0, f32::max);
    let mut order: Vec<usize> = (0..positions.len().min(sizes.len())).collect();
    order.sort_by(|&a, &b| positions[a].x.total_cmp(&positions[b].x).then(a.cmp(&b)));
    let mut count = 0;
    for (i, &a) in order.iter().enumerate() {
        for &b in &order[i + 1..] {
            let (dx, dy) = (positions[b].x - positions[a].x, (positions[b].y - positions[a].y).abs());
            if dx > widest {
                break;
            }
            let close_x = dx < f32::midpoint(sizes[a].0, sizes[b].0) - tolerance;
            let close_y = dy < f32::midpoint(sizes[a].1, sizes[b].1) - tolerance;
            count += usize::from(close_x && close_y);
        }
    }
    count
}

/// How far the nodes moved on average between two drawings of the same first nodes (the shorter list counts).
pub fn mean_displacement(before: &[Point], after: &[Point]) -> f32 {
    let count = before.len().min(after.len());
    if count == 0 {
        return 0.0;
    }
    let moved = before.iter().zip(after).map(|(a, b)| {
        let (dx, dy) = (f64::from(b.x - a.x), f64::from(b.y - a.y));
        (dx * dx + dy * dy).sqrt()
    });
    (moved.sum::<f64>() / count as f64) as f32
}
