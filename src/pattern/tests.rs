//! Tests of the whole room.

mod analysis;
mod facts;
mod naive;
mod properties;
mod recorded;
