//! An archive of a bus or topic: what passed, kept for a while, to be delivered again.

use std::collections::VecDeque;

/// What an archive keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveSettings {
    /// How long, in nanoseconds; `u64::MAX` for ever.
    pub retention: u64,
    /// The content filter that says which messages, by its place in the model's table.
    pub filter: Option<u32>,
}

/// Replays go through an archive by intervals of a minute, in order; within one there is no order (docs.aws
/// eb-archive).
pub const INTERVAL: u64 = 60_000_000_000;

/// An archive of items of any kind.
#[derive(Clone, Debug)]
pub struct Archive<T> {
    settings: ArchiveSettings,
    /// By the time of archiving.
    kept: VecDeque<(u64, T)>,
}

impl<T: Copy> Archive<T> {
    /// An empty archive.
    #[must_use]
    pub const fn new(settings: ArchiveSettings) -> Self {
        Self { settings, kept: VecDeque::new() }
    }

    /// The filter that says what is kept.
    #[must_use]
    pub const fn filter(&self) -> Option<u32> {
        self.settings.filter
    }

    /// Keeps an item. Times must not go down.
    pub fn push(&mut self, now: u64, item: T) {
        self.kept.push_back((now, item));
    }

    /// Hands what has outlived its retention to `gone`.
    pub fn expire(&mut self, now: u64, mut gone: impl FnMut(T)) {
        while let Some(&(time, item)) = self.kept.front()
            && now.saturating_sub(time) > self.settings.retention
        {
            self.kept.pop_front();
            gone(item);
        }
    }

    /// What was archived from `from` on and before `to`, with its time.
    pub fn window(&self, from: u64, to: u64) -> impl Iterator<Item = (u64, T)> + '_ {
        let first = self.kept.partition_point(|(time, _)| *time < from);
        let last = self.kept.partition_point(|(time, _)| *time < to);
        self.kept.range(first..last.max(first)).copied()
    }

    /// How many items are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// True when nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}
