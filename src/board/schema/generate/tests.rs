//! Examples of schemas that people import: combinations, recursion, patterns, and shapes without end.

use serde_json::json;

use super::super::json_schema::from_json_schema;
use super::super::validate::Validator;
use super::*;

fn check(schema: &Value) {
    let table = from_json_schema(schema);
    for seed in 0..40 {
        let payload = example(&table, seed);
        let problems = Validator::new(&table).unwrap().problems(&payload);
        assert!(problems.is_empty(), "{payload} under {schema}: {problems:?}");
    }
}

#[test]
fn imported_schemas_get_valid_examples() {
    for format in [
        "uuid",
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "json-pointer",
        "regex",
    ] {
        check(
            &json!({"type": "object", "properties": {"x": {"type": "string", "format": format}}, "required": ["x"]}),
        );
    }
    for pattern in ["^[A-Z]{3}-\\d{4}$", "^(red|green)+$", "^\\w+@[a-z.]+$", "^[^a-z]{2,5}$", "^.{10,}$"] {
        check(
            &json!({"type": "object", "properties": {"x": {"type": "string", "pattern": pattern}}, "required": ["x"]}),
        );
    }
    check(&json!({"type": "object", "properties": {
        "price": {"type": "number", "exclusiveMinimum": 0, "maximum": 10, "multipleOf": 0.01},
        "pages": {"type": "integer", "multipleOf": 5, "minimum": 7},
        "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": true, "minItems": 2},
        "pair": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "type": "array", "items": false},
        "either": {"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}]},
        "both": {"allOf": [{"$ref": "#/$defs/a"}, {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}]},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2}},
        "required": ["price", "pages", "tags", "pair", "either", "both", "map", "unnamed"],
        "$defs": {"a": {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]}}}));
}

#[test]
fn shapes_that_contain_themselves_end() {
    check(&json!({"type": "object", "properties": {"tree": {"$ref": "#/$defs/node"}}, "required": ["tree"],
        "$defs": {"node": {"type": "object", "required": ["children"], "properties":
            {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}}));
    let endless = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"],
        "$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}}});
    assert!(example(&from_json_schema(&endless), 1).is_object());
    let wide = json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "((a{999}){999}){999}"}}, "required": ["a"]});
    assert!(example(&from_json_schema(&wide), 1)["a"].as_str().unwrap().len() < 100_000);
}

#[test]
fn a_new_field_leaves_the_others_as_they_were() {
    let mut schema = Schema {
        fields: vec![Field::new("orderId", FieldType::String), Field::new("total", FieldType::Number)],
        ..Schema::default()
    };
    let before = example(&schema, 7);
    schema.fields.insert(0, Field::new("note", FieldType::String));
    let after = example(&schema, 7);
    assert_eq!((&before["orderId"], &before["total"]), (&after["orderId"], &after["total"]));
    assert_ne!(example(&schema, 7), example(&schema, 8));
}
