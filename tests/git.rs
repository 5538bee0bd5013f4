//! Boards in git: `isobar diff --git` in a real repository, and git's own diff showing what a board means.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const ISOBAR: &str = env!("CARGO_BIN_EXE_isobar");
const BOARD: &str = "sample-boards/pizza/event-driven.ron";

/// Runs git in a folder, away from whatever the machine's owner has configured.
fn git(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn isobar(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(ISOBAR).arg("diff").args(arguments).current_dir(folder).output().unwrap()
}

/// A repository with a pizza shop, in which version 2 of `OrderConfirmed` has just lost a field that somebody reads.
fn repository() -> Option<tempfile::TempDir> {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git here");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let run = |arguments: &[&str]| {
        let output = git(at, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let board = Path::new(env!("CARGO_MANIFEST_DIR")).join(BOARD);
    std::fs::create_dir(at.join("boards")).unwrap();
    std::fs::copy(board, at.join("boards/shop.ron")).unwrap();
    run(&["init", "--quiet", "."]);
    run(&["add", "."]);
    run(&["commit", "--quiet", "-m", "The shop"]);
    run(&["tag", "v1"]);
    let path = at.join("boards/shop.ron");
    let before = std::fs::read_to_string(&path).unwrap();
    let after = before.replace("name: \"orderNumber\",", "name: \"orderNo\",");
    assert_ne!(before, after, "the sample has the field");
    std::fs::write(&path, after).unwrap();
    Some(folder)
}

#[test]
fn a_board_is_compared_with_its_past_from_anywhere_in_the_repository() {
    let Some(folder) = repository() else { return };
    let at = folder.path();
    for (from, board) in [(at.to_path_buf(), "boards/shop.ron"), (at.join("boards"), "shop.ron")] {
        let output = isobar(&from, &["--git", "v1", board, "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let messages = told["messages"].as_array().unwrap();
        let confirmed = messages.iter().find(|message| message["name"] == "OrderConfirmed").unwrap();
        assert!(!confirmed["broken"].as_array().unwrap().is_empty(), "{confirmed:#}");
    }
    // Two revisions: what is in the folder does not matter.
    assert!(git(at, &["commit", "--quiet", "-a", "-m", "Rename"]).status.success());
    std::fs::remove_file(at.join("boards/shop.ron")).unwrap();
    let output = isobar(at, &["--git", "v1..HEAD", "boards/shop.ron"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text(&output).contains("orderNumber"), "{}", text(&output));
    let same = isobar(at, &["--git", "HEAD..HEAD", "boards/shop.ron"]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same));
}

#[test]
fn contracts_are_compared_with_their_past_as_boards_are() {
    let Some(folder) = repository() else { return };
    let at = folder.path();
    let run = |arguments: &[&str]| assert!(git(at, arguments).status.success(), "{arguments:?}");
    let export = |revision: &str| {
        run(&["checkout", "--quiet", "--force", revision, "--", "boards"]);
        let export = ["export", "boards/shop.ron", "--to", "asyncapi", "--out", "contracts"];
        assert!(Command::new(ISOBAR).args(export).current_dir(at).status().unwrap().success());
        run(&["add", "."]);
    };
    run(&["commit", "--quiet", "-a", "-m", "Rename"]);
    run(&["tag", "v2"]);
    // The contracts of both states of the board, each in a commit of its own.
    export("v1");
    // Not a contract, and nothing that could be read as one.
    std::fs::write(at.join("contracts/picture.json"), [0xff, 0xfe, 0x00]).unwrap();
    run(&["add", "."]);
    run(&["commit", "--quiet", "-m", "Contracts"]);
    run(&["tag", "c1"]);
    export("v2");
    let now = isobar(at, &["--git", "c1", "contracts"]);
    run(&["commit", "--quiet", "-m", "Contracts of the renamed field"]);
    std::fs::remove_dir_all(at.join("contracts")).unwrap();
    let then = isobar(at, &["--git", "c1..HEAD", "contracts/"]);
    let one = isobar(at, &["--git", "c1..HEAD", "contracts/board.asyncapi.yaml"]);
    for output in [&now, &then, &one] {
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(
            text(output).contains("BREAKING") && text(output).contains("orderNumber"),
            "{}",
            text(output)
        );
    }
    assert_eq!(text(&now), text(&then));
    let same = isobar(at, &["--git", "c1..c1", "contracts"]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same));
}

#[test]
fn what_git_does_not_have_is_said_with_exit_code_2() {
    let Some(folder) = repository() else { return };
    let at = folder.path();
    std::fs::write(at.join("new.ron"), "(format: 1)").unwrap();
    for (arguments, said) in [
        (&["--git", "v9", "boards/shop.ron"][..], "git has no boards/shop.ron at `v9`"),
        (&["--git", "v1", "new.ron"], "git has no new.ron at `v1`"),
        (&["--git", "v1", "contracts"], "git has no contracts at `v1`"),
        (&["--git", "v1..v1", "boards"], "at `v1`: boards: nothing to import"),
        (&["--git=--output=x", "boards/shop.ron"], "is no revision"),
        (&["--git", "v1...HEAD", "boards/shop.ron"], "--git OLD..NEW"),
        (&["--git", "v1", "boards/shop.ron", "new.ron"], "give one"),
    ] {
        let output = isobar(at, arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(said), "{error}");
    }
}

/// The settings `docs/ci.md` tells of.
#[test]
fn git_shows_what_changed_on_a_board_in_words() {
    let Some(folder) = repository() else { return };
    let at = folder.path();
    std::fs::write(at.join(".gitattributes"), "boards/*.ron diff=board\n").unwrap();
    let path = at.join("boards/shop.ron");
    let board = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, board.replace("\"OrderPrepared\"", "\"OrderBaked\"")).unwrap();
    let shown = git(at, &["-c", &format!("diff.board.textconv='{ISOBAR}' topology"), "diff"]);
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let lines = text(&shown);
    let changed = |sign: char, name: &str| {
        lines.lines().any(|line| line.starts_with(sign) && line.contains(name) && !line.contains("name:"))
    };
    assert!(changed('-', "OrderPrepared") && changed('+', "OrderBaked"), "{lines}");
}
