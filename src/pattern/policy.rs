//! SNS filter policies: the same conditions, on a message's attributes or on its body.

use super::Pattern;
use super::error::{PatternError, Reason};
use super::json::check_event;
use super::parse::Grammar;

/// What a filter policy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PolicyScope {
    /// The attributes sent along with a message: SNS's default.
    #[default]
    MessageAttributes,
    /// The message itself, when it is a JSON object.
    MessageBody,
}

/// A message attribute as SNS has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// `String`, `Number`, `String.Array` or `Binary`, with an optional label after a dot.
    pub data_type: String,
    /// The value's text; of a `String.Array`, its JSON.
    pub value: String,
}

/// The most keys a policy may have: of the whole policy for attributes, at its top for bodies.
pub const MAX_POLICY_KEYS: usize = 5;

/// The most combinations of values a policy may have: the numbers of values multiplied, each times its depth.
pub const MAX_POLICY_COMBINATIONS: usize = 150;

/// A filter policy of a subscription to a topic.
///
/// Beyond what SNS takes, a bare value stands for a list of one. A policy without keys lets everything pass.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterPolicy {
    scope: PolicyScope,
    pattern: Pattern,
}

impl FilterPolicy {
    /// Parses and checks a policy.
    ///
    /// # Errors
    /// As [`Pattern::parse`], and when a limit of SNS is exceeded.
    pub fn parse(text: &str, scope: PolicyScope) -> Result<FilterPolicy, PatternError> {
        let pattern = Pattern::parse_as(text, Grammar::FilterPolicy)?;
        let refuse = |reason, path: &str| Err(PatternError { path: path.to_owned(), reason, offset: 0 });
        let parsed = pattern.parsed();
        // Attribute names may hold dots, so that nesting is told by the text, not by the path.
        if scope == PolicyScope::MessageAttributes
            && let Some(field) = parsed.fields.iter().find(|field| field.depth > 1)
        {
            return refuse(Reason::NestedPolicy, &field.path);
        }
        if parsed.top_keys > MAX_POLICY_KEYS {
            return refuse(Reason::TooManyKeys(MAX_POLICY_KEYS), "");
        }
        let mut total = 0_usize;
        for branch in &parsed.branches {
            let product = branch.values().fold(1_usize, |product, &field| {
                let field = &parsed.fields[field];
                product.saturating_mul(field.alternatives.len()).saturating_mul(field.depth)
            });
            total = total.saturating_add(product);
        }
        if total > MAX_POLICY_COMBINATIONS {
            return refuse(Reason::PolicyTooComplex, "");
        }
        Ok(FilterPolicy { scope, pattern })
    }

    /// What the policy looks at.
    #[must_use]
    pub fn scope(&self) -> PolicyScope {
        self.scope
    }

    /// The policy as a pattern, for explanations.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Whether a message passes. A body that is no JSON object passes only a policy without keys.
    #[must_use]
    pub fn matches(&self, attributes: &[(String, Attribute)], body: &[u8]) -> bool {
        if self.pattern.parsed().fields.is_empty() {
            return true;
        }
        match self.scope {
            PolicyScope::MessageBody => self.pattern.matches(body).unwrap_or(false),
            PolicyScope::MessageAttributes => {
                self.pattern.matches(attributes_as_event(attributes).as_bytes()).unwrap_or(false)
            }
        }
    }
}

/// The attributes as the event a policy sees.
#[must_use]
pub fn attributes_as_event(attributes: &[(String, Attribute)]) -> String {
    let mut event = String::from("{");
    for (name, attribute) in attributes {
        if event.len() > 1 {
            event.push(',');
        }
        event.push_str(&quoted(name));
        event.push(':');
        event.push_str(&attribute_json(attribute));
    }
    event.push('}');
    event
}

/// An attribute's value as JSON; what is not what it claims to be stays a string.
fn attribute_json(attribute: &Attribute) -> String {
    let value = attribute.value.trim();
    // A value is checked by putting it in the place where it will stand.
    let stands = |value: &str| check_event(format!("{{\"v\":{value}}}").as_bytes()).is_ok();
    let is_type = |name: &str| {
        let rest = attribute.data_type.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if is_type("String.Array") && value.starts_with('[') && stands(value) {
        return value.to_owned();
    }
    if is_type("Number") && value.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && stands(value) {
        return value.to_owned();
    }
    quoted(&attribute.value)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
