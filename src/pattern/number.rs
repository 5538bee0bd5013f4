//! JSON numbers as they are compared: as 64-bit floats, and only those a float can tell apart.
//!
//! Event Ruler compares two numbers by value when each is *comparable*: its decimal value equals the
//! shortest decimal that names its nearest `f64`, the even one where two are as short and as near. `300`, `300.0` and `3e2` are one number; `9007199254740993`
//! is none (its nearest float is written `9007199254740992`) and only equals the same text.

use super::skip::ends_value;

/// The float a number's text stands for, or `None` when the number is not comparable.
///
/// `text` must be a number of JSON's grammar. Negative zero is given as zero.
pub(crate) fn comparable(text: &[u8]) -> Option<f64> {
    nearest(text).filter(|nearest| nearest.is_comparable(text)).map(|nearest| nearest.value)
}

/// The float nearest to a number's text, or `None` when the text has more digits than any comparable number.
fn nearest(text: &[u8]) -> Option<Nearest> {
    let (nearest, length) = read_number(text);
    nearest.filter(|_| length == text.len())
}

/// Reads the number or word that a text begins with: the float nearest to it, unless it is none or has more digits
/// than any comparable number, and its length.
#[inline]
pub(crate) fn read_number(text: &[u8]) -> (Option<Nearest>, usize) {
    let (decimal, rest) = Decimal::read(text);
    let length = text.len() - rest.len();
    let nearest = decimal.and_then(|decimal| {
        let value = if decimal.mantissa == 0 { 0.0 } else { decimal.to_f64(&text[..length])? };
        Some(Nearest { value, decimal })
    });
    (nearest, length)
}

/// A float with the decimal it is nearest to. Whether the number is comparable is judged only when something hangs
/// on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nearest {
    /// The float; zero is never negative.
    pub(crate) value: f64,
    decimal: Decimal,
}

impl Nearest {
    /// Whether the number, written as `text`, is comparable.
    #[inline]
    pub(crate) fn is_comparable(&self, text: &[u8]) -> bool {
        let Nearest { value, decimal } = *self;
        // Every decimal of up to 15 digits within the normal range survives the way to f64 and back.
        decimal.mantissa == 0
            || decimal.mantissa < 1_000_000_000_000_000 && value.abs() >= f64::MIN_POSITIVE
            || decimal.is_shortest_of(value, text)
    }
}

/// `mantissa × 10^exponent` without its sign, the mantissa free of trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    mantissa: u64,
    exponent: i32,
    negative: bool,
}

/// Powers of ten that are exact in an `f64`.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Powers of ten that fit into 64 bits.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < 20 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// 1 over each of the [`POWERS`], rounded down to 64 significant bits; of 1 itself one less in the last place.
const RECIPROCALS: [u64; 20] = {
    let mut reciprocals = [u64::MAX; 20];
    let mut at = 1;
    while at < 20 {
        let normal = (POWERS[at] as u128) << POWERS[at].leading_zeros();
        reciprocals[at] = ((1_u128 << 127) / normal) as u64;
        at += 1;
    }
    reciprocals
};

impl Decimal {
    /// Reads the number that a text begins with, and gives what follows it. `None` when more than 19 digits are
    /// significant (no shortest decimal has so many) or when the text begins with no number.
    #[inline]
    fn read(text: &[u8]) -> (Option<Decimal>, &[u8]) {
        let negative = text.first() == Some(&b'-');
        let digits = &text[usize::from(negative)..];
        let (mut mantissa, mut rest) = read_digits(0, digits);
        let (mut count, mut exponent) = (digits.len() - rest.len(), 0);
        if let [b'.', fraction @ ..] = rest {
            (mantissa, rest) = read_digits(mantissa, fraction);
            let length = fraction.len() - rest.len();
            count += length;
            exponent = i32::try_from(length).map_or(i32::MIN, |length| -length);
        }
        if !(1..=19).contains(&count) || rest.first().is_some_and(|&byte| !ends_value(byte)) {
            return Decimal::read_slowly(digits, negative);
        }
        (Some(Decimal { mantissa, exponent, negative }.trimmed()), rest)
    }

    /// As [`Decimal::read`] for numbers of many digits or with an exponent, without their sign.
    #[cold]
    fn read_slowly(digits: &[u8], negative: bool) -> (Option<Decimal>, &[u8]) {
        let length = digits.iter().position(|&byte| ends_value(byte)).unwrap_or(digits.len());
        let (digits, rest) = digits.split_at(length);
        (Decimal::read_long(digits, negative), rest)
    }

    fn read_long(digits: &[u8], negative: bool) -> Option<Decimal> {
        let (mut mantissa, mut exponent) = (0_u64, 0_i32);
        let mut after_point = 0_i32;
        if !digits.first()?.is_ascii_digit() {
            return None;
        }
        for (at, &byte) in digits.iter().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit < 10 {
                if mantissa < 1_000_000_000_000_000_000 {
                    mantissa = mantissa * 10 + u64::from(digit);
                    exponent = exponent.saturating_sub(after_point);
                } else if digit == 0 {
                    exponent = exponent.saturating_add(1 - after_point);
                } else {
                    return None;
                }
            } else if byte == b'.' && after_point == 0 {
                after_point = 1;
            } else if byte | 0x20 == b'e' {
                exponent = exponent.saturating_add(read_exponent(&digits[at + 1..])?);
                break;
            } else {
                return None;
            }
        }
        Some(Decimal { mantissa, exponent, negative }.trimmed())
    }

    #[inline]
    fn trimmed(mut self) -> Decimal {
        while self.mantissa.is_multiple_of(10) && self.mantissa != 0 {
            self.mantissa /= 10;
            self.exponent = self.exponent.saturating_add(1);
        }
        self
    }

    fn to_f64(self, text: &[u8]) -> Option<f64> {
        let sign = if self.negative { -1.0 } else { 1.0 };
        if self.mantissa <= 1 << 53 {
            // Exact operands make one correctly rounded operation (Clinger's fast path).
            #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
            let mantissa = self.mantissa as f64;
            let power = self.exponent.unsigned_abs() as usize;
            if let Some(power) = EXACT_POWERS.get(power) {
                return Some(sign * if self.exponent < 0 { mantissa / power } else { mantissa * power });
            }
        }
        if let Some(quotient) = self.divided() {
            return Some(sign * quotient);
        }
        let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        value.is_finite().then_some(value)
    }

    /// `mantissa / 10^-exponent` rounded once, to even, where that divisor fits into 64 bits.
    #[inline]
    fn divided(self) -> Option<f64> {
        let place = usize::try_from(self.exponent.checked_neg()?).ok()?;
        let (divisor, reciprocal) = (*POWERS.get(place)?, *RECIPROCALS.get(place)?);
        let (up, down) = (self.mantissa.leading_zeros(), divisor.leading_zeros());
        let numerator = self.mantissa << up;
        // Times the reciprocal: the quotient's highest bits, or one less in the last place. Both factors have their
        // highest bit set, so that it has 63 or 64 bits.
        let mut quotient = ((u128::from(numerator) * u128::from(reciprocal)) >> 64) as u64;
        let surplus = 11 - quotient.leading_zeros();
        let half = 1 << (surplus - 1);
        let lost = quotient & ((1 << surplus) - 1);
        let mut is_rest = true;
        if lost == half || lost == half - 1 {
            // So near to a half only the division itself tells.
            let (numerator, divisor) = (u128::from(numerator) << 63, u128::from(divisor << down));
            (quotient, is_rest) = ((numerator / divisor) as u64, numerator % divisor != 0);
        }
        let surplus = 11 - quotient.leading_zeros();
        let (kept, lost) = (quotient >> surplus, quotient & ((1 << surplus) - 1));
        let half = 1 << (surplus - 1);
        let rounded_up = lost > half || lost == half && (is_rest || kept & 1 == 1);
        let exponent =
            i32::try_from(down).ok()? - i32::try_from(up).ok()? - 63 + i32::try_from(surplus).ok()?;
        // At least 1 / 10^19 and below 2^64: normal, as is the power of two.
        #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
        let significand = (kept + u64::from(rounded_up)) as f64;
        Some(significand * f64::from_bits(u64::try_from(1023 + exponent).ok()? << 52))
    }

    /// Whether this decimal, written as `text`, is the one that the shortest notation of `value` writes.
    #[inline]
    fn is_shortest_of(self, value: f64, text: &[u8]) -> bool {
        self.is_shortest_by_distance(value).unwrap_or_else(|| self.is_written_for(value, text))
    }

    /// As [`Decimal::is_shortest_of`], by whole numbers alone, where they suffice: numbers of everyday size.
    ///
    /// Everything is counted in units of half the last place of `value`'s significand, times `10^-exponent`, which
    /// makes the decimal, the float and the decimals that round to it whole numbers.
    #[inline]
    fn is_shortest_by_distance(self, value: f64) -> Option<bool> {
        let power = u128::from(*POWERS.get(usize::try_from(self.exponent.checked_neg()?).ok()?)?);
        let bits = value.abs().to_bits();
        let (significand, biased) = (bits & ((1 << 52) - 1), bits >> 52);
        // Below a power of two floats lie closer on one side.
        if significand == 0 || biased == 0 {
            return None;
        }
        let shift =
            u32::try_from(1076_i64 - i64::try_from(biased).ok()?).ok().filter(|s| (1..=63).contains(s))?;
        let center = u128::from(significand | 1 << 52) * power * 2;
        let closed = significand & 1 == 0;
        let rounds_here = |digits: u64| {
            let distance = (u128::from(digits) << shift).abs_diff(center);
            distance < power || closed && distance == power
        };
        let shorter = self.mantissa / 10 * 10;
        if rounds_here(shorter) || rounds_here(shorter + 10) {
            return Some(false);
        }
        let distance = (u128::from(self.mantissa) << shift).abs_diff(center) * 2;
        let unit = 1_u128 << shift;
        Some(distance < unit || distance == unit && self.mantissa & 1 == 0)
    }

    /// As [`Decimal::is_shortest_of`], by writing the float.
    fn is_written_for(self, value: f64, text: &[u8]) -> bool {
        // Most texts were written by the same rule and need not be read.
        let same = |written: &str| {
            written.as_bytes() == text
                || Decimal::read(written.as_bytes())
                    .0
                    .is_some_and(|d| d.mantissa == self.mantissa && d.exponent == self.exponent)
        };
        if self.mantissa < 100 {
            // Java's notation has two digits at least, which tells where floats are far apart: 4.9e-324.
            return same(&format!("{:.1e}", value.abs()));
        }
        same(zmij::Buffer::new().format_finite(value))
    }
}

/// Appends decimal digits to a number and gives what follows them; of more than 19 the number is meaningless.
///
/// Eight digits at a time: what is left of eight bytes is moved up, which puts zeros before it.
#[inline]
fn read_digits(mut number: u64, text: &[u8]) -> (u64, &[u8]) {
    const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
    let mut rest = text;
    while let Some(chunk) = rest.first_chunk::<8>() {
        let digits = u64::from_le_bytes(*chunk) ^ ZEROS;
        let other = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
        let length = other.trailing_zeros() as usize / 8;
        if length == 0 {
            return (number, rest);
        }
        number = number.wrapping_mul(POWERS[length]).wrapping_add(eight_digits(digits << (64 - 8 * length)));
        rest = &rest[length..];
        if length < 8 {
            return (number, rest);
        }
    }
    while let [byte, tail @ ..] = rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        rest = tail;
    }
    (number, rest)
}

/// The number that eight digits write, the first in the lowest byte.
#[inline]
fn eight_digits(digits: u64) -> u64 {
    const LANES: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (pairs & LANES).wrapping_mul(100 + (1_000_000 << 32));
    let second = (pairs >> 16 & LANES).wrapping_mul(1 + (10_000 << 32));
    first.wrapping_add(second) >> 32
}

fn read_exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let mut value = 0_i32;
    for byte in digits {
        let digit = byte.is_ascii_digit().then(|| i32::from(byte - b'0'))?;
        value = value.saturating_mul(10).saturating_add(digit);
    }
    (!digits.is_empty()).then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::{Decimal, comparable};

    #[test]
    fn one_number_has_one_value_however_it_is_written() {
        for text in ["300", "300.0", "3e2", "3.0E+2", "30000e-2", "0.3e3", "300.000"] {
            assert_eq!(comparable(text.as_bytes()), Some(300.0), "{text}");
        }
        for text in ["0", "-0", "-0.0", "0e5", "0.000"] {
            let value = comparable(text.as_bytes()).unwrap();
            assert!(value == 0.0 && value.is_sign_positive(), "{text}");
        }
    }

    #[test]
    fn numbers_a_float_cannot_tell_apart_are_not_comparable() {
        for text in [
            "9007199254740993",
            "12345678901234567890",
            "0.1000000000000000055",
            "1e400",
            "-1e400",
            "123456789012345678901234567890123456789",
            "1e-400",
        ] {
            assert_eq!(comparable(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn the_shortest_notation_of_any_float_is_comparable() {
        for value in [0.1, -122.429_163_609_223_55, f64::MAX, f64::MIN, 1e23, 2f64.powi(53), 1e21] {
            assert_eq!(comparable(format!("{value}").as_bytes()), Some(value));
            assert_eq!(comparable(format!("{value:e}").as_bytes()), Some(value));
        }
    }

    #[test]
    fn the_smallest_floats_are_written_with_two_digits() {
        assert_eq!(comparable(b"4.9e-324"), Some(5e-324));
        assert_eq!(comparable(b"5e-324"), None);
    }

    /// The shortest notation as Java has it since 19: the nearest of the shortest, of two as near the even one.
    /// The standard library's takes the upper of two, but its notation of a given length takes the even one.
    fn shortest(value: f64) -> String {
        let upper = format!("{value:e}");
        let digits = upper.bytes().take_while(|&b| b != b'e').filter(u8::is_ascii_digit).count();
        let even = format!("{value:.*e}", digits - 1);
        // Below a power of two floats lie closer, and the nearest decimal may name the next one.
        if even.parse() == Ok(value) { even } else { upper }
    }

    #[test]
    fn of_two_notations_as_short_and_as_near_the_even_one_is_comparable() {
        assert_eq!(comparable(b"1658206780088562.2"), Some(1_658_206_780_088_562.2));
        assert_eq!(comparable(b"1658206780088562.3"), None);
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(20_000))]

        /// Also where the quotient lies halfway between two floats, or as good as.
        #[test]
        fn a_quotient_is_rounded_once(mantissa: u64, place in 0_usize..20, half in 0_u64..1 << 53, near in 0_u64..5) {
            let halfway = ((u128::from(half << 1 | 1) * u128::from(super::POWERS[place])) >> 54) as u64;
            for mantissa in [mantissa, mantissa >> 10, halfway.wrapping_add(near).wrapping_sub(2)] {
                if mantissa != 0 {
                    let decimal = Decimal { mantissa, exponent: -(place as i32), negative: false };
                    let expected: f64 = format!("{mantissa}e-{place}").parse().unwrap();
                    proptest::prop_assert_eq!(decimal.divided(), Some(expected));
                }
            }
        }

        #[test]
        fn digits_end_where_they_end(before in "[0-9]{0,25}", after in "[^0-9]?[0-9a-z.]{0,12}") {
            let text = format!("{before}{after}");
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = super::read_digits(0, text.as_bytes());
            proptest::prop_assert_eq!(rest, &text.as_bytes()[digits..]);
            if let Ok(expected) = text[..digits].parse::<u64>() {
                proptest::prop_assert_eq!(number, expected);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_float_comes_back(bits: u64) {
            let value = f64::from_bits(bits);
            if value.is_normal() {
                proptest::prop_assert_eq!(comparable(shortest(value).as_bytes()), Some(value));
            }
        }

        #[test]
        fn agrees_with_the_definition(mantissa in 0_u64..u64::MAX, exponent in -330_i32..320) {
            let text = format!("{mantissa}e{exponent}");
            let value: f64 = text.parse().unwrap();
            let canonical = |text: &str| -> (String, i64) {
                let (digits, exponent) = text.split_once('e').unwrap();
                let exponent: i64 = exponent.parse().unwrap();
                let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
                let all = format!("{whole}{fraction}");
                let kept = all.trim_start_matches('0').trim_end_matches('0');
                let zeros = all.len() - all.trim_end_matches('0').len();
                (kept.to_owned(), exponent - fraction.len() as i64 + zeros as i64)
            };
            let same = value.is_finite() && value != 0.0 && canonical(&text) == canonical(&shortest(value));
            if mantissa != 0 && value.is_normal() {
                proptest::prop_assert_eq!(comparable(text.as_bytes()), same.then_some(value));
            }
        }
    }
}
