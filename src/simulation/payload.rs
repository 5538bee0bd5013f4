//! Payloads of a run: the same message of the same process always has the same payload, made when asked for.

use serde_json::Value;

use super::random::{hash, mix};
use crate::board::filters::{BODIES, NAMES, filtered_event};
use crate::board::schema::generate::{Process, example_in, identity, is_identity};
use crate::board::{Field, FieldType, Schema};
use crate::pattern::Pattern;

/// How the payloads of one message are made.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Payloads people gave as examples; one of them is the base.
    pub examples: Vec<Value>,
    /// The shape of what is made without examples.
    pub schema: Schema,
    /// The hash of the message's name, which seeds what is made.
    pub salt: u64,
}

/// The payload that started a process, and how it was made: fields of equal name travel on.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The payload.
    pub payload: &'a Value,
    /// The template of its message.
    pub template: &'a Template,
}

/// What a payload depends on.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The run's seed.
    pub seed: u64,
    /// The process.
    pub correlation: u64,
    /// What started it.
    pub start: Option<Start<'a>>,
    /// The only fields that are asked for.
    pub wanted: Option<&'a [String]>,
}

impl Origin<'_> {
    fn process(&self) -> Process {
        Process { seed: mix(self.seed ^ mix(self.correlation)), number: self.correlation }
    }

    fn wants(&self, name: &str) -> bool {
        self.wanted.is_none_or(|wanted| wanted.iter().any(|other| other == name))
    }
}

impl Template {
    /// The template of a message.
    #[must_use]
    pub fn new(name: &str, schema: Schema, examples: Vec<Value>) -> Self {
        Self { examples, schema, salt: hash(name) }
    }

    /// The payload of this message in one process.
    #[must_use]
    pub fn payload(&self, origin: Origin<'_>) -> Value {
        let process = origin.process();
        let seed = mix(process.seed ^ self.salt);
        #[expect(clippy::cast_possible_truncation, reason = "taken modulo a small length")]
        let example = self.examples.get(seed as usize % self.examples.len().max(1));
        let mut value = match example {
            Some(Value::Object(example)) => {
                let own = example.iter().filter(|(name, _)| origin.wants(name));
                own.map(|(name, value)| (name.clone(), self.of_example(name, value, process))).collect()
            }
            _ => example_in(&self.schema, seed, process, origin.wanted),
        };
        if let (Value::Object(object), Some(start)) = (&mut value, origin.start) {
            for (name, value) in object.iter_mut() {
                if let Some(known) = start.payload.get(name).filter(|known| self.takes(name, known, start)) {
                    *value = known.clone();
                }
            }
        }
        value
    }

    /// A field of an example: what identifies something is the process's own.
    fn of_example(&self, name: &str, value: &Value, process: Process) -> Value {
        let Some(text) = value.as_str().filter(|_| is_identity(name)) else { return value.clone() };
        let stated = self.schema.fields.iter().find(|field| field.name == name);
        let mut field = stated.cloned().unwrap_or_else(|| Field::new(name, FieldType::String));
        if is_uuid(text) && field.pattern.is_empty() && field.format.is_empty() {
            "uuid".clone_into(&mut field.format);
        }
        identity(&self.schema, &field, process)
    }

    /// True when a field of the payload that started the process may stand in this message too: it is stated alike,
    /// or nothing is stated here that it could break.
    fn takes(&self, name: &str, known: &Value, start: Start<'_>) -> bool {
        let Some(own) = self.schema.fields.iter().find(|field| field.name == name) else { return true };
        let there = start.template.schema.fields.iter().find(|field| field.name == name);
        match there {
            Some(there) => {
                let bare =
                    |field: &Field| Field { description: String::new(), optional: false, ..field.clone() };
                bare(own) == bare(there)
            }
            None => {
                let right = match own.r#type {
                    FieldType::String => known.is_string(),
                    FieldType::Integer => known.is_i64() || known.is_u64(),
                    FieldType::Number => known.is_number(),
                    FieldType::Boolean => known.is_boolean(),
                    FieldType::Any => true,
                    FieldType::Object | FieldType::Array => false,
                };
                right && *own == Field { r#type: own.r#type, ..Field::new(name, own.r#type) }
            }
        }
    }

    /// What tells the identities of a field apart from those of other processes, when every payload of the message
    /// holds an identity there; equal for two messages whose values are equal.
    #[must_use]
    pub fn identity_salt(&self, name: &str) -> Option<u64> {
        if !is_identity(name) {
            return None;
        }
        let stated = self.schema.fields.iter().find(|field| field.name == name);
        let free = Field::new(name, FieldType::String);
        let field = stated.unwrap_or(&free);
        let always = if self.examples.is_empty() {
            stated.is_some_and(|field| !field.optional)
        } else {
            self.examples.iter().all(|example| example.get(name).is_some_and(Value::is_string))
        };
        let made = field.allowed.is_empty() && field.extra.is_empty() && field.reference.is_empty();
        let mut texts = self.examples.iter().filter_map(|example| example.get(name)?.as_str());
        let uuids = !self.examples.is_empty() && texts.all(is_uuid);
        let format = if uuids && field.format.is_empty() && field.pattern.is_empty() {
            "uuid"
        } else {
            field.format.as_str()
        };
        (always && made && field.r#type == FieldType::String)
            .then(|| hash(&format!("{name} {} {format} {:?} {:?}", field.pattern, field.min, field.max)))
    }

    /// True when some payload of the message holds the field.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.schema.fields.iter().any(|field| field.name == name)
            || self.examples.iter().any(|example| example.get(name).is_some())
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The value at a dotted path.
#[must_use]
pub fn at_path<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, step| value.get(step))
}

/// A content filter with the fields of the payload it looks at.
#[derive(Clone, Debug)]
pub struct Filter {
    pattern: Pattern,
    /// None when it looks at all of them.
    wanted: Option<Vec<String>>,
}

impl Filter {
    /// A filter for what passes a pattern.
    #[must_use]
    pub fn new(pattern: Pattern) -> Self {
        let mut wanted = Some(Vec::new());
        for path in pattern.paths() {
            let mut steps = path.split('.');
            let first = steps.next().unwrap_or_default();
            let name = if BODIES.contains(&first) { steps.next() } else { Some(first) };
            match (&mut wanted, name) {
                // The envelope has the message's name, whatever the payload holds.
                _ if NAMES.contains(&first) => {}
                (Some(wanted), Some(name)) => wanted.push(name.to_owned()),
                _ => wanted = None,
            }
        }
        Self { pattern, wanted }
    }

    /// The fields of the payload the filter looks at; none when it looks at all of them.
    #[must_use]
    pub fn wanted(&self) -> Option<&[String]> {
        self.wanted.as_deref()
    }

    /// True when a message passes. One that comes from an archive says so, as on EventBridge: a filter may leave
    /// replays out.
    #[must_use]
    pub fn passes(&self, name: &str, payload: &Value, replayed: bool) -> bool {
        let mut event = filtered_event(name, payload);
        if let (true, Value::Object(event)) = (replayed, &mut event) {
            event.insert("replay-name".to_owned(), "replay".into());
        }
        self.pattern.matches(event.to_string().as_bytes()).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::board::schema::validate::Validator;

    fn field(name: &str, r#type: FieldType) -> Field {
        Field::new(name, r#type)
    }

    fn template(fields: Vec<Field>) -> Template {
        Template::new("OrderPlaced", Schema { fields, ..Schema::default() }, Vec::new())
    }

    fn origin(correlation: u64) -> Origin<'static> {
        Origin { seed: 7, correlation, start: None, wanted: None }
    }

    #[test]
    fn identities_are_one_in_a_process_and_differ_between_processes() {
        let placed = template(vec![field("orderId", FieldType::String), field("total", FieldType::Number)]);
        let paid = Template::new(
            "Paid",
            placed.schema.clone(),
            vec![serde_json::json!({"orderId": "o-1", "at": 3})],
        );
        let id = |template: &Template, n| template.payload(origin(n))["orderId"].clone();
        assert_eq!(id(&placed, 1), id(&paid, 1));
        assert_ne!(id(&placed, 1), id(&placed, 2));
        assert_eq!(placed.identity_salt("orderId"), paid.identity_salt("orderId"));
        assert!(placed.identity_salt("orderId").is_some());
        assert_eq!(placed.identity_salt("total"), None, "a number identifies nothing");
    }

    #[test]
    fn values_keep_to_the_pattern_and_a_value_that_would_break_it_does_not_travel_on() {
        let mut code = field("code", FieldType::String);
        code.pattern = "^[A-Z]{3}-\\d{2}$".to_owned();
        let strict = template(vec![code, field("orderId", FieldType::String)]);
        let loose = template(vec![field("code", FieldType::String), field("orderId", FieldType::String)]);
        let payload = loose.payload(origin(3));
        let start = Some(Start { payload: &payload, template: &loose });
        let made = strict.payload(Origin { start, ..origin(3) });
        assert!(Validator::new(&strict.schema).unwrap().problems(&made).is_empty(), "{made}");
        assert_eq!(made["orderId"], payload["orderId"]);
        assert_eq!(loose.payload(Origin { start, ..origin(3) }), payload, "what is stated alike travels on");
    }

    proptest! {
        /// A field made alone is the field of the whole payload.
        #[test]
        fn a_part_is_part_of_the_whole(correlation in 1u64..10_000, at in 0usize..3) {
            let names = ["orderId", "total", "note"];
            let all = template(vec![
                field("orderId", FieldType::String), field("total", FieldType::Number), field("note", FieldType::String),
            ]);
            let whole = all.payload(origin(correlation));
            let wanted = [names[at].to_owned()];
            let part = all.payload(Origin { wanted: Some(&wanted), ..origin(correlation) });
            prop_assert_eq!(&part, &serde_json::json!({ names[at]: whole[names[at]].clone() }));
        }
    }

    #[test]
    fn a_filter_asks_for_the_fields_it_looks_at() {
        let filter = |text: &str| Filter::new(Pattern::parse(text).unwrap());
        let of = |text: &str| filter(text).wanted().map(<[String]>::to_vec);
        assert_eq!(of(r#"{"data": {"total": [{"numeric": [">", 5]}]}}"#), Some(vec!["total".to_owned()]));
        assert_eq!(of(r#"{"total": [{"numeric": [">", 5]}]}"#), Some(vec!["total".to_owned()]));
        let payload = serde_json::json!({"total": 9});
        assert!(filter(r#"{"type": ["OrderPlaced"], "detail": {"total": [9]}}"#).passes(
            "OrderPlaced",
            &payload,
            false
        ));
        assert!(!filter(r#"{"type": ["OrderPaid"]}"#).passes("OrderPlaced", &payload, false));
        let fresh = filter(r#"{"replay-name": [{"exists": false}]}"#);
        assert!(fresh.passes("OrderPlaced", &payload, false) && !fresh.passes("OrderPlaced", &payload, true));
    }
}
