//! A moment as Markdown, as issue trackers read it: the process is a Mermaid diagram, which they draw.
//!
//! What a log says stands in code spans and blocks only: it can neither break the text nor call people by their handle.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Place, Teller, Told};
use crate::replay::event::Kind;
use crate::replay::player::Step;
use crate::replay::time;

/// Letters of one payload, and of the payloads of the other steps together. Trackers take some 65,000 in all.
const PAYLOAD: usize = 8_000;
const PAYLOADS: usize = 30_000;
/// Letters of a value in a table, of what a finding says, and of a name in the diagram.
const CELL: usize = 120;
const MESSAGE: usize = 600;
const LABEL: usize = 60;

/// The whole report.
pub(super) fn write(teller: &Teller<'_>, told: &Told<'_>) -> String {
    let mut out = String::new();
    head(&mut out, teller, told);
    departures(&mut out, teller, told);
    process(&mut out, teller, told);
    if teller.payloads {
        payload(&mut out, teller, told);
        other_payloads(&mut out, teller, told);
    }
    line(&mut out, &format!("Told by Isobar {}.", crate::VERSION));
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn head(out: &mut String, teller: &Teller<'_>, told: &Told<'_>) {
    let Some(event) = teller.log.event(told.row) else { return };
    let (name, time) = (code(event.name()), time::format(event.time()));
    let source = event.source_text();
    let from = if source.is_empty() { String::new() } else { format!(" from {}", code(&source)) };
    line(out, &format!("### {name}{from} at {time}\n"));
    line(out, "| | |\n| --- | --- |");
    let mut fact = |what: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "| {what} | {} |", cell(value));
        }
    };
    let at_line = teller.log.line_at(event.offset());
    fact("Time", &time);
    fact("Id", &told.detail.id);
    fact("Source", &source);
    fact("Kind", event.kind().map_or("", Kind::word));
    fact("Correlation", &told.detail.correlation);
    fact("Cause", &told.detail.causation);
    fact("Log", &format!("{}, line {at_line}", teller.file));
    fact("Board", teller.board);
    let step = told.steps.iter().find(|step| step.row == told.row);
    if let Some(again) = step.and_then(|step| step.again) {
        let _ = writeln!(out, "\n**{}.** {}.", capital(&again.words()), again.sentence());
    }
    if teller.tracks.matched().message(event.type_number()).is_none() {
        line(out, "\n**Not on the board:** no message there has this name.");
    }
    if event.is_late() {
        line(out, "\n**Late:** it stands later in the file than events after it.");
    }
    if let Some(place) = Place::of(teller.log, told.row) {
        let words = ["isobar", teller.board, "--replay", teller.file, "--at", &place.to_string()];
        let words: Vec<Cow<'_, str>> = words.iter().filter(|w| !w.is_empty()).map(|w| quoted(w)).collect();
        let _ = writeln!(out, "\nSee it on the board:\n\n{}", fence("sh", &words.join(" ")));
    }
}

fn departures(out: &mut String, teller: &Teller<'_>, told: &Told<'_>) {
    if teller.findings.is_none() {
        return line(out, "The log has not been checked against the board.\n");
    }
    if told.here.is_empty() {
        return;
    }
    line(out, "#### Where it departs from the board\n");
    for finding in &told.here {
        let (severity, title) = (capital(finding.check.severity.name()), finding.check.title);
        let times = match finding.count {
            1 => String::new(),
            n => format!(" {n} times in the log, first in line {}.", finding.first.line),
        };
        let _ = writeln!(
            out,
            "- **{severity}, {title}:** {}.{times}",
            span(&finding.message.replace('`', ""), MESSAGE)
        );
    }
    out.push('\n');
}

fn process(out: &mut String, teller: &Teller<'_>, told: &Told<'_>) {
    let steps = &told.steps;
    if steps.len() < 2 {
        return;
    }
    let first = steps.iter().map(|step| step.time).min().unwrap_or(0);
    let last = steps.iter().map(|step| step.time).max().unwrap_or(0);
    line(out, "#### What happened\n");
    let part = match told.n_process.saturating_sub(steps.len()) {
        0 => String::new(),
        _ => format!(", of {} in the process", told.n_process),
    };
    let length = time::duration_text(last.saturating_sub(first));
    let _ = writeln!(out, "{} messages in {length}{part}. The one reported is marked.\n", steps.len());
    line(out, &fence("mermaid", &sequence(told)));
    line(out, "| After | Message | From | To | Line |\n| ---: | --- | --- | --- | ---: |");
    for step in steps {
        let since = match step.time.saturating_sub(first) {
            0 => "start".to_owned(),
            since => time::duration_text(since),
        };
        let name = cell(&step.name);
        let name = if step.row == told.row { format!("**{name}**") } else { name };
        let again = step.again.map_or_else(String::new, |again| format!(" ({})", again.words()));
        let at_line = teller.log.event(step.row).map_or(0, |event| teller.log.line_at(event.offset()));
        let (from, to) = (cell(&step.from), cell(&step.to.join(", ")));
        let _ = writeln!(out, "| {since} | {name}{again} | {from} | {to} | {at_line} |");
    }
    out.push('\n');
}

/// The steps as a sequence diagram; whom a message reaches is what the board says.
fn sequence(told: &Told<'_>) -> String {
    let mut parties: Vec<&str> = Vec::new();
    for name in told.steps.iter().flat_map(|step| std::iter::once(&step.from).chain(&step.to)) {
        if !parties.contains(&&**name) {
            parties.push(name);
        }
    }
    let place = |name: &str| parties.iter().position(|party| *party == name).unwrap_or(0);
    let mut out = String::from("sequenceDiagram\n");
    for (at, name) in parties.iter().enumerate() {
        let name = if name.is_empty() { "(not said)" } else { name };
        let _ = writeln!(out, "  participant p{at} as {}", label(name));
    }
    for step in &told.steps {
        let marked = step.row == told.row;
        if marked {
            out.push_str("  rect rgba(255, 190, 60, 0.35)\n");
        }
        let from = place(&step.from);
        let text = label(&step.name);
        for to in &step.to {
            let _ = writeln!(out, "  p{from}{}p{}: {text}", arrow(step), place(to));
        }
        if step.to.is_empty() {
            let _ = writeln!(out, "  Note over p{from}: {text}");
        }
        if marked {
            out.push_str("  end\n");
        }
    }
    out
}

/// Whoever sends a command or a query may wait; an event is let go.
const fn arrow(step: &Step) -> &'static str {
    match step.kind {
        Some(Kind::Reply) => "-->>",
        Some(Kind::Command | Kind::Query) => "->>",
        Some(Kind::Event) | None => "-)",
    }
}

fn payload(out: &mut String, teller: &Teller<'_>, told: &Told<'_>) {
    line(out, "#### Payload\n");
    match pretty(&told.detail.payload, PAYLOAD) {
        Some(block) => line(out, &block),
        None => line(out, "It carries none.\n"),
    }
    let Some((before, fields)) = &told.previous else { return };
    let Some(event) = teller.log.event(*before) else { return };
    let (name, at_line) = (code(event.name()), teller.log.line_at(event.offset()));
    if fields.is_empty() {
        return line(out, &format!("The same as in the {name} before it (line {at_line}).\n"));
    }
    line(out, &format!("Beside the {name} before it (line {at_line}):\n"));
    line(out, "| Field | Before | Here |\n| --- | --- | --- |");
    for field in fields {
        let value = |value: &Option<String>| value.as_deref().map_or_else(String::new, cell);
        let path = if field.path.is_empty() { "(all of it)".to_owned() } else { cell(&field.path) };
        let _ = writeln!(out, "| {path} | {} | {} |", value(&field.before), value(&field.after));
    }
    out.push('\n');
}

/// The other steps' payloads, folded away, as far as there is room.
fn other_payloads(out: &mut String, teller: &Teller<'_>, told: &Told<'_>) {
    let (mut blocks, mut left_out) = (String::new(), 0);
    for step in told.steps.iter().filter(|step| step.row != told.row) {
        let Some(event) = teller.log.event(step.row) else { continue };
        let Some(block) = pretty(&event.payload(), PAYLOAD) else { continue };
        if blocks.len() + block.len() > PAYLOADS {
            left_out += 1;
            continue;
        }
        let _ =
            writeln!(blocks, "{}, line {}\n\n{block}", code(&step.name), teller.log.line_at(event.offset()));
    }
    if blocks.is_empty() {
        return;
    }
    line(out, "<details><summary>Payloads of the other messages</summary>\n");
    out.push_str(&blocks);
    if left_out > 0 {
        line(out, &format!("{left_out} more had no room.\n"));
    }
    line(out, "</details>\n");
}

/// A payload in a block of its own; nothing for an empty one.
fn pretty(payload: &[u8], at_most: usize) -> Option<String> {
    if payload.is_empty() {
        return None;
    }
    // What is far longer than its room is not read as JSON only to be cut.
    let json = if payload.len() <= 4 * at_most { serde_json::from_slice(payload).ok() } else { None };
    let (language, text): (_, Cow<'_, str>) = match json {
        Some(value) => {
            let value: serde_json::Value = value;
            ("json", format!("{value:#}").into())
        }
        None => ("", String::from_utf8_lossy(&payload[..payload.len().min(4 * at_most)])),
    };
    Some(fence(language, &cut(&text, at_most)))
}

/// A block of code whose fence is longer than any in the text.
fn fence(language: &str, text: &str) -> String {
    let ticks = "`".repeat(3.max(longest_ticks(text) + 1));
    format!("{ticks}{language}\n{}\n{ticks}\n", text.trim_end())
}

/// A name or value word for word within a line.
fn code(text: &str) -> String {
    span(text, CELL)
}

/// Text word for word within a line.
fn span(text: &str, at_most: usize) -> String {
    let text = cut(text, at_most).replace(|c: char| c.is_control(), " ");
    let ticks = "`".repeat(longest_ticks(&text) + 1);
    let air = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{air}{text}{air}{ticks}")
}

/// Text word for word in a table, where a bar would end the cell.
fn cell(text: &str) -> String {
    if text.is_empty() { String::new() } else { code(text).replace('|', "\\|") }
}

fn longest_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text in a diagram, where some signs have a meaning.
fn label(text: &str) -> String {
    let mut out = String::new();
    for letter in cut(text, LABEL).chars() {
        match letter {
            '#' | ';' | ':' | '<' | '>' | '"' | '%' | '{' | '}' => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

fn cut(text: &str, at_most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(at_most) {
        Some((at, _)) => format!("{}…", &text[..at]).into(),
        None => text.into(),
    }
}

/// A word for a shell.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")).into() }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
