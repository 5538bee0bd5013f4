//! The fields of commands and queries.

use egui::Ui;

use super::service::span_row;
use super::{change, event, optional, schema, stated};
use crate::app::context::Cx;
use crate::app::widgets::{choice_row, section, switch_row, text_area, text_row};
use crate::board::{Breaker, Command, Key, Mode, Query, Record, Span};

/// Whether the sender waits, in words.
pub(super) const MODES: [(Mode, &str); 2] =
    [(Mode::Synchronous, "The sender waits"), (Mode::Asynchronous, "The sender goes on")];

/// Shows the fields of a command.
pub(super) fn command(ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
    if name.is_empty() {
        return;
    }
    let before = match stated(cx, &Key::Command(name.to_owned())) {
        Some(Record::Command(_, command)) => *command,
        _ => Command::default(),
    };
    let mut after = before.clone();
    section(ui, cx.theme, "Delivery");
    if let Some(mode) = choice_row(ui, cx.theme, "Mode", after.mode, &MODES) {
        after.mode = mode;
    }
    match after.mode {
        Mode::Synchronous => {
            span_row(ui, cx, name, "Time-out", "waits for ever", &mut after.timeout);
            retries(ui, cx, name, &mut after.retries);
            span_row(ui, cx, name, "Pause before retry", "none", &mut after.backoff);
            guards(
                ui,
                cx,
                name,
                Guards {
                    breaker: &mut after.breaker,
                    bulkhead: &mut after.bulkhead,
                    fallback: &mut after.fallback,
                },
            );
        }
        Mode::Asynchronous => {
            span_row(ui, cx, name, "Step deadline", "waits for ever", &mut after.deadline);
            if let Some(value) =
                text_row(ui, cx.theme, name, "Response channel", &after.response_channel, "none")
            {
                after.response_channel = value;
            }
        }
    }
    event::versions(ui, cx, name, &mut after.versions);
    if let Some(value) = text_area(ui, name, "Command description", &after.description, "What is asked for") {
        after.description = value;
    }
    if after != before {
        change(cx, format!("Change {name}"), Record::Command(name.to_owned(), Box::new(after)));
    }
}

/// What keeps a failing call from taking its caller down with it.
struct Guards<'a> {
    breaker: &'a mut Option<Breaker>,
    bulkhead: &'a mut Option<u32>,
    fallback: &'a mut bool,
}

fn guards(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, guards: Guards<'_>) {
    let shown = guards.breaker.as_ref().map(breaker_text).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, name, "Circuit breaker", &shown, "none") {
        match read_breaker(&text) {
            Ok(breaker) => *guards.breaker = breaker,
            Err(message) => cx.say(crate::app::canvas::Tone::Error, message),
        }
    }
    let shown = guards.bulkhead.map(|most| most.to_string()).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, name, "At most at once", &shown, "unlimited")
        && let Some(value) = optional::<u32>(cx, &text, "a whole number")
    {
        *guards.bulkhead = value;
    }
    if let Some(value) = switch_row(ui, cx.theme, "Goes on without", *guards.fallback) {
        *guards.fallback = value;
    }
}

/// A circuit breaker as people write it: "5 failures, 30s".
fn breaker_text(breaker: &Breaker) -> String {
    let failures = if breaker.failures == 0 { 5 } else { breaker.failures };
    format!("{failures} failures, {}", breaker.open.unwrap_or(Span::from_secs(30)))
}

/// Reads what [`breaker_text`] writes.
fn read_breaker(text: &str) -> Result<Option<Breaker>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || format!("`{text}` is not a circuit breaker: write 5 failures, 30s");
    let (failures, open) = text.split_once(',').ok_or_else(wrong)?;
    let failures = failures.trim().trim_end_matches("failures").trim().parse().map_err(|_| wrong())?;
    let open: Span = open.trim().parse().map_err(|_| wrong())?;
    Ok(Some(Breaker { failures, open: Some(open) }))
}

fn retries(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, retries: &mut u32) {
    let shown = if *retries == 0 { String::new() } else { retries.to_string() };
    if let Some(text) = text_row(ui, cx.theme, name, "Retries", &shown, "none")
        && let Some(value) = optional::<u32>(cx, &text, "a whole number")
    {
        *retries = value.unwrap_or(0);
    }
}

/// Shows the fields of a query.
pub(super) fn query(ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
    if name.is_empty() {
        return;
    }
    let before = match stated(cx, &Key::Query(name.to_owned())) {
        Some(Record::Query(_, query)) => *query,
        _ => Query::default(),
    };
    let mut after = before.clone();
    section(ui, cx.theme, "Delivery");
    span_row(ui, cx, name, "Time-out", "waits for ever", &mut after.timeout);
    retries(ui, cx, name, &mut after.retries);
    span_row(ui, cx, name, "Pause before retry", "none", &mut after.backoff);
    guards(
        ui,
        cx,
        name,
        Guards { breaker: &mut after.breaker, bulkhead: &mut after.bulkhead, fallback: &mut after.fallback },
    );
    section(ui, cx.theme, "Request");
    let salt = format!("{name} request");
    schema::show(ui, cx, &salt, &mut after.request, None);
    schema::examples(ui, cx, (&salt, "Request"), &after.request, &mut after.request_examples);
    section(ui, cx.theme, "Response");
    let salt = format!("{name} response");
    schema::show(ui, cx, &salt, &mut after.response, None);
    schema::examples(ui, cx, (&salt, "Response"), &after.response, &mut after.response_examples);
    if let Some(value) = text_area(ui, name, "Query description", &after.description, "What is asked") {
        after.description = value;
    }
    if after != before {
        change(cx, format!("Change {name}"), Record::Query(name.to_owned(), Box::new(after)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circuit_breakers_read_what_they_write() {
        for text in ["5 failures, 30s", "1 failures, 250ms"] {
            assert_eq!(breaker_text(&read_breaker(text).unwrap().unwrap()), text);
        }
        assert_eq!(read_breaker(" "), Ok(None));
        assert!(read_breaker("often").is_err());
    }
}
