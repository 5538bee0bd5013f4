//! The fuzz target's check on mutated cases, for as many seconds as asked: no nightly compiler needed.
//!
//! It prints how many inputs were tried, how many were valid patterns and matches, and the slowest input for
//! its length: a blow-up would show there.

mod check_pattern;

use std::time::{Duration, Instant};

const SEEDS: &str = include_str!("../../tests/data/event-patterns/excerpt.jsonl");

const WORDS: [&str; 30] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "*",
    "null",
    "true",
    "\"$or\":",
    "{\"exists\":false}",
    "{\"prefix\":\"a\"}",
    "{\"suffix\":{\"equals-ignore-case\":\"b\"}}",
    "{\"anything-but\":[1,2]}",
    "{\"anything-but\":{\"wildcard\":\"*a*b\"}}",
    "{\"wildcard\":\"*x*y*\"}",
    "{\"numeric\":[\">\",1,\"<=\",5e3]}",
    "{\"cidr\":\"10.0.0.0/8\"}",
    "1e400",
    "-0.0",
    "3",
    "\"a\":",
    "\"b\":",
    "\"a.b\":",
    "\\u00e9",
    "\\ud83d\\ude80",
    "aaaaaaaaaaaaaaaa",
    "[[[[[[[[",
];

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let field = |line: &str, name: &str| -> String {
        // The cases are JSON of our own making: a field's text is found by its name and unescaped.
        let start = line.find(&format!("\"{name}\": \"")).map_or(0, |at| at + name.len() + 5);
        let mut text = String::new();
        let mut letters = line[start..].chars();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => match letters.next() {
                    Some('n') => text.push(' '),
                    Some(other) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        text
    };
    SEEDS
        .lines()
        .map(|line| format!("{}\n{}", field(line, "pattern"), field(line, "event")).into_bytes())
        .collect()
}

fn mutate(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        // Patterns are shorter than events: half of all changes are theirs.
        let pattern = input.iter().position(|&byte| byte == b'\n').unwrap_or(0);
        let at = if random.below(2) == 0 { random.below(pattern) } else { random.below(input.len() + 1) };
        let to = (at + random.below(24)).min(input.len());
        match random.below(7) {
            0 => drop(input.drain(at..to)),
            1 => drop(input.splice(at..at, WORDS[random.below(WORDS.len())].bytes())),
            2 if at < input.len() => input[at] = (random.below(256)) as u8,
            3 => {
                let copy = input[at..to].to_vec();
                for _ in 0..random.below(20) {
                    input.splice(at..at, copy.iter().copied());
                }
            }
            4 => {
                let from = random.below(other.len() + 1);
                let until = (from + random.below(60)).min(other.len());
                input.splice(at..to, other[from..until].iter().copied());
            }
            5 if at < input.len() => input[at] ^= 1 << random.below(8),
            _ => drop(input.splice(at..to, WORDS[random.below(WORDS.len())].bytes())),
        }
        input.truncate(20_000);
    }
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(60);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut pool = seeds();
    let (mut tried, mut valid, mut matched) = (0_u64, 0_u64, 0_u64);
    let mut slowest = (Duration::ZERO, Vec::new());
    while Instant::now() < end {
        let mut input = pool[random.below(pool.len())].clone();
        let other = pool[random.below(pool.len())].clone();
        mutate(&mut input, &other, &mut random);
        let start = Instant::now();
        let check_pattern::Outcome { valid: is_valid, matched: is_match } = check_pattern::check(&input);
        let took = start.elapsed();
        if took > slowest.0 {
            slowest = (took, input.clone());
        }
        tried += 1;
        valid += u64::from(is_valid);
        matched += u64::from(is_match);
        if is_valid && pool.len() < 4_000 {
            pool.push(input);
        } else if is_valid {
            let at = random.below(pool.len());
            pool[at] = input;
        }
    }
    println!("{tried} inputs, {valid} of them a valid pattern and a valid event, {matched} matches");
    println!(
        "slowest: {:?} for {} bytes: {}",
        slowest.0,
        slowest.1.len(),
        String::from_utf8_lossy(&slowest.1[..slowest.1.len().min(300)])
    );
}
