//! Cases recorded from AWS by others.

use std::path::Path;

use crate::pattern::Pattern;

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
