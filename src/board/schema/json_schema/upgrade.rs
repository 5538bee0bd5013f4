//! Older spellings in the words of draft 2020-12: drafts 4 to 7, and the dialect of OpenAPI 3.0.

use serde_json::{Map, Value};

/// Translates a schema and the ones inside it, in place.
pub(super) fn upgrade(value: &mut Value) {
    match value {
        Value::Object(schema) => upgrade_object(schema),
        Value::Array(all) => all.iter_mut().for_each(upgrade),
        _ => {}
    }
}

fn upgrade_object(schema: &mut Map<String, Value>) {
    schema.shift_remove("$schema");
    if schema.get("items").is_some_and(Value::is_array) {
        if let Some(items) = schema.shift_remove("items") {
            schema.insert("prefixItems".into(), items);
        }
        if let Some(rest) = schema.shift_remove("additionalItems") {
            schema.insert("items".into(), rest);
        }
    }
    for (strict, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        // Draft 4 says with a boolean which side of `minimum` is meant.
        if let Some(Value::Bool(yes)) = schema.get(strict).cloned() {
            schema.shift_remove(strict);
            if let Some(limit) = schema.get(bound).cloned().filter(|_| yes) {
                schema.shift_remove(bound);
                schema.insert(strict.into(), limit);
            }
        }
    }
    split_dependencies(schema);
    upgrade_nullable(schema);
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            (
                "properties" | "patternProperties" | "definitions" | "$defs" | "dependentSchemas",
                Value::Object(named),
            ) => named.values_mut().for_each(upgrade),
            ("const" | "enum" | "default" | "examples" | "example" | "required" | "type", _) => {}
            (keyword, _) if keyword.starts_with("x-") => {}
            (_, value) => upgrade(value),
        }
    }
}

fn split_dependencies(schema: &mut Map<String, Value>) {
    let Some(Value::Object(dependencies)) = schema.get("dependencies") else { return };
    let (lists, schemas): (Vec<_>, Vec<_>) =
        dependencies.clone().into_iter().partition(|(_, value)| value.is_array());
    schema.shift_remove("dependencies");
    for (keyword, part) in [("dependentRequired", lists), ("dependentSchemas", schemas)] {
        if !part.is_empty() {
            schema.insert(keyword.into(), Value::Object(part.into_iter().collect()));
        }
    }
}

/// `nullable: true`, which OpenAPI 3.0 puts beside a type.
fn upgrade_nullable(schema: &mut Map<String, Value>) {
    if let (Some(Value::Bool(nullable)), Some(Value::String(name))) =
        (schema.get("nullable"), schema.get("type"))
    {
        if *nullable {
            let both = Value::Array(vec![name.clone().into(), "null".into()]);
            schema.insert("type".into(), both);
        }
        schema.shift_remove("nullable");
    }
}
