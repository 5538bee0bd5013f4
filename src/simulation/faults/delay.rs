//! Messages take longer.

use super::{FaultType, Strike, modify, strikes_messages};
use crate::board::{Distribution, FaultKind, Span};
use crate::simulation::engine::Engine;
use crate::simulation::model::Model;

pub(super) const FAULT: FaultType = FaultType {
    name: "delay",
    about: "Messages take this much longer.",
    strikes: "a message or a channel",
    accepts: strikes_messages,
    is: |kind| matches!(kind, FaultKind::Delay(_)),
    example: || FaultKind::Delay(Distribution::Constant(Span::from_secs(2))),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let value = strike.on.then_some(strike.number);
    modify(engine, &strike.fault.struck, |modifiers| modifiers.delay = value);
}
