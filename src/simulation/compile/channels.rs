//! From what a board says of its channels to those of a model, and what partitions them.

use super::{CHANNEL_LATENCY, SimulationError, Work, outages, probability, sampler};
use crate::board::{self, ChannelKind};
use crate::pattern::Pattern;
use crate::simulation::broker::archive::ArchiveSettings;
use crate::simulation::broker::polling::Polling;
use crate::simulation::broker::presets;
use crate::simulation::model::{ChannelIx, Key};
use crate::simulation::payload::Filter;

impl Work<'_> {
    pub(super) fn channels(&mut self) -> Result<(), SimulationError> {
        let mut names: Vec<&str> =
            self.topology.channels.iter().map(|channel| channel.name.as_str()).collect();
        names.extend(self.board.channels.keys().map(String::as_str));
        names.extend(self.board.channels.values().map(|channel| channel.dead_letter.as_str()));
        names.sort_unstable();
        names.dedup();
        for name in names.iter().filter(|name| !name.is_empty()) {
            // Where dead letters go is a queue unless the board says otherwise.
            let is_letters = self.board.channels.values().any(|channel| channel.dead_letter == **name);
            let kind = if is_letters { ChannelKind::Queue } else { ChannelKind::default() };
            let stated = self.board.channels.get(*name).cloned();
            self.channel(name, &stated.unwrap_or(board::Channel { kind, ..board::Channel::default() }))?;
        }
        for at in 0..self.model.channels.len() {
            let stated = self.board.channels.get(&self.model.channels[at].name);
            let letters = stated.map_or("", |channel| channel.dead_letter.as_str());
            self.model.channels[at].dead_letter = self.channel_named(letters);
        }
        Ok(())
    }

    /// What partitions each channel: the field it names, without making payloads where that can be avoided.
    pub(super) fn keys(&mut self) {
        for at in 0..self.model.channels.len() {
            let stated = self.board.channels.get(&self.model.channels[at].name);
            let path = stated.map_or("", |channel| channel.key.as_str());
            if !path.is_empty() {
                self.model.channels[at].key = self.key(path);
            }
        }
    }

    fn key(&self, path: &str) -> Key {
        let given = self.model.entries.iter().flat_map(|entry| &entry.payloads);
        let is_given = given.filter_map(|payload| payload.get(path)).next().is_some();
        let messages: Box<[bool]> = self.model.payloads.iter().map(|template| template.has(path)).collect();
        let mut salts = self
            .model
            .payloads
            .iter()
            .zip(&messages)
            .filter(|(_, has)| **has)
            .map(|(template, _)| template.identity_salt(path));
        let first = salts.next().flatten();
        match first {
            Some(salt) if !is_given && salts.all(|other| other == Some(salt)) => {
                Key::Identity { salt, messages }
            }
            _ => {
                let name = path.split('.').next().unwrap_or_default().to_owned();
                Key::Field { path: path.to_owned(), name: [name] }
            }
        }
    }

    pub(super) fn channel_named(&self, name: &str) -> Option<ChannelIx> {
        self.model.channels.iter().position(|channel| channel.name == name).map(|at| ChannelIx(at as u32))
    }

    pub(super) fn channel(
        &mut self,
        name: &str,
        stated: &board::Channel,
    ) -> Result<ChannelIx, SimulationError> {
        let owner = format!("channel `{name}`");
        self.record = board::Key::Channel(name.to_owned());
        let preset = presets::find(&stated.preset, stated.kind).ok_or_else(|| SimulationError::Preset {
            channel: name.to_owned(),
            preset: stated.preset.clone(),
            known: presets::all().iter().map(|preset| preset.name).collect::<Vec<_>>().join(", "),
        })?;
        let index = self.model.channel(name, &preset);
        let channel = &mut self.model.channels[index.at()];
        channel.latency = sampler(stated.latency.as_ref(), &CHANNEL_LATENCY, || owner.clone())?;
        channel.duplicates = probability(&owner, "duplicates", stated.duplicates)?;
        channel.outages = outages(&owner, stated.availability, None, None)?;
        channel.size_limit = stated.size_limit.unwrap_or(channel.size_limit);
        channel.retry.most = stated.retry_attempts.unwrap_or(channel.retry.most);
        channel.retry.age = stated.retry_age.map_or(channel.retry.age, |span| span.0);
        let queue = &mut channel.queue;
        queue.batch = stated.batch.unwrap_or(queue.batch).max(1);
        queue.polling = polling(stated);
        queue.fifo = stated.fifo;
        queue.visibility = stated.visibility_timeout.map_or(queue.visibility, |span| span.0.max(1));
        queue.retention = stated.retention.map_or(queue.retention, |span| span.0);
        queue.delay = stated.delay.map_or(queue.delay, |span| span.0);
        // Without a queue for dead letters messages stay until their retention ends; RabbitMQ drops them.
        let forever = stated.dead_letter.is_empty() && preset.name != "rabbitmq";
        queue.receives = stated.max_receive_count.unwrap_or(if forever { u32::MAX } else { queue.receives });
        let stream = &mut channel.stream;
        stream.partitions = stated.partitions.unwrap_or(stream.partitions).clamp(1, 100_000);
        stream.retention = stated.retention.map_or(stream.retention, |span| span.0);
        stream.bisect |= stated.bisect;
        stream.batch = stated.batch.unwrap_or(stream.batch).max(1);
        stream.retries = stated.max_receive_count.map_or(stream.retries, |count| count.saturating_sub(1));
        self.archive(index, stated)?;
        Ok(index)
    }

    fn archive(&mut self, channel: ChannelIx, stated: &board::Channel) -> Result<(), SimulationError> {
        let Some(archive) = &stated.archive else { return Ok(()) };
        let name = &self.model.channels[channel.at()].name;
        let filter = match &archive.pattern {
            Some(pattern) => {
                let pattern =
                    Pattern::parse(&pattern.to_string()).map_err(|error| SimulationError::Filter {
                        place: format!("of the archive of `{name}`"),
                        problem: error.to_string(),
                    })?;
                self.model.filters.push(Filter::new(pattern));
                Some(self.model.filters.len() as u32 - 1)
            }
            None => None,
        };
        let retention = archive.retention.map_or(u64::MAX, |span| span.0);
        self.model.channels[channel.at()].archive = Some(ArchiveSettings { retention, filter });
        Ok(())
    }
}

/// How the consumers of a queue ask, where the board says so. Who looks and comes back does not look without a pause.
fn polling(stated: &board::Channel) -> Option<Polling> {
    const LOOKS_EVERY: u64 = 1_000_000_000;
    if stated.wait.is_none() && stated.pause.is_none() {
        return None;
    }
    let wait = stated.wait.map_or(0, |span| span.0);
    let pause = stated.pause.map_or(0, |span| span.0);
    Some(Polling { wait, pause: if wait == 0 && pause == 0 { LOOKS_EVERY } else { pause } })
}
