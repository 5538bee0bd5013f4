//! The shape of payloads from samples: types, required and optional fields, formats; of many, ranges and lists of
//! values too.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value;

use super::{Field, FieldType, Schema};

/// Texts of at most so many different values, each seen several times, are a list of values.
const FEW_VALUES: usize = 6;

/// How often each value must have been seen, on average, to be one of a list.
const OFTEN: u64 = 20;

/// Samples from which on the least and the greatest value say something.
const MANY: u64 = 10;

/// Levels below the payload that are looked at.
const DEPTH_MAX: usize = 12;

/// The schema of examples: what all of them have is required. Anything but an object leaves the schema empty.
#[must_use]
pub fn infer<'a>(examples: impl IntoIterator<Item = &'a Value>) -> Schema {
    let mut shape = Shape::default();
    for example in examples {
        shape.see(example);
    }
    shape.schema()
}

/// What is known of the values at one place.
#[derive(Debug, Default)]
pub struct Shape {
    n_seen: u64,
    nulls: u64,
    booleans: u64,
    integers: u64,
    numbers: u64,
    texts: u64,
    objects: u64,
    arrays: u64,
    low: f64,
    high: f64,
    values: BTreeSet<String>,
    many_values: bool,
    uuids: u64,
    moments: u64,
    days: u64,
    emails: u64,
    members: IndexMap<String, Shape>,
    items: Option<Box<Shape>>,
}

impl Shape {
    /// Looks at a payload; anything but an object says nothing about fields.
    pub fn see(&mut self, payload: &Value) {
        self.see_at(payload, 0);
    }

    /// What has been seen, as a table of fields.
    #[must_use]
    pub fn schema(&self) -> Schema {
        Schema { fields: self.fields(), ..Schema::default() }
    }

    fn see_at(&mut self, value: &Value, depth: usize) {
        self.n_seen += 1;
        match value {
            Value::Null => self.nulls += 1,
            Value::Bool(_) => self.booleans += 1,
            Value::Number(number) => {
                let float = number.as_f64().unwrap_or(0.0);
                let first = self.integers + self.numbers == 0;
                self.low = if first { float } else { self.low.min(float) };
                self.high = if first { float } else { self.high.max(float) };
                if number.is_f64() { self.numbers += 1 } else { self.integers += 1 }
            }
            Value::String(text) => self.see_text(text),
            Value::Object(members) => {
                self.objects += 1;
                if depth < DEPTH_MAX {
                    for (name, value) in members {
                        self.members.entry(name.clone()).or_default().see_at(value, depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                self.arrays += 1;
                if depth < DEPTH_MAX {
                    let shape = self.items.get_or_insert_default();
                    for item in items {
                        shape.see_at(item, depth + 1);
                    }
                }
            }
        }
    }

    fn see_text(&mut self, text: &str) {
        self.texts += 1;
        if !self.many_values {
            self.values.insert(text.to_owned());
            if self.values.len() > FEW_VALUES {
                self.many_values = true;
                self.values.clear();
            }
        }
        self.uuids += u64::from(is_uuid(text));
        self.moments += u64::from(text.contains(['T', 't']) && text.parse::<jiff::Timestamp>().is_ok());
        self.days += u64::from(text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok());
        self.emails += u64::from(is_email(text));
    }

    fn fields(&self) -> Vec<Field> {
        let field = |(name, shape): (&String, &Self)| Field {
            optional: shape.n_seen < self.objects,
            ..shape.field(name)
        };
        self.members.iter().map(field).collect()
    }

    fn field(&self, name: &str) -> Field {
        let kinds: BTreeMap<FieldType, u64> = [
            (FieldType::Boolean, self.booleans),
            (FieldType::Integer, if self.numbers == 0 { self.integers } else { 0 }),
            (FieldType::Number, if self.numbers > 0 { self.integers + self.numbers } else { 0 }),
            (FieldType::String, self.texts),
            (FieldType::Object, self.objects),
            (FieldType::Array, self.arrays),
        ]
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .collect();
        let mut field = Field { nullable: self.nulls > 0, ..Field::new(name, FieldType::Any) };
        // Values of several types, or none but null: anything goes.
        let (Some((kind, seen)), 1) = (kinds.first_key_value(), kinds.len()) else {
            field.nullable = false;
            return field;
        };
        field.r#type = *kind;
        match kind {
            FieldType::Integer | FieldType::Number if *seen >= MANY => {
                (field.min, field.max) = (Some(self.low), Some(self.high));
            }
            FieldType::String if self.uuids == self.texts => field.format = "uuid".to_owned(),
            FieldType::String if self.moments == self.texts => field.format = "date-time".to_owned(),
            FieldType::String if self.days == self.texts => field.format = "date".to_owned(),
            FieldType::String if self.emails == self.texts => field.format = "email".to_owned(),
            FieldType::String if !self.many_values && self.texts >= OFTEN * self.values.len() as u64 => {
                let texts = self.values.iter().map(|v| Value::from(v.as_str()));
                let null = field.nullable.then_some(Value::Null);
                field.allowed = texts.chain(null).collect();
            }
            FieldType::Object => field.fields = self.fields(),
            FieldType::Array => {
                field.items = self.items.as_ref().filter(|i| i.n_seen > 0).map(|i| Box::new(i.field("")));
            }
            _ => {}
        }
        field
    }
}

/// True for addresses no validator doubts: plain words on both sides.
fn is_email(text: &str) -> bool {
    let word = |part: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !part.is_empty() && part.bytes().all(plain) && !part.starts_with('-') && !part.ends_with('-')
    };
    let words = |part: &str| part.len() <= 64 && part.split('.').all(word);
    text.split_once('@').is_some_and(|(name, host)| words(name) && words(host) && host.contains('.'))
}

fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::board::schema::validate::validate;

    #[test]
    fn one_example_says_types_and_formats_but_no_limits() {
        let example = json!({"id": "b7ad6b71-6920-4331-8d0c-80319cb7ad6b", "at": "2026-01-02T03:04:05Z", "day": "2026-01-02",
            "total": 12.5, "count": 3, "gift": true, "note": null, "lines": [{"sku": "a"}, {"sku": "b", "n": 1}]});
        let schema = infer([&example]);
        let told: Vec<String> = schema
            .fields
            .iter()
            .map(|f| format!("{}:{}{}", f.name, f.r#type.json_name().unwrap_or("any"), f.format))
            .collect();
        assert_eq!(
            told,
            [
                "id:stringuuid",
                "at:stringdate-time",
                "day:stringdate",
                "total:number",
                "count:integer",
                "gift:boolean",
                "note:any",
                "lines:array"
            ]
        );
        assert!(schema.fields.iter().all(|f| f.min.is_none() && !f.optional && f.allowed.is_empty()));
        let items = schema.fields[7].items.as_ref().unwrap();
        assert_eq!(items.fields.iter().map(|f| f.optional).collect::<Vec<_>>(), [false, true]);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i32>().prop_map(Value::from),
            (-1e6..1e6_f64).prop_map(Value::from),
            "[a-z0-9@. -]{0,12}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn examples_fit_the_schema_that_is_made_of_them(
            examples in prop::collection::vec(prop::collection::btree_map("[a-d]", values(), 0..4), 1..6)
        ) {
            let examples: Vec<Value> = examples.into_iter().map(|map| Value::Object(map.into_iter().collect())).collect();
            let schema = infer(&examples);
            for example in &examples {
                prop_assert_eq!(validate(&schema, example), [], "{} under {:?}", example, schema);
            }
        }
    }
}
