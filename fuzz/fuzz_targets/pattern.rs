//! Patterns and events of any bytes: nothing panics, and all ways to match agree.
#![no_main]

#[path = "../src/check_pattern.rs"]
mod check_pattern;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    check_pattern::check(data);
});
