//! A service crashes between its write and its publication.

use super::{FaultType, Strike, strikes_service};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "crash_before_publish",
    about: "The service crashes between its write and its publication, with this probability a reaction: without an outbox the message is lost.",
    strikes: "a service",
    accepts: strikes_service,
    is: |kind| matches!(kind, FaultKind::CrashBeforePublish(_)),
    example: || FaultKind::CrashBeforePublish(0.1),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let (Struck::Service(service), FaultKind::CrashBeforePublish(chance)) =
        (&strike.fault.struck, &strike.fault.kind)
    else {
        return;
    };
    engine.services[service.at()].crash_before_publish = if strike.on { *chance } else { 0.0 };
}
