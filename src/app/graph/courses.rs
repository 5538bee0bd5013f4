//! The courses of edges as points on the canvas: with round corners from near, with few points from afar.

use std::sync::Arc;

use egui::{Pos2, pos2};

use crate::board::Point;
use crate::scene::diagram;

/// How far a rough line may be from its course, in world units: a few pixels at the zoom it shows at.
const ROUGHNESS: f32 = 10.0;
/// How far corners of lines are cut, in world units.
const CORNER: f32 = 14.0;

pub(super) fn pos(point: Point) -> Pos2 {
    pos2(point.x, point.y)
}

/// A course with its corners rounded, as points close enough to look round.
pub(super) fn rounded(points: &[Point]) -> Arc<[Pos2]> {
    let mut course: Vec<Pos2> = points.first().map(|p| pos(*p)).into_iter().collect();
    for [from, corner, to] in diagram::corners(points, CORNER) {
        let (a, b, c) = (pos(from), pos(corner), pos(to));
        course.extend([0.0, 0.25, 0.5, 0.75, 1.0].map(|t| a.lerp(b, t).lerp(b.lerp(c, t), t)));
    }
    course.extend(points.last().map(|p| pos(*p)));
    course.into()
}

/// A course with the points left out that lie within [`ROUGHNESS`] of the rest (D. Douglas, T. Peucker, "Algorithms for
/// the reduction of the number of points required to represent a digitized line", Cartographica 10, 1973).
pub(super) fn simplified(points: &[Point]) -> Arc<[Pos2]> {
    let points: Vec<Pos2> = points.iter().map(|p| pos(*p)).collect();
    let mut kept = vec![false; points.len()];
    let mut todo = vec![(0, points.len().saturating_sub(1))];
    while let Some((from, to)) = todo.pop() {
        for end in [from, to] {
            if let Some(kept) = kept.get_mut(end) {
                *kept = true;
            }
        }
        let away = |at: usize| {
            let along = points[to] - points[from];
            let t = ((points[at] - points[from]).dot(along) / along.length_sq().max(1e-6)).clamp(0.0, 1.0);
            (points[from] + along * t).distance(points[at])
        };
        let farthest = (from + 1..to).map(|at| (at, away(at))).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((at, _)) = farthest.filter(|(_, distance)| *distance > ROUGHNESS) {
            todo.extend([(from, at), (at, to)]);
        }
    }
    points.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_line_keeps_its_ends_and_its_large_corners() {
        let line = |points: &[(f32, f32)]| {
            let points: Vec<Point> = points.iter().map(|(x, y)| Point::new(*x, *y)).collect();
            simplified(&points).iter().map(|p| (p.x, p.y)).collect::<Vec<_>>()
        };
        assert_eq!(line(&[(0.0, 0.0), (50.0, 4.0), (100.0, 0.0)]), [(0.0, 0.0), (100.0, 0.0)]);
        let corner = [(0.0, 0.0), (100.0, 2.0), (200.0, 0.0), (200.0, 90.0), (203.0, 200.0)];
        assert_eq!(line(&corner), [(0.0, 0.0), (200.0, 0.0), (203.0, 200.0)]);
        assert_eq!(line(&[(1.0, 2.0)]), [(1.0, 2.0)]);
        assert!(line(&[]).is_empty());
    }
}
