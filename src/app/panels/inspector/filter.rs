//! The filter of a subscription: written with colours, faults shown where they are, fields and values suggested.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use egui::{Color32, EventFilter, Galley, Id, Key, Modifiers, RichText, Sense, Stroke, Ui, vec2};
use serde_json::Value;

use super::tester;
use crate::app::context::Cx;
use crate::app::theme::{Theme, mix};
use crate::app::widgets::section;
use crate::app::{icons, widgets};
use crate::board::LinkId;
use crate::board::filters::written;
use crate::pattern::{Explanation, Suggestion, Token, suggestions, tokens};
use crate::view::filter::{Heard, Remark, Trial, heard, remark, samples, shape, try_event};

/// What is being written, kept until it is a filter that can be put on the link.
#[derive(Clone, Default)]
struct Draft {
    text: Option<String>,
    /// Suggestions show; which of them is chosen, and whether by hand.
    open: bool,
    chosen: usize,
    by_hand: bool,
    /// Where the cursor goes next.
    cursor: Option<usize>,
    /// The last answer, with what was asked.
    asked: String,
    remark: Option<Arc<Remark>>,
    trial: Option<Arc<Trial>>,
    /// The event to try.
    event: String,
    /// What the board offers to try it on, with the board's revision.
    titles: Option<(u64, Arc<[String]>)>,
    /// The number of the event of the log that is tried.
    row: Option<usize>,
}

/// Rows of suggestions that show at once.
const SHOWN: usize = 9;

/// Shows the filter; answers the new one when it was changed.
pub(super) fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    link: LinkId,
    filter: Option<&Value>,
) -> Option<Option<Value>> {
    section(ui, cx.theme, "Filter");
    let id = Id::new(("filter", link));
    let mut draft = ui.data(|data| data.get_temp::<Draft>(id)).unwrap_or_default();
    let topology = cx.topology();
    let heard = heard(cx.document.board(), &topology, link);
    let stated = filter.map(written).unwrap_or_default();
    let before = draft.text.clone().unwrap_or_else(|| stated.clone());
    answer(&mut draft, &before, &heard, cx.document.revision());

    let editor = id.with("text");
    let listed = if draft.open { suggested(ui, editor, &before, &heard) } else { Vec::new() };
    keys(ui, editor, &mut draft, &before, &listed);
    let (text, focused, left) = edit(ui, cx.theme, editor, &mut draft, &before, !listed.is_empty());
    if text != before {
        (draft.open, draft.chosen, draft.by_hand) = (true, 0, false);
    }
    if text != stated || focused {
        draft.text = Some(text.clone());
    }
    say(ui, cx.theme, &draft);
    // A click on a suggestion takes the focus away in the same frame.
    if draft.open && (focused || left) {
        let listed = suggested(ui, editor, &text, &heard);
        if let Some(taken) = list(ui, cx.theme, &draft, &listed) {
            take(&mut draft, &text, &taken);
            ui.memory_mut(|memory| memory.request_focus(editor));
        }
    } else if focused {
        ui.label(small(cx.theme, "Ctrl+Space suggests fields, values and operators"));
    }
    if !focused
        && draft.text.is_some()
        && widgets::chip(ui, cx.theme, "Put the old filter back", false).clicked()
    {
        draft.text = None;
    }
    let mut changed = None;
    if left && draft.cursor.is_none() {
        (draft.open, changed) = (false, leave(cx, &mut draft, &text, &stated, filter));
    }
    let shown = draft.text.clone().unwrap_or(stated);
    if !shown.trim().is_empty() {
        let revision = cx.document.revision();
        if draft.titles.as_ref().is_none_or(|(known, _)| *known != revision) {
            let titles = samples(&heard, "").into_iter().map(|(title, _)| title).collect();
            draft.titles = Some((revision, titles));
        }
        let titles = draft.titles.clone().map(|(_, titles)| titles).unwrap_or_default();
        let tester = tester::Tester {
            id,
            pattern: &shown,
            heard: &heard,
            titles: &titles,
            log: cx.derived.log.as_ref(),
            trial: draft.trial.as_deref(),
        };
        tester.show(ui, cx.theme, &mut draft.event, &mut draft.row);
    }
    ui.data_mut(|data| data.insert_temp(id, draft));
    changed
}

/// Works the answers out again when the text, the event or the board has changed.
fn answer(draft: &mut Draft, text: &str, heard: &[Heard], revision: u64) {
    let asked = format!("{revision}\n{text}\n{}", draft.event);
    if draft.remark.is_none() || draft.asked != asked {
        draft.remark = Some(Arc::new(remark(text, heard)));
        draft.trial = Some(Arc::new(try_event(text, &draft.event, heard)));
        draft.asked = asked;
    }
}

/// The field is left: a filter that can be is put on the link, one that cannot stays to be mended.
fn leave(
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    text: &str,
    stated: &str,
    filter: Option<&Value>,
) -> Option<Option<Value>> {
    if text == stated {
        draft.text = None;
        return None;
    }
    if text.trim().is_empty() {
        draft.text = None;
        return Some(None);
    }
    let value = serde_json::from_str::<Value>(text).ok();
    match value.filter(|_| crate::pattern::Pattern::parse(text).is_ok()) {
        Some(value) => {
            draft.text = None;
            (Some(&value) != filter).then_some(Some(value))
        }
        None => {
            cx.say(
                crate::app::canvas::Tone::Error,
                "The filter is not valid yet: it stays here to be mended, and the board keeps the one before",
            );
            None
        }
    }
}

/// The cursor as a byte of the text.
fn cursor(ui: &Ui, editor: Id, text: &str) -> Option<usize> {
    let state = egui::TextEdit::load_state(ui.ctx(), editor)?;
    let at = state.cursor.char_range()?.primary.index;
    Some(byte_at(text, at.into()))
}

fn byte_at(text: &str, at: usize) -> usize {
    text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte)
}

fn suggested(ui: &Ui, editor: Id, text: &str, heard: &[Heard]) -> Vec<Suggestion> {
    let Some(at) = cursor(ui, editor, text) else { return Vec::new() };
    suggestions(text, at, &shape(heard)).into_iter().take(SHOWN).collect()
}

/// Keys that go to the suggestions before the field sees them.
fn keys(ui: &Ui, editor: Id, draft: &mut Draft, text: &str, listed: &[Suggestion]) {
    if !ui.memory(|memory| memory.has_focus(editor)) {
        return;
    }
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::CTRL, Key::Space) {
        (draft.open, draft.chosen, draft.by_hand) = (true, 0, true);
        return;
    }
    // Keys may come faster than frames.
    while draft.open && !listed.is_empty() {
        let chosen = &listed[draft.chosen.min(listed.len() - 1)];
        if pressed(Modifiers::NONE, Key::ArrowDown) {
            (draft.chosen, draft.by_hand) = ((draft.chosen + 1) % listed.len(), true);
        } else if pressed(Modifiers::NONE, Key::ArrowUp) {
            (draft.chosen, draft.by_hand) = ((draft.chosen + listed.len() - 1) % listed.len(), true);
        } else if pressed(Modifiers::NONE, Key::Escape) {
            draft.open = false;
        } else {
            // Enter takes what was gone to or begun; otherwise it begins a line.
            let meant = draft.by_hand || chosen.replaces.len() > 1;
            if pressed(Modifiers::NONE, Key::Tab) || meant && pressed(Modifiers::NONE, Key::Enter) {
                take(draft, text, chosen);
            }
            return;
        }
    }
}

/// Writes a suggestion into the text.
fn take(draft: &mut Draft, text: &str, taken: &Suggestion) {
    let mut text = text.to_owned();
    text.replace_range(taken.replaces.clone(), &taken.text);
    let at = taken.replaces.start + taken.cursor;
    draft.cursor = Some(text[..at].chars().count());
    draft.text = Some(text);
    (draft.chosen, draft.by_hand, draft.open) = (0, false, true);
}

/// The field. Answers the text, whether it has the focus, and whether it has just been left.
fn edit(
    ui: &mut Ui,
    theme: &Theme,
    editor: Id,
    draft: &mut Draft,
    before: &str,
    listed: bool,
) -> (String, bool, bool) {
    let mut text = draft.text.clone().unwrap_or_else(|| before.to_owned());
    if let Some(at) = draft.cursor.take() {
        let mut state = egui::TextEdit::load_state(ui.ctx(), editor).unwrap_or_default();
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(at))));
        state.store(ui.ctx(), editor);
    }
    let remark = draft.remark.clone();
    let trial = draft.trial.clone();
    let asked = draft.asked.clone();
    let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, width: f32| -> Arc<Galley> {
        let text = buffer.as_str();
        // What was found out is about the text of the last frame.
        let current = asked.split_once('\n').is_some_and(|(_, rest)| rest.starts_with(text));
        let fault = match remark.as_deref() {
            Some(Remark::Refused { span, .. }) if current => Some(span.clone()),
            _ => None,
        };
        let judged = match trial.as_deref() {
            Some(Trial::Judged(explanation)) if current => Some(explanation),
            _ => None,
        };
        let mut job = colours(theme, text, fault, judged);
        job.wrap.max_width = width;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: listed, escape: listed };
    let output = egui::TextEdit::multiline(&mut text)
        .id(editor)
        .font(egui::TextStyle::Monospace)
        .hint_text(
            RichText::new("Everything passes. {\"data\": {\"state\": [\"paid\"]}}")
                .size(theme.sizes.secondary),
        )
        .desired_rows(3)
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(7, 6))
        .event_filter(filter)
        .layouter(&mut layouter)
        .show(ui);
    let response = &output.response.response;
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Content filter"));
    let escaped = widgets::left_by_escape(ui, response);
    if escaped {
        draft.text = None;
    }
    (text, response.has_focus(), response.lost_focus() && !escaped)
}

/// The text in its colours; what is at fault underlined, and conditions lit by the verdict of the event tried.
fn colours(
    theme: &Theme,
    text: &str,
    fault: Option<Range<usize>>,
    judged: Option<&Explanation>,
) -> LayoutJob {
    let font = egui::FontId::monospace(theme.sizes.secondary);
    let plain = TextFormat { font_id: font, color: theme.secondary, ..TextFormat::default() };
    let mut job = LayoutJob::default();
    let mut at = 0;
    let lit = |span: &Range<usize>| {
        let verdict =
            judged?.verdicts.iter().find(|v| v.span.start <= span.start && span.end <= v.span.end)?;
        let color = match verdict.met {
            true => theme.fine,
            // An alternative that is not needed is no fault.
            false if verdict.field_met => theme.secondary,
            false => theme.error,
        };
        Some(mix(theme.field, color, 0.22))
    };
    for (span, token) in tokens(text) {
        // A condition lights up as one, the blanks between its words too.
        let gap = &text[at..span.start];
        let mut between = plain.clone();
        if !gap.contains('\n') {
            between.background = lit(&(at..span.start)).unwrap_or(Color32::TRANSPARENT);
        }
        job.append(gap, 0.0, between);
        let mut format = plain.clone();
        format.color = ink(theme, token);
        format.background = lit(&span).unwrap_or(Color32::TRANSPARENT);
        if fault.as_ref().is_some_and(|fault| fault.start < span.end && span.start < fault.end) {
            format.underline = Stroke::new(1.5, theme.error);
            format.color = theme.error;
        }
        job.append(&text[span.clone()], 0.0, format);
        at = span.end;
    }
    job.append(&text[at..], 0.0, plain);
    job
}

fn ink(theme: &Theme, token: Token) -> Color32 {
    match token {
        Token::Mark => theme.secondary,
        Token::Field => theme.text,
        Token::Operator => theme.accent,
        Token::Text => theme.fine,
        Token::Number | Token::Word => theme.warning,
    }
}

fn small(theme: &Theme, text: impl Into<String>) -> RichText {
    RichText::new(text).size(theme.sizes.small).color(theme.secondary)
}

/// The remark on the text, with a sign before it.
fn say(ui: &mut Ui, theme: &Theme, draft: &Draft) {
    let Some(remark) = draft.remark.as_deref() else { return };
    let (icon, color, text) = match remark {
        Remark::Empty => return,
        Remark::Refused { message, .. } => ("error", theme.error, message),
        Remark::Nothing(text) => ("warning", theme.warning, text),
        Remark::Everything(text) => ("warning", theme.warning, text),
        Remark::Fine(text) => ("check", theme.fine, text),
    };
    line(ui, icon, color, theme, text);
}

/// A sign and a sentence beside it.
pub(super) fn line(ui: &mut Ui, icon: &str, color: Color32, theme: &Theme, text: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add(egui::Label::new(icons::text(icon, 13.0).color(color)));
        ui.add(egui::Label::new(RichText::new(text).size(theme.sizes.secondary).color(theme.text)).wrap());
    });
}

/// The suggestions; answers the one that was clicked.
fn list(ui: &mut Ui, theme: &Theme, draft: &Draft, listed: &[Suggestion]) -> Option<Suggestion> {
    if listed.is_empty() {
        return None;
    }
    let mut taken = None;
    egui::Frame::new().fill(theme.field).stroke(theme.line()).corner_radius(4).inner_margin(3).show(
        ui,
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (at, one) in listed.iter().enumerate() {
                if suggestion(ui, theme, one, at == draft.chosen.min(listed.len() - 1)) {
                    taken = Some(one.clone());
                }
            }
        },
    );
    ui.label(small(theme, "Tab takes it; Escape closes the list"));
    widgets::hairline(ui, theme);
    taken
}

/// One suggestion; true when it was clicked.
fn suggestion(ui: &mut Ui, theme: &Theme, one: &Suggestion, chosen: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::click());
    let name = format!("Suggest {}", one.label);
    response.widget_info(|| egui::WidgetInfo::selected(egui::WidgetType::Button, true, chosen, &name));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, 3.0, if chosen { theme.selection } else { theme.hover });
    }
    let painter = ui.painter_at(rect);
    let left = rect.left_center() + vec2(6.0, 0.0);
    let font = egui::FontId::monospace(theme.sizes.secondary);
    let label = painter.text(left, egui::Align2::LEFT_CENTER, &one.label, font, theme.text);
    let about = Theme::plain(theme.sizes.small);
    let galley = painter.layout_no_wrap(one.about.clone(), about, theme.secondary);
    let room = rect.right() - 6.0 - label.right() - 12.0;
    let from = rect.right() - 6.0 - galley.size().x.min(room.max(0.0));
    let clip = egui::Rect::from_x_y_ranges(from..=rect.right() - 6.0, rect.y_range());
    if room > 24.0 {
        let at = egui::pos2(from, rect.center().y - galley.size().y / 2.0);
        painter.with_clip_rect(clip).galley(at, galley, theme.secondary);
    }
    response.on_hover_text(&one.about).clicked()
}
