//! EventCatalog folders: domains become bounded contexts, services what they send and receive, with their channels.
//!
//! Identity there is the front matter's `id` and `version`; folders only say what kind of thing a page is about.

mod flows;
mod pages;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::documents::{is_page, join};
use super::gathered::{Does, Gathered, MessageKey, Sort, Use};
use super::{Documents, Reader, products};
use crate::board::{ChannelKind, Mode, Schema, StickyKind, Version};
use crate::contracts::model::Action;
use crate::topology::MessageKind;
use pages::{Page, Pages, text};

/// The format's row in the registry.
pub const READER: Reader = Reader {
    name: "eventcatalog",
    label: "EventCatalog",
    sniff: |path, front| is_page(path) && pages::collection(path).is_some() && front.get("id").is_some(),
    inside: super::nothing_inside,
    read,
};

fn read(paths: &[&str], documents: &Documents, into: &mut Gathered) {
    let pages = Pages::new(paths, documents);
    let (names, channels, services, service_names, handlers) = Default::default();
    let mut catalogue =
        Catalogue { pages: &pages, documents, into, names, channels, services, service_names, handlers };
    catalogue.read_channels();
    catalogue.read_messages();
    let services: Vec<&Page> = pages.of("services").chain(pages.of("agents")).collect();
    for page in services.iter().copied().filter(|page| !page.versioned) {
        catalogue.read_service(page);
    }
    for page in pages.of("domains").chain(pages.of("subdomains")).chain(pages.of("systems")) {
        if page.front.get("sends").or_else(|| page.front.get("receives")).is_some() {
            catalogue.into.remark(page.path, "what it sends and receives as a whole is left to its services");
        }
    }
    for page in pages.of("flows") {
        catalogue.read_flow(page);
    }
    for (collection, count) in pages.counts() {
        if ![
            "domains",
            "subdomains",
            "services",
            "agents",
            "events",
            "commands",
            "queries",
            "channels",
            "flows",
            "teams",
            "users",
        ]
        .contains(&collection)
        {
            let what = match collection {
                "systems" => {
                    "say which services belong together; of the two levels a board shows the domains"
                }
                _ => "have no place on a board",
            };
            catalogue.into.remark(collection, format!("{count} of the catalogue's pages {what}"));
        }
    }
    catalogue.into.remark(
        "catalogue",
        "the prose and badges of its pages have no place on a board; summaries are kept",
    );
}

struct Catalogue<'p, 'd, 'g> {
    pages: &'p Pages<'d>,
    documents: &'d Documents,
    into: &'g mut Gathered,
    /// What the board calls a message, by id.
    names: BTreeMap<&'d str, MessageKey>,
    /// What the board calls a channel, by id.
    channels: BTreeMap<&'d str, String>,
    /// The id of the service that has a name.
    services: BTreeMap<String, &'d str>,
    /// What the board calls a service, by id.
    service_names: BTreeMap<&'d str, String>,
    /// The first use of a message by somebody who receives it.
    handlers: BTreeMap<MessageKey, usize>,
}

/// What a list of messages says of one.
struct Stated<'d> {
    key: MessageKey,
    /// Empty where the newest is meant.
    version: String,
    channels: Vec<String>,
    value: &'d Value,
}

impl<'d> Catalogue<'_, 'd, '_> {
    fn read_channels(&mut self) {
        for page in self.pages.of("channels").filter(|page| !page.versioned) {
            let name = text(page.front, "address").or_else(|| text(page.front, "name")).unwrap_or(page.id);
            let name = self.into.spelt(Sort::Channel, name);
            let protocols: BTreeSet<String> =
                pages::texts(page.front, "protocols").map(str::to_ascii_lowercase).collect();
            let mut channel = products::channel(&|product| protocols.contains(product));
            let badges = page.front.get("badges").and_then(Value::as_array).into_iter().flatten();
            for badge in badges.filter_map(|badge| text(badge, "content")) {
                channel.kind = match badge {
                    "Bus" => ChannelKind::Bus,
                    "Topic" => ChannelKind::Topic,
                    "Queue" => ChannelKind::Queue,
                    "Stream" => ChannelKind::Stream,
                    _ => channel.kind,
                };
            }
            channel.description = page.summary();
            self.channels.insert(page.id, name.clone());
            self.into.channels.insert(name, channel);
        }
    }

    fn read_messages(&mut self) {
        let mut taken: BTreeMap<MessageKey, &str> = BTreeMap::new();
        for (collection, kind) in [
            ("events", MessageKind::Event),
            ("commands", MessageKind::Command),
            ("queries", MessageKind::Query),
        ] {
            for page in self.pages.of(collection) {
                let name = text(page.front, "name").unwrap_or(page.id);
                let name = self.into.spelt(Sort::Message(kind), name);
                let mut key = (kind, name);
                if *taken.entry(key.clone()).or_insert(page.id) != page.id {
                    self.into.remark(
                        page.path,
                        format!("`{}` is the name of another page too, so it goes by its id", key.1),
                    );
                    key.1 = self.into.spelt(Sort::Message(kind), page.id);
                }
                self.names.insert(page.id, key.clone());
                self.read_version(page, &key);
            }
        }
    }

    fn read_version(&mut self, page: &Page<'d>, key: &MessageKey) {
        let schema = self.schema(page, text(page.front, "schemaPath"));
        let response =
            self.schema(page, Some("response.schema.json").filter(|_| key.0 == MessageKind::Query));
        let deprecated = page.front.get("deprecated");
        let date = deprecated.and_then(|d| text(d, "date"));
        if deprecated == Some(&Value::Bool(true)) {
            self.into.remark(
                page.path,
                "it is deprecated, but no date is given; a board states deprecation by its date",
            );
        }
        let said = self.into.messages.entry(key.clone()).or_default();
        if !page.versioned || said.description.is_empty() {
            said.description = page.summary();
        }
        if response.is_some() {
            said.response = response;
        }
        if key.0 == MessageKind::Command && page.front.get("operation").is_none() && said.versions.is_empty()
        {
            said.command.mode = Mode::Asynchronous;
        }
        let version = Version {
            version: pages::short(page.version),
            schema: schema.unwrap_or_default(),
            deprecated: date.unwrap_or_default().to_owned(),
            ..Version::default()
        };
        self.into.add_version(page.path, key, version);
    }

    fn schema(&mut self, page: &Page<'d>, file: Option<&str>) -> Option<Schema> {
        let path = join(page.path, file?);
        let Some(document) = self.documents.document(&path) else {
            if file != Some("response.schema.json") {
                self.into.remark(page.path, format!("its schema {} is no JSON Schema that was given", file?));
            }
            return None;
        };
        self.into.taken.insert(path.clone());
        let mut problems = Vec::new();
        let mut schema = self.documents.schema(&path, document, &mut |message| problems.push(message));
        for message in problems {
            self.into.remark(&path, message);
        }
        for known in ["$id", "title", "description"] {
            schema.extra.remove(known);
        }
        Some(schema)
    }

    fn read_service(&mut self, page: &Page<'d>) {
        let mut name = self.into.spelt(Sort::Service, text(page.front, "name").unwrap_or(page.id));
        if *self.services.entry(name.clone()).or_insert(page.id) != page.id {
            self.into
                .remark(page.path, format!("`{name}` is the name of another page too, so it goes by its id"));
            name = self.into.spelt(Sort::Service, page.id);
        }
        self.service_names.insert(page.id, name.clone());
        let team = pages::texts(page.front, "owners").next().map(|id| self.pages.owner(id).to_owned());
        let service = self.into.services.entry(name.clone()).or_default();
        service.description = page.summary();
        service.team = team.unwrap_or_default();
        if page.front.get("externalSystem") == Some(&Value::Bool(true)) || self.pages.is_external(page) {
            self.into.external.insert(name.clone());
        }
        if let Some(context) = self.pages.domain_of(page) {
            self.into.contexts.insert(name.clone(), context.to_owned());
        }
        let specifications = page.front.get("specifications");
        let listed = specifications.and_then(Value::as_array).into_iter().flatten();
        let paths = listed.filter_map(|one| text(one, "path"));
        let named = ["asyncapiPath", "openapiPath"].iter().filter_map(|key| text(specifications?, key));
        for file in paths.chain(named) {
            self.into.described.insert(join(page.path, file), name.clone());
        }
        let sends = self.uses(page, &name, "sends", Action::Send);
        let receives = self.uses(page, &name, "receives", Action::Receive);
        self.reactions(&name, &sends, &receives);
    }

    /// The uses a service's page lists, each with what it says of the message.
    fn uses(
        &mut self,
        page: &Page<'d>,
        service: &str,
        list: &str,
        action: Action,
    ) -> Vec<(usize, Stated<'d>)> {
        let all = page.front.get(list).and_then(Value::as_array).into_iter().flatten();
        let mut out = Vec::new();
        for value in all {
            let Some(stated) = self.stated(page, value, if action == Action::Send { "to" } else { "from" })
            else {
                continue;
            };
            let asked = stated.key.0 != MessageKind::Event;
            let waits = stated.channels.is_empty() && asked && !self.is_asynchronous(&stated.key);
            let mode = if waits { Mode::Synchronous } else { Mode::Asynchronous };
            let used = Use {
                ways: self.ways(&stated, action),
                fields: pages::texts(value, "fields").map(str::to_owned).collect(),
                version: if action == Action::Receive { stated.version.clone() } else { String::new() },
                ..Use::straight(service, action, stated.key.clone(), mode)
            };
            let at = self.into.add_use(used);
            if action == Action::Receive {
                self.handlers.entry(stated.key.clone()).or_insert(at);
            }
            out.push((at, stated));
        }
        out
    }

    fn is_asynchronous(&self, key: &MessageKey) -> bool {
        let said = self.into.messages.get(key);
        key.0 == MessageKind::Command && said.is_some_and(|said| said.command.mode == Mode::Asynchronous)
    }

    fn stated(&mut self, page: &Page<'d>, value: &'d Value, way: &str) -> Option<Stated<'d>> {
        let id = text(value, "id")?;
        let wanted = text(value, "version").unwrap_or("latest");
        let key = match self.names.get(id) {
            Some(key) => key.clone(),
            None => {
                self.into.remark(page.path, format!("`{id}` has no page, so it is taken for an event"));
                let key = (MessageKind::Event, self.into.spelt(Sort::Message(MessageKind::Event), id));
                self.into.messages.entry(key.clone()).or_default();
                self.names.insert(id, key.clone());
                key
            }
        };
        let version = match self.pages.version(id, wanted) {
            Ok(version) => version,
            Err(message) => {
                self.into.remark(page.path, message);
                String::new()
            }
        };
        let listed = value.get(way).and_then(Value::as_array).into_iter().flatten();
        let ids = listed.filter_map(|channel| text(channel, "id").or(channel.as_str()));
        let mut channels: Vec<String> = ids.map(|id| self.channel(id)).collect();
        channels.dedup();
        Some(Stated { key, version, channels, value })
    }

    fn channel(&mut self, id: &'d str) -> String {
        match self.channels.get(id) {
            Some(name) => name.clone(),
            None => {
                let name = self.into.spelt(Sort::Channel, id);
                self.into.channels.entry(name.clone()).or_default();
                self.channels.insert(id, name.clone());
                name
            }
        }
    }

    /// The ways of a message: what is received through a channel may have come there from others.
    fn ways(&mut self, stated: &Stated<'d>, action: Action) -> BTreeSet<Vec<String>> {
        if action == Action::Send {
            return stated.channels.iter().map(|channel| vec![channel.clone()]).collect();
        }
        let id = text(stated.value, "id").unwrap_or_default();
        let starts: BTreeSet<&str> = self.pages.sent_to(id);
        let mut out = BTreeSet::new();
        for channel in stated.value.get("from").and_then(Value::as_array).into_iter().flatten() {
            let Some(end) = text(channel, "id").or(channel.as_str()) else { continue };
            let ways = self.pages.ways(&starts, end);
            for way in if ways.is_empty() { vec![vec![end]] } else { ways } {
                out.insert(way.into_iter().map(|id| self.channel(id)).collect());
            }
        }
        out
    }

    /// What follows from what is received: the `triggers` of a page.
    fn reactions(&mut self, service: &str, sends: &[(usize, Stated<'d>)], receives: &[(usize, Stated<'d>)]) {
        let mut found: Vec<(Vec<usize>, Vec<Does>)> = Vec::new();
        for (on, stated) in receives {
            let mut does: Vec<Does> = Vec::new();
            let mut ids: Vec<&str> = Vec::new();
            for trigger in stated.value.get("triggers").and_then(Value::as_array).into_iter().flatten() {
                let Some(id) = text(trigger, "id") else { continue };
                let key = self.names.get(id);
                let uses: Vec<usize> =
                    sends.iter().filter(|(_, sent)| Some(&sent.key) == key).map(|(at, _)| *at).collect();
                if uses.is_empty() {
                    self.into.remark(
                        service,
                        format!("it triggers `{id}`, which it does not list among what it sends"),
                    );
                    continue;
                }
                does.push(outcome(uses, text(trigger, "condition").unwrap_or_default(), &ids));
                ids.push(id);
            }
            if does.is_empty() {
                continue;
            }
            match found.iter_mut().find(|(_, known)| *known == does) {
                Some((all, _)) => all.push(*on),
                None => found.push((vec![*on], does)),
            }
        }
        for (number, (on, does)) in found.into_iter().enumerate() {
            let said = self.into.state_reaction(service, number, StickyKind::Service);
            (said.on, said.does) = (on, does);
        }
    }
}

/// An output under a condition: our own exports state weights and failures in fixed words, others write prose.
fn outcome(uses: Vec<usize>, condition: &str, before: &[&str]) -> Does {
    use crate::contracts::eventcatalog::{FAILURE, WEIGHT};
    let weight = condition.strip_prefix(WEIGHT).and_then(|text| text.parse().ok());
    let failed = condition.strip_prefix(FAILURE).and_then(|id| before.iter().position(|other| *other == id));
    let note = if weight.is_none() && failed.is_none() { condition.trim().to_owned() } else { String::new() };
    Does { uses, weight, on_failure_of: failed, note }
}
