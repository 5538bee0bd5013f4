//! Events matched per second, from bytes to the rules that match: Isobar, the crate `quamina` and a naïve
//! matcher side by side in one run.
//!
//! `cargo bench --no-default-features --bench filters`, or some of it: `… -- numeric arrays`. The events are generated with the distribution of
//! city-lot records (772 bytes on average); `ISOBAR_LOTS=DIR` reads `cl2.jsonl` and `cl2_rules.json` from a
//! folder instead, and `ISOBAR_LOTS_EVENTS=N` sets how many events are used.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use isobar::pattern::{Pattern, PatternSet, Scratch};
use quamina::Quamina;
use serde_json::Value;

#[path = "filters/lots.rs"]
mod lots;
#[path = "../src/pattern/tests/naive.rs"]
#[expect(clippy::unwrap_used, reason = "shared with the tests, where patterns are known to be valid")]
mod naive;

/// Rounds of each engine; the best counts.
const ROUNDS: usize = 5;
/// The naïve matcher judges one event in so many.
const NAIVE_SHARE: usize = 50;

/// The time this thread has had on a processor, where the system tells; else the time on the wall. Other programs on
/// the machine then count less.
struct Clock {
    wall: Instant,
    processor: Option<f64>,
}

impl Clock {
    fn now() -> Clock {
        Clock { wall: Instant::now(), processor: Clock::processor() }
    }

    /// Seconds since.
    fn elapsed(&self) -> f64 {
        match (self.processor, Clock::processor()) {
            (Some(before), Some(after)) => after - before,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }

    /// Linux: nanoseconds on a processor, as the first number. The count is brought up to date when a thread yields.
    fn processor() -> Option<f64> {
        std::thread::yield_now();
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(text.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
    }
}

fn main() {
    let lots = lots::load();
    let bytes: usize = lots.events.iter().map(Vec::len).sum();
    println!("{} events of {} bytes on average", lots.events.len(), bytes / lots.events.len());
    println!(
        "{:<22} {:>6} {:>12} {:>10} {:>12} {:>6} {:>12} {:>10} {:>10}  one in {NAIVE_SHARE} by naive",
        "family",
        "rules",
        "isobar ev/s",
        "5 rules/",
        "quamina ev/s",
        "ratio",
        "naive ev/s",
        "matches",
        "quamina's"
    );
    let mut of_five = BTreeMap::new();
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .map(|word| word.to_uppercase())
        .collect();
    for (family, rules) in &lots.families {
        let name = format!("{family}_{}", rules.len());
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            run(family, rules, &lots.events, &mut of_five);
        }
    }
}

/// One line of the table. `of_five` keeps the speed of each family with five rules, to compare larger ones with.
fn run(family: &str, rules: &[String], events: &[Vec<u8>], of_five: &mut BTreeMap<String, f64>) {
    let mut set = PatternSet::new();
    for rule in rules {
        set.add(&Pattern::parse(rule).expect("a valid rule"));
    }
    let mut quamina = Quamina::new();
    let added = rules.iter().enumerate().filter(|(id, rule)| quamina.add_pattern(*id, rule).is_ok()).count();
    if added < rules.len() {
        println!(
            "({family}: quamina holds {added} of {} rules, the rest is too complex for it)",
            rules.len()
        );
    }
    let mut scratch = Scratch::new();
    let mut found = Vec::new();
    let (mut best, mut best_quamina) = (f64::INFINITY, f64::INFINITY);
    let (mut matches, mut matches_quamina) = (0, 0);
    for _ in 0..ROUNDS {
        let start = Clock::now();
        matches = 0;
        for event in events {
            found.clear();
            set.matches_into(event, &mut scratch, &mut found).expect("a valid event");
            matches += black_box(&found).len();
        }
        best = best.min(start.elapsed());
        let start = Clock::now();
        matches_quamina = 0;
        for event in events {
            matches_quamina += black_box(quamina.matches_for_event(event).expect("a valid event")).len();
        }
        best_quamina = best_quamina.min(start.elapsed());
    }
    let sample: Vec<&Vec<u8>> = events.iter().step_by(NAIVE_SHARE).collect();
    let (rate, verdict) = naive_rate(rules, &sample, |event| {
        found.clear();
        set.matches_into(event, &mut scratch, &mut found).expect("a valid event");
        found.len()
    });
    let count = events.len() as f64;
    let kind = family.trim_start_matches(lots::FROM_FILE);
    if rules.len() == 5 {
        of_five.insert(kind.to_owned(), count / best);
    }
    let slower =
        of_five.get(kind).map_or_else(|| "-".to_owned(), |five| format!("{:.2}", five * best / count));
    println!(
        "{family:<22} {:>6} {:>12.0} {slower:>10} {:>12.0} {:>6.2} {rate:>12.0} {matches:>10} {matches_quamina:>10}  {verdict}",
        rules.len(),
        count / best,
        count / best_quamina,
        best_quamina / best,
    );
}

/// The naïve matcher's speed, and whether it finds as many matches in each event.
fn naive_rate(
    rules: &[String],
    sample: &[&Vec<u8>],
    mut matches: impl FnMut(&[u8]) -> usize,
) -> (f64, &'static str) {
    let parsed: Vec<Value> = rules.iter().map(|rule| serde_json::from_str(rule).expect("JSON")).collect();
    // Long lists of rules are judged on fewer events.
    let sample = &sample[..sample.len().min(1 + 200_000 / rules.len().max(1) / 10)];
    let mut counts = Vec::new();
    let start = Clock::now();
    for event in sample {
        let event: Value = serde_json::from_slice(event).expect("JSON");
        counts.push(parsed.iter().filter(|rule| naive::matches(rule, &event)).count());
    }
    let rate = sample.len() as f64 / start.elapsed();
    let agrees = sample.iter().zip(counts).all(|(event, count)| matches(event) == count);
    (rate, if agrees { "agrees" } else { "DIFFERS" })
}
