//! The fields of a part of a scenario, drawn and filled in without knowing what they mean.

use egui::Ui;

use crate::app::canvas::Tone;
use crate::app::context::{Cx, sentence};
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::Scenario;
use crate::board::notation::words;
use crate::view::scenario::{self, Asks, Field, Names, Part};

/// Shows what can be filled in of a part, and fills in what was typed or chosen. `title` tells the part from others
/// for the ear.
pub(super) fn fields(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    after: &mut Scenario,
    part: Part,
    title: &str,
    names: &Names,
) {
    for field in scenario::fields(after, part, names) {
        let heard = format!("{title}: {}", field.name);
        if let Some(text) = ask(ui, cx.theme, &heard, &field)
            && let Err(error) = scenario::fill(after, part, field.name, &text, names)
        {
            cx.say(Tone::Error, format!("{}; nothing was changed", sentence(&error)));
        }
    }
}

/// One field; answers what it was filled in with, when that changed.
fn ask(ui: &mut Ui, theme: &Theme, heard: &str, field: &Field) -> Option<String> {
    let Field { name, text, hint, asks } = field;
    match asks {
        Asks::Line => widgets::row(ui, theme, name, |ui| widgets::text_field(ui, heard, heard, text, hint)),
        Asks::Lines => widgets::text_area(ui, heard, heard, text, hint),
        Asks::Switch => {
            let switched = widgets::row(ui, theme, name, |ui| {
                let mut on = text == "on";
                let response = ui.checkbox(&mut on, "").on_hover_text(*hint);
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(heard));
                response.changed().then_some(on)
            });
            switched.map(|on| if on { "on" } else { "off" }.to_owned())
        }
        Asks::One(choices) => {
            widgets::row(ui, theme, name, |ui| choose(ui, heard, &words(text), choices, Some(text)))
        }
        Asks::Several(choices) => {
            widgets::row(ui, theme, name, |ui| several(ui, theme, heard, field, choices))
        }
    }
}

/// Names of which some are chosen: a pill each that a click takes away, and a list to add from.
fn several(ui: &mut Ui, theme: &Theme, heard: &str, field: &Field, choices: &[String]) -> Option<String> {
    let mut chosen: Vec<&str> = field.text.lines().collect();
    let before = chosen.len();
    let added = ui.vertical(|ui| {
        ui.horizontal_wrapped(|ui| {
            chosen.retain(|name| !widgets::chip(ui, theme, &format!("{} ×", words(name)), true).clicked());
        });
        let others: Vec<String> =
            choices.iter().filter(|name| !chosen.contains(&name.as_str())).cloned().collect();
        let shown = if chosen.is_empty() { field.hint } else { "or…" };
        choose(ui, heard, shown, &others, None)
    });
    chosen.extend(added.inner.as_deref());
    (chosen.len() != before).then(|| chosen.join("\n"))
}

/// A list to choose from; answers what was chosen when it is another than before.
fn choose(
    ui: &mut Ui,
    heard: &str,
    shown: &str,
    choices: &[String],
    before: Option<&String>,
) -> Option<String> {
    let mut chosen = None;
    let list =
        egui::ComboBox::from_id_salt(heard).selected_text(shown).width(ui.available_width()).truncate();
    let response = list.show_ui(ui, |ui| {
        widgets::size_list(ui, choices.iter().map(String::as_str));
        for choice in choices {
            let selected = before == Some(choice);
            if ui.selectable_label(selected, words(choice)).clicked() && !selected {
                chosen = Some(choice.clone());
            }
        }
    });
    ui.ctx().accesskit_node_builder(response.response.id, |node| node.set_label(heard));
    chosen
}
