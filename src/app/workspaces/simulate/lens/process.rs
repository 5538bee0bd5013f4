//! One process as a sequence diagram, with the chain of causes of the message looked at.

use egui::Ui;

use crate::app::context::Cx;
use crate::app::sequence::Sequence;
use crate::app::widgets;
use crate::app::workspaces::simulate::sidebar::{spoken_nanos, spoken_number};
use crate::app::workspaces::simulate::{Lens, SimulateWorkspace};
use crate::board::notation::words;
use crate::simulation::Simulation;
use crate::simulation::story;
use crate::view::sequence::{Process, of_run};

/// The process looked at.
#[derive(Default)]
pub(in crate::app::workspaces::simulate) struct Followed {
    /// Its correlation; the newest one when none was chosen.
    correlation: Option<u64>,
    /// The message whose causes stand out.
    message: Option<u64>,
    /// The broken promise it is about.
    promise: Option<String>,
    known: Option<Known>,
}

/// A process worked out, until the run has gone on.
struct Known {
    correlation: u64,
    /// The length of the trace it was read from.
    steps: usize,
    process: Process,
    /// The chain of causes of the message looked at: its ids with the names of the messages.
    chain: Vec<(u64, String)>,
}

impl Followed {
    /// The process chosen by hand or by a flag.
    pub(in crate::app::workspaces::simulate) fn correlation(&self) -> Option<u64> {
        self.correlation
    }

    fn follow(&mut self, correlation: u64, message: Option<u64>) {
        *self = Self { correlation: Some(correlation), message, promise: None, known: None };
    }

    fn look(&mut self, simulation: &Simulation, cx: &mut Cx<'_>, newest: u64) -> &Known {
        let correlation = self.correlation.unwrap_or(newest);
        let steps = simulation.trace().map_or(0, |trace| trace.len());
        let known =
            self.known.take().filter(|known| known.correlation == correlation && known.steps == steps);
        self.known.insert(known.unwrap_or_else(|| {
            let topology = cx.topology();
            let process = of_run(simulation, &topology, correlation);
            let events = simulation.trace().map_or_else(Vec::new, |trace| story::process(trace, correlation));
            let name = |id: u64| {
                let message = events.iter().find(|event| event.id == id).and_then(|event| event.message);
                message.map_or_else(String::new, |at| words(&simulation.model().messages[at.at()].name))
            };
            let causes = self.message.map_or_else(Vec::new, |id| story::causes(&events, id));
            let chain = causes.into_iter().map(|id| (id, name(id))).collect();
            Known { correlation, steps, process, chain }
        }))
    }
}

/// The correlation of the newest process of a run.
fn newest(simulation: &Simulation) -> u64 {
    let trace = simulation.trace().into_iter().flat_map(|trace| trace.iter().rev());
    trace.map(|event| event.correlation).find(|correlation| *correlation != 0).unwrap_or(0)
}

impl SimulateWorkspace {
    /// Looks at the message with which the promise at a place broke first.
    pub(in crate::app::workspaces::simulate) fn follow_breach(&mut self, at: usize) {
        let Some(run) = &self.run else { return };
        let whole = run.recording.end().unwrap_or(&run.simulation);
        let verdicts = whole.verdicts();
        let Some(verdict) = verdicts.get(at) else { return };
        let (Some(breach), Some(expectation)) = (verdict.first, whole.model().expectations.get(at)) else {
            return;
        };
        if breach.correlation == 0 {
            return;
        }
        let message = story::breaker(whole, &expectation.promise, &breach);
        self.followed.follow(breach.correlation, message);
        self.followed.promise = Some(verdict.name.clone());
        self.lens = Some(Lens::Process);
    }

    /// The sequence diagram of the process looked at.
    pub(super) fn process(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(run) = &self.run else { return };
        // The whole process is shown, also what lies ahead of the playhead, once it has been worked out.
        let whole = run.recording.end().unwrap_or(&run.simulation);
        let (newest, now) = (newest(&run.simulation), run.simulation.now());
        let known = self.followed.look(whole, cx, newest);
        let (correlation, begins) = (known.correlation, known.process.begins);
        let marked: Vec<u64> = known.chain.iter().map(|(id, _)| *id).collect();
        let chain = known.chain.clone();
        let process = known.process.clone();
        let mut chosen = correlation;
        ui.horizontal(|ui| {
            ui.label(theme.heading("Process"));
            if widgets::icon_button(ui, theme, "left", "The process before", "", false).clicked() {
                chosen = chosen.saturating_sub(1).max(1);
            }
            let most = whole.processes_begun().max(1);
            let field = ui.add(egui::DragValue::new(&mut chosen).range(1..=most).speed(0.2));
            ui.ctx().accesskit_node_builder(field.id, |node| node.set_label("Process"));
            ui.label(theme.secondary(format!("of {}", spoken_number(most))));
            if widgets::icon_button(ui, theme, "right", "The process after", "", false).clicked() {
                chosen = (chosen + 1).min(most);
            }
            if let Some(promise) = &self.followed.promise {
                ui.label(egui::RichText::new(format!("broke: {promise}")).color(theme.error));
            }
        });
        let mut looked_at = None;
        if chain.len() > 1 {
            ui.horizontal_wrapped(|ui| {
                ui.label(theme.heading("Causes"));
                for (at, (id, name)) in chain.iter().enumerate() {
                    if at > 0 {
                        ui.label(theme.secondary("→"));
                    }
                    if widgets::chip(ui, theme, name, at + 1 == chain.len()).clicked() {
                        looked_at = Some(*id);
                    }
                }
            });
        }
        widgets::hairline(ui, theme);
        if process.steps.is_empty() {
            ui.add_space(12.0);
            ui.label(
                theme
                    .secondary("Nothing has happened yet: play the run, or click on a flag of the timeline."),
            );
        } else {
            let spoken = |time: u64| match time.saturating_sub(begins) {
                0 => "0".to_owned(),
                passed => format!("+{}", spoken_nanos(passed as f64)),
            };
            let sequence = Sequence {
                lifelines: &process.lifelines,
                steps: &process.steps,
                marked: &marked,
                now: Some(now),
                spoken: &spoken,
            };
            looked_at = sequence.ui(ui, theme).or(looked_at);
        }
        if chosen != correlation {
            self.followed.follow(chosen, None);
        } else if let Some(id) = looked_at {
            let promise = self.followed.promise.take();
            self.followed.follow(correlation, Some(id));
            self.followed.promise = promise;
            if let Some(step) = process.steps.iter().find(|step| step.key == id) {
                self.seek_to(step.arrived.unwrap_or(step.sent));
            }
        }
    }
}
