//! A whole run worked out beside the window: snapshots to return to, a histogram, and where promises broke.

use std::sync::mpsc::{Receiver, channel};

use crate::simulation::Simulation;
use crate::simulation::expectations::Verdict;
use crate::simulation::series::Stretch;

/// Snapshots of a run, so that any moment can be returned to at once.
pub(super) const SNAPSHOTS: u64 = 240;

/// A piece of the run that has been worked out.
enum Piece {
    /// The run is over after so many nanoseconds.
    Length(u64),
    /// Its state at the end of another stretch, and the messages handled until then, and what was
    /// measured in it.
    State(Box<Simulation>, u64, Stretch),
}

/// A run, as far as it has been worked out.
pub(super) struct Recording {
    /// States in order of time; the first is the start.
    snapshots: Vec<Simulation>,
    /// Messages handled in each stretch between two snapshots.
    pub buckets: Vec<f32>,
    /// What was measured in each of those stretches.
    pub stretches: Vec<Stretch>,
    /// The length of the run in nanoseconds: what the scenario allows, until it is known when the run is over.
    pub length: u64,
    /// Whether that length is the run's own.
    pub measured: bool,
    handled: u64,
    pieces: Option<Receiver<Piece>>,
}

fn handled(simulation: &Simulation) -> u64 {
    simulation.message_metrics().map(|(_, metrics)| metrics.handled).sum()
}

/// The end of the `at`-th of the stretches of a run.
fn stretch_end(length: u64, at: u64) -> u64 {
    (u128::from(length) * u128::from(at) / u128::from(SNAPSHOTS)) as u64
}

/// Works out the stretches from `first` on, beside the window. Without a known `length` it is found out first.
fn work_out(mut ahead: Simulation, first: u64, length: Option<u64>, ctx: &egui::Context) -> Receiver<Piece> {
    let (send, pieces) = channel();
    let ctx = ctx.clone();
    std::thread::spawn(move || {
        let length = length.unwrap_or_else(|| {
            let mut probe = ahead.snapshot();
            probe.run();
            let length = probe.now().max(1);
            let _ = send.send(Piece::Length(length));
            length
        });
        for at in first..=SNAPSHOTS {
            // The last stretch goes on to the very end, whatever was done by hand.
            let until = if at == SNAPSHOTS { u64::MAX } else { stretch_end(length, at) };
            let before = ahead.snapshot();
            ahead.run_until(until);
            let stretch = Stretch::between(&before, &ahead);
            // An error means that the window has gone on to another run.
            let state = Piece::State(Box::new(ahead.snapshot()), handled(&ahead), stretch);
            if send.send(state).is_err() {
                return;
            }
            ctx.request_repaint();
        }
    });
    pieces
}

impl Recording {
    /// Starts to work a run out, beside the window.
    pub(super) fn start(simulation: &Simulation, ctx: &egui::Context) -> Self {
        Self {
            snapshots: vec![simulation.snapshot()],
            buckets: Vec::new(),
            stretches: Vec::new(),
            length: simulation.end().max(1),
            measured: false,
            handled: 0,
            pieces: Some(work_out(simulation.snapshot(), 1, None, ctx)),
        }
    }

    /// Takes in what has been worked out since.
    pub(super) fn receive(&mut self) {
        let Some(pieces) = &self.pieces else { return };
        for piece in pieces.try_iter() {
            match piece {
                Piece::Length(length) => (self.length, self.measured) = (length, true),
                Piece::State(snapshot, handled, stretch) => {
                    self.stretches.push(stretch);
                    self.buckets.push((handled - self.handled) as f32);
                    self.handled = handled;
                    self.snapshots.push(*snapshot);
                }
            }
        }
        if self.buckets.len() as u64 == SNAPSHOTS {
            self.pieces = None;
        }
    }

    /// How far it has been worked out, 0 to 1.
    pub(super) fn known(&self) -> f32 {
        self.buckets.len() as f32 / SNAPSHOTS as f32
    }

    /// The state of the run at a time, worked out from the nearest state before it.
    pub(super) fn at(&self, time: u64) -> Simulation {
        let before = self.snapshots.partition_point(|snapshot| snapshot.now() <= time).saturating_sub(1);
        let mut simulation = self.snapshots[before].snapshot();
        simulation.run_until(time);
        simulation
    }

    /// The end of the run, once it has been worked out.
    pub(super) fn end(&self) -> Option<&Simulation> {
        if self.pieces.is_none() { self.snapshots.last() } else { None }
    }

    /// How every promise stands at the end.
    pub(super) fn verdicts(&self) -> Option<Vec<Verdict>> {
        Some(self.end()?.verdicts())
    }

    /// Something was done by hand: from here on the run is another one.
    pub(super) fn branch(&mut self, simulation: &Simulation, ctx: &egui::Context) {
        let kept = self.snapshots.partition_point(|snapshot| snapshot.now() < simulation.now()).max(1);
        self.snapshots.truncate(kept);
        self.buckets.truncate(kept - 1);
        self.stretches.truncate(kept - 1);
        self.handled = self.snapshots.last().map_or(0, handled);
        self.pieces = Some(work_out(simulation.snapshot(), kept as u64, Some(self.length), ctx));
    }
}
