//! Drawing faults at random: of every kind, as far as a sound design is expected to survive it.
//!
//! A broker that promises at-least-once delivery loses nothing, so messages are dropped only where somebody waits for
//! the answer. What goes down comes up again, and a bad deployment is rolled back before queues give up. A message that
//! can never be handled must end as a dead letter, so there are such only where the scenario allows dead letters.

use crate::board::{ChannelKind, Distribution, FaultKind, Promise, Span};
use crate::simulation::distribution::Sampler;
use crate::simulation::model::{ChannelIx, Fault, MessageIx, Model, ServiceIx, Struck, Target};
use crate::simulation::random::Stream;
use crate::topology::MessageKind;

/// Faults strike within this many nanoseconds when the scenario sets no end.
const OPEN_END: u64 = 600_000_000_000;
const SECOND: u64 = 1_000_000_000;

/// One to four faults for a run, from its seed.
#[must_use]
pub fn draw(model: &Model, seed: u64) -> Vec<Fault> {
    let mut stream = Stream::new(seed, "search");
    let count = 1 + stream.below(4);
    let draw = Draw::new(model);
    (0..count).filter_map(|_| draw.one(&mut stream)).collect()
}

/// A kind of fault with what it strikes and the name of that.
type Drawn = (FaultKind, Struck, String);

/// One way to go wrong; none where the model has nothing for it to strike.
type Way = fn(&Draw<'_>, &mut Stream) -> Option<Drawn>;

/// Every way, those that happen most several times.
const WAYS: [Way; 22] = [
    |draw, s| draw.service(s, |_| FaultKind::Down),
    |draw, s| draw.service(s, |_| FaultKind::Down),
    |draw, s| draw.coordinator(s),
    |draw, s| draw.service(s, |s| FaultKind::Flapping(seconds(2, 28, s))),
    |draw, s| draw.service(s, |s| FaultKind::Slow((2 + s.below(60)) as f64)),
    |draw, s| draw.service(s, |s| FaultKind::CrashBeforePublish(share(s))),
    |draw, s| draw.service(s, |s| FaultKind::CrashBeforePublish(share(s))),
    |draw, s| draw.service(s, |s| FaultKind::CrashBeforeAck(share(s))),
    |draw, s| draw.service(s, |s| FaultKind::RateLimit((1 + s.below(20)) as f64)),
    |draw, s| draw.service(s, |_| FaultKind::BreakingSchema),
    |draw, s| draw.service(s, |s| FaultKind::ClockSkew(seconds(1, 600, s))),
    |draw, s| draw.message(s, |s| FaultKind::Duplicate(share(s))),
    |draw, s| {
        draw.message(s, |s| {
            FaultKind::Delay(Distribution::Exponential(Span((1 + s.below(20_000)) * 1_000_000)))
        })
    },
    |draw, s| draw.message(s, |s| FaultKind::Reorder(seconds(1, 10, s))),
    |draw, s| draw.called(s),
    |draw, s| draw.hopeless(s, |s| FaultKind::Poison(share(s))),
    |draw, s| draw.hopeless(s, |s| FaultKind::Corrupt(share(s))),
    |draw, s| draw.channel(s, |s| FaultKind::Duplicate(share(s))),
    |draw, s| draw.channel(s, |_| FaultKind::Down),
    |draw, s| draw.partition(s),
    |draw, s| draw.burst(s),
    |draw, s| draw.replay(s),
];

fn pick<T: Copy>(from: &[T], stream: &mut Stream) -> Option<T> {
    from.get(stream.below(from.len() as u64) as usize).copied()
}

/// A probability that is often small and sometimes large.
fn share(stream: &mut Stream) -> f64 {
    let value = 0.005 * libm::pow(60.0, stream.unit());
    libm::round(value * 1_000.0) / 1_000.0
}

/// From `least` seconds on, below `least + more`.
fn seconds(least: u64, more: u64, stream: &mut Stream) -> Span {
    Span((least + stream.below(more)) * SECOND)
}

/// A model with what faults can strike in it.
struct Draw<'a> {
    model: &'a Model,
    services: Vec<u32>,
    channels: Vec<u32>,
    /// When faults may begin, in nanoseconds.
    within: u64,
    /// How soon a queue may give up a message that fails every time, in nanoseconds.
    patience: u64,
    /// The scenario allows messages to be given up.
    dead_letters: bool,
}

impl<'a> Draw<'a> {
    fn new(model: &'a Model) -> Self {
        let services = (0u32..).zip(&model.services).filter(|(_, s)| !s.outside).map(|(at, _)| at);
        let queues = model.lanes.iter().filter(|lane| !lane.consumers.is_empty());
        let queues = queues.map(|lane| &model.channels[lane.channel.at()].queue);
        let gives_up = queues.map(|queue| u64::from(queue.receives).saturating_mul(queue.visibility));
        Self {
            model,
            services: services.collect(),
            channels: travelled(model),
            within: if model.duration >= u64::MAX / 8 { OPEN_END } else { model.duration },
            patience: gives_up.min().unwrap_or(u64::MAX),
            dead_letters: !model
                .expectations
                .iter()
                .any(|expectation| matches!(expectation.promise, Promise::DeadLetters { .. })),
        }
    }

    fn one(&self, stream: &mut Stream) -> Option<Fault> {
        // A way that has nothing to strike here leaves its place to others.
        let (kind, struck, target) = (0..8).find_map(|_| pick(&WAYS, stream)?(self, stream))?;
        let from = stream.below(self.within / SECOND + 1) * SECOND;
        let lasts = (5 + stream.below(300)) * SECOND;
        let lasts = if kind == FaultKind::BreakingSchema { lasts.min(self.patience / 2) } else { lasts };
        let sampler = match &kind {
            FaultKind::Delay(distribution) => Sampler::new(distribution).ok(),
            _ => None,
        };
        Some(Fault { kind, struck, target, from, until: from.saturating_add(lasts), sampler })
    }

    fn service(&self, stream: &mut Stream, kind: impl Fn(&mut Stream) -> FaultKind) -> Option<Drawn> {
        let service = ServiceIx(pick(&self.services, stream)?);
        Some((kind(stream), Struck::Service(service), self.model.services[service.at()].name.clone()))
    }

    /// Who coordinates distributed transactions is lost in the middle of one.
    fn coordinator(&self, stream: &mut Stream) -> Option<Drawn> {
        let coordinates = |at: &&u32| self.model.services[**at as usize].coordinates;
        let all: Vec<u32> = self.services.iter().filter(coordinates).copied().collect();
        let service = ServiceIx(pick(&all, stream)?);
        let name = self.model.services[service.at()].name.clone();
        let kind =
            if stream.below(2) == 0 { FaultKind::Down } else { FaultKind::Flapping(seconds(2, 28, stream)) };
        Some((kind, Struck::Service(service), name))
    }

    fn channel(&self, stream: &mut Stream, kind: impl Fn(&mut Stream) -> FaultKind) -> Option<Drawn> {
        let channel = ChannelIx(pick(&self.channels, stream)?);
        Some((kind(stream), Struck::Channel(channel), self.model.channels[channel.at()].name.clone()))
    }

    fn message(&self, stream: &mut Stream, kind: impl Fn(&mut Stream) -> FaultKind) -> Option<Drawn> {
        let all: Vec<u32> = (0..self.model.messages.len() as u32).collect();
        self.on_one_of(&all, stream, kind)
    }

    fn on_one_of(
        &self,
        messages: &[u32],
        stream: &mut Stream,
        kind: impl Fn(&mut Stream) -> FaultKind,
    ) -> Option<Drawn> {
        let message = MessageIx(pick(messages, stream)?);
        Some((kind(stream), Struck::Message(message), self.model.messages[message.at()].name.clone()))
    }

    /// Messages whose sender always waits may be lost.
    fn called(&self, stream: &mut Stream) -> Option<Drawn> {
        let all = 0..self.model.messages.len() as u32;
        let called: Vec<u32> = all.filter(|at| is_called(self.model, MessageIx(*at))).collect();
        self.on_one_of(&called, stream, |stream| FaultKind::Drop(share(stream)))
    }

    /// Messages that can never be handled, where giving one up breaks no promise by itself.
    fn hopeless(&self, stream: &mut Stream, kind: impl Fn(&mut Stream) -> FaultKind) -> Option<Drawn> {
        if self.dead_letters { self.message(stream, kind) } else { None }
    }

    fn partition(&self, stream: &mut Stream) -> Option<Drawn> {
        let islands = &self.model.islands;
        let some = |services: &[ServiceIx]| !services.is_empty() && services.len() < self.services.len();
        let cut: Vec<usize> = (0..islands.len()).filter(|at| some(&islands[*at].1)).collect();
        let (name, services) = &islands[pick(&cut, stream)?];
        Some((FaultKind::Partition, Struck::Island(services.clone()), name.clone()))
    }

    fn burst(&self, stream: &mut Stream) -> Option<Drawn> {
        let entries: Vec<u32> = (0..self.model.entries.len() as u32).collect();
        let message = self.model.entries[pick(&entries, stream)? as usize].message;
        let own = entries.into_iter().filter(|at| self.model.entries[*at as usize].message == message);
        let struck = Struck::Entries(own.collect());
        let factor = (2 + stream.below(8)) as f64;
        Some((FaultKind::Burst(factor), struck, self.model.messages[message.at()].name.clone()))
    }

    /// Somebody replays what a channel keeps.
    fn replay(&self, stream: &mut Stream) -> Option<Drawn> {
        let keeps = |at: &&u32| {
            let channel = &self.model.channels[**at as usize];
            channel.archive.is_some() || channel.kind == ChannelKind::Stream
        };
        let all: Vec<u32> = self.channels.iter().filter(keeps).copied().collect();
        let channel = ChannelIx(pick(&all, stream)?);
        let from = Span(stream.below(self.within / SECOND + 1) * SECOND);
        let to = Span(from.0 + (1 + stream.below(300)) * SECOND);
        let kind = FaultKind::Replay { from, to, only: Vec::new() };
        Some((kind, Struck::Channel(channel), self.model.channels[channel.at()].name.clone()))
    }
}

/// The channels that messages travel through.
fn travelled(model: &Model) -> Vec<u32> {
    let used = |at: &u32| {
        model.hops.iter().any(|hop| matches!(hop.to, Target::Channel { channel, .. } if channel.0 == *at))
    };
    (0..model.channels.len() as u32).filter(used).collect()
}

/// True for commands and queries whose sender always waits.
fn is_called(model: &Model, message: MessageIx) -> bool {
    let mut outputs = model.reactions.iter().flat_map(|reaction| &reaction.outputs);
    model.messages[message.at()].kind != MessageKind::Event
        && outputs.all(|output| output.message != message || output.call.is_some())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::board::{Archive, Board, format};
    use crate::simulation::compile::{compile, fault};
    use crate::simulation::faults::{FAULTS, fault_type};

    fn board(text: &str) -> Board {
        format::read(text, format::Syntax::Ron).unwrap()
    }

    #[test]
    fn every_kind_of_fault_is_drawn_where_it_has_something_to_strike() {
        let mut boards = [
            board(include_str!("../../../sample-boards/avatar-store/two-phase-commit.ron")),
            board(include_str!("../../../sample-boards/pizza/event-driven.ron")),
            board(include_str!("../../../sample-boards/procurement/healthy.ron")),
        ];
        for channel in boards.iter_mut().flat_map(|board| board.channels.values_mut()) {
            channel.archive = (channel.kind == ChannelKind::Bus).then(Archive::default);
        }
        let mut drawn = BTreeSet::new();
        let mut coordinators = 0;
        for board in &boards {
            let mut model = compile(board, None).unwrap();
            model.expectations.retain(|e| !matches!(e.promise, Promise::DeadLetters { .. }));
            for seed in 0..400 {
                for one in draw(&model, seed) {
                    drawn.insert(fault_type(&one.kind).name);
                    let lost = matches!(one.kind, FaultKind::Down | FaultKind::Flapping(_));
                    let coordinates = |at: ServiceIx| model.services[at.at()].coordinates;
                    coordinators +=
                        u32::from(lost && matches!(one.struck, Struck::Service(at) if coordinates(at)));
                    assert!(
                        one.until > one.from && one.until != u64::MAX,
                        "what goes wrong gets right again"
                    );
                    // A board can state it: that is how a counterexample is kept.
                    let stated = crate::board::Fault {
                        kind: one.kind.clone(),
                        target: one.target.clone(),
                        ..crate::board::Fault::default()
                    };
                    assert!(fault(&model, &stated).is_ok(), "{stated:?}");
                }
            }
        }
        let all: BTreeSet<&str> = const { &FAULTS }.iter().map(|row| row.name).collect();
        assert_eq!(drawn, all);
        assert!(coordinators > 50, "{coordinators}");
    }

    #[test]
    fn nothing_hopeless_is_drawn_where_no_message_may_be_given_up() {
        let model =
            compile(&board(include_str!("../../../sample-boards/avatar-store/orchestration.ron")), None)
                .unwrap();
        assert!(model.expectations.iter().any(|e| matches!(e.promise, Promise::DeadLetters { .. })));
        let hopeless = |fault: &Fault| matches!(fault.kind, FaultKind::Poison(_) | FaultKind::Corrupt(_));
        assert!((0..400).flat_map(|seed| draw(&model, seed)).all(|fault| !hopeless(&fault)));
    }
}
