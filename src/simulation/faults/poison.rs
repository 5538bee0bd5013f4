//! Messages bring their consumer down.

use super::{FaultType, Strike, modify};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "poison",
    about: "Messages bring their consumer down with this probability, every time they are delivered, until they are given up; it restarts after ten seconds.",
    strikes: "a message",
    accepts: |struck| matches!(struck, Struck::Message(_)),
    is: |kind| matches!(kind, FaultKind::Poison(_)),
    example: || FaultKind::Poison(0.01),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let FaultKind::Poison(chance) = &strike.fault.kind else { return };
    let value = if strike.on { *chance } else { 0.0 };
    modify(engine, &strike.fault.struck, |modifiers| modifiers.poison = value);
}
