//! A whole run worked out beside the window: snapshots to return to, a histogram, and where promises broke.

use std::sync::mpsc::{Receiver, channel};

use crate::simulation::Simulation;
use crate::simulation::expectations::Verdict;

/// Snapshots of a run, so that any moment can be returned to at once.
pub(super) const SNAPSHOTS: u64 = 240;

/// A piece of the run that has been worked out.
struct Piece {
    snapshot: Simulation,
    handled: u64,
}

/// A run, as far as it has been worked out.
pub(super) struct Recording {
    /// States in order of time; the first is the start.
    snapshots: Vec<Simulation>,
    /// Messages handled in each stretch between two snapshots.
    pub buckets: Vec<f32>,
    /// The length of the run in nanoseconds.
    pub length: u64,
    handled: u64,
    pieces: Option<Receiver<Piece>>,
}

fn handled(simulation: &Simulation) -> u64 {
    simulation.message_metrics().map(|(_, metrics)| metrics.handled).sum()
}

impl Recording {
    /// Starts to work a run out, beside the window.
    pub(super) fn start(simulation: &Simulation, ctx: &egui::Context) -> Self {
        let length = simulation.end().max(1);
        let (send, pieces) = channel();
        let (mut ahead, ctx) = (simulation.snapshot(), ctx.clone());
        std::thread::spawn(move || {
            for at in 1..=SNAPSHOTS {
                ahead.run_until((u128::from(length) * u128::from(at) / u128::from(SNAPSHOTS)) as u64);
                let piece = Piece { snapshot: ahead.snapshot(), handled: handled(&ahead) };
                // The window has gone on to another run.
                if send.send(piece).is_err() {
                    return;
                }
                ctx.request_repaint();
            }
        });
        Self {
            snapshots: vec![simulation.snapshot()],
            buckets: Vec::new(),
            length,
            handled: 0,
            pieces: Some(pieces),
        }
    }

    /// Takes in what has been worked out since.
    pub(super) fn receive(&mut self) {
        let Some(pieces) = &self.pieces else { return };
        for piece in pieces.try_iter() {
            self.buckets.push((piece.handled - self.handled) as f32);
            self.handled = piece.handled;
            self.snapshots.push(piece.snapshot);
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
        self.pieces.is_none().then(|| self.snapshots.last()).flatten()
    }

    /// How every promise stands at the end.
    pub(super) fn verdicts(&self) -> Option<Vec<Verdict>> {
        Some(self.end()?.verdicts())
    }

    /// Something was done by hand: from here on the run is another one.
    pub(super) fn branch(&mut self, simulation: &Simulation, ctx: &egui::Context) {
        let kept = self.snapshots.partition_point(|snapshot| snapshot.now() < simulation.now()).max(1);
        let (snapshots, buckets) = (&self.snapshots[..kept], &self.buckets[..kept - 1]);
        let (snapshots, buckets) = (snapshots.to_vec(), buckets.to_vec());
        let (send, pieces) = channel();
        let (mut ahead, ctx, length) = (simulation.snapshot(), ctx.clone(), self.length);
        std::thread::spawn(move || {
            for at in kept as u64..=SNAPSHOTS {
                ahead.run_until((u128::from(length) * u128::from(at) / u128::from(SNAPSHOTS)) as u64);
                if send.send(Piece { snapshot: ahead.snapshot(), handled: handled(&ahead) }).is_err() {
                    return;
                }
                ctx.request_repaint();
            }
        });
        self.handled = snapshots.last().map_or(0, handled);
        (self.snapshots, self.buckets, self.pieces) = (snapshots, buckets, Some(pieces));
    }
}
