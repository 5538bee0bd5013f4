//! From a pattern's text to its fields and conditions, with the order of checks and the words of Event Ruler.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range as Span;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::address::parse_address;
use super::condition::{Float, Operator};
use super::consistency::MAX_NEEDS;
use super::error::{PatternError, Reason};
use super::json::{Fault, MAX_DEPTH, Reader};
use super::number::comparable;
use super::operator;
use super::steps;
use super::tally::MAX_EXCLUSIONS;
use super::wildcard::{check_complexity, combinations};

/// How many combinations the `$or`s of one pattern may multiply to, as EventBridge has it.
pub const MAX_COMBINATIONS: usize = 1000;

/// How long the paths of a pattern's fields may be together. AWS refuses patterns long before.
pub const MAX_PATHS: usize = 1 << 20;

/// Words that may not be field names within `$or`.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// A list of conditions on one field: one of them must be met.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The keys down to the field, joined by dots.
    pub(crate) path: Arc<str>,
    pub(crate) alternatives: Vec<Alternative>,
    /// How many keys lead to the field.
    pub(crate) depth: usize,
    /// Into how many conditions the list is split, where it has more `anything-but`s than one can tell apart.
    parts: usize,
}

/// One condition and where it stands in the text.
#[derive(Debug, Clone)]
pub(crate) struct Alternative {
    pub(crate) operator: Operator,
    pub(crate) span: Span<usize>,
}

/// A way to match: every path's field must be met. Paths are in order of their text.
pub(crate) type Branch = BTreeMap<Arc<str>, usize>;

/// What a pattern's text says: it matches when one of its branches does.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) fields: Vec<Field>,
    pub(crate) branches: Vec<Branch>,
    /// How many keys the pattern has at its top, those within `$or` counted.
    pub(crate) top_keys: usize,
}

/// How lenient the grammar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// Event patterns.
    EventPattern,
    /// Filter policies: a bare scalar stands for a list of one, and no field at all is allowed.
    FilterPolicy,
}

/// Parses a pattern.
///
/// A `$or` that breaks the rules of an alternative is read once more as an ordinary field of that name, as
/// Event Ruler does for old patterns; when that fails as well, the first reading's fault is reported.
pub(crate) fn parse(text: &str, grammar: Grammar) -> Result<Parsed, PatternError> {
    let mut parser = Parser::new(text, grammar, true);
    parser.pattern().or_else(|fault| {
        if !parser.saw_or {
            return Err(fault);
        }
        Parser::new(text, grammar, false).pattern().map_err(|_| fault)
    })
}

pub(crate) struct Parser<'a> {
    pub(crate) reader: Reader<'a>,
    grammar: Grammar,
    or_branches: bool,
    saw_or: bool,
    path: Vec<String>,
    fields: Vec<Field>,
    branches: Vec<Branch>,
    top_keys: BTreeSet<String>,
    /// The length of all paths so far.
    paths: usize,
    /// How many combinations may still be looked at to tell how complex wildcards are.
    combinations_left: usize,
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Reason {
        Reason::Json(format!("expected {} at byte {}", fault.expected, fault.offset))
    }
}

pub(crate) type Step<T> = Result<T, Reason>;

impl<'a> Parser<'a> {
    fn new(text: &'a str, grammar: Grammar, or_branches: bool) -> Parser<'a> {
        Parser {
            reader: Reader::new(text.as_bytes()),
            grammar,
            or_branches,
            saw_or: false,
            path: Vec::new(),
            fields: Vec::new(),
            branches: Vec::new(),
            top_keys: BTreeSet::new(),
            paths: 0,
            combinations_left: combinations(text.len()),
        }
    }

    fn pattern(&mut self) -> Result<Parsed, PatternError> {
        match self.root() {
            Ok(()) => Ok(Parsed {
                fields: std::mem::take(&mut self.fields),
                branches: std::mem::take(&mut self.branches),
                top_keys: self.top_keys.len(),
            }),
            Err(reason) => Err(PatternError { path: self.path.join("."), reason, offset: self.reader.at }),
        }
    }

    fn root(&mut self) -> Step<()> {
        if self.reader.peek() != Some(b'{') {
            return Err(Reason::NotAnObject);
        }
        self.object(false, 1)?;
        if self.branches.is_empty() {
            self.branches.push(Branch::new());
        }
        if self.reader.peek().is_some() {
            return Ok(self.reader.fault("the end of the pattern")?);
        }
        if self.ways() > MAX_COMBINATIONS {
            return Err(Reason::TooManyCombinations(MAX_COMBINATIONS));
        }
        Ok(())
    }

    /// How many lists of conditions the pattern comes to.
    fn ways(&self) -> usize {
        if self.fields.iter().all(|field| field.parts == 1) {
            return self.branches.len();
        }
        let of_branch = |branch: &Branch| {
            branch.values().fold(1_usize, |ways, &field| ways.saturating_mul(self.fields[field].parts))
        };
        self.branches.iter().map(of_branch).fold(0, usize::saturating_add)
    }

    /// An object of fields. On a fault the path keeps naming the field at fault.
    fn object(&mut self, within_or: bool, depth: usize) -> Step<()> {
        if depth > MAX_DEPTH {
            return Err(Reason::TooDeep(MAX_DEPTH));
        }
        self.reader.expect(b'{', "'{'")?;
        if self.reader.accept(b'}') {
            return match self.grammar {
                Grammar::FilterPolicy if depth == 1 && !within_or => Ok(()),
                _ => Err(Reason::EmptyObject),
            };
        }
        loop {
            if self.reader.peek() != Some(b'"') {
                return Ok(self.reader.fault("a field name in quotes")?);
            }
            let name = self.reader.string()?;
            self.reader.expect(b':', "':'")?;
            if name == "$or" && self.or_branches {
                self.saw_or = true;
                self.or(depth)?;
            } else {
                if within_or && RESERVED.contains(&name.as_str()) {
                    return Err(Reason::OrReserved(name));
                }
                self.saw_or |= name == "$or";
                if self.path.is_empty() {
                    self.top_keys.insert(name.clone());
                }
                self.path.push(name);
                self.field(within_or, depth)?;
                self.path.pop();
            }
            if self.reader.accept(b'}') {
                return Ok(());
            }
            self.reader.expect(b',', "',' or '}'")?;
        }
    }

    fn field(&mut self, within_or: bool, depth: usize) -> Step<()> {
        match self.reader.peek() {
            Some(b'{') => self.object(within_or, depth + 1),
            Some(b'[') => self.conditions(),
            Some(_) if self.grammar == Grammar::FilterPolicy => {
                let alternative = self.alternative()?;
                self.add_field(vec![alternative])
            }
            _ => {
                let start = self.reader.at;
                self.reader.scalar()?;
                self.reader.at = start;
                Err(Reason::BareValue(self.path.last().cloned().unwrap_or_default()))
            }
        }
    }

    fn or(&mut self, depth: usize) -> Step<()> {
        let before = std::mem::take(&mut self.branches);
        let mut after = Vec::new();
        if !self.reader.accept(b'[') {
            return Err(Reason::OrNotArray);
        }
        let mut count = 0;
        while !self.reader.accept(b']') {
            if count > 0 {
                self.reader.expect(b',', "',' or ']'")?;
            }
            count += 1;
            if self.reader.peek() != Some(b'{') {
                return Err(Reason::OrBranch);
            }
            self.branches = if before.is_empty() { vec![Branch::new()] } else { before.clone() };
            steps::count(before.iter().map(Branch::len).sum());
            self.object(true, depth + 1)?;
            after.append(&mut self.branches);
            if after.len() > MAX_COMBINATIONS {
                return Err(Reason::TooManyCombinations(MAX_COMBINATIONS));
            }
        }
        if count < 2 {
            return Err(Reason::OrTooFew);
        }
        self.branches = after;
        Ok(())
    }

    fn conditions(&mut self) -> Step<()> {
        self.reader.expect(b'[', "'['")?;
        let mut alternatives = Vec::new();
        while !self.reader.accept(b']') {
            if !alternatives.is_empty() {
                self.reader.expect(b',', "',' or ']'")?;
            }
            alternatives.push(self.alternative()?);
        }
        if alternatives.is_empty() {
            return Err(Reason::EmptyArray);
        }
        self.add_field(alternatives)
    }

    fn add_field(&mut self, alternatives: Vec<Alternative>) -> Step<()> {
        let mut wildcards = Vec::new();
        for alternative in &alternatives {
            match &alternative.operator {
                Operator::Wildcard(wildcard) => wildcards.push(vec![wildcard]),
                Operator::NotWildcards(list) => wildcards.push(list.iter().collect()),
                _ => {}
            }
        }
        // The same wildcard twice is one condition.
        let distinct: BTreeSet<Vec<&str>> =
            wildcards.iter().map(|group| group.iter().map(|w| w.source()).collect()).collect();
        if distinct.len() < wildcards.len() {
            let mut seen = BTreeSet::new();
            wildcards.retain(|group| seen.insert(group.iter().map(|w| w.source()).collect::<Vec<_>>()));
        }
        check_complexity(&wildcards, &mut self.combinations_left)?;
        self.paths += self.path.iter().map(|key| key.len() + 1).sum::<usize>();
        if self.paths > MAX_PATHS {
            return Err(Reason::PathsTooLong(MAX_PATHS));
        }
        let path: Arc<str> = self.path.join(".").into();
        steps::count(path.len() + self.branches.len());
        if self.branches.is_empty() {
            self.branches.push(Branch::new());
        }
        for branch in &mut self.branches {
            // A path that comes twice keeps its last conditions.
            branch.insert(path.clone(), self.fields.len());
        }
        let parts = parts(&alternatives);
        self.fields.push(Field { path, alternatives, depth: self.path.len(), parts });
        if self.branches.iter().any(|branch| branch.len() > MAX_NEEDS) {
            return Err(Reason::TooManyFields(MAX_NEEDS));
        }
        Ok(())
    }

    fn alternative(&mut self) -> Step<Alternative> {
        let first = self.reader.peek();
        let start = self.reader.at;
        let operator = match first {
            Some(b'{') => operator::expression(self)?,
            Some(b'"') => {
                let text = self.reader.string()?;
                match parse_address(text.as_bytes()) {
                    Some(address) => Operator::Address(text, address),
                    None => Operator::String(text),
                }
            }
            Some(b'-' | b'0'..=b'9') => {
                let text = self.reader.number()?;
                Operator::Number(String::from_utf8_lossy(text).into_owned(), comparable(text).map(Float::new))
            }
            Some(b't') => self.reader.word("true").map(|()| Operator::True)?,
            Some(b'f') => self.reader.word("false").map(|()| Operator::False)?,
            Some(b'n') => self.reader.word("null").map(|()| Operator::Null)?,
            Some(b'[') => return Err(Reason::NestedArray),
            _ => return Ok(self.reader.fault("a condition")?),
        };
        Ok(Alternative { operator, span: start..self.reader.at })
    }
}

/// Into how many conditions a list is split.
fn parts(alternatives: &[Alternative]) -> usize {
    let negatives = || alternatives.iter().map(|a| &a.operator).filter(|operator| operator.is_negative());
    if negatives().count() <= MAX_EXCLUSIONS {
        return 1;
    }
    negatives().collect::<FxHashSet<_>>().len().div_ceil(MAX_EXCLUSIONS)
}
