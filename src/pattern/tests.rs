//! Tests of the whole room.

mod naive;
mod properties;
mod recorded;
