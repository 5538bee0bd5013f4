//! What is different between two payloads, field by field.

use serde_json::Value;

/// One field of two payloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its dotted path, with list places in brackets: `order.lines[0].sku`; empty for a payload that is one value.
    pub path: String,
    /// Its value in the first payload, as JSON; none where it is missing.
    pub before: Option<String>,
    /// Its value in the second.
    pub after: Option<String>,
}

impl Field {
    /// True when both have it with the same value.
    pub fn is_same(&self) -> bool {
        self.before == self.after
    }
}

/// Every leaf field of two payloads in the order of the first, what only the second has behind its neighbours.
/// Numbers are compared as they are written.
pub fn compare(before: &Value, after: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    walk("", Some(before), Some(after), &mut fields);
    fields
}

fn walk(path: &str, before: Option<&Value>, after: Option<&Value>, fields: &mut Vec<Field>) {
    match (before, after) {
        (Some(Value::Object(a)), Some(Value::Object(b))) if !(a.is_empty() && b.is_empty()) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            for key in keys {
                walk(&below(path, key), a.get(key), b.get(key), fields);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) if !(a.is_empty() && b.is_empty()) => {
            for at in 0..a.len().max(b.len()) {
                walk(&format!("{path}[{at}]"), a.get(at), b.get(at), fields);
            }
        }
        // What one side alone has is spelt out as well, so that its fields can be read one by one.
        (Some(Value::Object(members)), None) | (None, Some(Value::Object(members)))
            if !members.is_empty() =>
        {
            for (key, value) in members {
                let (a, b) = if before.is_some() { (Some(value), None) } else { (None, Some(value)) };
                walk(&below(path, key), a, b, fields);
            }
        }
        (None, None) => {}
        _ => {
            let text = |value: &Value| value.to_string();
            fields.push(Field { path: path.to_owned(), before: before.map(text), after: after.map(text) });
        }
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_told_apart_by_path() {
        let before =
            json!({"id": 1, "lines": [{"sku": "a"}, {"sku": "b"}], "old": {"x": null}, "same": [true]});
        let after = json!({"id": 2, "lines": [{"sku": "a", "n": 2}], "same": [true], "new": "y"});
        let told: Vec<String> = compare(&before, &after)
            .into_iter()
            .filter(|field| !field.is_same())
            .map(|field| {
                let side = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
                format!("{} {} {}", field.path, side(field.before), side(field.after))
            })
            .collect();
        assert_eq!(told, ["id 1 2", "lines[0].n - 2", "lines[1].sku \"b\" -", "old.x null -", "new - \"y\""]);
    }

    #[test]
    fn values_that_are_no_objects_are_one_field() {
        assert_eq!(
            compare(&json!(1), &json!({})),
            [Field { path: String::new(), before: Some("1".to_owned()), after: Some("{}".to_owned()) }]
        );
        assert!(compare(&json!([]), &json!([])).iter().all(Field::is_same));
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4_u8).prop_map(Value::from),
            "[ab.]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[abc]", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_same_is_never_different_and_sides_swap(a in value(), b in value()) {
            prop_assert!(compare(&a, &a).iter().all(Field::is_same));
            prop_assert_eq!(compare(&a, &b).iter().all(Field::is_same), a == b);
            let mut there: Vec<_> =
                compare(&a, &b).into_iter().map(|f| (f.path, f.before, f.after)).collect();
            let mut back: Vec<_> =
                compare(&b, &a).into_iter().map(|f| (f.path, f.after, f.before)).collect();
            there.sort();
            back.sort();
            prop_assert_eq!(there, back);
        }
    }
}
