//! Logs without an event in them: every subcommand that reads a log refuses them with one message and exit 2, so that a
//! check in continuous integration cannot pass because it had nothing to look at.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const ISOBAR: &str = env!("CARGO_BIN_EXE_isobar");
const BOARD: &str = "sample-boards/pizza/event-driven.ron";

/// The subcommands that read logs, with what they want before the log.
const READERS: [&[&str]; 5] =
    [&["stats"], &["check-log", BOARD], &["calibrate", BOARD], &["discover"], &["moment", BOARD]];

fn run(command: &[&str], log: &str, input: &[u8]) -> Output {
    let mut child = Command::new(ISOBAR)
        .args(command)
        .arg(log)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn every_subcommand_that_reads_logs_is_tried() {
    let help = Command::new(ISOBAR).arg("--help").output().unwrap();
    for line in String::from_utf8(help.stdout).unwrap().lines() {
        let Some(name) = line.split_whitespace().next() else { continue };
        let own = Command::new(ISOBAR).args([name, "--help"]).output().unwrap();
        let reads_logs = String::from_utf8_lossy(&own.stdout).contains("--causation-field");
        assert!(!reads_logs || READERS.iter().any(|command| command[0] == name), "{name} is not tried");
    }
}

#[test]
fn a_log_without_an_event_is_bad_input_for_every_subcommand() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&str, &[u8], &str); 6] = [
        ("empty.jsonl", b"", "there is no event in it"),
        ("blank.jsonl", b"\n \n", "there is no event in it"),
        ("batch.json", b"[]", "there is no event in it"),
        ("rows.jsonl", b"{\"n\":1}\n{\"n\":2}\n", "rows.jsonl:1: no event can be read"),
        ("header.csv", b"type,time\n", "not a log Isobar can read"),
        ("diary.txt", b"Dear diary, today", "not a log Isobar can read"),
    ];
    for (name, bytes, message) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        for command in READERS {
            let output = run(command, path.to_str().unwrap(), b"");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{command:?} {name}: {said}");
            assert!(said.contains(message) && said.contains(name), "{command:?} {name}: {said}");
            assert!(said.trim_end().lines().count() == 1, "one message: {said}");
            assert!(output.stdout.is_empty(), "{command:?} {name}");
        }
    }
    for command in READERS {
        let output = run(command, "-", b"");
        assert_eq!(output.status.code(), Some(2), "{command:?} on nothing piped in");
        let missing = folder.path().join("missing.jsonl");
        assert_eq!(run(command, missing.to_str().unwrap(), b"").status.code(), Some(2));
    }
    assert!(Path::new(BOARD).exists());
}
