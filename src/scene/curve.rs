//! The course of a link: one cubic Bézier curve, straight when its ends face each other.

use crate::board::{Point, Rect};

/// A cubic Bézier curve.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Curve {
    /// Start, two controls, end.
    pub points: [Point; 4],
}

impl Curve {
    /// The straight line between two points.
    #[must_use]
    pub fn straight(from: Point, to: Point) -> Self {
        let part = |t: f32| Point::new(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t);
        Self { points: [from, part(1.0 / 3.0), part(2.0 / 3.0), to] }
    }

    /// True when it is drawn as a straight line.
    #[must_use]
    pub fn is_straight(&self) -> bool {
        let [a, b, c, d] = self.points;
        let off = |p: Point| ((d.x - a.x) * (p.y - a.y) - (d.y - a.y) * (p.x - a.x)).abs();
        let length = a.distance(d).max(1e-3);
        off(b) / length < 0.5 && off(c) / length < 0.5
    }

    /// The point at `t`, 0 at the start and 1 at the end.
    #[must_use]
    pub fn at(&self, t: f32) -> Point {
        let [a, b, c, d] = self.points;
        let u = 1.0 - t;
        let (wa, wb, wc, wd) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        Point::new(wa * a.x + wb * b.x + wc * c.x + wd * d.x, wa * a.y + wb * b.y + wc * c.y + wd * d.y)
    }

    /// The direction at the end, as a unit vector.
    #[must_use]
    pub fn end_direction(&self) -> (f32, f32) {
        let [a, b, c, d] = self.points;
        let before = if c.distance(d) > 0.01 {
            c
        } else if b.distance(d) > 0.01 {
            b
        } else {
            a
        };
        let length = before.distance(d).max(1e-6);
        ((d.x - before.x) / length, (d.y - before.y) / length)
    }

    /// A rectangle that holds it: the box of its control points.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        let [a, b, c, d] = self.points;
        Rect::spanned(a, d).union(Rect::spanned(b, c))
    }

    /// The distance to a point, to within a fraction of a unit.
    #[must_use]
    pub fn distance(&self, point: Point) -> f32 {
        let steps = 16u8;
        let mut before = self.points[0];
        let mut least = f32::INFINITY;
        for i in 1..=steps {
            let next = self.at(f32::from(i) / f32::from(steps));
            least = least.min(segment_distance(point, before, next));
            before = next;
        }
        least
    }
}

fn segment_distance(p: Point, a: Point, b: Point) -> f32 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let square = dx * dx + dy * dy;
    let t = if square > 0.0 { (((p.x - a.x) * dx + (p.y - a.y) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    p.distance(Point::new(a.x + t * dx, a.y + t * dy))
}
