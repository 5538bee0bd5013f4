//! The outside: atomic load and save, journals, recent files, writing bundles.
