//! The pages of a catalogue by collection and id, and what they say of each other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Documents;

/// Folders that say what a page below them is about.
const COLLECTIONS: [&str; 16] = [
    "domains",
    "subdomains",
    "systems",
    "services",
    "agents",
    "events",
    "commands",
    "queries",
    "channels",
    "flows",
    "entities",
    "containers",
    "adrs",
    "data-products",
    "teams",
    "users",
];

/// The most ways followed from one channel to another.
const WAYS_MAX: usize = 16;

/// A page.
pub(super) struct Page<'d> {
    pub path: &'d str,
    pub collection: &'static str,
    pub id: &'d str,
    pub version: &'d str,
    /// An older version, kept beside the newest.
    pub versioned: bool,
    pub front: &'d Value,
}

impl Page<'_> {
    /// What it says in a sentence or two.
    pub(super) fn summary(&self) -> String {
        text(self.front, "summary")
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .unwrap_or_default()
    }

    fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Every page, by collection; within one by id and version, oldest first.
pub(super) struct Pages<'d> {
    all: Vec<Page<'d>>,
    by_id: BTreeMap<&'d str, Vec<usize>>,
    /// Channels a message is sent to, by its id.
    sent: BTreeMap<&'d str, BTreeSet<&'d str>>,
    /// The channels a channel hands on to.
    routes: BTreeMap<&'d str, BTreeSet<&'d str>>,
}

pub(super) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The texts of a list, or the ids of its entries.
pub(super) fn texts<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v str> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|one| one.as_str().or_else(|| text(one, "id")))
}

/// The ids of the steps that follow a step, with the label of the way there.
pub(super) fn next_steps(step: &Value) -> impl Iterator<Item = (&Value, &str)> {
    let one = step.get("next_step").into_iter();
    let several = step.get("next_steps").and_then(Value::as_array).into_iter().flatten();
    one.chain(several).map(|next| (next.get("id").unwrap_or(next), text(next, "label").unwrap_or_default()))
}

/// What the page at a path is about; none for pages that are no resources.
pub(super) fn collection(path: &str) -> Option<&'static str> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let nearest = folder.rsplit('/').find_map(|step| COLLECTIONS.iter().find(|name| **name == step))?;
    let index = file.starts_with("index.") || matches!(*nearest, "teams" | "users");
    index.then_some(*nearest)
}

/// A version as a board spells it: `1.0.0` is `1`, `2.1.0` is `2.1`.
pub(super) fn short(version: &str) -> String {
    let plain = version.strip_prefix("0.0.0-").unwrap_or(version);
    let short = plain.strip_suffix(".0").map_or(plain, |rest| rest.strip_suffix(".0").unwrap_or(rest));
    if short.is_empty() { "1".to_owned() } else { short.to_owned() }
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0)).collect()
}

impl<'d> Pages<'d> {
    pub(super) fn new(paths: &[&str], documents: &'d Documents) -> Self {
        let mut all: Vec<Page<'d>> = Vec::new();
        for (path, front) in documents.iter().filter(|(path, _)| paths.contains(path)) {
            let (Some(collection), Some(id)) = (collection(path), text(front, "id")) else { continue };
            let version = text(front, "version").unwrap_or("1.0.0");
            let versioned = path.rsplit('/').nth(2) == Some("versioned");
            all.push(Page { path, collection, id, version, versioned, front });
        }
        all.sort_by(|a, b| {
            (a.collection, a.id, numbers(a.version)).cmp(&(b.collection, b.id, numbers(b.version)))
        });
        let mut out = Self { by_id: BTreeMap::new(), sent: BTreeMap::new(), routes: BTreeMap::new(), all };
        for (at, page) in out.all.iter().enumerate() {
            out.by_id.entry(page.id).or_default().push(at);
            for route in page.front.get("routes").and_then(Value::as_array).into_iter().flatten() {
                out.routes.entry(page.id).or_default().extend(text(route, "id"));
            }
            for sent in page.front.get("sends").and_then(Value::as_array).into_iter().flatten() {
                let to = sent.get("to").and_then(Value::as_array).into_iter().flatten();
                let to = to.filter_map(|channel| text(channel, "id").or(channel.as_str()));
                if let Some(id) = text(sent, "id") {
                    out.sent.entry(id).or_default().extend(to);
                }
            }
        }
        out
    }

    pub(super) fn of(&self, collection: &str) -> impl Iterator<Item = &Page<'d>> {
        self.all.iter().filter(move |page| page.collection == collection)
    }

    pub(super) fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut out = BTreeMap::new();
        for page in &self.all {
            *out.entry(page.collection).or_default() += 1;
        }
        out
    }

    fn named(&self, collections: &[&str], id: &str) -> Option<&Page<'d>> {
        let mut all = self.by_id.get(id).into_iter().flatten().map(|at| &self.all[*at]);
        all.rfind(|page| collections.contains(&page.collection))
    }

    /// What a team or person is called.
    pub(super) fn owner<'p>(&'p self, id: &'p str) -> &'p str {
        self.named(&["teams", "users"], id).and_then(|page| text(page.front, "name")).unwrap_or(id)
    }

    /// The version of a message that is meant, as a board spells it; empty for the newest.
    pub(super) fn version(&self, id: &str, wanted: &str) -> Result<String, String> {
        let of_message = |page: &&Page| matches!(page.collection, "events" | "commands" | "queries");
        let all = self.by_id.get(id).into_iter().flatten().map(|at| &self.all[*at]);
        let all: Vec<&Page> = all.filter(of_message).collect();
        let Some(newest) = all.last() else { return Ok(String::new()) };
        let plain = wanted.trim_start_matches(['^', '~', '=', 'v', '>', ' ']);
        let start: Vec<&str> =
            plain.split('.').take_while(|part| part.bytes().all(|b| b.is_ascii_digit())).collect();
        let ranged = plain != wanted || start.len() < plain.split('.').count();
        let found = if wanted == "latest" || wanted.is_empty() || ranged && start.is_empty() {
            Some(newest)
        } else if ranged {
            let within = if wanted.starts_with('^') { &start[..1] } else { &start[..start.len().min(2)] };
            all.iter().rev().find(|page| page.version.split('.').zip(within).all(|(a, b)| a == *b))
        } else {
            all.iter().rev().find(|page| page.version == wanted || short(page.version) == short(wanted))
        };
        match found {
            Some(page) => Ok(short(page.version)),
            None => Err(format!("`{id}` has no version {wanted}; the newest is taken")),
        }
    }

    /// The domain a page belongs to, by its folder or by the lists of domains and systems.
    pub(super) fn domain_of(&self, page: &Page) -> Option<&str> {
        let domains = || self.of("domains").chain(self.of("subdomains")).filter(|domain| !domain.versioned);
        let inside = |domain: &&Page| page.path.starts_with(&format!("{}/", domain.folder()));
        let by_folder = domains().filter(inside).min_by_key(|domain| Reverse(domain.folder().len()));
        let lists = |domain: &&Page| {
            let systems = texts(domain.front, "systems").filter_map(|id| self.named(&["systems"], id));
            let mut services = texts(domain.front, "services")
                .chain(systems.flat_map(|system| texts(system.front, "services")));
            services.any(|id| id == page.id)
        };
        let domain = by_folder.or_else(|| domains().find(lists))?;
        text(domain.front, "name").or(Some(domain.id))
    }

    /// True for a service of a system that is somebody else's.
    pub(super) fn is_external(&self, page: &Page) -> bool {
        self.of("systems").filter(|system| text(system.front, "scope") == Some("external")).any(|system| {
            page.path.starts_with(&format!("{}/", system.folder()))
                || texts(system.front, "services").any(|id| id == page.id)
        })
    }

    /// The channels anybody sends a message to.
    pub(super) fn sent_to(&self, id: &str) -> BTreeSet<&'d str> {
        self.sent.get(id).cloned().unwrap_or_default()
    }

    /// The ways from one of several channels to another, by what each hands on to.
    pub(super) fn ways(&self, starts: &BTreeSet<&'d str>, end: &'d str) -> Vec<Vec<&'d str>> {
        let mut out: Vec<Vec<&str>> = Vec::new();
        let mut open: Vec<Vec<&str>> = starts.iter().rev().map(|start| vec![*start]).collect();
        while let Some(way) = open.pop() {
            let last = way.last().copied().unwrap_or_default();
            if last == end {
                out.push(way);
                if out.len() >= WAYS_MAX {
                    break;
                }
                continue;
            }
            if way.len() < WAYS_MAX && open.len() < WAYS_MAX * WAYS_MAX {
                let next = self.routes.get(last).into_iter().flatten().filter(|next| !way.contains(*next));
                open.extend(next.map(|next| way.iter().copied().chain([*next]).collect::<Vec<_>>()));
            }
        }
        out
    }
}
