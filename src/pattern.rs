//! Content-based filters: parse, validate, compile and match event patterns.
//!
//! A subscription's ear: EventBridge event patterns and SNS filter policies, with the behaviour of AWS Event
//! Ruler. [`Pattern`] is one filter, [`PatternSet`] many of them matched at once in one walk over an event's
//! bytes.
//!
//! # Bounds
//!
//! Tests count the steps of all of these (`tests/bounds.rs`).
//!
//! - Parsing is linear in the text. `$or`s, and lists of more than 64 `anything-but`s, multiply the ways to match: at
//!   most [`MAX_COMBINATIONS`], so that a pattern costs no more than so many times its text. The paths of its fields
//!   take at most [`MAX_PATHS`] bytes together, nesting is followed for [`MAX_DEPTH`] levels, and the wildcards of
//!   one field may keep at most [`MAX_COMPLEXITY`] places open at once.
//! - Walking an event is linear in its bytes. Each value that a rule names costs a hash, a walk from either
//!   end as far as any condition reaches, O(log n) among n ranges, and one linear check for each wildcard
//!   whose literal text it holds.
//! - The conditions met are followed down a tree of rules; a rule costs nothing unless its most telling
//!   condition is met. `anything-but` and `exists: false` as a rule's only conditions cost one step a rule.
//! - A rule whose conditions are met within arrays costs one look at each element that has a say. Where one path leads
//!   to several arrays at once (a key comes twice in an object, or `a.b` beside `a`), values are put together one by one
//!   in at most 1,000,000 steps a rule; an event that needs more is refused ([`EventError::TooTangled`]), never misjudged.
//!
//! # Where Event Ruler is not followed
//!
//! Four slips of its Java: an IPv4 block holding IPv6 addresses of the same first digits, a prefix that ends
//! in a quotation mark meeting the end of a string, characters beyond the basic plane torn in halves by
//! `equals-ignore-case`, and empty keys below others lost from paths. Text after an event or a pattern is a
//! fault here.

mod address;
mod analysis;
mod condition;
mod consistency;
mod error;
mod explain;
mod field;
mod fold;
mod globs;
mod json;
mod number;
mod operator;
mod parse;
mod paths;
mod policy;
mod ranges;
mod scan;
mod set;
mod skip;
mod steps;
mod suggest;
mod tally;
mod tokens;
mod trie;
mod wildcard;

use std::str::FromStr;

pub use analysis::{FieldShape, Impossible, Kinds, Overlap, Shape};
pub use error::{EventError, PatternError, Reason};
pub use explain::{Explanation, Verdict};
pub use json::{MAX_DEPTH, check_event};
pub use parse::{MAX_COMBINATIONS, MAX_PATHS};
pub use policy::{
    Attribute, FilterPolicy, MAX_POLICY_COMBINATIONS, MAX_POLICY_KEYS, PolicyScope, attributes_as_event,
};
pub use set::{PatternSet, RuleId};
pub use suggest::{Suggestion, suggestions};
pub use tally::Scratch;
pub use tokens::{Token, tokens};
pub use wildcard::MAX_COMPLEXITY;

use parse::{Grammar, Parsed};

/// One event pattern, checked and ready to match.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    parsed: Parsed,
    set: PatternSet,
}

impl Pattern {
    /// Parses and checks a pattern's JSON text.
    ///
    /// # Errors
    /// [`PatternError`] says what AWS would say, and where.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        Pattern::parse_as(text, Grammar::EventPattern)
    }

    pub(crate) fn parse_as(text: &str, grammar: Grammar) -> Result<Pattern, PatternError> {
        let parsed = parse::parse(text, grammar)?;
        let mut set = PatternSet::new();
        set.add_parsed(&parsed);
        Ok(Pattern { source: text.to_owned(), parsed, set })
    }

    /// The pattern's text as it was given.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the pattern matches an event.
    ///
    /// # Errors
    /// When the event is not one well-formed JSON object.
    pub fn matches(&self, event: &[u8]) -> Result<bool, EventError> {
        Ok(!self.set.matches(event)?.is_empty())
    }

    pub(crate) fn parsed(&self) -> &Parsed {
        &self.parsed
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Pattern, PatternError> {
        Pattern::parse(text)
    }
}

impl PartialEq for Pattern {
    /// Two patterns are equal when their texts are.
    fn eq(&self, other: &Pattern) -> bool {
        self.source == other.source
    }
}

#[cfg(test)]
mod tests;
