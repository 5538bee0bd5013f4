//! A service takes longer.

use super::{FaultType, Strike, strikes_service};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "slow",
    about: "The service takes so many times as long.",
    strikes: "a service",
    accepts: strikes_service,
    is: |kind| matches!(kind, FaultKind::Slow(_)),
    example: || FaultKind::Slow(10.0),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let (Struck::Service(service), FaultKind::Slow(factor)) = (&strike.fault.struck, &strike.fault.kind)
    else {
        return;
    };
    engine.services[service.at()].slow = if strike.on { *factor } else { 1.0 };
}
