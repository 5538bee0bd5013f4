//! Faults: what can go wrong during a run. One file a fault, and one line in [`FAULTS`].

mod breaking_schema;
mod burst;
mod clock_skew;
mod corrupt;
mod crash_before_ack;
mod crash_before_publish;
mod delay;
mod down;
mod drop;
mod duplicate;
mod flapping;
mod partition;
mod poison;
mod rate_limit;
mod reorder;
mod replay;
mod slow;

use std::sync::Arc;

use super::engine::{Engine, FaultPhase};
use super::model::{ChannelIx, Fault, MessageIx, Model, ServiceIx, Struck};
use super::trace::TraceKind;
use crate::board::FaultKind;

/// What faults do to messages of one name or in one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Modifiers {
    /// The probability that one is lost.
    pub(super) drop: f64,
    /// The probability that one is delivered twice.
    pub(super) duplicate: f64,
    /// The fault whose distribution delays them.
    pub(super) delay: Option<u32>,
    /// The longest extra time, in nanoseconds, by which they may overtake each other.
    pub(super) reorder: u64,
    /// The probability that one breaks its schema.
    pub(super) corrupt: f64,
    /// The probability that one brings its consumer down.
    pub(super) poison: f64,
}

/// A kind of fault.
pub struct FaultType {
    /// Its name in boards and on the command line.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What it can strike, in words.
    pub strikes: &'static str,
    /// True for what it can strike.
    pub(super) accepts: fn(&Struck) -> bool,
    /// Whether this row is the one for a kind.
    pub(super) is: fn(&FaultKind) -> bool,
    /// What somebody who picks it begins with.
    pub example: fn() -> FaultKind,
    /// Switches it on (`true`) or off.
    strike: fn(&mut Engine, &Model, &Strike<'_>),
}

/// What a name that a fault strikes can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A service.
    Service,
    /// A channel.
    Channel,
    /// An event, command or query.
    Message,
    /// What a scenario lets arrive.
    Entry,
    /// A frame.
    Frame,
}

impl FaultType {
    /// Whether it can strike such a place.
    #[must_use]
    pub fn can_strike(&self, place: Place) -> bool {
        (self.accepts)(&match place {
            Place::Service => Struck::Service(ServiceIx(0)),
            Place::Channel => Struck::Channel(ChannelIx(0)),
            Place::Message => Struck::Message(MessageIx(0)),
            Place::Entry => Struck::Entries(Vec::new()),
            Place::Frame => Struck::Island(Vec::new()),
        })
    }

    /// Its name as people read it: "Crash before publish".
    #[must_use]
    pub fn label(&self) -> String {
        let words = self.name.replace('_', " ");
        words[..1].to_uppercase() + &words[1..]
    }
}

/// A fault being switched.
struct Strike<'a> {
    number: u32,
    fault: &'a Fault,
    on: bool,
    /// The fault begins or ends, rather than changing over in between.
    edge: bool,
}

/// Every kind of fault, by name.
pub const FAULTS: [FaultType; 17] = [
    breaking_schema::FAULT,
    burst::FAULT,
    clock_skew::FAULT,
    corrupt::FAULT,
    crash_before_ack::FAULT,
    crash_before_publish::FAULT,
    delay::FAULT,
    down::FAULT,
    drop::FAULT,
    duplicate::FAULT,
    flapping::FAULT,
    partition::FAULT,
    poison::FAULT,
    rate_limit::FAULT,
    reorder::FAULT,
    replay::FAULT,
    slow::FAULT,
];

/// The row of a kind of fault.
#[must_use]
pub fn fault_type(kind: &FaultKind) -> &'static FaultType {
    const { &FAULTS }
        .iter()
        .find(|row| (row.is)(kind))
        .expect("every kind of fault has a row; a test keeps it so")
}

/// What goes wrong, in words to stand behind the name of what it strikes.
#[must_use]
pub fn in_words(kind: &FaultKind) -> String {
    match kind {
        FaultKind::Down => "down".to_owned(),
        FaultKind::Slow(factor) => format!("{factor} times as slow"),
        FaultKind::Flapping(span) => format!("up and down every {span}"),
        FaultKind::Drop(share) => format!("lost, {} %", percent(*share)),
        FaultKind::Duplicate(share) => format!("twice, {} %", percent(*share)),
        FaultKind::Delay(_) => "delayed".to_owned(),
        FaultKind::Reorder(span) => format!("out of order by up to {span}"),
        FaultKind::Corrupt(share) => format!("broken, {} %", percent(*share)),
        FaultKind::CrashBeforePublish(share) => format!("crashes before publishing, {} %", percent(*share)),
        FaultKind::CrashBeforeAck(share) => format!("crashes before acknowledging, {} %", percent(*share)),
        FaultKind::Poison(share) => format!("brings its consumer down, {} %", percent(*share)),
        FaultKind::BreakingSchema => "deployed with a breaking schema".to_owned(),
        FaultKind::ClockSkew(span) => format!("clock {span} behind"),
        FaultKind::Partition => "cut off".to_owned(),
        FaultKind::Burst(factor) => format!("{factor} times as many"),
        FaultKind::RateLimit(rate) => format!("at most {rate} a second"),
        FaultKind::Replay { from, to, .. } => format!("replays {from} to {to}"),
    }
}

/// A share in per cent with what matters of it: 0.5, 12.
fn percent(share: f64) -> f64 {
    (share * 1_000.0).round() / 10.0
}

/// Switches a fault of the run.
pub(super) fn strike(engine: &mut Engine, model: &Model, number: u32, phase: FaultPhase) {
    let faults = Arc::clone(&engine.faults);
    let Some(fault) = faults.get(number as usize) else { return };
    let active = engine.active_faults[number as usize];
    let (on, edge) = match phase {
        FaultPhase::Begin if active => return,
        FaultPhase::Begin => (true, true),
        FaultPhase::End if !active => return,
        FaultPhase::End => (false, true),
        FaultPhase::Change(_) if !active => return,
        FaultPhase::Change(on) => (on, false),
    };
    if edge {
        engine.active_faults[number as usize] = on;
        engine.note_fault(if on { TraceKind::FaultBegan } else { TraceKind::FaultEnded }, number);
    }
    (fault_type(&fault.kind).strike)(engine, model, &Strike { number, fault, on, edge });
}

/// The modifiers of the message or channel that a fault strikes.
fn modify(engine: &mut Engine, struck: &Struck, change: impl FnOnce(&mut Modifiers)) {
    match struck {
        Struck::Message(message) => change(&mut engine.message_modifiers[message.at()]),
        Struck::Channel(channel) => change(&mut engine.channels[channel.at()].modifiers),
        _ => {}
    }
    let unmodified = Modifiers::default();
    engine.modified = engine.message_modifiers.iter().any(|modifiers| *modifiers != unmodified)
        || engine.channels.iter().any(|channel| channel.modifiers != unmodified);
}

const fn strikes_service(struck: &Struck) -> bool {
    matches!(struck, Struck::Service(_))
}

const fn strikes_messages(struck: &Struck) -> bool {
    matches!(struck, Struck::Message(_) | Struck::Channel(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fault_has_exactly_one_row_and_rows_are_sorted() {
        for row in &FAULTS {
            let kind = (row.example)();
            let rows: Vec<&str> = FAULTS.iter().filter(|row| (row.is)(&kind)).map(|row| row.name).collect();
            assert_eq!(rows, [row.name], "{kind:?}");
            // The name is the one boards write.
            let written = serde_json::to_value(&kind).unwrap();
            let name = written.as_str().or_else(|| written.as_object()?.keys().next().map(String::as_str));
            assert_eq!(name, Some(row.name));
        }
        assert!(FAULTS.is_sorted_by_key(|row| row.name));
    }
}
