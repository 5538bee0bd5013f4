//! Payloads against their schema, by an independent JSON Schema validator (draft 2020-12, formats checked).

use serde_json::Value;

use super::Schema;
use super::json_schema::to_json_schema;

/// Something about a payload that its schema does not allow, or about a schema that no payload could meet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Problem {
    /// Where in the payload, as a JSON pointer; empty for the whole.
    pub path: String,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// A schema made ready to check many payloads.
#[derive(Debug)]
pub struct Validator(jsonschema::Validator);

impl Validator {
    /// Makes a table of fields ready.
    ///
    /// # Errors
    /// When it is no valid schema: a pattern that is no regular expression, a reference out of the document.
    pub fn new(schema: &Schema) -> Result<Self, Problem> {
        Self::of_json_schema(&to_json_schema(schema))
    }

    /// Makes a JSON Schema ready, in the draft it names or else 2020-12. References out of it are never fetched.
    ///
    /// # Errors
    /// When it is no valid schema.
    pub fn of_json_schema(schema: &Value) -> Result<Self, Problem> {
        let options = jsonschema::options().should_validate_formats(true);
        options.build(schema).map(Self).map_err(|error| problem(&error))
    }

    /// Every problem of a payload, in the order of the schema.
    #[must_use]
    pub fn problems(&self, payload: &Value) -> Vec<Problem> {
        self.0.iter_errors(payload).map(|error| problem(&error)).collect()
    }

    /// True when a payload has no problem: faster than listing them.
    #[must_use]
    pub fn is_valid(&self, payload: &Value) -> bool {
        self.0.is_valid(payload)
    }
}

/// The problems of one payload. To check many, make a [`Validator`] once.
#[must_use]
pub fn validate(schema: &Schema, payload: &Value) -> Vec<Problem> {
    match Validator::new(schema) {
        Ok(validator) => validator.problems(payload),
        Err(problem) => vec![problem],
    }
}

/// Longest text quoted from a payload in a message, in characters.
const QUOTED_MAX: usize = 240;

fn problem(error: &jsonschema::ValidationError) -> Problem {
    let message = error.to_string();
    let message = match message.char_indices().nth(QUOTED_MAX) {
        Some((at, _)) => format!("{}…", &message[..at]),
        None => message,
    };
    Problem { path: error.instance_path().to_string(), message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Field, FieldType};
    use super::*;

    #[test]
    fn problems_name_their_place() {
        let lines = Field {
            items: Some(Box::new(Field {
                fields: vec![Field::new("quantity", FieldType::Integer)],
                ..Field::new("", FieldType::Object)
            })),
            ..Field::new("items", FieldType::Array)
        };
        let schema =
            Schema { fields: vec![Field::new("orderId", FieldType::String), lines], ..Schema::default() };
        assert_eq!(validate(&schema, &json!({"orderId": "o-1", "items": [{"quantity": 2}]})), []);
        let problems = validate(&schema, &json!({"items": [{"quantity": 1.5}]}));
        let places: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert!(places.contains(&"/items/0/quantity") && places.contains(&""), "{problems:?}");
    }

    #[test]
    fn formats_are_checked() {
        let field = Field { format: "date-time".into(), ..Field::new("at", FieldType::String) };
        let schema = Schema { fields: vec![field], ..Schema::default() };
        assert_eq!(validate(&schema, &json!({"at": "2026-01-01T00:00:00Z"})), []);
        assert_eq!(validate(&schema, &json!({"at": "yesterday"})).len(), 1);
    }

    #[test]
    fn a_schema_that_is_none_is_a_problem_not_a_panic() {
        let broken = Field { pattern: "(".into(), ..Field::new("id", FieldType::String) };
        let schema = Schema { fields: vec![broken], ..Schema::default() };
        assert_eq!(validate(&schema, &json!({"id": "x"})).len(), 1);
        let remote = Field {
            extra: [("$ref".to_owned(), json!("https://example.com/x.json"))].into(),
            ..Field::new("id", FieldType::Any)
        };
        let schema = Schema { fields: vec![remote], ..Schema::default() };
        assert_eq!(validate(&schema, &json!({"id": "x"})).len(), 1, "it is not fetched");
    }
}
