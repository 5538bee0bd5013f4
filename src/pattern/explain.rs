//! Why an event matches or does not: a verdict on every condition of a pattern.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Pattern;
use super::condition::{Operator, Scalar};
use super::error::EventError;
use super::json::{Reader, check_event, unescape};
use super::parse::{Alternative, Branch};

/// What became of one condition of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The field, its keys joined by dots.
    pub path: String,
    /// The condition as the pattern has it: `{"prefix": "a"}`.
    pub condition: String,
    /// Where the condition stands in the pattern's text, in bytes.
    pub span: Range<usize>,
    /// Whether some value of the field meets it.
    pub met: bool,
    /// Whether this condition or another of its list is met, so that the field is.
    pub field_met: bool,
    /// Why, in a short sentence.
    pub reason: String,
}

/// Why an event matches a pattern or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Whether the pattern matches.
    pub matched: bool,
    /// Every condition, in the order of the pattern's text.
    pub verdicts: Vec<Verdict>,
    /// What no single condition shows: that values met conditions in different elements of one array.
    pub note: Option<String>,
}

/// The values of an event by path, as they are written.
type Values<'e> = BTreeMap<String, Vec<&'e [u8]>>;

/// At most so many values are named in a reason.
const NAMED: usize = 3;

impl Pattern {
    /// A verdict on every condition against one event.
    ///
    /// # Errors
    /// When the event is not one well-formed JSON object.
    pub fn explain(&self, event: &[u8]) -> Result<Explanation, EventError> {
        let matched = self.matches(event)?;
        let values = values(event)?;
        let parsed = self.parsed();
        let met: Vec<Vec<bool>> = parsed
            .fields
            .iter()
            .map(|field| {
                let found = values.get(&*field.path).map_or(&[][..], Vec::as_slice);
                field.alternatives.iter().map(|a| is_met(&a.operator, found)).collect()
            })
            .collect();
        let branch_met = |branch: &Branch| branch.values().all(|&field| met[field].contains(&true));
        let note = (!matched && parsed.branches.iter().any(branch_met)).then(|| {
            "every condition is met, but not by values within one element of the same array".to_owned()
        });
        let mut verdicts = Vec::new();
        for (field, met) in parsed.fields.iter().zip(&met) {
            let found = values.get(&*field.path).map_or(&[][..], Vec::as_slice);
            for (alternative, &is_met) in field.alternatives.iter().zip(met) {
                let Alternative { operator, span } = alternative;
                verdicts.push(Verdict {
                    path: field.path.to_string(),
                    condition: self.source()[span.clone()].to_owned(),
                    span: span.clone(),
                    met: is_met,
                    field_met: met.contains(&true),
                    reason: reason(operator, found, is_met),
                });
            }
        }
        Ok(Explanation { matched, verdicts, note })
    }
}

fn is_met(operator: &Operator, values: &[&[u8]]) -> bool {
    match operator {
        Operator::Absent => values.is_empty(),
        _ => values.iter().any(|raw| accepts(operator, raw)),
    }
}

/// Whether a value as it is written meets an operator.
fn accepts(operator: &Operator, raw: &[u8]) -> bool {
    match raw {
        [b'"', inner @ .., b'"'] => {
            let mut plain = Vec::new();
            unescape(inner, &mut plain);
            operator.accepts(Scalar::String(&plain))
        }
        b"true" => operator.accepts(Scalar::True),
        b"false" => operator.accepts(Scalar::False),
        b"null" => operator.accepts(Scalar::Null),
        number => operator.accepts(Scalar::Number(number)),
    }
}

fn reason(operator: &Operator, values: &[&[u8]], met: bool) -> String {
    match (operator, values) {
        (Operator::Absent, []) => return "the field is absent".to_owned(),
        (Operator::Absent, _) => return format!("the field is present: {}", named(values)),
        (_, []) => return "the field is missing, or holds no plain value".to_owned(),
        _ => {}
    }
    if met {
        let by: Vec<&[u8]> = values.iter().copied().filter(|raw| accepts(operator, raw)).collect();
        return format!("met by {}", named(&by));
    }
    let kind = |raw: &[u8]| match raw.first() {
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    };
    let found = named(values);
    match (wanted_kind(operator), values) {
        (Some(wanted), [one]) if kind(one) != wanted => {
            format!("{found} is {}, and only {wanted} can meet this", kind(one))
        }
        (Some(wanted), _) if values.iter().all(|raw| kind(raw) != wanted) => {
            format!("none of {found} is {wanted}, and only {wanted} can meet this")
        }
        _ if operator.is_negative() => format!("{found} is excluded"),
        (_, [_]) => format!("not met by {found}"),
        _ => format!("met by none of {found}"),
    }
}

/// The only kind of value that can meet an operator.
fn wanted_kind(operator: &Operator) -> Option<&'static str> {
    match operator {
        Operator::Number(..) | Operator::NumericEquals(_) | Operator::Numeric(_) => Some("a number"),
        Operator::True | Operator::False => Some("a boolean"),
        Operator::Null => Some("null"),
        Operator::Exists | Operator::Absent => None,
        _ if operator.is_negative() => None,
        _ => Some("a string"),
    }
}

fn named(values: &[&[u8]]) -> String {
    let mut words: Vec<String> =
        values.iter().take(NAMED).map(|raw| shortened(&String::from_utf8_lossy(raw))).collect();
    if values.len() > NAMED {
        words.push(format!("{} more", values.len() - NAMED));
    }
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        text.to_owned()
    } else {
        text.chars().take(LONGEST).chain("…".chars()).collect()
    }
}

fn values(event: &[u8]) -> Result<Values<'_>, EventError> {
    check_event(event)?;
    let mut reader = Reader::new(event);
    let mut values = Values::new();
    collect(&mut reader, "", &mut values)?;
    Ok(values)
}

/// Reads a value of a checked event; as deep as the check allows.
fn collect<'e>(reader: &mut Reader<'e>, path: &str, values: &mut Values<'e>) -> Result<(), EventError> {
    match reader.peek() {
        Some(b'{') => {
            reader.at += 1;
            while !reader.accept(b'}') {
                let key = reader.string()?;
                reader.expect(b':', "':'")?;
                let inner = if path.is_empty() { key } else { format!("{path}.{key}") };
                collect(reader, &inner, values)?;
                reader.accept(b',');
            }
        }
        Some(b'[') => {
            reader.at += 1;
            while !reader.accept(b']') {
                collect(reader, path, values)?;
                reader.accept(b',');
            }
        }
        _ => {
            let start = reader.at;
            reader.scalar()?;
            values.entry(path.to_owned()).or_default().push(&reader.text[start..reader.at]);
        }
    }
    Ok(())
}
