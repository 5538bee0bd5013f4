//! The bar that tells of news on disk: somebody else saved the open board. Reload, merge, or keep this one.

use std::collections::BTreeMap;

use egui::{Align, Frame, Grid, Layout, Margin, Panel, RichText, ScrollArea, Ui};

use crate::app::App;
use crate::app::theme::Theme;
use crate::edit::merge::{Conflict, Place, Side};

/// What is shown of the news, worked out when the board or the choices change.
#[derive(Default)]
pub(in crate::app) struct News {
    /// What both sides changed, and which side to take.
    choices: BTreeMap<Place, Side>,
    worked_out: Option<(u64, Option<u64>, Vec<Conflict>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Merge,
    Reload,
    Keep,
}

/// Shows the bar while there is news.
pub(in crate::app) fn show(app: &mut App, ui: &mut Ui) {
    if !app.keeper.has_news() {
        if app.news.worked_out.is_some() {
            app.news = News::default();
        }
        return;
    }
    let conflicts = conflicts(app);
    let frame = Frame::new().fill(app.theme.selection).inner_margin(Margin::symmetric(14, 8));
    let mut answer = None;
    Panel::top("news on disk").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(summary(app, conflicts.len())).color(app.theme.text));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| answer = buttons(app, ui));
        });
        if !conflicts.is_empty() {
            ui.add_space(6.0);
            ScrollArea::vertical().max_height(180.0).show(ui, |ui| choices(app, ui, &conflicts));
        }
    });
    let ctx = ui.ctx().clone();
    let chosen = std::mem::take(&mut app.news.choices);
    match answer {
        Some(Answer::Merge) => {
            app.take_news(
                &ctx,
                |keeper, document| keeper.bring_in(document, &chosen),
                "Merged. Save to keep it",
            );
        }
        Some(Answer::Reload) => app.take_news(&ctx, |keeper, document| keeper.reload(document), "Reloaded"),
        Some(Answer::Keep) => {
            let done = "Kept this board. Saving writes over the one on disk";
            app.take_news(&ctx, |keeper, document| keeper.keep_own(document), done);
        }
        None => app.news.choices = chosen,
    }
}

/// What both sides changed.
fn conflicts(app: &mut App) -> Vec<Conflict> {
    let now = (app.document.revision(), app.keeper.news_digest());
    if app.news.worked_out.as_ref().is_none_or(|(revision, news, _)| (*revision, *news) != now) {
        let merge = app.keeper.merged(&app.document, &app.news.choices);
        let conflicts = merge.map(|merge| merge.conflicts).unwrap_or_default();
        app.news.worked_out = Some((now.0, now.1, conflicts));
    }
    app.news.worked_out.as_ref().map(|(.., conflicts)| conflicts.clone()).unwrap_or_default()
}

fn summary(app: &App, conflicts: usize) -> String {
    let name = app.document.path().and_then(std::path::Path::file_name);
    let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let there = match app.keeper.changed_there() {
        1 => "1 thing".to_owned(),
        n => format!("{n} things"),
    };
    match (app.document.is_dirty(), conflicts) {
        (false, _) => format!("{name} was changed on disk: {there}."),
        (true, 0) => format!("{name} was changed on disk: {there}, none of them changed here as well."),
        (true, 1) => format!("{name} was changed on disk: {there}. One was changed here as well:"),
        (true, n) => format!("{name} was changed on disk: {there}. {n} were changed here as well:"),
    }
}

fn buttons(app: &App, ui: &mut Ui) -> Option<Answer> {
    let dirty = app.document.is_dirty();
    let (first, others): (_, &[(&str, Answer, &str)]) = if dirty {
        (
            ("Merge", Answer::Merge, "Both changes, in one step that can be undone"),
            &[
                ("Keep this board", Answer::Keep, "Saving then writes over the one on disk"),
                ("Reload", Answer::Reload, "Your unsaved changes go; undo brings them back"),
            ],
        )
    } else {
        (
            ("Reload", Answer::Reload, "In one step that can be undone"),
            &[("Keep this board", Answer::Keep, "Saving then writes over the one on disk")],
        )
    };
    let mut answer = None;
    let strong = RichText::new(first.0).font(Theme::strong(app.theme.sizes.body)).color(app.theme.on_accent);
    if ui.add(egui::Button::new(strong).fill(app.theme.accent)).on_hover_text(first.2).clicked() {
        answer = Some(first.1);
    }
    for (text, choice, help) in others {
        if ui.button(*text).on_hover_text(*help).clicked() {
            answer = Some(*choice);
        }
    }
    answer
}

fn choices(app: &mut App, ui: &mut Ui, conflicts: &[Conflict]) {
    Grid::new("news choices").num_columns(3).spacing([16.0, 4.0]).show(ui, |ui| {
        for conflict in conflicts {
            let mut taken = app.news.choices.get(&conflict.place).copied().unwrap_or(conflict.taken);
            ui.label(RichText::new(&conflict.what).color(app.theme.text));
            let before = taken;
            ui.radio_value(&mut taken, Side::Ours, format!("here: {}", conflict.ours));
            ui.radio_value(&mut taken, Side::Theirs, format!("on disk: {}", conflict.theirs));
            if taken != before {
                app.news.choices.insert(conflict.place.clone(), taken);
            }
            ui.end_row();
        }
    });
}
