//! What changes between two versions of a schema, and whom each change breaks.
//!
//! The words are those of schema registries: a change is *backward* compatible when readers of the new version can
//! read what was written under the old one, *forward* compatible when readers of the old version can read what is
//! written under the new one. An event is usually published under the new version while consumers still read the
//! old: forward is what they need. A command or query is usually sent under the old version to a handler that has
//! moved on: backward is what its senders need.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{Field, FieldType, Schema};

/// What happened to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its type is another one.
    Retyped,
    /// It may now be left out, or no longer.
    Presence,
    /// It may now be null, or no longer.
    Nullability,
    /// More or fewer values are allowed: a list of values, bounds, a pattern, a format.
    Values,
    /// Fields that are not named are now refused, or no longer.
    Openness,
    /// A part the table has no column for; what it means cannot be judged.
    Other,
}

/// One difference between two versions of a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Change {
    /// The field's dotted path; lists do not add a step. Empty for the whole payload.
    pub path: String,
    /// What happened.
    pub kind: ChangeKind,
    /// Readers of the new version may fail on payloads of the old one.
    pub breaks_backward: bool,
    /// Readers of the old version may fail on payloads of the new one.
    pub breaks_forward: bool,
    /// Whoever uses this field in the old version no longer finds it as it was.
    pub breaks_users: bool,
    /// The change in a sentence.
    pub message: String,
}

impl Change {
    /// True when it breaks somebody.
    #[must_use]
    pub const fn is_breaking(&self) -> bool {
        self.breaks_backward || self.breaks_forward || self.breaks_users
    }

    /// True when it breaks a consumer of the old version that uses these dotted paths of it; a consumer that states
    /// no fields is taken to use all of them.
    #[must_use]
    pub fn breaks_consumer<S: AsRef<str>>(&self, uses: &[S]) -> bool {
        if !self.breaks_users && !self.breaks_forward {
            return false;
        }
        uses.is_empty() || self.path.is_empty() || uses.iter().any(|used| related(used.as_ref(), &self.path))
    }
}

/// True when one path is the other or lies inside it.
fn related(a: &str, b: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    inside(a, b) || inside(b, a)
}

/// How far a new version goes along with an old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compatibility {
    /// Old and new read each other.
    Full,
    /// New readers read old payloads; old readers may fail on new ones.
    Backward,
    /// Old readers read new payloads; new readers may fail on old ones.
    Forward,
    /// Neither.
    None,
}

/// The sum of changes.
#[must_use]
pub fn compatibility(changes: &[Change]) -> Compatibility {
    let backward = !changes.iter().any(|change| change.breaks_backward);
    let forward = !changes.iter().any(|change| change.breaks_forward);
    match (backward, forward) {
        (true, true) => Compatibility::Full,
        (true, false) => Compatibility::Backward,
        (false, true) => Compatibility::Forward,
        (false, false) => Compatibility::None,
    }
}

/// Every difference between two versions, in the order of the old version's fields, additions after them.
#[must_use]
pub fn compare(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut work = Work { old, new, seen: BTreeSet::new(), changes: Vec::new() };
    work.openness("", old.closed, new.closed);
    work.fields("", (&old.fields, old.closed), (&new.fields, new.closed));
    work.extras("", &old.extra, &new.extra);
    work.changes
}

/// Keywords that say something to people and nothing to validators.
const REMARKS: [&str; 11] = [
    "$comment",
    "$id",
    "$schema",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

struct Work<'a> {
    old: &'a Schema,
    new: &'a Schema,
    /// Pairs of shared definitions compared already, so that recursive shapes end.
    seen: BTreeSet<(String, String)>,
    changes: Vec<Change>,
}

/// Which sides a change breaks.
#[derive(Clone, Copy)]
struct Breaks {
    backward: bool,
    forward: bool,
    users: bool,
}

const BOTH: Breaks = Breaks { backward: true, forward: true, users: true };
/// The new version allows less: old payloads may be refused.
const NARROWER: Breaks = Breaks { backward: true, forward: false, users: false };
/// The new version allows more: old readers may meet what they do not know.
const WIDER: Breaks = Breaks { backward: false, forward: true, users: true };

impl<'a> Work<'a> {
    fn change(&mut self, path: &str, kind: ChangeKind, breaks: Breaks, message: String) {
        self.changes.push(Change {
            path: path.to_owned(),
            kind,
            breaks_backward: breaks.backward,
            breaks_forward: breaks.forward,
            breaks_users: breaks.users,
            message,
        });
    }

    fn openness(&mut self, path: &str, old: bool, new: bool) {
        let what = if path.is_empty() { "the payload" } else { path };
        match (old, new) {
            (false, true) => {
                let message = format!("fields that {what} does not name are now refused");
                self.change(path, ChangeKind::Openness, NARROWER, message);
            }
            (true, false) => {
                let breaks = Breaks { users: false, ..WIDER };
                let message = format!("fields that {what} does not name are no longer refused");
                self.change(path, ChangeKind::Openness, breaks, message);
            }
            _ => {}
        }
    }

    fn fields(
        &mut self,
        path: &str,
        (old, old_closed): (&'a [Field], bool),
        (new, new_closed): (&'a [Field], bool),
    ) {
        let find = |fields: &'a [Field], name: &str| fields.iter().find(|field| field.name == name);
        let added: Vec<&Field> = new.iter().filter(|field| find(old, &field.name).is_none()).collect();
        let removed: Vec<&Field> = old.iter().filter(|field| find(new, &field.name).is_none()).collect();
        for field in old {
            let at = join(path, &field.name);
            match find(new, &field.name) {
                Some(now) => self.field(&at, field, now),
                None => self.removed(&at, field, new_closed, renamed(field, &added, &removed)),
            }
        }
        for field in &added {
            let at = join(path, &field.name);
            // An open old version allowed anything under this name, so even an optional field narrows it; but nobody
            // sends what was never named, and registries count it as compatible.
            let breaks = Breaks { backward: !field.optional, forward: old_closed, users: false };
            let kind = if field.optional { "optional" } else { "required" };
            self.change(&at, ChangeKind::Added, breaks, format!("{kind} field `{at}` is new"));
        }
    }

    fn removed(&mut self, path: &str, field: &Field, new_closed: bool, renamed: Option<&Field>) {
        let breaks = Breaks { backward: new_closed, forward: !field.optional, users: true };
        let hint = renamed.map_or(String::new(), |to| format!("; perhaps it is now called `{}`", to.name));
        self.change(path, ChangeKind::Removed, breaks, format!("field `{path}` is gone{hint}"));
    }

    fn field(&mut self, path: &str, old: &'a Field, new: &'a Field) {
        match (old.optional, new.optional) {
            (true, false) => {
                let message = format!("field `{path}` is now required");
                self.change(path, ChangeKind::Presence, NARROWER, message);
            }
            (false, true) => {
                let message = format!("field `{path}` may now be missing");
                self.change(path, ChangeKind::Presence, WIDER, message);
            }
            _ => {}
        }
        self.shape(path, old, new);
    }

    /// Compares what a value may be, presence aside.
    fn shape(&mut self, path: &str, old: &'a Field, new: &'a Field) {
        let (before, after) = (old, new);
        let pair = (before.reference.clone(), after.reference.clone());
        let (old, was_null) = resolve(self.old, before);
        let (new, is_null) = resolve(self.new, after);
        if !pair.0.is_empty() && !pair.1.is_empty() && !self.seen.insert(pair) {
            self.nullability(path, was_null, is_null);
            return;
        }
        if old.r#type != new.r#type {
            self.retyped(path, old, new);
            return;
        }
        if old.r#type != FieldType::Any {
            self.nullability(path, was_null, is_null);
        }
        self.values(path, old, new);
        let closed = |field: &Field| field.extra.get("additionalProperties") == Some(&Value::Bool(false));
        if !old.fields.is_empty() || !new.fields.is_empty() {
            self.openness(path, closed(old), closed(new));
            self.fields(path, (&old.fields, closed(old)), (&new.fields, closed(new)));
        }
        match (&old.items, &new.items) {
            (Some(old), Some(new)) => self.shape(path, old, new),
            (Some(_), None) => {
                self.change(
                    path,
                    ChangeKind::Values,
                    WIDER,
                    format!("the items of `{path}` may now be anything"),
                );
            }
            (None, Some(_)) => {
                let message = format!("the items of `{path}` are now of one shape");
                self.change(path, ChangeKind::Values, NARROWER, message);
            }
            (None, None) => {}
        }
        self.extras(path, &old.extra, &new.extra);
    }

    fn retyped(&mut self, path: &str, old: &Field, new: &Field) {
        use FieldType::{Any, Integer, Number};
        let breaks = match (old.r#type, new.r#type) {
            (Integer, Number) => WIDER,
            (Number, Integer) => Breaks { backward: true, forward: false, users: false },
            (_, Any) if new.extra.is_empty() && new.allowed.is_empty() && new.fields.is_empty() => WIDER,
            (Any, _) if old.extra.is_empty() && old.allowed.is_empty() && old.fields.is_empty() => NARROWER,
            _ => BOTH,
        };
        let name = |field: &Field| field.r#type.json_name().unwrap_or("anything");
        let message = format!("field `{path}` was {} and is now {}", name(old), name(new));
        self.change(path, ChangeKind::Retyped, breaks, message);
        if !matches!((breaks.backward, breaks.forward), (true, true)) {
            // Integer and number share their bounds; the rest of the shape goes with the type.
            let (was_null, is_null) = (old.nullable, new.nullable);
            if old.r#type != Any && new.r#type != Any {
                self.nullability(path, was_null, is_null);
                self.values(path, old, new);
            }
        }
    }

    fn nullability(&mut self, path: &str, old: bool, new: bool) {
        match (old, new) {
            (false, true) => {
                self.change(path, ChangeKind::Nullability, WIDER, format!("field `{path}` may now be null"));
            }
            (true, false) => {
                let message = format!("field `{path}` may no longer be null");
                self.change(path, ChangeKind::Nullability, NARROWER, message);
            }
            _ => {}
        }
    }

    fn values(&mut self, path: &str, old: &Field, new: &Field) {
        self.allowed(path, &old.allowed, &new.allowed);
        let bounds = [("least", old.min, new.min, 1.0), ("greatest", old.max, new.max, -1.0)];
        for (name, old, new, sign) in bounds {
            let breaks = match (old, new) {
                (None, Some(_)) => NARROWER,
                (Some(_), None) => WIDER,
                (Some(old), Some(new)) if (new - old) * sign > 0.0 => NARROWER,
                (Some(old), Some(new)) if (new - old) * sign < 0.0 => WIDER,
                _ => continue,
            };
            let show = |bound: Option<f64>| bound.map_or("unlimited".to_owned(), |bound| bound.to_string());
            let message =
                format!("the {name} value or length of `{path}` was {} and is now {}", show(old), show(new));
            self.change(path, ChangeKind::Values, Breaks { users: false, ..breaks }, message);
        }
        for (name, old, new) in
            [("pattern", &old.pattern, &new.pattern), ("format", &old.format, &new.format)]
        {
            let breaks = match (old.is_empty(), new.is_empty()) {
                _ if old == new => continue,
                (true, _) => NARROWER,
                (_, true) => WIDER,
                _ => BOTH,
            };
            let show = |text: &str| if text.is_empty() { "none".to_owned() } else { format!("`{text}`") };
            let message = format!("the {name} of `{path}` was {} and is now {}", show(old), show(new));
            self.change(path, ChangeKind::Values, breaks, message);
        }
    }

    fn allowed(&mut self, path: &str, old: &[Value], new: &[Value]) {
        let list =
            |values: Vec<&Value>| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match (old.is_empty(), new.is_empty()) {
            (true, true) => {}
            (true, false) => {
                let message =
                    format!("only some values of `{path}` are now allowed: {}", list(new.iter().collect()));
                self.change(path, ChangeKind::Values, NARROWER, message);
            }
            (false, true) => {
                let message = format!("any value of `{path}` is now allowed");
                self.change(path, ChangeKind::Values, WIDER, message);
            }
            (false, false) => {
                let gone: Vec<_> = old.iter().filter(|value| !new.contains(value)).collect();
                let come: Vec<_> = new.iter().filter(|value| !old.contains(value)).collect();
                if !gone.is_empty() {
                    let message = format!("`{path}` may no longer be {}", list(gone));
                    self.change(path, ChangeKind::Values, NARROWER, message);
                }
                if !come.is_empty() {
                    let message = format!("`{path}` may now also be {}", list(come));
                    self.change(path, ChangeKind::Values, WIDER, message);
                }
            }
        }
    }

    fn extras(
        &mut self,
        path: &str,
        old: &std::collections::BTreeMap<String, Value>,
        new: &std::collections::BTreeMap<String, Value>,
    ) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let judged = key == "additionalProperties"
                && [old, new].iter().all(|extra| extra.get(key).is_none_or(Value::is_boolean));
            if old.get(key) == new.get(key)
                || REMARKS.contains(&key.as_str())
                || key.starts_with("x-")
                || judged
            {
                continue;
            }
            let what = if path.is_empty() { "the payload".to_owned() } else { format!("`{path}`") };
            let message =
                format!("`{key}` of {what} changed; whether the versions still fit cannot be judged");
            self.change(path, ChangeKind::Other, BOTH, message);
        }
    }
}

/// The shape a field refers to, and whether it may be null.
fn resolve<'a>(schema: &'a Schema, field: &'a Field) -> (&'a Field, bool) {
    let (mut at, mut null) = (field, field.nullable);
    for _ in 0..16 {
        match schema.definitions.get(&at.reference).filter(|_| !at.reference.is_empty()) {
            Some(target) => {
                at = target;
                null |= at.nullable;
            }
            None => break,
        }
    }
    (at, null)
}

/// The new name of a removed field, when the two are the only ones of their shape that came and went.
fn renamed<'a>(field: &Field, added: &[&'a Field], removed: &[&Field]) -> Option<&'a Field> {
    let same = |other: &&&Field| {
        (other.r#type, &other.format, &other.fields, &other.items)
            == (field.r#type, &field.format, &field.fields, &field.items)
    };
    let mut came = added.iter().filter(|other| same(other));
    let (first, second) = (came.next(), came.next());
    let alone = removed.iter().filter(same).count() == 1;
    first.copied().filter(|_| second.is_none() && alone)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests;
