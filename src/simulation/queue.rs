//! The event queue: a timer wheel that pops in order of (time, order of insertion), exact to the nanosecond.
//!
//! Eleven levels of 64 slots, one six-bit digit of the time each. An item lies at the level of the highest digit in
//! which its time differs from the time of the last pop, so the lowest occupied slot always holds the next item.
//! What is due next is kept sorted apart from the wheel: few items stay there altogether, and of many the lowest slots
//! are sorted once, a handful of items at a time; a slot that holds more moves down to finer levels. Within one time
//! items stay in the order they were pushed, which makes the sequence number of a heap unnecessary.
//! `benches/simulation.rs` compares it with heaps.

use std::collections::VecDeque;

const DIGIT_BITS: u32 = 6;
const SLOTS: usize = 1 << DIGIT_BITS;
const LEVELS: usize = 11;
/// So many items of a slot are sorted at once; more move down a level.
const NEAR_MOST: usize = 48;
/// So many items may gather in the sorted stretch before its later half goes to the wheel.
const NEAR_FULL: usize = 4 * NEAR_MOST;
/// Slots are taken from the wheel until so many items are sorted.
const NEAR_LEAST: usize = 8;
/// So many items in all need no wheel: the sorted stretch has no end.
const FEW: usize = 16;
/// So many popped items may lie before the sorted stretch until their room is used again.
const SPENT: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Item<T> {
    time: u64,
    event: T,
}

/// Pending events, popped by time and, within one time, in the order they were pushed.
#[derive(Clone, Debug)]
pub struct EventQueue<T> {
    /// The time of the last pop: nothing earlier can be pushed.
    last: u64,
    /// Pushed at `last` itself: due after what the sorted stretch holds of that time, and before the rest of it.
    ready: VecDeque<T>,
    /// The sorted stretch, from `next` on: everything else pending before `near_end`, the first one first.
    near: Vec<Item<T>>,
    next: usize,
    near_end: u64,
    slots: Vec<Vec<Item<T>>>,
    occupied: [u64; LEVELS],
    /// One bit a level that holds anything.
    levels: u32,
    spare: Vec<Item<T>>,
}

impl<T: Copy> Default for EventQueue<T> {
    fn default() -> Self {
        Self {
            last: 0,
            ready: VecDeque::new(),
            near: Vec::new(),
            next: 0,
            near_end: 0,
            slots: vec![Vec::new(); LEVELS * SLOTS],
            occupied: [0; LEVELS],
            levels: 0,
            spare: Vec::new(),
        }
    }
}

impl<T: Copy> EventQueue<T> {
    /// The number of pending events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.near.len() - self.next + self.ready.len() + self.slots.iter().map(Vec::len).sum::<usize>()
    }

    /// True when nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.next == self.near.len() && self.ready.is_empty() && self.levels == 0
    }

    /// Adds an event at `time`; a time already past counts as now.
    #[inline]
    pub fn push(&mut self, time: u64, event: T) {
        if time <= self.last {
            return self.ready.push_back(event);
        }
        if time >= self.near_end {
            if self.levels != 0 || self.near.len() - self.next >= FEW {
                return self.place(Item { time, event });
            }
            // Nothing lies beyond the sorted stretch.
            self.near_end = u64::MAX;
        }
        let most = if self.near_end == u64::MAX { FEW } else { NEAR_FULL };
        if self.near.len() - self.next >= most && self.cut_stretch() && time >= self.near_end {
            return self.place(Item { time, event });
        }
        self.place_near(Item { time, event });
    }

    /// Puts an item into the sorted stretch, behind all of its own time.
    #[inline]
    fn place_near(&mut self, item: Item<T>) {
        if self.next >= SPENT {
            self.near.drain(..self.next);
            self.next = 0;
        }
        let mut at = self.near.len();
        self.near.push(item);
        while at > self.next && self.near[at - 1].time > item.time {
            self.near[at] = self.near[at - 1];
            at -= 1;
        }
        self.near[at] = item;
    }

    /// Moves about the later half of the sorted stretch to the wheel. False when all of it is due now.
    #[cold]
    fn cut_stretch(&mut self) -> bool {
        let later = self.next + (self.near.len() - self.next) / 2;
        let due = self.near.partition_point(|item| item.time <= self.last);
        let Some(cut) = self.near.get(later.max(due)) else { return false };
        // What stays are the items whose times share all digits from the level of this one on with the last pop: the
        // others keep their places in the wheel while those are popped.
        let bits = DIGIT_BITS * level(cut.time, self.last) as u32;
        self.near_end = ((self.last >> bits) + 1) << bits;
        let end = self.near.partition_point(|item| item.time < self.near_end);
        let mut near = std::mem::take(&mut self.near);
        for item in near.drain(end..) {
            self.place(item);
        }
        self.near = near;
        true
    }

    #[inline]
    fn place(&mut self, item: Item<T>) {
        if item.time <= self.last {
            return self.ready.push_back(item.event);
        }
        let level = level(item.time, self.last);
        let slot = (item.time >> (DIGIT_BITS * level as u32)) as usize & (SLOTS - 1);
        self.slots[level * SLOTS + slot].push(item);
        self.occupied[level] |= 1 << slot;
        self.levels |= 1 << level;
    }

    /// Takes the next event if it is due at `limit` or before.
    #[inline]
    pub fn pop_until(&mut self, limit: u64) -> Option<(u64, T)> {
        loop {
            if let Some(Item { time, event }) = self.near.get(self.next).copied()
                && (self.ready.is_empty() || time == self.last)
            {
                if time > limit {
                    return None;
                }
                self.next += 1;
                self.last = time;
                return Some((time, event));
            }
            if let Some(event) = self.ready.front().copied() {
                if self.last > limit {
                    return None;
                }
                self.ready.pop_front();
                return Some((self.last, event));
            }
            if !self.open(limit) {
                return None;
            }
        }
    }

    /// Brings the items of the lowest occupied slots forward. False when nothing is due at `limit` or before.
    fn open(&mut self, limit: u64) -> bool {
        if self.levels == 0 {
            return false;
        }
        let level = self.levels.trailing_zeros() as usize;
        let slot = self.occupied[level].trailing_zeros() as usize;
        let items = &mut self.slots[level * SLOTS + slot];
        let first = items.iter().map(|item| item.time).min().unwrap_or(u64::MAX);
        if first > limit {
            return false;
        }
        if items.len() > NEAR_MOST {
            // The first of them is popped next, so the others may find their levels by its time.
            self.last = first;
            let mut moving = std::mem::replace(items, std::mem::take(&mut self.spare));
            self.leave(level, slot);
            for item in moving.drain(..) {
                self.place(item);
            }
            self.spare = moving;
            return true;
        }
        self.near.clear();
        self.next = 0;
        std::mem::swap(&mut self.near, items);
        self.leave(level, slot);
        let mut end = slot;
        while self.near.len() < NEAR_LEAST && self.occupied[level] != 0 {
            let slot = self.occupied[level].trailing_zeros() as usize;
            let items = &mut self.slots[level * SLOTS + slot];
            if items.len() > NEAR_MOST {
                break;
            }
            self.near.append(items);
            self.leave(level, slot);
            end = slot;
        }
        if self.near.len() > 1 {
            self.near.sort_by_key(|item| item.time);
        }
        let bits = DIGIT_BITS * level as u32;
        let end = ((first >> bits) + 1 + (end - slot) as u64) << bits;
        // The last slot of all time has no end.
        self.near_end = if end > first { end } else { u64::MAX };
        true
    }

    /// A slot holds nothing any more.
    #[inline]
    fn leave(&mut self, level: usize, slot: usize) {
        self.occupied[level] &= !(1 << slot);
        if self.occupied[level] == 0 {
            self.levels &= !(1 << level);
        }
    }

    /// The time of the next event.
    #[must_use]
    pub fn next_time(&self) -> Option<u64> {
        if !self.ready.is_empty() {
            return Some(self.last);
        }
        if let Some(item) = self.near.get(self.next) {
            return Some(item.time);
        }
        if self.levels == 0 {
            return None;
        }
        let level = self.levels.trailing_zeros() as usize;
        let slot = self.occupied[level].trailing_zeros() as usize;
        self.slots[level * SLOTS + slot].iter().map(|item| item.time).min()
    }
}

/// The level of the highest digit in which two different times differ.
#[inline]
fn level(time: u64, other: u64) -> usize {
    ((63 - (time ^ other).leading_zeros()) / DIGIT_BITS) as usize
}

/// Deadlines that all lie the same time ahead, and so fall due in the order they were set: one timer serves them
/// all, and those that became void cost nothing.
#[derive(Clone, Debug)]
pub struct Deadlines<T> {
    waiting: VecDeque<(u64, T)>,
    armed: u64,
}

impl<T> Default for Deadlines<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), armed: u64::MAX }
    }
}

impl<T: Copy> Deadlines<T> {
    /// Sets a deadline. The caller keeps `time` from going down between calls.
    pub fn push(&mut self, time: u64, item: T) {
        self.waiting.push_back((time, item));
    }

    /// Forgets deadlines at the front that are void.
    #[inline]
    pub fn discard(&mut self, is_void: impl Fn(T) -> bool) {
        while let Some((_, item)) = self.waiting.front()
            && is_void(*item)
        {
            self.waiting.pop_front();
        }
    }

    /// The next deadline if it has passed.
    pub fn pop_due(&mut self, now: u64) -> Option<T> {
        let (time, item) = *self.waiting.front()?;
        (time <= now).then(|| {
            self.waiting.pop_front();
            item
        })
    }

    /// When a timer must be started: the first deadline, unless a timer that goes off by then runs already.
    #[inline]
    pub fn arm(&mut self) -> Option<u64> {
        let (time, _) = *self.waiting.front()?;
        (time < self.armed).then(|| {
            self.armed = time;
            time
        })
    }

    /// The running timer went off.
    pub fn disarm(&mut self) {
        self.armed = u64::MAX;
    }

    /// The first deadline.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.waiting.front().map(|(time, _)| *time)
    }

    /// Forgets every deadline that does not pass, wherever it stands.
    pub fn retain(&mut self, keep: impl Fn(T) -> bool) {
        self.waiting.retain(|(_, item)| keep(*item));
    }

    /// How many deadlines are remembered, void ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// True when no deadline is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The wheel pops exactly what a binary heap keyed (time, sequence) pops, whatever is pushed in between.
        #[test]
        fn pops_like_a_stable_heap(script in prop::collection::vec((any::<bool>(), 0u32..40, any::<u32>()), 1..400)) {
            let mut wheel = EventQueue::default();
            let mut heap = BinaryHeap::new();
            let (mut now, mut sequence) = (0u64, 0u32);
            for (push, shift, draw) in script {
                if push {
                    let time = now + ((u64::from(draw) << 10) & ((1u64 << shift) - 1));
                    wheel.push(time, sequence);
                    heap.push(Reverse((time, sequence)));
                    sequence += 1;
                } else {
                    let expected = heap.pop().map(|Reverse(entry)| entry);
                    prop_assert_eq!(wheel.next_time(), expected.map(|(time, _)| time));
                    prop_assert_eq!(wheel.pop_until(u64::MAX), expected);
                    now = expected.map_or(now, |(time, _)| time);
                }
                prop_assert_eq!(wheel.len(), heap.len());
            }
            while let Some(Reverse(expected)) = heap.pop() {
                prop_assert_eq!(wheel.pop_until(u64::MAX), Some(expected));
            }
            prop_assert!(wheel.is_empty());
        }
    }

    #[test]
    fn a_limit_holds_events_back_and_leaves_room_before_them() {
        let mut queue = EventQueue::default();
        queue.push(5_000_000_000, 'b');
        queue.push(5_000_000_001, 'c');
        assert_eq!(queue.pop_until(4_000_000_000), None);
        queue.push(4_500_000_000, 'a');
        assert_eq!(queue.pop_until(u64::MAX), Some((4_500_000_000, 'a')));
        assert_eq!(queue.pop_until(u64::MAX), Some((5_000_000_000, 'b')));
        assert_eq!(queue.pop_until(u64::MAX), Some((5_000_000_001, 'c')));
    }

    #[test]
    fn one_timer_serves_many_deadlines() {
        let mut lane = Deadlines::default();
        lane.push(10, 'a');
        assert_eq!(lane.arm(), Some(10));
        lane.push(12, 'b');
        assert_eq!(lane.arm(), None);
        lane.discard(|item| item == 'a');
        lane.disarm();
        assert_eq!(lane.pop_due(10), None);
        assert_eq!(lane.arm(), Some(12));
        assert_eq!(lane.pop_due(12), Some('b'));
    }
}
