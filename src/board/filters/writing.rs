//! Filters as text.

use serde_json::{Map, Value};

/// A filter as people write it: a field a line, its conditions behind it.
#[must_use]
pub fn written(filter: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, filter, 0);
    out
}

fn write_value(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(members) if !members.is_empty() => write_object(out, members, depth),
        Value::Array(elements) if elements.iter().any(is_branch) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                out.push_str(if at == 0 { "\n" } else { ",\n" });
                out.push_str(&"  ".repeat(depth + 1));
                write_value(out, element, depth + 1);
            }
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
            out.push(']');
        }
        _ => write_inline(out, value),
    }
}

/// Whether an element of a list is an object of fields, as those of `$or` are: a condition's operator takes
/// no object of lists and no list but these.
fn is_branch(element: &Value) -> bool {
    let Value::Object(members) = element else { return false };
    let operator = |key: &str| matches!(key, "anything-but" | "numeric" | "prefix" | "suffix");
    members.iter().any(|(key, value)| (value.is_object() || value.is_array()) && !operator(key))
}

fn write_object(out: &mut String, members: &Map<String, Value>, depth: usize) {
    out.push('{');
    for (at, (key, value)) in members.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        out.push_str(&Value::from(key.as_str()).to_string());
        out.push_str(": ");
        write_value(out, value, depth + 1);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push('}');
}

fn write_inline(out: &mut String, value: &Value) {
    let mut list = |open: char, close: char, parts: Vec<String>| {
        out.push(open);
        out.push_str(&parts.join(", "));
        out.push(close);
    };
    let inline = |value: &Value| {
        let mut text = String::new();
        write_inline(&mut text, value);
        text
    };
    match value {
        Value::Object(members) => {
            let parts = members
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), inline(value)));
            list('{', '}', parts.collect());
        }
        Value::Array(elements) => list('[', ']', elements.iter().map(inline).collect()),
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::written;

    #[test]
    fn a_filter_is_written_a_field_a_line() {
        let filter = json!({
            "data": {"state": ["paid", {"anything-but": ["new"]}], "amount": [{"numeric": [">", 5]}]},
            "$or": [{"a": [1]}, {"b": {"c": [2]}, "d": [3]}]
        });
        let text = written(&filter);
        assert_eq!(
            text,
            "{\n  \"data\": {\n    \"state\": [\"paid\", {\"anything-but\": [\"new\"]}],\n    \"amount\": [{\"numeric\": \
             [\">\", 5]}]\n  },\n  \"$or\": [\n    {\n      \"a\": [1]\n    },\n    {\n      \"b\": {\n        \
             \"c\": [2]\n      },\n      \"d\": [3]\n    }\n  ]\n}"
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), filter);
    }
}
