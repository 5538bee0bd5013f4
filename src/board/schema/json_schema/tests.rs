//! The table and JSON Schema say the same, both ways.

use proptest::prelude::*;

use super::super::generate::example;
use super::super::validate::Validator;
use super::*;

fn leaf() -> impl Strategy<Value = Field> {
    let r#type = prop::sample::select(vec![
        FieldType::String,
        FieldType::Integer,
        FieldType::Number,
        FieldType::Boolean,
        FieldType::Any,
    ]);
    let details = (any::<bool>(), 0..4_u8, 0..6_i32, 0..5_u8);
    (r#type, any::<bool>(), details).prop_map(|(r#type, optional, (nullable, bounds, low, special))| {
        let mut field = Field { r#type, optional, nullable, ..Field::default() };
        match r#type {
            FieldType::Any => field.nullable = false,
            FieldType::String if special == 0 => field.format = "uuid".into(),
            FieldType::String if special == 1 => field.pattern = "^[A-Z]{2}-[0-9]+$".into(),
            FieldType::String if special == 2 => field.allowed = vec!["a".into(), "b".into()],
            FieldType::Boolean => {}
            _ => {
                field.min = (bounds & 1 == 1).then_some(f64::from(low));
                field.max = (bounds & 2 == 2).then_some(f64::from(low + 4));
            }
        }
        field
    })
}

fn named(inner: impl Strategy<Value = Field>) -> impl Strategy<Value = Vec<Field>> {
    let names = prop::sample::subsequence(vec!["a", "b", "order id", "~/é", "items"], 0..4);
    (names, prop::collection::vec(inner, 4)).prop_map(|(names, fields)| {
        names.into_iter().zip(fields).map(|(name, field)| Field { name: name.into(), ..field }).collect()
    })
}

/// Tables of fields as people fill them in, nested, with lists.
pub(in super::super) fn schemas() -> impl Strategy<Value = Schema> {
    let field = leaf().prop_recursive(3, 12, 4, |inner| {
        let object = (named(inner.clone()), any::<bool>()).prop_map(|(fields, nullable)| Field {
            fields,
            nullable,
            r#type: FieldType::Object,
            ..Field::default()
        });
        let list = inner.prop_map(|items| Field {
            items: Some(Box::new(Field { optional: false, ..items })),
            r#type: FieldType::Array,
            ..Field::default()
        });
        prop_oneof![object, list]
    });
    (named(field), any::<bool>()).prop_map(|(fields, closed)| Schema { fields, closed, ..Schema::default() })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(schema in schemas()) {
        let json = to_json_schema(&schema);
        prop_assert!(jsonschema::draft202012::meta::is_valid(&json), "{json}");
        prop_assert_eq!(from_json_schema(&json), schema);
    }

    #[test]
    fn examples_are_valid_and_depend_on_the_seed_alone(schema in schemas(), seed in any::<u64>()) {
        let payload = example(&schema, seed);
        prop_assert_eq!(&payload, &example(&schema, seed));
        let problems = Validator::new(&schema).unwrap().problems(&payload);
        prop_assert!(problems.is_empty(), "{payload}: {problems:?}");
    }

    #[test]
    fn the_draft_07_spelling_is_draft_07_and_means_the_same(schema in schemas(), seed in any::<u64>()) {
        let definition = |name: &str| format!("#/definitions/{name}");
        let spelling = Spelling { draft: Draft::Draft07, root: "#", definition: &definition };
        let mut json = spell(&schema, &spelling);
        json["$schema"] = "http://json-schema.org/draft-07/schema#".into();
        prop_assert!(jsonschema::draft7::meta::is_valid(&json), "{json}");
        prop_assert!(Validator::of_json_schema(&json).unwrap().is_valid(&example(&schema, seed)));
    }
}

/// Schemas with parts that no column holds come back with the same meaning, keyword by keyword.
#[test]
fn nothing_is_lost_on_the_way_through_the_table() {
    let whole = [
        json!({"type": "object", "title": "T", "properties": {
            "a": {"oneOf": [{"type": "string"}, {"type": "integer", "minimum": 3}]},
            "b": {"type": ["string", "integer"], "examples": ["x"]},
            "c": {"type": "array", "uniqueItems": true, "items": {"type": "string"}, "maxItems": 3},
            "d": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01},
            "e": {"$ref": "#/$defs/money"},
            "f": {"anyOf": [{"$ref": "#/$defs/money"}, {"type": "null"}]},
            "g": {"const": 7},
            "h": {"type": "integer", "maximum": 9_223_372_036_854_775_807_i64},
            "i": {"type": "null"},
            "j": {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
            "k": {"type": ["string", "null"], "enum": ["x", null]},
        }, "required": ["a", "k", "elsewhere"], "additionalProperties": false,
        "$defs": {"money": {"type": "object", "properties": {"value": {"type": "number"}}, "required": ["value"]}},
        "if": {"properties": {"g": {"const": 7}}}, "then": {"required": ["b"]}}),
        json!({"oneOf": [{"type": "string"}, {"type": "null"}]}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"$ref": "#/$defs/x", "$defs": {"x": {"type": "object"}}}),
        json!({}),
    ];
    for schema in whole {
        let mut back = to_json_schema(&from_json_schema(&schema));
        // The order of requirements says nothing.
        if let Some(Value::Array(names)) = back.get_mut("required") {
            names.sort_by_key(ToString::to_string);
        }
        let mut schema = schema;
        if let Some(Value::Array(names)) = schema.get_mut("required") {
            names.sort_by_key(ToString::to_string);
        }
        assert_eq!(back, schema);
    }
}

#[test]
fn older_spellings_are_read() {
    let old = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {
        "a": {"$ref": "#/definitions/b~1c"}, "n": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
        "o": {"type": "string", "nullable": true}, "t": {"type": "array", "items": [{"type": "string"}]}},
        "definitions": {"b/c": {"type": "string"}}, "dependencies": {"a": ["n"]}});
    let schema = from_json_schema(&old);
    assert_eq!(schema.field("a").unwrap().reference, "b/c");
    assert!(schema.field("o").unwrap().nullable);
    let new = to_json_schema(&schema);
    assert!(jsonschema::draft202012::meta::is_valid(&new), "{new}");
    assert_eq!(new["properties"]["n"]["exclusiveMinimum"], 0);
    assert_eq!(new["dependentRequired"], json!({"a": ["n"]}));
    let validator = Validator::of_json_schema(&new).unwrap();
    assert!(validator.is_valid(&json!({"a": "x", "n": 1, "o": null, "t": ["x"]})));
    assert!(!validator.is_valid(&json!({"a": 7, "n": 1})));
}

#[test]
fn a_reference_to_nothing_is_said_and_allows_anything() {
    let field = Field { reference: "gone".into(), ..Field::new("a", FieldType::Any) };
    let json = to_json_schema(&Schema { fields: vec![field], ..Schema::default() });
    assert!(Validator::of_json_schema(&json).unwrap().is_valid(&json!({"a": 1})));
    assert!(json["properties"]["a"]["$comment"].as_str().unwrap().contains("`gone`"));
}

#[test]
fn pointer_tokens_survive() {
    for name in ["a/b", "~1", "Grüße 🎈", "%41", "plain"] {
        assert_eq!(unescape_token(&pointer_token(name)), name);
    }
}
