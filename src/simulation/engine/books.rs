//! Who still needs what: instances of messages, the processes they belong to, and what idempotent reactions remember.

use super::{
    ChannelIx, Engine, HopIx, Instance, Known, MessageIx, Model, NONE, Process, ReactionIx, payload,
};
use crate::simulation::faults::Modifiers;
use crate::simulation::model::Key;
use crate::simulation::random::mix;

impl Engine {
    /// Makes an instance of a message with one use, the caller's. `skew` is how far its sender's clock is behind.
    #[inline(always)]
    pub(super) fn instance(
        &mut self,
        name: MessageIx,
        process: u32,
        cause: u64,
        key: u64,
        sender: (ReactionIx, u16),
        skew: u64,
    ) -> u32 {
        self.next_id += 1;
        let record = &mut self.processes[process];
        if record.uses == 0 {
            self.resting -= 1;
        }
        record.uses += 1;
        record.caused += 1;
        self.message_metrics[name.at()].sent += 1;
        let (corrupt, poison) = if self.modified { self.spoil(name) } else { (false, false) };
        self.messages.insert(Instance {
            name,
            process,
            id: self.next_id,
            cause,
            key,
            uses: 1,
            sender: sender.0,
            output: sender.1,
            corrupt,
            poison,
            declined: false,
            replay: NONE,
            skew,
        })
    }

    /// Whether faults corrupt a new message, and whether they make it bring its consumer down.
    #[cold]
    fn spoil(&mut self, name: MessageIx) -> (bool, bool) {
        let Modifiers { corrupt, poison, .. } = self.message_modifiers[name.at()];
        (self.fault_chance.chance(corrupt), self.fault_chance.chance(poison))
    }

    /// True when a process may cause another message; otherwise the run notes that it ran away.
    #[inline]
    pub(super) fn has_room(&mut self, model: &Model, process: u32, name: MessageIx) -> bool {
        if self.processes[process].caused >= model.limits.per_process {
            self.runaway.get_or_insert(name);
            return false;
        }
        if self.messages.len() >= model.limits.in_flight {
            self.out_of_room = true;
            return false;
        }
        true
    }

    #[inline]
    pub(super) fn keep(&mut self, message: u32) {
        self.messages[message].uses += 1;
    }

    #[inline]
    pub(super) fn release(&mut self, message: u32) {
        let instance = &mut self.messages[message];
        instance.uses -= 1;
        if instance.uses == 0 {
            let process = instance.process;
            self.messages.remove(message);
            self.release_process(process);
        }
    }

    #[inline]
    pub(super) fn release_process(&mut self, process: u32) {
        let record = &mut self.processes[process];
        record.uses -= 1;
        if record.uses > 0 {
            return;
        }
        if record.archived > 0 {
            self.resting += 1;
            return;
        }
        self.end_process(process);
    }

    /// One message fewer of a process in an archive.
    pub(super) fn forget_archived(&mut self, process: u32) {
        let record = &mut self.processes[process];
        record.archived -= 1;
        if record.archived == 0 && record.uses == 0 {
            self.resting -= 1;
            self.end_process(process);
        }
    }

    #[inline(never)]
    fn end_process(&mut self, process: u32) {
        let Process { keys: mut key, correlation, .. } = self.processes[process];
        self.checker.ended(correlation);
        while key != NONE {
            let next = self.known[key].next;
            self.known.remove(key);
            key = next;
        }
        self.processes.remove(process);
    }

    /// What an idempotent reaction remembers of a key.
    #[inline(never)]
    pub(super) fn recall(&self, process: u32, reaction: ReactionIx, key: u64) -> Option<Known> {
        let mut at = self.processes[process].keys;
        while at != NONE {
            let known = self.known[at];
            if known.reaction == reaction && known.key == key {
                return Some(known);
            }
            at = known.next;
        }
        None
    }

    #[inline(never)]
    pub(super) fn remember(&mut self, process: u32, reaction: ReactionIx, key: u64, declined: bool) {
        let next = self.processes[process].keys;
        self.processes[process].keys = self.known.insert(Known { reaction, key, declined, next });
    }

    /// The entry where a process began; known of traced runs only.
    pub(in crate::simulation) fn entry_of(&self, correlation: u64) -> u32 {
        let at = correlation.checked_sub(1).and_then(|at| self.entries_of.get(at as usize));
        at.copied().unwrap_or(NONE)
    }

    /// How many processes have begun.
    pub(in crate::simulation) fn processes_begun(&self) -> u64 {
        self.next_correlation
    }

    /// Slots of all arenas, in use or free: what a run has needed at its peak.
    #[cfg(test)]
    pub(in crate::simulation) fn slots(&self) -> usize {
        self.messages.slots()
            + self.processes.slots()
            + self.known.slots()
            + self.transits.slots()
            + self.jobs.slots()
    }

    /// An arrival by hand.
    pub(in crate::simulation) fn issue(&mut self, model: &Model, entry: u32) {
        self.entry_metrics[entry as usize].arrived += 1;
        self.start_process(model, entry);
    }

    /// The process of an instance.
    pub(in crate::simulation) fn correlation(&self, message: u32) -> u64 {
        self.processes[self.messages[message].process].correlation
    }

    /// The payload of an instance, or only the fields asked for.
    fn payload(&self, model: &Model, message: u32, wanted: Option<&[String]>) -> serde_json::Value {
        let instance = &self.messages[message];
        let process = &self.processes[instance.process];
        payload(model, self.seed, instance.name, process.correlation, process.entry, wanted)
    }

    /// True when the message passes all content filters of a hop.
    #[inline]
    pub(super) fn passes(&self, model: &Model, hop: HopIx, message: u32) -> bool {
        let filters = &model.hops[hop.at()].filters;
        filters.is_empty() || self.passes_filters(model, filters, message)
    }

    #[inline(never)]
    pub(super) fn passes_filters(&self, model: &Model, filters: &[u32], message: u32) -> bool {
        let Instance { name, replay, .. } = self.messages[message];
        let name = &model.messages[name.at()].name;
        filters
            .iter()
            .map(|filter| &model.filters[*filter as usize])
            .all(|filter| filter.passes(name, &self.payload(model, message, filter.wanted()), replay != NONE))
    }

    /// The group or partition a message belongs to in a channel.
    pub(super) fn group_of(&self, model: &Model, channel: ChannelIx, message: u32) -> u64 {
        let instance = &self.messages[message];
        let correlation = self.processes[instance.process].correlation;
        match &model.channels[channel.at()].key {
            Key::Correlation => mix(correlation),
            Key::Identity { salt, messages } if messages[instance.name.at()] => mix(correlation ^ salt),
            Key::Identity { .. } => mix(correlation),
            Key::Field { path, name } => {
                let payload = self.payload(model, message, Some(name));
                match crate::simulation::payload::at_path(&payload, path) {
                    Some(value) => crate::simulation::random::hash(&value.to_string()),
                    None => mix(correlation),
                }
            }
        }
    }
}
