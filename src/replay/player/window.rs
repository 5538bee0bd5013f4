//! The part of a log's time that the timeline shows.

use std::ops::Range;

/// The shortest part that is shown, in nanoseconds.
const SHORTEST: i64 = 1_000;

/// The whole time of a log and the part of it that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    whole: Range<i64>,
    shown: Range<i64>,
}

impl Window {
    /// Shows all of a stretch of time, in nanoseconds since 1970.
    pub fn new(whole: Range<i64>) -> Self {
        Self { shown: whole.clone(), whole }
    }

    /// The part shown.
    pub fn shown(&self) -> Range<i64> {
        self.shown.clone()
    }

    /// True when it is all shown.
    pub fn is_whole(&self) -> bool {
        self.shown == self.whole
    }

    fn length(&self) -> i64 {
        self.shown.end.saturating_sub(self.shown.start).max(1)
    }

    /// The log has grown: what showed all goes on to show all.
    pub fn grow(&mut self, whole: Range<i64>) {
        if self.is_whole() {
            self.shown = whole.clone();
        }
        self.whole = whole;
        self.settle(self.shown.start, self.length());
    }

    /// Shows all.
    pub fn reset(&mut self) {
        self.shown = self.whole.clone();
    }

    /// Shows `factor` times as little, keeping the moment at the share `at` (0 to 1) where it is.
    pub fn zoom(&mut self, at: f64, factor: f64) {
        if !factor.is_finite() || factor <= 0.0 {
            return;
        }
        let length = self.length() as f64;
        let kept = self.shown.start as f64 + length * at;
        let longest = self.whole.end.saturating_sub(self.whole.start).max(SHORTEST) as f64;
        let new = (length / factor).clamp((SHORTEST as f64).min(longest), longest);
        // Near the present nanoseconds have no room in the 53 bits of a double: only differences are rounded.
        let start = self.shown.start.saturating_add(((kept - self.shown.start as f64) - new * at) as i64);
        self.settle(start, new as i64);
    }

    /// Moves by a share of what is shown.
    pub fn pan(&mut self, share: f64) {
        let by = (self.length() as f64 * share) as i64;
        self.settle(self.shown.start.saturating_add(by), self.length());
    }

    /// Turns the page when a moment has left what is shown.
    pub fn follow(&mut self, now: i64) {
        if !self.shown.contains(&now) && self.whole.contains(&now) {
            self.settle(now.saturating_sub(self.length() / 10), self.length());
        }
    }

    /// Where a moment is, 0 to 1 within what is shown.
    pub fn share_of(&self, time: i64) -> f64 {
        time.saturating_sub(self.shown.start) as f64 / self.length() as f64
    }

    /// The moment at a share of what is shown.
    pub fn time_at(&self, share: f64) -> i64 {
        self.shown.start.saturating_add((self.length() as f64 * share) as i64)
    }

    fn settle(&mut self, start: i64, length: i64) {
        let room = self.whole.end.saturating_sub(self.whole.start);
        let length = length.clamp(1, room.max(1));
        let last = self.whole.end.saturating_sub(length).max(self.whole.start);
        let start = start.clamp(self.whole.start, last);
        self.shown = start..start.saturating_add(length);
    }
}

/// Round moments within a stretch of time, at most so many: (moment, how it is written beside its neighbours).
pub fn ticks(range: &Range<i64>, at_most: usize) -> Vec<(i64, String)> {
    const STEPS: [i64; 36] = {
        const S: i64 = 1_000_000_000;
        [
            1_000,
            10_000,
            100_000,
            S / 1_000,
            S / 500,
            S / 200,
            S / 100,
            S / 50,
            S / 20,
            S / 10,
            S / 5,
            S / 2,
            S,
            2 * S,
            5 * S,
            10 * S,
            30 * S,
            60 * S,
            120 * S,
            300 * S,
            900 * S,
            1_800 * S,
            3_600 * S,
            10_800 * S,
            21_600 * S,
            43_200 * S,
            86_400 * S,
            2 * 86_400 * S,
            7 * 86_400 * S,
            30 * 86_400 * S,
            91 * 86_400 * S,
            182 * 86_400 * S,
            365 * 86_400 * S,
            730 * 86_400 * S,
            1_826 * 86_400 * S,
            3_650 * 86_400 * S,
        ]
    };
    let length = range.end.saturating_sub(range.start);
    let fits = |step: &&i64| length / **step < at_most.max(1) as i64;
    let Some(step) = STEPS.iter().find(fits).copied() else { return Vec::new() };
    let first = range.start.div_euclid(step) + i64::from(range.start.rem_euclid(step) > 0);
    let last = range.end.div_euclid(step);
    (first..=last).filter_map(|n| n.checked_mul(step)).map(|time| (time, spoken(time, step))).collect()
}

/// A moment no finer than its step.
fn spoken(time: i64, step: i64) -> String {
    const DAY: i64 = 86_400_000_000_000;
    let format = match step {
        s if s >= DAY => "%Y-%m-%d",
        s if s >= 60_000_000_000 => "%H:%M",
        s if s >= 1_000_000_000 => "%H:%M:%S",
        s if s >= 1_000_000 => "%H:%M:%S%.3f",
        _ => "%H:%M:%S%.6f",
    };
    // Midnight says which day begins.
    let format =
        if (60_000_000_000..DAY).contains(&step) && time.rem_euclid(DAY) == 0 { "%b %d" } else { format };
    jiff::Timestamp::from_nanosecond(i128::from(time))
        .map_or_else(|_beyond| String::new(), |moment| moment.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::replay::testing::START;
    use crate::replay::time::SECOND;

    #[test]
    fn zooming_keeps_the_moment_under_the_pointer() {
        let mut window = Window::new(START..START + 1_000 * SECOND);
        let before = window.time_at(0.25);
        window.zoom(0.25, 10.0);
        assert!((window.time_at(0.25) - before).abs() < 1_000);
        assert_eq!((window.shown().end - window.shown().start) / SECOND, 100);
        window.pan(100.0);
        assert_eq!(window.shown().end, START + 1_000 * SECOND);
        window.follow(START + 5 * SECOND);
        assert!(window.shown().contains(&(START + 5 * SECOND)));
        window.zoom(0.5, 0.001);
        assert!(window.is_whole());
        window.grow(START..START + 2_000 * SECOND);
        assert!(window.is_whole());
    }

    #[test]
    fn ticks_are_round_and_few() {
        let hour: Vec<String> =
            ticks(&(START..START + 3_600 * SECOND), 8).into_iter().map(|(_, text)| text).collect();
        assert_eq!(hour, ["Jan 01", "00:15", "00:30", "00:45", "01:00"]);
        let blink = ticks(&(START + 1..START + 5 * SECOND / 1_000), 6);
        assert_eq!(blink.first().map(|(_, text)| &**text), Some("00:00:00.001"));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_part_of_the_whole(
            start in -1_i64 << 61..1 << 61, length in 1..1_i64 << 60,
            turns in prop::collection::vec((0.0..1.0_f64, 0.001..1000.0_f64, -2.0..2.0_f64), 0..20)
        ) {
            let mut window = Window::new(start..start + length);
            for (at, factor, pan) in turns {
                window.zoom(at, factor);
                window.pan(pan);
                let shown = window.shown();
                prop_assert!(start <= shown.start && shown.start < shown.end && shown.end <= start + length);
                prop_assert!(ticks(&shown, 10).len() <= 11);
            }
        }
    }
}
