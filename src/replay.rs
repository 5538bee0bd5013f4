//! Captured event logs: readers, index, player and conformance.
