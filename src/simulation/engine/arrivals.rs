//! What arrives, and when.

use super::{Engine, Event, NONE, Process};
use crate::simulation::model::{Arrivals, Model};

impl Engine {
    pub(super) fn schedule_arrival(&mut self, model: &Model, entry: u32) {
        let (definition, state) = (&model.entries[entry as usize], &mut self.entries[entry as usize]);
        let time = match &definition.arrivals {
            _ if state.arrived >= definition.limit => None,
            Arrivals::Renewal(pause) => {
                let pause = pause.sample(&mut state.chance);
                let pause = if state.burst == 1.0 { pause } else { more_often(pause, state.burst) };
                Some(self.clock.saturating_add(pause)).filter(|time| *time < self.arrivals_end)
            }
            Arrivals::Burst(count, at) => Some(*at).filter(|_| state.arrived < *count),
            Arrivals::At(moments) => moments.get(state.next).copied(),
        };
        state.next += 1;
        match time {
            Some(time) => self.queue.push(time, Event::Arrive(entry)),
            None => self.sources -= 1,
        }
    }

    pub(super) fn arrive(&mut self, model: &Model, entry: u32) {
        self.entries[entry as usize].arrived += 1;
        self.entry_metrics[entry as usize].arrived += 1;
        self.start_process(model, entry);
        self.schedule_arrival(model, entry);
    }

    /// One arrival at an entry.
    pub(super) fn start_process(&mut self, model: &Model, entry: u32) {
        self.next_correlation += 1;
        let correlation = self.next_correlation;
        if self.trace.is_some() {
            self.entries_of.push(entry);
        }
        let process = self.processes.insert(Process {
            correlation,
            uses: 1,
            caused: 0,
            archived: 0,
            keys: NONE,
            entry,
        });
        let reaction = model.entries[entry as usize].reaction;
        self.begin_outside(model, reaction, process, entry);
    }

    /// Arrivals at an entry come so many times as often from the next one on.
    pub(in crate::simulation) fn set_burst(&mut self, entry: u32, factor: f64) {
        self.entries[entry as usize].burst = factor;
    }
}

/// The pause between arrivals that are so many times as frequent. Kept out of line, as it is rare.
#[cold]
fn more_often(pause: u64, factor: f64) -> u64 {
    (pause as f64 / factor) as u64
}
