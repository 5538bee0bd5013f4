//! Messages are delivered twice.

use super::{FaultType, Strike, modify, strikes_messages};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::Model;

pub(super) const FAULT: FaultType = FaultType {
    name: "duplicate",
    about: "Messages are delivered twice with this probability.",
    strikes: "a message or a channel",
    accepts: strikes_messages,
    is: |kind| matches!(kind, FaultKind::Duplicate(_)),
    example: || FaultKind::Duplicate(0.1),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let FaultKind::Duplicate(chance) = &strike.fault.kind else { return };
    let value = if strike.on { *chance } else { 0.0 };
    modify(engine, &strike.fault.struck, |modifiers| modifiers.duplicate = value);
}
