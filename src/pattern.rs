//! Content-based filters: parse, validate, compile and match event patterns.
