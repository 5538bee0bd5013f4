//! When a failed delivery is tried again, and when it is given up.

use crate::simulation::random::Stream;

/// How the pauses of one phase of retries grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Always so many nanoseconds.
    Constant(u64),
    /// Doubling from a first pause, never above a cap: `min(cap, from × 2ⁿ)`.
    Doubling {
        /// The first pause in nanoseconds.
        from: u64,
        /// The longest pause in nanoseconds.
        cap: u64,
    },
    /// Growing by an equal factor from the first pause of the phase to its last.
    Geometric {
        /// The first pause in nanoseconds.
        from: u64,
        /// The last pause in nanoseconds.
        to: u64,
    },
}

/// What chance does to a pause, after AWS's "Exponential backoff and jitter".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Nothing.
    #[default]
    None,
    /// Between half the pause and the whole.
    Equal,
    /// Between nothing and the whole pause.
    Full,
}

/// A number of retries with one rule for their pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// How many retries.
    pub count: u32,
    /// The pause before each.
    pub pause: Pause,
}

/// Retries by phases, given up after the last phase or at an age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The phases, in order.
    pub phases: Vec<Phase>,
    /// The most retries, whatever the phases say.
    pub most: u32,
    /// The age in nanoseconds beyond which nothing is tried again.
    pub age: u64,
    /// What chance does to the pauses.
    pub jitter: Jitter,
}

impl RetryPolicy {
    /// Never retries.
    #[must_use]
    pub const fn never() -> Self {
        Self { phases: Vec::new(), most: 0, age: u64::MAX, jitter: Jitter::None }
    }

    /// Doubling pauses, for ever.
    #[must_use]
    pub fn doubling(from: u64, cap: u64) -> Self {
        let phases = vec![Phase { count: u32::MAX, pause: Pause::Doubling { from, cap } }];
        Self { phases, most: u32::MAX, age: u64::MAX, jitter: Jitter::None }
    }

    /// Retries altogether.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.phases.iter().fold(0u32, |sum, phase| sum.saturating_add(phase.count)).min(self.most)
    }

    /// The pause in nanoseconds before the `retry`-th retry (from 1) of something `age` nanoseconds old;
    /// none when it is given up.
    #[must_use]
    pub fn pause(&self, retry: u32, age: u64, stream: &mut Stream) -> Option<u64> {
        let pause = jittered(self.plain_pause(retry)?, self.jitter, stream);
        (age.saturating_add(pause) <= self.age).then_some(pause)
    }

    /// The same without chance and without the limit of age.
    #[must_use]
    pub fn plain_pause(&self, retry: u32) -> Option<u64> {
        if retry == 0 || retry > self.most {
            return None;
        }
        let mut before = retry - 1;
        for phase in &self.phases {
            if before < phase.count {
                return Some(phase.pause_at(before));
            }
            before -= phase.count;
        }
        None
    }
}

impl Phase {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pauses of seconds need no more than 53 bits, and the cast saturates"
    )]
    fn pause_at(&self, index: u32) -> u64 {
        match self.pause {
            Pause::Constant(pause) => pause,
            Pause::Doubling { from, cap } => {
                from.saturating_mul(1u64.checked_shl(index).unwrap_or(u64::MAX)).min(cap)
            }
            Pause::Geometric { from, to } => {
                let share = f64::from(index) / f64::from(self.count.saturating_sub(1).max(1));
                (from as f64 * libm::pow(to as f64 / from.max(1) as f64, share) + 0.5) as u64
            }
        }
    }
}

fn jittered(pause: u64, jitter: Jitter, stream: &mut Stream) -> u64 {
    match jitter {
        Jitter::None => pause,
        Jitter::Equal => pause / 2 + stream.below(pause - pause / 2 + 1),
        Jitter::Full => stream.below(pause.saturating_add(1)),
    }
}
