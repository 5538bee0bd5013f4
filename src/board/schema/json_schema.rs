//! The table of fields as JSON Schema and back: nothing that JSON Schema says is lost on the way.
//!
//! What the table has no column for stays in `extra`. Two spellings need a convention there: `"type": null` in
//! `extra` says that no type is stated, and a boolean schema `false` reads as anything with `"not": {}`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Field, FieldType, Schema};

mod draft07;
mod upgrade;

/// The `$schema` of draft 2020-12.
pub const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";

/// The drafts this writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// Draft 2020-12, the present one.
    Draft202012,
    /// The part of draft-07 that AsyncAPI payloads use: newer keywords are translated or left out.
    Draft07,
}

/// How a schema is spelt out: the draft, and where its shared definitions will stand.
#[derive(Clone, Copy)]
pub struct Spelling<'a> {
    /// The draft.
    pub draft: Draft,
    /// The reference to the root of the schema: `#` when it is a document of its own.
    pub root: &'a str,
    /// The reference to the shared definition of a name.
    pub definition: &'a dyn Fn(&str) -> String,
}

/// A schema as a draft 2020-12 document of its own, without `$schema` and `$id`; definitions under `$defs`.
#[must_use]
pub fn to_json_schema(schema: &Schema) -> Value {
    let definition = |name: &str| format!("#/$defs/{}", pointer_token(name));
    let spelling = Spelling { draft: Draft::Draft202012, root: "#", definition: &definition };
    let mut out = spell(schema, &spelling);
    if let (Value::Object(out), false) = (&mut out, schema.definitions.is_empty()) {
        out.insert("$defs".into(), Value::Object(spell_definitions(schema, &spelling)));
    }
    out
}

/// A schema without its shared definitions, for embedding where they stand somewhere else.
#[must_use]
pub fn spell(schema: &Schema, spelling: &Spelling) -> Value {
    let mut out = Map::new();
    if !schema.extra.contains_key("type") && !schema.extra.contains_key("$ref") {
        out.insert("type".into(), "object".into());
    }
    spell_properties(&schema.fields, schema, spelling, &mut out);
    if schema.closed {
        out.insert("additionalProperties".into(), Value::Bool(false));
    }
    finish(out, &schema.extra, spelling)
}

/// The shared definitions of a schema, by name.
#[must_use]
pub fn spell_definitions(schema: &Schema, spelling: &Spelling) -> Map<String, Value> {
    let spelt = |(name, field): (&String, &Field)| (name.clone(), spell_field(field, schema, spelling));
    schema.definitions.iter().map(spelt).collect()
}

fn spell_properties(fields: &[Field], schema: &Schema, spelling: &Spelling, out: &mut Map<String, Value>) {
    if fields.is_empty() {
        return;
    }
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    for field in fields {
        if properties.contains_key(&field.name) {
            continue;
        }
        properties.insert(field.name.clone(), spell_field(field, schema, spelling));
        if !field.optional {
            required.push(field.name.clone().into());
        }
    }
    out.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        out.insert("required".into(), Value::Array(required));
    }
}

fn spell_field(field: &Field, schema: &Schema, spelling: &Spelling) -> Value {
    let mut out = Map::new();
    if !field.reference.is_empty() {
        spell_reference(field, schema, spelling, &mut out);
    } else if let Some(name) = field.r#type.json_name().filter(|_| !field.extra.contains_key("type")) {
        let name = if field.nullable { json!([name, "null"]) } else { name.into() };
        out.insert("type".into(), name);
    }
    if !field.format.is_empty() {
        out.insert("format".into(), field.format.clone().into());
    }
    if !field.description.is_empty() {
        out.insert("description".into(), field.description.clone().into());
    }
    if !field.allowed.is_empty() {
        let mut allowed: Vec<Value> = Vec::new();
        for value in &field.allowed {
            if !allowed.contains(value) {
                allowed.push(value.clone());
            }
        }
        if field.nullable && !allowed.contains(&Value::Null) {
            allowed.push(Value::Null);
        }
        out.insert("enum".into(), Value::Array(allowed));
    }
    let (least, most) = bounds(field.r#type);
    let lengths = least != "minimum";
    for (key, bound, round) in
        [(least, field.min, f64::ceil as fn(f64) -> f64), (most, field.max, f64::floor)]
    {
        let bound = bound.map(|bound| if lengths { round(bound).max(0.0) } else { bound });
        if let Some(number) = bound.and_then(number) {
            out.insert(key.into(), number);
        }
    }
    if !field.pattern.is_empty() {
        out.insert("pattern".into(), field.pattern.clone().into());
    }
    spell_properties(&field.fields, schema, spelling, &mut out);
    if let Some(items) = &field.items {
        out.insert("items".into(), spell_field(items, schema, spelling));
    }
    finish(out, &field.extra, spelling)
}

fn spell_reference(field: &Field, schema: &Schema, spelling: &Spelling, out: &mut Map<String, Value>) {
    if !schema.definitions.contains_key(&field.reference) {
        let comment = format!("It refers to `{}`, which this schema does not define", field.reference);
        out.insert("$comment".into(), comment.into());
        return;
    }
    let target = json!({ "$ref": (spelling.definition)(&field.reference) });
    if field.nullable {
        out.insert("anyOf".into(), json!([target, { "type": "null" }]));
    } else if spelling.draft == Draft::Draft07 {
        // Draft-07 ignores whatever stands beside a `$ref`.
        out.insert("allOf".into(), json!([target]));
    } else if let Value::Object(target) = target {
        out.extend(target);
    }
}

/// Adds what was kept verbatim and puts references and keywords in the spelling asked for.
fn finish(mut out: Map<String, Value>, extra: &BTreeMap<String, Value>, spelling: &Spelling) -> Value {
    for (key, value) in extra {
        match (key.as_str(), value) {
            ("type", Value::Null) => {}
            ("required", Value::Array(more)) => {
                let required = out.entry("required").or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(required) = required {
                    let more: Vec<Value> =
                        more.iter().filter(|name| !required.contains(name)).cloned().collect();
                    required.extend(more);
                }
            }
            _ => {
                let mut value = json!({ key: value });
                rewrite_references(&mut value, &mut |reference| respell(reference, spelling));
                if let Value::Object(value) = value {
                    out.extend(value);
                }
            }
        }
    }
    if spelling.draft == Draft::Draft07 {
        draft07::translate(&mut out);
    }
    Value::Object(out)
}

fn respell(reference: &str, spelling: &Spelling) -> Option<String> {
    if let Some(token) = reference.strip_prefix("#/$defs/").filter(|token| !token.contains('/')) {
        return Some((spelling.definition)(&unescape_token(token)));
    }
    let rest = reference.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    Some(format!("{}{rest}", spelling.root))
}

/// The keywords for `min` and `max` of a type.
const fn bounds(r#type: FieldType) -> (&'static str, &'static str) {
    match r#type {
        FieldType::String => ("minLength", "maxLength"),
        FieldType::Array => ("minItems", "maxItems"),
        FieldType::Object => ("minProperties", "maxProperties"),
        _ => ("minimum", "maximum"),
    }
}

/// A number as JSON writes it: whole where it is whole.
fn number(value: f64) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact range")]
        return Some(Value::from(value as i64));
    }
    serde_json::Number::from_f64(value).map(Value::Number)
}

/// Reads a JSON Schema of any recent draft into a table of fields.
#[must_use]
pub fn from_json_schema(schema: &Value) -> Schema {
    let mut schema = schema.clone();
    upgrade::upgrade(&mut schema);
    rewrite_references(&mut schema, &mut |reference| {
        let token = reference.strip_prefix("#/definitions/").filter(|token| !token.contains('/'))?;
        Some(format!("#/$defs/{token}"))
    });
    let Value::Object(mut keywords) = schema else {
        let extra = read_boolean(&schema);
        return Schema { extra, ..Schema::default() };
    };
    let mut definitions = BTreeMap::new();
    for keyword in ["$defs", "definitions"] {
        if let Some(Value::Object(of_keyword)) = keywords.get(keyword)
            && of_keyword.values().all(is_schema)
            && !of_keyword.keys().any(|name| definitions.contains_key(name))
        {
            definitions
                .extend(of_keyword.iter().map(|(name, value)| (name.clone(), read_field(name, value))));
            keywords.shift_remove(keyword);
        }
    }
    for field in definitions.values_mut() {
        field.name = String::new();
    }
    let fields = read_properties(&mut keywords);
    let closed = keywords.get("additionalProperties") == Some(&Value::Bool(false));
    if closed {
        keywords.shift_remove("additionalProperties");
    }
    match keywords.get("type") {
        Some(Value::String(name)) if name == "object" => {
            keywords.shift_remove("type");
        }
        None if !keywords.contains_key("$ref") => {
            keywords.insert("type".into(), Value::Null);
        }
        _ => {}
    }
    Schema { fields, closed, definitions, extra: keywords.into_iter().collect() }
}

/// Reads one schema as a field of this name.
#[must_use]
pub fn read_field(name: &str, schema: &Value) -> Field {
    let mut field = Field { name: name.to_owned(), r#type: FieldType::Any, ..Field::default() };
    let Value::Object(keywords) = schema else {
        field.extra = read_boolean(schema);
        field.extra.remove("type");
        return field;
    };
    let mut keywords = keywords.clone();
    read_type(&mut keywords, &mut field);
    read_reference(&mut keywords, &mut field);
    take_text(&mut keywords, "format", &mut field.format);
    take_text(&mut keywords, "description", &mut field.description);
    take_text(&mut keywords, "pattern", &mut field.pattern);
    read_enum(&mut keywords, &mut field);
    let (least, most) = bounds(field.r#type);
    field.min = take_bound(&mut keywords, least);
    field.max = take_bound(&mut keywords, most);
    field.fields = read_properties(&mut keywords);
    if let Some(items) = keywords.get("items").filter(|items| is_schema(items)) {
        field.items = Some(Box::new(read_field("", items)));
        keywords.shift_remove("items");
    }
    field.extra = keywords.into_iter().collect();
    field
}

fn read_boolean(schema: &Value) -> BTreeMap<String, Value> {
    let mut extra = BTreeMap::from([("type".to_owned(), Value::Null)]);
    if schema == &Value::Bool(false) {
        extra.insert("not".into(), json!({}));
    }
    extra
}

fn is_schema(value: &Value) -> bool {
    value.is_object() || value.is_boolean()
}

fn type_named(name: &str) -> Option<FieldType> {
    use FieldType as T;
    [T::String, T::Integer, T::Number, T::Boolean, T::Object, T::Array]
        .into_iter()
        .find(|r#type| r#type.json_name() == Some(name))
}

fn read_type(keywords: &mut Map<String, Value>, field: &mut Field) {
    let found = match keywords.get("type") {
        Some(Value::String(name)) => type_named(name).map(|r#type| (r#type, false)),
        Some(Value::Array(names)) => match names.as_slice() {
            [Value::String(one)] => type_named(one).map(|r#type| (r#type, false)),
            [Value::String(one), Value::String(two)] if two == "null" => type_named(one).map(|t| (t, true)),
            [Value::String(two), Value::String(one)] if two == "null" => type_named(one).map(|t| (t, true)),
            _ => None,
        },
        _ => None,
    };
    if let Some((r#type, nullable)) = found {
        (field.r#type, field.nullable) = (r#type, nullable);
        keywords.shift_remove("type");
    }
}

/// A reference to a shared definition, alone or as one of two with null.
fn read_reference(keywords: &mut Map<String, Value>, field: &mut Field) {
    if field.r#type != FieldType::Any || keywords.contains_key("type") {
        return;
    }
    let definition = |value: &Value| {
        let target = value.as_object().filter(|object| object.len() == 1)?.get("$ref")?.as_str()?;
        let token = target.strip_prefix("#/$defs/").filter(|token| !token.contains('/'))?;
        Some(unescape_token(token))
    };
    if let Some(target) = keywords.get("$ref") {
        if let Some(name) = definition(&json!({ "$ref": target })) {
            field.reference = name;
            keywords.shift_remove("$ref");
        }
        return;
    }
    for (keyword, nullable) in [("anyOf", true), ("allOf", false)] {
        let Some(Value::Array(branches)) = keywords.get(keyword) else { continue };
        let null = |value: &Value| *value == json!({ "type": "null" });
        let found = match branches.as_slice() {
            [one] if !nullable => definition(one),
            [one, two] if nullable && null(two) => definition(one),
            [two, one] if nullable && null(two) => definition(one),
            _ => None,
        };
        if let Some(name) = found {
            (field.reference, field.nullable) = (name, nullable);
            keywords.shift_remove(keyword);
            return;
        }
    }
}

fn read_enum(keywords: &mut Map<String, Value>, field: &mut Field) {
    let Some(Value::Array(values)) =
        keywords.get("enum").filter(|v| v.as_array().is_some_and(|v| !v.is_empty()))
    else {
        return;
    };
    let mut values = values.clone();
    if field.nullable {
        // Null is allowed only when the list has it too.
        field.nullable = values.contains(&Value::Null);
        let others = values.iter().any(|value| !value.is_null());
        if field.nullable && others {
            values.retain(|value| !value.is_null());
        }
    }
    field.allowed = values;
    keywords.shift_remove("enum");
}

fn take_text(keywords: &mut Map<String, Value>, key: &str, into: &mut String) {
    if let Some(Value::String(text)) = keywords.get(key).filter(|text| text.as_str() != Some("")) {
        into.clone_from(text);
        keywords.shift_remove(key);
    }
}

/// A bound, when the table can give back the very same number.
fn take_bound(keywords: &mut Map<String, Value>, key: &str) -> Option<f64> {
    let stated = keywords.get(key)?;
    let bound = stated.as_f64()?;
    let exact = number(bound).is_some_and(|same| {
        same == *stated || same.as_f64() == stated.as_f64() && !stated.is_u64() && !stated.is_i64()
    });
    let fits = key == "minimum" || key == "maximum" || bound >= 0.0 && bound.fract() == 0.0;
    if !exact || !fits {
        return None;
    }
    keywords.shift_remove(key);
    Some(bound)
}

fn read_properties(keywords: &mut Map<String, Value>) -> Vec<Field> {
    let whole =
        |properties: &Map<String, Value>| !properties.is_empty() && properties.values().all(is_schema);
    let Some(Value::Object(properties)) =
        keywords.get("properties").filter(|p| p.as_object().is_some_and(whole))
    else {
        return Vec::new();
    };
    let required: Vec<Value> = match keywords.get("required") {
        Some(Value::Array(names)) => names.clone(),
        _ => Vec::new(),
    };
    let fields: Vec<Field> = properties
        .iter()
        .map(|(name, schema)| {
            let mut field = read_field(name, schema);
            field.optional = !required.iter().any(|r| r.as_str() == Some(name));
            field
        })
        .collect();
    keywords.shift_remove("properties");
    let more: Vec<Value> = required
        .into_iter()
        .filter(|name| !fields.iter().any(|field| Some(field.name.as_str()) == name.as_str()))
        .collect();
    if more.is_empty() {
        keywords.shift_remove("required");
    } else {
        keywords.insert("required".into(), Value::Array(more));
    }
    fields
}

/// Calls `rewrite` on every `$ref` of a schema, and puts what it returns in its place. Payloads inside the schema
/// (constants, defaults, examples) are no schemas and stay as they are.
pub fn rewrite_references(value: &mut Value, rewrite: &mut dyn FnMut(&str) -> Option<String>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| rewrite_references(value, rewrite)),
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("const" | "enum" | "default" | "examples" | "example", _) => {}
                    ("$ref", Value::String(reference)) => {
                        if let Some(new) = rewrite(reference) {
                            *reference = new;
                        }
                    }
                    (_, value) => rewrite_references(value, rewrite),
                }
            }
        }
        _ => {}
    }
}

/// A name as one step of a JSON pointer in a URI fragment (RFC 6901, section 6).
#[must_use]
pub fn pointer_token(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'~' => out.push_str("~0"),
            b'/' => out.push_str("~1"),
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'$'
            | b'!'
            | b'*'
            | b'+'
            | b'@' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The name that a step of a JSON pointer in a URI fragment stands for.
#[must_use]
pub fn unescape_token(token: &str) -> String {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
pub(super) mod tests;
