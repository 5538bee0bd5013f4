//! Parsed documents and references between them: never fetched, never endless.

mod blocks;
mod parse;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use serde_json::{Map, Value, json};

use super::{DOCUMENT_MAX, Source};
use crate::board::Schema;
use crate::board::schema::json_schema::{
    from_json_schema, pointer_token, rewrite_references, unescape_token,
};
use crate::contracts::Remark;
pub(super) use parse::is_page;

/// How many references are followed one after another.
const HOPS_MAX: usize = 32;
/// How many shared definitions one schema may bring along.
const DEFINITIONS_MAX: usize = 2_000;

/// Documents by path.
#[derive(Debug, Default)]
pub struct Documents {
    parsed: BTreeMap<String, Value>,
    referred: BTreeSet<String>,
}

/// A place in a document.
#[derive(Clone, Debug)]
pub struct Found<'d> {
    /// The document's path.
    pub path: String,
    /// The pointer within it, without `#`.
    pub pointer: String,
    /// What stands there.
    pub value: &'d Value,
}

impl Found<'_> {
    /// The last step of the pointer: what a component is called.
    #[must_use]
    pub fn name(&self) -> String {
        unescape_token(self.pointer.rsplit('/').next().unwrap_or_default())
    }
}

impl Documents {
    /// Parses JSON, YAML and the front matter of pages. What cannot be parsed is reported.
    #[must_use]
    pub fn parse(sources: &[Source], report: &mut IndexSet<Remark>, watch: &mut dyn FnMut(usize)) -> Self {
        let mut out = Self::default();
        for (done, source) in sources.iter().enumerate() {
            watch(done);
            let path = normal(&source.path);
            let mut refused = |message: String| {
                report.insert(Remark { about: source.path.clone(), message });
            };
            if source.text.len() > DOCUMENT_MAX {
                refused(format!("it is larger than {} MB, so it is left out", DOCUMENT_MAX / 1024 / 1024));
                continue;
            }
            match parse::parse(&path, &source.text) {
                Ok(value) => {
                    out.parsed.insert(path, value);
                }
                // A README among pages is no defect of a catalogue.
                Err(_prose) if is_page(&path) => {}
                Err(message) => refused(format!("it is neither JSON nor YAML, so it is left out: {message}")),
            }
        }
        out.unpack();
        // Who refers to whom is known before anything is read.
        for (path, document) in &out.parsed {
            let mut copy = document.clone();
            rewrite_references(&mut copy, &mut |reference| {
                let (file, _) = reference.split_once('#').unwrap_or((reference, ""));
                if !file.is_empty() && !file.contains("://") {
                    out.referred.insert(join(path, file));
                }
                None
            });
        }
        out
    }

    /// Documents that stand as text inside others become documents of their own.
    fn unpack(&mut self) {
        let mut inner: Vec<(String, Value)> = Vec::new();
        for (path, document) in &self.parsed {
            for reader in super::READERS {
                for (name, text) in (reader.inside)(document) {
                    if let Ok(value) = parse::parse("", text) {
                        inner.push((inner_path(path, &name), value));
                    }
                }
            }
        }
        self.parsed.extend(inner);
    }

    /// Every document with its path, in order of path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.parsed.iter().map(|(path, value)| (path.as_str(), value))
    }

    /// The document at a path.
    #[must_use]
    pub fn document(&self, path: &str) -> Option<&Value> {
        self.parsed.get(path)
    }

    /// True when another document refers to this one.
    #[must_use]
    pub fn is_referred_to(&self, path: &str) -> bool {
        self.referred.contains(path)
    }

    /// What stands at a place, references followed to their end.
    ///
    /// # Errors
    /// With a sentence when a reference leads out of the given files, to nothing, or in a circle.
    pub fn follow<'d>(&'d self, path: &str, value: &'d Value) -> Result<Found<'d>, String> {
        let mut at = Found { path: path.to_owned(), pointer: String::new(), value };
        for _ in 0..HOPS_MAX {
            let Some(reference) = at.value.get("$ref").and_then(Value::as_str) else { return Ok(at) };
            at = self.find(&at.path, reference)?;
        }
        Err("its references lead in a circle".to_owned())
    }

    /// What a reference from a document points at, one step.
    ///
    /// # Errors
    /// With a sentence when it leads out of the given files or to nothing.
    pub fn find<'d>(&'d self, from: &str, reference: &str) -> Result<Found<'d>, String> {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        if file.contains("://") {
            return Err(format!("`{reference}` lies elsewhere and is not fetched"));
        }
        let path = if file.is_empty() { from.to_owned() } else { join(from, file) };
        let document =
            self.parsed.get(&path).ok_or_else(|| format!("`{reference}` is in no file that was given"))?;
        let mut value = document;
        for token in pointer.split('/').skip(1) {
            let token = unescape_token(token);
            let next = match value {
                Value::Array(list) => token.parse::<usize>().ok().and_then(|at| list.get(at)),
                _ => value.get(&token),
            };
            value = next.ok_or_else(|| format!("`{reference}` points at nothing"))?;
        }
        Ok(Found { path, pointer: pointer.to_owned(), value })
    }

    /// A schema with everything it refers to, as a table of fields. What cannot be found is left open and reported.
    pub fn schema(&self, path: &str, schema: &Value, report: &mut dyn FnMut(String)) -> Schema {
        let mut collector = Collector { documents: self, names: BTreeMap::new(), done: Map::new(), report };
        let found = match self.follow(path, schema) {
            Ok(found) => found,
            Err(message) => {
                (collector.report)(message);
                return Schema::default();
            }
        };
        let own = found.name();
        let mut root = found.value.clone();
        if found.value.get("$ref").is_none() && !found.pointer.is_empty() {
            collector.names.insert((found.path.clone(), found.pointer.clone()), "#".to_owned());
        }
        collector.localise(&found.path, &mut root);
        if let (Value::Object(root), false) = (&mut root, collector.done.is_empty()) {
            let defs = root.entry("$defs").or_insert_with(|| json!({}));
            if let Value::Object(defs) = defs {
                defs.extend(collector.done);
            }
        }
        let mut schema = from_json_schema(&root);
        strip_prefix(&mut schema, &format!("{own}."));
        schema
    }
}

/// Definitions named after the schema they serve get their own names back.
fn strip_prefix(schema: &mut Schema, prefix: &str) {
    if prefix.len() < 2 || !schema.definitions.keys().any(|name| name.starts_with(prefix)) {
        return;
    }
    let mut value = crate::board::schema::json_schema::to_json_schema(schema);
    let short = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    rewrite_references(&mut value, &mut |reference| {
        let name = unescape_token(reference.strip_prefix("#/$defs/")?);
        Some(format!("#/$defs/{}", pointer_token(&short(&name))))
    });
    if let Some(Value::Object(defs)) = value.get_mut("$defs") {
        let renamed: Map<String, Value> =
            defs.iter().map(|(name, value)| (short(name), value.clone())).collect();
        if renamed.len() != defs.len() {
            return;
        }
        *defs = renamed;
    }
    *schema = from_json_schema(&value);
}

/// Brings every referred schema into one document.
struct Collector<'d, 'r> {
    documents: &'d Documents,
    /// The definition's name by document and pointer; `#` is the root.
    names: BTreeMap<(String, String), String>,
    done: Map<String, Value>,
    report: &'r mut dyn FnMut(String),
}

impl Collector<'_, '_> {
    fn localise(&mut self, path: &str, schema: &mut Value) {
        let mut wanted: Vec<(String, String, String, Value)> = Vec::new();
        let own: BTreeSet<String> = ["$defs", "definitions"]
            .iter()
            .filter_map(|keyword| schema.get(keyword)?.as_object())
            .flat_map(|defs| defs.keys().cloned())
            .collect();
        let names = &mut self.names;
        let (documents, report, count) = (self.documents, &mut *self.report, self.done.len());
        rewrite_references(schema, &mut |reference| {
            let local = reference.strip_prefix("#/$defs/").or(reference.strip_prefix("#/definitions/"));
            if reference == "#" || local.is_some_and(|token| own.contains(&unescape_token(token))) {
                return None;
            }
            // What only refers on must lead somewhere.
            let found = documents.find(path, reference).and_then(|found| {
                let leads_on = found.value.get("$ref").is_some();
                if leads_on { documents.follow(&found.path, found.value).map(|_| found) } else { Ok(found) }
            });
            match found {
                Ok(found) => {
                    let key = (found.path.clone(), found.pointer.clone());
                    if let Some(known) = names.get(&key) {
                        let known = if known == "#" {
                            known.clone()
                        } else {
                            format!("#/$defs/{}", pointer_token(known))
                        };
                        return Some(known);
                    }
                    if count + wanted.len() >= DEFINITIONS_MAX {
                        report(format!(
                            "it refers to more than {DEFINITIONS_MAX} schemas; the rest is left open"
                        ));
                        return Some("#/$defs/left-open".to_owned());
                    }
                    let wish = if found.pointer.is_empty() { stem(&found.path) } else { found.name() };
                    let mut name = wish.clone();
                    let mut n = 2;
                    while names.values().any(|taken| *taken == name) || own.contains(&name) {
                        name = format!("{wish}{n}");
                        n += 1;
                    }
                    names.insert(key, name.clone());
                    wanted.push((
                        name.clone(),
                        found.path.clone(),
                        found.pointer.clone(),
                        found.value.clone(),
                    ));
                    Some(format!("#/$defs/{}", pointer_token(&name)))
                }
                Err(message) => {
                    report(message);
                    Some("#/$defs/left-open".to_owned())
                }
            }
        });
        if schema.to_string().contains("\"#/$defs/left-open\"") {
            self.done.insert("left-open".into(), json!({}));
        }
        for (name, path, _, mut value) in wanted {
            self.done.insert(name.clone(), Value::Null);
            self.localise(&path, &mut value);
            self.done.insert(name, value);
        }
    }
}

fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_owned()
}

/// The path of a document that stands inside another, under a name.
pub(super) fn inner_path(path: &str, name: &str) -> String {
    format!("{path}!{name}")
}

/// A path without `.` and `..` steps.
fn normal(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split(['/', '\\']) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Remarks about documents by the paths that were given: an absolute one begins with a `/` again.
pub(super) fn as_given(report: IndexSet<Remark>, sources: &[Source]) -> Vec<Remark> {
    let absolute = sources.iter().filter(|source| source.path.starts_with('/'));
    let absolute: BTreeSet<String> = absolute.map(|source| normal(&source.path)).collect();
    let named = |mut remark: Remark| {
        let nearest = absolute.range(..=remark.about.clone()).next_back();
        if nearest.is_some_and(|path| remark.about.starts_with(path.as_str())) {
            remark.about.insert(0, '/');
        }
        remark
    };
    report.into_iter().map(named).collect()
}

/// What documents are called together: the name of the one, or of the folder they all lie in; empty where they have none.
pub(super) fn common_name(sources: &[Source]) -> String {
    let paths: Vec<String> = sources.iter().map(|source| normal(&source.path)).collect();
    let [first, rest @ ..] = paths.as_slice() else { return String::new() };
    if rest.is_empty() {
        return if first == "-" { String::new() } else { stem(first) };
    }
    let mut common: Vec<&str> = first.split('/').collect();
    common.pop();
    for path in rest {
        let shared = common.iter().zip(path.split('/')).take_while(|(a, b)| **a == *b).count();
        common.truncate(shared);
    }
    common.last().map_or_else(String::new, |folder| (*folder).to_owned())
}

/// The path a relative reference from a document leads to.
pub(super) fn join(from: &str, file: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    normal(&format!("{folder}/{file}"))
}
