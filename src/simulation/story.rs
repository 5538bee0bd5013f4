//! What led to what: the steps of one process in a trace, and the chain of causes of one message.

use super::Simulation;
use super::expectations::Breach;
use super::trace::{Trace, TraceEvent, TraceKind};
use crate::board::Promise;

/// Steps shown of one process; a runaway process has no end.
pub const STEPS_MOST: usize = 400;

/// The steps of a process, in order; at most [`STEPS_MOST`].
#[must_use]
pub fn process(trace: &Trace, correlation: u64) -> Vec<TraceEvent> {
    let own = trace.iter().filter(|event| event.correlation == correlation && event.message.is_some());
    own.take(STEPS_MOST).copied().collect()
}

/// The ids of a message and of everything that caused it, the first cause first. `steps` are those of its process.
#[must_use]
pub fn causes(steps: &[TraceEvent], id: u64) -> Vec<u64> {
    let mut chain = Vec::new();
    let mut next = id;
    while next != 0 && !chain.contains(&next) {
        chain.push(next);
        next = steps.iter().find(|step| step.id == next).map_or(0, |step| step.causation);
    }
    chain.reverse();
    chain
}

/// The id of the message with which a promise broke: the one that came too often, too early or too late, or the one
/// that nothing followed. None when the breach is about no process, such as a queue that grew too long.
#[must_use]
pub fn breaker(simulation: &Simulation, promise: &Promise, breach: &Breach) -> Option<u64> {
    let trace = simulation.trace().filter(|_| breach.correlation != 0)?;
    let named = |event: &&TraceEvent, name: &str| {
        event.correlation == breach.correlation
            && event.message.is_some_and(|message| simulation.model().messages[message.at()].name == name)
    };
    let (name, moment) = match promise {
        Promise::LeadsTo { when, .. } => (when, breach.since),
        Promise::AtMostOnce(name) | Promise::Precedes { then: name, .. } => (name, breach.time),
        Promise::Latency { entry, .. } | Promise::Answered { entry, .. } => (entry, breach.time),
        Promise::Count { of, .. } | Promise::Ratio { of, .. } => (of, breach.time),
        Promise::DeadLetters { .. } => {
            let own = trace.iter().filter(|event| event.correlation == breach.correlation);
            return own
                .filter(|event| event.kind == TraceKind::DeadLettered && event.time == breach.time)
                .map(|event| event.id)
                .next();
        }
        Promise::QueueDepth { .. } => return None,
    };
    let mut own = trace.iter().filter(|event| named(event, name));
    own.clone().find(|event| event.time == moment).or_else(|| own.next()).map(|event| event.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::expectations::Standing;

    fn run(name: &str, seed: u64) -> (crate::board::Board, Simulation) {
        let path = format!("{}/sample-boards/avatar-store/{name}.ron", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let board = crate::board::format::read(&text, crate::board::format::Syntax::Ron).unwrap();
        let mut simulation = Simulation::new(&board, None, seed).unwrap();
        simulation.run();
        (board, simulation)
    }

    #[test]
    fn a_broken_promise_leads_to_the_message_that_broke_it_and_its_causes() {
        let (_, simulation) = run("synchronous", 7);
        let verdicts = simulation.verdicts();
        let broken = verdicts.iter().position(|verdict| verdict.standing == Standing::Broken).unwrap();
        let breach = verdicts[broken].first.unwrap();
        let promise = &simulation.model().expectations[broken].promise;
        let id = breaker(&simulation, promise, &breach).unwrap();
        let steps = process(simulation.trace().unwrap(), breach.correlation);
        let chain = causes(&steps, id);
        assert_eq!(chain.last(), Some(&id));
        let first = steps.iter().find(|step| step.id == chain[0]).unwrap();
        assert_eq!((first.kind, first.causation), (TraceKind::Issued, 0), "the chain begins outside");
        for two in chain.windows(2) {
            let effect = steps.iter().find(|step| step.id == two[1]).unwrap();
            assert_eq!(effect.causation, two[0]);
        }
    }

    #[test]
    fn a_process_holds_only_its_own_steps_in_order() {
        let (_, simulation) = run("orchestration", 7);
        let steps = process(simulation.trace().unwrap(), 3);
        assert!(!steps.is_empty() && steps.len() <= STEPS_MOST);
        assert!(steps.iter().all(|step| step.correlation == 3));
        assert!(steps.is_sorted_by_key(|step| step.time));
        assert_eq!(causes(&steps, 0), Vec::<u64>::new());
    }
}
