//! The broker: state machines for queues, streams, archives and retrying deliveries, free of clock and scheduler.
//!
//! Each machine is told the time and answers what happened and when it wants to be woken. Messages are handles.

pub mod archive;
pub mod polling;
pub mod presets;
pub mod queue;
pub mod retry;
pub mod stream;
