//! Messages are lost on their way.

use super::{FaultType, Strike, modify, strikes_messages};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::Model;

pub(super) const FAULT: FaultType = FaultType {
    name: "drop",
    about: "Messages are lost with this probability.",
    strikes: "a message or a channel",
    accepts: strikes_messages,
    is: |kind| matches!(kind, FaultKind::Drop(_)),
    example: || FaultKind::Drop(0.1),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let FaultKind::Drop(chance) = &strike.fault.kind else { return };
    let value = if strike.on { *chance } else { 0.0 };
    modify(engine, &strike.fault.struck, |modifiers| modifiers.drop = value);
}
