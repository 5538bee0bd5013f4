//! Spans of time as boards write them: whole nanoseconds, spelt `"250ms"`, `"30s"`, `"1h"`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in whole nanoseconds (up to some 584 years).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// So many milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// So many seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// So many seconds, rounded to the nanosecond; negative and undefined values become zero.
    #[must_use]
    pub fn from_secs_f64(secs: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast of floats saturates"
        )]
        Self((secs * 1e9).round() as u64)
    }

    /// The length in seconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown and drawn, not summed")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The length in nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, size) = UNITS
            .into_iter()
            .find(|(_, size)| self.0 != 0 && self.0.is_multiple_of(*size))
            .unwrap_or(("s", UNITS[3].1));
        write!(f, "{}{unit}", self.0 / size)
    }
}

/// The text is not a span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a length of time: write a number and a unit, such as \"250ms\", \"30s\", \"5min\", \"1h\" or \"2d\""
)]
pub struct SpanError(String);

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let wrong = || SpanError(text.to_owned());
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(wrong());
        }
        let mut nanos = 0u64;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
            let number = &rest[..digits];
            rest = rest[digits..].trim_start();
            let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let size = match &rest[..letters] {
                "m" => UNITS[2].1,
                "µs" | "μs" => UNITS[5].1,
                unit => UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1,
            };
            rest = rest[letters..].trim_start();
            nanos = nanos.checked_add(part(number, size).ok_or_else(wrong)?).ok_or_else(wrong)?;
        }
        Ok(Self(nanos))
    }
}

/// `number` units of `size` nanoseconds, exact for whole numbers.
fn part(number: &str, size: u64) -> Option<u64> {
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(size);
    }
    let value = number.parse::<f64>().ok().filter(|value| value.is_finite())?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "saturates"
    )]
    Some((value * size as f64).round() as u64)
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time: numbers with units, such as 250ms, 30s, 1h30min or 2d.",
            "type": "string",
            "pattern": r"^\s*([0-9.]+\s*(d|h|min|m|s|ms|us|µs|μs|ns)\s*)+$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_what_they_write() {
        for nanos in [0, 1, 999, 1_000, 1_500_000, 90_000_000_000, 86_400_000_000_000, u64::MAX] {
            assert_eq!(Span(nanos).to_string().parse::<Span>(), Ok(Span(nanos)));
        }
    }

    #[test]
    fn spans_read_what_people_write() {
        assert_eq!("1h30min".parse(), Ok(Span::from_secs(5_400)));
        assert_eq!("1.5 s".parse(), Ok(Span::from_millis(1_500)));
        for wrong in ["", "5", "s", "-1s", "5 parsecs", "99999999999999d"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }
}
