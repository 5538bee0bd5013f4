//! Backstage: `catalog-info.yaml` with a system, its components, their APIs and the teams that own them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::model::{Action, Model, PartyView};
use super::names::{Names, fingerprint, safe};
use super::{Bundle, Format, Options, Syntax, asyncapi, yaml};

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "backstage",
    label: "Backstage catalogue",
    help: "catalog-info.yaml: the system, its components, their AsyncAPI APIs and the teams.",
    write,
};

/// The longest name given, so that what keeps two apart and the ending of an API fit into the 63 Backstage takes.
const NAME_MAX: usize = 50;

fn entity_name(text: &str) -> String {
    let plain = safe(text).trim_start_matches('_').to_owned();
    if plain.len() <= NAME_MAX {
        return plain;
    }
    let start = plain[..NAME_MAX - 9].trim_end_matches(['-', '.', '_']).to_owned();
    format!("{start}-{:08x}", fingerprint(text))
}

fn write(model: &Model, _options: &Options, bundle: &mut Bundle) {
    let mut names = Names::default();
    let parties: Vec<&PartyView> = model.parties.iter().filter(|party| party.ix.is_some()).collect();
    let called: Vec<String> =
        parties.iter().map(|party| names.claim(&party.name, &entity_name(&party.name))).collect();
    let apis: BTreeMap<&str, String> = parties
        .iter()
        .zip(&called)
        .map(|(party, name)| (party.slug.as_str(), format!("{name}-api")))
        .collect();
    let mut names = Names::default();
    let teams: BTreeMap<&str, String> =
        model.teams.iter().map(|(team, slug)| (*team, names.claim(team, &entity_name(slug)))).collect();
    let mut documents: BTreeMap<&str, String> =
        asyncapi::service_documents(model, Syntax::Yaml).into_iter().collect();
    let system = entity_name(&model.slug());
    let mut entities = vec![entity(
        "System",
        &system,
        model.board.title(),
        &model.board.settings.description,
        json!({ "owner": teams.values().next().map_or("unknown", String::as_str) }),
    )];
    for (name, id) in &teams {
        entities.push(entity("Group", id, name, "", json!({ "type": "team", "children": [] })));
    }
    for (party, name) in parties.iter().zip(&called) {
        let owner = party.service.and_then(|service| teams.get(service.team.as_str()));
        let owner = owner.map_or("unknown", String::as_str);
        let description = party.service.map_or("", |service| service.description.as_str());
        let mut spec = Map::new();
        spec.insert("type".into(), if party.external { "external" } else { "service" }.into());
        spec.insert("lifecycle".into(), "production".into());
        spec.insert("owner".into(), owner.into());
        spec.insert("system".into(), system.clone().into());
        if !party.operations.is_empty() {
            spec.insert("providesApis".into(), json!([format!("{name}-api")]));
        }
        let consumed = consumed(model, party, &apis);
        if !consumed.is_empty() {
            spec.insert("consumesApis".into(), json!(consumed));
        }
        entities.push(entity("Component", name, &party.name, description, Value::Object(spec)));
        if let Some(document) = documents.remove(party.slug.as_str()).filter(|_| !party.operations.is_empty())
        {
            let path = format!("apis/{}.asyncapi.yaml", party.slug);
            let spec = json!({
                "type": "asyncapi", "lifecycle": "production", "owner": owner, "system": system,
                "definition": { "$text": format!("./{path}") },
            });
            entities.push(entity(
                "API",
                &format!("{name}-api"),
                &format!("{} API", party.name),
                description,
                spec,
            ));
            bundle.text(path, document);
        }
    }
    let text: Vec<String> = entities.iter().map(yaml::write).collect();
    bundle.text("catalog-info.yaml", text.join("---\n"));
}

fn entity(kind: &str, name: &str, title: &str, description: &str, spec: Value) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".into(), name.into());
    metadata.insert("title".into(), title.into());
    if !description.is_empty() {
        metadata.insert("description".into(), description.into());
    }
    json!({ "apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec })
}

/// The APIs of whoever sends what a party receives, and of whoever answers what it asks.
fn consumed<'n>(model: &Model, party: &PartyView, apis: &'n BTreeMap<&str, String>) -> BTreeSet<&'n str> {
    use crate::topology::MessageKind as K;
    let mut out = BTreeSet::new();
    for operation in &party.operations {
        let other = match (operation.action, model.messages[operation.message].kind) {
            (Action::Receive, K::Event) => Action::Send,
            (Action::Send, K::Command | K::Query) => Action::Receive,
            _ => continue,
        };
        let others = model.users(operation.message).filter(|(provider, sent)| {
            sent.action == other && provider.ix.is_some() && provider.name != party.name
        });
        out.extend(others.filter_map(|(provider, _)| apis.get(provider.slug.as_str())).map(String::as_str));
    }
    out
}
