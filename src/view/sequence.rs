//! A process as a sequence diagram: from the steps of a run to lifelines and arrows.

use rustc_hash::FxHashMap;

use crate::board::StickyKind;
use crate::board::notation::words;
use crate::scene::sequence::{Lifeline, Step, StepKind};
use crate::simulation::Simulation;
use crate::simulation::model::{HopIx, Model, ServiceIx, Target};
use crate::simulation::story;
use crate::simulation::trace::{TraceEvent, TraceKind};
use crate::topology::{MessageKind, Topology};

/// The lifelines and steps of one process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// The columns, in the order they come into the story.
    pub lifelines: Vec<Lifeline>,
    /// The steps. The key of each is the id of its message.
    pub steps: Vec<Step>,
    /// When it began.
    pub begins: u64,
}

/// The sticky kind that stands for a kind of message.
#[must_use]
pub const fn paper(kind: MessageKind) -> StickyKind {
    match kind {
        MessageKind::Event => StickyKind::Event,
        MessageKind::Command => StickyKind::Command,
        MessageKind::Query => StickyKind::Query,
    }
}

/// A process of a traced run.
#[must_use]
pub fn of_run(simulation: &Simulation, topology: &Topology, correlation: u64) -> Process {
    let Some(trace) = simulation.trace() else { return Process::default() };
    let events = story::process(trace, correlation);
    let mut teller = Teller {
        model: simulation.model(),
        topology,
        places: FxHashMap::default(),
        at: FxHashMap::default(),
        process: Process { begins: events.first().map_or(0, |event| event.time), ..Process::default() },
    };
    for event in &events {
        teller.tell(event);
    }
    teller.left_behind(&events);
    teller.process
}

/// Who a lifeline stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Service(u32),
    Channel(u32),
}

struct Teller<'a> {
    model: &'a Model,
    topology: &'a Topology,
    places: FxHashMap<Who, usize>,
    /// Where each message was last seen, and since when.
    at: FxHashMap<u64, (usize, u64)>,
    process: Process,
}

impl Teller<'_> {
    fn tell(&mut self, event: &TraceEvent) {
        use TraceKind as K;
        let name = event.message.map_or("", |message| self.model.messages[message.at()].name.as_str());
        let here = self.here(event);
        match event.kind {
            K::Issued | K::Published | K::Sent | K::Called => {
                if let Some(here) = here {
                    self.at.insert(event.id, (here, event.time));
                    if self.first_target(event).is_none() {
                        // Nobody on the board listens.
                        self.note(here, event, words(name), false);
                    }
                }
            }
            K::Delivered => {
                let Some(here) = here else { return };
                let (from, since) = self.at.get(&event.id).copied().unwrap_or((here, event.since));
                let kind =
                    event.message.map_or(StickyKind::Event, |m| paper(self.model.messages[m.at()].kind));
                // From a queue it is pulled in an instant; what matters is how long it lay there.
                let pulled = event.since == event.time && matches!(self.who(from), Some(Who::Channel(_)));
                let sent = if pulled { event.time } else { event.since.max(since.min(event.time)) };
                self.push(
                    StepKind::Message(kind),
                    from,
                    here,
                    sent,
                    Some(event.time),
                    words(name),
                    false,
                    event.id,
                );
                self.at.insert(event.id, (here, event.time));
            }
            K::Answered | K::Declined | K::Errored => {
                let Some(here) = here else { return };
                let from = self.at.get(&event.id).map_or(here, |(at, _)| *at);
                let (text, wrong) = match event.kind {
                    K::Answered => ("answer", false),
                    K::Declined => ("declined", false),
                    _ => ("error", true),
                };
                if from != here {
                    let text = format!("{text}: {}", words(name));
                    self.push(
                        StepKind::Answer,
                        from,
                        here,
                        event.time,
                        Some(event.time),
                        text,
                        wrong,
                        event.id,
                    );
                }
            }
            K::Dropped => {
                let from = self.at.get(&event.id).map(|(at, _)| *at).or(here);
                let to =
                    event.hop.and_then(|hop| self.target(hop)).or_else(|| self.first_target(event)).or(here);
                let (Some(from), Some(to)) = (from, to) else { return };
                let kind =
                    event.message.map_or(StickyKind::Event, |m| paper(self.model.messages[m.at()].kind));
                self.push(
                    StepKind::Message(kind),
                    from,
                    to,
                    event.time,
                    None,
                    format!("{}, lost", words(name)),
                    true,
                    event.id,
                );
            }
            K::Retried => {
                let Some(here) = here else { return };
                self.note(here, event, format!("tries again: {}", words(name)), false);
                if event.channel.is_some() {
                    self.at.insert(event.id, (here, event.time));
                }
            }
            _ => {
                if let (Some(here), Some((what, wrong))) = (here, noted(event.kind)) {
                    self.note(here, event, format!("{what}: {}", words(name)), wrong);
                }
            }
        }
    }

    /// What set out and never arrived anywhere, without a word why: lost with a crash, or still under way.
    fn left_behind(&mut self, events: &[TraceEvent]) {
        let mut nowhere: Vec<&TraceEvent> = Vec::new();
        for event in events {
            let sent = matches!(event.kind, TraceKind::Published | TraceKind::Sent | TraceKind::Called);
            let seen = self.process.steps.iter().any(|step| step.key == event.id);
            if sent && !seen && !nowhere.iter().any(|other| other.id == event.id) {
                nowhere.push(event);
            }
        }
        for event in nowhere {
            let (Some(from), Some(message)) = (self.here(event), event.message) else { continue };
            let message = &self.model.messages[message.at()];
            let Some(to) = self.first_target(event) else { continue };
            let kind = StepKind::Message(paper(message.kind));
            let text = format!("{}, on its way", words(&message.name));
            self.push(kind, from, to, event.time, None, text, false, event.id);
        }
        self.process.steps.sort_by_key(|step| step.sent);
    }

    fn here(&mut self, event: &TraceEvent) -> Option<usize> {
        let who = event.service.map(|service| Who::Service(service.0));
        let who = who.or_else(|| event.channel.map(|channel| Who::Channel(channel.0)))?;
        Some(self.place(who))
    }

    fn who(&self, place: usize) -> Option<Who> {
        // A handful of lifelines: looking through them is as quick as a second map.
        self.places.iter().find(|(_, at)| **at == place).map(|(who, _)| *who)
    }

    fn place(&mut self, who: Who) -> usize {
        if let Some(at) = self.places.get(&who) {
            return *at;
        }
        let lifeline = match who {
            Who::Service(service) => self.service(ServiceIx(service)),
            Who::Channel(channel) => Lifeline {
                name: self.model.channels[channel as usize].name.clone(),
                kind: StickyKind::Channel,
            },
        };
        self.process.lifelines.push(lifeline);
        let at = self.process.lifelines.len() - 1;
        self.places.insert(who, at);
        at
    }

    fn service(&self, service: ServiceIx) -> Lifeline {
        let definition = &self.model.services[service.at()];
        if definition.outside {
            let entry = self
                .model
                .entries
                .iter()
                .find(|entry| self.model.reactions[entry.reaction.at()].service == service);
            let name = match entry {
                Some(_) => "Outside".to_owned(),
                None => "Policy".to_owned(),
            };
            let kind = if entry.is_some() { StickyKind::Actor } else { StickyKind::Policy };
            return Lifeline { name, kind };
        }
        let external =
            self.topology.parties.iter().any(|party| party.name == definition.name && party.external);
        let kind = if external { StickyKind::External } else { StickyKind::Service };
        Lifeline { name: definition.name.clone(), kind }
    }

    fn target(&mut self, hop: HopIx) -> Option<usize> {
        let who = match &self.model.hops.get(hop.at())?.to {
            Target::Reaction { reaction, .. } => Who::Service(self.model.reactions[reaction.at()].service.0),
            Target::Channel { channel, .. } => Who::Channel(channel.0),
        };
        Some(self.place(who))
    }

    /// Where a message was meant to go first.
    fn first_target(&mut self, event: &TraceEvent) -> Option<usize> {
        let (reaction, output) = event.sender?;
        let output = self.model.reactions[reaction.at()].outputs.get(output as usize)?;
        let hop = *output.to.first()?;
        self.target(hop)
    }

    fn note(&mut self, place: usize, event: &TraceEvent, text: String, wrong: bool) {
        self.push(StepKind::Note, place, place, event.time, Some(event.time), text, wrong, event.id);
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a step, in their order")]
    fn push(
        &mut self,
        kind: StepKind,
        from: usize,
        to: usize,
        sent: u64,
        arrived: Option<u64>,
        text: String,
        wrong: bool,
        key: u64,
    ) {
        self.process.steps.push(Step { kind, from, to, sent, arrived, text, wrong, key });
    }
}

/// The words for what happens on one lifeline, and whether something is wrong; none for what goes without saying.
const fn noted(kind: TraceKind) -> Option<(&'static str, bool)> {
    Some(match kind {
        TraceKind::Deduplicated => ("seen before", false),
        TraceKind::Replayed => ("delivered again from the archive", false),
        TraceKind::TimedOut => ("waited too long", true),
        TraceKind::Failed => ("failed", true),
        TraceKind::Crashed => ("crashed", true),
        TraceKind::Refused => ("refused", true),
        TraceKind::DeadLettered => ("dead letter", true),
        TraceKind::Expired => ("expired", true),
        TraceKind::Corrupted => ("refused by the registry", true),
        TraceKind::FellBack => ("goes on without", false),
        TraceKind::Prepared => ("holds its locks", false),
        TraceKind::Aborted => ("taken back", true),
        TraceKind::Stale => ("answered from an old view", true),
        TraceKind::Duplicated => ("delivered twice", false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Board, Fault, FaultKind, format};

    fn board(name: &str) -> Board {
        let path = format!("{}/sample-boards/avatar-store/{name}.ron", env!("CARGO_MANIFEST_DIR"));
        format::read(&std::fs::read_to_string(path).unwrap(), format::Syntax::Ron).unwrap()
    }

    fn run(board: &Board, faults: &[Fault]) -> (Simulation, Topology) {
        let mut board = board.clone();
        let scenario = board.scenarios.values_mut().next().unwrap();
        scenario.faults = faults.to_vec();
        let mut simulation = Simulation::new(&board, None, 7).unwrap();
        simulation.run();
        (simulation, crate::topology::derive(&board))
    }

    #[test]
    fn a_process_without_faults_arrives_everywhere() {
        let (simulation, topology) = run(&board("orchestration"), &[]);
        let process = of_run(&simulation, &topology, 1);
        assert!(process.steps.len() > 4 && process.lifelines.len() > 2);
        assert_eq!(process.lifelines[0].kind, StickyKind::Actor, "it begins outside");
        assert!(process.steps.iter().all(|step| step.arrived.is_some() && !step.wrong));
        assert!(process.steps.is_sorted_by_key(|step| step.sent));
        let names: Vec<&str> = process.lifelines.iter().map(|lifeline| lifeline.name.as_str()).collect();
        let mut once = names.clone();
        once.dedup();
        assert_eq!(names, once, "each stands once");
    }

    #[test]
    fn what_a_service_that_is_down_refuses_is_told_as_wrong() {
        let down = Fault { kind: FaultKind::Down, target: "Inventory".to_owned(), ..Fault::default() };
        let (simulation, topology) = run(&board("synchronous"), &[down]);
        let process = of_run(&simulation, &topology, 1);
        assert!(
            process.steps.iter().any(|step| step.wrong && step.text.starts_with("refused")),
            "{process:#?}"
        );
        assert_eq!(of_run(&simulation, &topology, 9_999_999), Process::default());
    }
}
