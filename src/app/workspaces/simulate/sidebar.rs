//! Beside the running board: what runs, how the promises stand, what was measured.

use egui::{RichText, Ui};

use super::SimulateWorkspace;
use super::scenario::Side;
use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::widgets;
pub(super) use crate::app::widgets::spoken_number;
use crate::availability::{Limits, entry_report};
use crate::board::FaultKind;
use crate::simulation::Simulation;
use crate::simulation::expectations::{Standing, Verdict};
use crate::simulation::faults::in_words;
use crate::simulation::model::Fault;

/// A fault in words: "Inventory down 00:10:00 – 00:12:00".
pub(super) fn spoken_fault(fault: &Fault, now: u64) -> String {
    let what = match fault.kind {
        // The clock of the window is the one of the timeline.
        FaultKind::Replay { from, to, .. } => {
            format!("replays {} – {}", super::spoken_clock(from.0), super::spoken_clock(to.0))
        }
        ref kind => in_words(kind),
    };
    let until = if fault.until == u64::MAX { "the end".to_owned() } else { super::spoken_clock(fault.until) };
    let since = if fault.from <= now { String::new() } else { "from ".to_owned() };
    format!("{} {what} {since}{} – {until}", fault.target, super::spoken_clock(fault.from))
}

/// A length of time as people say it: "412 ms".
pub(super) fn spoken_nanos(nanos: f64) -> String {
    match nanos {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.0} µs", n / 1e3),
        n if n < 1e9 => format!("{:.0} ms", n / 1e6),
        n if n < 120e9 => format!("{:.1} s", n / 1e9),
        n => format!("{:.0} min", n / 60e9),
    }
}

/// A name and a number at the right end of a line; answers the number's response.
fn figure(ui: &mut Ui, theme: &Theme, name: &str, value: RichText) -> egui::Response {
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let value = ui.label(value);
            // The figure comes first: where both do not fit, the name is cut.
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(theme.secondary(name)).truncate());
            });
            value
        })
        .inner
    })
    .inner
}

impl SimulateWorkspace {
    pub(super) fn sidebar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        self.side_tabs(ui, theme);
        let names: Vec<String> = cx.document.board().scenarios.keys().cloned().collect();
        let choices: Vec<(usize, &str)> =
            names.iter().enumerate().map(|(at, name)| (at, name.as_str())).collect();
        let now = self.scenario.as_ref().and_then(|name| names.iter().position(|n| n == name)).unwrap_or(0);
        if !choices.is_empty()
            && let Some(at) = widgets::choice_row(ui, theme, "Scenario", now, &choices)
        {
            self.scenario = Some(names[at].clone());
            self.restart();
        }
        if let Some(problem) = self.problem.as_ref().map(|(_, problem)| problem.clone())
            && (self.side == Side::Run || names.is_empty())
        {
            ui.add_space(8.0);
            ui.label(RichText::new(problem).color(theme.secondary));
            if names.is_empty() {
                self.offer_scenario(ui, cx);
            } else if ui.button("Change the scenario").clicked() {
                self.side = Side::Scenario;
            }
        }
        if self.side == Side::Scenario {
            return self.edit_scenario(ui, cx);
        }
        let seed = self.seed;
        widgets::row(ui, theme, "Seed", |ui| {
            let response = ui.add(egui::DragValue::new(&mut self.seed).speed(0.1));
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Seed"));
        });
        if self.seed != seed {
            self.restart();
        }
        let described = self.scenario.as_ref().and_then(|name| cx.document.board().scenarios.get(name));
        if let Some(text) =
            described.map(|scenario| scenario.description.clone()).filter(|text| !text.is_empty())
        {
            ui.add_space(4.0);
            ui.label(theme.secondary(text));
        }
        let Some(run) = &self.run else { return };
        promises(ui, theme, &run.simulation.verdicts(), run.recording.verdicts().as_deref());
        entries(ui, cx, &run.simulation);
        queues(ui, theme, &run.simulation);
        services(ui, theme, &run.simulation);
    }
}

/// Each promise with how often it was kept and broken, so far and over the whole run.
fn promises(ui: &mut Ui, theme: &Theme, now: &[Verdict], whole: Option<&[Verdict]>) {
    widgets::section(ui, theme, "Promises");
    if now.is_empty() {
        ui.label(theme.secondary("This scenario promises nothing yet."));
    }
    for (at, verdict) in now.iter().enumerate() {
        let shown = whole.and_then(|whole| whole.get(at)).unwrap_or(verdict);
        let (mark, color) = match shown.standing {
            Standing::Kept => ("check", theme.fine),
            Standing::Broken => ("close", theme.error),
            Standing::Untested => ("circle", theme.secondary),
        };
        ui.horizontal(|ui| {
            ui.label(RichText::new(crate::app::icons::glyph(mark)).font(Theme::icon(14.0)).color(color));
            ui.add(egui::Label::new(RichText::new(&verdict.name).color(theme.text)).wrap());
        });
        let counts = |verdict: &Verdict| match (verdict.standing, verdict.measured) {
            (Standing::Untested, _) => "nothing yet".to_owned(),
            (_, Some(measured)) if verdict.kept + verdict.broken <= 1 => {
                format!("{measured:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            _ => format!("{} kept, {} broken", spoken_number(verdict.kept), spoken_number(verdict.broken)),
        };
        let strong = |text: String, verdict: &Verdict| {
            let color = if verdict.standing == Standing::Broken { theme.error } else { theme.text };
            RichText::new(text).font(Theme::strong(theme.sizes.secondary)).color(color)
        };
        ui.indent(("promise", at), |ui| {
            figure(ui, theme, "so far", strong(counts(verdict), verdict));
            if let Some(whole) = whole.and_then(|whole| whole.get(at)) {
                let heard = format!("{}, whole run: {}", whole.name, counts(whole));
                let response = figure(ui, theme, "whole run", strong(counts(whole), whole));
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(heard));
            }
        });
    }
}

/// What clients saw at each entry, against what was predicted.
fn entries(ui: &mut Ui, cx: &mut Cx<'_>, simulation: &Simulation) {
    let topology = cx.topology();
    let theme = cx.theme;
    let plain =
        |text: String| RichText::new(text).font(Theme::strong(theme.sizes.secondary)).color(theme.text);
    let entries = simulation.entry_metrics().zip(simulation.entries_asked());
    for ((name, metrics), asked) in entries.filter(|((_, metrics), _)| metrics.arrived > 0) {
        widgets::section(ui, theme, &crate::board::notation::words(name));
        let done = metrics.answered + metrics.declined + metrics.failed;
        figure(ui, theme, "arrived", plain(spoken_number(metrics.arrived)));
        if !asked {
            continue;
        }
        figure(ui, theme, "errors and time-outs", plain(spoken_number(metrics.failed)));
        if done > 0 {
            let share = (metrics.answered + metrics.declined) as f64 / done as f64;
            // The half width of a 95 % interval of a share (normal approximation).
            let half = 1.96 * (share * (1.0 - share) / done as f64).sqrt();
            figure(
                ui,
                theme,
                "answered, measured",
                plain(format!("{:.2} % ± {:.2}", share * 100.0, half * 100.0)),
            );
        }
        let entry = topology.entries().find(|entry| topology[*entry].name == name);
        if let Some(entry) = entry {
            let report = entry_report(cx.document.board(), &topology, entry, &Limits::default());
            figure(ui, theme, "available, predicted", plain(format!("{:.4} %", report.availability * 100.0)));
        }
        let latency = |p| spoken_nanos(metrics.latency.percentile(p) as f64);
        figure(
            ui,
            theme,
            "latency p50 · p95 · p99",
            plain(format!("{} · {} · {}", latency(50.0), latency(95.0), latency(99.0))),
        );
    }
}

fn queues(ui: &mut Ui, theme: &Theme, simulation: &Simulation) {
    let channels: Vec<_> = simulation.channels().collect();
    if channels.is_empty() {
        return;
    }
    widgets::section(ui, theme, "Channels");
    let dead: u64 = channels.iter().map(|channel| channel.dead_letters).sum();
    for channel in &channels {
        let value = RichText::new(spoken_number(channel.depth))
            .font(Theme::strong(theme.sizes.secondary))
            .color(theme.text);
        figure(ui, theme, channel.name, value);
    }
    let plain = |count: u64| {
        RichText::new(spoken_number(count)).font(Theme::strong(theme.sizes.secondary)).color(theme.text)
    };
    let in_vain: u64 = simulation.empty_receives().map(|(_, count)| count).sum();
    if in_vain > 0 {
        figure(ui, theme, "receives in vain", plain(in_vain));
    }
    let replayed: u64 = simulation.channel_metrics().map(|(_, metrics)| metrics.replayed).sum();
    if replayed > 0 {
        figure(ui, theme, "delivered again", plain(replayed));
    }
    let color = if dead > 0 { theme.error } else { theme.text };
    figure(
        ui,
        theme,
        "dead letters",
        RichText::new(spoken_number(dead)).font(Theme::strong(theme.sizes.secondary)).color(color),
    );
}

fn services(ui: &mut Ui, theme: &Theme, simulation: &Simulation) {
    widgets::section(ui, theme, "Services");
    let now = simulation.now();
    let up = simulation.services().map(|service| service.up);
    for ((name, metrics), up) in simulation.service_metrics().zip(up) {
        let text = if up {
            format!("{} done, {:.1} busy", spoken_number(metrics.done), metrics.busy.average(now))
        } else {
            "down".to_owned()
        };
        let color = if up { theme.text } else { theme.error };
        figure(ui, theme, name, RichText::new(text).font(Theme::strong(theme.sizes.secondary)).color(color));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_spoken_as_people_write_them() {
        assert_eq!(spoken_nanos(412e6), "412 ms");
        assert_eq!(spoken_nanos(90e9), "90.0 s");
    }
}
