//! `isobar availability` as people run it: the talks' figures on the samples, what-if built into a board, bad usage.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn isobar(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_isobar"))
        .arg("availability")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const SYNCHRONOUS: &str = "sample-boards/avatar-store/synchronous.ron";

#[test]
fn the_synchronous_checkout_and_the_choreographed_one() {
    let output = isobar(&[SYNCHRONOUS]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output);
    assert!(said.contains("CreateCheckout  answered 0.991027  78.7 h down a year"), "{said}");
    assert!(said.contains("weakest links, equally: Balance, Inventory, Store"), "{said}");
    let said = text(&isobar(&["sample-boards/avatar-store/choreography.ron"]));
    assert!(said.contains("CreateCheckout  answered 0.997000  26.3 h down a year"), "{said}");
    assert!(said.contains("then, without anyone waiting: Balance, Inventory, Store"), "{said}");
}

#[test]
fn a_change_is_ranked_predicted_and_built() {
    let output = isobar(&[SYNCHRONOUS, "--what-if", "--format", "json"]);
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let best = &all["entries"][0]["what_if"][0];
    assert_eq!(best["change"], "queue:DeductBalance");
    let folder = tempfile::tempdir().unwrap();
    let built: PathBuf = folder.path().join("built.ron");
    let path = built.to_str().unwrap();
    let changes = ["--what-if", "queue:DeductBalance", "--what-if", "replica:Store"];
    let output = isobar(&[&[SYNCHRONOUS, "--format", "json", "--out", path][..], &changes[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let predicted = all["entries"][0]["changed"]["availability"].as_f64().unwrap();
    assert!((predicted - 0.997 * (1.0 - 0.003 * 0.003)).abs() < 1e-12, "{predicted}");
    let all: Value = serde_json::from_slice(&isobar(&[path, "--format", "json"]).stdout).unwrap();
    let real = all["entries"][0]["today"]["availability"].as_f64().unwrap();
    assert!((predicted - real).abs() < 1e-12, "{predicted} {real}");
    assert!(Path::new(path).exists());
}

#[test]
fn bad_usage_says_what_there_is() {
    let cases: [(&[&str], &str); 3] = [
        (&[SYNCHRONOUS, "--entry", "Checkout"], "its entries are: CreateCheckout"),
        (&[SYNCHRONOUS, "--what-if", "queue:Nothing"], "queue:DeductBalance"),
        (&[SYNCHRONOUS, "--what-if", "--out", "x.ron"], "--out needs changes by name"),
    ];
    for (arguments, said) in cases {
        let output = isobar(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(said), "{message}");
    }
}
