//! What may be written at a place of a pattern: the fields of the event, the values they may have, and the
//! operators that make sense on them.

use std::ops::Range;

use super::analysis::{FieldShape, Kinds, Shape};
use super::tokens::{Wants, place};

/// Something that may be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to call it.
    pub label: String,
    /// What is known of it, in a few words.
    pub about: String,
    /// The text to write.
    pub text: String,
    /// The part of the pattern it replaces, in bytes.
    pub replaces: Range<usize>,
    /// Where the cursor goes, in bytes from the start of `text`.
    pub cursor: usize,
}

/// Operators with a text to begin from; `|` is the cursor. The last says whether they are about strings,
/// numbers or anything.
const OPERATORS: [(&str, &str, Of); 10] = [
    ("prefix", r#"{"prefix": "|"}"#, Of::Strings),
    ("suffix", r#"{"suffix": "|"}"#, Of::Strings),
    ("wildcard", r#"{"wildcard": "|*"}"#, Of::Strings),
    ("equals-ignore-case", r#"{"equals-ignore-case": "|"}"#, Of::Strings),
    ("cidr", r#"{"cidr": "|10.0.0.0/24"}"#, Of::Strings),
    ("numeric", r#"{"numeric": [">=", |0]}"#, Of::Numbers),
    ("numeric", r#"{"numeric": [">=", |0, "<", 100]}"#, Of::Numbers),
    ("anything-but", r#"{"anything-but": [|]}"#, Of::Any),
    ("exists", r#"{"exists": true|}"#, Of::Any),
    ("exists", r#"{"exists": false|}"#, Of::Any),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Strings,
    Numbers,
    Any,
}

/// What may be written at a byte of a pattern that is being written, likely things first. The text may be
/// anything.
#[must_use]
pub fn suggestions(text: &str, at: usize, shape: &Shape) -> Vec<Suggestion> {
    let place = place(text, at);
    let path = place.keys.join(".");
    let mut found =
        Suggestions { replaces: place.replaces, typed: place.typed.to_lowercase(), all: Vec::new() };
    match place.wants {
        Wants::Field => {
            for (name, about) in fields_below(shape, &path) {
                if !place.used.contains(&name) || name.to_lowercase() == found.typed {
                    let quoted = quoted(&name);
                    // A colon that is there already stays.
                    let colon = text[found.replaces.end..].trim_start().starts_with(':');
                    found.add(
                        name,
                        about,
                        &if colon { format!("{quoted}|") } else { format!("{quoted}: |") },
                    );
                }
            }
            found.add("$or".to_owned(), "one of several".to_owned(), r#""$or": [{|}, {}]"#);
        }
        Wants::Value => {
            let has_fields = fields_below(shape, &path).next().is_some();
            if has_fields {
                found.add("{ }".to_owned(), "fields within".to_owned(), "{|}");
            }
            found.add("[ ]".to_owned(), "one of these values".to_owned(), "[|]");
        }
        Wants::Condition => conditions(&mut found, shape.fields.get(&path)),
        Wants::Operator => {
            let kinds = kinds(shape.fields.get(&path));
            let mut before = None;
            for (name, template, of) in OPERATORS {
                // Without its braces, which are there.
                if before != Some(name) && of.fits(kinds) {
                    found.add(name.to_owned(), String::new(), &template[1..template.len() - 1]);
                }
                before = Some(name);
            }
        }
        Wants::Nothing => {}
    }
    found.all
}

impl Of {
    fn fits(self, kinds: Kinds) -> bool {
        match self {
            Of::Strings => kinds.string,
            Of::Numbers => kinds.number,
            Of::Any => true,
        }
    }
}

/// The kinds a field may have; of one that nobody described, all that conditions are written for.
fn kinds(shape: Option<&FieldShape>) -> Kinds {
    let any = Kinds { string: true, number: true, boolean: true, ..Kinds::default() };
    shape.map_or(any, |shape| shape.kinds)
}

fn conditions(found: &mut Suggestions, shape: Option<&FieldShape>) {
    let kinds = kinds(shape);
    let listed = shape.and_then(|shape| shape.values.as_deref()).unwrap_or_default();
    for value in listed {
        found.add(value.clone(), "a value".to_owned(), &format!("{}|", value.replace('|', "\u{0}")));
    }
    if listed.is_empty() {
        for value in ["true", "false"].iter().filter(|_| shape.is_some() && kinds.boolean) {
            found.add((*value).to_owned(), "a value".to_owned(), &format!("{value}|"));
        }
        if kinds.string {
            found.add("\"…\"".to_owned(), "this text".to_owned(), "\"|\"");
        }
    }
    if kinds.null {
        found.add("null".to_owned(), "a value".to_owned(), "null|");
    }
    for (name, template, of) in OPERATORS {
        if of.fits(kinds) {
            found.add(template.replace('|', ""), name.to_owned(), template);
        }
    }
}

struct Suggestions {
    replaces: Range<usize>,
    typed: String,
    all: Vec<Suggestion>,
}

impl Suggestions {
    /// Adds one if what has been typed is the beginning of it.
    fn add(&mut self, label: String, about: String, template: &str) {
        let plain = |text: &str| text.trim_start_matches(['{', '"']).to_lowercase();
        if !plain(&label).starts_with(&self.typed) {
            return;
        }
        let cursor = template.find('|').unwrap_or(template.len());
        let text = template.replacen('|', "", 1).replace('\u{0}', "|");
        self.all.push(Suggestion { label, about, text, replaces: self.replaces.clone(), cursor });
    }
}

/// The names of the fields right below a path, and what is known of each.
fn fields_below<'s>(shape: &'s Shape, path: &str) -> impl Iterator<Item = (String, String)> + 's {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
    let mut last = None;
    shape
        .fields
        .range(prefix.clone()..)
        .map_while(move |(whole, field)| {
            let rest = whole.strip_prefix(&prefix)?;
            Some(match rest.split_once('.') {
                Some((name, _)) => (name.to_owned(), "fields within".to_owned()),
                None => (rest.to_owned(), field.words()),
            })
        })
        .filter(move |(name, _)| {
            let fresh = last.as_ref() != Some(name);
            last = Some(name.clone());
            fresh
        })
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('|', "\u{0}")
}

#[cfg(test)]
mod tests {
    use super::suggestions;
    use crate::pattern::{FieldShape, Kinds, Pattern, Shape};

    fn shape() -> Shape {
        let text = Kinds { string: true, ..Kinds::default() };
        let field = |kinds| FieldShape { kinds, required: true, ..FieldShape::default() };
        let states = Some(vec!["\"delivery\"".to_owned(), "\"pickup\"".to_owned()]);
        let fields = [
            ("data.amount", field(Kinds { number: true, ..Kinds::default() })),
            ("data.fulfilment", FieldShape { values: states, ..field(text) }),
            ("data.gift", field(Kinds { boolean: true, ..Kinds::default() })),
            ("type", field(text)),
        ];
        Shape {
            fields: fields.into_iter().map(|(path, f)| (path.to_owned(), f)).collect(),
            ..Shape::default()
        }
    }

    fn labels(text: &str) -> Vec<String> {
        let at = text.find('^').unwrap();
        suggestions(&text.replacen('^', "", 1), at, &shape()).into_iter().map(|s| s.label).collect()
    }

    /// The text after taking the first suggestion, the cursor marked.
    fn taken(text: &str) -> String {
        let at = text.find('^').unwrap();
        let mut text = text.replacen('^', "", 1);
        let first = suggestions(&text, at, &shape()).remove(0);
        text.replace_range(first.replaces.clone(), &first.text);
        text.insert(first.replaces.start + first.cursor, '^');
        text
    }

    #[test]
    fn fields_of_the_event_are_suggested_where_fields_belong() {
        assert_eq!(labels("{^}"), ["data", "type", "$or"]);
        assert_eq!(labels("{\"data\": {\"^\"}}"), ["amount", "fulfilment", "gift", "$or"]);
        assert_eq!(labels("{\"data\": {\"f^\"}}"), ["fulfilment"]);
        assert_eq!(labels("{\"data\": {\"gift\": [true], ^}}"), ["amount", "fulfilment", "$or"]);
        assert_eq!(labels("{\"data\": ^}"), ["{ }", "[ ]"]);
    }

    #[test]
    fn values_and_fitting_operators_are_suggested_where_conditions_belong() {
        assert_eq!(
            labels("{\"data\": {\"fulfilment\": [^]}}")[..3],
            ["\"delivery\"", "\"pickup\"", "{\"prefix\": \"\"}"]
        );
        assert_eq!(labels("{\"data\": {\"fulfilment\": [\"p^\"]}}")[0], "\"pickup\"");
        let numbers = labels("{\"data\": {\"amount\": [^]}}");
        assert!(
            numbers.iter().any(|l| l.contains("numeric")) && !numbers.iter().any(|l| l.contains("prefix"))
        );
        assert_eq!(labels("{\"data\": {\"gift\": [^]}}")[..2], ["true", "false"]);
        let of_text = labels("{\"type\": [{^}]}");
        assert!(of_text.contains(&"anything-but".to_owned()) && !of_text.contains(&"numeric".to_owned()));
    }

    #[test]
    fn a_suggestion_taken_leaves_the_cursor_where_writing_goes_on() {
        assert_eq!(taken("{^}"), "{\"data\": ^}");
        assert_eq!(taken("{\"data\": ^}"), "{\"data\": {^}}");
        assert_eq!(taken("{\"data\": {\"f^\"}}"), "{\"data\": {\"fulfilment\": ^}}");
        assert_eq!(taken("{\"da^\": [1]}"), "{\"data\"^: [1]}");
        let done = taken("{\"data\": {\"fulfilment\": [\"de^\"]}}");
        assert_eq!(done, "{\"data\": {\"fulfilment\": [\"delivery\"^]}}");
        Pattern::parse(&done.replace('^', "")).unwrap();
    }

    #[test]
    fn every_operator_suggested_is_one() {
        let text = "{\"x\": []}";
        for one in suggestions(text, 7, &Shape::default()).iter().filter(|s| !s.label.ends_with("[]}")) {
            let mut whole = text.to_owned();
            whole.replace_range(one.replaces.clone(), &one.text);
            Pattern::parse(&whole).unwrap_or_else(|error| panic!("{whole}: {error}"));
        }
    }
}
