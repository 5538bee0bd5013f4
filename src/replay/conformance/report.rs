//! Findings about a log as text, JSON and SARIF 2.1.0.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{CHECKS, Finding, Moment};
use crate::advice::Severity;
use crate::advice::report::place_name;
use crate::board::Board;
use crate::replay::time;

/// The findings in words, each with the line of the log where it happened first.
pub fn text(file: &str, findings: &[Finding]) -> String {
    let mut out = String::new();
    for f in findings {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{file}:{}: {} [{}] {}",
            f.first.line,
            f.check.severity.name(),
            f.check.name,
            f.message
        );
        let _ = write!(out, "    first {}", time::format(f.first.time));
        if f.worst.row != f.first.row {
            let _ = write!(out, ", worst {} (line {})", time::format(f.worst.time), f.worst.line);
        }
        out.push('\n');
    }
    let n = findings.len();
    let _ = match n {
        0 => writeln!(out, "{file}: conforms"),
        1 => writeln!(out, "1 finding"),
        _ => writeln!(out, "{n} findings"),
    };
    out
}

fn moment(m: &Moment) -> Value {
    json!({"event": m.row, "time": time::format(m.time), "line": m.line})
}

/// The findings as JSON.
pub fn json(board: &Board, file: &str, findings: &[Finding]) -> Value {
    let list: Vec<Value> = findings
        .iter()
        .map(|f| {
            let places: Vec<String> = f.places.iter().map(|p| place_name(board, p)).collect();
            json!({
                "check": f.check.name,
                "severity": f.check.severity.name(),
                "subject": f.subject,
                "message": f.message,
                "count": f.count,
                "first": moment(&f.first),
                "worst": moment(&f.worst),
                "places": places,
            })
        })
        .collect();
    json!({"log": file, "findings": list})
}

/// The findings as a SARIF log: the log's lines are the places, the board's parts the logical ones.
pub fn sarif(board: &Board, file: &str, findings: &[Finding]) -> Value {
    let level = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let uri = file.replace('\\', "/").replace(' ', "%20");
    let rules: Vec<Value> = CHECKS
        .iter()
        .map(|c| {
            json!({
                "id": c.name,
                "name": c.title,
                "shortDescription": {"text": c.title},
                "fullDescription": {"text": c.why},
                "defaultConfiguration": {"level": level(c.severity)},
            })
        })
        .collect();
    let place =
        |m: &Moment| json!({"artifactLocation": {"uri": uri}, "region": {"startLine": m.line.max(1)}});
    let results: Vec<Value> = findings
        .iter()
        .map(|f| {
            let logical: Vec<Value> =
                f.places.iter().map(|p| json!({"fullyQualifiedName": place_name(board, p)})).collect();
            json!({
                "ruleId": f.check.name,
                "ruleIndex": CHECKS.iter().position(|c| c.name == f.check.name),
                "level": level(f.check.severity),
                "message": {"text": format!("{}.", f.message)},
                "occurrenceCount": f.count,
                "locations": [{"physicalLocation": place(&f.first), "logicalLocations": logical}],
                "relatedLocations": [{"id": 1, "message": {"text": "worst"}, "physicalLocation": place(&f.worst)}],
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "isobar", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "results": results,
        }],
    })
}
