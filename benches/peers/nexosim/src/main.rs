//! The three-stage pipeline of benches/simulation.rs in nexosim: one model a stage, `schedule_event` for the end of
//! each service, one thread. Prints how many messages went through.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSource, Output};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

const MESSAGES: u64 = 1_000_000;
const RATE: f64 = 0.8;
const RATES: [f64; 3] = [1.0, 1.25, 1.6];

static DONE: AtomicU64 = AtomicU64::new(0);

/// An exponential pause from a xorshift generator, which is as quick as such a thing can be.
fn pause(state: &mut u64, rate: f64) -> Duration {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    let unit = ((*state >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
    Duration::from_secs_f64((-unit.ln() / rate).max(1e-9))
}

#[derive(Serialize, Deserialize)]
struct Source {
    out: Output<u64>,
    left: u64,
    random: u64,
}

#[Model]
impl Source {
    fn start(&mut self, _: (), cx: &Context<Self>) {
        let pause = pause(&mut self.random, RATE);
        cx.schedule_event(pause, schedulable!(Self::arrive), ()).expect("a moment ahead");
    }

    #[nexosim(schedulable)]
    async fn arrive(&mut self, _: (), cx: &Context<Self>) {
        self.left -= 1;
        self.out.send(self.left).await;
        if self.left > 0 {
            let pause = pause(&mut self.random, RATE);
            cx.schedule_event(pause, schedulable!(Self::arrive), ()).expect("a moment ahead");
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Stage {
    out: Output<u64>,
    rate: f64,
    random: u64,
    waiting: VecDeque<u64>,
    at_work: Option<u64>,
    last: bool,
}

#[Model]
impl Stage {
    async fn take(&mut self, message: u64, cx: &Context<Self>) {
        if self.at_work.is_none() {
            self.begin(message, cx);
        } else {
            self.waiting.push_back(message);
        }
    }

    fn begin(&mut self, message: u64, cx: &Context<Self>) {
        self.at_work = Some(message);
        let pause = pause(&mut self.random, self.rate);
        cx.schedule_event(pause, schedulable!(Self::finish), ()).expect("a moment ahead");
    }

    #[nexosim(schedulable)]
    async fn finish(&mut self, _: (), cx: &Context<Self>) {
        let message = self.at_work.take().expect("what was begun");
        if let Some(next) = self.waiting.pop_front() {
            self.begin(next, cx);
        }
        if self.last {
            DONE.fetch_add(1, Ordering::Relaxed);
        } else {
            self.out.send(message).await;
        }
    }
}

fn main() {
    let mut source = Source { out: Output::default(), left: MESSAGES, random: 88_172_645_463_325_252 };
    let source_mailbox = Mailbox::new();
    let mut stages: Vec<(Stage, Mailbox<Stage>)> = RATES
        .iter()
        .enumerate()
        .map(|(at, rate)| {
            let stage = Stage {
                out: Output::default(),
                rate: *rate,
                random: 777 + at as u64 * 99_991,
                waiting: VecDeque::new(),
                at_work: None,
                last: at + 1 == RATES.len(),
            };
            (stage, Mailbox::new())
        })
        .collect();
    source.out.connect(Stage::take, &stages[0].1);
    for at in 1..stages.len() {
        let (before, after) = stages.split_at_mut(at);
        before[at - 1].0.out.connect(Stage::take, &after[0].1);
    }
    let mut bench = SimInit::with_num_threads(1);
    let start = EventSource::new().connect(Source::start, &source_mailbox).register(&mut bench);
    bench = bench.add_model(source, source_mailbox, "source");
    for (at, (stage, mailbox)) in stages.into_iter().enumerate() {
        bench = bench.add_model(stage, mailbox, &format!("stage {at}"));
    }
    let mut simulation = bench.init(MonotonicTime::EPOCH).expect("a sound model");
    simulation.process_event(&start, ()).expect("a first event");
    while DONE.load(Ordering::Relaxed) < MESSAGES {
        simulation.step().expect("the next event");
    }
    println!("{}", DONE.load(Ordering::Relaxed));
}
