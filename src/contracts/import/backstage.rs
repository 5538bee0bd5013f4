//! Backstage catalogues: components become services, with their teams, the interfaces they provide and consume.

use std::collections::BTreeMap;

use serde_json::Value;

use super::documents::{inner_path, join};
use super::gathered::{Gathered, Sort};
use super::{Documents, Reader, products};
use crate::board::Control;

/// The format's row in the registry.
pub const READER: Reader = Reader {
    name: "backstage",
    label: "Backstage catalogue",
    sniff: |_path, document| is_catalogue(document),
    inside,
    read,
};

fn is_entity(value: &Value) -> bool {
    value
        .get("apiVersion")
        .and_then(Value::as_str)
        .is_some_and(|version| version.starts_with("backstage.io/"))
}

fn is_catalogue(document: &Value) -> bool {
    entities(document).any(is_entity)
}

fn entities(document: &Value) -> impl Iterator<Item = &Value> {
    let several = document.as_array().map_or(&[][..], Vec::as_slice);
    let one = Some(document).filter(|document| document.is_object());
    several.iter().chain(one)
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// Interfaces whose description stands in the catalogue itself.
fn inside(document: &Value) -> Vec<(String, &str)> {
    let apis = entities(document).filter(|entity| text(entity, "/kind") == Some("API"));
    let stated = apis.filter_map(|api| {
        let definition = text(api, "/spec/definition")?;
        Some((text(api, "/metadata/name")?.to_owned(), definition))
    });
    if is_catalogue(document) { stated.collect() } else { Vec::new() }
}

/// The name in a reference such as `group:default/shop`.
fn referred(reference: &str) -> &str {
    let plain = reference.rsplit_once(':').map_or(reference, |(_, rest)| rest);
    plain.rsplit_once('/').map_or(plain, |(_, name)| name)
}

fn list<'v>(entity: &'v Value, pointer: &str) -> impl Iterator<Item = &'v str> {
    entity
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(referred)
}

fn title(entity: &Value) -> &str {
    ["/metadata/title", "/spec/profile/displayName", "/metadata/name"]
        .iter()
        .find_map(|pointer| text(entity, pointer))
        .unwrap_or_default()
}

fn read(paths: &[&str], documents: &Documents, into: &mut Gathered) {
    let mut all: Vec<(&str, &Value)> = Vec::new();
    for path in paths {
        let Some(document) = documents.document(path) else { continue };
        all.extend(entities(document).filter(|entity| is_entity(entity)).map(|entity| (*path, entity)));
    }
    let mut by_kind: BTreeMap<&str, BTreeMap<&str, (&str, &Value)>> = BTreeMap::new();
    for (path, entity) in &all {
        let (Some(kind), Some(name)) = (text(entity, "/kind"), text(entity, "/metadata/name")) else {
            into.remark(*path, "an entity has no kind or no name, so it is left out");
            continue;
        };
        if by_kind.entry(kind).or_default().insert(name, (path, entity)).is_some() {
            into.remark(*path, format!("{kind} `{name}` is stated twice; the later one stands"));
        }
    }
    let of = |kind: &str| by_kind.get(kind).cloned().unwrap_or_default();
    let catalogue =
        Catalogue { groups: of("Group"), systems: of("System"), domains: of("Domain"), apis: of("API") };
    let components = of("Component");
    for (name, (path, component)) in &components {
        catalogue.component(path, name, component, into);
    }
    // A system around everything says nothing.
    let mut contexts: Vec<&String> = into.contexts.values().collect();
    contexts.dedup();
    if contexts.len() < 2 && into.contexts.len() == components.len() {
        into.contexts.clear();
    }
    for (name, (path, resource)) in of("Resource") {
        let kind = text(resource, "/spec/type").unwrap_or_default().to_ascii_lowercase();
        if ["queue", "topic", "stream", "bus", "kafka", "sns", "sqs"].iter().any(|word| kind.contains(word)) {
            let mut channel = products::channel(&|product| kind.contains(product));
            channel.description = text(resource, "/metadata/description").unwrap_or_default().to_owned();
            let name = into.spelt(Sort::Channel, name);
            into.channels.insert(name.clone(), channel);
            into.remark(path, format!("`{name}` is known as a channel; what travels there is not said here"));
        } else {
            into.remark(path, format!("resource `{name}` has no place on a board"));
        }
    }
    for kind in by_kind
        .keys()
        .filter(|kind| !["Component", "API", "Group", "System", "Domain", "Resource", "User"].contains(kind))
    {
        into.remark(
            "catalogue",
            format!("entities of kind {kind} have no place on a board; nothing is fetched"),
        );
    }
}

type Entities<'d> = BTreeMap<&'d str, (&'d str, &'d Value)>;

struct Catalogue<'d> {
    groups: Entities<'d>,
    systems: Entities<'d>,
    domains: Entities<'d>,
    apis: Entities<'d>,
}

impl Catalogue<'_> {
    fn component(&self, path: &str, id: &str, component: &Value, into: &mut Gathered) {
        let name = into.spelt(Sort::Service, title(component));
        let service = into.services.entry(name.clone()).or_default();
        service.description = text(component, "/metadata/description").unwrap_or_default().to_owned();
        if let Some(owner) = text(component, "/spec/owner").map(referred).filter(|owner| *owner != "unknown")
        {
            service.team = self.groups.get(owner).map_or(owner, |(_, group)| title(group)).to_owned();
        }
        if text(component, "/spec/type") == Some("external") {
            service.control = Control::ThirdParty;
            into.external.insert(name.clone());
        }
        if let Some(system) = text(component, "/spec/system").map(referred) {
            let of_system = self.systems.get(system).map(|(_, system)| *system);
            let domain = of_system.and_then(|system| text(system, "/spec/domain")).map(referred);
            let context = match domain {
                Some(domain) => self.domains.get(domain).map_or(domain, |(_, domain)| title(domain)),
                None => of_system.map_or(system, title),
            };
            into.contexts.insert(name.clone(), context.to_owned());
        }
        for api in list(component, "/spec/providesApis") {
            if let Some(description) = self.description(path, api, into) {
                into.described.insert(description, name.clone());
            }
        }
        for api in list(component, "/spec/consumesApis") {
            if let Some(description) = self.description(path, api, into) {
                into.consumers.insert((name.clone(), description));
            }
        }
        if component.pointer("/spec/dependsOn").is_some() {
            into.remark(
                path,
                format!("what component `{id}` depends on is not said as messages, so it is left out"),
            );
        }
    }

    /// The path of the document that describes an interface.
    fn description(&self, path: &str, api: &str, into: &mut Gathered) -> Option<String> {
        let Some((place, entity)) = self.apis.get(api) else {
            into.remark(path, format!("API `{api}` is in no catalogue that was given"));
            return None;
        };
        let kind = text(entity, "/spec/type").unwrap_or_default();
        if !matches!(kind, "asyncapi" | "openapi") {
            into.remark(*place, format!("API `{api}` is described as {kind}, which is not read"));
            return None;
        }
        match entity.pointer("/spec/definition") {
            Some(Value::String(_)) => Some(inner_path(place, api)),
            Some(Value::Object(file)) => {
                let file = ["$text", "$json", "$yaml"].iter().find_map(|key| file.get(*key)?.as_str());
                match file {
                    Some(file) if !file.contains("://") => Some(join(place, file)),
                    Some(file) => {
                        into.remark(*place, format!("`{file}` lies elsewhere and is not fetched"));
                        None
                    }
                    None => None,
                }
            }
            _ => {
                into.remark(*place, format!("API `{api}` has no definition"));
                None
            }
        }
    }
}
