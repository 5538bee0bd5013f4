//! Nothing passes between the services of a frame and the rest.

use super::{FaultType, Strike};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "partition",
    about: "Nothing passes between this frame and the rest.",
    strikes: "a frame",
    accepts: |struck| matches!(struck, Struck::Island(_)),
    is: |kind| matches!(kind, FaultKind::Partition),
    example: || FaultKind::Partition,
    strike,
};

fn strike(engine: &mut Engine, model: &Model, strike: &Strike<'_>) {
    let Struck::Island(services) = &strike.fault.struck else { return };
    for service in services {
        engine.services[service.at()].island = if strike.on { strike.number + 1 } else { 0 };
    }
    engine.poll_everyone(model);
}
