//! An existing board fitted to a log: arrival rates, latencies, shares of outcomes, and the outages that happened.

use std::collections::BTreeMap;

use super::index::Log;
use super::stats::percentile;
use super::time::{SECOND, duration_text};
use super::tracks::Tracks;
use crate::board::{
    Arrivals, Board, Distribution, Expectation, Fault, LinkId, Outcome, Scenario, Span, Stimulus,
};
use crate::topology::{MessageIx, PartyIx, ReactionIx, Topology};

mod beside;

pub use beside::{AS_CAPTURED, Bar, BesideError, Pair, WhatIf, beside, refine, text, what_if};

/// Fewer measurements than this change nothing.
pub const ENOUGH: usize = 20;

/// A silence is an outage when it is so many times as long as the service's 99th percentile.
const OUTAGE_FACTOR: i64 = 5;

/// One number of the board and what the log says it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// What was fitted: `Balance: latency`.
    pub what: String,
    /// What the board said; empty when it said nothing.
    pub before: String,
    /// What the log says.
    pub after: String,
    /// How many measurements it rests on.
    pub n: usize,
}

/// A board fitted to a log.
#[derive(Clone, Debug)]
pub struct Calibrated {
    /// The board with the measured numbers, and two scenarios: `as captured` with the log's own arrivals and outages,
    /// and `at captured rates`.
    pub board: Board,
    /// What changed.
    pub fits: Vec<Fit>,
    /// What was measured for each service, in nanoseconds, sorted: to be shown beside a simulation's.
    pub latencies: BTreeMap<String, Vec<i64>>,
}

/// Times at which a party got something to do, and how long it took.
type Work = BTreeMap<PartyIx, Vec<(i64, i64)>>;

/// What a log says of a board.
#[derive(Default)]
struct Measured {
    work: Work,
    /// How often each of several outcomes came.
    outcomes: BTreeMap<(ReactionIx, LinkId), usize>,
    /// When messages came from outside.
    arrivals: BTreeMap<MessageIx, Vec<i64>>,
}

fn measure(board: &Board, topology: &Topology, log: &Log) -> Measured {
    let tracks = Tracks::new(board, topology, log);
    let causes = log.causes();
    let mut measured = Measured::default();
    for event in log.events(0..log.len()) {
        let matched = tracks.matched();
        let Some(message) = matched.message(event.type_number()) else { continue };
        if matched.is_reply(event.type_number()) {
            continue;
        }
        let Some(cause) = causes.of(event.row()).and_then(|row| log.event(row)) else {
            if !event.names_cause() {
                measured.arrivals.entry(message).or_default().push(event.time());
            }
            continue;
        };
        if event.says_again() {
            // When another attempt was made says how long the sender waited, not how long the work takes.
            continue;
        }
        let Some(reaction) = tracks.sender(&event, Some(&cause)) else { continue };
        if let Some(party) = topology[reaction].host {
            measured.work.entry(party).or_default().push((cause.time(), event.time() - cause.time()));
        }
        let sent = topology[reaction].outputs.iter().find(|o| o.message == message);
        if let Some(output) = sent.filter(|o| matches!(o.outcome, Outcome::OneOf(_))) {
            *measured.outcomes.entry((reaction, output.link)).or_insert(0) += 1;
        }
    }
    measured
}

/// Fits a board to a log that names causes. What the log says too little about stays as it is.
pub fn calibrate(board: &Board, topology: &Topology, log: &Log) -> Calibrated {
    let measured = measure(board, topology, log);
    let mut done = Calibrated { board: board.clone(), fits: Vec::new(), latencies: BTreeMap::new() };
    fit_latencies(&mut done, topology, &measured.work);
    fit_outcomes(&mut done, &measured.outcomes);
    add_scenarios(&mut done, topology, log, &measured);
    done
}

fn fit_latencies(done: &mut Calibrated, topology: &Topology, work: &Work) {
    for (party, taken) in work {
        let name = topology[*party].name.clone();
        let mut times: Vec<i64> = taken.iter().map(|(_, took)| (*took).max(0)).collect();
        times.sort_unstable();
        if times.len() >= ENOUGH {
            let span = |p| Span::from_nanos(percentile(&times, p) as u64);
            let fitted = Distribution::LogNormal { median: span(0.5), p99: span(0.99) };
            let service = done.board.services.entry(name.clone()).or_default();
            done.fits.push(Fit {
                what: format!("{name}: latency"),
                before: service.latency.as_ref().map_or_else(String::new, in_words),
                after: in_words(&fitted),
                n: times.len(),
            });
            service.latency = Some(fitted);
        }
        done.latencies.insert(name, times);
    }
}

fn fit_outcomes(done: &mut Calibrated, outcomes: &BTreeMap<(ReactionIx, LinkId), usize>) {
    for ((reaction, link), count) in outcomes {
        let of_reaction = outcomes.iter().filter(|((r, _), _)| r == reaction);
        let total: usize = of_reaction.map(|(_, n)| n).sum();
        let Some(row) = done.board.links.get_mut(link).filter(|_| total >= ENOUGH) else { continue };
        let Outcome::OneOf(before) = row.outcome else { continue };
        let (from, to) = (row.from, row.to);
        let after = (*count as f64 / total as f64 * 1000.0).round() / 10.0;
        row.outcome = Outcome::OneOf(after);
        let name = |sticky| done.board.stickies.get(&sticky).map_or("", |s| &s.name);
        let what = format!("{} to {}: weight", name(from), name(to));
        done.fits.push(Fit { what, before: before.to_string(), after: after.to_string(), n: total });
    }
}

fn add_scenarios(done: &mut Calibrated, topology: &Topology, log: &Log, measured: &Measured) {
    let Measured { work, arrivals, .. } = measured;
    let Some((first, last)) = log.span() else { return };
    let since_start = |time: i64| Span::from_nanos(time.saturating_sub(first).max(0) as u64);
    let seconds = ((last - first) as f64 / SECOND as f64).max(1e-9);
    let stimuli = |own: bool| -> Vec<Stimulus> {
        let one = |(message, times): (&MessageIx, &Vec<i64>)| Stimulus {
            entry: topology[*message].name.clone(),
            arrivals: if own {
                Arrivals::At(times.iter().map(|t| since_start(*t)).collect())
            } else {
                Arrivals::Poisson(times.len() as f64 / seconds)
            },
            ..Stimulus::default()
        };
        arrivals.iter().map(one).collect()
    };
    for (message, times) in arrivals {
        done.fits.push(Fit {
            what: format!("{}: arrivals a second", topology[*message].name),
            before: String::new(),
            after: format!("{:.4}", times.len() as f64 / seconds),
            n: times.len(),
        });
    }
    let faults: Vec<Fault> =
        work.iter().flat_map(|(party, taken)| outages(&topology[*party].name, taken, first)).collect();
    let duration = Some(since_start(last));
    let expectations = promises(&done.board);
    let scenario = |description: &str, own| Scenario {
        description: description.to_owned(),
        duration,
        stimuli: stimuli(own),
        faults: if own { faults.clone() } else { Vec::new() },
        expectations: expectations.clone(),
        ..Scenario::default()
    };
    let captured =
        scenario("The arrivals of the captured log at their own moments, and the outages it shows.", true);
    let rates = scenario("Arrivals at the rates of the captured log, without its outages.", false);
    done.board.scenarios.insert(AS_CAPTURED.to_owned(), captured);
    done.board.scenarios.insert("at captured rates".to_owned(), rates);
}

/// What the board promises about processes in any of its scenarios, each once: it must hold under the log's load too.
fn promises(board: &Board) -> Vec<Expectation> {
    let mut found: Vec<Expectation> = Vec::new();
    for expectation in board.scenarios.values().flat_map(|scenario| &scenario.expectations) {
        if super::conformance::can_be_judged(expectation) && !found.contains(expectation) {
            found.push(expectation.clone());
        }
    }
    found
}

/// Silences of a service while it had work: at least five triggers came, and nothing went out for much longer than it
/// takes as a rule.
fn outages(name: &str, taken: &[(i64, i64)], start: i64) -> Vec<Fault> {
    let mut sent: Vec<i64> = taken.iter().map(|(at, took)| at + took).collect();
    let mut got: Vec<i64> = taken.iter().map(|(at, _)| *at).collect();
    let mut times: Vec<i64> = taken.iter().map(|(_, took)| *took).collect();
    for list in [&mut sent, &mut got, &mut times] {
        list.sort_unstable();
    }
    // The 90th percentile: outages themselves reach into the 99th.
    let usual = percentile(&times, 0.9).max(1);
    let mut found = Vec::new();
    for pair in sent.windows(2) {
        let waiting = got.partition_point(|t| *t < pair[1]) - got.partition_point(|t| *t <= pair[0]);
        if waiting >= 5 && pair[1] - pair[0] > OUTAGE_FACTOR.saturating_mul(usual) {
            found.push(Fault {
                target: name.to_owned(),
                at: Some(Span::from_nanos((pair[0] - start).max(0) as u64)),
                lasts: Some(Span::from_nanos((pair[1] - pair[0]) as u64)),
                ..Fault::default()
            });
        }
    }
    found
}

/// A distribution as people say it.
fn in_words(distribution: &Distribution) -> String {
    let said = |span: &Span| duration_text(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX));
    match distribution {
        Distribution::Constant(span) => format!("always {}", said(span)),
        Distribution::Uniform(low, high) => format!("{} to {}", said(low), said(high)),
        Distribution::Exponential(mean) => format!("exponential, mean {}", said(mean)),
        Distribution::LogNormal { median, p99 } => format!("median {}, p99 {}", said(median), said(p99)),
        Distribution::Weibull { scale, shape } => format!("Weibull, scale {}, shape {shape}", said(scale)),
        Distribution::Empirical(values) => format!("one of {} measured values", values.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::board::FaultKind;
    use crate::replay::testing::{board, log};
    use crate::topology::derive;

    /// A purchase a second; Stock takes 20 ms but is away from second 100 to 130, and every fifth fails.
    fn captured() -> (Board, Log) {
        let mut board = board(
            "Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Service:Stock -> Event:Reserved",
        );
        let failed = crate::board::StickyId(board.id_gen(0).mint());
        let sticky =
            |kind, name: &str| crate::board::Sticky { kind, name: name.to_owned(), ..Default::default() };
        board.stickies.insert(failed, sticky(crate::board::StickyKind::Event, "Failed"));
        let (reserved, last) = board.links.iter().next_back().map(|(id, l)| (*id, l.clone())).expect("links");
        let mut other = crate::board::Link { to: failed, ..last };
        other.outcome = Outcome::OneOf(50.0);
        board.links.insert(LinkId(board.id_gen(0).mint()), other);
        board.links.get_mut(&reserved).expect("there").outcome = Outcome::OneOf(50.0);
        let mut lines = String::new();
        for i in 0..300 {
            let at = i * 1000;
            let sent = if (100..130).contains(&i) { 130_000 + i } else { at + 30 };
            let name = if i % 5 == 0 { "Failed" } else { "Reserved" };
            let _ = writeln!(
                lines,
                "{at} c{i} command outside Buy @{i}\n{} e{i} event Store Bought <c{i} @{i}\n{sent} r{i} event Stock {name} <e{i} @{i}",
                at + 10
            );
        }
        (board, log(&lines))
    }

    #[test]
    fn latencies_weights_rates_and_outages_are_measured() {
        let (board, log) = captured();
        let done = calibrate(&board, &derive(&board), &log);
        let Some(Distribution::LogNormal { median, .. }) = done.board.services["Stock"].latency else {
            panic!("a latency")
        };
        assert_eq!(median, Span::from_millis(20));
        let weights: Vec<f64> = done
            .board
            .links
            .values()
            .filter_map(|l| match l.outcome {
                Outcome::OneOf(w) => Some(w),
                _ => None,
            })
            .collect();
        assert_eq!(weights, [80.0, 20.0]);
        let scenario = &done.board.scenarios["as captured"];
        let Arrivals::At(times) = &scenario.stimuli[0].arrivals else { panic!("moments") };
        assert_eq!((times.len(), times[299]), (300, Span::from_secs(299)));
        let down = &scenario.faults;
        assert_eq!((down.len(), down[0].kind.clone(), &*down[0].target), (1, FaultKind::Down, "Stock"));
        assert_eq!(
            (down[0].at, down[0].lasts),
            (Some(Span::from_millis(99_030)), Some(Span::from_millis(31_000)))
        );
        let rate = &done.board.scenarios["at captured rates"].stimuli[0].arrivals;
        assert!(matches!(rate, Arrivals::Poisson(r) if (r - 1.0).abs() < 0.01));
        assert!(done.fits.iter().any(|f| f.what == "Stock: latency" && f.n == 300));
        assert_eq!(done.latencies["Store"].len(), 300);
    }

    #[test]
    fn another_attempt_is_not_the_time_that_work_takes() {
        use std::fmt::Write as _;
        let board = board("Actor:C -> Command:Buy -> Service:Store -> Event:Bought");
        let mut lines = String::new();
        for i in 0..30 {
            let at = i * 1000;
            let _ = writeln!(lines, "{at} c{i} command outside Buy @{i}");
            let _ = writeln!(lines, "{} e{i} event Store Bought <c{i} @{i}", at + 5);
            let _ = writeln!(lines, "{} f{i} event Store Bought <c{i} @{i} !attempt=2", at + 900);
        }
        let done = calibrate(&board, &derive(&board), &log(&lines));
        let five = Span::from_millis(5);
        let latency = done.board.services["Store"].latency.clone();
        assert_eq!(latency, Some(Distribution::LogNormal { median: five, p99: five }));
        assert_eq!(done.fits[0].after, "median 5.00 ms, p99 5.00 ms");
    }

    #[test]
    fn a_run_of_the_fitted_board_takes_as_long_as_the_log() {
        let (board, log) = captured();
        let done = calibrate(&board, &derive(&board), &log);
        let pairs = beside(&done, "at captured rates", 3).expect("a run");
        let store = pairs.iter().find(|pair| pair.service == "Store").expect("measured");
        assert!(store.simulated.len() > 200, "{}", store.simulated.len());
        let median = |sorted: &[i64]| percentile(sorted, 0.5) as f64;
        let ratio = median(&store.simulated) / median(&store.captured);
        assert!((0.8..1.5).contains(&ratio), "{ratio}");
    }

    #[test]
    fn refining_brings_the_run_nearer_to_the_log() {
        let (board, log) = captured();
        let mut done = calibrate(&board, &derive(&board), &log);
        let sum = |pairs: &[Pair]| pairs.iter().map(Pair::distance).sum::<f64>();
        let before = sum(&beside(&done, "at captured rates", 3).expect("a run"));
        let after = refine(&mut done, "at captured rates", 3).expect("a run");
        assert!(sum(&after) <= before, "{} {before}", sum(&after));
        // What is answered is a run of the board as it is left.
        assert_eq!(beside(&done, "at captured rates", 3).expect("a run"), after);
    }

    #[test]
    fn a_log_is_asked_what_if_somebody_had_been_down() {
        let (board, log) = captured();
        let mut done = calibrate(&board, &derive(&board), &log);
        let start = log.span().expect("events").0;
        let question =
            WhatIf { service: "Store".to_owned(), from: start + 50 * SECOND, until: start + 60 * SECOND };
        let name = what_if(&mut done, &log, &question).expect("within the log");
        let scenario = &done.board.scenarios[&name];
        let down: Vec<&str> = scenario.faults.iter().map(|fault| &*fault.target).collect();
        assert_eq!(down, ["Stock", "Store"]);
        assert_eq!(scenario.faults[1].lasts, Some(Span::from_secs(10)));
        assert!(matches!(&scenario.stimuli[0].arrivals, Arrivals::At(times) if times.len() == 300));
        // While Store is away nobody is served; the run without the question serves them at once.
        let served = |name: &str| {
            let mut run = crate::simulation::Simulation::new(&done.board, Some(name), 3).expect("a run");
            run.run_until(55 * SECOND as u64);
            let trace = run.trace().expect("a trace");
            let bought = |event: &&crate::simulation::trace::TraceEvent| {
                event.message.is_some_and(|m| run.model().messages[m.at()].name == "Bought")
                    && event.time > 51 * SECOND as u64
                    && event.kind == crate::simulation::trace::TraceKind::Published
            };
            trace.iter().filter(bought).count()
        };
        assert_eq!(served(&name), 0);
        assert!(served(AS_CAPTURED) > 0);
        let elsewhere = WhatIf { service: "Nobody".to_owned(), ..question };
        assert!(what_if(&mut done, &log, &elsewhere).is_none());
    }

    #[test]
    fn the_fitted_board_runs_with_the_captured_arrivals() {
        let (board, log) = captured();
        let done = calibrate(&board, &derive(&board), &log);
        let mut run = crate::simulation::Simulation::new(&done.board, Some("as captured"), 3).expect("a run");
        run.run();
        let mut bytes = Vec::new();
        crate::simulation::log::write(&run, &mut bytes).expect("memory");
        let again =
            crate::replay::load::open(bytes, &crate::replay::mapping::Mapping::default()).expect("a log");
        let buys = again.types().iter().find(|t| &*t.text == "Buy").map(|t| t.n_events);
        assert_eq!(buys, Some(300));
    }
}
