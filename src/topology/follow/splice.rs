//! Sorted tables whose rows come and go, and the rows' new numbers.

/// Where the rows of a table went.
pub(super) struct Moves(Option<Vec<usize>>);

const GONE: usize = usize::MAX;

impl Moves {
    /// True when every row is where it was.
    pub(super) const fn none(&self) -> bool {
        self.0.is_none()
    }

    /// Where a row is now; `None` when it is gone.
    pub(super) fn to(&self, at: usize) -> Option<usize> {
        match &self.0 {
            None => Some(at),
            Some(moved) => Some(moved[at]).filter(|at| *at != GONE),
        }
    }

    /// Renumbers a reference; one to a row that is gone leads nowhere until it is replaced.
    pub(super) fn renumber(&self, at: &mut usize) {
        *at = self.to(*at).unwrap_or(GONE);
    }

    /// Renumbers references, and drops those to rows that are gone.
    pub(super) fn retain<T>(&self, list: &mut Vec<T>, number: impl Fn(&mut T) -> &mut usize) {
        list.retain_mut(|item| {
            let at = number(item);
            self.to(*at).map(|to| *at = to).is_some()
        });
    }
}

/// Takes the rows numbered `gone` (ascending) out of a sorted table and puts `new` ones (sorted) in, each where `before`
/// says that the rows in front of it end. Answers where the old rows went and where the new ones are.
pub(super) fn splice<T>(
    table: &mut Vec<T>,
    gone: &[usize],
    new: Vec<T>,
    before: impl Fn(&T, &T) -> bool,
) -> (Moves, Vec<usize>) {
    if gone.is_empty() && new.is_empty() {
        return (Moves(None), Vec::new());
    }
    let new: Vec<(usize, T)> =
        new.into_iter().map(|row| (table.partition_point(|old| before(old, &row)), row)).collect();
    let (mut moves, mut places) = (Vec::with_capacity(table.len()), Vec::with_capacity(new.len()));
    let mut rows = Vec::with_capacity(table.len() + new.len() - gone.len());
    let (mut gone, mut new) = (gone.iter().peekable(), new.into_iter().peekable());
    for (at, row) in std::mem::take(table).into_iter().enumerate() {
        while let Some((_, row)) = new.next_if(|(place, _)| *place <= at) {
            places.push(rows.len());
            rows.push(row);
        }
        if gone.next_if(|gone| **gone == at).is_some() {
            moves.push(GONE);
        } else {
            moves.push(rows.len());
            rows.push(row);
        }
    }
    for (_, row) in new {
        places.push(rows.len());
        rows.push(row);
    }
    *table = rows;
    (Moves(Some(moves)), places)
}
