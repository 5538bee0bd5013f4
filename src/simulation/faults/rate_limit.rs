//! A service refuses what exceeds a rate.

use super::{FaultType, Strike, strikes_service};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "rate_limit",
    about: "The service refuses calls above this many a second, and takes no more from its queues.",
    strikes: "a service",
    accepts: strikes_service,
    is: |kind| matches!(kind, FaultKind::RateLimit(_)),
    example: || FaultKind::RateLimit(1.0),
    strike,
};

fn strike(engine: &mut Engine, model: &Model, strike: &Strike<'_>) {
    let (Struck::Service(service), FaultKind::RateLimit(rate)) = (&strike.fault.struck, &strike.fault.kind)
    else {
        return;
    };
    let own = model.services[service.at()].rate_limit;
    engine.services[service.at()].rate_limit =
        if strike.on { Some(own.map_or(*rate, |own| own.min(*rate))) } else { own };
}
