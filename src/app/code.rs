//! JSON with its parts in colours, and a field to edit it in.

use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{FontId, RichText, TextFormat, Ui};
use serde_json::Value;

use super::theme::Theme;

/// What a check says of a text while it is being typed.
pub(in crate::app) struct Verdict {
    /// What is wrong, in sentences.
    pub(in crate::app) problems: Vec<String>,
    /// The text may be taken as it is.
    pub(in crate::app) acceptable: bool,
}

/// JSON as a picture of text: keys, texts, numbers and words apart. Text that is no JSON is coloured as far as it goes.
pub(in crate::app) fn json(text: &str, theme: &Theme) -> LayoutJob {
    let font = FontId::monospace(theme.sizes.secondary);
    let mut job = LayoutJob::default();
    let mut push = |part: &str, color| {
        job.append(part, 0.0, TextFormat { font_id: font.clone(), color, ..Default::default() });
    };
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => string_end(rest),
            '-' | '0'..='9' => rest
                .find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'))
                .unwrap_or(rest.len()),
            c if c.is_alphabetic() => rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()),
            _ => rest
                .find(|c: char| c == '"' || c == '-' || c.is_alphanumeric())
                .filter(|end| *end > 0)
                .unwrap_or(rest.len()),
        };
        let (part, after) = rest.split_at(end);
        let color = match first {
            '"' if after.trim_start().starts_with(':') => theme.accent,
            '"' => theme.fine,
            '-' | '0'..='9' => theme.warning,
            c if c.is_alphabetic() => theme.warning,
            _ => theme.secondary,
        };
        push(part, color);
        rest = after;
    }
    job
}

/// A text in one colour, set as [`json`] is.
pub(in crate::app) fn plain(text: &str, theme: &Theme) -> LayoutJob {
    let font = FontId::monospace(theme.sizes.secondary);
    LayoutJob::simple(text.to_owned(), font, theme.text, f32::INFINITY)
}

/// Where a string ends that begins here: behind its closing quote, or at the end of its line.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// JSON laid out for people.
pub(in crate::app) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A problem of a text that should be JSON, with its line.
pub(in crate::app) fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        format!("Line {}: {message}", error.line())
    })
}

/// A field for JSON that is checked while it is typed and commits when it is left; Escape puts the old text back.
/// Answers the new text when it changed and may be taken. What may not be taken stays in the field with its problems.
pub(in crate::app) fn field(
    ui: &mut Ui,
    theme: &Theme,
    salt: impl std::hash::Hash + std::fmt::Debug,
    (name, hint): (&str, &str),
    value: &str,
    check: impl Fn(&str) -> Verdict,
) -> Option<String> {
    let id = ui.id().with((name, egui::Id::new(salt)));
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| value.to_owned());
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| -> Arc<egui::Galley> {
        let mut job = json(text.as_str(), theme);
        job.wrap.max_width = width;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let rows = text.lines().count().clamp(3, 24);
    let edit = egui::TextEdit::multiline(&mut text)
        .id(id)
        .code_editor()
        .desired_rows(rows)
        .desired_width(f32::INFINITY)
        .hint_text(RichText::new(hint).size(theme.sizes.secondary))
        .margin(egui::Margin::symmetric(7, 6))
        .layouter(&mut layouter);
    let response = ui.add(edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    let verdict = check(&text);
    for problem in verdict.problems.iter().take(6) {
        let color = if verdict.acceptable { theme.warning } else { theme.error };
        ui.add(egui::Label::new(RichText::new(problem).size(theme.sizes.secondary).color(color)).wrap());
    }
    if response.lost_focus() {
        let dropped = super::widgets::left_by_escape(ui, &response);
        if dropped || verdict.acceptable {
            ui.data_mut(|data| data.remove::<String>(id));
            return Some(text).filter(|text| !dropped && text != value);
        }
    }
    if text != value {
        ui.data_mut(|data| data.insert_temp(id, text));
    } else {
        ui.data_mut(|data| data.remove::<String>(id));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_a_text_is_shown_once() {
        let theme = Theme::new(false);
        for text in ["{\"a\": [1, -2.5e3, true], \"b\\\"\": \"x:y\"}", "{\"open: 1\n\"é\" ☃", "", "\"", "nul"]
        {
            assert_eq!(json(text, &theme).text, text);
        }
        let job = json("{\"a\": \"b\"}", &theme);
        let colors: Vec<_> = job.sections.iter().map(|section| section.format.color).collect();
        assert_eq!(colors, [theme.secondary, theme.accent, theme.secondary, theme.fine, theme.secondary]);
    }
}
