//! Input that means harm, format by format: references in circles and out of the files, bombs, names that are no file
//! names, documents cut off anywhere. Each is contained, or refused with one clear message.

use super::*;
use crate::contracts::{FORMATS, names};

/// A document of each format, with `NAME` for what it names and `REF` for where it refers to.
const DOCUMENTS: &[(&str, &str)] = &[
    (
        "three.yaml",
        "asyncapi: 3.0.0\ninfo: {title: Shop, version: 1}\nchannels:\n  c:\n    address: NAME\n    messages:\n      m: {name: NAME, payload: {$ref: REF}}\noperations:\n  o: {action: send, channel: {$ref: '#/channels/c'}}\ncomponents: {schemas: {Loop: {$ref: '#/components/schemas/Loop'}}}\n",
    ),
    (
        "two.yaml",
        "asyncapi: 2.6.0\ninfo: {title: Shop, version: 1}\nchannels:\n  NAME:\n    subscribe: {message: {name: NAME, payload: {$ref: REF}}}\ncomponents: {schemas: {Loop: {$ref: '#/components/schemas/Loop'}}}\n",
    ),
    (
        "openapi.yaml",
        "openapi: 3.1.0\ninfo: {title: Shop, version: 1}\npaths:\n  /orders:\n    post:\n      operationId: NAME\n      requestBody: {content: {application/json: {schema: {$ref: REF}}}}\n      responses: {'200': {description: ok}}\ncomponents: {schemas: {Loop: {$ref: '#/components/schemas/Loop'}}}\n",
    ),
    (
        "name.schema.json",
        "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"title\": NAME, \"type\": \"object\", \"properties\": {\"a\": {\"$ref\": REF}}, \"components\": {\"schemas\": {\"Loop\": {\"$ref\": \"#/components/schemas/Loop\"}}}}",
    ),
    (
        "services/Shop/index.mdx",
        "---\nid: shop\nname: NAME\nversion: 1.0.0\nsends:\n  - id: NAME\n    version: REF\n---\n",
    ),
    (
        "catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: NAME}\nspec: {type: service, owner: NAME, providesApis: [NAME]}\n---\napiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: NAME}\nspec: {type: asyncapi, owner: NAME, definition: {$text: REF}}\n",
    ),
    (
        "template.yaml",
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n      EventBusName: NAME\n      EventPattern: {source: [NAME], detail-type: [NAME]}\n      Targets: [{Id: t, Arn: REF}]\n",
    ),
];

/// References that lead nowhere good, with a word of what is said about each.
const REFERENCES: &[(&str, &str)] = &[
    ("#/components/schemas/Loop", "circle"),
    ("https://127.0.0.1:9/evil.json#/a", "not fetched"),
    ("../../../../etc/passwd", "in no file"),
    ("#/nowhere/at/all", "points at nothing"),
    ("#/components/schemas/Loop/x/~9/%00", ""),
];

fn document((path, text): (&str, &str), name: &str, reference: &str) -> Source {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let text = text.replace("NAME", &quoted(name)).replace("REF", &quoted(reference));
    Source { path: path.to_owned(), text }
}

fn told(imported: &Imported) -> String {
    imported.report.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn references_that_lead_nowhere_good_are_told_and_never_followed() {
    for (kind, row) in DOCUMENTS.iter().enumerate() {
        for (reference, word) in REFERENCES {
            let source = document(*row, "Order placed", reference);
            let imported = import(std::slice::from_ref(&source), None)
                .unwrap_or_else(|error| panic!("{} to {reference}: {error}", row.0));
            // The last ones refer to no schemas: a version, a text and an address.
            if kind < 4 {
                let told = told(&imported);
                assert!(told.contains(word), "{} to {reference}: {told}", row.0);
            }
            let messages = imported.board.events.len() + imported.board.commands.len();
            assert!(messages > 0 || kind == 5, "{}", row.0);
        }
    }
}

#[test]
fn names_that_are_no_file_names_are_kept_on_the_board_and_tamed_in_files() {
    let long = "x".repeat(300);
    let names =
        ["../x", "..", "CON", "nul.json", "🎈", "a\0b", "-rf", "/etc/passwd", "Order", "ORDER", &long];
    for row in DOCUMENTS {
        let sources: Vec<Source> = names
            .iter()
            .enumerate()
            .map(|(n, name)| {
                let source = document(*row, name, "#/nowhere");
                Source { path: format!("{n}/{}", source.path), ..source }
            })
            .collect();
        let imported = import(&sources, None).unwrap_or_else(|error| panic!("{}: {error}", row.0));
        let topology = derive(&imported.board);
        for format in FORMATS {
            let bundle = format.export(&imported.board, &topology, &Options::default());
            let lower: BTreeSet<String> = bundle.files.keys().map(|path| path.to_lowercase()).collect();
            assert_eq!(lower.len(), bundle.files.len(), "{} as {}", row.0, format.name);
            let unsafe_path = bundle.files.keys().find(|path| !names::is_safe_path(path));
            assert_eq!(unsafe_path, None, "{} as {}", row.0, format.name);
            let lost: Vec<_> = bundle.report.iter().filter(|r| r.message.contains("no safe file")).collect();
            assert!(lost.is_empty(), "{} as {}: {lost:?}", row.0, format.name);
        }
    }
}

#[test]
fn two_names_that_differ_in_case_only_stay_two() {
    for row in &DOCUMENTS[..3] {
        let sources = ["Order", "ORDER"].map(|name| {
            let source = document(*row, name, "#/nowhere");
            Source { path: format!("{name}/{}", source.path), ..source }
        });
        let topology = derive(&import(&sources, None).unwrap().board);
        let names: Vec<&str> = topology.messages.iter().map(|message| message.name.as_str()).collect();
        assert_eq!(names.len(), 2, "{}: {names:?}", row.0);
    }
}

#[test]
fn documents_cut_off_anywhere_are_read_in_part_or_refused_in_one_line() {
    for row in DOCUMENTS {
        let whole = document(*row, "Order placed", "#/nowhere");
        for end in (0..whole.text.len()).filter(|end| whole.text.is_char_boundary(*end)) {
            let cut = Source { text: whole.text[..end].to_owned(), ..whole.clone() };
            if let Err(error) = import(&[cut], None) {
                let message = error.to_string();
                assert!(message.starts_with("nothing to import (") && !message.contains('\n'), "{message}");
                assert!(message.contains(row.0) || end == 0, "{} at {end}: {message}", row.0);
            }
        }
    }
}

#[test]
fn bombs_and_giants_are_refused() {
    let levels = "bcdefghi";
    let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (n, level) in levels.chars().enumerate() {
        let before = char::from(b'a' + n as u8);
        bomb.push_str(&format!("{level}: &{level} [{}]\n", vec![format!("*{before}"); 9].join(",")));
    }
    let deep = format!("x: {}", "[".repeat(100_000));
    let nested = format!("x: {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let giant = "x".repeat(DOCUMENT_MAX + 1);
    for (path, whole) in DOCUMENTS {
        for harm in [&bomb, &deep, &nested] {
            let text = match whole.strip_prefix("---\n") {
                Some(front) => format!("---\n{harm}{front}"),
                None if path.ends_with(".json") => harm.clone(),
                None => format!("{whole}{harm}"),
            };
            let source = Source { path: (*path).to_owned(), text };
            let refused = import(&[source], None).map(|_| ()).unwrap_err().to_string();
            assert!(refused.len() < 800 && !refused.contains('\n'), "{path}: {refused}");
        }
    }
    let json = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [giant.as_str(), "", "plain text", "{", "\u{0}\u{1}\u{fffd}", json.as_str()] {
        let source = Source { path: "x.json".to_owned(), text: text.to_owned() };
        let refused = import(&[source], None).map(|_| ()).unwrap_err().to_string();
        assert!(refused.starts_with("nothing to import (x.json"), "{refused}");
    }
}

#[test]
fn schemas_in_circles_stay_usable() {
    let circle = "asyncapi: 3.0.0\ninfo: {title: A, version: 1}\nchannels:\n  c: {$ref: '#/channels/d'}\n  d: {$ref: '#/channels/c'}\n  e:\n    messages:\n      m:\n        payload: {$ref: '#/components/schemas/A'}\n      r:\n        payload: {$ref: 'https://example.com/evil.json'}\n      f:\n        payload: {$ref: '../../../etc/passwd#/x'}\noperations:\n  o: {action: receive, channel: {$ref: '#/channels/e'}}\ncomponents:\n  schemas:\n    A: {type: object, properties: {a: {$ref: '#/components/schemas/A'}, b: {$ref: '#/components/schemas/B'}}}\n    B: {$ref: '#/components/schemas/B'}\n";
    let imported = import(&[Source { path: "x.yaml".into(), text: circle.into() }], None).unwrap();
    let told = told(&imported);
    for word in ["circle", "not fetched", "in no file"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    assert_eq!(derive(&imported.board).messages.len(), 3);
    let schema = &imported.board.events["m"].versions[0].schema;
    assert_eq!(crate::board::schema::validate::validate(schema, &json!({"a": {"a": {}}})), []);
}
