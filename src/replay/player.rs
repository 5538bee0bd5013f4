//! Playing a log on the board: a moment, a speed, and the dots that are under way then. Plain data; the app draws it.

mod filter;
mod story;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub use filter::Filter;
pub use story::{Step, story, story_of, waterfall};
pub use window::{Window, ticks};

use serde::{Deserialize, Serialize};

use super::index::{Causes, EventRef, Log};
use super::time::SECOND;
use super::tracks::Tracks;
use crate::board::LinkId;

/// The slowest and the fastest: log seconds a second.
pub const SPEEDS: Range<f64> = 0.1..1_000_000.0;

/// How long a dot is on its way on the screen, in seconds, when the log does not tell how long the message was.
const FLIGHT_SECS: f64 = 0.9;

/// A dot is on its way at most so many times that long, however long the effect took.
const SLOWEST: i64 = 3;

/// More messages under way than this are shown as flow, with so many dots picked from them.
pub const MOST_DOTS: usize = 3_000;

/// Quiet for so many seconds on the screen is worth skipping.
const QUIET_SECS: f64 = 1.5;

/// One message under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// The event's number in the log.
    pub row: usize,
    /// Its type's number.
    pub type_number: u16,
    /// The link it is on.
    pub link: LinkId,
    /// Where on the link: 0 at its start, 1 at its end.
    pub along: f32,
}

/// What is under way at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// The dots, in the order of the log.
    pub dots: Vec<Dot>,
    /// When there is too much for dots alone: how many messages are on each link's way.
    pub flow: BTreeMap<LinkId, u64>,
    /// How many events are under way, drawn or not.
    pub n_under_way: usize,
    /// Type numbers of those that the board does not know, or shows on no link: nothing is drawn for them.
    pub off_board: Vec<u16>,
}

/// A remembered moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// Nanoseconds since 1970.
    pub time: i64,
    /// What people call it.
    pub name: String,
}

/// Where to step from the event at the playhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepTo {
    /// The next event.
    Next,
    /// The event before.
    Previous,
    /// The next of the same type.
    NextOfType,
    /// The last of the same type before.
    PreviousOfType,
    /// The next of the same correlation.
    NextOfCorrelation,
    /// The last of the same correlation before.
    PreviousOfCorrelation,
    /// The event that caused it.
    Cause,
}

/// The state of the player: all that is needed to draw a frame, given the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    /// The moments the timeline covers, in nanoseconds since 1970.
    pub range: Range<i64>,
    now: i64,
    /// The part of a nanosecond that slow play has not used yet.
    rest: f64,
    speed: f64,
    /// Whether time goes on.
    pub playing: bool,
    /// Whether stretches without events are jumped over.
    pub skip_quiet: bool,
    /// The event chosen or stepped to, if any.
    pub at_row: Option<usize>,
    /// Sorted by time.
    bookmarks: Vec<Bookmark>,
}

impl Player {
    /// A player that stands at the start of a log, at a speed that plays it in about a minute.
    pub fn new(log: &Log) -> Self {
        let (first, last) = log.span().unwrap_or((0, 0));
        let length_secs = last.saturating_sub(first) as f64 / SECOND as f64;
        let mut player = Self {
            range: first..last.saturating_add(1),
            now: first,
            rest: 0.0,
            speed: 1.0,
            playing: false,
            skip_quiet: false,
            at_row: None,
            bookmarks: Vec::new(),
        };
        player.set_speed(10_f64.powf((length_secs / 60.0).max(0.1).log10().round()));
        player
    }

    /// Takes in what was read of a log since: the timeline grows, the playhead stays.
    pub fn extend(&mut self, log: &Log) {
        if let Some((first, last)) = log.span() {
            if self.range.start == 0 && self.range.end <= 1 {
                self.now = first;
            }
            self.range = first..last.saturating_add(1);
        }
    }

    /// The moment shown, in nanoseconds since 1970.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Log seconds a second.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Sets the speed, within [`SPEEDS`].
    pub fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.speed = speed.clamp(SPEEDS.start, SPEEDS.end);
        }
    }

    /// Goes to a moment, forwards or backwards alike.
    pub fn seek(&mut self, time: i64) {
        self.now = time.clamp(self.range.start, self.end());
        self.rest = 0.0;
        self.at_row = None;
    }

    /// Nanoseconds of the log that a dot is on its way at least.
    fn flight(&self) -> i64 {
        ((FLIGHT_SECS * self.speed * SECOND as f64) as i64).max(1)
    }

    /// When the last message has arrived: a little behind the last event.
    fn end(&self) -> i64 {
        self.range.end.saturating_add(self.flight())
    }

    /// Lets so many seconds of real time pass. Stops at the end. True when the picture changed.
    pub fn tick(&mut self, log: &Log, elapsed_secs: f64) -> bool {
        if !self.playing || elapsed_secs.is_nan() || elapsed_secs <= 0.0 {
            return false;
        }
        let step = elapsed_secs * self.speed * SECOND as f64 + self.rest;
        self.rest = step.fract();
        self.now = self.now.saturating_add(step as i64);
        self.at_row = None;
        if self.now >= self.end() {
            self.now = self.end();
            // While a log is still being read, its end is not the end.
            self.playing = !log.is_complete();
        } else if self.skip_quiet {
            self.jump_over_quiet(log);
        }
        true
    }

    fn jump_over_quiet(&mut self, log: &Log) {
        let under_way =
            log.range(self.now.saturating_sub(self.flight() * SLOWEST)..self.now.saturating_add(1));
        let next = log.row_at(self.now.saturating_add(1));
        if !under_way.is_empty() {
            return;
        }
        if let Some(event) = log.event(next) {
            let quiet = (QUIET_SECS * self.speed * SECOND as f64) as i64;
            if event.time().saturating_sub(self.now) > quiet {
                self.now = event.time();
            }
        }
    }

    /// The event at the playhead: the one stepped to, else the last that has happened.
    pub fn current(&self, log: &Log) -> Option<usize> {
        self.at_row.or_else(|| log.row_at(self.now.saturating_add(1)).checked_sub(1))
    }

    /// Steps to another event; false when there is none.
    pub fn step(&mut self, log: &Log, to: StepTo) -> bool {
        let Some(row) = self.current(log) else {
            // Before the first event: the only step there is leads to it.
            return to == StepTo::Next && self.go_to(log, 0);
        };
        let type_number = log.event(row).map_or(0, |e| e.type_number());
        let target = match to {
            StepTo::Next => row.checked_add(1),
            StepTo::Previous => row.checked_sub(1),
            StepTo::NextOfType => log.next_of_type(row, type_number),
            StepTo::PreviousOfType => log.previous_of_type(row, type_number),
            StepTo::NextOfCorrelation => log.next_of_correlation(row),
            StepTo::PreviousOfCorrelation => log.previous_of_correlation(row),
            StepTo::Cause => log.cause_of(row),
        };
        target.is_some_and(|row| self.go_to(log, row))
    }

    /// Puts the playhead on an event; false when there is no such event.
    pub fn go_to(&mut self, log: &Log, row: usize) -> bool {
        let Some(event) = log.event(row) else { return false };
        self.seek(event.time());
        self.at_row = Some(row);
        true
    }

    /// Remembers a moment.
    pub fn add_bookmark(&mut self, time: i64, name: impl Into<String>) {
        let at = self.bookmarks.partition_point(|b| b.time <= time);
        self.bookmarks.insert(at, Bookmark { time, name: name.into() });
    }

    /// Forgets the bookmark with this place in [`Player::bookmarks`].
    pub fn remove_bookmark(&mut self, at: usize) {
        if at < self.bookmarks.len() {
            self.bookmarks.remove(at);
        }
    }

    /// The remembered moments, by time.
    pub fn bookmarks(&self) -> &[Bookmark] {
        &self.bookmarks
    }

    /// What is under way now, of the events that `shows` accepts. Its cost goes with what is under way, not with the
    /// log.
    pub fn frame(
        &self,
        log: &Log,
        tracks: &Tracks,
        causes: &Causes,
        shows: impl Fn(&EventRef<'_>) -> bool,
    ) -> Frame {
        let longest = self.flight().saturating_mul(SLOWEST);
        let rows = log.range(self.now.saturating_sub(longest)..self.now.saturating_add(1));
        let mut frame = Frame::default();
        // So dense that few of the dots would be seen: pick evenly, and say how much flows where.
        let stride = rows.len().div_ceil(MOST_DOTS).max(1);
        let mut off_board = BTreeSet::new();
        for row in rows.clone().step_by(stride) {
            let Some(event) = log.event(row).filter(&shows) else { continue };
            frame.n_under_way += stride;
            if !self.put_dots(log, tracks, causes, &event, &mut frame.dots) {
                off_board.insert(event.type_number());
            }
            if frame.dots.len() >= MOST_DOTS * 2 {
                break;
            }
        }
        frame.n_under_way = frame.n_under_way.min(rows.len());
        frame.off_board = off_board.into_iter().collect();
        if stride > 1 {
            frame.flow = tracks.flow(log, rows);
        }
        frame
    }

    /// Adds the dots of one event; false when the board has no way for it.
    fn put_dots(
        &self,
        log: &Log,
        tracks: &Tracks,
        causes: &Causes,
        event: &EventRef<'_>,
        dots: &mut Vec<Dot>,
    ) -> bool {
        let cause = causes.of(event.row()).and_then(|row| log.event(row));
        let (ways, reply) = tracks.of(event, cause.as_ref());
        let passed = self.now.saturating_sub(event.time());
        for way in ways {
            let length = self.flight().max(self.time_to_effect(log, tracks, causes, event, way.to));
            let share = passed as f64 / length as f64;
            if !(0.0..1.0).contains(&share) || way.links.is_empty() {
                continue;
            }
            let share = if reply { 1.0 - share } else { share };
            let place = share * way.links.len() as f64;
            let link = (place as usize).min(way.links.len() - 1);
            let along = (place - link as f64) as f32;
            dots.push(Dot {
                row: event.row(),
                type_number: event.type_number(),
                link: way.links[link],
                along,
            });
        }
        ways.iter().any(|way| !way.links.is_empty())
    }

    /// How long the message was on its way and in work, where the log has an effect that the reaction published;
    /// zero when it has none, and never more than the longest flight.
    fn time_to_effect(
        &self,
        log: &Log,
        tracks: &Tracks,
        causes: &Causes,
        event: &EventRef<'_>,
        to: Option<crate::topology::ReactionIx>,
    ) -> i64 {
        let longest = self.flight().saturating_mul(SLOWEST);
        if to.is_none() || causes.is_empty() {
            return 0;
        }
        // Effects come soon after their cause: a few events on are enough to look at.
        let soon = event.row() + 1..(event.row() + 65).min(log.len());
        let mut effects = soon.filter(|row| causes.of(*row) == Some(event.row()));
        effects
            .find_map(|row| {
                let effect = log.event(row)?;
                (tracks.sender(&effect, Some(event)) == to).then(|| effect.time() - event.time())
            })
            .map_or(0, |time| time.min(longest))
    }
}

#[cfg(test)]
mod tests;
