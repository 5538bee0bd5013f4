//! A service or channel is down.

use super::{FaultType, Strike};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "down",
    about: "The service or channel is down.",
    strikes: "a service or a channel",
    accepts: |struck| matches!(struck, Struck::Service(_) | Struck::Channel(_)),
    is: |kind| matches!(kind, FaultKind::Down),
    example: || FaultKind::Down,
    strike,
};

pub(super) fn strike(engine: &mut Engine, model: &Model, strike: &Strike<'_>) {
    match (&strike.fault.struck, strike.on) {
        (Struck::Service(service), true) => engine.take_down(model, *service),
        (Struck::Service(service), false) => engine.bring_up(model, *service),
        (Struck::Channel(channel), true) => engine.close(*channel),
        (Struck::Channel(channel), false) => engine.open(model, *channel),
        _ => {}
    }
}
