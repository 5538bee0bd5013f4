//! The operators of conditions: `{"prefix": "a"}` and its kin, checked in Event Ruler's order.

use rustc_hash::FxHashSet;

use super::address::Block;
use super::condition::{Float, Operator, Range};
use super::error::Reason;
use super::fold::Folded;
use super::number::comparable;
use super::parse::{Parser, Step};
use super::wildcard::Wildcard;

/// A condition in braces.
pub(crate) fn expression(parser: &mut Parser<'_>) -> Step<Operator> {
    parser.reader.expect(b'{', "'{'")?;
    let word = name(parser)?.ok_or(Reason::NoOperator)?;
    let mut end = Reason::TwoOperators;
    let operator = match word.as_str() {
        "exactly" => Operator::String(string(parser, "exact")?),
        "prefix" => affix(parser, "prefix", Operator::Prefix, Operator::PrefixIgnoreCase)?,
        "suffix" => affix(parser, "suffix", Operator::Suffix, Operator::SuffixIgnoreCase)?,
        "equals-ignore-case" => Operator::IgnoreCase(Folded::new(&string(parser, "equals-ignore-case")?)),
        "wildcard" => Operator::Wildcard(Wildcard::parse(&string(parser, "wildcard")?)?),
        // The word is Event Ruler's slip; AWS shows it to its users.
        "cidr" => Operator::Cidr(Block::parse(&string(parser, "prefix")?)?),
        "exists" => exists(parser)?,
        "numeric" => {
            end = Reason::TooManyElements;
            numeric(parser)?
        }
        "anything-but" => {
            end = Reason::TooManyElements;
            anything_but(parser)?
        }
        _ => return Err(Reason::UnknownOperator(word)),
    };
    close(parser, end)?;
    Ok(operator)
}

/// The next field name and its colon; `None` when the object ends.
fn name(parser: &mut Parser<'_>) -> Step<Option<String>> {
    match parser.reader.peek() {
        Some(b'}') => Ok(None),
        Some(b'"') => {
            let word = parser.reader.string()?;
            parser.reader.expect(b':', "':'")?;
            Ok(Some(word))
        }
        _ => Ok(parser.reader.fault("a field name in quotes")?),
    }
}

/// The closing brace; a further field is the given fault.
fn close(parser: &mut Parser<'_>, fault: Reason) -> Step<()> {
    if parser.reader.accept(b'}') {
        Ok(())
    } else if parser.reader.peek() == Some(b',') {
        Err(fault)
    } else {
        Ok(parser.reader.fault("',' or '}'")?)
    }
}

fn string(parser: &mut Parser<'_>, operator: &'static str) -> Step<String> {
    match parser.reader.peek() {
        Some(b'"') => Ok(parser.reader.string()?),
        _ => Err(Reason::NotAString(operator)),
    }
}

fn affix(
    parser: &mut Parser<'_>,
    operator: &'static str,
    plain: fn(String) -> Operator,
    ignore_case: fn(Folded) -> Operator,
) -> Step<Operator> {
    if parser.reader.peek() != Some(b'{') {
        return Ok(plain(string(parser, operator)?));
    }
    parser.reader.accept(b'{');
    let capital = if operator == "prefix" { "Prefix" } else { "Suffix" };
    let found = name(parser)?.ok_or(Reason::NoNestedOperator(capital))?;
    if found != "equals-ignore-case" {
        return Err(Reason::UnsupportedNested { operator, found });
    }
    let folded = Folded::new(&string(parser, "equals-ignore-case")?);
    close(parser, Reason::TwoOperators)?;
    Ok(ignore_case(folded))
}

fn exists(parser: &mut Parser<'_>) -> Step<Operator> {
    match parser.reader.peek() {
        Some(b't') => Ok(parser.reader.word("true").map(|()| Operator::Exists)?),
        Some(b'f') => Ok(parser.reader.word("false").map(|()| Operator::Absent)?),
        _ => Err(Reason::ExistsNotBoolean),
    }
}

/// What an `anything-but` may be given besides plain values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inner {
    Values,
    IgnoreCase,
    Prefix,
    Suffix,
    Wildcard,
}

impl Inner {
    /// The fault of a member that is no string.
    fn not_a_string(self) -> Reason {
        match self {
            Inner::Values => Reason::AnythingButMember,
            Inner::IgnoreCase => Reason::AnythingButIgnoreCase,
            Inner::Prefix | Inner::Suffix => Reason::NotAString("prefix/suffix"),
            Inner::Wildcard => Reason::NotAString("wildcard"),
        }
    }
}

fn anything_but(parser: &mut Parser<'_>) -> Step<Operator> {
    let mut inner = Inner::Values;
    if parser.reader.accept(b'{') {
        let word = name(parser)?.ok_or(Reason::NoNestedOperator("Anything-But"))?;
        inner = match word.as_str() {
            "equals-ignore-case" => Inner::IgnoreCase,
            "prefix" => Inner::Prefix,
            "suffix" => Inner::Suffix,
            "wildcard" => Inner::Wildcard,
            _ => return Err(Reason::AnythingButOperator(word)),
        };
    }
    let mut values = Values::default();
    match parser.reader.peek() {
        Some(b'"' | b'-' | b'0'..=b'9') => member(parser, inner, &mut values)?,
        Some(b'[') => {
            parser.reader.accept(b'[');
            let mut first = true;
            while !parser.reader.accept(b']') {
                if !first {
                    parser.reader.expect(b',', "',' or ']'")?;
                }
                first = false;
                member(parser, inner, &mut values)?;
            }
        }
        _ => return Err(Reason::AnythingButValue),
    }
    let operator = values.operator(inner)?;
    if inner != Inner::Values {
        close(parser, Reason::TooManyElements)?;
    }
    Ok(operator)
}

#[derive(Default)]
struct Values {
    strings: Vec<String>,
    numbers: Vec<Float>,
}

impl Values {
    fn operator(self, inner: Inner) -> Step<Operator> {
        let Values { mut strings, mut numbers } = self;
        let mut seen = FxHashSet::default();
        strings.retain(|text| seen.insert(text.clone()));
        let mut seen = FxHashSet::default();
        numbers.retain(|number| seen.insert(*number));
        if inner == Inner::Values {
            return match (strings.is_empty(), numbers.is_empty()) {
                (false, true) => Ok(Operator::NotStrings(strings)),
                (true, false) => Ok(Operator::NotNumbers(numbers)),
                _ => Err(Reason::AnythingButMixed),
            };
        }
        if strings.is_empty() {
            return Err(Reason::EmptyArray);
        }
        Ok(match inner {
            Inner::IgnoreCase => Operator::NotIgnoreCase(strings.iter().map(|s| Folded::new(s)).collect()),
            Inner::Prefix => Operator::NotPrefixes(strings),
            Inner::Suffix => Operator::NotSuffixes(strings),
            Inner::Values | Inner::Wildcard => Operator::NotWildcards(
                strings.iter().map(|s| Wildcard::parse(s)).collect::<Result<Vec<_>, _>>()?,
            ),
        })
    }
}

/// One value of an `anything-but`.
fn member(parser: &mut Parser<'_>, inner: Inner, values: &mut Values) -> Step<()> {
    match parser.reader.peek() {
        Some(b'"') => {
            let text = parser.reader.string()?;
            if text.is_empty() && matches!(inner, Inner::Prefix | Inner::Suffix) {
                return Err(Reason::EmptyAffix);
            }
            values.strings.push(text);
        }
        Some(b'-' | b'0'..=b'9') if inner == Inner::Values => {
            values.numbers.push(compared(parser.reader.number()?)?);
        }
        None => return Ok(parser.reader.fault("a value")?),
        Some(_) => return Err(inner.not_a_string()),
    }
    Ok(())
}

/// A number that a float can tell apart.
fn compared(text: &[u8]) -> Step<Float> {
    let refused = || Reason::NumberPrecision(String::from_utf8_lossy(text).into_owned());
    comparable(text).map(Float::new).ok_or_else(refused)
}

/// `["=", n]`, `["<", n]`, `[">", n]`, or a lower and an upper bound in this order. Whether the numbers can be
/// compared is asked last, as Event Ruler does.
fn numeric(parser: &mut Parser<'_>) -> Step<Operator> {
    if !parser.reader.accept(b'[') {
        return Err(Reason::NumericNotArray);
    }
    if parser.reader.peek() != Some(b'"') {
        return Err(Reason::NumericMember(token(parser)?));
    }
    let word = parser.reader.string()?;
    let mut range = Range::all();
    match word.as_str() {
        "=" => {
            let number = operand(parser, "equals")?;
            end_of_numeric(parser, Reason::TooManyElements)?;
            return Ok(Operator::NumericEquals(compared(number)?));
        }
        "<" | "<=" => {
            let high = operand(parser, &word)?;
            end_of_numeric(parser, Reason::TooManyElements)?;
            (range.high, range.high_open) = (compared(high)?, word == "<");
        }
        ">" | ">=" => {
            let low = operand(parser, &word)?;
            range.low_open = word == ">";
            if parser.reader.accept(b']') {
                range.low = compared(low)?;
            } else {
                parser.reader.expect(b',', "',' or ']'")?;
                second_bound(parser, low, &mut range)?;
            }
        }
        _ => return Err(Reason::NumericOperator(word)),
    }
    Ok(Operator::Numeric(range))
}

fn second_bound(parser: &mut Parser<'_>, low: &[u8], range: &mut Range) -> Step<()> {
    if parser.reader.peek() != Some(b'"') {
        return Err(Reason::NumericSecondMember(token(parser)?));
    }
    let word = parser.reader.string()?;
    if word != "<" && word != "<=" {
        return Err(Reason::NumericSecondOperator(word));
    }
    let high = operand(parser, &word)?;
    end_of_numeric(parser, Reason::NumericTerms)?;
    (range.low, range.high, range.high_open) = (compared(low)?, compared(high)?, word == "<");
    if range.low.value() >= range.high.value() {
        return Err(Reason::NumericOrder);
    }
    Ok(())
}

/// A comma and the number a comparison needs, as it is written.
fn operand<'a>(parser: &mut Parser<'a>, word: &str) -> Step<&'a [u8]> {
    if parser.reader.accept(b',') && matches!(parser.reader.peek(), Some(b'-' | b'0'..=b'9')) {
        Ok(parser.reader.number()?)
    } else {
        Err(Reason::NumericValue(word.to_owned()))
    }
}

fn end_of_numeric(parser: &mut Parser<'_>, fault: Reason) -> Step<()> {
    if parser.reader.accept(b']') {
        Ok(())
    } else if parser.reader.peek() == Some(b',') {
        Err(fault)
    } else {
        Ok(parser.reader.fault("',' or ']'")?)
    }
}

/// The next token as it is written, for a message.
fn token(parser: &mut Parser<'_>) -> Step<String> {
    let text = match parser.reader.peek() {
        Some(b'-' | b'0'..=b'9') => parser.reader.number()?,
        Some(bracket @ (b'{' | b'[' | b']')) => return Ok(char::from(bracket).to_string()),
        _ => {
            let start = parser.reader.at;
            parser.reader.scalar()?;
            &parser.reader.text[start..parser.reader.at]
        }
    };
    Ok(String::from_utf8_lossy(text).into_owned())
}
