//! Arrivals come more often.

use super::{FaultType, Strike};
use crate::board::FaultKind;
use crate::simulation::engine::Engine;
use crate::simulation::model::{Model, Struck};

pub(super) const FAULT: FaultType = FaultType {
    name: "burst",
    about: "Arrivals at this entry are so many times as frequent.",
    strikes: "an entry",
    accepts: |struck| matches!(struck, Struck::Entries(_)),
    is: |kind| matches!(kind, FaultKind::Burst(_)),
    example: || FaultKind::Burst(10.0),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let (Struck::Entries(entries), FaultKind::Burst(factor)) = (&strike.fault.struck, &strike.fault.kind)
    else {
        return;
    };
    for entry in entries {
        engine.set_burst(*entry, if strike.on { *factor } else { 1.0 });
    }
}
