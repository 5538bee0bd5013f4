//! The fields of a channel: what it is, and what it promises.

use egui::Ui;

use super::service::span_row;
use super::{change, optional, stated};
use crate::app::canvas::Tone;
use crate::app::context::Cx;
use crate::app::widgets::{choice_row, section, switch_row, text_area, text_row};
use crate::board::{Archive, Channel, ChannelKind, Key, Record};
use crate::pattern::Pattern;

const KINDS: [(ChannelKind, &str); 4] = [
    (ChannelKind::Bus, "Bus"),
    (ChannelKind::Topic, "Topic"),
    (ChannelKind::Queue, "Queue"),
    (ChannelKind::Stream, "Stream"),
];

/// Shows the fields.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
    if name.is_empty() {
        return;
    }
    let before = match stated(cx, &Key::Channel(name.to_owned())) {
        Some(Record::Channel(_, channel)) => *channel,
        _ => Channel::default(),
    };
    let mut after = before.clone();
    section(ui, cx.theme, "Promises");
    if let Some(kind) = choice_row(ui, cx.theme, "Kind", after.kind, &KINDS) {
        after.kind = kind;
    }
    if let Some(value) = text_row(ui, cx.theme, name, "Product", &after.preset, "sqs, kafka…") {
        after.preset = value;
    }
    if let Some(value) = switch_row(ui, cx.theme, "Keeps order (FIFO)", after.fifo) {
        after.fifo = value;
    }
    if let Some(value) = text_row(ui, cx.theme, name, "Ordering key", &after.key, "correlation id") {
        after.key = value;
    }
    match after.kind {
        ChannelKind::Queue => {
            number_row(ui, cx, name, "Deliveries at most", &mut after.max_receive_count);
            span_row(ui, cx, name, "Visibility time-out", "30s", &mut after.visibility_timeout);
            number_row(ui, cx, name, "Batch", &mut after.batch);
            span_row(ui, cx, name, "Receives wait", "handed out as they come", &mut after.wait);
            span_row(ui, cx, name, "Pause between", "none", &mut after.pause);
        }
        ChannelKind::Stream => {
            number_row(ui, cx, name, "Partitions", &mut after.partitions);
            number_row(ui, cx, name, "Batch", &mut after.batch);
            if let Some(value) = switch_row(ui, cx.theme, "Bisect failing batches", after.bisect) {
                after.bisect = value;
            }
        }
        ChannelKind::Bus | ChannelKind::Topic => {
            number_row(ui, cx, name, "Attempts", &mut after.retry_attempts);
            span_row(ui, cx, name, "Gives up after", "1d", &mut after.retry_age);
            archive(ui, cx, name, &mut after.archive);
        }
    }
    if let Some(value) = text_row(ui, cx.theme, name, "Dead letters go to", &after.dead_letter, "lost") {
        after.dead_letter = value;
    }
    span_row(ui, cx, name, "Kept for", "for ever", &mut after.retention);
    span_row(ui, cx, name, "Delay", "none", &mut after.delay);
    if let Some(value) = text_area(ui, name, "Channel description", &after.description, "What travels there")
    {
        after.description = value;
    }
    if after != before {
        change(cx, format!("Change {name}"), Record::Channel(name.to_owned(), Box::new(after)));
    }
}

/// What a bus or topic keeps to be delivered again.
fn archive(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, archive: &mut Option<Archive>) {
    if let Some(on) = switch_row(ui, cx.theme, "Archive", archive.is_some()) {
        *archive = on.then(Archive::default);
    }
    let Some(archive) = archive else { return };
    span_row(ui, cx, name, "Archived for", "for ever", &mut archive.retention);
    let shown = archive.pattern.as_ref().map(ToString::to_string).unwrap_or_default();
    let Some(text) = text_row(ui, cx.theme, name, "Archived events", &shown, "all") else { return };
    if text.trim().is_empty() {
        archive.pattern = None;
        return;
    }
    match Pattern::parse(&text) {
        Ok(_) => archive.pattern = serde_json::from_str(&text).ok(),
        Err(error) => cx.say(Tone::Error, format!("The pattern of the archive cannot be read: {error}")),
    }
}

fn number_row(ui: &mut Ui, cx: &mut Cx<'_>, salt: &str, name: &str, value: &mut Option<u32>) {
    let shown = value.map(|n| n.to_string()).unwrap_or_default();
    if let Some(text) = text_row(ui, cx.theme, salt, name, &shown, "default")
        && let Some(read) = optional(cx, &text, "a whole number")
    {
        *value = read;
    }
}
