//! A consumer was deployed that cannot read the events it is sent.

use super::{FaultType, Strike, strikes_service};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "breaking_schema",
    about: "The service was deployed with a schema that the events it reads do not fit: it fails on each, until it is rolled back. A schema registry refuses the deployment.",
    strikes: "a service",
    accepts: strikes_service,
    is: |kind| matches!(kind, FaultKind::BreakingSchema),
    example: || FaultKind::BreakingSchema,
    strike,
};

fn strike(engine: &mut Engine, model: &Model, strike: &Strike<'_>) {
    let Struck::Service(service) = &strike.fault.struck else { return };
    engine.services[service.at()].cannot_read = strike.on && !model.registry;
}
