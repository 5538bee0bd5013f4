//! Fractional keys: text that sorts between any two others, so that order never needs renumbering.

/// Digits in sort order.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn digit(byte: u8) -> usize {
    DIGITS.iter().position(|d| *d == byte).unwrap_or(0)
}

/// A key that sorts after `low` and before `high`; empty means open on that side.
///
/// Keys never end in the lowest digit, so that there is always room below. When the two are equal or in the wrong
/// order, the result sorts after `low`.
#[must_use]
pub fn between(low: &str, high: &str) -> String {
    let (low, high) = (low.as_bytes(), high.as_bytes());
    let bounded = !high.is_empty() && low < high;
    let mut key = String::new();
    let mut tight = bounded;
    for i in 0.. {
        let floor = low.get(i).map_or(0, |b| digit(*b));
        let ceiling = if tight { high.get(i).map_or(DIGITS.len(), |b| digit(*b)) } else { DIGITS.len() };
        if ceiling > floor + 1 {
            // Appending is the common case: step by one there so that keys stay short.
            let middle = if bounded || floor + 1 >= DIGITS.len() {
                usize::midpoint(floor, ceiling)
            } else {
                floor + 1
            };
            key.push(char::from(DIGITS[middle]));
            return key;
        }
        key.push(char::from(DIGITS[floor]));
        tight = tight && ceiling == floor;
    }
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn appending_stays_short() {
        let mut key = String::new();
        for _ in 0..1_000 {
            let next = between(&key, "");
            assert!(next > key);
            key = next;
        }
        assert!(key.len() <= 20, "{}", key.len());
    }

    proptest! {
        #[test]
        fn a_key_fits_between_any_two(choices in prop::collection::vec(0usize..100, 1..60)) {
            let mut keys: Vec<String> = Vec::new();
            for choice in choices {
                let at = choice % (keys.len() + 1);
                let low = if at == 0 { "" } else { &keys[at - 1] };
                let high = keys.get(at).map_or("", String::as_str);
                let key = between(low, high);
                prop_assert!(low < key.as_str() && (high.is_empty() || key.as_str() < high), "{low} {key} {high}");
                keys.insert(at, key);
            }
        }
    }
}
