//! An EventCatalog folder: domains, services with what they send and receive, messages with versions, channels.
//!
//! Identity there is the front matter's `id` and `version`; folders are ours to name. Older versions of a message lie
//! under `versioned/`.

pub(super) mod flows;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::bundle::pretty;
use super::model::{Action, Model, PartyView, VersionView};
use super::names::{Names, safe};
use super::{Bundle, Format, Options, yaml};
use crate::board::notation::words;
use crate::board::schema::json_schema::{DRAFT_2020_12, to_json_schema};
use crate::board::{Channel, ChannelKind, Mode};
use crate::topology::{ChannelIx, MessageKind};

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "eventcatalog",
    label: "EventCatalog",
    help: "A catalogue folder: domains, services, events, commands, queries, channels and flows with versions and schemas.",
    write,
};

/// How the condition of an output begins of which one happens, followed by its weight.
pub(super) const WEIGHT: &str = "one of several, weight ";
/// How the condition of an output begins that follows the failure of another, followed by that one's id.
pub(super) const FAILURE: &str = "on failure of ";

/// The version of what has none on a board.
const FIRST: &str = "1.0.0";

fn write(model: &Model, _options: &Options, bundle: &mut Bundle) {
    let mut homes: BTreeMap<String, (String, BTreeSet<usize>)> = BTreeMap::new();
    let mut names = Names::default();
    for (at, party) in model.parties.iter().enumerate().filter(|(_, party)| party.ix.is_some()) {
        let Some(domain) = model.context_of(party) else { continue };
        let slug = names.name(domain);
        homes.entry(domain.to_owned()).or_insert_with(|| (slug, BTreeSet::new())).1.insert(at);
    }
    for (name, (slug, parties)) in &homes {
        let services: Vec<Value> =
            parties.iter().map(|at| json!({ "id": model.parties[*at].slug, "version": FIRST })).collect();
        let front = json!({ "id": slug, "name": name, "version": FIRST, "services": services });
        page(bundle, &format!("domains/{slug}"), front, "");
    }
    for party in &model.parties {
        if party.ix.is_none() {
            let message = "policies that no service hosts stand in the catalogue's flows only";
            bundle.remark(party.name.as_ref(), message);
            continue;
        }
        let folder = match model.context_of(party).and_then(|domain| homes.get(domain)) {
            Some((domain, _)) => format!("domains/{domain}/services/{}", party.slug),
            None => format!("services/{}", party.slug),
        };
        service(model, party, &folder, bundle);
    }
    messages(model, bundle);
    channels(model, bundle);
    flows::write(model, bundle);
    teams(model, bundle);
}

fn page(bundle: &mut Bundle, folder: &str, front: Value, body: &str) {
    let front = yaml::write(&front);
    let body = if body.is_empty() { String::new() } else { format!("\n{body}\n") };
    bundle.text(format!("{folder}/index.mdx"), format!("---\n{front}---\n{body}\n<NodeGraph />\n"));
}

/// Text that is prose in MDX too: what MDX would read as code is written as entities.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '{' => out.push_str("&#123;"),
            '}' => out.push_str("&#125;"),
            c => out.push(c),
        }
    }
    out
}

fn version_of(version: &str) -> String {
    // The catalogue compares versions as semantic ones.
    let parts = version.split('.').collect::<Vec<_>>();
    let numbers = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    match (numbers, parts.len()) {
        (true, 1) => format!("{version}.0.0"),
        (true, 2) => format!("{version}.0"),
        (true, 3) => version.to_owned(),
        _ => format!("0.0.0-{}", safe(version).replace('_', "-")),
    }
}

fn service(model: &Model, party: &PartyView, folder: &str, bundle: &mut Bundle) {
    let list = |action: Action| -> Vec<Value> {
        let of_action = party.operations.iter().enumerate().filter(|(_, o)| o.action == action);
        let mut out: BTreeMap<(usize, String), Map<String, Value>> = BTreeMap::new();
        for (at, operation) in of_action {
            let message = &model.messages[operation.message];
            let newest = message.versions.last().map_or("1", |version| version.version);
            let version = version_of(operation.version.as_deref().unwrap_or(newest));
            let entry = out.entry((operation.message, version.clone())).or_default();
            entry.insert("id".into(), message.slug.clone().into());
            entry.insert("version".into(), version.into());
            if let Some(channel) = operation.channel {
                let way = if action == Action::Send { "to" } else { "from" };
                let places = entry.entry(way).or_insert_with(|| json!([]));
                if let Value::Array(places) = places {
                    places.push(json!({ "id": model.channel(channel).slug }));
                }
            }
            if action == Action::Receive {
                if !operation.fields.is_empty() {
                    entry.insert("fields".into(), json!(operation.fields));
                }
                let triggers = triggers(model, party, at);
                if !triggers.is_empty() {
                    entry.insert("triggers".into(), Value::Array(triggers));
                }
            }
        }
        out.into_values().map(Value::Object).collect()
    };
    let mut front = Map::new();
    front.insert("id".into(), party.slug.clone().into());
    front.insert("name".into(), party.name.as_ref().into());
    front.insert("version".into(), FIRST.into());
    let description = party.service.map_or("", |service| service.description.as_str());
    if !description.is_empty() {
        front.insert("summary".into(), description.into());
    }
    if let Some(team) = model.team_of(party.service) {
        front.insert("owners".into(), json!([team]));
    }
    if party.external {
        front.insert("externalSystem".into(), Value::Bool(true));
    }
    for (key, action) in [("receives", Action::Receive), ("sends", Action::Send)] {
        let all = list(action);
        if !all.is_empty() {
            front.insert(key.into(), Value::Array(all));
        }
    }
    page(bundle, folder, Value::Object(front), &prose(description));
}

/// What receiving a message makes a party send, as the catalogue's triggers with their condition.
fn triggers(model: &Model, party: &PartyView, operation: usize) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for reaction in party.reactions.iter().filter(|reaction| reaction.on.contains(&operation)) {
        for output in &reaction.does {
            for at in &output.operations {
                let message = &model.messages[party.operations[*at].message];
                let newest = message.versions.last().map_or("1", |version| version.version);
                let mut entry = Map::new();
                entry.insert("id".into(), message.slug.clone().into());
                entry.insert("version".into(), version_of(newest).into());
                let failed = output.on_failure_of.and_then(|at| reaction.does[at].operations.first());
                if let Some(weight) = output.weight {
                    entry.insert("condition".into(), format!("{WEIGHT}{weight}").into());
                } else if let Some(at) = failed {
                    let step = &model.messages[party.operations[*at].message].slug;
                    entry.insert("condition".into(), format!("{FAILURE}{step}").into());
                }
                let entry = Value::Object(entry);
                if !out.contains(&entry) {
                    out.push(entry);
                }
            }
        }
    }
    out
}

fn messages(model: &Model, bundle: &mut Bundle) {
    let mut used: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    // What somebody waits for is called; the catalogue states how.
    let mut waits: BTreeSet<usize> = BTreeSet::new();
    for operation in model.parties.iter().flat_map(|party| &party.operations) {
        if operation.mode == Mode::Synchronous && operation.channel.is_none() {
            waits.insert(operation.message);
        }
        if let Some(channel) = operation.channel {
            used.entry(operation.message).or_default().insert(&model.channel(channel).slug);
        }
    }
    for (at, message) in model.messages.iter().enumerate() {
        let kind = super::json_schema::folder(message.kind);
        let newest = message.versions.len().saturating_sub(1);
        for (n, version) in message.versions.iter().enumerate() {
            let number = version_of(version.version);
            let folder = if n == newest {
                format!("{kind}/{}", message.slug)
            } else {
                format!("{kind}/{}/versioned/{number}", message.slug)
            };
            let mut front = Map::new();
            front.insert("id".into(), message.slug.clone().into());
            front.insert("name".into(), message.name.into());
            front.insert("version".into(), number.into());
            if !message.description.is_empty() {
                front.insert("summary".into(), message.description.into());
            }
            if let Some(team) = model.team_of(message.owner.and_then(|owner| model.board.services.get(owner)))
            {
                front.insert("owners".into(), json!([team]));
            }
            if message.kind != MessageKind::Event && waits.contains(&at) {
                let method = super::openapi::method_of(message).to_ascii_uppercase();
                let operation = json!({ "method": method, "path": super::openapi::path_of(message) });
                front.insert("operation".into(), operation);
            }
            if !version.deprecated.is_empty() {
                front.insert("deprecated".into(), json!({ "date": version.deprecated }));
            }
            front.insert("schemaPath".into(), "schema.json".into());
            if let Some(channels) = used.get(&at) {
                let channels: Vec<Value> = channels.iter().map(|id| json!({ "id": id })).collect();
                front.insert("channels".into(), Value::Array(channels));
            }
            page(bundle, &folder, Value::Object(front), &body(message.description, version));
            bundle.text(format!("{folder}/schema.json"), schema(message.name, &version.schema));
            if let Some(response) = version.response {
                bundle.text(format!("{folder}/response.schema.json"), schema(message.name, response));
            }
        }
    }
}

fn body(description: &str, version: &VersionView) -> String {
    let mut out = prose(description);
    if !version.notes.is_empty() {
        out.push_str(&format!("\n\n{}", prose(version.notes)));
    }
    out.push_str("\n\n<SchemaViewer file=\"schema.json\" />\n");
    for example in &version.examples {
        out.push_str(&format!("\n```json\n{}```\n", pretty(example)));
    }
    out.trim_start().to_owned()
}

fn schema(name: &str, schema: &crate::board::Schema) -> String {
    let mut out = json!({ "$schema": DRAFT_2020_12, "title": words(name) });
    if let (Value::Object(out), Value::Object(body)) = (&mut out, to_json_schema(schema)) {
        out.extend(body);
    }
    pretty(&out)
}

fn channels(model: &Model, bundle: &mut Bundle) {
    let next = next_channels(model);
    for (at, view) in model.channels.iter().enumerate() {
        let channel = view.channel.as_ref();
        let mut front = Map::new();
        front.insert("id".into(), view.slug.clone().into());
        front.insert("name".into(), view.name.into());
        front.insert("version".into(), FIRST.into());
        if !channel.description.is_empty() {
            front.insert("summary".into(), channel.description.clone().into());
        }
        front.insert("address".into(), view.name.into());
        if !channel.preset.is_empty() {
            front.insert("protocols".into(), json!([channel.preset]));
        }
        front.insert("deliveryGuarantee".into(), "at-least-once".into());
        if let Some(next) = next.get(&ChannelIx(at)) {
            let routes = next.iter().map(|id| json!({ "id": id })).collect();
            front.insert("routes".into(), Value::Array(routes));
        }
        front.insert(
            "badges".into(),
            json!([{ "content": kind_label(channel), "backgroundColor": "blue", "textColor": "blue" }]),
        );
        page(bundle, &format!("channels/{}", view.slug), Value::Object(front), &prose(&channel.description));
    }
}

const fn kind_label(channel: &Channel) -> &'static str {
    match channel.kind {
        ChannelKind::Bus => "Bus",
        ChannelKind::Topic => "Topic",
        ChannelKind::Queue => "Queue",
        ChannelKind::Stream => "Stream",
    }
}

/// The channels each channel hands on to.
fn next_channels<'m>(model: &'m Model) -> BTreeMap<ChannelIx, BTreeSet<&'m str>> {
    let mut out: BTreeMap<ChannelIx, BTreeSet<&str>> = BTreeMap::new();
    for pair in model.topology.routes.iter().flat_map(|route| route.channels.windows(2)) {
        out.entry(pair[0]).or_default().insert(&model.channel(pair[1]).slug);
    }
    out
}

fn teams(model: &Model, bundle: &mut Bundle) {
    for (name, id) in &model.teams {
        let front = yaml::write(&json!({ "id": id, "name": name }));
        bundle.text(format!("teams/{id}.mdx"), format!("---\n{front}---\n"));
    }
}

/// Kinds of message a catalogue holds, for counting.
#[must_use]
pub fn count(model: &Model, kind: MessageKind) -> usize {
    model.messages.iter().filter(|message| message.kind == kind).map(|message| message.versions.len()).sum()
}
