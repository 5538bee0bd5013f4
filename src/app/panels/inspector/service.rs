//! The fields of a service: what availability, simulation and advice rest on.

use egui::Ui;

use super::{change, optional, stated};
use crate::app::context::Cx;
use crate::app::widgets::{choice_row, section, switch_row, text_area, text_row};
use crate::board::{Control, Key, Publishing, Record, Service, Span};
use crate::scene::percent;
use crate::view::latency;

const LENGTH: &str = "a length of time: write 250ms, 30s, 5min or 2h";

const CONTROLS: [(Control, &str); 3] = [
    (Control::Own, "Ours"),
    (Control::Organisation, "Our organisation"),
    (Control::ThirdParty, "Third party"),
];

const PUBLISHING: [(Publishing, &str); 5] = [
    (Publishing::Direct, "Direct (dual write)"),
    (Publishing::Outbox, "Outbox"),
    (Publishing::ChangeDataCapture, "Change data capture"),
    (Publishing::EventSourced, "Event sourced"),
    (Publishing::Stateless, "Stateless"),
];

/// Shows the fields.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
    if name.is_empty() {
        return;
    }
    let before = match stated(cx, &Key::Service(name.to_owned())) {
        Some(Record::Service(_, service)) => *service,
        _ => Service::default(),
    };
    let mut after = before.clone();
    promises(ui, cx, name, &mut after);
    performance(ui, cx, name, &mut after);
    ownership(ui, cx, name, &mut after);
    if after != before {
        change(cx, format!("Change {name}"), Record::Service(name.to_owned(), Box::new(after)));
    }
}

fn promises(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, service: &mut Service) {
    section(ui, cx.theme, "Promises");
    let shown = service.availability.map(percent).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, name, "Availability", &shown, "always up") {
        let number = text.replace('%', "").replace(',', ".");
        if let Some(value) = optional::<f64>(cx, &number, "a share in per cent") {
            match value {
                Some(value) if !(0.0..=100.0).contains(&value) => {
                    cx.say(crate::app::canvas::Tone::Error, "An availability lies between 0 and 100 %");
                }
                // Typed per cent keep the digits they were typed with.
                value => service.availability = value.map(|value| (value * 1e10).round() / 1e12),
            }
        }
    }
    span_row(ui, cx, name, "Time to failure", "MTTF, such as 30d", &mut service.mttf);
    span_row(ui, cx, name, "Time to repair", "MTTR, such as 1h", &mut service.mttr);
    if let Some(value) = choice_row(ui, cx.theme, "Publishes", service.publishing, &PUBLISHING) {
        service.publishing = value;
    }
    if let Some(value) = switch_row(ui, cx.theme, "Idempotent", service.idempotent) {
        service.idempotent = value;
    }
    if let Some(value) = switch_row(ui, cx.theme, "Process manager", service.process_manager) {
        service.process_manager = value;
    }
    if let Some(value) = switch_row(ui, cx.theme, "Two-phase commit", service.two_phase_commit) {
        service.two_phase_commit = value;
    }
}

fn performance(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, service: &mut Service) {
    section(ui, cx.theme, "Performance");
    let shown = service.latency.as_ref().map(latency::text).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, name, "Latency", &shown, "instant") {
        match latency::read(&text) {
            Ok(latency) => service.latency = latency,
            Err(message) => cx.say(crate::app::canvas::Tone::Error, message),
        }
    }
    let shown = service.concurrency.map(|n| n.to_string()).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, name, "Concurrency", &shown, "unlimited")
        && let Some(value) = optional(cx, &text, "a whole number")
    {
        service.concurrency = value;
    }
    let shown = if service.failure == 0.0 { String::new() } else { percent(service.failure) };
    if let Some(text) = text_row(ui, cx.theme, name, "Failure rate", &shown, "0 %")
        && let Some(value) = optional::<f64>(cx, &text.replace('%', ""), "a share in per cent")
    {
        service.failure = (value.unwrap_or(0.0) / 100.0).clamp(0.0, 1.0);
    }
    let shown = service.rate_limit.map(|n| n.to_string()).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, name, "Rate limit", &shown, "a second, unlimited")
        && let Some(value) = optional(cx, &text, "a number a second")
    {
        service.rate_limit = value;
    }
    span_row(ui, cx, name, "Cold start", "none", &mut service.cold_start);
    let shown = service.projection_lag.as_ref().map(latency::text).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, name, "Projection lag", &shown, "none") {
        match latency::read(&text) {
            Ok(lag) => service.projection_lag = lag,
            Err(message) => cx.say(crate::app::canvas::Tone::Error, message),
        }
    }
}

fn ownership(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, service: &mut Service) {
    section(ui, cx.theme, "Ownership");
    if let Some(value) = text_row(ui, cx.theme, name, "Team", &service.team, "nobody yet") {
        service.team = value;
    }
    if let Some(value) = choice_row(ui, cx.theme, "Control", service.control, &CONTROLS) {
        service.control = value;
    }
    if let Some(value) = text_row(ui, cx.theme, name, "Store", &service.store, "its own") {
        service.store = value;
    }
    if let Some(value) = text_area(ui, name, "Service description", &service.description, "What it is for") {
        service.description = value;
    }
}

/// A row for an optional length of time.
pub(super) fn span_row(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    salt: &str,
    name: &str,
    hint: &str,
    value: &mut Option<Span>,
) {
    let shown = value.map(|span| span.to_string()).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, salt, name, &shown, hint)
        && let Some(read) = optional(cx, &text, LENGTH)
    {
        *value = read;
    }
}
