//! Messages take longer.

use super::{FaultType, Strike, modify, strikes_messages};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::Model;

pub(super) const FAULT: FaultType = FaultType {
    name: "delay",
    about: "Messages take this much longer.",
    strikes: "a message or a channel",
    accepts: strikes_messages,
    is: |kind| matches!(kind, FaultKind::Delay(_)),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let value = strike.on.then_some(strike.number);
    modify(engine, &strike.fault.struck, |modifiers| modifiers.delay = value);
}
