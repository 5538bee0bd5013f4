//! Hostile input: every parser on what once broke it, and on thousands of changed seeds, the same in every run.
//!
//! `fuzz/` goes on with this for as long as one likes, and with a fuzzer that looks into the program.

#[path = "../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../fuzz/src/parsers.rs"]
mod parsers;

use std::path::Path;

use mutate::{Random, mutate};

/// Changed inputs tried on each parser; `HOSTILE_ROUNDS` asks for more.
const TRIED: usize = 600;

/// Runs a parser; a panic says on which input.
fn run(parser: &parsers::Parser, name: &str, input: &[u8], what: &str) -> bool {
    let result = std::panic::catch_unwind(|| (parser.run)(name, input));
    result.unwrap_or_else(|_| {
        panic!("{} on {what} ({name}):\n{}", parser.name, String::from_utf8_lossy(input));
    })
}

#[test]
fn every_parser_understands_its_seeds() {
    let mut strange = Vec::new();
    // A packed log is changed from a plain one.
    for parser in parsers::PARSERS.iter().filter(|parser| parser.name != "packed-log") {
        let inputs = parser.inputs();
        assert!(!inputs.is_empty(), "{} has no seed", parser.name);
        let not_understood = inputs.iter().filter(|(name, input)| !run(parser, name, input, "a seed"));
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
