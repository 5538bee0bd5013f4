//! Cases recorded from AWS by others.

use std::path::Path;

use crate::pattern::{Attribute, FilterPolicy, Pattern, PolicyScope};

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    expect: String,
    pattern: String,
    event: String,
    aws_error: Option<String>,
}

fn judge(case: &Case) -> (String, Option<String>) {
    match Pattern::parse(&case.pattern) {
        Err(error) => ("error".to_owned(), Some(error.to_string())),
        Ok(pattern) => {
            let matched = pattern.matches(case.event.as_bytes()).expect("recorded events are valid");
            (if matched { "match" } else { "nomatch" }.to_owned(), None)
        }
    }
}

fn check_all(text: &str) -> usize {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in text.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        count += 1;
        let (verdict, error) = judge(&case);
        if verdict != case.expect || error != case.aws_error {
            wrong.push(format!(
                "{}: {verdict} {error:?}, AWS: {} {:?}",
                case.name, case.expect, case.aws_error
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
    count
}

#[test]
fn agrees_with_every_verdict_recorded_from_aws() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/event-patterns/eventbridge.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    assert_eq!(check_all(&text), 156);
}

/// A filter policy's case: attributes `{name: {Type, Value}}` or messages with their verdicts.
fn policy(text: &serde_json::Value, scope: PolicyScope) -> FilterPolicy {
    FilterPolicy::parse(&text.to_string(), scope).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn attributes(value: &serde_json::Value) -> Vec<(String, Attribute)> {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let one = |attribute: &serde_json::Value| Attribute {
        data_type: text(&attribute["Type"]),
        value: text(&attribute["Value"]),
    };
    value.as_object().unwrap().iter().map(|(name, attribute)| (name.clone(), one(attribute))).collect()
}

fn check_policies(text: &str) -> (usize, usize) {
    let (mut by_attributes, mut by_body) = (0, 0);
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        if case[0] == "test_filter_policy" {
            let policy = policy(&case[1][1], PolicyScope::MessageAttributes);
            let passes = policy.matches(&attributes(&case[1][2]), b"");
            assert_eq!(passes, case[1][3], "{line}");
            by_attributes += 1;
        } else {
            let policy = policy(&case[1][0], PolicyScope::MessageBody);
            for message in case[1][1].as_array().unwrap() {
                assert_eq!(
                    policy.matches(&[], message[0].to_string().as_bytes()),
                    message[1],
                    "{message} {line}"
                );
            }
            by_body += 1;
        }
    }
    (by_attributes, by_body)
}

#[test]
fn agrees_with_every_recorded_filter_policy() {
    let file = "../shared/data/event-patterns/sns-filter-policy.jsonl";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    assert_eq!(check_policies(&text), (69, 10));
}

#[test]
fn agrees_with_the_excerpt_of_recorded_verdicts() {
    assert_eq!(check_all(include_str!("../../../tests/data/event-patterns/excerpt.jsonl")), 24);
}
