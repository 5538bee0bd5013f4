//! The fields of commands and queries.

use egui::Ui;

use super::service::span_row;
use super::{change, event, optional, schema, stated};
use crate::app::context::Cx;
use crate::app::widgets::{choice_row, section, text_area, text_row};
use crate::board::{Command, Key, Mode, Query, Record};

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
        }
        Mode::Asynchronous => {
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
    section(ui, cx.theme, "Request");
    schema::show(ui, cx, &format!("{name} request"), &mut after.request, None);
    section(ui, cx.theme, "Response");
    schema::show(ui, cx, &format!("{name} response"), &mut after.response, None);
    if let Some(value) = text_area(ui, name, "Query description", &after.description, "What is asked") {
        after.description = value;
    }
    if after != before {
        change(cx, format!("Change {name}"), Record::Query(name.to_owned(), Box::new(after)));
    }
}
