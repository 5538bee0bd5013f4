//! A parser on changed seeds, for as many seconds as asked: no nightly compiler needed.
//!
//! `random PARSER SECONDS [FOLDER]` prints how many inputs were tried and how many were understood, the slowest
//! input for its length and the one that took the most memory, and writes what broke the rules into the folder:
//! a panic, or more than a second or 100 MB for a megabyte of input.

mod memory;
mod mutate;
mod parsers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mutate::{Random, mutate};

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
        let start = Instant::now();
        let (result, memory) =
            memory::most_during(|| catch_unwind(AssertUnwindSafe(|| (parser.run)(&name, &input))));
        let took = start.elapsed();
        tried += 1;
        let share = input.len() as f64 / 1e6 + 0.001;
        if took.as_secs_f64() / share > slowest.0 {
            slowest = (took.as_secs_f64() / share, took, input.len());
        }
        if memory as f64 / share > largest.0 {
            largest = (memory as f64 / share, memory, input.len());
        }
        // A second a megabyte, and a little to begin with.
        let time = Duration::from_secs_f64(0.5 + input.len() as f64 / 1e6);
        let kind = match &result {
            Err(_) => "panic",
            Ok(_) if took > time => "slow",
            Ok(_) if memory > memory::allowed(input.len()) => "large",
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
