//! Speed of the simulator: the event queue against heaps, a three-stage pipeline bare and through the whole broker,
//! the sample boards, and SimPy on the same pipeline when it is installed.
//!
//! `cargo bench --no-default-features --bench simulation`. Figures of different runs are not comparable on a shared
//! machine; the ratios inside one run are. The nexosim peer (crate `nexosim` 1.0, the pipeline of its own benchmark
//! style: one model a stage, `schedule_event` for service ends, one thread) is not a dependency of this crate because
//! it brings an executor; run it beside this in its own package.
#![allow(clippy::print_stdout, missing_docs)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Instant;

use isobar::board::{ChannelKind, Span, format};
use isobar::simulation::Simulation;
use isobar::simulation::broker::presets;
use isobar::simulation::compile::compile;
use isobar::simulation::distribution::Sampler;
use isobar::simulation::model::{Arrivals, Hop, HopIx, Model, Output, Reaction, Service, Target, When};
use isobar::simulation::queue::EventQueue;
use isobar::simulation::random::Stream;
use isobar::topology::MessageKind;

const SECOND: f64 = 1e9;
const MEANS: [f64; 3] = [1.0, 0.8, 0.625];

/// A 4-ary heap keyed (time, sequence): the peer the event queue has to beat.
#[derive(Default)]
struct QuadHeap {
    items: Vec<(u64, u64, u64)>,
}

impl QuadHeap {
    fn push(&mut self, item: (u64, u64, u64)) {
        let mut at = self.items.len();
        self.items.push(item);
        while at > 0 {
            let parent = (at - 1) / 4;
            if self.items[parent] <= item {
                break;
            }
            self.items[at] = self.items[parent];
            at = parent;
        }
        self.items[at] = item;
    }

    fn pop(&mut self) -> Option<(u64, u64, u64)> {
        let first = *self.items.first()?;
        let last = self.items.pop()?;
        let (len, mut at) = (self.items.len(), 0);
        if len == 0 {
            return Some(first);
        }
        while let Some(child) = (4 * at + 1..(4 * at + 5).min(len)).min_by_key(|child| self.items[*child]) {
            if self.items[child] >= last {
                break;
            }
            self.items[at] = self.items[child];
            at = child;
        }
        self.items[at] = last;
        Some(first)
    }
}

/// Pops and pushes again with so many pending: the hold model. Answers nanoseconds an operation pair.
fn hold(pending: u64, mut push: impl FnMut(u64, u64), mut pop: impl FnMut() -> Option<u64>, name: &str) {
    let mut stream = Stream::new(1, "hold");
    let mut pause = || (stream.exponential() * SECOND) as u64;
    for number in 0..pending {
        push(pause(), number);
    }
    let rounds = 2_000_000u64;
    let start = Instant::now();
    let mut last = 0;
    for number in 0..rounds {
        if let Some(now) = pop() {
            last = now;
            push(now + pause(), pending + number);
        }
    }
    let each = start.elapsed().as_secs_f64() * 1e9 / rounds as f64;
    println!("  {name:<12} {pending:>8} pending  {each:>7.1} ns a pop and push  (clock {last})");
}

fn queues() {
    println!("Event queue, hold model, exponential pauses");
    for pending in [4, 1_000, 100_000] {
        let heap = std::cell::RefCell::new(BinaryHeap::new());
        let push = |time, number| heap.borrow_mut().push(Reverse((time, number, number)));
        hold(pending, push, || heap.borrow_mut().pop().map(|Reverse((time, ..))| time), "binary heap");
        let quad = std::cell::RefCell::new(QuadHeap::default());
        let push = |time, number| quad.borrow_mut().push((time, number, number));
        hold(pending, push, || quad.borrow_mut().pop().map(|(time, ..)| time), "4-ary heap");
        let wheel = std::cell::RefCell::new(EventQueue::default());
        let push = |time, number: u64| wheel.borrow_mut().push(time, number);
        hold(pending, push, || wheel.borrow_mut().pop_until(u64::MAX).map(|(time, _)| time), "timer wheel");
    }
}

/// The three stages; between them nothing, or the channel that `between` adds.
fn pipeline(messages: u64, between: impl Fn(&mut Model, HopIx) -> HopIx) -> Model {
    let mut model = Model::lasting(Span((messages as f64 / 0.8 * SECOND) as u64));
    let message = model.message("m", MessageKind::Event);
    let mut to = Vec::new();
    for (at, mean) in MEANS.iter().enumerate().rev() {
        let latency = Sampler::Exponential(mean * SECOND);
        let service = model.service(Service { workers: 1, ..Service::new(format!("stage {at}"), latency) });
        let outputs = if to.is_empty() {
            Vec::new()
        } else {
            vec![Output { message, when: When::Always, link: None, to, call: None }]
        };
        let reaction = model.reaction(Reaction::new(service, None, outputs));
        let target = Target::Reaction { reaction, idempotent: true };
        let hop = model.hop(Hop { links: Box::default(), filters: Box::default(), to: target });
        to = vec![between(&mut model, hop)];
    }
    model.entry(message, to, None, Arrivals::Renewal(Sampler::Exponential(SECOND / 0.8)));
    model
}

fn straight(messages: u64) -> Model {
    let mut model = pipeline(messages, |_, hop| hop);
    // Nothing is idempotent on the bare pipeline.
    for hop in &mut model.hops {
        if let Target::Reaction { idempotent, .. } = &mut hop.to {
            *idempotent = false;
        }
    }
    model
}

/// Queues with visibility time-outs, dead letters, retries of failing work and idempotent consumers.
fn brokered(messages: u64) -> Model {
    let mut model = pipeline(messages, |model, hop| {
        let name = format!("queue {}", model.channels.len());
        let channel = model.channel(name, &presets::find("sqs", ChannelKind::Queue).expect("a known preset"));
        model.channels[channel.at()].latency = Sampler::Exponential(0.01 * SECOND);
        model.channels[channel.at()].duplicates = 0.001;
        model.into_channel(channel, vec![hop], Box::default())
    });
    for service in &mut model.services {
        service.failure = 0.01;
    }
    model
}

fn run(name: &str, model: Model, messages: u64) -> f64 {
    let mut simulation = Simulation::of_model(Arc::new(model), 1, false);
    let start = Instant::now();
    simulation.run();
    let seconds = start.elapsed().as_secs_f64();
    let rate = messages as f64 / seconds;
    println!(
        "  {name:<34} {:>6.2} M messages/s  {:>6.2} M events/s  ({seconds:.2} s)",
        rate / 1e6,
        simulation.steps() as f64 / seconds / 1e6
    );
    rate
}

fn samples() {
    println!("Sample boards, first scenario");
    for name in ["avatar-store/orchestration", "avatar-store/synchronous", "pizza/event-driven"] {
        let path = format!("{}/sample-boards/{name}.ron", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the sample is in the repository");
        let board = format::read(&text, format::Syntax::Ron).expect("the sample is a board");
        let model = Arc::new(compile(&board, None).expect("the sample runs"));
        let start = Instant::now();
        let (mut events, mut messages, mut runs) = (0, 0, 0);
        while start.elapsed().as_secs_f64() < 1.0 {
            let mut simulation = Simulation::of_model(Arc::clone(&model), runs, false);
            simulation.run();
            events += simulation.steps();
            messages += simulation.message_metrics().map(|(_, metrics)| metrics.sent).sum::<u64>();
            runs += 1;
        }
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "  {name:<34} {:>6.2} M messages/s  {:>6.2} M events/s  {:.1} ms a run",
            messages as f64 / seconds / 1e6,
            events as f64 / seconds / 1e6,
            seconds / runs as f64 * 1e3
        );
    }
}

fn simpy(own: f64) {
    let script = format!("{}/benches/peers/simpy_pipeline.py", env!("CARGO_MANIFEST_DIR"));
    let Ok(output) = std::process::Command::new("python3").arg(script).output() else {
        return println!("SimPy: skipped, there is no python3");
    };
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim().parse::<f64>() {
        Ok(rate) => {
            println!("SimPy, same pipeline: {rate:.0} messages/s; Isobar is {:.0} times as fast", own / rate);
        }
        Err(_) => println!("SimPy: skipped, not installed (pip install simpy)"),
    }
}

fn main() {
    queues();
    println!("Pipeline of three single-server stages, λ 0.8, μ 1, 1.25, 1.6");
    let messages = 2_000_000;
    let bare = run("bare", straight(messages), messages);
    run("queues, time-outs, retries, dedupe", brokered(messages), messages);
    samples();
    simpy(bare);
}
