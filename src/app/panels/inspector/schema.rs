//! The schema of a message: as a table, as JSON, or made of an example; with the examples it is checked against.

mod table;

use std::collections::BTreeMap;

use egui::Ui;
use serde_json::Value;

use crate::app::code::{self, Verdict};
use crate::app::context::Cx;
use crate::app::widgets::{chip, section};
use crate::board::Schema;
use crate::board::schema::generate::example;
use crate::board::schema::infer::infer;
use crate::board::schema::json_schema::{from_json_schema, to_json_schema};
use crate::board::schema::validate::Validator;

/// Who says that it uses a field, by the field's dotted path.
pub(super) type Users = BTreeMap<String, Vec<String>>;

/// How a schema is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Table,
    Json,
    FromExample,
}

const FORMS: [(Form, &str); 3] =
    [(Form::Table, "Table"), (Form::Json, "JSON"), (Form::FromExample, "From example")];

/// Shows the schema and changes it in place.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, salt: &str, schema: &mut Schema, used: Option<&Users>) {
    let id = ui.id().with(("schema form", salt));
    let mut form = ui.data(|data| data.get_temp::<Form>(id)).unwrap_or_default();
    ui.horizontal(|ui| {
        for (of, name) in FORMS {
            if chip(ui, cx.theme, name, form == of).clicked() {
                form = of;
            }
        }
    });
    ui.add_space(4.0);
    match form {
        Form::Table => table::show(ui, cx, salt, schema, used),
        Form::Json => json(ui, cx, salt, schema),
        Form::FromExample => {
            if from_example(ui, cx, salt, schema) {
                form = Form::Table;
            }
        }
    }
    ui.data_mut(|data| data.insert_temp(id, form));
}

/// Shows the examples of a schema, each checked against it while it is typed. `of` says whose they are, where there
/// are several in sight.
pub(super) fn examples(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (salt, of): (&str, &str),
    schema: &Schema,
    examples: &mut Vec<Value>,
) {
    let named =
        |name: &str| if of.is_empty() { name.to_owned() } else { format!("{of} {}", name.to_lowercase()) };
    section(ui, cx.theme, &named("Examples"));
    let validator = Validator::new(schema);
    let check = |text: &str| match (code::parse(text), &validator) {
        (Err(problem), _) => Verdict { problems: vec![problem], acceptable: false },
        (Ok(_), Err(problem)) => {
            Verdict { problems: vec![format!("The schema is not valid: {problem}")], acceptable: true }
        }
        (Ok(value), Ok(validator)) => {
            let problems = validator.problems(&value).iter().map(ToString::to_string).collect();
            Verdict { problems, acceptable: true }
        }
    };
    let mut gone = None;
    for (at, stated) in examples.iter_mut().enumerate() {
        let name = named(&format!("Example {}", at + 1));
        let text = code::pretty(stated);
        if let Some(new) = code::field(ui, cx.theme, (salt, at), (&name, "{ }"), &text, check)
            && let Ok(value) = code::parse(&new)
        {
            *stated = value;
        }
        if ui.small_button(format!("Remove {}", lowered(&name))).clicked() {
            gone = Some(at);
        }
        ui.add_space(4.0);
    }
    if let Some(at) = gone {
        examples.remove(at);
    }
    let number = examples.len() as u64 + 1;
    let add = format!("Add {}", lowered(&named("Example")));
    if ui.button(add).on_hover_text("One that the schema allows, to start from").clicked() {
        examples.push(example(schema, number));
    }
}

/// A name within a sentence.
fn lowered(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The schema as JSON Schema.
fn json(ui: &mut Ui, cx: &Cx<'_>, salt: &str, schema: &mut Schema) {
    let text = code::pretty(&to_json_schema(schema));
    let check = |text: &str| match code::parse(text) {
        Err(problem) => Verdict { problems: vec![problem], acceptable: false },
        Ok(value) => {
            let problem = Validator::of_json_schema(&value).err().map(|problem| problem.to_string());
            Verdict { acceptable: problem.is_none(), problems: problem.into_iter().collect() }
        }
    };
    let named = ("Schema as JSON", "a JSON Schema");
    if let Some(new) = code::field(ui, cx.theme, (salt, "json"), named, &text, check)
        && let Ok(value) = code::parse(&new)
    {
        *schema = from_json_schema(&value);
    }
}

/// A schema made of pasted examples: one, a list, or one a line. True when it was taken.
fn from_example(ui: &mut Ui, cx: &Cx<'_>, salt: &str, schema: &mut Schema) -> bool {
    let theme = cx.theme;
    let id = ui.id().with(("pasted example", salt));
    let mut pasted = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_default();
    let check = |text: &str| match payloads(text) {
        _ if text.trim().is_empty() => Verdict { problems: Vec::new(), acceptable: true },
        Ok(_) => Verdict { problems: Vec::new(), acceptable: true },
        Err(problem) => Verdict { problems: vec![problem], acceptable: false },
    };
    let named = ("Example payloads", "Paste a payload, or several");
    if let Some(text) = code::field(ui, theme, (salt, "paste"), named, &pasted, check) {
        pasted = text;
        ui.data_mut(|data| data.insert_temp(id, pasted.clone()));
    }
    let found = payloads(&pasted).unwrap_or_default();
    let made = infer(&found);
    let count = made.leaf_count();
    let told = if found.is_empty() {
        "Types, formats and what is required are read from real payloads.".to_owned()
    } else {
        format!("{count} fields in {} payloads", found.len())
    };
    ui.add(egui::Label::new(theme.secondary(told)).wrap());
    let taken = ui.add_enabled(count > 0, egui::Button::new("Use as schema")).clicked();
    if taken {
        *schema = made;
        ui.data_mut(|data| data.remove::<String>(id));
    }
    taken
}

/// The payloads of a text: one object, a list of them, or one a line.
fn payloads(text: &str) -> Result<Vec<Value>, String> {
    let whole = code::parse(text);
    let all = match whole {
        Ok(Value::Array(list)) => list,
        Ok(one) => vec![one],
        Err(problem) => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let each: Result<Vec<Value>, String> = lines.map(code::parse).collect();
            each.map_err(|_line| problem)?
        }
    };
    match all.iter().find(|value| !value.is_object()) {
        Some(_) => Err("A payload is an object: { … }".to_owned()),
        None => Ok(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_come_alone_in_lists_or_in_lines() {
        for text in ["{\"a\": 1}", "[{\"a\": 1}]", "\n{\"a\": 1}\n\n"] {
            assert_eq!(payloads(text).unwrap().len(), 1, "{text}");
        }
        assert_eq!(payloads("{\"a\": 1}\n{\"a\": 2}").unwrap().len(), 2);
        assert!(payloads("{\"a\":\n1,}").unwrap_err().starts_with("Line 2"));
        assert!(payloads("[1]").is_err());
    }
}
