//! A process read from a log as a sequence diagram: lifelines and arrows.

use std::collections::BTreeMap;

use super::sequence::Process;
use crate::board::StickyKind;
use crate::board::notation::words;
use crate::replay::event::Kind;
use crate::replay::player::Step as Told;
use crate::scene::sequence::{Lifeline, Step, StepKind};
use crate::topology::Topology;

/// The lifelines and steps of a story. A log tells when messages were sent, not when they arrived: arrows are level.
/// The key of each step is the number of its event in the log.
#[must_use]
pub fn of_log(story: &[Told], topology: &Topology) -> Process {
    let begins = story.iter().map(|told| told.time).min().unwrap_or(0);
    let mut process = Process { begins: u64::try_from(begins).unwrap_or(0), ..Process::default() };
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut place = |name: &str, lifelines: &mut Vec<Lifeline>| {
        let name = if name.is_empty() { "(not said)" } else { name };
        *places.entry(name.to_owned()).or_insert_with(|| {
            lifelines.push(Lifeline { name: name.to_owned(), kind: kind_of(name, topology) });
            lifelines.len() - 1
        })
    };
    for told in story {
        let from = place(&told.from, &mut process.lifelines);
        let text = match told.again {
            Some(again) => format!("{} · {}", words(&told.name), again.words()),
            None => words(&told.name),
        };
        let since = told.time.saturating_sub(begins).unsigned_abs();
        let mut push = |kind, to, text: String| {
            let (sent, arrived, key) = (since, Some(since), told.row as u64);
            process.steps.push(Step { kind, from, to, sent, arrived, text, wrong: false, key });
        };
        if told.to.is_empty() {
            push(StepKind::Note, from, text.clone());
        }
        for to in &told.to {
            let to = place(to, &mut process.lifelines);
            let kind = match told.kind {
                Some(Kind::Reply) => StepKind::Answer,
                kind => StepKind::Message(paper(kind)),
            };
            push(kind, to, text.clone());
        }
    }
    process
}

/// The sticky kind that stands for a logged kind of message.
#[must_use]
pub const fn paper(kind: Option<Kind>) -> StickyKind {
    match kind {
        Some(Kind::Command) => StickyKind::Command,
        Some(Kind::Query) => StickyKind::Query,
        Some(Kind::Reply) => StickyKind::Channel,
        Some(Kind::Event) | None => StickyKind::Event,
    }
}

/// A service as the board has it; what it does not know is somebody outside.
fn kind_of(name: &str, topology: &Topology) -> StickyKind {
    match topology.parties.iter().find(|party| party.name == name) {
        Some(party) if !party.external => StickyKind::Service,
        Some(_) => StickyKind::External,
        None => StickyKind::Actor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::player::story;
    use crate::replay::testing::{board, log};
    use crate::replay::tracks::Tracks;
    use crate::topology::derive;

    #[test]
    fn who_tells_whom_is_read_from_log_and_board() {
        let board = board(
            "Actor:Client -> Command:Buy -> Service:Store -> Event:Bought
             Event:Bought -> Service:Stock -> Event:Reserved",
        );
        let topology = derive(&board);
        let log = log("0 c command client Buy @1
             10 e event store Bought <c @1 !attempt=2
             20 r event stock Reserved <e @1");
        let tracks = Tracks::new(&board, &topology, &log);
        let process = of_log(&story(&log, &topology, &tracks, 0, 100), &topology);
        let heads: Vec<(&str, StickyKind)> = process.lifelines.iter().map(|l| (&*l.name, l.kind)).collect();
        assert_eq!(
            heads,
            [("/client", StickyKind::Actor), ("Store", StickyKind::Service), ("Stock", StickyKind::Service)]
        );
        let arrows: Vec<(usize, usize, &str, u64)> =
            process.steps.iter().map(|s| (s.from, s.to, &*s.text, s.sent / 1_000_000)).collect();
        assert_eq!(arrows, [(0, 1, "Buy", 0), (1, 2, "Bought · retry 2", 10), (2, 2, "Reserved", 20)]);
        assert_eq!(process.steps[2].kind, StepKind::Note);
    }
}
