//! Pages that are made: written anew when asked for, and held to be fresh otherwise.

use std::path::Path;

/// Fails when a file of the repository is not what is made for it; with `UPDATE_DOCS` set it is written first. `tests`
/// names the tests that make it.
pub(crate) fn check(file: &str, made: &str, tests: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == made, "{file} is stale: run UPDATE_DOCS=1 cargo test --test main {tests}");
}
