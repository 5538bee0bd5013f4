//! What a channel kept is delivered again.

use super::{FaultType, Strike};
use crate::board::{FaultKind, Span};
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "replay",
    about: "What the archive of the bus or topic keeps of a window is delivered again, a minute of it at a time; of a stream, everything from the beginning of the window on is read again.",
    strikes: "a bus or topic with an archive, or a stream",
    accepts: |struck| matches!(struck, Struck::Channel(_)),
    is: |kind| matches!(kind, FaultKind::Replay { .. }),
    example: || FaultKind::Replay { from: Span::ZERO, to: Span::from_secs(60), only: Vec::new() },
    strike,
};

fn strike(engine: &mut Engine, model: &Model, strike: &Strike<'_>) {
    // At its end what has not been sent yet is not sent any more: the engine asks whether it is still in force.
    if let (true, Struck::Channel(channel)) = (strike.on, &strike.fault.struck) {
        engine.begin_replay(model, strike.number, *channel);
    }
}
