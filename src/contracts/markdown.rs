//! Event pages in Markdown, documentation first: front matter, prose, who sends and reads it, schema, examples.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::bundle::pretty;
use super::model::{Action, MessageView, Model};
use super::names::Names;
use super::{Bundle, Format, Options, json_schema, yaml};
use crate::board::notation::words;
use crate::board::schema::json_schema::to_json_schema;
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "markdown",
    label: "Markdown pages",
    help: "A page for each event, command and query: front matter, prose, consumers, schema, examples.",
    write,
};

fn write(model: &Model, _options: &Options, bundle: &mut Bundle) {
    let mut index = format!("# {}\n\n{}\n", line(model.board.title()), model.board.settings.description);
    let mut names = Names::default();
    let mut last = None;
    for (at, message) in model.messages.iter().enumerate() {
        let folder = json_schema::folder(message.kind);
        if last != Some(message.kind) {
            let _ = write!(index, "\n## {}\n\n", super::model::capitalised(folder));
            last = Some(message.kind);
        }
        let stem = names.claim(&format!("{folder} {}", message.name), &message.slug);
        let path = format!("{folder}/{stem}.md");
        let _ = writeln!(index, "- [{}]({path}) {}", escaped(message.name), line(message.description));
        bundle.text(path, page(model, at, message));
    }
    bundle.text("README.md", index);
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    line(text).replace('[', "\\[").replace(']', "\\]").replace('|', "\\|").replace('<', "&lt;")
}

fn page(model: &Model, at: usize, message: &MessageView) -> String {
    let mut front = Map::new();
    front.insert("name".into(), message.name.into());
    front.insert("kind".into(), json!(message.kind));
    if let Some(owner) = message.owner {
        front.insert("source".into(), owner.into());
    }
    let newest = message.versions.last().map_or("1", |version| version.version);
    front.insert("version".into(), newest.into());
    if let Some(event) = model.board.events.get(message.name).filter(|_| message.kind == MessageKind::Event) {
        front.insert("class".into(), json!(event.class));
        front.insert("visibility".into(), json!(event.visibility));
    }
    let mut out =
        format!("---\n{}---\n\n# {}\n\n", yaml::write(&Value::Object(front)), escaped(&words(message.name)));
    if !message.description.is_empty() {
        let _ = writeln!(out, "{}\n", message.description);
    }
    let rows: BTreeSet<String> = model
        .users(at)
        .map(|(party, operation)| {
            let verb = super::model::verb(operation.action, message.kind);
            let channel = operation.channel.map_or("directly", |ix| model.channel(ix).name);
            let fields: Vec<&str> = operation.fields.iter().map(String::as_str).collect();
            let fields = match (operation.action, fields.is_empty()) {
                (Action::Send, _) => String::new(),
                (Action::Receive, true) => "not stated".to_owned(),
                (Action::Receive, false) => fields.join(", "),
            };
            format!("| {} | {verb} | {} | {} |", escaped(&party.name), escaped(channel), escaped(&fields))
        })
        .collect();
    if !rows.is_empty() {
        out.push_str("| Service | Does | Channel | Fields used |\n| --- | --- | --- | --- |\n");
        for row in rows {
            let _ = writeln!(out, "{row}");
        }
        out.push('\n');
    }
    for version in message.versions.iter().rev() {
        let _ = writeln!(out, "## Version {}\n", escaped(version.version));
        if !version.deprecated.is_empty() {
            let _ = writeln!(out, "Deprecated: it may disappear after {}.\n", line(version.deprecated));
        }
        if !version.notes.is_empty() {
            let _ = writeln!(out, "{}\n", version.notes);
        }
        let _ = writeln!(out, "```json schema\n{}```\n", pretty(&to_json_schema(&version.schema)));
        if let Some(response) = version.response {
            let _ =
                writeln!(out, "The answer:\n\n```json schema\n{}```\n", pretty(&to_json_schema(response)));
        }
        for example in &version.examples {
            let _ = writeln!(out, "```json\n{}```\n", pretty(example));
        }
    }
    out
}
