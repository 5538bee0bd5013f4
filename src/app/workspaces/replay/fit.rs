//! The board's numbers beside the log's: fitted, run, and both distributions side by side.

use egui::{Align2, Rect, RichText, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::ReplayWorkspace;
use crate::app::canvas::Tone;
use crate::app::context::{Command, Cx, sentence};
use crate::app::theme::Theme;
use crate::app::widgets::spoken_number;
use crate::edit::{Edit, diff_boards};
use crate::replay::calibrate::{AS_CAPTURED, Calibrated, Pair, WhatIf, calibrate, refine, what_if};
use crate::replay::stats::percentile;
use crate::replay::time::duration_text;
use crate::topology::derive;

/// The seed of the run that is shown beside the log.
const SEED: u64 = 1;
/// Bars of a histogram.
const BARS: usize = 24;
/// The size of one histogram.
const PICTURE: egui::Vec2 = vec2(272.0, 132.0);

/// A fitted board and its run.
pub(super) struct Fitted {
    revision: u64,
    done: Calibrated,
    /// Why it could not be run, if it could not.
    pairs: Result<Vec<Pair>, String>,
}

impl ReplayWorkspace {
    pub(super) fn fit(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        if let Some(fitted) = self.fitting.take() {
            self.fitted = Some(fitted);
        }
        let Some(open) = &mut self.open else { return };
        ui.add_space(4.0);
        let revision = cx.document.revision();
        let fresh = self.fitted.as_ref().is_some_and(|fitted| fitted.revision == revision);
        let mut asked = false;
        if self.fitting.is_under_way() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(theme.secondary("Measuring the log and running the board…"));
            });
        } else if !fresh {
            ui.horizontal_wrapped(|ui| {
                let can = open.log.is_complete() && !open.log.is_empty();
                asked = ui.add_enabled(can, egui::Button::new("Fit the board to this log")).clicked();
                let text = "Arrival rates, latencies, shares of outcomes and outages are measured where the log \
                            names causes; the board is then run with the log's own arrivals.";
                ui.label(theme.secondary(text));
            });
        }
        if asked {
            let (board, log) = (cx.document.shared(), open.log.clone());
            self.fitting.start(ui.ctx(), move || {
                let mut done = calibrate(&board, &derive(&board), &log);
                let pairs = refine(&mut done, AS_CAPTURED, SEED).map_err(|error| error.to_string());
                Fitted { revision, done, pairs }
            });
        }
        if !fresh {
            return;
        }
        self.fitted_ui(ui, cx);
    }

    fn fitted_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let (Some(fitted), Some(open)) = (&self.fitted, &self.open) else { return };
        let mut take_over = None;
        ui.horizontal_wrapped(|ui| {
            if ui.button("Take over into the board").on_hover_text("One step that can be undone").clicked() {
                take_over = Some((fitted.done.board.clone(), "Fit the board to a log", None));
            }
            ui.add_space(12.0);
            ui.label(theme.secondary("What if, in what the timeline shows, this had been down:"));
            let services: Vec<&String> = fitted.done.board.services.keys().collect();
            let chosen = self.what_if.clone().unwrap_or_default();
            let combo = egui::ComboBox::from_id_salt("what if").selected_text(if chosen.is_empty() {
                "a service"
            } else {
                &chosen
            });
            let combo = combo.show_ui(ui, |ui| {
                for name in services {
                    if ui.selectable_label(*name == chosen, name).clicked() {
                        self.what_if = Some(name.clone());
                    }
                }
            });
            ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label("Service that is down"));
            let can = ui.add_enabled(!chosen.is_empty(), egui::Button::new("Simulate it"));
            if can.clicked() {
                let mut done = fitted.done.clone();
                let shown = open.window.shown();
                let question = WhatIf { service: chosen, from: shown.start, until: shown.end };
                let name = what_if(&mut done, &open.log, &question);
                take_over = name.map(|name| (done.board, "Ask what if of a log", Some(name)));
            }
        });
        ui.add_space(4.0);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            match &fitted.pairs {
                Ok(pairs) if pairs.is_empty() => {
                    ui.label(theme.secondary(
                        "The log names no causes that the board shows: there are no latencies to compare.",
                    ));
                }
                Ok(pairs) => {
                    legend(ui, theme);
                    ui.horizontal_wrapped(|ui| {
                        ui.spacing_mut().item_spacing = vec2(14.0, 10.0);
                        for pair in pairs {
                            picture(ui, theme, pair);
                        }
                    });
                }
                Err(message) => {
                    let text = format!("The fitted board cannot be run: {message}");
                    ui.label(RichText::new(text).color(theme.error));
                }
            }
            for fit in &fitted.done.fits {
                let before =
                    if fit.before.is_empty() { String::new() } else { format!(", before {}", fit.before) };
                let text = format!(
                    "{}: {}{before} ({} measurements)",
                    fit.what,
                    fit.after,
                    spoken_number(fit.n as u64)
                );
                ui.label(theme.secondary(text));
            }
        });
        let Some((board, label, scenario)) = take_over else { return };
        let ops = diff_boards(cx.document.board(), &board);
        if !ops.is_empty() {
            cx.commit(Edit::new(label, ops));
        }
        match scenario {
            Some(name) => {
                cx.say(Tone::Fine, format!("Added the scenario “{name}” to the board"));
                cx.options.scenario = Some(name);
                cx.send(Command::SwitchTo("Simulate"));
            }
            None => cx.say(Tone::Fine, sentence("the board has the log's numbers now")),
        }
    }
}

fn legend(ui: &mut Ui, theme: &Theme) {
    ui.horizontal(|ui| {
        for (color, name) in [(theme.accent, "captured"), (theme.warning, "simulated")] {
            let (swatch, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            ui.painter().rect_filled(swatch, 2.0, color);
            ui.label(theme.secondary(name));
        }
        ui.label(theme.secondary("· time from a message to what it causes"));
    });
}

/// One service: its two distributions as bars, and three percentiles of each.
fn picture(ui: &mut Ui, theme: &Theme, pair: &Pair) {
    let (rect, response) = ui.allocate_exact_size(PICTURE, Sense::hover());
    let side = |sorted: &[i64], p| {
        if sorted.is_empty() { "–".to_owned() } else { duration_text(percentile(sorted, p)) }
    };
    let line =
        |sorted: &[i64]| format!("{} · {} · {}", side(sorted, 0.5), side(sorted, 0.9), side(sorted, 0.99));
    let distance = format!("distance {:.2}", pair.distance());
    response.widget_info(|| {
        let text = format!(
            "{}: captured {}, simulated {}, {distance}",
            pair.service,
            line(&pair.captured),
            line(&pair.simulated)
        );
        WidgetInfo::labeled(WidgetType::Label, true, text)
    });
    let painter = ui.painter_at(rect);
    let text = |at, align, words: &str, font, color| painter.text(at, align, words, font, color);
    text(rect.left_top(), Align2::LEFT_TOP, &pair.service, Theme::strong(theme.sizes.secondary), theme.text);
    text(rect.right_top(), Align2::RIGHT_TOP, &distance, Theme::plain(theme.sizes.small), theme.secondary);
    let plot =
        Rect::from_min_max(pos2(rect.left(), rect.top() + 20.0), pos2(rect.right(), rect.bottom() - 34.0));
    painter.hline(plot.x_range(), plot.bottom(), theme.line());
    let bars = pair.bars(BARS);
    let most = bars.iter().map(|bar| bar.captured.max(bar.simulated)).fold(1e-9, f64::max);
    let step = plot.width() / BARS as f32;
    for (at, bar) in bars.iter().enumerate() {
        for (share, offset, color) in [(bar.captured, 0.0, theme.accent), (bar.simulated, 0.5, theme.warning)]
        {
            let height = plot.height() * (share / most) as f32;
            if height > 0.0 {
                let left = plot.left() + step * (at as f32 + offset);
                let body = Rect::from_min_max(
                    pos2(left, plot.bottom() - height.max(1.0)),
                    pos2(left + step * 0.5 - 0.5, plot.bottom()),
                );
                painter.rect_filled(body, 0.0, color);
            }
        }
    }
    let small = || Theme::plain(theme.sizes.small);
    for (row, (sorted, color)) in
        [(&pair.captured, theme.accent), (&pair.simulated, theme.warning)].iter().enumerate()
    {
        let at = pos2(rect.left(), plot.bottom() + 4.0 + 14.0 * row as f32);
        let drawn = text(at, Align2::LEFT_TOP, &line(sorted), small(), *color);
        let count = format!("n = {}", spoken_number(sorted.len() as u64));
        text(pos2(rect.right(), drawn.top()), Align2::RIGHT_TOP, &count, small(), theme.secondary);
    }
}
