//! Speed of the simulator: the event queue against heaps, a three-stage pipeline bare and through the whole broker,
//! the sample boards, many seeds on several threads; and the peers SimPy and nexosim on the same pipeline where they
//! are installed.
//!
//! `cargo bench --no-default-features --bench simulation`, or some of it: `… -- bare peers`. Figures of different
//! runs are not comparable on a shared machine; the ratios inside one run are. They are taken in user time. SimPy is
//! looked for under the Python named by `PYTHON`; nexosim is a package of its own in `benches/peers/nexosim`, because
//! it brings an executor along.
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
            vec![Output { message, when: When::Always, link: None, to, call: None, deadline: u64::MAX }]
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

/// Seconds of user time this process has used, or its children when asked: what other programs on the machine do
/// hardly touches it. The time of the clock where there is no `/proc`.
fn user_seconds(children: bool) -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = *START.get_or_init(Instant::now);
    let ticks = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
        // The name in brackets may hold blanks; user time is the twelfth field behind it, that of children the
        // fourteenth.
        let behind = stat.rsplit_once(')')?.1;
        behind.split_whitespace().nth(if children { 13 } else { 11 })?.parse::<f64>().ok()
    });
    ticks.map_or_else(|| start.elapsed().as_secs_f64(), |ticks| ticks / 100.0)
}

fn run(name: &str, model: Model, messages: u64) -> f64 {
    let mut simulation = Simulation::of_model(Arc::new(model), 1, false);
    let start = user_seconds(false);
    simulation.run();
    let seconds = user_seconds(false) - start;
    let rate = messages as f64 / seconds;
    println!(
        "  {name:<34} {:>6.2} M messages/s  {:>6.2} M events/s  ({seconds:.2} s)",
        rate / 1e6,
        simulation.steps() as f64 / seconds / 1e6
    );
    rate
}

const SAMPLES: [&str; 4] =
    ["avatar-store/orchestration", "avatar-store/synchronous", "pizza/event-driven", "procurement/healthy"];

fn sample(name: &str) -> Arc<Model> {
    let path = format!("{}/sample-boards/{name}.ron", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the sample is in the repository");
    let board = format::read(&text, format::Syntax::Ron).expect("the sample is a board");
    Arc::new(compile(&board, None).expect("the sample runs"))
}

fn samples(wanted: &dyn Fn(&str) -> bool) {
    println!("Sample boards, first scenario");
    for name in SAMPLES.into_iter().filter(|name| wanted(name)) {
        let model = sample(name);
        let start = user_seconds(false);
        let (mut events, mut messages, mut runs) = (0, 0, 0);
        while user_seconds(false) - start < 1.0 {
            let mut simulation = Simulation::of_model(Arc::clone(&model), runs, false);
            simulation.run();
            events += simulation.steps();
            messages += simulation.message_metrics().map(|(_, metrics)| metrics.sent).sum::<u64>();
            runs += 1;
        }
        let seconds = user_seconds(false) - start;
        println!(
            "  {name:<34} {:>6.2} M messages/s  {:>6.2} M events/s  {:.1} ms a run",
            messages as f64 / seconds / 1e6,
            events as f64 / seconds / 1e6,
            seconds / runs as f64 * 1e3
        );
    }
}

/// Many seeds at once, on one thread and on all: the runs alone, and a search that shrinks what it finds.
fn threads() {
    let model = sample("avatar-store/orchestration");
    for (what, drawn) in [("64 runs", false), ("A search of 64 runs", true)] {
        println!("{what} of avatar-store/orchestration");
        let options = isobar::simulation::search::Options { runs: 64, seed: 1, drawn };
        let mut alone = 0.0;
        for count in [1, std::thread::available_parallelism().map_or(1, usize::from)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().expect("threads");
            let start = Instant::now();
            pool.install(|| isobar::simulation::search::search(&model, options, || {}));
            let seconds = start.elapsed().as_secs_f64();
            alone = if count == 1 { seconds } else { alone };
            println!("  {count} threads  {seconds:>6.2} s  {:.2} times as fast as one", alone / seconds);
        }
    }
}

/// Asks a peer for its messages a second of user time. It prints how many messages it sent through the pipeline.
fn peer(name: &str, command: &mut std::process::Command, own: f64, hint: &str) {
    let before = user_seconds(true);
    let Ok(output) = command.output() else { return println!("  {name}: skipped, {hint}") };
    let seconds = user_seconds(true) - before;
    match String::from_utf8_lossy(&output.stdout).trim().parse::<f64>() {
        Ok(messages) => {
            let rate = messages / seconds;
            println!("  {name:<10} {:>10.0} messages/s; Isobar is {:.1} times as fast", rate, own / rate);
        }
        Err(_) => println!("  {name}: skipped, {hint}"),
    }
}

fn peers(bare: f64, brokered: f64) {
    let folder = format!("{}/benches/peers", env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let nexosim = format!("{folder}/nexosim/target/release/nexosim-pipeline");
    for (words, own) in [("bare", bare), ("through the broker", brokered)] {
        println!("Peers on the same pipeline, which has no broker there; Isobar {words}");
        let mut simpy = std::process::Command::new(&python);
        simpy.arg(format!("{folder}/simpy_pipeline.py"));
        peer("SimPy", &mut simpy, own, "not installed (pip install simpy)");
        let hint = "not built (cargo build --release --manifest-path benches/peers/nexosim/Cargo.toml)";
        peer("nexosim", &mut std::process::Command::new(&nexosim), own, hint);
    }
}

fn main() {
    // `-- bare samples`: only some of it.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |what: &str| words.is_empty() || words.iter().any(|word| what.contains(word.as_str()));
    if wanted("queue") {
        queues();
    }
    let messages = 2_000_000;
    let (mut bare, mut through) = (f64::NAN, f64::NAN);
    println!("Pipeline of three single-server stages, λ 0.8, μ 1, 1.25, 1.6; user time");
    if wanted("bare") {
        bare = run("bare", straight(messages), messages);
    }
    if wanted("broker") {
        through = run("queues, time-outs, retries, dedupe", brokered(messages), messages);
    }
    if wanted("peers") {
        peers(bare, through);
    }
    samples(&wanted);
    if wanted("threads") {
        threads();
    }
}
