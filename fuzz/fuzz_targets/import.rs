//! The parser `import` on any bytes; the first byte picks the name of the file they came in.
#![no_main]

#[path = "../src/parsers.rs"]
mod parsers;

libfuzzer_sys::fuzz_target!(|data: &[u8]| parsers::run("import", data));
