//! Payloads made from schemas: the same message of the same process always has the same payload, made when asked for.

use serde_json::{Map, Value};

use super::random::{Stream, hash, mix};
use crate::board::{Field, FieldType, Schema};

/// How the payloads of one message are made.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Payloads people gave as examples; one of them is the base.
    pub examples: Vec<Value>,
    /// The shape of what is made without examples.
    pub schema: Schema,
    /// The name of the message, which seeds what is made.
    pub name: String,
}

/// What a payload depends on.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The run's seed.
    pub seed: u64,
    /// The process.
    pub correlation: u64,
    /// The payload that started the process: fields of equal name travel on.
    pub entry: Option<&'a Value>,
}

/// How deep generated values may nest: recursive schemas end here.
const DEPTH: u32 = 6;

impl Template {
    /// The payload of this message in one process.
    #[must_use]
    pub fn payload(&self, origin: Origin<'_>) -> Value {
        let mut stream = Stream::new(origin.seed ^ mix(origin.correlation), &self.name);
        let example = match self.examples.len() as u64 {
            0 => None,
            count => self.examples.get(stream.below(count) as usize),
        };
        let mut value = match example {
            Some(Value::Object(object)) => Value::Object(object.clone()),
            _ => Value::Object(self.object(&self.schema.fields, origin, &mut stream, 0)),
        };
        if let (Value::Object(object), true) = (&mut value, example.is_some()) {
            for (name, value) in object.iter_mut() {
                if is_identity(name)
                    && let Some(text) = value.as_str()
                {
                    *value = Value::String(if is_uuid(text) {
                        uuid(origin, name)
                    } else {
                        identity(name, origin)
                    });
                }
            }
        }
        if let (Value::Object(object), Some(Value::Object(entry))) = (&mut value, origin.entry) {
            for (name, value) in object.iter_mut() {
                if let Some(known) = entry.get(name) {
                    *value = known.clone();
                }
            }
        }
        value
    }

    fn object(
        &self,
        fields: &[Field],
        origin: Origin<'_>,
        stream: &mut Stream,
        depth: u32,
    ) -> Map<String, Value> {
        let fields = fields.iter().filter(|field| depth < DEPTH || !field.optional);
        fields.map(|field| (field.name.clone(), self.value(field, origin, stream, depth))).collect()
    }

    fn value(&self, field: &Field, origin: Origin<'_>, stream: &mut Stream, depth: u32) -> Value {
        if !field.allowed.is_empty() {
            let at = stream.below(field.allowed.len() as u64) as usize;
            return field.allowed[at].clone();
        }
        if !field.reference.is_empty()
            && depth < DEPTH
            && let Some(shared) = self.schema.definitions.get(&field.reference)
        {
            return self.value(shared, origin, stream, depth + 1);
        }
        match field.r#type {
            FieldType::String => Value::String(text(field, origin, stream)),
            FieldType::Integer => Value::from(whole(field, stream)),
            FieldType::Number => {
                let (low, high) =
                    (field.min.unwrap_or(1.0), field.max.unwrap_or(field.min.unwrap_or(1.0) + 999.0));
                let value = low + (high - low) * stream.unit();
                Value::from(libm::round(value * 100.0) / 100.0).clamp_into(low, high)
            }
            FieldType::Boolean => Value::Bool(stream.chance(0.5)),
            FieldType::Object => Value::Object(self.object(&field.fields, origin, stream, depth + 1)),
            FieldType::Array => {
                let least = field.min.map_or(1, |min| min.max(0.0) as u64);
                let most =
                    field.max.map_or(least.max(3), |max| (max.max(0.0) as u64).min(least + 8)).max(least);
                let count = if depth >= DEPTH { least } else { least + stream.below(most - least + 1) };
                let items = field.items.as_deref();
                (0..count)
                    .map(|_| items.map_or(Value::Null, |item| self.value(item, origin, stream, depth + 1)))
                    .collect()
            }
            FieldType::Any => Value::Null,
        }
    }
}

trait ClampInto {
    fn clamp_into(self, low: f64, high: f64) -> Self;
}

impl ClampInto for Value {
    /// Rounding must not carry a number over its bounds.
    fn clamp_into(self, low: f64, high: f64) -> Self {
        match self.as_f64() {
            Some(value) if value < low => Self::from(low),
            Some(value) if value > high => Self::from(high),
            _ => self,
        }
    }
}

fn is_identity(name: &str) -> bool {
    name == "id" || name.ends_with("Id") || name.ends_with("_id") || name.ends_with("ID")
}

/// Identities are the same wherever they appear in one process: `orderId` here is `orderId` there.
fn identity(name: &str, origin: Origin<'_>) -> String {
    let stem =
        name.strip_suffix("_id").or_else(|| name.strip_suffix("Id")).or_else(|| name.strip_suffix("ID"));
    match stem.filter(|stem| !stem.is_empty()) {
        Some(stem) => format!("{stem}-{:06}", origin.correlation),
        None => format!("{:06}", origin.correlation),
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn uuid(origin: Origin<'_>, name: &str) -> String {
    let bits = |salt: u64| mix(origin.seed ^ mix(origin.correlation ^ hash(name)) ^ salt);
    let (high, low) = (bits(1), bits(2));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

const WORDS: [&str; 16] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbour", "iris", "juniper", "kestrel",
    "linden", "meadow", "north", "opal", "pine",
];

fn text(field: &Field, origin: Origin<'_>, stream: &mut Stream) -> String {
    let word = |stream: &mut Stream| WORDS[stream.below(WORDS.len() as u64) as usize];
    let days = stream.below(365);
    let mut text = match field.format.as_str() {
        "uuid" => uuid(origin, &field.name),
        "date-time" => {
            let (month, day) = (days / 31 + 1, days % 28 + 1);
            format!(
                "2026-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
                stream.below(24),
                stream.below(60),
                stream.below(60)
            )
        }
        "date" => format!("2026-{:02}-{:02}", days / 31 + 1, days % 28 + 1),
        "time" => format!("{:02}:{:02}:00Z", stream.below(24), stream.below(60)),
        "email" => format!("{}.{}@example.com", word(stream), word(stream)),
        "uri" | "uri-reference" | "url" => {
            format!("https://example.com/{}/{}", word(stream), stream.below(1_000))
        }
        "ipv4" => format!("192.0.2.{}", stream.below(256)),
        "hostname" => format!("{}.example.com", word(stream)),
        _ if is_identity(&field.name) => identity(&field.name, origin),
        _ => word(stream).to_owned(),
    };
    if field.format.is_empty() {
        let least = field.min.map_or(0, |min| min.max(0.0) as usize);
        while text.len() < least {
            text.push_str(word(stream));
        }
        if let Some(max) = field.max {
            text.truncate(max.max(0.0) as usize);
        }
    }
    text
}

fn whole(field: &Field, stream: &mut Stream) -> i64 {
    let low = field.min.map_or(1, |min| libm::ceil(min) as i64);
    let high = field.max.map_or(low.saturating_add(99), |max| libm::floor(max) as i64).max(low);
    low.saturating_add(stream.below(high.saturating_sub(low) as u64 + 1) as i64)
}

/// The value at a dotted path.
#[must_use]
pub fn at_path<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, step| value.get(step))
}

/// True when a message passes a content filter.
#[must_use]
pub fn passes(filter: &crate::pattern::Pattern, name: &str, payload: &Value) -> bool {
    let event = crate::board::filters::filtered_event(name, payload);
    filter.matches(event.to_string().as_bytes()).unwrap_or(false)
}
