//! Writing scenarios beside the running board: what arrives, what goes wrong, what must hold.

mod form;

use std::sync::Arc;

use egui::{RichText, Ui};

use super::SimulateWorkspace;
use crate::app::canvas::Tone;
use crate::app::context::{Cx, sentence};
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::{Key, Record, Scenario};
use crate::edit::Intent;
use crate::simulation::compile::problems;
use crate::view::scenario::{self, List, Names, Part};

/// What the side of the running board shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Side {
    /// How the run stands.
    #[default]
    Run,
    /// What is run, to be changed.
    Scenario,
}

/// What a board says about one of its scenarios, worked out once a change.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    revision: u64,
    scenario: String,
    names: Names,
    /// What makes no sense, in sentences.
    problems: Vec<(Part, String)>,
}

impl SimulateWorkspace {
    /// The tabs of the side.
    pub(super) fn side_tabs(&mut self, ui: &mut Ui, theme: &Theme) {
        ui.horizontal(|ui| {
            for (side, name) in [(Side::Run, "Run"), (Side::Scenario, "Scenario")] {
                if widgets::tab(ui, theme, name, self.side == side).clicked() {
                    self.side = side;
                }
            }
        });
        ui.add_space(theme.spacing);
    }

    /// A button that writes a first scenario, where a board has none.
    pub(super) fn offer_scenario(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.add_space(cx.theme.spacing);
        if ui.button("Write a scenario").clicked() {
            self.write_new(cx);
        }
    }

    fn write_new(&mut self, cx: &mut Cx<'_>) {
        let topology = cx.topology();
        let names = Names::of(cx.document.board(), &topology, None);
        let (name, edit) = scenario::write_new(cx.document.board(), &names);
        cx.commit(edit);
        self.scenario = Some(name);
        self.side = Side::Scenario;
    }

    /// The scenario that is run, to be changed.
    pub(super) fn edit_scenario(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let chosen = self.scenario.clone().and_then(|name| {
            let scenario = cx.document.board().scenarios.get(&name)?.clone();
            Some((name, scenario))
        });
        let Some((name, before)) = chosen else { return };
        self.manage(ui, cx, &name);
        let judged = self.judged(cx, &name, &before);
        let mut after = before.clone();
        wrong(ui, cx.theme, &judged, &[Part::Board, Part::Whole]);
        form::fields(ui, cx, &mut after, Part::Whole, "Scenario", &judged.names);
        for list in List::ALL {
            heading(ui, cx.theme, list, &mut after, &judged.names);
            let parts = list.parts(&before);
            for (at, part) in parts.iter().enumerate() {
                self.part(ui, cx, &mut after, (*part, format!("{} {}", list.one(), at + 1)), &judged);
            }
            if parts.is_empty() {
                ui.label(cx.theme.secondary(nothing(list)));
            }
        }
        if after != before {
            if (after.seed, after.moment) != (before.seed, before.moment) {
                self.taken_up = None;
            }
            let records = vec![Record::Scenario(name, Box::new(after))];
            cx.perform(&Intent::Change { label: "Change scenario".to_owned(), records });
        }
    }

    /// The name, and what can be done with the scenario as a whole.
    fn manage(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
        let theme = cx.theme;
        ui.horizontal(|ui| {
            if widgets::icon_button(ui, theme, "plus", "New scenario", "", false).clicked() {
                self.write_new(cx);
            }
            if widgets::icon_button(ui, theme, "copy", "Copy scenario", "", false).clicked()
                && let Some((fresh, edit)) = scenario::copy(cx.document.board(), name)
            {
                cx.commit(edit);
                self.scenario = Some(fresh);
            }
            if widgets::icon_button(ui, theme, "trash", "Delete scenario", "", false).clicked() {
                cx.perform(&Intent::Remove { keys: vec![Key::Scenario(name.to_owned())] });
            }
        });
        let named = widgets::row(ui, theme, "Name", |ui| {
            widgets::text_field(ui, name, "Scenario: Name", name, "What it is about")
        });
        if let Some(to) = named {
            match scenario::rename(cx.document.board(), name, to.trim()) {
                Ok(edit) => {
                    cx.commit(edit);
                    // The same scenario: its seed and moment stay as they are.
                    self.taken_up = Some(to.trim().to_owned());
                    self.scenario.clone_from(&self.taken_up);
                }
                Err(error) => cx.say(Tone::Error, error),
            }
        }
    }

    /// One arrival, fault or promise.
    fn part(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        after: &mut Scenario,
        (part, title): (Part, String),
        judged: &Judged,
    ) {
        let theme = cx.theme;
        ui.add_space(theme.spacing * 0.5);
        widgets::hairline(ui, theme);
        let removed = ui
            .horizontal(|ui| {
                ui.label(theme.heading(&title));
                let right = egui::Layout::right_to_left(egui::Align::Center);
                ui.with_layout(right, |ui| {
                    let name = format!("Remove {}", title.to_lowercase());
                    widgets::icon_button(ui, theme, "close", &name, "", false).clicked()
                })
                .inner
            })
            .inner;
        if removed {
            return scenario::remove(after, part);
        }
        form::fields(ui, cx, after, part, &title, &judged.names);
        wrong(ui, theme, judged, &[part]);
    }

    /// What the board says about the scenario now.
    fn judged(&mut self, cx: &mut Cx<'_>, name: &str, scenario: &Scenario) -> Arc<Judged> {
        let revision = cx.document.revision();
        let known = self.judged.as_ref().filter(|it| it.revision == revision && it.scenario == name);
        if let Some(known) = known {
            return Arc::clone(known);
        }
        let topology = cx.topology();
        let board = cx.document.board();
        let wrong = problems(board, &topology, name, scenario).into_iter();
        let judged = Arc::new(Judged {
            revision,
            scenario: name.to_owned(),
            names: Names::of(board, &topology, Some(scenario)),
            problems: wrong.map(|problem| (problem.part, sentence(&problem.error.to_string()))).collect(),
        });
        self.judged = Some(Arc::clone(&judged));
        judged
    }
}

/// The heading of a list with a button that adds to it.
fn heading(ui: &mut Ui, theme: &Theme, list: List, after: &mut Scenario, names: &Names) {
    ui.add_space(theme.spacing * 2.5);
    ui.horizontal(|ui| {
        ui.label(RichText::new(list.title()).font(Theme::strong(theme.sizes.body)).color(theme.text));
        let right = egui::Layout::right_to_left(egui::Align::Center);
        ui.with_layout(right, |ui| {
            let name = format!("Add {}", list.one().to_lowercase());
            if widgets::icon_button(ui, theme, "plus", &name, "", false).clicked() {
                list.add(after, names);
            }
        });
    });
}

const fn nothing(list: List) -> &'static str {
    match list {
        List::Stimuli => "Nothing arrives yet.",
        List::Faults => "Nothing goes wrong yet.",
        List::Expectations => "Nothing is promised yet.",
    }
}

/// What makes no sense about some parts.
fn wrong(ui: &mut Ui, theme: &Theme, judged: &Judged, parts: &[Part]) {
    for (_, problem) in judged.problems.iter().filter(|(part, _)| parts.contains(part)) {
        ui.add(egui::Label::new(RichText::new(problem).color(theme.error)).wrap());
    }
}
