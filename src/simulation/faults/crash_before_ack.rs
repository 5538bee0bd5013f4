//! A service crashes after its work but before it acknowledges the message.

use super::{FaultType, Strike, strikes_service};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "crash_before_ack",
    about: "The service crashes after its work but before it acknowledges the message, with this probability: the message comes again.",
    strikes: "a service",
    accepts: strikes_service,
    is: |kind| matches!(kind, FaultKind::CrashBeforeAck(_)),
    example: || FaultKind::CrashBeforeAck(0.1),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let (Struck::Service(service), FaultKind::CrashBeforeAck(chance)) =
        (&strike.fault.struck, &strike.fault.kind)
    else {
        return;
    };
    engine.services[service.at()].crash_before_ack = if strike.on { *chance } else { 0.0 };
}
