//! What may have been meant by a name that is not there.

/// How alike two names are at least, from 0 to 1, for one to be proposed in place of the other.
const ALIKE: f64 = 0.6;
/// How many names are proposed at most.
const MOST: usize = 3;

/// The known names that are spelt most like a name, the nearest first, three at most. Case and everything that is
/// neither letter nor digit make no difference; nor does what was left out before or after.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = plain(name);
    let alike = |other: &str| {
        let other = plain(other);
        let spelling = strsim::normalized_damerau_levenshtein(&wanted, &other);
        let is_part =
            wanted.len().min(other.len()) > 2 && (other.contains(&wanted) || wanted.contains(&other));
        if is_part { spelling.max(ALIKE) } else { spelling }
    };
    let scored = known.into_iter().map(|other| (alike(other), other));
    let mut near: Vec<(f64, &str)> = scored.filter(|(alike, _)| *alike >= ALIKE).collect();
    near.sort_by(|(a, left), (b, right)| b.total_cmp(a).then_with(|| left.cmp(right)));
    near.dedup_by_key(|(_, name)| *name);
    near.truncate(MOST);
    near.into_iter().map(|(_, name)| name).collect()
}

/// "did you mean `A`, `B` or `C`?"; none without names.
#[must_use]
pub fn question<S: AsRef<str>>(near: &[S]) -> Option<String> {
    let quoted: Vec<String> = near.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    let (last, others) = quoted.split_last()?;
    let before = if others.is_empty() { String::new() } else { format!("{} or ", others.join(", ")) };
    Some(format!("did you mean {before}{last}?"))
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood_and_strangers_are_not_proposed() {
        let known = ["OrderPlaced", "OrderPaid", "PlaceOrder", "StockReserved", "Balance"];
        let table: [(&str, &[&str]); 8] = [
            ("OrderPlacd", &["OrderPlaced", "OrderPaid"]),
            ("order placed", &["OrderPlaced", "OrderPaid"]),
            ("order_placed", &["OrderPlaced", "OrderPaid"]),
            ("StcokReserved", &["StockReserved"]),
            ("balance", &["Balance"]),
            ("Stock", &["StockReserved"]),
            ("Nope", &[]),
            ("", &[]),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
        assert_eq!(nearest("a", ["a", "a", "A"]), ["A", "a"]);
    }

    #[test]
    fn names_are_proposed_in_a_sentence() {
        let said = |near: &[&str]| question(near);
        assert_eq!(said(&[]), None);
        assert_eq!(said(&["A"]).unwrap(), "did you mean `A`?");
        assert_eq!(said(&["A", "B", "C"]).unwrap(), "did you mean `A`, `B` or `C`?");
    }
}
