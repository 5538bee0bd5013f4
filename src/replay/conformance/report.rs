//! Findings about a log as text, JSON and SARIF 2.1.0.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{CHECKS, Finding, Moment};
use crate::advice::report::place_name;
use crate::advice::sarif;
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
    let rules: Vec<sarif::Rule<'_>> = CHECKS
        .iter()
        .map(|check| sarif::Rule {
            id: check.name,
            title: check.title,
            what: check.title,
            why: check.why,
            cure: "",
            severity: check.severity,
        })
        .collect();
    let line = |moment: &Moment| usize::try_from(moment.line).unwrap_or(usize::MAX);
    let results: Vec<sarif::Found<'_>> = findings
        .iter()
        .map(|finding| sarif::Found {
            rule: CHECKS.iter().position(|check| check.name == finding.check.name).unwrap_or(0),
            severity: finding.check.severity,
            message: format!("{}.", finding.message),
            line: line(&finding.first),
            parts: finding.places.iter().map(|place| place_name(board, place)).collect(),
            related: vec![("worst", line(&finding.worst))],
            count: Some(finding.count),
        })
        .collect();
    sarif::log(&rules, file, &results)
}
