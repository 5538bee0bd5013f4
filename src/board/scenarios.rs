//! Scenarios: what stimulates a board, which faults strike it, and which promises must hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::definitions::Distribution;
use super::record::record;
use super::span::Span;

/// When commands or queries arrive at an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arrivals {
    /// A Poisson process with this many a second.
    Poisson(f64),
    /// One every so often.
    Every(Span),
    /// So many at one moment.
    Burst {
        /// How many.
        count: u64,
        /// When, from the start.
        at: Span,
    },
    /// At these moments from the start, such as those of a captured log.
    At(Vec<Span>),
}

impl Default for Arrivals {
    fn default() -> Self {
        Self::Poisson(1.0)
    }
}

record! {
    /// A source of commands, queries or incoming events.
    pub struct Stimulus {
        /// The command, query or event that arrives.
        pub entry: String,
        /// When.
        pub arrivals: Arrivals,
        /// Stops after so many; unlimited when not given.
        pub limit: Option<u64>,
        /// Payloads to use in turn; generated from the schema when empty.
        pub payloads: Vec<serde_json::Value>,
    }
}

/// What goes wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The service or channel is down.
    #[default]
    Down,
    /// The service takes so many times as long.
    Slow(f64),
    /// Up and down in turn, each for this long.
    Flapping(Span),
    /// Messages of this name, or through this channel, are lost with this probability.
    Drop(f64),
    /// Messages of this name, or through this channel, are delivered twice with this probability.
    Duplicate(f64),
    /// Messages of this name, or through this channel, take this much longer.
    Delay(Distribution),
    /// Messages of this name, or through this channel, may overtake each other by up to this.
    Reorder(Span),
    /// Messages of this name break their schema with this probability.
    Corrupt(f64),
    /// Messages of this name bring their consumer down with this probability, every time they are delivered.
    Poison(f64),
    /// The service was deployed with a schema that the events it reads do not fit.
    BreakingSchema,
    /// The clock of the service is behind by this: what it sends looks older than it is.
    ClockSkew(Span),
    /// The service crashes between its write and its publication with this probability a reaction.
    CrashBeforePublish(f64),
    /// The service crashes after its work but before it acknowledges the message, with this probability.
    CrashBeforeAck(f64),
    /// Nothing passes between this frame and the rest.
    Partition,
    /// Arrivals at this entry are so many times as frequent.
    Burst(f64),
    /// The service refuses calls above this many a second.
    RateLimit(f64),
    /// What the archive of this bus or topic keeps of a window is delivered again; of a stream, everything from the
    /// beginning of the window on is read again.
    Replay {
        /// The beginning of the window.
        from: Span,
        /// Its end.
        to: Span,
        /// The services it is for; all when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        only: Vec<String>,
    },
}

record! {
    /// Something that goes wrong during a run.
    pub struct Fault {
        /// What goes wrong.
        pub kind: FaultKind,
        /// Where: the name of a service, channel, message, entry or frame.
        pub target: String,
        /// From when; the start when not given.
        pub at: Option<Span>,
        /// For how long; to the end when not given.
        pub lasts: Option<Span>,
    }
}

/// A promise that must hold over a run. Messages of one process share a correlation id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// Every `when` is followed by one of `then`, in the same process, in time.
    LeadsTo {
        /// The message that starts the clock.
        when: String,
        /// The messages of which one must follow.
        then: Vec<String>,
        /// In what time.
        within: Span,
    },
    /// No process sees this message take effect more than once.
    AtMostOnce(String),
    /// No `then` without a `first` before it in the same process.
    Precedes {
        /// What must have happened before.
        first: String,
        /// What may only happen after.
        then: String,
    },
    /// So many per cent of answers to an entry come in time.
    Latency {
        /// The command or query.
        entry: String,
        /// The percentile, 0 to 100.
        percentile: f64,
        /// In what time.
        under: Span,
    },
    /// The share of calls to an entry that are answered without an error, at least.
    Answered {
        /// The command or query.
        entry: String,
        /// The least share, 0 to 1.
        at_least: f64,
    },
    /// No more than so many messages wait in a channel.
    QueueDepth {
        /// The channel.
        channel: String,
        /// The most.
        at_most: u64,
    },
    /// No more than so many dead letters, on all channels together.
    DeadLetters {
        /// The most.
        at_most: u64,
    },
    /// A message happens so many times.
    Count {
        /// The message.
        of: String,
        /// At least so often.
        at_least: u64,
        /// At most so often.
        at_most: u64,
    },
    /// One message happens so often for each of another.
    Ratio {
        /// The message counted.
        of: String,
        /// The message it is measured against.
        to: String,
        /// At least this.
        at_least: f64,
        /// At most this.
        at_most: f64,
    },
}

impl Default for Promise {
    fn default() -> Self {
        Self::DeadLetters { at_most: 0 }
    }
}

record! {
    /// A promise with the words people use for it.
    pub struct Expectation {
        /// How people say it: "no customer pays without avatar or refund".
        pub name: String,
        /// What must hold.
        pub promise: Promise,
    }
}

record! {
    /// A run of the board: what arrives, what goes wrong, what must hold.
    pub struct Scenario {
        /// What it shows.
        pub description: String,
        /// How long arrivals go on; work in progress is then drained.
        pub duration: Option<Span>,
        /// How long after the last arrival the run ends at the latest.
        pub drain: Option<Span>,
        /// What arrives.
        pub stimuli: Vec<Stimulus>,
        /// What goes wrong.
        pub faults: Vec<Fault>,
        /// What must hold.
        pub expectations: Vec<Expectation>,
        /// Services go up and down by their mean times to failure and repair.
        pub outages: bool,
        /// The seed that shows what this scenario is about; any seed when not given.
        pub seed: Option<u64>,
        /// The moment to look at first, such as that of a broken promise.
        pub moment: Option<Span>,
    }
}

impl Promise {
    /// Every name the promise rests on.
    pub fn names_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::LeadsTo { when, then, .. } => std::iter::once(when).chain(then).collect(),
            Self::AtMostOnce(name) => vec![name],
            Self::Precedes { first, then } => vec![first, then],
            Self::Latency { entry, .. } | Self::Answered { entry, .. } => vec![entry],
            Self::QueueDepth { channel, .. } => vec![channel],
            Self::DeadLetters { .. } => Vec::new(),
            Self::Count { of, .. } => vec![of],
            Self::Ratio { of, to, .. } => vec![of, to],
        }
    }
}

impl Scenario {
    /// Follows a renamed definition through stimuli, faults and promises.
    pub fn rename(&mut self, from: &str, to: &str) {
        let stimuli = self.stimuli.iter_mut().map(|stimulus| &mut stimulus.entry);
        let faults = self.faults.iter_mut().flat_map(|fault| {
            let only = match &mut fault.kind {
                FaultKind::Replay { only, .. } => only.as_mut_slice(),
                _ => &mut [],
            };
            std::iter::once(&mut fault.target).chain(only)
        });
        let promises = self.expectations.iter_mut().flat_map(|expectation| expectation.promise.names_mut());
        for name in stimuli.chain(faults).chain(promises) {
            if name == from {
                to.clone_into(name);
            }
        }
    }
}
