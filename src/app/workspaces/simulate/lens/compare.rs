//! This run beside another: another board, or this one with another setting, under the same seed.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use egui::{RichText, Ui};

use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::app::workspaces::simulate::SimulateWorkspace;
use crate::board::Board;
use crate::simulation::Simulation;
use crate::simulation::comparison::{Figure, Row, compare, figures, spoken};

/// The run that others are compared with. It is kept as a board, and run again under the seed of the other.
pub(in crate::app::workspaces::simulate) struct Kept {
    /// The title of its board, and what sets it apart from that board as it is now.
    title: String,
    apart: &'static str,
    board: Arc<Board>,
    scenario: Option<String>,
    seed: u64,
    figures: Option<Result<Vec<Figure>, String>>,
    at_work: Option<Receiver<Result<Vec<Figure>, String>>>,
}

impl Kept {
    fn new(title: &str, apart: &'static str, board: Arc<Board>, scenario: Option<String>) -> Self {
        Self { title: title.to_owned(), apart, board, scenario, seed: 0, figures: None, at_work: None }
    }

    /// Its figures under a seed, once they have been worked out.
    fn figures(&mut self, seed: u64, ctx: &egui::Context) -> Option<&Result<Vec<Figure>, String>> {
        if self.seed != seed || (self.figures.is_none() && self.at_work.is_none()) {
            let (send, receive) = channel();
            let (board, scenario, ctx) = (Arc::clone(&self.board), self.scenario.clone(), ctx.clone());
            (self.seed, self.figures, self.at_work) = (seed, None, Some(receive));
            std::thread::spawn(move || {
                let run = Simulation::new(&board, scenario.as_deref(), seed).map(|mut simulation| {
                    simulation.run();
                    figures(&simulation)
                });
                // Nobody waits any more when another seed was chosen meanwhile.
                let _ = send.send(run.map_err(|error| error.to_string()));
                ctx.request_repaint();
            });
        }
        if let Some(found) = self.at_work.as_ref().and_then(|at_work| at_work.try_recv().ok()) {
            (self.figures, self.at_work) = (Some(found), None);
        }
        self.figures.as_ref()
    }
}

/// A board under a scenario without its faults.
fn without_faults(board: &Board, scenario: Option<&str>) -> Board {
    let mut board = board.clone();
    let chosen = scenario.map(str::to_owned).or_else(|| board.scenarios.keys().next().cloned());
    if let Some(scenario) = chosen.and_then(|name| board.scenarios.get_mut(&name)) {
        scenario.faults.clear();
    }
    board
}

/// What there is to show of a comparison.
enum Compared {
    /// Nothing is kept.
    Nothing,
    /// It is not ready yet, or never will be.
    Said(RichText),
    /// All rows, with the titles of both runs.
    Rows(Vec<Row>, [String; 2]),
}

impl SimulateWorkspace {
    /// The comparison, or how to come to one.
    pub(super) fn compare(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let title = cx.document.board().settings.title.clone();
        let title = if title.is_empty() { "This board".to_owned() } else { title };
        let compared = self.compared(&title, ui.ctx(), theme);
        ui.horizontal(|ui| {
            ui.label(theme.heading("Compare"));
            if ui
                .button("Keep this run")
                .on_hover_text("Then change a setting, or open another board")
                .clicked()
            {
                self.kept = Some(Kept::new(&title, "As kept", cx.document.shared(), self.scenario.clone()));
            }
            if ui.button("With the same without faults").clicked() {
                let board = without_faults(cx.document.board(), self.scenario.as_deref());
                self.kept = Some(Kept::new(&title, "Without faults", Arc::new(board), self.scenario.clone()));
            }
            if self.kept.is_some() && ui.button("Let go").clicked() {
                self.kept = None;
            }
            ui.label(theme.secondary(format!("seed {}", self.seed)));
            if let Compared::Rows(rows, _) = &compared {
                let differing = rows.iter().filter(|row| row.differs()).count();
                if differing == 0 {
                    ui.label(theme.secondary("Every figure is the same"));
                } else if widgets::chip(
                    ui,
                    theme,
                    &format!("Only the {differing} that differ"),
                    self.only_differing,
                )
                .clicked()
                {
                    self.only_differing = !self.only_differing;
                }
            }
        });
        widgets::hairline(ui, theme);
        match compared {
            Compared::Nothing => {
                ui.add_space(8.0);
                ui.label(theme.secondary(
                    "Keep this run, then change a setting on the board or open another board: both stand here side by side, under the same seed.",
                ));
            }
            Compared::Said(text) => {
                ui.label(text);
            }
            Compared::Rows(mut rows, [left, right]) => {
                if self.only_differing && rows.iter().any(Row::differs) {
                    rows.retain(Row::differs);
                }
                table(ui, theme, &rows, [&left, &right]);
            }
        }
    }

    fn compared(&mut self, title: &str, ctx: &egui::Context, theme: &Theme) -> Compared {
        let Some(kept) = &mut self.kept else { return Compared::Nothing };
        let titles = if kept.title == title {
            [kept.apart.to_owned(), "This run".to_owned()]
        } else {
            [kept.title.clone(), title.to_owned()]
        };
        let left = match kept.figures(self.seed, ctx) {
            Some(Ok(figures)) => figures,
            Some(Err(problem)) => return Compared::Said(RichText::new(problem).color(theme.error)),
            None => {
                return Compared::Said(theme.secondary("The kept run is being worked out under this seed."));
            }
        };
        match self.run.as_ref().and_then(|run| run.recording.end()) {
            Some(whole) => Compared::Rows(compare(left, &figures(whole)), titles),
            None => Compared::Said(theme.secondary("This run is being worked out.")),
        }
    }
}

/// The rows, with the better of two figures in the colour of what is fine.
fn table(ui: &mut Ui, theme: &Theme, rows: &[Row], titles: [&str; 2]) {
    const GAP: f32 = 24.0;
    let room = ui.available_width() - ui.spacing().scroll.allocated_width() - 2.0 * GAP;
    let column = (room / 4.0).clamp(100.0, 260.0);
    // What a row is about takes as many lines as it needs, and leaves the figures their place.
    let font = egui::TextStyle::Body.resolve(ui.style());
    let wide = |row: &Row| ui.painter().layout_no_wrap(row.name.clone(), font.clone(), theme.text).size().x;
    let widest = rows.iter().map(wide).fold(100.0, f32::max).ceil();
    let size = egui::vec2(widest.min((room - 2.0 * column).max(100.0)), 18.0);
    let about = |ui: &mut Ui, text: RichText| {
        ui.allocate_ui_with_layout(size, egui::Layout::top_down(egui::Align::LEFT), |ui| {
            ui.set_width(size.x);
            ui.add(egui::Label::new(text).wrap());
        });
    };
    egui::ScrollArea::vertical().auto_shrink(false).id_salt("comparison").show(ui, |ui| {
        egui::Grid::new("comparison").num_columns(3).spacing([GAP, 4.0]).striped(false).show(ui, |ui| {
            let mut group = "";
            for row in rows {
                if row.group != group {
                    group = &row.group;
                    about(ui, theme.heading(crate::board::notation::words(group)));
                    for title in titles {
                        ui.add_sized([column, 18.0], egui::Label::new(theme.heading(title)).truncate());
                    }
                    ui.end_row();
                }
                about(ui, RichText::new(&row.name).color(theme.text));
                let cell = |ui: &mut Ui, value: Option<f64>, improved: Option<bool>| {
                    let text = value.map_or_else(|| "–".to_owned(), |value| spoken(value, row.unit));
                    let color = match improved {
                        Some(true) => theme.fine,
                        Some(false) => theme.error,
                        None => theme.text,
                    };
                    let text = RichText::new(text).font(Theme::strong(theme.sizes.secondary)).color(color);
                    let response = ui.add_sized([column, 18.0], egui::Label::new(text));
                    let heard = value.map_or_else(|| "none".to_owned(), |value| spoken(value, row.unit));
                    ui.ctx().accesskit_node_builder(response.id, |node| {
                        node.set_value(format!("{}: {heard}", row.name));
                    });
                };
                cell(ui, row.left, row.improved.map(|improved| !improved));
                cell(ui, row.right, row.improved);
                ui.end_row();
            }
        });
    });
}
