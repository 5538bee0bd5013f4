//! A parser on changed seeds, for as many seconds as asked: no nightly compiler needed.
//!
//! `random PARSER SECONDS [FOLDER]` prints how many inputs were tried and how many were understood, the slowest
//! input for its length and the one that took the most memory, and writes what broke the rules into the folder:
//! a panic, or more than a second or 100 MB for a megabyte of input.

mod mutate;
mod parsers;

use std::alloc::{GlobalAlloc, Layout, System};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mutate::{Random, mutate};

/// Counts what is in use, and the most that was.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is handed on to the system's allocator; only sizes are counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(used, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What an input may cost: a second and 100 MB a megabyte, and a little to begin with.
fn allowed(length: usize) -> (Duration, usize) {
    let share = length as f64 / 1e6;
    (Duration::from_secs_f64(0.5 + share), 16_000_000 + (share * 100e6) as usize)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("", String::as_str);
    let Some(parser) = parsers::parser(name) else {
        let names: Vec<&str> = parsers::PARSERS.iter().map(|parser| parser.name).collect();
        eprintln!("which parser? {}", names.join(", "));
        std::process::exit(2);
    };
    let seconds = arguments.get(1).and_then(|text| text.parse().ok()).unwrap_or(60);
    let folder = PathBuf::from(arguments.get(2).map_or("found", String::as_str));
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut pool = parser.inputs();
    let (mut tried, mut understood, mut broken) = (0_u64, 0_u64, 0_u64);
    let mut slowest = (0.0, Duration::ZERO, 0);
    let mut largest = (0.0, 0, 0);
    while Instant::now() < end {
        let (name, mut input) = pool[random.below(pool.len())].clone();
        let other = pool[random.below(pool.len())].1.clone();
        mutate(&mut input, &other, &mut random);
        let before = USED.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| (parser.run)(&name, &input)));
        let took = start.elapsed();
        let memory = MOST.load(Ordering::Relaxed).saturating_sub(before);
        tried += 1;
        let share = input.len() as f64 / 1e6 + 0.001;
        if took.as_secs_f64() / share > slowest.0 {
            slowest = (took.as_secs_f64() / share, took, input.len());
        }
        if memory as f64 / share > largest.0 {
            largest = (memory as f64 / share, memory, input.len());
        }
        let (time, bytes) = allowed(input.len());
        let kind = match &result {
            Err(_) => "panic",
            Ok(_) if took > time => "slow",
            Ok(_) if memory > bytes => "large",
            Ok(_) => "",
        };
        if !kind.is_empty() {
            broken += 1;
            let _ = std::fs::create_dir_all(&folder);
            let file = folder.join(format!("{}-{kind}-{broken}-{name}", parser.name));
            println!("{kind}: {took:?}, {memory} bytes for {} bytes: {}", input.len(), file.display());
            let _ = std::fs::write(file, &input);
        }
        let fine = result.unwrap_or(false);
        understood += u64::from(fine);
        if fine && pool.len() < 2_000 {
            pool.push((name, input));
        } else if fine {
            let at = random.below(pool.len());
            pool[at] = (name, input);
        }
    }
    println!("{}: {tried} inputs, {understood} of them understood, {broken} broke a rule", parser.name);
    println!("slowest for its length: {:?} for {} bytes", slowest.1, slowest.2);
    println!("most memory for its length: {} bytes for {} bytes", largest.1, largest.2);
}
