//! Schemas as structs and enumerations.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::{line, type_name};
use crate::board::{Field, FieldType, Schema};
use crate::contracts::names::{Names, safe};

/// Words that cannot be identifiers, the raw ones among them.
const KEYWORDS: &str = " as async await break const continue crate dyn else enum extern false fn for gen if impl in let \
    loop match mod move mut pub ref return self static struct super trait true type union unsafe use where while abstract \
    become box do final macro override priv try typeof unsized virtual yield ";

/// The attributes of every type.
const DERIVES: &str = "#[derive(Clone, Debug, PartialEq)]\n\
    #[cfg_attr(feature = \"serde\", derive(serde::Serialize, serde::Deserialize))]\n";

/// Names that the generated module has for itself, or that code takes for granted.
const TAKEN: [&str; 8] = ["Anything", "Box", "Clone", "Option", "Result", "Self", "String", "Vec"];

pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&format!(" {name} "))
}

/// `orderId` as `order_id`.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && lower {
            out.push('_');
        }
        lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    let end = out.trim_end_matches('_').len();
    out.truncate(end);
    out
}

/// An identifier for a field or method.
pub(super) fn field_ident(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let plain = plain.to_ascii_lowercase();
    match plain.as_str() {
        "" => "field".to_owned(),
        "self" | "crate" | "super" => format!("{plain}_"),
        word if is_keyword(word) => format!("r#{word}"),
        word if word.starts_with(|c: char| c.is_ascii_digit()) => format!("field_{word}"),
        _ => plain,
    }
}

/// Types written so far.
#[derive(Default)]
pub(super) struct Types {
    out: String,
    names: Names,
    count: usize,
}

/// Shared definitions of one message: the type of each.
type Shared<'s> = BTreeMap<&'s str, String>;

impl Types {
    /// Writes the types of a message and returns the name of the outermost.
    pub(super) fn message(&mut self, wish: &str, about: &[String], schema: &Schema) -> String {
        let name = self.claim(wish);
        let shared: Shared = schema
            .definitions
            .keys()
            .map(|of| (of.as_str(), self.claim(&format!("{name}{}", type_name(&safe(of))))))
            .collect();
        if schema.extra.contains_key("type") {
            self.describe(about);
            let _ = writeln!(self.out, "pub type {name} = Anything;\n");
        } else {
            self.object(&name, about, &schema.fields, &shared);
        }
        for (definition, name) in &shared {
            let field = &schema.definitions[*definition];
            let about = [field.description.clone()];
            if field.r#type == FieldType::Object && field.reference.is_empty() && !field.fields.is_empty() {
                self.object(name, &about, &field.fields, &shared);
            } else {
                let of = self.type_of(field, name, &shared);
                self.describe(&about);
                let _ = writeln!(self.out, "pub type {name} = {of};\n");
            }
        }
        name
    }

    pub(super) fn finish(self) -> String {
        format!(
            "//! The messages of the board: one type for each version of an event, command or query.\n\n\
             /// A value whose shape the board leaves open.\n#[cfg(feature = \"serde\")]\npub type Anything = serde_json::Value;\n\
             /// A value whose shape the board leaves open, as JSON text.\n#[cfg(not(feature = \"serde\"))]\npub type Anything = String;\n\n{}",
            self.out.trim_end_matches('\n').to_owned() + "\n"
        )
    }

    fn claim(&mut self, wish: &str) -> String {
        self.count += 1;
        let wish = type_name(wish);
        let wish = match wish.chars().next() {
            Some(first) if first.is_ascii_alphabetic() && !TAKEN.contains(&wish.as_str()) => wish,
            _ => format!("Message{wish}"),
        };
        let claimed = self.names.claim(&self.count.to_string(), &wish);
        type_name(&claimed)
    }

    fn describe(&mut self, about: &[String]) {
        let told: Vec<String> = about.iter().map(|text| line(text)).filter(|text| !text.is_empty()).collect();
        if !told.is_empty() {
            let _ = writeln!(self.out, "/// {}", told.join(" "));
        }
    }

    fn object(&mut self, name: &str, about: &[String], fields: &[Field], shared: &Shared) {
        let mut idents = Names::default();
        let mut body = String::new();
        for field in fields {
            let ident = field_ident(&idents.claim(&field.name, &snake(&field.name)));
            let inner = self.type_of(field, &format!("{name}{}", type_name(&safe(&field.name))), shared);
            let told = line(&field.description);
            if !told.is_empty() {
                let _ = writeln!(body, "    /// {told}");
            }
            let key = rust_string(&field.name);
            let skip =
                if field.optional { ", default, skip_serializing_if = \"Option::is_none\"" } else { "" };
            let _ = writeln!(body, "    #[cfg_attr(feature = \"serde\", serde(rename = {key}{skip}))]");
            let inner = if field.optional || field.nullable { format!("Option<{inner}>") } else { inner };
            let _ = writeln!(body, "    pub {ident}: {inner},");
        }
        self.describe(about);
        let _ = writeln!(self.out, "{DERIVES}pub struct {name} {{\n{body}}}\n");
    }

    /// The type of a field; nested objects and enumerations are written under the wished name.
    fn type_of(&mut self, field: &Field, wish: &str, shared: &Shared) -> String {
        if !field.reference.is_empty() {
            // A definition may hold itself, so it is kept behind a pointer.
            return shared
                .get(field.reference.as_str())
                .map_or_else(|| "Anything".to_owned(), |of| format!("Box<{of}>"));
        }
        let texts: Option<Vec<&str>> = field.allowed.iter().map(Value::as_str).collect();
        if let Some(texts) = texts.filter(|texts| !texts.is_empty() && field.r#type == FieldType::String) {
            return self.enumeration(wish, &texts);
        }
        match field.r#type {
            FieldType::String => "String".to_owned(),
            FieldType::Integer => "i64".to_owned(),
            FieldType::Number => "f64".to_owned(),
            FieldType::Boolean => "bool".to_owned(),
            FieldType::Any => "Anything".to_owned(),
            FieldType::Object if field.fields.is_empty() => "Anything".to_owned(),
            FieldType::Object => {
                let name = self.claim(wish);
                self.object(&name, std::slice::from_ref(&field.description), &field.fields, shared);
                name
            }
            FieldType::Array => match &field.items {
                Some(items) => {
                    let inner = self.type_of(items, &format!("{wish}Item"), shared);
                    let inner = if items.nullable { format!("Option<{inner}>") } else { inner };
                    format!("Vec<{inner}>")
                }
                None => "Vec<Anything>".to_owned(),
            },
        }
    }

    fn enumeration(&mut self, wish: &str, texts: &[&str]) -> String {
        let name = self.claim(wish);
        let mut variants = Names::default();
        let mut seen: Vec<&str> = Vec::new();
        let _ = writeln!(self.out, "/// The values that are allowed.\n{DERIVES}pub enum {name} {{");
        for text in texts {
            if seen.contains(text) {
                continue;
            }
            seen.push(text);
            let wish = type_name(&safe(text));
            let starts =
                wish.starts_with(|c: char| c.is_ascii_alphabetic()) && !TAKEN.contains(&wish.as_str());
            let wish = if starts { wish } else { format!("Value{wish}") };
            let variant = type_name(&variants.claim(text, &wish));
            let _ = writeln!(
                self.out,
                "    /// `{}`\n    #[cfg_attr(feature = \"serde\", serde(rename = {}))]\n    {variant},",
                line(text).replace('`', "'"),
                rust_string(text)
            );
        }
        let _ = writeln!(self.out, "}}\n");
        name
    }
}

/// A text as a Rust literal.
fn rust_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() || !c.is_ascii() && !c.is_alphanumeric() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
