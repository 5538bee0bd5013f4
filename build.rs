//! Tells the program which commit it was built from. Debug builds are told nothing, so that a commit does not build
//! everything again.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut built_from = String::new();
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // Grows with each commit and each change of branch.
        let log = ".git/logs/HEAD";
        if Path::new(log).exists() {
            println!("cargo::rerun-if-changed={log}");
        }
        let git = Command::new("git").args(["rev-parse", "--short=10", "HEAD"]).output();
        if let Some(commit) = git.ok().filter(|git| git.status.success()) {
            built_from = format!(" ({})", String::from_utf8_lossy(&commit.stdout).trim());
        }
    }
    println!("cargo::rustc-env=ISOBAR_BUILT_FROM={built_from}");
    icon();
}

/// Puts the icon into the program, for Explorer and the task bar.
#[cfg(windows)]
fn icon() {
    println!("cargo::rerun-if-changed=packaging/windows/isobar.ico");
    if let Err(error) = winresource::WindowsResource::new().set_icon("packaging/windows/isobar.ico").compile()
    {
        println!("cargo::warning=the program has no icon: {error}");
    }
}

#[cfg(not(windows))]
const fn icon() {}
