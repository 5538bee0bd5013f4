//! What can be said of patterns without an event: against the fields a schema allows, and against each other.
//!
//! Every answer is sound and none is complete: *never*, *always*, *implies* and *overlap* are only said when
//! they are certain.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::Pattern;
use super::condition::{Operator, Range, Scalar};
use super::parse::{Alternative, Branch, Field};

/// Kinds of plain values a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds {
    /// It may be a string.
    pub string: bool,
    /// It may be a number.
    pub number: bool,
    /// It may be `true` or `false`.
    pub boolean: bool,
    /// It may be `null`.
    pub null: bool,
    /// It may be an object or an empty list, which holds no plain value.
    pub other: bool,
}

/// What a schema says of one field that holds plain values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldShape {
    /// The kinds of values it may have.
    pub kinds: Kinds,
    /// The only values it may have, as JSON texts; `None` when they are not listed.
    pub values: Option<Vec<String>>,
    /// Whether every event has it.
    pub required: bool,
    /// Whether it or anything above it is a list, so that it may have several values.
    pub repeated: bool,
    /// The least number it may be.
    pub minimum: Option<f64>,
    /// The greatest number it may be.
    pub maximum: Option<f64>,
}

impl FieldShape {
    /// What is known of the field's values, in a few words: `"a" or "b"`, `a number from 0`.
    #[must_use]
    pub fn words(&self) -> String {
        self.values.as_ref().map_or_else(|| words(self), |values| values.join(" or "))
    }
}

/// The fields that events of one type may have, by their keys joined by dots.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    /// The known fields.
    pub fields: BTreeMap<String, FieldShape>,
    /// Places below which there may be more than the known fields; an empty text stands for the event itself.
    pub open: BTreeSet<String>,
}

impl Shape {
    /// Whether a field that is not among the known ones may be there.
    #[must_use]
    pub fn may_have(&self, path: &str) -> bool {
        let ends = path.match_indices('.').map(|(at, _)| at);
        self.open.contains("") || ends.chain([path.len()]).any(|end| self.open.contains(&path[..end]))
    }

    /// Whether there are known fields below a path.
    fn has_below(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        self.fields.range(prefix.clone()..).next().is_some_and(|(known, _)| known.starts_with(&prefix))
    }
}

/// Why a pattern can never match: a field none of whose conditions can be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impossible {
    /// The field, its keys joined by dots.
    pub path: String,
    /// Why, in a short sentence.
    pub reason: String,
}

/// Whether some event matches two patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlap {
    /// This event, a JSON text, matches both.
    Proven(String),
    /// No such event was found; there may be one.
    Unknown,
}

impl Overlap {
    /// The event that proves it.
    #[must_use]
    pub fn event(self) -> Option<String> {
        match self {
            Overlap::Proven(event) => Some(event),
            Overlap::Unknown => None,
        }
    }
}

impl Pattern {
    /// The paths of all fields the pattern names, each once, in order of the text.
    #[must_use]
    pub fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = Vec::new();
        for field in &self.parsed().fields {
            if !paths.contains(&&*field.path) {
                paths.push(&field.path);
            }
        }
        paths
    }

    /// Why no event of the shape can match: one field for every way to match. `None` when some may.
    #[must_use]
    pub fn impossible(&self, shape: &Shape) -> Option<Vec<Impossible>> {
        let parsed = self.parsed();
        let reasons = parsed.branches.iter().map(|branch| self.impossible_branch(branch, shape));
        let mut reasons = reasons.collect::<Option<Vec<Impossible>>>()?;
        // What the branches of a `$or` share is said once.
        let mut seen = FxHashSet::default();
        reasons.retain(|one| seen.insert((one.path.clone(), one.reason.clone())));
        Some(reasons)
    }

    fn impossible_branch(&self, branch: &Branch, shape: &Shape) -> Option<Impossible> {
        branch.values().find_map(|&field| {
            let field = &self.parsed().fields[field];
            let reason = impossible_field(field, shape)?;
            Some(Impossible { path: field.path.to_string(), reason })
        })
    }

    /// Whether every event of the shape is certain to match.
    #[must_use]
    pub fn matches_everything(&self, shape: &Shape) -> bool {
        self.parsed().branches.iter().any(|branch| {
            // Two lists may meet their conditions in different elements.
            let repeated =
                branch.keys().filter(|path| shape.fields.get(&***path).is_none_or(|f| f.repeated)).count();
            repeated < 2 && branch.values().all(|&field| certain(&self.parsed().fields[field], shape))
        })
    }

    /// Whether every event that matches this pattern is certain to match the other.
    #[must_use]
    pub fn implies(&self, other: &Pattern) -> bool {
        let (ours, theirs) = (self.parsed(), other.parsed());
        ours.branches.iter().all(|branch| {
            theirs.branches.iter().any(|wider| {
                wider.iter().all(|(path, &their)| {
                    branch.get(path).is_some_and(|&our| {
                        let (our, their) = (&ours.fields[our], &theirs.fields[their]);
                        // Absence is judged along with the conditions before it: those must be the same.
                        let by_absence = our.alternatives.iter().any(|a| a.operator == Operator::Absent);
                        let same_before = || {
                            let before = |branch: &Branch| {
                                branch.range(..path.clone()).map(|(p, _)| p.clone()).collect::<Vec<_>>()
                            };
                            before(branch) == before(wider)
                        };
                        (!by_absence || same_before()) && narrower(&our.alternatives, &their.alternatives)
                    })
                })
            })
        })
    }

    /// Looks for an event that matches both patterns.
    #[must_use]
    pub fn overlap(&self, other: &Pattern) -> Overlap {
        let (ours, theirs) = (self.parsed(), other.parsed());
        for ours_branch in ours.branches.iter().take(TRIED) {
            for theirs_branch in theirs.branches.iter().take(TRIED) {
                let mut wanted: BTreeMap<&str, Vec<&[Alternative]>> = BTreeMap::new();
                for (path, &field) in ours_branch {
                    wanted.entry(path).or_default().push(&ours.fields[field].alternatives);
                }
                for (path, &field) in theirs_branch {
                    wanted.entry(path).or_default().push(&theirs.fields[field].alternatives);
                }
                if let Some(event) = event_for(&wanted)
                    && self.matches(event.as_bytes()) == Ok(true)
                    && other.matches(event.as_bytes()) == Ok(true)
                {
                    return Overlap::Proven(event);
                }
            }
        }
        Overlap::Unknown
    }

    /// A small event that matches, when one is found: a start for the pattern tester.
    #[must_use]
    pub fn example(&self) -> Option<String> {
        self.overlap(self).event()
    }
}

/// Ways to match that are tried for an example.
const TRIED: usize = 32;

/// Why none of a field's conditions can be met.
fn impossible_field(field: &Field, shape: &Shape) -> Option<String> {
    let may_be_absent = field.alternatives.iter().any(|a| a.operator == Operator::Absent);
    let Some(known) = shape.fields.get(&*field.path) else {
        let closed = !may_be_absent && !shape.may_have(&field.path);
        let object = shape.has_below(&field.path);
        let reason = if object { "it is an object" } else { "events of this type have no such field" };
        return closed.then(|| reason.to_owned());
    };
    if may_be_absent && (!known.required || known.kinds.other) {
        return None;
    }
    if let Some(values) = &known.values {
        let met = field.alternatives.iter().any(|a| values.iter().any(|v| accepts(&a.operator, v)));
        return (!met).then(|| format!("it is only ever {}", known.words()));
    }
    let possible = field.alternatives.iter().any(|a| possible(&a.operator, known));
    (!possible).then(|| match field.alternatives.as_slice() {
        [one] if one.operator == Operator::Absent => "every event has this field".to_owned(),
        _ => format!("it is {}", words(known)),
    })
}

fn words(shape: &FieldShape) -> String {
    let kinds = shape.kinds;
    let named = [
        (kinds.string, "a string"),
        (kinds.number, "a number"),
        (kinds.boolean, "a boolean"),
        (kinds.null, "null"),
        (kinds.other, "an object"),
    ];
    let names: Vec<&str> = named.iter().filter(|(is, _)| *is).map(|&(_, name)| name).collect();
    let range = match (shape.minimum, shape.maximum) {
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) => format!(" from {low}"),
        (None, Some(high)) => format!(" up to {high}"),
        (None, None) => String::new(),
    };
    format!("{}{range}", names.join(" or "))
}

/// Whether some value of the shape may meet the operator.
fn possible(operator: &Operator, shape: &FieldShape) -> bool {
    let kinds = shape.kinds;
    let plain = kinds.string || kinds.number || kinds.boolean || kinds.null;
    let within = |range: &Range| {
        let above =
            |least| if range.high_open { range.high.value() > least } else { range.high.value() >= least };
        let below = |most| if range.low_open { range.low.value() < most } else { range.low.value() <= most };
        kinds.number && shape.minimum.is_none_or(above) && shape.maximum.is_none_or(below)
    };
    match operator {
        Operator::Absent => !shape.required || kinds.other,
        Operator::Exists => plain,
        Operator::True | Operator::False => kinds.boolean,
        Operator::Null => kinds.null,
        Operator::Number(_, None) => kinds.number,
        Operator::Number(_, Some(value)) | Operator::NumericEquals(value) => {
            within(&Range { low: *value, low_open: false, high: *value, high_open: false })
        }
        Operator::Numeric(range) => within(range),
        _ if operator.is_negative() => plain,
        _ => kinds.string,
    }
}

/// Whether every event of the shape meets one of the field's conditions.
fn certain(field: &Field, shape: &Shape) -> bool {
    let has = |wanted: &Operator| field.alternatives.iter().any(|a| a.operator == *wanted);
    let Some(known) = shape.fields.get(&*field.path) else {
        return has(&Operator::Absent) && has(&Operator::Exists);
    };
    if !has(&Operator::Absent) && (!known.required || known.kinds.other) {
        return false;
    }
    if has(&Operator::Exists) {
        return true;
    }
    if let Some(values) = &known.values {
        return values.iter().all(|v| field.alternatives.iter().any(|a| accepts(&a.operator, v)));
    }
    let every_string = |operator: &Operator| match operator {
        Operator::Prefix(text) | Operator::Suffix(text) => text.is_empty(),
        Operator::Wildcard(wildcard) => wildcard.source() == "*",
        // None of these excludes a string.
        Operator::NotNumbers(_) => true,
        _ => false,
    };
    let every_number = |operator: &Operator| match operator {
        Operator::Numeric(range) => {
            shape_within(known, |least, most| range.contains(least) && range.contains(most))
        }
        Operator::NotNumbers(_) => false,
        _ => operator.is_negative(),
    };
    let any = |test: &dyn Fn(&Operator) -> bool| field.alternatives.iter().any(|a| test(&a.operator));
    let negative = any(&Operator::is_negative);
    let Kinds { string, number, boolean, null, .. } = known.kinds;
    (!string || any(&every_string))
        && (!number || any(&every_number))
        && (!boolean || negative || has(&Operator::True) && has(&Operator::False))
        && (!null || negative || has(&Operator::Null))
}

fn shape_within(shape: &FieldShape, test: impl Fn(f64, f64) -> bool) -> bool {
    matches!((shape.minimum, shape.maximum), (Some(least), Some(most)) if test(least, most))
}

/// Whether a value, a JSON text, meets an operator.
fn accepts(operator: &Operator, value: &str) -> bool {
    match serde_json::from_str::<serde_json::Value>(value) {
        Ok(serde_json::Value::String(text)) => operator.accepts(Scalar::String(text.as_bytes())),
        Ok(serde_json::Value::Number(_)) => operator.accepts(Scalar::Number(value.trim().as_bytes())),
        Ok(serde_json::Value::Bool(true)) => operator.accepts(Scalar::True),
        Ok(serde_json::Value::Bool(false)) => operator.accepts(Scalar::False),
        Ok(serde_json::Value::Null) => operator.accepts(Scalar::Null),
        _ => false,
    }
}

/// Whether whatever meets one of `ours` meets one of `theirs`.
fn narrower(ours: &[Alternative], theirs: &[Alternative]) -> bool {
    ours.iter().all(|our| theirs.iter().any(|their| is_narrower(&our.operator, &their.operator)))
}

fn is_narrower(our: &Operator, their: &Operator) -> bool {
    if our == their {
        return true;
    }
    match (our, their) {
        (Operator::Absent, _) => false,
        (_, Operator::Exists) => true,
        (Operator::String(text), _) => their.accepts(Scalar::String(text.as_bytes())),
        (Operator::Number(text, _), _) => their.accepts(Scalar::Number(text.as_bytes())),
        (Operator::True, _) => their.accepts(Scalar::True),
        (Operator::False, _) => their.accepts(Scalar::False),
        (Operator::Null, _) => their.accepts(Scalar::Null),
        (Operator::Prefix(long), Operator::Prefix(short)) => long.starts_with(short.as_str()),
        (Operator::Suffix(long), Operator::Suffix(short)) => long.ends_with(short.as_str()),
        (Operator::Wildcard(wildcard), Operator::Prefix(prefix)) => {
            wildcard.segments().first().is_some_and(|start| start.starts_with(prefix.as_bytes()))
        }
        (Operator::Wildcard(wildcard), Operator::Suffix(suffix)) => {
            wildcard.segments().last().is_some_and(|end| end.ends_with(suffix.as_bytes()))
        }
        (Operator::NumericEquals(value), Operator::Numeric(range)) => range.contains(value.value()),
        (Operator::NumericEquals(ours), Operator::Number(_, Some(theirs))) => ours == theirs,
        (Operator::Numeric(inner), Operator::Numeric(outer)) => {
            let (low, high) = (inner.low.value(), inner.high.value());
            (outer.contains(low) || inner.low_open && low == outer.low.value())
                && (outer.contains(high) || inner.high_open && high == outer.high.value())
        }
        (Operator::Cidr(inner), Operator::Cidr(outer)) => {
            inner.bits >= outer.bits && outer.contains(inner.base)
        }
        (Operator::NotStrings(ours), Operator::NotStrings(theirs)) => theirs.iter().all(|t| ours.contains(t)),
        (Operator::NotNumbers(ours), Operator::NotNumbers(theirs)) => theirs.iter().all(|t| ours.contains(t)),
        (Operator::NotPrefixes(ours), Operator::NotPrefixes(theirs)) => {
            theirs.iter().all(|t| ours.iter().any(|o| t.starts_with(o.as_str())))
        }
        (Operator::NotSuffixes(ours), Operator::NotSuffixes(theirs)) => {
            theirs.iter().all(|t| ours.iter().any(|o| t.ends_with(o.as_str())))
        }
        _ => false,
    }
}

/// An event with, for every path, a value that meets all its lists; `None` when no candidate does.
fn event_for(wanted: &BTreeMap<&str, Vec<&[Alternative]>>) -> Option<String> {
    let mut event = serde_json::Map::new();
    for (path, lists) in wanted {
        let meets_all =
            |value: &str| lists.iter().all(|list| list.iter().any(|a| accepts(&a.operator, value)));
        let mut candidates = lists.iter().flat_map(|list| list.iter()).flat_map(|a| candidates(&a.operator));
        if let Some(value) = candidates.find(|value| meets_all(value)) {
            let value = serde_json::from_str(&value).ok()?;
            // A key with dots stands for nested keys.
            event.insert((*path).to_owned(), value);
        } else if !lists.iter().all(|list| list.iter().any(|a| a.operator == Operator::Absent)) {
            return None;
        }
    }
    Some(nested(event).to_string())
}

/// Dotted keys as objects within objects, where that is possible.
fn nested(flat: serde_json::Map<String, serde_json::Value>) -> serde_json::Value {
    let mut root = serde_json::Map::new();
    for (path, value) in flat {
        insert_at(&mut root, &path, value, 0);
    }
    serde_json::Value::Object(root)
}

fn insert_at(
    object: &mut serde_json::Map<String, serde_json::Value>,
    path: &str,
    value: serde_json::Value,
    depth: usize,
) {
    const DEEPEST: usize = 100;
    if let Some((key, below)) = path.split_once('.')
        && depth < DEEPEST
    {
        let there = object.entry(key).or_insert_with(|| serde_json::Value::Object(serde_json::Map::new()));
        if let serde_json::Value::Object(inner) = there {
            insert_at(inner, below, value, depth + 1);
            return;
        }
    }
    object.insert(path.to_owned(), value);
}

/// Values, as JSON texts, that are likely to meet an operator.
fn candidates(operator: &Operator) -> Vec<String> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let strings = |list: &[&str]| list.iter().map(|text| quoted(text)).collect();
    match operator {
        Operator::String(text) | Operator::Address(text, _) => strings(&[text]),
        Operator::Number(text, _) => vec![text.clone()],
        Operator::True => vec!["true".to_owned()],
        Operator::False => vec!["false".to_owned()],
        Operator::Null => vec!["null".to_owned()],
        Operator::Prefix(text) => strings(&[text, &format!("{text}x")]),
        Operator::Suffix(text) => strings(&[text, &format!("x{text}")]),
        Operator::IgnoreCase(folded)
        | Operator::PrefixIgnoreCase(folded)
        | Operator::SuffixIgnoreCase(folded) => {
            strings(&[folded.text(), &folded.text().to_lowercase(), &folded.text().to_uppercase()])
        }
        Operator::Wildcard(wildcard) => {
            let joined =
                |filler: &[u8]| String::from_utf8_lossy(&wildcard.segments().join(filler)).into_owned();
            strings(&[&joined(b""), &joined(b"x")])
        }
        Operator::NumericEquals(value) => vec![value.value().to_string()],
        Operator::Numeric(range) => {
            let (low, high) = (range.low.value(), range.high.value());
            let middle = if low == f64::MIN { high - 1.0 } else { low / 2.0 + high / 2.0 };
            let above = if low == f64::MIN { high } else { low + 1.0 };
            [low, high, middle, above].iter().filter(|v| v.abs() < 1e300).map(ToString::to_string).collect()
        }
        Operator::Cidr(block) => match block.base {
            super::address::Address::V4(number) => {
                strings(&[&std::net::Ipv4Addr::from_bits(number).to_string()])
            }
            super::address::Address::V6(number) => {
                strings(&[&std::net::Ipv6Addr::from_bits(number).to_string()])
            }
        },
        Operator::Absent => Vec::new(),
        _ => {
            let mut any: Vec<String> = strings(&["x", "another"]);
            any.extend(["1", "true"].map(str::to_owned));
            any
        }
    }
}
