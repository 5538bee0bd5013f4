//! Time stamps of every kind to nanoseconds since 1970 (UTC).

use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// What the numbers in a time field count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Told by the size of the number: below 10¹¹ seconds, below 10¹⁴ milliseconds, below 10¹⁷ microseconds,
    /// else nanoseconds. Right for every moment between 1973 and 5138 in each unit.
    #[default]
    Auto,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// Microseconds since 1970.
    Micros,
    /// Nanoseconds since 1970.
    Nanos,
}

impl TimeUnit {
    fn nanos(self, whole: i64) -> i64 {
        match self {
            Self::Seconds => SECOND,
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
            Self::Auto => match whole.unsigned_abs() {
                0..100_000_000_000 => SECOND,
                100_000_000_000..100_000_000_000_000 => 1_000_000,
                100_000_000_000_000..100_000_000_000_000_000 => 1_000,
                _ => 1,
            },
        }
    }
}

/// Reads RFC 3339 (also with a space for the `T`, without an offset, or a bare date) or a number.
/// Nanoseconds since 1970 in UTC; nothing if it is neither, or lies outside 1678–2261.
#[inline]
pub fn parse(text: &[u8], unit: TimeUnit) -> Option<i64> {
    if text.len() >= 10 && text[4] == b'-' && text[0].is_ascii_digit() {
        rfc3339(text)
    } else {
        number(text.trim_ascii(), unit)
    }
}

#[inline]
fn two(text: &[u8], at: usize) -> Option<i64> {
    let (tens, ones) = (text.get(at)?.wrapping_sub(b'0'), text.get(at + 1)?.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level
/// date algorithms").
#[inline]
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[inline]
fn rfc3339(text: &[u8]) -> Option<i64> {
    let year = two(text, 0)? * 100 + two(text, 2)?;
    let (month, day) = (two(text, 5)?, two(text, 8)?);
    let sound = text[7] == b'-' && (1..=12).contains(&month) && day >= 1;
    if !sound || (day > 28 && day > month_length(year, month)) {
        return None;
    }
    let midnight = days(year, month, day) * 86_400;
    if text.len() == 10 {
        return midnight.checked_mul(SECOND);
    }
    if !matches!(text[10], b'T' | b't' | b' ') || *text.get(13)? != b':' {
        return None;
    }
    let (hour, minute) = (two(text, 11)?, two(text, 14)?);
    let mut at = 16;
    let mut second = 0;
    if text.get(at) == Some(&b':') {
        second = two(text, at + 1)?;
        at += 3;
    }
    // 60 is a leap second: the moment after it, as POSIX has it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (nanos, at) = fraction(text, at)?;
    let offset_secs = offset(&text[at..])?;
    (midnight + hour * 3600 + minute * 60 + second - offset_secs).checked_mul(SECOND)?.checked_add(nanos)
}

/// The fraction of a second that may stand at `at`, in nanoseconds (further digits are dropped), and the
/// place after it.
#[inline]
fn fraction(text: &[u8], at: usize) -> Option<(i64, usize)> {
    if !matches!(text.get(at), Some(b'.' | b',')) {
        return Some((0, at));
    }
    let digits = text[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut nanos = 0;
    for place in 0..9 {
        let digit = if place < digits { i64::from(text[at + 1 + place] - b'0') } else { 0 };
        nanos = nanos * 10 + digit;
    }
    (digits > 0).then_some((nanos, at + 1 + digits))
}

/// Seconds east of UTC: `Z`, `+02:00`, `+0200`, `+02` or nothing at all (taken as UTC).
#[inline]
fn offset(text: &[u8]) -> Option<i64> {
    let sign = match text {
        [] | b"Z" | b"z" | b" UTC" => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let hours = two(text, 1)?;
    let minutes = match text.len() {
        3 => 0,
        5 => two(text, 3)?,
        6 if text[3] == b':' => two(text, 4)?,
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

fn number(text: &[u8], unit: TimeUnit) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    if let Ok(whole) = text.parse::<i64>() {
        return whole.checked_mul(unit.nanos(whole));
    }
    if let Some((whole, part)) = text.split_once('.')
        && let Ok(whole) = whole.parse::<i64>()
        && !part.is_empty()
        && part.bytes().all(|b| b.is_ascii_digit())
    {
        // Digit by digit: a binary fraction would lose the last nanoseconds of a present-day second.
        let per = unit.nanos(whole);
        let part = part.bytes().take(9).fold((0_i64, SECOND), |(sum, place), digit| {
            (sum + i64::from(digit - b'0') * place / 10, place / 10)
        });
        let nanos = part.0 / (SECOND / per);
        let nanos = if text.starts_with('-') { -nanos } else { nanos };
        return whole.checked_mul(per)?.checked_add(nanos);
    }
    let float = text.parse::<f64>().ok().filter(|f| f.is_finite())?;
    let whole = float.trunc();
    if whole.abs() >= 9.2e18 {
        return None;
    }
    let nanos = float * unit.nanos(whole as i64) as f64;
    (nanos.abs() < 9.2e18).then_some(nanos as i64)
}

/// A moment as RFC 3339 in UTC with nanoseconds where there are any.
pub fn format(nanos: i64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(nanos)).map_or_else(|_| nanos.to_string(), |t| t.to_string())
}

/// A length of time in nanoseconds for people: three digits and a unit.
pub fn duration_text(nanos: i64) -> String {
    const UNITS: [(f64, &str); 6] =
        [(86_400e9, "d"), (3_600e9, "h"), (60e9, "min"), (1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let size = nanos.unsigned_abs() as f64;
    let Some((unit, name)) = UNITS.iter().find(|(unit, _)| size >= *unit) else {
        return format!("{nanos} ns");
    };
    let value = nanos as f64 / unit;
    let digits = if value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$} {name}")
}

#[cfg(test)]
mod tests;
