//! A service or channel goes down and up in turn.

use super::{FaultType, Strike};
use crate::board::{FaultKind, Span};
use crate::simulation::engine::Engine;
use crate::simulation::engine::{Event, FaultPhase};
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "flapping",
    about: "The service or channel goes down and up in turn, each for this long.",
    strikes: "a service or a channel",
    accepts: |struck| matches!(struck, Struck::Service(_) | Struck::Channel(_)),
    is: |kind| matches!(kind, FaultKind::Flapping(_)),
    example: || FaultKind::Flapping(Span::from_secs(5)),
    strike,
};

fn strike(engine: &mut Engine, model: &Model, strike: &Strike<'_>) {
    let FaultKind::Flapping(span) = strike.fault.kind else { return };
    // At its end the fault lifts only what it has down at that moment.
    if strike.on || !strike.edge || engine.flapping_down[strike.number as usize] {
        super::down::strike(engine, model, strike);
    }
    engine.flapping_down[strike.number as usize] = strike.on;
    if strike.on || !strike.edge {
        let next = engine.clock.saturating_add(span.0.max(1));
        engine.queue.push(next, Event::Fault(strike.number, FaultPhase::Change(!strike.on)));
    }
}
