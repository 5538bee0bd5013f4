//! The `isobar` binary: no subcommand opens the app, anything else is headless.

fn main() {}
