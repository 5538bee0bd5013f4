//! The parser `pattern` on any bytes after the first, which the other parsers take for a name: nothing panics, and all
//! ways to match agree.
#![no_main]

#[path = "../src/parsers.rs"]
mod parsers;

libfuzzer_sys::fuzz_target!(|data: &[u8]| parsers::run("pattern", data));
