//! What a run measures: gauges over time, counters, histograms of lengths of time.

/// A number that changes over time, with its time average and its peak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauge {
    /// Its present value.
    pub value: u64,
    /// Its highest value.
    pub peak: u64,
    /// Every fall times the moment of it, less every rise times the moment of it: with the present value times now it
    /// makes the area under the curve. Rises come first, so it wraps around below zero.
    moments: u128,
}

impl Gauge {
    /// Sets the value at a time in nanoseconds.
    #[inline]
    pub fn set(&mut self, now: u64, value: u64) {
        let change = u128::from(self.value).wrapping_sub(u128::from(value));
        self.moments = self.moments.wrapping_add(change.wrapping_mul(u128::from(now)));
        self.value = value;
        self.peak = self.peak.max(value);
    }

    /// One more.
    #[inline]
    pub fn up(&mut self, now: u64) {
        self.moments = self.moments.wrapping_sub(u128::from(now));
        self.value += 1;
        self.peak = self.peak.max(self.value);
    }

    /// One fewer.
    #[inline]
    pub fn down(&mut self, now: u64) {
        self.moments = self.moments.wrapping_add(u128::from(now));
        self.value -= 1;
    }

    /// The average over time from the start until `now`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an average to show")]
    pub fn average(&self, now: u64) -> f64 {
        let area = self.moments.wrapping_add(u128::from(self.value) * u128::from(now));
        if now == 0 { 0.0 } else { area as f64 / now as f64 }
    }
}

const STEPS_BITS: u32 = 5;
const STEPS: u64 = 1 << STEPS_BITS;

/// A histogram of lengths of time with a relative error below 1/32, and exact count, sum and extremes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    /// How many were recorded.
    pub count: u64,
    /// Their sum in nanoseconds.
    pub sum: u128,
    /// The greatest in nanoseconds.
    pub max: u64,
}

impl Histogram {
    /// Records one length of time in nanoseconds.
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        let at = Self::bucket(nanos);
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
        self.count += 1;
        self.sum += u128::from(nanos);
        self.max = self.max.max(nanos);
    }

    /// What has been recorded since an earlier copy; its greatest value is known to a thirty-second only.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let before = earlier.counts.iter().copied().chain(std::iter::repeat(0));
        let counts: Vec<u64> = self.counts.iter().zip(before).map(|(now, before)| now - before).collect();
        let max = counts.iter().rposition(|count| *count > 0).map_or(0, Self::upper).min(self.max);
        Self { counts, count: self.count - earlier.count, sum: self.sum - earlier.sum, max }
    }

    #[inline]
    fn bucket(nanos: u64) -> usize {
        if nanos < STEPS {
            return nanos as usize;
        }
        let shift = 63 - nanos.leading_zeros() - STEPS_BITS;
        ((u64::from(shift) << STEPS_BITS) + (nanos >> shift)) as usize
    }

    /// The greatest value that falls into a bucket.
    fn upper(bucket: usize) -> u64 {
        let bucket = bucket as u64;
        if bucket < 2 * STEPS {
            return bucket;
        }
        let shift = (bucket >> STEPS_BITS) - 1;
        let steps = bucket - (shift << STEPS_BITS);
        (steps << shift) + ((1 << shift) - 1)
    }

    /// The mean in nanoseconds; 0 when empty.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an average to show")]
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// The value in nanoseconds that `percentile` per cent do not exceed; 0 when empty.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank within the count"
    )]
    pub fn percentile(&self, percentile: f64) -> u64 {
        let rank = (libm::ceil(self.count as f64 * percentile / 100.0) as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Self::upper(bucket).min(self.max);
            }
        }
        self.max
    }
}

/// What one service did.
#[derive(Clone, Debug, Default)]
pub struct ServiceMetrics {
    /// Workers at work.
    pub busy: Gauge,
    /// Reactions waiting for a worker in its inbox.
    pub waiting: Gauge,
    /// 1 while it is up.
    pub up: Gauge,
    /// Time from arrival to a worker, for what passed its inbox.
    pub wait: Histogram,
    /// Reactions started.
    pub started: u64,
    /// Reactions finished well.
    pub done: u64,
    /// Reactions that failed.
    pub failed: u64,
    /// Reactions lost in a crash.
    pub crashed: u64,
    /// Requests refused: down, full or above its rate.
    pub refused: u64,
    /// Duplicates recognised and left without effect.
    pub deduplicated: u64,
    /// Calls its own circuit breakers and bulkheads refused before they were made.
    pub short_circuited: u64,
    /// Times it went on without an answer.
    pub fell_back: u64,
    /// Workers that hold the locks of a transaction and wait for its outcome.
    pub locked: Gauge,
    /// Time from an event's arrival until the read model shows it.
    pub lag: Histogram,
    /// Queries answered while something handled did not show yet.
    pub stale: u64,
}

/// What one channel did.
#[derive(Clone, Debug, Default)]
pub struct ChannelMetrics {
    /// Messages that wait in it.
    pub depth: Gauge,
    /// Messages that entered.
    pub entered: u64,
    /// Deliveries to consumers.
    pub delivered: u64,
    /// Deliveries that failed and were tried again.
    pub retried: u64,
    /// Messages delivered twice.
    pub duplicated: u64,
    /// Messages dropped by a fault.
    pub dropped: u64,
    /// Messages that outlived their retention.
    pub expired: u64,
    /// Messages given up after all retries.
    pub dead_letters: u64,
    /// Messages delivered again from the archive, or read again.
    pub replayed: u64,
    /// Receives that brought nothing, as far as they are over.
    pub empty_receives: u64,
}

/// What became of one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageMetrics {
    /// Times it was published, sent, asked or issued.
    pub sent: u64,
    /// Times a handler's work for it took effect.
    pub handled: u64,
    /// Times it ended as a dead letter.
    pub dead_letters: u64,
    /// Times it was lost: dropped, expired, refused without a channel to keep it, or never published after a crash.
    pub lost: u64,
}

/// What clients saw at one entry.
#[derive(Clone, Debug, Default)]
pub struct EntryMetrics {
    /// Arrivals.
    pub arrived: u64,
    /// Answers that said yes.
    pub answered: u64,
    /// Answers that said no, as the board foresees.
    pub declined: u64,
    /// Errors and time-outs.
    pub failed: u64,
    /// Time from arrival to answer, for all of them.
    pub latency: Histogram,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_averages_over_time() {
        let mut gauge = Gauge::default();
        gauge.set(10, 4);
        gauge.set(20, 0);
        assert!((gauge.average(40) - 1.0).abs() < 1e-12);
        assert_eq!(gauge.peak, 4);
        gauge.up(50);
        gauge.up(50);
        gauge.down(60);
        assert!((gauge.average(60) - 1.0).abs() < 1e-12, "4 for 10 and 2 for 10, of 60");
        assert_eq!((gauge.value, gauge.peak), (1, 4));
    }

    #[test]
    fn percentiles_are_within_a_thirty_second() {
        let mut histogram = Histogram::default();
        for value in 1..=1_000_000u64 {
            histogram.record(value * 1_000);
        }
        for (percentile, expected) in [(50.0, 500_000_000u64), (99.0, 990_000_000), (100.0, 1_000_000_000)] {
            let found = histogram.percentile(percentile);
            assert!(found >= expected && found <= expected + expected / 32, "{percentile}: {found}");
        }
        for value in [0u64, 1, 31, 32, 33, 63, 64, 65, 1_000, u64::MAX] {
            let bucket = Histogram::bucket(value);
            assert!(Histogram::upper(bucket) >= value);
            assert!(bucket == 0 || Histogram::upper(bucket - 1) < value);
        }
    }
}
