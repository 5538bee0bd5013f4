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
    let mut blocked: Vec<(f64, f64)> = placed
        .iter()
        .filter(|other| other.left < item.right + gap && item.left < other.right + gap)
        .map(|other| {
            let apart = f64::midpoint(other.height, item.height) + gap;
            (other.y - apart, other.y + apart)
        })
        .collect();
    blocked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // A hair of overlap is rounding, not a reason to move.
    let free = |y: f64| blocked.iter().all(|b| y <= b.0 + 0.01 || y >= b.1 - 0.01);
    let row = placed
        .iter()
        .map(|other| other.y)
        .filter(|y| (y - wish).abs() <= item.height / 2.0 && free(*y))
        .min_by(|a, b| (a - wish).abs().total_cmp(&(b - wish).abs()));
    if let Some(row) = row {
        return row;
    }
    if free(wish) {
        return wish;
    }
    let candidates = blocked.iter().flat_map(|b| [b.1, b.0]).filter(|&y| free(y));
    candidates.min_by(|a, b| (a - wish).abs().total_cmp(&(b - wish).abs())).unwrap_or(wish)
}
