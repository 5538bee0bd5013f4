//! Advice as text, JSON, SARIF 2.1.0, Markdown and GitHub annotations.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::explain::{self, explain};
use super::{Context, Finding, Rule, Severity, rules, sarif};
use crate::board::format::place::Lines;
use crate::board::{Board, Key, Link, StickyId};
use crate::edit::{Edit, Op};

/// How a place is called: the name of what stands there, with its id where it has one.
#[must_use]
pub fn place_name(board: &Board, key: &Key) -> String {
    match key {
        Key::Settings => "the board's settings".to_owned(),
        Key::Service(_)
        | Key::Event(_)
        | Key::Command(_)
        | Key::Query(_)
        | Key::Channel(_)
        | Key::Scenario(_) => key.definition_name().unwrap_or_default(),
        Key::Frame(id) => board
            .frames
            .get(id)
            .map_or_else(|| format!("frame {id}"), |frame| format!("frame {}", frame.name)),
        Key::Line(id) => format!("line {id}"),
        Key::Sticky(id) => match board.stickies.get(id) {
            Some(sticky) => {
                format!("sticky {id} ({} {})", sticky.kind.row().label.to_lowercase(), sticky.name)
            }
            None => format!("sticky {id}"),
        },
        Key::Link(id) => format!("link {id}"),
    }
}

/// The findings in words, each with its place and cure; with `in_full` also what stands behind those that weigh more
/// than fits a sentence.
#[must_use]
pub fn text(context: &Context<'_>, file: &str, source: &str, findings: &[Finding], in_full: bool) -> String {
    let board = context.board;
    let lines = Lines::of(source);
    let mut out = String::new();
    for finding in findings {
        let place = finding.places.first();
        let line = place.map_or(1, |place| lines.line(place));
        let _ = writeln!(
            out,
            "{file}:{line}: {} [{}] {}",
            finding.severity.name(),
            finding.rule,
            finding.message
        );
        if let Some(place) = place {
            let _ = writeln!(out, "    at {}", place_name(board, place));
        }
        let fix = finding.fix.as_ref().map_or_else(String::new, |fix| format!(" (--fix: {fix})"));
        let _ = writeln!(out, "    cure: {}{fix}", finding.cure);
        if let Some(explanation) = explain(context, finding).filter(|_| in_full) {
            out.push_str(&explain::text(&explanation));
        }
    }
    let _ = writeln!(out, "{}", summary(findings));
    out
}

/// "2 errors, 1 warning, 3 notes", or that there is nothing to say.
#[must_use]
pub fn summary(findings: &[Finding]) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|severity| {
            let n = findings.iter().filter(|finding| finding.severity == severity).count();
            (n > 0).then(|| super::context::counted(n, severity.name()))
        })
        .collect();
    if parts.is_empty() { "No advice".to_owned() } else { parts.join(", ") }
}

/// The findings as JSON, each with what stands behind it where a rule weighs more than fits a sentence.
#[must_use]
pub fn json(context: &Context<'_>, findings: &[Finding]) -> Value {
    let told = findings.iter().map(|finding| {
        let mut told = json!(finding);
        if let Some(explanation) = explain(context, finding) {
            told["explanation"] = json!(explanation);
        }
        told
    });
    json!({"findings": told.collect::<Vec<Value>>()})
}

/// The findings as a Markdown list, worst first, with what stands behind them.
#[must_use]
pub fn markdown(context: &Context<'_>, findings: &[Finding]) -> String {
    let board = context.board;
    let mut out = format!("# Advice on {}\n\n{}\n", board.title(), summary(findings));
    for finding in findings {
        let _ =
            write!(out, "\n## {} ({})\n\n{}.\n\n", finding.title, finding.severity.name(), finding.message);
        for place in &finding.places {
            let _ = writeln!(out, "- {}", place_name(board, place));
        }
        let _ = write!(out, "\n**Cure.** {}.\n", finding.cure);
        if let Some(explanation) = explain(context, finding) {
            let text = explain::text(&explanation);
            let lines: Vec<&str> =
                text.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
            let _ = write!(out, "\n```\n{}\n```\n", lines.join("\n"));
        }
    }
    out
}

/// The findings as annotations that GitHub Actions shows beside the line.
#[must_use]
pub fn github(file: &str, source: &str, findings: &[Finding]) -> String {
    let mut out = String::new();
    let lines = Lines::of(source);
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    for finding in findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let line = finding.places.first().map_or(1, |place| lines.line(place));
        let message = escaped(&format!("{}. {}", finding.message, finding.cure));
        let _ = writeln!(out, "::{command} file={file},line={line},title={}::{message}", finding.title);
    }
    out
}

/// The findings as SARIF 2.1.0 (OASIS).
#[must_use]
pub fn sarif(board: &Board, file: &str, source: &str, findings: &[Finding]) -> Value {
    let rules: Vec<sarif::Rule<'_>> = rules::RULES
        .iter()
        .map(|rule| sarif::Rule {
            id: rule.name,
            title: rule.title,
            what: rule.what,
            why: rule.why,
            cure: rule.cure,
            severity: rule.severity,
        })
        .collect();
    let lines = Lines::of(source);
    let results: Vec<sarif::Found<'_>> = findings
        .iter()
        .map(|finding| {
            let place = finding.places.first();
            sarif::Found {
                rule: rules.iter().position(|rule| rule.id == finding.rule).unwrap_or(0),
                severity: finding.severity,
                message: format!("{}. {}.", finding.message, finding.cure),
                line: place.map_or(1, |place| lines.line(place)),
                parts: place.map(|place| place_name(board, place)).into_iter().collect(),
                related: Vec::new(),
                count: None,
            }
        })
        .collect();
    sarif::log(&rules, file, &results)
}

/// What an edit would change, a line each, in the order it is done: a preview.
#[must_use]
pub fn changes(board: &Board, edit: &Edit) -> Vec<String> {
    // What the edit touches, on the other side of it; the rest is the same on both.
    let mut after = Board::default();
    edit.touched().iter().filter_map(|key| board.record(key)).for_each(|record| after.put(record));
    // One that no longer fits is told as far as it goes.
    let _ = crate::edit::apply(&mut after, &edit.ops);
    let ends = |link: &Link| {
        let end = |sticky: &StickyId| {
            let sticky = after.stickies.get(sticky).or_else(|| board.stickies.get(sticky));
            sticky.map_or_else(|| "nothing".to_owned(), |sticky| sticky.name.clone())
        };
        format!("{} → {}", end(&link.from), end(&link.to))
    };
    let name = |key: &Key| match key {
        Key::Link(id) => {
            let link = after.links.get(id).or_else(|| board.links.get(id));
            link.map_or_else(|| place_name(board, key), ends)
        }
        Key::Sticky(id) => {
            let sticky = after.stickies.get(id).or_else(|| board.stickies.get(id));
            sticky.map_or_else(
                || place_name(board, key),
                |s| format!("sticky {} {}", s.kind.row().label.to_lowercase(), s.name),
            )
        }
        key => place_name(if after.has(key) { &after } else { board }, key),
    };
    let moved = |op: &Op| {
        matches!(op, Op::Set { field, key: Key::Sticky(_) | Key::Frame(_) | Key::Line(_), .. }
        if ["at", "size", "x"].contains(&field.as_str()))
    };
    let mut out: Vec<String> = Vec::new();
    for op in edit.ops.iter().filter(|op| !moved(op)) {
        let line = match op {
            Op::Insert(record) => format!("add {}", name(&record.key())),
            Op::Remove(record) => format!("remove {}", name(&record.key())),
            Op::Set { key: key @ Key::Link(id), field, .. } if ["from", "to"].contains(&field.as_str()) => {
                let before = board.links.get(id).map_or_else(|| place_name(board, key), ends);
                format!("replace {before} by {}", name(key))
            }
            Op::Set { key, field, .. } => format!("change {} of {}", field.replace('_', " "), name(key)),
        };
        if !out.contains(&line) {
            out.push(line);
        }
    }
    let places: std::collections::BTreeSet<Key> =
        edit.ops.iter().filter(|op| moved(op)).map(Op::key).collect();
    if !places.is_empty() {
        out.push(format!("move {} to make room", super::context::counted(places.len(), "thing")));
    }
    out
}

/// A rule's page in the rule book, as Markdown.
#[must_use]
pub fn page(rule: &Rule) -> String {
    format!(
        "## {}\n\n`{}` · {}{}\n\n{}\n\n**Why.** {}\n\n**Cure.** {}.\n\n**Speaks on.** `{}`\n\n**Source.** {}\n",
        rule.title,
        rule.name,
        rule.severity.name(),
        if rule.fix.is_some() { " · can be fixed for you" } else { "" },
        rule.what,
        rule.why,
        rule.cure,
        rule.example.replace('\n', " · "),
        rule.source,
    )
}

/// The whole rule book, as Markdown.
#[must_use]
pub fn book() -> String {
    let mut out = String::from(
        "# The rule book\n\nMade by `isobar rules --format markdown` from the rules themselves.\n\n\
         | Rule | Severity | Looks for |\n| --- | --- | --- |\n",
    );
    for rule in rules::RULES {
        let anchor = rule.title.to_lowercase().replace(' ', "-");
        let _ = writeln!(out, "| [`{}`](#{anchor}) | {} | {} |", rule.name, rule.severity.name(), rule.what);
    }
    for rule in rules::RULES {
        let _ = write!(out, "\n{}", page(rule));
    }
    out
}
