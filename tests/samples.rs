//! The sample boards are what people meet first: whole, tidy, and saying only what the format and grammar can say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use isobar::board::format::{Syntax, read, write};
use isobar::board::{
    Board, Field, FrameKind, Key, Outcome, Promise, Rect, Schema, Sticky, StickyKind, Version,
};
use serde_json::{Map, Value, json};

/// Every sample there must be, by folder and name.
const SAMPLES: [&str; 14] = [
    "avatar-store/choreography",
    "avatar-store/monolith",
    "avatar-store/orchestration",
    "avatar-store/synchronous",
    "avatar-store/two-phase-commit",
    "car-marketplace/after",
    "car-marketplace/god-event",
    "pizza/event-driven",
    "pizza/synchronous",
    "procurement/healthy",
    "procurement/pinball",
    "published/eshop-on-containers",
    "published/ftgo",
    "published/serverlesspresso",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-boards")
}

fn samples() -> Vec<(&'static str, String, Board)> {
    let load = |name: &'static str| {
        let path = folder().join(format!("{name}.ron"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let board = read(&text, Syntax::Ron).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, text, board)
    };
    SAMPLES.into_iter().map(load).collect()
}

fn sample(name: &str) -> Board {
    samples().into_iter().find(|(other, _, _)| *other == name).expect("a sample of this name").2
}

#[test]
fn the_folder_holds_the_samples_and_nothing_else() {
    let mut found = Vec::new();
    for system in
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        for file in std::fs::read_dir(&system).unwrap() {
            let path = file.unwrap().path();
            let name = path.strip_prefix(folder()).unwrap().with_extension("");
            // The journal of a board that is open just now.
            if name.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
                continue;
            }
            found.push(name.to_str().unwrap().replace('\\', "/"));
        }
    }
    found.retain(|name| !name.starts_with("old/"));
    found.sort();
    assert_eq!(found, SAMPLES);
}

#[test]
fn saving_an_unchanged_sample_gives_the_same_bytes() {
    for (name, text, board) in samples() {
        assert!(write(&board, Syntax::Ron) == text, "{name}: run `isobar fmt` on it");
    }
}

#[test]
fn nothing_needs_repair() {
    for (name, _, mut board) in samples() {
        assert_eq!(isobar::board::repair::repair(&mut board), [], "{name}");
    }
}

#[test]
fn every_sticky_has_its_definition_and_every_definition_is_shown() {
    for (name, _, board) in samples() {
        let shown: BTreeSet<Key> = board.stickies.values().filter_map(Board::definition_key).collect();
        for key in &shown {
            assert!(board.has(key), "{name}: {key:?} is not defined");
        }
        for record in board.records() {
            let key = record.key();
            let default = matches!(&key, Key::Channel(channel) if *channel == board.settings.default_channel);
            if matches!(
                key,
                Key::Service(_) | Key::Event(_) | Key::Command(_) | Key::Query(_) | Key::Channel(_)
            ) {
                assert!(default || shown.contains(&key), "{name}: {key:?} stands nowhere");
            }
        }
    }
}

#[test]
fn definitions_say_what_people_need_to_know() {
    for (name, _, board) in samples() {
        assert!(!board.settings.title.is_empty() && !board.settings.description.is_empty(), "{name}");
        assert!(board.settings.namespace.starts_with("com.example."), "{name}");
        for (service, record) in &board.services {
            let whole = !record.description.is_empty()
                && !record.team.is_empty()
                && record.availability.is_some()
                && record.latency.is_some();
            assert!(whole, "{name}: service {service}");
        }
        for (event, record) in &board.events {
            assert!(!record.description.is_empty() && !record.owner.is_empty(), "{name}: event {event}");
            assert!(board.services.contains_key(&record.owner), "{name}: {event} is owned by nobody known");
        }
        for (channel, record) in &board.channels {
            assert!(!record.description.is_empty() && !record.preset.is_empty(), "{name}: channel {channel}");
        }
        let described = board.commands.iter().map(|(name, record)| (name, &record.description));
        let described =
            described.chain(board.queries.iter().map(|(name, record)| (name, &record.description)));
        for (message, description) in described {
            assert!(!description.is_empty(), "{name}: {message}");
        }
    }
}

#[test]
fn every_message_has_a_schema_and_examples_valid_under_it() {
    for (name, _, board) in samples() {
        let events = board.events.iter().map(|(event, record)| (event, &record.versions));
        let commands = board.commands.iter().map(|(command, record)| (command, &record.versions));
        for (message, versions) in events.chain(commands) {
            assert!(!versions.is_empty(), "{name}: {message} has no version");
            for version in versions {
                check_examples(&format!("{name}: {message} v{}", version.version), version);
            }
        }
        for (query, record) in &board.queries {
            assert!(!record.request.is_empty() && !record.response.is_empty(), "{name}: {query}");
        }
    }
}

fn check_examples(place: &str, version: &Version) {
    assert!(!version.version.is_empty() && !version.schema.is_empty(), "{place} has no schema");
    assert!(!version.examples.is_empty(), "{place} has no example");
    let schema = json_schema(&version.schema);
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("a sound schema");
    for example in &version.examples {
        let problems: Vec<String> = validator
            .iter_errors(example)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{place}: {problems:?}");
        let unknown = unknown_keys(example, &version.schema.fields);
        assert!(unknown.is_empty(), "{place}: the schema does not know {unknown:?}");
    }
}

/// The table of fields as JSON Schema, written out plainly so that it shares no code with what it checks.
fn json_schema(schema: &Schema) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties(&schema.fields),
        "required": required(&schema.fields),
    })
}

fn properties(fields: &[Field]) -> Value {
    Value::Object(fields.iter().map(|field| (field.name.clone(), json_field(field))).collect())
}

fn required(fields: &[Field]) -> Vec<&str> {
    fields.iter().filter(|field| !field.optional).map(|field| field.name.as_str()).collect()
}

fn json_field(field: &Field) -> Value {
    let mut out = Map::new();
    let Some(json_type) = field.r#type.json_name() else { return Value::Bool(true) };
    out.insert("type".into(), if field.nullable { json!([json_type, "null"]) } else { json!(json_type) });
    if !field.format.is_empty() {
        out.insert("format".into(), json!(field.format));
    }
    if !field.pattern.is_empty() {
        out.insert("pattern".into(), json!(field.pattern));
    }
    if !field.allowed.is_empty() {
        out.insert("enum".into(), json!(field.allowed));
    }
    let (least, most) = match json_type {
        "string" => ("minLength", "maxLength"),
        "array" => ("minItems", "maxItems"),
        _ => ("minimum", "maximum"),
    };
    for (keyword, bound) in [(least, field.min), (most, field.max)] {
        if let Some(bound) = bound {
            out.insert(keyword.into(), json!(bound));
        }
    }
    if !field.fields.is_empty() {
        out.insert("properties".into(), properties(&field.fields));
        out.insert("required".into(), json!(required(&field.fields)));
    }
    if let Some(items) = &field.items {
        out.insert("items".into(), json_field(items));
    }
    Value::Object(out)
}

fn unknown_keys(example: &Value, fields: &[Field]) -> Vec<String> {
    let mut unknown = Vec::new();
    for (key, value) in example.as_object().into_iter().flatten() {
        let Some(field) = fields.iter().find(|field| field.name == *key) else {
            unknown.push(key.clone());
            continue;
        };
        let inner = field.items.as_ref().map_or(&field.fields, |items| &items.fields);
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        unknown
            .extend(values.iter().filter(|_| !inner.is_empty()).flat_map(|value| unknown_keys(value, inner)));
    }
    unknown
}

#[test]
fn links_mean_something_and_name_fields_and_versions_that_exist() {
    for (name, _, board) in samples() {
        for (id, link) in &board.links {
            assert!(board.link_meaning(link).is_some(), "{name}: link {id} means nothing");
            if let Outcome::OnFailureOf(other) = &link.outcome {
                assert_eq!(
                    board.links.get(other).map(|other| other.from),
                    Some(link.from),
                    "{name}: link {id}"
                );
            }
            // A message reaches this link directly, or through the channel sticky the link leaves.
            let from = &board.stickies[&link.from];
            let through = board.links.values().filter(|other| other.to == link.from).map(|other| other.from);
            let sources: Vec<&Sticky> = match from.kind {
                StickyKind::Channel => through.map(|id| &board.stickies[&id]).collect(),
                _ => vec![from],
            };
            let schemas: Vec<&Schema> = sources
                .iter()
                .flat_map(|sticky| versions(&board, sticky))
                .filter(|version| link.version.is_empty() || version.version == link.version)
                .map(|version| &version.schema)
                .collect();
            if !link.version.is_empty() {
                assert!(
                    !schemas.is_empty(),
                    "{name}: link {id} reads version {}, which is not",
                    link.version
                );
            }
            for field in &link.fields {
                assert!(
                    schemas.iter().any(|schema| schema.field(field).is_some()),
                    "{name}: link {id} uses {field}"
                );
            }
        }
    }
}

fn versions<'a>(board: &'a Board, sticky: &Sticky) -> &'a [Version] {
    match sticky.kind {
        StickyKind::Event => &board.events[&sticky.name].versions,
        StickyKind::Command => &board.commands[&sticky.name].versions,
        _ => &[],
    }
}

#[test]
fn nothing_covers_anything() {
    for (name, _, board) in samples() {
        let stickies: Vec<_> = board.stickies.iter().collect();
        for (i, (a, one)) in stickies.iter().enumerate() {
            for (b, other) in &stickies[i + 1..] {
                assert!(!one.rect().intersects(other.rect()), "{name}: stickies {a} and {b} overlap");
            }
        }
        let frames: Vec<_> = board.frames.iter().collect();
        for (i, (a, one)) in frames.iter().enumerate() {
            assert!(one.kind != FrameKind::Context || !one.name.is_empty(), "{name}: frame {a} has no title");
            for (b, other) in &frames[i + 1..] {
                let (one, other) = (one.rect(), other.rect());
                let nested = one.contains_rect(other) || other.contains_rect(one);
                assert!(nested || !one.intersects(other), "{name}: frames {a} and {b} overlap");
            }
            let inside = stickies.iter().filter(|(_, sticky)| one.rect().contains_rect(sticky.rect()));
            assert!(inside.count() > 0, "{name}: frame {a} is empty");
            for (id, sticky) in &stickies {
                let apart = !one.rect().intersects(sticky.rect());
                assert!(
                    apart || one.rect().contains_rect(sticky.rect()),
                    "{name}: sticky {id} straddles frame {a}"
                );
            }
        }
    }
}

#[test]
fn no_link_crosses_a_sticky() {
    for (name, _, board) in samples() {
        for (id, link) in &board.links {
            let (from, to) =
                (board.stickies[&link.from].rect().center(), board.stickies[&link.to].rect().center());
            for (other, sticky) in &board.stickies {
                if *other == link.from || *other == link.to {
                    continue;
                }
                let rect: Rect = sticky.rect();
                let crossed = (1..200u8).any(|step| {
                    let t = f32::from(step) / 200.0;
                    rect.contains(from.moved((to.x - from.x) * t, (to.y - from.y) * t))
                });
                assert!(!crossed, "{name}: link {id} crosses sticky {other} ({})", sticky.name);
            }
        }
    }
}

#[test]
fn boards_are_readable_when_fitted_to_a_small_window() {
    for (name, _, board) in samples() {
        let bounds = board.bounds().expect("a board with stickies");
        // What others have built is as large as it is.
        let (width, height) = if name.starts_with("published/") { (2400.0, 2000.0) } else { (1800.0, 960.0) };
        assert!(bounds.width() <= width && bounds.height() <= height, "{name}: {:?}", bounds.size());
        let hotspots = board.stickies.values().filter(|sticky| sticky.kind == StickyKind::Hotspot).count();
        assert!(hotspots >= 1, "{name}: a board without a question");
        let titled = board.stickies.values().any(|sticky| sticky.kind == StickyKind::Text);
        assert!(titled, "{name}: a board without a title on it");
    }
}

#[test]
fn scenarios_name_only_what_exists() {
    for (name, _, board) in samples() {
        assert!(!board.scenarios.is_empty(), "{name}: nothing to run");
        let frames: BTreeSet<&String> = board.frames.values().map(|frame| &frame.name).collect();
        let message = |text: &String| {
            board.events.contains_key(text)
                || board.commands.contains_key(text)
                || board.queries.contains_key(text)
        };
        for (title, scenario) in &board.scenarios {
            assert!(!scenario.description.is_empty(), "{name}: {title}");
            assert!(!scenario.stimuli.is_empty() && !scenario.expectations.is_empty(), "{name}: {title}");
            for stimulus in &scenario.stimuli {
                assert!(message(&stimulus.entry), "{name}, {title}: nothing called {}", stimulus.entry);
            }
            for fault in &scenario.faults {
                let target = &fault.target;
                let party = board.services.contains_key(target) || board.channels.contains_key(target);
                assert!(party || message(target) || frames.contains(target), "{name}, {title}: no {target}");
            }
            for expectation in &scenario.expectations {
                assert!(!expectation.name.is_empty(), "{name}, {title}");
                for text in names_in(&expectation.promise) {
                    let known = message(text) || board.channels.contains_key(text);
                    assert!(known, "{name}, {title}, {}: no {text}", expectation.name);
                }
            }
        }
    }
}

fn names_in(promise: &Promise) -> Vec<&String> {
    match promise {
        Promise::LeadsTo { when, then, .. } => std::iter::once(when).chain(then).collect(),
        Promise::AtMostOnce(message) => vec![message],
        Promise::Precedes { first, then } => vec![first, then],
        Promise::Latency { entry, .. } | Promise::Answered { entry, .. } => vec![entry],
        Promise::QueueDepth { channel, .. } => vec![channel],
        Promise::DeadLetters { .. } => Vec::new(),
        Promise::Count { of, .. } => vec![of],
        Promise::Ratio { of, to, .. } => vec![of, to],
    }
}

#[test]
fn stimuli_carry_payloads_valid_under_their_schema() {
    for (name, _, board) in samples() {
        for (title, scenario) in &board.scenarios {
            for stimulus in &scenario.stimuli {
                let newest = board.commands.get(&stimulus.entry).map(|command| &command.versions);
                let newest =
                    newest.or_else(|| board.events.get(&stimulus.entry).map(|event| &event.versions));
                let Some(version) = newest.and_then(|versions| versions.last()) else { continue };
                let schema = json_schema(&version.schema);
                for payload in &stimulus.payloads {
                    let problem = jsonschema::validate(&schema, payload).err().map(|error| error.to_string());
                    assert_eq!(problem, None, "{name}, {title}: {}", stimulus.entry);
                }
            }
        }
    }
}

/// What strikes and what arrives is the same on both boards, so that one seed compares them.
#[test]
fn the_avatar_store_compares_like_with_like() {
    let (synchronous, orchestration) =
        (sample("avatar-store/synchronous"), sample("avatar-store/orchestration"));
    let (one, other) = (&synchronous.scenarios["checkout day"], &orchestration.scenarios["checkout day"]);
    assert_eq!((&one.stimuli, one.duration, one.drain), (&other.stimuli, other.duration, other.drain));
    let both: Vec<_> =
        other.faults.iter().filter(|fault| !orchestration.channels.contains_key(&fault.target)).collect();
    assert_eq!(one.faults.iter().collect::<Vec<_>>(), both);
    for board in [&synchronous, &orchestration] {
        for (name, service) in &board.services {
            assert_eq!(service.availability, Some(0.997), "{name}");
        }
    }
}

#[test]
fn vehicle_updated_is_a_god_event() {
    let board = sample("car-marketplace/god-event");
    let event = &board.events["VehicleUpdated"];
    let schema = &event.versions.last().expect("a version").schema;
    assert!(schema.leaf_count() >= 83, "{} fields", schema.leaf_count());
    let used = |sticky: &Sticky| sticky.kind == StickyKind::Event && sticky.name == "VehicleUpdated";
    let mut uses: BTreeMap<&str, &[String]> = BTreeMap::new();
    for first in board.links.values().filter(|link| used(&board.stickies[&link.from])) {
        for link in board.links.values().filter(|link| link.from == first.to) {
            uses.insert(&board.stickies[&link.to].name, &link.fields);
        }
    }
    assert!(uses.len() >= 4, "{uses:?}");
    assert!(uses.values().all(|fields| !fields.is_empty() && fields.len() < 20), "{uses:?}");
    let reasons = board.links.values().filter(|link| used(&board.stickies[&link.to])).count();
    assert!(reasons >= 4, "published for {reasons} reasons");
}

#[test]
fn order_confirmed_has_two_versions_and_analytics_reads_the_first() {
    let board = sample("pizza/event-driven");
    let versions = &board.events["OrderConfirmed"].versions;
    let value =
        |at: usize| versions[at].schema.field("orderValue").expect("an order value").r#type.json_name();
    assert_eq!((versions.len(), value(0), value(1)), (2, Some("number"), Some("object")));
    assert!(!versions[0].deprecated.is_empty() && versions[1].deprecated.is_empty());
    let confirmed = Some(Key::Event("OrderConfirmed".into()));
    let from = |id| Board::definition_key(&board.stickies[id]) == confirmed;
    let first: Vec<&str> = board
        .links
        .values()
        .filter(|link| from(&link.from) && link.version == "1")
        .flat_map(|link| {
            std::iter::once(link.to).chain(board.links.values().filter(|l| l.from == link.to).map(|l| l.to))
        })
        .map(|id| board.stickies[&id].name.as_str())
        .collect();
    assert!(first.contains(&"Analytics"), "{first:?}");
}
