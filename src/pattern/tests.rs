//! Tests of the whole room.

mod analysis;
mod bounds;
mod facts;
mod naive;
mod properties;
mod recorded;
