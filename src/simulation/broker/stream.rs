//! A stream: a log partitioned by key, read by consumer groups that each keep their own offset.

use std::collections::VecDeque;

/// What a stream promises to one consumer group. Times in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// The number of partitions (shards), at least one.
    pub partitions: u32,
    /// How long records are kept.
    pub retention: u64,
    /// Records stay until their retention ends, so that they can be replayed; otherwise they go when all groups
    /// have read them.
    pub keep: bool,
    /// The most records a consumer takes at once. They succeed or fail together.
    pub batch: u32,
    /// How often a failing batch is tried again before it is skipped; `u32::MAX` blocks the partition until the
    /// records expire.
    pub retries: u32,
    /// A failing batch is halved until the failing record stands alone.
    pub bisect: bool,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            partitions: 1,
            retention: 86_400_000_000_000,
            keep: false,
            batch: 1,
            retries: u32::MAX,
            bisect: false,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Record {
    item: u32,
    time: u64,
}

#[derive(Clone, Debug, Default)]
struct Partition {
    records: VecDeque<Record>,
    /// The offset of the first record still kept.
    base: u64,
    /// The offset below which every group has read: kept records are at rest there.
    rested: u64,
}

/// Where a group stands in one partition.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    offset: u64,
    start: u64,
    end: u64,
    limit: u32,
    failures: u32,
    busy: bool,
    /// Where a replay asked for meanwhile begins.
    rewind: Option<u64>,
}

/// What becomes of a record that was trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trimmed {
    /// Every group has read it; it is kept to be replayed.
    Rests(u32),
    /// It is gone; with `true` it was at rest before.
    Gone(u32, bool),
}

/// What a group does after a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// Tries the batch again; this is its so-many-th retry (0 after halving it).
    Retry(u32),
    /// Gives these up and goes on behind them.
    Skip(Vec<u32>),
}

/// A partitioned log of message handles.
#[derive(Clone, Debug)]
pub struct Log {
    settings: StreamSettings,
    partitions: Vec<Partition>,
    /// One row a group, one cursor a partition.
    cursors: Vec<Vec<Cursor>>,
}

impl Log {
    /// An empty log read by so many groups.
    #[must_use]
    pub fn new(settings: StreamSettings, groups: usize) -> Self {
        let count = settings.partitions.max(1) as usize;
        let cursor = Cursor { limit: settings.batch.max(1), ..Cursor::default() };
        Self {
            partitions: vec![Partition::default(); count],
            cursors: vec![vec![cursor; count]; groups],
            settings,
        }
    }

    /// The number of partitions.
    #[must_use]
    pub fn partitions(&self) -> u32 {
        self.partitions.len() as u32
    }

    /// The partition of a key's hash: equal keys go to equal partitions.
    #[must_use]
    pub fn partition_of(&self, hash: u64) -> u32 {
        ((u128::from(hash) * self.partitions.len() as u128) >> 64) as u32
    }

    /// Appends a record and answers its partition.
    pub fn append(&mut self, now: u64, item: u32, hash: u64) -> u32 {
        let partition = self.partition_of(hash);
        self.partitions[partition as usize].records.push_back(Record { item, time: now });
        partition
    }

    /// The next record for a group, which is then busy with this partition until it succeeds or fails. Expired
    /// records are passed over and handed to `expired`.
    pub fn fetch(
        &mut self,
        now: u64,
        group: u32,
        partition: u32,
        mut expired: impl FnMut(u32),
    ) -> Option<u32> {
        let cursor = &mut self.cursors[group as usize][partition as usize];
        let log = &self.partitions[partition as usize];
        if cursor.busy {
            return None;
        }
        cursor.offset = cursor.offset.max(log.base);
        while let Some(record) = log.records.get((cursor.offset - log.base) as usize)
            && now.saturating_sub(record.time) > self.settings.retention
        {
            expired(record.item);
            cursor.offset += 1;
            cursor.failures = 0;
        }
        let end = log.base + log.records.len() as u64;
        if cursor.offset == end {
            return None;
        }
        if cursor.offset >= cursor.end || cursor.offset < cursor.start {
            cursor.start = cursor.offset;
            cursor.end = end.min(cursor.offset + u64::from(cursor.limit));
        }
        cursor.busy = true;
        Some(log.records[(cursor.offset - log.base) as usize].item)
    }

    /// The record in work succeeded. Answers true when its batch is complete.
    pub fn succeed(&mut self, group: u32, partition: u32) -> bool {
        let cursor = &mut self.cursors[group as usize][partition as usize];
        cursor.busy = false;
        if let Some(offset) = cursor.rewind {
            *cursor = Cursor { offset, limit: self.settings.batch.max(1), ..Cursor::default() };
            return true;
        }
        cursor.offset += 1;
        if cursor.offset < cursor.end {
            return false;
        }
        cursor.failures = 0;
        cursor.limit = self.settings.batch.max(1);
        true
    }

    /// The record in work failed, and its batch with it.
    pub fn fail(&mut self, group: u32, partition: u32) -> AfterFailure {
        let cursor = &mut self.cursors[group as usize][partition as usize];
        cursor.busy = false;
        if let Some(offset) = cursor.rewind {
            *cursor = Cursor { offset, limit: self.settings.batch.max(1), ..Cursor::default() };
            return AfterFailure::Retry(0);
        }
        let size = cursor.end - cursor.start;
        if self.settings.bisect && size > 1 {
            cursor.limit = (size / 2) as u32;
            cursor.offset = cursor.start;
            cursor.end = cursor.start;
            return AfterFailure::Retry(0);
        }
        cursor.failures = cursor.failures.saturating_add(1);
        if cursor.failures <= self.settings.retries {
            cursor.offset = cursor.start;
            return AfterFailure::Retry(cursor.failures);
        }
        let log = &self.partitions[partition as usize];
        let skipped = (cursor.start..cursor.end)
            .filter_map(|offset| log.records.get(offset.checked_sub(log.base)? as usize))
            .map(|record| record.item)
            .collect();
        cursor.offset = cursor.end;
        cursor.failures = 0;
        cursor.limit = self.settings.batch.max(1);
        AfterFailure::Skip(skipped)
    }

    /// Lets go of records nobody will read again, or lets them rest where they are kept to be replayed.
    pub fn trim(&mut self, now: u64, partition: u32, mut tell: impl FnMut(Trimmed)) {
        // A batch that fails is read again from its start, and a replay asked for begins before.
        let needed = |cursor: Cursor| {
            let offset = if cursor.offset < cursor.end { cursor.start } else { cursor.offset };
            cursor.rewind.map_or(offset, |rewind| rewind.min(offset))
        };
        let read = self.cursors.iter().map(|group| needed(group[partition as usize]));
        let log = &mut self.partitions[partition as usize];
        let read = read.min().unwrap_or(u64::MAX).min(log.base + log.records.len() as u64);
        if self.settings.keep {
            for offset in log.rested.max(log.base)..read {
                tell(Trimmed::Rests(log.records[(offset - log.base) as usize].item));
            }
            log.rested = log.rested.max(read);
        }
        while let Some(first) = log.records.front().copied() {
            let old = now.saturating_sub(first.time) > self.settings.retention;
            if log.base >= read || (self.settings.keep && !old) {
                break;
            }
            tell(Trimmed::Gone(first.item, log.base < log.rested));
            log.records.pop_front();
            log.base += 1;
        }
    }

    /// Sends a group back to the first kept record written at `time` or later; records that were at rest and are read
    /// again are handed to `woken`. A record in work is finished first.
    pub fn replay(&mut self, group: u32, time: u64, mut woken: impl FnMut(u32)) {
        for (cursor, log) in self.cursors[group as usize].iter_mut().zip(&mut self.partitions) {
            let before = log.records.partition_point(|record| record.time < time);
            let offset = log.base + before as u64;
            for at in offset..log.rested {
                woken(log.records[(at - log.base) as usize].item);
            }
            log.rested = log.rested.min(offset);
            if cursor.busy {
                cursor.rewind = Some(offset);
            } else {
                *cursor = Cursor { offset, limit: self.settings.batch.max(1), ..Cursor::default() };
            }
        }
    }

    /// How many records a group has not read yet.
    #[must_use]
    pub fn lag(&self, group: u32) -> u64 {
        let end = |log: &Partition| log.base + log.records.len() as u64;
        self.cursors[group as usize]
            .iter()
            .zip(&self.partitions)
            .map(|(cursor, log)| end(log) - cursor.offset)
            .sum()
    }

    /// Records kept.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.partitions.iter().map(|log| log.records.len() as u64).sum()
    }

    /// True when no record is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
