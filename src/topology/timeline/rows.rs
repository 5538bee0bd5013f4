//! Stacking strips and frames whose horizontal place is given: each takes the free height nearest to its wish.

/// A box of fixed horizontal extent that holds nodes at fixed heights relative to its centre.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    /// Left border.
    pub(super) left: f64,
    /// Right border.
    pub(super) right: f64,
    /// Height of the box.
    pub(super) height: f64,
    /// Vertical centre, once placed.
    pub(super) y: f64,
    /// Nodes, with their height relative to the centre.
    pub(super) members: Vec<(usize, f64)>,
    /// Where the centre stood before.
    pub(super) wish: Option<f64>,
}

/// How often boxes without a wish are moved nearer to their neighbours.
const SETTLING_ROUNDS: usize = 4;

/// Places the items among what is placed already, and notes the heights of their members in `y`.
///
/// Items with a wish come first (the larger before the smaller), then the others next to their neighbours.
/// `base` is where the first item goes that has neither.
pub(super) fn stack(
    items: &mut [Item],
    placed: &mut Vec<Item>,
    neighbours: &[Vec<usize>],
    y: &mut [Option<f64>],
    gap: f64,
    base: f64,
) {
    let fixed = placed.len();
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|&a, &b| {
        let key = |i: usize| (items[i].wish.is_none(), std::cmp::Reverse(items[i].members.len()));
        key(a).cmp(&key(b)).then(items[a].left.total_cmp(&items[b].left)).then(a.cmp(&b))
    });
    for &i in &order {
        let wish = items[i].wish.or_else(|| pull(&items[i], neighbours, y)).unwrap_or(base);
        settle(&mut items[i], placed, wish, gap, y);
        placed.push(items[i].clone());
    }
    for _ in 0..SETTLING_ROUNDS {
        let mut moved = false;
        for (k, &i) in order.iter().enumerate() {
            if items[i].wish.is_some() {
                continue;
            }
            let Some(wish) = pull(&items[i], neighbours, y) else { continue };
            let was = items[i].y;
            let itself = placed.remove(fixed + k);
            settle(&mut items[i], placed, wish, gap, y);
            // Moves that bring nothing are not worth the unrest.
            if (items[i].y - wish).abs() > (was - wish).abs() - 1.0 {
                items[i].y = was;
                note(&items[i], y);
                placed.insert(fixed + k, itself);
            } else {
                placed.insert(fixed + k, items[i].clone());
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    placed.truncate(fixed);
}

/// The centre that would put an item's members level with their placed neighbours on average.
fn pull(item: &Item, neighbours: &[Vec<usize>], y: &[Option<f64>]) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for &(v, offset) in &item.members {
        for &w in &neighbours[v] {
            if item.members.iter().any(|m| m.0 == w) {
                continue;
            }
            if let Some(at) = y[w] {
                sum += at - offset;
                count += 1.0;
            }
        }
    }
    (count > 0.0).then(|| sum / count)
}

fn settle(item: &mut Item, placed: &[Item], wish: f64, gap: f64, y: &mut [Option<f64>]) {
    item.y = nearest_free(item, placed, wish, gap);
    note(item, y);
}

fn note(item: &Item, y: &mut [Option<f64>]) {
    for &(v, offset) in &item.members {
        y[v] = Some(item.y + offset);
    }
}

/// The free height nearest to the wish; on the row of another item when that is about as near.
fn nearest_free(item: &Item, placed: &[Item], wish: f64, gap: f64) -> f64 {
    // Heights the centre may not have, because of the boxes above and below.
    let blocked: Vec<(f64, f64)> = placed
        .iter()
        .filter(|other| other.left < item.right + gap && item.left < other.right + gap)
        .map(|other| {
            let apart = f64::midpoint(other.height, item.height) + gap;
            (other.y - apart, other.y + apart)
        })
        .collect();
    let taken = Taken::new(&blocked);
    let nearest = |a: &f64, b: &f64| (a - wish).abs().total_cmp(&(b - wish).abs());
    let rows = placed.iter().map(|other| other.y).filter(|y| (y - wish).abs() <= item.height / 2.0);
    if let Some(row) = rows.filter(|y| taken.is_free(*y)).min_by(nearest) {
        return row;
    }
    if taken.is_free(wish) {
        return wish;
    }
    let mut sides: Vec<f64> = blocked.iter().flat_map(|b| [b.1, b.0]).collect();
    // Of two sides as near, the lower one: it comes first in the order of the boxes from above.
    sides.sort_by(|a, b| nearest(a, b).then(b.total_cmp(a)));
    sides.into_iter().find(|y| taken.is_free(*y)).unwrap_or(wish)
}

/// Blocked stretches of heights, merged where they meet, from above.
struct Taken(Vec<(f64, f64)>);

impl Taken {
    fn new(blocked: &[(f64, f64)]) -> Self {
        // A hair of overlap is rounding, not a reason to move.
        let mut all: Vec<(f64, f64)> = blocked.iter().map(|(from, to)| (from + 0.01, to - 0.01)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut merged: Vec<(f64, f64)> = Vec::new();
        for (from, to) in all {
            match merged.last_mut() {
                // Between two that only touch there is one free height.
                Some(last) if from < last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    /// True for a height on the edge of a stretch or outside of all.
    fn is_free(&self, y: f64) -> bool {
        let after = self.0.partition_point(|(from, _)| *from < y);
        after == 0 || self.0[after - 1].1 <= y
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merged_stretches_block_what_each_of_them_blocks(
            blocked in prop::collection::vec((-50..50_i32, 1..20_i32), 0..20),
            tried in prop::collection::vec(-60..60_i32, 1..40),
        ) {
            let blocked: Vec<(f64, f64)> =
                blocked.into_iter().map(|(from, long)| (f64::from(from), f64::from(from + long))).collect();
            let taken = Taken::new(&blocked);
            for y in tried.into_iter().map(f64::from) {
                let free = blocked.iter().all(|b| y <= b.0 + 0.01 || y >= b.1 - 0.01);
                prop_assert_eq!(taken.is_free(y), free, "{} among {:?}", y, blocked);
            }
        }
    }
}
