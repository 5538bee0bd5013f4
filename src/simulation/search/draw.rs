//! Drawing faults at random: the kinds a sound design is expected to survive.
//!
//! A broker that promises at-least-once delivery loses nothing, so messages are dropped only where somebody waits for
//! the answer; and what goes down comes up again.

use crate::board::{Distribution, FaultKind, Span};
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
    let services: Vec<u32> =
        (0u32..).zip(&model.services).filter(|(_, s)| !s.outside).map(|(at, _)| at).collect();
    let count = 1 + stream.below(4);
    (0..count).filter_map(|_| one(model, &services, &mut stream)).collect()
}

fn pick<T: Copy>(from: &[T], stream: &mut Stream) -> Option<T> {
    from.get(stream.below(from.len() as u64) as usize).copied()
}

/// A probability that is often small and sometimes large.
fn share(stream: &mut Stream) -> f64 {
    let value = 0.005 * libm::pow(60.0, stream.unit());
    libm::round(value * 1_000.0) / 1_000.0
}

fn one(model: &Model, services: &[u32], stream: &mut Stream) -> Option<Fault> {
    let service = pick(services, stream).map(ServiceIx);
    let channel = pick(&travelled(model), stream).map(ChannelIx);
    let message =
        (!model.messages.is_empty()).then(|| MessageIx(stream.below(model.messages.len() as u64) as u32));
    let on_service =
        |kind| Some((kind, Struck::Service(service?), model.services[service?.at()].name.clone()));
    let on_channel =
        |kind| Some((kind, Struck::Channel(channel?), model.channels[channel?.at()].name.clone()));
    let on_message =
        |kind| Some((kind, Struck::Message(message?), model.messages[message?.at()].name.clone()));
    let (kind, struck, target) = match stream.below(11) {
        0 | 1 => on_service(FaultKind::Down),
        2 => on_service(FaultKind::Flapping(Span((2 + stream.below(28)) * SECOND))),
        3 => on_service(FaultKind::Slow((2 + stream.below(60)) as f64)),
        4 => on_service(FaultKind::CrashBeforePublish(share(stream))),
        5 => on_service(FaultKind::CrashBeforeAck(share(stream))),
        6 => on_message(FaultKind::Duplicate(share(stream))),
        7 => on_channel(FaultKind::Duplicate(share(stream))).or_else(|| on_service(FaultKind::Down)),
        8 => on_channel(FaultKind::Down).or_else(|| on_service(FaultKind::Down)),
        9 => {
            let pause = Span((1 + stream.below(20_000)) * 1_000_000);
            on_message(FaultKind::Delay(Distribution::Exponential(pause)))
        }
        _ if message.is_some_and(|message| is_called(model, message)) => {
            on_message(FaultKind::Drop(share(stream)))
        }
        _ => on_message(FaultKind::Reorder(Span((1 + stream.below(10)) * SECOND))),
    }?;
    let within = if model.duration >= u64::MAX / 8 { OPEN_END } else { model.duration };
    let from = stream.below(within / SECOND + 1) * SECOND;
    let lasts = (5 + stream.below(300)) * SECOND;
    let sampler = match &kind {
        FaultKind::Delay(distribution) => Sampler::new(distribution).ok(),
        _ => None,
    };
    Some(Fault { kind, struck, target, from, until: from + lasts, sampler })
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
