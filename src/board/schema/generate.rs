//! Example payloads from a schema: the same seed gives the same payload, and the payload is valid where one can be.

mod text;

use serde_json::{Map, Value, json};

use super::json_schema::{read_field, unescape_token};
use super::{Field, FieldType, Schema};

/// How deep shapes that contain themselves are followed before optional parts are left out.
const DEPTH_MAX: usize = 8;
/// How deep at most, required or not: a shape that requires itself has no finite payload.
const DEPTH_END: usize = 24;

/// An example payload. What `examples`, `default` or `const` state is preferred to invention.
#[must_use]
pub fn example(schema: &Schema, seed: u64) -> Value {
    Maker { schema, process: None, wanted: None }.whole(seed)
}

/// What the payloads of one process share: fields that identify something, such as `orderId`, hold the same value
/// in every message of the process, and another one in every other process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// The seed of its identities.
    pub seed: u64,
    /// Its number.
    pub number: u64,
}

/// An example payload of a message in a process. With `wanted` only those of its fields are made, with the values
/// they have in the whole.
#[must_use]
pub fn example_in(schema: &Schema, seed: u64, process: Process, wanted: Option<&[String]>) -> Value {
    Maker { schema, process: Some(process), wanted }.whole(seed)
}

/// The value of an identifying field in a process.
#[must_use]
pub fn identity(schema: &Schema, field: &Field, process: Process) -> Value {
    let maker = Maker { schema, process: Some(process), wanted: None };
    maker.value(field, below(process.seed, &field.name), 1)
}

/// True for the names of fields that identify something.
#[must_use]
pub fn is_identity(name: &str) -> bool {
    name == "id" || name.ends_with("Id") || name.ends_with("_id") || name.ends_with("ID")
}

struct Maker<'a> {
    schema: &'a Schema,
    process: Option<Process>,
    wanted: Option<&'a [String]>,
}

impl Maker<'_> {
    fn whole(&self, seed: u64) -> Value {
        let schema = self.schema;
        let root = Field {
            r#type: match schema.extra.get("type") {
                None | Some(Value::Null) => FieldType::Object,
                Some(_) => FieldType::Any,
            },
            fields: schema.fields.clone(),
            extra: schema.extra.clone(),
            ..Field::default()
        };
        // Values hang on the seed and their place, so that adding a field leaves the others as they were.
        self.value(&root, mix(seed ^ 0x9e37_79b9_7f4a_7c15), 0)
    }

    /// The process whose identity a field holds, if it holds one.
    fn identified(&self, name: &str) -> Option<Process> {
        self.process.filter(|_| is_identity(name))
    }

    /// A seed for a field of an object with this seed.
    fn below(&self, seed: u64, name: &str) -> u64 {
        self.identified(name).map_or_else(|| below(seed, name), |process| below(process.seed, name))
    }
}

/// One step of the SplitMix64 generator (Steele, Lea and Flood, 2014).
pub(super) const fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A seed for what lies at `name` below a place with this seed.
fn below(seed: u64, name: &str) -> u64 {
    name.bytes().fold(mix(seed), |hash, byte| mix(hash ^ u64::from(byte)))
}

impl Maker<'_> {
    fn value(&self, field: &Field, seed: u64, depth: usize) -> Value {
        if depth > DEPTH_END {
            return Value::Null;
        }
        if let Some(stated) = stated(field, seed) {
            return stated;
        }
        if !field.reference.is_empty() {
            let Some(target) = self.schema.definitions.get(&field.reference) else { return json!({}) };
            if field.nullable && depth >= DEPTH_MAX {
                return Value::Null;
            }
            let named = Field { name: field.name.clone(), ..target.clone() };
            return self.value(&named, seed, depth + 1);
        }
        if let Some(value) = self.combined(field, seed, depth) {
            return value;
        }
        match effective_type(field) {
            FieldType::String => Value::String(text::text(field, seed, self.number_of(field))),
            FieldType::Integer | FieldType::Number => number(field, seed, self.number_of(field)),
            FieldType::Boolean => Value::Bool(seed & 1 == 1),
            FieldType::Object => Value::Object(self.object(field, seed, depth)),
            FieldType::Array => self.array(field, seed, depth),
            FieldType::Any if field.extra.get("type") == Some(&json!("null")) => Value::Null,
            FieldType::Any => {
                let plain = Field::new(&field.name, FieldType::String);
                Value::String(text::text(&plain, seed, self.number_of(field)))
            }
        }
    }

    fn number_of(&self, field: &Field) -> Option<u64> {
        self.identified(&field.name).map(|process| process.number)
    }

    fn object(&self, field: &Field, seed: u64, depth: usize) -> Map<String, Value> {
        let mut out = Map::new();
        let left_out = |name: &str| depth == 0 && self.wanted.is_some_and(|w| !w.iter().any(|w| w == name));
        for child in field.fields.iter().filter(|child| !left_out(&child.name)) {
            let seed = self.below(seed, &child.name);
            let wanted = !child.optional || depth < DEPTH_MAX && !mix(seed ^ 1).is_multiple_of(4);
            if wanted && !out.contains_key(&child.name) {
                out.insert(child.name.clone(), self.value(child, seed, depth + 1));
            }
        }
        for name in field.extra.get("required").and_then(Value::as_array).into_iter().flatten() {
            if let Some(name) = name.as_str().filter(|name| !out.contains_key(*name) && !left_out(name)) {
                let child = field.fields.iter().find(|child| child.name == name);
                let free = Field::new(name, FieldType::Any);
                let value = self.value(child.unwrap_or(&free), self.below(seed, name), depth + 1);
                out.insert(name.to_owned(), value);
            }
        }
        let least = field.min.filter(|_| field.r#type == FieldType::Object).unwrap_or(0.0);
        let open = field.extra.get("additionalProperties").is_none_or(|more| more != &Value::Bool(false));
        #[expect(clippy::cast_precision_loss, reason = "a count of fields")]
        while open && (out.len() as f64) < least.min(1_000.0) {
            let name = format!("field{}", out.len() + 1);
            let more = field.extra.get("additionalProperties").filter(|more| more.is_object());
            let more =
                more.map_or_else(|| Field::new(&name, FieldType::String), |more| read_field(&name, more));
            let value = self.value(&more, below(seed, &name), depth + 1);
            out.insert(name, value);
        }
        out
    }

    fn array(&self, field: &Field, seed: u64, depth: usize) -> Value {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast of floats saturates"
        )]
        let size = |bound: f64| bound.min(1_000.0) as usize;
        let least = field.min.map_or(0, |min| size(min.ceil()));
        let most = field.max.map_or(usize::MAX, |max| size(max.floor()));
        let usual = if depth < DEPTH_MAX { 1 + usize::from(mix(seed) & 1 == 1) } else { 0 };
        let count = usual.clamp(least, most.max(least));
        let unique = field.extra.get("uniqueItems") == Some(&Value::Bool(true));
        let heads: Vec<Field> = field
            .extra
            .get("prefixItems")
            .and_then(Value::as_array)
            .map(|heads| heads.iter().map(|head| read_field("", head)).collect())
            .unwrap_or_default();
        let free = Field::new(&field.name, FieldType::Any);
        let items = field.items.as_deref().unwrap_or(&free);
        let count = count.max(heads.len().min(most));
        let mut out: Vec<Value> = Vec::new();
        for at in 0..count {
            let item = heads.get(at).unwrap_or(items);
            let item = Field { name: singular(&field.name), ..item.clone() };
            let mut value = Value::Null;
            for attempt in 0..32_u64 {
                value = self.value(&item, mix(seed ^ mix(at as u64 + 1) ^ (attempt << 32)), depth + 1);
                if !unique || !out.contains(&value) {
                    break;
                }
            }
            if !unique || !out.contains(&value) {
                out.push(value);
            }
        }
        Value::Array(out)
    }

    /// `oneOf`, `anyOf`, `allOf` and references kept verbatim: one branch, or all of them together.
    fn combined(&self, field: &Field, seed: u64, depth: usize) -> Option<Value> {
        if let Some(reference) = field.extra.get("$ref").and_then(Value::as_str) {
            let name = reference.strip_prefix("#/$defs/").map(unescape_token);
            let target = name.and_then(|name| self.schema.definitions.get(&name));
            return Some(target.map_or(json!({}), |target| self.value(target, seed, depth + 1)));
        }
        let branches =
            |keyword: &str| field.extra.get(keyword).and_then(Value::as_array).filter(|b| !b.is_empty());
        let mut parts: Vec<Value> = Vec::new();
        for keyword in ["oneOf", "anyOf"] {
            if let Some(all) = branches(keyword) {
                // Deep down the branches that end come first: null, then anything without a reference.
                let plain = |branch: &&Value| branch.get("$ref").is_none();
                let chosen = if depth >= DEPTH_MAX { all.iter().find(plain) } else { None };
                #[expect(clippy::cast_possible_truncation, reason = "taken modulo a small length")]
                let chosen = chosen.unwrap_or(&all[mix(seed) as usize % all.len()]);
                parts.push(chosen.clone());
            }
        }
        parts.extend(branches("allOf").into_iter().flatten().cloned());
        if parts.is_empty() {
            return None;
        }
        let mut whole = None;
        let own =
            if field.fields.is_empty() { None } else { Some(Value::Object(self.object(field, seed, depth))) };
        for part in
            parts.iter().map(|part| self.value(&read_field(&field.name, part), seed, depth + 1)).chain(own)
        {
            whole = Some(match (whole, part) {
                (Some(Value::Object(mut all)), Value::Object(more)) => {
                    all.extend(more);
                    Value::Object(all)
                }
                (_, part) => part,
            });
        }
        whole
    }
}

/// What the schema itself offers as a value.
fn stated(field: &Field, seed: u64) -> Option<Value> {
    let pick = |values: &[Value]| {
        #[expect(clippy::cast_possible_truncation, reason = "taken modulo a small length")]
        values.get(mix(seed) as usize % values.len().max(1)).cloned()
    };
    if let Some(value) = field.extra.get("const") {
        return Some(value.clone());
    }
    if let Some(values) = field.extra.get("examples").and_then(Value::as_array).filter(|v| !v.is_empty()) {
        return pick(values);
    }
    if let Some(value) = field.extra.get("example").or_else(|| field.extra.get("default")) {
        return Some(value.clone());
    }
    pick(&field.allowed)
}

/// The type a value gets when none, or several, are stated.
fn effective_type(field: &Field) -> FieldType {
    if field.r#type != FieldType::Any {
        return field.r#type;
    }
    let named = match field.extra.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    };
    match named {
        Some("string") => FieldType::String,
        Some("integer") => FieldType::Integer,
        Some("number") => FieldType::Number,
        Some("boolean") => FieldType::Boolean,
        Some("array") => FieldType::Array,
        Some("object") => FieldType::Object,
        _ if !field.fields.is_empty() => FieldType::Object,
        _ if field.items.is_some() => FieldType::Array,
        _ if field.min.is_some() || field.max.is_some() => FieldType::Number,
        _ if !field.pattern.is_empty() || !field.format.is_empty() => FieldType::String,
        _ => FieldType::Any,
    }
}

/// A number within the bounds, on the grid of `multipleOf`. Amounts of money get two places. `wish` is the number to
/// count to from the least one, as far as there is room.
fn number(field: &Field, seed: u64, wish: Option<u64>) -> Value {
    let keyword = |key: &str| field.extra.get(key).and_then(Value::as_f64);
    let whole = effective_type(field) == FieldType::Integer;
    let grid = keyword("multipleOf").filter(|step| *step > 0.0).unwrap_or(if whole { 1.0 } else { 0.01 });
    let grid = if whole { grid.max(1.0) } else { grid };
    let above = keyword("exclusiveMinimum");
    let under = keyword("exclusiveMaximum");
    let least = field.min.into_iter().chain(above).reduce(f64::max);
    let most = field.max.into_iter().chain(under).reduce(f64::min);
    let (low, high) = match (least, most) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low + 100.0 * grid.max(1.0)),
        (None, Some(high)) => (high - 100.0 * grid.max(1.0), high),
        (None, None) => (1.0, 100.0 * grid.max(1.0)),
    };
    let first = (low / grid).ceil()
        + if above.is_some_and(|above| (low / grid).ceil() * grid <= above) { 1.0 } else { 0.0 };
    let last = (high / grid).floor()
        - if under.is_some_and(|under| (high / grid).floor() * grid >= under) { 1.0 } else { 0.0 };
    if last < first {
        // No place on the grid: anything between will do, where the type allows it.
        let middle = f64::midpoint(low, high);
        return json!(if whole { middle.round() } else { middle });
    }
    #[expect(clippy::cast_precision_loss, reason = "a fraction needs no more than 53 bits")]
    let fraction = (mix(seed) >> 11) as f64 / (1_u64 << 53) as f64;
    #[expect(clippy::cast_precision_loss, reason = "numbers of processes are small")]
    let step = match wish {
        Some(wish) if most.is_none() => first + wish as f64,
        Some(wish) => first + (wish as f64) % (last - first + 1.0),
        None => first + (fraction * (last - first + 1.0)).floor().min(last - first),
    };
    // Dividing by the inverse keeps 0.01 steps at their shortest spelling.
    let inverse = (1.0 / grid).round();
    let value = if grid < 1.0 && (inverse * grid - 1.0).abs() < 1e-12 { step / inverse } else { step * grid };
    #[expect(clippy::cast_possible_truncation, reason = "whole and small, checked")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

/// `items` holds an `item`.
fn singular(name: &str) -> String {
    name.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with('s')).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests;
