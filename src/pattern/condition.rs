//! One condition on one value: what an entry of a pattern's list says, and whether a value meets it.

use super::address::{Address, Block, parse_address};
use super::fold::Folded;
use super::number::comparable;
use super::wildcard::Wildcard;

/// A scalar of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar<'a> {
    /// A string, its escapes resolved.
    String(&'a [u8]),
    /// A number as it is written.
    Number(&'a [u8]),
    True,
    False,
    Null,
}

/// A float that compares by its bits: zero is never negative and no value is NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Float(u64);

impl Float {
    pub(crate) fn new(value: f64) -> Float {
        Float(value.to_bits())
    }

    pub(crate) fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// A range of numbers, each end open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Range {
    pub(crate) low: Float,
    pub(crate) low_open: bool,
    pub(crate) high: Float,
    pub(crate) high_open: bool,
}

impl Range {
    /// Every number an event can hold.
    pub(crate) fn all() -> Range {
        Range { low: Float::new(f64::MIN), low_open: false, high: Float::new(f64::MAX), high_open: false }
    }

    pub(crate) fn contains(&self, number: f64) -> bool {
        let (low, high) = (self.low.value(), self.high.value());
        (if self.low_open { low < number } else { low <= number })
            && (if self.high_open { number < high } else { number <= high })
    }
}

/// One entry of a list of conditions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Operator {
    String(String),
    /// An exact string that is an address: any spelling of the address meets it.
    Address(String, Address),
    /// An exact number: its text, and its value when it is comparable.
    Number(String, Option<Float>),
    True,
    False,
    Null,
    Prefix(String),
    Suffix(String),
    IgnoreCase(Folded),
    PrefixIgnoreCase(Folded),
    SuffixIgnoreCase(Folded),
    Wildcard(Wildcard),
    NumericEquals(Float),
    Numeric(Range),
    Cidr(Block),
    Exists,
    Absent,
    NotStrings(Vec<String>),
    NotNumbers(Vec<Float>),
    NotPrefixes(Vec<String>),
    NotSuffixes(Vec<String>),
    NotIgnoreCase(Vec<Folded>),
    NotWildcards(Vec<Wildcard>),
}

impl Operator {
    /// Whether this is an `anything-but`: met by every value but some.
    pub(crate) fn is_negative(&self) -> bool {
        matches!(
            self,
            Operator::NotStrings(_)
                | Operator::NotNumbers(_)
                | Operator::NotPrefixes(_)
                | Operator::NotSuffixes(_)
                | Operator::NotIgnoreCase(_)
                | Operator::NotWildcards(_)
        )
    }

    /// Whether a value that is present meets the condition. `exists: false` is met by none.
    pub(crate) fn accepts(&self, scalar: Scalar<'_>) -> bool {
        match self {
            Operator::Exists => true,
            Operator::Absent => false,
            Operator::True => scalar == Scalar::True,
            Operator::False => scalar == Scalar::False,
            Operator::Null => scalar == Scalar::Null,
            Operator::Number(text, value) => {
                let Scalar::Number(found) = scalar else { return false };
                found == text.as_bytes()
                    || value.is_some_and(|value| comparable(found).is_some_and(|f| Float::new(f) == value))
            }
            Operator::NumericEquals(value) => number_of(scalar).is_some_and(|f| Float::new(f) == *value),
            Operator::Numeric(range) => number_of(scalar).is_some_and(|f| range.contains(f)),
            Operator::NotNumbers(values) => {
                !number_of(scalar).is_some_and(|f| values.contains(&Float::new(f)))
            }
            _ => self.accepts_text(match scalar {
                Scalar::String(text) => Some(text),
                _ => None,
            }),
        }
    }

    /// The operators on strings; `None` is a value that is no string.
    fn accepts_text(&self, text: Option<&[u8]>) -> bool {
        let Some(text) = text else { return self.is_negative() };
        match self {
            Operator::String(wanted) => text == wanted.as_bytes(),
            Operator::Address(_, wanted) => parse_address(text) == Some(*wanted),
            Operator::Prefix(prefix) => text.starts_with(prefix.as_bytes()),
            Operator::Suffix(suffix) => text.ends_with(suffix.as_bytes()),
            Operator::IgnoreCase(folded) => folded.equals(text),
            Operator::PrefixIgnoreCase(folded) => folded.confirms_prefix(text),
            Operator::SuffixIgnoreCase(folded) => folded.confirms_suffix(text),
            Operator::Wildcard(wildcard) => wildcard.matches(text),
            Operator::Cidr(block) => parse_address(text).is_some_and(|address| block.contains(address)),
            Operator::NotStrings(list) => !list.iter().any(|s| s.as_bytes() == text),
            Operator::NotPrefixes(list) => !list.iter().any(|s| text.starts_with(s.as_bytes())),
            Operator::NotSuffixes(list) => !list.iter().any(|s| text.ends_with(s.as_bytes())),
            Operator::NotIgnoreCase(list) => !list.iter().any(|folded| folded.equals(text)),
            Operator::NotWildcards(list) => !list.iter().any(|wildcard| wildcard.matches(text)),
            _ => false,
        }
    }
}

fn number_of(scalar: Scalar<'_>) -> Option<f64> {
    match scalar {
        Scalar::Number(text) => comparable(text),
        _ => None,
    }
}
