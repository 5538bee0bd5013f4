//! Hostile input: every parser on what once broke it, and on thousands of changed seeds, the same in every run.
//!
//! `fuzz/` goes on with this for as long as one likes, and with a fuzzer that looks into the program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

// In a program of its own: memory is counted for all of it.
#[path = "../../fuzz/src/memory.rs"]
#[allow(unsafe_code, reason = "an allocator is")]
mod memory;
#[path = "../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../fuzz/src/parsers.rs"]
mod parsers;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use mutate::{Random, mutate};

/// Changed inputs tried on each parser; `HOSTILE_ROUNDS` asks for more.
const TRIED: usize = 600;

/// The length of inputs that are one piece of a seed over and over.
const SWOLLEN: usize = 900_000;

/// One parser at a time: what it allocates is counted.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs a parser; a panic, or too much memory for the length of the input, says on which input.
fn run(parser: &parsers::Parser, name: &str, input: &[u8], what: &str) -> bool {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (result, bytes) = memory::most_during(|| std::panic::catch_unwind(|| (parser.run)(name, input)));
    let shown = || String::from_utf8_lossy(&input[..input.len().min(4_000)]);
    let understood = result.unwrap_or_else(|_| panic!("{} on {what} ({name}):\n{}", parser.name, shown()));
    assert!(
        bytes <= memory::allowed(input.len()),
        "{} took {bytes} bytes for {} on {what} ({name}):\n{}",
        parser.name,
        input.len(),
        shown()
    );
    understood
}

#[test]
fn every_parser_understands_its_seeds() {
    let mut strange = Vec::new();
    // A packed log is changed from a plain one.
    for parser in parsers::PARSERS.iter().filter(|parser| parser.name != "packed-log") {
        let inputs = parser.inputs();
        assert!(!inputs.is_empty(), "{} has no seed", parser.name);
        // Some patterns are there to be refused.
        let refused = |name: &str| parser.name == "pattern" && name.ends_with("_EXC");
        let inputs = inputs.iter().filter(|(name, _)| !refused(name));
        let not_understood = inputs.filter(|(name, input)| !run(parser, name, input, "a seed"));
        strange.extend(not_understood.map(|(name, _)| format!("{}: {name}", parser.name)));
    }
    assert!(strange.is_empty(), "not understood: {}", strange.join(", "));
}

#[test]
fn no_parser_falls_over_changed_input() {
    let rounds = std::env::var("HOSTILE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(TRIED);
    for parser in parsers::PARSERS {
        let inputs: Vec<(String, Vec<u8>)> =
            parser.inputs().into_iter().filter(|(_, input)| input.len() < 30_000).collect();
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        for round in 0..rounds {
            let (name, mut input) = inputs[random.below(inputs.len())].clone();
            let other = &inputs[random.below(inputs.len())].1;
            mutate(&mut input, other, &mut random);
            run(parser, &name, &input, &format!("change {round}"));
        }
    }
}

#[test]
fn no_parser_falls_over_one_piece_repeated() {
    for parser in parsers::PARSERS {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for (name, seed) in parser.inputs() {
            // A stretch of a seed, where the seed has it, until the input is long.
            let from = random.below(seed.len());
            let to = (from + 1 + random.below(200)).min(seed.len());
            let mut input = seed[..to].to_vec();
            while input.len() + seed.len() - to < SWOLLEN {
                input.extend_from_slice(&seed[from..to]);
            }
            input.extend_from_slice(&seed[to..]);
            run(parser, &name, &input, &format!("bytes {from} to {to} repeated"));
        }
    }
}

#[test]
fn what_was_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile");
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        // Named by parser, number and the file it stands for: `log.1.running.xes`.
        let name = entry.file_name().to_string_lossy().into_owned();
        let mut parts = name.splitn(3, '.');
        let Some(parser) = parts.next().and_then(parsers::parser) else { continue };
        let file = parts.nth(1).unwrap_or_default();
        run(parser, file, &std::fs::read(entry.path()).unwrap(), &name);
    }
}
