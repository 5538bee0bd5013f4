//! Overlap removal with little movement.

/// An upright box by its centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Body {
    /// Horizontal centre.
    pub(crate) x: f64,
    /// Vertical centre.
    pub(crate) y: f64,
    /// Width.
    pub(crate) width: f64,
    /// Height.
    pub(crate) height: f64,
    /// Resistance to being moved.
    pub(crate) weight: f64,
}

/// Rounds of gentle pushing before what is left is pushed down for good.
const ROUNDS: usize = 40;
/// Distances are kept a little larger than asked, so that rounding to single precision does not undo them.
const SLOP: f64 = 0.02;

/// Moves boxes apart until all keep the gaps (horizontal or vertical). Pairs part along the axis of the smaller
/// intrusion; boxes that overlap nothing are not touched.
pub(crate) fn separate(bodies: &mut [Body], gap: (f64, f64)) {
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    for _ in 0..ROUNDS {
        if !push_apart(bodies, &mut order, gap) {
            return;
        }
    }
    push_down(bodies, gap);
}

/// Intrusion of two boxes into each other's distance, horizontally and vertically; positive when they overlap.
fn intrusion(a: &Body, b: &Body, gap: (f64, f64)) -> (f64, f64) {
    (
        f64::midpoint(a.width, b.width) + gap.0 - (a.x - b.x).abs(),
        f64::midpoint(a.height, b.height) + gap.1 - (a.y - b.y).abs(),
    )
}

fn push_apart(bodies: &mut [Body], order: &mut [usize], gap: (f64, f64)) -> bool {
    let left = |body: &Body| body.x - body.width / 2.0;
    order.sort_by(|&a, &b| left(&bodies[a]).total_cmp(&left(&bodies[b])).then(a.cmp(&b)));
    let mut pushed = false;
    for i in 0..order.len() {
        for j in i + 1..order.len() {
            let (a, b) = (order[i], order[j]);
            if left(&bodies[b]) > bodies[a].x + bodies[a].width / 2.0 + gap.0 + 1.0 {
                break;
            }
            let (dx, dy) = intrusion(&bodies[a], &bodies[b], gap);
            if dx <= SLOP / 2.0 || dy <= SLOP / 2.0 {
                continue;
            }
            pushed = true;
            let share = bodies[b].weight / (bodies[a].weight + bodies[b].weight);
            // Columns are what the reader recognises: sideways only when that is much shorter.
            if dx * 3.0 < dy {
                let sign = if bodies[a].x <= bodies[b].x { 1.0 } else { -1.0 };
                bodies[a].x -= sign * (dx + SLOP) * share;
                bodies[b].x += sign * (dx + SLOP) * (1.0 - share);
            } else {
                let a_first = bodies[a].y < bodies[b].y || (bodies[a].y == bodies[b].y && a < b);
                let sign = if a_first { 1.0 } else { -1.0 };
                bodies[a].y -= sign * (dy + SLOP) * share;
                bodies[b].y += sign * (dy + SLOP) * (1.0 - share);
            }
        }
    }
    pushed
}

/// The last resort, which cannot fail: from the top, each box moves down below whatever it still overlaps.
fn push_down(bodies: &mut [Body], gap: (f64, f64)) {
    let top = |body: &Body| body.y - body.height / 2.0;
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by(|&a, &b| top(&bodies[a]).total_cmp(&top(&bodies[b])).then(a.cmp(&b)));
    for i in 1..order.len() {
        let v = order[i];
        loop {
            let mut lower = None;
            for &w in &order[..i] {
                let (dx, dy) = intrusion(&bodies[v], &bodies[w], gap);
                if dx > SLOP / 2.0 && dy > SLOP / 2.0 {
                    let y = bodies[w].y + f64::midpoint(bodies[v].height, bodies[w].height) + gap.1 + SLOP;
                    lower = Some(lower.map_or(y, |other: f64| other.max(y)));
                }
            }
            match lower {
                Some(y) if y > bodies[v].y => bodies[v].y = y,
                _ => break,
            }
        }
    }
}
