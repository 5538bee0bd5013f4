//! Event patterns as rules state them: which events, from whom, and what else must hold.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Gathered;

/// A pattern taken apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Pattern {
    /// Detail types that are matched as a whole.
    types: Vec<String>,
    /// Ways to match a detail type in part, spelt as names.
    partly: Vec<String>,
    /// Sources that are matched as a whole.
    pub sources: Vec<String>,
    /// What else must hold, in the grammar of the board's filters.
    pub filter: Option<Value>,
}

impl Pattern {
    pub(super) fn new(pattern: &Value) -> Self {
        let mut out = Self::default();
        let mut rest = Map::new();
        for (key, value) in pattern.as_object().into_iter().flatten() {
            match key.as_str() {
                "detail-type" => {
                    for one in value.as_array().into_iter().flatten() {
                        match one {
                            Value::String(name) => out.types.push(name.clone()),
                            other => out.partly.push(partly(other)),
                        }
                    }
                }
                "source" => {
                    let all = value.as_array().map_or(&[][..], Vec::as_slice);
                    let plain: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
                    if plain.len() == all.len() {
                        out.sources.extend(plain.into_iter().map(str::to_owned));
                    } else {
                        rest.insert(key.clone(), value.clone());
                    }
                }
                _ => {
                    rest.insert(key.clone(), value.clone());
                }
            }
        }
        out.filter = match (rest.len(), rest.remove("detail")) {
            (0, _) => None,
            (1, Some(detail)) => Some(detail),
            (_, detail) => {
                rest.extend(detail.map(|detail| ("detail".to_owned(), detail)));
                Some(Value::Object(rest))
            }
        };
        out
    }

    /// What its events are called. One that names none is called after its sources, and told.
    pub(super) fn names(&self, about: &str, into: &mut Gathered) -> BTreeSet<String> {
        let mut out: BTreeSet<String> = self.types.iter().cloned().collect();
        for name in &self.partly {
            into.remark(
                about,
                format!("it matches detail types in part; one event, `{name}`, stands for all of them"),
            );
            out.insert(name.clone());
        }
        if out.is_empty() {
            let from =
                if self.sources.is_empty() { "anywhere".to_owned() } else { self.sources.join(" or ") };
            let name = format!("Anything from {from}");
            into.remark(
                about,
                format!("it names no detail type; one event, `{name}`, stands for all it matches"),
            );
            out.insert(name);
        }
        out
    }

    /// True when an event of this name may pass.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.types.is_empty() || !self.partly.is_empty() || self.types.iter().any(|own| own == name)
    }
}

/// A condition on a detail type as a name: `{"prefix": "Order"}` is `Order*`.
fn partly(condition: &Value) -> String {
    let of = |key: &str| condition.get(key).and_then(Value::as_str);
    if let Some(start) = of("prefix") {
        format!("{start}*")
    } else if let Some(end) = of("suffix") {
        format!("*{end}")
    } else if let Some(like) = of("wildcard").or(of("equals-ignore-case")) {
        like.to_owned()
    } else {
        condition.to_string()
    }
}
