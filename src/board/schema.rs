//! The shape of a message: fields with types and constraints, one step short of JSON Schema.
//!
//! Boards state schemas as a table of fields because that is what people fill in together. What the table cannot
//! say is kept verbatim in `extra`, so that an imported JSON Schema comes back out whole.

pub mod compatibility;
pub mod generate;
pub mod infer;
pub mod json_schema;
pub mod validate;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::record::{is_default, record};

/// The JSON type of a field.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// An object with fields of its own.
    Object,
    /// A list of items of one shape.
    Array,
    /// Anything at all, null included.
    Any,
}

impl FieldType {
    /// The name JSON Schema gives it; none for "anything".
    #[must_use]
    pub const fn json_name(self) -> Option<&'static str> {
        Some(match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::Any => return None,
        })
    }
}

record! {
    /// One field of a message, or the items of a list (whose `name` is then empty).
    pub struct Field {
        /// The key in the JSON object.
        pub name: String,
        /// Its JSON type.
        pub r#type: FieldType,
        /// A JSON Schema `format` such as `uuid`, `date-time` or `email`; empty for none.
        pub format: String,
        /// May be left out. Fields are required unless they say so.
        pub optional: bool,
        /// May be null as well.
        pub nullable: bool,
        /// What it means, in a sentence.
        pub description: String,
        /// The only values allowed, if limited.
        pub allowed: Vec<Value>,
        /// The least number allowed, or the least length of a text or list.
        pub min: Option<f64>,
        /// The greatest number allowed, or the greatest length of a text or list.
        pub max: Option<f64>,
        /// A regular expression the text must match; empty for none.
        pub pattern: String,
        /// The fields of an object.
        pub fields: Vec<Field>,
        /// The items of a list.
        pub items: Option<Box<Field>>,
        /// The name of a shared definition this field refers to (for recursive shapes); empty for none.
        pub reference: String,
        /// JSON Schema keywords this table has no column for, kept verbatim.
        pub extra: BTreeMap<String, Value>,
    }
}

record! {
    /// The shape of a message's payload: an object with fields.
    pub struct Schema {
        /// The fields, in the order people read them.
        pub fields: Vec<Field>,
        /// Fields not named here are refused.
        pub closed: bool,
        /// Shared definitions that fields may refer to by name.
        pub definitions: BTreeMap<String, Field>,
        /// JSON Schema keywords this table has no column for, kept verbatim.
        pub extra: BTreeMap<String, Value>,
    }
}

impl Field {
    /// A required field of a plain type.
    #[must_use]
    pub fn new(name: impl Into<String>, r#type: FieldType) -> Self {
        Self { name: name.into(), r#type, ..Self::default() }
    }
}

impl Schema {
    /// The number of leaf fields, nested ones included: what "80+ fields" counts.
    #[must_use]
    pub fn leaf_count(&self) -> usize {
        fn leaves(field: &Field) -> usize {
            match (&field.items, field.fields.is_empty()) {
                (_, false) => field.fields.iter().map(leaves).sum(),
                (Some(items), true) if !items.fields.is_empty() => leaves(items),
                _ => 1,
            }
        }
        self.fields.iter().map(leaves).sum()
    }

    /// Every leaf's dotted path, in order. Lists do not add a step: `items.name` is the name in each item.
    #[must_use]
    pub fn leaf_paths(&self) -> Vec<String> {
        fn walk(prefix: &str, field: &Field, out: &mut Vec<String>) {
            let path =
                if prefix.is_empty() { field.name.clone() } else { format!("{prefix}.{}", field.name) };
            let inner = match &field.items {
                Some(items) if field.fields.is_empty() => &items.fields,
                _ => &field.fields,
            };
            if inner.is_empty() {
                out.push(path);
            } else {
                for child in inner {
                    walk(&path, child, out);
                }
            }
        }
        let mut out = Vec::new();
        for field in &self.fields {
            walk("", field, &mut out);
        }
        out
    }

    /// The field at a dotted path, looking through lists.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&Field> {
        let mut fields = &self.fields;
        let mut steps = path.split('.').peekable();
        while let Some(step) = steps.next() {
            let field = fields.iter().find(|field| field.name == step)?;
            if steps.peek().is_none() {
                return Some(field);
            }
            fields = match &field.items {
                Some(items) if field.fields.is_empty() => &items.fields,
                _ => &field.fields,
            };
        }
        None
    }

    /// True when nothing at all is said about the payload.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        is_default(self)
    }
}

record! {
    /// One version of a message's contract.
    pub struct Version {
        /// Its name: `"1"`, `"2.1"`.
        pub version: String,
        /// The payload's shape.
        pub schema: Schema,
        /// Real payloads, each valid under the schema.
        pub examples: Vec<Value>,
        /// The day after which it may disappear, as `YYYY-MM-DD`; empty while it is in force.
        pub deprecated: String,
        /// What changed, in a sentence.
        pub notes: String,
    }
}
