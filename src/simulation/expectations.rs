//! Promises checked while a run goes on, or while a captured log is read: each looks at times, names and correlations
//! only, so both can feed it.

use rustc_hash::FxHashMap;

use super::queue::Deadlines;
use crate::board::{Expectation, Promise};

/// Where a promise broke for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Breach {
    /// When, in nanoseconds.
    pub time: u64,
    /// When it began to go wrong: the start of the clock that ran out, or the same moment.
    pub since: u64,
    /// In which process; 0 when it concerns none in particular.
    pub correlation: u64,
}

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has held so far.
    Kept,
    /// It has been broken.
    Broken,
    /// Nothing it speaks of has happened.
    Untested,
}

/// The result of one expectation.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Verdict {
    /// How people say it.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// How often it held.
    pub kept: u64,
    /// How often it was broken.
    pub broken: u64,
    /// How often it is still open: a clock is running.
    pub open: u64,
    /// Where it broke first.
    pub first: Option<Breach>,
    /// The number it is measured by, if it is about a number.
    pub measured: Option<f64>,
}

/// Something promises may be about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight {
    /// The message happened: an event was published, a command took effect, a query was answered.
    Happened,
    /// A caller at an entry got an answer after so many nanoseconds.
    Answered {
        /// It was a yes or a foreseen no, not an error or a time-out.
        ok: bool,
        /// Nanoseconds from issue to answer.
        latency: u64,
    },
    /// So many messages wait in the channel.
    Depth(u64),
    /// A message was given up.
    DeadLetter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    First,
    Second,
}

/// What a promise remembers.
#[derive(Clone, Debug, Default)]
struct Memory {
    kept: u64,
    broken: u64,
    first: Option<Breach>,
    /// By correlation: a deadline, or a count.
    processes: FxHashMap<u64, u64>,
    deadlines: Deadlines<u64>,
    seen: u64,
    against: u64,
    /// How long its clock runs, in nanoseconds.
    within: u64,
}

impl Memory {
    fn of(expectation: &Expectation) -> Self {
        let within = if let Promise::LeadsTo { within, .. } = expectation.promise { within.0 } else { 0 };
        Self { within, ..Self::default() }
    }

    fn break_at(&mut self, time: u64, correlation: u64) {
        self.broken += 1;
        self.first_at(time, correlation);
    }

    fn first_at(&mut self, time: u64, correlation: u64) {
        self.first.get_or_insert(Breach { time, since: time.saturating_sub(self.within), correlation });
    }
}

/// Checks promises as things happen, in order of time.
#[derive(Clone, Debug)]
pub struct Checker {
    expectations: Vec<Expectation>,
    memories: Vec<Memory>,
    /// Names some promise speaks of, with what it has to do with each.
    subjects: Vec<(String, Vec<(usize, Role)>)>,
    dead_letters: Vec<usize>,
    /// The promises that remember processes for as long as these last.
    counting: Vec<usize>,
}

impl Checker {
    /// A checker of these expectations that has seen nothing yet.
    #[must_use]
    pub fn new(expectations: &[Expectation]) -> Self {
        let mut checker = Self {
            expectations: expectations.to_vec(),
            memories: expectations.iter().map(Memory::of).collect(),
            subjects: Vec::new(),
            dead_letters: Vec::new(),
            counting: Vec::new(),
        };
        for (at, expectation) in expectations.iter().enumerate() {
            if matches!(expectation.promise, Promise::AtMostOnce(_) | Promise::Precedes { .. }) {
                checker.counting.push(at);
            }
            match &expectation.promise {
                Promise::LeadsTo { when, then, .. } => {
                    // The answer is looked at first: a message that leads to itself starts a new clock.
                    for name in then {
                        checker.subscribe(name, at, Role::Second);
                    }
                    checker.subscribe(when, at, Role::First);
                }
                Promise::Precedes { first, then } => {
                    checker.subscribe(then, at, Role::Second);
                    checker.subscribe(first, at, Role::First);
                }
                Promise::Ratio { of, to, .. } => {
                    checker.subscribe(of, at, Role::First);
                    checker.subscribe(to, at, Role::Second);
                }
                Promise::AtMostOnce(name)
                | Promise::Count { of: name, .. }
                | Promise::Latency { entry: name, .. }
                | Promise::Answered { entry: name, .. }
                | Promise::QueueDepth { channel: name, .. } => checker.subscribe(name, at, Role::First),
                Promise::DeadLetters { .. } => checker.dead_letters.push(at),
            }
        }
        checker
    }

    fn subscribe(&mut self, name: &str, at: usize, role: Role) {
        match self.subjects.iter_mut().find(|(known, _)| known == name) {
            Some((_, list)) => list.push((at, role)),
            None => self.subjects.push((name.to_owned(), vec![(at, role)])),
        }
    }

    /// The number under which to report what happens to this name; none when no promise speaks of it.
    #[must_use]
    pub fn subject(&self, name: &str) -> Option<u32> {
        self.subjects.iter().position(|(known, _)| known == name).map(|at| at as u32)
    }

    /// True when some promise is about dead letters.
    #[must_use]
    pub fn counts_dead_letters(&self) -> bool {
        !self.dead_letters.is_empty()
    }

    /// Reports that something happened to a subject. Times must not go down.
    pub fn see(&mut self, time: u64, subject: u32, correlation: u64, sight: Sight) {
        for &(at, role) in &self.subjects[subject as usize].1 {
            check(&self.expectations[at].promise, &mut self.memories[at], role, time, correlation, sight);
        }
    }

    /// Reports a dead letter.
    pub fn see_dead_letter(&mut self, time: u64, correlation: u64) {
        for &at in &self.dead_letters {
            let memory = &mut self.memories[at];
            memory.seen += 1;
            if let Promise::DeadLetters { at_most } = self.expectations[at].promise
                && memory.seen > at_most
            {
                memory.break_at(time, correlation);
            }
        }
    }

    /// Nothing more will happen in a process: what only its own messages can break is forgotten.
    pub fn ended(&mut self, correlation: u64) {
        for &at in &self.counting {
            self.memories[at].processes.remove(&correlation);
        }
    }

    /// Lets time pass: clocks that ran out break their promises.
    pub fn advance(&mut self, now: u64) {
        for memory in &mut self.memories {
            overdue(memory, now);
        }
    }

    /// How every expectation stands at `now`. `finished` says that nothing more will happen before any deadline
    /// that lies ahead.
    #[must_use]
    pub fn verdicts(&self, now: u64, finished: bool) -> Vec<Verdict> {
        let judge = |(expectation, memory): (&Expectation, &Memory)| {
            let mut memory = memory.clone();
            overdue(&mut memory, if finished { u64::MAX } else { now });
            verdict(expectation, &memory, now, finished)
        };
        self.expectations.iter().zip(&self.memories).map(judge).collect()
    }

    /// How many processes it remembers.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.memories.iter().map(|memory| memory.processes.len() + memory.deadlines.len()).sum()
    }

    /// True when some promise that cannot be mended is broken already.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.memories.iter().any(|memory| memory.broken > 0)
    }
}

/// Breaks what is due before `now`. An answer at the very deadline is in time.
fn overdue(memory: &mut Memory, now: u64) {
    while let Some(deadline) = memory.deadlines.first()
        && deadline < now
        && let Some(correlation) = memory.deadlines.pop_due(deadline)
    {
        if memory.processes.get(&correlation) == Some(&deadline) {
            memory.processes.remove(&correlation);
            memory.break_at(deadline, correlation);
        }
    }
}

fn check(promise: &Promise, memory: &mut Memory, role: Role, time: u64, correlation: u64, sight: Sight) {
    match (promise, sight) {
        (Promise::LeadsTo { within, .. }, Sight::Happened) => {
            overdue(memory, time);
            if role == Role::Second {
                memory.kept += u64::from(memory.processes.remove(&correlation).is_some());
            } else {
                let deadline = time.saturating_add(within.0);
                if let std::collections::hash_map::Entry::Vacant(entry) = memory.processes.entry(correlation)
                {
                    entry.insert(deadline);
                    memory.deadlines.push(deadline, correlation);
                }
            }
        }
        (Promise::AtMostOnce(_), Sight::Happened) => {
            let count = memory.processes.entry(correlation).or_default();
            *count += 1;
            match *count {
                1 => memory.kept += 1,
                2 => {
                    memory.kept -= 1;
                    memory.break_at(time, correlation);
                }
                _ => {}
            }
        }
        (Promise::Precedes { .. }, Sight::Happened) => {
            if role == Role::First {
                memory.processes.insert(correlation, 1);
            } else if memory.processes.contains_key(&correlation) {
                memory.kept += 1;
            } else {
                memory.break_at(time, correlation);
            }
        }
        (Promise::Latency { under, .. }, Sight::Answered { latency, .. }) => {
            memory.seen += 1;
            if latency > under.0 {
                memory.against += 1;
                memory.first_at(time, correlation);
            }
        }
        (Promise::Answered { .. }, Sight::Answered { ok, .. }) => {
            memory.seen += 1;
            if !ok {
                memory.against += 1;
                memory.first_at(time, correlation);
            }
        }
        (Promise::QueueDepth { at_most, .. }, Sight::Depth(depth)) => {
            memory.seen = memory.seen.max(depth);
            if depth > *at_most {
                memory.first_at(time, correlation);
            }
        }
        (Promise::Count { at_most, .. }, Sight::Happened) => {
            memory.seen += 1;
            if memory.seen > *at_most {
                memory.first_at(time, correlation);
            }
        }
        (Promise::Ratio { .. }, Sight::Happened) => {
            if role == Role::First {
                memory.seen += 1;
            } else {
                memory.against += 1;
            }
        }
        _ => {}
    }
}

#[expect(clippy::cast_precision_loss, reason = "shares and counts to show")]
fn verdict(expectation: &Expectation, memory: &Memory, now: u64, finished: bool) -> Verdict {
    let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
    let good = memory.seen.saturating_sub(memory.against);
    let by_number = |measured: f64, tested: bool, holds: bool| (Some(measured), tested, holds);
    let (measured, tested, holds) = match &expectation.promise {
        Promise::LeadsTo { .. } | Promise::AtMostOnce(_) | Promise::Precedes { .. } => {
            (None, memory.kept + memory.broken > 0, memory.broken == 0)
        }
        Promise::Latency { percentile, .. } => {
            let share = share(good, memory.seen);
            by_number(share * 100.0, memory.seen > 0, share * 100.0 >= *percentile)
        }
        Promise::Answered { at_least, .. } => {
            let share = share(good, memory.seen);
            by_number(share, memory.seen > 0, share >= *at_least)
        }
        Promise::QueueDepth { at_most, .. } => by_number(memory.seen as f64, true, memory.seen <= *at_most),
        Promise::DeadLetters { at_most } => by_number(memory.seen as f64, true, memory.seen <= *at_most),
        Promise::Count { at_least, at_most, .. } => {
            let enough = !finished || memory.seen >= *at_least;
            by_number(memory.seen as f64, true, enough && memory.seen <= *at_most)
        }
        Promise::Ratio { at_least, at_most, .. } => {
            let ratio = if memory.against == 0 { 0.0 } else { memory.seen as f64 / memory.against as f64 };
            by_number(ratio, memory.against > 0, !finished || (*at_least..=*at_most).contains(&ratio))
        }
    };
    let counted = measured.is_some() && memory.broken == 0;
    let first = memory.first.or(Some(Breach { time: now, since: now, correlation: 0 }));
    Verdict {
        name: expectation.name.clone(),
        standing: match (holds, tested) {
            (false, true) => Standing::Broken,
            (_, false) => Standing::Untested,
            (true, true) => Standing::Kept,
        },
        kept: if counted { good } else { memory.kept },
        broken: if counted
            && matches!(expectation.promise, Promise::Latency { .. } | Promise::Answered { .. })
        {
            memory.against
        } else if counted {
            u64::from(tested && !holds)
        } else {
            memory.broken
        },
        open: memory.processes.len() as u64
            * u64::from(matches!(expectation.promise, Promise::LeadsTo { .. })),
        first: first.filter(|_| tested && !holds),
        measured,
    }
}
