//! Messages overtake each other.

use super::{FaultType, Strike, modify, strikes_messages};
use crate::board::{FaultKind, Span};
use crate::simulation::engine::Engine;
use crate::simulation::model::Model;

pub(super) const FAULT: FaultType = FaultType {
    name: "reorder",
    about: "Messages may overtake each other by up to this.",
    strikes: "a message or a channel",
    accepts: strikes_messages,
    is: |kind| matches!(kind, FaultKind::Reorder(_)),
    example: || FaultKind::Reorder(Span::from_secs(5)),
    strike,
};

fn strike(engine: &mut Engine, _model: &Model, strike: &Strike<'_>) {
    let FaultKind::Reorder(span) = &strike.fault.kind else { return };
    let value = if strike.on { span.0 } else { 0 };
    modify(engine, &strike.fault.struck, |modifiers| modifiers.reorder = value);
}
