//! Steps of the trace.

use super::{Engine, NONE};
use crate::simulation::model::{ChannelIx, HopIx, ServiceIx};
use crate::simulation::trace::{TraceEvent, TraceKind};
use crate::topology::MessageKind;

impl Engine {
    /// A step of the trace about a message, if there is a trace.
    #[inline]
    pub(super) fn note(&mut self, kind: TraceKind, message: u32, at: impl Into<At>) {
        if self.trace.is_some() {
            self.note_traced(kind, message, at.into());
        }
    }

    #[cold]
    fn note_traced(&mut self, kind: TraceKind, message: u32, at: At) {
        let instance = (message != NONE).then(|| self.messages[message]);
        let event = TraceEvent {
            time: self.clock,
            kind,
            message: instance.map(|instance| instance.name),
            id: instance.map_or(0, |instance| instance.id),
            correlation: instance.map_or(0, |instance| self.processes[instance.process].correlation),
            causation: instance.map_or(0, |instance| instance.cause),
            service: at.service,
            channel: at.channel,
            hop: at.hop,
            since: at.since.unwrap_or(self.clock),
            sender: instance.map(|instance| (instance.sender, instance.output)),
            skew: instance.map_or(0, |instance| instance.skew),
            fault: at.fault,
        };
        if let Some(trace) = &mut self.trace {
            trace.push(event);
            self.out_of_room |= trace.len() > self.trace_most;
        }
    }

    pub(in crate::simulation) fn note_fault(&mut self, kind: TraceKind, fault: u32) {
        self.note(kind, NONE, At { fault: Some(fault), ..At::default() });
    }
}

/// Where a step of the trace happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At {
    pub(super) service: Option<ServiceIx>,
    pub(super) channel: Option<ChannelIx>,
    pub(super) hop: Option<HopIx>,
    pub(super) since: Option<u64>,
    pub(super) fault: Option<u32>,
}

impl From<ServiceIx> for At {
    fn from(service: ServiceIx) -> Self {
        Self { service: Some(service), ..Self::default() }
    }
}

impl From<ChannelIx> for At {
    fn from(channel: ChannelIx) -> Self {
        Self { channel: Some(channel), ..Self::default() }
    }
}

impl From<Option<ChannelIx>> for At {
    fn from(channel: Option<ChannelIx>) -> Self {
        Self { channel, ..Self::default() }
    }
}

/// At the end or the beginning of a hop on which the message set out at that time.
impl<P: Into<Self>> From<(P, HopIx, u64)> for At {
    fn from((place, hop, since): (P, HopIx, u64)) -> Self {
        Self { hop: Some(hop), since: Some(since), ..place.into() }
    }
}

/// The kind of step with which a message sets out.
pub(super) fn sending(kind: MessageKind) -> TraceKind {
    if kind == MessageKind::Event { TraceKind::Published } else { TraceKind::Sent }
}
