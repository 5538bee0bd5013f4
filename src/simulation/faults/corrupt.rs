//! Messages break their schema.

use super::{FaultType, Strike, modify};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "corrupt",
    about: "Messages break their schema with this probability, and their consumers fail on them.",
    strikes: "a message",
    accepts: |struck| matches!(struck, Struck::Message(_)),
    is: |kind| matches!(kind, FaultKind::Corrupt(_)),
    example: || FaultKind::Corrupt(0.1),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let FaultKind::Corrupt(chance) = &strike.fault.kind else { return };
    let value = if strike.on { *chance } else { 0.0 };
    modify(engine, &strike.fault.struck, |modifiers| modifiers.corrupt = value);
}
