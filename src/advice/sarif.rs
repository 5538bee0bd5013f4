//! SARIF 2.1.0 (OASIS), the one form in which code scanners understand findings: written here once, for the advice on
//! boards and for what is found in captured logs.

use serde_json::{Value, json};

use super::Severity;

/// One rule of the tool.
pub struct Rule<'a> {
    /// Its stable name.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// What it looks for, in a sentence.
    pub what: &'a str,
    /// Why that matters.
    pub why: &'a str,
    /// What helps; empty where the rule cannot say.
    pub cure: &'a str,
    /// How much its findings matter by default.
    pub severity: Severity,
}

/// One finding.
pub struct Found<'a> {
    /// The rule's place among the rules.
    pub rule: usize,
    /// How much it matters.
    pub severity: Severity,
    /// What is told, in sentences.
    pub message: String,
    /// The line of the file, from 1.
    pub line: usize,
    /// The parts of the board it is about, by name.
    pub parts: Vec<String>,
    /// Other lines of the file, each with what is there.
    pub related: Vec<(&'a str, usize)>,
    /// How often it was found, where that was counted.
    pub count: Option<u64>,
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A path as a relative or absolute URI reference (RFC 3986).
fn uri(file: &str) -> String {
    let mut out = String::with_capacity(file.len());
    let file = file.replace('\\', "/");
    // A drive letter is no scheme.
    if file.as_bytes().get(1) == Some(&b':') {
        out.push_str("file:///");
    }
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:@!$&'()*+,;=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The log of one run over one file.
#[must_use]
pub fn log(rules: &[Rule<'_>], file: &str, results: &[Found<'_>]) -> Value {
    let uri = uri(file);
    let place = |line: usize| json!({"artifactLocation": {"uri": uri}, "region": {"startLine": line.max(1)}});
    let described: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let mut entry = json!({
                "id": rule.id,
                "name": rule.title,
                "shortDescription": {"text": rule.what},
                "fullDescription": {"text": rule.why},
                "defaultConfiguration": {"level": level(rule.severity)},
            });
            if !rule.cure.is_empty() {
                entry["help"] = json!({"text": format!("{}.", rule.cure)});
            }
            entry
        })
        .collect();
    let results: Vec<Value> = results
        .iter()
        .map(|found| {
            let logical: Vec<Value> =
                found.parts.iter().map(|part| json!({"fullyQualifiedName": part})).collect();
            let mut location = json!({"physicalLocation": place(found.line)});
            if !logical.is_empty() {
                location["logicalLocations"] = Value::Array(logical);
            }
            let mut result = json!({
                "ruleId": rules[found.rule].id,
                "ruleIndex": found.rule,
                "level": level(found.severity),
                "message": {"text": found.message},
                "locations": [location],
            });
            if let Some(count) = found.count {
                result["occurrenceCount"] = json!(count.max(1));
            }
            if !found.related.is_empty() {
                let related = found.related.iter().enumerate().map(|(at, (what, line))| {
                    json!({"id": at + 1, "message": {"text": what}, "physicalLocation": place(*line)})
                });
                result["relatedLocations"] = related.collect();
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "isobar", "version": env!("CARGO_PKG_VERSION"), "rules": described}},
            "results": results,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        for (path, expected) in [
            ("boards/my shop.ron", "boards/my%20shop.ron"),
            ("C:\\boards\\a.ron", "file:///C:/boards/a.ron"),
            ("größe#1?.ron", "gr%C3%B6%C3%9Fe%231%3F.ron"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
