//! What a content filter sees of a message: the payload's fields, and beside them the envelope.
//!
//! `type` and `detail-type` hold the message's name, `data` and `detail` the payload. Filters written for a
//! payload, for CloudEvents and for EventBridge so all mean the same on one board. Where a payload has a field of one
//! of these four names, the envelope's comes first, as it does on the wire; the payload's is found within `data`.

mod writing;

use serde_json::{Map, Value};

pub use writing::written;

use super::schema::generate::example;
use super::schema::validate::Validator;
use super::schema::{Field, FieldType, Schema, Version};
use crate::pattern::{FieldShape, Kinds, Pattern, Shape};

/// Keys of the envelope that hold the message's name.
pub const NAMES: [&str; 2] = ["type", "detail-type"];
/// Keys of the envelope that hold the payload.
pub const BODIES: [&str; 2] = ["data", "detail"];
/// Keys an envelope may have besides: those of CloudEvents, of EventBridge, and one for metadata.
const ENVELOPE: [&str; 20] = [
    "account",
    "causationid",
    "correlationid",
    "datacontenttype",
    "dataref",
    "dataschema",
    "id",
    "metadata",
    "partitionkey",
    "region",
    "replay-name",
    "resources",
    "sequence",
    "source",
    "specversion",
    "subject",
    "time",
    "traceparent",
    "tracestate",
    "version",
];

/// Keywords of JSON Schema that may add fields or values to what the table of fields says.
const WIDENING: [&str; 15] = [
    "$dynamicRef",
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "dependentSchemas",
    "else",
    "if",
    "items",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
    "then",
    "unevaluatedProperties",
];

/// A message as a filter sees it.
#[must_use]
pub fn filtered_event(name: &str, payload: &Value) -> Value {
    let mut event = payload.as_object().cloned().unwrap_or_default();
    for key in NAMES {
        event.insert(key.to_owned(), Value::from(name));
    }
    for key in BODIES {
        event.insert(key.to_owned(), payload.clone());
    }
    Value::Object(event)
}

/// The payload of an event that is pasted or taken from somewhere: what is within an envelope, or all of it.
#[must_use]
pub fn payload_of(event: &Value) -> &Value {
    let enveloped = NAMES.iter().any(|key| event.get(key).is_some_and(Value::is_string));
    BODIES.iter().find_map(|key| event.get(key).filter(|_| enveloped)).unwrap_or(event)
}

/// Fields of a payload that a filter only finds within `data` or `detail`, because the envelope has a key of that name.
pub fn hidden(schema: &Schema) -> impl Iterator<Item = &str> {
    let names = schema.fields.iter().map(|field| field.name.as_str());
    names.filter(|name| NAMES.contains(name) || BODIES.contains(name))
}

/// The fields a filter may find in messages of one kind. Of a payload nobody has described, anything may be
/// there; fields beside the described ones are taken to be absent.
#[must_use]
pub fn shape(name: &str, schema: &Schema) -> Shape {
    let mut shape = Shape::default();
    for key in ENVELOPE {
        open_field(&mut shape, key);
    }
    let described = !schema.is_empty();
    let whole = root(schema);
    for prefix in ["", "data", "detail"] {
        if described {
            add(&mut shape, prefix, &whole, schema, true, false, 0);
        } else {
            shape.open.insert(prefix.to_owned());
        }
    }
    let text = Kinds { string: true, ..Kinds::default() };
    for key in NAMES {
        let values = Some(vec![Value::from(name).to_string()]);
        let field = FieldShape { kinds: text, values, required: true, ..FieldShape::default() };
        shape.fields.insert(key.to_owned(), field);
    }
    shape
}

/// What any of several messages may have.
#[must_use]
pub fn union(shapes: impl IntoIterator<Item = Shape>) -> Shape {
    let mut shapes = shapes.into_iter();
    let mut all = shapes.next().unwrap_or_default();
    for other in shapes {
        for field in all.fields.iter_mut().filter(|(path, _)| !other.fields.contains_key(*path)) {
            field.1.required = false;
        }
        for (path, field) in other.fields {
            match all.fields.get_mut(&path) {
                Some(known) => *known = either(known, &field),
                None => {
                    all.fields.insert(path, FieldShape { required: false, ..field });
                }
            }
        }
        all.open.extend(other.open);
    }
    all
}

fn either(a: &FieldShape, b: &FieldShape) -> FieldShape {
    let values = a.values.as_ref().zip(b.values.as_ref()).map(|(a, b)| {
        let more = b.iter().filter(|value| !a.contains(value));
        a.iter().chain(more).cloned().collect()
    });
    FieldShape {
        kinds: Kinds {
            string: a.kinds.string || b.kinds.string,
            number: a.kinds.number || b.kinds.number,
            boolean: a.kinds.boolean || b.kinds.boolean,
            null: a.kinds.null || b.kinds.null,
            other: a.kinds.other || b.kinds.other,
        },
        values,
        required: a.required && b.required,
        repeated: a.repeated || b.repeated,
        minimum: a.minimum.zip(b.minimum).map(|(a, b)| a.min(b)),
        maximum: a.maximum.zip(b.maximum).map(|(a, b)| a.max(b)),
    }
}

/// The payload as a field of its own.
fn root(schema: &Schema) -> Field {
    Field {
        r#type: FieldType::Object,
        fields: schema.fields.clone(),
        extra: schema.extra.clone(),
        ..Field::default()
    }
}

const EVERYTHING: Kinds = Kinds { string: true, number: true, boolean: true, null: true, other: true };

/// A field of which nothing is known.
fn open_field(shape: &mut Shape, path: &str) {
    shape.open.insert(path.to_owned());
    if path.is_empty() {
        return;
    }
    let field = FieldShape { kinds: EVERYTHING, repeated: true, ..FieldShape::default() };
    shape.fields.insert(path.to_owned(), field);
}

/// Shapes that contain themselves are followed this far.
const DEEPEST: usize = 12;

fn add(
    shape: &mut Shape,
    path: &str,
    field: &Field,
    schema: &Schema,
    required: bool,
    repeated: bool,
    depth: usize,
) {
    let widened = widened(field);
    let free = field.r#type == FieldType::Any && field.allowed.is_empty();
    if depth > DEEPEST || !path.is_empty() && (free || field.extra.contains_key("type")) {
        return open_field(shape, path);
    }
    if !field.reference.is_empty() {
        let Some(target) = schema.definitions.get(&field.reference) else { return open_field(shape, path) };
        return add(shape, path, target, schema, required && !field.nullable, repeated, depth + 1);
    }
    if widened {
        shape.open.insert(path.to_owned());
    }
    match (field.r#type, &field.items) {
        (FieldType::Array, Some(items)) => {
            // Whether a list has an element is a matter of its least length.
            let filled = field.min.is_some_and(|least| least >= 1.0);
            add(shape, path, items, schema, required && filled && !field.nullable, true, depth + 1);
            if field.nullable || widened {
                widen(shape, path, widened);
            }
        }
        (FieldType::Array, None) => open_field(shape, path),
        (FieldType::Object, _) if !field.fields.is_empty() => {
            for child in &field.fields {
                // A key with dots is as many keys.
                let below =
                    if path.is_empty() { child.name.clone() } else { format!("{path}.{}", child.name) };
                let always = required && !child.optional && !field.nullable;
                add(shape, &below, child, schema, always, repeated, depth + 1);
            }
            if field.nullable && !path.is_empty() {
                let kinds = Kinds { null: true, other: true, ..Kinds::default() };
                shape.fields.insert(path.to_owned(), FieldShape { kinds, required, ..FieldShape::default() });
            }
        }
        (FieldType::Object, _) => open_field(shape, path),
        _ => {
            shape.fields.insert(path.to_owned(), leaf(field, required, repeated));
        }
    }
}

/// A list that may also be something else.
fn widen(shape: &mut Shape, path: &str, anything: bool) {
    let known = shape.fields.entry(path.to_owned()).or_default();
    known.required = false;
    known.values = None;
    known.kinds = if anything { EVERYTHING } else { Kinds { null: true, ..known.kinds } };
}

/// Whether keywords beside the table may allow more fields.
fn widened(field: &Field) -> bool {
    WIDENING.iter().any(|word| field.extra.get(*word).is_some_and(|value| *value != Value::Bool(false)))
}

fn leaf(field: &Field, required: bool, repeated: bool) -> FieldShape {
    let mut kinds = match field.r#type {
        FieldType::String => Kinds { string: true, ..Kinds::default() },
        FieldType::Integer | FieldType::Number => Kinds { number: true, ..Kinds::default() },
        FieldType::Boolean => Kinds { boolean: true, ..Kinds::default() },
        FieldType::Object | FieldType::Array | FieldType::Any => EVERYTHING,
    };
    kinds.null |= field.nullable;
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    let values = (!field.allowed.is_empty() && field.allowed.iter().all(plain)).then(|| {
        let null = field.nullable && !field.allowed.contains(&Value::Null);
        let listed = field.allowed.iter().map(Value::to_string);
        listed.chain(null.then(|| "null".to_owned())).collect()
    });
    let bounded = kinds.number && !kinds.string;
    FieldShape {
        kinds,
        values,
        required,
        repeated,
        minimum: field.min.filter(|_| bounded),
        maximum: field.max.filter(|_| bounded),
    }
}

/// Payloads of a message, each with a name: the stated examples of a version first, then one made from its schema.
#[must_use]
pub fn samples(version: &Version) -> Vec<(String, Value)> {
    let several = version.examples.len() > 1;
    let stated = version.examples.iter().enumerate().map(|(at, payload)| {
        let title = if several { format!("Example {}", at + 1) } else { "Example".to_owned() };
        (title, payload.clone())
    });
    let made = (!version.schema.is_empty()).then(|| ("From schema".to_owned(), example(&version.schema, 1)));
    stated.chain(made).collect()
}

/// Payloads made from a schema that are tried before one is put together.
const TRIED: u64 = 24;

/// A payload, valid under the version's schema, that passes all of several filters; `None` when none was found.
/// Stated examples are tried first, then payloads made from the schema, then such with values the filters name.
#[must_use]
pub fn matching_payload(name: &str, version: &Version, filters: &[&Pattern]) -> Option<Value> {
    let passes = |payload: &Value| {
        let event = filtered_event(name, payload).to_string();
        filters.iter().all(|filter| filter.matches(event.as_bytes()) == Ok(true))
    };
    let validator = Validator::new(&version.schema).ok()?;
    let holds = |payload: &Value| passes(payload) && validator.is_valid(payload);
    if let Some(stated) = version.examples.iter().find(|payload| holds(payload)) {
        return Some(stated.clone());
    }
    let made: Vec<Value> = match version.schema.is_empty() {
        true => vec![Value::Object(Map::new())],
        false => (0..TRIED).map(|seed| example(&version.schema, seed)).collect(),
    };
    if let Some(payload) = made.iter().find(|payload| holds(payload)) {
        return Some(payload.clone());
    }
    let wanted: Vec<Value> = filters
        .iter()
        .flat_map(|a| filters.iter().filter_map(|b| a.overlap(b).event()))
        .filter_map(|event| serde_json::from_str(&event).ok())
        .collect();
    made.iter().find_map(|payload| {
        let mut payload = payload.clone();
        wanted.iter().for_each(|event| lay_over(&mut payload, payload_asked(event)));
        holds(&payload).then_some(payload)
    })
}

/// The part of an event put together from filters that is about the payload.
fn payload_asked(event: &Value) -> Value {
    let Value::Object(members) = event else { return Value::Null };
    let mut asked = Value::Object(members.clone());
    if let Value::Object(asked) = &mut asked {
        NAMES.iter().chain(&BODIES).chain(&ENVELOPE).for_each(|key| drop(asked.shift_remove(*key)));
    }
    BODIES.iter().filter_map(|key| members.get(*key)).for_each(|body| lay_over(&mut asked, body.clone()));
    asked
}

/// Puts values over others, field by field; those within lists go into every element.
fn lay_over(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                lay_over(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(elements), over) if !over.is_array() => {
            if elements.is_empty() {
                elements.push(Value::Null);
            }
            elements.iter_mut().for_each(|element| lay_over(element, over.clone()));
        }
        (under, over) => *under = over,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::schema::json_schema::from_json_schema;
    use super::*;

    fn order() -> Schema {
        from_json_schema(&json!({
            "type": "object",
            "required": ["orderId", "amount", "lines", "customer"],
            "properties": {
                "orderId": {"type": "string"},
                "amount": {"type": "number", "minimum": 0},
                "state": {"enum": ["new", "paid"], "type": "string"},
                "customer": {"type": "object", "required": ["tier"], "properties": {
                    "tier": {"type": "integer", "minimum": 1, "maximum": 3}
                }},
                "lines": {"type": "array", "items": {"type": "object", "required": ["sku"], "properties": {
                    "sku": {"type": "string"}
                }}},
                "free": {"type": "object"}
            }
        }))
    }

    #[test]
    fn a_filter_sees_the_payload_and_the_envelope() {
        let event = filtered_event("OrderPlaced", &json!({"amount": 5, "type": "x"}));
        for text in [
            r#"{"amount":[5]}"#,
            r#"{"data":{"amount":[5]}}"#,
            r#"{"detail":{"amount":[5]},"detail-type":["OrderPlaced"]}"#,
            r#"{"type":["OrderPlaced"]}"#,
        ] {
            let pattern = Pattern::parse(text).unwrap();
            assert!(pattern.matches(event.to_string().as_bytes()).unwrap(), "{text}");
        }
        assert_eq!(payload_of(&event)["amount"], 5);
        assert_eq!(payload_of(&json!({"data": {"a": 1}})), &json!({"data": {"a": 1}}));
    }

    #[test]
    fn what_a_schema_rules_out_is_impossible() {
        let shape = shape("OrderPlaced", &order());
        for (text, never) in [
            (r#"{"data":{"amount":[{"numeric":["<",0]}]}}"#, true),
            (r#"{"data":{"amonut":[5]}}"#, true),
            (r#"{"data":{"customer":{"tier":[4]}}}"#, true),
            (r#"{"data":{"customer":["gold"]}}"#, true),
            (r#"{"data":{"lines":{"sku":[5]}}}"#, true),
            (r#"{"state":["shipped"]}"#, true),
            (r#"{"detail-type":["OrderPaid"]}"#, true),
            (r#"{"data":{"lines":{"sku":["a"]}}}"#, false),
            (r#"{"data":{"free":{"anything":[5]}}}"#, false),
            (r#"{"source":["shop"]}"#, false),
            (r#"{"metadata":{"tenant":["a"]}}"#, false),
            (r#"{"data":{"state":[{"exists":false}]}}"#, false),
        ] {
            let found = Pattern::parse(text).unwrap().impossible(&shape);
            assert_eq!(found.is_some(), never, "{text}: {found:?}");
        }
        let unknown = super::shape("OrderPlaced", &Schema::default());
        assert_eq!(Pattern::parse(r#"{"data":{"x":[5]}}"#).unwrap().impossible(&unknown), None);
    }

    #[test]
    fn of_two_messages_either_will_do() {
        let both = union([shape("OrderPlaced", &order()), shape("OrderPaid", &Schema::default())]);
        assert_eq!(Pattern::parse(r#"{"type":["OrderPaid"]}"#).unwrap().impossible(&both), None);
        assert!(Pattern::parse(r#"{"type":["Other"]}"#).unwrap().impossible(&both).is_some());
        assert!(!Pattern::parse(r#"{"amount":[{"exists":true}]}"#).unwrap().matches_everything(&both));
    }

    #[test]
    fn a_payload_that_passes_is_found_or_put_together() {
        let version = Version { schema: order(), ..Version::default() };
        for text in [
            r#"{"data":{"amount":[{"numeric":[">",5000]}],"state":["paid"]}}"#,
            r#"{"detail":{"lines":{"sku":[{"prefix":"abc-"}]}}}"#,
            r#"{"customer":{"tier":[3]},"type":["OrderPlaced"]}"#,
        ] {
            let pattern = Pattern::parse(text).unwrap();
            let found =
                matching_payload("OrderPlaced", &version, &[&pattern]).unwrap_or_else(|| panic!("{text}"));
            assert!(Validator::new(&order()).unwrap().is_valid(&found));
        }
        let outside = Pattern::parse(r#"{"data":{"customer":{"tier":[9]}}}"#).unwrap();
        assert_eq!(matching_payload("OrderPlaced", &version, &[&outside]), None);
    }

    proptest! {
        /// What is called impossible or certain holds for payloads made from the schema.
        #[test]
        fn claims_hold_for_payloads_of_the_schema(
            seed: u64,
            path in prop::sample::select(vec!["orderId", "amount", "state", "customer.tier", "lines.sku", "free.x", "no"]),
            condition in prop::sample::select(vec![
                r#""new""#, r#"{"exists":true}"#, r#"{"exists":false}"#, r#"{"prefix":""}"#, r#"{"numeric":[">=",0]}"#,
                r#"{"numeric":[">=",1,"<=",3]}"#, r#"{"anything-but":"x"}"#, r#"{"numeric":["<",0]}"#, "2",
                r#""new","paid",{"exists":false}"#,
            ]),
        ) {
            let schema = order();
            let shape = shape("OrderPlaced", &schema);
            let pattern = Pattern::parse(&format!("{{\"data.{path}\":[{condition}]}}")).unwrap();
            let event = filtered_event("OrderPlaced", &example(&schema, seed)).to_string();
            let matched = pattern.matches(event.as_bytes()).unwrap();
            prop_assert!(!matched || pattern.impossible(&shape).is_none(), "{} on {}", pattern.source(), event);
            prop_assert!(matched || !pattern.matches_everything(&shape), "{} on {}", pattern.source(), event);
        }
    }
}
