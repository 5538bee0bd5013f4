//! The clock of a service is wrong.

use super::{FaultType, Strike, strikes_service};
use crate::board::{FaultKind, Span};
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "clock_skew",
    about: "The clock of the service is behind by this: what it sends looks older than it is, so that retries by age and the retention of streams end sooner, and logs tell effects before their causes.",
    strikes: "a service",
    accepts: strikes_service,
    is: |kind| matches!(kind, FaultKind::ClockSkew(_)),
    example: || FaultKind::ClockSkew(Span::from_secs(300)),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let (Struck::Service(service), FaultKind::ClockSkew(span)) = (&strike.fault.struck, &strike.fault.kind)
    else {
        return;
    };
    engine.services[service.at()].skew = if strike.on { span.0 } else { 0 };
}
