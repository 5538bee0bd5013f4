//! The fields of a link, and the links of a sticky.

use egui::Ui;

use super::service::span_row;
use super::{change, go_row, optional, title};
use crate::app::context::Cx;
use crate::app::widgets::{choice_row, section, switch_row, text_area, text_field, text_row};
use crate::board::notation::words;
use crate::board::{Board, Link, LinkId, Meaning, Mode, Outcome, Record, StickyId};
use crate::view::Item;

/// What a link means, in words.
const fn meaning_words(meaning: Option<Meaning>) -> &'static str {
    match meaning {
        None => "Means nothing: the grammar knows no link between these two kinds",
        Some(Meaning::Entry) => "Someone issues it: arrivals in scenarios attach here",
        Some(Meaning::HandledBy) => "The command is handled by this reaction",
        Some(Meaning::AnsweredBy) => "The query is answered by this reaction",
        Some(Meaning::Publishes) => "The reaction publishes this event",
        Some(Meaning::Sends) => "The reaction sends this command",
        Some(Meaning::Asks) => "The reaction asks this query",
        Some(Meaning::Subscribes) => "The reaction subscribes to this event",
        Some(Meaning::Projects) => "The event is projected into this read model",
        Some(Meaning::Enters) => "The message enters this channel",
        Some(Meaning::Leaves) => "The message leaves the channel towards this consumer",
    }
}

fn name_of(board: &Board, id: StickyId) -> String {
    board.stickies.get(&id).map_or_else(String::new, |sticky| words(&sticky.name))
}

/// Shows the fields of a link.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, id: LinkId) {
    let board = cx.document.board();
    let Some(before) = board.links.get(&id).cloned() else { return };
    let meaning = board.link_meaning(&before);
    let ends = format!("{} → {}", name_of(board, before.from), name_of(board, before.to));
    title(ui, cx.theme, None, &ends, meaning_words(meaning));
    let mut after = before.clone();
    if matches!(meaning, Some(Meaning::Publishes | Meaning::Sends | Meaning::Asks)) {
        outcome(ui, cx, id, &mut after);
    }
    if matches!(meaning, Some(Meaning::HandledBy | Meaning::Sends | Meaning::AnsweredBy | Meaning::Asks)) {
        calls(ui, cx, id, &mut after);
    }
    if matches!(
        meaning,
        Some(
            Meaning::Subscribes | Meaning::Projects | Meaning::Leaves | Meaning::HandledBy | Meaning::Enters
        )
    ) {
        consumer(ui, cx, id, &mut after);
    }
    section(ui, cx.theme, "Label");
    if let Some(note) = text_field(ui, id, "Label", &after.note, "A few words shown along the link") {
        after.note = note;
    }
    if after != before {
        change(cx, "Change link", Record::Link(id, Box::new(after)));
    }
}

/// The three forms of an outcome, without their data.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Always,
    OneOf,
    OnFailure,
}

fn outcome(ui: &mut Ui, cx: &mut Cx<'_>, id: LinkId, link: &mut Link) {
    section(ui, cx.theme, "Happens");
    let form = match link.outcome {
        Outcome::Always => Form::Always,
        Outcome::OneOf(_) => Form::OneOf,
        Outcome::OnFailureOf(_) => Form::OnFailure,
    };
    let board = cx.document.board();
    let others: Vec<(LinkId, String)> = board
        .links
        .iter()
        .filter(|(other, each)| **other != id && each.from == link.from)
        .map(|(other, each)| (*other, name_of(board, each.to)))
        .collect();
    let mut choices = vec![(Form::Always, "Always"), (Form::OneOf, "One of several")];
    if !others.is_empty() {
        choices.push((Form::OnFailure, "On failure of"));
    }
    if let Some(form) = choice_row(ui, cx.theme, "Outcome", form, &choices) {
        link.outcome = match form {
            Form::Always => Outcome::Always,
            Form::OneOf => Outcome::OneOf(1.0),
            Form::OnFailure => {
                others.first().map_or(Outcome::Always, |(other, _)| Outcome::OnFailureOf(*other))
            }
        };
    }
    match &mut link.outcome {
        Outcome::OneOf(weight) => {
            if let Some(text) = text_row(ui, cx.theme, id, "Weight", &weight.to_string(), "1")
                && let Some(Some(value)) = optional::<f64>(cx, &text, "a number")
                && value >= 0.0
            {
                *weight = value;
            }
        }
        Outcome::OnFailureOf(of) => {
            let choices: Vec<(LinkId, &str)> = others.iter().map(|(id, name)| (*id, name.as_str())).collect();
            if let Some(chosen) = choice_row(ui, cx.theme, "Failure of", *of, &choices) {
                *of = chosen;
            }
        }
        Outcome::Always => {}
    }
}

fn calls(ui: &mut Ui, cx: &mut Cx<'_>, id: LinkId, link: &mut Link) {
    section(ui, cx.theme, "Call (overrides the definition)");
    let choices = [
        (None, "As defined"),
        (Some(Mode::Synchronous), "The sender waits"),
        (Some(Mode::Asynchronous), "The sender goes on"),
    ];
    if let Some(mode) = choice_row(ui, cx.theme, "Mode", link.mode, &choices) {
        link.mode = mode;
    }
    let salt = id.to_string();
    span_row(ui, cx, &salt, "Time-out", "as defined", &mut link.timeout);
    let shown = link.retries.map(|n| n.to_string()).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, id, "Retries", &shown, "as defined")
        && let Some(value) = optional(cx, &text, "a whole number")
    {
        link.retries = value;
    }
    span_row(ui, cx, &salt, "Pause before retry", "as defined", &mut link.backoff);
}

fn consumer(ui: &mut Ui, cx: &mut Cx<'_>, id: LinkId, link: &mut Link) {
    section(ui, cx.theme, "Consumer");
    if let Some(text) = text_row(ui, cx.theme, id, "Reads version", &link.version, "the newest") {
        link.version = text;
    }
    if let Some(text) = text_area(ui, id, "Fields used", &link.fields.join(", "), "orderId, items.name") {
        link.fields = text
            .split([',', '\n'])
            .map(str::trim)
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect();
    }
    let choices = [(None, "As the service"), (Some(true), "Harmless"), (Some(false), "Takes effect twice")];
    if let Some(value) = choice_row(ui, cx.theme, "A duplicate", link.idempotent, &choices) {
        link.idempotent = value;
    }
    if let Some(value) = switch_row(ui, cx.theme, "Relies on order", link.ordered) {
        link.ordered = value;
    }
    if let Some(filter) = super::filter::show(ui, cx, id, link.filter.as_ref()) {
        link.filter = filter;
    }
}

/// The links of a sticky, what comes in first.
pub(super) fn list(ui: &mut Ui, cx: &mut Cx<'_>, id: StickyId) {
    let board = cx.document.board();
    let row = |link: &Link, link_id: LinkId, other: StickyId, arrow: &str| {
        let about = board.link_meaning(link).map_or("means nothing", short);
        (format!("{arrow} {}", name_of(board, other)), about, link_id)
    };
    let mut rows: Vec<_> = board
        .links
        .iter()
        .filter(|(_, link)| link.to == id)
        .map(|(i, link)| row(link, *i, link.from, "←"))
        .collect();
    let mut out: Vec<_> = board.links.iter().filter(|(_, link)| link.from == id).collect();
    out.sort_by(|a, b| (&a.1.order, a.0).cmp(&(&b.1.order, b.0)));
    rows.extend(out.into_iter().map(|(i, link)| row(link, *i, link.to, "→")));
    if rows.is_empty() {
        return;
    }
    section(ui, cx.theme, "Links");
    for (name, about, link) in rows {
        go_row(ui, cx, &name, about, vec![Item::Link(link)]);
    }
}

const fn short(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Entry => "issues",
        Meaning::HandledBy => "handled by",
        Meaning::AnsweredBy => "answered by",
        Meaning::Publishes => "publishes",
        Meaning::Sends => "sends",
        Meaning::Asks => "asks",
        Meaning::Subscribes => "subscribes",
        Meaning::Projects => "projects",
        Meaning::Enters => "enters",
        Meaning::Leaves => "leaves",
    }
}
