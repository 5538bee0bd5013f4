//! A queue: competing consumers, visibility time-out, redrive, retention, delay, FIFO groups with deduplication.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::polling::Polling;
use crate::simulation::queue::Deadlines;

/// What a queue promises. Times in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSettings {
    /// How long a received message stays hidden from other consumers.
    pub visibility: u64,
    /// Receives after which a message is moved away instead of being received again; `u32::MAX` for never.
    pub receives: u32,
    /// How long a message is kept.
    pub retention: u64,
    /// How long a message waits before it can be received.
    pub delay: u64,
    /// Strict order within a group, and deduplication.
    pub fifo: bool,
    /// How long a FIFO queue remembers what was sent.
    pub deduplication: u64,
    /// A rejected message returns at once (RabbitMQ) instead of when its visibility ends (SQS).
    pub requeue_at_once: bool,
    /// The most messages a consumer takes at once. Each is acknowledged by itself, but all are hidden from the same
    /// moment on.
    pub batch: u32,
    /// How consumers ask; none when a message is handed out the moment it comes.
    pub polling: Option<Polling>,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            visibility: 30_000_000_000,
            receives: u32::MAX,
            retention: 345_600_000_000_000,
            delay: 0,
            fifo: false,
            deduplication: 300_000_000_000,
            requeue_at_once: false,
            batch: 1,
            polling: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    Delayed,
    Ready,
    Held,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    item: u32,
    /// Changes at every receive and when the slot is freed, so that it names one receive of one message.
    serial: u32,
    receives: u32,
    state: State,
    group: u64,
}

/// Names a message of a queue, or one receive of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The slot.
    pub index: u32,
    /// The receive.
    pub serial: u32,
}

/// What became of a message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It can be received.
    Ready,
    /// It waits for its delay.
    Delayed,
    /// A FIFO queue has seen it within the deduplication interval and leaves it out.
    Duplicate,
}

/// What a consumer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Nothing is visible.
    Empty,
    /// This message, to be acknowledged with the receipt.
    Message {
        /// The handle that was sent.
        item: u32,
        /// Names this receive.
        receipt: Receipt,
        /// How often it has been received now.
        receives: u32,
    },
    /// This message was received too often and leaves for the dead letters.
    Redrive(u32),
}

#[derive(Clone, Debug, Default)]
struct Group {
    waiting: VecDeque<u32>,
    /// A message of the group is held, or the group already stands in the ready list.
    listed: bool,
}

/// A queue of message handles.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    settings: QueueSettings,
    entries: Vec<Entry>,
    free: Vec<u32>,
    ready: VecDeque<Receipt>,
    groups: FxHashMap<u64, Group>,
    ready_groups: VecDeque<u64>,
    held: Deadlines<Receipt>,
    delayed: Deadlines<Receipt>,
    /// Slot and identity: the group field of a slot may repeat, so retention keeps the sending number.
    kept: Deadlines<(u32, u64)>,
    sendings: Vec<u64>,
    sent: u64,
    seen: FxHashMap<u64, ()>,
    seen_until: Deadlines<u64>,
    visible: u64,
    in_flight: u64,
    waiting: u64,
    armed: u64,
}

impl Queue {
    /// An empty queue.
    #[must_use]
    pub fn new(settings: QueueSettings) -> Self {
        Self { settings, armed: u64::MAX, ..Self::default() }
    }

    /// Messages that can be received now.
    #[must_use]
    pub fn visible(&self) -> u64 {
        self.visible
    }

    /// Messages received but not yet acknowledged.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Messages that wait: visible or delayed.
    #[must_use]
    pub fn depth(&self) -> u64 {
        self.visible + self.waiting
    }

    /// Sends a message. `group` and `key` matter to FIFO queues only.
    pub fn send(&mut self, now: u64, item: u32, group: u64, key: u64) -> Sent {
        if self.settings.fifo && self.is_duplicate(now, key) {
            return Sent::Duplicate;
        }
        self.sent += 1;
        let entry = Entry { item, serial: 0, receives: 0, state: State::Delayed, group };
        let index = if let Some(index) = self.free.pop() {
            let serial = self.entries[index as usize].serial;
            self.entries[index as usize] = Entry { serial, ..entry };
            self.sendings[index as usize] = self.sent;
            index
        } else {
            self.entries.push(entry);
            self.sendings.push(self.sent);
            (self.entries.len() - 1) as u32
        };
        if self.settings.retention != u64::MAX {
            self.remember_retention(now, index);
        }
        let receipt = Receipt { index, serial: self.entries[index as usize].serial };
        if self.settings.delay > 0 {
            self.waiting += 1;
            self.delayed.push(now.saturating_add(self.settings.delay), receipt);
            return Sent::Delayed;
        }
        self.make_ready(receipt, false);
        Sent::Ready
    }

    fn remember_retention(&mut self, now: u64, index: u32) {
        let (sendings, entries) = (&self.sendings, &self.entries);
        let gone = |(index, sending): (u32, u64)| {
            sendings[index as usize] != sending || entries[index as usize].state == State::Free
        };
        self.kept.discard(gone);
        if self.kept.len() > 64 + 2 * (entries.len() - self.free.len()) {
            self.kept.retain(|item| !gone(item));
        }
        self.kept.push(now.saturating_add(self.settings.retention), (index, self.sent));
    }

    fn is_duplicate(&mut self, now: u64, key: u64) -> bool {
        while let Some(old) = self.seen_until.pop_due(now) {
            self.seen.remove(&old);
        }
        let known = self.seen.insert(key, ()).is_some();
        if !known {
            self.seen_until.push(now.saturating_add(self.settings.deduplication), key);
        }
        known
    }

    fn make_ready(&mut self, receipt: Receipt, in_front: bool) {
        let entry = &mut self.entries[receipt.index as usize];
        entry.state = State::Ready;
        self.visible += 1;
        if !self.settings.fifo {
            if in_front {
                self.ready.push_front(receipt);
            } else {
                self.ready.push_back(receipt);
            }
            return;
        }
        let group = self.groups.entry(entry.group).or_default();
        if in_front {
            group.waiting.push_front(receipt.index);
        } else {
            group.waiting.push_back(receipt.index);
        }
        if !group.listed {
            group.listed = true;
            self.ready_groups.push_back(entry.group);
        }
    }

    /// Receives one message, if one is visible.
    pub fn receive(&mut self, now: u64) -> Received {
        let Some(index) = self.next_ready() else { return Received::Empty };
        self.visible -= 1;
        let entry = &mut self.entries[index as usize];
        if entry.receives >= self.settings.receives {
            let item = entry.item;
            self.in_flight += 1;
            self.remove(index, false);
            return Received::Redrive(item);
        }
        entry.receives += 1;
        entry.serial = entry.serial.wrapping_add(1);
        entry.state = State::Held;
        let (item, receives) = (entry.item, entry.receives);
        let receipt = Receipt { index, serial: entry.serial };
        self.in_flight += 1;
        self.discard_held();
        self.held.push(now.saturating_add(self.settings.visibility), receipt);
        Received::Message { item, receipt, receives }
    }

    fn next_ready(&mut self) -> Option<u32> {
        if self.settings.fifo {
            while let Some(key) = self.ready_groups.pop_front() {
                let Some(group) = self.groups.get_mut(&key) else { continue };
                while let Some(index) = group.waiting.pop_front() {
                    let entry = &self.entries[index as usize];
                    if entry.state == State::Ready && entry.group == key {
                        return Some(index);
                    }
                }
                self.groups.remove(&key);
            }
            return None;
        }
        while let Some(receipt) = self.ready.pop_front() {
            let entry = &self.entries[receipt.index as usize];
            if entry.state == State::Ready && entry.serial == receipt.serial {
                return Some(receipt.index);
            }
        }
        None
    }

    fn discard_held(&mut self) {
        let entries = &self.entries;
        let void = |receipt: Receipt| {
            let entry = &entries[receipt.index as usize];
            entry.serial != receipt.serial || entry.state != State::Held
        };
        self.held.discard(void);
        if self.held.len() > 64 + 2 * self.in_flight as usize {
            self.held.retain(|receipt| !void(receipt));
        }
    }

    /// Deletes a message its consumer is done with. A late acknowledgement is honoured as long as nobody else has
    /// received the message; otherwise nothing happens and there is no answer.
    pub fn acknowledge(&mut self, receipt: Receipt) -> Option<u32> {
        let entry = self.entries.get(receipt.index as usize).copied()?;
        if entry.serial != receipt.serial || !matches!(entry.state, State::Held | State::Ready) {
            return None;
        }
        if entry.state == State::Ready {
            self.visible -= 1;
            self.in_flight += 1;
        }
        self.remove(receipt.index, entry.state == State::Ready);
        Some(entry.item)
    }

    /// The consumer failed. True when the message can be received again at once.
    pub fn reject(&mut self, receipt: Receipt) -> bool {
        let Some(entry) = self.entries.get(receipt.index as usize) else { return false };
        if !self.settings.requeue_at_once || entry.serial != receipt.serial || entry.state != State::Held {
            return false;
        }
        self.return_held(receipt);
        true
    }

    fn return_held(&mut self, receipt: Receipt) {
        self.in_flight -= 1;
        if let Some(group) = self.groups.get_mut(&self.entries[receipt.index as usize].group) {
            group.listed = false;
        }
        self.make_ready(receipt, self.settings.fifo || self.settings.requeue_at_once);
    }

    /// Frees the slot of a held message and lets the next of its group come forward; or that of a message that
    /// still waits in its group.
    fn remove(&mut self, index: u32, waits: bool) {
        let entry = &mut self.entries[index as usize];
        entry.state = State::Free;
        entry.serial = entry.serial.wrapping_add(1);
        let key = entry.group;
        self.in_flight -= 1;
        self.free.push(index);
        if !self.settings.fifo {
            return;
        }
        if let Some(group) = self.groups.get_mut(&key) {
            if waits {
                group.waiting.retain(|other| *other != index);
            } else if group.waiting.is_empty() {
                self.groups.remove(&key);
            } else {
                group.listed = true;
                self.ready_groups.push_back(key);
            }
        }
    }

    /// Lets time pass: delays and visibility time-outs end, messages beyond their retention are handed to `expired`.
    /// True when a message became visible.
    pub fn advance(&mut self, now: u64, mut expired: impl FnMut(u32)) -> bool {
        self.armed = u64::MAX;
        let before = self.visible;
        while let Some(receipt) = self.delayed.pop_due(now) {
            if self.entries[receipt.index as usize].state == State::Delayed {
                self.waiting -= 1;
                self.make_ready(receipt, false);
            }
        }
        while let Some(receipt) = self.held.pop_due(now) {
            let entry = &self.entries[receipt.index as usize];
            if entry.serial == receipt.serial && entry.state == State::Held {
                self.return_held(receipt);
            }
        }
        let became_visible = self.visible > before;
        while let Some((index, sending)) = self.kept.pop_due(now) {
            let entry = self.entries[index as usize];
            if self.sendings[index as usize] != sending {
                continue;
            }
            match entry.state {
                State::Free => continue,
                State::Ready => (self.visible, self.in_flight) = (self.visible - 1, self.in_flight + 1),
                State::Delayed => (self.waiting, self.in_flight) = (self.waiting - 1, self.in_flight + 1),
                State::Held => {}
            }
            expired(entry.item);
            self.remove(index, entry.state != State::Held);
        }
        became_visible
    }

    /// When to call [`Self::advance`] next, unless a timer for an earlier moment was asked for already.
    pub fn arm(&mut self) -> Option<u64> {
        let first =
            [self.delayed.first(), self.held.first(), self.kept.first()].into_iter().flatten().min()?;
        (first < self.armed).then(|| {
            self.armed = first;
            first
        })
    }

    /// The handles of all messages in the queue, oldest slot first.
    pub fn items(&self) -> impl Iterator<Item = u32> + '_ {
        self.entries.iter().filter(|entry| entry.state != State::Free).map(|entry| entry.item)
    }

    /// How many messages the retention and visibility books remember, void ones included; for tests of memory.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.held.len() + self.kept.len() + self.delayed.len()
    }
}
