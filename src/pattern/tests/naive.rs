//! A matcher as plain as can be: whole trees, every combination tried. The oracle of the property tests.

use std::collections::BTreeMap;

use serde_json::Value;

/// Membership in elements of arrays: array number → index.
type Membership = BTreeMap<usize, usize>;

type Fields = BTreeMap<String, Vec<(Value, Membership)>>;

/// Whether a valid pattern without doubled paths matches an event.
pub(super) fn matches(pattern: &Value, event: &Value) -> bool {
    let mut fields = Fields::new();
    let mut arrays = 0;
    flatten(event, &mut Vec::new(), &Membership::new(), &mut arrays, &mut fields);
    branches(pattern, "").iter().any(|branch| {
        let conditions: Vec<(&String, &Vec<Value>)> = branch.iter().collect();
        search(&conditions, &Membership::new(), &fields)
    })
}

fn flatten(value: &Value, path: &mut Vec<String>, within: &Membership, arrays: &mut usize, out: &mut Fields) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                path.push(key.clone());
                flatten(member, path, within, arrays, out);
                path.pop();
            }
        }
        Value::Array(elements) => {
            let array = *arrays;
            *arrays += 1;
            for (index, element) in elements.iter().enumerate() {
                let mut deeper = within.clone();
                if element.is_object() || element.is_array() {
                    deeper.insert(array, index);
                }
                flatten(element, path, &deeper, arrays, out);
            }
        }
        scalar => out.entry(path.join(".")).or_default().push((scalar.clone(), within.clone())),
    }
}

type Branch = BTreeMap<String, Vec<Value>>;

fn branches(pattern: &Value, prefix: &str) -> Vec<Branch> {
    let mut all = vec![Branch::new()];
    for (key, value) in pattern.as_object().unwrap() {
        let options: Vec<Branch> = if key == "$or" {
            value.as_array().unwrap().iter().flat_map(|branch| branches(branch, prefix)).collect()
        } else {
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value {
                Value::Array(conditions) => vec![Branch::from([(path, conditions.clone())])],
                nested => branches(nested, &path),
            }
        };
        all = options
            .iter()
            .flat_map(|option| {
                all.iter().map(|branch| {
                    let mut branch = branch.clone();
                    branch.extend(option.clone());
                    branch
                })
            })
            .collect();
    }
    all
}

/// Tries every value for the first condition, then the rest.
fn search(conditions: &[(&String, &Vec<Value>)], chosen: &Membership, fields: &Fields) -> bool {
    let Some(((path, alternatives), rest)) = conditions.split_first() else { return true };
    let none = Vec::new();
    let goes_together =
        |other: &Membership| other.iter().all(|(array, index)| chosen.get(array).is_none_or(|i| i == index));
    let values = fields.get(*path).unwrap_or(&none);
    let consistent: Vec<_> = values.iter().filter(|(_, within)| goes_together(within)).collect();
    let absent = serde_json::json!({"exists": false});
    if alternatives.contains(&absent) && consistent.is_empty() && search(rest, chosen, fields) {
        return true;
    }
    consistent.iter().any(|(value, within)| {
        let mut all = chosen.clone();
        all.extend(within.clone());
        alternatives.iter().any(|condition| meets(value, condition)) && search(rest, &all, fields)
    })
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |all| all.iter().collect())
}

fn ignore_case(value: &str, wanted: &str) -> bool {
    value.eq_ignore_ascii_case(wanted)
}

fn meets(value: &Value, condition: &Value) -> bool {
    let Some(object) = condition.as_object() else { return equal(value, condition) };
    let (operator, operand) = object.iter().next().unwrap();
    let text = value.as_str();
    let inner = operand.get("equals-ignore-case").and_then(Value::as_str);
    match operator.as_str() {
        "exists" => operand == true,
        "prefix" => text.is_some_and(|t| match inner {
            Some(prefix) => t.get(..prefix.len()).is_some_and(|start| ignore_case(start, prefix)),
            None => t.starts_with(operand.as_str().unwrap()),
        }),
        "suffix" => text.is_some_and(|t| match inner {
            Some(suffix) => {
                t.len() >= suffix.len()
                    && t.get(t.len() - suffix.len()..).is_some_and(|end| ignore_case(end, suffix))
            }
            None => t.ends_with(operand.as_str().unwrap()),
        }),
        "equals-ignore-case" => text.is_some_and(|t| ignore_case(t, operand.as_str().unwrap())),
        "wildcard" => text.is_some_and(|t| glob(operand.as_str().unwrap().as_bytes(), t.as_bytes())),
        "numeric" => value.as_f64().is_some_and(|number| {
            operand.as_array().unwrap().chunks(2).all(|pair| {
                let bound = pair[1].as_f64().unwrap();
                match pair[0].as_str().unwrap() {
                    "=" => number == bound,
                    "<" => number < bound,
                    "<=" => number <= bound,
                    ">" => number > bound,
                    _ => number >= bound,
                }
            })
        }),
        "anything-but" => match operand.as_object() {
            Some(nested) => {
                let (operator, operands) = nested.iter().next().unwrap();
                !list(operands)
                    .into_iter()
                    .any(|one| meets(value, &serde_json::json!({ (operator.as_str()): one })))
            }
            None => !list(operand).into_iter().any(|one| equal(value, one)),
        },
        other => panic!("no such operator: {other}"),
    }
}

fn equal(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Number(_), Value::Number(_)) => value.as_f64() == wanted.as_f64(),
        _ => value == wanted,
    }
}

fn glob(pattern: &[u8], value: &[u8]) -> bool {
    match pattern.split_first() {
        None => value.is_empty(),
        Some((b'*', rest)) => (0..=value.len()).any(|skip| glob(rest, &value[skip..])),
        Some((byte, rest)) => value.first() == Some(byte) && glob(rest, &value[1..]),
    }
}
