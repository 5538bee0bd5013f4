//! Newer keywords in the words of draft-07, or left out where it has none: never a narrower schema than was meant.

use serde_json::{Map, Value};

/// Keywords of later drafts that draft-07 has no words for.
const UNKNOWN: [&str; 8] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveRef",
    "$vocabulary",
    "maxContains",
    "minContains",
    "unevaluatedItems",
];

/// Translates one schema object and the ones inside it.
pub(super) fn translate(schema: &mut Map<String, Value>) {
    for keyword in UNKNOWN {
        schema.shift_remove(keyword);
    }
    schema.shift_remove("unevaluatedProperties");
    schema.shift_remove("$schema");
    schema.shift_remove("$id");
    if let Some(Value::Array(items)) = schema.shift_remove("prefixItems")
        && let Some(rest) = schema.insert("items".into(), Value::Array(items))
    {
        schema.insert("additionalItems".into(), rest);
    }
    for keyword in ["dependentRequired", "dependentSchemas"] {
        if let Some(Value::Object(of_keyword)) = schema.shift_remove(keyword)
            && let Value::Object(all) =
                schema.entry("dependencies").or_insert_with(|| Value::Object(Map::new()))
        {
            all.extend(of_keyword);
        }
    }
    if let Some(Value::String(target)) = schema.get("$ref").cloned()
        && schema.len() > 1
    {
        // Draft-07 ignores whatever stands beside a `$ref`.
        schema.shift_remove("$ref");
        let all = schema.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(all) = all {
            all.push(serde_json::json!({ "$ref": target }));
        }
    }
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties" | "definitions" | "dependencies", Value::Object(named)) => {
                named.values_mut().for_each(translate_value);
            }
            ("const" | "enum" | "default" | "examples" | "required" | "type", _) => {}
            (_, value) => translate_value(value),
        }
    }
}

fn translate_value(value: &mut Value) {
    match value {
        Value::Object(schema) => translate(schema),
        Value::Array(all) => all.iter_mut().for_each(translate_value),
        _ => {}
    }
}
