//! YAML as people write it: blocks, plain words where they are safe, JSON strings where not.
//!
//! The writer is our own because its promise is ours: the same value gives the same bytes, and any reader of YAML 1.1
//! or 1.2 gets the same value back (no `no` that turns into false).

use serde_json::{Map, Value};

/// A value as a YAML document, ending in a newline.
#[must_use]
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => write_map(map, 0, &mut out),
        Value::Array(list) if !list.is_empty() => write_list(list, 0, &mut out),
        _ => {
            write_scalar(value, &mut out);
            out.push('\n');
        }
    }
    out
}

/// One entry of a map at a depth of indentation, ending in a newline.
#[must_use]
pub fn entry(key: &str, value: &Value, depth: usize) -> String {
    let mut out = String::new();
    indent(depth, &mut out);
    write_text(key, &mut out);
    out.push(':');
    write_inside(value, depth, &mut out);
    out
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn write_map(map: &Map<String, Value>, depth: usize, out: &mut String) {
    for (at, (key, value)) in map.iter().enumerate() {
        // The first key of a map in a list stands on the line of its dash.
        if at > 0 || out.is_empty() || out.ends_with('\n') {
            indent(depth, out);
        }
        write_text(key, out);
        out.push(':');
        write_inside(value, depth, out);
    }
}

fn write_list(list: &[Value], depth: usize, out: &mut String) {
    for value in list {
        indent(depth, out);
        out.push('-');
        match value {
            Value::Object(map) if !map.is_empty() => {
                out.push(' ');
                write_map(map, depth + 1, out);
            }
            Value::Array(inner) if !inner.is_empty() => {
                out.push('\n');
                write_list(inner, depth + 1, out);
            }
            _ => {
                out.push(' ');
                write_scalar(value, out);
                out.push('\n');
            }
        }
    }
}

fn write_inside(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            write_map(map, depth + 1, out);
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('\n');
            write_list(list, depth + 1, out);
        }
        _ => {
            out.push(' ');
            write_scalar(value, out);
            out.push('\n');
        }
    }
}

fn write_scalar(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => write_text(text, out),
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        // JSON's 1e21 is a number in YAML 1.2 and a text in 1.1, where it needs a dot and a sign.
        Value::Number(number) if number.is_f64() => out.push_str(&float(&number.to_string())),
        other => out.push_str(&other.to_string()),
    }
}

fn float(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return text.to_owned() };
    let dot = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{mantissa}{dot}e{sign}{exponent}")
}

fn write_text(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        // A JSON string is a YAML string; what YAML does not allow to stand unescaped is escaped.
        out.push('"');
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\u{0}'..='\u{1f}'
                | '\u{7f}'..='\u{a0}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{feff}'
                | '\u{fffe}'..='\u{ffff}' => {
                    out.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c => out.push(c),
            }
        }
        out.push('"');
    }
}

/// Words that some reader of YAML takes for something else than text.
const WORDS: [&str; 12] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "none"];

/// True when a text can stand without quotes and is text for every reader.
#[must_use]
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let first = bytes.first().is_some_and(u8::is_ascii_alphabetic);
    let last =
        bytes.last().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b')' | b'_'));
    let inner = bytes.iter().enumerate().all(|(at, b)| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b' ' | b'.' | b'_' | b'-' | b'/' | b'(' | b')' | b'+' => {
            true
        }
        b',' | b';' | b'\'' => true,
        b':' => bytes.get(at + 1).is_some_and(|next| *next != b' '),
        _ => false,
    });
    first && last && inner && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::from),
            (-1e300..1e300_f64).prop_map(Value::from),
            ".{0,12}".prop_map(Value::String),
            prop::sample::select(vec![
                "no",
                "1.0",
                "- a",
                "a: b",
                "#x",
                "~",
                "0x1f",
                "1e3",
                "2026-01-01",
                "a #b",
                "=",
                " a",
                "a ",
                "!x",
                "'"
            ])
            .prop_map(|text| Value::String(text.to_owned())),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec(("[a-z/: ~#]{0,4}", inner), 0..5)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_is_read_back(value in values()) {
            let text = write(&value);
            let back: Value = serde_saphyr::from_str(&text).map_err(|e| TestCaseError::fail(format!("{text}\n{e}")))?;
            prop_assert_eq!(back, value, "{}", text);
        }
    }

    #[test]
    fn it_looks_as_people_write_it() {
        let value = json!({"a": [{"b": 1, "c": ["x y", "no"]}, []], "$ref": "#/x", "d": {}});
        assert_eq!(
            write(&value),
            "a:\n  - b: 1\n    c:\n      - x y\n      - \"no\"\n  - []\n\"$ref\": \"#/x\"\nd: {}\n"
        );
    }
}
