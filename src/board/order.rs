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
    if high.is_empty() || low >= high {
        return after(low);
    }
    let mut key = String::new();
    let mut tight = true;
    for i in 0.. {
        let floor = low.get(i).map_or(0, |b| digit(*b));
        let ceiling = if tight { high.get(i).map_or(DIGITS.len(), |b| digit(*b)) } else { DIGITS.len() };
        if ceiling > floor + 1 {
            key.push(char::from(DIGITS[usize::midpoint(floor, ceiling)]));
            return key;
        }
        key.push(char::from(DIGITS[floor]));
        tight = tight && ceiling == floor;
    }
    key
}

/// Digits that are counted up at most.
const COUNTED: usize = 8;

/// The next key when keys are appended, the common case: a number counted up by one. How many of the highest digit stand
/// before it says how many digits it has, so that keys grow with the logarithm of how many there are.
fn after(low: &[u8]) -> String {
    let highest = DIGITS.len() - 1;
    let mut level = low.iter().take_while(|byte| digit(**byte) == highest).count();
    let mut number: Vec<usize> =
        (level..=level + level.min(COUNTED - 1)).map(|i| low.get(i).map_or(0, |byte| digit(*byte))).collect();
    let last = number.len() - 1;
    loop {
        let at = number.iter().rposition(|digit| *digit < highest).expect("the first is below the highest");
        number[at] += 1;
        number[at + 1..].fill(0);
        if number[0] == highest {
            level += 1;
            number = vec![0; 1 + level.min(COUNTED - 1)];
            let last = number.len() - 1;
            number[last] = 1;
            break;
        }
        // Keys never end in the lowest digit.
        if number[last] != 0 {
            break;
        }
    }
    let digits = std::iter::repeat_n(highest, level).chain(number);
    digits.map(|digit| char::from(DIGITS[digit])).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn appending_stays_short() {
        let mut key = String::new();
        for _ in 0..300_000 {
            let next = between(&key, "");
            assert!(next > key && !next.ends_with('0'), "{key} {next}");
            key = next;
        }
        assert!(key.len() <= 7, "{}", key.len());
    }

    proptest! {
        #[test]
        fn there_is_a_key_after_any(low in "[0-9A-Za-z]{0,12}|z{0,40}[0-9A-Za-z]{0,3}") {
            let key = between(&low, "");
            prop_assert!(key > low && !key.ends_with('0'), "{low} {key}");
        }

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
