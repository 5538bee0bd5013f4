//! The shape of payloads from samples: types, required and optional fields, ranges, formats, short lists of values.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use rayon::prelude::*;
use serde_json::Value;

use crate::board::{Field, FieldType, Schema};
use crate::replay::index::Log;
use crate::replay::time;

/// Payloads looked at for each type, spread evenly over the log.
const SAMPLES: u64 = 2_000;

/// Examples kept of each type.
const EXAMPLES: usize = 2;

/// Texts of at most so many different values, each seen several times, are a list of values.
const FEW_VALUES: usize = 6;

/// Levels below the payload that are looked at.
const DEPTH_MAX: usize = 12;

/// The shape and some examples of every type, by number.
pub(super) fn infer(log: &Log) -> Vec<(Schema, Vec<Value>)> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); log.types().len()];
    let mut seen = vec![0_u64; log.types().len()];
    for event in log.events(0..log.len()) {
        let number = usize::from(event.type_number());
        let stride = log.types().get(event.type_number()).map_or(1, |t| (t.n_events / SAMPLES).max(1));
        if seen[number].is_multiple_of(stride) {
            rows[number].push(event.row());
        }
        seen[number] += 1;
    }
    rows.par_iter()
        .map(|rows| {
            let mut shape = Shape::default();
            let mut examples = Vec::new();
            for row in rows {
                let Some(payload) = log.event(*row).and_then(|e| e.detail()).and_then(|d| d.payload_json())
                else {
                    continue;
                };
                if !payload.is_object() {
                    continue;
                }
                shape.see(&payload, 0);
                if examples.len() < EXAMPLES && !examples.contains(&payload) {
                    examples.push(payload);
                }
            }
            (Schema { fields: shape.fields(), ..Schema::default() }, examples)
        })
        .collect()
}

/// What is known of the values at one place.
#[derive(Default)]
struct Shape {
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
    emails: u64,
    members: IndexMap<String, Shape>,
    items: Option<Box<Shape>>,
}

impl Shape {
    fn see(&mut self, value: &Value, depth: usize) {
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
                        self.members.entry(name.clone()).or_default().see(value, depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                self.arrays += 1;
                if depth < DEPTH_MAX {
                    let shape = self.items.get_or_insert_default();
                    for item in items {
                        shape.see(item, depth + 1);
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
        let is_moment = text.contains('T') && time::parse(text.as_bytes(), time::TimeUnit::Auto).is_some();
        self.moments += u64::from(is_moment && text.parse::<jiff::Timestamp>().is_ok());
        let is_email =
            text.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.') && !b.contains(' '));
        self.emails += u64::from(is_email);
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
        let (Some((kind, _)), 1) = (kinds.first_key_value(), kinds.len()) else {
            field.nullable = false;
            return field;
        };
        field.r#type = *kind;
        match kind {
            FieldType::Integer | FieldType::Number => {
                (field.min, field.max) = (Some(self.low), Some(self.high));
            }
            FieldType::String if self.uuids == self.texts => field.format = "uuid".to_owned(),
            FieldType::String if self.moments == self.texts => field.format = "date-time".to_owned(),
            FieldType::String if self.emails == self.texts => field.format = "email".to_owned(),
            FieldType::String if !self.many_values && self.texts >= 20 * self.values.len() as u64 => {
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

fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}
