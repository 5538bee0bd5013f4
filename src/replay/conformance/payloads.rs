//! Payloads against the versions of their contracts.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value;

use super::types::times;
use super::{Finding, Scene, Tally};
use crate::board::schema::validate::Validator;
use crate::board::{Schema, Version};
use crate::replay::event::Detail;
use crate::replay::index::EventRef;
use crate::replay::time;
use crate::topology::{MessageIx, MessageKind};

/// One version, ready to judge payloads.
struct Judge<'a> {
    version: &'a str,
    /// Nothing for a schema that says nothing.
    validator: Option<Validator>,
    /// The first moment at which it may be gone, in nanoseconds since 1970.
    gone_at: Option<i64>,
    deprecated: &'a str,
}

/// What one payload is guilty of.
enum Verdict {
    Invalid { version: String, problem: String, n_problems: usize },
    Deprecated { version: String, since: String, late: i64 },
}

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let log = scene.log;
    let judges: Vec<Vec<Judge<'_>>> =
        (0..log.types().len()).map(|number| judges(scene, number as u16)).collect();
    if judges.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let verdicts: Vec<(usize, u16, Verdict)> = (0..log.len().div_ceil(ROWS))
        .into_par_iter()
        .flat_map_iter(|part| {
            let rows = part * ROWS..(part + 1) * ROWS;
            let judged = log.events(rows).filter_map(|event| {
                let judges = &judges[usize::from(event.type_number())];
                Some((event.row(), event.type_number(), judge(&event, judges)?))
            });
            judged.collect::<Vec<_>>()
        })
        .collect();
    let mut invalid: BTreeMap<(u16, String), (Tally, String)> = BTreeMap::new();
    let mut old: BTreeMap<(u16, String, String), Tally> = BTreeMap::new();
    for (row, number, verdict) in verdicts {
        match verdict {
            Verdict::Invalid { version, problem, n_problems } => {
                let mut one = BTreeMap::new();
                let key = (number, version);
                let (tally, first) = invalid.remove(&key).unzip();
                if let Some(tally) = tally {
                    one.insert((), tally);
                }
                Tally::add(&mut one, (), row, n_problems as i64);
                if let Some(tally) = one.remove(&()) {
                    invalid.insert(key, (tally, first.unwrap_or(problem)));
                }
            }
            Verdict::Deprecated { version, since, late } => {
                Tally::add(&mut old, (number, version, since), row, late);
            }
        }
    }
    let name = |number: u16| log.types().title(number);
    let places =
        |number| scene.tracks.matched().message(number).map(|m| scene.key_of(m)).into_iter().collect();
    let broken = invalid.iter().map(|((number, version), (tally, problem))| {
        let name = name(*number);
        let message =
            format!("`{name}` is not valid under {version} {}; first: {problem}", times(tally.count));
        scene.finding("schema-violation", format!("{name} {version}"), message, tally, places(*number))
    });
    let late = old.iter().map(|((number, version, since), tally)| {
        let name = name(*number);
        let message = format!(
            "`{name}` version {version} was deprecated on {since} and still came {}",
            times(tally.count)
        );
        scene.finding("deprecated-version", format!("{name} {version}"), message, tally, places(*number))
    });
    broken.chain(late).collect()
}

/// Events judged in one go.
const ROWS: usize = 4_096;

/// The versions of a message, newest first.
fn versions<'a>(scene: &Scene<'a>, message: MessageIx) -> Vec<&'a Version> {
    let row = &scene.topology[message];
    let versions = match row.kind {
        MessageKind::Event => scene.board.events.get(&row.name).map(|e| &e.versions),
        MessageKind::Command => scene.board.commands.get(&row.name).map(|c| &c.versions),
        MessageKind::Query => None,
    };
    versions.into_iter().flatten().rev().collect()
}

fn judges<'a>(scene: &Scene<'a>, type_number: u16) -> Vec<Judge<'a>> {
    let matched = scene.tracks.matched();
    let Some(message) = matched.message(type_number) else { return Vec::new() };
    let row = &scene.topology[message];
    // A schema that is none is the advice's business, not the log's.
    let ready = |schema: &Schema| if schema.is_empty() { None } else { Validator::new(schema).ok() };
    if row.kind == MessageKind::Query {
        let Some(query) = scene.board.queries.get(&row.name) else { return Vec::new() };
        let schema = if matched.is_reply(type_number) { &query.response } else { &query.request };
        return vec![Judge { version: "", validator: ready(schema), gone_at: None, deprecated: "" }];
    }
    if matched.is_reply(type_number) {
        return Vec::new();
    }
    versions(scene, message)
        .into_iter()
        .map(|version| Judge {
            version: &version.version,
            validator: ready(&version.schema),
            // In force until the end of the day it names.
            gone_at: time::parse(version.deprecated.as_bytes(), time::TimeUnit::Auto)
                .map(|day| day.saturating_add(86_400 * time::SECOND)),
            deprecated: &version.deprecated,
        })
        .collect()
}

/// The version a record names: an attribute, the end of its type (`.v2`) or of its schema's address.
fn stated<'a>(event: &EventRef<'_>, detail: &Detail, judges: &'a [Judge<'a>]) -> Option<&'a Judge<'a>> {
    let known = |text: &str| {
        let number = text.trim_start_matches(['v', 'V']);
        judges.iter().find(|j| !number.is_empty() && j.version.trim_start_matches(['v', 'V']) == number)
    };
    let attribute = |path: &str| detail.attribute(path).and_then(|text| known(&text));
    ["dataversion", "metadata.version", "detail.metadata.version", "schemaversion"]
        .iter()
        .find_map(|path| attribute(path))
        .or_else(|| {
            let end = event.name().rsplit(['.', '/', ':', '#']).next()?;
            if end.starts_with(['v', 'V']) { known(end) } else { None }
        })
        .or_else(|| {
            let address = detail.attribute("dataschema")?;
            let mut parts = address.trim_end_matches(".json").rsplit(['/', '-', '#', ':']);
            parts.find_map(known)
        })
}

fn judge(event: &EventRef<'_>, judges: &[Judge<'_>]) -> Option<Verdict> {
    if judges.is_empty() {
        return None;
    }
    let detail = event.detail()?;
    let payload: Value = detail.payload_json().unwrap_or(Value::Null);
    let is_fine = |j: &&Judge<'_>| j.validator.as_ref().is_none_or(|v| v.is_valid(&payload));
    let named = stated(event, &detail, judges);
    let meant = match named {
        Some(judge) => Some(judge).filter(is_fine),
        None => judges.iter().find(is_fine),
    };
    let Some(meant) = meant else {
        let against = named.unwrap_or(&judges[0]);
        let problems = against.validator.as_ref().map(|v| v.problems(&payload)).unwrap_or_default();
        let version = match named {
            Some(j) if !j.version.is_empty() => format!("version {}", j.version),
            _ if judges.len() > 1 => "any version".to_owned(),
            _ => "its schema".to_owned(),
        };
        let problem = problems.first().map_or_else(|| "it is not valid".to_owned(), ToString::to_string);
        return Some(Verdict::Invalid { version, problem, n_problems: problems.len() });
    };
    let late = event.time() - meant.gone_at.filter(|gone| event.time() >= *gone)?;
    Some(Verdict::Deprecated { version: meant.version.to_owned(), since: meant.deprecated.to_owned(), late })
}
