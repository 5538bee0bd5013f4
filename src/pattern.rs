//! Content-based filters: parse, validate, compile and match event patterns.
//!
//! A subscription's ear: EventBridge event patterns and SNS filter policies, with the behaviour of AWS Event
//! Ruler. [`Pattern`] is one filter, [`PatternSet`] many of them matched at once in one walk over an event's
//! bytes.

mod address;
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
mod tally;
mod trie;
mod wildcard;

use std::str::FromStr;

pub use error::{EventError, PatternError, Reason};
pub use explain::{Explanation, Verdict};
pub use json::{MAX_DEPTH, check_event};
pub use parse::MAX_COMBINATIONS;
pub use policy::{
    Attribute, FilterPolicy, MAX_POLICY_COMBINATIONS, MAX_POLICY_KEYS, PolicyScope, attributes_as_event,
};
pub use set::{PatternSet, RuleId};
pub use tally::Scratch;
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
