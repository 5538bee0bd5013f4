//! Exact availability of synchronous paths: what must be up for an entry to be answered.
